"""Two people at one paper of a committee: the second is told what stands now, and loses nothing."""

from typing import Any

import pytest

from tests.cast import Stage
from tests.filling import form_of

TERM = "/comites/{committee}/miembros/1"
AGE = "rules-visit_recent-params-max_age_months"
RULES = "/comites/{committee}/reglas/cambiar"
CHANGE, RENEWAL = "/registros/{registration}/cambio", "/registros/{registration}/renovacion"
ACT = {"effective_on": "2026-06-15", "reason": "Sin informe anual"}
TERM_OF_YEARS = {"issued_on": "2026-06-15", "term_years": "1"}

TWICE: list[tuple[str, str, dict[str, Any], dict[str, Any], str]] = [
    (
        f"{TERM}/prorroga",
        "coordinator",
        {"act": "5/2026", "until": "2029-01-31"},
        {"act": "6/2026", "until": "2029-06-30"},
        "31/01/2029",
    ),
    (f"{TERM}/salida", "secretary", {"on": "2026-06-10"}, {"on": "2026-06-12"}, "10/06/2026"),
    (CHANGE, "control", {"state": "suspended"} | ACT, {"state": "cancelled"} | ACT, "Suspendido"),
    (
        RENEWAL,
        "control",
        {"act_number": "RA 8/2026"} | TERM_OF_YEARS,
        {"act_number": "RA 9/2026"} | TERM_OF_YEARS,
        "RA 8/2026",
    ),
    (RULES, "coordinator", {"source": "Acta 1", AGE: "6"}, {"source": "Acta 2", AGE: "8"}, "6"),
]


@pytest.mark.parametrize(("where", "who", "first", "second", "now"), TWICE)
def test_the_second_reads_what_the_first_wrote(
    stage: Stage, where: str, who: str, first: dict[str, Any], second: dict[str, Any], now: str
) -> None:
    cast = stage.cast
    url = where.format(committee=cast.committee, registration=cast.registration)
    browser = stage.browser(getattr(cast, who))
    page = browser.get(url).text
    shown = {name: said for name, said in form_of(page, url).items() if name != "once"}
    assert browser.post(url, shown | first).status_code == 303
    told = browser.post(url, shown | second)
    assert told.status_code == 409
    assert "Otra persona cambió este dato." in told.text
    assert f"<strong>{now}</strong>" in told.text
    kept = form_of(told.text, url)
    assert {name: kept.get(name) for name in second if name != "state"} == {
        name: said for name, said in second.items() if name != "state"
    }


def test_who_reads_that_and_sends_again_means_it(stage: Stage) -> None:
    url, who, first, second, _ = TWICE[-1]
    url = url.format(committee=stage.cast.committee)
    browser = stage.browser(getattr(stage.cast, who))
    shown = form_of(browser.get(url).text, url)
    shown.pop("once")
    browser.post(url, shown | first)
    told = browser.post(url, shown | second)
    assert browser.post(url, form_of(told.text, url)).status_code == 303
    assert form_of(browser.get(url).text, url)[AGE] == "8"

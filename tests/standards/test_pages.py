"""The rules and the seals in plain words, for whoever asks."""

import pytest

from spg_registry.core.messages import has_sentence, locales
from spg_registry.rules.parameters import PARAMS
from spg_registry.rules.words import ActivityKind
from spg_registry.seals.verification import Verdict
from spg_registry.standards import service
from spg_registry.standards.schemas import ByLaws, LocalItem, RuleChange
from tests.cast import Stage

SAID = [
    *(f"norm.{code}" for code in PARAMS),
    *(f"norm.severity.{severity}" for severity in ("block", "warn", "off")),
    *(f"norm.activity.{kind.value}" for kind in ActivityKind),
    *(f"meaning.{verdict.value}" for verdict in Verdict),
]


@pytest.mark.parametrize("locale", locales())
@pytest.mark.parametrize("code", SAID)
def test_every_rule_and_every_verdict_is_said_in_plain_words(code: str, locale: str) -> None:
    assert has_sentence(code, locale)


def test_the_rules_come_with_their_numbers_and_say_what_is_not_confirmed(stage: Stage) -> None:
    for locale, said in (
        ("es", ("La visita tiene a lo más 12 meses.", "más del 50 %", "22 de 23", "en 15 días")),
        ("en", ("The visit is no older than 12 months.", "More than 50 %", "22 of 23")),
    ):
        page = stage.client.get("/reglas", params={"lang": locale}).text
        assert [text for text in said if text not in page] == []
        assert "…" not in page.split("<ol")[1].split("</ol>")[0]


def test_a_committees_own_values_are_marked(stage: Stage) -> None:
    cast = stage.cast
    own = {"appeal_window": RuleChange(params={"days": 30})}
    laws = ByLaws(committee_id=cast.committee, source="Reglamento interno, art. 9", rules=own)
    item = LocalItem(committee_id=cast.committee, dimension="water", text="¿Hay un pozo cercado?")
    with stage.database.write(cast.now) as session:
        service.adopt_by_laws(session, cast.coordinator, cast.now, laws)
        service.add_local_item(session, cast.coordinator, cast.now, item)
    page = stage.client.get("/reglas", params={"comite": cast.committee}).text
    for said in ("en los 30 días", "Reglamento interno, art. 9", "¿Hay un pozo cercado?"):
        assert said in page
    for other in (str(cast.committee_b), "", "nada", "999999"):
        page = stage.client.get("/reglas", params={"comite": other}).text
        assert "en los 15 días" in page
        assert "pozo cercado" not in page


def test_the_two_seals_and_all_that_a_scan_may_say(stage: Stage) -> None:
    page = stage.client.get("/los-dos-sellos").text
    for said in ("Sello ecológico", "Sello en transición", "VÁLIDO", "FALSO", "SUSPENDIDO"):
        assert said in page


def test_the_front_page_leads_to_all_that_is_public(stage: Stage) -> None:
    page = stage.client.get("/").text
    for path in ("/buscar", "/los-dos-sellos", "/rendicion", "/reglas", "/denuncias", "/datos"):
        assert f'"{path}"' in page

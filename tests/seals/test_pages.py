"""Seals in the browser of the office and of the control body."""

import re
from typing import Any

import pytest
from sqlmodel import col, select

from spg_registry.core import codes
from spg_registry.core.config import settings
from spg_registry.core.keys import open_keyring
from spg_registry.core.permissions import Actor
from spg_registry.rules.words import Outcome, SealState
from spg_registry.seals.models import SealEvent, SealGrant
from tests.cast import Stage
from tests.seals.stories import IN_TRANSITION, closed, convened, decided_about, granted, on_day


def plain(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


@pytest.fixture(autouse=True)
def keys(stage: Stage) -> None:
    open_keyring(settings().data_dir).ensure(stage.cast.now)


@pytest.fixture
def seal(stage: Stage) -> SealGrant:
    with stage.database.write(stage.cast.now) as session:
        return granted(session, stage.cast, "Justina")[0]


def again(stage: Stage, grant: SealGrant) -> SealGrant:
    with stage.database.read() as session:
        return session.get_one(SealGrant, grant.id)


def acts(stage: Stage, actor: Actor, grant: SealGrant) -> set[str]:
    page = stage.browser(actor).get(f"/sellos/{grant.code}").text
    return set(re.findall(rf'href="/sellos/{grant.code}/(\w+)"', page))


CONTROL = {
    "reason_class": "prohibited_input",
    "reason": "La muestra 14 dio positivo",
    "right_of_reply": "Carta del 12 de junio",
}


def test_the_page_of_a_seal_says_what_it_is_and_leads_to_its_papers(
    stage: Stage, seal: SealGrant
) -> None:
    page = stage.browser(stage.cast.member).get(f"/sellos/{seal.code}").text
    text = plain(page)
    for fact in (
        codes.display(seal.code),
        "Vigente",
        "Papa",
        "14/06/2026 – 13/06/2027",
        "Otorgado",
    ):
        assert fact in text, fact
    assert f'src="/s/{seal.code}/qr.svg?profile=carried"' in page
    typed = codes.display(seal.code).lower()
    assert stage.browser(stage.cast.member).get(f"/sellos/{typed}").status_code == 200


def test_each_role_is_offered_its_own_acts(stage: Stage, seal: SealGrant) -> None:
    cast = stage.cast
    assert acts(stage, cast.coordinator, seal) == {
        *("conformidad", "reemplazar", "suspender", "retirar")
    }
    assert acts(stage, cast.secretary, seal) == {"conformidad"}
    assert acts(stage, cast.control, seal) == {"suspender", "retirar"}
    assert acts(stage, cast.member, seal) == acts(stage, cast.cnape, seal) == set()


def test_the_family_s_word_is_noted_with_its_witness(stage: Stage, seal: SealGrant) -> None:
    secretary = stage.browser(stage.cast.secretary)
    here = f"/sellos/{seal.code}/conformidad"
    form = {"acknowledged_on": "2026-06-15", "witness": ""}
    refused = secretary.post(here, form)
    assert refused.status_code == 422
    assert 'href="#f-witness"' in refused.text
    assert secretary.post(here, form | {"witness": "Julián Choque"}).status_code == 303
    assert again(stage, seal).acknowledged_on is not None
    page = plain(secretary.get(f"/sellos/{seal.code}").text)
    assert "Testigo: Julián Choque" in page
    assert acts(stage, stage.cast.secretary, seal) == set()


def test_control_suspends_reinstates_and_withdraws_with_a_public_reason(
    stage: Stage, seal: SealGrant
) -> None:
    control = stage.browser(stage.cast.control)
    here = f"/sellos/{seal.code}"
    silent = {name: text for name, text in CONTROL.items() if name != "right_of_reply"}
    refused = control.post(f"{here}/suspender", silent)
    assert refused.status_code == 422
    assert 'href="#f-right_of_reply"' in refused.text
    assert "La muestra 14 dio positivo" in refused.text
    assert control.post(f"{here}/suspender", CONTROL).status_code == 303
    assert again(stage, seal).state is SealState.SUSPENDED
    page = plain(control.get(here).text)
    assert "Uso de un insumo prohibido" in page
    assert "Derecho a réplica: Carta del 12 de junio" in page
    assert acts(stage, stage.cast.control, seal) == {"restituir", "retirar"}
    assert "restituir" not in acts(stage, stage.cast.coordinator, seal)
    assert control.post(f"{here}/restituir", CONTROL).status_code == 303
    assert again(stage, seal).state is SealState.GRANTED
    assert control.post(f"{here}/retirar", CONTROL).status_code == 303
    assert again(stage, seal).state is SealState.WITHDRAWN
    assert acts(stage, stage.cast.control, seal) == set()
    assert control.post(f"{here}/restituir", CONTROL).status_code == 409


def test_the_coordinator_names_the_decision_that_orders_it(stage: Stage, seal: SealGrant) -> None:
    coordinator = stage.browser(stage.cast.coordinator)
    here = f"/sellos/{seal.code}/suspender"
    assert "Falta una decisión" in plain(coordinator.get(here).text)
    later = on_day(stage.cast, stage.cast.today)
    with stage.database.write(later.now) as session:
        meeting = convened(session, later, None, acta_number="7/2026", held_on=later.today)
        about = [seal.producer_id]
        why = {"reasons": "x", "conditions": [{"text": "Cercar", "due_on": "2026-09-01"}]}
        (decision,) = decided_about(session, later, meeting, about, Outcome.WITH_CONDITIONS, **why)
        closed(session, later, meeting)
    assert "7/2026 · 15/06/2026" in plain(coordinator.get(here).text)
    form = {
        "decision_id": str(decision.id),
        "reason_class": "committee_decision",
        "reason": "Hasta que cerque la parcela",
    }
    assert coordinator.post(here, form).status_code == 303
    assert again(stage, seal).state is SealState.SUSPENDED
    with stage.database.read() as session:
        last = session.exec(select(SealEvent).order_by(col(SealEvent.id).desc())).first()
    assert last is not None
    assert last.decision_id == decision.id


def test_a_seal_is_replaced_on_its_page(stage: Stage, seal: SealGrant) -> None:
    coordinator = stage.browser(stage.cast.coordinator)
    here = f"/sellos/{seal.code}/reemplazar"
    late = coordinator.post(here, {"reason": "Fecha", "valid_until": "2028-01-01"})
    assert late.status_code == 422
    assert "13/06/2027" in plain(late.text)
    answer = coordinator.post(here, {"reason": "Se corrigió la fecha", "valid_until": "2027-03-31"})
    assert answer.status_code == 303
    assert "Lo reemplaza el sello" in plain(coordinator.get(f"/sellos/{seal.code}").text)
    new = plain(coordinator.get(answer.headers["location"]).text)
    assert "14/06/2026 – 31/03/2027" in new


def rows(page: str) -> list[str]:
    return re.findall(r'href="/sellos/(\w{10})"', page)


def test_the_list_is_filtered_as_the_work_list_asks(stage: Stage) -> None:
    cast = stage.cast
    with stage.database.write(cast.now) as session:
        good, bad = granted(session, cast, "Justina", "Basilia")
        white, old = granted(
            session, cast, "Wara", "Sabina", outcome=Outcome.TRANSITION, **IN_TRANSITION
        )
        bad.state = SealState.SUSPENDED
        good.acknowledged_on = cast.today
        white.valid_until = on_day(cast, cast.today).today.replace(month=8, day=1)
        old.valid_from = old.valid_from.replace(year=2025)
        old.valid_until = cast.today.replace(month=6, day=1)
        session.add_all([good, bad, white, old])
    browser = stage.browser(cast.secretary)
    for query, expected in (
        ("", [old, white, bad, good]),
        ("?estado=valid", [white, good]),
        ("?estado=suspended", [bad]),
        ("?estado=expired", [old]),
        ("?vence=60", [white]),
        ("?vence=on", [white]),
        ("?sin_conformidad=1", [white]),
        ("?municipio=031401", [old, white, bad, good]),
        ("?municipio=030903", []),
        ("?estado=inventado", [old, white, bad, good]),
    ):
        page = browser.get(f"/sellos{query}")
        assert rows(page.text) == [grant.code for grant in expected], query
    found = browser.get(f"/sellos?codigo={codes.display(good.code).lower()}")
    assert found.headers["location"] == f"/sellos/{good.code}"
    mistyped = browser.get("/sellos?codigo=7K3M9QXA4X")
    assert mistyped.status_code == 422
    assert "Revise el código" in mistyped.text
    assert browser.get(f"/sellos?codigo={codes.new_code()}").status_code == 422


def test_another_committees_seal_is_not_found(stage: Stage, seal: SealGrant) -> None:
    cast, here = stage.cast, f"/sellos/{seal.code}"
    places = ("", "/conformidad", "/suspender", "/restituir", "/retirar", "/reemplazar")
    for place in places:
        assert stage.client.get(here + place).status_code == 303
        assert stage.browser(cast.coordinator_b).get(here + place).status_code == 404
        assert stage.browser(cast.evaluator).get(here + place).status_code == 403
    assert rows(stage.browser(cast.coordinator_b).get("/sellos").text) == []
    form: dict[str, Any] = CONTROL | {"witness": "X", "acknowledged_on": "2026-06-15"}
    for place in places[1:]:
        assert stage.browser(cast.coordinator_b).post(here + place, form).status_code == 404
        assert stage.browser(cast.cnape).post(here + place, form).status_code == 403
    assert stage.browser(cast.control).get(f"{here}/regalar").status_code == 404
    assert again(stage, seal).state is SealState.GRANTED

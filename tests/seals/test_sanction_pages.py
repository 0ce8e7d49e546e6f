"""Sanctions in the browser: by the control body, by the coordinator in the own committee."""

import pytest
from sqlmodel import col, select

from spg_registry.core.permissions import Actor
from spg_registry.producers.models import Producer
from spg_registry.rules.words import Outcome, SanctionKind
from spg_registry.seals.models import Sanction
from tests.cast import TIQUIPAYA, Stage
from tests.rounds.stories import families
from tests.seals.stories import as_b, closed, convened, decided, ready

WISH = {
    "kind": "suspension",
    "since": "2026-06-10",
    "until": "2026-12-10",
    "reason_class": "prohibited_input",
    "reason": "Se halló un envase de herbicida",
}


@pytest.fixture
def justina(stage: Stage) -> Producer:
    with stage.database.write(stage.cast.now) as session:
        return families(session, stage.cast, "Justina")[0].producer


@pytest.fixture
def wara(stage: Stage) -> Producer:
    """Of committee B."""
    with stage.database.write(stage.cast.now) as session:
        there = {"municipality_code": TIQUIPAYA, "community": "Chapisirca"}
        return families(session, as_b(stage.cast), "Wara", **there)[0].producer


def sanctions(stage: Stage) -> list[Sanction]:
    with stage.database.read() as session:
        return list(session.exec(select(Sanction).order_by(col(Sanction.id))))


def imposed(stage: Stage, actor: Actor, producer: Producer, spg: int, **other: str) -> int:
    typed = WISH | {"producer": producer.code, "spg_id": str(spg)} | other
    return stage.browser(actor).post("/sanciones/nueva", typed).status_code


def test_the_control_body_sanctions_in_any_spg(
    stage: Stage, justina: Producer, wara: Producer
) -> None:
    cast = stage.cast
    control = stage.browser(cast.control)
    assert "Código del productor" in control.get("/sanciones/nueva").text
    page = control.get(f"/sanciones/nueva?productor={justina.code.lower()}").text
    assert "Explicación para el expediente" in page
    assert imposed(stage, cast.control, justina, cast.spg) == 303
    assert imposed(stage, cast.control, wara, cast.spg_b) == 303
    listed = control.get("/sanciones").text
    assert justina.display_name in listed
    assert wara.display_name in listed
    assert f"/sanciones/nueva?productor={justina.code}" in (
        control.get(f"/productores/{justina.code}").text
    )


def test_a_coordinator_sanctions_in_the_own_spg_only(
    stage: Stage, justina: Producer, wara: Producer
) -> None:
    cast = stage.cast
    assert imposed(stage, cast.coordinator, justina, cast.spg) == 303
    assert imposed(stage, cast.coordinator, wara, cast.spg_b) == 404
    assert imposed(stage, cast.coordinator, justina, cast.spg_b) == 403
    page = stage.browser(cast.coordinator).get(f"/sanciones/nueva?productor={wara.code}")
    assert page.status_code == 422
    assert wara.display_name not in page.text
    assert [row.producer_id for row in sanctions(stage)] == [justina.id]


def test_a_correction_is_a_new_row_and_the_old_one_says_so(stage: Stage, justina: Producer) -> None:
    cast = stage.cast
    assert imposed(stage, cast.coordinator, justina, cast.spg) == 303
    (first,) = sanctions(stage)
    browser = stage.browser(cast.coordinator)
    here = f"/sanciones/{first.id}/corregir"
    assert "Se halló un envase de herbicida" in browser.get(here).text
    assert browser.post(here, WISH | {"kind": "warning", "until": ""}).status_code == 303
    first, second = sanctions(stage)
    assert (second.correction_of, second.kind, second.until) == (
        first.id,
        SanctionKind.WARNING,
        None,
    )
    assert first.kind is SanctionKind.SUSPENSION
    page = browser.get("/sanciones").text
    assert f"Corregida por {second.code}" in page
    assert f"corrige {first.code}" in page
    assert here not in page
    told = browser.get(f"/productores/{justina.code}").text
    assert second.code in told


def test_a_wrong_sanction_is_shown_again_with_its_faults(stage: Stage, justina: Producer) -> None:
    cast = stage.cast
    typed = WISH | {"producer": justina.code, "spg_id": str(cast.spg), "until": "2026-01-01"}
    answer = stage.browser(cast.control).post("/sanciones/nueva", typed)
    assert answer.status_code == 422
    assert 'href="#f-until"' in answer.text
    assert "Se halló un envase de herbicida" in answer.text
    assert sanctions(stage) == []


def test_sanctions_are_read_by_readers_and_by_nobody_else(stage: Stage, justina: Producer) -> None:
    cast = stage.cast
    assert imposed(stage, cast.control, justina, cast.spg) == 303
    (row,) = sanctions(stage)
    here = f"/sanciones/{row.id}/corregir"
    for address in ("/sanciones", "/sanciones/nueva", here):
        assert stage.client.get(address).headers["location"].startswith("/entrar?")
    assert stage.client.post(here, data=WISH).status_code in (401, 403)
    for reader in (cast.secretary, cast.member, cast.cnape):
        browser = stage.browser(reader)
        page = browser.get("/sanciones").text
        assert justina.display_name in page
        assert "Se halló un envase" not in page
        assert "Anotar una sanción" not in page
        assert browser.get("/sanciones/nueva").status_code == 403
        assert browser.get(here).status_code == 403
        assert browser.post(here, WISH).status_code == 403
        assert imposed(stage, reader, justina, cast.spg) == 403
    other = stage.browser(cast.coordinator_b)
    assert justina.display_name not in other.get("/sanciones").text
    assert other.get(here).status_code == 404
    assert other.post(here, WISH).status_code == 404
    for stranger in (cast.evaluator, cast.administrator):
        assert stage.browser(stranger).get("/sanciones").status_code == 403
    assert len(sanctions(stage)) == 1


def test_the_pages_of_sanctions_in_english(stage: Stage, justina: Producer) -> None:
    browser = stage.browser(stage.cast.control)
    assert "Write down a sanction" in browser.get("/sanciones?lang=en").text
    page = browser.get(f"/sanciones/nueva?productor={justina.code}").text
    assert "Empty: without end." in page


def test_what_control_imposed_is_not_offered_to_the_coordinator_for_correction(
    stage: Stage, justina: Producer
) -> None:
    cast = stage.cast
    assert imposed(stage, cast.control, justina, cast.spg) == 303
    (row,) = sanctions(stage)
    rosa = stage.browser(cast.coordinator)
    listed = rosa.get("/sanciones").text
    assert "La corrige el control nacional" in listed
    assert f"/sanciones/{row.id}/corregir" not in listed
    answer = rosa.post(f"/sanciones/{row.id}/corregir", WISH | {"kind": "warning"})
    assert answer.status_code == 403
    assert "solo el control nacional la corrige" in answer.text
    assert stage.browser(cast.control).get(f"/sanciones/{row.id}/corregir").status_code == 200
    assert len(sanctions(stage)) == 1


def test_an_exclusion_that_was_decided_asks_for_the_decision_it_is_lifted_by(
    stage: Stage,
) -> None:
    cast = stage.cast
    with stage.database.write(cast.now) as session:
        visits = ready(session, cast, "Justina")
        meeting = convened(session, cast, None, acta_number="9/2026")
        decided(session, cast, meeting, visits, Outcome.EXCLUSION, reasons="Herbicida")
        closed(session, cast, meeting)
    (row,) = sanctions(stage)
    rosa = stage.browser(cast.coordinator)
    page = rosa.get(f"/sanciones/{row.id}/corregir")
    assert "Esta sanción viene de una decisión del comité" in page.text
    answer = rosa.post(f"/sanciones/{row.id}/corregir", WISH | {"kind": "warning"})
    assert answer.status_code == 422
    assert len(sanctions(stage)) == 1

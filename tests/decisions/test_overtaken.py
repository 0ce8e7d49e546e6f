"""Two people at one meeting's table: the second is told what the first wrote, and loses nothing."""

from html import unescape
from typing import Any

import pytest
from sqlmodel import select

from spg_registry.core.config import settings
from spg_registry.core.keys import open_keyring
from spg_registry.decisions.models import Decision, Meeting
from spg_registry.decisions.queries import attendance_of, decisions_of
from spg_registry.producers.models import Producer
from spg_registry.rounds.models import Visit
from spg_registry.rules.words import DecisionState, Outcome
from tests.cast import SignedIn, Stage
from tests.decisions.test_pages import a_meeting, a_round, plain, seats
from tests.filling import form_of


@pytest.fixture(autouse=True)
def keys(stage: Stage) -> None:
    open_keyring(settings().data_dir).ensure(stage.cast.now)


@pytest.fixture
def visits(stage: Stage) -> list[Visit]:
    return a_round(stage, "Justina", "Basilia")


@pytest.fixture
def here(stage: Stage, visits: list[Visit]) -> str:
    return f"/reuniones/{a_meeting(stage, visits)}"


@pytest.fixture
def both(stage: Stage) -> tuple[SignedIn, SignedIn]:
    return stage.browser(stage.cast.coordinator), stage.browser(stage.cast.secretary)


Two = tuple[SignedIn, SignedIn]


def drafts(stage: Stage, here: str) -> dict[int, Decision]:
    with stage.database.read() as session:
        rows = decisions_of(session, int(here.rsplit("/", 1)[1]))
        return {row.producer_id: row for row in rows}


def filled(page: str, where: str, **typed: Any) -> dict[str, Any]:
    """The form of a page as it came, with something typed into it."""
    sent = {name: value for name, value in form_of(page, where).items() if name != "once"}
    return sent | typed


def test_the_second_to_change_a_call_reads_the_first_ones_words(
    stage: Stage, here: str, both: Two
) -> None:
    where = f"{here}/datos"
    rosa, lidia = both
    pages = [one.get(where).text for one in both]
    first = filled(pages[0], where, place="Escuela de Capilla")
    assert rosa.post(where, first).status_code == 303
    second = filled(pages[1], where, called_by="Lidia")
    told = lidia.post(where, second)
    assert told.status_code == 409
    assert "<strong>Escuela de Capilla</strong>" in unescape(told.text)
    assert 'value="Lidia"' in told.text
    assert lidia.post(where, filled(told.text, where)).status_code == 303
    with stage.database.read() as session:
        meeting = session.exec(select(Meeting)).one()
    assert (meeting.called_by, meeting.place) == ("Lidia", second["place"])


def test_a_number_that_is_taken_is_said_at_the_field_of_the_change(
    stage: Stage, here: str, both: Two
) -> None:
    called = {"committee_id": stage.cast.committee, "held_on": "2026-06-15", "place": "Sede"}
    called |= {"called_by": "Rosa", "acta_number": "77/2026", "body": "guarantee"}
    assert both[0].post("/reuniones/nueva", called).status_code == 303
    where = f"{here}/datos"
    page = both[0].get(where).text
    answer = both[0].post(where, filled(page, where, acta_number="77/2026"))
    assert answer.status_code == 422
    assert 'href="#f-acta_number"' in answer.text


def test_attendance_from_two_telephones(stage: Stage, here: str, both: Two) -> None:
    where = f"{here}/asistencia"
    rosa, lidia = both
    pages = [one.get(here).text for one in both]
    some = seats(stage, "rosa", "lidia", "julian")
    assert rosa.post(where, filled(pages[0], where, members=some)).status_code == 303
    less = filled(pages[1], where, members=some[:1])
    told = lidia.post(where, less)
    assert told.status_code == 409
    page = plain(told.text)
    assert "Ahora dice: Rosa Mamani Condori, Lidia Rojas Vargas, Julián Choque Arnez" in page
    with stage.database.read() as session:
        noted = attendance_of(session, int(here.rsplit("/", 1)[1]))
    assert sum(noted.values()) == 3
    again = filled(told.text, where, members=some[:1])
    assert lidia.post(where, again).status_code == 303


def test_ticking_unticking_and_ticking_again_is_three_acts(
    stage: Stage, here: str, both: Two
) -> None:
    """The script sends the part of the page that it fetched with the answer."""
    where = f"{here}/asistencia"
    (rosa, _), some = both, seats(stage, "rosa", "lidia")
    for members in (some, some[:1], some):
        sent = form_of(rosa.get(here).text, where) | {"members": members}
        assert rosa.post(where, sent).headers["location"] == here
    with stage.database.read() as session:
        noted = attendance_of(session, int(here.rsplit("/", 1)[1]))
    assert sum(noted.values()) == 2


def test_rows_that_the_other_left_alone_do_not_stand_in_the_way(
    stage: Stage, here: str, both: Two, visits: list[Visit]
) -> None:
    where = f"{here}/decisiones"
    first, second = (visit.producer_id for visit in visits)
    rosa, lidia = both
    asked = [{f"d-{first}-outcome": "organic", f"d-{second}-outcome": ""}]
    asked += [{f"d-{first}-outcome": "", f"d-{second}-outcome": "transition"}]
    pages = [one.get(here).text for one in both]
    for browser, page, typed in zip(both, pages, asked, strict=True):
        assert browser.post(where, filled(page, where, **typed)).status_code == 303
    found = drafts(stage, here)
    assert found[first].outcome is Outcome.ORGANIC
    assert found[second].outcome is Outcome.TRANSITION
    assert rosa.get(here).status_code == lidia.get(here).status_code == 200


def test_the_second_to_decide_a_row_reads_what_the_first_decided(
    stage: Stage, here: str, both: Two, visits: list[Visit]
) -> None:
    where = f"{here}/decisiones"
    producer = visits[0].producer_id
    at = f"d-{producer}-"
    rosa, lidia = both
    pages = [one.get(here).text for one in both]
    refused = {f"{at}outcome": "not_approved", f"{at}reasons": "Usó <veneno>"}
    assert rosa.post(where, filled(pages[0], where, **refused)).status_code == 303
    mine = {f"{at}outcome": "transition", f"{at}reasons": "La parcela es nueva"}
    told = lidia.post(where, filled(pages[1], where, **mine))
    assert told.status_code == 409
    page = unescape(told.text)
    summary = page.split('class="error-summary"')[1].split("</div>")[0]
    assert summary.count("<li>") == 2, "one for all that changed, and the way to the first"
    assert "<strong>No aprobado</strong>" in page
    assert "<strong>Usó <veneno></strong>" in page
    assert "La parcela es nueva" in page
    assert drafts(stage, here)[producer].outcome is Outcome.NOT_APPROVED
    assert lidia.post(where, filled(told.text, where)).status_code == 303
    assert drafts(stage, here)[producer].outcome is Outcome.TRANSITION


def test_the_detail_of_a_decision_is_guarded_too(
    stage: Stage, here: str, both: Two, visits: list[Visit]
) -> None:
    with stage.database.read() as session:
        code = session.get_one(Producer, visits[0].producer_id).code
    where = f"{here}/productores/{code}"
    rosa, lidia = both
    page = lidia.get(where).text
    rows = {f"d-{visits[0].producer_id}-outcome": "organic"}
    assert rosa.post(f"{here}/decisiones", rows).status_code == 303
    told = lidia.post(where, filled(page, where, outcome="transition"))
    assert told.status_code == 409
    assert "Ecológico" in plain(told.text).split("Ahora dice:")[1][:30]
    assert lidia.post(where, filled(told.text, where)).status_code == 303
    assert drafts(stage, here)[visits[0].producer_id].outcome is Outcome.TRANSITION


# --- off the table -------------------------------------------------------------------------------


def test_a_row_goes_off_the_table_from_the_list_and_waits_again(
    stage: Stage, here: str, both: Two, visits: list[Visit]
) -> None:
    where = f"{here}/decisiones"
    rosa, _ = both
    rows = {f"d-{visit.producer_id}-outcome": "organic" for visit in visits}
    assert rosa.post(where, rows).status_code == 303
    off = {f"d-{visits[0].producer_id}-outcome": ""}
    assert rosa.post(where, filled(rosa.get(here).text, where, **off)).status_code == 303
    page = plain(rosa.get(here).text)
    assert "Quitadas de la mesa: 1." in page
    assert "Quitadas de la mesa (1)" in page
    assert list(drafts(stage, here)) == [visits[1].producer_id]
    with stage.database.read() as session:
        kept = session.exec(select(Decision).order_by(Decision.id)).all()  # type: ignore[arg-type]
    assert [row.state for row in kept] == [DecisionState.WITHDRAWN, DecisionState.DRAFT]
    assert rosa.post(where, filled(rosa.get(here).text, where)).status_code == 303
    assert list(drafts(stage, here)) == [visits[1].producer_id], "it does not come back by itself"
    assert rosa.post(where, rows).status_code == 303
    assert len(drafts(stage, here)) == 2


def test_an_empty_row_of_an_old_page_takes_nothing_off(
    stage: Stage, here: str, both: Two, visits: list[Visit]
) -> None:
    where = f"{here}/decisiones"
    rosa, lidia = both
    page = lidia.get(here).text
    producer = visits[0].producer_id
    assert rosa.post(where, {f"d-{producer}-outcome": "organic"}).status_code == 303
    old = filled(page, where, **{f"d-{producer}-outcome": "", f"d-{producer}-reasons": ""})
    assert lidia.post(where, old).status_code == 303
    assert drafts(stage, here)[producer].outcome is Outcome.ORGANIC


def test_one_press_on_the_page_of_a_decision_takes_it_off(
    stage: Stage, here: str, both: Two, visits: list[Visit]
) -> None:
    with stage.database.read() as session:
        code = session.get_one(Producer, visits[0].producer_id).code
    where = f"{here}/productores/{code}"
    rosa, _ = both
    assert "Quitar esta decisión de la mesa" not in rosa.get(where).text
    rosa.post(f"{here}/decisiones", {f"d-{visits[0].producer_id}-outcome": "organic"})
    assert "Quitar esta decisión de la mesa" in rosa.get(where).text
    answer = rosa.post(f"{where}/retirar")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{here}#p-{code}")
    assert drafts(stage, here) == {}


# --- conditions ----------------------------------------------------------------------------------


def test_every_condition_is_written_and_changed_on_the_list(
    stage: Stage, here: str, both: Two, visits: list[Visit]
) -> None:
    where, at = f"{here}/decisiones", f"d-{visits[0].producer_id}-"
    rosa, _ = both
    typed = {
        f"{at}outcome": "with_conditions",
        f"{at}reasons": "Falta cercar",
        f"{at}conditions-0-text": "Cercar el lindero",
        f"{at}conditions-0-due_on": "2026-08-01",
        f"{at}conditions-3-text": "Traer la semilla propia",
        f"{at}conditions-3-due_on": "2026-09-15",
    }
    assert rosa.post(where, typed).status_code == 303
    (draft,) = drafts(stage, here).values()
    assert draft.conditions == [
        {"text": "Cercar el lindero", "due_on": "2026-08-01"},
        {"text": "Traer la semilla propia", "due_on": "2026-09-15"},
    ]
    page = rosa.get(here).text
    shown = form_of(page, where)
    assert shown[f"{at}conditions-1-text"] == "Traer la semilla propia"
    assert shown[f"{at}conditions-2-text"] == ""
    without_first = {f"{at}conditions-0-text": "", f"{at}conditions-0-due_on": ""}
    later = {f"{at}conditions-1-due_on": "2026-10-01"}
    answer = rosa.post(where, filled(page, where, **without_first, **later))
    assert answer.status_code == 303
    draft = drafts(stage, here)[visits[0].producer_id]
    assert draft.conditions == [{"text": "Traer la semilla propia", "due_on": "2026-10-01"}]


def test_a_condition_without_its_date_is_told_at_its_own_field(
    stage: Stage, here: str, both: Two, visits: list[Visit]
) -> None:
    at = f"d-{visits[0].producer_id}-"
    typed = {
        f"{at}outcome": "with_conditions",
        f"{at}reasons": "Falta cercar",
        f"{at}conditions-0-text": "Cercar el lindero",
        f"{at}conditions-0-due_on": "2026-08-01",
        f"{at}conditions-4-text": "Traer la semilla propia",
    }
    answer = both[0].post(f"{here}/decisiones", typed)
    assert answer.status_code == 422
    assert f'href="#f-{at}conditions-1-due_on"' in answer.text
    assert f'id="f-{at}conditions-1-due_on"' in answer.text
    assert drafts(stage, here) == {}


def test_the_detail_shows_and_keeps_all_conditions(
    stage: Stage, here: str, both: Two, visits: list[Visit]
) -> None:
    at = f"d-{visits[0].producer_id}-"
    typed = {f"{at}outcome": "pending_papers", f"{at}reasons": "Faltan papeles"}
    for number, text in enumerate(("Carta", "Croquis", "Fotos")):
        typed[f"{at}conditions-{number}-text"] = text
        typed[f"{at}conditions-{number}-due_on"] = "2026-08-01"
    rosa, _ = both
    assert rosa.post(f"{here}/decisiones", typed).status_code == 303
    with stage.database.read() as session:
        code = session.get_one(Producer, visits[0].producer_id).code
    where = f"{here}/productores/{code}"
    scope = [f"{visits[0].unit_id}:papa"]
    sent = filled(rosa.get(where).text, where, scope=scope, reasons="Faltan tres papeles")
    assert rosa.post(where, sent).status_code == 303
    (draft,) = drafts(stage, here).values()
    assert draft.reasons == "Faltan tres papeles"
    assert [row["text"] for row in draft.conditions] == ["Carta", "Croquis", "Fotos"]

"""After the acta in the browser: told, final, appealed and answered by the other body."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlmodel import select

from spg_registry.committees.models import BodyKind
from spg_registry.committees.queries import members_in_office
from spg_registry.core import clock
from spg_registry.core.config import settings
from spg_registry.core.keys import open_keyring
from spg_registry.decisions import appeals, service
from spg_registry.decisions.models import Appeal, AppealOutcome, AppealState, Decision
from spg_registry.decisions.schemas import AppealIn, AttendanceIn, ConditionIn, MeetingIn
from spg_registry.rules.words import DecisionState, Outcome
from tests.cast import SignedIn, Stage
from tests.filling import form_of
from tests.seals.stories import closed, convened, decided, ready

AFTER = date(2026, 7, 1)
"""The first day on which nobody may appeal any more against what was told on 15 June."""
GROUNDS = {"filed_on": "2026-06-15", "grounds": "No vieron la parcela de arriba"}


@pytest.fixture(autouse=True)
def keys(stage: Stage) -> None:
    open_keyring(settings().data_dir).ensure(stage.cast.now)


def a_decision(stage: Stage, *, told: bool = True, appealed: bool = False) -> int:
    """Justina was not approved."""
    cast = stage.cast
    with stage.database.write(cast.now) as session:
        visits = ready(session, cast, "Justina")
        meeting = convened(session, cast, visits[0].round_id)
        outcome = Outcome.NOT_APPROVED
        (row,) = decided(session, cast, meeting, visits, outcome, reasons="Falta una barrera")
        closed(session, cast, meeting)
        if told or appealed:
            service.notify(session, cast.secretary, cast.now, [row.id])
        if appealed:
            wish = AppealIn.model_validate(GROUNDS)
            service.file_appeal(session, cast.secretary, cast.now, row.id, wish)
        return row.id


def a_meeting_of_appeals(stage: Stage) -> tuple[int, list[int]]:
    """Convened, everybody present; with the seats."""
    cast = stage.cast
    with stage.database.write(cast.now) as session:
        wish = MeetingIn(
            committee_id=cast.committee,
            body=BodyKind.APPEALS,
            held_on=cast.today,
            place="Sede",
            called_by="Benita Claros",
            acta_number="A-1",
        )
        meeting = service.convene(session, cast.coordinator, cast.now, wish)
        seats = [row.id for row in members_in_office(session, cast.appeals, cast.today)]
        present = AttendanceIn(members=seats)
        service.record_attendance(session, cast.coordinator, cast.now, meeting.id, present)
        return meeting.id, seats


def with_clock(stage: Stage, clock_at: Callable[[datetime], None]) -> SignedIn:
    """The secretary's browser on the day after the window."""
    clock_at(clock.midday(AFTER))
    later = replace(stage.cast, now=clock.midday(AFTER), today=AFTER)
    stage.cast = later
    return stage.browser(later.secretary)


def state(stage: Stage, decision: int) -> DecisionState:
    with stage.database.read() as session:
        return session.get_one(Decision, decision).state


def the_appeal(stage: Stage) -> Appeal:
    with stage.database.read() as session:
        return session.exec(select(Appeal)).one()


def test_a_family_is_told_from_the_page_of_its_decision(stage: Stage) -> None:
    decision = a_decision(stage, told=False)
    here = f"/decisiones/{decision}"
    secretary = stage.browser(stage.cast.secretary)
    page = secretary.get(here).text
    assert "Falta una barrera" in page
    assert "La familia fue avisada hoy" in page
    assert secretary.post(f"{here}/aviso").status_code == 303
    page = secretary.get(here).text
    assert "30/06/2026" in page
    assert "La familia fue avisada hoy" not in page
    assert state(stage, decision) is DecisionState.NOTIFIED


def test_the_page_of_a_decision_says_what_is_due(stage: Stage) -> None:
    cast = stage.cast
    due = [ConditionIn(text="Plantar la barrera", due_on=date(2026, 9, 1))]
    with stage.database.write(cast.now) as session:
        visits = ready(session, cast, "Justina")
        meeting = convened(session, cast, visits[0].round_id)
        given = {"reasons": "Falta una barrera", "conditions": due}
        (row,) = decided(session, cast, meeting, visits, Outcome.WITH_CONDITIONS, **given)
        closed(session, cast, meeting)
    page = stage.browser(cast.member).get(f"/decisiones/{row.id}").text
    assert "Plantar la barrera (01/09/2026)" in page
    assert (
        f"/decisiones/{row.id}" in stage.browser(cast.member).get(f"/reuniones/{meeting.id}").text
    )


def test_a_decision_is_final_when_the_days_are_over_and_not_before(
    stage: Stage, clock_at: Callable[[datetime], None]
) -> None:
    decision = a_decision(stage)
    here = f"/decisiones/{decision}"
    secretary = stage.browser(stage.cast.secretary)
    assert "dejarla firme" not in secretary.get(here).text
    assert secretary.post(f"{here}/firmeza").status_code == 303
    assert "todavía corre" in secretary.get(here).text
    assert state(stage, decision) is DecisionState.NOTIFIED
    later = with_clock(stage, clock_at)
    assert "dejarla firme" in later.get(here).text
    assert later.post(f"{here}/firmeza").status_code == 303
    assert state(stage, decision) is DecisionState.FINAL


def test_an_appeal_goes_the_whole_way_to_the_closing_of_the_other_bodys_acta(
    stage: Stage,
) -> None:
    cast = stage.cast
    decision = a_decision(stage)
    coordinator, secretary = stage.browser(cast.coordinator), stage.browser(cast.secretary)
    assert "Guardar la apelación" in coordinator.get(f"/decisiones/{decision}/apelacion").text
    filed = coordinator.post(f"/decisiones/{decision}/apelacion", GROUNDS)
    assert filed.status_code == 303
    here = filed.headers["location"]
    assert "No vieron la parcela de arriba" in coordinator.get(here).text
    assert "Falta una reunión" in coordinator.get(here).text
    meeting, _ = a_meeting_of_appeals(stage)
    said = {
        "meeting_id": meeting,
        "outcome": "revoked",
        "answer": "La barrera estaba",
        "by_consensus": "on",
    }
    assert coordinator.post(here, said).status_code == 303
    assert "Respuesta en borrador" in coordinator.get(here).text
    assert state(stage, decision) is DecisionState.APPEALED
    assert "La barrera estaba" in coordinator.get(f"/reuniones/{meeting}").text
    assert "Justina" in secretary.get(f"/reuniones/{meeting}/cierre").text
    answer = secretary.post(f"/reuniones/{meeting}/cierre")
    assert answer.status_code == 303, answer.text
    assert state(stage, decision) is DecisionState.REVOKED
    page = secretary.get(here).text
    assert "Decisión revocada" in page
    assert "Guardar la respuesta" not in page
    assert "La barrera estaba" in secretary.get(f"/reuniones/{meeting}").text


def test_what_is_wrong_in_a_form_is_said_and_what_was_typed_stays(stage: Stage) -> None:
    decision = a_decision(stage)
    browser = stage.browser(stage.cast.secretary)
    here = f"/decisiones/{decision}/apelacion"
    empty = browser.post(here, {"filed_on": "2026-06-15"})
    assert (empty.status_code, 'href="#f-grounds"' in empty.text) == (422, True)
    early = browser.post(here, GROUNDS | {"filed_on": "2026-06-14"})
    assert early.status_code == 422
    assert "anterior al aviso" in early.text
    assert "No vieron la parcela de arriba" in early.text
    assert browser.post(here, GROUNDS).status_code == 303
    appeal = the_appeal(stage).id
    meeting, seats = a_meeting_of_appeals(stage)
    said = {"meeting_id": meeting, "outcome": "upheld", "by_consensus": "votes"}
    again = browser.post(f"/apelaciones/{appeal}", said | {"answer": "Se mantiene"})
    assert again.status_code == 422
    assert "Anote los votos" in again.text
    assert "Se mantiene" in again.text
    votes = {f"votes-{seat}": "for" for seat in seats}
    good = browser.post(f"/apelaciones/{appeal}", said | votes | {"answer": "Se mantiene"})
    assert good.status_code == 303
    kept = the_appeal(stage)
    assert (kept.proposed, kept.state) == (AppealOutcome.UPHELD, AppealState.FILED)
    assert kept.votes == {str(seat): "for" for seat in seats}
    aside = said | {"by_consensus": "on", f"recusals-{seats[0]}": "Es su cuñada"}
    assert browser.post(f"/apelaciones/{appeal}", aside | {"answer": "Sigue"}).status_code == 303
    kept = the_appeal(stage)
    assert (kept.votes, kept.recusals) == ({}, {str(seats[0]): "Es su cuñada"})
    assert "Es su cuñada" in browser.get(f"/apelaciones/{appeal}").text


def test_the_body_that_decided_first_does_not_answer(stage: Stage) -> None:
    a_decision(stage, appealed=True)
    with stage.database.write(stage.cast.now) as session:
        own = convened(session, stage.cast, None, acta_number="10/2026").id
    said = {"meeting_id": own, "outcome": "upheld", "answer": "No", "by_consensus": "on"}
    meeting, _ = a_meeting_of_appeals(stage)
    assert meeting
    appeal = the_appeal(stage).id
    answer = stage.browser(stage.cast.coordinator).post(f"/apelaciones/{appeal}", said)
    assert answer.status_code == 422
    assert "otro órgano" in answer.text
    assert the_appeal(stage).proposed is None


def test_a_late_appeal_is_refused_with_its_last_day(
    stage: Stage, clock_at: Callable[[datetime], None]
) -> None:
    decision = a_decision(stage)
    browser = with_clock(stage, clock_at)
    late = browser.post(
        f"/decisiones/{decision}/apelacion", GROUNDS | {"filed_on": AFTER.isoformat()}
    )
    assert late.status_code == 422
    assert "30/06/2026" in late.text
    assert state(stage, decision) is DecisionState.NOTIFIED


def test_appeals_are_for_the_office_to_write_and_for_readers_to_read(stage: Stage) -> None:
    cast = stage.cast
    decision = a_decision(stage, appealed=True)
    appeal = the_appeal(stage).id
    pages = (f"/decisiones/{decision}", f"/apelaciones/{appeal}")
    acts = (
        f"/decisiones/{decision}/aviso",
        f"/decisiones/{decision}/firmeza",
        f"/decisiones/{decision}/apelacion",
        f"/apelaciones/{appeal}",
    )
    meeting, _ = a_meeting_of_appeals(stage)
    said = {"meeting_id": meeting, "outcome": "upheld", "answer": "No", "by_consensus": "on"}
    for address in (*pages, "/apelaciones"):
        assert stage.client.get(address).headers["location"].startswith("/entrar?")
    for address in acts:
        assert stage.client.post(address).status_code in (401, 403)
    for stranger in (cast.coordinator_b, cast.evaluator):
        browser = stage.browser(stranger)
        assert [browser.get(address).status_code for address in pages] == [404, 404]
        assert [browser.post(address, GROUNDS).status_code for address in acts[:3]] == [404] * 3
        assert browser.post(acts[3], said).status_code == 404
    assert "Justina" not in stage.browser(cast.coordinator_b).get("/apelaciones").text
    assert stage.browser(cast.evaluator).get("/apelaciones").status_code == 403
    for reader in (cast.member, cast.control, cast.cnape):
        browser = stage.browser(reader)
        assert [browser.get(address).status_code for address in pages] == [200, 200]
        assert "Guardar la respuesta" not in browser.get(pages[1]).text
        assert [browser.post(address, GROUNDS).status_code for address in acts[:3]] == [403] * 3
        assert browser.post(acts[3], said).status_code == 403
        assert "Justina" in browser.get("/apelaciones").text
    assert the_appeal(stage).proposed is None


def test_the_pages_of_appeals_in_english(stage: Stage) -> None:
    decision = a_decision(stage, appealed=True)
    browser = stage.browser(stage.cast.coordinator)
    assert "Grounds of the appeal" in browser.get(f"/decisiones/{decision}?lang=en").text
    assert "A meeting is missing" in browser.get(f"/apelaciones/{the_appeal(stage).id}").text
    assert "Appeals" in browser.get("/apelaciones").text


def test_an_appeal_says_by_when_it_is_answered(
    stage: Stage, clock_at: Callable[[datetime], None]
) -> None:
    a_decision(stage, appealed=True)
    with stage.database.read() as session:
        (line,), _ = appeals.visible_appeals(session, stage.cast.coordinator)
    assert line.due_on == line.appeal.filed_on + timedelta(days=15)
    assert [line.overdue(day) for day in (line.due_on, AFTER)] == [False, True]
    browser = with_clock(stage, clock_at)
    for page in ("/apelaciones", f"/apelaciones/{line.appeal.id}"):
        assert "Plazo vencido" in browser.get(page).text


def test_two_who_write_an_answer_read_each_other(stage: Stage) -> None:
    a_decision(stage, appealed=True)
    meeting, _ = a_meeting_of_appeals(stage)
    here = f"/apelaciones/{the_appeal(stage).id}"
    browser = stage.browser(stage.cast.coordinator)
    shown = form_of(browser.get(here).text, here)
    shown.pop("once")
    said = {"meeting_id": str(meeting), "by_consensus": "on"}
    first = {"outcome": "upheld", "answer": "Se mantiene"}
    assert browser.post(here, shown | said | first).status_code == 303
    told = browser.post(here, shown | said | {"outcome": "revoked", "answer": "La barrera estaba"})
    assert told.status_code == 409
    assert "<strong>Se mantiene</strong>" in told.text
    assert the_appeal(stage).answer == "Se mantiene"
    assert browser.post(here, form_of(told.text, here)).status_code == 303
    assert the_appeal(stage).answer == "La barrera estaba"

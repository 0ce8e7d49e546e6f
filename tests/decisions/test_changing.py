"""Until the acta is closed: the call is changed, and what was noted goes off the table again."""

from datetime import date
from typing import Any

import pytest
from sqlmodel import Session, select

from spg_registry.core.audit import AuditEvent
from spg_registry.core.errors import Forbidden, Invalid, MoveRefused
from spg_registry.decisions import queries, service
from spg_registry.decisions.errors import ActaNumberTaken, MeetingClosed, MeetingNotFound
from spg_registry.decisions.models import Decision, Meeting, MeetingState
from spg_registry.decisions.schemas import AttendanceIn, DecisionIn, MeetingData
from spg_registry.rules.words import DecisionState, Outcome
from spg_registry.seals.acta import acta_of
from spg_registry.seals.agenda import agenda_of, meeting_lines
from spg_registry.seals.convocation import convocation_of
from spg_registry.worklist.matters import Look
from spg_registry.worklist.queries import work_of
from tests.cast import Cast
from tests.decisions.test_meetings import faults, meeting_in
from tests.seals.stories import closed, convened, decided, ready


def call(meeting: Meeting, **other: Any) -> MeetingData:
    known = {name: getattr(meeting, name) for name in MeetingData.model_fields}
    return MeetingData(**(known | other))


def audited(session: Session, action: str) -> list[AuditEvent]:
    return list(session.exec(select(AuditEvent).where(AuditEvent.action == action)))


# --- the call ------------------------------------------------------------------------------------


def test_day_place_caller_and_heading_change_until_the_closing(
    session: Session, cast: Cast
) -> None:
    meeting = service.convene(session, cast.coordinator, cast.now, meeting_in(cast))
    wish = call(
        meeting,
        held_on=date(2026, 6, 20),
        hour="15:30",
        place="Escuela de Capilla",
        called_by="Lidia Rojas",
        subject="Nuevos productores de Capilla",
    )
    service.rearrange(session, cast.secretary, cast.now, meeting.id, wish)
    assert (meeting.held_on, meeting.hour, meeting.place) == (
        date(2026, 6, 20),
        "15:30",
        "Escuela de Capilla",
    )
    _, content = acta_of(session, cast.secretary, meeting.id)
    assert content["subject"] == "Nuevos productores de Capilla"
    agenda = agenda_of(session, cast.secretary, meeting.id)
    roles = [""] * len(agenda.attendance.seats)
    assert convocation_of(agenda, roles, 0).subject == "Nuevos productores de Capilla"
    (event,) = audited(session, "meeting.rearrange")
    assert event.subject_id == str(meeting.id)
    assert sorted(event.details["changed"]) == [
        "called_by",
        "held_on",
        "hour",
        "place",
        "subject",
    ]


def test_a_closed_acta_is_not_rearranged(session: Session, cast: Cast) -> None:
    visits = ready(session, cast, "Justina")
    meeting = convened(session, cast, visits[0].round_id)
    decided(session, cast, meeting, visits)
    closed(session, cast, meeting)
    with pytest.raises(MeetingClosed):
        service.rearrange(session, cast.secretary, cast.now, meeting.id, call(meeting, place="X"))
    assert meeting.state is MeetingState.CLOSED
    assert meeting.place == "Sede del comité, Punata"


def test_a_number_stays_ones_own_and_never_becomes_anothers(session: Session, cast: Cast) -> None:
    first = service.convene(session, cast.coordinator, cast.now, meeting_in(cast))
    second = service.convene(
        session, cast.coordinator, cast.now, meeting_in(cast, acta_number="2/2026")
    )
    service.rearrange(session, cast.secretary, cast.now, first.id, call(first, place="Escuela"))
    with pytest.raises(ActaNumberTaken):
        service.rearrange(
            session, cast.secretary, cast.now, second.id, call(second, acta_number="1/2026")
        )


def test_a_meeting_that_was_attended_is_not_put_off(session: Session, cast: Cast) -> None:
    meeting = convened(session, cast, None, acta_number="1/2026")
    later = call(meeting, held_on=date(2026, 6, 30))
    with pytest.raises(Invalid) as refusal:
        service.rearrange(session, cast.coordinator, cast.now, meeting.id, later)
    assert faults(refusal) == [("held_on", "somebody_attended")]
    earlier = call(meeting, held_on=date(2026, 6, 13))
    service.rearrange(session, cast.coordinator, cast.now, meeting.id, earlier)
    nobody = AttendanceIn(members=[])
    service.record_attendance(session, cast.coordinator, cast.now, meeting.id, nobody)
    service.rearrange(session, cast.coordinator, cast.now, meeting.id, later)
    assert meeting.held_on == date(2026, 6, 30)


def test_only_the_office_of_the_committee_changes_a_call(session: Session, cast: Cast) -> None:
    meeting = service.convene(session, cast.coordinator, cast.now, meeting_in(cast))
    for actor, refusal in ((cast.member, Forbidden), (cast.coordinator_b, MeetingNotFound)):
        with pytest.raises(refusal):
            service.rearrange(session, actor, cast.now, meeting.id, call(meeting, place="X"))
    assert audited(session, "meeting.rearrange") == []


# --- off the table -------------------------------------------------------------------------------


def test_a_draft_goes_off_the_table_and_another_may_follow(session: Session, cast: Cast) -> None:
    visits = ready(session, cast, "Justina", "Basilia")
    meeting = convened(session, cast, visits[0].round_id)
    first, second = decided(session, cast, meeting, visits)
    service.withdraw_draft(session, cast.secretary, cast.now, first.id)
    assert (first.state, first.withdrawn_by, first.withdrawn_at) == (
        DecisionState.WITHDRAWN,
        cast.secretary.label,
        cast.now,
    )
    agenda = agenda_of(session, cast.coordinator, meeting.id)
    assert [item.producer.id for item in agenda.waiting] == [first.producer_id]
    assert [item.decision for item in agenda.drafts] == [second]
    assert [line.decisions for line in meeting_lines(session, [meeting])] == [1]
    ((kept, producer),) = queries.withdrawn_from(session, meeting.id)
    assert (kept, producer.id) == (first, first.producer_id)
    (event,) = audited(session, "decision.withdraw")
    assert event.details["decision"] == first.id

    (again,) = decided(session, cast, meeting, visits[:1], Outcome.TRANSITION)
    assert (again.id, again.state) != (first.id, first.state)
    closing = closed(session, cast, meeting)
    assert {grant.decision_id for grant in closing.granted} == {second.id, again.id}
    assert first.state is DecisionState.WITHDRAWN


def test_another_draft_about_the_very_same_seal_may_follow(session: Session, cast: Cast) -> None:
    visits = ready(session, cast, "Justina")
    meeting = convened(session, cast, visits[0].round_id)
    rows: list[Decision] = []
    for _ in range(3):
        (draft,) = decided(session, cast, meeting, visits)
        service.withdraw_draft(session, cast.coordinator, cast.now, draft.id)
        rows.append(draft)
    assert len({draft.id for draft in rows}) == 3
    assert {draft.category for draft in rows} == {rows[0].category}
    (last,) = decided(session, cast, meeting, visits)
    assert [grant.decision_id for grant in closed(session, cast, meeting).granted] == [last.id]


def test_who_wrote_only_what_was_withdrawn_may_close(session: Session, cast: Cast) -> None:
    """Nobody grants alone: the hand of a draft that is off the table decided nothing."""
    visits = ready(session, cast, "Justina")
    meeting = convened(session, cast, visits[0].round_id)
    (draft,) = decided(session, cast, meeting, visits)
    service.withdraw_draft(session, cast.coordinator, cast.now, draft.id)
    service.decide_all(
        session,
        cast.secretary,
        cast.now,
        meeting.id,
        [DecisionIn(producer_id=draft.producer_id, outcome=draft.outcome)],
    )
    assert len(closed(session, cast, meeting, cast.coordinator).granted) == 1


def test_what_is_withdrawn_waits_for_a_decision_on_the_work_list(
    session: Session, cast: Cast
) -> None:
    visits = ready(session, cast, "Justina")
    meeting = convened(session, cast, visits[0].round_id)

    def waiting() -> list[int]:
        matters = work_of(Look(session, cast.coordinator, cast.today))
        return [matter.count for matter in matters if matter.code == "ready"]

    (draft,) = decided(session, cast, meeting, visits)
    assert waiting() == []
    service.withdraw_draft(session, cast.coordinator, cast.now, draft.id)
    assert waiting() == [1]


def test_nothing_is_taken_off_twice_nor_out_of_a_closed_acta(session: Session, cast: Cast) -> None:
    visits = ready(session, cast, "Justina", "Basilia")
    meeting = convened(session, cast, visits[0].round_id)
    first, second = decided(session, cast, meeting, visits)
    service.withdraw_draft(session, cast.coordinator, cast.now, first.id)
    with pytest.raises(MoveRefused):
        service.withdraw_draft(session, cast.coordinator, cast.now, first.id)
    closed(session, cast, meeting)
    with pytest.raises(MeetingClosed):
        service.withdraw_draft(session, cast.coordinator, cast.now, second.id)
    assert second.state is DecisionState.ADOPTED


def test_only_the_office_of_the_committee_takes_a_draft_off(session: Session, cast: Cast) -> None:
    visits = ready(session, cast, "Justina")
    meeting = convened(session, cast, visits[0].round_id)
    (draft,) = decided(session, cast, meeting, visits)
    for actor, refusal in ((cast.member, Forbidden), (cast.coordinator_b, MeetingNotFound)):
        with pytest.raises(refusal):
            service.withdraw_draft(session, actor, cast.now, draft.id)
    assert draft.state is DecisionState.DRAFT

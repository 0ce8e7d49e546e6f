"""A meeting before its closing: convened, attended, decided in drafts; and appeals afterwards."""

from datetime import date
from typing import Any

import pytest
from sqlmodel import Session, select

from spg_registry.committees import service as committees
from spg_registry.committees.models import BodyKind
from spg_registry.committees.queries import members_in_office
from spg_registry.committees.schemas import MemberIn
from spg_registry.core.audit import AuditEvent
from spg_registry.core.errors import Forbidden, Invalid, MoveRefused, Refused, Unauthenticated
from spg_registry.core.permissions import NOBODY, SYSTEM
from spg_registry.decisions import queries, service
from spg_registry.decisions.errors import (
    ActaNumberTaken,
    AppealAnswered,
    AppealWindowOver,
    MeetingNotFound,
    MeetingNotYet,
    SameBody,
)
from spg_registry.decisions.models import (
    Appeal,
    AppealOutcome,
    AppealState,
    Decision,
    Meeting,
    MeetingState,
)
from spg_registry.decisions.schemas import (
    AppealAnswerIn,
    AppealIn,
    AttendanceIn,
    DecisionIn,
    MeetingIn,
)
from spg_registry.producers.errors import ProducerNotFound
from spg_registry.producers.models import Producer
from spg_registry.rounds import service as rounds
from spg_registry.rules.words import Ballot, DecisionState, Outcome, SealState, Sector
from spg_registry.seals import events
from spg_registry.seals.agenda import item_of
from spg_registry.seals.errors import ClosingRefused, DecisionDoesNotSayThat
from tests.cast import Cast
from tests.rounds.stories import planned
from tests.seals.stories import (
    EVERYBODY,
    closed,
    convened,
    decided,
    granted,
    granted_by_b,
    on_day,
    ready,
    seat,
)


def meeting_in(cast: Cast, **other: Any) -> MeetingIn:
    given: dict[str, Any] = {
        "committee_id": cast.committee,
        "held_on": cast.today,
        "place": "Sede",
        "called_by": "Rosa Mamani",
        "acta_number": "1/2026",
    }
    return MeetingIn(**(given | other))


def faults(refusal: pytest.ExceptionInfo[Invalid]) -> list[tuple[str, str]]:
    return [(fault.field, fault.code) for fault in refusal.value.faults]


# --- convened ------------------------------------------------------------------------------------


def test_an_acta_number_belongs_to_one_meeting_of_a_body(session: Session, cast: Cast) -> None:
    service.convene(session, cast.coordinator, cast.now, meeting_in(cast))
    with pytest.raises(ActaNumberTaken):
        service.convene(session, cast.secretary, cast.now, meeting_in(cast))
    appeals = meeting_in(cast, body=BodyKind.APPEALS)
    assert service.convene(session, cast.secretary, cast.now, appeals).body_id == cast.appeals


def test_a_meeting_is_called_ahead_and_attended_on_its_day(session: Session, cast: Cast) -> None:
    visits = ready(session, cast, "Justina")
    asked = meeting_in(cast, held_on=date(2026, 6, 20), round_id=visits[0].round_id)
    meeting = service.convene(session, cast.coordinator, cast.now, asked)
    here = AttendanceIn(members=[seat(session, cast, name) for name in EVERYBODY])
    with pytest.raises(MeetingNotYet):
        service.record_attendance(session, cast.coordinator, cast.now, meeting.id, here)
    decided(session, cast, meeting, visits)
    with pytest.raises(MeetingNotYet):
        closed(session, cast, meeting)
    there = on_day(cast, date(2026, 6, 20))
    service.record_attendance(session, cast.coordinator, there.now, meeting.id, here)
    assert len(closed(session, there, meeting).granted) == 1


def test_a_mistyped_year_is_not_a_day_to_meet(session: Session, cast: Cast) -> None:
    with pytest.raises(Invalid) as refusal:
        service.convene(
            session, cast.coordinator, cast.now, meeting_in(cast, held_on=date(2062, 6, 16))
        )
    assert faults(refusal) == [("held_on", "too_far_ahead")]


def test_the_next_number_of_the_book_is_proposed(session: Session, cast: Cast) -> None:
    told = []
    for number in ("07/2026", "nueve", "12/2025", "08/2026"):
        asked = meeting_in(cast, acta_number=number)
        service.convene(session, cast.coordinator, cast.now, asked)
        told.append(queries.next_acta_number(session, cast.guarantee, 2026))
    assert told == ["08/2026", "08/2026", "08/2026", "09/2026"]
    assert queries.next_acta_number(session, cast.guarantee, 2027) == "1/2027"


def test_a_meeting_takes_up_a_round_of_its_own_that_is_under_way(
    session: Session, cast: Cast
) -> None:
    ronda = planned(session, cast)
    other = planned(session, cast, cast.coordinator_b, spg_id=cast.spg_b)
    rounds.open_round(session, cast.coordinator_b, cast.now, other.id)
    for round_id, code in ((ronda.id, "round_not_open"), (other.id, "not_found"), (999, None)):
        with pytest.raises(Invalid) as refusal:
            service.convene(
                session, cast.coordinator, cast.now, meeting_in(cast, round_id=round_id)
            )
        assert faults(refusal) == [("round_id", code or "not_found")]


def test_only_the_office_of_the_committee_convenes(session: Session, cast: Cast) -> None:
    for actor, refusal in (
        (NOBODY, Unauthenticated),
        (cast.member, Forbidden),
        (cast.evaluator, Forbidden),
        (cast.control, Forbidden),
        (cast.cnape, Forbidden),
        (cast.administrator, Forbidden),
        (cast.coordinator_b, Forbidden),
    ):
        with pytest.raises(refusal):
            service.convene(session, actor, cast.now, meeting_in(cast))


def test_another_committees_meeting_is_not_found(session: Session, cast: Cast) -> None:
    meeting = service.convene(session, cast.coordinator, cast.now, meeting_in(cast))
    for stranger in (cast.coordinator_b, cast.evaluator, cast.administrator):
        with pytest.raises(MeetingNotFound):
            queries.get_meeting(session, stranger, meeting.id)
        assert queries.visible_meetings(session, stranger) == ([], 0)
        with pytest.raises(MeetingNotFound):
            service.record_attendance(session, stranger, cast.now, meeting.id, AttendanceIn())
    for reader in (cast.member, cast.control, cast.cnape):
        assert queries.visible_meetings(session, reader) == ([meeting], 1)
    for ask in (queries.get_meeting, lambda s, a, _: queries.visible_meetings(s, a)):
        with pytest.raises(Unauthenticated):
            ask(session, NOBODY, meeting.id)


# --- attended ------------------------------------------------------------------------------------


def test_attendance_can_be_corrected_until_the_closing(session: Session, cast: Cast) -> None:
    visits = ready(session, cast, "Justina")
    meeting = convened(session, cast, visits[0].round_id, present=("rosa", "lidia"))
    noted = queries.attendance_of(session, meeting.id)
    assert sum(noted.values()) == 2
    assert len(noted) == len(EVERYBODY)
    later = AttendanceIn(members=[seat(session, cast, "julian")])
    service.record_attendance(session, cast.secretary, cast.now, meeting.id, later)
    here = {
        member for member, present in queries.attendance_of(session, meeting.id).items() if present
    }
    assert here == {seat(session, cast, "julian")}


def test_only_members_in_office_are_present(session: Session, cast: Cast) -> None:
    meeting = service.convene(session, cast.coordinator, cast.now, meeting_in(cast))
    with pytest.raises(Invalid) as refusal:
        service.record_attendance(
            session, cast.coordinator, cast.now, meeting.id, AttendanceIn(members=[99_999])
        )
    assert faults(refusal) == [("members", "not_in_office")]


def test_before_the_first_term_nobody_is_in_office(session: Session, cast: Cast) -> None:
    early = meeting_in(cast, held_on=date(2025, 2, 1))
    meeting = service.convene(session, cast.coordinator, cast.now, early)
    rosa = AttendanceIn(members=[seat(session, cast, "rosa")])
    with pytest.raises(Invalid):
        service.record_attendance(session, cast.coordinator, cast.now, meeting.id, rosa)


# --- decided -------------------------------------------------------------------------------------


def test_a_second_draft_takes_the_first_ones_place(session: Session, cast: Cast) -> None:
    visits = ready(session, cast, "Justina")
    meeting = convened(session, cast, visits[0].round_id)
    decided(session, cast, meeting, visits)
    decided(session, cast, meeting, visits, Outcome.TRANSITION)
    (draft,) = queries.decisions_of(session, meeting.id)
    assert (draft.outcome, draft.state) == (Outcome.TRANSITION, DecisionState.DRAFT)
    acts = session.exec(select(AuditEvent).where(AuditEvent.action == "decision.record")).all()
    assert [act.details["outcome"] for act in acts] == ["organic", "transition"]


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"outcome": "not_approved"}, ("0-reasons", "reasons_needed")),
        ({"outcome": "suspension"}, ("0-reasons", "reasons_needed")),
        ({"outcome": "with_conditions", "reasons": "x"}, ("0-conditions", "conditions_needed")),
        ({"outcome": "organic", "by_consensus": False}, ("0-votes", "votes_needed")),
        (
            {"outcome": "organic", "valid_from": "2026-07-01", "valid_until": "2026-06-30"},
            ("0-valid_until", "ends_before_start"),
        ),
        (
            {"outcome": "organic", "recusals": {"4711": "Es su ahijada"}},
            ("0-recusals", "not_in_office"),
        ),
        (
            {"outcome": "organic", "scope": [{"unit_id": 1, "product_code": "kriptonita"}]},
            ("0-scope-0-product_code", "product_unknown"),
        ),
    ],
)
def test_a_draft_that_makes_no_sense_is_refused(
    session: Session, cast: Cast, given: dict[str, Any], fault: tuple[str, str]
) -> None:
    visits = ready(session, cast, "Justina")
    meeting = convened(session, cast, visits[0].round_id)
    batch = [DecisionIn.model_validate({"producer_id": visits[0].producer_id} | given)]
    with pytest.raises(Invalid) as refusal:
        service.decide_all(session, cast.coordinator, cast.now, meeting.id, batch)
    assert faults(refusal) == [fault]


def test_strangers_and_twins_are_named_at_once(session: Session, cast: Cast) -> None:
    visits = ready(session, cast, "Justina")
    meeting = convened(session, cast, visits[0].round_id)
    own = visits[0].producer_id
    batch = [DecisionIn(producer_id=id_, outcome=Outcome.ORGANIC) for id_ in (own, 999_999, own)]
    with pytest.raises(Invalid) as refusal:
        service.decide_all(session, cast.coordinator, cast.now, meeting.id, batch)
    assert faults(refusal) == [
        ("1-producer_id", "not_enrolled"),
        ("2-producer_id", "named_twice"),
    ]
    assert session.exec(select(Decision)).all() == []


def test_another_committees_producers_are_not_on_the_table(session: Session, cast: Cast) -> None:
    """Without a round nothing but the committee says whose producers a meeting decides about."""
    (theirs,) = granted_by_b(
        session, cast, waivers={"committee_recognised": "En trámite en el concejo municipal"}
    )
    meeting = service.convene(session, cast.coordinator, cast.now, meeting_in(cast))
    batch = [DecisionIn(producer_id=theirs.producer_id, outcome=Outcome.EXCLUSION, reasons="Ajena")]
    with pytest.raises(Invalid) as refusal:
        service.decide_all(session, cast.coordinator, cast.now, meeting.id, batch)
    assert faults(refusal) == [("0-producer_id", "not_enrolled")]
    code = session.get_one(Producer, theirs.producer_id).code
    with pytest.raises(ProducerNotFound):
        item_of(session, cast.coordinator, meeting.id, code)
    smuggled = Decision(
        meeting_id=meeting.id,
        producer_id=theirs.producer_id,
        enrolment_id=theirs.enrolment_id,
        outcome=Outcome.EXCLUSION,
        state_since=cast.today,
    )
    session.add(smuggled)
    session.flush()
    for act in (events.suspend_all, events.exclude):
        with pytest.raises(DecisionDoesNotSayThat):
            act(session, cast.secretary, cast.now, smuggled, cast.today)
    assert theirs.state is SealState.GRANTED


def test_votes_and_recusals_are_kept_as_they_were_said(session: Session, cast: Cast) -> None:
    visits = ready(session, cast, "Justina")
    meeting = convened(session, cast, visits[0].round_id)
    votes = {seat(session, cast, "rosa"): Ballot.FOR, seat(session, cast, "lidia"): Ballot.AGAINST}
    recusals = {seat(session, cast, "pedro"): "Compadre"}
    (draft,) = decided(
        session, cast, meeting, visits, by_consensus=False, votes=votes, recusals=recusals
    )
    assert draft.votes == {str(id_): ballot.value for id_, ballot in votes.items()}
    assert draft.recusals == {str(seat(session, cast, "pedro")): "Compadre"}
    assert queries.decisions_about(session, visits[0].producer_id) == [(draft, meeting)]


# --- told, appealed, final -----------------------------------------------------------------------


def _adopted(session: Session, cast: Cast) -> Decision:
    (grant,) = granted(session, cast, "Justina")
    return session.get_one(Decision, grant.decision_id)


def _appeal(session: Session, cast: Cast, decision: Decision, on: date) -> Appeal:
    data = AppealIn(filed_on=on, grounds="Pedí el sello verde")
    return service.file_appeal(session, cast.secretary, cast.now, decision.id, data)


def _appeals_meeting(session: Session, cast: Cast, **other: Any) -> Meeting:
    present = other.pop("present", ("benita", "hugo", "marta"))
    data = meeting_in(cast, **({"body": BodyKind.APPEALS, "acta_number": "A-1"} | other))
    meeting = service.convene(session, cast.coordinator, cast.now, data)
    rows = members_in_office(session, cast.appeals, meeting.held_on)
    here = {cast.persons[name] for name in present}
    seats = AttendanceIn(members=[row.id for row in rows if row.person_id in here])
    service.record_attendance(session, cast.coordinator, cast.now, meeting.id, seats)
    return meeting


def test_the_window_for_an_appeal_runs_from_the_notice(session: Session, cast: Cast) -> None:
    decision = _adopted(session, cast)
    with pytest.raises(MoveRefused):
        _appeal(session, cast, decision, cast.today)
    service.notify(session, cast.secretary, cast.now, [decision.id])
    meeting = session.get_one(Meeting, decision.meeting_id)
    assert service.appeal_until(session, decision, meeting) == date(2026, 6, 30)
    with pytest.raises(Invalid):
        service.finalise(session, cast.coordinator, cast.now, decision.id)
    late = on_day(cast, date(2026, 7, 1))
    with pytest.raises(AppealWindowOver):
        _appeal(session, late, decision, date(2026, 7, 1))
    service.finalise(session, cast.coordinator, late.now, decision.id)
    assert decision.state is DecisionState.FINAL


def test_an_appeal_is_dated_between_the_notice_and_today(session: Session, cast: Cast) -> None:
    decision = _adopted(session, cast)
    service.notify(session, cast.secretary, cast.now, [decision.id])
    for day, code in ((date(2026, 6, 14), "before_notice"), (date(2026, 6, 16), "in_the_future")):
        with pytest.raises(Invalid) as refusal:
            _appeal(session, cast, decision, day)
        assert faults(refusal) == [("filed_on", code)]


def test_an_appeal_is_answered_once_and_by_another_body(session: Session, cast: Cast) -> None:
    decision = _adopted(session, cast)
    service.notify(session, cast.secretary, cast.now, [decision.id])
    appeal = _appeal(session, cast, decision, cast.today)
    own = service.convene(session, cast.coordinator, cast.now, meeting_in(cast, acta_number="2"))
    answer: dict[str, Any] = {"outcome": AppealOutcome.UPHELD, "answer": "Se mantiene"}
    with pytest.raises(SameBody):
        service.answer_appeal(
            session,
            cast.coordinator,
            cast.now,
            appeal.id,
            AppealAnswerIn(meeting_id=own.id, **answer),
        )
    theirs = _appeals_meeting(session, cast)
    data = AppealAnswerIn(meeting_id=theirs.id, **answer)
    service.answer_appeal(session, cast.coordinator, cast.now, appeal.id, data)
    assert (appeal.state, decision.state) == (AppealState.FILED, DecisionState.APPEALED)
    closing = closed(session, cast, theirs)
    assert (closing.decisions, closing.answered) == ([], [appeal])
    assert (appeal.state, appeal.answered_on) == (AppealState.UPHELD, theirs.held_on)
    assert decision.state is DecisionState.UPHELD
    later = AppealAnswerIn(
        meeting_id=_appeals_meeting(session, cast, acta_number="A-2").id, **answer
    )
    with pytest.raises(AppealAnswered):
        service.answer_appeal(session, cast.coordinator, cast.now, appeal.id, later)


def _answered(session: Session, cast: Cast, *present: str, **other: Any) -> tuple[Appeal, Meeting]:
    """An appeal with its answer put down in a meeting of the appeals body."""
    decision = _adopted(session, cast)
    service.notify(session, cast.secretary, cast.now, [decision.id])
    appeal = _appeal(session, cast, decision, cast.today)
    meeting = _appeals_meeting(session, cast, present=present)
    given: dict[str, Any] = {"outcome": AppealOutcome.REVOKED, "answer": "Se revoca"}
    data = AppealAnswerIn(meeting_id=meeting.id, **(given | other))
    service.answer_appeal(session, cast.coordinator, cast.now, appeal.id, data)
    return appeal, meeting


def _refusals(session: Session, cast: Cast, meeting: Meeting) -> set[tuple[str, str]]:
    with pytest.raises(ClosingRefused) as refusal:
        closed(session, cast, meeting)
    return {(reason.code, reason.reason) for reason in refusal.value.reasons}


def test_nobody_in_the_room_answers_no_appeal(session: Session, cast: Cast) -> None:
    appeal, meeting = _answered(session, cast)
    assert ("quorum", "too_few") in _refusals(session, cast, meeting)
    assert (appeal.state, meeting.state) == (AppealState.FILED, MeetingState.CONVENED)


def test_who_decided_first_does_not_answer_the_appeal(session: Session, cast: Cast) -> None:
    """Rosa, who sat in the first meeting, sits in the appeals body too: two of three are left."""
    rosa = MemberIn(
        body=BodyKind.APPEALS,
        person_id=cast.persons["rosa"],
        sector=Sector.PRODUCER,
        term_from=date(2026, 1, 1),
    )
    (hers,) = committees.seat_members(session, cast.coordinator, cast.now, cast.committee, [rosa])
    appeal, meeting = _answered(session, cast, "benita", "rosa")
    assert _refusals(session, cast, meeting) == {
        ("quorum", "too_few"),
        ("quorum", "no_other_sector"),
    }
    votes = {hers.id: Ballot.FOR}
    data = AppealAnswerIn(
        meeting_id=meeting.id,
        outcome=AppealOutcome.REVOKED,
        answer="Se revoca",
        by_consensus=False,
        votes=votes,
    )
    service.answer_appeal(session, cast.coordinator, cast.now, appeal.id, data)
    assert ("recused", "decided_first_voted") in _refusals(session, cast, meeting)


def test_an_answer_that_is_not_carried_is_none(session: Session, cast: Cast) -> None:
    seats = {row.person_id: row.id for row in members_in_office(session, cast.appeals, cast.today)}
    against = {
        seats[cast.persons[name]]: ballot
        for name, ballot in (("benita", Ballot.FOR), ("hugo", Ballot.AGAINST))
    }
    _, meeting = _answered(session, cast, "benita", "hugo", by_consensus=False, votes=against)
    assert _refusals(session, cast, meeting) == {("decision_carried", "not_carried")}


def test_who_put_the_answer_down_does_not_close_the_acta(session: Session, cast: Cast) -> None:
    more = [
        MemberIn(
            body=BodyKind.APPEALS,
            person_id=cast.persons[name],
            sector=Sector.PRODUCER,
            term_from=date(2026, 1, 1),
        )
        for name in ("wilma", "oscar")
    ]
    committees.seat_members(session, SYSTEM, cast.now, cast.committee, more)
    _, meeting = _answered(session, cast, "benita", "hugo", "marta", "wilma", "oscar")
    with pytest.raises(Refused) as refusal:
        closed(session, cast, meeting, cast.coordinator)
    assert [reason.code for reason in refusal.value.reasons] == ["separate_hands"]
    assert closed(session, cast, meeting, cast.secretary).answered


def test_the_wrong_committee_and_nobody_neither_tell_nor_appeal(
    session: Session, cast: Cast
) -> None:
    decision = _adopted(session, cast)
    for actor, refusal in (
        (NOBODY, Unauthenticated),
        (cast.coordinator_b, MeetingNotFound),
        (cast.member, Forbidden),
        (cast.control, Forbidden),
    ):
        with pytest.raises(refusal):
            service.notify(session, actor, cast.now, [decision.id])
        with pytest.raises(refusal):
            service.finalise(session, actor, cast.now, decision.id)

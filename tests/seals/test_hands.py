"""Whose hand it was: what the control body did, no committee undoes, and nobody grants alone."""

from datetime import date
from typing import Any

import pytest
from sqlmodel import Session

from spg_registry.committees import service as committees
from spg_registry.committees.models import BodyKind
from spg_registry.committees.queries import members_in_office
from spg_registry.committees.schemas import RegistrationChangeIn
from spg_registry.core.errors import Invalid, MoveRefused, Refused
from spg_registry.decisions import service as decisions
from spg_registry.decisions.models import Decision, Meeting
from spg_registry.decisions.schemas import AttendanceIn, ConditionIn
from spg_registry.producers import service as producers
from spg_registry.producers.models import Producer
from spg_registry.producers.schemas import EnrolIn
from spg_registry.rounds.models import Visit
from spg_registry.rules.words import (
    Authority,
    Outcome,
    RegistrationState,
    SanctionKind,
    SealState,
)
from spg_registry.seals import queries, service
from spg_registry.seals.errors import (
    ClosingRefused,
    DecisionDoesNotSayThat,
    NotTheGrantingBody,
    SanctionOfControl,
    SuspendedByControl,
)
from spg_registry.seals.events import replace_seals
from spg_registry.seals.models import Sanction, SealGrant
from spg_registry.seals.sanctions import grounds_of
from spg_registry.seals.schemas import ActIn, ReasonClass, SanctionIn
from tests.cast import Cast
from tests.seals.stories import (
    HELD_ON,
    closed,
    convened,
    decided,
    decided_about,
    granted,
    on_day,
    ready,
)

HEARD = ActIn(
    reason_class=ReasonClass.PROHIBITED_INPUT, reason="Residuos", right_of_reply="Citada por nota"
)


def sanction(visit: Visit, cast: Cast, **other: Any) -> SanctionIn:
    given: dict[str, Any] = {
        "producer_id": visit.producer_id,
        "spg_id": cast.spg,
        "kind": SanctionKind.EXCLUSION,
        "since": date(2026, 6, 1),
        "reason_class": ReasonClass.PROHIBITED_INPUT,
        "reason": "Herbicida",
    }
    return SanctionIn(**(given | other))


def reasons(refusal: pytest.ExceptionInfo[ClosingRefused]) -> set[tuple[str, str]]:
    return {(reason.code, reason.reason) for reason in refusal.value.reasons}


# --- sanctions -----------------------------------------------------------------------------------


def test_a_coordinator_does_not_correct_the_control_bodys_sanction_away(
    session: Session, cast: Cast
) -> None:
    visits = ready(session, cast, "Justina")
    theirs = service.impose(session, cast.control, cast.now, sanction(visits[0], cast))
    meeting = convened(session, cast, visits[0].round_id)
    decided(session, cast, meeting, visits)
    milder = sanction(visits[0], cast, kind=SanctionKind.WARNING, correction_of=theirs.id)
    with pytest.raises(SanctionOfControl):
        service.impose(session, cast.coordinator, cast.now, milder)
    with pytest.raises(ClosingRefused) as refusal:
        closed(session, cast, meeting)
    assert reasons(refusal) == {("not_sanctioned", "sanctioned")}
    lifted = service.impose(session, cast.control, cast.now, milder)
    assert lifted.authority is Authority.CONTROL
    assert closed(session, cast, meeting).granted


def excluded(session: Session, cast: Cast) -> tuple[Visit, Decision, Sanction]:
    visits = ready(session, cast, "Justina")
    meeting = convened(session, cast, None, acta_number="9/2026")
    (decision,) = decided(session, cast, meeting, visits, Outcome.EXCLUSION, reasons="Herbicida")
    closed(session, cast, meeting)
    (row,), _ = queries.visible_sanctions(session, cast.coordinator)
    return visits[0], decision, row


def test_an_exclusion_that_was_decided_is_lifted_by_a_later_decision_only(
    session: Session, cast: Cast
) -> None:
    visit, decision, row = excluded(session, cast)
    assert (row.decision_id, row.authority) == (decision.id, Authority.COMMITTEE)
    milder = sanction(visit, cast, kind=SanctionKind.WARNING, correction_of=row.id)
    with pytest.raises(Invalid) as missing:
        service.impose(session, cast.coordinator, cast.now, milder)
    assert [fault.field for fault in missing.value.faults] == ["decision_id"]
    same = milder.model_copy(update={"decision_id": decision.id})
    with pytest.raises(DecisionDoesNotSayThat):
        service.impose(session, cast.coordinator, cast.now, same)
    code = session.get_one(Producer, visit.producer_id).code
    producers.enrol(session, cast.secretary, cast.now, code, EnrolIn(spg_id=cast.spg))
    second = convened(session, cast, None, acta_number="10/2026")
    asked = [ConditionIn(text="Curso de manejo", due_on=date(2026, 9, 1))]
    (later,) = decided_about(
        session,
        cast,
        second,
        [visit.producer_id],
        Outcome.WITH_CONDITIONS,
        reasons="Vuelve a entrar",
        conditions=asked,
    )
    assert grounds_of(session, row) == []
    closed(session, cast, second)
    assert [found.id for found, _ in grounds_of(session, row)] == [later.id]
    lifting = milder.model_copy(update={"decision_id": later.id})
    assert service.impose(session, cast.coordinator, cast.now, lifting).decision_id == later.id


def test_the_control_body_corrects_what_a_committee_imposed(session: Session, cast: Cast) -> None:
    visit, _, row = excluded(session, cast)
    milder = sanction(visit, cast, kind=SanctionKind.WARNING, correction_of=row.id)
    lifted = service.impose(session, cast.control, cast.now, milder)
    assert (lifted.authority, lifted.decision_id) == (Authority.CONTROL, None)


# --- the body that grants ------------------------------------------------------------------------


def heard_by_appeals(session: Session, cast: Cast, round_id: int) -> Meeting:
    meeting = convened(session, cast, round_id, (), body=BodyKind.APPEALS, acta_number="A-1")
    seats = [row.id for row in members_in_office(session, cast.appeals, HELD_ON)]
    told = AttendanceIn(members=seats)
    decisions.record_attendance(session, cast.coordinator, cast.now, meeting.id, told)
    return meeting


def test_the_appeals_body_grants_no_seal(session: Session, cast: Cast) -> None:
    visits = ready(session, cast, "Justina")
    meeting = heard_by_appeals(session, cast, visits[0].round_id)
    with pytest.raises(Invalid) as refusal:
        decided(session, cast, meeting, visits)
    assert [fault.code for fault in refusal.value.faults] == ["not_the_granting_body"]


def test_a_draft_that_was_there_before_is_not_granted_either(session: Session, cast: Cast) -> None:
    visits = ready(session, cast, "Justina")
    meeting = heard_by_appeals(session, cast, visits[0].round_id)
    (draft,) = decided(session, cast, meeting, visits, Outcome.NOT_APPROVED, reasons="Falta")
    draft.outcome = Outcome.ORGANIC
    session.add(draft)
    with pytest.raises(NotTheGrantingBody):
        closed(session, cast, meeting)


def test_two_hands_are_asked_of_a_committee_of_five_whichever_body_meets(
    session: Session, cast: Cast
) -> None:
    visits = ready(session, cast, "Justina")
    meeting = heard_by_appeals(session, cast, visits[0].round_id)
    decided(session, cast, meeting, visits, Outcome.NOT_APPROVED, reasons="Falta")
    with pytest.raises(Refused) as refusal:
        closed(session, cast, meeting, cast.coordinator)
    assert [reason.code for reason in refusal.value.reasons] == ["separate_hands"]


# --- a meeting that is dated back ----------------------------------------------------------------


def test_a_meeting_dated_before_a_suspension_grants_nothing_while_it_lasts(
    session: Session, cast: Cast
) -> None:
    visits = ready(session, cast, "Justina")
    suspended = RegistrationChangeIn(
        state=RegistrationState.SUSPENDED, effective_on=date(2026, 6, 12), reason="Informe"
    )
    committees.change_registration(session, cast.control, cast.now, cast.registration, suspended)
    meeting = convened(session, cast, visits[0].round_id, held_on=date(2026, 6, 11))
    decided(session, cast, meeting, visits)
    (judged,) = service.preview(session, cast.coordinator, meeting.id, cast.today)
    assert [stop.reason for stop in judged.stops] == ["suspended"]
    with pytest.raises(ClosingRefused) as refusal:
        closed(session, cast, meeting)
    assert reasons(refusal) == {("spg_registration_in_force", "suspended")}
    again = RegistrationChangeIn(state=RegistrationState.IN_FORCE, effective_on=date(2026, 6, 15))
    committees.change_registration(session, cast.control, cast.now, cast.registration, again)
    assert closed(session, cast, meeting).granted


def test_a_meeting_dated_before_a_sanction_grants_nothing_while_it_lasts(
    session: Session, cast: Cast
) -> None:
    visits = ready(session, cast, "Justina")
    wish = sanction(visits[0], cast, since=date(2026, 6, 12))
    service.impose(session, cast.control, cast.now, wish)
    meeting = convened(session, cast, visits[0].round_id, held_on=date(2026, 6, 11))
    decided(session, cast, meeting, visits)
    with pytest.raises(ClosingRefused) as refusal:
        closed(session, cast, meeting)
    assert reasons(refusal) == {("not_sanctioned", "sanctioned")}


# --- suspensions ---------------------------------------------------------------------------------


def suspended_by_committee(session: Session, cast: Cast) -> SealGrant:
    (grant,) = granted(session, cast, "Justina")
    meeting = convened(session, cast, None, acta_number="S-1")
    held = [grant.producer_id]
    decided_about(session, cast, meeting, held, Outcome.SUSPENSION, reasons="Envase")
    closed(session, cast, meeting)
    return grant


def test_control_suspends_what_the_committee_suspended_and_holds_it(
    session: Session, cast: Cast
) -> None:
    grant = suspended_by_committee(session, cast)
    service.suspend(session, cast.control, cast.now, grant.code, HEARD)
    assert grant.state is SealState.SUSPENDED
    last = queries.events_of(session, grant.id)[-1]
    assert (last.kind.value, last.authority) == ("suspended", Authority.CONTROL)
    with pytest.raises(MoveRefused):
        service.suspend(session, cast.control, cast.now, grant.code, HEARD)
    meeting = convened(session, cast, None, acta_number="S-2")
    asked = [ConditionIn(text="Curso", due_on=date(2026, 9, 1))]
    (mild,) = decided_about(
        session,
        cast,
        meeting,
        [grant.producer_id],
        Outcome.WITH_CONDITIONS,
        reasons="Basta",
        conditions=asked,
    )
    closed(session, cast, meeting)
    freeing = ActIn(reason_class=ReasonClass.OTHER, reason="Basta", decision_id=mild.id)
    with pytest.raises(SuspendedByControl):
        service.reinstate(session, cast.coordinator, cast.now, grant.code, freeing)
    service.reinstate(session, cast.control, cast.now, grant.code, HEARD)
    assert grant.state is SealState.GRANTED
    assert queries.suspended_by_control(session, [grant.id]) == frozenset()


def test_a_decision_that_control_names_does_not_make_its_act_the_committees(
    session: Session, cast: Cast
) -> None:
    (grant,) = granted(session, cast, "Justina")
    named = HEARD.model_copy(update={"decision_id": grant.decision_id})
    event = service.suspend(session, cast.control, cast.now, grant.code, named)
    assert (event.authority, event.decision_id) == (Authority.CONTROL, None)
    assert queries.suspended_by_control(session, [grant.id]) == {grant.id}


def test_a_seal_that_control_holds_makes_room_for_no_other(session: Session, cast: Cast) -> None:
    (grant,) = granted(session, cast, "Justina")
    service.suspend(session, cast.control, cast.now, grant.code, HEARD)
    later = on_day(cast, date(2026, 6, 20))
    with pytest.raises(SuspendedByControl):
        replace_seals(session, cast.coordinator, later.now, [grant.id], later.today)

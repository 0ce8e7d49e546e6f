"""What waits in a committee's office, from the field to the seal."""

from typing import Any, Final

from sqlalchemy import and_, exists, func, or_
from sqlalchemy.orm import aliased
from sqlmodel import col

from spg_registry.committees.models import Committee, Spg
from spg_registry.complaints.models import Complaint
from spg_registry.complaints.queries import OPEN
from spg_registry.core.permissions import Permission
from spg_registry.decisions.models import (
    Appeal,
    AppealState,
    Decision,
    Meeting,
    MeetingState,
)
from spg_registry.producers.models import Enrolment, ImportBatch, ImportState, Producer, Unit
from spg_registry.register.reconciliation import ACKNOWLEDGE_WITHIN
from spg_registry.rounds.late import visit_day
from spg_registry.rounds.models import Finding, Round, Visit
from spg_registry.rules.standing import SealStanding
from spg_registry.rules.states import RUNNING, TO_FILL
from spg_registry.rules.words import (
    DecisionState,
    FindingState,
    SanctionKind,
    SealState,
    VisitState,
)
from spg_registry.seals.models import Sanction, SealGrant
from spg_registry.seals.queries import days_ahead, renewable, stands
from spg_registry.territory.models import Community
from spg_registry.worklist.matters import Look, Matter, Row, pick

HURRY: Final = 15
"""Days before its end from which a seal without a renewal is a matter of hurry."""
DUE_SOON: Final = 14
"""Days before the end of a term for mending, or of a round, that count as soon."""

_P = Permission


def ready(look: Look) -> Matter:
    """Producers of a running round with a reviewed visit and nothing decided in it yet, a draft
    included: those have their place on the table of an open meeting."""
    decided = exists().where(
        col(Decision.round_id) == col(Visit.round_id),
        col(Decision.producer_id) == col(Visit.producer_id),
        col(Decision.state) != DecisionState.WITHDRAWN,
    )
    enrolled = exists().where(
        col(Enrolment.producer_id) == col(Visit.producer_id),
        col(Enrolment.spg_id) == col(Round.spg_id),
        col(Enrolment.ended_on).is_(None),
    )
    query = (
        pick(Round.id, Round.name, func.count(func.distinct(Visit.producer_id)))
        .join(Visit, col(Visit.round_id) == col(Round.id))
        .where(col(Round.state).in_(RUNNING), col(Visit.state) == VisitState.REVIEWED)
        .where(look.within(Round.committee_id, _P.ROUND_READ), ~decided, enrolled)
        .group_by(col(Round.id), col(Round.name))
        .order_by(col(Round.id))
    )
    found = look.session.connection().execute(query).all()
    sitting = pick(Meeting.round_id, Meeting.id).where(
        col(Meeting.round_id).in_([row[0] for row in found]),
        col(Meeting.state) == MeetingState.CONVENED,
    )
    table = {row[0]: row[1] for row in look.session.connection().execute(sitting)}
    rows = [
        Row("ready_meeting", str(table[id_]), name, many=many)
        if id_ in table
        else Row("ready_round", str(id_), name, many=many)
        for id_, name, many in found
    ]
    return look.of_rows(rows)


def _visits(*states: VisitState) -> Any:
    return (
        pick(Visit.id, Producer.display_name, Community.name)
        .join(Round, col(Round.id) == col(Visit.round_id))
        .join(Producer, col(Producer.id) == col(Visit.producer_id))
        .join(Unit, col(Unit.id) == col(Visit.unit_id))
        .join(Community, col(Community.id) == col(Unit.community_id))
        .where(col(Visit.state).in_(states))
    )


def visits_overdue(look: Look) -> Matter:
    """Not handed in when their day or the round's days in the field are over, or nearly so."""
    due = visit_day()
    query = _visits(*TO_FILL).where(
        look.within(Round.committee_id, _P.ROUND_READ),
        col(Round.state).in_(RUNNING),
        due <= look.ahead(DUE_SOON),
    )
    return look.gather(
        query,
        day=due,
        late_before=look.today,
        soon_by=look.ahead(DUE_SOON),
        kind="visit",
    )


def visits_to_review(look: Look) -> Matter:
    query = _visits(VisitState.SUBMITTED).where(look.within(Round.committee_id, _P.ROUND_READ))
    return look.gather(query, day=col(Visit.visited_on), kind="visit_review")


def visit_drafts(look: Look) -> Matter:
    query = _visits(VisitState.IN_FIELD, VisitState.RETURNED).where(
        look.within(Round.committee_id, _P.ROUND_READ)
    )
    query = query.add_columns(col(Visit.state))
    return look.gather(query, day=col(Visit.visited_on), kind="visit")


def findings(look: Look) -> Matter:
    """Not closed, and due within two weeks or before today."""
    query = (
        pick(Finding.id, Producer.display_name, Finding.code)
        .join(Producer, col(Producer.id) == col(Finding.producer_id))
        .join(Visit, col(Visit.id) == col(Finding.visit_id))
        .join(Round, col(Round.id) == col(Visit.round_id))
        .where(look.within(Round.committee_id, _P.ROUND_READ))
        .where(col(Finding.state) != FindingState.CLOSED)
        .where(col(Finding.due_on) <= look.ahead(DUE_SOON))
    )
    return look.gather(
        query,
        day=col(Finding.due_on),
        late_before=look.today,
        soon_by=look.ahead(DUE_SOON),
        kind="finding",
    )


def meetings_open(look: Look) -> Matter:
    """Convened, and the acta not closed: late from the day after."""
    query = (
        pick(Meeting.id, Meeting.acta_number, Committee.name)
        .join(Committee, col(Committee.id) == col(Meeting.committee_id))
        .where(look.within(Meeting.committee_id, _P.DECISION_READ))
        .where(col(Meeting.state) == MeetingState.CONVENED)
    )
    return look.gather(
        query,
        day=col(Meeting.held_on),
        late_before=look.today,
        soon_by=look.ahead(7),
        kind="meeting",
    )


def appeals(look: Look) -> Matter:
    query = (
        pick(Appeal.id, Producer.display_name, Meeting.acta_number)
        .join(Decision, col(Decision.id) == col(Appeal.decision_id))
        .join(Meeting, col(Meeting.id) == col(Decision.meeting_id))
        .join(Producer, col(Producer.id) == col(Decision.producer_id))
        .where(look.within(Meeting.committee_id, _P.DECISION_READ))
        .where(col(Appeal.state) == AppealState.FILED)
    )
    return look.gather(query, day=col(Appeal.filed_on), kind="appeal")


def complaints(look: Look) -> Matter:
    """Whose answer is still owed; what has no committee is the control body's."""
    name = func.coalesce(Complaint.whom, Producer.display_name, Committee.name, Complaint.place)
    query = (
        pick(Complaint.id, name, Committee.name, Complaint.state)
        .outerjoin(Producer, col(Producer.id) == col(Complaint.producer_id))
        .outerjoin(Committee, col(Committee.id) == col(Complaint.committee_id))
        .where(look.within(Complaint.committee_id, _P.COMPLAINT_READ))
        .where(col(Complaint.state).in_(OPEN))
    )
    return look.gather(
        query,
        day=col(Complaint.due_on),
        late_before=look.today,
        soon_by=look.ahead(DUE_SOON),
        kind="complaint",
    )


def _seals(look: Look) -> Any:
    return (
        pick(SealGrant.code, Producer.display_name, Community.name)
        .join(Producer, col(Producer.id) == col(SealGrant.producer_id))
        .join(Community, col(Community.id) == col(SealGrant.community_id))
        .where(look.within(SealGrant.committee_id, _P.SEAL_READ))
    )


def seals_expiring(look: Look) -> Matter:
    """Those that may be decided again, and that no other follows yet."""
    ahead = days_ahead(look.session, look.actor, look.today)
    query = _seals(look).where(renewable(ahead, look.today))
    return look.gather(
        query,
        day=col(SealGrant.valid_until),
        soon_by=look.ahead(HURRY),
        kind="seal",
    )


def seals_unacknowledged(look: Look, *, only_late: bool = False) -> Matter:
    """Valid and not confirmed by the family; late 30 days after the acta."""
    long_ago = look.today - ACKNOWLEDGE_WITHIN
    query = (
        _seals(look)
        .join(Decision, col(Decision.id) == col(SealGrant.decision_id))
        .join(Meeting, col(Meeting.id) == col(Decision.meeting_id))
        .where(stands(SealStanding.VALID, look.today))
        .where(col(SealGrant.acknowledged_on).is_(None))
    )
    if only_late:
        query = query.where(col(Meeting.held_on) < long_ago)
    return look.gather(
        query,
        day=col(Meeting.held_on),
        late_before=long_ago,
        grace=ACKNOWLEDGE_WITHIN.days,
        kind="seal" if only_late else "seal_acknowledge",
    )


def seals_unacknowledged_long(look: Look) -> Matter:
    return seals_unacknowledged(look, only_late=True)


def suspensions_over(look: Look) -> Matter:
    """Suspended seals of a producer whose suspension named an end that has passed, with no other
    in force. The clock ends none of them: somebody reinstates the seal."""
    corrected: Any = aliased(Sanction)
    other: Any = aliased(Sanction)
    stands_uncorrected = ~exists().where(corrected.correction_of == col(Sanction.id))
    still = exists().where(
        other.producer_id == col(Sanction.producer_id),
        other.spg_id == col(Sanction.spg_id),
        other.kind != SanctionKind.WARNING,
        or_(other.until.is_(None), other.until >= look.today),
        ~exists().where(corrected.correction_of == other.id),
    )
    query = (
        _seals(look)
        .join(
            Sanction,
            and_(
                col(Sanction.producer_id) == col(SealGrant.producer_id),
                col(Sanction.spg_id) == col(SealGrant.spg_id),
            ),
        )
        .where(col(SealGrant.state) == SealState.SUSPENDED)
        .where(col(Sanction.kind) == SanctionKind.SUSPENSION)
        .where(col(Sanction.until) < look.today, stands_uncorrected, ~still)
    )
    return look.gather(
        query,
        day=col(Sanction.until),
        late_before=look.today,
        kind="seal_reinstate",
    )


def imports(look: Look) -> Matter:
    query = (
        pick(ImportBatch.id, ImportBatch.filename, Spg.name)
        .join(Spg, col(Spg.id) == col(ImportBatch.spg_id))
        .where(look.within(Spg.committee_id, _P.PRODUCER_WRITE))
        .where(col(ImportBatch.state) == ImportState.PREVIEWED)
    )
    return look.gather(query, day=col(ImportBatch.examined_at), kind="import")


def rounds_running(look: Look) -> Matter:
    """Late from the day after its last one in the field, until it is closed."""
    query = (
        pick(Round.id, Round.name, Committee.name, Round.state)
        .join(Committee, col(Committee.id) == col(Round.committee_id))
        .where(look.within(Round.committee_id, _P.ROUND_READ), col(Round.state).in_(RUNNING))
    )
    return look.gather(
        query,
        day=col(Round.period_until),
        late_before=look.today,
        soon_by=look.ahead(DUE_SOON),
        kind="round",
    )

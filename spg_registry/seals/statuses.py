"""What the story of its seals makes of a producer's standing in the SPG."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from sqlmodel import Session, col, select

from spg_registry.core import clock
from spg_registry.core.permissions import Actor
from spg_registry.decisions.models import Decision, Meeting
from spg_registry.producers.facts import enrolments_by_id
from spg_registry.producers.service import StatusMove, move_enrolments
from spg_registry.rules.words import Category, EnrolmentStatus, Outcome, SealState
from spg_registry.seals.models import SealGrant

RAISED = {
    Category.ORGANIC: EnrolmentStatus.ORGANIC,
    Category.TRANSITION: EnrolmentStatus.IN_TRANSITION,
}
LOWERED = {
    Outcome.SUSPENSION: EnrolmentStatus.SUSPENDED,
    Outcome.EXCLUSION: EnrolmentStatus.EXCLUDED,
}


def after_granting(
    session: Session, actor: Actor, now: datetime, grants: Sequence[SealGrant], held_on: date
) -> None:
    """A white seal beside a green one that still runs lowers nobody."""
    today = clock.local_date(now)
    green = _with_green(session, [grant.enrolment_id for grant in grants], held_on)
    moves = [
        StatusMove(
            grant.enrolment_id,
            EnrolmentStatus.ORGANIC if grant.enrolment_id in green else RAISED[grant.category],
            today,
        )
        for grant in grants
    ]
    move_enrolments(session, actor, now, moves)


def after_decisions_against(
    session: Session,
    actor: Actor,
    now: datetime,
    meeting: Meeting,
    decisions: Sequence[Decision],
) -> None:
    """Who only applied is taken in first: a sanction is on the file of a producer of the SPG."""
    today = clock.local_date(now)
    against = [row for row in decisions if row.outcome in LOWERED]
    enrolments = enrolments_by_id(session, (row.enrolment_id for row in against))
    applicants = [row.id for row in enrolments.values() if row.status is EnrolmentStatus.APPLICANT]
    first = [StatusMove(id_, EnrolmentStatus.ADMITTED, today) for id_ in applicants]
    acta = f"Acta {meeting.acta_number}"
    then = [StatusMove(row.enrolment_id, LOWERED[row.outcome], today, acta) for row in against]
    move_enrolments(session, actor, now, [*first, *then])


def after_reinstatement(session: Session, actor: Actor, now: datetime, grant: SealGrant) -> None:
    """With its last suspended seal back, a suspended producer is what its seals say."""
    enrolment = enrolments_by_id(session, [grant.enrolment_id])[grant.enrolment_id]
    if enrolment.status is not EnrolmentStatus.SUSPENDED:
        return
    others = select(SealGrant.id).where(
        SealGrant.enrolment_id == enrolment.id,
        SealGrant.state == SealState.SUSPENDED,
        SealGrant.id != grant.id,
    )
    if session.exec(others).first() is not None:
        return
    today = clock.local_date(now)
    green = enrolment.id in _with_green(session, [enrolment.id], today)
    target = EnrolmentStatus.ORGANIC if green else RAISED[grant.category]
    move_enrolments(session, actor, now, [StatusMove(enrolment.id, target, today)])


def _with_green(session: Session, enrolment_ids: Iterable[int], on: date) -> set[int]:
    """The enrolments under which a green seal still runs."""
    query = select(SealGrant.enrolment_id).where(
        col(SealGrant.enrolment_id).in_(set(enrolment_ids)),
        SealGrant.category == Category.ORGANIC,
        SealGrant.state == SealState.GRANTED,
        SealGrant.valid_until >= on,
    )
    return set(session.exec(query))

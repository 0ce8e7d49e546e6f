"""What happens to a seal after its grant: each act an event, its mark on the grant, its audit."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from spg_registry.committees.models import Spg
from spg_registry.core import audit, clock
from spg_registry.core.db import lock_all_writers
from spg_registry.core.errors import Invalid
from spg_registry.core.locks import Lock
from spg_registry.core.moves import moved
from spg_registry.core.permissions import Actor, Permission, require
from spg_registry.decisions.models import Decision, Meeting
from spg_registry.decisions.queries import get_decision
from spg_registry.producers.facts import with_merged
from spg_registry.producers.models import Enrolment, Producer
from spg_registry.rules.states import STANDING, UNDONE, UNSAID, Machine
from spg_registry.rules.words import (
    Authority,
    Outcome,
    SanctionKind,
    SealEventKind,
    SealState,
)
from spg_registry.seals.errors import (
    AlreadyAcknowledged,
    DecisionDoesNotSayThat,
    SealNotFound,
    SuspendedByControl,
)
from spg_registry.seals.models import Sanction, SealEvent, SealGrant
from spg_registry.seals.queries import suspended_by_control
from spg_registry.seals.sanctions import new_sanction, require_authority
from spg_registry.seals.schemas import AcknowledgeIn, ActIn, ReasonClass
from spg_registry.seals.statuses import after_reinstatement

TURNS = {
    SealEventKind.SUSPENDED: SealState.SUSPENDED,
    SealEventKind.REINSTATED: SealState.GRANTED,
    SealEventKind.WITHDRAWN: SealState.WITHDRAWN,
    SealEventKind.REPLACED: SealState.REPLACED,
}
"""The state to which each event leads; the others lead nowhere."""

SAYS = {
    SealEventKind.SUSPENDED: frozenset(Outcome) - {Outcome.ORGANIC, Outcome.TRANSITION},
    SealEventKind.WITHDRAWN: frozenset({Outcome.NOT_APPROVED, Outcome.EXCLUSION}),
    SealEventKind.REINSTATED: frozenset(Outcome)
    - {Outcome.SUSPENSION, Outcome.NOT_APPROVED, Outcome.EXCLUSION},
}
"""Which outcomes can be the ground of an act of the committee."""


@dataclass(frozen=True)
class Ground:
    """Why something happens to a seal, and from which day."""

    effective_on: date
    reason_class: str | None = None
    reason: str | None = None
    decision_id: int | None = None
    details: dict[str, str] | None = None
    authority: Authority = Authority.COMMITTEE


def suspend(session: Session, actor: Actor, now: datetime, code: str, data: ActIn) -> SealEvent:
    return _act(session, actor, now, code, SealEventKind.SUSPENDED, data)


def reinstate(session: Session, actor: Actor, now: datetime, code: str, data: ActIn) -> SealEvent:
    """Never by the clock: somebody says that the reason is gone."""
    return _act(session, actor, now, code, SealEventKind.REINSTATED, data)


def withdraw(session: Session, actor: Actor, now: datetime, code: str, data: ActIn) -> SealEvent:
    return _act(session, actor, now, code, SealEventKind.WITHDRAWN, data)


def acknowledge(
    session: Session, actor: Actor, now: datetime, data: AcknowledgeIn
) -> list[SealEvent]:
    """The producers put their mark before a witness. It never changes a verdict."""
    today = clock.local_date(now)
    if data.acknowledged_on > today:
        raise Invalid.at("acknowledged_on", "in_the_future")
    grants = held_grants(session, actor, data.codes)
    for grant in grants:
        require(actor, Permission.PRODUCER_WRITE, on=grant.committee_id)
        if grant.acknowledged_on is not None:
            raise AlreadyAcknowledged(code=grant.code)
    decided = _decided_on(session, grants)
    if (latest := max(decided.values())) > data.acknowledged_on:
        raise Invalid.at("acknowledged_on", "acknowledged_before_grant", decided_on=latest)
    on, witness = data.acknowledged_on, data.witness
    return [_told(session, actor, now, grant, on, "assisted", witness) for grant in grants]


def acknowledge_own(
    session: Session, actor: Actor, now: datetime, producer_ids: Collection[int], code: str
) -> SealEvent:
    """A family's own word, given at its own door; whoever calls has let it in. `actor` is itself,
    `producer_ids` its registrations."""
    query = select(SealGrant).where(
        SealGrant.code == code, col(SealGrant.producer_id).in_(producer_ids)
    )
    query = query.with_for_update().execution_options(populate_existing=True)
    grant = session.exec(query).first()
    if grant is None:
        raise SealNotFound(code=code)
    if grant.acknowledged_on is not None:
        raise AlreadyAcknowledged(code=code)
    return _told(session, actor, now, grant, clock.local_date(now), "self")


def _told(
    session: Session,
    actor: Actor,
    now: datetime,
    grant: SealGrant,
    on: date,
    how: str,
    witness: str | None = None,
) -> SealEvent:
    grant.acknowledged_on = on
    event = SealEvent(
        grant_id=grant.id,
        kind=SealEventKind.ACKNOWLEDGED,
        effective_on=on,
        at=now,
        by_user=actor.id if actor.kind == "user" else None,
        how=how,
        witness=witness,
    )
    session.add_all([grant, event])
    session.flush()
    _note(session, actor, now, "seal.acknowledge", grant)
    return event


def _decided_on(session: Session, grants: Sequence[SealGrant]) -> dict[int, date]:
    query = select(SealGrant.id, col(Meeting.held_on)).where(
        SealGrant.decision_id == Decision.id,
        Decision.meeting_id == Meeting.id,
        col(SealGrant.id).in_([grant.id for grant in grants]),
    )
    return dict(session.exec(query).all())


def suspend_all(
    session: Session, actor: Actor, now: datetime, decision: Decision, on: date
) -> list[SealEvent]:
    """A decision of suspension reaches every seal that the producer has in the SPG."""
    _own_producer(session, decision)
    grants = [g for g in _of_decision(session, decision) if g.state is SealState.GRANTED]
    return [
        turn(session, actor, now, g, SealEventKind.SUSPENDED, _ground(decision, g, on))
        for g in grants
    ]


def withdraw_corrected(
    session: Session, actor: Actor, now: datetime, decision: Decision, on: date
) -> list[SealEvent]:
    """A decision that takes an earlier one back for a wrong entry withdraws what that one gave."""
    grants = [
        grant
        for grant in _of_decision(session, decision)
        if grant.decision_id == decision.corrects_id
    ]
    return [
        turn(session, actor, now, g, SealEventKind.WITHDRAWN, _ground(decision, g, on))
        for g in grants
    ]


def exclude(
    session: Session, actor: Actor, now: datetime, decision: Decision, on: date
) -> Sanction:
    """A decision of exclusion withdraws the seals and stands in the way of new ones."""
    spg = _own_producer(session, decision)
    for grant in _of_decision(session, decision):
        ground = _ground(decision, grant, on)
        turn(session, actor, now, grant, SealEventKind.WITHDRAWN, ground)
    return new_sanction(
        session,
        actor,
        now,
        spg.committee_id,
        producer_id=decision.producer_id,
        spg_id=spg.id,
        kind=SanctionKind.EXCLUSION,
        decision_id=decision.id,
        since=on,
        published_on=on,
        reason_class=ReasonClass.COMMITTEE_DECISION,
        reason=(decision.reasons or "")[:1000] or None,
    )


def _ground(decision: Decision, grant: SealGrant, on: date) -> Ground:
    """An act is never dated before the one that it follows."""
    reasons = (decision.reasons or "")[:1000] or None
    on = max(on, grant.state_since)
    return Ground(on, ReasonClass.COMMITTEE_DECISION, reasons, decision.id)


def replace_seals(
    session: Session, actor: Actor, now: datetime, grant_ids: Sequence[int], on: date
) -> list[SealEvent]:
    """These seals make room for others. The caller fills in `replaced_by_id` once they exist.

    Read anew and held: raises SuspendedByControl for one that the control body suspended, for a
    new seal is no way around it."""
    if not grant_ids:
        return []
    query = select(SealGrant).where(col(SealGrant.id).in_(grant_ids)).order_by(col(SealGrant.id))
    query = query.with_for_update().execution_options(populate_existing=True)
    grants = session.exec(query).all()
    held = suspended_by_control(session, grant_ids)
    for grant in grants:
        if grant.id in held:
            raise SuspendedByControl(code=grant.code)
    ground = Ground(on)
    events = [turn(session, actor, now, g, SealEventKind.REPLACED, ground) for g in grants]
    session.flush()
    return events


def _act(
    session: Session, actor: Actor, now: datetime, code: str, kind: SealEventKind, data: ActIn
) -> SealEvent:
    # In one line with closings, leavings and renewals: they too go from seals to enrolments.
    lock_all_writers(session, Lock.GRANTING)
    grant = held_grants(session, actor, [code])[0]
    authority = require_authority(actor, grant.committee_id)
    _require_ground(session, actor, grant, kind, data, authority)
    today = clock.local_date(now)
    effective_on = data.effective_on or today
    if effective_on > today:
        raise Invalid.at("effective_on", "in_the_future")
    if effective_on < grant.state_since:
        raise Invalid.at("effective_on", "before_last_act", since=grant.state_since)
    details = {"right_of_reply": data.right_of_reply} if data.right_of_reply else None
    decision_id = data.decision_id if authority is Authority.COMMITTEE else None
    ground = Ground(effective_on, data.reason_class, data.reason, decision_id, details, authority)
    event = turn(session, actor, now, grant, kind, ground)
    session.flush()
    if kind is SealEventKind.REINSTATED:
        after_reinstatement(session, actor, now, grant)
    return event


def _require_ground(
    session: Session,
    actor: Actor,
    grant: SealGrant,
    kind: SealEventKind,
    data: ActIn,
    authority: Authority,
) -> None:
    """The control body acts by itself and hears the producer; a committee acts by a decision."""
    if authority is Authority.CONTROL:
        if not data.right_of_reply:
            raise Invalid.at("right_of_reply", "required")
        return
    if kind is SealEventKind.REINSTATED and suspended_by_control(session, [grant.id]):
        raise SuspendedByControl(code=grant.code)
    if data.decision_id is None:
        raise Invalid.at("decision_id", "required")
    decision, meeting = get_decision(session, actor, data.decision_id)
    holder = session.get_one(Producer, grant.producer_id)
    mine = decision.producer_id in (holder.id, holder.merged_into_id)
    if not mine or not says(kind, decision, grant, meeting):
        raise DecisionDoesNotSayThat(id=decision.id)


def says(kind: SealEventKind, decision: Decision, grant: SealGrant, meeting: Meeting) -> bool:
    """Whether a decision is the ground of an act: it speaks of it and is not older than the state
    that it changes. What an appeal undid is a ground for the contrary."""
    if decision.state in UNSAID:
        return False
    if decision.state in UNDONE:
        if kind is SealEventKind.WITHDRAWN:
            return decision.id == grant.decision_id
        return kind is SealEventKind.REINSTATED and decision.outcome is Outcome.SUSPENSION
    fresh = meeting.held_on >= grant.state_since and decision.id != grant.decision_id
    return fresh and decision.outcome in SAYS[kind]


def turn(
    session: Session,
    actor: Actor,
    now: datetime,
    grant: SealGrant,
    kind: SealEventKind,
    ground: Ground,
) -> SealEvent:
    if not _taken_over(session, grant, kind, ground):
        grant.state = moved(Machine.SEAL, grant.state, TURNS[kind])
    grant.state_since = ground.effective_on
    grant.reason_class = ground.reason_class
    event = SealEvent(
        grant_id=grant.id,
        kind=kind,
        effective_on=ground.effective_on,
        at=now,
        reason_class=ground.reason_class,
        reason=ground.reason,
        by_user=actor.id if actor.kind == "user" else None,
        decision_id=ground.decision_id,
        details=ground.details or {},
        authority=ground.authority,
    )
    session.add_all([grant, event])
    _note(session, actor, now, f"seal.{kind.value}", grant)
    return event


def _taken_over(session: Session, grant: SealGrant, kind: SealEventKind, ground: Ground) -> bool:
    """The control body suspends what a committee has suspended: no move of the seal, but from this
    event on it is the control body's to give back."""
    by_control = ground.authority is Authority.CONTROL and kind is SealEventKind.SUSPENDED
    held = by_control and grant.state is SealState.SUSPENDED
    return held and not suspended_by_control(session, [grant.id])


def held_grants(session: Session, actor: Actor, codes: Collection[str]) -> list[SealGrant]:
    """In the order asked for, held until the end of the transaction: two acts on one seal come one
    after the other. Another committee's seal is not found."""
    query = select(SealGrant).where(col(SealGrant.code).in_(codes)).with_for_update()
    rows = session.exec(query.execution_options(populate_existing=True))
    found = {row.code: row for row in rows if actor.may(Permission.SEAL_READ, row.committee_id)}
    for code in codes:
        if code not in found:
            # Nobody is told apart from the wrong committee only by `require`, which comes first.
            require(actor, Permission.SEAL_READ)
            raise SealNotFound(code=code)
    return [found[code] for code in dict.fromkeys(codes)]


def standing_of_enrolment(session: Session, enrolment_id: int) -> list[SealGrant]:
    """The producer's seals of this SPG that were neither withdrawn nor replaced, those of a
    registration that was merged into it too; held until the end of the transaction."""
    enrolment = session.get_one(Enrolment, enrolment_id)
    query = (
        select(SealGrant)
        .where(with_merged(col(SealGrant.producer_id), [enrolment.producer_id]))
        .where(SealGrant.spg_id == enrolment.spg_id, col(SealGrant.state).in_(STANDING))
        .order_by(col(SealGrant.id))
        .with_for_update()
    )
    return list(session.exec(query.execution_options(populate_existing=True)))


def _of_decision(session: Session, decision: Decision) -> list[SealGrant]:
    standing = standing_of_enrolment(session, decision.enrolment_id)
    return [grant for grant in standing if grant.decision_id != decision.id]


def _own_producer(session: Session, decision: Decision) -> Spg:
    """The SPG of the decision's enrolment. A committee acts on its own producers only: what a
    meeting cannot put down is asked once more before it is carried out."""
    of_enrolment = select(Enrolment.spg_id).where(Enrolment.id == decision.enrolment_id)
    spg = session.get_one(Spg, session.exec(of_enrolment).one())
    if spg.committee_id != session.get_one(Meeting, decision.meeting_id).committee_id:
        raise DecisionDoesNotSayThat(id=decision.id)
    return spg


def _note(session: Session, actor: Actor, now: datetime, action: str, grant: SealGrant) -> None:
    audit.record(
        session,
        actor,
        now,
        action,
        "seal_grant",
        grant.id,
        committee_id=grant.committee_id,
        code=grant.code,
    )

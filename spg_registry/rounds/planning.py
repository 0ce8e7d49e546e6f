"""A round from its plan to its end: the norm is frozen when it opens."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, func, select

from spg_registry.committees.errors import SpgNotFound
from spg_registry.committees.models import Spg
from spg_registry.core import audit, clock
from spg_registry.core.errors import Fault, Invalid
from spg_registry.core.lots import in_lots
from spg_registry.core.moves import moved
from spg_registry.core.permissions import Actor, Permission, require
from spg_registry.producers.models import Enrolment, Unit
from spg_registry.rounds.access import round_to_write
from spg_registry.rounds.errors import NothingVisited, RoundNotInField, VisitsUnfinished
from spg_registry.rounds.models import Round, Visit
from spg_registry.rounds.schemas import ReasonIn, RoundIn, StartIn
from spg_registry.rules.states import Machine
from spg_registry.rules.words import EnrolmentStatus, RoundState, VisitState
from spg_registry.standards import snapshot
from spg_registry.standards.queries import frozen

NOT_VISITED = frozenset({EnrolmentStatus.WITHDRAWN, EnrolmentStatus.EXCLUDED})
DONE = frozenset({VisitState.REVIEWED, VisitState.VOID})


def plan_round(session: Session, actor: Actor, now: datetime, data: RoundIn) -> Round:
    require(actor, Permission.ROUND_WRITE)
    spg = session.exec(select(Spg).where(Spg.id == data.spg_id).with_for_update()).first()
    if spg is None or not actor.may(Permission.ROUND_READ, spg.committee_id):
        raise SpgNotFound(id=data.spg_id)
    require(actor, Permission.ROUND_WRITE, on=spg.committee_id)
    if data.period_until < data.period_from:
        raise Invalid.at("period_until", "period_backwards")
    last = session.exec(select(func.max(Round.number)).where(Round.spg_id == spg.id)).one()
    ronda = Round(
        **data.model_dump(),
        committee_id=spg.committee_id,
        number=(last or 0) + 1,
        state_since=clock.local_date(now),
    )
    session.add(ronda)
    session.flush()
    note(session, actor, now, "round.plan", ronda, spg=spg.code, number=ronda.number)
    return ronda


def start_round(session: Session, actor: Actor, now: datetime, data: StartIn) -> Round:
    """Plan a round, put its units in, and open it if that is wanted: all or nothing."""
    plain = data.model_dump(include=set(RoundIn.model_fields))
    ronda = plan_round(session, actor, now, RoundIn(**plain))
    add_units(session, actor, now, ronda.id, data.unit_ids)
    return open_round(session, actor, now, ronda.id) if data.open_now else ronda


def open_round(session: Session, actor: Actor, now: datetime, round_id: int) -> Round:
    """Freezes standard, form, rules and months as they count today: they bind the round to its
    end, whatever changes meanwhile."""
    ronda = round_to_write(session, actor, round_id)
    norm = frozen(session, ronda.committee_id, clock.local_date(now))
    _move(ronda, RoundState.OPEN, now)
    ronda.frozen, ronda.frozen_digest = norm, snapshot.digest(norm)
    session.add(ronda)
    session.flush()
    note(session, actor, now, "round.open", ronda, digest=ronda.frozen_digest)
    return ronda


def add_units(
    session: Session, actor: Actor, now: datetime, round_id: int, unit_ids: Sequence[int]
) -> list[Visit]:
    """A visit for each unit, in the order named; a unit that is in already keeps the one it has.

    Raises Invalid for units whose producer is not enrolled in the round's SPG.
    """
    ronda = round_to_write(session, actor, round_id)
    if ronda.state not in (RoundState.PLANNED, RoundState.OPEN):
        raise RoundNotInField(state=ronda.state)
    units = _units_of_spg(session, ronda, unit_ids)
    there = {visit.unit_id: visit for visit in _visits(session, ronda, standing=True)}
    fresh = [
        Visit(
            round_id=ronda.id,
            unit_id=unit_id,
            producer_id=units[unit_id],
            due_on=ronda.period_until,
        )
        for unit_id in dict.fromkeys(unit_ids)
        if unit_id not in there
    ]
    session.add_all(fresh)
    session.flush()
    for visit in fresh:
        note_visit(session, actor, now, "visit.plan", visit, ronda)
    session.flush()
    there |= {visit.unit_id: visit for visit in fresh}
    return [there[unit_id] for unit_id in dict.fromkeys(unit_ids)]


def _units_of_spg(session: Session, ronda: Round, unit_ids: Sequence[int]) -> dict[int, int]:
    """Producer by unit; Invalid names every unit that does not belong here."""
    found: dict[int, int] = {}
    for lot in in_lots(unit_ids):
        query = (
            select(Unit.id, Unit.producer_id)
            .join(Enrolment, col(Enrolment.producer_id) == col(Unit.producer_id))
            .where(col(Unit.id).in_(lot), col(Unit.until).is_(None))
            .where(Enrolment.spg_id == ronda.spg_id, col(Enrolment.ended_on).is_(None))
            .where(col(Enrolment.status).not_in(NOT_VISITED))
        )
        found.update(dict(session.exec(query).all()))
    faults = [
        Fault(f"unit_ids-{place}", "unit_not_in_spg", {"unit": unit_id})
        for place, unit_id in enumerate(unit_ids)
        if unit_id not in found
    ]
    if faults:
        raise Invalid(*faults)
    return found


def to_deliberation(session: Session, actor: Actor, now: datetime, round_id: int) -> Round:
    """The field work is over: every visit is reviewed or void."""
    ronda = round_to_write(session, actor, round_id)
    target = moved(Machine.ROUND, ronda.state, RoundState.DELIBERATION)
    states = [visit.state for visit in _visits(session, ronda)]
    if unfinished := sum(1 for state in states if state not in DONE):
        raise VisitsUnfinished(count=unfinished)
    if VisitState.REVIEWED not in states:
        raise NothingVisited()
    ronda.state, ronda.state_since = target, clock.local_date(now)
    session.add(ronda)
    session.flush()
    note(session, actor, now, "round.deliberate", ronda, visits=len(states))
    return ronda


def close_round(session: Session, actor: Actor, now: datetime, round_id: int) -> Round:
    ronda = round_to_write(session, actor, round_id)
    _move(ronda, RoundState.CLOSED, now)
    session.add(ronda)
    session.flush()
    note(session, actor, now, "round.close", ronda)
    return ronda


def void_round(
    session: Session, actor: Actor, now: datetime, round_id: int, data: ReasonIn
) -> Round:
    """Before deliberation only; its visits become void with it."""
    ronda = round_to_write(session, actor, round_id)
    _move(ronda, RoundState.VOID, now)
    ronda.void_reason = data.reason
    standing = _visits(session, ronda, standing=True)
    for visit in standing:
        visit.state = moved(Machine.VISIT, visit.state, VisitState.VOID)
        visit.return_reason = data.reason
        note_visit(session, actor, now, "visit.void", visit, ronda)
    session.add_all([ronda, *standing])
    session.flush()
    note(session, actor, now, "round.void", ronda, reasoned=True)
    return ronda


def _visits(session: Session, ronda: Round, *, standing: bool = False) -> list[Visit]:
    query = select(Visit).where(Visit.round_id == ronda.id).order_by(col(Visit.id))
    if standing:
        query = query.where(Visit.state != VisitState.VOID)
    return list(session.exec(query))


def _move(ronda: Round, target: RoundState, now: datetime) -> None:
    ronda.state = moved(Machine.ROUND, ronda.state, target)
    ronda.state_since = clock.local_date(now)


def note(
    session: Session, actor: Actor, now: datetime, action: str, ronda: Round, **details: object
) -> None:
    audit.record(
        session,
        actor,
        now,
        action,
        "round",
        ronda.id,
        committee_id=ronda.committee_id,
        **details,
    )


def note_visit(
    session: Session,
    actor: Actor,
    now: datetime,
    action: str,
    visit: Visit,
    ronda: Round,
    **details: object,
) -> None:
    audit.record(
        session,
        actor,
        now,
        action,
        "visit",
        visit.id,
        committee_id=ronda.committee_id,
        **details,
    )

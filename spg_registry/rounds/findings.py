"""What has to be mended: found at a visit, corrected by the producer, closed by the office."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from sqlmodel import Session, col, func, select

from spg_registry.core import audit, clock
from spg_registry.core.errors import Fault, Invalid
from spg_registry.core.lots import in_lots
from spg_registry.core.moves import moved
from spg_registry.core.permissions import Actor, Permission, require, require_somebody
from spg_registry.rounds.access import Held, seen_visits
from spg_registry.rounds.errors import FindingNotFound, NotVisitedYet
from spg_registry.rounds.models import Finding, Round, Visit
from spg_registry.rounds.schemas import CloseData, CloseIn, FindingIn
from spg_registry.rules.states import Machine
from spg_registry.rules.words import FindingState, VisitState
from spg_registry.standards import snapshot


def record_findings(
    session: Session,
    actor: Actor,
    now: datetime,
    batch: Sequence[FindingIn],
    *,
    decided: Collection[int] = (),
) -> list[Finding]:
    """By the visit's own evaluators, who types from paper, or who reviews; in any round. The
    producer acknowledges anew, but for visits on which was `decided` (`decisions.grounds`)."""
    held = Held(session, actor, [data.visit_id for data in batch])
    held.require_filler(Permission.VISIT_REVIEW)
    visits = {visit.id: visit for visit in held.visits}
    faults: list[Fault] = []
    for place, data in enumerate(batch):
        visit = visits[data.visit_id]
        at = "" if len(batch) == 1 else f"{place}-"
        faults += _faults(visit, held.round_of(visit), data, at)
    if faults:
        raise Invalid(*faults)
    numbers = _numbers(session, visits)
    rows = []
    for data in batch:
        visit = visits[data.visit_id]
        numbers[visit.id] += 1
        row = Finding(
            **data.model_dump(),
            code=f"H{visit.id:06d}-{numbers[visit.id]}",
            unit_id=visit.unit_id,
            producer_id=visit.producer_id,
            found_on=visit.visited_on or clock.local_date(now),
        )
        rows.append(row)
    void = {visit.id for visit in held.visits if visit.id not in decided}
    void = {id_ for id_ in void if visits[id_].void_acknowledgement()}
    session.add_all([*rows, *held.visits])
    session.flush()
    for row in rows:
        place_of = held.round_of(visits[row.visit_id]).committee_id
        told = {"acknowledgement_void": True} if row.visit_id in void else {}
        _note(session, actor, now, "finding.record", row, place_of, **told)
    session.flush()
    return rows


def _faults(visit: Visit, ronda: Round, data: FindingIn, at: str) -> Iterator[Fault]:
    if visit.visited_on is None or visit.state is VisitState.VOID:
        raise NotVisitedYet(id=visit.id)
    if data.due_on < visit.visited_on:
        yield Fault(f"{at}due_on", "due_before_visit", {"visited": visit.visited_on})
    if data.item_code is not None:
        codes = {item["code"] for item in snapshot.items(ronda.frozen)}
        if data.item_code not in codes:
            yield Fault(f"{at}item_code", "item_not_in_form")


def _numbers(session: Session, visits: dict[int, Visit]) -> Counter[int]:
    """How many findings each visit has; the visits are held, so nobody else counts now."""
    found: Counter[int] = Counter()
    for lot in in_lots(visits):
        query = (
            select(Finding.visit_id, func.count())
            .where(col(Finding.visit_id).in_(lot))
            .group_by(col(Finding.visit_id))
        )
        found.update(dict(session.exec(query).all()))
    return found


def start_corrections(
    session: Session, actor: Actor, now: datetime, finding_ids: Sequence[int]
) -> list[Finding]:
    """The producer has set to work."""
    rows = _held(session, actor, finding_ids)
    states = [
        moved(Machine.FINDING, row.state, FindingState.IN_CORRECTION) for row, _ in rows.values()
    ]
    for (row, _), state in zip(rows.values(), states, strict=True):
        row.state = state
    return _kept(session, actor, now, "finding.correct", rows)


def start_correction(session: Session, actor: Actor, now: datetime, finding_id: int) -> Finding:
    return start_corrections(session, actor, now, [finding_id])[0]


def close_findings(
    session: Session, actor: Actor, now: datetime, batch: Sequence[CloseIn]
) -> list[Finding]:
    """Mended, and this is how the committee knows."""
    rows = _held(session, actor, [data.finding_id for data in batch])
    today = clock.local_date(now)
    faults: list[Fault] = []
    for place, data in enumerate(batch):
        row, _ = rows[data.finding_id]
        at = "" if len(batch) == 1 else f"{place}-"
        moved(Machine.FINDING, row.state, FindingState.CLOSED)
        closed_on = data.closed_on or today
        if closed_on > today:
            faults.append(Fault(f"{at}closed_on", "visit_ahead"))
        if closed_on < row.found_on:
            params = {"visited": row.found_on}
            faults.append(Fault(f"{at}closed_on", "due_before_visit", params))
    if faults:
        raise Invalid(*faults)
    for data in batch:
        row, _ = rows[data.finding_id]
        row.state = moved(Machine.FINDING, row.state, FindingState.CLOSED)
        row.closed_on, row.evidence = data.closed_on or today, data.evidence
        row.closed_by = actor.id if actor.kind == "user" else None
    return _kept(session, actor, now, "finding.close", rows)


def close_finding(
    session: Session, actor: Actor, now: datetime, finding_id: int, data: CloseData
) -> Finding:
    given = data.model_dump(exclude_unset=True)
    return close_findings(session, actor, now, [CloseIn(finding_id=finding_id, **given)])[0]


def _held(
    session: Session, actor: Actor, finding_ids: Sequence[int]
) -> dict[int, tuple[Finding, int]]:
    """Findings and their committees, for who reviews there, in the order named."""
    require_somebody(actor)
    found: dict[int, tuple[Finding, int]] = {}
    for lot in in_lots(finding_ids):
        query = (
            select(Finding, Round.committee_id)
            .join(Visit, col(Visit.id) == col(Finding.visit_id))
            .join(Round, col(Round.id) == col(Visit.round_id))
            .where(col(Finding.id).in_(lot), seen_visits(actor))
            .with_for_update(of=Finding)
        )
        for row, committee_id in session.exec(query):
            found[row.id] = (row, committee_id)
    for finding_id in finding_ids:
        if finding_id not in found:
            raise FindingNotFound(id=finding_id)
        require(actor, Permission.VISIT_REVIEW, on=found[finding_id][1])
    return {finding_id: found[finding_id] for finding_id in dict.fromkeys(finding_ids)}


def _kept(
    session: Session,
    actor: Actor,
    now: datetime,
    action: str,
    rows: dict[int, tuple[Finding, int]],
) -> list[Finding]:
    session.add_all([row for row, _ in rows.values()])
    session.flush()
    for row, committee_id in rows.values():
        _note(session, actor, now, action, row, committee_id)
    session.flush()
    return [row for row, _ in rows.values()]


def _note(
    session: Session,
    actor: Actor,
    now: datetime,
    action: str,
    row: Finding,
    committee_id: int,
    **details: object,
) -> None:
    audit.record(
        session,
        actor,
        now,
        action,
        "finding",
        row.id,
        committee_id=committee_id,
        grade=row.grade.value,
        visit=row.visit_id,
        **details,
    )

"""A visit from the field to its review. The form may be saved half filled.

Nothing is changed before everything is checked: a page that shows the faults commits as well.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, select

from spg_registry.core import clock
from spg_registry.core.errors import Fault, Invalid
from spg_registry.core.moves import moved
from spg_registry.core.permissions import Actor, Permission
from spg_registry.producers.facts import plots_of
from spg_registry.rounds import forms, parts
from spg_registry.rounds.access import Held, teams_of
from spg_registry.rounds.errors import (
    AlreadyAcknowledged,
    NobodySent,
    NotVisitedYet,
    ReviewOwn,
    RoundNotInField,
    Stale,
    VisitNotFound,
    WrittenMeanwhile,
)
from spg_registry.rounds.models import Acknowledgement, Round, Visit
from spg_registry.rounds.planning import note_visit
from spg_registry.rounds.schemas import AcknowledgeIn, ReasonIn, VisitParts, VisitSave, VoidVisitIn
from spg_registry.rules.states import HANDED_IN, Machine
from spg_registry.rules.words import RoundState, VisitState
from spg_registry.standards import snapshot

EVALUATED = ("visited_on", "plots_seen", "answers", "statement")
"""What the producer acknowledges: when one of these changes, the acknowledgement is void."""


def start_visits(
    session: Session, actor: Actor, now: datetime, visit_ids: Sequence[int]
) -> list[Visit]:
    """To the field, for the first time or again after a return. Raises NobodySent."""
    held = Held(session, actor, visit_ids).require_filler().in_field()
    _check_start(session, held.visits)
    for visit in held.visits:
        visit.state = VisitState.IN_FIELD
    return _kept(session, actor, now, "visit.start", held)


def _check_start(session: Session, visits: Sequence[Visit]) -> None:
    teams = teams_of(session, [visit.id for visit in visits])
    for visit in visits:
        moved(Machine.VISIT, visit.state, VisitState.IN_FIELD)
        if not teams[visit.id]:
            raise NobodySent(id=visit.id)


def save_visits(
    session: Session, actor: Actor, now: datetime, batch: Sequence[VisitSave]
) -> list[Visit]:
    """What the evaluators saw, finished or not; a visit that was not begun begins.

    By its own evaluators, or typed from their paper with the paper's date. Raises Stale when
    somebody else saved since `version` was read, and Invalid with every fault.
    """
    held = Held(session, actor, [data.visit_id for data in batch]).require_filler().in_field()
    visits = {visit.id: visit for visit in held.visits}
    for data in batch:
        if visits[data.visit_id].version != data.version:
            raise Stale(version=visits[data.visit_id].version)
    _check_start(
        session, [visit for visit in held.visits if visit.state is not VisitState.IN_FIELD]
    )
    plots = plots_of(session, {visit.unit_id for visit in held.visits})
    known = {id_: _item_codes(ronda) for id_, ronda in held.rounds.items()}
    today = clock.local_date(now)
    faults: list[Fault] = []
    for place, data in enumerate(batch):
        visit = visits[data.visit_id]
        ronda = held.round_of(visit)
        at = "" if len(batch) == 1 else f"{place}-"
        own = {plot.id for plot in plots[visit.unit_id]}
        faults += _faults(data, at, today, ronda.period_from, own, known[ronda.id])
    if faults:
        raise Invalid(*faults)
    for data in batch:
        _write(visits[data.visit_id], data, actor, now)
    return _kept(session, actor, now, "visit.save", held)


def save_parts(
    session: Session, actor: Actor, now: datetime, visit_id: int, told: VisitParts, was: VisitParts
) -> Visit:
    """Parts of the form, each beside what its writer had read before (`was`).

    What the writer left as it was is left as it is now, so that two people can fill one form.
    Raises WrittenMeanwhile with every part that both wrote, and Invalid.
    """
    held = Held(session, actor, [visit_id]).require_filler().in_field()
    visit = held.visits[0]
    if visit.state is not VisitState.IN_FIELD:
        _check_start(session, [visit])
    stored, before, after = parts.of_visit(visit), parts.told_in(was), parts.told_in(told)
    written = {
        name: value
        for name, value in after.items()
        if value not in (before.get(name, parts.empty(name)), stored.get(name, parts.empty(name)))
    }
    clashes = [
        name
        for name in written
        if stored.get(name, parts.empty(name)) != before.get(name, parts.empty(name))
    ]
    if clashes:
        raise WrittenMeanwhile(parts.clashes(session, visit, clashes))
    data = parts.merged(visit, written)
    plots = {plot.id for plot in plots_of(session, [visit.unit_id])[visit.unit_id]}
    ronda = held.round_of(visit)
    faults = _faults(data, "", clock.local_date(now), ronda.period_from, plots, _item_codes(ronda))
    if broken := list(faults):
        raise Invalid(*broken)
    if not written and visit.state is VisitState.IN_FIELD:
        return visit
    visit.authors = visit.authors | dict.fromkeys(written, _user(actor))
    _write(visit, data, actor, now)
    return _kept(session, actor, now, "visit.save", held)[0]


def _item_codes(ronda: Round) -> set[str]:
    return {item["code"] for item in snapshot.items(ronda.frozen)}


def _faults(
    data: VisitParts, at: str, today: date, begins: date, plots: Collection[int], items: set[str]
) -> Iterator[Fault]:
    if data.visited_on is not None and data.visited_on > today:
        yield Fault(f"{at}visited_on", "visit_ahead")
    if data.visited_on is not None and data.visited_on < begins:
        yield Fault(f"{at}visited_on", "visit_before_round", {"begins": begins})
    if set(data.plots_seen) - set(plots):
        yield Fault(f"{at}plots_seen", "plot_not_of_unit")
    for code in data.answers:
        if code not in items:
            yield Fault(f"{at}answers-{code}", "item_not_in_form")
    if (data.lat is None) != (data.lon is None):
        yield Fault(f"{at}lat", "point_incomplete")


def _write(visit: Visit, data: VisitParts, actor: Actor, now: datetime) -> None:
    given: dict[str, Any] = {
        name: getattr(data, name)
        for name in data.model_fields_set
        if name not in ("visit_id", "version", "answers", "plots_seen")
    }
    if "answers" in data.model_fields_set:
        given["answers"] = {
            code: said.model_dump(mode="json")
            for code, said in sorted(data.answers.items())
            if said.answer or said.note
        }
    if "plots_seen" in data.model_fields_set:
        given["plots_seen"] = sorted(set(data.plots_seen))
    if any(given[name] != getattr(visit, name) for name in EVALUATED if name in given):
        visit.void_acknowledgement()
    for name, value in given.items():
        setattr(visit, name, value)
    visit.state = VisitState.IN_FIELD
    visit.version += 1
    visit.entered_at = now
    visit.entered_by = _user(actor)


def submit_visits(
    session: Session, actor: Actor, now: datetime, visit_ids: Sequence[int]
) -> list[Visit]:
    """Hand the form in: dated, every question answered. Invalid names each one that is not."""
    held = Held(session, actor, visit_ids).require_filler().in_field()
    asked: dict[int, tuple[str, ...]] = {}
    for ronda in held.rounds.values():
        units = [visit.unit_id for visit in held.visits if visit.round_id == ronda.id]
        asked |= forms.items_of_units(session, ronda, units)
    faults: list[Fault] = []
    for place, visit in enumerate(held.visits):
        moved(Machine.VISIT, visit.state, VisitState.SUBMITTED)
        at = "" if len(held.visits) == 1 else f"{place}-"
        if visit.visited_on is None:
            faults.append(Fault(f"{at}visited_on", "required"))
        for code in forms.unanswered(asked[visit.unit_id], visit.answers):
            faults.append(Fault(f"{at}answers-{code}-answer", "item_unanswered", {"item": code}))
    if faults:
        raise Invalid(*faults)
    for visit in held.visits:
        visit.state = VisitState.SUBMITTED
    return _kept(session, actor, now, "visit.submit", held)


def return_visit(
    session: Session, actor: Actor, now: datetime, visit_id: int, data: ReasonIn
) -> Visit:
    """Back to who made it: something is missing."""
    held = Held(session, actor, [visit_id]).require_right(Permission.VISIT_REVIEW).in_field()
    visit = held.visits[0]
    visit.state = moved(Machine.VISIT, visit.state, VisitState.RETURNED)
    visit.return_reason = data.reason
    return _kept(session, actor, now, "visit.return", held)[0]


def review_visits(
    session: Session, actor: Actor, now: datetime, visit_ids: Sequence[int]
) -> list[Visit]:
    """The committee's office takes the forms as complete. Raises ReviewOwn for one's own."""
    held = Held(session, actor, visit_ids).require_right(Permission.VISIT_REVIEW).in_field()
    states = [moved(Machine.VISIT, visit.state, VisitState.REVIEWED) for visit in held.visits]
    if held.own:
        raise ReviewOwn(visits=sorted(held.own))
    for visit, state in zip(held.visits, states, strict=True):
        visit.state = state
        visit.reviewed_at, visit.reviewed_by = now, _user(actor)
        visit.return_reason = None
    return _kept(session, actor, now, "visit.review", held)


def void_visit(
    session: Session, actor: Actor, now: datetime, visit_id: int, data: VoidVisitIn
) -> tuple[Visit, Visit | None]:
    """A conflict was found. The visit counts no more; a new one waits for other evaluators."""
    held = Held(session, actor, [visit_id]).require_right(Permission.VISIT_REVIEW)
    visit = held.visits[0]
    ronda = held.round_of(visit)
    if ronda.state is RoundState.CLOSED or (data.again and ronda.state is not RoundState.OPEN):
        raise RoundNotInField(state=ronda.state)
    visit.state = moved(Machine.VISIT, visit.state, VisitState.VOID)
    visit.return_reason = data.reason
    _kept(session, actor, now, "visit.void", held)
    if not data.again:
        return visit, None
    anew = Visit(
        round_id=visit.round_id,
        unit_id=visit.unit_id,
        producer_id=visit.producer_id,
        due_on=visit.due_on,
    )
    session.add(anew)
    session.flush()
    note_visit(session, actor, now, "visit.plan", anew, ronda, instead_of=visit.id)
    return visit, anew


def acknowledge_visits(
    session: Session, actor: Actor, now: datetime, batch: Sequence[AcknowledgeIn]
) -> list[Visit]:
    """The producers saw what was written and said so: by signature, or by a mark and a witness."""
    held = Held(session, actor, [data.visit_id for data in batch]).require_filler()
    visits = {visit.id: visit for visit in held.visits}
    today = clock.local_date(now)
    faults: list[Fault] = []
    for place, data in enumerate(batch):
        at = "" if len(batch) == 1 else f"{place}-"
        faults += _acknowledgement_faults(visits[data.visit_id], data, at, today)
    if faults:
        raise Invalid(*faults)
    for data in batch:
        visit = visits[data.visit_id]
        visit.acknowledged_on = data.on or today
        visit.acknowledged_how, visit.witness = data.how, data.witness
    return _kept(session, actor, now, "visit.acknowledge", held)


def _acknowledgement_faults(
    visit: Visit, data: AcknowledgeIn, at: str, today: date
) -> Iterator[Fault]:
    if visit.state is VisitState.VOID or visit.visited_on is None:
        raise NotVisitedYet(id=visit.id)
    if visit.acknowledged_on is not None:
        raise AlreadyAcknowledged(on=visit.acknowledged_on)
    on = data.on or today
    if on > today:
        yield Fault(f"{at}on", "visit_ahead")
    if on < visit.visited_on:
        yield Fault(f"{at}on", "acknowledged_before_visit", {"visited": visit.visited_on})
    if data.how is Acknowledgement.ASSISTED and not data.witness:
        yield Fault(f"{at}witness", "witness_needed")


def acknowledge_own(
    session: Session, actor: Actor, now: datetime, producer_ids: Collection[int], visit_id: int
) -> Visit:
    """A family's own word, given at its own door; whoever calls has let it in. `actor` is itself,
    `producer_ids` its registrations."""
    query = select(Visit).where(
        Visit.id == visit_id,
        col(Visit.producer_id).in_(producer_ids),
        col(Visit.state).in_(HANDED_IN),
    )
    query = query.with_for_update().execution_options(populate_existing=True)
    visit = session.exec(query).first()
    if visit is None:
        raise VisitNotFound(id=visit_id)
    if visit.acknowledged_on is not None:
        raise AlreadyAcknowledged(on=visit.acknowledged_on)
    visit.acknowledged_on = clock.local_date(now)
    visit.acknowledged_how = Acknowledgement.SELF
    session.add(visit)
    session.flush()
    ronda = session.get_one(Round, visit.round_id)
    note_visit(session, actor, now, "visit.acknowledge", visit, ronda)
    return visit


def _kept(session: Session, actor: Actor, now: datetime, action: str, held: Held) -> list[Visit]:
    session.add_all(held.visits)
    session.flush()
    for visit in held.visits:
        note_visit(session, actor, now, action, visit, held.round_of(visit))
    session.flush()
    return held.visits


def _user(actor: Actor) -> int | None:
    return actor.id if actor.kind == "user" else None

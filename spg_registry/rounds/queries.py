"""Reading rounds, visits and findings, as far as the reader may see them."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlmodel import Session, case, col, func, select

from spg_registry.committees.queries import evaluators_of
from spg_registry.core.lots import by_id, in_lots
from spg_registry.core.permissions import Actor, Permission, require_somebody
from spg_registry.people.models import Person
from spg_registry.producers.facts import plots_of, with_merged
from spg_registry.producers.models import Enrolment, Plot, Producer, Unit
from spg_registry.rounds import forms
from spg_registry.rounds.access import get_round, is_evaluator, seen_rounds, seen_visits, sent_to
from spg_registry.rounds.errors import FindingNotFound, VisitNotFound
from spg_registry.rounds.late import is_overdue, overdue
from spg_registry.rounds.models import (
    Assignment,
    AssignmentOutcome,
    Finding,
    Round,
    Visit,
)
from spg_registry.rounds.planning import NOT_VISITED
from spg_registry.rules.states import MOVES, TO_FILL, Machine
from spg_registry.rules.words import Answer, FindingClass, FindingState, RoundState, VisitState
from spg_registry.territory.models import Community

__all__ = ["TO_FILL", "get_round", "is_overdue"]


# --- rounds --------------------------------------------------------------------------------------


def visible_rounds(
    session: Session,
    actor: Actor,
    *,
    committee_id: int | None = None,
    spg_id: int | None = None,
    state: RoundState | None = None,
    limit: int | None = None,
    offset: int = 0,
) -> tuple[list[Round], int]:
    """The latest first, and how many there are in all."""
    query = select(Round).where(seen_rounds(actor))
    for column, wanted in (
        (Round.committee_id, committee_id),
        (Round.spg_id, spg_id),
        (Round.state, state),
    ):
        if wanted is not None:
            query = query.where(col(column) == wanted)
    total = session.exec(
        select(func.count()).select_from(query.with_only_columns(col(Round.id)).subquery())
    ).one()
    latest = query.order_by(col(Round.period_from).desc(), col(Round.id).desc())
    return list(session.exec(latest.limit(limit).offset(offset))), total


def progress_of(session: Session, round_ids: Iterable[int]) -> dict[int, Counter[VisitState]]:
    """How many visits of each round are in which state."""
    found: dict[int, Counter[VisitState]] = defaultdict(Counter)
    for lot in in_lots(round_ids):
        query = (
            select(Visit.round_id, Visit.state, func.count())
            .where(col(Visit.round_id).in_(lot))
            .group_by(col(Visit.round_id), col(Visit.state))
        )
        for round_id, state, count in session.exec(query):
            found[round_id][VisitState(state)] = count
    return found


def next_states(ronda: Round) -> list[RoundState]:
    """Where the table of moves lets it go."""
    return [state for state in RoundState if state in MOVES[Machine.ROUND][ronda.state]]


@dataclass(frozen=True)
class FreeCommunity:
    """A community with units of the round's SPG that are not in the round yet."""

    community_id: int
    name: str
    municipality_code: str
    unit_ids: list[int] = field(default_factory=list)


def free_communities(session: Session, ronda: Round) -> list[FreeCommunity]:
    there = select(Visit.unit_id).where(Visit.round_id == ronda.id, Visit.state != VisitState.VOID)
    query = (
        select(Community, Unit.id)
        .join(Unit, col(Unit.community_id) == col(Community.id))
        .join(Enrolment, col(Enrolment.producer_id) == col(Unit.producer_id))
        .where(Enrolment.spg_id == ronda.spg_id, col(Enrolment.ended_on).is_(None))
        .where(col(Enrolment.status).not_in(NOT_VISITED))
        .where(col(Unit.until).is_(None), col(Unit.id).not_in(there))
        .order_by(col(Community.name), col(Community.id), col(Unit.id))
    )
    found: dict[int, FreeCommunity] = {}
    for place, unit_id in session.exec(query):
        row = found.setdefault(
            place.id, FreeCommunity(place.id, place.name, place.municipality_code)
        )
        row.unit_ids.append(unit_id)
    return list(found.values())


@dataclass(frozen=True)
class Candidate:
    appointment_id: int
    person_id: int
    name: str
    peer: bool


def candidates(session: Session, ronda: Round, on: date) -> list[Candidate]:
    """Who may be sent at all on a day, neighbours who serve here included."""
    rows = evaluators_of(session, ronda.committee_id, max(on, ronda.period_from))
    names = names_of(session, [row.person_id for row in rows])
    found = [
        Candidate(row.id, row.person_id, names[row.person_id], row.sector.value == "producer")
        for row in rows
    ]
    return sorted(found, key=lambda each: each.name)


def names_of(session: Session, person_ids: Iterable[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for lot in in_lots(person_ids):
        for row in session.exec(select(Person).where(col(Person.id).in_(lot))):
            found[row.id] = row.full_name
    return found


# --- visits --------------------------------------------------------------------------------------


def visible_visits(
    session: Session,
    actor: Actor,
    *,
    round_id: int | None = None,
    producer_id: int | None = None,
    state: VisitState | None = None,
    mine: bool = False,
    limit: int | None = None,
    offset: int = 0,
) -> tuple[list[Visit], int]:
    """In the order in which they were planned. `mine` are those the actor is sent to, the void ones
    left out: what waits first, soonest due, then the latest."""
    query = select(Visit).where(seen_visits(actor))
    for column, wanted in (
        (Visit.round_id, round_id),
        (Visit.state, state),
    ):
        if wanted is not None:
            query = query.where(col(column) == wanted)
    if producer_id is not None:
        query = query.where(with_merged(col(Visit.producer_id), [producer_id]))
    if mine:
        query = query.where(col(Visit.id).in_(sent_to(actor)), Visit.state != VisitState.VOID)
    total = session.exec(
        select(func.count()).select_from(query.with_only_columns(col(Visit.id)).subquery())
    ).one()
    waits = col(Visit.state).in_(TO_FILL)
    order: list[Any] = [col(Visit.id)]
    if mine:
        order = [case((waits, 0), else_=1), case((waits, Visit.due_on)), col(Visit.id).desc()]
    return list(session.exec(query.order_by(*order).limit(limit).offset(offset))), total


def visits_by_way(
    session: Session, actor: Actor, round_id: int, states: Collection[VisitState]
) -> list[Visit]:
    """The visits of a round in the order in which they are gone to: community by community."""
    query = (
        select(Visit)
        .join(Unit, col(Unit.id) == col(Visit.unit_id))
        .join(Community, col(Community.id) == col(Unit.community_id))
        .where(seen_visits(actor), Visit.round_id == round_id, col(Visit.state).in_(states))
        .order_by(col(Community.name), col(Community.id), col(Unit.code), col(Visit.id))
    )
    return list(session.exec(query))


def following(session: Session, actor: Actor, visit: Visit) -> Visit | None:
    """The next one of the round on the way that waits for its form, this one left out."""
    way = visits_by_way(session, actor, visit.round_id, TO_FILL)
    ids = [row.id for row in way]
    here = ids.index(visit.id) if visit.id in ids else -1
    others = way[here + 1 :] + way[: max(here, 0)]
    return others[0] if others else None


@dataclass(frozen=True)
class Gap:
    """Something a handed-in form lacks that its review should ask for: `gap.<code>`."""

    code: str
    params: dict[str, object] = field(default_factory=dict)


def gaps_of(sheet: "Sheet") -> list[Gap]:
    """In the order of the form; none of them keeps a form from being handed in."""
    seen, noted = set(sheet.visit.plots_seen), {row.item_code for row in sheet.findings}
    unseen = [plot.name for plot in sheet.plots if plot.id not in seen]
    failing = [
        code
        for code, said in sheet.visit.answers.items()
        if said.get("answer") == Answer.FAILS and code not in noted
    ]
    found = []
    if sheet.unanswered:
        found.append(Gap("unanswered", {"items": sheet.unanswered}))
    if unseen:
        found.append(Gap("plots_unseen", {"plots": unseen}))
    if failing:
        found.append(Gap("failing_without_finding", {"items": sorted(failing)}))
    if sheet.visit.acknowledged_on is None:
        found.append(Gap("not_acknowledged"))
    return found


def get_visit(session: Session, actor: Actor, visit_id: int) -> Visit:
    found = session.exec(select(Visit).where(Visit.id == visit_id, seen_visits(actor))).first()
    if found is None:
        raise VisitNotFound(id=visit_id)
    return found


def evaluated_producers(session: Session, person_id: int) -> set[int]:
    """The producers a person is sent to, or was: what an evaluator may see of producers."""
    query = (
        select(Visit.producer_id)
        .join(Assignment, col(Assignment.visit_id) == col(Visit.id))
        .where(Assignment.person_id == person_id)
        .where(Assignment.outcome == AssignmentOutcome.ACCEPTED, Visit.state != VisitState.VOID)
        .distinct()
    )
    return set(session.exec(query))


@dataclass(frozen=True)
class Sent:
    """An assignment with its evaluator's name."""

    assignment: Assignment
    name: str


@dataclass(frozen=True)
class VisitLine:
    """A visit as lists show it: where, whose, by whom, and what was found."""

    visit: Visit
    unit: Unit
    producer: Producer
    community: str
    team: list[Sent]
    refused: list[Sent]
    findings: int


def lines_of(session: Session, visits: Collection[Visit]) -> list[VisitLine]:
    """The particulars of visits that were fetched, in their order."""
    units = by_id(session, Unit, [visit.unit_id for visit in visits])
    producers = by_id(session, Producer, [visit.producer_id for visit in visits])
    communities = by_id(session, Community, [unit.community_id for unit in units.values()])
    sent = _assignments(session, [visit.id for visit in visits])
    names = names_of(session, [row.person_id for rows in sent.values() for row in rows])
    findings = _finding_counts(session, [visit.id for visit in visits])
    return [
        VisitLine(
            visit=visit,
            unit=units[visit.unit_id],
            producer=producers[visit.producer_id],
            community=communities[units[visit.unit_id].community_id].name,
            team=_of_outcome(sent[visit.id], AssignmentOutcome.ACCEPTED, names),
            refused=_of_outcome(sent[visit.id], AssignmentOutcome.REFUSED, names),
            findings=findings[visit.id],
        )
        for visit in visits
    ]


def _of_outcome(
    rows: Iterable[Assignment], outcome: AssignmentOutcome, names: dict[int, str]
) -> list[Sent]:
    """The last answer for each person."""
    latest = {row.person_id: Sent(row, names[row.person_id]) for row in rows}
    return [each for each in latest.values() if each.assignment.outcome is outcome]


def _assignments(session: Session, visit_ids: Collection[int]) -> dict[int, list[Assignment]]:
    found: dict[int, list[Assignment]] = {visit_id: [] for visit_id in visit_ids}
    for lot in in_lots(visit_ids):
        query = select(Assignment).where(col(Assignment.visit_id).in_(lot))
        for row in session.exec(query.order_by(col(Assignment.id))):
            found[row.visit_id].append(row)
    return found


def _finding_counts(session: Session, visit_ids: Collection[int]) -> Counter[int]:
    found: Counter[int] = Counter()
    for lot in in_lots(visit_ids):
        query = select(Finding.visit_id, func.count()).where(col(Finding.visit_id).in_(lot))
        found.update(dict(session.exec(query.group_by(col(Finding.visit_id))).all()))
    return found


def visible_assignments(
    session: Session,
    actor: Actor,
    *,
    round_id: int | None = None,
    visit_id: int | None = None,
    outcome: AssignmentOutcome | None = None,
    limit: int | None = None,
    offset: int = 0,
) -> tuple[list[Assignment], int]:
    """Refused ones among them, for who reads the round; an evaluator sees the own visits'."""
    visits = select(Visit.id).where(seen_visits(actor))
    query = select(Assignment).where(col(Assignment.visit_id).in_(visits))
    for column, wanted in (
        (Assignment.round_id, round_id),
        (Assignment.visit_id, visit_id),
        (Assignment.outcome, outcome),
    ):
        if wanted is not None:
            query = query.where(col(column) == wanted)
    total = session.exec(select(func.count()).select_from(query.subquery())).one()
    rows = session.exec(query.order_by(col(Assignment.id)).limit(limit).offset(offset))
    return list(rows), total


@dataclass(frozen=True)
class Sheet:
    """All that the page of a visit shows, and what this actor may do there."""

    visit: Visit
    ronda: Round
    line: VisitLine
    dimensions: list[dict[str, Any]]
    plots: list[Plot]
    findings: list[Finding]
    asked: int
    unanswered: list[str]
    may_fill: bool
    may_review: bool
    is_own: bool


def sheet_of(session: Session, actor: Actor, visit_id: int) -> Sheet:
    visit = get_visit(session, actor, visit_id)
    ronda = session.get_one(Round, visit.round_id)
    line = lines_of(session, [visit])[0]
    dimensions = forms.form_of_unit(session, ronda, visit.unit_id) if ronda.frozen else []
    asked = [item["code"] for dimension in dimensions for item in dimension["items"]]
    own = any(sent.assignment.person_id == actor.person_id for sent in line.team)
    types = actor.may(Permission.VISIT_TYPE, ronda.committee_id)
    found = select(Finding).where(Finding.visit_id == visit.id).order_by(col(Finding.id))
    return Sheet(
        visit=visit,
        ronda=ronda,
        line=line,
        dimensions=dimensions,
        plots=plots_of(session, [visit.unit_id])[visit.unit_id],
        findings=list(session.exec(found)),
        asked=len(asked),
        unanswered=forms.unanswered(asked, visit.answers),
        may_fill=types or (own and actor.may(Permission.VISIT_FILL_OWN)),
        may_review=actor.may(Permission.VISIT_REVIEW, ronda.committee_id),
        is_own=own,
    )


# --- findings ------------------------------------------------------------------------------------


def visible_findings(
    session: Session,
    actor: Actor,
    *,
    round_id: int | None = None,
    visit_id: int | None = None,
    producer_id: int | None = None,
    state: FindingState | None = None,
    grade: FindingClass | None = None,
    overdue_on: date | None = None,
    limit: int | None = None,
    offset: int = 0,
) -> tuple[list[Finding], int]:
    """By the day they are due; `overdue_on`: those not closed whose day had passed by then."""
    visits = select(Visit.id).where(seen_visits(actor))
    if round_id is not None:
        visits = visits.where(Visit.round_id == round_id)
    query = select(Finding).where(col(Finding.visit_id).in_(visits))
    for column, wanted in (
        (Finding.visit_id, visit_id),
        (Finding.state, state),
        (Finding.grade, grade),
    ):
        if wanted is not None:
            query = query.where(col(column) == wanted)
    if producer_id is not None:
        query = query.where(with_merged(col(Finding.producer_id), [producer_id]))
    if overdue_on is not None:
        query = query.where(overdue(overdue_on))
    total = session.exec(select(func.count()).select_from(query.subquery())).one()
    rows = session.exec(
        query.order_by(col(Finding.due_on), col(Finding.id)).limit(limit).offset(offset)
    )
    return list(rows), total


def get_finding(session: Session, actor: Actor, finding_id: int) -> tuple[Finding, Round]:
    visits = select(Visit.id).where(seen_visits(actor))
    found = session.exec(
        select(Finding).where(Finding.id == finding_id, col(Finding.visit_id).in_(visits))
    ).first()
    if found is None:
        raise FindingNotFound(id=finding_id)
    visit = session.get_one(Visit, found.visit_id)
    return found, session.get_one(Round, visit.round_id)


@dataclass(frozen=True)
class FindingLine:
    finding: Finding
    unit: Unit
    producer: Producer
    overdue: bool


def finding_lines(session: Session, rows: Collection[Finding], today: date) -> list[FindingLine]:
    units = by_id(session, Unit, [row.unit_id for row in rows])
    producers = by_id(session, Producer, [row.producer_id for row in rows])
    return [
        FindingLine(row, units[row.unit_id], producers[row.producer_id], is_overdue(row, today))
        for row in rows
    ]


def evaluates(actor: Actor) -> bool:
    """Whether the actor has a list of visits of its own."""
    require_somebody(actor)
    return is_evaluator(actor)

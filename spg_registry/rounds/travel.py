"""The way of a round: on which day whose unit is seen, and what is good to know at the gate."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby

from sqlmodel import Session, col, select

from spg_registry.committees.models import Committee
from spg_registry.core import clock
from spg_registry.core.errors import Fault, Invalid
from spg_registry.core.lots import in_lots
from spg_registry.core.permissions import Actor, Permission, require
from spg_registry.people.models import Person
from spg_registry.producers.facts import holders_of, plots_of, present_crops
from spg_registry.rounds.access import get_round, round_to_write, teams_of
from spg_registry.rounds.assignments import standing_visits
from spg_registry.rounds.days import Fixed, Going, propose_days
from spg_registry.rounds.errors import RoundNotInField
from spg_registry.rounds.models import Finding, Round, Visit
from spg_registry.rounds.planning import note_visit
from spg_registry.rounds.queries import TO_FILL, VisitLine, lines_of, visible_visits
from spg_registry.rounds.routes import Point, kilometres, middle, short_way
from spg_registry.rounds.schemas import VisitDay
from spg_registry.rules.words import FindingState, RoundState
from spg_registry.territory.atlas import atlas_of

# --- days ----------------------------------------------------------------------------------------


def plan_days(
    session: Session, actor: Actor, now: datetime, round_id: int, batch: Sequence[VisitDay]
) -> list[Visit]:
    """On which day each of these visits is planned; None takes the day away.

    Raises Invalid for visits that are not in the round and days outside its period.
    """
    ronda = round_to_write(session, actor, round_id)
    if ronda.state not in (RoundState.PLANNED, RoundState.OPEN):
        raise RoundNotInField(state=ronda.state)
    visits = {visit.id: visit for visit in standing_visits(session, ronda).values()}
    faults = []
    for place, data in enumerate(batch):
        if data.visit_id not in visits:
            faults.append(Fault(f"days-{place}-visit_id", "visit_not_in_round"))
        elif data.on and not ronda.period_from <= data.on <= ronda.period_until:
            period = {"first": ronda.period_from, "last": ronda.period_until}
            faults.append(Fault(f"days-{place}-on", "day_outside_round", period))
    if faults:
        raise Invalid(*faults)
    changed = []
    for data in batch:
        visit = visits[data.visit_id]
        if visit.planned_on != data.on:
            visit.planned_on = data.on
            changed.append(visit)
    session.add_all(changed)
    session.flush()
    for visit in changed:
        told = visit.planned_on.isoformat() if visit.planned_on else None
        note_visit(session, actor, now, "visit.day", visit, ronda, on=told)
    session.flush()
    return changed


def proposed_days(session: Session, actor: Actor, now: datetime, round_id: int) -> dict[int, date]:
    """A day for each visit that has none and is still to be made, community by community, so that
    each team is in one place a day. Nothing is written."""
    ronda = get_round(session, actor, round_id)
    require(actor, Permission.ROUND_WRITE, on=ronda.committee_id)
    visits = [v for v in standing_visits(session, ronda).values() if v.state in TO_FILL]
    lines = {line.visit.id: line for line in lines_of(session, visits)}
    teams = teams_of(session, list(lines))
    persons = {id_: tuple(row.person_id for row in team) for id_, team in teams.items()}
    going = [
        Going(line.visit.id, line.unit.community_id, persons[line.visit.id])
        for line in in_order(lines.values())
        if line.visit.planned_on is None and persons[line.visit.id]
    ]
    fixed = [
        Fixed(line.unit.community_id, persons[id_], line.visit.planned_on)
        for id_, line in lines.items()
        if line.visit.planned_on is not None
    ]
    first = max(ronda.period_from, clock.local_date(now))
    return propose_days(going, first, ronda.period_until, fixed)


def in_order(lines: Iterable[VisitLine]) -> list[VisitLine]:
    """Community by community and unit by unit along a short way."""
    by_community: dict[int, list[VisitLine]] = defaultdict(list)
    for line in lines:
        by_community[line.unit.community_id].append(line)
    points = {
        key: middle([point for line in found if (point := _point(line))])
        for key, found in by_community.items()
    }
    ordered = []
    for key in short_way(points):
        here = {line.visit.id: line for line in by_community[key]}
        ordered += [here[id_] for id_ in short_way({i: _point(one) for i, one in here.items()})]
    return ordered


def _point(line: VisitLine) -> Point | None:
    unit = line.unit
    return None if unit.lat is None or unit.lon is None else (unit.lat, unit.lon)


# --- the sheet -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Stop:
    """A unit on the way. `phone` is told to whoever may see it, `km` is from the stop before."""

    line: VisitLine
    phone: str | None
    products: list[str]
    plots: int
    area_m2: int
    findings: list[Finding]
    km: float | None = None


@dataclass(frozen=True)
class Leg:
    """A community on a day; the day is None while it is not planned."""

    on: date | None
    community: str
    stops: list[Stop]


@dataclass(frozen=True)
class Travel:
    ronda: Round
    committee: str
    person: str | None
    """Whose sheet it is; None of the whole round's."""
    legs: list[Leg]

    @property
    def stops(self) -> list[Stop]:
        return [stop for leg in self.legs for stop in leg.stops]

    def for_each(self) -> list["Travel"]:
        """One for each evaluator, by name, with the own visits only."""
        team = {
            sent.assignment.person_id: sent.name for stop in self.stops for sent in stop.line.team
        }
        order = sorted(team, key=lambda id_: (team[id_], id_))
        return [replace(self, person=team[id_], legs=_legs_of(self.legs, id_)) for id_ in order]


def _legs_of(legs: Iterable[Leg], person_id: int) -> list[Leg]:
    found = []
    for leg in legs:
        own = [stop for stop in leg.stops if _goes(stop.line, person_id)]
        if own:
            found.append(replace(leg, stops=_measured(own)))
    return found


def _goes(line: VisitLine, person_id: int) -> bool:
    return any(sent.assignment.person_id == person_id for sent in line.team)


def _measured(stops: Iterable[Stop]) -> list[Stop]:
    """With the distance of each from the one before it."""
    found = []
    before: Point | None = None
    for stop in stops:
        here = _point(stop.line)
        found.append(replace(stop, km=kilometres(before, here) if before and here else None))
        before = here or before
    return found


def travel_of(
    session: Session,
    actor: Actor,
    now: datetime,
    round_id: int,
    *,
    person_id: int | None = None,
    on: date | None = None,
) -> Travel:
    """What is still to be seen in a round, by day and community; of one evaluator or one day, if
    given. An evaluator gets the own visits only."""
    ronda = get_round(session, actor, round_id)
    visits, _ = visible_visits(session, actor, round_id=ronda.id)
    lines = [line for line in lines_of(session, visits) if line.visit.state in TO_FILL]
    if person_id is not None:
        lines = [line for line in lines if _goes(line, person_id)]
    if on is not None:
        lines = [line for line in lines if line.visit.planned_on == on]
    phones = {}
    if actor.may(Permission.PRODUCER_IDENTITY, ronda.committee_id):
        phones = _phones(session, {line.producer.id for line in lines})
    units = {line.unit.id for line in lines}
    crops = present_crops(session, units, clock.local_date(now))
    plots, products = plots_of(session, units), atlas_of(session).products
    findings = _open_findings(session, units)
    ordered = in_order(lines)
    place = {line.visit.id: order for order, line in enumerate(ordered)}
    ordered.sort(key=lambda line: (line.visit.planned_on or date.max, place[line.visit.id]))
    legs = []
    for (day, _, community), group in groupby(
        ordered, key=lambda one: (one.visit.planned_on, one.unit.community_id, one.community)
    ):
        stops: list[Stop] = []
        for line in group:
            codes = dict.fromkeys(crop.product_code for crop in crops[line.unit.id])
            land = plots[line.unit.id]
            stops.append(
                Stop(
                    line=line,
                    phone=phones.get(line.producer.id),
                    products=[products[code].es for code in codes],
                    plots=len(land),
                    area_m2=sum(plot.area_m2 for plot in land),
                    findings=findings.get(line.unit.id, []),
                )
            )
        legs.append(Leg(day, community, _measured(stops)))
    return Travel(
        ronda=ronda,
        committee=session.get_one(Committee, ronda.committee_id).name,
        person=_name_in(lines, person_id),
        legs=legs,
    )


def _name_in(lines: Iterable[VisitLine], person_id: int | None) -> str | None:
    every = (sent for line in lines for sent in line.team)
    return next((sent.name for sent in every if sent.assignment.person_id == person_id), None)


def _phones(session: Session, producer_ids: Iterable[int]) -> dict[int, str]:
    """Of the first holder that has one."""
    holders = holders_of(session, producer_ids)
    persons = {person for listed in holders.values() for person in listed}
    known: dict[int, str] = {}
    for lot in in_lots(persons):
        query = select(Person.id, col(Person.phone)).where(col(Person.id).in_(lot))
        known |= {id_: phone for id_, phone in session.exec(query) if phone}
    found = {}
    for producer_id, listed in holders.items():
        if phone := next((known[person] for person in listed if person in known), None):
            found[producer_id] = phone
    return found


def _open_findings(session: Session, unit_ids: Iterable[int]) -> dict[int, list[Finding]]:
    found: dict[int, list[Finding]] = defaultdict(list)
    for lot in in_lots(unit_ids):
        query = (
            select(Finding)
            .where(col(Finding.unit_id).in_(lot), Finding.state != FindingState.CLOSED)
            .order_by(col(Finding.due_on), col(Finding.id))
        )
        for row in session.exec(query):
            found[row.unit_id].append(row)
    return found

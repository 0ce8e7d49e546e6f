"""The year of an SPG: where seals end, which rounds go there, and whose turn a visit is."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from pydantic import BaseModel
from sqlalchemy import ColumnElement, and_, exists
from sqlmodel import Session, col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from spg_registry.committees.models import Spg
from spg_registry.committees.queries import get_spg
from spg_registry.core import clock
from spg_registry.core.permissions import Actor, Permission, require
from spg_registry.decisions.models import Decision
from spg_registry.producers.models import Enrolment, Producer, Unit
from spg_registry.rounds.models import Round, RoundKind, Visit
from spg_registry.rounds.planning import NOT_VISITED
from spg_registry.rules.months import add_months
from spg_registry.rules.states import STANDING, UNDER_WAY
from spg_registry.rules.words import (
    DecisionState,
    EnrolmentStatus,
    RoundState,
    VisitState,
)
from spg_registry.seals.models import SealGrant, SealScope
from spg_registry.seals.queries import followed
from spg_registry.standards import snapshot
from spg_registry.standards.queries import frozen
from spg_registry.territory.models import Community

JUST_SEEN = timedelta(days=90)
"""Who was visited so lately waits for a decision, not for another visit."""


class Turn(StrEnum):
    """Why a unit is due."""

    NEWCOMER = "newcomer"
    """Never visited, enrolled since the last ordinary round began."""
    NEVER = "never"
    SEAL_ENDING = "seal_ending"
    VISIT_OLD = "visit_old"


# --- whose turn it is ----------------------------------------------------------------------------


@dataclass(frozen=True)
class DueUnit:
    """A unit of the SPG. `turns`: why it is due, none when it is not; `in_round`: where it waits
    already."""

    unit_id: int
    code: str
    producer: str
    community_id: int
    community: str
    last_visit: date | None
    seal_until: date | None
    in_round: Round | None
    turns: tuple[Turn, ...]

    @property
    def due(self) -> bool:
        return bool(self.turns) and self.in_round is None


def due_units(
    session: Session, actor: Actor, now: datetime, spg_id: int, until: date
) -> list[DueUnit]:
    """Every unit of the SPG, community by community, and whether a round that ends on `until`
    should see it: its seal ends before the next could, its visit will be too old, or it was never
    visited. Asks for `round:write`."""
    spg = get_spg(session, actor, spg_id)
    require(actor, Permission.ROUND_WRITE, on=spg.committee_id)
    today = clock.local_date(now)
    parameters = snapshot.parameters(frozen(session, spg.committee_id, today))
    visited, waiting = _last_visits(session, spg), _waiting(session, spg)
    seal_ends = _seal_ends(session, spg)
    query = (
        select(Unit, Enrolment, Producer.display_name, Community.name)
        .join(Enrolment, col(Enrolment.producer_id) == col(Unit.producer_id))
        .join(Producer, col(Producer.id) == col(Unit.producer_id))
        .join(Community, col(Community.id) == col(Unit.community_id))
        .where(col(Unit.until).is_(None), *_enrolled(spg))
        .order_by(col(Community.name), col(Community.id), col(Producer.display_name), col(Unit.id))
    )
    fresh = set(session.exec(_units_of(spg).where(is_newcomer())))
    found = []
    for unit, enrolment, producer, community in session.exec(query):
        seen, ends = visited.get(unit.id), seal_ends.get(unit.id)
        turns: list[Turn] = []
        if enrolment.status is not EnrolmentStatus.ABSENT:
            if seen is None:
                turns.append(Turn.NEWCOMER if unit.id in fresh else Turn.NEVER)
            elif seen < today - JUST_SEEN:
                if ends and ends <= until + timedelta(days=parameters.decided_ahead_days):
                    turns.append(Turn.SEAL_ENDING)
                if add_months(seen, parameters.visit_max_age_months) <= until:
                    turns.append(Turn.VISIT_OLD)
        found.append(
            DueUnit(
                unit_id=unit.id,
                code=unit.code,
                producer=producer,
                community_id=unit.community_id,
                community=community,
                last_visit=seen,
                seal_until=ends,
                in_round=waiting.get(unit.id),
                turns=tuple(turns),
            )
        )
    return found


def newcomers(units: Iterable[DueUnit]) -> list[DueUnit]:
    """Whom an extraordinary round could see before the next ordinary one."""
    return [unit for unit in units if unit.due and Turn.NEWCOMER in unit.turns]


def is_newcomer() -> ColumnElement[bool]:
    """The condition on a `Unit` and an `Enrolment`: never visited, and enrolled since the SPG's
    last ordinary round began."""
    visited = exists().where(col(Visit.unit_id) == col(Unit.id), *_SEEN)
    last_began = (
        select(func.max(Round.period_from))
        .where(
            Round.spg_id == Enrolment.spg_id,
            Round.kind == RoundKind.ORDINARY,
            col(Round.state).not_in((RoundState.VOID, RoundState.PLANNED)),
        )
        .scalar_subquery()
    )
    return and_(
        col(Enrolment.status) != EnrolmentStatus.ABSENT,
        col(Enrolment.enrolled_on) >= last_began,
        ~visited,
    )


def is_waiting() -> ColumnElement[bool]:
    """The condition on a `Unit` and an `Enrolment`: a round of the SPG has it already."""
    return exists().where(
        col(Visit.unit_id) == col(Unit.id),
        col(Visit.round_id) == col(Round.id),
        col(Round.spg_id) == col(Enrolment.spg_id),
        *_IN_ROUND,
    )


_SEEN = (col(Visit.state) != VisitState.VOID, col(Visit.visited_on).is_not(None))
_IN_ROUND = (
    col(Visit.state) != VisitState.VOID,
    col(Round.state).in_(UNDER_WAY),
    ~exists().where(
        col(Decision.round_id) == col(Visit.round_id),
        col(Decision.producer_id) == col(Visit.producer_id),
        col(Decision.state) != DecisionState.DRAFT,
    ),
)
"""Who was decided about waits in that round no longer, even while it runs on for others."""


def takes_part() -> tuple[Any, ...]:
    """The conditions on an `Enrolment` whose units are visited."""
    return (col(Enrolment.ended_on).is_(None), col(Enrolment.status).not_in(NOT_VISITED))


def _enrolled(spg: Spg) -> tuple[Any, ...]:
    return (Enrolment.spg_id == spg.id, *takes_part())


def _units_of(spg: Spg) -> SelectOfScalar[int]:
    """The ids of the units of whoever is enrolled, as a subquery."""
    return (
        select(Unit.id)
        .join(Enrolment, col(Enrolment.producer_id) == col(Unit.producer_id))
        .where(*_enrolled(spg))
    )


def _last_visits(session: Session, spg: Spg) -> dict[int, date]:
    query = (
        select(Visit.unit_id, func.max(Visit.visited_on))
        .where(*_SEEN, col(Visit.unit_id).in_(_units_of(spg)))
        .group_by(col(Visit.unit_id))
    )
    return {unit_id: on for unit_id, on in session.exec(query) if on is not None}


def _waiting(session: Session, spg: Spg) -> dict[int, Round]:
    query = (
        select(Visit.unit_id, Round)
        .join(Round, col(Round.id) == col(Visit.round_id))
        .where(Round.spg_id == spg.id, *_IN_ROUND)
        .order_by(col(Round.id))
    )
    return dict(session.exec(query).all())


def _seal_ends(session: Session, spg: Spg) -> dict[int, date]:
    query = (
        select(SealScope.unit_id, func.max(SealGrant.valid_until))
        .join(SealGrant, col(SealGrant.id) == col(SealScope.grant_id))
        .where(SealGrant.spg_id == spg.id, col(SealGrant.state).in_(STANDING))
        .group_by(col(SealScope.unit_id))
    )
    return {unit_id: on for unit_id, on in session.exec(query) if on is not None}


# --- the plan of the year ------------------------------------------------------------------------


@dataclass
class Month:
    """What a month has for a community: seals whose last day falls in it and that no other
    follows, and the rounds that go there."""

    first: date
    ending: int = 0
    rounds: list[Round] = field(default_factory=list)


@dataclass(frozen=True)
class PlanRow:
    community_id: int
    name: str
    units: int
    months: list[Month]


@dataclass(frozen=True)
class YearPlan:
    spg: Spg
    year: int
    rows: list[PlanRow]

    @property
    def months(self) -> list[date]:
        return [date(self.year, month, 1) for month in range(1, 13)]

    def ending_in(self, month: int) -> int:
        return sum(row.months[month - 1].ending for row in self.rows)


def year_plan(session: Session, actor: Actor, spg_id: int, year: int) -> YearPlan:
    """Communities by months. Asks for `round:read` on the committee."""
    spg = get_spg(session, actor, spg_id)
    require(actor, Permission.ROUND_READ, on=spg.committee_id)
    first, last = date(year, 1, 1), date(year, 12, 31)
    ending = _endings(session, spg, first, last)
    going = _going(session, spg, first, last)
    query = (
        select(col(Community.id), col(Community.name), func.count())
        .join(Unit, col(Unit.community_id) == col(Community.id))
        .where(col(Unit.until).is_(None), col(Unit.id).in_(_units_of(spg)))
        .group_by(col(Community.id), col(Community.name))
        .order_by(col(Community.name), col(Community.id))
    )
    rows = []
    for community_id, name, units in session.exec(query):
        months = []
        for month in range(1, 13):
            begins = date(year, month, 1)
            ends = add_months(begins, 1) - timedelta(days=1)
            rounds = [
                ronda
                for ronda in going[community_id]
                if ronda.period_from <= ends and ronda.period_until >= begins
            ]
            months.append(Month(begins, ending[community_id, month], rounds))
        rows.append(PlanRow(community_id, name, units, months))
    return YearPlan(spg, year, rows)


def _endings(session: Session, spg: Spg, first: date, last: date) -> Counter[tuple[int, int]]:
    """By community and month."""
    query = select(SealGrant.community_id, col(SealGrant.valid_until)).where(
        SealGrant.spg_id == spg.id,
        col(SealGrant.state).in_(STANDING),
        col(SealGrant.valid_until).between(first, last),
        ~followed(),
    )
    return Counter((community_id, until.month) for community_id, until in session.exec(query))


def _going(session: Session, spg: Spg, first: date, last: date) -> dict[int, list[Round]]:
    query = (
        select(Unit.community_id, Round)
        .join(Visit, col(Visit.unit_id) == col(Unit.id))
        .join(Round, col(Round.id) == col(Visit.round_id))
        .where(Round.spg_id == spg.id, Round.state != RoundState.VOID)
        .where(Visit.state != VisitState.VOID)
        .where(Round.period_from <= last, Round.period_until >= first)
        .group_by(col(Unit.community_id), col(Round.id))
        .order_by(col(Round.period_from), col(Round.id))
    )
    found: dict[int, list[Round]] = defaultdict(list)
    for community_id, ronda in session.exec(query):
        found[community_id].append(ronda)
    return found


# --- as the API tells it -------------------------------------------------------------------------


class DueUnitOut(BaseModel):
    unit_id: int
    code: str
    community_id: int
    community: str
    last_visit: date | None
    seal_until: date | None
    in_round_id: int | None
    turns: list[Turn]
    due: bool

    @classmethod
    def of(cls, unit: DueUnit) -> "DueUnitOut":
        return cls(
            unit_id=unit.unit_id,
            code=unit.code,
            community_id=unit.community_id,
            community=unit.community,
            last_visit=unit.last_visit,
            seal_until=unit.seal_until,
            in_round_id=unit.in_round.id if unit.in_round else None,
            turns=list(unit.turns),
            due=unit.due,
        )


class MonthOut(BaseModel):
    first: date
    ending: int
    round_ids: list[int]


class PlanRowOut(BaseModel):
    community_id: int
    name: str
    units: int
    months: list[MonthOut]

    @classmethod
    def of(cls, row: PlanRow) -> "PlanRowOut":
        months = [
            MonthOut(
                first=one.first, ending=one.ending, round_ids=[ronda.id for ronda in one.rounds]
            )
            for one in row.months
        ]
        return cls(community_id=row.community_id, name=row.name, units=row.units, months=months)

"""How long things take: from application to visit to decision to seal.

Defined once, here, and told in words beside the figures:

- *application to visit*: days from the enrolment to the first visit ever, for producers of the
  rounds looked at who were never visited before;
- *visit to decision*: days from the last reviewed visit of the round to the first decision in it,
  for all who were visited;
- *decision to seal*: days from the meeting to the granting, for all whose decision makes a seal.

Each has the median and the slowest of those who are through (`n`), of all who began (`of`).
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from statistics import median
from typing import Final

from sqlalchemy import func
from sqlalchemy.orm import aliased
from sqlmodel import col

from spg_registry.core import clock
from spg_registry.core.permissions import Permission
from spg_registry.decisions.models import Decision, Meeting
from spg_registry.producers.models import Enrolment
from spg_registry.rounds.models import Round, Visit
from spg_registry.rules.states import BEGUN, GRANTS, UNSAID
from spg_registry.rules.words import RoundState, VisitState
from spg_registry.seals.models import SealGrant
from spg_registry.worklist.matters import Look, pick

STEPS: Final = ("visit", "decision", "seal")
_YEAR: Final = timedelta(days=365)


@dataclass(frozen=True)
class Clock:
    """`median` and `slowest` in days, None while nobody is through."""

    step: str
    days: list[int]
    of: int

    @property
    def n(self) -> int:
        return len(self.days)

    @property
    def median(self) -> float | None:
        return median(self.days) if self.days else None

    @property
    def slowest(self) -> int | None:
        return max(self.days, default=None)


@dataclass
class _Way:
    """One producer's way through one round."""

    applied: date
    first_visit: date | None
    newcomer: bool
    visited: date | None = None
    decided: date | None = None
    makes_a_seal: bool = False
    sealed: date | None = None


@dataclass
class _Count:
    days: list[int] = field(default_factory=list)
    of: int = 0

    def add(self, begun: date | None, ended: date | None) -> None:
        if begun is not None:
            self.of += 1
            if ended is not None:
                self.days.append(max(0, (ended - begun).days))


def clocks(look: Look) -> dict[str, list[Clock]]:
    """For `open` rounds (open or in deliberation) and for the rounds of the last `year`, which
    ended their days in the field within 365 days before today."""
    ways = _ways(look)
    return {
        "open": _told(way for state, way in ways if state is not RoundState.CLOSED),
        "year": _told(way for _state, way in ways),
    }


def _told(ways: Iterable[_Way]) -> list[Clock]:
    counts: dict[str, _Count] = defaultdict(_Count)
    for way in ways:
        if way.newcomer:
            counts["visit"].add(way.applied, way.first_visit)
        counts["decision"].add(way.visited, way.decided)
        if way.makes_a_seal:
            counts["seal"].add(way.decided, way.sealed)
    return [Clock(step, sorted(counts[step].days), counts[step].of) for step in STEPS]


def _ways(look: Look) -> list[tuple[RoundState, _Way]]:
    """Two queries: the visits with their enrolment, and what was decided in those rounds."""
    earlier = aliased(Visit)
    before = (
        pick(func.min(earlier.visited_on))
        .where(earlier.producer_id == col(Visit.producer_id))
        .where(earlier.state != VisitState.VOID)
        .scalar_subquery()
    )
    wanted = (
        look.within(Round.committee_id, Permission.ROUND_READ),
        col(Round.state).in_(BEGUN),
        col(Round.period_until) >= look.today - _YEAR,
    )
    visits = (
        pick(
            Visit.round_id,
            Visit.producer_id,
            Round.state,
            Visit.state,
            Visit.visited_on,
            func.min(Enrolment.enrolled_on),
            before,
        )
        .join(Round, col(Round.id) == col(Visit.round_id))
        .join(
            Enrolment,
            (col(Enrolment.producer_id) == col(Visit.producer_id))
            & (col(Enrolment.spg_id) == col(Round.spg_id)),
        )
        .where(*wanted, col(Visit.state) != VisitState.VOID)
        .group_by(col(Visit.id), col(Round.state))
    )
    decisions = (
        pick(
            Decision.round_id,
            Decision.producer_id,
            Decision.outcome,
            Meeting.held_on,
            SealGrant.granted_at,
        )
        .join(Meeting, col(Meeting.id) == col(Decision.meeting_id))
        .join(Round, col(Round.id) == col(Decision.round_id))
        .outerjoin(
            SealGrant,
            (col(SealGrant.decision_id) == col(Decision.id)) & col(SealGrant.replaces_id).is_(None),
        )
        .where(*wanted, col(Decision.state).not_in(UNSAID))
        .order_by(col(Meeting.held_on).desc(), col(Decision.id).desc())
    )
    connection = look.session.connection()
    found: dict[tuple[int, int], tuple[RoundState, _Way]] = {}
    for round_id, producer, state, visit_state, on, applied, first in connection.execute(visits):
        way = _Way(applied, first, newcomer=first is None)
        _state, at = found.setdefault((round_id, producer), (RoundState(state), way))
        at.newcomer = at.newcomer or first == on
        if visit_state is VisitState.REVIEWED and on is not None:
            at.visited = max(on, at.visited or on)
    for round_id, producer, outcome, held_on, granted_at in connection.execute(decisions):
        if (round_id, producer) in found:
            way = found[round_id, producer][1]
            way.decided = held_on
            way.makes_a_seal = outcome in GRANTS
            way.sealed = clock.local_date(granted_at) if granted_at else None
    return list(found.values())

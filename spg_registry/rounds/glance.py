"""The state of a round at a glance: how far it is, and what keeps it from deliberation."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlmodel import Session, col, select

from spg_registry.core import clock
from spg_registry.core.permissions import Actor, Permission, require
from spg_registry.producers.models import Unit
from spg_registry.rounds.access import get_round, teams_of
from spg_registry.rounds.late import is_late, is_overdue
from spg_registry.rounds.models import Assignment, Finding, Round, Visit
from spg_registry.rounds.queries import names_of
from spg_registry.rules.states import HANDED_IN
from spg_registry.rules.words import FindingClass, FindingState, RoundState, VisitState
from spg_registry.standards import snapshot
from spg_registry.territory.models import Community


@dataclass
class Progress:
    """Of a community or an evaluator: visits in all, handed in, and taken as complete."""

    id: int
    name: str
    visits: int = 0
    made: int = 0
    reviewed: int = 0
    overdue: int = 0

    def count(self, state: VisitState, overdue: bool) -> None:
        self.visits += 1
        self.made += state in HANDED_IN
        self.reviewed += state is VisitState.REVIEWED
        self.overdue += overdue


@dataclass(frozen=True)
class Glance:
    ronda: Round
    states: Counter[VisitState]
    """Void ones as well."""
    unmanned: int
    """Visits that have not begun and lack somebody of their team."""
    overdue: int
    """Still to be made though their day, planned or the round's last, has passed."""
    unacknowledged: int
    findings: int
    findings_overdue: int
    critical: int
    communities: list[Progress] = field(default_factory=list)
    people: list[Progress] = field(default_factory=list)

    @property
    def standing(self) -> int:
        return sum(count for state, count in self.states.items() if state is not VisitState.VOID)

    @property
    def reviewed(self) -> int:
        return self.states[VisitState.REVIEWED]

    @property
    def obstacles(self) -> list[tuple[str, int]]:
        """What stands in the way of deliberation, in the order in which it is cleared."""
        if self.ronda.state is not RoundState.OPEN:
            return []
        found = [
            ("empty", int(not self.standing)),
            ("unmanned", self.unmanned),
            ("assigned", self.states[VisitState.ASSIGNED]),
            ("in_field", self.states[VisitState.IN_FIELD]),
            ("returned", self.states[VisitState.RETURNED]),
            ("submitted", self.states[VisitState.SUBMITTED]),
        ]
        return [(code, count) for code, count in found if count]

    @property
    def later(self) -> list[tuple[str, int]]:
        """What does not keep the round from deliberation, but families from their seals."""
        found = [("unacknowledged", self.unacknowledged), ("critical", self.critical)]
        return [(code, count) for code, count in found if count]


def glance_at(session: Session, actor: Actor, now: datetime, round_id: int) -> Glance:
    """Asks for `round:read` on the committee; an evaluator sees the own visits only."""
    ronda = get_round(session, actor, round_id)
    require(actor, Permission.ROUND_READ, on=ronda.committee_id)
    today = clock.local_date(now)
    query = (
        select(Visit, Community)
        .join(Unit, col(Unit.id) == col(Visit.unit_id))
        .join(Community, col(Community.id) == col(Unit.community_id))
        .where(Visit.round_id == ronda.id)
        .order_by(col(Community.name), col(Community.id), col(Visit.id))
    )
    rows = list(session.exec(query))
    visits = [visit for visit, _ in rows if visit.state is not VisitState.VOID]
    teams = teams_of(session, [visit.id for visit in visits])
    late = {visit.id for visit in visits if is_late(visit, ronda, today)}
    communities: dict[int, Progress] = {}
    people: dict[int, Progress] = {}
    for visit, community in rows:
        if visit.state is VisitState.VOID:
            continue
        place = communities.setdefault(community.id, Progress(community.id, community.name))
        place.count(visit.state, visit.id in late)
        for sent in teams[visit.id]:
            one = people.setdefault(sent.person_id, Progress(sent.person_id, ""))
            one.count(visit.state, visit.id in late)
    for person_id, name in names_of(session, people).items():
        people[person_id].name = name
    findings = _findings(session, ronda, today)
    return Glance(
        ronda=ronda,
        states=Counter(visit.state for visit, _ in rows),
        unmanned=_unmanned(ronda, visits, teams),
        overdue=len(late),
        unacknowledged=sum(
            1 for visit in visits if visit.state in HANDED_IN and visit.acknowledged_on is None
        ),
        findings=sum(findings.values()),
        findings_overdue=sum(count for (_, overdue), count in findings.items() if overdue),
        critical=sum(
            count for (grade, _), count in findings.items() if grade is FindingClass.CRITICAL
        ),
        communities=list(communities.values()),
        people=sorted(people.values(), key=lambda one: (one.name, one.id)),
    )


def _unmanned(
    ronda: Round, visits: Iterable[Visit], teams: Mapping[int, Sequence[Assignment]]
) -> int:
    if not ronda.frozen:
        return 0
    least = snapshot.parameters(ronda.frozen).evaluators_at_least
    return sum(
        1 for visit in visits if visit.state is VisitState.ASSIGNED and len(teams[visit.id]) < least
    )


def _findings(session: Session, ronda: Round, today: date) -> Counter[tuple[FindingClass, bool]]:
    """Those not closed, by class and whether their day has passed."""
    query = (
        select(Finding)
        .join(Visit, col(Visit.id) == col(Finding.visit_id))
        .where(Visit.round_id == ronda.id, Visit.state != VisitState.VOID)
        .where(Finding.state != FindingState.CLOSED)
    )
    return Counter((row.grade, is_overdue(row, today)) for row in session.exec(query))

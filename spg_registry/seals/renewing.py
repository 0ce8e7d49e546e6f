"""Seals that end soon, and what each still lacks before it can be decided again.

The norm itself judges in the meeting; here is only what can be known before, so that a round can
be planned and papers be asked for in time.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlmodel import Session, col, select

from spg_registry.committees.queries import registrations_on
from spg_registry.core.lots import by_id
from spg_registry.core.permissions import Actor, Permission, require
from spg_registry.decisions.models import Decision
from spg_registry.producers.facts import pledges_of
from spg_registry.producers.models import Enrolment, Producer, Unit
from spg_registry.rounds.facts import findings_of
from spg_registry.rounds.models import Round, Visit
from spg_registry.rules.facts import Finding, Registration
from spg_registry.rules.months import Span
from spg_registry.rules.reading import covered_until
from spg_registry.rules.states import UNDER_WAY
from spg_registry.rules.words import FindingClass, RegistrationState, VisitState
from spg_registry.seals.judging import sanctions_of
from spg_registry.seals.models import SealGrant, SealScope
from spg_registry.seals.queries import days_ahead, renewable
from spg_registry.territory.models import Community

MOST = 500
"""Seals of one list; the rest is asked for by committee."""


@dataclass(frozen=True)
class Need:
    """What is lacking: the sentence is `renewal.<code>`."""

    code: str
    round_id: int | None = None
    params: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Renewal:
    """`round_id` is the round under way in which the producer is visited, or was."""

    grant: SealGrant
    producer: Producer
    unit_ids: tuple[int, ...]
    needs: tuple[Need, ...]
    round_id: int | None

    @property
    def is_ready(self) -> bool:
        return not self.needs

    @property
    def unvisited(self) -> bool:
        """Nobody is sent there yet: it can be put into a round."""
        return any(need.code == "visit" for need in self.needs)


@dataclass(frozen=True)
class Place:
    """A community with its renewals, the first to end first."""

    community: Community
    rows: tuple[Renewal, ...]


def renewals(
    session: Session, actor: Actor, on: date, community_id: int | None = None
) -> list[Place]:
    """By community. A seal that has its successor already is not among them."""
    grants = _ending(session, actor, on, community_id)
    found = _looked_at(session, grants, on)
    ids = {grant.community_id for grant in grants}
    places = session.exec(
        select(Community)
        .where(col(Community.id).in_(ids))
        .order_by(col(Community.name), col(Community.id))
    )
    by_place: dict[int, list[Renewal]] = defaultdict(list)
    for row in found:
        by_place[row.grant.community_id].append(row)
    return [Place(place, tuple(by_place[place.id])) for place in places]


def _ending(session: Session, actor: Actor, on: date, community_id: int | None) -> list[SealGrant]:
    """The first to end first, by each committee's own rules."""
    require(actor, Permission.SEAL_READ)
    query = select(SealGrant).where(renewable(days_ahead(session, actor, on), on))
    if community_id is not None:
        query = query.where(SealGrant.community_id == community_id)
    query = query.order_by(col(SealGrant.valid_until), col(SealGrant.id))
    return list(session.exec(query.limit(MOST)))


# --- what is lacking -----------------------------------------------------------------------------


def _looked_at(session: Session, grants: Sequence[SealGrant], on: date) -> list[Renewal]:
    if not grants:
        return []
    known = _Known(session, grants, on)
    return [known.renewal(grant) for grant in grants]


class _Known:
    """All that is asked about a list of seals, in a few queries."""

    def __init__(self, session: Session, grants: Sequence[SealGrant], on: date) -> None:
        self.on = on
        producers = {grant.producer_id for grant in grants}
        enrolments = {grant.enrolment_id for grant in grants}
        self.producers = by_id(session, Producer, producers)
        ended = select(Enrolment.id).where(
            col(Enrolment.id).in_(enrolments), col(Enrolment.ended_on).is_not(None)
        )
        self.ended = set(session.exec(ended))
        self.units = _units(session, grants)
        self.visits = _visits(session, grants, self.units)
        self.findings = findings_of(session, producers, on)
        self.pledges = pledges_of(session, enrolments)
        self.sanctions = sanctions_of(session, producers)
        spgs = {grant.spg_id for grant in grants}
        self.registered = {
            spg_id: [Registration(state, Span(row.issued_on, row.until)) for row, state in terms]
            for spg_id, terms in registrations_on(session, spgs, on).items()
        }

    def renewal(self, grant: SealGrant) -> Renewal:
        units = self.units.get(grant.id, ())
        visits = [self.visits[grant.id, unit] for unit in units if (grant.id, unit) in self.visits]
        needs = (
            *self._of_visits(grant, units),
            *_of_findings(self.findings.get(grant.producer_id, ()), self.on),
            *self._of_papers(grant),
        )
        rounds = [visit.round_id for visit in visits]
        return Renewal(
            grant,
            self.producers[grant.producer_id],
            units,
            needs,
            max(rounds) if rounds else None,
        )

    def _of_visits(self, grant: SealGrant, units: Iterable[int]) -> Iterable[Need]:
        """Each once, the unit that lacks most first."""
        states = [self.visits.get((grant.id, unit)) for unit in units]
        if not states:
            yield Need("no_unit")
        if any(visit is None for visit in states):
            yield Need("visit")
        going = [v for v in states if v is not None and v.state is not VisitState.REVIEWED]
        if going:
            yield Need("visit_under_way", going[0].round_id)
        done = [v for v in states if v is not None and v.state is VisitState.REVIEWED]
        if unheard := [visit for visit in done if visit.acknowledged_on is None]:
            yield Need("acknowledgement", unheard[0].round_id)

    def _of_papers(self, grant: SealGrant) -> Iterable[Need]:
        if grant.enrolment_id in self.ended:
            yield Need("enrolment_ended")
        if grant.enrolment_id not in self.pledges:
            yield Need("pledge")
        if any(s.span.covers(self.on) for s in self.sanctions.get(grant.producer_id, ())):
            yield Need("sanction")
        terms = self.registered.get(grant.spg_id, [])
        standing = [term for term in terms if term.state is RegistrationState.IN_FORCE]
        until = covered_until(terms, self.on)
        if not any(term.span.covers(self.on) for term in standing):
            yield Need("registration_not_in_force")
        elif until is not None and until <= grant.valid_until:
            yield Need("registration_ends", params={"until": until})


def _of_findings(findings: Iterable[Finding], on: date) -> Iterable[Need]:
    """What would stop a grant today, as `no_open_critical` says; and what comes due."""
    stopping = [
        row
        for row in findings
        if row.finding_class is FindingClass.CRITICAL
        or (row.finding_class is FindingClass.MAJOR and row.due_on and row.due_on < on)
    ]
    if stopping:
        yield Need("findings", params={"count": len(stopping)})


def _units(session: Session, grants: Sequence[SealGrant]) -> dict[int, tuple[int, ...]]:
    """By seal: the units in its scope that are still worked."""
    query = (
        select(SealScope.grant_id, SealScope.unit_id)
        .join(Unit, col(Unit.id) == col(SealScope.unit_id))
        .where(col(SealScope.grant_id).in_([grant.id for grant in grants]))
        .where(col(Unit.until).is_(None))
        .order_by(col(SealScope.unit_id))
        .distinct()
    )
    found: dict[int, list[int]] = defaultdict(list)
    for grant_id, unit_id in session.exec(query):
        found[grant_id].append(unit_id)
    return {grant_id: tuple(units) for grant_id, units in found.items()}


def _visits(
    session: Session, grants: Sequence[SealGrant], units: dict[int, tuple[int, ...]]
) -> dict[tuple[int, int], Visit]:
    """By seal and unit: its visit in a round under way of the SPG, other than the round from
    which the seal comes."""
    rounds_of = _rounds_behind(session, [grant.decision_id for grant in grants])
    wanted: Collection[int] = {unit for listed in units.values() for unit in listed}
    query = (
        select(Visit, Round.spg_id)
        .join(Round, col(Round.id) == col(Visit.round_id))
        .where(col(Visit.unit_id).in_(wanted), Visit.state != VisitState.VOID)
        .where(col(Round.state).in_(UNDER_WAY))
        .order_by(col(Visit.id))
    )
    by_unit: dict[int, list[tuple[Visit, int]]] = defaultdict(list)
    for visit, spg_id in session.exec(query):
        by_unit[visit.unit_id].append((visit, spg_id))
    found = {}
    for grant in grants:
        for unit in units.get(grant.id, ()):
            for visit, spg_id in by_unit[unit]:
                if spg_id == grant.spg_id and visit.round_id != rounds_of.get(grant.decision_id):
                    found[grant.id, unit] = visit
    return found


def _rounds_behind(session: Session, decision_ids: Iterable[int]) -> dict[int, int | None]:
    query = select(Decision.id, Decision.round_id).where(col(Decision.id).in_(set(decision_ids)))
    return dict(session.exec(query).all())

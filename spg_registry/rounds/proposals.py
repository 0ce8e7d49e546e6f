"""The assignment table of a round: the proposed plan with names, and the act that accepts it."""

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from spg_registry.committees.models import EvaluatorAppointment
from spg_registry.committees.queries import evaluators_of
from spg_registry.core import clock
from spg_registry.core.lots import in_lots
from spg_registry.core.permissions import Actor, Permission, require
from spg_registry.producers.models import Holder, Unit
from spg_registry.rounds import facts
from spg_registry.rounds.access import get_round, in_field, teams_of
from spg_registry.rounds.assignments import assign_all, standing_visits
from spg_registry.rounds.errors import ProposalChanged
from spg_registry.rounds.models import Assignment, Round, Visit
from spg_registry.rounds.proposing import Candidate, Place, propose
from spg_registry.rounds.queries import names_of
from spg_registry.rounds.schemas import Pair
from spg_registry.rules import granting
from spg_registry.rules.facts import Evaluator
from spg_registry.rules.parameters import Parameters
from spg_registry.rules.verdict import NotMet
from spg_registry.rules.words import VisitState
from spg_registry.standards import snapshot


@dataclass(frozen=True)
class Evaluating:
    """Somebody who may be sent, and what the round asks of them so far and by the proposal."""

    appointment_id: int
    person_id: int
    name: str
    peer: bool
    sent: int
    proposed: int
    available: bool
    """Whether the proposal counts on the person."""
    journeys: int
    """Communities away from home, with the proposal."""

    @property
    def load(self) -> int:
        return self.sent + self.proposed


@dataclass(frozen=True)
class Proposed:
    """A visit that has not begun: who could go, and what stops the others, by appointment."""

    visit: Visit
    appointment_ids: tuple[int, ...]
    missing: int
    lacks_peer: bool
    refused: Mapping[int, tuple[NotMet, ...]]
    waivable: frozenset[int]
    """Those of the refused for whom a written reason would do."""


@dataclass(frozen=True)
class Table:
    """The whole round's, in the order of the way."""

    ronda: Round
    people: list[Evaluating]
    rows: list[Proposed]
    digest: str
    """Of the proposal: the same until somebody changes what it rests on."""

    @property
    def pairs(self) -> list[Pair]:
        return [
            Pair(unit_id=row.visit.unit_id, appointment_id=appointment_id)
            for row in self.rows
            for appointment_id in row.appointment_ids
        ]

    @property
    def unplaced(self) -> list[Proposed]:
        return [row for row in self.rows if row.missing or row.lacks_peer]


def assignment_table(
    session: Session,
    actor: Actor,
    now: datetime,
    round_id: int,
    only: Collection[int] = (),
) -> Table:
    """Who could be sent where, free of conflict and evenly. Nothing is written.

    `only`: the appointments that the proposal is to count on; none is all.

    For visits that have not begun; who is sent already stays. Asks for `round:write`.
    """
    ronda = in_field(get_round(session, actor, round_id))
    require(actor, Permission.ROUND_WRITE, on=ronda.committee_id)
    visits = list(standing_visits(session, ronda).values())
    going = teams_of(session, [visit.id for visit in visits])
    on = max(clock.local_date(now), ronda.period_from)
    people = evaluators_of(session, ronda.committee_id, on)
    waiting = [visit for visit in visits if visit.state is VisitState.ASSIGNED]
    begun = [visit for visit in visits if visit.state is not VisitState.ASSIGNED]
    named = {row.appointment_id for sent in going.values() for row in sent}
    known = facts.evaluators_by_appointment(
        session, ronda.committee_id, {*(row.id for row in people), *named}
    )
    ties = facts.ties_of(session, {visit.producer_id for visit in visits}, ronda.id)
    units = _units(session, waiting)
    parameters = snapshot.parameters(ronda.frozen)
    places = [
        Place(
            unit_id=visit.unit_id,
            community_id=units[visit.unit_id].community_id,
            ties=ties[visit.producer_id],
            on=on,
            point=_point(units[visit.unit_id]),
            sent=tuple(known[row.appointment_id] for row in going[visit.id]),
        )
        for visit in waiting
    ]
    busy = Counter(row.person_id for visit in begun for row in going[visit.id])
    elsewhere = [
        (row.person_id, ties[visit.producer_id]) for visit in begun for row in going[visit.id]
    ]
    chosen = {row.id for row in people} & set(only) or {row.id for row in people}
    candidates = _candidates(session, people, known, busy, chosen)
    plan = propose(places, candidates, parameters, elsewhere)
    by_person = {row.person_id: row.id for row in people}
    by_unit = {visit.unit_id: visit for visit in waiting}
    rows = [
        Proposed(
            visit=by_unit[one.unit_id],
            appointment_ids=tuple(by_person[id_] for id_ in one.persons),
            missing=one.missing,
            lacks_peer=one.lacks_peer,
            refused={by_person[id_]: why for id_, why in one.refused.items()},
            waivable=frozenset(
                by_person[id_] for id_, why in one.refused.items() if _only_warns(why, parameters)
            ),
        )
        for one in plan.placings
    ]
    sent = Counter(row.person_id for team in going.values() for row in team)
    names = names_of(session, by_person)
    return Table(
        ronda=ronda,
        people=sorted(
            (
                Evaluating(
                    appointment_id=row.id,
                    person_id=row.person_id,
                    name=names[row.person_id],
                    peer=known[row.id].peer,
                    sent=sent[row.person_id],
                    proposed=plan.loads[row.person_id] - sent[row.person_id],
                    available=row.id in chosen,
                    journeys=plan.journeys[row.person_id],
                )
                for row in people
            ),
            key=lambda one: (one.name, one.person_id),
        ),
        rows=rows,
        digest=_digest(rows, going),
    )


def propose_assignments(session: Session, actor: Actor, now: datetime, round_id: int) -> list[Pair]:
    """The pairs of the proposal: hand them, changed or not, to `assign_all`."""
    return assignment_table(session, actor, now, round_id).pairs


def accept_proposal(
    session: Session,
    actor: Actor,
    now: datetime,
    round_id: int,
    digest: str,
    only: Collection[int] = (),
) -> list[Assignment]:
    """Send everybody where the proposal says. Raises ProposalChanged when it is no longer the one
    that was read."""
    table = assignment_table(session, actor, now, round_id, only)
    if table.digest != digest:
        raise ProposalChanged(id=round_id)
    return assign_all(session, actor, now, round_id, table.pairs)


def _candidates(
    session: Session,
    people: Iterable[EvaluatorAppointment],
    known: Mapping[int, Evaluator],
    busy: Counter[int],
    chosen: Collection[int],
) -> list[Candidate]:
    homes: dict[int, set[int]] = {row.person_id: set() for row in people}
    query = (
        select(Holder.person_id, Unit.community_id)
        .join(Unit, col(Unit.producer_id) == col(Holder.producer_id))
        .where(col(Holder.person_id).in_(homes), col(Holder.until).is_(None))
        .where(col(Unit.until).is_(None))
    )
    for person_id, community_id in session.exec(query):
        homes[person_id].add(community_id)
    return [
        Candidate(
            known[row.id],
            frozenset(homes[row.person_id]),
            busy[row.person_id],
            available=row.id in chosen,
        )
        for row in people
    ]


def _units(session: Session, visits: Iterable[Visit]) -> dict[int, Unit]:
    found: dict[int, Unit] = {}
    for lot in in_lots(visit.unit_id for visit in visits):
        found |= {row.id: row for row in session.exec(select(Unit).where(col(Unit.id).in_(lot)))}
    return found


def _point(unit: Unit) -> tuple[float, float] | None:
    return None if unit.lat is None or unit.lon is None else (unit.lat, unit.lon)


def _only_warns(why: Iterable[NotMet], parameters: Parameters) -> bool:
    return not granting.blocks(why, parameters)


def _digest(rows: Iterable[Proposed], going: Mapping[int, Iterable[Assignment]]) -> str:
    told = sorted(
        [row.visit.id, *row.appointment_ids, 0, *(sent.id for sent in going[row.visit.id])]
        for row in rows
    )
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:16]

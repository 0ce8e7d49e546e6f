"""Who is sent where. A conflict is refused here, and the refusal stays on record."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from spg_registry.committees.models import EvaluatorAppointment
from spg_registry.committees.queries import neighbours_serving
from spg_registry.core import audit, clock
from spg_registry.core.errors import Fault, Invalid
from spg_registry.core.permissions import Actor, Permission, require_somebody
from spg_registry.rounds import facts
from spg_registry.rounds.access import in_field, round_to_write
from spg_registry.rounds.access import teams_of as teams
from spg_registry.rounds.errors import AssignmentNotFound, VisitBegun
from spg_registry.rounds.models import Assignment, AssignmentOutcome, Round, Visit
from spg_registry.rounds.schemas import Pair
from spg_registry.rules import granting
from spg_registry.rules.assigning import Crossings, may_evaluate
from spg_registry.rules.facts import Evaluator, Ties
from spg_registry.rules.parameters import Parameters
from spg_registry.rules.verdict import NotMet, plain
from spg_registry.rules.words import VisitState
from spg_registry.standards import snapshot


@dataclass(frozen=True)
class Word:
    """What the norm says of a pair: `stops` refuse it, `warnings` were waived or are none."""

    stops: tuple[NotMet, ...]
    warnings: tuple[NotMet, ...]


class Judge:
    """The norm on the pairs of one round. It also knows who is on the way to whom: two who are
    sent to each other in one round have evaluated nobody yet, and are too near all the same."""

    def __init__(
        self,
        session: Session,
        ronda: Round,
        today: date,
        producer_ids: Collection[int],
        appointment_ids: Collection[int],
    ) -> None:
        self.parameters: Parameters = snapshot.parameters(ronda.frozen)
        self._on = max(today, ronda.period_from)
        self._ties: dict[int, Ties] = facts.ties_of(session, producer_ids, ronda.id)
        self.evaluators: dict[int, Evaluator] = facts.evaluators_by_appointment(
            session, ronda.committee_id, appointment_ids
        )
        self._crossings = Crossings()

    def sent(self, person_id: int, producer_id: int) -> None:
        self._crossings.send(person_id, self._ties[producer_id])

    def of(self, appointment_id: int, producer_id: int, waiver: str = "") -> Word:
        evaluator = self.evaluators[appointment_id]
        ties = self._crossings.with_plans(self._ties[producer_id], evaluator.person_id, self._on)
        verdicts = may_evaluate(evaluator, ties, self._on, self.parameters)
        warnings = granting.warnings(verdicts, self.parameters)
        waivers = {warning.code: waiver for warning in warnings}
        return Word(granting.stops(verdicts, self.parameters, waivers), warnings)


def assign_all(
    session: Session, actor: Actor, now: datetime, round_id: int, pairs: Sequence[Pair]
) -> list[Assignment]:
    """Send evaluators to units; one answer for each pair, in order.

    A pair that the norm refuses comes back as `refused` with its reasons, and is kept so: nothing
    is raised, nothing rolls back. Who is sent there already is not sent twice. Raises Invalid for
    units that are not in the round or already under visit, and for strangers' appointments.
    """
    ronda = in_field(round_to_write(session, actor, round_id))
    visits = standing_visits(session, ronda)
    _check(session, ronda, pairs, visits)
    going = teams(session, [visit.id for visit in visits.values()])
    judge = _judge(session, ronda, now, visits, pairs, going)
    rows: list[Assignment] = []
    fresh: list[Assignment] = []
    for pair in pairs:
        visit = visits[pair.unit_id]
        person_id = judge.evaluators[pair.appointment_id].person_id
        row = next((sent for sent in going[visit.id] if sent.person_id == person_id), None)
        if row is None:
            row = _answer(judge, ronda, visit, pair, now)
            fresh.append(row)
            if row.outcome is AssignmentOutcome.ACCEPTED:
                going[visit.id].append(row)
                judge.sent(person_id, visit.producer_id)
        rows.append(row)
    session.add_all(fresh)
    session.flush()
    for row in fresh:
        _note(session, actor, now, f"assignment.{row.outcome.value}", row, ronda)
    session.flush()
    return rows


def _answer(judge: Judge, ronda: Round, visit: Visit, pair: Pair, now: datetime) -> Assignment:
    word = judge.of(pair.appointment_id, visit.producer_id, pair.waiver or "")
    refused = bool(word.stops)
    return Assignment(
        round_id=ronda.id,
        visit_id=visit.id,
        unit_id=visit.unit_id,
        appointment_id=pair.appointment_id,
        person_id=judge.evaluators[pair.appointment_id].person_id,
        outcome=AssignmentOutcome.REFUSED if refused else AssignmentOutcome.ACCEPTED,
        reasons=[plain(reason) for reason in (word.stops or word.warnings)],
        waiver=pair.waiver if word.warnings and not refused else None,
        at=now,
    )


def _judge(
    session: Session,
    ronda: Round,
    now: datetime,
    visits: Mapping[int, Visit],
    pairs: Iterable[Pair],
    going: Mapping[int, Sequence[Assignment]],
) -> Judge:
    judge = Judge(
        session,
        ronda,
        clock.local_date(now),
        {visit.producer_id for visit in visits.values()},
        {pair.appointment_id for pair in pairs},
    )
    for visit in visits.values():
        for row in going[visit.id]:
            judge.sent(row.person_id, visit.producer_id)
    return judge


def standing_visits(session: Session, ronda: Round) -> dict[int, Visit]:
    """By unit; a unit has one that is not void."""
    query = select(Visit).where(Visit.round_id == ronda.id, Visit.state != VisitState.VOID)
    return {visit.unit_id: visit for visit in session.exec(query.order_by(col(Visit.id)))}


def _check(
    session: Session, ronda: Round, pairs: Sequence[Pair], visits: Mapping[int, Visit]
) -> None:
    here = appointments_here(session, ronda.committee_id)
    faults = []
    for place, pair in enumerate(pairs):
        visit = visits.get(pair.unit_id)
        if visit is None:
            faults.append(Fault(f"pairs-{place}-unit_id", "unit_not_in_round"))
        elif visit.state is not VisitState.ASSIGNED:
            faults.append(Fault(f"pairs-{place}-unit_id", "visit_begun"))
        if pair.appointment_id not in here:
            faults.append(Fault(f"pairs-{place}-appointment_id", "appointment_not_here"))
    if faults:
        raise Invalid(*faults)


def appointments_here(session: Session, committee_id: int) -> set[int]:
    """The committee's own appointments, past ones too, and its neighbours' that serve it."""
    appointment = EvaluatorAppointment
    own = select(appointment.id).where(appointment.committee_id == committee_id)
    return {*session.exec(own), *(row.id for row in neighbours_serving(session, committee_id))}


def release(
    session: Session, actor: Actor, now: datetime, assignment_ids: Sequence[int]
) -> list[Assignment]:
    """Take evaluators off visits that have not begun. Raises VisitBegun for others."""
    require_somebody(actor)
    query = (
        select(Assignment, Round.committee_id)
        .join(Round, col(Round.id) == col(Assignment.round_id))
        .where(col(Assignment.id).in_(set(assignment_ids)))
    )
    found = {row.id: (row, committee_id) for row, committee_id in session.exec(query)}
    rounds: dict[int, Round] = {}
    for assignment_id in assignment_ids:
        row, committee_id = found.get(assignment_id, (None, None))
        if row is None or not actor.may(Permission.ROUND_READ, committee_id):
            raise AssignmentNotFound(id=assignment_id)
        if row.round_id not in rounds:
            rounds[row.round_id] = in_field(round_to_write(session, actor, row.round_id))
        if session.get_one(Visit, row.visit_id).state is not VisitState.ASSIGNED:
            raise VisitBegun(id=row.visit_id)
    released = [row for row, _ in found.values() if row.outcome is AssignmentOutcome.ACCEPTED]
    for row in released:
        row.outcome = AssignmentOutcome.RELEASED
    session.add_all(released)
    session.flush()
    for row in released:
        _note(session, actor, now, "assignment.released", row, rounds[row.round_id])
    session.flush()
    return released


def _note(
    session: Session, actor: Actor, now: datetime, action: str, row: Assignment, ronda: Round
) -> None:
    audit.record(
        session,
        actor,
        now,
        action,
        "assignment",
        row.id,
        committee_id=ronda.committee_id,
        visit=row.visit_id,
        person=row.person_id,
        rules=sorted({reason["code"] for reason in row.reasons}),
    )

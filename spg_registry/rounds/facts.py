"""What rounds know of a producer, as the rules read it: a handful of queries for hundreds.

Reading here asks for no permission: the room that judges has asked already.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, NamedTuple

from sqlmodel import Session, col, select

from spg_registry.committees.models import EvaluatorAppointment, EvaluatorService
from spg_registry.core.lots import in_lots
from spg_registry.producers import facts as producers
from spg_registry.rounds import forms
from spg_registry.rounds.models import Assignment, AssignmentOutcome, Round
from spg_registry.rounds.models import Finding as FindingRow
from spg_registry.rounds.models import Visit as VisitRow
from spg_registry.rules.facts import (
    Evaluator,
    Finding,
    PastEvaluation,
    ReciprocalEvaluation,
    Ties,
    Visit,
)
from spg_registry.rules.months import Span
from spg_registry.rules.words import FindingState, Sector, VisitState


class _Evaluation(NamedTuple):
    person_id: int
    producer_id: int
    visited_on: date
    round_id: int


# --- ties ----------------------------------------------------------------------------------------


def ties_of(
    session: Session, producer_ids: Collection[int], before_round: int | None = None
) -> dict[int, Ties]:
    """Who stands near each producer, and who evaluated whom.

    Past evaluations are those of rounds before `before_round` (None: of every round).
    """
    present = session.get(Round, before_round) if before_round is not None else None
    ties = producers.ties_of(session, producer_ids)
    persons = {person for each in ties.values() for person in each.holders}
    made = _evaluations(session, col(Assignment.person_id), persons)
    seen = producers.holders_of(session, {row.producer_id for row in made})
    past = _past(session, producer_ids, present)
    return {
        id_: replace(
            each,
            past_evaluations=past.get(id_, ()),
            reciprocal=tuple(_reciprocal(each, made, seen)),
        )
        for id_, each in ties.items()
    }


def _evaluations(session: Session, column: Any, ids: Collection[int]) -> list[_Evaluation]:
    """Visits made, by whom and to whom; `column` is what `ids` are."""
    found: list[_Evaluation] = []
    for lot in in_lots(ids):
        query = (
            select(
                Assignment.person_id,
                VisitRow.producer_id,
                VisitRow.round_id,
                col(VisitRow.visited_on),
            )
            .join(VisitRow, col(VisitRow.id) == col(Assignment.visit_id))
            .where(column.in_(lot), Assignment.outcome == AssignmentOutcome.ACCEPTED)
            .where(VisitRow.state != VisitState.VOID, col(VisitRow.visited_on).is_not(None))
            .order_by(col(Assignment.id))
        )
        for person_id, producer_id, round_id, visited_on in session.exec(query):
            if visited_on is not None:
                found.append(_Evaluation(person_id, producer_id, visited_on, round_id))
    return found


def _past(
    session: Session, producer_ids: Collection[int], present: Round | None
) -> dict[int, tuple[PastEvaluation, ...]]:
    every = _evaluations(session, col(VisitRow.producer_id), producer_ids)
    began: dict[int, tuple[date, int]] = {}
    for lot in in_lots(row.round_id for row in every):
        query = select(Round.id, col(Round.period_from)).where(col(Round.id).in_(lot))
        began |= {id_: (period_from, id_) for id_, period_from in session.exec(query)}
    by_producer: dict[int, list[_Evaluation]] = defaultdict(list)
    for row in every:
        if present is None or began[row.round_id] < (present.period_from, present.id):
            by_producer[row.producer_id].append(row)
    found = {}
    for producer_id, rows in by_producer.items():
        rounds = sorted({row.round_id for row in rows}, key=began.__getitem__)
        place = {round_id: order for order, round_id in enumerate(rounds, start=1)}
        found[producer_id] = tuple(
            PastEvaluation(row.person_id, place[row.round_id], row.visited_on) for row in rows
        )
    return found


def _reciprocal(
    ties: Ties, made: Iterable[_Evaluation], holders: Mapping[int, Iterable[int]]
) -> Iterator[ReciprocalEvaluation]:
    """Visits by this producer's holders, one for each holder of the unit they saw."""
    for row in made:
        if row.person_id in ties.holders and row.producer_id != ties.producer_id:
            for other in holders[row.producer_id]:
                yield ReciprocalEvaluation(other, row.visited_on)


# --- visits and findings -------------------------------------------------------------------------


def visits_of(
    session: Session, round_id: int, producer_ids: Collection[int]
) -> dict[int, tuple[Visit, ...]]:
    """The visits of the round that were made, void ones left out, by producer."""
    ronda = session.get_one(Round, round_id)
    rows: list[VisitRow] = []
    for lot in in_lots(producer_ids):
        query = (
            select(VisitRow)
            .where(VisitRow.round_id == round_id, col(VisitRow.producer_id).in_(lot))
            .where(VisitRow.state != VisitState.VOID, col(VisitRow.visited_on).is_not(None))
            .order_by(col(VisitRow.id))
        )
        rows += session.exec(query)
    teams = _teams(session, ronda.committee_id, [row.id for row in rows])
    asked = forms.items_of_units(session, ronda, [row.unit_id for row in rows])
    found: dict[int, list[Visit]] = defaultdict(list)
    for row in rows:
        if row.visited_on is None:
            continue
        fact = Visit(
            visit_id=row.id,
            unit_id=row.unit_id,
            visited_on=row.visited_on,
            reviewed=row.state is VisitState.REVIEWED,
            evaluators=tuple(teams.get(row.id, ())),
            items_unanswered=len(forms.unanswered(asked[row.unit_id], row.answers)),
            plots_seen=frozenset(row.plots_seen),
            acknowledged_on=row.acknowledged_on,
        )
        found[row.producer_id].append(fact)
    return {producer_id: tuple(visits) for producer_id, visits in found.items()}


def _teams(
    session: Session, committee_id: int, visit_ids: Collection[int]
) -> dict[int, list[Evaluator]]:
    sent: list[Assignment] = []
    for lot in in_lots(visit_ids):
        query = (
            select(Assignment)
            .where(col(Assignment.visit_id).in_(lot))
            .where(Assignment.outcome == AssignmentOutcome.ACCEPTED)
            .order_by(col(Assignment.id))
        )
        sent += session.exec(query)
    people = evaluators_by_appointment(session, committee_id, [row.appointment_id for row in sent])
    teams: dict[int, list[Evaluator]] = defaultdict(list)
    for row in sent:
        teams[row.visit_id].append(people[row.appointment_id])
    return teams


def evaluators_by_appointment(
    session: Session, committee_id: int, appointment_ids: Collection[int]
) -> dict[int, Evaluator]:
    """Each appointment's person with all appointments that hold at the committee, its own and
    neighbours' that serve it. Who was appointed for the producers' sector is a peer."""
    appointment = EvaluatorAppointment
    named: dict[int, EvaluatorAppointment] = {}
    for lot in in_lots(appointment_ids):
        for row in session.exec(select(appointment).where(col(appointment.id).in_(lot))):
            named[row.id] = row
    serving = set(
        session.exec(
            select(EvaluatorService.appointment_id).where(
                EvaluatorService.committee_id == committee_id
            )
        )
    )
    spans: dict[int, list[Span]] = defaultdict(list)
    for lot in in_lots(row.person_id for row in named.values()):
        every = select(appointment).where(col(appointment.person_id).in_(lot))
        for row in session.exec(every.order_by(col(appointment.id))):
            if row.committee_id == committee_id or row.id in serving:
                spans[row.person_id].append(Span(row.appointed_on, row.until))
    return {
        id_: Evaluator(row.person_id, tuple(spans[row.person_id]), row.sector is Sector.PRODUCER)
        for id_, row in named.items()
    }


def findings_of(
    session: Session, producer_ids: Collection[int], on: date
) -> dict[int, tuple[Finding, ...]]:
    """What is to be mended at the producers' units, whatever the round; what was closed only after
    the day was still open on it."""
    found: dict[int, list[Finding]] = defaultdict(list)
    for lot in in_lots(producer_ids):
        query = (
            select(FindingRow)
            .where(col(FindingRow.producer_id).in_(lot))
            .where(
                (col(FindingRow.state) != FindingState.CLOSED) | (col(FindingRow.closed_on) > on)
            )
            .order_by(col(FindingRow.id))
        )
        for row in session.exec(query):
            found[row.producer_id].append(Finding(row.id, row.grade, row.due_on, row.closed_on))
    return {producer_id: tuple(rows) for producer_id, rows in found.items()}

"""Who may evaluate whom. Conflicts are refused at assignment, and looked at again at granting.

Source: domain.md section 4 (`evaluator_team`, `evaluator_independent`, `no_reciprocal_review`,
`evaluator_rotation`). Each check is written once here and speaks of one evaluator.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from typing import TypeAlias

from spg_registry.rules.facts import Evaluator, Interest, ReciprocalEvaluation, Ties
from spg_registry.rules.months import add_months
from spg_registry.rules.parameters import Parameters
from spg_registry.rules.verdict import Met, NotMet, Params, Severity, Verdict
from spg_registry.rules.words import InterestKind

Check: TypeAlias = Callable[[Evaluator, Ties, date, Parameters], Iterator[NotMet]]


def may_evaluate(
    evaluator: Evaluator, ties: Ties, on: date, parameters: Parameters
) -> tuple[Verdict, ...]:
    """Every verdict about sending `evaluator` to a unit of the producer of `ties` on that day.

    `ties.past_evaluations` are those of earlier rounds. Pass the verdicts to `granting.blocks`
    and `granting.warnings` to learn which of them refuse and which only warn.
    """
    verdicts: list[Verdict] = []
    for code, check in CHECKS:
        if parameters.severity(code) is not Severity.OFF:
            verdicts.extend(tuple(check(evaluator, ties, on, parameters)) or (Met(code),))
    return tuple(verdicts)


def appointed(
    evaluator: Evaluator, ties: Ties, on: date, parameters: Parameters
) -> Iterator[NotMet]:
    if not is_appointed(evaluator, on):
        params: Params = {"person": evaluator.person_id, "visit_on": on}
        yield NotMet("evaluator_team", "not_appointed", params)


def independent(
    evaluator: Evaluator, ties: Ties, on: date, parameters: Parameters
) -> Iterator[NotMet]:
    for reason in nearness(evaluator.person_id, ties, on, parameters.kin_degree):
        yield NotMet("evaluator_independent", reason, {"person": evaluator.person_id})


def not_reciprocal(
    evaluator: Evaluator, ties: Ties, on: date, parameters: Parameters
) -> Iterator[NotMet]:
    """The gap is over on the same day of the month `gap_months` later."""
    gap = parameters.reciprocal_gap_months
    for past in ties.reciprocal:
        if past.evaluated_person_id != evaluator.person_id or past.visited_on > on:
            continue
        free_on = add_months(past.visited_on, gap)
        if on < free_on:
            yield NotMet(
                "no_reciprocal_review",
                "too_soon",
                {
                    "person": evaluator.person_id,
                    "evaluated_on": past.visited_on,
                    "free_on": free_on,
                },
            )


def rotated(evaluator: Evaluator, ties: Ties, on: date, parameters: Parameters) -> Iterator[NotMet]:
    rounds = rounds_in_a_row(evaluator.person_id, ties)
    if rounds >= parameters.rounds_in_a_row:
        yield NotMet(
            "evaluator_rotation",
            "too_many_in_a_row",
            {
                "person": evaluator.person_id,
                "rounds": rounds + 1,
                "most": parameters.rounds_in_a_row,
            },
        )


CHECKS: tuple[tuple[str, Check], ...] = (
    ("evaluator_team", appointed),
    ("evaluator_independent", independent),
    ("no_reciprocal_review", not_reciprocal),
    ("evaluator_rotation", rotated),
)


class Crossings:
    """Who is on the way to whom in one round: two who are sent to each other have evaluated
    nobody yet, and are too near all the same."""

    def __init__(self) -> None:
        self._going: dict[int, Counter[int]] = defaultdict(Counter)
        self._holders: dict[int, frozenset[int]] = {}

    def send(self, person_id: int, ties: Ties) -> None:
        """The person goes to a unit of the producer of `ties`."""
        self._holders[ties.producer_id] = ties.holders
        self._going[person_id][ties.producer_id] += 1

    def recall(self, person_id: int, ties: Ties) -> None:
        self._going[person_id][ties.producer_id] -= 1

    def crosses(self, person_id: int, ties: Ties) -> bool:
        """Whether a holder behind `ties` is on the way to what the person holds."""
        return any(
            count and person_id in self._holders[where]
            for holder in ties.holders
            for where, count in self._going.get(holder, Counter()).items()
        )

    def with_plans(self, ties: Ties, person_id: int, on: date) -> Ties:
        """The ties as `may_evaluate` is to read them, the plans of the round among them."""
        if not self.crosses(person_id, ties):
            return ties
        planned = ReciprocalEvaluation(person_id, on)
        return replace(ties, reciprocal=(*ties.reciprocal, planned))


def is_appointed(evaluator: Evaluator, on: date) -> bool:
    return any(span.covers(on) for span in evaluator.appointments)


def nearness(person_id: int, ties: Ties, on: date, kin_degree: int) -> tuple[str, ...]:
    """Why a person stands too near the producer on that day, each reason once: `self`,
    `household`, or the kind of an interest. The same measure for evaluators and for voters."""
    found = []
    if person_id in ties.holders:
        found.append("self")
    elif person_id in ties.household:
        found.append("household")
    for interest in ties.interests:
        if (
            interest.kind not in found
            and interest.span.covers(on)
            and _binds(interest, person_id, ties)
            and _near_enough(interest, kin_degree)
        ):
            found.append(interest.kind.value)
    return tuple(found)


def _binds(interest: Interest, person_id: int, ties: Ties) -> bool:
    """An interest binds both ways, and one with a holder is one with the producer."""
    if interest.person_id == person_id:
        return interest.producer_id == ties.producer_id or interest.other_person_id in ties.holders
    return interest.other_person_id == person_id and interest.person_id in ties.holders


def _near_enough(interest: Interest, kin_degree: int) -> bool:
    if interest.kind is not InterestKind.KIN or interest.degree is None:
        return True
    return interest.degree <= kin_degree


def rounds_in_a_row(person_id: int, ties: Ties) -> int:
    """In how many of the producer's latest rounds, without a break, the person evaluated."""
    by_round: dict[int, set[int]] = {}
    for past in ties.past_evaluations:
        by_round.setdefault(past.round_order, set()).add(past.person_id)
    count = 0
    for order in sorted(by_round, reverse=True):
        if person_id not in by_round[order]:
            break
        count += 1
    return count

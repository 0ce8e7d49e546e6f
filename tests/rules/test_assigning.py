"""Conflicts are refused at assignment, with the same measure as at granting."""

from dataclasses import replace
from datetime import date

import pytest

from spg_registry.rules.assigning import may_evaluate
from spg_registry.rules.facts import Evaluator, Interest, PastEvaluation, ReciprocalEvaluation, Ties
from spg_registry.rules.granting import blocks, may_grant, unwaived, warnings
from spg_registry.rules.months import Span
from spg_registry.rules.verdict import Met, not_met
from spg_registry.rules.words import InterestKind
from tests.rules.cast import EUSEBIO, PARAMETERS, TIES, VISIT_DAY, ruled, ties

WITHOUT_ACT = replace(EUSEBIO, appointments=())
IN_A_ROW = tuple(PastEvaluation(31, order, date(2020 + order, 1, 1)) for order in (4, 5))


def interest(kind: InterestKind, degree: int | None = None) -> Ties:
    return replace(TIES, interests=(Interest(kind, 31, producer_id=7, degree=degree),))


@pytest.mark.parametrize(
    ("evaluator", "near", "expected"),
    [
        pytest.param(EUSEBIO, TIES, set(), id="a stranger with an appointment"),
        pytest.param(WITHOUT_ACT, TIES, {"not_appointed"}, id="no appointment"),
        pytest.param(
            replace(EUSEBIO, appointments=(Span(None, date(2026, 10, 4)), Span(VISIT_DAY))),
            TIES,
            set(),
            id="appointed anew that very day",
        ),
        pytest.param(EUSEBIO, replace(TIES, holders=frozenset({31})), {"self"}, id="herself"),
        pytest.param(
            EUSEBIO,
            replace(TIES, holders=frozenset({31}), household=frozenset({31})),
            {"self"},
            id="herself, not also her household",
        ),
        pytest.param(
            EUSEBIO, replace(TIES, household=frozenset({31})), {"household"}, id="of the household"
        ),
        pytest.param(EUSEBIO, interest(InterestKind.KIN, 1), {"kin"}, id="kin"),
        pytest.param(EUSEBIO, interest(InterestKind.KIN, 4), set(), id="distant kin"),
        pytest.param(EUSEBIO, interest(InterestKind.PARTNER), {"partner"}, id="partner"),
        pytest.param(EUSEBIO, interest(InterestKind.BUYER), {"buyer"}, id="buyer"),
        pytest.param(EUSEBIO, interest(InterestKind.CREDITOR), {"creditor"}, id="creditor"),
        pytest.param(
            EUSEBIO,
            replace(TIES, reciprocal=(ReciprocalEvaluation(31, date(2026, 9, 1)),)),
            {"too_soon"},
            id="evaluated by this producer last month",
        ),
        pytest.param(
            EUSEBIO,
            replace(TIES, past_evaluations=IN_A_ROW),
            {"too_many_in_a_row"},
            id="third round in a row",
        ),
        pytest.param(
            WITHOUT_ACT,
            replace(
                TIES,
                household=frozenset({31}),
                past_evaluations=IN_A_ROW,
                interests=(Interest(InterestKind.BUYER, 31, producer_id=7),),
            ),
            {"not_appointed", "household", "buyer", "too_many_in_a_row"},
            id="all reasons at once",
        ),
    ],
)
def test_who_may_evaluate_whom(evaluator: Evaluator, near: Ties, expected: set[str]) -> None:
    verdicts = may_evaluate(evaluator, near, VISIT_DAY, PARAMETERS)
    assert {verdict.reason for verdict in not_met(verdicts)} == expected


def test_a_fit_pair_gets_a_verdict_on_each_rule() -> None:
    assert may_evaluate(EUSEBIO, TIES, VISIT_DAY, PARAMETERS) == (
        Met("evaluator_team"),
        Met("evaluator_independent"),
        Met("no_reciprocal_review"),
        Met("evaluator_rotation"),
    )


def test_rotation_only_warns_and_a_conflict_refuses() -> None:
    near = replace(TIES, household=frozenset({31}), past_evaluations=IN_A_ROW)
    verdicts = may_evaluate(EUSEBIO, near, VISIT_DAY, PARAMETERS)
    assert [v.reason for v in blocks(verdicts, PARAMETERS)] == ["household"]
    assert [v.reason for v in warnings(verdicts, PARAMETERS)] == ["too_many_in_a_row"]
    assert unwaived(verdicts, PARAMETERS, {"evaluator_rotation": "Somos pocos."}) == ()


def test_the_gap_ends_on_a_day_that_is_told() -> None:
    near = replace(TIES, reciprocal=(ReciprocalEvaluation(31, date(2024, 2, 29)),))
    eusebio = replace(EUSEBIO, appointments=(Span(),))
    (refusal,) = not_met(may_evaluate(eusebio, near, date(2025, 2, 27), PARAMETERS))
    assert refusal.params["free_on"] == date(2025, 2, 28)
    assert not_met(may_evaluate(eusebio, near, date(2025, 2, 28), PARAMETERS)) == ()


def test_a_rule_that_is_off_refuses_nobody() -> None:
    off = ruled(evaluator_rotation={"severity": "off"})
    near = replace(TIES, past_evaluations=IN_A_ROW)
    codes = [v.code for v in may_evaluate(EUSEBIO, near, VISIT_DAY, off)]
    assert "evaluator_rotation" not in codes


def test_assignment_and_granting_say_the_same_of_the_same_pair() -> None:
    facts = ties(
        household=frozenset({31}),
        past_evaluations=IN_A_ROW,
        reciprocal=(ReciprocalEvaluation(31, date(2026, 1, 5)),),
    )
    at_assignment = not_met(may_evaluate(EUSEBIO, facts.producer.ties, VISIT_DAY, PARAMETERS))
    assert at_assignment == not_met(may_grant(facts))

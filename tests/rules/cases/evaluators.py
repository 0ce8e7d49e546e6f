"""Who went, and how near they stand."""

from dataclasses import replace
from typing import Any

from spg_registry.rules.facts import (
    Evaluator,
    GrantingFacts,
    Interest,
    PastEvaluation,
    ReciprocalEvaluation,
)
from spg_registry.rules.months import Span
from spg_registry.rules.words import (
    InterestKind,
)
from tests.rules.cases.kit import PASSES, D, case, one
from tests.rules.cast import (
    EUSEBIO,
    ROSA,
    VISIT_DAY,
    ties,
    visit,
)

_NEAR = "evaluator_independent"
TOMAS = Evaluator(33, (Span(),), peer=False)


def tie(kind: InterestKind, **changes: Any) -> GrantingFacts:
    return ties(interests=(replace(Interest(kind, 31, producer_id=7), **changes),))


EVALUATING = [
    case(
        "both evaluated each other that day",
        ties(reciprocal=(ReciprocalEvaluation(31, D(2026, 10, 5)),)),
        one("no_reciprocal_review", "too_soon"),
    ),
    case("one evaluator alone", visit(evaluators=(EUSEBIO,)), one("evaluator_team", "too_few")),
    case(
        "the same evaluator twice is one",
        visit(evaluators=(EUSEBIO, EUSEBIO)),
        one("evaluator_team", "too_few"),
    ),
    case("nobody", visit(evaluators=()), one("evaluator_team", "too_few", "no_peer")),
    case("two technicians", visit(evaluators=(ROSA, TOMAS)), one("evaluator_team", "no_peer")),
    case(
        "three, one without appointment",
        visit(evaluators=(EUSEBIO, ROSA, replace(TOMAS, appointments=()))),
        one("evaluator_team", "not_appointed"),
    ),
    case(
        "the peer's appointment had ended",
        visit(
            evaluators=(replace(EUSEBIO, appointments=(Span(None, D(2026, 10, 4)),)), ROSA, TOMAS)
        ),
        one("evaluator_team", "not_appointed", "no_peer"),
    ),
    case(
        "appointed to the day of the visit",
        visit(evaluators=(replace(EUSEBIO, appointments=(Span(None, VISIT_DAY),)), ROSA)),
        PASSES,
    ),
    case("the producer herself", ties(holders=frozenset({1, 31})), one(_NEAR, "self")),
    case("of the household", ties(household=frozenset({1, 31})), one(_NEAR, "household")),
    case("declared of the household", tie(InterestKind.HOUSEHOLD), one(_NEAR, "household")),
    case("declared as the producer", tie(InterestKind.SELF), one(_NEAR, "self")),
    case("kin of second degree", tie(InterestKind.KIN, degree=2), one(_NEAR, "kin")),
    case("kin of third degree", tie(InterestKind.KIN, degree=3), PASSES),
    case("kin of a degree nobody knows", tie(InterestKind.KIN), one(_NEAR, "kin")),
    case("partner", tie(InterestKind.PARTNER), one(_NEAR, "partner")),
    case("buyer", tie(InterestKind.BUYER), one(_NEAR, "buyer")),
    case("creditor", tie(InterestKind.CREDITOR), one(_NEAR, "creditor")),
    case(
        "buyer and kin",
        ties(
            interests=(
                Interest(InterestKind.BUYER, 31, producer_id=7),
                Interest(InterestKind.KIN, 31, other_person_id=1, degree=1),
            )
        ),
        one(_NEAR, "buyer", "kin"),
    ),
    case(
        "her debtor: it binds both ways",
        ties(interests=(Interest(InterestKind.CREDITOR, 1, other_person_id=31),)),
        one(_NEAR, "creditor"),
    ),
    case(
        "buyer until the day before",
        tie(InterestKind.BUYER, span=Span(None, D(2026, 10, 4))),
        PASSES,
    ),
    case("buyer since the day after", tie(InterestKind.BUYER, span=Span(D(2026, 10, 6))), PASSES),
    case("buyer of somebody else", tie(InterestKind.BUYER, producer_id=8), PASSES),
    case(
        "she evaluated Eusebio a year less a day ago",
        ties(reciprocal=(ReciprocalEvaluation(31, D(2025, 10, 6)),)),
        one("no_reciprocal_review", "too_soon"),
    ),
    case(
        "she evaluated Eusebio a year ago",
        ties(reciprocal=(ReciprocalEvaluation(31, D(2025, 10, 5)),)),
        PASSES,
    ),
    case(
        "she evaluated Eusebio afterwards",
        ties(reciprocal=(ReciprocalEvaluation(31, D(2026, 10, 6)),)),
        PASSES,
    ),
    case(
        "she evaluated another", ties(reciprocal=(ReciprocalEvaluation(77, D(2026, 9, 5)),)), PASSES
    ),
    case(
        "third round in a row",
        ties(
            past_evaluations=tuple(
                PastEvaluation(31, order, D(2020 + order, 10, 1)) for order in (4, 5)
            )
        ),
        one("evaluator_rotation", "too_many_in_a_row"),
    ),
    case(
        "second round in a row",
        ties(past_evaluations=(PastEvaluation(31, 5, D(2025, 10, 1)),)),
        PASSES,
    ),
    case(
        "a round of others between",
        ties(
            past_evaluations=(
                PastEvaluation(31, 3, D(2023, 10, 1)),
                PastEvaluation(77, 4, D(2024, 10, 1)),
                PastEvaluation(31, 5, D(2025, 10, 1)),
            )
        ),
        PASSES,
    ),
    case(
        "two visits of one round are one round",
        ties(
            past_evaluations=(
                PastEvaluation(31, 5, D(2025, 10, 1)),
                PastEvaluation(31, 5, D(2025, 10, 2)),
            )
        ),
        PASSES,
    ),
]

"""Validity, overlap, sanctions."""

from dataclasses import replace
from datetime import date, timedelta

from spg_registry.rules.facts import (
    GrantingFacts,
    Sanction,
    SpgFacts,
    StandingGrant,
)
from spg_registry.rules.months import Span
from spg_registry.rules.words import (
    Category,
)
from tests.rules.cases.kit import PASSES, YESTERDAY, D, case, one
from tests.rules.cases.systems import term
from tests.rules.cast import (
    APPLES,
    GOOD,
    IN_FORCE,
    MEETING_DAY,
    QUINUA,
    meeting,
    producer,
    proposal,
    registered,
)

BOTH = frozenset({(10, "quinua"), (10, "manzana")})


def holding(
    first: date,
    last: date,
    *,
    scope: frozenset[tuple[int, str]] = BOTH,
    valid_from: date = MEETING_DAY,
    replaces: frozenset[int] = frozenset(),
    holder: int | None = None,
) -> GrantingFacts:
    """The producer already has grant 80 from `first` to `last`."""
    grant = StandingGrant(80, Category.TRANSITION, Span(first, last), scope, holder)
    until = valid_from + timedelta(days=300)
    wanted = replace(GOOD.proposal, valid_from=valid_from, valid_until=until, replaces=replaces)
    return replace(producer(grants=(grant,)), proposal=wanted)


_BOUNDS = "validity_bounds"
_OVERLAP = "no_overlap"
SEALING = [
    case(
        "a registration that ends today",
        registered(term("in_force", D(2025, 1, 1), MEETING_DAY)),
        one(_BOUNDS, "past_registration"),
    ),
    case(
        "a seal that ends today and a gap",
        holding(D(2025, 12, 1), D(2026, 11, 21), valid_from=D(2026, 11, 23)),
        one(_OVERLAP, "leaves_gap"),
    ),
    case(
        "a registration that ends today is carried on",
        registered(
            term("in_force", D(2025, 1, 1), D(2026, 11, 21)),
            term("in_force", D(2026, 11, 22), D(2028, 1, 31)),
        ),
        PASSES,
    ),
    case(
        "a term with no known beginning",
        registered(
            term("in_force", D(2027, 2, 1), D(2028, 1, 31)), term("in_force", None, D(2027, 1, 31))
        ),
        PASSES,
    ),
    case("a month only", proposal(valid_until=D(2026, 12, 20)), PASSES),
    case(
        "twelve months and a day", proposal(valid_until=D(2027, 11, 21)), one(_BOUNDS, "too_long")
    ),
    case(
        "ends before it starts",
        proposal(valid_until=D(2026, 11, 20)),
        one(_BOUNDS, "ends_before_start"),
    ),
    case("a seal of one day", proposal(valid_until=MEETING_DAY), PASSES),
    case(
        "back-dated",
        proposal(valid_from=YESTERDAY, valid_until=D(2027, 11, 19)),
        one(_BOUNDS, "starts_before_decision"),
    ),
    case(
        "past the SPG's registration",
        registered(term("in_force", D(2025, 1, 1), D(2027, 11, 19))),
        one(_BOUNDS, "past_registration"),
    ),
    case(
        "a renewal already issued carries on",
        registered(
            term("in_force", D(2025, 1, 1), D(2027, 1, 31)),
            term("in_force", D(2027, 2, 1), D(2028, 1, 31)),
        ),
        PASSES,
    ),
    case(
        "a renewal after a day's break does not",
        registered(
            term("in_force", D(2025, 1, 1), D(2027, 1, 31)),
            term("in_force", D(2027, 2, 2), D(2028, 1, 31)),
        ),
        one(_BOUNDS, "past_registration"),
    ),
    case(
        "a renewal still in process does not",
        registered(
            term("in_force", D(2025, 1, 1), D(2027, 1, 31)),
            term("in_process", D(2027, 2, 1), D(2028, 1, 31)),
        ),
        one(_BOUNDS, "past_registration"),
    ),
    case(
        "an upgrade of a seal that covers more",
        holding(D(2026, 1, 1), D(2026, 12, 31), scope=BOTH | {(7, "miel")}),
        one(_OVERLAP, "narrower"),
    ),
    case(
        "another producer's seal is not replaced",
        holding(D(2026, 1, 1), D(2026, 12, 31), replaces=frozenset({80}), holder=999),
        one(_OVERLAP, "replaced_of_another"),
    ),
    case("the last seal ended yesterday", holding(D(2025, 11, 21), YESTERDAY), PASSES),
    case("the last seal lapsed a year ago", holding(D(2024, 1, 1), D(2025, 11, 1)), PASSES),
    case(
        "the last seal ends today", holding(D(2025, 11, 22), MEETING_DAY), one(_OVERLAP, "overlaps")
    ),
    case(
        "renewal from the day after",
        holding(D(2025, 12, 1), D(2026, 11, 30), valid_from=D(2026, 12, 1)),
        PASSES,
    ),
    case(
        "renewal two days after",
        holding(D(2025, 12, 1), D(2026, 11, 30), valid_from=D(2026, 12, 2)),
        one(_OVERLAP, "leaves_gap"),
    ),
    case(
        "renewal decided 60 days ahead",
        holding(D(2026, 1, 21), D(2027, 1, 20), valid_from=D(2027, 1, 21)),
        PASSES,
    ),
    case(
        "renewal decided 61 days ahead",
        holding(D(2026, 1, 22), D(2027, 1, 21), valid_from=D(2027, 1, 22)),
        one(_OVERLAP, "decided_too_early"),
    ),
    case(
        "a first seal that starts next year",
        proposal(valid_from=D(2027, 2, 1), valid_until=D(2027, 12, 31)),
        one(_OVERLAP, "decided_too_early"),
    ),
    case(
        "another product of the unit",
        holding(D(2026, 1, 1), D(2026, 12, 31), scope=frozenset({(10, "haba")})),
        PASSES,
    ),
    case(
        "the same product of another unit",
        holding(D(2026, 1, 1), D(2026, 12, 31), scope=frozenset({(11, "quinua")})),
        PASSES,
    ),
    case(
        "an upgrade replaces in the same act",
        holding(D(2026, 1, 1), D(2026, 12, 31), replaces=frozenset({80})),
        PASSES,
    ),
    case(
        "replaces what does not stand",
        proposal(replaces=frozenset({81})),
        one(_OVERLAP, "replaced_not_standing"),
    ),
    case(
        "a product twice in the scope",
        proposal(scope=(QUINUA, APPLES, QUINUA)),
        one(_OVERLAP, "scope_repeated"),
    ),
    case(
        "sanction ended yesterday", producer(sanctions=(Sanction(Span(None, YESTERDAY)),)), PASSES
    ),
    case(
        "sanction until today",
        producer(sanctions=(Sanction(Span(D(2026, 1, 1), MEETING_DAY)),)),
        one("not_sanctioned", "sanctioned_until"),
    ),
    case(
        "sanction without an end",
        producer(sanctions=(Sanction(Span(D(2026, 1, 1))),)),
        one("not_sanctioned", "sanctioned"),
    ),
    case(
        "sanction imposed before the closing",
        replace(
            producer(sanctions=(Sanction(Span(D(2026, 11, 22))),)),
            meeting=meeting(
                closed_on=D(2026, 11, 22), spg=SpgFacts(3, (IN_FORCE,), (IN_FORCE,))
            ).meeting,
        ),
        one("not_sanctioned", "sanctioned"),
    ),
    case("sanction from tomorrow", producer(sanctions=(Sanction(Span(D(2026, 11, 22))),)), PASSES),
]

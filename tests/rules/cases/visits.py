"""Pledge, visit, acknowledgement."""

from dataclasses import replace
from datetime import date

from spg_registry.rules.facts import (
    Crop,
    GrantingFacts,
    Plot,
    ScopeRow,
    Unit,
)
from spg_registry.rules.months import Span
from spg_registry.rules.words import (
    ActivityKind,
    LastInput,
)
from tests.rules.cases.kit import PASSES, D, case, one
from tests.rules.cast import (
    APPLES,
    EUSEBIO,
    GOOD,
    MEETING_DAY,
    QUINUA,
    ROSA,
    UNIT,
    VISIT,
    producer,
    proposal,
    visit,
)

OTHER_UNIT = Unit(
    11, plots=(Plot(22, 900, LastInput.NEVER),), crops=(Crop("haba", ActivityKind.ANNUAL, 22),)
)
BEANS = ScopeRow(11, "haba", 900, ActivityKind.ANNUAL)
OTHER_VISIT = replace(VISIT, visit_id=51, unit_id=11, plots_seen=frozenset({22}))


def two_units(*visits: object) -> GrantingFacts:
    wide = producer(units=(UNIT, OTHER_UNIT), visits=visits)
    return replace(wide, proposal=replace(GOOD.proposal, scope=(QUINUA, APPLES, BEANS)))


def visited_long_ago(on: date) -> GrantingFacts:
    team = tuple(replace(evaluator, appointments=(Span(),)) for evaluator in (EUSEBIO, ROSA))
    old = replace(VISIT, visited_on=on, acknowledged_on=on, evaluators=team)
    return producer(visits=(old,), pledge_signed_on=on)


VISITING = [
    case("visited and decided on one day", visited_long_ago(D(2026, 11, 21)), PASSES),
    case("pledge signed long before", producer(pledge_signed_on=D(2020, 1, 1)), PASSES),
    case("no pledge", producer(pledge_signed_on=None), one("pledge_signed", "unsigned")),
    case(
        "pledge a day after the visit",
        producer(pledge_signed_on=D(2026, 10, 6)),
        one("pledge_signed", "signed_after_visit"),
    ),
    case("two units, both visited", two_units(VISIT, OTHER_VISIT), PASSES),
    case("the second unit not visited", two_units(VISIT), one("visit_complete", "not_visited")),
    case(
        "the second visit not reviewed",
        two_units(VISIT, replace(OTHER_VISIT, reviewed=False)),
        one("visit_complete", "not_reviewed"),
    ),
    case(
        "two items unanswered", visit(items_unanswered=2), one("visit_complete", "items_unanswered")
    ),
    case(
        "a plot not seen", visit(plots_seen=frozenset({20})), one("visit_complete", "plot_not_seen")
    ),
    case(
        "both at once",
        visit(plots_seen=frozenset(), items_unanswered=1),
        one("visit_complete", "plot_not_seen", "items_unanswered"),
    ),
    case("an empty scope", proposal(scope=()), one("visit_complete", "scope_empty")),
    case(
        "somebody else's unit",
        proposal(scope=(QUINUA, BEANS)),
        one("visit_complete", "unit_not_of_producer"),
    ),
    case("visit twelve months ago to the day", visited_long_ago(D(2025, 11, 21)), PASSES),
    case("visit a day older", visited_long_ago(D(2025, 11, 20)), one("visit_recent", "too_old")),
    case(
        "visit dated after the decision",
        visit(visited_on=D(2026, 11, 22)),
        one("visit_recent", "after_decision"),
    ),
    case("acknowledged on the day of the meeting", visit(acknowledged_on=MEETING_DAY), PASSES),
    case(
        "never acknowledged",
        visit(acknowledged_on=None),
        one("producer_acknowledged", "not_acknowledged"),
    ),
    case(
        "acknowledged after the meeting",
        visit(acknowledged_on=D(2026, 11, 22)),
        one("producer_acknowledged", "not_acknowledged"),
    ),
    case(
        "the latest reviewed visit counts",
        producer(
            visits=(
                replace(VISIT, visit_id=49, visited_on=D(2026, 10, 6), acknowledged_on=None),
                replace(VISIT, visited_on=D(2026, 10, 7)),
            )
        ),
        PASSES,
    ),
    case(
        "also when it is the worse one",
        producer(visits=(VISIT, replace(VISIT, visit_id=51, items_unanswered=3))),
        one("visit_complete", "items_unanswered"),
    ),
    case(
        "an unreviewed later visit does not count yet",
        producer(visits=(VISIT, replace(VISIT, visit_id=51, reviewed=False, items_unanswered=3))),
        PASSES,
    ),
]

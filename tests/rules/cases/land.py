"""Findings, transition, gathering, processing."""

from dataclasses import replace
from datetime import date
from typing import Any

from spg_registry.rules.facts import (
    Crop,
    Finding,
    GatheringZone,
    GrantingFacts,
    Ingredient,
    Plot,
    ScopeRow,
    Unit,
)
from spg_registry.rules.words import (
    ActivityKind,
    Category,
    FindingClass,
    LastInput,
)
from tests.rules.cases.kit import PASSES, YESTERDAY, D, case, one
from tests.rules.cast import (
    APPLE_PLOT,
    APPLES,
    GOOD,
    MEETING_DAY,
    QUINUA,
    QUINUA_PLOT,
    UNIT,
    VISIT,
    land,
    producer,
    proposal,
)

_LAND = "transition_complete"
_ZONE = "gathering_zone"


def finding(grade: FindingClass, **changes: Any) -> GrantingFacts:
    return producer(findings=(replace(Finding(60, grade, due_on=D(2026, 12, 1)), **changes),))


def gatherer(*zones: GatheringZone, category: Category = Category.ORGANIC) -> GrantingFacts:
    unit = Unit(10, crops=(Crop("castaña", ActivityKind.WILD),), zones=zones)
    facts = producer(units=(unit,))
    row = ScopeRow(10, "castaña", 0, ActivityKind.WILD)
    return replace(facts, proposal=replace(GOOD.proposal, scope=(row,), category=category))


def unrecorded(zone: GatheringZone) -> GrantingFacts:
    """Gathers chestnuts by the record; the decision says cusi."""
    facts = gatherer(zone)
    row = ScopeRow(10, "cusi", 0, ActivityKind.WILD)
    return replace(facts, proposal=replace(facts.proposal, scope=(row,)))


def gathered_on(area_m2: int) -> GrantingFacts:
    facts = gatherer(GatheringZone(True, True))
    (row,) = facts.proposal.scope
    wide = replace(row, area_m2=area_m2)
    return replace(facts, proposal=replace(facts.proposal, scope=(wide,)))


def processor(*ingredients: Ingredient, unit: Unit = UNIT) -> GrantingFacts:
    row = ScopeRow(10, "mermelada", 0, ActivityKind.PROCESSED, ingredients)
    seen = frozenset(plot.plot_id for plot in unit.plots)
    facts = producer(units=(unit,), visits=(replace(VISIT, plots_seen=seen),))
    return replace(facts, proposal=replace(GOOD.proposal, scope=(row,)))


def with_jam(plot: Plot, plot_id: int | None = 21) -> Unit:
    jam = Crop("mermelada", ActivityKind.PROCESSED, plot_id)
    return replace(UNIT, plots=(QUINUA_PLOT, plot), crops=(*UNIT.crops, jam))


def bees(plot: Plot, plot_id: int | None) -> GrantingFacts:
    unit = Unit(10, plots=(plot,), crops=(Crop("miel", ActivityKind.APICULTURE, plot_id),))
    facts = producer(units=(unit,), visits=(replace(VISIT, plots_seen=frozenset({plot.plot_id})),))
    row = ScopeRow(10, "miel", 0, ActivityKind.APICULTURE)
    return replace(facts, proposal=replace(GOOD.proposal, scope=(row,)))


def since(last_input: date | LastInput) -> Plot:
    return replace(APPLE_PLOT, last_prohibited_input=last_input)


GROWING = [
    case(
        "transition seal, input on the day",
        land(QUINUA_PLOT, since(D(2026, 11, 21)), category=Category.TRANSITION),
        PASSES,
    ),
    case(
        "gathering in somebody else's unit",
        proposal(scope=(QUINUA, ScopeRow(77, "castaña", 0, ActivityKind.WILD))),
        one("visit_complete", "unit_not_of_producer"),
    ),
    case("minor finding open and late", finding(FindingClass.MINOR, due_on=D(2026, 1, 1)), PASSES),
    case("major finding due today", finding(FindingClass.MAJOR, due_on=MEETING_DAY), PASSES),
    case(
        "major finding due yesterday",
        finding(FindingClass.MAJOR, due_on=YESTERDAY),
        one("no_open_critical", "major_overdue"),
    ),
    case(
        "major finding closed late",
        finding(FindingClass.MAJOR, due_on=D(2026, 1, 1), closed_on=MEETING_DAY),
        PASSES,
    ),
    case(
        "critical finding open",
        finding(FindingClass.CRITICAL),
        one("no_open_critical", "critical_open"),
    ),
    case(
        "critical finding closed today",
        finding(FindingClass.CRITICAL, closed_on=MEETING_DAY),
        PASSES,
    ),
    case(
        "critical finding closed after the meeting",
        finding(FindingClass.CRITICAL, closed_on=D(2026, 11, 22)),
        one("no_open_critical", "critical_open"),
    ),
    case("36 months are up today", land(QUINUA_PLOT, since(D(2023, 11, 21))), PASSES),
    case(
        "36 months are up tomorrow",
        land(QUINUA_PLOT, since(D(2023, 11, 22))),
        one(_LAND, "too_early"),
    ),
    case(
        "24 months are enough for an annual",
        land(replace(QUINUA_PLOT, last_prohibited_input=D(2024, 11, 21)), APPLE_PLOT),
        PASSES,
    ),
    case(
        "the last input is unknown",
        land(QUINUA_PLOT, since(LastInput.UNKNOWN)),
        one(_LAND, "input_unknown"),
    ),
    case(
        "a date that is missing is unknown",
        land(QUINUA_PLOT, since(LastInput.DATE)),
        one(_LAND, "input_unknown"),
    ),
    case(
        "transition seal six months in",
        land(QUINUA_PLOT, since(D(2026, 5, 1)), category=Category.TRANSITION),
        PASSES,
    ),
    case(
        "transition seal, input unknown",
        land(QUINUA_PLOT, since(LastInput.UNKNOWN), category=Category.TRANSITION),
        one(_LAND, "input_unknown"),
    ),
    case(
        "transition seal, input after the meeting",
        land(QUINUA_PLOT, since(D(2026, 11, 22)), category=Category.TRANSITION),
        one(_LAND, "still_conventional"),
    ),
    case("apples on no plot", land(QUINUA_PLOT, crops=UNIT.crops[:1]), one(_LAND, "no_plot")),
    case("apples on a plot that is not the unit's", land(QUINUA_PLOT), one(_LAND, "no_plot")),
    case("hives on a clean plot", bees(since(D(2025, 11, 21)), 21), PASSES),
    case(
        "hives without a plot take the whole unit",
        bees(since(D(2025, 11, 22)), None),
        one(_LAND, "too_early"),
    ),
    case(
        "gathering what nobody wrote down",
        unrecorded(GatheringZone(True, True)),
        one(_ZONE, "not_gathered"),
    ),
    case(
        "an area that the plots do not have",
        proposal(scope=(QUINUA, replace(APPLES, area_m2=101))),
        one("visit_complete", "area_too_large"),
    ),
    case("less than the plots have", proposal(scope=(replace(QUINUA, area_m2=1), APPLES)), PASSES),
    case("an area of gathering", gathered_on(900), one("visit_complete", "area_too_large")),
    case("gathering with zone and plan", gatherer(GatheringZone(True, True)), PASSES),
    case("gathering without a zone", gatherer(), one(_ZONE, "no_zone")),
    case("gathering without bounds", gatherer(GatheringZone(False, True)), one(_ZONE, "no_bounds")),
    case("gathering without a plan", gatherer(GatheringZone(True, False)), one(_ZONE, "no_plan")),
    case(
        "bounds in one zone, plan in another",
        gatherer(GatheringZone(True, False), GatheringZone(False, True)),
        one(_ZONE, "no_bounds", "no_plan"),
    ),
    case(
        "gathering in transition wants a zone too",
        gatherer(category=Category.TRANSITION),
        one(_ZONE, "no_zone"),
    ),
    case("jam of own apples", processor(Ingredient("manzana")), PASSES),
    case(
        "jam of apples too young",
        processor(Ingredient("manzana"), unit=with_jam(since(D(2024, 1, 1)))),
        one(_LAND, "too_early"),
    ),
    case(
        "jam of apples bought under a seal", processor(Ingredient("durazno", sealed=True)), PASSES
    ),
    case(
        "jam of peaches of unknown origin",
        processor(Ingredient("durazno")),
        one(_LAND, "ingredient_unproven"),
    ),
    case(
        "jam of jam proves nothing",
        processor(Ingredient("mermelada"), unit=with_jam(APPLE_PLOT)),
        one(_LAND, "ingredient_unproven"),
    ),
    case("jam of nothing named", processor(), one(_LAND, "ingredients_unnamed")),
    case("jam written on the apples' plot", processor(unit=with_jam(APPLE_PLOT)), PASSES),
    case(
        "jam on the apples' plot, too young",
        processor(unit=with_jam(since(D(2024, 1, 1)))),
        one(_LAND, "too_early"),
    ),
    case(
        "jam without a plot takes all that grows",
        processor(unit=with_jam(since(D(2024, 1, 1)), None)),
        one(_LAND, "too_early"),
    ),
    case(
        "jam of berries gathered without a zone",
        processor(Ingredient("mora"), unit=replace(UNIT, crops=(Crop("mora", ActivityKind.WILD),))),
        one(_ZONE, "no_zone"),
    ),
]

"""Each rule of granting as a table: a granting that passes, one fact spoiled, the verdict."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spg_registry.rules.facts import (
    CommitteeFacts,
    Crop,
    Evaluator,
    Finding,
    GatheringZone,
    GrantingFacts,
    Ingredient,
    Interest,
    Member,
    PastEvaluation,
    Plot,
    ReciprocalEvaluation,
    Registration,
    Sanction,
    ScopeRow,
    StandingGrant,
    Unit,
    Vote,
)
from spg_registry.rules.granting import CODES, RULES, blocks, may_grant, passes, unwaived, warnings
from spg_registry.rules.months import Span
from spg_registry.rules.reasons import REASONS
from spg_registry.rules.verdict import Met, NotMet, not_met
from spg_registry.rules.words import (
    ActivityKind,
    Ballot,
    Category,
    FindingClass,
    InterestKind,
    LastInput,
    RegistrationState,
    Sector,
)
from tests.rules.cast import (
    APPLE_PLOT,
    APPLES,
    EUSEBIO,
    GOOD,
    IN_FORCE,
    MEETING_DAY,
    MEMBERS,
    PARAMETERS,
    QUINUA,
    QUINUA_PLOT,
    ROSA,
    UNIT,
    VISIT,
    VISIT_DAY,
    land,
    meeting,
    producer,
    proposal,
    registered,
    ruled,
    ties,
    visit,
    voting,
)

Expected = set[tuple[str, str]]


def told(facts: GrantingFacts) -> Expected:
    return {(verdict.code, verdict.reason) for verdict in not_met(may_grant(facts))}


def params_of(facts: GrantingFacts, code: str, reason: str) -> dict[str, object]:
    (found,) = [v for v in not_met(may_grant(facts)) if (v.code, v.reason) == (code, reason)]
    return dict(found.params)


def one(code: str, *reasons: str) -> Expected:
    return {(code, reason) for reason in reasons}


def term(state: str, first: date | None = None, last: date | None = None) -> Registration:
    return Registration(RegistrationState(state), Span(first, last))


def case(name: str, facts: GrantingFacts, expected: Expected) -> object:
    return pytest.param(facts, expected, id=name)


PASSES: Expected = set()
D = date
YESTERDAY = MEETING_DAY - timedelta(days=1)

# --- the guarantee system ----------------------------------------------------------------------

_REGISTRATION = "spg_registration_in_force"
_RECOGNISED = "committee_recognised"
SYSTEM = [
    case(
        "registration ends with the seal",
        registered(term("in_force", D(2025, 1, 1), D(2027, 11, 20))),
        PASSES,
    ),
    case("registration without an end", registered(term("in_force", D(2025, 1, 1))), PASSES),
    case(
        "an old term beside the new one",
        registered(term("cancelled", None, D(2023, 2, 28)), IN_FORCE),
        PASSES,
    ),
    case("never registered", registered(), one(_REGISTRATION, "not_registered")),
    case(
        "registered only later",
        registered(term("in_force", D(2026, 11, 22))),
        one(_REGISTRATION, "not_registered"),
    ),
    case(
        "registration in process", registered(term("in_process")), one(_REGISTRATION, "in_process")
    ),
    case(
        "registration suspended",
        registered(term("suspended", D(2024, 1, 1), D(2028, 1, 1))),
        one(_REGISTRATION, "suspended"),
    ),
    case(
        "suspended beside one in force",
        registered(term("suspended"), IN_FORCE),
        one(_REGISTRATION, "suspended"),
    ),
    case(
        "registration cancelled",
        registered(term("cancelled", D(2024, 1, 1), D(2028, 1, 1))),
        one(_REGISTRATION, "cancelled"),
    ),
    case(
        "registration ended yesterday",
        registered(term("in_force", D(2025, 1, 1), YESTERDAY)),
        one(_REGISTRATION, "expired"),
    ),
    case(
        "not yet recognised",
        meeting(committee=CommitteeFacts(5)),
        one(_RECOGNISED, "not_recognised"),
    ),
    case(
        "recognition ends today",
        meeting(committee=CommitteeFacts(5, (Span(D(2024, 1, 1), MEETING_DAY),))),
        PASSES,
    ),
    case(
        "recognition ended yesterday",
        meeting(committee=CommitteeFacts(5, (Span(D(2024, 1, 1), YESTERDAY),))),
        one(_RECOGNISED, "recognition_expired"),
    ),
]

# --- the visit ---------------------------------------------------------------------------------

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

# --- the evaluators ----------------------------------------------------------------------------

_NEAR = "evaluator_independent"
TOMAS = Evaluator(33, (Span(),), peer=False)


def tie(kind: InterestKind, **changes: object) -> GrantingFacts:
    return ties(interests=(replace(Interest(kind, 31, producer_id=7), **changes),))


EVALUATING = [
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

# --- the meeting -------------------------------------------------------------------------------


def sits(*attendees: int, members: tuple[Member, ...] = MEMBERS) -> GrantingFacts:
    return meeting(attendees=frozenset(attendees), members=members)


def votes(**ballots: str) -> GrantingFacts:
    """votes(p41="for", p43="against")"""
    cast = tuple(Vote(int(name[1:]), Ballot(ballot)) for name, ballot in ballots.items())
    return voting(consensus=False, votes=cast)


EVALUATOR_SITS = (*MEMBERS[:4], Member(31, Sector.PRODUCER))

MEETING = [
    case("three of five", sits(41, 43, 44), PASSES),
    case("two of five", sits(41, 43), one("quorum", "too_few")),
    case(
        "two of four is not more than half",
        sits(41, 43, members=MEMBERS[:4]),
        one("quorum", "too_few"),
    ),
    case("guests do not count", sits(41, 43, 97, 98, 99), one("quorum", "too_few")),
    case("no producer present", sits(43, 44, 45), one("quorum", "no_producer")),
    case("producers alone", sits(41, 42, members=MEMBERS[:3]), one("quorum", "no_other_sector")),
    case(
        "nobody came",
        sits(),
        one("quorum", "too_few", "no_producer", "no_other_sector")
        | one("decision_carried", "not_carried"),
    ),
    case(
        "no members in office",
        sits(41, members=()),
        one("quorum", "too_few", "no_producer", "no_other_sector")
        | one("decision_carried", "not_carried"),
    ),
    case(
        "a recusal lowers what is needed",
        replace(sits(41, 43), voting=replace(GOOD.voting, recused=frozenset({44, 45}))),
        PASSES,
    ),
    case(
        "the recused do not count as present",
        replace(sits(41, 43, 44), voting=replace(GOOD.voting, recused=frozenset({44}))),
        one("quorum", "too_few"),
    ),
    case(
        "an evaluator on the committee counts neither way",
        sits(41, 43, 31, members=EVALUATOR_SITS),
        one("quorum", "too_few"),
    ),
    case(
        "the only producer present has an interest",
        ties(interests=(Interest(InterestKind.KIN, 41, producer_id=7, degree=1),)),
        one("quorum", "too_few", "no_producer"),
    ),
    case("two for, one against", votes(p41="for", p43="for", p44="against"), PASSES),
    case("one for, two abstained", votes(p41="for", p43="abstained", p44="abstained"), PASSES),
    case(
        "a tie",
        votes(p41="for", p43="against", p44="abstained"),
        one("decision_carried", "not_carried"),
    ),
    case(
        "no vote and no consensus", voting(consensus=False), one("decision_carried", "not_carried")
    ),
    case(
        "consensus with a vote against is none",
        voting(votes=(Vote(41, Ballot.AGAINST),)),
        one("decision_carried", "not_carried"),
    ),
    case("hands: two to one", voting(consensus=False, hands_for=2, hands_against=1), PASSES),
    case(
        "more hands than people",
        voting(consensus=False, hands_for=3, hands_against=1),
        one("decision_carried", "too_many_votes"),
    ),
    case(
        "the vote of an absent member",
        votes(p41="for", p43="for", p45="for"),
        one("decision_carried", "voter_absent"),
    ),
    case(
        "the vote of an absent member does not carry",
        votes(p41="for", p43="against", p45="for"),
        one("decision_carried", "voter_absent", "not_carried"),
    ),
    case(
        "a guest's vote",
        votes(p41="for", p43="for", p99="for"),
        one("decision_carried", "voter_not_member"),
    ),
    case(
        "an evaluator votes",
        replace(
            sits(41, 43, 44, 31, members=EVALUATOR_SITS),
            voting=votes(p41="for", p43="for", p31="for").voting,
        ),
        one("recused", "evaluator_voted"),
    ),
    case(
        "an evaluator abstains by name",
        replace(
            sits(41, 43, 44, 31, members=EVALUATOR_SITS),
            voting=votes(p41="for", p43="for", p31="abstained").voting,
        ),
        one("recused", "evaluator_voted"),
    ),
    case(
        "a buyer votes",
        replace(
            ties(interests=(Interest(InterestKind.BUYER, 44, producer_id=7),)),
            meeting=replace(GOOD.meeting, attendees=frozenset({41, 43, 44, 45})),
            voting=votes(p41="for", p43="for", p44="for").voting,
        ),
        one("recused", "interested_voted"),
    ),
    case(
        "who stood aside votes",
        replace(
            sits(41, 43, 44, 45),
            voting=replace(votes(p41="for", p43="for", p44="for").voting, recused=frozenset({44})),
        ),
        one("recused", "declared_voted"),
    ),
]

# --- the producer's land -----------------------------------------------------------------------

_LAND = "transition_complete"
_ZONE = "gathering_zone"


def finding(grade: FindingClass, **changes: date) -> GrantingFacts:
    return producer(findings=(replace(Finding(60, grade, due_on=D(2026, 12, 1)), **changes),))


def gatherer(*zones: GatheringZone, category: Category = Category.ORGANIC) -> GrantingFacts:
    unit = Unit(10, crops=(Crop("castaña", ActivityKind.WILD),), zones=zones)
    facts = producer(units=(unit,))
    row = ScopeRow(10, "castaña", 0, ActivityKind.WILD)
    return replace(facts, proposal=replace(GOOD.proposal, scope=(row,), category=category))


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

# --- the seal ----------------------------------------------------------------------------------

BOTH = frozenset({(10, "quinua"), (10, "manzana")})


def holding(
    first: date,
    last: date,
    *,
    scope: frozenset[tuple[int, str]] = BOTH,
    valid_from: date = MEETING_DAY,
    replaces: frozenset[int] = frozenset(),
) -> GrantingFacts:
    """The producer already has grant 80 from `first` to `last`."""
    grant = StandingGrant(80, Category.TRANSITION, Span(first, last), scope)
    until = valid_from + timedelta(days=300)
    wanted = replace(GOOD.proposal, valid_from=valid_from, valid_until=until, replaces=replaces)
    return replace(producer(grants=(grant,)), proposal=wanted)


_BOUNDS = "validity_bounds"
_OVERLAP = "no_overlap"
SEALING = [
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
    case("sanction from tomorrow", producer(sanctions=(Sanction(Span(D(2026, 11, 22))),)), PASSES),
]

TABLE = SYSTEM + VISITING + EVALUATING + MEETING + GROWING + SEALING


def test_a_good_granting_meets_all_nineteen_rules_in_the_order_of_the_norm() -> None:
    assert may_grant(GOOD) == tuple(Met(code) for code in CODES)
    assert len(RULES) == 19


@pytest.mark.parametrize(("facts", "expected"), TABLE)
def test_one_spoiled_fact_gives_its_reasons_and_no_others(
    facts: GrantingFacts, expected: Expected
) -> None:
    assert told(facts) == expected


def test_the_tables_spoil_every_rule_with_every_reason_it_can_give() -> None:
    seen: Expected = set().union(*(param.values[1] for param in TABLE))
    assert seen == {(code, reason) for code in CODES for reason in REASONS[code]}


@pytest.mark.parametrize("facts", [param.values[0] for param in TABLE])
def test_each_reason_brings_the_params_of_its_sentence(facts: GrantingFacts) -> None:
    for verdict in not_met(may_grant(facts)):
        assert set(verdict.params) == set(REASONS[verdict.code][verdict.reason])


def test_numbers_and_dates_of_a_reason_are_those_a_family_can_check() -> None:
    late = land(QUINUA_PLOT, since(D(2024, 2, 29)))
    assert params_of(late, "transition_complete", "too_early") == {
        "unit": 10,
        "plot": 21,
        "product": "manzana",
        "months": 36,
        "complete_on": D(2027, 2, 28),
    }
    assert params_of(sits(41), "quorum", "too_few") == {"present": 1, "members": 5, "needed": 3}
    long = proposal(valid_until=D(2028, 1, 1))
    assert params_of(long, "validity_bounds", "too_long")["latest"] == D(2027, 11, 20)


def test_all_reasons_come_back_at_once() -> None:
    ruin = replace(
        producer(pledge_signed_on=None, findings=(Finding(60, FindingClass.CRITICAL),)),
        meeting=replace(GOOD.meeting, attendees=frozenset(), committee=CommitteeFacts(5)),
    )
    assert told(ruin) == (
        one("pledge_signed", "unsigned")
        | one("no_open_critical", "critical_open")
        | one("committee_recognised", "not_recognised")
        | one("quorum", "too_few", "no_producer", "no_other_sector")
        | one("decision_carried", "not_carried")
    )


def test_an_evaluator_in_two_units_is_told_once() -> None:
    facts = two_units(VISIT, OTHER_VISIT)
    facts = replace(
        facts, producer=replace(facts.producer, ties=tie(InterestKind.BUYER).producer.ties)
    )
    assert len(blocks(may_grant(facts), PARAMETERS)) == 1


# --- severities and waivers --------------------------------------------------------------------

UNRECOGNISED = meeting(committee=CommitteeFacts(5))


def test_a_warning_passes_only_with_a_written_reason() -> None:
    verdicts = may_grant(UNRECOGNISED)
    assert blocks(verdicts, PARAMETERS) == ()
    assert [w.code for w in warnings(verdicts, PARAMETERS)] == ["committee_recognised"]
    assert not passes(verdicts, PARAMETERS, {})
    assert not passes(verdicts, PARAMETERS, {"committee_recognised": "  "})
    assert not passes(verdicts, PARAMETERS, {"evaluator_rotation": "pocas personas"})
    assert passes(verdicts, PARAMETERS, {"committee_recognised": "Acto en trámite."})


def test_a_block_cannot_be_waived() -> None:
    verdicts = may_grant(producer(pledge_signed_on=None))
    assert not passes(verdicts, PARAMETERS, {"pledge_signed": "firmará después"})
    assert unwaived(verdicts, PARAMETERS, {}) == ()


def test_by_laws_can_make_a_warning_block_and_a_block_warn() -> None:
    strict = ruled(committee_recognised={"severity": "block"})
    facts = meeting(committee=CommitteeFacts(5), parameters=strict)
    assert [v.code for v in blocks(may_grant(facts), strict)] == ["committee_recognised"]
    assert not passes(may_grant(facts), strict, {"committee_recognised": "Acto en trámite."})


def test_a_rule_that_is_off_is_not_asked() -> None:
    off = ruled(committee_recognised={"severity": "off"})
    codes = [
        verdict.code for verdict in may_grant(meeting(committee=CommitteeFacts(5), parameters=off))
    ]
    assert codes == [code for code in CODES if code != "committee_recognised"]


def test_a_reason_names_the_article_that_the_ruleset_gives() -> None:
    cited = ruled(committee_recognised={"article": "Art. 9"})
    (warning,) = warnings(may_grant(meeting(committee=CommitteeFacts(5), parameters=cited)), cited)
    assert warning.article == "Art. 9"


@pytest.mark.parametrize(
    ("changed", "facts"),
    [
        pytest.param({"visit_recent": {"params": {"max_age_months": 1}}}, GOOD, id="visit age"),
        pytest.param(
            {"evaluator_team": {"params": {"evaluators_at_least": 3, "peers_at_least": 1}}},
            GOOD,
            id="team size",
        ),
        pytest.param(
            {"evaluator_team": {"params": {"evaluators_at_least": 2, "peers_at_least": 2}}},
            GOOD,
            id="peers",
        ),
        pytest.param(
            {"evaluator_independent": {"params": {"kin_degree": 3}}},
            tie(InterestKind.KIN, degree=3),
            id="kin degree",
        ),
        pytest.param(
            {"no_reciprocal_review": {"params": {"gap_months": 13}}},
            ties(reciprocal=(ReciprocalEvaluation(31, D(2025, 10, 5)),)),
            id="gap",
        ),
        pytest.param(
            {"evaluator_rotation": {"params": {"rounds_in_a_row": 1}}},
            ties(past_evaluations=(PastEvaluation(31, 5, D(2025, 10, 1)),)),
            id="rotation",
        ),
        pytest.param(
            {"quorum": {"params": {"more_than_percent": 60, "other_sectors": 1}}},
            GOOD,
            id="quorum share",
        ),
        pytest.param(
            {"quorum": {"params": {"more_than_percent": 50, "other_sectors": 3}}},
            GOOD,
            id="other sectors",
        ),
        pytest.param(
            {
                "transition_complete": {
                    "params": {
                        "annual": 24,
                        "perennial": 48,
                        "livestock": 12,
                        "apiculture": 12,
                        "wild": 0,
                    }
                }
            },
            GOOD,
            id="transition months",
        ),
        pytest.param({"validity_bounds": {"params": {"months": 11}}}, GOOD, id="validity"),
        pytest.param(
            {"no_overlap": {"params": {"decided_ahead_days": 8}}},
            holding(D(2025, 12, 1), D(2026, 11, 30), valid_from=D(2026, 12, 1)),
            id="days ahead",
        ),
    ],
)
def test_every_number_of_a_rule_is_a_parameter(
    changed: dict[str, dict[str, object]], facts: GrantingFacts
) -> None:
    changed_facts = replace(facts, meeting=replace(facts.meeting, parameters=ruled(**changed)))
    assert told(facts) == set()
    assert {code for code, _ in told(changed_facts)} == set(changed)


# --- properties --------------------------------------------------------------------------------

days = st.dates(D(2026, 1, 1), D(2028, 12, 31))


@given(days, days, days, days)
def test_two_seals_overlap_whichever_of_them_is_asked(
    a_from: date, a_until: date, b_from: date, b_until: date
) -> None:
    def overlaps(mine: Span, theirs: Span) -> bool:
        grant = StandingGrant(80, Category.ORGANIC, theirs, BOTH)
        wanted = replace(GOOD.proposal, valid_from=mine.first, valid_until=mine.last)
        return ("no_overlap", "overlaps") in told(
            replace(producer(grants=(grant,)), proposal=wanted)
        )

    a, b = Span(*sorted((a_from, a_until))), Span(*sorted((b_from, b_until)))
    shared = {d for s in (a,) for d in _days(s)} & {d for s in (b,) for d in _days(s)}
    assert overlaps(a, b) == overlaps(b, a) == bool(shared)


def _days(span: Span) -> range:
    assert span.first is not None
    assert span.last is not None
    return range(span.first.toordinal(), span.last.toordinal() + 1)


@given(
    st.sets(st.sampled_from([41, 42, 43, 44, 45])), st.sets(st.sampled_from([41, 42, 43, 44, 45]))
)
def test_whoever_is_recused_changes_nothing_by_being_present(
    attending: set[int], out: set[int]
) -> None:
    def with_present(present: set[int]) -> Expected:
        facts = meeting(attendees=frozenset(present))
        return told(replace(facts, voting=replace(GOOD.voting, recused=frozenset(out))))

    assert with_present(attending | out) == with_present(attending - out)


def test_every_verdict_names_a_rule_of_the_norm() -> None:
    given_codes = {v.code for param in TABLE for v in may_grant(param.values[0])}
    assert given_codes == set(CODES)
    assert all(isinstance(v, Met | NotMet) for v in may_grant(UNRECOGNISED))

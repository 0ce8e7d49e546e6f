"""A granting that passes everything; each test spoils one fact of it.

Doña Ñusta (person 1) grows quinua and apples on unit 10; Don Eusebio (31, a peer producer) and
Ingeniera Rosa (32) visited her; five members of the committee meet on 21 November 2026.
"""

from dataclasses import replace
from datetime import date
from typing import Any

from spg_registry.rules.facts import (
    CommitteeFacts,
    Crop,
    Evaluator,
    GrantingFacts,
    MeetingFacts,
    Member,
    Plot,
    ProducerFacts,
    Proposal,
    Registration,
    ScopeRow,
    SpgFacts,
    Ties,
    Unit,
    Visit,
    Voting,
)
from spg_registry.rules.months import Span
from spg_registry.rules.parameters import Parameters
from spg_registry.rules.words import (
    ActivityKind,
    Category,
    LastInput,
    RegistrationState,
    Sector,
)

RULESET: dict[str, Any] = {
    "spg_registration_in_force": {"severity": "block", "params": {}},
    "committee_recognised": {"severity": "warn", "params": {}},
    "pledge_signed": {"severity": "block", "params": {}},
    "visit_complete": {"severity": "block", "params": {}},
    "visit_recent": {"severity": "block", "params": {"max_age_months": 12}},
    "producer_acknowledged": {"severity": "block", "params": {}},
    "evaluator_team": {
        "severity": "block",
        "params": {"evaluators_at_least": 2, "peers_at_least": 1},
    },
    "evaluator_independent": {"severity": "block", "params": {"kin_degree": 2}},
    "no_reciprocal_review": {"severity": "block", "params": {"gap_months": 12}},
    "evaluator_rotation": {"severity": "warn", "params": {"rounds_in_a_row": 2}},
    "quorum": {"severity": "block", "params": {"more_than_percent": 50, "other_sectors": 1}},
    "recused": {"severity": "block", "params": {}},
    "decision_carried": {"severity": "block", "params": {}},
    "no_open_critical": {"severity": "block", "params": {}},
    "transition_complete": {
        "severity": "block",
        "params": {"annual": 24, "perennial": 36, "livestock": 12, "apiculture": 12, "wild": 0},
    },
    "gathering_zone": {"severity": "block", "params": {}},
    "validity_bounds": {"severity": "block", "params": {"months": 12}},
    "no_overlap": {"severity": "block", "params": {"decided_ahead_days": 60}},
    "not_sanctioned": {"severity": "block", "params": {}},
    "separate_hands": {"severity": "block", "params": {"members_from": 5}},
    "appeal_window": {"severity": "block", "params": {"days": 15}},
    "term_of_office": {"severity": "block", "params": {"months": 24}},
    "complaint_answer": {"severity": "block", "params": {"days": 15}},
}

PARAMETERS = Parameters.from_mapping(RULESET)

MEETING_DAY = date(2026, 11, 21)
VISIT_DAY = date(2026, 10, 5)
IN_FORCE = Registration(RegistrationState.IN_FORCE, Span(date(2023, 3, 1), date(2028, 2, 29)))

EUSEBIO = Evaluator(31, (Span(date(2026, 1, 1), date(2026, 12, 31)),), peer=True)
ROSA = Evaluator(32, (Span(date(2025, 6, 1), date(2027, 5, 31)),), peer=False)

QUINUA_PLOT = Plot(20, 12_500, LastInput.NEVER)
APPLE_PLOT = Plot(21, 100, date(2023, 4, 10))
UNIT = Unit(
    10,
    plots=(QUINUA_PLOT, APPLE_PLOT),
    crops=(
        Crop("quinua", ActivityKind.ANNUAL, 20),
        Crop("manzana", ActivityKind.PERENNIAL, 21),
    ),
)
VISIT = Visit(
    50,
    unit_id=10,
    visited_on=VISIT_DAY,
    reviewed=True,
    evaluators=(EUSEBIO, ROSA),
    plots_seen=frozenset({20, 21}),
    acknowledged_on=VISIT_DAY,
)
QUINUA = ScopeRow(10, "quinua", 12_500, ActivityKind.ANNUAL)
APPLES = ScopeRow(10, "manzana", 100, ActivityKind.PERENNIAL)

MEMBERS = (
    Member(41, Sector.PRODUCER),
    Member(42, Sector.PRODUCER),
    Member(43, Sector.CONSUMER),
    Member(44, Sector.AUTHORITY),
    Member(45, Sector.INSTITUTION),
)
TIES = Ties(producer_id=7, holders=frozenset({1}), household=frozenset({1, 2}))

MEETING = MeetingFacts(
    held_on=MEETING_DAY,
    spg=SpgFacts(3, (IN_FORCE,)),
    committee=CommitteeFacts(5, (Span(date(2024, 1, 1)),)),
    members=MEMBERS,
    attendees=frozenset({41, 43, 44, 99}),
    parameters=PARAMETERS,
)
GOOD = GrantingFacts(
    meeting=MEETING,
    producer=ProducerFacts(ties=TIES, pledge_signed_on=VISIT_DAY, units=(UNIT,), visits=(VISIT,)),
    proposal=Proposal(Category.ORGANIC, (QUINUA, APPLES), MEETING_DAY, date(2027, 11, 20)),
    voting=Voting(consensus=True),
)


def ruled(**changes: dict[str, Any]) -> Parameters:
    """The draft ruleset with some entries changed, as a committee's by-laws would."""
    return Parameters.from_mapping(
        {code: {**entry, **changes.get(code, {})} for code, entry in RULESET.items()}
    )


def meeting(**changes: Any) -> GrantingFacts:
    return replace(GOOD, meeting=replace(GOOD.meeting, **changes))


def producer(**changes: Any) -> GrantingFacts:
    return replace(GOOD, producer=replace(GOOD.producer, **changes))


def ties(**changes: Any) -> GrantingFacts:
    return producer(ties=replace(TIES, **changes))


def visit(**changes: Any) -> GrantingFacts:
    return producer(visits=(replace(VISIT, **changes),))


def proposal(**changes: Any) -> GrantingFacts:
    return replace(GOOD, proposal=replace(GOOD.proposal, **changes))


def voting(**changes: Any) -> GrantingFacts:
    return replace(GOOD, voting=replace(GOOD.voting, **changes))


def registered(*terms: Registration) -> GrantingFacts:
    return meeting(spg=SpgFacts(3, terms))


def land(*plots: Plot, category: Category = Category.ORGANIC, **changes: Any) -> GrantingFacts:
    """The good granting with these plots in the unit instead of its own."""
    unit = replace(UNIT, plots=plots, **changes)
    seen = frozenset(plot.plot_id for plot in plots)
    return replace(
        GOOD,
        producer=replace(GOOD.producer, units=(unit,), visits=(replace(VISIT, plots_seen=seen),)),
        proposal=replace(GOOD.proposal, category=category),
    )

"""Each rule of granting: a granting that passes, one fact spoiled, all reasons and no others."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spg_registry.rules.facts import (
    CommitteeFacts,
    Finding,
    GrantingFacts,
    PastEvaluation,
    ReciprocalEvaluation,
    StandingGrant,
)
from spg_registry.rules.granting import CODES, RULES, blocks, may_grant, passes, unwaived, warnings
from spg_registry.rules.months import Span
from spg_registry.rules.reasons import REASONS
from spg_registry.rules.verdict import Met, not_met
from spg_registry.rules.words import (
    Category,
    FindingClass,
    InterestKind,
)
from tests.rules.cases import TABLE
from tests.rules.cases.evaluators import tie
from tests.rules.cases.kit import D, Expected, one
from tests.rules.cases.land import since
from tests.rules.cases.meetings import sits
from tests.rules.cases.seals import BOTH, holding
from tests.rules.cases.visits import OTHER_VISIT, two_units
from tests.rules.cast import (
    GOOD,
    PARAMETERS,
    QUINUA_PLOT,
    VISIT,
    land,
    meeting,
    producer,
    proposal,
    ruled,
    ties,
)


def told(facts: GrantingFacts) -> Expected:
    return {(verdict.code, verdict.reason) for verdict in not_met(may_grant(facts))}


def params_of(facts: GrantingFacts, code: str, reason: str) -> dict[str, object]:
    (found,) = [v for v in not_met(may_grant(facts)) if (v.code, v.reason) == (code, reason)]
    return dict(found.params)


def test_a_good_granting_meets_all_nineteen_rules_in_the_order_of_the_norm() -> None:
    assert may_grant(GOOD) == tuple(Met(code) for code in CODES)
    assert len(RULES) == 19


@pytest.mark.parametrize(
    ("facts", "expected"), [pytest.param(c.facts, c.expected, id=c.name) for c in TABLE]
)
def test_one_spoiled_fact_gives_its_reasons_and_no_others(
    facts: GrantingFacts, expected: Expected
) -> None:
    assert told(facts) == expected


def test_the_tables_spoil_every_rule_with_every_reason_it_can_give() -> None:
    seen: Expected = set().union(*(c.expected for c in TABLE))
    assert seen == {(code, reason) for code in CODES for reason in REASONS[code]}


@pytest.mark.parametrize("facts", [pytest.param(c.facts, id=c.name) for c in TABLE])
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


# --- severities and waivers ------------------------------------------------------------------

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


# --- properties ------------------------------------------------------------------------------

days = st.dates(D(2026, 1, 1), D(2028, 12, 31))


@given(days, days, days, days)
def test_two_seals_overlap_whichever_of_them_is_asked(
    a_from: date, a_until: date, b_from: date, b_until: date
) -> None:
    def overlaps(mine: Span, theirs: Span) -> bool:
        assert mine.first is not None
        assert mine.last is not None
        grant = StandingGrant(80, Category.ORGANIC, theirs, BOTH)
        wanted = replace(GOOD.proposal, valid_from=mine.first, valid_until=mine.last)
        return ("no_overlap", "overlaps") in told(
            replace(producer(grants=(grant,)), proposal=wanted)
        )

    a, b = Span(*sorted((a_from, a_until))), Span(*sorted((b_from, b_until)))
    shared = set(_days(a)) & set(_days(b))
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
    given_codes = {v.code for c in TABLE for v in may_grant(c.facts)}
    assert given_codes == set(CODES)

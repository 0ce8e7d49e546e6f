"""A ruleset is read whole or refused with everything that is wrong in it."""

import copy
from typing import Any

import pytest

from spg_registry.rules.closing import may_close
from spg_registry.rules.granting import CODES
from spg_registry.rules.parameters import PARAMS, BadRuleset, Parameters
from spg_registry.rules.verdict import Met, NotMet, Severity
from tests.rules.cast import PARAMETERS, RULESET, ruled


def test_the_ruleset_has_an_entry_for_every_rule_of_granting() -> None:
    assert set(CODES) < set(PARAMS)
    assert set(PARAMS) == set(RULESET)


def test_every_number_reaches_its_name() -> None:
    numbers = Parameters.from_mapping(RULESET)
    assert numbers.visit_max_age_months == 12
    assert (numbers.evaluators_at_least, numbers.peers_at_least) == (2, 1)
    assert numbers.kin_degree == 2
    assert numbers.reciprocal_gap_months == 12
    assert numbers.rounds_in_a_row == 2
    assert (numbers.quorum_more_than_percent, numbers.quorum_other_sectors) == (50, 1)
    assert numbers.transition_months["perennial"] == 36
    assert numbers.validity_months == 12
    assert numbers.decided_ahead_days == 60
    assert numbers.separate_hands_members_from == 5
    assert numbers.appeal_window_days == 15
    assert numbers.term_of_office_months == 24
    assert numbers.complaint_answer_days == 15
    assert numbers.severity("evaluator_rotation") is Severity.WARN
    assert numbers.severity("state_move") is Severity.BLOCK


def test_the_file_may_say_more_than_the_rules_read() -> None:
    entry = {**RULESET["quorum"], "source": "domain.md", "verified": False, "bounds": {}}
    assert Parameters.from_mapping({**RULESET, "quorum": entry, "_note": "…"}) == PARAMETERS


def test_a_rule_without_numbers_needs_no_params() -> None:
    assert ruled(recused={}) == PARAMETERS
    bare = {**RULESET, "recused": {"severity": "block"}}
    assert Parameters.from_mapping(bare) == PARAMETERS


@pytest.mark.parametrize(
    ("code", "entry", "fault"),
    [
        pytest.param("quorum", None, "quorum: missing", id="missing"),
        pytest.param("luck", {"severity": "block"}, "luck: unknown code", id="unknown code"),
        pytest.param(
            "recused", {"severity": "maybe"}, "recused: severity 'maybe' is not", id="severity"
        ),
        pytest.param("recused", {"params": {}}, "recused: severity None is not", id="no severity"),
        pytest.param(
            "recused",
            {"severity": "off", "params": {"x": 1}},
            "recused: x is not a param",
            id="unknown param",
        ),
        pytest.param(
            "recused",
            {"severity": "off", "params": [1]},
            "recused: params is not a mapping",
            id="params",
        ),
        pytest.param(
            "visit_recent",
            {"severity": "block", "params": {}},
            "visit_recent: max_age_months is not",
            id="no number",
        ),
        pytest.param(
            "visit_recent",
            {"severity": "block", "params": {"max_age_months": "12"}},
            "visit_recent: max_age_months is not",
            id="text",
        ),
        pytest.param(
            "visit_recent",
            {"severity": "block", "params": {"max_age_months": -1}},
            "visit_recent: max_age_months is not",
            id="negative",
        ),
        pytest.param(
            "visit_recent",
            {"severity": "block", "params": {"max_age_months": True}},
            "visit_recent: max_age_months is not",
            id="a truth value",
        ),
    ],
)
def test_a_bad_ruleset_is_refused_with_its_fault(code: str, entry: Any, fault: str) -> None:
    with pytest.raises(BadRuleset) as refusal:
        Parameters.from_mapping({**RULESET, code: entry})
    (told,) = refusal.value.faults
    assert told.startswith(fault)


def test_all_faults_are_told_at_once() -> None:
    ruleset = copy.deepcopy(RULESET)
    del ruleset["quorum"]
    ruleset["recused"]["severity"] = "never"
    with pytest.raises(BadRuleset) as refusal:
        Parameters.from_mapping(ruleset)
    assert len(refusal.value.faults) == 2


@pytest.mark.parametrize(
    ("closer", "members", "severity", "allowed"),
    [
        pytest.param("user:2", 5, "block", True, id="another person"),
        pytest.param("client:1", 5, "block", True, id="a program of the same number"),
        pytest.param(None, 5, "block", False, id="nobody knows who"),
        pytest.param("user:1", 5, "block", False, id="the same person"),
        pytest.param("user:1", 4, "block", True, id="a committee of four"),
        pytest.param("user:1", 9, "off", True, id="not asked by the ruleset"),
    ],
)
def test_nobody_grants_alone(
    closer: str | None, members: int, severity: str, allowed: bool
) -> None:
    recorders = {"user:1", "client:3"}
    verdict = may_close(recorders, closer, members, ruled(separate_hands={"severity": severity}))
    refusal = NotMet("separate_hands", "same_person", {"members_from": 5})
    assert verdict == (Met("separate_hands") if allowed else refusal)


def test_who_recorded_and_is_unknown_may_be_who_closes() -> None:
    refusal = NotMet("separate_hands", "same_person", {"members_from": 5})
    assert may_close({"user:1", None}, "user:2", 5, ruled()) == refusal

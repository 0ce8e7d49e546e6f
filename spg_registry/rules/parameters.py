"""The parameters of a ruleset, as the rules read them.

The values are data (`spg-bo-draft`, or a committee's by-laws within its bounds), frozen into a
round when it opens. Here are only their names and types: nothing of the norm has a default in code.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from spg_registry.rules.verdict import Severity

PARAMS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "spg_registration_in_force": (),
        "committee_recognised": (),
        "pledge_signed": (),
        "visit_complete": (),
        "visit_recent": ("max_age_months",),
        "producer_acknowledged": (),
        "evaluator_team": ("evaluators_at_least", "peers_at_least"),
        "evaluator_independent": ("kin_degree",),
        "no_reciprocal_review": ("gap_months",),
        "evaluator_rotation": ("rounds_in_a_row",),
        "quorum": ("more_than_percent", "other_sectors"),
        "recused": (),
        "decision_carried": (),
        "no_open_critical": (),
        "transition_complete": ("annual", "perennial", "livestock", "apiculture", "wild"),
        "gathering_zone": (),
        "validity_bounds": ("months",),
        "no_overlap": ("decided_ahead_days",),
        "not_sanctioned": (),
        # Settings of the norm beside the rules of granting.
        "separate_hands": ("members_from",),
        "appeal_window": ("days",),
        "term_of_office": ("months",),
        "complaint_answer": ("days",),
    }
)
"""Every code a ruleset must have, with the names of its params; all are whole numbers."""


class BadRuleset(ValueError):
    """The mapping is no ruleset; `faults` says everything that is wrong, as `code: what`."""

    def __init__(self, faults: list[str]) -> None:
        self.faults = faults
        super().__init__("; ".join(faults))


@dataclass(frozen=True, slots=True)
class Parameters:
    severities: Mapping[str, Severity]
    articles: Mapping[str, str]
    visit_max_age_months: int
    evaluators_at_least: int
    peers_at_least: int
    kin_degree: int
    reciprocal_gap_months: int
    rounds_in_a_row: int
    quorum_more_than_percent: int
    quorum_other_sectors: int
    transition_months: Mapping[str, int]
    validity_months: int
    decided_ahead_days: int
    separate_hands_members_from: int
    appeal_window_days: int
    term_of_office_months: int
    complaint_answer_days: int

    def severity(self, code: str) -> Severity:
        """A code the ruleset does not know (a move of states, say) always blocks."""
        return self.severities.get(code, Severity.BLOCK)

    @classmethod
    def from_mapping(cls, ruleset: Mapping[str, Any]) -> "Parameters":
        """Reads `{code: {"severity": …, "params": {…}}}`; raises `BadRuleset` with every fault.

        An entry's other keys (`source`, `verified`, …) are the file's own, save `article`; so
        are top-level keys that begin with an underscore.
        """
        faults = faults_of(ruleset)
        if faults:
            raise BadRuleset(faults)
        value = {code: ruleset[code].get("params", {}) for code in PARAMS}
        return cls(
            severities=MappingProxyType(
                {code: Severity(ruleset[code]["severity"]) for code in PARAMS}
            ),
            articles=MappingProxyType(
                {code: ruleset[code]["article"] for code in PARAMS if ruleset[code].get("article")}
            ),
            visit_max_age_months=value["visit_recent"]["max_age_months"],
            evaluators_at_least=value["evaluator_team"]["evaluators_at_least"],
            peers_at_least=value["evaluator_team"]["peers_at_least"],
            kin_degree=value["evaluator_independent"]["kin_degree"],
            reciprocal_gap_months=value["no_reciprocal_review"]["gap_months"],
            rounds_in_a_row=value["evaluator_rotation"]["rounds_in_a_row"],
            quorum_more_than_percent=value["quorum"]["more_than_percent"],
            quorum_other_sectors=value["quorum"]["other_sectors"],
            transition_months=MappingProxyType(dict(value["transition_complete"])),
            validity_months=value["validity_bounds"]["months"],
            decided_ahead_days=value["no_overlap"]["decided_ahead_days"],
            separate_hands_members_from=value["separate_hands"]["members_from"],
            appeal_window_days=value["appeal_window"]["days"],
            term_of_office_months=value["term_of_office"]["months"],
            complaint_answer_days=value["complaint_answer"]["days"],
        )


def faults_of(ruleset: Mapping[str, Any]) -> list[str]:
    """Everything that keeps the mapping from being a ruleset; empty when it is one."""
    faults = [
        f"{code}: unknown code"
        for code in ruleset
        if code not in PARAMS and not code.startswith("_")
    ]
    for code, names in PARAMS.items():
        entry = ruleset.get(code)
        if not isinstance(entry, Mapping):
            faults.append(f"{code}: missing")
            continue
        faults += [f"{code}: {what}" for what in _faults_of_entry(entry, names)]
    return faults


def _faults_of_entry(entry: Mapping[str, Any], names: tuple[str, ...]) -> list[str]:
    faults = []
    if entry.get("severity") not in list(Severity):
        faults.append(f"severity {entry.get('severity')!r} is not block, warn or off")
    params = entry.get("params", {})
    if not isinstance(params, Mapping):
        return [*faults, "params is not a mapping"]
    faults += [f"{name} is not a param of it" for name in params if name not in names]
    for name in names:
        # bool is an int to Python, never to a by-law.
        if type(params.get(name)) is not int or params[name] < 0:
            faults.append(f"{name} is not a whole number of 0 or more")
    return faults

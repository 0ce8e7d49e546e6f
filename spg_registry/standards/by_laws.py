"""What a committee's by-laws may change of a ruleset: within the bounds that the ruleset gives."""

from collections.abc import Iterator, Mapping
from typing import Any

from spg_registry.core.errors import Fault

Rules = Mapping[str, Mapping[str, Any]]
"""Rule code → entry, the months of transition in their place; changes have the same shape."""


def faults_of_changes(rules: Rules, changes: Rules) -> list[Fault]:
    """Everything in the changes that the bounds do not allow; empty when all is well."""
    faults: list[Fault] = []
    for code, change in changes.items():
        if code not in rules:
            faults.append(Fault(f"rules-{code}", "rule_unknown", {"rule": code}))
        else:
            faults += _faults_of_change(code, rules[code], change)
    return faults


def _faults_of_change(
    code: str, rule: Mapping[str, Any], change: Mapping[str, Any]
) -> Iterator[Fault]:
    allowed = {rule["severity"], *rule["severities"]}
    severity = change.get("severity")
    if severity is not None and severity not in allowed:
        yield Fault(
            f"rules-{code}-severity",
            "rule_severity_fixed",
            {"rule": code, "severity": severity, "allowed": ", ".join(sorted(allowed))},
        )
    for name, value in change.get("params", {}).items():
        present = rule["params"].get(name)
        least, most = rule["bounds"].get(name, (present, present))
        where = f"rules-{code}-params-{name}"
        about = {"rule": code, "param": name, "value": value}
        if present is None:
            yield Fault(where, "rule_param_unknown", about)
        elif not least <= value <= most:
            yield Fault(where, "rule_param_out_of_bounds", about | {"least": least, "most": most})


def changed(rules: Rules, changes: Rules, source: str) -> dict[str, dict[str, Any]]:
    """The rules with allowed changes made; each changed one says on whose word (`by_laws`)."""
    whole = {code: dict(rule) for code, rule in rules.items()}
    for code, change in changes.items():
        rule = whole[code]
        rule["params"] = rule["params"] | change.get("params", {})
        rule["severity"] = change.get("severity") or rule["severity"]
        rule["by_laws"] = source
    return whole

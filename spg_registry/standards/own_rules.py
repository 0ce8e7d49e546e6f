"""A committee's settings as people see and change them: every value with its source, the national
one, and what the ruleset allows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlmodel import Session

from spg_registry.rules.verdict import Severity
from spg_registry.standards import queries
from spg_registry.standards.models import RuleSet
from spg_registry.standards.schemas import ByLaws, RuleChange

_ONLY_NUMBERS = frozenset({"appeal_window", "complaint_answer", "term_of_office"})


@dataclass(frozen=True)
class Number:
    """A value of a rule. `least` and `most` are None where by-laws may not touch it."""

    name: str
    value: int
    national: int
    least: int | None
    most: int | None

    @property
    def is_open(self) -> bool:
        return self.least is not None and self.least != self.most


@dataclass(frozen=True)
class RuleSetting:
    code: str
    severity: Severity
    national: Severity
    severities: list[Severity]
    """What may be chosen; one alone cannot be changed."""
    numbers: list[Number]
    source: str
    verified: bool
    by_laws: str
    """The committee's own source, when it changed anything of the rule."""

    @property
    def stops_grants(self) -> bool:
        """Whether it is a rule of granting, and not only a number of days or months."""
        return self.code not in _ONLY_NUMBERS

    @property
    def is_open(self) -> bool:
        return len(self.severities) > 1 or any(number.is_open for number in self.numbers)


@dataclass(frozen=True)
class OwnRules:
    national: RuleSet
    by_laws: RuleSet | None
    rules: list[RuleSetting]
    ignored: list[str]


def own_rules(session: Session, committee_id: int, day: date) -> OwnRules:
    """What counts for rounds that this committee opens on a day."""
    national = queries.ruleset_of(session, None, day)
    own = queries.ruleset_of(session, committee_id, day)
    rules = [_setting(code, rule, national.rules[code]) for code, rule in own.rules.items()]
    return OwnRules(national.national, own.by_laws, rules, own.ignored)


def _setting(code: str, rule: Mapping[str, Any], national: Mapping[str, Any]) -> RuleSetting:
    allowed = {national["severity"], *national["severities"]}
    return RuleSetting(
        code=code,
        severity=Severity(rule["severity"]),
        national=Severity(national["severity"]),
        severities=[word for word in Severity if word in allowed],
        numbers=[_number(name, rule, national) for name in national["params"]],
        source=rule["source"],
        verified=rule["verified"],
        by_laws=rule.get("by_laws", ""),
    )


def _number(name: str, rule: Mapping[str, Any], national: Mapping[str, Any]) -> Number:
    least, most = national["bounds"].get(name, (None, None))
    return Number(name, rule["params"][name], national["params"][name], least, most)


def term_months(session: Session, committee_id: int, day: date) -> int:
    """How long who is elected or appointed on a day stays, when the paper says nothing else."""
    rules = queries.ruleset_of(session, committee_id, day).rules
    months: int = rules["term_of_office"]["params"]["months"]
    return months


def only_changes(session: Session, data: ByLaws, day: date) -> ByLaws:
    """Without what says the same as the national ruleset: a form sends every value."""
    rules = queries.ruleset_of(session, None, day).rules
    changes = {}
    for code, wish in data.rules.items():
        rule = rules.get(code, {"severity": None, "params": {}})
        numbers = {
            name: value for name, value in wish.params.items() if rule["params"].get(name) != value
        }
        severity = None if wish.severity == rule["severity"] else wish.severity
        if numbers or severity:
            changes[code] = RuleChange(severity=severity, params=numbers)
    return data.model_copy(update={"rules": changes})

"""What a rule answers: met, or not met with a reason and the facts that fill its sentence.

Codes are the contract; sentences live in the catalogues under `rule.<code>` (what the rule
asks) and `rule.<code>.<reason>` (why it is not met).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Any, TypeAlias

Param: TypeAlias = int | str | date

Params: TypeAlias = Mapping[str, Param]

REFERENCES: Mapping[str, str] = MappingProxyType(
    {
        "person": "person",
        "unit": "unit",
        "plot": "plot",
        "product": "product",
        "ingredient": "product",
        "finding": "finding",
        "grant": "grant",
    }
)
"""Params that are plain ids (a product's is its code), and of what. Verdicts are stored and
published, so they never hold a name: who shows one looks the name up, if the reader may see it."""


class Severity(StrEnum):
    BLOCK = "block"
    WARN = "warn"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Met:
    code: str


@dataclass(frozen=True, slots=True)
class NotMet:
    """`article` is the place in the norm or the by-laws, when the ruleset names one."""

    code: str
    reason: str
    params: Params = field(default_factory=dict, hash=False)
    article: str = ""

    @property
    def msgid(self) -> str:
        return f"rule.{self.code}.{self.reason}"


Verdict: TypeAlias = Met | NotMet


def not_met(verdicts: Iterable[Verdict]) -> tuple[NotMet, ...]:
    return tuple(verdict for verdict in verdicts if isinstance(verdict, NotMet))


def filled(verdict: NotMet, name_of: Callable[[str, int | str], str | None]) -> dict[str, Param]:
    """The params ready for the sentence, ids replaced by `name_of(kind, id)`.

    An id without a name, or one the reader may not see, stays: the sentences read either way.
    """
    ready = dict(verdict.params)
    for key in ready.keys() & REFERENCES.keys():
        value = ready[key]
        if not isinstance(value, date):
            ready[key] = name_of(REFERENCES[key], value) or value
    return ready


def plain(verdict: Verdict) -> dict[str, object]:
    """The verdict as JSON keeps it; dates in ISO."""
    if isinstance(verdict, Met):
        return {"code": verdict.code, "met": True}
    params = {
        key: value.isoformat() if isinstance(value, date) else value
        for key, value in verdict.params.items()
    }
    answer: dict[str, object] = {
        "code": verdict.code,
        "met": False,
        "reason": verdict.reason,
        "params": params,
    }
    if verdict.article:
        answer["article"] = verdict.article
    return answer


_DATES = frozenset({"on", "until", "latest", "valid_from", "valid_until", "due_from"})


def restored(kept: Mapping[str, Any]) -> Verdict:
    """The verdict again from what `plain` made of it."""
    if kept["met"]:
        return Met(kept["code"])
    params = {
        key: date.fromisoformat(value) if key in _DATES or key.endswith("_on") else value
        for key, value in kept["params"].items()
    }
    return NotMet(kept["code"], kept["reason"], params, kept.get("article", ""))

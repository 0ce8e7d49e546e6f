"""What a form shows: the text as typed and a sentence for each field that needs mending."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from typing import Any

from spg_registry.core.errors import Fault
from spg_registry.core.messages import DEFAULT_LOCALE, sentence


@dataclass
class Form:
    """Bound to the fields of `_macros.html` by name.

    `values` holds the last value of a name and `lists` all of them (checkboxes). `errors` maps a
    name to its sentence; under `""` stands what concerns the form as a whole.
    """

    values: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    lists: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def of(
        cls, data: Mapping[str, Any] | None = None, errors: Mapping[str, str] | None = None
    ) -> "Form":
        """From a posted form (repeated names kept), or a dict of a row's values to edit."""
        lists = {name: _as_typed(_all(data, name)) for name in data} if data else {}
        values = {name: texts[-1] if texts else "" for name, texts in lists.items()}
        return cls(values, dict(errors or {}), lists)

    @classmethod
    def with_faults(
        cls,
        data: Mapping[str, Any] | None,
        faults: Iterable[Fault],
        locale: str = DEFAULT_LOCALE,
    ) -> "Form":
        """The form again, after an `Invalid`; the first fault of a field is told."""
        errors: dict[str, str] = {}
        for fault in faults:
            errors.setdefault(fault.field, sentence(f"error.{fault.code}", locale, **fault.params))
        return cls.of(data, errors)

    def value(self, name: str, default: str = "") -> str:
        return self.values.get(name, default)

    def all(self, name: str) -> list[str]:
        return self.lists.get(name, [])

    def error(self, name: str) -> str:
        return self.errors.get(name, "")


def _all(data: Mapping[str, Any], name: str) -> list[Any]:
    if hasattr(data, "getlist"):
        found: list[Any] = data.getlist(name)
        return found
    value = data[name]
    return list(value) if isinstance(value, list | tuple | set | frozenset) else [value]


def _as_typed(values: Iterable[Any]) -> list[str]:
    return [_text(value) for value in values if not hasattr(value, "filename")]


def _text(value: Any) -> str:
    """As an input wants it: ISO dates, `on` for a ticked box."""
    if value is None or value is False:
        return ""
    if value is True:
        return "on"
    if isinstance(value, date):
        return value.isoformat()
    return str(value.value) if isinstance(value, Enum) else str(value)

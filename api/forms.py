"""What a form shows: the text as typed and a sentence for each field that needs mending."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum, StrEnum
from typing import Annotated, Any, TypeVar, get_args, get_origin

from pydantic import BaseModel, ValidationError

from spg_registry.core.errors import Fault, Invalid
from spg_registry.core.messages import DEFAULT_LOCALE, sentence, spell

S = TypeVar("S", bound=BaseModel)
Word = TypeVar("Word", bound=StrEnum)

_FAULTS = {
    "missing": "required",
    "string_too_short": "required",
    "string_too_long": "too_long",
    "enum": "bad_choice",
    "literal_error": "bad_choice",
    "greater_than": "too_small",
    "greater_than_equal": "too_small",
    "less_than": "too_large_number",
    "less_than_equal": "too_large_number",
    "too_short": "required",
    "extra_forbidden": "unknown_field",
    "json_invalid": "bad_json",
}
_LIMITS = {"max_length", "gt", "ge", "lt", "le", "min_length"}


@dataclass
class Form:
    """Bound to the fields of `_macros.html` by name.

    `values` holds the last value of a name and `lists` all of them (checkboxes). `errors` maps a
    name to its sentence; under `""` stands what concerns the form as a whole.
    """

    values: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    lists: dict[str, list[str]] = field(default_factory=dict)
    theirs: dict[str, list[str]] = field(default_factory=dict)
    """What somebody else wrote into a field meanwhile, or ticked."""

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

    @property
    def was(self) -> str:
        """Of a form that shows a record: tells whether the record is still what was shown."""
        if "was" in self.values:
            return self.values["was"]
        told = json.dumps(sorted(self.lists.items()))
        return hashlib.sha256(told.encode()).hexdigest()[:16]

    def overtaken_by(self, now: "Form", locale: str = DEFAULT_LOCALE, prefix: str = "") -> "Form":
        """The form as typed, beside what stands in the record now. Sent once more, it counts.

        `prefix` begins the names of one record's fields where a page has several records.
        """
        theirs = {
            f"{prefix}{name}": [_spelled(text, locale) for text in said]
            for name, said in now.lists.items()
            if _told(said) != _told(self.all(f"{prefix}{name}"))
        }
        told = {"": sentence("error.changed_meanwhile", locale)}
        errors = told | self.errors | dict.fromkeys(theirs, sentence("error.changed_field", locale))
        values = self.values | {f"{prefix}was": now.was}
        return Form(values, errors, self.lists, self.theirs | theirs)

    @property
    def has_values(self) -> bool:
        """Whether anything is filled in: a filter that is set stays in sight."""
        return any(self.values.values())

    def value(self, name: str, default: str = "") -> str:
        return self.values.get(name, default)

    def all(self, name: str) -> list[str]:
        return self.lists.get(name, [])

    def error(self, name: str) -> str:
        return self.errors.get(name, "")

    @property
    def summary(self) -> list[tuple[str, str]]:
        """What stands above the form; of the fields that somebody else changed only the first."""
        repeated = set(list(self.theirs)[1:])
        return [(name, text) for name, text in self.errors.items() if name not in repeated]


def _all(data: Mapping[str, Any], name: str) -> list[Any]:
    if hasattr(data, "getlist"):
        found: list[Any] = data.getlist(name)
        return found
    value = data[name]
    return list(value) if isinstance(value, list | tuple | set | frozenset) else [value]


def _told(texts: Iterable[str]) -> list[str]:
    """What the texts say: browsers end lines in their own way, and an empty field says nothing."""
    return [text.replace("\r\n", "\n") for text in texts if text]


def _spelled(text: str, locale: str) -> str:
    """A day as people write it; anything else as it is."""
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return spell(date.fromisoformat(text), locale)
    return text


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


def parse(schema: type[S], data: Mapping[str, Any], **known: Any) -> S:
    """A posted form as the schema that the JSON API takes too; raises Invalid with every fault.

    Empty fields count as absent, a comma in a decimal number as its point. `units-0-name` goes to
    the first of `units`, faults come back under the same names. `known` are values that the page
    itself knows (the round, the producer).
    """
    try:
        return schema.model_validate(_nested(schema, data) | known)
    except ValidationError as error:
        raise Invalid(*faults_of(error.errors())) from error


def number_in(typed: object) -> int | None:
    """A whole number of at most nine digits, as an address or a form spells it; else nothing."""
    text = str(typed or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def one_of(words: type[Word], typed: object) -> Word | None:
    """The word of a closed list, or nothing."""
    return words(typed) if typed in {word.value for word in words} else None


def faults_of(problems: Iterable[Any], skip: int = 0) -> list[Fault]:
    """pydantic's complaints as faults of ours; `skip` drops leading parts such as `body`."""
    found = []
    for problem in problems:
        kind = problem["type"]
        code = _FAULTS.get(kind) or next(
            (
                name
                for prefix, name in (
                    ("date", "bad_date"),
                    ("time", "bad_date"),
                    ("int", "bad_number"),
                    ("float", "bad_number"),
                    ("decimal", "bad_number"),
                )
                if kind.startswith(prefix)
            ),
            "bad_value",
        )
        limits = [v for k, v in problem.get("ctx", {}).items() if k in _LIMITS]
        place = "-".join(str(part) for part in problem["loc"][skip:])
        found.append(Fault(place, code, {"limit": limits[0]} if limits else {}))
    return found


def _nested(schema: type[BaseModel], data: Mapping[str, Any]) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for name in data:
        texts = [text.strip() for text in _as_typed(_all(data, name)) if text.strip()]
        if name in ("csrf_token", "once", "was") or not texts:
            continue
        parts = name.split("-")
        node = tree
        for part in parts[:-1]:
            node = node.setdefault(part, {})
        kind = _kind_at(schema, parts)
        if kind is float:
            texts = [text.replace(",", ".") for text in texts]  # as decimals are written here
        node[parts[-1]] = texts if kind is list else texts[-1]
    return {name: _listed(value) for name, value in tree.items()}


def _listed(node: Any) -> Any:
    """`{"0": …, "1": …}` is a list; gaps left by removed rows close."""
    if not isinstance(node, dict):
        return node
    ready = {name: _listed(value) for name, value in node.items()}
    if ready and all(number_in(name) is not None for name in ready):
        return [ready[name] for name in sorted(ready, key=int)]
    return ready


def _kind_at(schema: type[BaseModel], parts: list[str]) -> Any:
    """What the field at the end of a path takes: `list` for many plain values (ticked boxes), else
    its type; None where there is no such field."""
    kind: Any = schema
    for part in parts:
        if number_in(part) is not None:
            continue
        fields = getattr(kind, "model_fields", {})
        if part not in fields:
            return None
        kind = fields[part].annotation
        inner = [arg for arg in (kind, *get_args(kind)) if get_origin(arg) in (list, set)]
        if inner:
            kind = get_args(inner[0])[0]
            if part == parts[-1]:
                return list
        elif get_args(kind):
            kind = next(arg for arg in get_args(kind) if arg is not type(None))
            kind = get_args(kind)[0] if get_origin(kind) is Annotated else kind
    return kind

"""The data files of the norm, read and checked whole before a row is made of them."""

import hashlib
import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, model_validator

from spg_registry.core.db import compact_json
from spg_registry.rules.parameters import faults_of
from spg_registry.rules.verdict import Severity
from spg_registry.rules.words import ActivityKind

DATA = Path(__file__).parent / "data"

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class StandardFile(_Part):
    what: Literal["standard"]
    code: Text
    title: Text
    issuer: Text
    edition: str = ""
    scope: Text
    in_force_from: date | None = None
    in_force_until: date | None = None
    verified: bool
    source: Text


class ItemPart(_Part):
    code: Text
    text: Text
    critical: bool = False
    help: str = ""
    pictogram: str = ""
    applies_to: list[ActivityKind] = []


class DimensionPart(_Part):
    code: Text
    title: Text
    items: list[ItemPart] = Field(min_length=1)


class ChecklistFile(_Part):
    what: Literal["checklist"]
    code: Text
    kind: Text
    title: Text
    standard: Text
    verified: bool
    source: Text
    dimensions: list[DimensionPart] = Field(min_length=1)

    @model_validator(mode="after")
    def _codes_differ(self) -> "ChecklistFile":
        codes = [item.code for dimension in self.dimensions for item in dimension.items]
        codes += [dimension.code for dimension in self.dimensions]
        twice = sorted({code for code in codes if codes.count(code) > 1})
        if twice:
            raise ValueError(f"codes used twice: {', '.join(twice)}")
        return self


class RulePart(_Part):
    severity: Severity
    severities: list[Severity] = []
    params: dict[str, int] = {}
    bounds: dict[str, tuple[int, int]] = {}
    article: str = ""
    source: Text
    verified: bool


class TransitionPart(_Part):
    months: int | None = None
    source: Text
    verified: bool


class RuleSetFile(_Part):
    what: Literal["ruleset"]
    code: Text
    title: Text
    standard: Text
    rules: dict[str, RulePart]
    transition: dict[ActivityKind, TransitionPart]

    @model_validator(mode="after")
    def _is_a_ruleset(self) -> "RuleSetFile":
        months = {kind: part.months for kind, part in self.transition.items()}
        whole = with_months(self.parameters(), months)
        faults = faults_of(whole)
        faults += [f"{code}: {name} is outside its own bounds" for code, name in _outside(whole)]
        faults += [f"transition: {kind} is missing" for kind in ActivityKind if kind not in months]
        if faults:
            raise ValueError("; ".join(faults))
        return self

    def parameters(self) -> dict[str, Any]:
        return {code: rule.model_dump(mode="json") for code, rule in self.rules.items()}


NormFile = StandardFile | ChecklistFile | RuleSetFile
_ANY: TypeAdapter[NormFile] = TypeAdapter(Annotated[NormFile, Field(discriminator="what")])


def with_months(
    rules: Mapping[str, Mapping[str, Any]], months: Mapping[ActivityKind, int | None]
) -> dict[str, dict[str, Any]]:
    """The rules with the months of transition in their place, as `rules.parameters` reads them."""
    whole = {code: dict(rule) for code, rule in rules.items()}
    if "transition_complete" in whole:
        whole["transition_complete"]["params"] = {
            kind.value: number for kind, number in months.items() if number is not None
        }
    return whole


def _outside(rules: Mapping[str, Mapping[str, Any]]) -> list[tuple[str, str]]:
    return [
        (code, name)
        for code, rule in rules.items()
        for name, (least, most) in rule["bounds"].items()
        if not least <= rule["params"].get(name, least - 1) <= most
    ]


def read_files(directory: Path = DATA) -> list[NormFile]:
    """Every file of the folder, standards first, since the others name theirs."""
    found = [_read(path) for path in sorted(directory.glob("*.toml"))]
    return sorted(found, key=lambda file: ["standard", "checklist", "ruleset"].index(file.what))


def _read(path: Path) -> NormFile:
    with path.open("rb") as file:
        return _ANY.validate_python(tomllib.load(file))


def digest_of(content: BaseModel | Mapping[str, Any]) -> str:
    """SHA-256 of what is said, whatever its layout and comments."""
    plain = content.model_dump(mode="json") if isinstance(content, BaseModel) else content
    return hashlib.sha256(compact_json(plain).encode()).hexdigest()

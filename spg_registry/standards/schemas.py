"""What goes in and out of the norm."""

from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from spg_registry.people.schemas import paragraph
from spg_registry.rules.verdict import Severity
from spg_registry.rules.words import ActivityKind

_Sentence = Annotated[str, paragraph(300, min_length=5)]


class RuleChange(BaseModel):
    """What by-laws change of one rule; what is left out stays national."""

    model_config = ConfigDict(extra="forbid")

    severity: Severity | None = None
    params: dict[str, int] = {}


class ByLaws(BaseModel):
    """All that a committee's by-laws change. New by-laws replace the former ones whole; without
    rules they bring the committee back to the national ruleset."""

    committee_id: int
    source: _Sentence = Field(description="The by-laws: article, act and date")
    rules: dict[str, RuleChange] = {}


class LocalItem(BaseModel):
    """A committee's own question, put into a dimension of the form, or into the committee's own."""

    committee_id: int
    dimension: str = Field(default="own", max_length=24, examples=["water"])
    text: _Sentence
    critical: bool = False
    help: Annotated[str, paragraph(300, min_length=0)] = ""
    pictogram: str = Field(default="", pattern=r"^[a-z0-9-]{0,40}$")
    applies_to: list[ActivityKind] = []


class StandardOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    label: str
    code: str
    version: int
    title: str
    issuer: str
    edition: str
    scope: str
    in_force_from: date | None
    in_force_until: date | None
    verified: bool
    source: str


class RuleSetOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    code: str
    version: int
    committee_id: int | None
    title: str
    source: str
    parameters: dict[str, Any]


class LocalItemOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    code: str
    text: str
    critical: bool
    help: str
    pictogram: str
    applies_to: list[str]

"""Tables of the norm. A version is never edited: changed files or by-laws make another."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from spg_registry.core.db import coded, document, instant, key
from spg_registry.core.history import Recorded
from spg_registry.rules.words import ActivityKind


class Standard(Recorded, table=True):
    """A norm that seals are granted under. `version` is ours; `edition` is the issuer's own."""

    __table_args__ = (UniqueConstraint("code", "version"),)

    id: int = key()
    code: str = Field(max_length=40)
    version: int
    title: str = Field(max_length=200)
    issuer: str = Field(max_length=200)
    edition: str = Field(default="", max_length=80)
    scope: str
    in_force_from: date | None = None
    in_force_until: date | None = None
    verified: bool = False
    source: str
    digest: str = Field(max_length=64)
    loaded_at: datetime = instant()

    @property
    def label(self) -> str:
        """`norma-tecnica-nacional/1`, as the register prints it."""
        return f"{self.code}/{self.version}"


class Checklist(Recorded, table=True):
    """An evaluation form. `kind` says what is visited with it: `unit`."""

    __table_args__ = (UniqueConstraint("code", "version"),)

    id: int = key()
    code: str = Field(max_length=40)
    version: int
    standard_id: int = Field(foreign_key="standard.id", index=True)
    kind: str = Field(max_length=24)
    title: str = Field(max_length=200)
    verified: bool = False
    source: str
    digest: str = Field(max_length=64)
    loaded_at: datetime = instant()


class ChecklistDimension(SQLModel, table=True):
    __tablename__ = "checklist_dimension"
    __table_args__ = (UniqueConstraint("checklist_id", "code"),)

    id: int = key()
    checklist_id: int = Field(foreign_key="checklist.id")
    position: int
    code: str = Field(max_length=24)
    title: str = Field(max_length=120)


class ChecklistItem(SQLModel, table=True):
    """A question of the form. With a committee it is a local one, asked in its rounds only.

    `applies_to` lists activity kinds; empty means everybody.
    """

    __tablename__ = "checklist_item"
    __table_args__ = (UniqueConstraint("dimension_id", "code"),)

    id: int = key()
    dimension_id: int = Field(foreign_key="checklist_dimension.id")
    position: int
    code: str = Field(max_length=24)
    text: str = Field(max_length=300)
    critical: bool = False
    help: str = Field(default="", max_length=300)
    pictogram: str = Field(default="", max_length=40)
    applies_to: list[str] = document(list)
    committee_id: int | None = Field(default=None, index=True)
    retired_at: datetime | None = instant(optional=True)


class RuleSet(Recorded, table=True):
    """Rule code → severity, params, source, verified (and bounds).

    With a committee it is that committee's by-laws: only what they change, on the word of `source`.
    The months of `transition_complete` stand in `TransitionRule`.
    """

    __tablename__ = "rule_set"
    __table_args__ = (
        UniqueConstraint("code", "committee_id", "version"),
        Index(
            "uq_rule_set_national",
            "code",
            "version",
            unique=True,
            sqlite_where=text("committee_id IS NULL"),
            postgresql_where=text("committee_id IS NULL"),
        ),
    )

    id: int = key()
    code: str = Field(max_length=40)
    version: int
    committee_id: int | None = Field(default=None, index=True)
    standard_id: int | None = Field(default=None, foreign_key="standard.id")
    title: str = Field(max_length=200)
    parameters: dict[str, Any] = document()
    source: str = ""
    digest: str = Field(max_length=64)
    loaded_at: datetime = instant()


class TransitionRule(Recorded, table=True):
    """Months from the last prohibited input to organic. None: judged by its ingredients."""

    __tablename__ = "transition_rule"
    __table_args__ = (UniqueConstraint("rule_set_id", "activity"),)

    id: int = key()
    rule_set_id: int = Field(foreign_key="rule_set.id")
    activity: ActivityKind = coded(ActivityKind)
    months: int | None = None
    source: str
    verified: bool = False

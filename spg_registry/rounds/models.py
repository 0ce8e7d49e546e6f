"""Rounds of inspection: who is sent where, what they saw, what has to be mended."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field

from spg_registry.core.db import coded, document, instant, key
from spg_registry.core.history import Recorded
from spg_registry.rules.words import FindingClass, FindingState, RoundState, VisitState


class RoundKind(StrEnum):
    ORDINARY = "ordinary"
    NEWCOMERS = "newcomers"
    FOLLOW_UP = "follow_up"
    UNANNOUNCED = "unannounced"


class AssignmentOutcome(StrEnum):
    ACCEPTED = "accepted"
    REFUSED = "refused"
    RELEASED = "released"


class Acknowledgement(StrEnum):
    """How the producer confirmed: with code and PIN, or by a mark before a witness."""

    SELF = "self"
    ASSISTED = "assisted"


class Round(Recorded, table=True):
    """A round of an SPG. Standard, checklist and ruleset are frozen into it when it opens."""

    __tablename__ = "round"
    __table_args__ = (
        CheckConstraint("period_until >= period_from", name="period"),
        UniqueConstraint("spg_id", "number"),
    )
    __personal__: ClassVar[frozenset[str]] = frozenset({"void_reason"})
    __left_out__: ClassVar[frozenset[str]] = frozenset({"frozen"})  # its digest is in the image

    id: int = key()
    committee_id: int = Field(foreign_key="committee.id", index=True)
    spg_id: int = Field(foreign_key="spg.id", index=True)
    number: int
    kind: RoundKind = coded(RoundKind, RoundKind.ORDINARY)
    name: str = Field(max_length=120)
    period_from: date
    period_until: date
    state: RoundState = coded(RoundState, RoundState.PLANNED)
    state_since: date
    frozen_digest: str | None = Field(default=None, max_length=64)
    frozen: dict[str, Any] = document()
    void_reason: str | None = Field(default=None, max_length=400)


class Visit(Recorded, table=True):
    """One unit seen in one round.

    `answers` maps item codes to `{"answer": …, "note": …}`; `visited_on` is the paper's date,
    `entered_at` when it was typed, `on_paper` that there is a paper; `version` rises with every
    save. `authors` tells of each part of the form which user wrote it last, for the second
    writer. `scribe` wrote for somebody else (`scribe_for`). A row image tells the answers
    without their notes.
    """

    __tablename__ = "visit"
    __personal__: ClassVar[frozenset[str]] = frozenset(
        {
            "present",
            "statement",
            "witness",
            "scribe",
            "scribe_for",
            "lat",
            "lon",
            "return_reason",
            "correction_reason",
        }
    )
    __left_out__: ClassVar[frozenset[str]] = frozenset({"authors"})
    __reduced__: ClassVar[Mapping[str, Callable[[Any], Any]]] = {
        "answers": lambda told: {item: {"answer": one.get("answer")} for item, one in told.items()}
    }

    id: int = key()
    round_id: int = Field(foreign_key="round.id", index=True)
    unit_id: int = Field(foreign_key="unit.id", index=True)
    producer_id: int = Field(foreign_key="producer.id", index=True)
    state: VisitState = coded(VisitState, VisitState.ASSIGNED)
    version: int = 1
    due_on: date | None = None
    planned_on: date | None = None
    visited_on: date | None = None
    plots_seen: list[int] = document(list)
    answers: dict[str, Any] = document()
    present: str | None = Field(default=None, max_length=400)
    authors: dict[str, Any] = document()
    on_paper: bool = False
    scribe: str | None = Field(default=None, max_length=120)
    scribe_for: str | None = Field(default=None, max_length=120)
    statement: str | None = Field(default=None, max_length=2000)
    acknowledged_on: date | None = None
    acknowledged_how: Acknowledgement | None = coded(Acknowledgement, optional=True)
    witness: str | None = Field(default=None, max_length=120)
    lat: float | None = None
    lon: float | None = None
    entered_at: datetime | None = instant(optional=True)
    entered_by: int | None = Field(default=None, foreign_key="user_account.id")
    reviewed_at: datetime | None = instant(optional=True)
    reviewed_by: int | None = Field(default=None, foreign_key="user_account.id")
    return_reason: str | None = Field(default=None, max_length=400)
    correction_reason: str | None = Field(default=None, max_length=400)

    def void_acknowledgement(self) -> bool:
        """What the producer said yes to is no longer what stands there. Whether there was a yes."""
        there = self.acknowledged_on is not None
        self.acknowledged_on = self.acknowledged_how = self.witness = None
        return there


class Assignment(Recorded, table=True):
    """An evaluator sent to a unit. A refused pair stays on record with its reasons."""

    __tablename__ = "assignment"
    __personal__: ClassVar[frozenset[str]] = frozenset({"waiver"})

    id: int = key()
    round_id: int = Field(foreign_key="round.id", index=True)
    visit_id: int = Field(foreign_key="visit.id", index=True)
    unit_id: int = Field(foreign_key="unit.id", index=True)
    appointment_id: int = Field(foreign_key="evaluator_appointment.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    outcome: AssignmentOutcome = coded(AssignmentOutcome)
    reasons: list[Any] = document(list)
    waiver: str | None = Field(default=None, max_length=400)
    at: datetime = instant()


class Finding(Recorded, table=True):
    """A non-conformity: what, how grave, what to do until when, and how it ended."""

    __tablename__ = "finding"
    __personal__: ClassVar[frozenset[str]] = frozenset({"description", "measure", "evidence"})

    id: int = key()
    code: str = Field(max_length=24, unique=True)
    visit_id: int = Field(foreign_key="visit.id", index=True)
    unit_id: int = Field(foreign_key="unit.id", index=True)
    producer_id: int = Field(foreign_key="producer.id", index=True)
    item_code: str | None = Field(default=None, max_length=40)
    grade: FindingClass = coded(FindingClass)
    description: str = Field(max_length=1000)
    measure: str = Field(max_length=1000)
    found_on: date
    due_on: date
    state: FindingState = coded(FindingState, FindingState.OPEN)
    closed_on: date | None = None
    closed_by: int | None = Field(default=None, foreign_key="user_account.id")
    evidence: str | None = Field(default=None, max_length=1000)


class VisitPhoto(Recorded, table=True):
    """A photo of a visit, of a question (`item_code`), or of a finding. Never public."""

    __tablename__ = "visit_photo"
    __personal__: ClassVar[frozenset[str]] = frozenset({"caption", "withdraw_reason"})

    id: int = key()
    visit_id: int = Field(foreign_key="visit.id", index=True)
    attachment_id: int = Field(foreign_key="attachment.id", index=True)
    item_code: str | None = Field(default=None, max_length=40)
    finding_id: int | None = Field(default=None, foreign_key="finding.id", index=True)
    caption: str | None = Field(default=None, max_length=200)
    added_at: datetime = instant()
    added_by: int | None = Field(default=None, foreign_key="user_account.id")
    withdrawn_at: datetime | None = instant(optional=True)
    withdrawn_by: int | None = Field(default=None, foreign_key="user_account.id")
    withdraw_reason: str | None = Field(default=None, max_length=400)

"""Complaints: what somebody reports of a seal, a producer, a committee or a fair; the answers."""

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from sqlmodel import Field, SQLModel

from spg_registry.core.db import coded, instant, key
from spg_registry.core.history import Recorded
from spg_registry.rules.words import ComplaintState


class ComplaintAbout(StrEnum):
    SEAL = "seal"
    PRODUCER = "producer"
    COMMITTEE = "committee"
    FAIR = "fair"


class ComplaintReason(StrEnum):
    """The doubt in one word, so that nobody has to write."""

    NOT_THE_STALL = "not_the_stall"
    FALSE_SEAL = "false_seal"
    NO_VALID_SEAL = "no_valid_seal"
    FORBIDDEN_INPUTS = "forbidden_inputs"
    BOUGHT_ELSEWHERE = "bought_elsewhere"
    UNFAIR_TREATMENT = "unfair_treatment"
    OTHER = "other"


class ComplaintOutcome(StrEnum):
    UPHELD = "upheld"
    NOT_UPHELD = "not_upheld"
    SENT_ON = "sent_on"


class Complaint(Recorded, table=True):
    """One complaint and its answer. `code` is the number that only the complainer was given.

    Without a committee it is the control body's. `seal_typed` is a code that leads to no seal,
    `whom` the producer or the fair as the complainer calls them, `round_id` the unannounced round
    that it ordered. `taken_up_by` and `answered_by` are hands (`Actor.hand`).
    """

    __tablename__ = "complaint"
    __personal__: ClassVar[frozenset[str]] = frozenset(
        {"code", "seal_typed", "whom", "place", "told", "public_answer", "note", "sent_to"}
    )

    id: int = key()
    code: str = Field(max_length=10, unique=True)
    about: ComplaintAbout = coded(ComplaintAbout)
    reason: ComplaintReason = coded(ComplaintReason)
    committee_id: int | None = Field(default=None, foreign_key="committee.id", index=True)
    grant_id: int | None = Field(default=None, foreign_key="seal_grant.id", index=True)
    producer_id: int | None = Field(default=None, foreign_key="producer.id", index=True)
    seal_typed: str | None = Field(default=None, max_length=40)
    whom: str | None = Field(default=None, max_length=160)
    place: str | None = Field(default=None, max_length=160)
    told: str | None = Field(default=None, max_length=2000)
    received_at: datetime = instant()
    received_on: date
    due_on: date = Field(index=True)
    state: ComplaintState = coded(ComplaintState, ComplaintState.RECEIVED)
    state_since: date
    taken_up_on: date | None = None
    taken_up_by: str | None = Field(default=None, max_length=32)
    round_id: int | None = Field(default=None, foreign_key="round.id", index=True)
    outcome: ComplaintOutcome | None = coded(ComplaintOutcome, optional=True)
    public_answer: str | None = Field(default=None, max_length=2000)
    note: str | None = Field(default=None, max_length=2000)
    sent_to: str | None = Field(default=None, max_length=160)
    answered_on: date | None = None
    answered_by: str | None = Field(default=None, max_length=32)
    closed_on: date | None = None

    @property
    def is_open(self) -> bool:
        """Whether its answer is still owed."""
        return self.state in (ComplaintState.RECEIVED, ComplaintState.UNDER_REVIEW)

    def overdue(self, on: date) -> bool:
        return self.is_open and self.due_on < on


class ComplaintPhoto(Recorded, table=True):
    """What a complaint shows. `added_by` is a hand; None for who complained. Never public."""

    __tablename__ = "complaint_photo"

    id: int = key()
    complaint_id: int = Field(foreign_key="complaint.id", index=True)
    attachment_id: int = Field(foreign_key="attachment.id", index=True)
    added_at: datetime = instant()
    added_by: str | None = Field(default=None, max_length=32)


class ComplaintContact(SQLModel, table=True):
    """Who complained, when they said so: for who answers only, and gone once all is closed."""

    __tablename__ = "complaint_contact"

    complaint_id: int = Field(foreign_key="complaint.id", primary_key=True)
    name: str | None = Field(default=None, max_length=120)
    reach: str | None = Field(default=None, max_length=120)

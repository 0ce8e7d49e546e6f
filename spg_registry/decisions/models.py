"""Meetings of a body, what they decided about whom, and appeals against it."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from spg_registry.core.db import coded, document, instant, key
from spg_registry.core.history import Recorded
from spg_registry.rules.words import Ballot, DecisionState, Outcome


class MeetingState(StrEnum):
    CONVENED = "convened"
    CLOSED = "closed"


class AppealState(StrEnum):
    FILED = "filed"
    UPHELD = "upheld"
    CHANGED = "changed"
    REVOKED = "revoked"


class Meeting(Recorded, table=True):
    """A sitting of a body. A closed acta never changes; a correction is a new meeting's."""

    __tablename__ = "meeting"
    __table_args__ = (UniqueConstraint("body_id", "acta_number"),)

    id: int = key()
    committee_id: int = Field(foreign_key="committee.id", index=True)
    body_id: int = Field(foreign_key="body.id", index=True)
    round_id: int | None = Field(default=None, foreign_key="round.id", index=True)
    held_on: date
    place: str = Field(max_length=160)
    called_by: str = Field(max_length=120)
    state: MeetingState = coded(MeetingState, MeetingState.CONVENED)
    acta_number: str = Field(max_length=40)
    waivers: dict[str, str] = document()
    opened_by: int | None = Field(default=None, foreign_key="user_account.id")
    closed_by: int | None = Field(default=None, foreign_key="user_account.id")
    closed_at: datetime | None = instant(optional=True)


class Attendance(Recorded, table=True):
    __tablename__ = "attendance"

    meeting_id: int = Field(foreign_key="meeting.id", primary_key=True)
    member_id: int = Field(foreign_key="member.id", primary_key=True)
    present: bool = True


class Decision(Recorded, table=True):
    """What a meeting decided about one producer.

    `verdicts` keeps what the rules said when it was adopted; `waivers` the written reason for each
    warning that the meeting took on itself. `valid_from` and `valid_until` are inclusive.
    """

    __tablename__ = "decision"
    __table_args__ = (UniqueConstraint("meeting_id", "producer_id"),)

    id: int = key()
    meeting_id: int = Field(foreign_key="meeting.id", index=True)
    producer_id: int = Field(foreign_key="producer.id", index=True)
    enrolment_id: int = Field(foreign_key="enrolment.id", index=True)
    round_id: int | None = Field(default=None, foreign_key="round.id", index=True)
    outcome: Outcome = coded(Outcome)
    state: DecisionState = coded(DecisionState, DecisionState.DRAFT)
    state_since: date
    valid_from: date | None = None
    valid_until: date | None = None
    reasons: str | None = Field(default=None, max_length=2000)
    conditions: list[Any] = document(list)
    waivers: dict[str, str] = document()
    verdicts: list[Any] = document(list)
    by_consensus: bool = True
    recorded_by: int | None = Field(default=None, foreign_key="user_account.id")
    corrects_id: int | None = Field(default=None, foreign_key="decision.id")


class DecisionScope(Recorded, table=True):
    """What the seal would cover: a product of a unit, and its area in m² where it has one."""

    __tablename__ = "decision_scope"

    decision_id: int = Field(foreign_key="decision.id", primary_key=True)
    unit_id: int = Field(foreign_key="unit.id", primary_key=True)
    product_code: str = Field(foreign_key="product.code", primary_key=True)
    area_m2: int | None = None


class Recusal(Recorded, table=True):
    """A member who stands aside from one decision: declared, or found in the data."""

    __tablename__ = "recusal"

    decision_id: int = Field(foreign_key="decision.id", primary_key=True)
    member_id: int = Field(foreign_key="member.id", primary_key=True)
    reason: str = Field(max_length=200)


class Vote(Recorded, table=True):
    """One member's vote, where a decision was not by consensus."""

    __tablename__ = "vote"

    decision_id: int = Field(foreign_key="decision.id", primary_key=True)
    member_id: int = Field(foreign_key="member.id", primary_key=True)
    ballot: Ballot = coded(Ballot)


class Appeal(Recorded, table=True):
    """Against a decision, decided by another body than the first deciders'."""

    __tablename__ = "appeal"

    id: int = key()
    decision_id: int = Field(foreign_key="decision.id", index=True)
    filed_on: date
    grounds: str = Field(max_length=2000)
    state: AppealState = coded(AppealState, AppealState.FILED)
    meeting_id: int | None = Field(default=None, foreign_key="meeting.id")
    answer: str | None = Field(default=None, max_length=2000)
    answered_on: date | None = None

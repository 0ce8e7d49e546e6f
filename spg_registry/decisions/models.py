"""Meetings of a body, what they decided about whom, and appeals against it."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field

from spg_registry.core.db import coded, document, instant, key
from spg_registry.core.history import Recorded
from spg_registry.rules.words import Category, DecisionState, Outcome


class MeetingState(StrEnum):
    CONVENED = "convened"
    CLOSED = "closed"


class AppealState(StrEnum):
    FILED = "filed"
    UPHELD = "upheld"
    CHANGED = "changed"
    REVOKED = "revoked"


class AppealOutcome(StrEnum):
    UPHELD = "upheld"
    CHANGED = "changed"
    REVOKED = "revoked"


class Meeting(Recorded, table=True):
    """A sitting of a body. A closed acta never changes; a correction is a new meeting's.

    `hour` is local, as `14:30`; `subject` heads the agenda, where the call says what it is for.
    `recusals` are those that the data proposed and the meeting took on: by producer id, member ids
    with the reason. `corrects_id` is the closed meeting whose acta this one corrects, and
    `correction` why. `acta` is what the closed acta says, word by word (`seals.acta`), and
    `acta_sha256` its digest: the paper is drawn from nothing else, whatever is renamed or corrected
    later.
    """

    __tablename__ = "meeting"
    __table_args__ = (UniqueConstraint("body_id", "acta_number"),)
    __personal__: ClassVar[frozenset[str]] = frozenset(
        {"place", "called_by", "subject", "acta", "recusals", "correction"}
    )
    __reduced__: ClassVar[Mapping[str, Callable[[Any], Any]]] = {"waivers": sorted}

    id: int = key()
    committee_id: int = Field(foreign_key="committee.id", index=True)
    body_id: int = Field(foreign_key="body.id", index=True)
    round_id: int | None = Field(default=None, foreign_key="round.id", index=True)
    held_on: date
    hour: str | None = Field(default=None, max_length=5)
    place: str = Field(max_length=160)
    called_by: str = Field(max_length=120)
    subject: str | None = Field(default=None, max_length=160)
    state: MeetingState = coded(MeetingState, MeetingState.CONVENED)
    acta_number: str = Field(max_length=40)
    waivers: dict[str, str] = document()
    recusals: dict[str, dict[str, str]] = document()
    corrects_id: int | None = Field(default=None, foreign_key="meeting.id", index=True)
    correction: str | None = Field(default=None, max_length=400)
    opened_by: int | None = Field(default=None, foreign_key="user_account.id")
    closed_by: int | None = Field(default=None, foreign_key="user_account.id")
    closed_at: datetime | None = instant(optional=True)
    acta: dict[str, Any] = document()
    acta_sha256: str | None = Field(default=None, max_length=64)


class Attendance(Recorded, table=True):
    __tablename__ = "attendance"

    meeting_id: int = Field(foreign_key="meeting.id", primary_key=True)
    member_id: int = Field(foreign_key="member.id", primary_key=True)
    present: bool = True


class Decision(Recorded, table=True):
    """What a meeting decided about one producer and seal: a draft until the acta is closed, then
    fixed. `category` is the seal in question, granted or not. A draft that was taken off the table
    stays, withdrawn, with who did it and when; another may follow about the same.

    `valid_from` and `valid_until` are inclusive; while a draft they may wait for the closing.
    The documents: `scope` lists `{unit_id, product_code, area_m2}`; `votes` maps member ids to
    ballots, empty by consensus; `recusals` maps member ids to reasons; `conditions` lists
    `{text, due_on}`; `waivers` maps rule codes to written reasons; `replaces` lists grant ids;
    `verdicts` keeps what the rules said at the closing; `recorded_by` is the hand that wrote it
    (`Actor.hand`). A row image tells the keys of `recusals`
    and `waivers` and the dates of `conditions`, without what was typed.
    """

    __tablename__ = "decision"
    __table_args__ = (
        Index(
            "one_decision_about_a_seal",
            "meeting_id",
            "producer_id",
            "category",
            unique=True,
            sqlite_where=text("state <> 'withdrawn'"),
            postgresql_where=text("state <> 'withdrawn'"),
        ),
    )
    __personal__: ClassVar[frozenset[str]] = frozenset({"reasons", "withdrawn_by"})
    __reduced__: ClassVar[Mapping[str, Callable[[Any], Any]]] = {
        "recusals": sorted,
        "waivers": sorted,
        "conditions": lambda told: [{"due_on": one.get("due_on")} for one in told],
    }

    id: int = key()
    meeting_id: int = Field(foreign_key="meeting.id", index=True)
    producer_id: int = Field(foreign_key="producer.id", index=True)
    enrolment_id: int = Field(foreign_key="enrolment.id", index=True)
    round_id: int | None = Field(default=None, foreign_key="round.id", index=True)
    category: Category = coded(Category, Category.TRANSITION)
    outcome: Outcome = coded(Outcome)
    state: DecisionState = coded(DecisionState, DecisionState.DRAFT)
    state_since: date
    valid_from: date | None = None
    valid_until: date | None = None
    reasons: str | None = Field(default=None, max_length=2000)
    scope: list[Any] = document(list)
    replaces: list[int] = document(list)
    conditions: list[Any] = document(list)
    by_consensus: bool = True
    votes: dict[str, str] = document()
    recusals: dict[str, str] = document()
    waivers: dict[str, str] = document()
    verdicts: list[Any] = document(list)
    notified_on: date | None = None
    recorded_by: str | None = Field(default=None, max_length=32)
    withdrawn_by: str | None = Field(default=None, max_length=120)
    withdrawn_at: datetime | None = instant(optional=True)
    corrects_id: int | None = Field(default=None, foreign_key="decision.id")


class Appeal(Recorded, table=True):
    """Against a decision, decided by another body than the first deciders'.

    Its answer is a draft of `meeting_id` (`proposed`, while the state stays filed) until that
    meeting's acta is closed.
    """

    __tablename__ = "appeal"
    __personal__: ClassVar[frozenset[str]] = frozenset({"grounds", "answer"})
    __reduced__: ClassVar[Mapping[str, Callable[[Any], Any]]] = {"recusals": sorted}

    id: int = key()
    decision_id: int = Field(foreign_key="decision.id", index=True, unique=True)
    filed_on: date
    grounds: str = Field(max_length=2000)
    state: AppealState = coded(AppealState, AppealState.FILED)
    meeting_id: int | None = Field(default=None, foreign_key="meeting.id")
    proposed: AppealOutcome | None = coded(AppealOutcome, optional=True)
    answer: str | None = Field(default=None, max_length=2000)
    by_consensus: bool = True
    votes: dict[str, str] = document()
    recusals: dict[str, str] = document()
    verdicts: list[Any] = document(list)
    recorded_by: str | None = Field(default=None, max_length=32)
    answered_on: date | None = None

"""Persons, and what lets some of them in: users, sessions, attempts, programs."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from spg_registry.core.db import coded, document, instant, key
from spg_registry.core.history import Recorded


class Sex(StrEnum):
    WOMAN = "woman"
    MAN = "man"
    OTHER = "other"


class Person(Recorded, table=True):
    """Somebody with a name: a holder, a member, an evaluator. Legal identity is optional.

    `ci_key` is the keyed hash by which an identity number is searched; the number itself is shown
    to who needs it only (trust.md section 9).
    """

    __tablename__ = "person"
    __personal__: ClassVar[frozenset[str]] = frozenset(
        {"names", "surnames", "ci", "ci_suffix", "ci_key", "birth_year", "phone", "identifies_as"}
    )

    id: int = key()
    names: str = Field(max_length=80)
    surnames: str = Field(max_length=80, index=True)
    sex: Sex | None = coded(Sex, optional=True)
    ci: str | None = Field(default=None, max_length=20)
    ci_suffix: str | None = Field(default=None, max_length=4)
    ci_key: str | None = Field(default=None, max_length=64, unique=True)
    birth_year: int | None = None
    phone: str | None = Field(default=None, max_length=24)
    identifies_as: str | None = Field(default=None, max_length=60)
    merged_into_id: int | None = Field(default=None, foreign_key="person.id", index=True)

    @property
    def full_name(self) -> str:
        return f"{self.names} {self.surnames}".strip()


class PersonMerger(Recorded, table=True):
    """Two entries turned out to be one person: the act, and the act that takes it back.

    `moved` lists what went over (`holders`, `interests`), the holdings that `ended` because the
    one who stays had them already, and the columns that it took (`filled`), so that all can go
    back.
    """

    __tablename__ = "person_merger"
    __personal__: ClassVar[frozenset[str]] = frozenset({"reason"})
    __left_out__: ClassVar[frozenset[str]] = frozenset({"moved"})

    id: int = key()
    kept_person_id: int = Field(foreign_key="person.id", index=True)
    other_person_id: int = Field(foreign_key="person.id", index=True)
    effective_on: date
    reason: str = Field(max_length=400)
    undoes_id: int | None = Field(default=None, foreign_key="person_merger.id", unique=True)
    moved: dict[str, Any] = document()


class User(SQLModel, table=True):
    """A login. Never deleted: `disabled_at` shuts the door and ends its sessions."""

    __tablename__ = "user_account"

    id: int = key()
    username: str = Field(max_length=60, unique=True)
    label: str = Field(max_length=120)
    person_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    password_hash: str = Field(max_length=200)
    email: str | None = Field(default=None, max_length=120, index=True)
    locale: str = Field(default="es", max_length=5)
    created_at: datetime = instant()
    disabled_at: datetime | None = instant(optional=True)


class LoginSession(SQLModel, table=True):
    """A browser's session. The cookie holds the token, the table only its SHA-256."""

    __tablename__ = "login_session"

    id: int = key()
    token_hash: str = Field(max_length=64, unique=True)
    csrf: str = Field(max_length=64)
    user_id: int = Field(foreign_key="user_account.id", index=True)
    started_at: datetime = instant()
    expires_at: datetime = instant(index=True)
    ended_at: datetime | None = instant(optional=True)
    device: str = Field(default="", max_length=60)
    seen_at: datetime | None = instant(optional=True)


class LinkPurpose(StrEnum):
    INVITATION = "invitation"
    RECOVERY = "recovery"
    """Handed over by the office."""
    MAILED = "mailed"


class OneTimeLink(SQLModel, table=True):
    """Lets its holder set one password once. Only the digest of its secret is kept."""

    __tablename__ = "one_time_link"

    id: int = key()
    token_hash: str = Field(max_length=64, unique=True)
    user_id: int = Field(foreign_key="user_account.id", index=True)
    purpose: LinkPurpose = coded(LinkPurpose)
    made_at: datetime = instant()
    expires_at: datetime = instant()
    used_at: datetime | None = instant(optional=True)


class LoginAttempt(SQLModel, table=True):
    """A try at the door, kept so that guessing can be slowed down."""

    __tablename__ = "login_attempt"
    __table_args__ = (Index("ix_login_attempt_subject_at", "subject", "at"),)

    id: int = key()
    subject: str = Field(max_length=120)
    at: datetime = instant()
    succeeded: bool = False


class Client(SQLModel, table=True):
    """A program of the control body or of another office (OAuth2 client credentials)."""

    __tablename__ = "client"

    id: int = key()
    client_id: str = Field(max_length=60, unique=True)
    name: str = Field(max_length=120)
    secret_hash: str = Field(max_length=200)
    scopes: list[str] = document(list)
    created_at: datetime = instant()
    revoked_at: datetime | None = instant(optional=True)


class IdempotentAnswer(SQLModel, table=True):
    """The answer already given to a write with an `Idempotency-Key`: a retry gets it again."""

    __tablename__ = "idempotent_answer"
    __table_args__ = (UniqueConstraint("owner", "idempotency_key"),)

    id: int = key()
    owner: str = Field(max_length=80)
    idempotency_key: str = Field(max_length=80)
    fingerprint: str = Field(max_length=64)
    status: int
    body: dict[str, Any] | list[Any] = document()
    at: datetime = instant(index=True)

"""Seals: grants and their scope, the signed tokens, every later event, and sanctions."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from spg_registry.core.db import coded, document, instant, key
from spg_registry.core.history import Recorded
from spg_registry.core.rows import Row
from spg_registry.rules.words import (
    Authority,
    Category,
    SanctionKind,
    SealEventKind,
    SealState,
)

_wide: Any = BigInteger


class SealGrant(Recorded, table=True):
    """A seal. Made once from one adopted decision; changed only by events.

    `state` and `state_since` repeat what the last event made it, for quick reading; dates are
    inclusive; `status_index` is random and unique (trust.md section 5). Where it is at home and how
    much land it covers (`area_m2`, each plot once) stay what they were when it was granted.
    """

    __tablename__ = "seal_grant"
    __table_args__ = (
        CheckConstraint("valid_until >= valid_from", name="validity"),
        # A decision grants once: the database's own answer to a double click.
        Index(
            "uq_seal_grant_standing_decision",
            "decision_id",
            unique=True,
            sqlite_where=text("state <> 'replaced'"),
            postgresql_where=text("state <> 'replaced'"),
        ),
    )
    __personal__: ClassVar[frozenset[str]] = frozenset({"stall_name"})

    id: int = key()
    code: str = Field(max_length=10, unique=True)
    decision_id: int = Field(foreign_key="decision.id", index=True)
    producer_id: int = Field(foreign_key="producer.id", index=True)
    enrolment_id: int = Field(foreign_key="enrolment.id", index=True)
    spg_id: int = Field(foreign_key="spg.id", index=True)
    committee_id: int = Field(foreign_key="committee.id", index=True)
    category: Category = coded(Category)
    valid_from: date
    valid_until: date = Field(index=True)
    municipality_code: str = Field(foreign_key="municipality.ine_code", index=True)
    community_id: int = Field(foreign_key="community.id")
    standard_version: str = Field(max_length=60)
    product_groups: int
    area_m2: int | None = Field(default=None, sa_type=_wide)
    stall_name: str = Field(default="", max_length=24)
    status_index: int = Field(sa_type=_wide, unique=True)
    granted_at: datetime = instant()
    state: SealState = coded(SealState, SealState.GRANTED)
    state_since: date
    reason_class: str | None = Field(default=None, max_length=40)
    acknowledged_on: date | None = None
    replaces_id: int | None = Field(default=None, foreign_key="seal_grant.id", index=True)


class SealScope(Recorded, table=True):
    __tablename__ = "seal_scope"

    grant_id: int = Field(foreign_key="seal_grant.id", primary_key=True)
    unit_id: int = Field(foreign_key="unit.id", primary_key=True)
    product_code: str = Field(foreign_key="product.code", primary_key=True)
    area_m2: int | None = None


class SealToken(Row, table=True):
    """The signed statement that the QR carries. A re-issue after a key compromise adds one."""

    __tablename__ = "seal_token"

    id: int = key()
    grant_id: int = Field(foreign_key="seal_grant.id", index=True)
    kid: str = Field(max_length=16)
    token: str = Field(max_length=200, unique=True)
    made_at: datetime = instant()


class QuantityUnit(StrEnum):
    """In what the content of a package is told."""

    GRAM = "g"
    KILOGRAM = "kg"
    MILLILITRE = "ml"
    LITRE = "l"
    PIECE = "piece"

    @property
    def grams(self) -> int | None:
        """What one of them weighs, where it is a weight."""
        return {QuantityUnit.GRAM: 1, QuantityUnit.KILOGRAM: 1000}.get(self)


class LabelBatch(Recorded, table=True):
    """Labels with running numbers, handed to a family: each says what one package holds.

    Numbers run without a gap from 1 for each seal, and none is given twice. `explanation` says why
    more is declared than the fields were expected to give.
    """

    __tablename__ = "label_batch"
    __table_args__ = (
        UniqueConstraint("grant_id", "first_number"),
        CheckConstraint("first_number >= 1 AND last_number >= first_number", name="numbers"),
        CheckConstraint("content > 0", name="content"),
    )
    __personal__: ClassVar[frozenset[str]] = frozenset({"explanation"})

    id: int = key()
    grant_id: int = Field(foreign_key="seal_grant.id", index=True)
    product_code: str = Field(foreign_key="product.code")
    unit: QuantityUnit = coded(QuantityUnit)
    content: int
    first_number: int
    last_number: int
    explanation: str | None = Field(default=None, max_length=400)
    made_at: datetime = instant()
    made_by: int | None = Field(default=None, foreign_key="user_account.id")

    @property
    def count(self) -> int:
        return self.last_number - self.first_number + 1

    @property
    def declared(self) -> int:
        """The declared quantity of the whole batch, in its unit."""
        return self.count * self.content

    @property
    def declared_grams(self) -> int | None:
        return self.declared * self.unit.grams if self.unit.grams else None


class SealEvent(Recorded, table=True):
    """What happened to a seal, in order. `reason` is for the file, `reason_class` is public;
    `authority` is whose act it was: what the control body suspended, it alone gives back."""

    __tablename__ = "seal_event"
    __personal__: ClassVar[frozenset[str]] = frozenset({"reason", "witness", "details"})

    id: int = key()
    grant_id: int = Field(foreign_key="seal_grant.id", index=True)
    kind: SealEventKind = coded(SealEventKind)
    authority: Authority = coded(Authority, Authority.COMMITTEE)
    effective_on: date
    at: datetime = instant()
    reason_class: str | None = Field(default=None, max_length=40)
    reason: str | None = Field(default=None, max_length=1000)
    by_user: int | None = Field(default=None, foreign_key="user_account.id")
    decision_id: int | None = Field(default=None, foreign_key="decision.id")
    replaced_by_id: int | None = Field(default=None, foreign_key="seal_grant.id")
    how: str | None = Field(default=None, max_length=12)
    witness: str | None = Field(default=None, max_length=120)
    details: dict[str, Any] = document()


class Sanction(Recorded, table=True):
    """What a producer may not do for a while, and why; a mistake is corrected by a new row.

    `authority` is who imposed it: what the control body imposed, it alone corrects. `decision_id`
    is the decision that it follows from, or that a correction rests on.
    """

    __tablename__ = "sanction"
    __personal__: ClassVar[frozenset[str]] = frozenset({"reason"})

    id: int = key()
    code: str = Field(max_length=24, unique=True)
    producer_id: int = Field(foreign_key="producer.id", index=True)
    spg_id: int = Field(foreign_key="spg.id", index=True)
    kind: SanctionKind = coded(SanctionKind)
    authority: Authority = coded(Authority, Authority.COMMITTEE)
    decision_id: int | None = Field(default=None, foreign_key="decision.id")
    since: date
    until: date | None = None
    published_on: date | None = None
    reason_class: str = Field(max_length=40)
    reason: str | None = Field(default=None, max_length=1000)
    correction_of: int | None = Field(default=None, foreign_key="sanction.id")

    @property
    def stops_grants(self) -> bool:
        """A warning is on the file but in nobody's way."""
        return self.kind is not SanctionKind.WARNING


class ProducerSlip(SQLModel, table=True):
    """A one-time code on paper with which a family chooses its PIN. Only its keyed hash is kept; a
    newer slip ends the older one."""

    __tablename__ = "producer_slip"

    id: int = key()
    producer_id: int = Field(foreign_key="producer.id", index=True)
    code_hash: str = Field(max_length=64, unique=True)
    made_at: datetime = instant()
    made_by: int | None = Field(default=None, foreign_key="user_account.id")
    expires_at: datetime = instant()
    used_at: datetime | None = instant(optional=True)
    ended_at: datetime | None = instant(optional=True)


class ProducerPin(SQLModel, table=True):
    """What a family enters its own file with. `failures` in a row lock it; a new slip opens it."""

    __tablename__ = "producer_pin"

    producer_id: int = Field(foreign_key="producer.id", primary_key=True)
    pin_hash: str = Field(max_length=200)
    set_at: datetime = instant()
    failures: int = 0
    locked_at: datetime | None = instant(optional=True)


class ProducerSession(SQLModel, table=True):
    """A family looking at its own file: short, and of no other right."""

    __tablename__ = "producer_session"

    id: int = key()
    token_hash: str = Field(max_length=64, unique=True)
    producer_id: int = Field(foreign_key="producer.id", index=True)
    started_at: datetime = instant()
    expires_at: datetime = instant(index=True)
    ended_at: datetime | None = instant(optional=True)

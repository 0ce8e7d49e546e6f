"""Who did what, when: written beside each act, in its transaction.

It holds plain ids and no foreign keys. The audit answers for people; `history` answers for rows.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlmodel import Field, Session

from spg_registry.core.db import document, instant, key
from spg_registry.core.permissions import Actor
from spg_registry.core.rows import Row


class AuditEvent(Row, table=True):
    """One act. `details` never holds a secret, an identity number or a free personal text."""

    __tablename__ = "audit_event"
    __table_args__ = (Index("ix_audit_event_subject", "subject", "subject_id"),)

    id: int = key()
    at: datetime = instant(index=True)
    actor_kind: str = Field(max_length=8)
    actor_id: int | None = None
    actor_label: str = Field(max_length=120)
    action: str = Field(max_length=60)
    subject: str = Field(max_length=40)
    subject_id: str = Field(max_length=60)
    committee_id: int | None = Field(default=None, index=True)
    details: dict[str, Any] = document()


def record(
    session: Session,
    actor: Actor,
    now: datetime,
    action: str,
    subject: str,
    subject_id: int | str,
    *,
    committee_id: int | None = None,
    **details: Any,
) -> None:
    """Note an act (`seal.grant`) on a subject (`seal_grant`, its key)."""
    session.add(
        AuditEvent(
            at=now,
            actor_kind=actor.kind,
            actor_id=actor.id,
            actor_label=actor.label,
            action=action,
            subject=subject,
            subject_id=str(subject_id),
            committee_id=committee_id,
            details=details,
        )
    )

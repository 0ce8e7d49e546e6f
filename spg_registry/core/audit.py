"""Who did what, when: written beside each act, in its transaction.

It holds plain ids and no foreign keys. The audit answers for people; `history` answers for rows.
"""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Index, Select, event, insert, inspect
from sqlalchemy.orm import ORMExecuteState, SessionTransaction
from sqlalchemy.orm import Session as OrmSession
from sqlmodel import Field, Session

from spg_registry.core.db import document, instant, key
from spg_registry.core.permissions import Actor
from spg_registry.core.rows import Row

_PENDING: Final = "acts"


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
    session.info.setdefault(_PENDING, []).append(
        {
            "at": now,
            "actor_kind": actor.kind,
            "actor_id": actor.id,
            "actor_label": actor.label,
            "action": action,
            "subject": subject,
            "subject_id": str(subject_id),
            "committee_id": committee_id,
            "details": details,
        }
    )


# An acta has hundreds of entries: they are written together, before anybody can miss them.


def _write(session: OrmSession) -> None:
    if acts := session.info.pop(_PENDING, None):
        session.connection().execute(insert(AuditEvent), acts)


@event.listens_for(OrmSession, "before_commit")
def _at_the_end(session: OrmSession) -> None:
    _write(session)


@event.listens_for(OrmSession, "do_orm_execute")
def _before_reading(state: ORMExecuteState) -> None:
    """Who reads the audit in the transaction of an act finds the act there."""
    if _PENDING in state.session.info and _reads_audit(state):
        _write(state.session)


def _reads_audit(state: ORMExecuteState) -> bool:
    mappers = state.all_mappers
    if mappers:
        return any(mapper.class_ is AuditEvent for mapper in mappers)
    statement = state.statement
    return not isinstance(statement, Select) or _TABLE in statement.get_final_froms()


@event.listens_for(OrmSession, "after_transaction_create")
def _before_savepoint(session: OrmSession, transaction: SessionTransaction) -> None:
    if transaction.nested:
        _write(session)


@event.listens_for(OrmSession, "after_soft_rollback")
def _forget(session: OrmSession, _previous: SessionTransaction) -> None:
    session.info.pop(_PENDING, None)


_TABLE: Any = inspect(AuditEvent).local_table

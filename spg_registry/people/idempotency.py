"""Answers given: a program that repeats a write with its key gets the first answer again."""

from datetime import datetime, timedelta
from typing import Any, Final

from sqlmodel import Session, col, delete, select

from spg_registry.core.db import lock_all_writers
from spg_registry.core.locks import lock_upon
from spg_registry.people.errors import IdempotencyMismatch
from spg_registry.people.models import IdempotentAnswer

KEPT: Final = timedelta(days=7)


def remembered(session: Session, owner: str, key: str, fingerprint: str) -> IdempotentAnswer | None:
    """The answer given before, or None when this request is the first of its key.

    `owner` is who asks (`client:3`), `fingerprint` a SHA-256 of method, path and body. Two at the
    same moment wait for each other here. Raises IdempotencyMismatch for another request.
    """
    found = last_of(session, owner, key)
    if found is not None and found.fingerprint != fingerprint:
        raise IdempotencyMismatch(key=key)
    return found


def last_of(session: Session, owner: str, key: str) -> IdempotentAnswer | None:
    """The last answer kept for a key, whatever was asked. Two at the same moment wait here."""
    lock_all_writers(session, lock_upon(owner, key))
    return session.exec(
        select(IdempotentAnswer).where(
            IdempotentAnswer.owner == owner, IdempotentAnswer.idempotency_key == key
        )
    ).first()


def remember(
    session: Session,
    now: datetime,
    owner: str,
    key: str,
    fingerprint: str,
    status: int,
    body: dict[str, Any] | list[Any],
    instead_of: IdempotentAnswer | None = None,
) -> None:
    """Keep an answer in the transaction of its write; old ones are swept on the way."""
    if instead_of is not None:
        session.delete(instead_of)
        session.flush()
    session.exec(delete(IdempotentAnswer).where(col(IdempotentAnswer.at) < now - KEPT))
    session.add(
        IdempotentAnswer(
            owner=owner,
            idempotency_key=key,
            fingerprint=fingerprint,
            status=status,
            body=body,
            at=now,
        )
    )
    session.flush()

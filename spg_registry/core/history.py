"""Row images: every write that the register can see leaves a picture of the row it made.

The sequence is given at the end of the transaction, under a lock, so that it is gap-free and in
commit order on both databases. *As of*, *known at*, the change feed and the mirror read from here
(register.md, properties 1 and 4).
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import cache
from typing import Any, ClassVar

from sqlalchemy import BigInteger, Index, event, insert, inspect
from sqlalchemy.orm import Session as OrmSession
from sqlmodel import Field, Session, SQLModel, select

from spg_registry.core import clock
from spg_registry.core.db import document, instant, next_number
from spg_registry.core.locks import Lock
from spg_registry.core.rows import Row

_wide: Any = BigInteger


class Change(SQLModel, table=True):
    """One row image. `kind` is `insert` or `update`; `row` is without personal columns."""

    __tablename__ = "change"
    __table_args__ = (Index("ix_change_table_key", "table_name", "key"),)

    sequence: int = Field(
        primary_key=True, sa_type=_wide, sa_column_kwargs={"autoincrement": False}
    )
    recorded_at: datetime = instant(index=True)
    effective_on: date
    kind: str = Field(max_length=8)
    table_name: str = Field(max_length=40)
    key: str = Field(max_length=60)
    row: dict[str, Any] = document()


class Recorded(Row):
    """Base of the tables whose rows leave images. Nothing recorded is ever deleted.

    An image is for ever, so what must stay redactable stays out of it: `__personal__` names the
    columns with names, numbers, exact places and whatever people typed freely. `__left_out__`
    names those that are only too large. `__reduced__` names documents of which a part goes in:
    what its function makes of the value.
    """

    __personal__: ClassVar[frozenset[str]] = frozenset()
    __left_out__: ClassVar[frozenset[str]] = frozenset()
    __reduced__: ClassVar[Mapping[str, Callable[[Any], Any]]] = {}


def image(row: Recorded) -> dict[str, Any]:
    """The row as the change feed shows it: dates and moments as ISO text."""
    known = row.__dict__  # past the mapper's own access, for what is loaded
    told = {
        name: spelled(known[name] if name in known else getattr(row, name))
        for name in _public_columns(type(row))
    }
    for name, reduce in type(row).__reduced__.items():
        told[name] = reduce(told[name])
    return told


@cache
def _public_columns(table: type[Recorded]) -> tuple[str, ...]:
    hidden = table.__personal__ | table.__left_out__
    return tuple(c.key for c in inspect(table).columns if c.key not in hidden)


def spelled(value: Any) -> Any:
    """The one spelling of a value in an image."""
    if isinstance(value, datetime):
        return clock.text_of(value)
    if isinstance(value, date):
        return value.isoformat()
    return value


def effective(session: Session, day: date | None) -> None:
    """Say from which day the writes that follow count; None means today."""
    session.info["effective_on"] = day


def key_of(row: SQLModel) -> str:
    """A row's primary key as text; parts of a composite key joined by a slash."""
    return "/".join(str(part) for part in inspect(type(row)).primary_key_from_instance(row))


@event.listens_for(OrmSession, "after_flush")
def _collect(session: OrmSession, _context: object) -> None:
    for gone in session.deleted:
        if isinstance(gone, Recorded):
            raise TypeError(f"{type(gone).__name__} is recorded and must not be deleted")
    images = session.info.setdefault("images", {})
    for row in session.new:
        if isinstance(row, Recorded):
            _keep(session, images, "insert", row)
    changed = [row for row in session.dirty if isinstance(row, Recorded)]
    for row in sorted(filter(session.is_modified, changed), key=_place_of):
        _keep(session, images, "update", row)


def _place_of(row: Recorded) -> tuple[str, tuple[Any, ...]]:
    """The session keeps changed rows in no order; the history has one."""
    table = type(row)
    return _table_name(table), tuple(inspect(table).primary_key_from_instance(row))


def _keep(session: OrmSession, images: dict[Any, Any], kind: str, row: Recorded) -> None:
    """The last state in a transaction counts; a row born in it stays an insert."""
    where = (_table_name(type(row)), key_of(row))
    first = images.get(where)
    day = getattr(row, "effective_on", None) or session.info.get("effective_on")
    images[where] = {"kind": first["kind"] if first else kind, "row": image(row), "day": day}


@cache
def _table_name(table: type[Recorded]) -> str:
    return str(inspect(table).local_table.name)


@event.listens_for(OrmSession, "before_commit")
def _write(session: OrmSession) -> None:
    session.flush()
    images = session.info.pop("images", None)
    if not images:
        return
    sequence = next_number(session, Change.sequence, Lock.SEQUENCE)  # type: ignore[arg-type]
    now = _recorded_at(session, sequence - 1)
    session.connection().execute(
        insert(Change),
        [
            {
                "sequence": sequence + place,
                "recorded_at": now,
                "effective_on": kept["day"] or clock.local_date(now),
                "kind": kept["kind"],
                "table_name": table,
                "key": key,
                "row": kept["row"],
            }
            for place, ((table, key), kept) in enumerate(images.items())
        ],
    )


def _recorded_at(session: OrmSession, last: int) -> datetime:
    """Never before the image before: who began first may commit last, and *known at* turns a
    moment into a sequence number."""
    now: datetime = session.info.get("now") or clock.now()
    query = select(Change.recorded_at).where(Change.sequence == last)
    before = session.connection().execute(query).scalar_one_or_none()
    return max(now, before) if before else now


@event.listens_for(OrmSession, "after_rollback")
def _forget(session: OrmSession) -> None:
    session.info.pop("images", None)

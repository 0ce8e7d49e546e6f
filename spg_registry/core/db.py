"""One engine for SQLite and PostgreSQL, one transaction a unit of work.

SQLite: WAL, foreign keys, full sync, a busy timeout, and `BEGIN IMMEDIATE` for writes, because a
deferred transaction that reads and then writes fails under load. A read is one snapshot on both.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from psycopg.errors import (
    DataError,
    ForeignKeyViolation,
    NumericValueOutOfRange,
    UniqueViolation,
)
from sqlalchemy import (
    JSON,
    Connection,
    DateTime,
    Dialect,
    Engine,
    Enum,
    create_engine,
    event,
    func,
    text,
)
from sqlalchemy.engine import ExceptionContext, make_url
from sqlalchemy.sql.compiler import InsertmanyvaluesSentinelOpts
from sqlalchemy.types import String, TypeDecorator
from sqlmodel import Field, Session, SQLModel, select

from spg_registry.core import clock
from spg_registry.core.errors import AlreadyThere, Invalid, NotFound
from spg_registry.core.locks import Lock

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
SQLModel.metadata.naming_convention = NAMING

BUSY_TIMEOUT_MS = 20_000
STREAMS = 8
"""Connections beyond the pool, for downloads that hold theirs long."""


class Instant(TypeDecorator[datetime]):
    """A moment, aware and in UTC in Python.

    SQLite keeps `2026-11-21T14:05:00.000000Z` as text, PostgreSQL `timestamptz`; both spell it the
    same way again wherever it is published (`register` formats it, nothing else does).
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(String(27))
        return dialect.type_descriptor(DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone was about to be stored")
        return clock.text_of(value) if dialect.name == "sqlite" else value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if isinstance(value, str):
            return datetime.fromisoformat(value)
        moment: datetime = value
        return moment.astimezone(UTC)


def compact_json(value: Any) -> str:
    """The one spelling of JSON in the database: two engines, the same bytes."""
    return _COMPACT.encode(value)


_COMPACT = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def key() -> Any:
    """A primary key that the database gives."""
    return Field(default=None, primary_key=True)


def instant(*, optional: bool = False, index: bool = False) -> Any:
    """A column for a moment."""
    kind: Any = Instant
    if optional:
        return Field(default=None, sa_type=kind, nullable=True, index=index)
    return Field(sa_type=kind, nullable=False, index=index)


def coded(words: type[StrEnum], default: Any = ..., *, optional: bool = False) -> Any:
    """A column that holds one word of a closed list, guarded by a check in the database."""
    kind: Any = Enum(
        words,
        native_enum=False,
        length=24,
        name=words.__name__.lower(),
        create_constraint=True,
        values_callable=lambda listed: [word.value for word in listed],
    )
    if optional:
        return Field(default=None, sa_type=kind, nullable=True)
    return Field(default=default, sa_type=kind, nullable=False)


def document(default_factory: Any = dict) -> Any:
    """A column for a JSON document, replaced as a whole and never edited in place."""
    kind: Any = JSON
    return Field(default_factory=default_factory, sa_type=kind, nullable=False)


def make_engine(url: str, pool_size: int = 40) -> Engine:
    """An engine with the guards of its kind. `pool_size` is also the number of worker threads."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        server = create_engine(
            parsed,
            pool_size=pool_size,
            max_overflow=2 + STREAMS,
            pool_pre_ping=True,
            json_serializer=compact_json,
            isolation_level="READ COMMITTED",
        )
        event.listen(server, "handle_error", _translate)
        return server
    if parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        parsed,
        pool_size=pool_size,
        max_overflow=2 + STREAMS,
        json_serializer=compact_json,
        connect_args={"check_same_thread": False, "timeout": BUSY_TIMEOUT_MS / 1000},
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    # SQLite numbers the rows of one INSERT in their order, so that many can go in at once and each
    # still learns its key; SQLAlchemy would send them one by one.
    engine.dialect.insertmanyvalues_implicit_sentinel = (
        InsertmanyvaluesSentinelOpts.ANY_AUTOINCREMENT
    )
    event.listen(engine, "handle_error", _translate)
    return engine


def _translate(context: ExceptionContext) -> None:
    """The database's own refusals, said in our words, once.

    A number that no column holds names nothing, nor does a NUL, which PostgreSQL takes in no text
    (the schemas keep it out of what is written). Two at the same moment with the same unique thing:
    the second hears that it is there. A reference to nothing is bad input, and so is a text with a
    NUL in it, which PostgreSQL cannot keep.
    """
    cause = context.original_exception
    if isinstance(cause, OverflowError | NumericValueOutOfRange) or "NUL (0x00)" in str(cause):
        raise NotFound() from cause
    if isinstance(cause, DataError) and "NUL" in str(cause):
        raise Invalid.at("", "bad_value") from cause
    if isinstance(cause, UniqueViolation) or "UNIQUE constraint" in str(cause):
        raise AlreadyThere() from cause
    if isinstance(cause, ForeignKeyViolation) or "FOREIGN KEY constraint" in str(cause):
        raise Invalid.at("", "unknown_reference") from cause


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver's own BEGIN would be a deferred one
    for pragma in (
        "journal_mode=WAL",
        "foreign_keys=ON",
        "synchronous=FULL",
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "cache_size=-16384",
        "temp_store=MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    mode = "IMMEDIATE" if connection.get_execution_options().get("spg_writes") else "DEFERRED"
    connection.exec_driver_sql(f"BEGIN {mode}")


class Database:
    """Where sessions come from. `read` is a snapshot that never commits; `write` commits once.

    The web layer opens its sessions through `open`, so that the commit can stand before the
    answer; commands, tests and the demonstration use the two context managers.
    """

    def __init__(self, url: str, pool_size: int = 40) -> None:
        self.url = url
        self.pool_size = pool_size
        self.engine = make_engine(url, pool_size)
        self.dialect = self.engine.dialect.name
        self._reader = self.engine.execution_options(
            **({} if self.dialect == "sqlite" else {"isolation_level": "REPEATABLE READ"})
        )
        self._writer = self.engine.execution_options(spg_writes=True)
        # SQLite has one writer at a time; waiting in line here is fair, its busy loop is not.
        self._turn = threading.Lock()

    def open(self, *, writes: bool, now: datetime | None = None) -> Session:
        """A session that the caller commits and closes. `now` dates its row images."""
        bind = self._writer if writes else self._reader
        session = Session(bind, expire_on_commit=False)
        session.info["now"] = now
        return session

    @contextmanager
    def read(self) -> Iterator[Session]:
        with self.open(writes=False) as session:
            yield session  # closing it rolls back

    @contextmanager
    def write(self, now: datetime | None = None) -> Iterator[Session]:
        if self.dialect == "sqlite":
            with self._turn:
                yield from self._written(now)
        else:
            yield from self._written(now)

    def _written(self, now: datetime | None) -> Iterator[Session]:
        with self.open(writes=True, now=now or clock.now()) as session:
            yield session
            session.commit()

    def is_ready(self) -> bool:
        """Whether a query answers and the schema is there."""
        with self.read() as session:
            session.connection().execute(text("SELECT 1 FROM alembic_version"))
        return True

    def dispose(self) -> None:
        self.engine.dispose()


def lock_all_writers(session: Session, lock: Lock | int) -> None:
    """Hold a lock until the transaction ends. SQLite's writer holds it already.

    A lock upon one thing of many (a key, a subject) is a number of 63 bits made from its digest.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.connection().execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": int(lock)})


def next_number(session: Session, column: Any, lock: Lock) -> int:
    """One more than the largest `column`, under a lock until the transaction ends."""
    lock_all_writers(session, lock)
    return (session.exec(select(func.max(column))).one() or 0) + 1

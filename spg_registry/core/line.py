"""A line of its own to the database, for the page that is asked most.

It reads plain rows without a session's costs, and feels the database's pulse: whether anything was
committed since one last looked, by anybody, in any process. What is kept ready in memory is
checked against that before each answer, so a suspension shows on the next scan.
"""

import re
import sqlite3
import threading
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import psycopg
from sqlalchemy.engine import make_url
from sqlmodel import Session

SECONDS_TO_ANSWER = 2

KEPT_KIB = 16 * 1024
"""What SQLite may keep in memory of the tables: the seals and names of a whole programme."""

Row = Sequence[Any]


class Question:
    """One statement in the spelling of both drivers; parameters are named `:so`."""

    def __init__(self, text: str) -> None:
        self.for_sqlite = text
        self.for_postgresql = re.sub(r":(\w+)", r"%(\1)s", text)


class Line(Protocol):
    def beat(self) -> object:
        """Two equal beats mean that no commit lies between them."""

    def rows(self, question: Question, params: Mapping[str, Any]) -> Sequence[Row]: ...

    def close(self) -> None: ...


def rows(source: Session | Line, question: Question, **params: Any) -> Sequence[Row]:
    """The answer, over a line of its own or inside a session's transaction.

    Values come as the driver gives them: SQLite's dates are ISO text, its booleans 0 and 1.
    """
    if not isinstance(source, Session):
        return source.rows(question, params)
    connection = source.connection()
    is_sqlite = connection.dialect.name == "sqlite"
    spelled = question.for_sqlite if is_sqlite else question.for_postgresql
    return connection.exec_driver_sql(spelled, params).fetchall()


def line_to(url: str) -> Line:
    """A line to the database at a `SPG_DATABASE_URL`."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _SqliteLine(parsed.database or "")
    plain = parsed.set(drivername="postgresql").render_as_string(hide_password=False)
    return _PostgresqlLine(plain)


class _SqliteLine:
    """`data_version` changes when another connection commits; reading it costs microseconds."""

    def __init__(self, path: str) -> None:
        self._connection = sqlite3.connect(
            path, check_same_thread=False, isolation_level=None, timeout=SECONDS_TO_ANSWER
        )
        self._connection.execute(f"PRAGMA cache_size = -{KEPT_KIB}")
        self._execute = self._connection.cursor().execute

    def beat(self) -> object:
        return self._execute("PRAGMA data_version").fetchone()

    def rows(self, question: Question, params: Mapping[str, Any]) -> Sequence[Row]:
        return self._connection.execute(question.for_sqlite, params).fetchall()

    def close(self) -> None:
        self._connection.close()


class _PostgresqlLine:
    """A snapshot names the transactions under way: every commit of a write changes it."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: psycopg.Connection[Row] | None = None
        self._lock = threading.Lock()

    def beat(self) -> object:
        return self._ask("SELECT pg_current_snapshot()::text", {})[0]

    def rows(self, question: Question, params: Mapping[str, Any]) -> Sequence[Row]:
        return self._ask(question.for_postgresql, params)

    def _ask(self, text: str, params: Mapping[str, Any]) -> Sequence[Row]:
        with self._lock:
            try:
                return self._answer(text, params)
            except psycopg.OperationalError:
                self._connection = None  # the server was restarted: once more, on a new line
                return self._answer(text, params)

    def _answer(self, text: str, params: Mapping[str, Any]) -> Sequence[Row]:
        if self._connection is None or self._connection.closed:
            self._connection = psycopg.connect(
                self._url,
                autocommit=True,
                connect_timeout=SECONDS_TO_ANSWER,
                options=f"-c statement_timeout={SECONDS_TO_ANSWER * 1000}",
            )
        return self._connection.execute(text.encode(), params).fetchall()

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()

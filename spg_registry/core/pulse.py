"""Whether anything was committed since one last looked, by anybody, in any process.

What is kept ready in memory (the seal page) is checked against this before each answer: a
suspension must show on the next scan, whatever is cached.
"""

import sqlite3
import threading
from typing import Protocol

import psycopg
from sqlalchemy.engine import make_url

SECONDS_TO_ANSWER = 2


class Pulse(Protocol):
    """Two equal beats mean that no commit lies between them."""

    def beat(self) -> object: ...

    def close(self) -> None: ...


def pulse_of(url: str) -> Pulse:
    """The pulse of the database at a `SPG_DATABASE_URL`, on a connection of its own."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _SqlitePulse(parsed.database or "")
    plain = parsed.set(drivername="postgresql").render_as_string(hide_password=False)
    return _PostgresPulse(plain)


class _SqlitePulse:
    """`data_version` changes when another connection commits; reading it costs microseconds."""

    def __init__(self, path: str) -> None:
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._cursor = self._connection.cursor()

    def beat(self) -> object:
        return self._cursor.execute("PRAGMA data_version").fetchone()

    def close(self) -> None:
        self._connection.close()


class _PostgresPulse:
    """A snapshot names the transactions under way: every commit of a write changes it."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: psycopg.Connection[tuple[object, ...]] | None = None
        self._lock = threading.Lock()

    def beat(self) -> object:
        with self._lock:
            try:
                return self._ask()
            except psycopg.OperationalError:
                self._connection = None  # the server was restarted: once more, on a new line
                return self._ask()

    def _ask(self) -> object:
        if self._connection is None or self._connection.closed:
            self._connection = psycopg.connect(
                self._url,
                autocommit=True,
                connect_timeout=SECONDS_TO_ANSWER,
                options=f"-c statement_timeout={SECONDS_TO_ANSWER * 1000}",
            )
        return self._connection.execute("SELECT pg_current_snapshot()::text").fetchone()

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()

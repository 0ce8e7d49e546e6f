"""What every test stands on: settings of its own, a database of its own, a clock it can set.

The same tests run on both engines: `SPG_TEST_DB=postgresql pytest` takes those that use a
database; the others need no second run.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlmodel import Session

from spg_registry.core import clock, schema
from spg_registry.core.config import Settings, settings
from spg_registry.core.db import Database
from tests.databases import ENGINE, Databases, OnPostgresql, OnSqlite, forget_environment

forget_environment()

pytest_plugins = ["tests.cast"]

REFERENCE_LOADED = datetime(2026, 1, 5, 12, tzinfo=UTC)
"""Before any story: no image is dated before the one before it."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--soak", action="store_true", help="the long runs, and only those")


def pytest_report_header() -> str:
    return f"database engine: {ENGINE}"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    wanted = [item for item in items if _belongs(item, soak=config.getoption("--soak"))]
    unwanted = [item for item in items if item not in set(wanted)]
    config.hook.pytest_deselected(items=unwanted)
    items[:] = wanted


def _belongs(item: pytest.Item, *, soak: bool) -> bool:
    """Whether a test is of this run; what is left out is counted in pytest's closing line."""
    fixtures = getattr(item, "fixturenames", ())
    only_soak = item.get_closest_marker("soak") is not None
    if (soak and not only_soak and "repetitions" not in fixtures) or (only_soak and not soak):
        return False
    if ENGINE == "sqlite":
        return item.get_closest_marker("two_writers") is None
    if not soak and item.get_closest_marker("soak_on_postgresql") is not None:
        return False
    return "databases" in fixtures and item.get_closest_marker("one_engine") is None


@pytest.fixture
def repetitions(request: pytest.FixtureRequest) -> Callable[[int, int], int]:
    """`repetitions(20, 1000)`: how often to try, in `make test` and in `make soak`."""
    long = request.config.getoption("--soak")
    return lambda usual, soaking: soaking if long else usual


# -- settings and clock ----------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No test sees the caller's settings or data; `settings()` is read anew."""
    monkeypatch.setenv("SPG_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("SPG_DATABASE_URL", f"sqlite:///{tmp_path}/unused.db")
    monkeypatch.setenv("SPG_PUBLIC_URL", "https://sello.example.bo")
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.fixture
def set_settings(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Settings]:
    """`set_settings(demo=True, session_hours=1)`: change settings for the rest of a test."""

    def set_them(**values: object) -> Settings:
        for name, value in values.items():
            monkeypatch.setenv(f"SPG_{name.upper()}", str(value))
        settings.cache_clear()
        return settings()

    return set_them


@pytest.fixture
def clock_at() -> Iterator[Callable[[datetime], None]]:
    """`clock_at(moment)`: the clock stands there for the rest of the test, or until set again."""
    with ExitStack() as stack:
        yield lambda moment: stack.enter_context(clock.standing_at(moment))


# -- databases -------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    """Where databases come from in this run; a test that asks for it runs on both engines."""
    made: Databases
    if ENGINE == "postgresql":
        made = OnPostgresql()
    else:
        made = OnSqlite(tmp_path_factory.mktemp("databases"))
    yield made
    made.close()


@pytest.fixture(scope="session")
def migrated(databases: Databases) -> str:
    """The pattern that the tests' databases are copied from: made by the migrations."""
    address = databases.empty()
    database = Database(address, pool_size=1)
    schema.upgrade(database)
    database.dispose()
    return address


@pytest.fixture(scope="session")
def furnished(databases: Databases, migrated: str) -> str:
    """The same with the reference data in it: territory, products, standard and rules."""
    from spg_registry.cli import load_reference

    address = databases.copy(migrated)
    database = Database(address, pool_size=1)
    load_reference(database, REFERENCE_LOADED)
    database.dispose()
    return address


@pytest.fixture
def empty_database_url(databases: Databases) -> Iterator[str]:
    """A database without tables."""
    address = databases.empty()
    yield address
    databases.drop(address)


@pytest.fixture
def database_url(
    request: pytest.FixtureRequest,
    databases: Databases,
    migrated: str,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[str]:
    """The address of this test's own database, also in its settings.

    It holds no row, or the reference data when the test asks for `reference_data` as well, or
    these and the cast when it asks for `cast`.
    """
    pattern = migrated
    if "cast" in request.fixturenames:
        pattern, _ = request.getfixturevalue("staged")
    elif "reference_data" in request.fixturenames:
        pattern = request.getfixturevalue("furnished")
    address = databases.copy(pattern)
    monkeypatch.setenv("SPG_DATABASE_URL", address)
    settings.cache_clear()
    yield address
    databases.drop(address)


@pytest.fixture
def reference_data() -> None:
    """Ask for it beside `database` to find territory, products, standard and rules loaded."""


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    made = Database(database_url)
    yield made
    made.dispose()


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """A writing session that never commits. Beside it nothing else can write on SQLite."""
    with database.open(writes=True) as opened:
        yield opened
        opened.rollback()

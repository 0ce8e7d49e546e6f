"""Demonstrations to look at: a small one on either engine, and the whole programme on SQLite."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from spg_registry.cli import app, load_reference
from spg_registry.core import clock, schema
from spg_registry.core.config import settings
from spg_registry.core.db import Database
from spg_registry.core.keys import Keyring
from spg_registry.demo import calendar
from spg_registry.demo.loading import eased, load
from spg_registry.demo.programme import Scale, small
from tests.databases import Databases, OnSqlite

TODAY = date(2026, 11, 21)
NOW = datetime(2026, 11, 21, 20, tzinfo=UTC)


def played(database: Database, keys: Path, scale: Scale, today: date = TODAY) -> Keyring:
    """The demonstration in a database with tables, as `demo load` plays it."""
    schema.upgrade(database)
    load_reference(database, calendar.moment(calendar.beginning(today), 5))
    keyring = Keyring(keys)
    keyring.ensure(NOW)
    with eased(database):
        load(database, keyring, today, scale)
    return keyring


@pytest.fixture(scope="session")
def shown(
    databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Database, Keyring]]:
    """Two committees, one of them not recognised, and sixty organic producers."""
    address = databases.empty()
    database = Database(address, pool_size=2)
    keyring = played(database, tmp_path_factory.mktemp("keys"), small(2, 60))
    yield database, keyring
    database.dispose()
    databases.drop(address)


@pytest.fixture(scope="module")
def programme(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Database, str]]:
    """All of it, once a run, by the operator's command, with what the command said."""
    place = tmp_path_factory.mktemp("programme")
    places = OnSqlite(place)
    address = places.empty()
    with pytest.MonkeyPatch.context() as patch, clock.standing_at(NOW):
        patch.setenv("SPG_DATABASE_URL", address)
        patch.setenv("SPG_DATA_DIR", str(place / "data"))
        patch.setenv("SPG_DEMO", "1")
        settings.cache_clear()
        result = CliRunner().invoke(app, ["demo", "load"])
    settings.cache_clear()
    assert result.exit_code == 0, result.output
    database = Database(address, pool_size=2)
    yield database, result.output
    database.dispose()
    places.drop(address)

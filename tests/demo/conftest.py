"""Demonstrations to look at: a small one on either engine, and the whole programme on SQLite."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from spg_registry.cli import load_reference
from spg_registry.core import schema
from spg_registry.core.db import Database
from spg_registry.core.keys import Keyring
from spg_registry.demo import calendar
from spg_registry.demo.loading import eased, load
from spg_registry.demo.programme import PROGRAMME, Scale, small
from tests.databases import Databases, OnSqlite

TODAY = date(2026, 11, 21)


def played(database: Database, keys: Path, scale: Scale, today: date = TODAY) -> Keyring:
    """The demonstration in a database with tables, as `demo load` plays it."""
    schema.upgrade(database)
    load_reference(database, calendar.moment(calendar.beginning(today), 5))
    keyring = Keyring(keys)
    keyring.ensure(datetime(2026, 11, 21, tzinfo=UTC))
    with eased(database):
        load(database, keyring, today, scale)
    return keyring


@pytest.fixture(scope="module")
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
def programme(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """All of it, once a run."""
    places = OnSqlite(tmp_path_factory.mktemp("programme"))
    address = places.empty()
    database = Database(address, pool_size=2)
    played(database, tmp_path_factory.mktemp("keys"), PROGRAMME)
    yield database
    database.dispose()
    places.drop(address)

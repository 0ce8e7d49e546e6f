"""A pattern database in which actas wait to be closed, made once a run and copied."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from spg_registry.core.db import Database
from tests.cast import Cast
from tests.faults.actas import waiting

ACTAS = 16
FAMILIES = 12


@pytest.fixture(scope="session")
def full_table(databases: Any, staged: tuple[str, Cast]) -> tuple[str, list[int]]:
    """The pattern's address, and its meetings."""
    pattern, cast = staged
    address = databases.copy(pattern)
    made = Database(address, pool_size=1)
    with made.write(cast.now) as session:
        meetings = waiting(session, cast, ACTAS, FAMILIES)
    made.dispose()
    return address, meetings


@pytest.fixture
def fresh(databases: Any, full_table: tuple[str, list[int]]) -> Iterator[Callable[[], str]]:
    """`fresh()`: a new copy of the pattern, its address."""
    made: list[str] = []

    def copy() -> str:
        made.append(databases.copy(full_table[0]))
        return made[-1]

    yield copy
    for address in made:
        databases.drop(address)


@pytest.fixture
def meetings(full_table: tuple[str, list[int]]) -> list[int]:
    return full_table[1]

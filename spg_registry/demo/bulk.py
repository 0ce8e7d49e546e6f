"""Rows by the hundred thousand: built as everywhere else, numbered here, and inserted in lots.

What goes in this way leaves no row image and no audit entry, so it is for load work only.
"""

from collections import defaultdict
from collections.abc import Sequence
from functools import cache

from sqlalchemy import Table, func, insert, inspect, select, text
from sqlmodel import Session, SQLModel

from spg_registry.core.db import Database

_LOT = 5000


class Bulk:
    """Collects rows and writes them in the order of the tables given, so that what refers to a row
    comes after it. Keys are given from one above the largest; nobody else may write meanwhile.
    """

    def __init__(self, session: Session, tables: Sequence[type[SQLModel]]) -> None:
        self._tables = tables
        self._rows: dict[type[SQLModel], list[SQLModel]] = defaultdict(list)
        self._next: dict[type[SQLModel], int] = {}
        for table in tables:
            if _numbered(table):
                (key,) = _table(table).primary_key
                self._next[table] = (session.connection().scalar(select(func.max(key))) or 0) + 1

    def add(self, row: SQLModel) -> int:
        """The row's number, which it has from now on; 0 for a table whose key is made of others.
        What is changed in the row before `write` is written as well."""
        table = type(row)
        number = 0
        if table in self._next:
            number = self._next[table]
            self._next[table] = number + 1
            row.__dict__["id"] = number
        self._rows[table].append(row)
        return number

    def write(self, session: Session) -> int:
        """Everything collected so far; returns how many rows there were."""
        connection = session.connection()
        count = 0
        for table in self._tables:
            rows = self._rows.pop(table, [])
            names = _names(table)
            for start in range(0, len(rows), _LOT):
                lot = [
                    {name: row.__dict__.get(name) for name in names}
                    for row in rows[start : start + _LOT]
                ]
                connection.execute(insert(_table(table)), lot)
            count += len(rows)
        return count


@cache
def _names(table: type[SQLModel]) -> tuple[str, ...]:
    return tuple(column.key for column in _table(table).columns)


@cache
def _numbered(table: type[SQLModel]) -> bool:
    return [column.key for column in _table(table).primary_key] == ["id"]


def _table(table: type[SQLModel]) -> Table:
    found: Table = inspect(table).local_table
    return found


def catch_up(database: Database, tables: Sequence[type[SQLModel]]) -> None:
    """PostgreSQL numbers rows by counters of its own: they go on after the keys given here."""
    if database.dialect != "postgresql":
        return
    with database.engine.begin() as connection:
        for table in filter(_numbered, tables):
            name = _table(table).name
            connection.execute(
                text(
                    f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), "  # noqa: S608
                    f"(SELECT coalesce(max(id), 1) FROM {name}))"
                )
            )

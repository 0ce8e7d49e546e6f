"""Rows to bytes: CSV as RFC 4180 has it, or one JSON object a line; the digest on the way.

A machine's CSV is what the database says. The one that people open begins with a mark that makes
spreadsheet programs read the accents, and nothing in it runs as a formula.
"""

import csv
import hashlib
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import StrEnum
from typing import Any

from spg_registry.core.db import compact_json
from spg_registry.core.spreadsheets.writing import neutralise
from spg_registry.register.columns import Column, Kind
from spg_registry.register.tables import Rows

BOM = "\ufeff"


class Format(StrEnum):
    CSV = "csv"
    JSONL = "jsonl"


class Written:
    """The bytes of a table, chunk by chunk; `rows` and `digest` count what has left."""

    def __init__(
        self,
        columns: Sequence[Column],
        chunks: Iterable[Rows],
        format_: Format,
        for_people: bool = False,
    ) -> None:
        self.rows = 0
        self._hash = hashlib.sha256()
        self._chunks = chunks
        self._head = _csv_head(columns, for_people) if format_ is Format.CSV else ""
        self._spell = _csv(columns, for_people) if format_ is Format.CSV else _json_lines(columns)

    @property
    def digest(self) -> str:
        """SHA-256 in hex."""
        return self._hash.hexdigest()

    def __iter__(self) -> Iterator[bytes]:
        if self._head:
            yield self._noted(self._head)
        for rows in self._chunks:
            self.rows += len(rows)
            yield self._noted(self._spell(rows))

    def _noted(self, text: str) -> bytes:
        told = text.encode()
        self._hash.update(told)
        return told


def _csv_head(columns: Sequence[Column], for_people: bool) -> str:
    names = _csv_text([[column.name for column in columns]])
    return BOM + names if for_people else names


def _csv(columns: Sequence[Column], for_people: bool) -> Callable[[Rows], str]:
    if not for_people:
        return _csv_text
    typed = {place for place, column in enumerate(columns) if column.kind is Kind.TEXT}

    def harmless(rows: Rows) -> str:
        return _csv_text(
            [
                neutralise(value) if place in typed and value else value
                for place, value in enumerate(row)
            ]
            for row in rows
        )

    return harmless


def _csv_text(rows: Iterable[Sequence[Any]]) -> str:
    buffer = io.StringIO(newline="")
    csv.writer(buffer, lineterminator="\r\n").writerows(rows)
    return buffer.getvalue()


def _json_lines(columns: Sequence[Column]) -> Callable[[Rows], str]:
    names = [column.name for column in columns]
    lists = [place for place, column in enumerate(columns) if column.kind is Kind.LIST]

    def lines(rows: Rows) -> str:
        return "".join(f"{compact_json(_typed(names, lists, row))}\n" for row in rows)

    return lines


def _typed(names: Sequence[str], lists: Sequence[int], row: Sequence[Any]) -> dict[str, Any]:
    """Lists as arrays, nothing as null."""
    typed = dict(zip(names, row, strict=True))
    for place in lists:
        typed[names[place]] = row[place].split(";") if row[place] else []
    return typed

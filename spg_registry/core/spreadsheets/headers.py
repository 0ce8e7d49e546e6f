"""Finds the row of column names in a list that a person made."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import islice

from spg_registry.core.spreadsheets.faults import HeaderNotFound
from spg_registry.core.spreadsheets.table import Cell, Row

ROWS_SEARCHED = 30
MATCHES_NEEDED = 2
PARENTHESES = re.compile(r"\([^)]*\)|\[[^\]]*\]")
NUMBER_OF = re.compile(r"^(?:n|no|nro|num|numero) (?:de |del )?")
NOT_WORD = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True)
class Heading:
    """One cell of the header row, as it was typed."""

    cell: str
    title: str


@dataclass(frozen=True)
class Header:
    """Which field stands in which column.

    A field named twice is in `duplicates` with all its cells and the first of them in `columns`;
    whether that may pass is the caller's to say, as it is for `missing` and `unknown`.
    """

    row: int
    columns: Mapping[str, int]
    titles: tuple[str, ...]
    unknown: tuple[Heading, ...]
    missing: tuple[str, ...]
    duplicates: Mapping[str, tuple[str, ...]]

    def cell(self, row: Row, field: str) -> Cell:
        """The cell of a field in a row; None where the column or the cell is not there."""
        column = self.columns.get(field)
        return row.cells[column] if column is not None and column < len(row.cells) else None


def find_header(rows: Iterable[Row], synonyms: Mapping[str, Collection[str]]) -> Header:
    """The header among the first rows: the one with the most known names, the first of equals.

    `synonyms` gives for each field the names people write above its column; case, accents,
    punctuation, line breaks, stray spaces and a *Nº de* in front do not matter, and a remark in
    parentheses matters only if a synonym has it (so that `Superficie (ha)` and `Superficie (m2)`
    can differ).
    """
    known = _known(synonyms)
    best: tuple[int, Row] | None = None
    for row in islice(rows, ROWS_SEARCHED):
        matches = len({field for field in _fields(row, known) if field})
        if matches >= MATCHES_NEEDED and (best is None or matches > best[0]):
            best = (matches, row)
    if best is None:
        raise HeaderNotFound()
    return _header(best[1], known, synonyms)


def normalise(text: str) -> str:
    """`  Nº de\\nCarné ` and `no de carne` are one name."""
    plain = unicodedata.normalize("NFKD", text.replace("°", "º")).casefold()
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return NOT_WORD.sub(" ", plain).strip()


def _known(synonyms: Mapping[str, Collection[str]]) -> dict[str, str]:
    known: dict[str, str] = {}
    for field, names in synonyms.items():
        for name in (field, *names):
            if known.setdefault(normalise(name), field) != field:
                raise ValueError(f"{name!r} would name two fields")
    return known


def _fields(row: Row, known: Mapping[str, str]) -> list[str | None]:
    return [_field(cell, known) for cell in row.cells]


def _field(cell: Cell, known: Mapping[str, str]) -> str | None:
    if not isinstance(cell, str):
        return None
    title, bare = normalise(cell), normalise(PARENTHESES.sub(" ", cell))
    return known.get(title) or known.get(bare) or known.get(NUMBER_OF.sub("", bare))


def _header(row: Row, known: Mapping[str, str], synonyms: Mapping[str, Collection[str]]) -> Header:
    columns: dict[str, int] = {}
    cells: dict[str, tuple[str, ...]] = {}
    unknown: list[Heading] = []
    for column, field in enumerate(_fields(row, known)):
        if field:
            columns.setdefault(field, column)
            cells[field] = (*cells.get(field, ()), row.name(column))
        elif row.cells[column] is not None:
            unknown.append(Heading(row.name(column), " ".join(str(row.cells[column]).split())))
    return Header(
        row=row.number,
        columns=columns,
        titles=tuple("" if cell is None else str(cell) for cell in row.cells),
        unknown=tuple(unknown),
        missing=tuple(field for field in synonyms if field not in columns),
        duplicates={field: names for field, names in cells.items() if len(names) > 1},
    )

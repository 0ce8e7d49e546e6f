"""A table as read: its rows one after the other, each cell with the name people know it by."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import BinaryIO

from spg_registry.core.spreadsheets.faults import CellTooLong, TooManyColumns, TooManyRows

Cell = str | int | float | bool | date | datetime | None

MEGABYTE = 1024 * 1024


class Kind(StrEnum):
    """The two kinds of file that are read and written."""

    CSV = "csv"
    XLSX = "xlsx"

    @property
    def media_type(self) -> str:
        if self is Kind.CSV:
            return "text/csv; charset=utf-8"
        return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Limits:
    """How much one file may ask of us. The defaults fit the list of any single SPG."""

    max_bytes: int = 20 * MEGABYTE
    max_unpacked: int = 100 * MEGABYTE
    max_elements: int = 2_500_000  # XML elements of a sheet, two for each cell
    max_ratio: int = 250  # sheets of one repeated word come to about 100
    max_rows: int = 5_000
    max_columns: int = 100
    max_cell: int = 10_000  # characters


@dataclass(frozen=True)
class Row:
    """One row; `number` is the one that a spreadsheet program shows beside it."""

    number: int
    cells: tuple[Cell, ...]

    def name(self, column: int) -> str:
        """The name of this row's cell in a column counted from 0: `B7`."""
        return cell_name(self.number, column)


class Table:
    """A readable table. Iterate as often as needed, one pass after the other: each reads anew.

    Blank rows are left out, their numbers are kept. Close it, or use it with `with`.
    """

    def __init__(
        self,
        kind: Kind,
        filename: str,
        digest: str,
        rows: Callable[[], Iterator[Row]],
        limits: Limits,
        *,
        sheet: str | None = None,
        encoding: str | None = None,
        delimiter: str = ",",
        owned: BinaryIO | None = None,
    ) -> None:
        self.kind = kind
        self.filename = filename
        self.digest = digest
        self.sheet = sheet
        self.encoding = encoding
        self.delimiter = delimiter
        self._rows = rows
        self._limits = limits
        self._owned = owned
        self._passes = 0

    def __iter__(self) -> Iterator[Row]:
        self._passes += 1
        this, seen = self._passes, 0
        for row in self._rows():
            if this != self._passes:
                raise RuntimeError("a later pass has moved the file under this one")
            row = _checked(row, self._limits)
            if not row.cells:
                continue
            seen += 1
            if seen > self._limits.max_rows:
                raise TooManyRows(limit=self._limits.max_rows)
            yield row

    def __enter__(self) -> "Table":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file if `read_table` opened it; a file handed in stays the caller's."""
        if self._owned is not None:
            self._owned.close()


def cell_name(row: int, column: int) -> str:
    """`cell_name(7, 1)` is `B7`: rows are counted from 1, columns from 0."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return f"{letters}{row}"


def _checked(row: Row, limits: Limits) -> Row:
    """The row without its trailing blanks, or the error of its first cell past a limit."""
    cells = [_plain(cell) for cell in row.cells]
    while cells and cells[-1] is None:
        cells.pop()
    if len(cells) > limits.max_columns:
        raise TooManyColumns(limit=limits.max_columns)
    for column, cell in enumerate(cells):
        if isinstance(cell, str) and len(cell) > limits.max_cell:
            raise CellTooLong(cell=row.name(column), limit=limits.max_cell)
    return Row(row.number, tuple(cells))


def _plain(cell: object) -> Cell:
    """Blank text is no cell; times of day and spans of time, which no list needs, become text."""
    if isinstance(cell, str):
        return cell if cell.strip() else None
    if cell is None or isinstance(cell, int | float | date):
        return cell
    if isinstance(cell, time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(cell)
    return str(cell)

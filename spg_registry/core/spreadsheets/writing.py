"""Tables that people open in a spreadsheet program, row by row and with nothing that runs."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import chain
from typing import Any, BinaryIO

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font

from spg_registry.core.spreadsheets.headers import normalise
from spg_registry.core.spreadsheets.table import Cell, Kind

STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")
LONGEST_CELL = 32_767  # what the program itself can hold


def neutralise(text: str) -> str:
    """Text that a spreadsheet program shows instead of running: a `'` goes before a formula.

    Plain numbers keep their sign. For CSV; `read_table` takes the mark away again.
    """
    if text.startswith(STARTS_A_FORMULA) and not _is_number(text):
        return "'" + text
    return text


def write_rejected(
    out: BinaryIO,
    kind: Kind,
    titles: Sequence[str],
    rows: Iterable[tuple[Sequence[Cell], str]],
    *,
    column: str = "motivo",
    delimiter: str = ",",
) -> None:
    """The rows that were not taken, as a file of the kind that came, with one column more.

    Each of `rows` is the row's own cells and the reason. A column of reasons from an earlier try
    makes way for the new one, so that a list may come and go until all of it is taken.
    """
    kept = [at for at, title in enumerate(titles) if normalise(title) != normalise(column)]
    lines = chain(
        [(*(titles[at] for at in kept), column)],
        ((*_picked(cells, kept), reason) for cells, reason in rows),
    )
    if kind is Kind.XLSX:
        _write_workbook(out, lines)
    else:
        _write_text(out, lines, delimiter)


def _picked(cells: Sequence[Cell], kept: Sequence[int]) -> Iterator[Cell]:
    """Short rows are filled up, so that the reason stands under its title."""
    return (cells[at] if at < len(cells) else None for at in kept)


def _write_text(out: BinaryIO, lines: Iterable[Sequence[Cell]], delimiter: str) -> None:
    # The mark at the start makes spreadsheet programs read the accents right.
    text = io.TextIOWrapper(out, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\r\n")
    try:
        for line in lines:
            writer.writerow([_text(cell) for cell in line])
        text.flush()
    finally:
        text.detach()


def _text(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime) and (cell.hour, cell.minute, cell.second) == (0, 0, 0):
        cell = cell.date()
    if isinstance(cell, date):
        return cell.isoformat()
    return neutralise(cell.replace("\0", "")) if isinstance(cell, str) else str(cell)


def _write_workbook(out: BinaryIO, lines: Iterable[Sequence[Cell]]) -> None:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Filas")
    sheet.freeze_panes = "A2"
    for number, line in enumerate(lines):
        sheet.append([_sheet_cell(sheet, cell, bold=number == 0) for cell in line])
    book.save(out)


def _sheet_cell(sheet: Any, value: Cell, *, bold: bool) -> Any:
    if not isinstance(value, str):
        return value
    cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", value)[:LONGEST_CELL])
    cell.data_type = "s"  # openpyxl takes whatever begins with = for a formula
    if value.startswith(STARTS_A_FORMULA):
        cell.quotePrefix = True  # stays text even when somebody edits the cell
    if bold:
        cell.font = Font(bold=True)
    return cell


def _is_number(text: str) -> bool:
    return text[1:].replace(".", "", 1).replace(",", "", 1).isdecimal()

"""XLSX: the first sheet with something in it, as plain values."""

import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO
from xml.etree.ElementTree import ParseError

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from spg_registry.core.spreadsheets import faults
from spg_registry.core.spreadsheets.guard import (
    UNPACKING_ERRORS,
    Sheet,
    check_directory,
    look_through,
)
from spg_registry.core.spreadsheets.table import Limits, Row

# openpyxl trusts its input: on a damaged one it fails in any of these ways.
READING_ERRORS = (
    *UNPACKING_ERRORS,
    InvalidFileException,
    ParseError,
    KeyError,
    IndexError,
    TypeError,
    AttributeError,
    ArithmeticError,
)


@dataclass(frozen=True)
class WorkbookTable:
    """A workbook that passed the guard, and its one sheet that is read."""

    sheet: str
    worksheet: Any
    columns: int

    def rows(self) -> Iterator[Row]:
        """Each row with its number; formulas were refused before, so these are values."""
        self.worksheet.reset_dimensions()  # written by the file's author, and often wrong
        values = self.worksheet.iter_rows(max_col=self.columns, values_only=True)
        number = 0
        while True:
            try:
                cells = next(values, None)
            except READING_ERRORS as error:
                raise faults.BrokenWorkbook() from error
            if cells is None:
                return
            number += 1
            yield Row(number, cells)


def open_workbook(file: BinaryIO, limits: Limits) -> WorkbookTable:
    """Guard first, then open. Raises what `faults` has for the file as a whole."""
    sheets = _guarded(file, limits)
    worksheets = _worksheets(file)
    for worksheet in sorted(worksheets, key=lambda each: each.sheet_state != "visible"):
        seen = sheets.get(worksheet._worksheet_path)
        if seen is None or not seen.has_values:
            continue
        if seen.formula:
            raise faults.FormulaFound(cell=seen.formula)
        if seen.columns > limits.max_columns:
            raise faults.TooManyColumns(limit=limits.max_columns)
        return WorkbookTable(worksheet.title, worksheet, seen.columns)
    raise faults.EmptyFile()


def _guarded(file: BinaryIO, limits: Limits) -> dict[str, Sheet]:
    try:
        with zipfile.ZipFile(file) as archive:
            check_directory(archive, limits)
            _refuse_other_documents(archive)
            return dict(look_through(archive, limits))
    except faults.BrokenFile:
        raise
    except UNPACKING_ERRORS as error:
        raise faults.BrokenWorkbook() from error


def _refuse_other_documents(archive: zipfile.ZipFile) -> None:
    names = set(archive.namelist())
    if "mimetype" in names and b"opendocument" in archive.read("mimetype")[:200]:
        raise faults.OpenDocumentFile()
    if "xl/workbook.bin" in names:
        raise faults.OldExcelFile()
    if "[Content_Types].xml" not in names or any(name.startswith("word/") for name in names):
        raise faults.NotATable()


def _worksheets(file: BinaryIO) -> list[Any]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about decorations that we do not keep
            return list(load_workbook(file, read_only=True, keep_links=False).worksheets)
    except READING_ERRORS as error:
        raise faults.BrokenWorkbook() from error

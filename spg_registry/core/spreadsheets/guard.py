"""Looks through a workbook before a library may open it.

A crafted workbook attacks in its packing (a few kilobytes that unpack to gigabytes) or in its XML
(entities, a million nested or repeated elements, each of which costs a reader a hundred times its
own length). The sizes in the archive's directory are checked first; `zipfile` never unpacks more
of a part than its directory entry says. Then every part is read once by expat, which keeps
nothing, counting. What passes is small enough to be read by openpyxl.
"""

import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from xml.parsers import expat

from spg_registry.core.spreadsheets import faults
from spg_registry.core.spreadsheets.table import MEGABYTE, Limits, cell_name

MAX_PARTS = 2_000
MAX_DEPTH = 100
SHEET_ROWS, SHEET_COLUMNS = 1_048_576, 16_384  # what the format allows
SMALL_PART = 60_000  # elements; styles, relations and such become objects, a kilobyte each
CHUNK = 256 * 1024
UNPACKING_ERRORS = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    NotImplementedError,  # a packing method, or a version, that zipfile does not know
    RuntimeError,  # encrypted
    EOFError,
    OSError,
    ValueError,
    zlib.error,
)


@dataclass(frozen=True)
class Sheet:
    """What the look through one worksheet found."""

    has_values: bool
    columns: int  # up to the last one with a value
    formula: str | None  # the first cell that holds one


def check_directory(archive: zipfile.ZipFile, limits: Limits) -> None:
    """Refuse by the directory alone: encrypted, too many parts, too much to unpack."""
    parts = archive.infolist()
    if len(parts) > MAX_PARTS:
        raise faults.BrokenWorkbook()
    if any(part.flag_bits & 1 for part in parts):
        raise faults.EncryptedFile()
    bomb = any(
        part.file_size > MEGABYTE and part.file_size > limits.max_ratio * part.compress_size
        for part in parts
    )
    if bomb or sum(part.file_size for part in parts) > limits.max_unpacked:
        raise faults.UnpacksTooLarge()


def look_through(archive: zipfile.ZipFile, limits: Limits) -> Mapping[str, Sheet]:
    """Every part read once; the worksheets among them by the name of their part."""
    sheets: dict[str, Sheet] = {}
    unpacked = 0
    for part in archive.infolist():
        watcher = _Watcher(limits)
        with archive.open(part) as stream:
            while chunk := stream.read(CHUNK):
                unpacked += len(chunk)
                if unpacked > limits.max_unpacked:
                    raise faults.UnpacksTooLarge()
                watcher.feed(chunk)
        watcher.end(is_xml=part.filename.lower().endswith((".xml", ".rels")))
        if watcher.root == "worksheet":
            sheets[part.filename] = watcher.sheet()
    return sheets


class _Watcher:
    """Counts the elements of one part. A part that is no XML is left at its first wrong byte,
    which is as far as the library would get with it."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.most = SMALL_PART
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.broken = False
        self.root = ""
        self.elements = self.depth = 0
        self.row = self.column = self.columns = self.cells = 0
        self.formula: str | None = None

    def feed(self, chunk: bytes) -> None:
        if self.broken:
            return
        try:
            self.parser.Parse(chunk, False)
        except expat.ExpatError:
            self.broken = True

    def end(self, *, is_xml: bool) -> None:
        if not self.broken:
            try:
                self.parser.Parse(b"", True)
            except expat.ExpatError:
                self.broken = True
        if self.broken and is_xml:
            raise faults.BrokenWorkbook()

    def sheet(self) -> Sheet:
        return Sheet(self.columns > 0, self.columns, self.formula)

    def _doctype(self, *_: Any) -> None:
        raise faults.UnsafeWorkbook()

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        tag = tag.rpartition(":")[2]
        if not self.depth:
            self.root = tag
            if tag in ("worksheet", "sst"):
                self.most = self.limits.max_elements
        self.depth += 1
        self.elements += 1
        if self.elements > self.most:
            raise faults.UnpacksTooLarge()
        if self.depth > MAX_DEPTH:
            raise faults.BrokenWorkbook()
        if self.root == "worksheet":
            self._inside_sheet(tag, attributes)

    def _end(self, _: str) -> None:
        self.depth -= 1

    def _inside_sheet(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "c":
            self.cells += 1
            given = attributes.get("r")
            self.column = _column(given) if given else self.column + 1
            if self.column > SHEET_COLUMNS or self.cells > SHEET_COLUMNS:
                raise faults.BrokenWorkbook()
        elif tag in ("v", "is"):
            self.columns = max(self.columns, self.column)
        elif tag == "f":
            self.formula = self.formula or cell_name(self.row, self.column - 1)
            self.columns = max(self.columns, self.column)
        elif tag == "row":
            self._new_row(attributes.get("r"))

    def _new_row(self, given: str | None) -> None:
        """Rows must come in order: the library drops those that do not without a word."""
        number = self.row + 1
        if given is not None:
            if not given.isdecimal() or len(given) > 7:
                raise faults.BrokenWorkbook()
            number = int(given)
        if not self.row < number <= SHEET_ROWS:
            raise faults.BrokenWorkbook()
        self.row, self.column, self.cells = number, 0, 0


def _column(name: str) -> int:
    """The number of a cell's column, from 1: `B7` is in 2."""
    letters = name.rstrip("0123456789").upper()
    if not letters.isascii() or not letters.isalpha() or len(letters) > 3:
        raise faults.BrokenWorkbook()
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number

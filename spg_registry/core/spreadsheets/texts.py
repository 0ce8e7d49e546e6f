"""CSV: which encoding, which delimiter, and the rows.

Nothing is guessed where two readings are possible: a name with a wrong letter in it would go to
print on a certificate.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO

from spg_registry.core.spreadsheets import faults
from spg_registry.core.spreadsheets.table import Row, cell_name

DELIMITERS = ",;\t|"
SAMPLE_LINES = 200
MAX_LINE = 1_000_000  # characters; the longest honest row is a hundredth of it
MAX_ROW_LINES = 50  # a quoted cell may hold line breaks; a lost quotation mark swallows the rest
SEPARATOR_LINE = re.compile(r'^"?sep=([,;\t|])"?\s*$', re.IGNORECASE)

# What Windows-1252 text from this part of the world is made of. Bytes that give anything else
# come from another encoding (DOS, Macintosh), whose letters would be read as wrong ones.
WINDOWS_LETTERS = frozenset(
    "áéíóúàèìòùâêîôûäëïöüãõñçÁÉÍÓÚÀÈÌÒÙÂÊÎÔÛÄËÏÖÜÃÕÑÇýÿÝ"  # letters
    "ºª°²³½¼¾´·«»“”‘’„–—…•€¿¡§®©±×\xa0"
)
BETWEEN_LETTERS = re.compile(r"[^\W\d_][¡¿–—][^\W\d_]")  # `Nu–ez`: a ñ of another encoding


@dataclass(frozen=True)
class TextTable:
    """A CSV file whose encoding and delimiter are known."""

    file: BinaryIO
    encoding: str
    delimiter: str
    skip_lines: int

    def rows(self) -> Iterator[Row]:
        """Each record with its number; blank lines count, as they do on a screen."""
        lines = islice(_lines(self.file, self.encoding), self.skip_lines, None)
        reader = csv.reader(lines, delimiter=self.delimiter, strict=True, skipinitialspace=True)
        number = 0
        while True:
            start = reader.line_num + self.skip_lines + 1
            try:
                record = next(reader, None)
            except csv.Error as error:
                raise faults.UnbalancedQuotes(line=start) from error
            if record is None:
                return
            number += 1
            if reader.line_num + self.skip_lines - start >= MAX_ROW_LINES:
                raise faults.UnbalancedQuotes(line=start)
            yield Row(number, tuple(_cell(text, number, i) for i, text in enumerate(record)))


def open_text(file: BinaryIO) -> TextTable:
    """Settle encoding and delimiter. The caller has made sure that the file is not empty."""
    encoding = _encoding(file)
    sample = _sample(file, encoding)
    if not sample:
        raise faults.EmptyFile()
    declared = SEPARATOR_LINE.match(sample[0])
    if declared:
        return TextTable(file, encoding, declared.group(1), skip_lines=1)
    return TextTable(file, encoding, _delimiter(sample), skip_lines=0)


def _sample(file: BinaryIO, encoding: str) -> list[str]:
    """The first lines with something in them, enough to tell the delimiter by."""
    sample: list[str] = []
    size = 0
    for line in _lines(file, encoding):
        if line.strip():
            sample.append(line)
            size += len(line)
        if len(sample) == SAMPLE_LINES or size > MAX_LINE:
            break
    return sample


def _cell(text: str, row: int, column: int) -> str | None:
    if text.startswith("="):
        raise faults.FormulaFound(cell=cell_name(row, column))
    if len(text) > 1 and text[0] == "'" and text[1] in "=+-@\t\r":
        text = text[1:]  # the mark that our own writer sets before what would run as a formula
    return text or None


def _lines(file: BinaryIO, encoding: str) -> Iterator[str]:
    """The decoded lines, refusing zero bytes and lines that never end."""
    file.seek(0)
    wrapper = io.TextIOWrapper(file, encoding=encoding, newline="")
    number = 0
    try:
        while line := wrapper.readline(MAX_LINE + 1):
            number += 1
            if "\0" in line:
                raise faults.NulBytes(line=number)
            if len(line) > MAX_LINE:
                raise faults.CellTooLong(cell=cell_name(number, 0), limit=MAX_LINE)
            yield line
    except UnicodeError as error:
        raise faults.UnknownEncoding(line=number + 1) from error
    finally:
        if not file.closed:
            wrapper.detach()  # else the end of the wrapper would close the caller's file


def _encoding(file: BinaryIO) -> str:
    file.seek(0)
    head = file.read(4096)
    if head.startswith((b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")):
        raise faults.UnknownEncoding(line=1)  # UTF-32: nobody saves a list so
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if guess := _utf16_without_mark(head):
        return guess
    if head.startswith(b"\xef\xbb\xbf"):
        _refuse_mixture(file, expected_utf8=True)
        return "utf-8-sig"
    return _refuse_mixture(file, expected_utf8=False)


def _utf16_without_mark(head: bytes) -> str | None:
    """Latin text in UTF-16 has a zero in every other byte, and hardly one in the rest."""
    even, odd = head[0::2], head[1::2]
    if not odd:
        return None
    zeros_even, zeros_odd = even.count(0) / len(even), odd.count(0) / len(odd)
    if zeros_odd > 0.6 and zeros_even < 0.05:
        return "utf-16-le"
    if zeros_even > 0.6 and zeros_odd < 0.05:
        return "utf-16-be"
    return None


def _refuse_mixture(file: BinaryIO, *, expected_utf8: bool) -> str:
    """`utf-8` or `cp1252`, whichever all lines with more than ASCII agree on."""
    first: dict[bool, int] = {}
    count: Counter[bool] = Counter()
    file.seek(0)
    for number, line in enumerate(file, start=1):
        if line.isascii():
            continue
        is_utf8 = _is_utf8(line)
        if not is_utf8 and not count[True]:
            _refuse_unlikely(line, number)
        first.setdefault(is_utf8, number)
        count[is_utf8] += 1
    if count[False] and (expected_utf8 or count[True]):
        mostly_utf8 = expected_utf8 or count[True] >= count[False]
        raise faults.MixedEncodings(line=first[not mostly_utf8])
    return "cp1252" if count[False] else "utf-8"


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _refuse_unlikely(line: bytes, number: int) -> None:
    """Windows-1252 decodes almost any byte, so what comes out must look like words."""
    try:
        text = line.decode("cp1252")
    except UnicodeDecodeError as error:
        raise faults.UnknownEncoding(line=number) from error
    strange = any(ord(letter) > 127 and letter not in WINDOWS_LETTERS for letter in text)
    if strange or BETWEEN_LETTERS.search(text):
        raise faults.UnknownEncoding(line=number)


def _delimiter(sample: list[str]) -> str:
    """The delimiter that gives the most rows the same number of columns, the more the better.

    Lists of products inside cells use the same signs, but not the same number of times per row.
    """

    def score(delimiter: str) -> tuple[float, int]:
        reader = csv.reader(sample, delimiter=delimiter, skipinitialspace=True)
        try:
            widths = [len(record) for record in reader if any(cell.strip() for cell in record)]
        except csv.Error:
            return 0, 0
        several = Counter(width for width in widths if width > 1).most_common(1)
        return (several[0][1] / len(widths), several[0][0]) if several else (0, 0)

    present = [sign for sign in DELIMITERS if any(sign in line for line in sample)]
    if not present:
        return ","
    return max(present, key=score)

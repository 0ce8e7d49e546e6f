"""The door: what kind of file is this, by its content, and is it small enough to look at."""

import hashlib
from pathlib import Path
from typing import BinaryIO

from spg_registry.core.spreadsheets import faults
from spg_registry.core.spreadsheets.table import MEGABYTE, Kind, Limits, Table
from spg_registry.core.spreadsheets.texts import open_text
from spg_registry.core.spreadsheets.workbooks import open_workbook

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")
IMAGES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\x00", b"MM\x00*", b"BM")
ARCHIVES = (b"\x1f\x8b", b"Rar!", b"7z\xbc\xaf", b"BZh", b"\xfd7zXZ", b"\x7fELF", b"MZ")
HTML = (b"<!doctype html", b"<html", b"<table", b"<head", b"<meta", b"<style")


def read_table(source: str | Path | BinaryIO, filename: str, limits: Limits | None = None) -> Table:
    """Open a CSV or XLSX file as a `Table`, or raise the one error that says what is wrong.

    `source` is a path, or a seekable binary file that the caller keeps open while reading and
    closes. `filename` is only remembered, never believed. Encoding, delimiter, sheet and safety
    are settled here; errors inside the rows (a formula in a CSV, too many rows) come while
    iterating, so a caller that must not act on half a list reads it whole first.
    """
    limits = limits or Limits()
    if not isinstance(source, str | Path):
        return _table(source, filename, limits, owned=None)
    file = Path(source).open("rb")  # noqa: SIM115 -- the table closes it
    try:
        return _table(file, filename, limits, owned=file)
    except BaseException:
        file.close()
        raise


def _table(file: BinaryIO, filename: str, limits: Limits, owned: BinaryIO | None) -> Table:
    digest = _digest(file, limits.max_bytes)
    if _kind(file) is Kind.XLSX:
        book = open_workbook(file, limits)
        return Table(Kind.XLSX, filename, digest, book.rows, limits, sheet=book.sheet, owned=owned)
    text = open_text(file)
    return Table(
        Kind.CSV,
        filename,
        digest,
        text.rows,
        limits,
        encoding=text.encoding,
        delimiter=text.delimiter,
        owned=owned,
    )


def _digest(file: BinaryIO, max_bytes: int) -> str:
    """SHA-256 of the whole file; reads no byte further than the limit allows."""
    file.seek(0)
    digest, size = hashlib.sha256(), 0
    while chunk := file.read(MEGABYTE):
        size += len(chunk)
        if size > max_bytes:
            raise faults.FileTooLarge(limit_mb=max_bytes // MEGABYTE)
        digest.update(chunk)
    if size == 0:
        raise faults.EmptyFile()
    return digest.hexdigest()


def _kind(file: BinaryIO) -> Kind:
    file.seek(0)
    head = file.read(2048)
    if head.startswith(b"PK\x03\x04"):
        return Kind.XLSX
    if head.startswith(OLE):
        raise faults.EncryptedFile() if _holds(file, ENCRYPTED_STREAM) else faults.OldExcelFile()
    if head.startswith(b"\x09\x08\x10\x00") or head.startswith(b"\x09\x08\x08\x00"):
        raise faults.OldExcelFile()  # Excel 4 and 5, before they were wrapped in OLE
    if b"%PDF-" in head[:1024]:
        raise faults.PdfFile()
    if _is_image(head):
        raise faults.ImageFile()
    if head.removeprefix(b"\xef\xbb\xbf").lstrip().lower().startswith(HTML):
        raise faults.HtmlFile()
    if head.startswith((*ARCHIVES, b"PK", b"{\\rtf", b"<?xml", b"\xef\xbb\xbf<?xml")):
        raise faults.NotATable()
    return Kind.CSV


def _is_image(head: bytes) -> bool:
    webp = head.startswith(b"RIFF") and head[8:12] == b"WEBP"
    heic = head[4:8] == b"ftyp"
    if head.startswith(b"BM"):  # two letters may also begin a word: a bitmap has zero bytes
        return b"\x00" in head[:16]
    return head.startswith(IMAGES) or webp or heic


def _holds(file: BinaryIO, needle: bytes) -> bool:
    file.seek(0)
    tail = b""
    while chunk := file.read(MEGABYTE):
        if needle in tail + chunk:
            return True
        tail = chunk[-len(needle) :]
    return False

"""Files as people send them, whole and broken, made in memory."""

import io
import zipfile
from collections.abc import Iterable, Sequence
from typing import Any

from openpyxl import Workbook

SHEET = "xl/worksheets/sheet1.xml"


def workbook(*sheets: Iterable[Sequence[Any]], hidden: Sequence[int] = ()) -> io.BytesIO:
    """An XLSX with one worksheet for each list of rows."""
    book = Workbook()
    book.remove(book.active)
    for number, rows in enumerate(sheets):
        sheet = book.create_sheet(f"Hoja {number + 1}")
        for row in rows:
            sheet.append(list(row))
        if number in hidden:
            sheet.sheet_state = "hidden"
    file = io.BytesIO()
    book.save(file)
    file.seek(0)
    return file


def rebuilt(file: io.BytesIO, **changes: bytes) -> io.BytesIO:
    """The same workbook with some parts replaced; names are written with `__` for `/`."""
    wanted = {name.replace("__", "/") + ".xml": content for name, content in changes.items()}
    out = io.BytesIO()
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            new.writestr(part, wanted.pop(part, None) or old.read(part))
        for part, content in wanted.items():
            new.writestr(part, content)
    out.seek(0)
    return out


def sheet_xml(rows: str) -> bytes:
    """A worksheet around rows written by hand."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f"<sheetData>{rows}</sheetData></worksheet>"
    ).encode()


def text(content: str, encoding: str = "utf-8") -> io.BytesIO:
    return io.BytesIO(content.encode(encoding))

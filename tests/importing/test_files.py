"""What arrives is told by its content, and each broken file gets its own clear sentence."""

import io
import random
import struct
import tracemalloc
import zipfile
from contextlib import suppress

import pytest

from spg_registry.core.errors import DomainError, Invalid, TooLarge
from spg_registry.core.messages import sentence
from spg_registry.core.spreadsheets import Kind, Limits, faults, read_table
from tests.importing.files import SHEET, rebuilt, sheet_xml, text, workbook

LIST = [("Nombre", "CI"), ("Ana Quispe", 4815162), ("José Mamani", 2342108)]
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504


def _read(file: io.BytesIO, limits: Limits | None = None) -> list[tuple[object, ...]]:
    with read_table(file, "lista.xlsx", limits) as table:
        return [row.cells for row in table]


def _zip(**parts: bytes) -> io.BytesIO:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/"), content)
    return out


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", faults.EmptyFile),
        (b"\xef\xbb\xbf", faults.EmptyFile),
        (b"\r\n\r\n  \r\n", faults.EmptyFile),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", faults.PdfFile),
        (OLE + "Workbook".encode("utf-16-le"), faults.OldExcelFile),
        (OLE + "EncryptedPackage".encode("utf-16-le"), faults.EncryptedFile),
        (b"\x09\x08\x10\x00\x00\x06\x05\x00", faults.OldExcelFile),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", faults.ImageFile),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", faults.ImageFile),
        (b"\0\0\0\x18ftypheic", faults.ImageFile),
        (b"BM\x36\0\0\0\0\0\0\0\x36\0", faults.ImageFile),
        (b"\n<HTML><body><table><tr><td>Nombre", faults.HtmlFile),
        (b"{\\rtf1\\ansi Nombre", faults.NotATable),
        (b"<?xml version='1.0'?><Workbook/>", faults.NotATable),
        (b"\x7fELF\x02\x01\x01\0", faults.NotATable),
        (b"PK\x05\x06" + b"\0" * 18, faults.NotATable),
        (b"PK\x03\x04 and nothing more", faults.BrokenWorkbook),
        (_zip(notes=b"hola").getvalue(), faults.NotATable),
        (_zip(mimetype=b"application/vnd.oasis.opendocument.spreadsheet").getvalue(),
         faults.OpenDocumentFile),
        (_zip(xl__workbook=b"", **{"xl__workbook.bin": b"x"}).getvalue(), faults.OldExcelFile),
    ],
)  # fmt: skip
def test_what_is_no_table_is_named_for_what_it_is(content: bytes, fault: type[Invalid]) -> None:
    with pytest.raises(fault) as caught:
        _read(io.BytesIO(content))
    assert caught.value.faults[0].field == "file"
    assert caught.value.faults[0].code == fault.code


def test_the_name_of_a_file_is_not_believed() -> None:
    with read_table(workbook(LIST), "lista.csv") as table:
        assert table.kind is Kind.XLSX
    with read_table(text("Nombre;CI\nAna;1\n"), "lista.xlsx") as table:
        assert table.kind is Kind.CSV


def test_a_workbook_gives_rows_with_the_numbers_of_the_screen() -> None:
    with read_table(workbook([(), ("Lista",), (None, " "), *LIST]), "l") as table:
        rows = list(table)
        assert [row.number for row in rows] == [2, 4, 5, 6]
        assert rows[2].cells == ("Ana Quispe", 4815162)
        assert rows[2].name(1) == "B5"
        assert list(table) == rows, "a second pass reads the same"


def test_the_first_sheet_with_something_in_it_is_read_and_visible_ones_go_first() -> None:
    with read_table(workbook([("interno",)], [], LIST, hidden=[0]), "l") as table:
        assert table.sheet == "Hoja 3"


def test_a_workbook_of_empty_sheets_is_an_empty_file() -> None:
    with pytest.raises(faults.EmptyFile):
        _read(workbook([], [()]))


def test_a_formula_is_refused_with_the_name_of_its_cell() -> None:
    with pytest.raises(faults.FormulaFound) as caught:
        _read(workbook([("Nombre", "Total"), ("Ana", "=SUM(A1:A9)")]))
    assert caught.value.params == {"cell": "B2"}
    assert sentence("error.cell_has_formula", "es", **caught.value.params).startswith(
        "La celda B2 tiene una fórmula"
    )
    with pytest.raises(faults.FormulaFound) as caught:
        _read(text('Nombre,Total\nAna,"=HYPERLINK(""http://x"")"\n'))
    assert caught.value.params == {"cell": "B2"}


def test_a_formula_on_a_sheet_that_is_not_read_does_no_harm() -> None:
    assert _read(workbook(LIST, [("=1+1",)])) == LIST


def test_a_file_over_the_limit_is_refused_before_it_is_read_whole() -> None:
    big = io.BytesIO(b"a,b\n" * 1_000_000)
    with pytest.raises(faults.FileTooLarge) as caught:
        read_table(big, "l", Limits(max_bytes=1024 * 1024))
    assert caught.value.params == {"limit_mb": 1}
    assert big.tell() <= 2 * 1024 * 1024 + 1


def test_a_zip_bomb_is_refused_by_its_directory() -> None:
    bomb = rebuilt(workbook(LIST), xl__worksheets__sheet1=b" " * 30_000_000)
    assert len(bomb.getvalue()) < 100_000
    with pytest.raises(faults.UnpacksTooLarge):
        _read(bomb)


def test_a_directory_that_lies_about_sizes_unpacks_no_more_than_it_says() -> None:
    bomb = rebuilt(workbook(LIST), xl__worksheets__sheet1=b" " * 50_000_000)
    raw = bytearray(bomb.getvalue())
    size = struct.pack("<I", 50_000_000)
    while (at := raw.find(size)) >= 0:
        raw[at : at + 4] = struct.pack("<I", 10_000)
    tracemalloc.start()
    with pytest.raises(faults.BrokenWorkbook):
        _read(io.BytesIO(bytes(raw)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 10_000_000


def test_a_sheet_of_countless_empty_cells_costs_no_memory() -> None:
    cells = "<row>" + "<c/>" * 16_000 + "</row>"
    bomb = rebuilt(workbook(LIST), xl__worksheets__sheet1=sheet_xml(cells * 30))
    tracemalloc.start()
    with pytest.raises(faults.UnpacksTooLarge):
        _read(bomb, Limits(max_ratio=10_000, max_elements=300_000))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 10_000_000


@pytest.mark.parametrize(
    "rows",
    [
        "<row>" + "<c/>" * 20_000 + "</row>",
        '<row r="7"><c r="A7"><v>1</v></c></row><row r="3"><c r="A3"><v>2</v></c></row>',
        '<row r="99999999"><c><v>1</v></c></row>',
        '<row r="-1"><c><v>1</v></c></row>',
        '<row r="1"><c r="ZZZZZ1"><v>1</v></c></row>',
        "<row><c>" + "<is>" * 200 + "</is>" * 200 + "</c></row>",
        "<row><c><v>1</v></c>",
    ],
)
def test_a_sheet_that_no_program_writes_is_a_damaged_workbook(rows: str) -> None:
    with pytest.raises(faults.BrokenWorkbook):
        _read(rebuilt(workbook(LIST), xl__worksheets__sheet1=sheet_xml(rows)))


def test_entities_are_not_expanded() -> None:
    laughs = '<!DOCTYPE x [<!ENTITY a "ja"><!ENTITY b "&a;&a;&a;">]>'
    sheet = sheet_xml("<row><c t='inlineStr'><is><t>&b;</t></is></c></row>")
    sheet = sheet.replace(b"?>", b"?>" + laughs.encode(), 1)
    with pytest.raises(faults.UnsafeWorkbook):
        _read(rebuilt(workbook(LIST), xl__worksheets__sheet1=sheet))
    with pytest.raises(faults.UnsafeWorkbook):
        _read(rebuilt(workbook(LIST), xl__styles=laughs.encode() + b"<styleSheet/>"))


def test_a_stray_cell_at_the_end_of_the_sheet_is_neither_columns_nor_rows() -> None:
    rows = (
        '<row r="1"><c r="A1"><v>1</v></c><c r="XFD1" s="0"/></row>'
        '<row r="1048576"><c r="B1048576"><v>2</v></c></row>'
    )
    with read_table(rebuilt(workbook(LIST), xl__worksheets__sheet1=sheet_xml(rows)), "l") as table:
        assert [(row.number, row.cells) for row in table] == [(1, (1,)), (1_048_576, (None, 2))]


def test_too_many_rows_and_columns_are_said_with_the_limit() -> None:
    limits = Limits(max_rows=2, max_columns=3)
    for file in (workbook(LIST), text("a,b\n1,2\n3,4\n")):
        with pytest.raises(faults.TooManyRows) as caught:
            _read(file, limits)
        assert caught.value.params == {"limit": 2}
    for file in (workbook([("a", "b", "c", "d")]), text("a,b,c,d\n")):
        with pytest.raises(faults.TooManyColumns):
            _read(file, limits)
    with pytest.raises(faults.CellTooLong) as caught_cell:
        _read(text("a,b\n1," + "x" * 30 + "\n"), Limits(max_cell=20))
    assert caught_cell.value.params == {"cell": "B2", "limit": 20}


def test_a_damaged_workbook_never_ends_in_anything_but_a_clear_error() -> None:
    whole = workbook([*LIST * 20]).getvalue()
    chance = random.Random(7)
    refused = 0
    for _ in range(150):
        raw = bytearray(whole)
        for _ in range(chance.randint(1, 30)):
            raw[chance.randrange(4, len(raw))] = chance.randrange(256)
        if chance.random() < 0.3:
            del raw[chance.randrange(4, len(raw)) :]
        with suppress(faults.BrokenFile, TooLarge):
            _read(io.BytesIO(bytes(raw)))
            refused -= 1
        refused += 1
    assert refused > 100


def test_parts_that_are_wrong_inside_are_a_damaged_workbook() -> None:
    chance = random.Random(11)
    letters = b"<>/\"'abcrstv=0129 "
    for name in ("xl/workbook.xml", "xl/styles.xml", SHEET, "[Content_Types].xml"):
        for _ in range(40):
            file = workbook(LIST)
            with zipfile.ZipFile(file) as archive:
                raw = bytearray(archive.read(name))
            for _ in range(chance.randint(1, 3)):
                raw[chance.randrange(len(raw))] = chance.choice(letters)
            key = name.removesuffix(".xml").replace("/", "__")
            with suppress(faults.BrokenFile, TooLarge):
                assert len(_read(rebuilt(file, **{key: bytes(raw)}))) <= len(LIST)


def test_every_fault_has_a_sentence_in_both_languages() -> None:
    kinds = [
        each
        for each in vars(faults).values()
        if isinstance(each, type) and issubclass(each, DomainError) and "code" in vars(each)
    ]
    assert len(kinds) > 20
    for kind in kinds:
        if kind.__module__ == faults.__name__:
            for language in ("es", "en"):
                assert sentence(f"error.{kind.code}", language) != f"error.{kind.code}"

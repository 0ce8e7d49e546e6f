"""CSV as it comes from many programs: no letter is guessed, no row is lost."""

import io

import pytest

from spg_registry.core.spreadsheets import Row, faults, read_table
from tests.importing.files import text

SPANISH = "Código;Nombre;Área\n1;José Ñuñez;1,25\n2;María Peña;0,5\n3;Begoña Muñoz;2\n"


def _rows(file: io.BytesIO) -> list[Row]:
    with read_table(file, "lista.csv") as table:
        return list(table)


@pytest.mark.parametrize(
    ("encoding", "told"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("cp1252", "cp1252"),
        ("latin-1", "cp1252"),
    ],
)
def test_each_encoding_that_can_be_told_gives_the_same_names(encoding: str, told: str) -> None:
    with read_table(text(SPANISH, encoding), "l") as table:
        assert table.encoding == told
        rows = list(table)
    assert rows[0].cells == ("Código", "Nombre", "Área")
    assert rows[1].cells == ("1", "José Ñuñez", "1,25")


def test_lines_of_two_encodings_are_refused_and_the_odd_one_is_named() -> None:
    utf8 = [line.encode() for line in SPANISH.splitlines(keepends=True)]
    latin = [line.encode("latin-1") for line in SPANISH.splitlines(keepends=True)]
    with pytest.raises(faults.MixedEncodings) as caught:
        _rows(io.BytesIO(b"".join([*utf8[:2], latin[2], utf8[3]])))
    assert caught.value.params == {"line": 3}
    with pytest.raises(faults.MixedEncodings) as caught:
        _rows(io.BytesIO(b"".join([*latin[:3], utf8[3]])))
    assert caught.value.params == {"line": 4}
    with pytest.raises(faults.MixedEncodings) as caught:
        _rows(io.BytesIO(b"\xef\xbb\xbf" + b"".join(latin)))
    assert caught.value.params == {"line": 1}


@pytest.mark.parametrize("encoding", ["cp850", "mac-roman", "utf-32"])
def test_letters_that_would_come_out_wrong_are_refused(encoding: str) -> None:
    with pytest.raises(faults.UnknownEncoding):
        _rows(text(SPANISH, encoding))


def test_a_macintosh_dash_inside_a_name_is_no_dash() -> None:
    with pytest.raises(faults.UnknownEncoding) as caught:
        _rows(io.BytesIO(b"nombre,ci\nLuis Nu\x96ez,1\n"))
    assert caught.value.params == {"line": 2}


def test_zero_bytes_are_named_by_their_line() -> None:
    with pytest.raises(faults.NulBytes) as caught:
        _rows(io.BytesIO(b"nombre,ci\nAna,1\nLu\0is,2\n"))
    assert caught.value.params == {"line": 3}


@pytest.mark.parametrize(
    ("content", "delimiter", "second"),
    [
        ("a,b,c\n1,2,3\n", ",", ("1", "2", "3")),
        ("a;b;c\n1;2;3\n", ";", ("1", "2", "3")),
        ("a\tb\n1\t2\n", "\t", ("1", "2")),
        ("a|b\n1|2\n", "|", ("1", "2")),
        # decimals with a comma in a list parted by semicolons
        ("n;ha\n1;1,25\n2;0,50\n3;2,75\n", ";", ("1", "1,25")),
        # products parted by semicolons in a list parted by commas
        ("n,rubros\n1,maíz; papa; haba\n2,maíz; papa\n3,haba; oca; papa\n", ",",
         ("1", "maíz; papa; haba")),
        ("sep=;\na,x;b\n1;2\n", ";", ("1", "2")),
        ("nombre\nAna\n", ",", ("Ana",)),
        ('"Quispe, Ana"\n"Mamani, Luis"\n', ",", ("Mamani, Luis",)),
    ],
)  # fmt: skip
def test_the_delimiter_is_found(content: str, delimiter: str, second: tuple[str, ...]) -> None:
    with read_table(text(content), "l") as table:
        rows = list(table)
        assert table.delimiter == delimiter
        assert rows[1].cells == second


def test_titles_above_the_list_do_not_hide_the_delimiter() -> None:
    rows = _rows(text("Lista de productores, gestión 2026\n\nn;nombre;ha\n1;Ana;1,5\n2;Luz;2,5\n"))
    assert [(row.number, len(row.cells)) for row in rows] == [(1, 1), (3, 3), (4, 3), (5, 3)]


def test_rows_are_numbered_as_on_a_screen_even_after_a_cell_of_several_lines() -> None:
    rows = _rows(text('n,nota\n1,"dos\nlíneas"\n\n2,otra\n'))
    assert [(row.number, row.cells[0]) for row in rows] == [(1, "n"), (2, "1"), (4, "2")]
    assert rows[1].cells[1] == "dos\nlíneas"


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n", ""])
def test_every_line_ending_is_read(end: str) -> None:
    assert len(_rows(text(f"a,b{end or chr(10)}1,2{end}"))) == 2


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ('n,nombre\n1,"Ana\n2,Luis\n3,Luz\n', 2),
        ('n,nombre\n1,"Ana" Quispe\n2,Luis\n', 2),
        ('n,nombre\n1,Luis\n2,"Ana\n' + "3,Luz\n" * 200 + '4,"Ana"\n', 3),
        ('n,nombre\n1,Luis\n2,"Ana\n' + "3,Luz Marina de los Santos\n" * 20_000, 3),
    ],
)
def test_a_lost_quotation_mark_is_found_where_it_opens(content: str, line: int) -> None:
    with pytest.raises(faults.UnbalancedQuotes) as caught:
        _rows(text(content))
    assert caught.value.params == {"line": line}


def test_a_line_without_an_end_is_refused_before_it_fills_the_memory() -> None:
    with pytest.raises(faults.CellTooLong):
        _rows(text("a,b\n" + "," * 3_000_000))

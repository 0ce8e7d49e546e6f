"""What goes back to people opens in their program, runs nothing, and can come in again."""

import io
import tracemalloc
from datetime import date, datetime

from openpyxl import load_workbook

from spg_registry.core.spreadsheets import Kind, neutralise, read_table, write_rejected

TITLES = ["Código", "Nombre", "Fecha"]
ROWS = [
    (("A-1", '=HYPERLINK("http://x","clic")', date(2026, 3, 1)), "Falta la comunidad"),
    (("A-2", "+591 70000000"), "Municipio desconocido; año inválido"),
    ((3, "-12,5", None), "=Raro"),
]


def _written(kind: Kind, delimiter: str = ",") -> io.BytesIO:
    out = io.BytesIO()
    write_rejected(out, kind, TITLES, ROWS, delimiter=delimiter)
    out.seek(0)
    return out


def test_formulas_are_marked_and_numbers_are_not() -> None:
    assert neutralise("=1+1") == "'=1+1"
    assert neutralise("@SUM(A1)") == "'@SUM(A1)"
    assert neutralise("-2+3") == "'-2+3"
    assert neutralise("\t=1") == "'\t=1"
    assert neutralise("-12,5") == "-12,5"
    assert neutralise("Ana") == "Ana"


def test_csv_rows_come_back_with_their_reason_and_read_in_as_they_were() -> None:
    raw = _written(Kind.CSV, ";").getvalue()
    assert raw.startswith("\ufeffCódigo;Nombre;Fecha;motivo\r\n".encode())
    assert b"'+591 70000000;;\"Municipio" in raw, "the reason stands in its column"
    with read_table(io.BytesIO(raw), "rechazadas.csv") as table:
        rows = [row.cells for row in table]
    assert rows[2] == ("A-2", "+591 70000000", None, "Municipio desconocido; año inválido")
    assert rows[3] == ("3", "-12,5", None, "=Raro")


def test_in_a_workbook_what_looks_like_a_formula_is_text() -> None:
    sheet = load_workbook(_written(Kind.XLSX)).active
    assert [cell.value for cell in sheet[1]] == [*TITLES, "motivo"]
    assert (sheet["B2"].data_type, sheet["B2"].quotePrefix) == ("s", True)
    assert sheet["C2"].value == datetime(2026, 3, 1)  # noqa: DTZ001 -- a cell has no zone
    assert sheet["A4"].value == 3
    with read_table(_written(Kind.XLSX), "r.xlsx") as table:
        assert [row.cells[-1] for row in table][1:] == [reason for _, reason in ROWS]


def test_the_reasons_of_an_earlier_try_make_way_for_the_new_ones() -> None:
    out = io.BytesIO()
    write_rejected(out, Kind.CSV, ["Nombre", "MOTIVO", "CI"], [(("Ana", "viejo", "1"), "nuevo")])
    assert out.getvalue().decode("utf-8-sig") == "Nombre,CI,motivo\r\nAna,1,nuevo\r\n"


def test_the_memory_of_writing_does_not_grow_with_the_rows() -> None:
    def peak(rows: int) -> int:
        tracemalloc.start()
        lines = (((f"A-{i}", "Ana Quispe", None), "Falta") for i in range(rows))
        write_rejected(_Sink(), Kind.XLSX, TITLES, lines)
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    peak(100)
    assert peak(4_000) < peak(400) + 1_500_000


class _Sink(io.BytesIO):
    """Counts as a file and keeps nothing."""

    def write(self, data: object) -> int:
        return len(memoryview(data))  # type: ignore[arg-type]

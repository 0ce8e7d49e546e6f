"""`spg-registry import producers`, as the operator runs it."""

from pathlib import Path

from click.testing import Result
from sqlmodel import col, func, select
from typer.testing import CliRunner

from spg_registry.cli import app
from spg_registry.committees.models import Spg
from spg_registry.core.db import Database
from spg_registry.core.spreadsheets import read_table
from spg_registry.producers.models import Producer
from tests.cast import Cast
from tests.importing.files import workbook
from tests.importing.lists import LIST

BAD = ("T-04", "Ana", "", "abc", "Capilla", "x")


def run(tmp_path: Path, database: Database, cast: Cast, *options: str) -> Result:
    path = tmp_path / "lista.xlsx"
    path.write_bytes(workbook([*LIST, BAD]).getvalue())
    with database.read() as session:
        code = session.get_one(Spg, cast.spg).code
    return CliRunner().invoke(app, ["import", "producers", str(path), "--spg", code, *options])


def producers(database: Database) -> int:
    with database.read() as session:
        return session.exec(select(func.count(col(Producer.id)))).one()


def test_without_confirm_it_shows_and_writes_no_producer(
    tmp_path: Path, database: Database, cast: Cast
) -> None:
    result = run(tmp_path, database, cast)
    assert result.exit_code == 0, result.output
    assert "row 5 rejected: C5: " in result.output
    assert "3 new, 0 changed, 0 unchanged, 1 rejected, 0 not in the list" in result.output
    assert "nothing written" in result.output
    assert producers(database) == 0


def test_with_confirm_it_writes_and_hands_back_what_it_did_not_take(
    tmp_path: Path, database: Database, cast: Cast
) -> None:
    back = tmp_path / "back.xlsx"
    result = run(tmp_path, database, cast, "--confirm", "--rejected", str(back))
    assert result.exit_code == 0, result.output
    assert producers(database) == 3
    with read_table(back, back.name) as table:
        assert [row.cells[0] for row in table] == ["Código", "T-04"]
    again = run(tmp_path, database, cast, "--confirm")
    assert "0 new, 0 changed, 3 unchanged, 1 rejected" in again.output


def test_a_broken_file_and_an_unknown_spg_are_said_in_one_sentence(
    tmp_path: Path, database: Database, cast: Cast
) -> None:
    path = tmp_path / "lista.xlsx"
    path.write_bytes(b"%PDF-1.7")
    result = CliRunner().invoke(app, ["import", "producers", str(path), "--spg", "X"])
    assert result.exit_code == 1
    assert "The file is a PDF" in result.output
    path.write_bytes(workbook(LIST).getvalue())
    result = CliRunner().invoke(app, ["import", "producers", str(path), "--spg", "X"])
    assert result.exit_code == 1
    assert "Traceback" not in result.output

"""`spg-registry register export`: a file appears whole, with its record, or not at all."""

import hashlib
from pathlib import Path

from sqlmodel import select
from typer.testing import CliRunner, Result

from spg_registry.cli import app
from spg_registry.core.db import Database
from spg_registry.register.models import Pull
from tests.cast import Cast


def run(*words: str) -> Result:
    return CliRunner().invoke(app, ["register", "export", *words])


def test_a_table_is_written_with_its_digest(played: Database, cast: Cast, tmp_path: Path) -> None:
    out = tmp_path / "sellos.csv"
    told = run("seals", "--out", str(out))
    assert told.exit_code == 0, told.output
    digest = hashlib.sha256(out.read_bytes()).hexdigest()
    assert told.stderr == f"5 rows, sha256 {digest}\n"
    with played.read() as session:
        (pull,) = session.exec(select(Pull)).all()
    assert (pull.puller, pull.digest, pull.finished) == ("system:0 system", digest, True)
    assert list(tmp_path.glob(".sellos*")) == []


def test_the_public_profile_goes_to_standard_output(played: Database, cast: Cast) -> None:
    told = run("producers", "--profile", "public", "--format", "jsonl", "--municipality", "030903")
    assert told.stdout.count("\n") == 1
    assert "enrolled_on" not in told.stdout
    with played.read() as session:
        assert session.exec(select(Pull)).all() == []


def test_a_wrong_wish_leaves_no_file(played: Database, cast: Cast, tmp_path: Path) -> None:
    out = tmp_path / "sellos.csv"
    told = run("seals", "--spg", "SPG-0", "--out", str(out))
    assert told.exit_code == 1
    assert "No SPG has the code" in told.stderr
    assert not list(tmp_path.glob("*sellos*"))

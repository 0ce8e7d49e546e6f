"""The migrations make what the models declare, whole or not at all, whoever else is starting."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import NoneType
from typing import Any

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, text
from sqlmodel import SQLModel

from spg_registry.core import schema
from spg_registry.core.db import Database
from spg_registry.core.errors import Invalid
from tests.databases import Databases

STEPS = ScriptDirectory.from_config(schema.alembic_config())


@pytest.fixture
def empty_database(empty_database_url: str) -> Iterator[Database]:
    made = Database(empty_database_url)
    yield made
    made.dispose()


def test_the_migrations_make_exactly_the_tables_of_the_models(
    database: Database, empty_database: Database
) -> None:
    schema.metadata().create_all(empty_database.engine)

    made, declared = portrait(database.engine), portrait(empty_database.engine)
    assert made - declared == set()
    assert declared - made == set()


def portrait(engine: Engine) -> set[str]:
    """Everything the database itself says of its tables, checks included, a line a fact."""
    seen = inspect(engine)
    facts = {
        "column": lambda table: [
            {**column, "place": place} for place, column in enumerate(seen.get_columns(table))
        ],
        "primary key": lambda table: [seen.get_pk_constraint(table)],
        "foreign key": seen.get_foreign_keys,
        "unique": seen.get_unique_constraints,
        "check": seen.get_check_constraints,
        "index": seen.get_indexes,
    }
    return {
        f"{table} {kind} {plain(fact)}"
        for table in seen.get_table_names()
        if table != "alembic_version"
        for kind, ask in facts.items()
        for fact in ask(table)
    }


def plain(value: Any) -> Any:
    """Comparable by what it says: types and a partial index's condition come as objects."""
    if isinstance(value, dict):
        return sorted((str(name), plain(inner)) for name, inner in value.items())
    return value if isinstance(value, list | bool | NoneType) else str(value)


def test_every_table_of_every_room_is_known_to_the_migrations() -> None:
    declared = {
        statement.name
        for file in (schema.PROJECT / "spg_registry").rglob("*.py")
        for statement in ast.walk(ast.parse(file.read_text()))
        if isinstance(statement, ast.ClassDef)
        and any(word.arg == "table" for word in statement.keywords)
    }

    schema.metadata()
    assert declared == {mapper.class_.__name__ for mapper in SQLModel._sa_registry.mappers}


def test_the_models_ask_for_nothing_that_no_migration_makes(database: Database) -> None:
    command.check(schema.alembic_config(database))


def test_upgrading_twice_changes_nothing(database: Database) -> None:
    before = portrait(database.engine)

    schema.upgrade(database)

    assert portrait(database.engine) == before


def test_the_steps_are_one_line_from_one_beginning() -> None:
    assert len(STEPS.get_bases()) == 1
    assert len(STEPS.get_heads()) == 1


@pytest.mark.parametrize(
    "step", list(STEPS.walk_revisions()), ids=lambda step: Path(step.path).stem
)
def test_a_step_is_dated_in_its_name(step: Any) -> None:
    assert re.fullmatch(r"20\d\d_[01]\d_[0-3]\d_\w+", Path(step.path).stem)


def test_a_step_that_fails_leaves_nothing_behind(empty_database: Database, tmp_path: Path) -> None:
    (tmp_path / "breaks.py").write_text(
        "import sqlalchemy as sa\n"
        "from alembic import op\n"
        "revision, down_revision = 'breaks', None\n"
        "def upgrade():\n"
        "    op.create_table('half', sa.Column('id', sa.Integer, primary_key=True))\n"
        "    op.execute('SELECT * FROM nowhere')\n"
    )
    config = schema.alembic_config(empty_database)
    config.set_main_option("version_locations", str(tmp_path))

    with pytest.raises(Exception, match="nowhere"):
        command.upgrade(config, "head")

    assert inspect(empty_database.engine).get_table_names() == []


def test_two_processes_that_start_at_once_both_find_the_tables(
    databases: Databases, empty_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPG_DATABASE_URL", empty_database.url)
    upgrade = [sys.executable, "-m", "spg_registry", "db", "upgrade"]

    starting = [subprocess.Popen(upgrade, stderr=subprocess.PIPE, text=True) for _ in range(2)]

    assert [process.communicate()[1] for process in starting] == ["", ""]
    assert [process.returncode for process in starting] == [0, 0]
    assert empty_database.is_ready()


def test_foreign_keys_hold_again_after_a_migration(database: Database) -> None:
    with database.read() as session:
        if database.dialect == "sqlite":
            assert session.connection().execute(text("PRAGMA foreign_keys")).scalar() == 1
    with pytest.raises(Invalid), database.write() as session:
        session.connection().execute(
            text("INSERT INTO province (code, name, department_code) VALUES ('x', 'x', '99')")
        )

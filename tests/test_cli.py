"""The command that everything starts with: safe to repeat, clear when it cannot."""

from collections.abc import Callable

import pytest
from sqlalchemy import inspect
from sqlmodel import Session, col, func, select
from typer.testing import CliRunner

from spg_registry.cli import Demo, app, demo_stands, note_demo
from spg_registry.core import clock, schema
from spg_registry.core.audit import AuditEvent
from spg_registry.core.config import Settings, settings
from spg_registry.core.db import Database
from spg_registry.core.keys import Purpose, open_keyring
from spg_registry.people.models import User
from spg_registry.territory.models import Municipality


def run(*words: str) -> str:
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 0, result.output
    return result.output


def acts(database: Database) -> int:
    with database.read() as session:
        return session.exec(select(func.count(col(AuditEvent.id)))).one()


def somebody(session: Session) -> None:
    session.add(User(username="ana", label="Ana", password_hash="-", created_at=clock.now()))


def test_setup_makes_tables_reference_data_and_keys(
    empty_database_url: str, set_settings: Callable[..., Settings]
) -> None:
    set_settings(database_url=empty_database_url)

    run("setup")

    database = Database(empty_database_url)
    with database.read() as session:
        assert session.exec(select(func.count(col(Municipality.ine_code)))).one() == 343
    database.dispose()
    made = {key.purpose for key in open_keyring(settings().data_dir).list_keys()}
    assert made == set(Purpose)


def test_setup_again_changes_nothing(database: Database) -> None:
    run("setup")
    before = acts(database), open_keyring(settings().data_dir).list_keys()

    run("setup")

    assert (acts(database), open_keyring(settings().data_dir).list_keys()) == before


def test_what_setup_writes_is_for_the_service_only(database: Database) -> None:
    run("setup")

    assert settings().data_dir.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("database_url", "mysql://x", "SPG_DATABASE_URL must begin with sqlite:/// or"),
        ("public_url", "https://x.bo/a", "SPG_PUBLIC_URL must be scheme and host only"),
        ("session_hours", "soon", "SPG_SESSION_HOURS"),
    ],
)
def test_a_wrong_setting_stops_with_a_sentence(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, sentence: str
) -> None:
    monkeypatch.setenv(f"SPG_{name.upper()}", value)
    settings.cache_clear()

    result = CliRunner().invoke(app, ["setup"])

    assert result.exit_code == 2
    assert result.stderr.startswith("error: ")
    assert sentence in result.stderr


def test_the_demonstration_goes_into_a_registry_where_nobody_works(database: Database) -> None:
    assert demo_stands(database) is Demo.POSSIBLE

    with database.write() as session:
        somebody(session)

    assert demo_stands(database) is Demo.UNWANTED


def test_a_demonstration_that_was_cut_short_is_not_taken_for_a_whole_one(
    database: Database,
) -> None:
    note_demo(database, "demo.begin")
    with database.write() as session:
        somebody(session)

    assert demo_stands(database) is Demo.HALF

    note_demo(database, "demo.end")

    assert demo_stands(database) is Demo.WHOLE


def test_a_half_demonstration_can_be_thrown_away(reference_data: None, database: Database) -> None:
    note_demo(database, "demo.begin")
    with database.write() as session:
        somebody(session)

    schema.reset(database)

    assert demo_stands(database) is Demo.POSSIBLE
    assert acts(database) == 0
    assert set(inspect(database.engine).get_table_names()) >= set(schema.metadata().tables)

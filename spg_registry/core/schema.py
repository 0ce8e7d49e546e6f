"""The tables: which modules declare them, and the migrations that make them."""

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from pkgutil import iter_modules

from alembic import command
from alembic.config import Config
from sqlalchemy import MetaData
from sqlmodel import SQLModel

import spg_registry
from spg_registry.core import attachments, audit, history
from spg_registry.core.db import Database

PROJECT = Path(spg_registry.__file__).parent.parent
OF_THE_FLOOR = (audit.AuditEvent, history.Change, attachments.Attachment)


def metadata() -> MetaData:
    """Every table of every room. Rooms are found by their `models` module, not listed here."""
    for room in iter_modules(spg_registry.__path__, "spg_registry."):
        if room.ispkg and find_spec(f"{room.name}.models"):
            import_module(f"{room.name}.models")
    return SQLModel.metadata


def alembic_config(database: Database | None = None) -> Config:
    """The migrations' settings. Without a database they open the one that the settings name."""
    config = Config(PROJECT / "alembic.ini")
    if database is not None:
        config.attributes["engine"] = database.engine
    return config


def upgrade(database: Database) -> None:
    """Bring the tables up to date: all steps in one transaction, one process at a time."""
    command.upgrade(alembic_config(database), "head")


def reset(database: Database) -> None:
    """Throw everything away and make the tables anew: for a demonstration that was cut short."""
    present = MetaData()
    with database.engine.begin() as connection:
        present.reflect(connection)
        present.drop_all(connection)
    upgrade(database)

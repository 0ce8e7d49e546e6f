"""How the migrations meet a database: one transaction, under a lock, on both engines.

Run through the project's own engine, so that a migration works under the same settings as
everything else. Whoever comes second waits, then finds the work done.
"""

from typing import Any, Literal

import sqlmodel
from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection, Enum, text

from spg_registry.core.config import settings
from spg_registry.core.db import Instant, make_engine
from spg_registry.core.locks import Lock
from spg_registry.core.schema import metadata


def run() -> None:
    given = context.config.attributes.get("engine")
    engine = given or make_engine(settings().database_url, pool_size=1)
    try:
        with engine.connect() as connection:
            migrate(connection.execution_options(spg_writes=True))
    finally:
        if given is None:
            engine.dispose()


def migrate(connection: Connection) -> None:
    sqlite = connection.dialect.name == "sqlite"
    # SQLite alters a table by copying it, which needs foreign keys off; only outside a transaction.
    if sqlite:
        foreign_keys(connection, on=False)
    try:
        context.configure(
            connection=connection,
            target_metadata=metadata(),
            render_as_batch=sqlite,
            render_item=render_item,
            transactional_ddl=True,
            compare_server_default=True,
        )
        with context.begin_transaction():
            if not sqlite:
                connection.execute(text(f"SELECT pg_advisory_xact_lock({Lock.MIGRATION.value})"))
            context.run_migrations()
            if sqlite and (broken := connection.execute(text("PRAGMA foreign_key_check")).all()):
                raise RuntimeError(f"the migration would leave rows without their parent: {broken}")
    finally:
        if sqlite:
            foreign_keys(connection, on=True)


def foreign_keys(connection: Connection, *, on: bool) -> None:
    driver: Any = connection.connection.driver_connection
    driver.execute(f"PRAGMA foreign_keys={'ON' if on else 'OFF'}")


def render_item(kind: str, item: Any, autogenerate: AutogenContext) -> str | Literal[False]:
    """Write our own column types so that a migration reads well and stands on its own."""
    if kind == "type" and isinstance(item, Instant):
        autogenerate.imports.add("from spg_registry.core.db import Instant")
        return "Instant()"
    if kind == "type" and isinstance(item, sqlmodel.AutoString):
        return f"sa.String(length={item.length})" if item.length else "sa.String()"
    if kind == "type" and isinstance(item, Enum):
        # Alembic would leave out the check that holds the column to its words.
        words = ", ".join(repr(word) for word in item.enums)
        return (
            f"sa.Enum({words}, name={item.name!r}, native_enum=False, length={item.length}, "
            "create_constraint=True)"
        )
    return False


run()

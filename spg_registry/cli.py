"""The command `spg-registry`: set up, serve, and the sub-commands of the rooms."""

import fcntl
import os
import sys
from enum import Enum
from typing import Annotated

import typer
from pydantic import ValidationError
from sqlmodel import select

from spg_registry import demo
from spg_registry.commands import accounts, imports, keys, register
from spg_registry.core import clock, schema
from spg_registry.core.audit import AuditEvent, record
from spg_registry.core.config import Settings, settings
from spg_registry.core.db import Database
from spg_registry.core.keys import open_keyring
from spg_registry.core.permissions import SYSTEM
from spg_registry.people.models import User
from spg_registry.standards import service as standards
from spg_registry.territory import service as territory

app = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__
)
db = typer.Typer(no_args_is_help=True, help="The tables of the database.")
app.add_typer(db, name="db")
app.add_typer(accounts.user, name="user")
app.add_typer(accounts.client, name="client")
app.add_typer(keys.command, name="keys")
app.add_typer(imports.command, name="import")
app.add_typer(register.command, name="register")

DEMO_LOGINS = (
    "coordinadora",
    "secretaria",
    "evaluador",
    "coordinador2",
    "control",
    "cnape",
    "admin",
)


@app.callback()
def check_settings() -> None:
    """A wrong setting stops here with its sentence, not with a traceback later."""
    try:
        settings()
    except ValidationError as faults:
        for fault in faults.errors():
            name = "SPG_" + "_".join(str(part) for part in fault["loc"]).upper()
            reason = fault["msg"].removeprefix("Value error, ")
            typer.echo(f"error: {reason if name in reason else f'{name}: {reason}'}", err=True)
        raise typer.Exit(2) from None


@db.command("upgrade")
def db_upgrade() -> None:
    """Bring the tables up to date."""
    database = Database(settings().database_url, pool_size=1)
    schema.upgrade(database)
    database.dispose()


@app.command()
def setup() -> None:
    """Everything a start needs: tables, reference data, keys; the demonstration with SPG_DEMO=1.

    Safe to repeat, and to run beside another: what is done already is left alone.
    """
    prepare(settings())


def prepare(chosen: Settings) -> None:
    chosen.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (chosen.data_dir / ".setup.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        database = Database(chosen.database_url, pool_size=4)
        try:
            schema.upgrade(database)
            if chosen.demo and demo_stands(database) is Demo.HALF:
                typer.echo("The demonstration was cut short while loading; it begins anew.")
                schema.reset(database)
            load_reference(database)
            passphrase = chosen.key_passphrase
            open_keyring(
                chosen.data_dir, passphrase.get_secret_value() if passphrase else None
            ).ensure(clock.now())
            if chosen.demo and demo_stands(database) is Demo.POSSIBLE:
                load_demo(database)
        finally:
            database.dispose()


def load_reference(database: Database) -> None:
    """What ships as data files: territory, products, standard, checklist, rules."""
    now = clock.now()
    with database.write(now) as session:
        territory.load_reference(session, now)
        standards.load_standards(session, now)


class Demo(Enum):
    """How far the demonstration is. It goes only into a registry where nobody works yet."""

    POSSIBLE = "possible"
    HALF = "half"
    WHOLE = "whole"
    UNWANTED = "unwanted"


def demo_stands(database: Database) -> Demo:
    with database.read() as session:
        noted = set(
            session.exec(select(AuditEvent.action).where(AuditEvent.subject == "demonstration"))
        )
        if "demo.end" in noted:
            return Demo.WHOLE
        if "demo.begin" in noted:
            return Demo.HALF
        return Demo.UNWANTED if session.exec(select(User.id)).first() else Demo.POSSIBLE


def load_demo(database: Database) -> None:
    """Load it between two marks, so that a killed load is never taken for a whole one."""
    note_demo(database, "demo.begin")
    demo.load(database)
    note_demo(database, "demo.end")


def note_demo(database: Database, action: str) -> None:
    now = clock.now()
    with database.write(now) as session:
        record(session, SYSTEM, now, action, "demonstration", "first")


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(envvar="PORT", help="Port to listen on.")] = 8000,
    workers: Annotated[int, typer.Option(help="Processes.")] = 1,
) -> None:
    """Serve the pages and the API until stopped."""
    chosen = settings()
    typer.echo(f"\n  {chosen.public_url}\n")
    if chosen.demo:
        typer.echo(
            f"  Demonstration. Enter at {chosen.public_url}/entrar with the password demo as"
        )
        typer.echo(f"  {', '.join(DEMO_LOGINS)}\n")
    sys.stdout.flush()
    # The web layer lies above this one, so it is started by name, in place of this process.
    os.execv(  # noqa: S606  # no shell, no outside words but a checked address and numbers
        sys.executable,
        [
            sys.executable,
            *("-m", "uvicorn", "api.main:app", "--app-dir", str(schema.PROJECT)),
            *("--host", host, "--port", str(port), "--workers", str(workers)),
            *("--no-server-header", "--timeout-graceful-shutdown", "10"),
        ],
    )

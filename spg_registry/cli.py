"""The command `spg-registry`: set up, serve, and the sub-commands of the rooms."""

import os
import sys
from typing import Annotated

import typer
from pydantic import ValidationError

from spg_registry.commands import accounts, demo, imports, keys, register
from spg_registry.commands.starting import load_reference, prepare
from spg_registry.core import schema
from spg_registry.core.config import settings
from spg_registry.core.db import Database
from spg_registry.demo.logins import DEMO_LOGINS
from spg_registry.demo.standing import Demo, demo_stands, note_demo

__all__ = ["Demo", "app", "demo_stands", "load_reference", "note_demo", "prepare"]

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
app.add_typer(demo.command, name="demo")


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
        typer.echo(f"  {', '.join(login for login, _ in DEMO_LOGINS)}\n")
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

"""`spg-registry register export|reconcile`: the national register, by the operator."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from spg_registry.commands.terminal import told
from spg_registry.core import clock
from spg_registry.core.config import settings
from spg_registry.core.db import Database
from spg_registry.core.messages import sentence
from spg_registry.core.permissions import SYSTEM
from spg_registry.register import service
from spg_registry.register.columns import Profile, TableName
from spg_registry.register.reconciliation import Reconciliation, Weight
from spg_registry.register.reconciliation import reconcile as reconcile_register
from spg_registry.register.writing import Format

command = typer.Typer(no_args_is_help=True, help="The national register.")


@command.command("export")
def export(
    table: Annotated[TableName, typer.Argument(help="What to write.")],
    out: Annotated[
        Path | None, typer.Option(help="A file; without it, standard output.", dir_okay=False)
    ] = None,
    format_: Annotated[Format, typer.Option("--format")] = Format.CSV,
    profile: Annotated[Profile, typer.Option(help="Whose columns.")] = Profile.CONTROL,
    municipality: Annotated[
        str | None, typer.Option(help="An INE code, or the beginning of one.")
    ] = None,
    spg: Annotated[str | None, typer.Option(help="The code of one SPG.")] = None,
) -> None:
    """Write a table as it stands today. A file appears whole or not at all."""
    now = clock.now()
    with _database() as database, told():
        with database.read() as session:
            extract = (
                service.public_extract(session, now, table, municipality, spg)
                if profile is Profile.PUBLIC
                else service.control_extract(session, SYSTEM, now, table, municipality, spg)
            )
        export = service.Export(database, SYSTEM, now, extract, format_)
        with _target(out) as file:
            for chunk in export:
                file.write(chunk)
        typer.echo(f"{export.rows} rows, sha256 {export.digest}", err=True)


@command.command("reconcile")
def reconcile(
    as_json: Annotated[bool, typer.Option("--json", help="The whole report as JSON.")] = False,
) -> None:
    """Whether the register holds together; exit code 1 when it does not."""
    with _database() as database, told(), database.read() as session:
        report = reconcile_register(session, SYSTEM, clock.now())
    typer.echo(report.model_dump_json(indent=2) if as_json else _told(report))
    if not report.holds:
        raise typer.Exit(1)


def _told(report: Reconciliation) -> str:
    lines = [f"as of {report.as_of}, sequence {report.sequence}"]
    for check in report.checks:
        word = "ok" if not check.count else "FAULT" if check.weight is Weight.FAULT else "look"
        lines.append(f"{word:5} {check.count:7} {sentence(f'reconciliation.{check.code}', 'en')}")
        lines += [f"{'':14}{item.key} {item.detail or ''}".rstrip() for item in check.items]
    for found in report.sums:
        word = "ok" if found.equal else "FAULT"
        named = sentence(f"reconciliation.sum.{found.measure}", "en")
        lines.append(f"{word:5} {named}: {found.national} = {found.municipalities}")
    return "\n".join(lines)


@contextmanager
def _database() -> Iterator[Database]:
    database = Database(settings().database_url, pool_size=1)
    try:
        yield database
    finally:
        database.dispose()


@contextmanager
def _target(out: Path | None) -> Iterator[BinaryIO]:
    if out is None:
        yield sys.stdout.buffer
        return
    unfinished = out.with_name(f".{out.name}.{os.getpid()}")
    try:
        with unfinished.open("wb") as file:
            yield file
        unfinished.replace(out)
    finally:
        unfinished.unlink(missing_ok=True)

"""`spg-registry import producers FILE`: a committee's list, by the operator."""

from pathlib import Path
from typing import Annotated

import typer
from sqlmodel import Session, select

from spg_registry.commands.terminal import writing
from spg_registry.committees.errors import SpgNotFound
from spg_registry.committees.models import Spg
from spg_registry.core import clock
from spg_registry.core.messages import sentence
from spg_registry.core.permissions import SYSTEM
from spg_registry.core.spreadsheets import read_table
from spg_registry.producers import importing
from spg_registry.producers.importing import Action, Examination, Options

command = typer.Typer(no_args_is_help=True, help="Lists that committees keep in spreadsheets.")


@command.callback()
def lists() -> None:
    """Lists that committees keep in spreadsheets."""


@command.command("producers")
def import_producers(
    file: Annotated[Path, typer.Argument(help="CSV or XLSX.", exists=True, dir_okay=False)],
    spg: Annotated[str, typer.Option(help="The code of the SPG, such as SPG-0001.")],
    confirm: Annotated[
        bool, typer.Option("--confirm", help="Write the accepted rows; else only show them.")
    ] = False,
    share_area: Annotated[
        bool,
        typer.Option("--share-area", help="Share land equally among a row's products."),
    ] = False,
    admitted: Annotated[
        bool, typer.Option("--admitted", help="The committee has admitted the newcomers.")
    ] = False,
    rejected: Annotated[
        Path | None, typer.Option(help="Where to put the rows that are not taken.", dir_okay=False)
    ] = None,
) -> None:
    """Show what would become of every row of a list, and with --confirm do it.

    Without --confirm the list waits on the committee's page of imports.
    """
    options = Options(share_area=share_area, admitted=admitted)
    with writing() as session:
        with read_table(file, file.name) as table:
            found = importing.examine(
                session, SYSTEM, clock.now(), _spg(session, spg), table, options
            )
        if confirm:
            found = importing.confirm(session, SYSTEM, clock.now(), found.batch.id)
        _show(found)
        if rejected is not None:
            with rejected.open("wb") as out:
                importing.write_rejected_rows(session, SYSTEM, found.batch.id, out, "en")


def _spg(session: Session, code: str) -> int:
    found = session.exec(select(Spg.id).where(Spg.code == code)).first()
    if found is None:
        raise SpgNotFound(code=code)
    return found


def _show(found: Examination) -> None:
    for verdict in found.of(Action.REJECTED):
        reasons = " ".join(
            f"{problem.cell}: {sentence(f'error.{problem.code}', 'en', **problem.params)}"
            for problem in verdict.problems
        )
        typer.echo(f"row {verdict.row} rejected: {reasons}")
    for each in found.batch.missing:
        typer.echo(f"not in the list: {each['code']} ({each['producer']})")
    for heading in found.unknown:
        typer.echo(f"column left out: {heading.cell} {heading.title}")
    counts = found.batch.counts
    typer.echo(
        f"{found.spg.code}: {counts['new']} new, {counts['update']} changed, "
        f"{counts['unchanged']} unchanged, {counts['rejected']} rejected, "
        f"{counts['missing']} not in the list"
    )
    done = "written" if found.batch.confirmed_at else "nothing written, waiting to be confirmed"
    typer.echo(f"import {found.batch.id}: {done}")

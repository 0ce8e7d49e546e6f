"""`spg-registry demo`: invented people for showing and for load work, never beside real ones."""

from enum import StrEnum
from typing import Annotated

import typer

from spg_registry.commands.starting import alone, load_demonstration
from spg_registry.core import schema
from spg_registry.core.config import settings
from spg_registry.demo.standing import Demo, demo_stands


class ScaleName(StrEnum):
    PROGRAMME = "programme"
    NATIONAL = "national"


command = typer.Typer(no_args_is_help=True, help="The demonstration: invented people.")


@command.callback()
def only_here() -> None:
    """Keeps `load` a sub-command of its own."""


@command.command("load")
def load(
    scale: Annotated[
        ScaleName, typer.Option(help="The source programme, or a country for load work.")
    ] = ScaleName.PROGRAMME,
) -> None:
    """Load the demonstration into a registry where nobody works yet. Needs SPG_DEMO=1."""
    chosen = settings()
    if not chosen.demo:
        typer.echo("error: set SPG_DEMO=1: the demonstration's passwords are public", err=True)
        raise typer.Exit(2)
    with alone(chosen) as database:
        schema.upgrade(database)
        standing = demo_stands(database)
        if standing is Demo.WHOLE:
            typer.echo("The demonstration is loaded already.")
        elif standing is Demo.UNWANTED:
            typer.echo("error: somebody works in this registry already", err=True)
            raise typer.Exit(1)
        else:
            national = scale is ScaleName.NATIONAL
            load_demonstration(chosen, database, standing, national=national)

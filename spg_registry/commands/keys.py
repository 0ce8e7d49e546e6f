"""`spg-registry keys …`: the keys that sign, by the operator, each act in the audit."""

from collections.abc import Callable
from typing import Annotated

import typer

from spg_registry.commands.terminal import writing
from spg_registry.core import audit, clock
from spg_registry.core.keys import KeyEntry, KeyringError, Purpose, own_keyring
from spg_registry.core.permissions import SYSTEM

command = typer.Typer(no_args_is_help=True, help="The keys that sign.")

Wanted = Annotated[Purpose, typer.Argument(help="What the key is for.")]


@command.command("list")
def list_keys() -> None:
    """Every key ever made, with its state."""
    for entry in own_keyring().list_keys():
        typer.echo(f"{entry.kid:14} {entry.state.value:12} since {entry.created_at:%Y-%m-%d}")


@command.command("create")
def create(purpose: Wanted) -> None:
    """The first key of a purpose, or the next one after a compromise."""
    _note("key.create", lambda: own_keyring().create(purpose, clock.now()))


@command.command("rotate")
def rotate(purpose: Wanted) -> None:
    """A new key to sign with; the old one still verifies and signs no more."""
    _note("key.rotate", lambda: own_keyring().rotate(purpose, clock.now()))


@command.command("compromise")
def compromise(kid: Annotated[str, typer.Argument(help="The key's name, such as seal-1.")]) -> None:
    """Declare a key stolen: what it signed is no longer believed. It cannot be taken back."""
    _note("key.compromise", lambda: own_keyring().compromise(kid, clock.now()))


def _note(action: str, act: Callable[[], KeyEntry]) -> None:
    """Do it and write it down. The audit waits until the keyring has changed: a key that exists
    without a note is found in the list, a note without its key would be a lie."""
    with writing() as session:
        try:
            entry = act()
        except KeyringError as refusal:
            typer.echo(f"error: {refusal or type(refusal).__name__}", err=True)
            raise typer.Exit(1) from None
        audit.record(session, SYSTEM, clock.now(), action, "key", entry.kid)
    typer.echo(f"{entry.kid}: {entry.state.value}")

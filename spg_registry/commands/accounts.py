"""`spg-registry user …` and `spg-registry client …`: logins and programs, by the operator.

Passwords come from the keyboard or from standard input, never from an argument: arguments stand
in the shell's history and in everybody's list of processes.
"""

import sys
from typing import Annotated

import typer
from sqlmodel import Session

from spg_registry.commands.terminal import writing
from spg_registry.committees import service as committees
from spg_registry.committees.schemas import RoleIn
from spg_registry.core import clock
from spg_registry.core.permissions import SYSTEM, Role
from spg_registry.people import accounts
from spg_registry.people import service as people
from spg_registry.people.errors import UserNotFound
from spg_registry.people.models import User
from spg_registry.people.schemas import ClientIn, PasswordIn, UserIn

user = typer.Typer(no_args_is_help=True, help="Logins of people.")
client = typer.Typer(no_args_is_help=True, help="Programs that use the API.")

Username = Annotated[str, typer.Argument(help="The name to sign in with.")]


@user.command("create")
def create_user(
    username: Username,
    label: Annotated[str, typer.Option(help="The name that others see.")] = "",
    role: Annotated[Role | None, typer.Option(help="What the user may do.")] = None,
    committee: Annotated[int | None, typer.Option(help="Where: the committee's number.")] = None,
) -> None:
    """Make a login; the password is asked for, or read from standard input."""
    password = _password()
    with writing() as session:
        data = UserIn.model_validate(
            {"username": username, "label": label or username, "password": password}
        )
        now = clock.now()
        made = people.create_user(session, SYSTEM, now, data)
        if role is not None:
            wish = RoleIn(user_id=made.id, role=role, committee_id=committee)
            committees.assign_role(session, SYSTEM, now, wish)
        typer.echo(f"user {made.username}: created{f' as {role}' if role else ', without a role'}")


@user.command("password")
def set_password(username: Username) -> None:
    """Give a login a new password; its sessions end."""
    password = _password()
    with writing() as session:
        data = PasswordIn.model_validate({"password": password})
        found = _user(session, username)
        people.set_password(session, SYSTEM, clock.now(), found.id, data)
        typer.echo(f"user {found.username}: password changed, sessions ended")


@user.command("disable")
def disable_user(username: Username) -> None:
    """Shut a login; what the user did stays."""
    with writing() as session:
        found = _user(session, username)
        people.disable_user(session, SYSTEM, clock.now(), found.id)
        typer.echo(f"user {found.username}: disabled, sessions ended")


@client.command("create")
def create_client(
    client_id: Annotated[str, typer.Argument(help="The name the program signs in with.")],
    scope: Annotated[list[str], typer.Option(help="What it may do, such as register:read.")],
    name: Annotated[str, typer.Option(help="The name that people read.")] = "",
) -> None:
    """Register a program and print its secret, this once."""
    with writing() as session:
        data = ClientIn.model_validate(
            {"client_id": client_id, "name": name or client_id, "scopes": scope}
        )
        made, secret = people.create_client(session, SYSTEM, clock.now(), data)
    typer.echo(f"client_id: {made.client_id}")
    typer.echo(f"client_secret: {secret}")
    typer.echo("The secret is not kept and will not be shown again.", err=True)


@client.command("revoke")
def revoke_client(client_id: Annotated[str, typer.Argument(help="Its name.")]) -> None:
    """End a program's access at once, its running tokens included."""
    with writing() as session:
        found = people.revoke_client(session, SYSTEM, clock.now(), client_id)
        typer.echo(f"client {found.client_id}: revoked")


def _user(session: Session, username: str) -> User:
    found = accounts.user_named(session, username)
    if found is None:
        raise UserNotFound(username=username)
    return found


def _password() -> str:
    if sys.stdin.isatty():
        typed: str = typer.prompt("password", hide_input=True, confirmation_prompt=True)
        return typed
    return sys.stdin.readline().rstrip("\r\n")

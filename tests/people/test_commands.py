"""`spg-registry user` and `spg-registry client`, as the operator types them."""

import pytest
from typer.testing import CliRunner, Result

from spg_registry.cli import app
from spg_registry.committees.service import actor_of
from spg_registry.core.config import settings
from spg_registry.core.db import Database
from spg_registry.core.keys import open_keyring
from spg_registry.core.permissions import Role
from spg_registry.people import service as people
from spg_registry.people.service import Outcome
from tests.cast import Cast

HERE = "203.0.113.4"


def run(*words: str, typed: str = "") -> Result:
    return CliRunner().invoke(app, list(words), input=typed)


def let_in(database: Database, cast: Cast, username: str, password: str) -> bool:
    with database.write(cast.now) as session:
        return people.sign_in(session, cast.now, username, password, HERE).token is not None


def test_a_user_is_made_with_a_role_and_a_password_from_standard_input(
    database: Database, cast: Cast
) -> None:
    place = str(cast.committee)
    made = run(
        *("user", "create", "zenobia", "--role", "secretary", "--committee", place),
        typed="clave de papel\n",
    )
    assert (made.exit_code, made.stdout) == (0, "user zenobia: created as secretary\n")
    with database.write(cast.now) as session:
        signed = people.sign_in(session, cast.now, "zenobia", "clave de papel", HERE)
        assert signed.user is not None
        assert actor_of(session, signed.user).has(Role.SECRETARY, cast.committee)


def test_a_new_password_opens_and_the_old_one_does_not(database: Database, cast: Cast) -> None:
    assert run("user", "password", "rosa", typed="otra clave larga\n").exit_code == 0
    assert not let_in(database, cast, "rosa", cast.password)
    assert let_in(database, cast, "rosa", "otra clave larga")


def test_a_disabled_user_stays_out(database: Database, cast: Cast) -> None:
    assert run("user", "disable", "rosa").exit_code == 0
    assert not let_in(database, cast, "rosa", cast.password)


@pytest.mark.parametrize(
    ("words", "typed", "told"),
    [
        (("user", "create", "rosa"), "clave de papel\n", "There is a user called rosa already"),
        (("user", "create", "zenobia"), "corta\n", "password"),
        (("user", "create", "z", "--role", "member"), "clave de papel\n", "username"),
        (("user", "create", "zenobia", "--role", "member"), "clave de papel\n", "not given here"),
        (("user", "password", "nadie"), "clave de papel\n", "does not exist"),
        (("client", "create", "x-1", "--scope", "seal:invent"), "", "seal:invent"),
        (("client", "revoke", "nadie"), "", "does not exist"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence_and_leaves_nothing(
    database: Database, cast: Cast, words: tuple[str, ...], typed: str, told: str
) -> None:
    answer = run(*words, typed=typed)
    assert answer.exit_code == 1
    assert told in answer.stderr
    assert (typed.strip() or "nothing was typed") not in answer.output
    assert not let_in(database, cast, "zenobia", "clave de papel")


def test_a_programs_secret_is_printed_once_and_works_until_revoked(
    database: Database, cast: Cast
) -> None:
    open_keyring(settings().data_dir).ensure(cast.now)
    made = run("client", "create", "senasag", "--scope", "register:read", "--scope", "seal:read")
    name, secret = (line.split(": ")[1] for line in made.stdout.splitlines())
    with database.write(cast.now) as session:
        answer = people.issue_client_token(session, cast.now, name, secret, None, HERE)
        assert answer.scopes == {"register:read", "seal:read"}
    assert run("client", "revoke", "senasag").exit_code == 0
    with database.write(cast.now) as session:
        answer = people.issue_client_token(session, cast.now, name, secret, None, HERE)
        assert answer.outcome is Outcome.REFUSED

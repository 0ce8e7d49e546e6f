"""The demonstration's passwords are printed on its pages: they open nothing anywhere else."""

from collections.abc import Callable

import pytest
from sqlmodel import Session, select
from typer.testing import CliRunner

from spg_registry.cli import app
from spg_registry.committees.service import actor_of
from spg_registry.core.config import Settings
from spg_registry.core.db import Database
from spg_registry.core.keys import Keyring, open_keyring
from spg_registry.core.permissions import Permission
from spg_registry.demo.loading import PASSWORD
from spg_registry.people import access, service
from spg_registry.people.models import User
from spg_registry.people.passwords import hash_for_demonstration
from spg_registry.people.service import Outcome, SignIn
from spg_registry.people.tokens import InvalidToken
from tests.demo.conftest import NOW

LOGINS = ("coordinadora", "secretaria", "evaluador", "coordinador2", "control", "cnape", "admin")
Shown = tuple[Database, Keyring]


def knock(session: Session, username: str, password: str = PASSWORD) -> SignIn:
    return service.sign_in(session, NOW, username, password, "192.0.2.7")


@pytest.fixture
def session(shown: Shown) -> Session:
    """Beside the demonstration; nothing stays of it."""
    with shown[0].open(writes=True) as opened:
        yield opened
        opened.rollback()


@pytest.mark.parametrize("username", LOGINS)
def test_each_printed_login_opens_in_the_demonstration(
    session: Session, set_settings: Callable[..., Settings], username: str
) -> None:
    set_settings(demo=1)
    assert knock(session, username).outcome is Outcome.LET_IN


@pytest.mark.parametrize("username", LOGINS)
def test_and_is_shut_wherever_the_same_database_is_served_in_earnest(
    session: Session, username: str
) -> None:
    assert knock(session, username).outcome is Outcome.REFUSED


def test_the_password_is_still_asked_for(
    session: Session, set_settings: Callable[..., Settings]
) -> None:
    set_settings(demo=1)
    assert knock(session, "admin", "otra").outcome is Outcome.REFUSED


def test_sessions_and_tokens_of_the_demonstration_end_with_it(
    session: Session, set_settings: Callable[..., Settings]
) -> None:
    chosen = set_settings(demo=1)
    open_keyring(chosen.data_dir).ensure(NOW)
    let_in = knock(session, "control")
    assert let_in.token
    assert let_in.user
    token = access.mint(NOW, f"user:{let_in.user.id}", frozenset({"register:read"})).token
    assert service.session_user(session, NOW, let_in.token)
    assert access.bearer(session, NOW, token)

    set_settings(demo=0)

    assert service.session_user(session, NOW, let_in.token) is None
    with pytest.raises(InvalidToken):
        access.bearer(session, NOW, token)


def test_a_rehash_keeps_the_mark() -> None:
    assert hash_for_demonstration("demo").stored.startswith("demo:")


def test_the_coordinator_of_the_first_committee_decides_there_and_nowhere_else(
    session: Session,
) -> None:
    actor = actor_of(session, session.exec(select(User).where(User.username == LOGINS[0])).one())
    (place,) = actor.committees(Permission.ACTA_CLOSE) or ()
    other = actor_of(session, session.exec(select(User).where(User.username == LOGINS[3])).one())
    assert other.committees(Permission.ACTA_CLOSE) != {place}


def test_load_is_refused_without_demo_mode(database: Database) -> None:
    result = CliRunner().invoke(app, ["demo", "load"])
    assert result.exit_code == 2
    assert result.stderr == ("error: set SPG_DEMO=1: the demonstration's passwords are public\n")


def test_load_is_refused_where_somebody_works(
    database: Database, set_settings: Callable[..., Settings]
) -> None:
    set_settings(demo=1)
    with database.write(NOW) as session:
        session.add(User(username="ana", label="Ana", password_hash="-", created_at=NOW))
    result = CliRunner().invoke(app, ["demo", "load"])
    assert result.exit_code == 1
    assert result.stderr == "error: somebody works in this registry already\n"

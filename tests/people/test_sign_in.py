"""At the door: who is let in, who waits, and what the database remembers of it."""

import threading
from datetime import timedelta

import pytest
from sqlmodel import Session, col, select

from spg_registry.core import audit
from spg_registry.core.audit import AuditEvent
from spg_registry.core.config import settings
from spg_registry.core.db import Database
from spg_registry.core.keys import open_keyring
from spg_registry.core.permissions import SYSTEM
from spg_registry.people import access, accounts
from spg_registry.people import service as people
from spg_registry.people.models import LoginAttempt, LoginSession
from spg_registry.people.passwords import PasswordCheck
from spg_registry.people.service import Outcome
from tests.cast import Cast, Stage

HOME = "192.0.2.7"
ELSEWHERE = "198.51.100.20"


def knock(database: Database, cast: Cast, after: int = 0, **other: str) -> people.SignIn:
    """A try `after` seconds, committed as the web layer commits it."""
    said = {"username": "rosa", "password": cast.password, "address": HOME} | other
    now = cast.now + timedelta(seconds=after)
    with database.write(now) as session:
        return people.sign_in(session, now, said["username"], said["password"], said["address"])


def test_the_right_password_opens_a_session_of_twelve_hours(database: Database, cast: Cast) -> None:
    let_in = knock(database, cast, username=" Rosa ")
    assert let_in.outcome is Outcome.LET_IN
    assert let_in.token
    with database.read() as session:
        found = people.session_user(
            session, cast.now + timedelta(hours=11, minutes=59), let_in.token
        )
        assert found is not None
        assert found[1].username == "rosa"
        assert people.session_user(session, cast.now + timedelta(hours=12), let_in.token) is None
        stored = session.exec(select(LoginSession)).one()
        assert let_in.token not in (stored.token_hash, stored.csrf)


def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(
    database: Database, cast: Cast
) -> None:
    wrong = knock(database, cast, password="demo")
    unknown = knock(database, cast, username="nadie")
    assert wrong == unknown
    assert wrong.token is None
    assert wrong.refusal == "sign_in_refused"


def test_a_name_that_no_database_takes_is_an_unknown_name(database: Database, cast: Cast) -> None:
    assert knock(database, cast, username="rosa\x00").refusal == "sign_in_refused"


def test_the_fifth_wrong_password_costs_half_a_minute_and_the_next_twice_that(
    database: Database, cast: Cast
) -> None:
    for place in range(5):
        assert knock(database, cast, place, password="no").outcome is Outcome.REFUSED
    waiting = knock(database, cast, 10)
    assert (waiting.outcome, waiting.refusal) == (Outcome.THROTTLED, "throttled")
    assert waiting.seconds == 24
    assert knock(database, cast, 35, password="no").outcome is Outcome.REFUSED
    assert knock(database, cast, 36).seconds == 59


def test_tries_that_were_hashed_at_the_same_moment_are_counted_one_after_another(
    database: Database, cast: Cast
) -> None:
    """Thirty who all looked before anybody's failure was noted; the last has the right word."""
    words = ["no"] * 29 + [cast.password]
    with database.read() as session:
        locks = [access.lock_of(session, cast.now, "rosa", HOME) for _ in words]
    said = []
    for word, lock in zip(words, locks, strict=True):
        with database.write(cast.now) as session:
            tried = lock.turn(word)
            said.append(people.sign_in(session, cast.now, "rosa", word, HOME, tried).outcome)
    assert said == [Outcome.REFUSED] * 5 + [Outcome.THROTTLED] * 25


def test_a_password_that_was_changed_during_the_hashing_opens_nothing(
    database: Database, cast: Cast
) -> None:
    with database.read() as session:
        tried = access.lock_of(session, cast.now, "rosa", HOME).turn(cast.password)
    assert tried.check.right
    with database.write(cast.now) as session:
        user = accounts.user_named(session, "rosa")
        assert user is not None
        accounts.store_password(session, cast.coordinator, cast.now, user, "otra clave larga")
    with database.write(cast.now) as session:
        late = people.sign_in(session, cast.now, "rosa", cast.password, HOME, tried)
    assert late.outcome is Outcome.REFUSED


def test_nobody_who_writes_waits_for_a_password_to_be_checked(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the hashing goes on, another thread writes; twice, at the page and for a token."""
    written = []
    check = access.check_password

    def slowly(password: str, stored: str | None) -> PasswordCheck:
        writer = threading.Thread(target=somebody_writes)
        writer.start()
        writer.join(timeout=10)
        return check(password, stored)

    def somebody_writes() -> None:
        with stage.database.write(stage.cast.now) as session:
            audit.record(session, SYSTEM, stage.cast.now, "test.write", "nothing", 0)
        written.append(True)

    open_keyring(settings().data_dir).ensure(stage.cast.now)
    monkeypatch.setattr(access, "check_password", slowly)
    said = {"username": "rosa", "password": stage.cast.password}
    csrf = {"csrf_token": "a" * 32}
    stage.client.cookies.set("spg_visit", "a" * 32)
    assert stage.client.post("/entrar", data=said | csrf).status_code == 303
    assert len(written) == 1
    asked = stage.client.post("/api/v1/token", data=said | {"grant_type": "password"})
    assert asked.status_code == 200
    assert len(written) == 2


def test_a_refused_try_at_the_page_is_kept(stage: Stage) -> None:
    stage.client.cookies.set("spg_visit", "a" * 32)
    said = {"username": "rosa", "password": "no", "csrf_token": "a" * 32}
    assert [stage.client.post("/entrar", data=said).status_code for _ in range(6)] == [
        *[422] * 5,
        429,
    ]
    with stage.database.read() as session:
        assert "user.refuse" in actions(session, stage.cast.coordinator.id)


def test_after_the_wait_the_right_password_opens_and_wipes_the_slate(
    database: Database, cast: Cast
) -> None:
    for place in range(5):
        knock(database, cast, place, password="no")
    assert knock(database, cast, 34).outcome is Outcome.LET_IN
    assert knock(database, cast, 35, password="no").outcome is Outcome.REFUSED
    assert knock(database, cast, 36).outcome is Outcome.LET_IN


def test_throttled_tries_do_not_lengthen_the_wait_of_who_is_attacked(
    database: Database, cast: Cast
) -> None:
    for place in range(5):
        knock(database, cast, place, password="no", address=ELSEWHERE)
    for place in range(10):
        knock(database, cast, 5 + place, password="no", address=ELSEWHERE)
    assert knock(database, cast, 34).outcome is Outcome.LET_IN


def test_an_address_that_tries_thirty_names_waits_and_others_do_not(
    database: Database, cast: Cast
) -> None:
    for number in range(30):
        knock(database, cast, username=f"nombre{number}", address=ELSEWHERE)
    assert knock(database, cast, 1, address=ELSEWHERE).outcome is Outcome.THROTTLED
    assert knock(database, cast, 1).outcome is Outcome.LET_IN
    assert knock(database, cast, 301, address=ELSEWHERE).outcome is Outcome.LET_IN


def test_tries_are_kept_without_names_and_for_a_day(database: Database, cast: Cast) -> None:
    knock(database, cast, username="mi contraseña secreta")
    knock(database, cast, 2 * 86_400, username="otro")
    with database.read() as session:
        kept = list(session.exec(select(LoginAttempt)))
        assert len(kept) == 2
        assert {row.at for row in kept} == {cast.now + timedelta(days=2)}
        assert not any("otro" in row.subject for row in kept)


def test_signing_out_ends_the_session_and_is_in_the_audit(database: Database, cast: Cast) -> None:
    let_in = knock(database, cast)
    assert let_in.token
    with database.write(cast.now) as session:
        people.sign_out(session, cast.now, let_in.token)
    with database.read() as session:
        assert people.session_user(session, cast.now, let_in.token) is None
        assert actions(session, cast.coordinator.id) == ["user.sign_in", "user.sign_out"]


def test_a_refused_try_for_a_real_user_is_in_the_audit(database: Database, cast: Cast) -> None:
    knock(database, cast, password="no")
    with database.read() as session:
        assert actions(session, cast.coordinator.id) == ["user.refuse"]


def test_a_disabled_user_is_out_at_once_and_stays_out(database: Database, cast: Cast) -> None:
    let_in = knock(database, cast)
    assert let_in.token
    assert cast.coordinator.id
    with database.write(cast.now) as session:
        people.disable_user(session, cast.administrator, cast.now, cast.coordinator.id)
    with database.read() as session:
        assert people.session_user(session, cast.now, let_in.token) is None
    assert knock(database, cast, 60).outcome is Outcome.REFUSED


def actions(session: Session, user_id: int | None) -> list[str]:
    """What the audit says of a user's login on the day of the story."""
    query = (
        select(AuditEvent.action)
        .where(AuditEvent.subject == "user_account", AuditEvent.subject_id == str(user_id))
        .where(AuditEvent.action != "user.create")
        .order_by(col(AuditEvent.id))
    )
    return list(session.exec(query))

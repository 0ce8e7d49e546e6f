"""One-time links: invited by one, recovered by one, sent by mail or handed over; own sessions."""

import re
import socketserver
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from spg_registry.core import mail
from spg_registry.core.audit import AuditEvent
from spg_registry.core.db import Database
from spg_registry.people import access, links, sessions
from spg_registry.people import service as people
from spg_registry.people.errors import LinkNotGood
from spg_registry.people.models import LinkPurpose, LoginSession, OneTimeLink, User
from spg_registry.people.passwords import Hashed, hash_password
from tests.cast import PASSWORD, Cast, SignedIn, Stage

NEW = "otra chacra sin veneno"
GUEST = {"username": "casilda", "label": "Casilda Nina", "role": "member"}


def lines(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


def link_on(page: str) -> str:
    found = re.search(r"/enlace/([\w-]+)", page)
    assert found is not None, lines(page)
    return found[0]


def invited(stage: Stage, **more: str) -> str:
    """The page that follows an invitation without a password."""
    browser = stage.browser(stage.cast.coordinator)
    answer = browser.post(f"/comites/{stage.cast.committee}/usuarios/nuevo", GUEST | more)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    return answer.text


def stranger(stage: Stage, at: str) -> SignedIn:
    """A browser without a login, with the CSRF token of the page that it looks at."""
    client = Stage(stage.database, stage.cast).client
    page = client.get(at)
    assert page.status_code == 200, page.text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert token is not None
    return SignedIn(client, token[1])


def enters(stage: Stage, name: str, password: str) -> bool:
    with stage.database.write(stage.cast.now) as session:
        tried = access.sign_in(session, stage.cast.now, name, password, "192.0.2.9")
    return tried.token is not None


# --- invited ----------------------------------------------------------------------------------


def test_who_is_invited_sets_the_own_password_once(stage: Stage) -> None:
    link = link_on(invited(stage))
    assert not enters(stage, "casilda", "unset")
    guest = stranger(stage, link)
    assert guest.get(link).status_code == 200  # looking uses nothing up
    done = guest.post(link, {"password": NEW, "again": NEW})
    assert (done.status_code, done.headers["location"]) == (303, "/entrar")
    assert enters(stage, "casilda", NEW)
    assert guest.get(link).status_code == 404
    assert guest.post(link, {"password": PASSWORD, "again": PASSWORD}).status_code == 404
    with stage.database.read() as session:
        row = session.exec(select(OneTimeLink)).one()
        told = session.exec(select(AuditEvent.action)).all()
    assert link.removeprefix("/enlace/") not in row.token_hash
    assert {"user.create", "role.give", "user.link", "user.password"} <= set(told)


def test_the_office_sees_who_has_not_come_yet(stage: Stage) -> None:
    link = link_on(invited(stage))
    office = stage.browser(stage.cast.coordinator)
    assert "Invitado" in lines(office.get("/usuarios").text)
    stranger(stage, link).post(link, {"password": NEW, "again": NEW})
    assert "Invitado" not in lines(office.get("/usuarios").text)


def test_two_different_passwords_use_nothing_up(stage: Stage) -> None:
    link = link_on(invited(stage))
    guest = stranger(stage, link)
    assert guest.post(link, {"password": NEW, "again": "otra"}).status_code == 422
    assert guest.post(link, {"password": "corta", "again": "corta"}).status_code == 422
    assert guest.post(link, {"password": NEW, "again": NEW}).status_code == 303


def test_a_link_ends_with_its_time_and_with_a_newer_one(database: Database, cast: Cast) -> None:
    hashed = Hashed(hash_password(NEW))
    with database.write(cast.now) as session:
        user = session.get_one(User, cast.evaluator.id)
        first = links.make_link(session, cast.coordinator, cast.now, user, LinkPurpose.RECOVERY)
        second = links.make_link(session, cast.coordinator, cast.now, user, LinkPurpose.RECOVERY)
        with pytest.raises(LinkNotGood):
            links.whose(session, cast.now, first)
        late = cast.now + links.LASTING[LinkPurpose.RECOVERY]
        assert links.whose(session, late - timedelta(seconds=1), second)[1].id == user.id
        with pytest.raises(LinkNotGood):
            links.use_link(session, late, second, hashed)
        people.disable_user(session, cast.administrator, cast.now, user.id)
        with pytest.raises(LinkNotGood):
            links.use_link(session, cast.now, second, hashed)


def test_the_office_makes_links_for_its_own_and_for_nobody_else(stage: Stage) -> None:
    cast = stage.cast
    office = stage.browser(cast.coordinator)
    own = office.post(f"/comites/{cast.committee}/usuarios/{cast.evaluator.id}/enlace")
    assert link_on(own.text)
    colleague = office.post(f"/comites/{cast.committee}/usuarios/{cast.coordinator.id}/enlace")
    assert colleague.status_code == 403
    foreign = office.post(f"/comites/{cast.committee}/usuarios/{cast.secretary_b.id}/enlace")
    assert foreign.status_code == 404
    assert office.post(f"/usuarios/{cast.evaluator.id}/enlace").status_code == 403


# --- by mail ----------------------------------------------------------------------------------


class _Desk(socketserver.StreamRequestHandler):
    """As much SMTP as a letter needs."""

    def handle(self) -> None:
        server: Any = self.server
        self.wfile.write(b"220 here\r\n")
        body, inside = [], False
        for raw in self.rfile:
            line = raw.decode().rstrip("\r\n")
            if inside:
                if line == ".":
                    inside = False
                    server.letters.append("\n".join(body))
                    self.wfile.write(b"250 kept\r\n")
                else:
                    body.append(line)
                continue
            word = line.upper()
            if word.startswith("DATA"):
                inside = True
                self.wfile.write(b"354 go on\r\n")
            elif word.startswith("QUIT"):
                self.wfile.write(b"221 bye\r\n")
                return
            else:
                self.wfile.write(b"250 ok\r\n")


@pytest.fixture
def letters(set_settings: Callable[..., Any]) -> Iterator[list[str]]:
    """A mail server on this machine, and what it was given."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Desk) as server:
        kept: list[str] = []
        server.letters = kept  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        port = server.server_address[1]
        set_settings(smtp_host="127.0.0.1", smtp_port=port, smtp_security="none")
        yield kept
        server.shutdown()


def decoded(letter: str) -> str:
    import email
    from email import policy

    told = email.message_from_string(letter, policy=policy.default)
    return str(told.get_content())


def test_an_invitation_goes_by_mail_and_is_not_shown(letters: list[str], stage: Stage) -> None:
    page = invited(stage, email="casilda@example.bo")
    assert "/enlace/" not in page
    (letter,) = letters
    assert "To: casilda@example.bo" in letter
    guest = stranger(stage, link_on(decoded(letter)))
    link = link_on(decoded(letter))
    assert guest.post(link, {"password": NEW, "again": NEW}).status_code == 303


def test_recovery_answers_alike_and_writes_to_who_is_there(
    letters: list[str], stage: Stage
) -> None:
    office = stage.browser(stage.cast.coordinator)
    assert office.post("/cuenta", {"email": "Rosa@Example.bo"}).status_code == 303
    door = stranger(stage, "/recuperar")
    answers = [
        door.post("/recuperar", {"username": asked})
        for asked in ("rosa", "rosa@example.bo", "nadie", "nadie@example.bo", "lidia")
    ]
    told = {(one.status_code, one.headers["location"], one.text) for one in answers}
    assert len(told) == 1
    assert len(letters) == 2
    guest = stranger(stage, link_on(decoded(letters[1])))
    first, second = (link_on(decoded(letter)) for letter in letters)
    assert guest.get(first).status_code == 404  # the newer one counts
    assert guest.post(second, {"password": NEW, "again": NEW}).status_code == 303
    assert enters(stage, "rosa", NEW)
    assert office.get("/inicio").status_code == 303  # its session ended


def test_asking_again_and_again_has_to_wait(letters: list[str], stage: Stage) -> None:
    door = stranger(stage, "/recuperar")
    codes = [door.post("/recuperar", {"username": "rosa"}).status_code for _ in range(7)]
    assert codes[:5] == [303] * 5
    assert codes[5:] == [429, 429]


def test_a_letter_that_does_not_go_out_loses_nothing(
    set_settings: Callable[..., Any], stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    set_settings(smtp_host="127.0.0.1", smtp_port=1, smtp_security="none")
    page = invited(stage, email="casilda@example.bo")
    assert "Enviado por correo" in page
    assert "mail was not taken" in caplog.text
    assert "enlace" not in caplog.text
    with stage.database.read() as session:
        user = session.exec(select(User).where(User.username == "casilda")).one()
    again = stage.browser(stage.cast.coordinator).post(
        f"/comites/{stage.cast.committee}/usuarios/{user.id}/enlace"
    )
    assert again.status_code == 200


def test_without_a_mail_server_the_page_says_whom_to_ask(stage: Stage) -> None:
    assert not mail.is_possible()
    page = stage.client.get("/recuperar").text
    assert "coordinación de su comité" in page
    assert '<form method="post" action="/recuperar"' not in page


# --- sessions and passwords -------------------------------------------------------------------


def test_a_user_sees_the_own_sessions_and_ends_the_others(stage: Stage) -> None:
    cast = stage.cast
    here, there = stage.browser(cast.coordinator), stage.browser(cast.coordinator)
    stage.browser(cast.secretary)
    page = here.get("/cuenta").text
    assert page.count("/cuenta/sesiones/") == 2  # one of the other, and all others
    assert there.get("/inicio").status_code == 200
    assert here.post("/cuenta/sesiones/terminar-otras").status_code == 303
    assert there.get("/inicio").status_code == 303
    assert here.get("/inicio").status_code == 200


def test_one_session_can_be_ended_and_never_anothers(stage: Stage) -> None:
    cast = stage.cast
    here, there = stage.browser(cast.coordinator), stage.browser(cast.coordinator)
    foreign = stage.browser(cast.secretary)
    with stage.database.read() as session:
        rows = session.exec(select(LoginSession).order_by(col(LoginSession.id))).all()
    by_csrf = {row.csrf: row.id for row in rows}
    assert here.post(f"/cuenta/sesiones/{by_csrf[foreign.csrf]}/terminar").status_code == 404
    assert here.post(f"/cuenta/sesiones/{by_csrf[there.csrf]}/terminar").status_code == 303
    assert (there.get("/inicio").status_code, foreign.get("/inicio").status_code) == (303, 200)


@pytest.mark.parametrize(
    ("agent", "device"),
    [
        (
            "Mozilla/5.0 (Linux; Android 9; SM-J5) AppleWebKit/537.36 Chrome/120.0 Mobile"
            " Safari/537.36",
            "Chrome, Android",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/128.0",
            "Firefox, Windows",
        ),
        ("curl/8.5.0", "curl/8.5.0"),
        ("<script>alert(1)</script>" * 9, "scriptalert1/scriptscriptalert1/scriptsc"),
        ("", ""),
    ],
)
def test_a_device_is_told_in_two_words(agent: str, device: str) -> None:
    assert sessions.device_of(agent) == device


def test_a_new_password_is_hashed_before_anybody_is_kept_waiting(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While it is hashed, somebody else writes: the only writer's place is free."""
    from spg_registry.people import passwords

    hasher = passwords._HASHER
    wrote: list[bool] = []
    usual = hasher.hash

    def slow(password: str) -> str:
        with stage.database.write(stage.cast.now) as session:
            session.get_one(User, stage.cast.member.id).label = "Julián"
        wrote.append(True)
        return usual(password)

    monkeypatch.setattr(hasher, "hash", slow)
    office = stage.browser(stage.cast.coordinator)
    member = f"/comites/{stage.cast.committee}/usuarios/{stage.cast.member.id}/clave"
    assert office.post(member, {"password": NEW}).status_code == 303
    own = {"current": PASSWORD, "password": NEW, "again": NEW}
    assert office.post("/clave", own).status_code == 303
    assert wrote == [True, True]


def test_a_password_changed_meanwhile_makes_the_work_worthless(
    stage: Stage,
) -> None:
    cast = stage.cast
    from spg_registry.core.errors import Invalid
    from spg_registry.people.passwords import turn_own
    from spg_registry.people.schemas import PasswordChange

    with stage.database.write(cast.now) as session:
        user = session.get_one(User, cast.member.id)
        turned = turn_own(user.password_hash, PASSWORD, NEW)
        user.password_hash = hash_password("mientras tanto otra")
        wish = PasswordChange(current=PASSWORD, password=NEW, again=NEW)  # type: ignore[arg-type]
        with pytest.raises(Invalid):
            people.change_own_password(session, cast.member, cast.now, wish, turned)

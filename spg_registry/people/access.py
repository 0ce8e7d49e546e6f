"""At the door: signing in, browser sessions, tokens of programs.

A failed or throttled try is a committed fact, so these verbs give an outcome back and raise
nothing. Roles are not known here: `committees.access` makes actors of users.
"""

import hmac
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from sqlmodel import Session, select

from spg_registry.core import audit
from spg_registry.core.config import settings
from spg_registry.core.keys import own_keyring
from spg_registry.core.permissions import NOBODY, Actor
from spg_registry.people import throttle, tokens
from spg_registry.people.accounts import digest, new_secret, user_named
from spg_registry.people.models import Client, LoginSession, User
from spg_registry.people.passwords import PasswordCheck, check_password, is_of_demonstration


class Outcome(StrEnum):
    LET_IN = "let_in"
    REFUSED = "refused"
    THROTTLED = "throttled"
    SCOPE = "scope"
    """Known, but the wish goes beyond what may be given."""


@dataclass(frozen=True)
class Proof:
    """What came of a name and a password. `user` only when they were right."""

    outcome: Outcome
    user: User | None = None
    seconds: int = 0


@dataclass(frozen=True)
class SignIn:
    """What came of a try at the door. `token` goes into the cookie and nowhere else."""

    outcome: Outcome
    user: User | None = None
    login: LoginSession | None = None
    token: str | None = field(default=None, repr=False)
    seconds: int = 0

    @property
    def refusal(self) -> str:
        """The code of the sentence to show; empty for who was let in."""
        return _REFUSALS.get(self.outcome, "")


_REFUSALS = {Outcome.REFUSED: "sign_in_refused", Outcome.THROTTLED: "throttled"}


@dataclass(frozen=True)
class TokenAnswer:
    """What came of a wish for an access token."""

    outcome: Outcome
    token: str = field(default="", repr=False)
    scopes: frozenset[str] = frozenset()
    expires_in: int = 0
    seconds: int = 0


def is_shut(user: User) -> bool:
    """Nobody enters as this user: disabled, or a login of the demonstration, whose password
    everybody knows, in a registry that was started without SPG_DEMO."""
    if user.disabled_at is not None:
        return True
    return is_of_demonstration(user.password_hash) and not settings().demo


@dataclass(frozen=True)
class Lock:
    """What a try is held against, read before the hashing; `seconds` to wait, or 0."""

    seconds: int
    stored: str | None = field(repr=False)

    def turn(self, password: str) -> "Tried":
        """Costs tens of milliseconds, the same for a name that is not there; so do it while no
        transaction is open. Who has to wait is not heard at all."""
        right = PasswordCheck(False) if self.seconds else check_password(password, self.stored)
        return Tried(self, right)


@dataclass(frozen=True)
class Tried:
    lock: Lock
    check: PasswordCheck


def lock_of(session: Session, now: datetime, username: str, address: str) -> Lock:
    """Reads only."""
    wait = throttle.wait(session, now, throttle.of_name("user", username), address)
    user = user_named(session, username)
    return Lock(wait, user.password_hash if user and not is_shut(user) else None)


def prove(
    session: Session,
    now: datetime,
    username: str,
    password: str,
    address: str,
    tried: Tried | None = None,
) -> Proof:
    """Note what came of a name and a password.

    `tried` comes from before this transaction: tries are counted again here, one after another,
    and the user is read again, so that neither a race nor a password changed meanwhile lets
    anybody in. Without it the password is checked here, and the writer waits for the hashing.
    """
    name = throttle.of_name("user", username)
    throttle.one_by_one(session, name, address)
    tried = tried or lock_of(session, now, username, address).turn(password)
    wait = throttle.wait(session, now, name, address) or tried.lock.seconds
    if wait:
        throttle.note(session, now, None, address, ok=False)
        return Proof(Outcome.THROTTLED, seconds=wait)
    user = user_named(session, username)
    same = user is not None and not is_shut(user) and user.password_hash == tried.lock.stored
    right = tried.check.right and same
    throttle.note(session, now, name, address, ok=right)
    if user is None or not right:
        if user is not None:
            audit.record(session, NOBODY, now, "user.refuse", "user_account", user.id)
        return Proof(Outcome.REFUSED)
    if tried.check.rehash:
        user.password_hash = tried.check.rehash
    return Proof(Outcome.LET_IN, user)


def sign_in(
    session: Session,
    now: datetime,
    username: str,
    password: str,
    address: str,
    tried: Tried | None = None,
    device: str = "",
) -> SignIn:
    """Begin a browser session. Commit whatever the outcome is. For `tried` see `prove`."""
    proof = prove(session, now, username, password, address, tried)
    if proof.user is None:
        return SignIn(proof.outcome, seconds=proof.seconds)
    token = new_secret()
    login = LoginSession(
        token_hash=digest(token),
        csrf=new_secret(),
        user_id=proof.user.id,
        started_at=now,
        expires_at=now + timedelta(hours=settings().session_hours),
        device=device[:60],
        seen_at=now,
    )
    session.add(login)
    session.flush()
    audit.record(session, _as_user(proof.user), now, "user.sign_in", "user_account", proof.user.id)
    session.flush()
    return SignIn(proof.outcome, proof.user, login, token)


def session_user(
    session: Session, now: datetime, cookie_token: str
) -> tuple[LoginSession, User] | None:
    """Whose browser this is; None when the session ended, expired or never was."""
    found = session.exec(
        select(LoginSession, User)
        .where(LoginSession.token_hash == digest(cookie_token))
        .where(LoginSession.user_id == User.id)
    ).first()
    if found is None:
        return None
    login, user = found
    over = login.ended_at is not None or login.expires_at <= now or is_shut(user)
    return None if over else (login, user)


def sign_out(session: Session, now: datetime, cookie_token: str) -> None:
    """End the browser session of this cookie; without one nothing happens."""
    found = session_user(session, now, cookie_token)
    if found is not None:
        login, user = found
        login.ended_at = now
        audit.record(session, _as_user(user), now, "user.sign_out", "user_account", user.id)
        session.flush()


def issue_client_token(
    session: Session,
    now: datetime,
    client_id: str,
    secret: str,
    scope: str | None,
    address: str,
) -> TokenAnswer:
    """OAuth2 client credentials. Without `scope` the program gets all it was registered for."""
    name = throttle.of_name("client", client_id)
    throttle.one_by_one(session, name, address)
    wait = throttle.wait(session, now, name, address)
    if wait:
        throttle.note(session, now, None, address, ok=False)
        return TokenAnswer(Outcome.THROTTLED, seconds=wait)
    client = client_named(session, client_id)
    stored = client.secret_hash if client and client.revoked_at is None else digest("")
    right = hmac.compare_digest(stored, digest(secret)) and bool(secret)
    throttle.note(session, now, name, address, ok=right)
    if client is None or not right:
        return TokenAnswer(Outcome.REFUSED)
    wanted = frozenset(scope.split()) if scope else frozenset(client.scopes)
    if not wanted <= set(client.scopes):
        return TokenAnswer(Outcome.SCOPE)
    audit.record(session, _as_client(client), now, "client.token", "client", client.id)
    return mint(now, f"client:{client.id}", wanted)


def client_named(session: Session, client_id: str) -> Client | None:
    if "\x00" in client_id:
        return None  # PostgreSQL refuses even to ask
    return session.exec(select(Client).where(Client.client_id == client_id)).first()


def mint(now: datetime, subject: str, scopes: frozenset[str]) -> TokenAnswer:
    """A signed token for somebody who has proved who they are."""
    lifetime = timedelta(minutes=settings().token_minutes)
    token = tokens.issue(
        own_keyring(),
        issuer=settings().public_url,
        audience=_audience(),
        subject=subject,
        scopes=scopes,
        now=now,
        lifetime=lifetime,
    )
    return TokenAnswer(Outcome.LET_IN, token, scopes, int(lifetime.total_seconds()))


def bearer(session: Session, now: datetime, token: str) -> tuple[User | Client, frozenset[str]]:
    """Who sends this access token, and with which scopes. Raises InvalidToken, also for a fresh
    token of a program revoked or a user disabled meanwhile."""
    found = tokens.verify(
        token, own_keyring(), issuer=settings().public_url, audience=_audience(), now=now
    )
    kind, _, number = found.subject.partition(":")
    if not number.isdecimal():
        raise tokens.InvalidToken("subject")
    if kind == "client":
        client = session.get(Client, int(number))
        if client is None or client.revoked_at is not None:
            raise tokens.InvalidToken("revoked")
        return client, found.scopes & set(client.scopes)
    user = session.get(User, int(number)) if kind == "user" else None
    if user is None or is_shut(user):
        raise tokens.InvalidToken("revoked")
    return user, found.scopes


def _audience() -> str:
    return f"{settings().public_url}/api/v1"


def _as_user(user: User) -> Actor:
    return Actor(kind="user", id=user.id, label=user.label, person_id=user.person_id)


def _as_client(client: Client) -> Actor:
    return Actor(kind="client", id=client.id, label=client.name)

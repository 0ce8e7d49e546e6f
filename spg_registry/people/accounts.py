"""The accounts themselves, without asking who may: `service` and `committees.users` ask first."""

import hashlib
import secrets
from datetime import datetime

from pydantic import SecretStr
from sqlmodel import Session, col, select

from spg_registry.core import audit
from spg_registry.core.errors import Invalid, Unauthenticated
from spg_registry.core.permissions import Actor
from spg_registry.people.errors import PersonNotFound, UserNotFound
from spg_registry.people.models import LoginSession, Person, User
from spg_registry.people.passwords import Hashed, hash_password
from spg_registry.people.schemas import EmailIn

_SECRET_BYTES = 32


def new_secret() -> str:
    """256 random bits: nobody guesses it, so a plain digest of it may be stored."""
    return secrets.token_urlsafe(_SECRET_BYTES)


def digest(secret: str) -> str:
    """What is stored of a secret that we made ourselves. Never for passwords."""
    return hashlib.sha256(secret.encode()).hexdigest()


def user_named(session: Session, username: str) -> User | None:
    if "\x00" in username:
        return None  # PostgreSQL refuses even to ask
    return session.exec(select(User).where(User.username == username.strip().lower())).first()


def get_user(session: Session, user_id: int) -> User:
    user = session.get(User, user_id)
    if user is None:
        raise UserNotFound(id=user_id)
    return user


def open_account(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    username: str,
    label: str,
    password: str | Hashed,
    person_id: int | None = None,
    locale: str = "es",
    email: str | None = None,
) -> User:
    """A new login without any role. The length of the password is the schema's business."""
    username = username.strip().lower()
    if user_named(session, username) is not None:
        raise Invalid.at("username", "username_taken", username=username)
    if person_id is not None and session.get(Person, person_id) is None:
        raise PersonNotFound(id=person_id)
    user = User(
        username=username,
        label=label,
        person_id=person_id,
        password_hash=(
            password.stored if isinstance(password, Hashed) else hash_password(password)
        ),
        locale=locale,
        email=email,
        created_at=now,
    )
    session.add(user)
    session.flush()
    audit.record(session, actor, now, "user.create", "user_account", user.id, username=username)
    session.flush()
    return user


def store_password(
    session: Session, actor: Actor, now: datetime, user: User, password: Hashed | SecretStr | str
) -> None:
    """A new password; every session begun with the old one ends. Pass it hashed where others
    wait for this transaction."""
    if isinstance(password, SecretStr):
        password = password.get_secret_value()
    stored = password.stored if isinstance(password, Hashed) else hash_password(password)
    user.password_hash = stored
    end_sessions(session, now, user)
    audit.record(session, actor, now, "user.password", "user_account", user.id)
    session.flush()


def set_email(session: Session, actor: Actor, now: datetime, data: EmailIn) -> User:
    """One's own, where links are sent to; from a screen, as with passwords."""
    if actor.kind != "user" or actor.id is None or actor.scopes is not None:
        raise Unauthenticated()
    user = get_user(session, actor.id)
    user.email = data.email
    audit.record(session, actor, now, "user.email", "user_account", user.id)
    session.flush()
    return user


def shut_account(session: Session, actor: Actor, now: datetime, user: User) -> None:
    """Shut the door and end the sessions; what the user did stays. Twice is as good as once."""
    if user.disabled_at is None:
        user.disabled_at = now
        audit.record(session, actor, now, "user.disable", "user_account", user.id)
    end_sessions(session, now, user)
    session.flush()


def reopen_account(session: Session, actor: Actor, now: datetime, user: User) -> None:
    """Open the door again, with the password as it was. Twice is as good as once."""
    if user.disabled_at is not None:
        user.disabled_at = None
        audit.record(session, actor, now, "user.enable", "user_account", user.id)
    session.flush()


def end_sessions(session: Session, now: datetime, user: User) -> None:
    running = session.exec(
        select(LoginSession).where(
            LoginSession.user_id == user.id, col(LoginSession.ended_at).is_(None)
        )
    )
    for row in running:
        row.ended_at = now

"""One-time links: the first password of who was invited, a new one for who forgot it.

The link holds 256 random bits and is told once; the table keeps only their digest. Reading it
changes nothing (mail programs look ahead); using it ends it, and a newer one ends it too.
"""

from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session, col, or_, select

from spg_registry.core import audit
from spg_registry.core.config import settings
from spg_registry.core.permissions import NOBODY, Actor
from spg_registry.people import throttle
from spg_registry.people.access import is_shut
from spg_registry.people.accounts import digest, new_secret, store_password
from spg_registry.people.errors import LinkNotGood
from spg_registry.people.models import LinkPurpose, OneTimeLink, User
from spg_registry.people.passwords import UNSET, Hashed

LASTING: Final = {
    LinkPurpose.INVITATION: timedelta(days=7),
    LinkPurpose.RECOVERY: timedelta(hours=24),
    LinkPurpose.MAILED: timedelta(hours=2),
}


def make_link(
    session: Session, actor: Actor, now: datetime, user: User, purpose: LinkPurpose
) -> str:
    """The secret part of a link for this user. Whether the actor may is asked before."""
    _end(session, now, user.id)
    token = new_secret()
    row = OneTimeLink(
        token_hash=digest(token),
        user_id=user.id,
        purpose=purpose,
        made_at=now,
        expires_at=now + LASTING[purpose],
    )
    session.add(row)
    session.flush()
    audit.record(session, actor, now, "user.link", "user_account", user.id, purpose=str(purpose))
    session.flush()
    return token


def address_of(token: str) -> str:
    """What is handed over or sent."""
    return f"{settings().public_url}/enlace/{token}"


def is_unset(user: User) -> bool:
    """Whether this user was invited and never set a password."""
    return user.password_hash == UNSET.stored


def purpose_for(user: User) -> LinkPurpose:
    """What a link handed over by the office is for."""
    return LinkPurpose.INVITATION if is_unset(user) else LinkPurpose.RECOVERY


def _end(session: Session, now: datetime, user_id: int) -> None:
    waiting = select(OneTimeLink).where(
        OneTimeLink.user_id == user_id, col(OneTimeLink.used_at).is_(None)
    )
    for row in session.exec(waiting):
        row.used_at = now


def whose(session: Session, now: datetime, token: str) -> tuple[OneTimeLink, User]:
    """Raises LinkNotGood alike for used, expired and never made ones."""
    query = (
        select(OneTimeLink, User)
        .where(OneTimeLink.token_hash == digest(token), OneTimeLink.user_id == User.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    found = session.exec(query).first()
    if found is None:
        raise LinkNotGood()
    link, user = found
    if link.used_at is not None or link.expires_at <= now or is_shut(user):
        raise LinkNotGood()
    return link, user


def use_link(session: Session, now: datetime, token: str, password: Hashed) -> User:
    """Set the password; the link is over and so are the user's sessions."""
    link, user = whose(session, now, token)
    link.used_at = now
    holder = Actor(kind="user", id=user.id, label=user.label, person_id=user.person_id)
    store_password(session, holder, now, user, password)
    return user


def recover(
    session: Session, now: datetime, asked: str, address: str
) -> tuple[int, list[tuple[User, str]]]:
    """Somebody forgot a password: a link for every user of this name or mail address who has an
    address to send it to. Also the seconds to wait, when too many were asked for.

    Commit whatever comes back, and answer alike whether or not there is such a user.
    """
    name = throttle.of_name("recover", asked)
    throttle.one_by_one(session, name, address)
    seconds = throttle.wait(session, now, name, address)
    throttle.note(session, now, None if seconds else name, address, ok=False)
    if seconds or "\x00" in asked:
        return seconds, []
    typed = asked.strip().lower()
    query = select(User).where(
        or_(User.username == typed, User.email == typed), col(User.email).is_not(None)
    )
    users = [user for user in session.exec(query.order_by(col(User.id))) if not is_shut(user)]
    return 0, [
        (user, make_link(session, NOBODY, now, user, LinkPurpose.MAILED)) for user in users[:5]
    ]

"""A user's own browser sessions: which there are, and ending them."""

import re
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session, col, select

from spg_registry.core import audit
from spg_registry.core.errors import Unauthenticated
from spg_registry.core.permissions import Actor
from spg_registry.people.errors import SessionNotFound
from spg_registry.people.models import LoginSession

_NOTED_EVERY: Final = timedelta(minutes=5)
_SYSTEMS: Final = ("Android", "iPhone", "iPad", "Windows", "Mac OS", "CrOS", "Linux")
_BROWSERS: Final = {
    "Edg": "Edge",
    "OPR": "Opera",
    "SamsungBrowser": "Samsung Internet",
    "Firefox": "Firefox",
    "Chrome": "Chrome",
    "Safari": "Safari",
}


def device_of(user_agent: str) -> str:
    """`Firefox, Android`: enough to tell one's own devices apart, and no more is kept."""
    browser = next((word for mark, word in _BROWSERS.items() if f"{mark}/" in user_agent), "")
    system = next((word for word in _SYSTEMS if word in user_agent), "")
    told = ", ".join(part for part in (browser, system) if part)
    return told or re.sub(r"[^\w ./-]", "", user_agent)[:40]


def note_seen(login: LoginSession, now: datetime) -> None:
    """Written with a user's own writes, and not at each of them."""
    if login.seen_at is None or login.seen_at + _NOTED_EVERY < now:
        login.seen_at = now


def own_sessions(session: Session, actor: Actor, now: datetime) -> list[LoginSession]:
    """Those that let in today, the latest begun first."""
    query = select(LoginSession).where(
        LoginSession.user_id == _own_id(actor),
        col(LoginSession.ended_at).is_(None),
        col(LoginSession.expires_at) > now,
    )
    return list(session.exec(query.order_by(col(LoginSession.started_at).desc())))


def end_session(session: Session, actor: Actor, now: datetime, session_id: int) -> None:
    """One of one's own. Raises SessionNotFound alike for another's."""
    for row in own_sessions(session, actor, now):
        if row.id == session_id:
            return _end(session, actor, now, [row])
    raise SessionNotFound(id=session_id)


def end_others(session: Session, actor: Actor, now: datetime, csrf: str) -> int:
    """All but the one that asks, known by its CSRF token."""
    others = [row for row in own_sessions(session, actor, now) if row.csrf != csrf]
    _end(session, actor, now, others)
    return len(others)


def _end(session: Session, actor: Actor, now: datetime, rows: list[LoginSession]) -> None:
    for row in rows:
        row.ended_at = now
    if rows:
        number = len(rows)
        audit.record(
            session, actor, now, "user.end_sessions", "user_account", actor.id or 0, number=number
        )
    session.flush()


def _own_id(actor: Actor) -> int:
    if actor.kind != "user" or actor.id is None:
        raise Unauthenticated()
    return actor.id

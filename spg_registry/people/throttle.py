"""Slowing down who guesses: by username, with a wait that grows, and by address.

Tries are rows and committed whatever came of them. Usernames are kept as digests only: people
type their password into the wrong field. Rows are swept after a day.
"""

import hashlib
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session, col, delete, func, select

from spg_registry.core.db import lock_all_writers
from spg_registry.core.locks import lock_upon
from spg_registry.people.models import LoginAttempt

NAME_TRIES: Final = 5
ADDRESS_TRIES: Final = 30
WINDOW: Final = timedelta(minutes=5)
FIRST_WAIT: Final = timedelta(seconds=30)
LONGEST_WAIT: Final = WINDOW
_KEPT: Final = timedelta(days=1)


def of_name(kind: str, name: str) -> str:
    return f"{kind}:{hashlib.sha256(name.strip().lower().encode()).hexdigest()[:32]}"


def of_address(address: str) -> str:
    return f"address:{address[:60]}"


def one_by_one(session: Session, name: str, address: str) -> None:
    """Tries with this name or from this address wait for each other until the transaction ends,
    so that many at once are counted like one after another. Always name before address."""
    for subject in (name, of_address(address)):
        lock_all_writers(session, lock_upon(subject))


def wait(session: Session, now: datetime, name: str, address: str) -> int:
    """Seconds until this name and this address are heard again; 0 means now."""
    return max(_name_wait(session, now, name), _address_wait(session, now, address))


def note(session: Session, now: datetime, name: str | None, address: str, ok: bool) -> None:
    """Keep a try. A throttled one (`name=None`) counts for its address but does not lengthen the
    wait of a user who is being attacked."""
    session.exec(delete(LoginAttempt).where(col(LoginAttempt.at) < now - _KEPT))
    if name is not None:
        session.add(LoginAttempt(subject=name, at=now, succeeded=ok))
    if not ok:
        session.add(LoginAttempt(subject=of_address(address), at=now, succeeded=False))
    session.flush()


def spared(
    session: Session, now: datetime, kind: str, address: str, tries: int, window: timedelta
) -> int:
    """Counts an act without account (a complaint) from an address; `window` is of a day at most.

    0 when it is heard, and then it counts; else the seconds until the next one is, and it does not.
    """
    subject = _of_act(kind, address)
    lock_all_writers(session, lock_upon(subject))
    count, oldest = _since(session, subject, now - window)
    if count >= tries and oldest is not None:
        return _seconds(oldest + window - now)
    session.exec(delete(LoginAttempt).where(col(LoginAttempt.at) < now - _KEPT))
    session.add(LoginAttempt(subject=subject, at=now, succeeded=True))
    session.flush()
    return 0


def is_spent(
    session: Session, now: datetime, kind: str, address: str, tries: int, window: timedelta
) -> bool:
    """Whether `spared` would not hear this address now. Reads only."""
    return _since(session, _of_act(kind, address), now - window)[0] >= tries


def _of_act(kind: str, address: str) -> str:
    return f"{kind}:{address[:60]}"


def _since(session: Session, subject: str, begin: datetime) -> tuple[int, datetime | None]:
    return session.exec(
        select(func.count(), func.min(LoginAttempt.at)).where(
            LoginAttempt.subject == subject, col(LoginAttempt.at) > begin
        )
    ).one()


def _name_wait(session: Session, now: datetime, name: str) -> int:
    """The fifth failure in a row costs 30 seconds, each further one twice the last."""
    recent = session.exec(
        select(LoginAttempt.at, LoginAttempt.succeeded)
        .where(LoginAttempt.subject == name, col(LoginAttempt.at) > now - 2 * LONGEST_WAIT)
        .order_by(col(LoginAttempt.at).desc(), col(LoginAttempt.id).desc())
    ).all()
    failures = next((n for n, (_, ok) in enumerate(recent) if ok), len(recent))
    if failures < NAME_TRIES:
        return 0
    pause = min(FIRST_WAIT * 2 ** min(failures - NAME_TRIES, 10), LONGEST_WAIT)
    return _seconds(recent[0][0] + pause - now)


def _address_wait(session: Session, now: datetime, address: str) -> int:
    """At most thirty failures in five minutes, whichever names they were for."""
    count, oldest = _since(session, of_address(address), now - WINDOW)
    return _seconds(oldest + WINDOW - now) if oldest and count >= ADDRESS_TRIES else 0


def _seconds(left: timedelta) -> int:
    return max(0, -int(-left.total_seconds() // 1))

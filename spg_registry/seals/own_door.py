"""How a family enters its own file: a slip on paper once, then a code and a PIN of its own.

The code is public (it stands on the seal), so everything rests on the PIN: it is chosen privately,
hashed with Argon2 under a pepper, slowed down per code and per address like any login, and locked
after some tries. As at the office's door a failed try is a committed fact: these verbs give an
outcome back and raise nothing.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Final

from sqlmodel import Session, col, select

from spg_registry.core import audit, codes
from spg_registry.core.permissions import NOBODY, Actor
from spg_registry.people import throttle
from spg_registry.people.accounts import digest, new_secret
from spg_registry.people.passwords import PasswordCheck, check_password, hash_password
from spg_registry.people.peppers import keyed
from spg_registry.producers.access import kept, require_papers
from spg_registry.producers.models import Producer
from spg_registry.producers.queries import registrations_of
from spg_registry.seals.models import ProducerPin, ProducerSession, ProducerSlip, SealGrant

SLIP_LIFE: Final = timedelta(days=30)
SESSION_LIFE: Final = timedelta(minutes=20)
MOST_TRIES: Final = 10
"""Wrong PINs in a row after which only a new slip helps."""
_PEPPER: Final = "producer"
_PRODUCER_CODE: Final = re.compile(r"P0*([0-9]{1,9})")
_PIN: Final = re.compile(r"[0-9]{4,8}", re.ASCII)


class Outcome(StrEnum):
    LET_IN = "let_in"
    REFUSED = "own_refused"
    THROTTLED = "throttled"
    LOCKED = "own_locked"
    SLIP_REFUSED = "slip_refused"
    SLIP_USED = "slip_used"
    SLIP_EXPIRED = "slip_expired"
    SLIP_REPLACED = "slip_replaced"


@dataclass(frozen=True)
class Entry:
    """What came of a try. `token` goes into the cookie and nowhere else."""

    outcome: Outcome
    token: str | None = field(default=None, repr=False)
    seconds: int = 0


def pin_fault(pin: str) -> str:
    """Why a PIN cannot be taken, as a code; empty when it can."""
    if not _PIN.fullmatch(pin):
        return "pin_not_digits"
    steps = {int(after) - int(before) for before, after in pairwise(pin)}
    return "pin_too_easy" if len(steps) == 1 and steps <= {-1, 0, 1} else ""


# --- slips ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Slip:
    """What is printed once. `code` is kept nowhere."""

    producer: Producer
    code: str = field(repr=False)
    until: datetime


def issue_slips(
    session: Session, actor: Actor, now: datetime, producer_ids: Sequence[int]
) -> list[Slip]:
    """A new slip each; an older one that was not used ends. The PIN stays until it is chosen anew,
    a locked one too."""
    places = require_papers(session, actor, producer_ids)
    query = select(Producer).where(col(Producer.id).in_(places)).with_for_update()
    found = {row.id: row for row in session.exec(query)}
    slips = []
    for id_, place in places.items():
        _end_slips(session, now, id_)
        code = codes.new_code()
        row = ProducerSlip(
            producer_id=id_,
            code_hash=_slip_hash(code),
            made_at=now,
            made_by=actor.id if actor.kind == "user" else None,
            expires_at=now + SLIP_LIFE,
        )
        session.add(row)
        session.flush()
        audit.record(session, actor, now, "slip.issue", "producer_slip", row.id, committee_id=place)
        slips.append(Slip(found[id_], code, row.expires_at))
    return slips


def _end_slips(session: Session, now: datetime, producer_id: int) -> None:
    query = select(ProducerSlip).where(
        ProducerSlip.producer_id == producer_id,
        col(ProducerSlip.used_at).is_(None),
        col(ProducerSlip.ended_at).is_(None),
    )
    for row in session.exec(query):
        row.ended_at = now
        session.add(row)


def _slip_hash(code: str) -> str:
    return keyed(_PEPPER, f"slip:{code}")


# --- the PIN is chosen ---------------------------------------------------------------------------


def hashed_pin(pin: str) -> str:
    """Costs tens of milliseconds: call it while no transaction is open."""
    return hash_password(_peppered(pin))


def _peppered(pin: str) -> str:
    return keyed(_PEPPER, f"pin:{pin}")


def choose_pin(
    session: Session, now: datetime, typed: str, slip: str, pin_hash: str, address: str
) -> Entry:
    """With the slip of this very producer. Commit whatever the outcome is."""
    name, wait = _in_line(session, now, typed, address)
    if wait:
        throttle.note(session, now, None, address, ok=False)
        return Entry(Outcome.THROTTLED, seconds=wait)
    producer = producer_of(session, typed)
    row = session.exec(
        select(ProducerSlip).where(ProducerSlip.code_hash == _slip_hash(codes.forgiven(slip)))
    ).first()
    if producer is None or (row and row.producer_id not in registrations_of(session, producer.id)):
        row = None
    outcome = _of_slip(row, now)
    throttle.note(session, now, name, address, ok=outcome is Outcome.LET_IN)
    if producer is None or row is None or outcome is not Outcome.LET_IN:
        return Entry(outcome)
    row.used_at = now
    session.add(row)
    pin = session.get(ProducerPin, producer.id) or ProducerPin(
        producer_id=producer.id, pin_hash="", set_at=now
    )
    pin.pin_hash, pin.set_at, pin.failures, pin.locked_at = pin_hash, now, 0, None
    session.add(pin)
    _end_sessions(session, now, producer.id)
    audit.record(session, itself(producer), now, "pin.choose", "producer", producer.id)
    return Entry(Outcome.LET_IN, _begin(session, now, producer))


def _of_slip(row: ProducerSlip | None, now: datetime) -> Outcome:
    """Another's slip is told like none at all."""
    if row is None:
        return Outcome.SLIP_REFUSED
    if row.used_at is not None:
        return Outcome.SLIP_USED
    if row.ended_at is not None:
        return Outcome.SLIP_REPLACED
    return Outcome.SLIP_EXPIRED if row.expires_at <= now else Outcome.LET_IN


# --- in and out ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Lock:
    """What a try is held against, read before the hashing."""

    seconds: int
    stored: str | None = field(repr=False)

    def turn(self, pin: str) -> "Tried":
        """The same work for a code that nobody has; so do it while no transaction is open."""
        if self.seconds:
            return Tried(self, PasswordCheck(False))
        return Tried(self, check_password(_peppered(pin), self.stored))


@dataclass(frozen=True)
class Tried:
    lock: Lock
    check: PasswordCheck


def lock_of(session: Session, now: datetime, typed: str, address: str) -> Lock:
    """Reads only."""
    producer = producer_of(session, typed)
    wait = throttle.wait(session, now, _name(producer, typed), address)
    pin = _pin_of(session, producer) if producer else None
    return Lock(wait, pin.pin_hash if pin and pin.locked_at is None else None)


def enter(session: Session, now: datetime, typed: str, tried: Tried, address: str) -> Entry:
    """Begin a short session. Commit whatever the outcome is; tries are counted again here, one
    after another, so that no race lets anybody in."""
    name, wait = _in_line(session, now, typed, address)
    wait = wait or tried.lock.seconds
    if wait:
        throttle.note(session, now, None, address, ok=False)
        return Entry(Outcome.THROTTLED, seconds=wait)
    producer = producer_of(session, typed)
    pin = _pin_of(session, producer) if producer else None
    if producer is not None and pin is not None and pin.locked_at is not None:
        throttle.note(session, now, name, address, ok=False)
        return Entry(Outcome.LOCKED)
    right = tried.check.right and pin is not None and pin.pin_hash == tried.lock.stored
    throttle.note(session, now, name, address, ok=right)
    if producer is None or pin is None:
        return Entry(Outcome.REFUSED)
    if not right:
        return _failed(session, now, producer, pin)
    pin.failures = 0
    if tried.check.rehash:
        pin.pin_hash = tried.check.rehash
    session.add(pin)
    audit.record(session, itself(producer), now, "producer.enter", "producer", producer.id)
    return Entry(Outcome.LET_IN, _begin(session, now, producer))


def _pin_of(session: Session, producer: Producer) -> ProducerPin | None:
    """Its own, or while it chose none, that of a registration that was merged into it."""
    held = (session.get(ProducerPin, id_) for id_ in registrations_of(session, producer.id))
    return next((pin for pin in held if pin is not None), None)


def _failed(session: Session, now: datetime, producer: Producer, pin: ProducerPin) -> Entry:
    pin.failures += 1
    audit.record(session, NOBODY, now, "producer.refuse", "producer", producer.id)
    if pin.failures >= MOST_TRIES:
        pin.locked_at = now
        audit.record(session, NOBODY, now, "pin.lock", "producer", producer.id)
    session.add(pin)
    session.flush()
    return Entry(Outcome.LOCKED if pin.locked_at else Outcome.REFUSED)


def _begin(session: Session, now: datetime, producer: Producer) -> str:
    token = new_secret()
    session.add(
        ProducerSession(
            token_hash=digest(token),
            producer_id=producer.id,
            started_at=now,
            expires_at=now + SESSION_LIFE,
        )
    )
    session.flush()
    return token


def session_producer(session: Session, now: datetime, token: str) -> Producer | None:
    """Whose browser this is; None when the session ended, expired or never was."""
    row = _session(session, token)
    if row is None or row.ended_at is not None or row.expires_at <= now:
        return None
    return kept(session, session.get_one(Producer, row.producer_id))


def leave(session: Session, now: datetime, token: str) -> None:
    row = _session(session, token)
    if row is not None and row.ended_at is None:
        row.ended_at = now
        session.add(row)


def _session(session: Session, token: str) -> ProducerSession | None:
    if not token:
        return None
    query = select(ProducerSession).where(ProducerSession.token_hash == digest(token))
    return session.exec(query).first()


def _end_sessions(session: Session, now: datetime, producer_id: int) -> None:
    query = select(ProducerSession).where(
        ProducerSession.producer_id == producer_id, col(ProducerSession.ended_at).is_(None)
    )
    for row in session.exec(query):
        row.ended_at = now
        session.add(row)


# --- who is meant --------------------------------------------------------------------------------


def producer_of(session: Session, typed: str) -> Producer | None:
    """By the code of a seal or of the producer itself, in any spelling that is forgiven; of a
    registration that was merged, the one that stayed."""
    found = _registration_of(session, typed)
    return kept(session, found) if found else None


def _registration_of(session: Session, typed: str) -> Producer | None:
    plain = typed.strip().upper().replace(" ", "").replace("-", "")
    found = _PRODUCER_CODE.fullmatch(plain)
    if found:
        query = select(Producer).where(Producer.number == int(found[1]))
        return session.exec(query).first()
    try:
        code = codes.parse(typed)
    except codes.MistypedCode:
        return None
    query = select(Producer).where(Producer.id == SealGrant.producer_id, SealGrant.code == code)
    return session.exec(query).first()


def itself(producer: Producer) -> Actor:
    """The producer as the audit names it: no user, no right."""
    return Actor(kind="user", id=None, label=producer.code)


def _name(producer: Producer | None, typed: str) -> str:
    return throttle.of_name("producer", producer.code if producer else typed)


def _in_line(session: Session, now: datetime, typed: str, address: str) -> tuple[str, int]:
    """The name under which tries are counted, and how long it has to wait."""
    name = _name(producer_of(session, typed), typed)
    throttle.one_by_one(session, name, address)
    return name, throttle.wait(session, now, name, address)

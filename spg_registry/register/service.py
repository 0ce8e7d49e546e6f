"""What may be pulled by whom, and the record of each pull.

A pull of the control profile is put down when it begins and again when its last row has left, so
that a broken download stays on record as unfinished. The rows come from one read snapshot, the
record goes into short write transactions of its own.
"""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, func, select

from spg_registry import __version__
from spg_registry.committees.models import Spg
from spg_registry.core import audit, clock
from spg_registry.core.db import Database
from spg_registry.core.errors import Invalid
from spg_registry.core.history import Change
from spg_registry.core.permissions import Actor, Permission, require
from spg_registry.register.columns import Profile, TableName
from spg_registry.register.errors import PullNotFound, TableNotFound
from spg_registry.register.models import Period, Pull
from spg_registry.register.tables import Extract, chunks_of
from spg_registry.register.writing import Format, Written
from spg_registry.territory.models import Municipality


def control_extract(
    session: Session,
    actor: Actor,
    now: datetime,
    table: str,
    municipality: str | None = None,
    spg: str | None = None,
) -> Extract:
    """All rows for who has `register:read`; with `register:own` those of the own committees."""
    committees = readable_committees(actor)
    return _extract(session, now, table, Profile.CONTROL, municipality, spg, committees)


def readable_committees(actor: Actor) -> frozenset[int] | None:
    """Whose rows the control profile shows an actor; None is everybody's. A program has no
    committee of its own."""
    if actor.may(Permission.REGISTER_READ):
        return None
    require(
        actor,
        Permission.REGISTER_READ if actor.kind == "client" else Permission.REGISTER_OWN,
    )
    return actor.committees(Permission.REGISTER_OWN)


def public_extract(
    session: Session,
    now: datetime,
    table: str,
    municipality: str | None = None,
    spg: str | None = None,
) -> Extract:
    """Anybody's."""
    return _extract(session, now, table, Profile.PUBLIC, municipality, spg, None)


def _extract(
    session: Session,
    now: datetime,
    table: str,
    profile: Profile,
    municipality: str | None,
    spg: str | None,
    committees: frozenset[int] | None,
) -> Extract:
    """Raises TableNotFound, and Invalid for a place or an SPG that is not there: an empty file
    would look like an answer."""
    if table not in list(TableName):
        raise TableNotFound(name=table)
    if municipality is not None and not _is_place(session, municipality):
        raise Invalid.at("municipality", "register_place_unknown", typed=municipality)
    if spg is not None and session.exec(select(Spg.id).where(Spg.code == spg)).first() is None:
        raise Invalid.at("spg", "register_spg_unknown", typed=spg)
    today = clock.local_date(now)
    return Extract(TableName(table), profile, today, municipality, spg, committees)


def _is_place(session: Session, code: str) -> bool:
    query = select(Municipality.ine_code).where(col(Municipality.ine_code).startswith(code))
    return code.isdecimal() and session.exec(query).first() is not None


def format_of(name: str) -> Format:
    """Raises TableNotFound: an address with another ending leads nowhere."""
    if name not in list(Format):
        raise TableNotFound(name=name)
    return Format(name)


def written(
    session: Session, extract: Extract, format_: Format, for_people: bool = False
) -> Written:
    """The bytes, read from this session's snapshot while they are taken."""
    return Written(extract.columns, chunks_of(session, extract), format_, for_people)


# --- the snapshot --------------------------------------------------------------------------------


def sequence_of(session: Session) -> int:
    """The number of the last change that this session's snapshot knows."""
    return session.exec(select(func.max(Change.sequence))).one() or 0


def changed_at(session: Session, as_of: date) -> datetime:
    """Since when the public tables are as they are: the last change, or the day's beginning,
    because a seal expires at midnight without any change."""
    midnight = clock.midday(as_of) - timedelta(hours=12)
    last = session.exec(
        select(Change.recorded_at).order_by(col(Change.sequence).desc()).limit(1)
    ).first()
    return max(last, midnight) if last else midnight


def etag_of(extract: Extract, format_: Format, sequence: int, for_people: bool = False) -> str:
    """One for each different file: same sequence, day, layout and wish, same bytes."""
    names = [column.name for column in extract.columns]
    told = f"{__version__} {extract} {format_} {for_people} {sequence} {names}"
    return f'"{hashlib.sha256(told.encode()).hexdigest()[:24]}"'


def status_on(session: Session, day: date) -> str:
    """`closed` when the day's period is closed for good, else `open`: provisional."""
    found = session.exec(select(Period).where(Period.since <= day, Period.until >= day)).first()
    return "closed" if found and found.closed_at is not None else "open"


def data_status_on(session: Session, day: date) -> str:
    """What a file of that day calls itself: `closed`, or `provisional`."""
    return "closed" if status_on(session, day) == "closed" else "provisional"


# --- the record ----------------------------------------------------------------------------------


def begin(session: Session, actor: Actor, now: datetime, extract: Extract, sequence: int) -> Pull:
    """Before the first byte leaves."""
    pull = Pull(
        at=now,
        puller=puller_of(actor),
        table_name=extract.table.value,
        profile=extract.profile.value,
        as_of=extract.as_of,
        sequence=sequence,
    )
    session.add(pull)
    session.flush()
    audit.record(
        session,
        actor,
        now,
        "register.pull",
        "pull",
        pull.id,
        table=extract.table.value,
        municipality=extract.municipality,
        spg=extract.spg,
    )
    session.flush()
    return pull


def finish(session: Session, pull_id: int, told: Written) -> None:
    """When the last row has left."""
    pull = session.get_one(Pull, pull_id)
    pull.rows, pull.digest, pull.finished = told.rows, told.digest, True
    session.add(pull)
    session.flush()


def puller_of(actor: Actor) -> str:
    """`client:3 Descarga nocturna`."""
    return f"{_badge(actor)}{actor.label}"[:120]


def _badge(actor: Actor) -> str:
    return f"{actor.kind}:{actor.id or 0} "


class Export:
    """A whole file with its record, where nobody else waits: for commands. `rows` and `digest`
    count what has left."""

    def __init__(
        self, database: Database, actor: Actor, now: datetime, extract: Extract, format_: Format
    ) -> None:
        self.database, self.actor, self.now = database, actor, now
        self.extract, self.format = extract, format_
        self.rows, self.digest = 0, ""

    def __iter__(self) -> Iterator[bytes]:
        recorded = self.extract.profile is Profile.CONTROL
        with self.database.read() as snapshot:
            pull_id = self._begin(sequence_of(snapshot)) if recorded else 0
            told = written(snapshot, self.extract, self.format)
            yield from told
        self.rows, self.digest = told.rows, told.digest
        if recorded:
            with self.database.write(self.now) as session:
                finish(session, pull_id, told)

    def _begin(self, sequence: int) -> int:
        with self.database.write(self.now) as session:
            return begin(session, self.actor, self.now, self.extract, sequence).id


def pulls(
    session: Session, actor: Actor, limit: int | None = None, offset: int = 0
) -> tuple[Sequence[Pull], int]:
    """The latest first: all for who oversees the register, else one's own."""
    query = select(Pull)
    if not _oversees(actor):
        readable_committees(actor)
        query = query.where(col(Pull.puller).startswith(_badge(actor)))
    total = session.exec(select(func.count()).select_from(query.subquery())).one()
    rows = session.exec(query.order_by(col(Pull.id).desc()).limit(limit).offset(offset))
    return list(rows), total


def get_pull(session: Session, actor: Actor, pull_id: int) -> Pull:
    readable_committees(actor)
    found = session.get(Pull, pull_id)
    if found is None or not (_oversees(actor) or found.puller.startswith(_badge(actor))):
        raise PullNotFound(id=pull_id)
    return found


def _oversees(actor: Actor) -> bool:
    """Officers see every pull, a program only its own."""
    return actor.kind != "client" and actor.may(Permission.REGISTER_READ)

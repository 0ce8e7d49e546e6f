"""What the register holds, counted: for the pages that offer it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from spg_registry.core import clock
from spg_registry.core.permissions import Actor, Permission, require
from spg_registry.register.columns import TABLES, Layout, Profile, TableName
from spg_registry.register.models import Pull
from spg_registry.register.service import pulls, readable_committees, status_on
from spg_registry.register.tables import Extract, count_of, standings_of
from spg_registry.rules.standing import SealStanding
from spg_registry.rules.words import Category

PULLS_SHOWN = 10


@dataclass(frozen=True)
class Shelf:
    """A table as it is offered."""

    layout: Layout
    rows: int


@dataclass(frozen=True)
class OpenData:
    as_of: date
    status: str
    shelves: Sequence[Shelf]


@dataclass(frozen=True)
class Overview:
    """`control` says whether the control profile is for this reader, `own` whether of its own
    committees' rows only. `seals` counts by standing, then by category, the whole country."""

    as_of: date
    status: str
    shelves: Sequence[Shelf]
    seals: Sequence[tuple[str, int, int]]
    control: bool
    own: bool
    pulls: Sequence[Pull]


def open_data(session: Session, now: datetime) -> OpenData:
    """Anybody's."""
    today = clock.local_date(now)
    shelves = _shelves(session, today, Profile.PUBLIC, None)
    return OpenData(today, status_on(session, today), shelves)


def overview(session: Session, actor: Actor, now: datetime) -> Overview:
    """For who reads the register or the seals of a committee."""
    today = clock.local_date(now)
    control = actor.may(Permission.REGISTER_READ) or actor.may(Permission.REGISTER_OWN)
    if not control:
        require(actor, Permission.SEAL_READ)
    committees = readable_committees(actor) if control else None
    profile = Profile.CONTROL if control else Profile.PUBLIC
    return Overview(
        as_of=today,
        status=status_on(session, today),
        shelves=_shelves(session, today, profile, committees),
        seals=_seals(session, today),
        control=control,
        own=committees is not None,
        pulls=pulls(session, actor, PULLS_SHOWN)[0] if control else (),
    )


def _shelves(
    session: Session, today: date, profile: Profile, committees: frozenset[int] | None
) -> list[Shelf]:
    return [
        Shelf(
            TABLES[name],
            count_of(session, Extract(name, profile, today, committees=committees)),
        )
        for name in TableName
    ]


def _seals(session: Session, today: date) -> list[tuple[str, int, int]]:
    """Never added up over the categories: one family may hold both."""
    counted = standings_of(session, today)
    return [
        (
            standing.value,
            counted.get((Category.ORGANIC.value, standing.value), 0),
            counted.get((Category.TRANSITION.value, standing.value), 0),
        )
        for standing in reversed(SealStanding)
    ]

"""A seal's standing on a date, from its validity and its events. First match wins, in the order of
trust.md section 3: withdrawn, replaced, suspended, not yet valid, expired, valid.

Events are append-only and carry the day from which they act; what takes effect later does not
count yet. A suspension never ends by the clock, only by a reinstatement, and a withdrawal or a
replacement never ends at all: who wins an appeal gets a new seal.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from spg_registry.rules.months import ONE_DAY, Span
from spg_registry.rules.words import SealEventKind


class SealStanding(StrEnum):
    WITHDRAWN = "withdrawn"
    REPLACED = "replaced"
    SUSPENDED = "suspended"
    NOT_YET_VALID = "not_yet_valid"
    EXPIRED = "expired"
    VALID = "valid"


@dataclass(frozen=True, slots=True)
class SealEvent:
    """`order` is the place in which it was recorded; it settles two events of one day."""

    kind: SealEventKind
    effective_on: date
    order: int


@dataclass(frozen=True, slots=True)
class Standing:
    """`since` is the first day of this standing; None before a seal's first day."""

    name: SealStanding
    since: date | None


def standing_on(validity: Span, events: Iterable[SealEvent], on: date) -> Standing:
    """The events may come in any order; `acknowledged` and `corrected` change no standing."""
    acting = sorted(
        (event for event in events if event.effective_on <= on),
        key=lambda event: (event.effective_on, event.order),
    )
    for kind, name in (
        (SealEventKind.WITHDRAWN, SealStanding.WITHDRAWN),
        (SealEventKind.REPLACED, SealStanding.REPLACED),
    ):
        first = next((event for event in acting if event.kind is kind), None)
        if first is not None:
            return Standing(name, first.effective_on)
    suspended_since, freed_on = _suspension(acting)
    if suspended_since is not None:
        return Standing(SealStanding.SUSPENDED, suspended_since)
    return _by_dates(validity, freed_on, on)


def _suspension(acting: list[SealEvent]) -> tuple[date | None, date | None]:
    """Since when the seal is suspended, and when the last suspension ended, each if ever."""
    since: date | None = None
    freed_on: date | None = None
    for event in acting:
        if event.kind is SealEventKind.SUSPENDED and since is None:
            since = event.effective_on
        elif event.kind is SealEventKind.REINSTATED and since is not None:
            since, freed_on = None, event.effective_on
    return since, freed_on


def _by_dates(validity: Span, freed_on: date | None, on: date) -> Standing:
    if validity.first is not None and on < validity.first:
        return Standing(SealStanding.NOT_YET_VALID, freed_on)
    if validity.last is not None and on > validity.last:
        ended = validity.last + ONE_DAY
        return Standing(SealStanding.EXPIRED, max(ended, freed_on or ended))
    begun = [day for day in (validity.first, freed_on) if day is not None]
    return Standing(SealStanding.VALID, max(begun, default=None))

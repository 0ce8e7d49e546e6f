"""The only wall clock. Tests and the demonstration set it; nothing else reads the time."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

LA_PAZ = ZoneInfo("America/La_Paz")
"""Dates of validity are days in Bolivia, whatever the server's zone."""


def _system() -> datetime:
    return datetime.now(UTC)  # noqa: TID251  # this is the one place


_source: Callable[[], datetime] = _system


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return _source()


def local_date(moment: datetime) -> date:
    """The day in Bolivia at an aware moment."""
    return moment.astimezone(LA_PAZ).date()


def text_of(moment: datetime) -> str:
    """As kept where a moment is text: `2026-11-21T14:05:00.000000Z`, which sorts as time does."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def midday(day: date) -> datetime:
    """A moment safely inside a Bolivian day, for acts whose paper says only a date."""
    return datetime(day.year, day.month, day.day, 12, tzinfo=LA_PAZ).astimezone(UTC)


@contextmanager
def standing_at(moment: datetime | Callable[[], datetime]) -> Iterator[None]:
    """Hold the clock at a moment (or let a function tell it) for the length of a block."""
    global _source
    before = _source
    _source = moment if callable(moment) else lambda: moment
    try:
        yield
    finally:
        _source = before

"""The days of the demonstration, all counted back from the day of the load."""

from datetime import UTC, date, datetime, time, timedelta

from spg_registry.core import clock

BEFORE = 868
"""Days from the first act to the load. A year of record closes on 20 May of the next: so two are
closed on the day of the load whatever it is, and 868 days reach no further back than those two."""
CYCLE = 345
"""Days from one yearly meeting to the next: a seal of a year is renewed while it still runs."""
CYCLES = 3
_CLOSING = (5, 20)


def moment(day: date, hour: int, minute: int = 0) -> datetime:
    """In UTC, as the services are told; the hour is Bolivia's."""
    return datetime.combine(day, time(hour, minute), tzinfo=clock.LA_PAZ).astimezone(UTC)


def beginning(today: date) -> date:
    return today - timedelta(days=BEFORE)


def meeting_day(today: date, lag: int, cycle: int, *, under_way: bool) -> date:
    """The yearly meeting of a committee: the last `lag` days ago, the others a cycle apart. Where
    a round is under way the last meeting is that of the cycle before."""
    last = CYCLES - 2 if under_way else CYCLES - 1
    return today - timedelta(days=lag + CYCLE * (last - cycle))


def open_year(today: date) -> int:
    """The oldest year of record that is not closed yet."""
    return today.year if (today.month, today.day) > _CLOSING else today.year - 1


def closing_day(year: int) -> date:
    return date(year + 1, *_CLOSING)


def years(today: date) -> list[int]:
    """Of record: two closed, then the open one (and, early in a year, the one that began)."""
    first = open_year(today)
    return list(range(first - 2, today.year + 1))

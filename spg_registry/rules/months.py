"""Months and inclusive spans of days. Every date of the norm is a local date (America/La_Paz)."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

ONE_DAY = timedelta(days=1)


def add_months(day: date, months: int) -> date:
    """The same day `months` later, or the last day of that month when it is shorter."""
    years, month0 = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month0 + 1
    if day.day <= 28:
        return date(year, month, day.day)
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def last_day(first: date, months: int) -> date:
    """The last day, inclusive, of a term of `months` that begins on `first`.

    2026-03-01 and 12 months give 2027-02-28; 2024-02-29 gives 2025-02-27, since its twelve
    months are up on 2025-02-28.
    """
    return add_months(first, months) - ONE_DAY


@dataclass(frozen=True, slots=True)
class Span:
    """From `first` to `last`, both included; None is open on that side."""

    first: date | None = None
    last: date | None = None

    def covers(self, day: date) -> bool:
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)

    def meets(self, other: "Span") -> bool:
        """Whether the two share at least one day."""
        return _begins_by(self.first, other.last) and _begins_by(other.first, self.last)


def _begins_by(first: date | None, last: date | None) -> bool:
    return first is None or last is None or first <= last


ALWAYS = Span()

"""On which day each visit could be made. Pure: teams in, days out."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

VISITS_A_DAY = 4
"""What a team sees between one walk in and one walk out."""
SUNDAY = 6


@dataclass(frozen=True, slots=True)
class Going:
    """A visit without a day, in the order of the way."""

    visit_id: int
    community_id: int
    team: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Fixed:
    """A visit that has its day already."""

    community_id: int
    team: tuple[int, ...]
    on: date


def propose_days(
    visits: Iterable[Going],
    first: date,
    last: date,
    fixed: Collection[Fixed] = (),
    a_day: int = VISITS_A_DAY,
) -> dict[int, date]:
    """The first day on which the whole team is free and in no other community; Sundays rest.

    Visits for which the days do not suffice have none.
    """
    count: Counter[tuple[int, date]] = Counter()
    where: dict[tuple[int, date], int] = {}
    for one in fixed:
        for person in one.team:
            count[person, one.on] += 1
            where.setdefault((person, one.on), one.community_id)
    found: dict[int, date] = {}
    for visit in visits:
        for on in _working_days(first, last):
            free = all(
                count[person, on] < a_day
                and where.get((person, on), visit.community_id) == visit.community_id
                for person in visit.team
            )
            if free:
                found[visit.visit_id] = on
                for person in visit.team:
                    count[person, on] += 1
                    where[person, on] = visit.community_id
                break
    return found


def _working_days(first: date, last: date) -> Iterator[date]:
    on = first
    while on <= last:
        if on.weekday() != SUNDAY:
            yield on
        on += timedelta(days=1)

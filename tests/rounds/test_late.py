"""A visit is late by its own day, or else by the round's last: the same on every page."""

from datetime import date, timedelta

import pytest
from sqlmodel import Session

from spg_registry.core import clock
from spg_registry.rounds.glance import glance_at
from spg_registry.rounds.late import day_of, is_late
from spg_registry.rounds.models import Round
from spg_registry.worklist.matters import Look
from spg_registry.worklist.queries import work_of
from tests.cast import Cast
from tests.rounds.stories import one_visit, submitted

DUE, PLANNED = date(2026, 7, 20), date(2026, 7, 10)


def late_at_home(session: Session, cast: Cast, on: date) -> int:
    found = work_of(Look(session, cast.coordinator, on), "visits_overdue")
    return sum(matter.late for matter in found)


@pytest.mark.parametrize(("planned", "due"), [(None, None), (None, DUE), (PLANNED, DUE)])
def test_the_day_after_the_last_one_it_is_late_everywhere(
    session: Session, cast: Cast, planned: date | None, due: date | None
) -> None:
    visit = one_visit(session, cast)
    ronda = session.get_one(Round, visit.round_id)
    visit.planned_on, visit.due_on = planned, due
    session.add(visit)
    session.flush()
    last = day_of(visit, ronda)
    assert last == (planned or due or ronda.period_until)
    for on, late in ((last, False), (last + timedelta(days=1), True)):
        glance = glance_at(session, cast.coordinator, clock.midday(on), ronda.id)
        told = (
            is_late(visit, ronda, on),
            bool(glance.overdue),
            bool(late_at_home(session, cast, on)),
        )
        assert told == (late, late, late)


def test_what_is_handed_in_is_late_no_more(session: Session, cast: Cast) -> None:
    visit = submitted(session, cast, one_visit(session, cast))
    ronda = session.get_one(Round, visit.round_id)
    after = ronda.period_until + timedelta(days=9)
    assert not is_late(visit, ronda, after)
    assert glance_at(session, cast.coordinator, clock.midday(after), ronda.id).overdue == 0
    assert late_at_home(session, cast, after) == 0

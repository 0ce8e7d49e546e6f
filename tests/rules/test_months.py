"""Months at month ends and leap days, and spans of whole days."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spg_registry.rules.months import Span, add_months, last_day

D = date


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        pytest.param(D(2026, 11, 21), 12, D(2027, 11, 21), id="a year"),
        pytest.param(D(2026, 11, 21), 0, D(2026, 11, 21), id="nothing"),
        pytest.param(D(2026, 11, 30), 3, D(2027, 2, 28), id="end of November to February"),
        pytest.param(D(2027, 11, 30), 3, D(2028, 2, 29), id="the same into a leap year"),
        pytest.param(D(2028, 2, 29), 12, D(2029, 2, 28), id="leap day and a year"),
        pytest.param(D(2028, 2, 29), 48, D(2032, 2, 29), id="leap day and four years"),
        pytest.param(D(2026, 2, 28), 24, D(2028, 2, 28), id="no jump to the leap day"),
        pytest.param(D(2026, 12, 31), 1, D(2027, 1, 31), id="over the new year"),
        pytest.param(D(2026, 10, 31), 1, D(2026, 11, 30), id="31 to 30"),
        pytest.param(D(2026, 3, 31), -1, D(2026, 2, 28), id="backwards"),
    ],
)
def test_months_are_counted_from_date_to_date(day: date, months: int, expected: date) -> None:
    assert add_months(day, months) == expected


@pytest.mark.parametrize(
    ("first", "expected"),
    [
        pytest.param(D(2026, 11, 21), D(2027, 11, 20), id="usual"),
        pytest.param(D(2027, 1, 1), D(2027, 12, 31), id="a calendar year"),
        pytest.param(D(2027, 3, 1), D(2028, 2, 29), id="ends on a leap day"),
        pytest.param(D(2028, 2, 29), D(2029, 2, 27), id="begins on a leap day"),
    ],
)
def test_a_term_of_twelve_months_includes_both_its_days(first: date, expected: date) -> None:
    assert last_day(first, 12) == expected


days = st.dates(D(1990, 1, 1), D(2100, 12, 31))
months = st.integers(min_value=0, max_value=120)


@given(days, months)
def test_the_day_of_the_month_stays_or_the_month_is_shorter(day: date, count: int) -> None:
    later = add_months(day, count)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == count
    assert later.day == day.day or (later + timedelta(days=1)).day == 1


@given(days, days, months)
def test_who_begins_later_ends_no_earlier(one: date, other: date, count: int) -> None:
    first, second = sorted((one, other))
    assert add_months(first, count) <= add_months(second, count)


@given(days, st.integers(min_value=1, max_value=120))
def test_a_term_and_its_renewal_join_without_gap_or_overlap(first: date, count: int) -> None:
    ends = last_day(first, count)
    renewed = ends + timedelta(days=1)
    assert not Span(first, ends).meets(Span(renewed, last_day(renewed, count)))
    assert renewed == add_months(first, count)


ends = st.none() | st.dates(D(2026, 1, 1), D(2026, 2, 28))


@given(ends, ends, ends, ends)
def test_spans_meet_exactly_when_a_day_lies_in_both(
    a: date | None, b: date | None, c: date | None, d: date | None
) -> None:
    one, other = Span(*_ordered(a, b)), Span(*_ordered(c, d))
    every_day = (D(2025, 12, 1) + timedelta(days=n) for n in range(150))
    shared = any(one.covers(day) and other.covers(day) for day in every_day)
    assert one.meets(other) == other.meets(one) == shared


def _ordered(first: date | None, last: date | None) -> tuple[date | None, date | None]:
    return (last, first) if first and last and first > last else (first, last)

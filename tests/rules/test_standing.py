"""A seal's standing: first match wins, and only what is in effect by the date counts."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spg_registry.rules.months import Span
from spg_registry.rules.standing import SealEvent, SealStanding, Standing, standing_on
from spg_registry.rules.words import SealEventKind

FIRST, LAST = date(2026, 3, 1), date(2027, 2, 28)
VALIDITY = Span(FIRST, LAST)
D = date


def events(*told: tuple[str, date]) -> list[SealEvent]:
    """In the order of recording."""
    return [SealEvent(SealEventKind(kind), on, order) for order, (kind, on) in enumerate(told)]


GRANTED = ("granted", D(2026, 2, 20))


@pytest.mark.parametrize(
    ("told", "on", "name", "since"),
    [
        pytest.param([], D(2026, 2, 28), "not_yet_valid", None, id="the eve of its first day"),
        pytest.param([], FIRST, "valid", FIRST, id="its first day"),
        pytest.param([], LAST, "valid", FIRST, id="its last day"),
        pytest.param([], D(2027, 3, 1), "expired", D(2027, 3, 1), id="the day after"),
        pytest.param(
            [("acknowledged", D(2026, 4, 1))],
            D(2026, 5, 1),
            "valid",
            FIRST,
            id="an acknowledgement changes nothing",
        ),
        pytest.param(
            [("corrected", D(2026, 4, 1))],
            D(2026, 5, 1),
            "valid",
            FIRST,
            id="nor does a correction",
        ),
        pytest.param(
            [("suspended", D(2026, 4, 1))], D(2026, 3, 31), "valid", FIRST, id="before a suspension"
        ),
        pytest.param(
            [("suspended", D(2026, 4, 1))],
            D(2026, 4, 1),
            "suspended",
            D(2026, 4, 1),
            id="from its day on",
        ),
        pytest.param(
            [("suspended", D(2026, 4, 1))],
            D(2029, 1, 1),
            "suspended",
            D(2026, 4, 1),
            id="never ends by the clock",
        ),
        pytest.param(
            [("suspended", D(2026, 2, 25))],
            D(2026, 2, 26),
            "suspended",
            D(2026, 2, 25),
            id="suspended before it began",
        ),
        pytest.param(
            [("suspended", D(2026, 4, 1)), ("reinstated", D(2026, 5, 1))],
            D(2026, 4, 30),
            "suspended",
            D(2026, 4, 1),
            id="the eve of a reinstatement",
        ),
        pytest.param(
            [("suspended", D(2026, 4, 1)), ("reinstated", D(2026, 5, 1))],
            D(2026, 5, 1),
            "valid",
            D(2026, 5, 1),
            id="reinstated",
        ),
        pytest.param(
            [("suspended", D(2026, 4, 1)), ("suspended", D(2026, 4, 9))],
            D(2026, 5, 1),
            "suspended",
            D(2026, 4, 1),
            id="suspended twice is since the first",
        ),
        pytest.param(
            [("suspended", D(2026, 4, 1)), ("reinstated", D(2026, 4, 1))],
            D(2026, 4, 1),
            "valid",
            D(2026, 4, 1),
            id="both on one day, in their order",
        ),
        pytest.param(
            [("suspended", D(2027, 1, 1)), ("reinstated", D(2027, 4, 1))],
            D(2027, 4, 2),
            "expired",
            D(2027, 4, 1),
            id="expired while suspended",
        ),
        pytest.param(
            [("suspended", D(2026, 4, 1)), ("withdrawn", D(2026, 5, 1))],
            D(2026, 5, 1),
            "withdrawn",
            D(2026, 5, 1),
            id="withdrawn while suspended",
        ),
        pytest.param(
            [("withdrawn", D(2026, 5, 1)), ("reinstated", D(2026, 6, 1))],
            D(2026, 7, 1),
            "withdrawn",
            D(2026, 5, 1),
            id="a withdrawal never ends",
        ),
        pytest.param(
            [("withdrawn", D(2026, 5, 1))],
            D(2028, 7, 1),
            "withdrawn",
            D(2026, 5, 1),
            id="nor does it expire",
        ),
        pytest.param(
            [("replaced", D(2026, 5, 1))], D(2026, 5, 2), "replaced", D(2026, 5, 1), id="replaced"
        ),
        pytest.param(
            [("replaced", D(2026, 5, 1)), ("withdrawn", D(2026, 5, 3))],
            D(2026, 5, 4),
            "withdrawn",
            D(2026, 5, 3),
            id="withdrawn comes before replaced",
        ),
        pytest.param(
            [("replaced", D(2026, 5, 1)), ("suspended", D(2026, 5, 3))],
            D(2026, 5, 4),
            "replaced",
            D(2026, 5, 1),
            id="replaced comes before suspended",
        ),
    ],
)
def test_the_first_match_wins(
    told: list[tuple[str, date]], on: date, name: str, since: date | None
) -> None:
    assert standing_on(VALIDITY, events(GRANTED, *told), on) == Standing(SealStanding(name), since)


some_day = st.dates(D(2026, 1, 1), D(2027, 12, 31))
some_events = st.lists(
    st.builds(
        SealEvent, st.sampled_from(SealEventKind), some_day, st.integers(min_value=0, max_value=99)
    ),
    max_size=8,
    unique_by=lambda event: event.order,
)


@given(some_events, some_day, st.randoms(use_true_random=False))
def test_the_order_of_reading_does_not_matter(
    told: list[SealEvent], on: date, random: object
) -> None:
    shuffled = list(told)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert standing_on(VALIDITY, shuffled, on) == standing_on(VALIDITY, told, on)


@given(some_events, some_day)
def test_what_takes_effect_later_does_not_count_yet(told: list[SealEvent], on: date) -> None:
    by_then = [event for event in told if event.effective_on <= on]
    assert standing_on(VALIDITY, told, on) == standing_on(VALIDITY, by_then, on)


@given(some_events, some_day, st.integers(min_value=0, max_value=500))
def test_a_withdrawal_never_ends(told: list[SealEvent], on: date, later: int) -> None:
    withdrawn = [*told, SealEvent(SealEventKind.WITHDRAWN, on, 100)]
    standing = standing_on(VALIDITY, withdrawn, on + timedelta(days=later))
    assert standing.name is SealStanding.WITHDRAWN


@given(some_events, some_day)
def test_a_seal_has_had_its_standing_since_the_day_it_names(
    told: list[SealEvent], on: date
) -> None:
    now = standing_on(VALIDITY, told, on)
    if now.since is not None:
        assert now.since <= on
        assert standing_on(VALIDITY, told, now.since).name is now.name


@given(some_events, some_day)
def test_valid_means_within_the_dates_and_not_suspended(told: list[SealEvent], on: date) -> None:
    if standing_on(VALIDITY, told, on).name is SealStanding.VALID:
        assert VALIDITY.covers(on)
        last = [e for e in told if e.effective_on <= on and e.kind in ("suspended", "reinstated")]
        last.sort(key=lambda event: (event.effective_on, event.order))
        assert not last or last[-1].kind is SealEventKind.REINSTATED

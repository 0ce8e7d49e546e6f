"""The clock of transition runs per plot; units and producers are as far as their last plot."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spg_registry.rules.facts import LastProhibitedInput
from spg_registry.rules.transitions import complete_on, derived_stage, stage_on, stage_since
from spg_registry.rules.words import ActivityKind, LastInput, Stage
from tests.rules.cast import PARAMETERS

MONTHS = PARAMETERS.transition_months
ANNUAL, PERENNIAL = ActivityKind.ANNUAL, ActivityKind.PERENNIAL
WILD, PROCESSED = ActivityKind.WILD, ActivityKind.PROCESSED
D = date
USED = D(2024, 3, 10)


@pytest.mark.parametrize(
    ("last_input", "kinds", "on", "stage", "since"),
    [
        pytest.param(LastInput.NEVER, (ANNUAL,), D(2026, 1, 1), "organic", None, id="never used"),
        pytest.param(
            LastInput.UNKNOWN,
            (ANNUAL,),
            D(2026, 1, 1),
            "conventional",
            None,
            id="unknown: no clock",
        ),
        pytest.param(USED, (ANNUAL,), D(2024, 3, 9), "conventional", None, id="before the input"),
        pytest.param(USED, (ANNUAL,), USED, "conventional", None, id="on its day"),
        pytest.param(USED, (ANNUAL,), D(2024, 3, 11), "in_transition", USED, id="the day after"),
        pytest.param(
            USED, (ANNUAL,), D(2026, 3, 9), "in_transition", USED, id="the last day of 24 months"
        ),
        pytest.param(
            USED, (ANNUAL,), D(2026, 3, 10), "organic", D(2026, 3, 10), id="24 months are up"
        ),
        pytest.param(
            USED,
            (ANNUAL, PERENNIAL),
            D(2026, 3, 10),
            "in_transition",
            USED,
            id="a fruit tree beside takes 36",
        ),
        pytest.param(
            USED, (PERENNIAL,), D(2027, 3, 10), "organic", D(2027, 3, 10), id="36 months are up"
        ),
        pytest.param(USED, (WILD,), USED, "organic", USED, id="wild: no months"),
        pytest.param(USED, (), D(2026, 3, 9), "in_transition", USED, id="fallow like annual"),
        pytest.param(
            USED,
            (PROCESSED,),
            D(2026, 3, 10),
            "organic",
            D(2026, 3, 10),
            id="processed has no months of its own",
        ),
    ],
)
def test_the_stage_of_a_plot_and_since_when(
    last_input: LastProhibitedInput,
    kinds: tuple[ActivityKind, ...],
    on: date,
    stage: str,
    since: date | None,
) -> None:
    assert stage_on(last_input, kinds, on, MONTHS) is Stage(stage)
    assert stage_since(last_input, kinds, on, MONTHS) == since


def test_nobody_can_say_when_an_unknown_plot_is_complete() -> None:
    assert complete_on(LastInput.UNKNOWN, 24) is None
    assert complete_on(LastInput.DATE, 24) is None
    assert complete_on(LastInput.NEVER, 24) == date.min
    assert complete_on(D(2024, 2, 29), 36) == D(2027, 2, 28)


@pytest.mark.parametrize(
    ("stages", "expected"),
    [
        pytest.param([], None, id="no land"),
        pytest.param(["organic", "organic"], "organic", id="all organic"),
        pytest.param(["organic", "in_transition"], "in_transition", id="one behind"),
        pytest.param(
            ["in_transition", "conventional", "organic"], "conventional", id="one far behind"
        ),
    ],
)
def test_a_unit_is_as_far_as_its_last_plot(stages: list[str], expected: str | None) -> None:
    wanted = None if expected is None else Stage(expected)
    assert derived_stage([Stage(stage) for stage in stages]) is wanted


@given(
    st.dates(D(2020, 1, 1), D(2026, 1, 1)),
    st.sets(st.sampled_from([ANNUAL, PERENNIAL, WILD]), min_size=1),
    st.dates(D(2020, 1, 1), D(2030, 1, 1)),
    st.dates(D(2020, 1, 1), D(2030, 1, 1)),
)
def test_a_plot_left_alone_never_goes_back(
    last_input: date, kinds: set[ActivityKind], one: date, other: date
) -> None:
    order = [Stage.CONVENTIONAL, Stage.IN_TRANSITION, Stage.ORGANIC]
    sooner, later = (stage_on(last_input, kinds, on, MONTHS) for on in sorted((one, other)))
    assert order.index(sooner) <= order.index(later)

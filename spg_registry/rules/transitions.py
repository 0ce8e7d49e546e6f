"""The transition from conventional to ecological land: the clock runs per plot.

Source: domain.md section 4, `transition_complete`; months by activity kind come from the ruleset
(`TransitionRule`), all of them unverified proposals for Bolivia.
"""

from collections.abc import Iterable, Mapping
from datetime import date

from spg_registry.rules.facts import LastProhibitedInput
from spg_registry.rules.months import add_months
from spg_registry.rules.words import ActivityKind, LastInput, Stage

_ORDER: tuple[Stage, ...] = (Stage.CONVENTIONAL, Stage.IN_TRANSITION, Stage.ORGANIC)


def complete_on(last_input: LastProhibitedInput, months: int) -> date | None:
    """The first day on which the transition is complete; None when it cannot be known.

    Land that never had a prohibited input was always complete (`date.min`).
    """
    if last_input is LastInput.NEVER:
        return date.min
    if isinstance(last_input, LastInput):
        return None
    return add_months(last_input, months)


def stage_on(
    last_input: LastProhibitedInput,
    kinds: Iterable[ActivityKind],
    on: date,
    transition_months: Mapping[str, int],
) -> Stage:
    """A plot's stage for the kinds that grow on it; the longest transition among them rules.

    Fallow land, and land known only for a processed product, is judged as land for annual crops.
    While the last input is unknown the clock has not begun: conventional.
    """
    months = longest(kinds, transition_months)
    complete = complete_on(last_input, months)
    if complete is None:
        return Stage.CONVENTIONAL
    if complete <= on:
        return Stage.ORGANIC
    begun = isinstance(last_input, date) and last_input < on
    return Stage.IN_TRANSITION if begun else Stage.CONVENTIONAL


def stage_since(
    last_input: LastProhibitedInput,
    kinds: Iterable[ActivityKind],
    on: date,
    transition_months: Mapping[str, int],
) -> date | None:
    """Since when the plot is in its stage of `on`; None for always, or for not known."""
    kinds = tuple(kinds)
    if not isinstance(last_input, date):
        return None
    match stage_on(last_input, kinds, on, transition_months):
        case Stage.ORGANIC:
            return complete_on(last_input, longest(kinds, transition_months))
        case Stage.IN_TRANSITION:
            return last_input
        case _:
            return None


def longest(kinds: Iterable[ActivityKind], transition_months: Mapping[str, int]) -> int:
    """Months for the slowest of the kinds. `processed` has no months of its own."""
    months = [transition_months[kind] for kind in kinds if kind is not ActivityKind.PROCESSED]
    return max(months, default=transition_months[ActivityKind.ANNUAL])


def derived_stage(stages: Iterable[Stage]) -> Stage | None:
    """The least advanced: of a unit from its plots, of a producer from its units; None: no land."""
    return min(stages, key=_ORDER.index, default=None)

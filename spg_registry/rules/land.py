"""On which plots a scope row stands: what `transition_complete` runs its clock over."""

from collections.abc import Iterable, Iterator
from typing import TypeAlias

from spg_registry.rules.facts import Crop, Ingredient, Plot, ProducerFacts, ScopeRow, Unit
from spg_registry.rules.verdict import NotMet, Params
from spg_registry.rules.words import ActivityKind

Ground: TypeAlias = tuple[Plot, ActivityKind]


def grounds(row: ScopeRow, unit: Unit, producer: ProducerFacts) -> Iterator[Ground | NotMet]:
    """The plots a scope row stands on, each with the kind that decides its months.

    A product that is on no plot never passes by having nothing to look at; only wild gathering
    has no plot by nature (`gathering_zone` looks at it), and processed goods are their ingredients.
    """
    if row.kind is ActivityKind.PROCESSED:
        yield from _grounds_of_processed(row, unit, producer)
        return
    found = _plots_of(row.product, (unit,))
    if not found and row.kind is not ActivityKind.WILD:
        params: Params = {"unit": row.unit_id, "product": row.product}
        yield NotMet("transition_complete", "no_plot", params)
    yield from found


def area_under(product: str, unit: Unit) -> int:
    """How much land of the unit a product stands on, each plot counted once."""
    return sum({plot.plot_id: plot.area_m2 for plot, _ in _plots_of(product, (unit,))}.values())


def _plots_of(product: str, units: Iterable[Unit]) -> list[Ground]:
    return [
        (plot, crop.kind)
        for unit in units
        for crop in unit.crops
        if crop.product == product
        for plot in _where(crop, unit)
    ]


def _where(crop: Crop, unit: Unit) -> tuple[Plot, ...]:
    """Bees and animals often have no plot written down: then the unit's whole land counts."""
    if crop.plot_id is None:
        return () if crop.kind is ActivityKind.WILD else unit.plots
    return tuple(plot for plot in unit.plots if plot.plot_id == crop.plot_id)


def _grounds_of_processed(
    row: ScopeRow, unit: Unit, producer: ProducerFacts
) -> Iterator[Ground | NotMet]:
    """Named ingredients, bought under a seal or grown by the producer; or else what grows on the
    plots (or, without one, in the unit) where the processed product itself is written down."""
    params: Params = {"unit": row.unit_id, "product": row.product}
    if not row.ingredients:
        found = _grown_beside(row.product, unit)
        if not found:
            yield NotMet("transition_complete", "ingredients_unnamed", params)
        yield from found
    for ingredient in row.ingredients:
        if ingredient.sealed:
            continue
        crops = _own_crops(ingredient, producer)
        found = _plots_of(ingredient.product, producer.units)
        gathered = any(crop.kind is ActivityKind.WILD for crop in crops)
        raw = [ground for ground in found if ground[1] is not ActivityKind.PROCESSED]
        if not raw and not gathered:
            with_ingredient: Params = {**params, "ingredient": ingredient.product}
            yield NotMet("transition_complete", "ingredient_unproven", with_ingredient)
        yield from raw


def _own_crops(ingredient: Ingredient, producer: ProducerFacts) -> list[Crop]:
    return [
        crop for unit in producer.units for crop in unit.crops if crop.product == ingredient.product
    ]


def _grown_beside(product: str, unit: Unit) -> list[Ground]:
    """What else grows where the processed product is written down."""
    made_of = {
        plot.plot_id
        for crop in unit.crops
        if crop.product == product
        for plot in _where(crop, unit)
    }
    return [
        (plot, crop.kind)
        for crop in unit.crops
        if crop.kind is not ActivityKind.PROCESSED
        for plot in _where(crop, unit)
        if plot.plot_id in made_of
    ]

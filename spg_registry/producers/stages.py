"""What follows from the plots on a day: stages of units and producers, and areas counted once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, func, select

from spg_registry.core.errors import NotFound
from spg_registry.producers.facts import (
    here,
    last_prohibited_input,
    plots_of,
    present_crops,
)
from spg_registry.producers.models import Crop, Plot, Unit, UnitPlot
from spg_registry.rules.parameters import Parameters
from spg_registry.rules.transitions import derived_stage, stage_on, stage_since
from spg_registry.rules.words import ActivityKind, Stage
from spg_registry.standards.queries import ruleset_of
from spg_registry.territory.atlas import atlas_of

Months = Mapping[str, int]


@dataclass(frozen=True)
class PlotStage:
    stage: Stage
    since: date | None
    """None for always, or for not known."""


@dataclass(frozen=True)
class UnitStage:
    """`stage` None: a unit without land (gathering, processing)."""

    stage: Stage | None
    area_m2: int
    plots: Mapping[int, PlotStage]


def transition_months(session: Session, committee_id: int | None, on: date) -> Months:
    """The months that count for a committee on a day; empty where no standard is loaded."""
    try:
        rules = ruleset_of(session, committee_id, on).rules
    except NotFound:
        return {}
    return Parameters.from_mapping(rules).transition_months


def unit_stages(
    session: Session, unit_ids: Iterable[int], on: date, months: Months
) -> dict[int, UnitStage]:
    """By unit, from its plots and what stands on them."""
    ids = set(unit_ids)
    plots, crops = plots_of(session, ids, on), present_crops(session, ids, on)
    kinds = {code: ActivityKind(row.kind) for code, row in atlas_of(session).products.items()}
    return {id_: stage_of(plots[id_], crops[id_], kinds, on, months) for id_ in ids}


def stage_of(
    plots: Sequence[Plot],
    crops: Sequence[Crop],
    kinds: Mapping[str, ActivityKind],
    on: date,
    months: Months,
) -> UnitStage:
    """Of one unit. A crop without a plot is of the unit's whole land."""
    found: dict[int, PlotStage] = {}
    for plot in plots if months else ():
        grown = {
            kinds[crop.product_code]
            for crop in crops
            if crop.plot_id == plot.id
            or (crop.plot_id is None and kinds[crop.product_code] is not ActivityKind.WILD)
        }
        last = last_prohibited_input(plot)
        found[plot.id] = PlotStage(
            stage_on(last, grown, on, months), stage_since(last, grown, on, months)
        )
    return UnitStage(
        derived_stage(one.stage for one in found.values()),
        sum(plot.area_m2 for plot in plots),
        found,
    )


def areas_of(session: Session, producer_ids: Iterable[int]) -> dict[int, int]:
    """By producer: m² of its open units, a plot of two of its units counted once. A plot shared
    with another producer counts for both: never add these up."""
    ids = set(producer_ids)
    once = (
        select(Unit.producer_id, Plot.id, Plot.area_m2)
        .join(UnitPlot, col(UnitPlot.unit_id) == col(Unit.id))
        .join(Plot, col(Plot.id) == col(UnitPlot.plot_id))
        .where(col(Unit.producer_id).in_(ids), col(Unit.until).is_(None), here())
        .distinct()
        .subquery()
    )
    rows = session.exec(
        select(once.c.producer_id, func.sum(once.c.area_m2)).group_by(once.c.producer_id)
    )
    return dict.fromkeys(ids, 0) | {id_: int(area) for id_, area in rows}

"""Rows of units, plots and crops from what came in, for one unit as for four thousand."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlmodel import Session, col, select

from spg_registry.producers.checks import Land
from spg_registry.producers.facts import here
from spg_registry.producers.models import CollectionZone, Crop, Facility, Plot, Unit, UnitPlot
from spg_registry.producers.schemas import CropIn, PlotIn, UnitIn
from spg_registry.rules.words import ActivityKind
from spg_registry.territory.atlas import atlas_of
from spg_registry.territory.models import Community


@dataclass(frozen=True)
class NewUnit:
    """A checked unit, ready to become rows. `number` is its place among the producer's units."""

    producer_id: int
    producer_code: str
    number: int
    data: UnitIn
    community: Community
    since: date


@dataclass(frozen=True)
class RegisteredUnit:
    unit: Unit
    plots: list[Plot] = field(default_factory=list)
    crops: list[Crop] = field(default_factory=list)
    zones: list[CollectionZone] = field(default_factory=list)
    facilities: list[Facility] = field(default_factory=list)


def add_units(session: Session, today: date, batch: Sequence[NewUnit]) -> list[RegisteredUnit]:
    """Three flushes for any number of units."""
    units = [unit_row(new) for new in batch]
    session.add_all(units)
    session.flush()
    made = [rows_beside(unit, new.data) for unit, new in zip(units, batch, strict=True)]
    session.add_all(row for one in made for row in (*one.plots, *one.zones, *one.facilities))
    session.flush()
    for one, new in zip(made, batch, strict=True):
        session.add_all(UnitPlot(unit_id=one.unit.id, plot_id=plot.id) for plot in one.plots)
        ids = {n: plot.id for n, plot in enumerate(one.plots)}
        land = Land(tuple(plot.area_m2 for plot in one.plots), {})
        one.crops.extend(crop_rows(session, one.unit.id, new.data.crops, land, ids, today))
    session.add_all(crop for one in made for crop in one.crops)
    session.flush()
    return made


def unit_row(new: NewUnit) -> Unit:
    data = new.data
    return Unit(
        code=f"{new.producer_code}-{new.number}",
        producer_id=new.producer_id,
        name=data.name or f"Unidad {new.number}",
        municipality_code=new.community.municipality_code,
        community_id=new.community.id,
        lat=data.lat,
        lon=data.lon,
        tenure=data.tenure,
        parallel_production=data.parallel_production,
        water_source=data.water_source,
        since=data.since or new.since,
    )


def rows_beside(unit: Unit, data: UnitIn) -> RegisteredUnit:
    """Plots, zones and facilities, which stand on nothing but the unit."""
    return RegisteredUnit(
        unit,
        plots=list(plot_rows(unit.code, 1, data.plots)),
        zones=[CollectionZone(unit_id=unit.id, **zone.model_dump()) for zone in data.zones],
        facilities=[Facility(unit_id=unit.id, **each.model_dump()) for each in data.facilities],
    )


def plot_rows(unit_code: str, first: int, plots: Sequence[PlotIn]) -> Iterator[Plot]:
    for number, plot in enumerate(plots, start=first):
        yield Plot(
            code=f"{unit_code}-{number}",
            name=plot.name or f"Parcela {number}",
            area_m2=plot.area_m2,
            last_input=plot.known,
            last_input_on=plot.last_input_on,
        )


def crop_rows(
    session: Session,
    unit_id: int,
    crops: Sequence[CropIn],
    land: Land,
    plot_ids: dict[int, int] | dict[str, int],
    today: date,
) -> Iterator[Crop]:
    """`plot_ids` by place in the list of plots, or by code, as `land` has them."""
    products = atlas_of(session).products
    ids: dict[int | str, int] = dict(plot_ids.items())
    for crop in crops:
        place = land.place_of(crop, ActivityKind(products[crop.product_code].kind))
        yield Crop(
            unit_id=unit_id,
            plot_id=None if place is None else ids[place],
            product_code=crop.product_code,
            season=crop.season or today.year,
            area_m2=crop.area_m2,
            heads=crop.heads,
            hives=crop.hives,
            expected_kg=crop.expected_kg,
        )


def next_suffix(session: Session, table: type[Unit] | type[Plot], code: str) -> int:
    """The next number behind a producer's or a unit's code (`P0000123-4` → 5)."""
    codes = session.exec(select(table.code).where(col(table.code).startswith(f"{code}-")))
    numbers = [
        int(found.rsplit("-", 1)[1]) for found in codes if found.count("-") == code.count("-") + 1
    ]
    return max(numbers, default=0) + 1


def put_plots(session: Session, unit_id: int, plot_ids: Sequence[int], since: date) -> None:
    """Plots come into a unit; one that was there before is there again."""
    for plot_id in plot_ids:
        row = session.get(UnitPlot, (unit_id, plot_id))
        if row is None:
            session.add(UnitPlot(unit_id=unit_id, plot_id=plot_id, since=since))
        else:
            row.until = None
    session.flush()


def plots_in(session: Session, unit_id: int, *, ever: bool = False) -> list[Plot]:
    """The plots of a unit, shared ones too, by code; `ever`: those handed on as well."""
    query = (
        select(Plot)
        .join(UnitPlot, col(UnitPlot.plot_id) == col(Plot.id))
        .where(UnitPlot.unit_id == unit_id)
        .order_by(Plot.code)
    )
    if not ever:
        query = query.where(here())
    return list(session.exec(query))

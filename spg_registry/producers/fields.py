"""Units, plots and crops after the first day: more of them, corrections, a plot's clock."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from spg_registry.core import audit, clock
from spg_registry.core.errors import Fault, Invalid
from spg_registry.core.permissions import Actor
from spg_registry.producers import checks
from spg_registry.producers.access import plot_to_write, producer_to_write, unit_to_write
from spg_registry.producers.checks import Land
from spg_registry.producers.errors import CropNotFound, PlotNotFound, UnitNotFound
from spg_registry.producers.gathering import known, resolve_places
from spg_registry.producers.holdings import (
    NewUnit,
    RegisteredUnit,
    crop_rows,
    next_suffix,
    plot_rows,
    plots_in,
    put_plots,
)
from spg_registry.producers.holdings import add_units as add_unit_rows
from spg_registry.producers.models import CollectionZone, Crop, Facility, Plot, Unit, UnitPlot
from spg_registry.producers.schemas import (
    CropCorrection,
    CropIn,
    CropsIn,
    FacilityIn,
    LastInputIn,
    PlotCorrection,
    PlotsIn,
    SharedPlotIn,
    UnitCorrection,
    UnitIn,
    ZoneIn,
)
from spg_registry.territory.models import Community


def add_unit(
    session: Session, actor: Actor, now: datetime, producer_code: str, data: UnitIn
) -> RegisteredUnit:
    """One more unit of a producer; without a place of its own, in the producer's community."""
    producer, committee_id = producer_to_write(session, actor, producer_code)
    faults = list(checks.unit_faults(data, known(session, now, places=[data]), ""))
    if faults:
        raise Invalid(*faults)
    today = clock.local_date(now)
    if data.is_given:
        (community,) = resolve_places(session, actor, now, [data])
    else:
        community = session.get_one(Community, producer.community_id)
    number = next_suffix(session, Unit, producer.code)
    new = NewUnit(producer.id, producer.code, number, data, community, today)
    (made,) = add_unit_rows(session, today, [new])
    audit.record(session, actor, now, "unit.add", "unit", made.unit.id, committee_id=committee_id)
    session.flush()
    return made


def correct_unit(
    session: Session, actor: Actor, now: datetime, unit_code: str, data: UnitCorrection
) -> Unit:
    """Write down anew what was wrong or has changed; `until` closes the unit."""
    unit, committee_id = unit_to_write(session, actor, unit_code)
    seen = known(session, now, places=[data])
    faults = list(checks.place_faults(data, seen, "")) if data.is_given else []
    faults += checks.point_faults(data.lat, data.lon, "")
    faults += checks.past("until", data.until, seen.today)
    if data.until is not None and data.until < unit.since:
        faults.append(Fault("until", "until_before_since", {"since": unit.since}))
    if faults:
        raise Invalid(*faults)
    wanted = data.model_dump(
        exclude_none=True, exclude={"reason", "community_id", "municipality_code", "community"}
    )
    if data.is_given:
        (community,) = resolve_places(session, actor, now, [data])
        wanted |= {
            "community_id": community.id,
            "municipality_code": community.municipality_code,
        }
    changed = put(unit, wanted)
    unit.correction_reason = data.reason or unit.correction_reason
    audit.record(
        session,
        actor,
        now,
        "unit.correct",
        "unit",
        unit.id,
        committee_id=committee_id,
        changed=changed,
        reasoned=data.reason is not None,
    )
    session.flush()
    return unit


def put(row: object, wanted: dict[str, object]) -> list[str]:
    """Set what differs; the names of what changed, for the audit."""
    changed = sorted(name for name, value in wanted.items() if getattr(row, name) != value)
    for name in changed:
        setattr(row, name, wanted[name])
    return changed


def add_plots(
    session: Session, actor: Actor, now: datetime, unit_code: str, data: PlotsIn
) -> list[Plot]:
    unit, committee_id = unit_to_write(session, actor, unit_code)
    today = clock.local_date(now)
    faults = [
        fault
        for n, plot in enumerate(data.plots)
        for fault in checks.plot_faults(plot, today, f"plots-{n}-")
    ]
    if faults:
        raise Invalid(*faults)
    plots = list(plot_rows(unit.code, next_suffix(session, Plot, unit.code), data.plots))
    session.add_all(plots)
    session.flush()
    session.add_all(UnitPlot(unit_id=unit.id, plot_id=plot.id) for plot in plots)
    for plot in plots:
        audit.record(session, actor, now, "plot.add", "plot", plot.id, committee_id=committee_id)
    session.flush()
    return plots


def correct_plot(
    session: Session, actor: Actor, now: datetime, plot_code: str, data: PlotCorrection
) -> Plot:
    """Name and area. Not below what the present season's crops say they cover."""
    plot, committee_id = plot_to_write(session, actor, plot_code)
    if data.area_m2 is not None:
        _check_area(session, plot, data.area_m2, clock.local_date(now).year)
    changed = put(plot, data.model_dump(exclude_none=True, exclude={"reason"}))
    plot.correction_reason = data.reason or plot.correction_reason
    audit.record(
        session,
        actor,
        now,
        "plot.correct",
        "plot",
        plot.id,
        committee_id=committee_id,
        changed=changed,
        reasoned=data.reason is not None,
    )
    session.flush()
    return plot


def _check_area(session: Session, plot: Plot, area: int, season: int) -> None:
    if area <= 0:
        raise Invalid.at("area_m2", "area_not_positive")
    query = select(Crop.area_m2).where(
        Crop.plot_id == plot.id, Crop.season >= season, col(Crop.area_m2) > area
    )
    largest = max((found for found in session.exec(query) if found), default=0)
    if largest:
        raise Invalid.at("area_m2", "crop_larger_than_plot", area=largest, plot_area=area)


def declare_last_input(
    session: Session, actor: Actor, now: datetime, plot_code: str, data: LastInputIn
) -> Plot:
    """Move a plot's transition clock. The audit keeps what stood before and what stands now, the
    row why; grants that would no longer pass are for people to look at."""
    plot, committee_id = plot_to_write(session, actor, plot_code)
    today = clock.local_date(now)
    faults = list(checks.clock_faults(data.last_input, data.last_input_on, today, ""))
    if faults:
        raise Invalid(*faults)
    before = [plot.last_input, plot.last_input_on and plot.last_input_on.isoformat()]
    changed = put(plot, {"last_input": data.last_input, "last_input_on": data.last_input_on})
    plot.last_input_reason = data.reason
    audit.record(
        session,
        actor,
        now,
        "plot.last_input",
        "plot",
        plot.id,
        committee_id=committee_id,
        changed=changed,
        before=before,
        after=[data.last_input, data.last_input_on and data.last_input_on.isoformat()],
        reasoned=True,
    )
    session.flush()
    return plot


def share_plot(
    session: Session, actor: Actor, now: datetime, unit_code: str, data: SharedPlotIn
) -> Plot:
    """Let a unit work a plot that another unit has too. Areas count it once."""
    unit, committee_id = unit_to_write(session, actor, unit_code)
    try:
        plot, _ = plot_to_write(session, actor, data.plot_code)
    except PlotNotFound as error:
        raise Invalid.at("plot_code", "crop_plot_unknown") from error
    there = session.get(UnitPlot, (unit.id, plot.id))
    if there is not None and there.until is None:
        raise Invalid.at("plot_code", "plot_is_there", plot=plot.code)
    put_plots(session, unit.id, [plot.id], clock.local_date(now))
    audit.record(
        session,
        actor,
        now,
        "plot.share",
        "plot",
        plot.id,
        committee_id=committee_id,
        unit=unit.id,
    )
    session.flush()
    return plot


def add_crops(
    session: Session, actor: Actor, now: datetime, unit_code: str, data: CropsIn
) -> list[Crop]:
    """Crops of a season; the same product on the same plot twice in a season is a fault."""
    unit, committee_id = unit_to_write(session, actor, unit_code)
    today = clock.local_date(now)
    plots = plots_in(session, unit.id)
    land = Land((), {plot.code: plot.area_m2 for plot in plots})
    faults = crops_faults(session, now, data.crops, land)
    if faults:
        raise Invalid(*faults)
    ids = {plot.code: plot.id for plot in plots}
    crops = list(crop_rows(session, unit.id, data.crops, land, ids, today))
    _refuse_doubles(session, unit.id, crops)
    session.add_all(crops)
    session.flush()
    audit.record(
        session,
        actor,
        now,
        "unit.crops",
        "unit",
        unit.id,
        committee_id=committee_id,
        crops=[crop.id for crop in crops],
    )
    session.flush()
    return crops


def crops_faults(
    session: Session, now: datetime, crops: Sequence[CropIn], land: Land
) -> list[Fault]:
    seen = known(session, now)
    return [
        fault
        for n, crop in enumerate(crops)
        for fault in checks.crop_faults(crop, land, seen, f"crops-{n}-")
    ]


def _refuse_doubles(session: Session, unit_id: int, crops: Sequence[Crop]) -> None:
    seasons = {crop.season for crop in crops}
    query = select(Crop).where(Crop.unit_id == unit_id, col(Crop.season).in_(seasons))
    there = {_what(crop) for crop in session.exec(query)}
    faults = []
    for n, crop in enumerate(crops):
        if _what(crop) in there:
            faults.append(
                Fault(f"crops-{n}-product_code", "crop_is_there", {"season": crop.season})
            )
        there.add(_what(crop))
    if faults:
        raise Invalid(*faults)


def _what(crop: Crop) -> tuple[str, int | None, int]:
    return crop.product_code, crop.plot_id, crop.season


def correct_crop(
    session: Session, actor: Actor, now: datetime, crop_id: int, data: CropCorrection
) -> Crop:
    """A crop that was written down wrongly. Its season stays: another season is another crop."""
    crop = session.get(Crop, crop_id)
    unit = session.get(Unit, crop.unit_id) if crop else None
    if crop is None or unit is None:
        raise CropNotFound(id=crop_id)
    try:
        _, committee_id = unit_to_write(session, actor, unit.code)
    except UnitNotFound as error:
        raise CropNotFound(id=crop_id) from error
    plots = plots_in(session, unit.id, ever=True)
    code_now = next((plot.code for plot in plots if plot.id == crop.plot_id), None)
    given = data.model_dump(exclude_none=True, exclude={"reason"})
    fields = ("product_code", "season", "area_m2", "heads", "hives", "expected_kg")
    whole = CropIn(
        **({name: getattr(crop, name) for name in fields} | {"plot_code": code_now} | given)
    )
    land = Land((), {plot.code: plot.area_m2 for plot in plots})
    faults = list(checks.crop_faults(whole, land, known(session, now), ""))
    if faults:
        raise Invalid(*faults)
    ids = {plot.code: plot.id for plot in plots}
    wanted = whole.model_dump(exclude={"plot", "plot_code", "season"})
    changed = put(crop, wanted | {"plot_id": ids[whole.plot_code] if whole.plot_code else None})
    crop.correction_reason = data.reason or crop.correction_reason
    audit.record(
        session,
        actor,
        now,
        "crop.correct",
        "crop",
        crop.id,
        committee_id=committee_id,
        changed=changed,
        reasoned=data.reason is not None,
    )
    session.flush()
    return crop


def add_zone(
    session: Session, actor: Actor, now: datetime, unit_code: str, data: ZoneIn
) -> CollectionZone:
    unit, committee_id = unit_to_write(session, actor, unit_code)
    row = CollectionZone(unit_id=unit.id, **data.model_dump())
    session.add(row)
    session.flush()
    audit.record(
        session, actor, now, "zone.add", "collection_zone", row.id, committee_id=committee_id
    )
    session.flush()
    return row


def add_facility(
    session: Session, actor: Actor, now: datetime, unit_code: str, data: FacilityIn
) -> Facility:
    unit, committee_id = unit_to_write(session, actor, unit_code)
    row = Facility(unit_id=unit.id, **data.model_dump())
    session.add(row)
    session.flush()
    audit.record(session, actor, now, "facility.add", "facility", row.id, committee_id=committee_id)
    session.flush()
    return row

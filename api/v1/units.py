"""Production units, their plots and what grows there."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query

from api.deps import ActorDep, Listing, NowDep, PageDep, SessionDep
from api.sight import visible_ids
from api.v1.idempotency import OnceRoute
from spg_registry.core import clock
from spg_registry.producers import queries, service
from spg_registry.producers.access import sight_of
from spg_registry.producers.answers import CropOut, FacilityOut, PlotOut, UnitOut, ZoneOut
from spg_registry.producers.dossier import crop_file, plot_file, unit_file, unit_files
from spg_registry.producers.schemas import (
    CropCorrection,
    CropsIn,
    FacilityIn,
    LastInputIn,
    OutlineIn,
    PlotCorrection,
    PlotsIn,
    SharedPlotIn,
    UnitCorrection,
    ZoneIn,
)

router = APIRouter(tags=["units"], route_class=OnceRoute)

OnDay = Annotated[date | None, Query(description="Stages on a day; today without it")]
IneCode = Annotated[str | None, Query(pattern=r"^\d{6}$", examples=["031401"])]


@router.get("/units")
def units(
    session: SessionDep,
    actor: ActorDep,
    now: NowDep,
    page: PageDep,
    spg: int | None = None,
    community: int | None = None,
    municipality: IneCode = None,
    on: OnDay = None,
) -> Listing[UnitOut]:
    """Open ones, without their points. Wants `producer:read`; evaluators see those of the
    producers they are sent to."""
    sight = sight_of(actor, visible_ids(session, actor))
    rows, total = queries.units_page(
        session,
        sight,
        page.limit,
        page.offset,
        spg_id=spg,
        community_id=community,
        municipality_code=municipality,
    )
    return Listing.of(unit_files(session, rows, on or clock.local_date(now)), total, page)


@router.get("/units/{code}")
def unit(session: SessionDep, actor: ActorDep, now: NowDep, code: str, on: OnDay = None) -> UnitOut:
    """Its point wants `producer:identity`, or to be sent there."""
    day = on or clock.local_date(now)
    return unit_file(session, actor, code, day, visible_ids(session, actor))


@router.patch("/units/{code}")
def correct(
    session: SessionDep, actor: ActorDep, now: NowDep, code: str, data: UnitCorrection
) -> UnitOut:
    """Only what is given changes; `until` closes it. Wants `producer:write`."""
    service.correct_unit(session, actor, now, code, data)
    return unit_file(session, actor, code, clock.local_date(now))


@router.post("/units/{code}/plots", status_code=201)
def add_plots(
    session: SessionDep, actor: ActorDep, now: NowDep, code: str, data: PlotsIn
) -> list[PlotOut]:
    """Wants `producer:write`."""
    made = {plot.code for plot in service.add_plots(session, actor, now, code, data)}
    file = unit_file(session, actor, code, clock.local_date(now))
    return [plot for plot in file.plots if plot.code in made]


@router.post("/units/{code}/shared-plots", status_code=201)
def share_plot(
    session: SessionDep, actor: ActorDep, now: NowDep, code: str, data: SharedPlotIn
) -> PlotOut:
    """A plot that another unit has too. Wants `producer:write` on both."""
    plot = service.share_plot(session, actor, now, code, data)
    return plot_file(session, actor, plot.code, clock.local_date(now))


@router.post("/units/{code}/crops", status_code=201)
def add_crops(
    session: SessionDep, actor: ActorDep, now: NowDep, code: str, data: CropsIn
) -> list[CropOut]:
    """Of a season. Wants `producer:write`."""
    made = {crop.id for crop in service.add_crops(session, actor, now, code, data)}
    file = unit_file(session, actor, code, clock.local_date(now))
    return [crop for crop in file.crops if crop.id in made]


@router.post("/units/{code}/zones", status_code=201)
def add_zone(session: SessionDep, actor: ActorDep, now: NowDep, code: str, data: ZoneIn) -> ZoneOut:
    """Where wild products are gathered. Wants `producer:write`."""
    return ZoneOut.model_validate(service.add_zone(session, actor, now, code, data))


@router.post("/units/{code}/facilities", status_code=201)
def add_facility(
    session: SessionDep, actor: ActorDep, now: NowDep, code: str, data: FacilityIn
) -> FacilityOut:
    """Where a processor works. Wants `producer:write`."""
    return FacilityOut.model_validate(service.add_facility(session, actor, now, code, data))


@router.get("/plots/{code}")
def plot(session: SessionDep, actor: ActorDep, now: NowDep, code: str, on: OnDay = None) -> PlotOut:
    """Wants `producer:read`, or to be sent there."""
    day = on or clock.local_date(now)
    return plot_file(session, actor, code, day, visible_ids(session, actor))


@router.patch("/plots/{code}")
def correct_plot(
    session: SessionDep, actor: ActorDep, now: NowDep, code: str, data: PlotCorrection
) -> PlotOut:
    """Name and area. Wants `producer:write`."""
    service.correct_plot(session, actor, now, code, data)
    return plot_file(session, actor, code, clock.local_date(now))


@router.put("/plots/{code}/last-input")
def declare_last_input(
    session: SessionDep, actor: ActorDep, now: NowDep, code: str, data: LastInputIn
) -> PlotOut:
    """Moves the transition clock, with a reason that is kept. Wants `producer:write`."""
    service.declare_last_input(session, actor, now, code, data)
    return plot_file(session, actor, code, clock.local_date(now))


@router.put("/plots/{code}/outline")
def set_outline(
    session: SessionDep, actor: ActorDep, now: NowDep, code: str, data: OutlineIn
) -> PlotOut:
    """Where the plot lies, as GeoJSON in a text: a Polygon or a Point; empty takes away what there
    was. Wants `producer:write`."""
    service.set_outline(session, actor, now, code, data)
    return plot_file(session, actor, code, clock.local_date(now))


@router.get("/crops")
def crops(
    session: SessionDep,
    actor: ActorDep,
    now: NowDep,
    unit: Annotated[str, Query(max_length=24, description="A unit's code")],
    season: int | None = None,
) -> list[CropOut]:
    """Of one unit, the latest season first. Wants `producer:read`, or to be sent there."""
    file = unit_file(session, actor, unit, clock.local_date(now), visible_ids(session, actor))
    return [crop for crop in file.crops if season in (None, crop.season)]


@router.patch("/crops/{crop_id}")
def correct_crop(
    session: SessionDep, actor: ActorDep, now: NowDep, crop_id: int, data: CropCorrection
) -> CropOut:
    """What was written down wrongly; its season stays. Wants `producer:write`."""
    service.correct_crop(session, actor, now, crop_id, data)
    return crop_file(session, crop_id)

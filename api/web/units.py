"""One production unit with its land, and the forms for plots, their clocks and crops."""

from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from api.deps import FormDep
from api.forms import Form, parse
from api.render import render
from api.sight import visible_ids
from api.web.again import choices
from api.web.desk import Desk, DeskDep
from api.web.land import products_of
from api.web.once import FormRoute
from api.web.producers import municipality_options
from spg_registry.core.permissions import Permission, require
from spg_registry.producers import service
from spg_registry.producers.access import plain_code
from spg_registry.producers.answers import CropOut, PlotOut, ProducerFile, UnitOut
from spg_registry.producers.dossier import producer_file, unit_file
from spg_registry.producers.errors import CropNotFound, PlotNotFound
from spg_registry.producers.models import Tenure, WaterSource
from spg_registry.producers.schemas import (
    CropCorrection,
    CropsIn,
    FacilityIn,
    LastInputIn,
    PlotCorrection,
    PlotsIn,
    SharedPlotIn,
    UnitCorrection,
    ZoneIn,
)
from spg_registry.producers.sketches import sketch_of
from spg_registry.producers.surroundings import doubts_about
from spg_registry.rules.words import LastInput

router = APIRouter(prefix="/unidades", route_class=FormRoute)

CROP_ROWS = 4


@router.get("/{code}")
def show(desk: DeskDep, code: str) -> Response:
    unit, file = _found(desk, code)
    return render(
        desk.request,
        "producers/unit.html",
        unit=unit,
        file=file,
        sketch=sketch_of([unit]),
        doubts=doubts_about(desk.session, [unit]),
    )


def _found(desk: Desk, code: str) -> tuple[UnitOut, ProducerFile]:
    day, ids = desk.today, visible_ids(desk.session, desk.actor)
    unit = unit_file(desk.session, desk.actor, code, day, ids)
    return unit, producer_file(desk.session, desk.actor, unit.producer_code, day, ids)


def writable_unit(desk: Desk, code: str) -> UnitOut:
    unit, file = _found(desk, code)
    if not file.writable:
        places = [row.committee_id for row in file.enrolments]
        require(desk.actor, Permission.PRODUCER_WRITE, on=places[0] if places else None)
    return unit


def unit_sheet(
    desk: Desk,
    code: str,
    name: str,
    form: Form,
    status: int = 200,
    **more: Any,
) -> Response:
    """A page with one form about a unit, for who may write about it."""
    unit = writable_unit(desk, code)
    return desk.page(
        f"producers/{name}.html",
        form,
        status,
        unit=unit,
        back=f"/unidades/{unit.code}",
        **more,
    )


# -- the unit -------------------------------------------------------------------------------------


@router.get("/{code}/corregir")
def correcting(desk: DeskDep, code: str) -> Response:
    return _correction(desk, code, _recorded(desk, code))


def _recorded(desk: Desk, code: str) -> Form:
    fields = {
        "name",
        "tenure",
        "water_source",
        "parallel_production",
        "municipality_code",
        "community",
        "lat",
        "lon",
        "until",
    }
    return Form.of(writable_unit(desk, code).model_dump(include=fields))


@router.post("/{code}/corregir")
def correct(desk: DeskDep, data: FormDep, code: str) -> Response:
    def act() -> None:
        # A box that is not ticked is not sent: here that is an answer, and it means no.
        parallel = bool(data.get("parallel_production"))
        wish = parse(UnitCorrection, data, parallel_production=parallel)
        service.correct_unit(*desk.acting, code, wish)

    return desk.edit(
        data,
        lambda: _recorded(desk, code),
        act,
        lambda form, status: _correction(desk, code, form, status),
        f"/unidades/{code}",
        "unit_corrected",
    )


def _correction(desk: Desk, code: str, form: Form, status: int = 200) -> Response:
    return unit_sheet(
        desk,
        code,
        "unit_correct",
        form,
        status,
        municipalities=municipality_options(desk.session),
        tenures=choices(desk.request, "tenure", Tenure),
        waters=choices(desk.request, "water", WaterSource),
    )


# -- plots ----------------------------------------------------------------------------------------


@router.get("/{code}/parcelas/nueva")
def new_plot(desk: DeskDep, code: str) -> Response:
    return _plot(desk, code, Form())


@router.post("/{code}/parcelas/nueva")
def add_plot(desk: DeskDep, data: FormDep, code: str) -> Response:
    return desk.act(
        data,
        lambda: service.add_plots(*desk.acting, code, parse(PlotsIn, data)),
        lambda form, status: _plot(desk, code, form, status),
        f"/unidades/{code}#parcelas",
        "plots_added",
    )


def _plot(desk: Desk, code: str, form: Form, status: int = 200) -> Response:
    inputs = choices(desk.request, "last_input", LastInput)
    return unit_sheet(desk, code, "plot_new", form, status, inputs=inputs)


@router.get("/{code}/parcelas/compartida")
def sharing_plot(desk: DeskDep, code: str) -> Response:
    return unit_sheet(desk, code, "plot_share", Form())


@router.post("/{code}/parcelas/compartida")
def share_plot(desk: DeskDep, data: FormDep, code: str) -> Response:
    return desk.act(
        data,
        lambda: service.share_plot(*desk.acting, code, parse(SharedPlotIn, data)),
        lambda form, status: unit_sheet(desk, code, "plot_share", form, status),
        f"/unidades/{code}#parcelas",
        "plots_added",
    )


def plot_of(unit: UnitOut, plot_code: str) -> PlotOut:
    for plot in unit.plots:
        if plot.code == plain_code(plot_code):
            return plot
    raise PlotNotFound(code=plot_code)


@router.get("/{code}/parcelas/{plot_code}/corregir")
def correcting_plot(desk: DeskDep, code: str, plot_code: str) -> Response:
    plot, form = _recorded_plot(desk, code, plot_code)
    return unit_sheet(desk, code, "plot_correct", form, plot=plot)


def _recorded_plot(desk: Desk, code: str, plot_code: str) -> tuple[PlotOut, Form]:
    plot = plot_of(writable_unit(desk, code), plot_code)
    return plot, Form.of(plot.model_dump(include={"name", "area_m2"}))


@router.post("/{code}/parcelas/{plot_code}/corregir")
def correct_plot(
    desk: DeskDep,
    data: FormDep,
    code: str,
    plot_code: str,
) -> Response:
    plot = plot_of(writable_unit(desk, code), plot_code)
    return desk.edit(
        data,
        lambda: _recorded_plot(desk, code, plot_code)[1],
        lambda: service.correct_plot(*desk.acting, plot_code, parse(PlotCorrection, data)),
        lambda form, status: unit_sheet(desk, code, "plot_correct", form, status, plot=plot),
        f"/unidades/{code}#parcelas",
        "unit_corrected",
    )


@router.get("/{code}/parcelas/{plot_code}/insumo")
def declaring_input(desk: DeskDep, code: str, plot_code: str) -> Response:
    return _clock(desk, (code, plot_code), _recorded_clock(desk, code, plot_code))


def _recorded_clock(desk: Desk, code: str, plot_code: str) -> Form:
    plot = plot_of(writable_unit(desk, code), plot_code)
    return Form.of(plot.model_dump(include={"last_input", "last_input_on"}))


@router.post("/{code}/parcelas/{plot_code}/insumo")
def declare_input(
    desk: DeskDep,
    data: FormDep,
    code: str,
    plot_code: str,
) -> Response:
    where = (code, plot_code)
    return desk.edit(
        data,
        lambda: _recorded_clock(desk, code, plot_code),
        lambda: service.declare_last_input(*desk.acting, plot_code, parse(LastInputIn, data)),
        lambda form, status: _clock(desk, where, form, status),
        f"/unidades/{code}#parcelas",
        "clock_moved",
    )


def _clock(
    desk: Desk,
    where: tuple[str, str],
    form: Form,
    status: int = 200,
) -> Response:
    code, plot_code = where
    return unit_sheet(
        desk,
        code,
        "last_input",
        form,
        status,
        plot=plot_of(writable_unit(desk, code), plot_code),
        inputs=choices(desk.request, "last_input", LastInput),
    )


# -- crops ----------------------------------------------------------------------------------------


@router.get("/{code}/cultivos/nuevo")
def new_crops(desk: DeskDep, code: str) -> Response:
    return _crops(desk, code, Form())


@router.post("/{code}/cultivos/nuevo")
def add_crops(desk: DeskDep, data: FormDep, code: str) -> Response:
    return desk.act(
        data,
        lambda: service.add_crops(*desk.acting, code, parse(CropsIn, data)),
        lambda form, status: _crops(desk, code, form, status),
        f"/unidades/{code}#cultivos",
        "crops_added",
    )


def _crops(desk: Desk, code: str, form: Form, status: int = 200) -> Response:
    return unit_sheet(
        desk,
        code,
        "crops",
        form,
        status,
        products=products_of(desk.request, desk.session),
        crop_rows=range(CROP_ROWS),
        this_year=desk.today.year,
        plots=_plot_options(writable_unit(desk, code)),
    )


@router.get("/{code}/cultivos/{crop_id}/corregir")
def correcting_crop(desk: DeskDep, code: str, crop_id: int) -> Response:
    return _crop(desk, (code, crop_id), _recorded_crop(desk, code, crop_id))


def _recorded_crop(desk: Desk, code: str, crop_id: int) -> Form:
    crop = crop_of(writable_unit(desk, code), crop_id)
    fields = {"product_code", "plot_code", "area_m2", "heads", "hives", "expected_kg"}
    return Form.of(crop.model_dump(include=fields))


@router.post("/{code}/cultivos/{crop_id}/corregir")
def correct_crop(
    desk: DeskDep,
    data: FormDep,
    code: str,
    crop_id: int,
) -> Response:
    where = (code, crop_id)
    return desk.edit(
        data,
        lambda: _recorded_crop(desk, code, crop_id),
        lambda: service.correct_crop(*desk.acting, crop_id, parse(CropCorrection, data)),
        lambda form, status: _crop(desk, where, form, status),
        f"/unidades/{code}#cultivos",
        "unit_corrected",
    )


def _crop(
    desk: Desk,
    where: tuple[str, int],
    form: Form,
    status: int = 200,
) -> Response:
    code, crop_id = where
    unit = writable_unit(desk, code)
    return unit_sheet(
        desk,
        code,
        "crop_correct",
        form,
        status,
        crop=crop_of(unit, crop_id),
        plots=_plot_options(unit),
        products=products_of(desk.request, desk.session),
    )


def _plot_options(unit: UnitOut) -> list[tuple[str, str]]:
    return [(plot.code, f"{plot.name} ({plot.code})") for plot in unit.plots]


def crop_of(unit: UnitOut, crop_id: int) -> CropOut:
    for crop in unit.crops:
        if crop.id == crop_id:
            return crop
    raise CropNotFound(id=crop_id)


# -- zones and facilities -------------------------------------------------------------------------


@router.get("/{code}/zonas/nueva")
def new_zone(desk: DeskDep, code: str) -> Response:
    return unit_sheet(desk, code, "zone", Form())


@router.post("/{code}/zonas/nueva")
def add_zone(desk: DeskDep, data: FormDep, code: str) -> Response:
    return desk.act(
        data,
        lambda: service.add_zone(*desk.acting, code, parse(ZoneIn, data)),
        lambda form, status: unit_sheet(desk, code, "zone", form, status),
        f"/unidades/{code}#zonas",
        "zone_added",
    )


@router.get("/{code}/instalaciones/nueva")
def new_facility(desk: DeskDep, code: str) -> Response:
    return unit_sheet(desk, code, "facility", Form())


@router.post("/{code}/instalaciones/nueva")
def add_facility(desk: DeskDep, data: FormDep, code: str) -> Response:
    return desk.act(
        data,
        lambda: service.add_facility(*desk.acting, code, parse(FacilityIn, data)),
        lambda form, status: unit_sheet(desk, code, "facility", form, status),
        f"/unidades/{code}#instalaciones",
        "facility_added",
    )

"""Forms for a producer who moves to another SPG, and for plots that change hands."""

from fastapi import APIRouter
from starlette.responses import Response

from api.deps import FormDep
from api.forms import Form, parse
from api.web.again import choices
from api.web.desk import Desk, DeskDep
from api.web.once import FormRoute
from api.web.producer_papers import enrolment_of
from api.web.producers import sheet, writable
from api.web.units import unit_sheet, writable_unit
from spg_registry.committees import queries as committees
from spg_registry.core.permissions import Permission, require
from spg_registry.producers import service
from spg_registry.producers.models import TransferKind
from spg_registry.producers.schemas import HandOverIn, MoveIn, TakeOverIn
from spg_registry.seals import service as seals

router = APIRouter(route_class=FormRoute)

HANDS = [kind for kind in TransferKind if kind is not TransferKind.MOVED]


@router.get("/productores/{code}/inscripciones/{enrolment_id}/traslado")
def moving(desk: DeskDep, code: str, enrolment_id: int) -> Response:
    file = writable(desk, code)
    units = [unit.code for unit in file.land if unit.until is None]
    return _move(desk, code, enrolment_id, Form.of({"on": desk.today, "units": units}))


@router.post("/productores/{code}/inscripciones/{enrolment_id}/traslado")
def move(desk: DeskDep, data: FormDep, code: str, enrolment_id: int) -> Response:
    def act() -> None:
        # No ticked box is an answer: nothing goes along.
        wish = parse(MoveIn, data, units=[str(each) for each in data.getlist("units")])
        seals.move(*desk.acting, enrolment_id, wish)

    return desk.act(
        data,
        act,
        lambda form, status: _move(desk, code, enrolment_id, form, status),
        f"/productores/{code}",
        "producer_moved",
    )


def _move(desk: Desk, code: str, enrolment_id: int, form: Form, status: int = 200) -> Response:
    file = writable(desk, code)
    row = enrolment_of(file, enrolment_id)
    require(desk.actor, Permission.PRODUCER_WRITE, on=row.committee_id)
    others = [pair for pair in committees.every_spg(desk.session) if pair[0].id != row.spg_id]
    return sheet(
        desk,
        code,
        "move",
        form,
        status,
        enrolment=row,
        spgs=[(spg.id, f"{spg.name} · {committee.name}") for spg, committee in others],
        units=[
            (unit.code, f"{unit.name} · {unit.community}")
            for unit in file.land
            if unit.until is None
        ],
        both=any(
            desk.actor.may(Permission.PRODUCER_WRITE, committee.id) for _, committee in others
        ),
    )


@router.get("/unidades/{code}/parcelas/traspaso")
def handing_over(desk: DeskDep, code: str) -> Response:
    return _hand_over(desk, code, Form.of({"effective_on": desk.today}))


@router.post("/unidades/{code}/parcelas/traspaso")
def hand_over(desk: DeskDep, data: FormDep, code: str) -> Response:
    return desk.act(
        data,
        lambda: seals.hand_over(*desk.acting, code, parse(HandOverIn, data)),
        lambda form, status: _hand_over(desk, code, form, status),
        f"/unidades/{code}",
        "plots_handed_over",
    )


def _hand_over(desk: Desk, code: str, form: Form, status: int = 200) -> Response:
    unit = writable_unit(desk, code)
    return unit_sheet(
        desk,
        code,
        "hand_over",
        form,
        status,
        kinds=choices(desk.request, "transfer_kind", HANDS),
        plots=[(plot.code, f"{plot.name} · {plot.code}") for plot in unit.plots],
    )


@router.get("/productores/{code}/traspasos")
def taking_over(desk: DeskDep, code: str) -> Response:
    waiting = [str(row.id) for row in writable(desk, code).transfers if row.waits]
    return _take_over(desk, code, Form.of({"transfers": waiting}))


@router.post("/productores/{code}/traspasos")
def take_over(desk: DeskDep, data: FormDep, code: str) -> Response:
    return desk.act(
        data,
        lambda: service.take_over(*desk.acting, code, parse(TakeOverIn, data)),
        lambda form, status: _take_over(desk, code, form, status),
        f"/productores/{code}#traspasos",
        "plots_taken_over",
    )


def _take_over(desk: Desk, code: str, form: Form, status: int = 200) -> Response:
    file = writable(desk, code)
    return sheet(
        desk,
        code,
        "take_over",
        form,
        status,
        waiting=[
            (row.id, f"{row.plot_code} · {row.from_producer}")
            for row in file.transfers
            if row.waits and row.to_producer == file.code
        ],
        units=[(unit.code, unit.name) for unit in file.land if unit.until is None],
    )

"""Photos of a visit: for who sees the visit, and nobody else."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from api.deps import DoorFormDep, FormDep
from api.forms import Form, parse
from api.render import redirect
from api.uploads import UploadsDep, handed_out
from api.web import visits
from api.web.again import typed_again
from api.web.desk import Desk, DeskDep
from api.web.once import FormRoute
from spg_registry.core.errors import Fault, Invalid
from spg_registry.rounds import photos, queries, service
from spg_registry.rounds.schemas import Id, PhotosIn, ReasonIn

router = APIRouter(prefix="/visitas/{visit_id}/fotos", route_class=FormRoute)


@router.post("")
def add(uploads: UploadsDep, data: DoorFormDep, desk: DeskDep, visit_id: Id) -> Response:
    """`of` says what they show: `item:S1`, `finding:7`, or nothing for the visit as a whole."""
    kind, _, which = str(data.get("of", "")).partition(":")
    typed = {
        "item_code": which if kind == "item" else "",
        "finding_id": which if kind == "finding" else "",
        "caption": data.get("caption", ""),
    }
    try:
        wanted = parse(PhotosIn, typed, visit_id=visit_id)
        rows = service.add_photos(*desk.acting, wanted, uploads.all("photos"))
    except Invalid as refusal:
        moved = Invalid(*map(_at_its_field, refusal.faults))
        form = typed_again(desk.request, desk.session, data, moved)
        return visits.shown(desk, visit_id, status=422, photo=form)
    return redirect(f"/visitas/{visit_id}#fotos", "photos_added", count=len(rows))


def _at_its_field(fault: Fault) -> Fault:
    of = fault.field in ("item_code", "finding_id")
    return Fault("of" if of else fault.field, fault.code, fault.params)


@router.get("/{photo_id}")
def show(
    desk: DeskDep,
    visit_id: Id,
    photo_id: Id,
    small: Annotated[bool, Query(alias="pequena")] = False,
) -> Response:
    queries.get_visit(desk.session, desk.actor, visit_id)
    _, file = photos.get_photo(desk.session, desk.actor, photo_id)
    return handed_out(file, small=small)


@router.get("/{photo_id}/retirar")
def ask(desk: DeskDep, visit_id: Id, photo_id: Id) -> Response:
    return _ask(desk, visit_id, photo_id, Form())


@router.post("/{photo_id}/retirar")
def withdraw(desk: DeskDep, data: FormDep, visit_id: Id, photo_id: Id) -> Response:
    return desk.act(
        data,
        lambda: service.withdraw_photo(*desk.acting, photo_id, parse(ReasonIn, data)),
        lambda form, status: _ask(desk, visit_id, photo_id, form, status),
        f"/visitas/{visit_id}#fotos",
        "photo_withdrawn",
    )


def _ask(desk: Desk, visit_id: int, photo_id: int, form: Form, status: int = 200) -> Response:
    sheet = queries.sheet_of(desk.session, desk.actor, visit_id)
    photos.require_to_withdraw(sheet)
    row, _ = photos.get_photo(desk.session, desk.actor, photo_id)
    return desk.page("visits/photo_withdraw.html", form, status, sheet=sheet, photo=row)

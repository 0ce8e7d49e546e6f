"""Photos of a visit: for who sees the visit, and nobody else."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from sqlmodel import Session
from starlette.responses import Response

from api.deps import DoorFormDep, FormDep, NowDep, SessionDep, UserDep
from api.forms import Form, parse
from api.render import redirect, render
from api.uploads import UploadsDep, handed_out
from api.web import visits
from api.web.again import typed_again
from api.web.once import FormRoute
from spg_registry.core.errors import Fault, Invalid
from spg_registry.core.permissions import Actor
from spg_registry.rounds import photos, queries, service
from spg_registry.rounds.schemas import Id, PhotosIn, ReasonIn

router = APIRouter(prefix="/visitas/{visit_id}/fotos", route_class=FormRoute)


@router.post("")
def add(
    request: Request,
    uploads: UploadsDep,
    data: DoorFormDep,
    session: SessionDep,
    actor: UserDep,
    now: NowDep,
    visit_id: Id,
) -> Response:
    """`of` says what they show: `item:S1`, `finding:7`, or nothing for the visit as a whole."""
    kind, _, which = str(data.get("of", "")).partition(":")
    typed = {
        "item_code": which if kind == "item" else "",
        "finding_id": which if kind == "finding" else "",
        "caption": data.get("caption", ""),
    }
    try:
        wanted = parse(PhotosIn, typed, visit_id=visit_id)
        rows = service.add_photos(session, actor, now, wanted, uploads.all("photos"))
    except Invalid as refusal:
        at_their_field = [
            Fault("of" if fault.field in ("item_code", "finding_id") else fault.field, fault.code,
                  fault.params)
            for fault in refusal.faults
        ]  # fmt: skip
        form = typed_again(request, session, data, Invalid(*at_their_field))
        return visits.shown(request, session, actor, now, visit_id, status=422, photo=form)
    return redirect(f"/visitas/{visit_id}#fotos", "photos_added", count=len(rows))


@router.get("/{photo_id}")
def show(
    session: SessionDep,
    actor: UserDep,
    visit_id: Id,
    photo_id: Id,
    small: Annotated[bool, Query(alias="pequena")] = False,
) -> Response:
    queries.get_visit(session, actor, visit_id)
    _, file = photos.get_photo(session, actor, photo_id)
    return handed_out(file, small=small)


@router.get("/{photo_id}/retirar")
def ask(
    request: Request, session: SessionDep, actor: UserDep, visit_id: Id, photo_id: Id
) -> Response:
    return _ask(request, session, actor, visit_id, photo_id, Form())


@router.post("/{photo_id}/retirar")
def withdraw(
    request: Request,
    session: SessionDep,
    actor: UserDep,
    now: NowDep,
    data: FormDep,
    visit_id: Id,
    photo_id: Id,
) -> Response:
    try:
        service.withdraw_photo(session, actor, now, photo_id, parse(ReasonIn, data))
    except Invalid as refusal:
        form = typed_again(request, session, data, refusal)
        return _ask(request, session, actor, visit_id, photo_id, form, 422)
    return redirect(f"/visitas/{visit_id}#fotos", "photo_withdrawn")


def _ask(
    request: Request,
    session: Session,
    actor: Actor,
    visit_id: int,
    photo_id: int,
    form: Form,
    status: int = 200,
) -> Response:
    sheet = queries.sheet_of(session, actor, visit_id)
    photos.require_to_withdraw(sheet)
    row, _ = photos.get_photo(session, actor, photo_id)
    return render(request, "visits/photo_withdraw.html", status, sheet=sheet, photo=row, form=form)

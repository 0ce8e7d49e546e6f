"""*Denuncias recibidas*: what waits for an answer, and the acts up to it."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel
from sqlmodel import Session
from starlette.datastructures import FormData
from starlette.responses import Response

from api.deps import DoorFormDep, FormDep, PageNumber
from api.forms import Form, one_of, parse
from api.render import paging, render
from api.uploads import UploadsDep, handed_out
from api.web.again import choices
from api.web.desk import Desk, DeskDep
from api.web.once import FormRoute
from spg_registry.complaints import photos, queries, service
from spg_registry.complaints.models import ComplaintAbout, ComplaintOutcome
from spg_registry.complaints.schemas import ComplaintAnswer, Id, ProducerNamed, VisitOrder
from spg_registry.core.errors import Forbidden
from spg_registry.core.permissions import Actor, Permission
from spg_registry.rules.words import ComplaintState

router = APIRouter(prefix="/denuncias-recibidas", route_class=FormRoute)

PAGE_SIZE = 50
PENDING, OVERDUE = "pending", "overdue"


@router.get("")
def index(
    desk: DeskDep,
    state: Annotated[str, Query(alias="estado", max_length=20)] = "",
    about: Annotated[str, Query(alias="sobre", max_length=20)] = "",
    number: PageNumber = 1,
) -> Response:
    rows, total = queries.visible_complaints(
        desk.session,
        desk.actor,
        state=one_of(ComplaintState, state),
        about=one_of(ComplaintAbout, about),
        unanswered=state == PENDING,
        overdue_on=desk.today if state == OVERDUE else None,
        limit=PAGE_SIZE,
        offset=(number - 1) * PAGE_SIZE,
    )
    return render(
        desk.request,
        "complaints/index.html",
        lines=queries.complaint_lines(desk.session, rows, desk.today),
        form=Form.of({"estado": state, "sobre": about}),
        states=choices(desk.request, "complaint", ComplaintState),
        abouts=choices(desk.request, "complaint_about", ComplaintAbout),
        page=paging(desk.request, number, PAGE_SIZE, total),
    )


@router.get("/{complaint_id}")
def show(desk: DeskDep, complaint_id: Id) -> Response:
    return _show(desk, complaint_id, Form.of({"period_from": desk.today}))


def _show(desk: Desk, complaint_id: int, form: Form, status: int = 200) -> Response:
    file = queries.complaint_file(desk.session, desk.actor, complaint_id, desk.today)
    if status == 422 and not file.may_answer:
        raise Forbidden(permission=str(Permission.COMPLAINT_ANSWER))
    row = file.line.complaint
    reviewing = file.may_answer and row.state is ComplaintState.UNDER_REVIEW
    may_visit = desk.actor.may(Permission.ROUND_WRITE, row.committee_id)
    return render(
        desk.request,
        "complaints/show.html",
        status,
        file=file,
        photos=photos.photos_of(desk.session, desk.actor, complaint_id),
        form=form,
        hindered=file.hindrance.code if file.hindrance else "",
        reviewing=reviewing,
        naming=reviewing and row.grant_id is None and row.about is not ComplaintAbout.COMMITTEE,
        visiting=reviewing and may_visit and row.round_id is None and bool(file.units),
        units=[(unit.code, f"{unit.code} · {unit.name}") for unit in file.units],
        outcomes=choices(desk.request, "complaint_outcome", ComplaintOutcome),
    )


@router.post("/{complaint_id}/revision")
def take_up(desk: DeskDep, data: FormDep, complaint_id: Id) -> Response:
    return _act(desk, data, complaint_id, service.take_up, "complaint_taken_up")


@router.post("/{complaint_id}/productor")
def name_producer(desk: DeskDep, data: FormDep, complaint_id: Id) -> Response:
    verb = service.name_producer
    return _act(desk, data, complaint_id, verb, "complaint_producer_named", ProducerNamed)


@router.post("/{complaint_id}/visita")
def order_visit(desk: DeskDep, data: FormDep, complaint_id: Id) -> Response:
    verb = service.order_visit
    return _act(desk, data, complaint_id, verb, "complaint_visit_ordered", VisitOrder)


@router.post("/{complaint_id}/respuesta")
def answer(desk: DeskDep, data: FormDep, complaint_id: Id) -> Response:
    return _act(desk, data, complaint_id, service.answer, "complaint_answered", ComplaintAnswer)


@router.post("/{complaint_id}/cierre")
def close(desk: DeskDep, data: FormDep, complaint_id: Id) -> Response:
    return _act(desk, data, complaint_id, service.close, "complaint_closed")


@router.post("/{complaint_id}/fotos")
def add_photos(uploads: UploadsDep, data: DoorFormDep, desk: DeskDep, complaint_id: Id) -> Response:
    def verb(session: Session, actor: Actor, now: datetime, of: int) -> object:
        return service.add_photos(session, actor, now, of, uploads.all("photos"))

    return _act(desk, data, complaint_id, verb, "complaint_photos_added")


@router.get("/{complaint_id}/fotos/{photo_id}")
def photo(
    desk: DeskDep,
    complaint_id: Id,
    photo_id: Id,
    small: Annotated[bool, Query(alias="pequena")] = False,
) -> Response:
    return handed_out(
        photos.get_photo(desk.session, desk.actor, complaint_id, photo_id), small=small
    )


def _act(
    desk: Desk,
    data: FormData,
    complaint_id: int,
    verb: Callable[..., object],
    flash: str,
    schema: type[BaseModel] | None = None,
) -> Response:
    """One of the acts upon a complaint, with the words its form asks for, if any; back to it."""

    def act() -> None:
        wish = (parse(schema, data),) if schema else ()
        verb(*desk.acting, complaint_id, *wish)

    return desk.act(
        data,
        act,
        lambda form, status: _show(desk, complaint_id, form, status),
        f"/denuncias-recibidas/{complaint_id}",
        flash,
    )

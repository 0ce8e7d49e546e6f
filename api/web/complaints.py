"""*Denuncias recibidas*: what waits for an answer, and the acts up to it."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from api.deps import FormDep
from api.forms import Form, parse
from api.render import paging, redirect, render
from api.web.again import choices
from api.web.desk import Desk, DeskDep
from api.web.land import one_of
from api.web.once import FormRoute
from spg_registry.complaints import queries, service
from spg_registry.complaints.models import ComplaintAbout, ComplaintOutcome
from spg_registry.complaints.schemas import ComplaintAnswer, Id, ProducerNamed, VisitOrder
from spg_registry.core.errors import Forbidden
from spg_registry.core.permissions import Permission
from spg_registry.rules.words import ComplaintState

router = APIRouter(prefix="/denuncias-recibidas", route_class=FormRoute)

PAGE_SIZE = 50
PENDING, OVERDUE = "pending", "overdue"

PageNumber = Annotated[int, Query(alias="pagina", ge=1, le=100_000)]


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
        form=form,
        hindered=file.hindrance.code if file.hindrance else "",
        reviewing=reviewing,
        naming=reviewing and row.grant_id is None and row.about is not ComplaintAbout.COMMITTEE,
        visiting=reviewing and may_visit and row.round_id is None and bool(file.units),
        units=[(unit.code, f"{unit.code} · {unit.name}") for unit in file.units],
        outcomes=choices(desk.request, "complaint_outcome", ComplaintOutcome),
    )


@router.post("/{complaint_id}/revision")
def take_up(desk: DeskDep, _data: FormDep, complaint_id: Id) -> Response:
    service.take_up(*desk.acting, complaint_id)
    return redirect(f"/denuncias-recibidas/{complaint_id}", "complaint_taken_up")


@router.post("/{complaint_id}/productor")
def name_producer(desk: DeskDep, data: FormDep, complaint_id: Id) -> Response:
    return desk.act(
        data,
        lambda: service.name_producer(*desk.acting, complaint_id, parse(ProducerNamed, data)),
        lambda form, status: _show(desk, complaint_id, form, status),
        f"/denuncias-recibidas/{complaint_id}",
        "complaint_producer_named",
    )


@router.post("/{complaint_id}/visita")
def order_visit(desk: DeskDep, data: FormDep, complaint_id: Id) -> Response:
    return desk.act(
        data,
        lambda: service.order_visit(*desk.acting, complaint_id, parse(VisitOrder, data)),
        lambda form, status: _show(desk, complaint_id, form, status),
        f"/denuncias-recibidas/{complaint_id}",
        "complaint_visit_ordered",
    )


@router.post("/{complaint_id}/respuesta")
def answer(desk: DeskDep, data: FormDep, complaint_id: Id) -> Response:
    return desk.act(
        data,
        lambda: service.answer(*desk.acting, complaint_id, parse(ComplaintAnswer, data)),
        lambda form, status: _show(desk, complaint_id, form, status),
        f"/denuncias-recibidas/{complaint_id}",
        "complaint_answered",
    )


@router.post("/{complaint_id}/cierre")
def close(desk: DeskDep, _data: FormDep, complaint_id: Id) -> Response:
    service.close(*desk.acting, complaint_id)
    return redirect(f"/denuncias-recibidas/{complaint_id}", "complaint_closed")

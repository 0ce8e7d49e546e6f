"""Findings: what is open, what is late, and the closing with its evidence."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from sqlmodel import Session
from starlette.responses import Response

from api.deps import FormDep, NowDep, PageNumber, SessionDep, Unchosen, UserDep
from api.forms import Form, parse
from api.render import paging, redirect, render
from api.web.again import choices, typed_again
from api.web.once import FormRoute
from spg_registry.core import clock
from spg_registry.core.errors import Invalid
from spg_registry.core.permissions import Actor, Permission
from spg_registry.rounds import queries, service
from spg_registry.rounds.schemas import CloseData, Id
from spg_registry.rules.words import FindingClass, FindingState

router = APIRouter(prefix="/hallazgos", route_class=FormRoute)

PAGE_SIZE = 50
OVERDUE = "overdue"


@router.get("")
def index(
    request: Request,
    session: SessionDep,
    actor: UserDep,
    now: NowDep,
    state: Annotated[str, Query(alias="estado", max_length=20)] = "",
    grade: Annotated[str, Query(alias="clase", max_length=20)] = "",
    round_id: Annotated[Id | None, Unchosen, Query(alias="ronda")] = None,
    number: PageNumber = 1,
) -> Response:
    today = clock.local_date(now)
    rows, total = queries.visible_findings(
        session,
        actor,
        round_id=round_id,
        state=FindingState(state) if state in list(FindingState) else None,
        grade=FindingClass(grade) if grade in list(FindingClass) else None,
        overdue_on=today if state == OVERDUE else None,
        limit=PAGE_SIZE,
        offset=(number - 1) * PAGE_SIZE,
    )
    return render(
        request,
        "findings/index.html",
        lines=queries.finding_lines(session, rows, today),
        form=Form.of({"estado": state, "clase": grade}),
        states=choices(request, "finding", FindingState),
        grades=choices(request, "finding_class", FindingClass),
        page=paging(request, number, PAGE_SIZE, total),
    )


@router.get("/{finding_id}")
def show(
    request: Request, session: SessionDep, actor: UserDep, now: NowDep, finding_id: Id
) -> Response:
    return _show(request, session, actor, now, finding_id, Form())


def _show(
    request: Request,
    session: Session,
    actor: Actor,
    now: NowDep,
    finding_id: int,
    form: Form,
    status: int = 200,
) -> Response:
    finding, ronda = queries.get_finding(session, actor, finding_id)
    today = clock.local_date(now)
    may_write = actor.may(Permission.VISIT_REVIEW, ronda.committee_id)
    return render(
        request,
        "findings/show.html",
        status,
        line=queries.finding_lines(session, [finding], today)[0],
        ronda=ronda,
        form=form,
        today=today,
        correcting=may_write and finding.state is FindingState.OPEN,
        closing=may_write and finding.state is FindingState.IN_CORRECTION,
    )


@router.post("/{finding_id}/correccion")
def start_correction(
    session: SessionDep, actor: UserDep, now: NowDep, _data: FormDep, finding_id: Id
) -> Response:
    service.start_correction(session, actor, now, finding_id)
    return redirect(f"/hallazgos/{finding_id}", "correction_started")


@router.post("/{finding_id}/cerrar")
def close(
    request: Request,
    session: SessionDep,
    actor: UserDep,
    now: NowDep,
    data: FormDep,
    finding_id: Id,
) -> Response:
    try:
        service.close_finding(session, actor, now, finding_id, parse(CloseData, data))
    except Invalid as refusal:
        form = typed_again(request, session, data, refusal)
        return _show(request, session, actor, now, finding_id, form, 422)
    return redirect(f"/hallazgos/{finding_id}", "finding_closed")

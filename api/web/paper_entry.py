"""A form that was filled on paper, typed in at a desk: one dense page, then the next paper."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.datastructures import FormData
from starlette.responses import Response

from api.deps import FormDep
from api.forms import Form, parse
from api.render import locale_of, redirect, render
from api.web.again import choices
from api.web.desk import Desk, DeskDep
from api.web.once import FormRoute
from api.web.rounds import told as reasons_of
from api.web.visit_form import recorded, values_of
from api.web.visits import is_incomplete, lacking, written
from spg_registry.core.errors import Fault, Forbidden, Invalid
from spg_registry.core.permissions import Permission
from spg_registry.rounds import queries, service
from spg_registry.rounds.codes import VISIT, display, sheet_code
from spg_registry.rounds.errors import RoundNotInField, VisitBegun
from spg_registry.rounds.models import Acknowledgement, Visit
from spg_registry.rounds.queries import Sheet
from spg_registry.rounds.schemas import AcknowledgeIn, Id, Pair
from spg_registry.rules.words import Answer, FindingClass, RoundState

router = APIRouter(route_class=FormRoute)

FINDING_ROWS = 4
TEAM = 3
HEARD = "heard-"


@router.get("/rondas/{round_id}/papel")
def first(desk: DeskDep, round_id: Id) -> Response:
    """The first paper of a round that waits to be typed in."""
    ronda = queries.get_round(desk.session, desk.actor, round_id)
    waiting = queries.visits_by_way(desk.session, desk.actor, ronda.id, queries.TO_FILL)
    if not waiting:
        return redirect(f"/rondas/{ronda.id}", "papers_done", "info")
    return redirect(f"/visitas/{waiting[0].id}/papel")


@router.get("/visitas/{visit_id}/papel")
def show(
    desk: DeskDep, visit_id: Id, handing_in: Annotated[bool, Query(alias="entrega")] = False
) -> Response:
    return _show(desk, visit_id, lacking(desk, visit_id) if handing_in else None)


@router.post("/visitas/{visit_id}/papel/equipo")
def team(desk: DeskDep, data: FormDep, visit_id: Id) -> Response:
    """Who signed the paper, where nobody had been sent. A refused one stays on record."""

    def act() -> None:
        visit = queries.get_visit(desk.session, desk.actor, visit_id)
        chosen = [str(data.get(f"team-{n}", "")) for n in range(TEAM)]
        pairs = [
            Pair(unit_id=visit.unit_id, appointment_id=int(text))
            for text in dict.fromkeys(chosen)
            if text.isdecimal() and len(text) < 10 and int(text) > 0
        ]
        if not pairs:
            raise Invalid.at("team-0", "required")
        service.assign_all(*desk.acting, visit.round_id, pairs)

    return desk.act(
        data,
        act,
        lambda form, status: _show(desk, visit_id, form, status),
        f"/visitas/{visit_id}/papel",
    )


@router.post("/visitas/{visit_id}/papel")
def save(desk: DeskDep, data: FormDep, visit_id: Id) -> Response:
    """`act`: keep a draft, hand in, or hand in and go on with the next paper of the round."""
    visit, form, status = written(desk, data, visit_id, lambda: _typed(desk, data, visit_id))
    if visit is None:
        return _show(desk, visit_id, form, status)
    home = f"/visitas/{visit_id}"
    if data.get("act") not in ("submit", "next"):
        return redirect(f"{home}/papel", "visit_saved")
    if is_incomplete(desk, visit):
        return redirect(f"{home}/papel?entrega=1", "visit_incomplete", "warning")
    following = queries.following(desk.session, desk.actor, visit)
    service.submit_visits(*desk.acting, [visit_id])
    if data.get("act") == "submit":
        return redirect(home, "visit_submitted")
    code = display(sheet_code(VISIT, visit_id))
    if following is None:
        return redirect(f"/rondas/{visit.round_id}", "papers_done")
    return redirect(f"/visitas/{following.id}/papel", "paper_typed", code=code)


def _typed(desk: Desk, data: FormData, visit_id: int) -> Visit:
    visit = recorded(*desk.acting, _with_all(desk, data, visit_id), visit_id)
    if not data.get(f"{HEARD}how") or visit.acknowledged_on is not None:
        return visit
    if visit.visited_on is None:
        raise Invalid.at("visited_on", "required")
    typed = {name: data.get(f"{HEARD}{name}", "") for name in ("how", "on", "witness")}
    typed["on"] = typed["on"] or visit.visited_on.isoformat()
    try:
        service.acknowledge_visits(*desk.acting, [parse(AcknowledgeIn, typed, visit_id=visit_id)])
    except Invalid as refusal:
        moved = [Fault(HEARD + one.field, one.code, one.params) for one in refusal.faults]
        raise Invalid(*moved) from refusal
    return visit


def _with_all(desk: Desk, data: FormData, visit_id: int) -> Mapping[str, Any]:
    """`all-soil`: whoever types says that every question of the dimension without a mark of its
    own meets. Nothing is taken for granted without that."""
    typed: dict[str, list[Any]] = {name: data.getlist(name) for name in data}
    typed["on_paper"], typed["was-on_paper"] = ["on"], data.getlist("was-on_paper")
    for dimension in queries.sheet_of(desk.session, desk.actor, visit_id).dimensions:
        if data.get(f"all-{dimension['code']}") == "on":
            for item in dimension["items"]:
                typed.setdefault(f"answers-{item['code']}-answer", [Answer.MEETS.value])
    return FormData([(name, value) for name, values in typed.items() for value in values])


def _show(desk: Desk, visit_id: int, form: Form | None = None, status: int = 200) -> Response:
    request, session = desk.request, desk.session
    sheet = queries.sheet_of(desk.session, desk.actor, visit_id)
    _check(sheet)
    ronda, visit = sheet.ronda, sheet.visit
    waiting = queries.visits_by_way(session, desk.actor, ronda.id, queries.TO_FILL)
    items = [(item["code"], item["code"]) for one in sheet.dimensions for item in one["items"]]
    people = [] if sheet.line.team else queries.candidates(session, ronda, ronda.period_from)
    return render(
        request,
        "visits/paper.html",
        status,
        sheet=sheet,
        visit=visit,
        code=display(sheet_code(VISIT, visit.id)),
        form=form or Form.of(values_of(visit)),
        waiting=len(waiting),
        answers=choices(request, "answer", Answer),
        grades=choices(request, "finding_class", FindingClass),
        ways=choices(request, "acknowledgement", Acknowledgement),
        items=items,
        people=[(each.appointment_id, each.name) for each in people],
        may_send=desk.actor.may(Permission.ROUND_WRITE, ronda.committee_id),
        refused=reasons_of(sheet.line.refused, locale_of(request)) if sheet.may_review else [],
        finding_rows=range(FINDING_ROWS),
        team_rows=range(TEAM),
    )


def _check(sheet: Sheet) -> None:
    if not sheet.may_fill:
        raise Forbidden(permission=str(Permission.VISIT_TYPE))
    if sheet.ronda.state is not RoundState.OPEN:
        raise RoundNotInField(state=sheet.ronda.state)
    if sheet.visit.state not in queries.TO_FILL:
        raise VisitBegun(id=sheet.visit.id)

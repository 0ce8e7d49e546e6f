"""What is done about a visit beside its form: findings, the family's word, the review, the end."""

from fastapi import APIRouter
from starlette.responses import Response

from api.deps import FormDep
from api.forms import Form, parse
from api.render import redirect
from api.web.again import typed_again
from api.web.desk import Desk, DeskDep
from api.web.once import FormRoute
from api.web.visits import shown
from spg_registry.core.errors import Invalid
from spg_registry.core.permissions import Permission, require
from spg_registry.decisions import grounds
from spg_registry.rounds import queries, service
from spg_registry.rounds.schemas import AcknowledgeIn, FindingIn, Id, ReasonIn, VoidVisitIn
from spg_registry.rules.words import RoundState

router = APIRouter(prefix="/visitas/{visit_id}", route_class=FormRoute)


@router.post("/hallazgos")
def record_finding(desk: DeskDep, data: FormDep, visit_id: Id) -> Response:
    def act() -> None:
        grounds.record_findings(*desk.acting, [parse(FindingIn, data, visit_id=visit_id)])

    return desk.act(
        data,
        act,
        lambda form, status: shown(desk, visit_id, None, status, finding=form),
        f"/visitas/{visit_id}#hallazgos",
        "finding_recorded",
    )


@router.post("/acuse")
def acknowledge(desk: DeskDep, data: FormDep, visit_id: Id) -> Response:
    def act() -> None:
        service.acknowledge_visits(*desk.acting, [parse(AcknowledgeIn, data, visit_id=visit_id)])

    return desk.act(
        data,
        act,
        lambda form, status: shown(desk, visit_id, None, status, acknowledgement=form),
        f"/visitas/{visit_id}#acuse",
        "visit_acknowledged",
    )


@router.post("/revisar")
def review(desk: DeskDep, _data: FormDep, visit_id: Id) -> Response:
    (visit,) = service.review_visits(*desk.acting, [visit_id])
    return redirect(f"/rondas/{visit.round_id}?estado=submitted", "visit_reviewed")


@router.post("/devolver")
def send_back(desk: DeskDep, data: FormDep, visit_id: Id) -> Response:
    return desk.act(
        data,
        lambda: service.return_visit(*desk.acting, visit_id, parse(ReasonIn, data)),
        lambda form, status: shown(desk, visit_id, None, status, sending_back=form),
        f"/visitas/{visit_id}",
        "visit_returned",
    )


@router.get("/anular")
def ask_void(desk: DeskDep, visit_id: Id) -> Response:
    return _ask_void(desk, visit_id, Form.of({"again": "on"}))


@router.post("/anular")
def void(desk: DeskDep, data: FormDep, visit_id: Id) -> Response:
    typed = {name: data[name] for name in data if name != "again"}
    try:
        wanted = parse(VoidVisitIn, typed, again=data.get("again") == "on")
        old, anew = service.void_visit(*desk.acting, visit_id, wanted)
    except Invalid as refusal:
        form = typed_again(desk.request, desk.session, data, refusal)
        return _ask_void(desk, visit_id, form, 422)
    if anew:
        return redirect(f"/rondas/{old.round_id}/asignaciones", "visit_void_again")
    return redirect(f"/rondas/{old.round_id}", "visit_void")


def _ask_void(desk: Desk, visit_id: int, form: Form, status: int = 200) -> Response:
    sheet = queries.sheet_of(desk.session, desk.actor, visit_id)
    require(desk.actor, Permission.VISIT_REVIEW, on=sheet.ronda.committee_id)
    again = sheet.ronda.state is RoundState.OPEN
    return desk.page("visits/void.html", form, status, sheet=sheet, again=again)

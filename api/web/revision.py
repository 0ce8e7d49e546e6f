"""Wrong entries found late: the seals that rest on them, and the forms that put things right."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from sqlmodel import Session
from starlette.responses import Response

from api.deps import FormDep
from api.forms import Form, number_in, parse
from api.render import locale_of, render
from api.web.again import choices
from api.web.desk import Desk, DeskDep
from api.web.once import FormRoute
from api.web.producers import sheet, writable
from spg_registry.committees import queries as committees
from spg_registry.core import codes
from spg_registry.core.errors import Fault, Invalid
from spg_registry.core.messages import format_date, reason
from spg_registry.core.permissions import Actor, Permission, require
from spg_registry.decisions import grounds
from spg_registry.decisions import service as decisions
from spg_registry.decisions.schemas import DecisionIn
from spg_registry.producers import service as producers
from spg_registry.producers.answers import InterestOut
from spg_registry.producers.errors import InterestNotFound
from spg_registry.producers.schemas import InterestCorrection
from spg_registry.rounds import queries as visits
from spg_registry.rounds.errors import NotReviewed
from spg_registry.rounds.schemas import Id, VisitCorrection
from spg_registry.rules.words import Answer, InterestKind, Outcome, VisitState
from spg_registry.seals import revision, service
from spg_registry.seals.correcting import differences
from spg_registry.seals.dossier import Dossier, dossier_of
from spg_registry.seals.errors import SealNotFound
from spg_registry.seals.naming import names_for
from spg_registry.seals.schemas import CorrectIn

router = APIRouter(route_class=FormRoute)

AGAINST = (Outcome.SUSPENSION, Outcome.NOT_APPROVED)
"""What a doubt can be put on an agenda for: to suspend the seal, or to take the decision back."""


@router.get("/sellos/revision")
def index(desk: DeskDep, committee: Annotated[str, Query(alias="comite")] = "") -> Response:
    """Of one committee at a time: each is judged again by what is on record today."""
    require(desk.actor, Permission.SEAL_READ)
    own = _committees(desk.session, desk.actor)
    wanted = number_in(committee)
    chosen = next((row for row in own if row[0] == wanted), own[0] if len(own) == 1 else None)
    doubts = revision.doubts_of(desk.session, desk.actor, chosen[0], desk.now) if chosen else []
    name_of = names_for(desk.session, (why for doubt in doubts for why in doubt.reasons))
    locale = locale_of(desk.request)
    return render(
        desk.request,
        "seals/revision.html",
        form=Form.of({"comite": chosen[0] if chosen else ""}),
        committees=own,
        chosen=chosen,
        doubts=[
            (
                doubt,
                codes.display(doubt.grant.code),
                [reason(why, locale, name_of) for why in doubt.reasons],
            )
            for doubt in doubts
        ],
        may_decide=chosen is not None and desk.actor.may(Permission.SEAL_DECIDE, on=chosen[0]),
        may_record=chosen is not None and desk.actor.may(Permission.DECISION_RECORD, on=chosen[0]),
    )


def _committees(session: Session, actor: Actor) -> list[tuple[int, str]]:
    rows, _ = committees.visible_committees(session, actor)
    return [(row.id, row.name) for row in rows if actor.may(Permission.SEAL_READ, on=row.id)]


# --- onto an agenda ------------------------------------------------------------------------------


@router.get("/sellos/{code}/orden-del-dia")
def ask_agenda(desk: DeskDep, code: str) -> Response:
    dossier = _decider(desk, code, Permission.DECISION_RECORD)
    doubts = revision.doubts_of(desk.session, desk.actor, dossier.grant.committee_id, desk.now)
    mine = [doubt for doubt in doubts if doubt.grant.id == dossier.grant.id]
    reasons = [why for doubt in mine for why in doubt.reasons]
    name_of = names_for(desk.session, reasons)
    told = [reason(why, locale_of(desk.request), name_of) for why in reasons]
    return _agenda(desk, code, Form.of({"reasons": "\n".join(told), "outcome": AGAINST[0]}))


@router.post("/sellos/{code}/orden-del-dia")
def put_on_agenda(desk: DeskDep, data: FormDep, code: str) -> Response:
    dossier = _decider(desk, code, Permission.DECISION_RECORD)
    meeting = str(data.get("meeting_id", ""))
    open_ids = {
        str(row.id) for row in revision.open_meetings(desk.session, dossier.grant.committee_id)
    }

    def act() -> None:
        if meeting not in open_ids:
            raise Invalid.at("meeting_id", "required")
        fields = {name: data[name] for name in ("outcome", "reasons") if name in data}
        wish = parse(
            DecisionIn,
            fields,
            producer_id=dossier.grant.producer_id,
            corrects=dossier.grant.decision_id,
        )
        if wish.outcome not in AGAINST:
            raise Invalid.at("outcome", "bad_choice")
        try:
            decisions.decide_all(*desk.acting, int(meeting), [wish])
        except Invalid as refusal:
            raise Invalid(
                *(Fault(f.field.removeprefix("0-"), f.code, f.params) for f in refusal.faults)
            ) from refusal

    return desk.act(
        data,
        act,
        lambda form, status: _agenda(desk, code, form, status),
        f"/reuniones/{meeting}",
        "doubt_on_agenda",
    )


def _decider(desk: Desk, code: str, right: Permission = Permission.SEAL_DECIDE) -> Dossier:
    try:
        stored = codes.parse(code)
    except codes.MistypedCode:
        raise SealNotFound(code=code) from None
    dossier = dossier_of(desk.session, desk.actor, stored, desk.today)
    require(desk.actor, right, on=dossier.grant.committee_id)
    return dossier


def _agenda(desk: Desk, code: str, form: Form, status: int = 200) -> Response:
    dossier = _decider(desk, code, Permission.DECISION_RECORD)
    rows = revision.open_meetings(desk.session, dossier.grant.committee_id)
    return desk.page(
        "seals/agenda.html",
        form,
        status,
        dossier=dossier,
        shown_code=codes.display(dossier.grant.code),
        meetings=[(row.id, f"{row.acta_number} · {format_date(row.held_on)}") for row in rows],
        outcomes=choices(desk.request, "outcome", AGAINST),
    )


# --- the seal's own record -----------------------------------------------------------------------


@router.get("/sellos/{code}/correccion")
def ask_correction(desk: DeskDep, code: str) -> Response:
    return _correction(desk, code, Form())


@router.post("/sellos/{code}/correccion")
def correct(desk: DeskDep, data: FormDep, code: str) -> Response:
    stored = _decider(desk, code).grant.code
    return desk.act(
        data,
        lambda: service.correct(*desk.acting, stored, parse(CorrectIn, data)),
        lambda form, status: _correction(desk, code, form, status),
        f"/sellos/{stored}",
        "seal_record_corrected",
    )


def _correction(desk: Desk, code: str, form: Form, status: int = 200) -> Response:
    dossier = _decider(desk, code)
    return desk.page(
        "seals/correct.html",
        form,
        status,
        dossier=dossier,
        shown_code=codes.display(dossier.grant.code),
        changes=differences(desk.session, dossier.grant),
    )


# --- a form, an interest -------------------------------------------------------------------------


@router.get("/visitas/{visit_id}/corregir")
def ask_visit(desk: DeskDep, visit_id: Id) -> Response:
    return _visit(desk, visit_id, _filled(desk, visit_id))


def _filled(desk: Desk, visit_id: int) -> Form:
    visit = visits.sheet_of(desk.session, desk.actor, visit_id).visit
    values: dict[str, Any] = {"visited_on": visit.visited_on, "plots_seen": visit.plots_seen}
    for item, said in visit.answers.items():
        values |= {f"answers-{item}-answer": said.get("answer")}
        values |= {f"answers-{item}-note": said.get("note")}
    return Form.of(values)


@router.post("/visitas/{visit_id}/corregir")
def correct_visit(desk: DeskDep, data: FormDep, visit_id: Id) -> Response:
    def act() -> None:
        # The whole form is sent: no ticked plot is an answer.
        seen = [str(each) for each in data.getlist("plots_seen")]
        grounds.correct_visit(*desk.acting, visit_id, parse(VisitCorrection, data, plots_seen=seen))

    return desk.edit(
        data,
        lambda: _filled(desk, visit_id),
        act,
        lambda form, status: _visit(desk, visit_id, form, status),
        f"/visitas/{visit_id}",
        "visit_corrected",
    )


def _visit(desk: Desk, visit_id: int, form: Form, status: int = 200) -> Response:
    found = visits.sheet_of(desk.session, desk.actor, visit_id)
    require(desk.actor, Permission.VISIT_REVIEW, on=found.ronda.committee_id)
    if found.visit.state is not VisitState.REVIEWED:
        raise NotReviewed(state=found.visit.state)
    return desk.page(
        "visits/correct.html",
        form,
        status,
        sheet=found,
        plots=[(plot.id, f"{plot.name} · {plot.code}") for plot in found.plots],
        answers=choices(desk.request, "answer", Answer),
    )


@router.get("/productores/{code}/vinculos/{interest_id}/corregir")
def ask_interest(desk: DeskDep, code: str, interest_id: int) -> Response:
    return _interest(desk, code, interest_id, _declared(desk, code, interest_id))


def _declared(desk: Desk, code: str, interest_id: int) -> Form:
    row = _interest_of(desk, code, interest_id)
    return Form.of(row.model_dump(include={"kind", "degree", "since", "until"}))


@router.post("/productores/{code}/vinculos/{interest_id}/corregir")
def correct_interest(desk: DeskDep, data: FormDep, code: str, interest_id: int) -> Response:
    return desk.edit(
        data,
        lambda: _declared(desk, code, interest_id),
        lambda: producers.correct_interest(
            *desk.acting, interest_id, parse(InterestCorrection, data)
        ),
        lambda form, status: _interest(desk, code, interest_id, form, status),
        f"/productores/{code}#vinculos",
        "interest_corrected",
    )


def _interest_of(desk: Desk, code: str, interest_id: int) -> InterestOut:
    for row in writable(desk, code).interests:
        if row.id == interest_id:
            return row
    raise InterestNotFound(id=interest_id)


def _interest(desk: Desk, code: str, interest_id: int, form: Form, status: int = 200) -> Response:
    kinds = [kind for kind in InterestKind if kind is not InterestKind.SELF]
    return sheet(
        desk,
        code,
        "interest_correct",
        form,
        status,
        interest=_interest_of(desk, code, interest_id),
        kinds=choices(desk.request, "interest", kinds),
    )

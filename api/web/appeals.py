"""After the acta: who was told, what is final, and the appeals with their answers."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.datastructures import FormData
from starlette.responses import Response

from api.deps import FormDep, PageNumber
from api.forms import Form, number_in, one_of, parse
from api.render import paging, redirect, render
from api.web.again import by_member, choices, typed_again
from api.web.desk import Desk, DeskDep
from api.web.once import FormRoute
from spg_registry.core.errors import Fault, Forbidden, Invalid
from spg_registry.core.permissions import Permission, require
from spg_registry.decisions import appeals, service
from spg_registry.decisions.errors import AppealWindowOver, MeetingClosed, SameBody
from spg_registry.decisions.models import AppealState
from spg_registry.decisions.schemas import AppealAnswerIn, AppealIn
from spg_registry.rules.words import Ballot

router = APIRouter(route_class=FormRoute)

PAGE_SIZE = 50
ANSWERS = (AppealState.UPHELD, AppealState.CHANGED, AppealState.REVOKED)


# --- one decision --------------------------------------------------------------------------------


@router.get("/decisiones/{decision_id}")
def show_decision(desk: DeskDep, decision_id: int) -> Response:
    file = appeals.decision_file(desk.session, desk.actor, decision_id, desk.today)
    return render(desk.request, "appeals/decision.html", file=file)


@router.post("/decisiones/{decision_id}/aviso")
def tell(desk: DeskDep, _data: FormDep, decision_id: int) -> Response:
    service.notify(*desk.acting, [decision_id])
    return redirect(f"/decisiones/{decision_id}", "producers_told", count=1)


@router.post("/decisiones/{decision_id}/firmeza")
def finalise(desk: DeskDep, _data: FormDep, decision_id: int) -> Response:
    try:
        service.finalise(*desk.acting, decision_id)
    except Invalid:
        desk.session.rollback()
        return redirect(f"/decisiones/{decision_id}", "appeal_window_open", "error")
    return redirect(f"/decisiones/{decision_id}", "decision_final")


@router.get("/decisiones/{decision_id}/apelacion")
def ask_appeal(desk: DeskDep, decision_id: int) -> Response:
    return _appeal(desk, decision_id, Form.of({"filed_on": desk.today}))


@router.post("/decisiones/{decision_id}/apelacion")
def file_appeal(desk: DeskDep, data: FormDep, decision_id: int) -> Response:
    try:
        filed = service.file_appeal(*desk.acting, decision_id, parse(AppealIn, data))
    except AppealWindowOver as over:
        return _appeal_again(desk, data, decision_id, Fault("filed_on", over.code, over.params))
    except Invalid as refusal:
        return _appeal_again(desk, data, decision_id, *refusal.faults)
    return redirect(f"/apelaciones/{filed.id}", "appeal_filed")


def _appeal_again(desk: Desk, data: FormData, decision_id: int, *faults: Fault) -> Response:
    form = typed_again(desk.request, desk.session, data, Invalid(*faults))
    return _appeal(desk, decision_id, form, 422)


def _appeal(desk: Desk, decision_id: int, form: Form, status: int = 200) -> Response:
    file = appeals.decision_file(desk.session, desk.actor, decision_id, desk.today)
    require(desk.actor, Permission.DECISION_RECORD, on=file.meeting.committee_id)
    return desk.page("appeals/new.html", form, status, file=file)


# --- appeals -------------------------------------------------------------------------------------


@router.get("/apelaciones")
def index(
    desk: DeskDep,
    state: Annotated[str, Query(alias="estado", max_length=20)] = "",
    number: PageNumber = 1,
) -> Response:
    lines, total = appeals.visible_appeals(
        desk.session,
        desk.actor,
        state=one_of(AppealState, state),
        limit=PAGE_SIZE,
        offset=(number - 1) * PAGE_SIZE,
    )
    return render(
        desk.request,
        "appeals/index.html",
        lines=lines,
        today=desk.today,
        form=Form.of({"estado": state}),
        states=choices(desk.request, "appeal", AppealState),
        page=paging(desk.request, number, PAGE_SIZE, total),
    )


@router.get("/apelaciones/{appeal_id}")
def show(
    desk: DeskDep,
    appeal_id: int,
    meeting_id: Annotated[int | None, Query(alias="reunion")] = None,
) -> Response:
    return _show(desk, appeal_id, None, chosen=meeting_id)


@router.post("/apelaciones/{appeal_id}")
def answer(desk: DeskDep, data: FormDep, appeal_id: int) -> Response:
    """A draft of the meeting: it counts when that acta is closed."""
    overtaken = desk.overtaken(data, lambda: _drafted(desk, appeal_id))
    if overtaken is not None:
        return _show(desk, appeal_id, overtaken, 409, number_in(data.get("meeting_id")))
    try:
        by_votes = data.get("by_consensus") == "votes"
        said = {
            "by_consensus": not by_votes,
            "votes": by_member(data, "votes-") if by_votes else {},
            "recusals": by_member(data, "recusals-"),
        }
        wish = parse(AppealAnswerIn, data, **said)
        service.answer_appeal(*desk.acting, appeal_id, wish)
    except (SameBody, MeetingClosed) as refused:
        return _answer_again(desk, data, appeal_id, Fault("meeting_id", refused.code, {}))
    except Invalid as refusal:
        return _answer_again(desk, data, appeal_id, *refusal.faults)
    return redirect(f"/apelaciones/{appeal_id}", "appeal_answer_drafted")


def _answer_again(desk: Desk, data: FormData, appeal_id: int, *faults: Fault) -> Response:
    form = typed_again(desk.request, desk.session, data, Invalid(*faults))
    return _show(desk, appeal_id, form, 422, number_in(data.get("meeting_id")))


def _show(
    desk: Desk, appeal_id: int, form: Form | None, status: int = 200, chosen: int | None = None
) -> Response:
    found = appeals.hearing(desk.session, desk.actor, appeal_id, chosen)
    if status >= 400 and not found.may_answer:
        raise Forbidden(permission=str(Permission.DECISION_RECORD))
    return render(
        desk.request,
        "appeals/show.html",
        status,
        hearing=found,
        today=desk.today,
        form=form or _typed(found, chosen, _drafted(desk, appeal_id).was),
        outcomes=choices(desk.request, "appeal", ANSWERS),
        ballots=choices(desk.request, "ballot", Ballot),
    )


def _drafted(desk: Desk, appeal_id: int) -> Form:
    return _typed(appeals.hearing(desk.session, desk.actor, appeal_id), None)


def _typed(found: appeals.Hearing, chosen: int | None, was: str = "") -> Form:
    appeal = found.line.appeal
    values: dict[str, Any] = {"was": was} if was else {}
    values |= {
        "meeting_id": chosen or appeal.meeting_id,
        "outcome": appeal.proposed,
        "answer": appeal.answer,
        "by_consensus": "on" if appeal.by_consensus else "votes",
    }
    values |= {f"votes-{member}": ballot for member, ballot in appeal.votes.items()}
    values |= {f"recusals-{member}": reason for member, reason in appeal.recusals.items()}
    return Form.of(values)

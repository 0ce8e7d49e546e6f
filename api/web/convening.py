"""A meeting is called, and its call is changed until the acta is closed."""

from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from api.deps import FormDep
from api.forms import Form, parse
from api.render import locale_of, redirect
from api.web.again import choices, typed_again
from api.web.desk import Desk, DeskDep
from api.web.meetings import already_closed
from api.web.once import FormRoute
from api.web.verdicts import Told
from spg_registry.committees.models import BodyKind
from spg_registry.committees.queries import get_body, get_committee
from spg_registry.core.errors import Invalid
from spg_registry.core.permissions import Permission, require
from spg_registry.decisions import queries, service
from spg_registry.decisions.errors import ActaNumberTaken, MeetingClosed
from spg_registry.decisions.models import Meeting, MeetingState
from spg_registry.decisions.schemas import MeetingData, MeetingIn
from spg_registry.seals.agenda import rounds_to_decide
from spg_registry.seals.convening import convening

router = APIRouter(prefix="/reuniones", route_class=FormRoute)


@router.get("/nueva")
def new(desk: DeskDep, ronda: int | None = None, corrige: int | None = None) -> Response:
    """`corrige` is a closed meeting whose acta the new one corrects."""
    asked = convening(*desk.acting)
    fullest = max(asked.rounds, key=lambda line: len(line.ready), default=None)
    first = fullest.ronda.id if fullest else None
    typed = {
        "held_on": desk.today,
        "called_by": desk.actor.label,
        "round_id": ronda or first,
        "acta_number": asked.acta_number,
        "place": asked.place,
    }
    if corrige is not None:
        wrong = queries.get_meeting(desk.session, desk.actor, corrige)
        body = get_body(desk.session, wrong.body_id)
        number = queries.next_acta_number(desk.session, body.id, desk.today.year)
        typed |= {"corrects_id": corrige, "round_id": wrong.round_id, "body": body.kind}
        typed |= {"acta_number": number, "place": wrong.place, "committee_id": wrong.committee_id}
    return _new(desk, Form.of(typed))


@router.post("/nueva")
def convene(desk: DeskDep, data: FormDep) -> Response:
    try:
        corrected = _corrected(desk, Form.of(data))
        known = _known_by_round(desk, str(data.get("round_id", "")))
        if corrected is not None:
            body = get_body(desk.session, corrected.body_id)
            known = {"committee_id": corrected.committee_id, "round_id": corrected.round_id}
            known |= {"body": body.kind}
        row = service.convene(*desk.acting, parse(MeetingIn, data, **known))
    except ActaNumberTaken as taken:
        form = typed_again(desk.request, desk.session, data, _at_its_field(taken))
        return _new(desk, form, 422)
    except Invalid as refusal:
        return _new(desk, typed_again(desk.request, desk.session, data, refusal), 422)
    return redirect(f"/reuniones/{row.id}", "meeting_convened", acta=row.acta_number)


def _known_by_round(desk: Desk, chosen: str) -> dict[str, Any]:
    rounds = {str(row.id): row for row in rounds_to_decide(desk.session, desk.actor, desk.today)}
    return {"committee_id": rounds[chosen].committee_id} if chosen in rounds else {}


def _corrected(desk: Desk, form: Form) -> Meeting | None:
    wrong = form.value("corrects_id")
    if not wrong.isdecimal() or len(wrong) > 9:
        return None
    return queries.get_meeting(desk.session, desk.actor, int(wrong))


def _at_its_field(taken: ActaNumberTaken) -> Invalid:
    return Invalid.at("acta_number", taken.code, **taken.params)


def _new(desk: Desk, form: Form, status: int = 200) -> Response:
    require(desk.actor, Permission.DECISION_RECORD)
    places = sorted(desk.actor.committees(Permission.DECISION_RECORD) or ())
    asked = convening(*desk.acting)
    every = [stop for line in asked.rounds for one in line.not_ready for stop in one.why]
    return desk.page(
        "meetings/new.html",
        form,
        status,
        asked=asked,
        corrected=_corrected(desk, form),
        told=Told(desk.session, [], locale_of(desk.request), every),
        rounds=[(str(line.ronda.id), line.ronda.name) for line in asked.rounds],
        committees=[
            (str(id_), get_committee(desk.session, desk.actor, id_).name) for id_ in places
        ],
        bodies=choices(desk.request, "body", BodyKind),
    )


# --- until the acta is closed --------------------------------------------------------------------


@router.get("/{meeting_id}/datos")
def ask_change(desk: DeskDep, meeting_id: int) -> Response:
    return _change(desk, meeting_id, _called(desk, meeting_id))


@router.post("/{meeting_id}/datos")
def change(desk: DeskDep, data: FormDep, meeting_id: int) -> Response:
    def act() -> None:
        try:
            service.rearrange(*desk.acting, meeting_id, parse(MeetingData, data))
        except ActaNumberTaken as taken:
            raise _at_its_field(taken) from taken

    try:
        return desk.edit(
            data,
            lambda: _called(desk, meeting_id),
            act,
            lambda form, status: _change(desk, meeting_id, form, status),
            f"/reuniones/{meeting_id}",
            "meeting_rearranged",
        )
    except MeetingClosed:
        return already_closed(meeting_id)


def _called(desk: Desk, meeting_id: int) -> Form:
    row = queries.get_meeting(desk.session, desk.actor, meeting_id)
    return Form.of({name: getattr(row, name) for name in MeetingData.model_fields})


def _change(desk: Desk, meeting_id: int, form: Form, status: int = 200) -> Response:
    row = queries.get_meeting(desk.session, desk.actor, meeting_id)
    require(desk.actor, Permission.DECISION_RECORD, on=row.committee_id)
    if row.state is MeetingState.CLOSED:
        return already_closed(meeting_id)
    return desk.page("meetings/change.html", form, status, meeting=row)

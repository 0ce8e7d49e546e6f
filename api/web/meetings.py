"""Meetings: convened, attended, their agenda and warnings, and the papers of a closed acta."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from sqlmodel import Session
from starlette.responses import Response

from api.deps import FormDep, GroundDep, NowDep, SessionDep, UserDep
from api.forms import Form, parse
from api.render import locale_of, paging, redirect, render
from api.web.again import choices, typed_again
from api.web.once import FormRoute
from api.web.verdicts import Told
from spg_registry.committees.models import BodyKind
from spg_registry.committees.queries import get_body, get_committee
from spg_registry.core import clock
from spg_registry.core.errors import Fault, Invalid
from spg_registry.core.messages import sentence
from spg_registry.core.permissions import Actor, Permission, require
from spg_registry.decisions import queries, service
from spg_registry.decisions.appeals import appeals_heard
from spg_registry.decisions.errors import ActaNumberTaken, MeetingClosed
from spg_registry.decisions.models import MeetingState
from spg_registry.decisions.schemas import AttendanceIn, MeetingIn, WaiversIn
from spg_registry.rules.words import DecisionState, Outcome
from spg_registry.seals import acta, acta_sheet, convocation, recusals, sheets
from spg_registry.seals.agenda import Agenda, Seat, agenda_of, meeting_lines, rounds_to_decide
from spg_registry.seals.convening import convening
from spg_registry.seals.errors import SealNotFound
from spg_registry.seals.queries import certificates_of, granted_in

router = APIRouter(route_class=FormRoute)

PAGE_SIZE = 50
STANDS = ("green", "amber", "red")

PageNumber = Annotated[int, Query(alias="pagina", ge=1, le=100_000)]


@router.get("/reuniones")
def index(
    request: Request,
    session: SessionDep,
    actor: UserDep,
    estado: MeetingState | None = None,
    number: PageNumber = 1,
) -> Response:
    require(actor, Permission.DECISION_READ)
    rows, total = queries.visible_meetings(
        session, actor, state=estado, limit=PAGE_SIZE, offset=(number - 1) * PAGE_SIZE
    )
    return render(
        request,
        "meetings/index.html",
        meetings=meeting_lines(session, rows),
        page=paging(request, number, PAGE_SIZE, total),
        form=Form.of({"estado": estado.value if estado else ""}),
        states=choices(request, "meeting", MeetingState),
        may_convene=actor.may(Permission.DECISION_RECORD),
    )


@router.get("/reuniones/nueva")
def new(
    request: Request,
    session: SessionDep,
    actor: UserDep,
    now: NowDep,
    ronda: int | None = None,
    corrige: int | None = None,
) -> Response:
    """`corrige` is a closed meeting whose acta the new one corrects."""
    asked = convening(session, actor, now)
    fullest = max(asked.rounds, key=lambda line: len(line.ready), default=None)
    first = fullest.ronda.id if fullest else None
    typed = {
        "held_on": _today(now),
        "called_by": actor.label,
        "round_id": ronda or first,
        "acta_number": asked.acta_number,
        "place": asked.place,
    }
    if corrige is not None:
        wrong = queries.get_meeting(session, actor, corrige)
        body = get_body(session, wrong.body_id)
        number = queries.next_acta_number(session, body.id, _today(now).year)
        typed |= {"corrects_id": corrige, "round_id": wrong.round_id, "body": body.kind}
        typed |= {"acta_number": number, "place": wrong.place, "committee_id": wrong.committee_id}
    return _new(request, session, actor, now, Form.of(typed))


@router.post("/reuniones/nueva")
def convene(
    request: Request, session: SessionDep, actor: UserDep, now: NowDep, data: FormDep
) -> Response:
    try:
        rounds = {str(row.id): row for row in rounds_to_decide(session, actor, _today(now))}
        chosen = rounds.get(str(data.get("round_id", "")))
        known: dict[str, Any] = {"committee_id": chosen.committee_id} if chosen else {}
        wrong = str(data.get("corrects_id", ""))
        if wrong.isdecimal() and len(wrong) < 10:
            corrected = queries.get_meeting(session, actor, int(wrong))
            body = get_body(session, corrected.body_id)
            known = {"committee_id": corrected.committee_id, "round_id": corrected.round_id}
            known |= {"body": body.kind}
        row = service.convene(session, actor, now, parse(MeetingIn, data, **known))
    except ActaNumberTaken as taken:
        refusal = Invalid(Fault("acta_number", taken.code, taken.params))
        return _new(request, session, actor, now, typed_again(request, session, data, refusal), 422)
    except Invalid as refusal:
        return _new(request, session, actor, now, typed_again(request, session, data, refusal), 422)
    return redirect(f"/reuniones/{row.id}", "meeting_convened", acta=row.acta_number)


def _new(
    request: Request, session: Session, actor: Actor, now: NowDep, form: Form, status: int = 200
) -> Response:
    require(actor, Permission.DECISION_RECORD)
    places = sorted(actor.committees(Permission.DECISION_RECORD) or ())
    asked = convening(session, actor, now)
    wrong = form.value("corrects_id")
    corrected = None
    if wrong.isdecimal() and len(wrong) < 10:
        corrected = queries.get_meeting(session, actor, int(wrong))
    every = [stop for line in asked.rounds for one in line.not_ready for stop in one.why]
    return render(
        request,
        "meetings/new.html",
        status,
        form=form,
        asked=asked,
        corrected=corrected,
        told=Told(session, [], locale_of(request), every),
        rounds=[(str(line.ronda.id), line.ronda.name) for line in asked.rounds],
        committees=[(str(id_), get_committee(session, actor, id_).name) for id_ in places],
        bodies=choices(request, "body", BodyKind),
    )


@router.get("/reuniones/{meeting_id}")
def show(
    request: Request,
    session: SessionDep,
    actor: UserDep,
    now: NowDep,
    meeting_id: int,
    ver: Annotated[str, Query(max_length=10)] = "",
) -> Response:
    """`ver` shows only those that stand green, amber or red."""
    return shown(request, session, actor, now, meeting_id, only=ver)


def shown(
    request: Request,
    session: Session,
    actor: Actor,
    now: datetime,
    meeting_id: int,
    form: Form | None = None,
    status: int = 200,
    only: str = "",
) -> Response:
    """The page of a meeting: the steps of one that is held, or the acta of one that is closed."""
    agenda = agenda_of(session, actor, meeting_id)
    told = Told(session, agenda.items, locale_of(request), agenda.attendance.lacks)
    place = agenda.meeting.committee_id
    given: dict[str, Any] = {
        "agenda": agenda,
        "told": told,
        "heard": appeals_heard(session, meeting_id),
        "form": form or _typed(agenda),
        "may_record": actor.may(Permission.DECISION_RECORD, place),
        "may_close": actor.may(Permission.ACTA_CLOSE, place),
    }
    if agenda.is_closed:
        untold = [item for item in agenda.drafts if item.decision and _untold(item.decision.state)]
        return render(request, "meetings/closed.html", status, untold=untold, **given)
    outcomes = choices(request, "outcome", Outcome)
    seats = [
        (str(seat.member_id), seat.name, _of_seat(seat, locale_of(request)))
        for seat in agenda.attendance.seats
    ]
    return render(
        request,
        "meetings/show.html",
        status,
        outcomes=outcomes,
        seats=seats,
        only=only if only in STANDS else "",
        stands=[(stand, len(agenda.standing(stand))) for stand in STANDS],
        shown=agenda.standing(only),
        asides=recusals.found_in(agenda),
        asides_accepted=recusals.are_accepted(agenda),
        is_ahead=agenda.meeting.held_on > clock.local_date(now),
        **given,
    )


def _of_seat(seat: Seat, locale: str) -> str:
    sector = sentence(f"status.sector.{seat.sector.value}", locale)
    return f"{sector} · {seat.office}" if seat.office else sector


def _untold(state: DecisionState) -> bool:
    return state is DecisionState.ADOPTED


def _typed(agenda: Agenda) -> Form:
    """What stands in the forms of the page: attendance, waivers, and each row's decision."""
    values: dict[str, Any] = {
        "members": [str(seat.member_id) for seat in agenda.attendance.seats if seat.present]
    }
    for code, reason in agenda.meeting.waivers.items():
        values[f"waivers-{code}"] = reason
    for item in agenda.items:
        at = f"d-{item.key}"
        draft = item.decision
        if draft is None:
            waits = item.own_stops or agenda.corrected
            values[f"{at}-outcome"] = "" if waits else item.proposed
            continue
        values[f"{at}-outcome"], values[f"{at}-reasons"] = draft.outcome, draft.reasons
        if draft.conditions:
            values[f"{at}-condition"] = draft.conditions[0]["text"]
            values[f"{at}-due_on"] = draft.conditions[0]["due_on"]
    return Form.of(values)


@router.post("/reuniones/{meeting_id}/asistencia")
def record_attendance(
    request: Request,
    session: SessionDep,
    actor: UserDep,
    now: NowDep,
    data: FormDep,
    meeting_id: int,
) -> Response:
    try:
        # One press for everybody; the seats are the server's to know.
        agenda = agenda_of(session, actor, meeting_id)
        everybody = [seat.member_id for seat in agenda.attendance.seats]
        wish = AttendanceIn(members=everybody) if data.get("todas") else parse(AttendanceIn, data)
        service.record_attendance(session, actor, now, meeting_id, wish)
    except MeetingClosed:
        return already_closed(meeting_id)
    except Invalid as refusal:
        form = typed_again(request, session, data, refusal)
        return shown(request, session, actor, now, meeting_id, form, 422)
    return redirect(f"/reuniones/{meeting_id}", "attendance_saved", present=len(wish.members))


@router.post("/reuniones/{meeting_id}/excusas")
def accept_recusals(
    session: SessionDep, actor: UserDep, now: NowDep, _data: FormDep, meeting_id: int
) -> Response:
    """Those that the data propose, all in one act."""
    try:
        count = recusals.accept(session, actor, now, meeting_id)
    except MeetingClosed:
        return already_closed(meeting_id)
    return redirect(f"/reuniones/{meeting_id}#excusas", "recusals_accepted", count=count)


@router.post("/reuniones/{meeting_id}/dispensas")
def waive(
    request: Request,
    session: SessionDep,
    actor: UserDep,
    now: NowDep,
    data: FormDep,
    meeting_id: int,
) -> Response:
    try:
        service.waive(session, actor, now, meeting_id, parse(WaiversIn, data))
    except MeetingClosed:
        return already_closed(meeting_id)
    except Invalid as refusal:
        form = typed_again(request, session, data, refusal)
        return shown(request, session, actor, now, meeting_id, form, 422)
    return redirect(f"/reuniones/{meeting_id}", "waivers_saved")


@router.post("/reuniones/{meeting_id}/notificaciones")
def notify(
    session: SessionDep, actor: UserDep, now: NowDep, _data: FormDep, meeting_id: int
) -> Response:
    """The producers of this acta were told today."""
    meeting = queries.get_meeting(session, actor, meeting_id)
    rows = queries.decisions_of(session, meeting.id)
    untold = [row.id for row in rows if _untold(row.state)]
    service.notify(session, actor, now, untold)
    return redirect(f"/reuniones/{meeting_id}", "producers_told", count=len(untold))


@router.get("/reuniones/{meeting_id}/certificados.pdf")
def certificates(
    session: SessionDep, actor: UserDep, now: NowDep, ground: GroundDep, meeting_id: int
) -> Response:
    """Every seal of the acta that still stands, a page each."""
    meeting = queries.get_meeting(session, actor, meeting_id)
    decisions = queries.decisions_of(session, meeting.id)
    grants = granted_in(session, (row.id for row in decisions))
    chosen = ground.settings
    papers = certificates_of(session, grants, _today(now), chosen.public_url, demo=chosen.demo)
    if not papers:
        raise SealNotFound(meeting=meeting_id)
    return _file(sheets.certificates(papers), "application/pdf", f"certificados-{meeting_id}.pdf")


@router.get("/reuniones/{meeting_id}/acta.pdf")
def acta_paper(session: SessionDep, actor: UserDep, ground: GroundDep, meeting_id: int) -> Response:
    """A draft while the meeting is held; the closed acta is the same bytes on every day."""
    meeting, content = acta.acta_of(session, actor, meeting_id)
    paper = acta_sheet.acta_paper(content, meeting.acta_sha256, demo=ground.settings.demo)
    return _file(paper, "application/pdf", f"acta-{meeting_id}.pdf")


@router.get("/reuniones/{meeting_id}/convocatoria.pdf")
def convocation_paper(session: SessionDep, actor: UserDep, meeting_id: int) -> Response:
    """One page, for the board and to be handed around."""
    agenda = agenda_of(session, actor, meeting_id)
    roles = [_of_seat(seat, "es") for seat in agenda.attendance.seats]
    heard = len(appeals_heard(session, meeting_id))
    paper = convocation.convocation(convocation.convocation_of(agenda, roles, heard))
    return _file(paper, "application/pdf", f"convocatoria-{meeting_id}.pdf")


@router.get("/reuniones/{meeting_id}/acta.json")
def acta_content(session: SessionDep, actor: UserDep, meeting_id: int) -> Response:
    """What the acta says, in the bytes whose SHA-256 is printed on it."""
    _, content = acta.acta_of(session, actor, meeting_id)
    return _file(acta.spelled(content), "application/json", f"acta-{meeting_id}.json")


def _file(content: bytes, media_type: str, name: str) -> Response:
    headers = {"Content-Disposition": f'inline; filename="{name}"'}
    return Response(content, media_type=media_type, headers=headers)


def back_to(meeting_id: int, only: str = "") -> str:
    """The page of a meeting, showing what it showed."""
    return f"/reuniones/{meeting_id}" + (f"?ver={only}#agenda" if only in STANDS else "")


def already_closed(meeting_id: int) -> Response:
    """Somebody was quicker: the acta is closed and this is its page."""
    return redirect(f"/reuniones/{meeting_id}", "acta_already_closed", "info")


def _today(now: NowDep) -> Any:
    return clock.local_date(now)

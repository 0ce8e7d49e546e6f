"""Meetings: attended, their agenda and warnings, and the papers of a closed acta."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from api.deps import FormDep, GroundDep, SessionDep, UserDep
from api.forms import Form, one_of, parse
from api.render import locale_of, paging, printed, redirect, render
from api.web.again import choices
from api.web.decision_rows import rows_form, slots
from api.web.desk import Desk, DeskDep
from api.web.once import FormRoute
from api.web.verdicts import Told
from spg_registry.committees.queries import members_in_office
from spg_registry.core.messages import sentence
from spg_registry.core.permissions import Permission, require
from spg_registry.decisions import queries, service
from spg_registry.decisions.appeals import appeals_heard
from spg_registry.decisions.errors import MeetingClosed
from spg_registry.decisions.models import MeetingState
from spg_registry.decisions.schemas import AttendanceIn, WaiversIn
from spg_registry.rules.words import DecisionState, Outcome
from spg_registry.seals import acta, acta_sheet, convocation, recusals, sheets
from spg_registry.seals.agenda import Seat, agenda_of, meeting_lines
from spg_registry.seals.errors import SealNotFound
from spg_registry.seals.queries import certificates_of, granted_in

router = APIRouter(route_class=FormRoute)

PAGE_SIZE = 50
STANDS = ("green", "amber", "red")

PageNumber = Annotated[int, Query(alias="pagina", ge=1, le=100_000)]


@router.get("/reuniones")
def index(
    desk: DeskDep, state: Annotated[str, Query(alias="estado")] = "", number: PageNumber = 1
) -> Response:
    require(desk.actor, Permission.DECISION_READ)
    rows, total = queries.visible_meetings(
        desk.session,
        desk.actor,
        state=one_of(MeetingState, state),
        limit=PAGE_SIZE,
        offset=(number - 1) * PAGE_SIZE,
    )
    return render(
        desk.request,
        "meetings/index.html",
        meetings=meeting_lines(desk.session, rows),
        page=paging(desk.request, number, PAGE_SIZE, total),
        form=Form.of({"estado": state}),
        states=choices(desk.request, "meeting", MeetingState),
        may_convene=desk.actor.may(Permission.DECISION_RECORD),
    )


@router.get("/reuniones/{meeting_id}")
def show(
    desk: DeskDep, meeting_id: int, ver: Annotated[str, Query(max_length=10)] = ""
) -> Response:
    """`ver` shows only those that stand green, amber or red."""
    return shown(desk, meeting_id, only=ver)


def shown(
    desk: Desk,
    meeting_id: int,
    status: int = 200,
    *,
    attendance: Form | None = None,
    rows: Form | None = None,
    waived: Form | None = None,
    only: str = "",
) -> Response:
    """The page of a meeting: the steps of one that is held, or the acta of one that is closed. A
    form that came back is shown as it was typed, the others as they stand."""
    agenda = agenda_of(desk.session, desk.actor, meeting_id, desk.today)
    locale = locale_of(desk.request)
    told = Told(desk.session, agenda.items, locale, agenda.attendance.lacks)
    place = agenda.meeting.committee_id
    given = {
        "agenda": agenda,
        "told": told,
        "heard": appeals_heard(desk.session, meeting_id),
        "form": attendance or rows or waived or Form(),
        "may_record": desk.actor.may(Permission.DECISION_RECORD, place),
        "may_close": desk.actor.may(Permission.ACTA_CLOSE, place),
    }
    if agenda.is_closed:
        untold = [item for item in agenda.drafts if item.decision and _untold(item.decision.state)]
        return render(desk.request, "meetings/closed.html", status, untold=untold, **given)
    seats = [
        (str(seat.member_id), seat.name, _of_seat(seat, locale)) for seat in agenda.attendance.seats
    ]
    return render(
        desk.request,
        "meetings/show.html",
        status,
        attendance=attendance or _attended(desk, meeting_id),
        rows=rows or rows_form(agenda),
        waived=waived or _waived(desk, meeting_id),
        slots=slots,
        code=Form(),
        outcomes=choices(desk.request, "outcome", Outcome),
        seats=seats,
        only=only if only in STANDS else "",
        stands=[(stand, len(agenda.standing(stand))) for stand in STANDS],
        shown=agenda.standing(only),
        asides=recusals.found_in(agenda),
        asides_accepted=recusals.are_accepted(agenda),
        is_ahead=agenda.meeting.held_on > desk.today,
        **given,
    )


def _of_seat(seat: Seat, locale: str) -> str:
    sector = sentence(f"status.sector.{seat.sector.value}", locale)
    return f"{sector} · {seat.office}" if seat.office else sector


def _untold(state: DecisionState) -> bool:
    return state is DecisionState.ADOPTED


def _attended(desk: Desk, meeting_id: int) -> Form:
    meeting = queries.get_meeting(desk.session, desk.actor, meeting_id)
    noted = queries.attendance_of(desk.session, meeting.id)
    return Form.of({"members": sorted(id_ for id_, present in noted.items() if present)})


@router.post("/reuniones/{meeting_id}/asistencia")
def record_attendance(desk: DeskDep, data: FormDep, meeting_id: int) -> Response:
    members = data.getlist("members")
    everybody = bool(data.get("todas"))
    if everybody:
        # One press for everybody; the seats are the server's to know.
        meeting = queries.get_meeting(desk.session, desk.actor, meeting_id)
        seats = members_in_office(desk.session, meeting.body_id, meeting.held_on)
        members = [str(seat.id) for seat in seats]

    def act() -> None:
        wish = parse(AttendanceIn, {"members": members})
        service.record_attendance(*desk.acting, meeting_id, wish)

    def again(form: Form, status: int) -> Response:
        return shown(desk, meeting_id, status, attendance=form)

    url, flash, present = f"/reuniones/{meeting_id}", "attendance_saved", len(members)
    try:
        if everybody:  # says the same, whatever was shown
            return desk.act(data, act, again, url, flash, present=present)
        return desk.edit(
            data, lambda: _attended(desk, meeting_id), act, again, url, flash, present=present
        )
    except MeetingClosed:
        return already_closed(meeting_id)


@router.post("/reuniones/{meeting_id}/excusas")
def accept_recusals(desk: DeskDep, _data: FormDep, meeting_id: int) -> Response:
    """Those that the data propose, all in one act."""
    try:
        count = recusals.accept(*desk.acting, meeting_id)
    except MeetingClosed:
        return already_closed(meeting_id)
    return redirect(f"/reuniones/{meeting_id}#excusas", "recusals_accepted", count=count)


def _waived(desk: Desk, meeting_id: int) -> Form:
    meeting = queries.get_meeting(desk.session, desk.actor, meeting_id)
    return Form.of({f"waivers-{code}": reason for code, reason in meeting.waivers.items()})


@router.post("/reuniones/{meeting_id}/dispensas")
def waive(desk: DeskDep, data: FormDep, meeting_id: int) -> Response:
    try:
        return desk.edit(
            data,
            lambda: _waived(desk, meeting_id),
            lambda: service.waive(*desk.acting, meeting_id, parse(WaiversIn, data)),
            lambda form, status: shown(desk, meeting_id, status, waived=form),
            f"/reuniones/{meeting_id}",
            "waivers_saved",
        )
    except MeetingClosed:
        return already_closed(meeting_id)


@router.post("/reuniones/{meeting_id}/notificaciones")
def notify(desk: DeskDep, _data: FormDep, meeting_id: int) -> Response:
    """The producers of this acta were told today."""
    meeting = queries.get_meeting(desk.session, desk.actor, meeting_id)
    rows = queries.decisions_of(desk.session, meeting.id)
    untold = [row.id for row in rows if _untold(row.state)]
    service.notify(*desk.acting, untold)
    return redirect(f"/reuniones/{meeting_id}", "producers_told", count=len(untold))


@router.get("/reuniones/{meeting_id}/certificados.pdf")
def certificates(desk: DeskDep, ground: GroundDep, meeting_id: int) -> Response:
    """Every seal of the acta that still stands, a page each."""
    meeting = queries.get_meeting(desk.session, desk.actor, meeting_id)
    decisions = queries.decisions_of(desk.session, meeting.id)
    grants = granted_in(desk.session, (row.id for row in decisions))
    chosen = ground.settings
    papers = certificates_of(desk.session, grants, desk.today, chosen.public_url, demo=chosen.demo)
    if not papers:
        raise SealNotFound(meeting=meeting_id)
    return printed(sheets.certificates(papers), f"certificados-{meeting_id}.pdf")


@router.get("/reuniones/{meeting_id}/acta.pdf")
def acta_paper(desk: DeskDep, ground: GroundDep, meeting_id: int) -> Response:
    """A draft while the meeting is held; the closed acta is the same bytes on every day."""
    meeting, content = acta.acta_of(desk.session, desk.actor, meeting_id, desk.today)
    made = acta_sheet.acta_paper(content, meeting.acta_sha256, demo=ground.settings.demo)
    return printed(made, f"acta-{meeting_id}.pdf")


@router.get("/reuniones/{meeting_id}/convocatoria.pdf")
def convocation_paper(session: SessionDep, actor: UserDep, meeting_id: int) -> Response:
    """One page, for the board and to be handed around."""
    agenda = agenda_of(session, actor, meeting_id)
    roles = [_of_seat(seat, "es") for seat in agenda.attendance.seats]
    heard = len(appeals_heard(session, meeting_id))
    made = convocation.convocation(convocation.convocation_of(agenda, roles, heard))
    return printed(made, f"convocatoria-{meeting_id}.pdf")


@router.get("/reuniones/{meeting_id}/acta.json")
def acta_content(desk: DeskDep, meeting_id: int) -> Response:
    """What the acta says, in the bytes whose SHA-256 is printed on it."""
    _, content = acta.acta_of(desk.session, desk.actor, meeting_id, desk.today)
    return printed(acta.spelled(content), f"acta-{meeting_id}.json", "application/json")


def back_to(meeting_id: int, only: str = "") -> str:
    """The page of a meeting, showing what it showed."""
    return f"/reuniones/{meeting_id}" + (f"?ver={only}#agenda" if only in STANDS else "")


def already_closed(meeting_id: int) -> Response:
    """Somebody was quicker: the acta is closed and this is its page."""
    return redirect(f"/reuniones/{meeting_id}", "acta_already_closed", "info")

"""What a meeting decides: all rows on one screen, and the closing."""

from collections.abc import Mapping
from datetime import datetime

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from api.deps import FormDep, KeyringDep, NowDep, SessionDep, UserDep
from api.render import locale_of, redirect, render
from api.web.again import typed_again
from api.web.decision_rows import at_rows, closed_up, overtaken, read_rows
from api.web.desk import DeskDep
from api.web.meetings import already_closed, back_to, shown
from api.web.once import FormRoute
from api.web.verdicts import Told
from spg_registry.core.clock import local_date
from spg_registry.core.errors import Invalid, Refused
from spg_registry.core.permissions import Actor, Permission, require
from spg_registry.decisions import service
from spg_registry.decisions.appeals import appeals_heard
from spg_registry.decisions.errors import MeetingClosed, MeetingNotYet
from spg_registry.rules.verdict import NotMet
from spg_registry.seals import service as seals
from spg_registry.seals.agenda import agenda_of
from spg_registry.seals.errors import ClosingRefused, NothingDecided
from spg_registry.seals.granting import hands_of

router = APIRouter(route_class=FormRoute)


@router.post("/reuniones/{meeting_id}/decisiones")
def decide(desk: DeskDep, data: FormDep, meeting_id: int) -> Response:
    """Rows are noted, changed, or taken off the table again; whoever was overtaken in one of them
    is told, and nothing of the sending is kept."""
    desk.hold(f"/reuniones/{meeting_id}")
    agenda = agenda_of(desk.session, desk.actor, meeting_id, desk.today)
    only, typed = str(data.get("ver", "")), closed_up(data)
    rows = []
    try:
        said = read_rows(agenda, typed)
        rows = said.rows
        if said.overtaken:
            form = overtaken(typed, said.overtaken, locale_of(desk.request))
            return shown(desk, meeting_id, 409, rows=form, only=only)
        for draft in said.off:
            service.withdraw_draft(*desk.acting, draft.id)
        service.decide_all(*desk.acting, meeting_id, said.batch)
    except MeetingClosed:
        return already_closed(meeting_id)
    except Invalid as refusal:
        form = typed_again(desk.request, desk.session, typed, at_rows(refusal, rows))
        return shown(desk, meeting_id, 422, rows=form, only=only)
    url = back_to(meeting_id, only)
    if said.off:
        return redirect(url, "drafts_withdrawn", count=len(said.batch), off=len(said.off))
    return redirect(url, "decisions_saved", count=len(said.batch))


# --- the closing ---------------------------------------------------------------------------------


@router.get("/reuniones/{meeting_id}/cierre")
def ask_closing(
    request: Request, session: SessionDep, actor: UserDep, now: NowDep, meeting_id: int
) -> Response:
    return _closing(request, session, actor, now, meeting_id)


@router.post("/reuniones/{meeting_id}/cierre")
def close(
    request: Request,
    session: SessionDep,
    actor: UserDep,
    now: NowDep,
    keyring: KeyringDep,
    _data: FormDep,
    meeting_id: int,
) -> Response:
    try:
        closing = seals.close_and_grant(session, actor, now, keyring, meeting_id)
    except MeetingClosed:
        return already_closed(meeting_id)
    except MeetingNotYet as early:
        day = early.params["held_on"]
        return redirect(f"/reuniones/{meeting_id}", "meeting_not_yet", "warning", held_on=day)
    except NothingDecided:
        return redirect(f"/reuniones/{meeting_id}", "nothing_decided", "warning")
    except ClosingRefused as refusal:
        session.rollback()
        return _closing(request, session, actor, now, meeting_id, refusal.by_producer, 422)
    except Refused:
        session.rollback()
        return _closing(request, session, actor, now, meeting_id, status=422)
    return redirect(f"/reuniones/{meeting_id}", "acta_closed", seals=len(closing.granted))


def _closing(
    request: Request,
    session: Session,
    actor: Actor,
    now: datetime,
    meeting_id: int,
    refused: Mapping[str, tuple[NotMet, ...]] | None = None,
    status: int = 200,
) -> Response:
    agenda = agenda_of(session, actor, meeting_id, local_date(now))
    require(actor, Permission.ACTA_CLOSE, on=agenda.meeting.committee_id)
    if agenda.is_closed:
        return already_closed(meeting_id)
    hands = hands_of(session, actor, agenda.meeting)
    if refused is None:
        refused = {item.producer.code: item.stops for item in agenda.drafts if item.stops}
    stops = [stop for listed in refused.values() for stop in listed]
    told = Told(session, agenda.items, locale_of(request), stops)
    heard = appeals_heard(session, meeting_id)
    producers = [item.producer for item in agenda.items] + [line.producer for line in heard]
    names = {row.code: row.display_name for row in producers}
    return render(
        request,
        "meetings/closing.html",
        status,
        agenda=agenda,
        heard=heard,
        told=told,
        refused=[
            (code, names.get(code, ""), [told.shown(stop) for stop in listed])
            for code, listed in refused.items()
        ],
        was_tried=status == 422,
        hands=told.say(hands) if isinstance(hands, NotMet) else "",
        others=[item for item in agenda.drafts if item not in agenda.granting],
        untouched=agenda.waiting,
    )

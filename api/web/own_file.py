"""A family's own file: in with a code and a PIN, which it chose with a slip on paper."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from api.deps import DoorFormDep, FormDep, GroundDep, NowDep, SessionDep, VisitorDep
from api.forms import Form, number_in
from api.ground import Ground
from api.render import locale_of, redirect, render
from api.visitors import for_visitor
from api.web.once import FormRoute
from spg_registry.core import clock, codes
from spg_registry.core.messages import sentence
from spg_registry.core.permissions import NOBODY
from spg_registry.producers.models import Producer
from spg_registry.rounds.errors import AlreadyAcknowledged as VisitAcknowledged
from spg_registry.seals import own_door
from spg_registry.seals.errors import AlreadyAcknowledged as SealAcknowledged
from spg_registry.seals.own_door import Entry, Outcome
from spg_registry.seals.own_file import confirm_seal, confirm_visit, own_file

router = APIRouter(include_in_schema=False, route_class=FormRoute)

COOKIE = "spg_mine"
_FIELD = {
    Outcome.SLIP_REFUSED: "talon",
    Outcome.SLIP_USED: "talon",
    Outcome.SLIP_EXPIRED: "talon",
    Outcome.SLIP_REPLACED: "talon",
}


def family(request: Request, session: SessionDep, now: NowDep) -> Producer | None:
    return own_door.session_producer(session, now, request.cookies.get(COOKIE, ""))


FamilyDep = Annotated[Producer | None, Depends(family)]


@router.get("/MI-SELLO")
def as_in_the_qr() -> Response:
    """As the slip's QR spells it."""
    return RedirectResponse("/mi-sello/pin", status_code=303)


@router.get("/mi-sello")
def show(
    request: Request,
    session: SessionDep,
    now: NowDep,
    ground: GroundDep,
    _visitor: VisitorDep,
    producer: FamilyDep,
) -> Response:
    if producer is None:
        return _door(request, ground, "mine/enter.html", Form())
    return _file(request, session, now, ground, producer)


def _file(
    request: Request, session: Session, now: NowDep, ground: Ground, producer: Producer
) -> Response:
    found = own_file(session, producer, clock.local_date(now))
    return _page(request, ground, "mine/file.html", file=found, today=clock.local_date(now))


@router.post("/mi-sello")
async def enter(request: Request, now: NowDep, ground: GroundDep, data: DoorFormDep) -> Response:
    """A refused try is committed, so that it counts."""
    code, pin = _typed(data.get("codigo")), _typed(data.get("pin"))
    async with ground.transaction(writes=False) as session:
        lock = await run_in_threadpool(own_door.lock_of, session, now, code, _address(request))
    tried = await ground.hashed(lock.turn, pin)
    async with ground.transaction(writes=True) as session:
        entry = await run_in_threadpool(
            own_door.enter, session, now, code, tried, _address(request)
        )
    if entry.token is None:
        form = Form.of({"codigo": code}, _told(request, entry, "pin"))
        return _door(request, ground, "mine/enter.html", form, entry)
    return _let_in(ground, entry, None)


@router.get("/mi-sello/pin")
def ask_pin(request: Request, ground: GroundDep, _visitor: VisitorDep) -> Response:
    return _door(request, ground, "mine/pin.html", Form())


@router.post("/mi-sello/pin")
async def choose_pin(
    request: Request, now: NowDep, ground: GroundDep, data: DoorFormDep
) -> Response:
    code, slip = _typed(data.get("codigo")), _typed(data.get("talon"))
    pin, again = _typed(data.get("pin")), _typed(data.get("otra_vez"))
    shown = {"codigo": code, "talon": slip}
    fault = own_door.pin_fault(pin)
    errors = {"pin": f"error.{fault}"} if fault else {}
    if not fault and pin != again:
        errors = {"otra_vez": "error.pins_differ"}
    if errors:
        told = {name: sentence(text, locale_of(request)) for name, text in errors.items()}
        return _door(request, ground, "mine/pin.html", Form.of(shown, told), status=422)
    pin_hash = await ground.hashed(own_door.hashed_pin, pin)
    async with ground.transaction(writes=True) as session:
        entry = await run_in_threadpool(
            own_door.choose_pin, session, now, code, slip, pin_hash, _address(request)
        )
    if entry.token is None:
        field = _FIELD.get(entry.outcome, "codigo")
        form = Form.of(shown, _told(request, entry, field))
        return _door(request, ground, "mine/pin.html", form, entry)
    return _let_in(ground, entry, "pin_chosen")


@router.post("/mi-sello/conformidad")
def confirm(
    session: SessionDep, now: NowDep, _visitor: VisitorDep, producer: FamilyDep, data: FormDep
) -> Response:
    """One visit or one seal, as the button says."""
    if producer is None:
        return redirect("/mi-sello", "own_session_ended", "warning")
    visit_id = number_in(data.get("visita"))
    try:
        if visit_id is not None:
            confirm_visit(session, now, producer, visit_id)
        else:
            confirm_seal(session, now, producer, codes.forgiven(_typed(data.get("sello"))))
    except (SealAcknowledged, VisitAcknowledged):
        pass  # pressed twice: it is on record, and that is what the page will say
    return redirect("/mi-sello", "own_word_noted")


@router.post("/mi-sello/salir")
def leave(
    request: Request, session: SessionDep, now: NowDep, _visitor: VisitorDep, _data: FormDep
) -> Response:
    own_door.leave(session, now, request.cookies.get(COOKIE, ""))
    answer = redirect("/mi-sello", "own_left")
    answer.delete_cookie(COOKIE, path="/mi-sello")
    return answer


def _let_in(ground: Ground, entry: Entry, flash: str | None) -> Response:
    answer = redirect("/mi-sello", flash) if flash else redirect("/mi-sello")
    answer.set_cookie(
        COOKIE,
        entry.token or "",
        max_age=int(own_door.SESSION_LIFE.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=ground.settings.secure_cookies,
        path="/mi-sello",
    )
    return answer


def _door(
    request: Request,
    ground: Ground,
    template: str,
    form: Form,
    entry: Entry | None = None,
    status: int = 200,
) -> Response:
    if entry is not None:
        status = 429 if entry.outcome is Outcome.THROTTLED else 422
    return _page(request, ground, template, status, form=form)


def _page(
    request: Request, ground: Ground, template: str, status: int = 200, **context: object
) -> Response:
    """A family's page even in the browser of the office: no menu of the office on it."""

    def page() -> Response:
        request.state.actor, request.state.nav = NOBODY, []
        return render(request, template, status, **context)

    return for_visitor(request, ground.settings.secure_cookies, page)


def _told(request: Request, entry: Entry, field: str) -> dict[str, str]:
    text = sentence(f"error.{entry.outcome.value}", locale_of(request), seconds=entry.seconds)
    return {field: text}


def _typed(value: object) -> str:
    return str(value or "").strip()[:60]


def _address(request: Request) -> str:
    return request.client.host if request.client else ""

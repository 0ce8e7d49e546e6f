"""*Denuncias*: the form that anybody fills without account, and its answer behind a number."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse
from sqlmodel import Session
from starlette.responses import Response

from api.deps import DoorFormDep, GroundDep, NowDep, SessionDep, VisitorDep
from api.forms import Form, parse
from api.ground import Ground
from api.render import locale_of, redirect, render
from api.uploads import ComplaintPhotosDep
from api.visitors import for_visitor
from api.web.again import choices, typed_again
from api.web.once import FormRoute
from spg_registry.committees.queries import committee_names
from spg_registry.complaints import service
from spg_registry.complaints.models import ComplaintAbout, ComplaintReason
from spg_registry.complaints.queries import follow
from spg_registry.complaints.schemas import ComplaintIn, FollowOut
from spg_registry.core import clock, codes
from spg_registry.core.errors import Invalid, Throttled
from spg_registry.core.messages import sentence
from spg_registry.seals.public import PublicSeal, public_seal

router = APIRouter(route_class=FormRoute)

TRAP = "sitio_web"
"""A field that people do not see: only programs fill it in."""
LONGEST_CODE = 40

Typed = Annotated[str, Query(max_length=200)]


@router.get("/denuncias")
def ask(
    request: Request,
    session: SessionDep,
    now: NowDep,
    ground: GroundDep,
    _visitor: VisitorDep,
    sello: Typed = "",
    comite: Typed = "",
) -> Response:
    """Two taps from the seal: its page leads here with the code, and here is the button."""
    form = Form.of({"committee_id": comite, "about": "committee"} if comite else {})
    if sello.strip():
        form = Form.of({"about": ComplaintAbout.SEAL, "seal": sello.strip()[:LONGEST_CODE]})
    return _page(request, session, now, ground, form)


@router.post("/denuncias")
def lodge(
    request: Request,
    uploads: ComplaintPhotosDep,
    data: DoorFormDep,
    session: SessionDep,
    now: NowDep,
    ground: GroundDep,
) -> Response:
    if str(data.get(TRAP, "")).strip():
        return redirect("/")
    address = request.client.host if request.client else ""
    try:
        asked = {name: data[name] for name in ComplaintIn.model_fields if name in data}
        wish = parse(ComplaintIn, asked)
        row = service.lodge(session, now, wish, address, photos=uploads.all("photos"))
    except Invalid as refusal:
        form = typed_again(request, session, data, refusal)
        return _page(request, session, now, ground, form, 422)
    except Throttled as refusal:
        session.rollback()
        minutes = -(-int(refusal.params["seconds"]) // 60)
        text = sentence("error.complaint_throttled", locale_of(request), minutes=minutes)
        return _page(request, session, now, ground, Form.of(data, {"": text}), 429)
    return redirect(f"/denuncias/{codes.display(row.code)}", "complaint_lodged")


def _page(
    request: Request,
    session: Session,
    now: NowDep,
    ground: Ground,
    form: Form,
    status: int = 200,
) -> Response:
    seal = _seal_of(session, now, form)
    names = committee_names(session)
    return for_visitor(
        request,
        ground.settings.secure_cookies,
        lambda: render(
            request,
            "complaints/new.html",
            status,
            form=form,
            seal=seal,
            seal_code=codes.display(seal.code) if seal else "",
            abouts=choices(request, "complaint_about", ComplaintAbout),
            reasons=choices(request, "complaint_reason", ComplaintReason),
            committees=names,
            trap=TRAP,
        ),
    )


def _seal_of(session: Session, now: NowDep, form: Form) -> PublicSeal | None:
    """The seal that the form speaks of, when there is one."""
    if form.value("about") != ComplaintAbout.SEAL.value:
        return None
    try:
        code = codes.parse(form.value("seal"))
    except codes.MistypedCode:
        return None
    return public_seal(session, code, clock.local_date(now))


@router.get("/denuncias/seguir")
def by_number(request: Request, _visitor: VisitorDep, numero: Typed = "") -> Response:
    """A typed number goes to its page; a slip of the finger is told here."""
    if not numero.strip():
        return render(request, "complaints/number.html", form=Form())
    try:
        code = codes.parse(numero.strip())
    except codes.MistypedCode:
        text = sentence("error.complaint_mistyped", locale_of(request))
        form = Form.of({"numero": numero.strip()}, {"numero": text})
        return render(request, "complaints/number.html", 422, form=form)
    return RedirectResponse(f"/denuncias/{codes.display(code)}", status_code=303)


@router.get("/denuncias/{number}")
def show(request: Request, session: SessionDep, _visitor: VisitorDep, number: str) -> Response:
    """Where it stands and the public answer: nothing that was typed, and nobody's name."""
    row = follow(session, number)
    return render(request, "complaints/follow.html", told=FollowOut.model_validate(row))

"""Beside the seal page: its QR codes, its certificate, and the way in for a typed code."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, RedirectResponse
from starlette.responses import Response

from api.deps import GroundDep, KeyringDep, NowDep, SessionDep, VisitorDep
from api.forms import Form
from api.render import printed, render
from spg_registry.core import clock, codes
from spg_registry.seals import qr, sheets
from spg_registry.seals.errors import SealNotFound
from spg_registry.seals.labels import Profile
from spg_registry.seals.public import PublicSeal, public_seal, tokens_of
from spg_registry.seals.queries import certificate_of

router = APIRouter()


@router.get("/.well-known/jwks.json")
def jwks(keyring: KeyringDep) -> JSONResponse:
    """The public keys; short-lived, because a compromised key leaves this list."""
    return JSONResponse(keyring.public_jwks(), headers={"Cache-Control": "public, max-age=300"})


@router.get("/verificar")
def by_code(
    request: Request, ground: GroundDep, _visitor: VisitorDep, codigo: str = ""
) -> Response:
    """A typed code goes to its page, whatever its spelling: the page says what is wrong."""
    if codigo.strip():
        typed = codigo.strip()
        try:
            typed = codes.parse(typed)
        except codes.MistypedCode:
            typed = "".join(letter for letter in typed if letter.isalnum() or letter == "-")[:24]
        return RedirectResponse(f"/s/{typed or '-'}", status_code=303)
    return render(request, "public/verify.html", form=Form(), host=ground.settings.host)


@router.get("/s/{code}/qr.svg")
@router.get("/S/{code}/qr.svg")
def qr_svg(
    code: str,
    session: SessionDep,
    now: NowDep,
    ground: GroundDep,
    profile: Annotated[Profile, Query()] = Profile.CARRIED,
) -> Response:
    modules = _matrix(session, now, ground, code, profile)
    return Response(qr.svg(modules), media_type="image/svg+xml")


@router.get("/s/{code}/qr.png")
@router.get("/S/{code}/qr.png")
def qr_png(
    code: str,
    session: SessionDep,
    now: NowDep,
    ground: GroundDep,
    profile: Annotated[Profile, Query()] = Profile.CARRIED,
) -> Response:
    modules = _matrix(session, now, ground, code, profile)
    return Response(qr.png(modules), media_type="image/png")


@router.get("/s/{code}/certificado.pdf")
@router.get("/S/{code}/certificado.pdf")
def certificate(code: str, session: SessionDep, now: NowDep, ground: GroundDep) -> Response:
    chosen = ground.settings
    stored = _stored(code)
    facts = certificate_of(
        session, stored, clock.local_date(now), chosen.public_url, demo=chosen.demo
    )
    return printed(sheets.certificate(facts), f"sello-{stored}.pdf")


def _matrix(
    session: SessionDep, now: NowDep, ground: GroundDep, code: str, profile: Profile
) -> qr.Matrix:
    seal = _seal(session, now, code)
    if profile is Profile.SHORT:
        return qr.short_matrix(ground.settings.public_url, seal.code)
    return qr.carried_matrix(ground.settings.public_url, tokens_of(session, seal.id)[0])


def _seal(session: SessionDep, now: NowDep, code: str) -> PublicSeal:
    found = public_seal(session, _stored(code), clock.local_date(now))
    if found is None:
        raise SealNotFound(code=code)
    return found


def _stored(code: str) -> str:
    try:
        return codes.parse(code)
    except codes.MistypedCode:
        raise SealNotFound(code=code) from None

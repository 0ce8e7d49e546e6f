"""The door: signing in and out, with a session in a secure cookie."""

import secrets
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.responses import Response

from api import kept
from api.deps import (
    SESSION_COOKIE,
    VISIT_COOKIE,
    DoorFormDep,
    FormDep,
    GroundDep,
    NowDep,
    SessionDep,
    VisitorDep,
)
from api.forms import Form
from api.render import locale_of, redirect, render
from api.visitors import for_visitor
from spg_registry.core.config import settings
from spg_registry.core.messages import sentence
from spg_registry.demo.logins import DEMO_LOGINS
from spg_registry.people import service as people
from spg_registry.people.models import LoginSession
from spg_registry.people.sessions import device_of

router = APIRouter(include_in_schema=False)


@router.get("/entrar")
def show(
    request: Request,
    visitor: VisitorDep,
    ground: GroundDep,
    to: Annotated[str, Query(alias="next")] = "",
) -> Response:
    if visitor.id is not None:
        return redirect(_ours(to))
    return _page(request, ground.settings.secure_cookies, Form(), _ours(to))


@router.post("/entrar")
async def sign_in(request: Request, now: NowDep, ground: GroundDep, data: DoorFormDep) -> Response:
    """A refused try is an outcome, not an exception: it is committed, so that it counts."""
    username, to = str(data.get("username", "")).strip(), _ours(str(data.get("next", "")))
    password = str(data.get("password", ""))
    address = request.client.host if request.client else ""
    device = device_of(request.headers.get("user-agent", ""))
    tried = await ground.try_password(now, username, password, address)
    async with ground.transaction(writes=True) as session:
        attempt = await run_in_threadpool(
            people.sign_in, session, now, username, password, address, tried, device
        )
    if attempt.token is None:
        text = sentence(f"error.{attempt.refusal}", locale_of(request), seconds=attempt.seconds)
        form = Form.of({"username": username}, {"username": text})
        status = 429 if attempt.seconds else 422
        return _page(request, ground.settings.secure_cookies, form, to, status, *kept.carried(data))
    answer = _sent_again(request, attempt.login, data) or redirect(to)
    answer.set_cookie(
        SESSION_COOKIE,
        attempt.token,
        max_age=ground.settings.session_hours * 3600,
        httponly=True,
        samesite="lax",
        secure=ground.settings.secure_cookies,
    )
    answer.delete_cookie(VISIT_COOKIE)
    return answer


@router.post("/salir")
def sign_out(request: Request, session: SessionDep, now: NowDep, _data: FormDep) -> Response:
    people.sign_out(session, now, request.cookies.get(SESSION_COOKIE, ""))
    return to_the_door("signed_out")


def to_the_door(flash: str) -> Response:
    """For whose session just ended: nothing of it stays in a browser that many share."""
    answer = redirect("/entrar", flash)
    answer.delete_cookie(SESSION_COOKIE)
    answer.headers["Clear-Site-Data"] = '"cache"'  # the photos
    return answer


async def came_too_late(request: Request, secure: bool, signed_in: bool) -> Response:
    """For a form whose session had ended: through the door with it, or, where a session or none
    is needed, only a token that is still good and the same button once more."""
    path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    fields = await kept.posted(request)
    if not signed_in:
        return _page(request, secure, Form(), "", 401, path, fields)
    page = _kept_page(request, path, fields, 403)
    if request.state.actor.id is None:
        _set_visit(page, request.state.csrf_token, secure)
    return page


def _sent_again(request: Request, login: LoginSession | None, data: FormData) -> Response | None:
    path, fields = kept.carried(data)
    if login is None or not fields or _ours(path) != path:
        return None
    request.state.csrf_token = login.csrf
    return _kept_page(request, path, fields)


def _kept_page(request: Request, path: str, fields: kept.Fields, status: int = 200) -> Response:
    request.state.csrf_token = request.state.csrf_token or secrets.token_urlsafe(24)
    return render(request, "kept.html", status, action=path, fields=fields)


def _set_visit(page: Response, token: str, secure: bool) -> None:
    page.set_cookie(VISIT_COOKIE, token, httponly=True, samesite="lax", secure=secure)


def _page(
    request: Request,
    secure: bool,
    form: Form,
    to: str,
    status: int = 200,
    kept_path: str = "",
    kept_fields: kept.Fields | None = None,
) -> Response:
    """The form, with a token of its own: who has no session yet needs one against login CSRF."""
    shown = DEMO_LOGINS if settings().demo else ()
    told = locale_of(request)
    logins = [(login, sentence(f"demo.login.{code}", told)) for login, code in shown]
    carried = kept.hidden(kept_path, kept_fields) if kept_fields else []
    told_too = {"next": to, "logins": logins, "kept": carried}
    return for_visitor(
        request, secure, lambda: render(request, "login.html", status, form=form, **told_too)
    )


def visit_page(request: Request, name: str, status: int = 200, **context: Any) -> Response:
    """A page with a form for who need not be signed in: with a token of its own, as at the door."""
    if request.cookies.get(SESSION_COOKIE) and request.state.csrf_token:
        return render(request, name, status, **context)
    token = request.cookies.get(VISIT_COOKIE) or secrets.token_urlsafe(24)
    request.state.csrf_token = token
    page = render(request, name, status, **context)
    secure = settings().secure_cookies
    page.set_cookie(VISIT_COOKIE, token, httponly=True, samesite="lax", secure=secure)
    return page


def _ours(path: str) -> str:
    """Only a path of this host, never another site's address."""
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) else "/inicio"

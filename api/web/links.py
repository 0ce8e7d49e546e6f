"""One-time links: handed over by an office, sent by mail, and the door behind them."""

import logging
from datetime import datetime

from fastapi import APIRouter, Request
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from api.deps import DoorFormDep, GroundDep, NowDep, SessionDep, VisitorDep
from api.forms import Form, parse
from api.login import visit_page
from api.render import locale_of, redirect, render
from api.web.once import FormRoute
from spg_registry.core import mail
from spg_registry.core.errors import Invalid
from spg_registry.core.messages import sentence
from spg_registry.people import links
from spg_registry.people.models import LinkPurpose, User
from spg_registry.people.passwords import Hashed, hash_password
from spg_registry.people.schemas import NewPassword

router = APIRouter(route_class=FormRoute)


class _Hush(logging.Filter):
    """A link is a secret: the access lines tell that one was opened, and not which."""

    def filter(self, record: logging.LogRecord) -> bool:
        told = record.args
        if isinstance(told, tuple) and len(told) > 2 and str(told[2]).startswith("/enlace/"):
            record.args = (*told[:2], "/enlace/…", *told[3:])
        return True


logging.getLogger("uvicorn.access").addFilter(_Hush())


def _letter(user: User, token: str, purpose: LinkPurpose, locale: str) -> mail.Letter:
    words = {
        "name": user.label,
        "username": user.username,
        "link": links.address_of(token),
        "hours": int(links.LASTING[purpose].total_seconds() // 3600),
    }
    subject = sentence(f"mail.{purpose.value}.subject", locale)
    text = sentence(f"mail.{purpose.value}", locale, **words)
    return mail.Letter(user.email or "", subject, text)


def told_link(
    request: Request, now: datetime, user: User, token: str, purpose: LinkPurpose
) -> Response:
    """Sent to the user's address when that can be done, after the commit; else shown this once."""
    sent = bool(user.email) and mail.is_possible()
    page = render(
        request,
        "users/link.html",
        account=user,
        link="" if sent else links.address_of(token),
        until=now + links.LASTING[purpose],
        back="/usuarios",
    )
    page.headers["Cache-Control"] = "no-store"
    if sent:
        page.background = BackgroundTask(
            mail.send, _letter(user, token, purpose, locale_of(request))
        )
    return page


@router.get("/enlace/{token}")
def open_link(
    request: Request, session: SessionDep, now: NowDep, _visitor: VisitorDep, token: str
) -> Response:
    """Looks and changes nothing: mail programs open links too."""
    _link, user = links.whose(session, now, token)
    return _password_page(request, user, token, Form())


@router.post("/enlace/{token}")
async def use_link(
    request: Request, ground: GroundDep, now: NowDep, data: DoorFormDep, token: str
) -> Response:
    async with ground.transaction(writes=False) as session:
        _link, user = await run_in_threadpool(links.whose, session, now, token)
    try:
        wish = parse(NewPassword, data)
        if wish.password.get_secret_value() != wish.again.get_secret_value():
            raise Invalid.at("again", "password_differs")
    except Invalid as refusal:
        form = Form.with_faults({}, refusal.faults, locale_of(request))
        return _password_page(request, user, token, form, 422)
    hashed = Hashed(await ground.hashed(hash_password, wish.password.get_secret_value()))
    async with ground.transaction(writes=True) as session:
        await run_in_threadpool(links.use_link, session, now, token, hashed)
    return redirect("/entrar", "password_of_link", username=user.username)


def _password_page(
    request: Request, user: User, token: str, form: Form, status: int = 200
) -> Response:
    action = f"/enlace/{token}"
    name = "users/link_password.html"
    page = visit_page(request, name, status, form=form, account=user, action=action)
    page.headers["Cache-Control"] = "no-store"
    return page


@router.get("/recuperar")
def ask(request: Request, _visitor: VisitorDep) -> Response:
    return visit_page(request, "users/recover.html", form=Form(), possible=mail.is_possible())


@router.post("/recuperar")
async def recover(request: Request, ground: GroundDep, now: NowDep, data: DoorFormDep) -> Response:
    """The same answer whether or not there is such a user, and as quick: letters go afterwards."""
    asked = str(data.get("username", "")).strip()[:120]
    if not asked or not mail.is_possible():
        text = sentence("error.required", locale_of(request))
        form = Form.of({}, {"username": text} if mail.is_possible() else {})
        possible = mail.is_possible()
        return visit_page(request, "users/recover.html", 422, form=form, possible=possible)
    address = request.client.host if request.client else ""
    async with ground.transaction(writes=True) as session:
        seconds, found = await run_in_threadpool(links.recover, session, now, asked, address)
    if seconds:
        text = sentence("error.throttled", locale_of(request), seconds=seconds)
        form = Form.of({"username": asked}, {"username": text})
        return visit_page(request, "users/recover.html", 429, form=form, possible=True)
    letters = [
        _letter(user, token, LinkPurpose.MAILED, locale_of(request)) for user, token in found
    ]
    answer = redirect("/entrar", "recovery_sent")
    answer.background = BackgroundTask(_send_all, letters)
    return answer


def _send_all(letters: list[mail.Letter]) -> None:
    for letter in letters:
        mail.send(letter)

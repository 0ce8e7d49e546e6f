"""One's own account: where mail goes, and the sessions that are open."""

from fastapi import APIRouter
from starlette.responses import Response

from api.deps import FormDep
from api.forms import Form, parse
from api.render import redirect
from api.web.desk import Desk, DeskDep
from api.web.once import FormRoute
from spg_registry.people import accounts, sessions
from spg_registry.people.schemas import EmailIn

router = APIRouter(prefix="/cuenta", route_class=FormRoute)


@router.get("")
def show(desk: DeskDep) -> Response:
    user = accounts.get_user(desk.session, desk.actor.id or 0)
    return _page(desk, Form.of({"email": user.email}))


def _page(desk: Desk, form: Form, status: int = 200) -> Response:
    return desk.page(
        "users/account.html",
        form,
        status,
        account=accounts.get_user(desk.session, desk.actor.id or 0),
        sessions=sessions.own_sessions(desk.session, desk.actor, desk.now),
        own_csrf=desk.request.state.csrf_token,
    )


@router.post("")
def set_email(desk: DeskDep, data: FormDep) -> Response:
    return desk.act(
        data,
        lambda: accounts.set_email(*desk.acting, parse(EmailIn, data)),
        lambda form, status: _page(desk, form, status),
        "/cuenta",
        "email_saved",
    )


@router.post("/sesiones/terminar-otras")
def end_others(desk: DeskDep, _data: FormDep) -> Response:
    number = sessions.end_others(*desk.acting, desk.request.state.csrf_token)
    return redirect("/cuenta", "sessions_ended", number=number)


@router.post("/sesiones/{session_id}/terminar")
def end_one(desk: DeskDep, _data: FormDep, session_id: int) -> Response:
    sessions.end_session(*desk.acting, session_id)
    return redirect("/cuenta", "session_ended")

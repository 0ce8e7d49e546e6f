"""Logins: those of the own committee, all of them for the administrator, and one's own password."""

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from api.deps import (
    FormDep,
    HashedDep,
    NowDep,
    PageNumber,
    SessionDep,
    TurnedDep,
    UserDep,
)
from api.forms import Form, parse
from api.login import to_the_door
from api.render import paging, redirect, render
from api.sight import own_holders
from api.web.again import choices, typed_again
from api.web.links import told_link
from api.web.once import FormRoute
from spg_registry.committees import queries, reading
from spg_registry.committees import service as committees
from spg_registry.committees.schemas import InviteIn, RoleIn
from spg_registry.committees.users import OF_THE_OFFICE
from spg_registry.core.errors import Forbidden, Invalid
from spg_registry.core.permissions import NATIONAL, Actor, Permission, Role, require
from spg_registry.people import accounts
from spg_registry.people import service as people
from spg_registry.people.links import purpose_for
from spg_registry.people.models import LinkPurpose
from spg_registry.people.passwords import Hashed
from spg_registry.people.schemas import PasswordChange, PasswordIn

router = APIRouter(route_class=FormRoute)

PAGE_SIZE = 50


@router.get("/usuarios")
def index(
    request: Request, session: SessionDep, actor: UserDep, number: PageNumber = 1
) -> Response:
    """An office sees who acts for its committee, the administrator everybody."""
    if actor.may(Permission.USER_MANAGE):
        found, total = reading.everybody(session, actor, PAGE_SIZE, (number - 1) * PAGE_SIZE)
        page = paging(request, number, PAGE_SIZE, total)
        return render(request, "users/everybody.html", accounts=found, page=page)
    own = sorted(actor.committees(Permission.COMMITTEE_MANAGE) or ())
    if not own:
        raise Forbidden(permission=str(Permission.COMMITTEE_MANAGE))
    offices = [
        (queries.get_committee(session, actor, place), reading.accounts_of(session, actor, place))
        for place in own
    ]
    return render(request, "users/index.html", offices=offices, office_roles=OF_THE_OFFICE)


@router.get("/usuarios/nuevo")
def new_national(request: Request, session: SessionDep, actor: UserDep) -> Response:
    return _invitation(request, session, actor, None, Form())


@router.post("/usuarios/nuevo")
def create_national(
    hashed: HashedDep,
    request: Request,
    session: SessionDep,
    actor: UserDep,
    now: NowDep,
    data: FormDep,
) -> Response:
    return _invite(request, session, actor, now, data, None, hashed)


@router.get("/comites/{committee_id}/usuarios/nuevo")
def new(request: Request, session: SessionDep, actor: UserDep, committee_id: int) -> Response:
    return _invitation(request, session, actor, committee_id, Form())


@router.post("/comites/{committee_id}/usuarios/nuevo")
def create(
    hashed: HashedDep,
    request: Request,
    session: SessionDep,
    actor: UserDep,
    now: NowDep,
    data: FormDep,
    committee_id: int,
) -> Response:
    return _invite(request, session, actor, now, data, committee_id, hashed)


def _invite(
    request: Request,
    session: Session,
    actor: Actor,
    now: NowDep,
    data: FormDep,
    committee_id: int | None,
    hashed: Hashed | None,
) -> Response:
    try:
        wish = parse(InviteIn, data)
        known = own_holders(session, committee_id, [wish])
        if wish.password is None:
            row, token = committees.invite_by_link(session, actor, now, committee_id, wish, known)
            return told_link(request, now, row, token, LinkPurpose.INVITATION)
        row = committees.invite_user(session, actor, now, committee_id, wish, hashed, known)
    except Invalid as refusal:
        form = typed_again(request, session, data, refusal)
        return _invitation(request, session, actor, committee_id, form, 422)
    back = "/usuarios" if _keeps_users(actor, committee_id) else f"/comites/{committee_id}"
    return redirect(back, "user_invited", username=row.username)


def _keeps_users(actor: Actor, committee_id: int | None) -> bool:
    return actor.may(Permission.USER_MANAGE) or actor.may(Permission.COMMITTEE_MANAGE, committee_id)


def _invitation(
    request: Request,
    session: Session,
    actor: Actor,
    committee_id: int | None,
    form: Form,
    status: int = 200,
) -> Response:
    committee = None
    persons = []
    if committee_id is None:
        require(actor, Permission.USER_MANAGE)
        back = "/usuarios"
    else:
        committee = queries.get_committee(session, actor, committee_id)
        if not (actor.may(Permission.USER_MANAGE) or actor.may(Permission.COMMITTEE_CREATE)):
            reading.office(session, actor, committee_id)
        persons = reading.known_persons(session, actor, committee_id)
        back = f"/comites/{committee_id}"
    return render(
        request,
        "users/invitation.html",
        status,
        form=form,
        committee=committee,
        persons=[(str(row.id), f"{row.surnames}, {row.names}") for row in persons],
        roles=choices(request, "role", _to_give(actor, committee_id)),
        action=f"/comites/{committee_id}/usuarios/nuevo" if committee_id else "/usuarios/nuevo",
        back=back,
    )


def _to_give(actor: Actor, committee_id: int | None) -> list[Role]:
    """What the form offers; what may be given is decided by the service."""
    if committee_id is None:
        return [role for role in Role if role in NATIONAL]
    if actor.may(Permission.USER_MANAGE):
        return [Role.COORDINATOR, *OF_THE_OFFICE]
    if actor.may(Permission.COMMITTEE_MANAGE, committee_id):
        return list(OF_THE_OFFICE)
    return [Role.COORDINATOR]


@router.get("/comites/{committee_id}/usuarios/{user_id}/clave")
def new_password(
    request: Request, session: SessionDep, actor: UserDep, committee_id: int, user_id: int
) -> Response:
    return _password(request, session, actor, committee_id, user_id, Form())


@router.post("/comites/{committee_id}/usuarios/{user_id}/clave")
def reset_password(
    hashed: HashedDep,
    request: Request,
    session: SessionDep,
    actor: UserDep,
    now: NowDep,
    data: FormDep,
    committee_id: int,
    user_id: int,
) -> Response:
    try:
        wish = parse(PasswordIn, data)
        row = committees.reset_password(session, actor, now, committee_id, user_id, wish, hashed)
    except Invalid as refusal:
        form = typed_again(request, session, data, refusal)
        return _password(request, session, actor, committee_id, user_id, form, 422)
    return redirect("/usuarios", "password_set", username=row.username)


@router.get("/usuarios/{user_id}/clave")
def new_password_anywhere(
    request: Request, session: SessionDep, actor: UserDep, user_id: int
) -> Response:
    return _password(request, session, actor, None, user_id, Form())


@router.post("/usuarios/{user_id}/clave")
def set_password(
    hashed: HashedDep,
    request: Request,
    session: SessionDep,
    actor: UserDep,
    now: NowDep,
    data: FormDep,
    user_id: int,
) -> Response:
    try:
        wish = parse(PasswordIn, data)
        row = people.set_password(session, actor, now, user_id, wish, hashed)
    except Invalid as refusal:
        form = typed_again(request, session, data, refusal)
        return _password(request, session, actor, None, user_id, form, 422)
    return redirect("/usuarios", "password_set", username=row.username)


def _password(
    request: Request,
    session: Session,
    actor: Actor,
    committee_id: int | None,
    user_id: int,
    form: Form,
    status: int = 200,
) -> Response:
    account = _account(session, actor, committee_id, user_id)
    return render(
        request,
        "users/password.html",
        status,
        form=form,
        account=account,
        action=f"{_of(committee_id)}/usuarios/{user_id}/clave",
        back="/usuarios",
    )


@router.post("/comites/{committee_id}/usuarios/{user_id}/enlace")
def make_link(
    request: Request,
    session: SessionDep,
    actor: UserDep,
    now: NowDep,
    _data: FormDep,
    committee_id: int,
    user_id: int,
) -> Response:
    row, token = committees.link_for_own(session, actor, now, committee_id, user_id)
    return told_link(request, now, row, token, purpose_for(row))


@router.post("/usuarios/{user_id}/enlace")
def make_link_anywhere(
    request: Request, session: SessionDep, actor: UserDep, now: NowDep, _data: FormDep, user_id: int
) -> Response:
    row, token = people.link_for(session, actor, now, user_id)
    return told_link(request, now, row, token, purpose_for(row))


@router.get("/comites/{committee_id}/usuarios/{user_id}/desactivar")
def ask_disabling(
    request: Request, session: SessionDep, actor: UserDep, committee_id: int, user_id: int
) -> Response:
    return _disabling(request, session, actor, committee_id, user_id)


@router.post("/comites/{committee_id}/usuarios/{user_id}/desactivar")
def disable(
    session: SessionDep,
    actor: UserDep,
    now: NowDep,
    _data: FormDep,
    committee_id: int,
    user_id: int,
) -> Response:
    row = committees.disable_own_user(session, actor, now, committee_id, user_id)
    return redirect("/usuarios", "user_disabled", username=row.username)


@router.get("/usuarios/{user_id}/desactivar")
def ask_disabling_anywhere(
    request: Request, session: SessionDep, actor: UserDep, user_id: int
) -> Response:
    return _disabling(request, session, actor, None, user_id)


@router.post("/usuarios/{user_id}/desactivar")
def disable_anywhere(
    session: SessionDep, actor: UserDep, now: NowDep, _data: FormDep, user_id: int
) -> Response:
    row = people.disable_user(session, actor, now, user_id)
    return redirect("/usuarios", "user_disabled", username=row.username)


@router.post("/comites/{committee_id}/usuarios/{user_id}/activar")
def enable(
    session: SessionDep,
    actor: UserDep,
    now: NowDep,
    _data: FormDep,
    committee_id: int,
    user_id: int,
) -> Response:
    row = committees.enable_own_user(session, actor, now, committee_id, user_id)
    return redirect("/usuarios", "user_enabled", username=row.username)


@router.post("/usuarios/{user_id}/activar")
def enable_anywhere(
    session: SessionDep, actor: UserDep, now: NowDep, _data: FormDep, user_id: int
) -> Response:
    row = people.enable_user(session, actor, now, user_id)
    return redirect("/usuarios", "user_enabled", username=row.username)


def _disabling(
    request: Request, session: Session, actor: Actor, committee_id: int | None, user_id: int
) -> Response:
    return render(
        request,
        "users/disabling.html",
        account=_account(session, actor, committee_id, user_id),
        action=f"{_of(committee_id)}/usuarios/{user_id}/desactivar",
        back="/usuarios",
    )


def _account(
    session: Session, actor: Actor, committee_id: int | None, user_id: int
) -> reading.Account:
    """One that the actor looks after: as the administrator, or through the own committee."""
    if committee_id is None:
        require(actor, Permission.USER_MANAGE)
        roles = queries.roles_of(session, [user_id])
        return reading.Account(accounts.get_user(session, user_id), roles)
    return reading.account_of(session, actor, committee_id, user_id)


def _of(committee_id: int | None) -> str:
    return "" if committee_id is None else f"/comites/{committee_id}"


@router.get("/comites/{committee_id}/usuarios/{user_id}/funcion")
def new_role(
    request: Request, session: SessionDep, actor: UserDep, committee_id: int, user_id: int
) -> Response:
    return _role(request, session, actor, committee_id, user_id, Form())


@router.post("/comites/{committee_id}/usuarios/{user_id}/funcion")
def give_role(
    request: Request,
    session: SessionDep,
    actor: UserDep,
    now: NowDep,
    data: FormDep,
    committee_id: int,
    user_id: int,
) -> Response:
    try:
        wish = parse(RoleIn, data, user_id=user_id, committee_id=committee_id)
        committees.assign_role(session, actor, now, wish)
    except Invalid as refusal:
        form = typed_again(request, session, data, refusal)
        return _role(request, session, actor, committee_id, user_id, form, 422)
    name = accounts.get_user(session, user_id).username
    return redirect("/usuarios", "role_given", username=name)


def _role(
    request: Request,
    session: Session,
    actor: Actor,
    committee_id: int,
    user_id: int,
    form: Form,
    status: int = 200,
) -> Response:
    return render(
        request,
        "users/role.html",
        status,
        form=form,
        account=reading.account_of(session, actor, committee_id, user_id),
        roles=choices(request, "role", OF_THE_OFFICE),
        action=f"/comites/{committee_id}/usuarios/{user_id}/funcion",
        back="/usuarios",
    )


@router.post("/funciones/{role_id}/terminar")
def end_role(
    session: SessionDep, actor: UserDep, now: NowDep, _data: FormDep, role_id: int
) -> Response:
    committees.end_role(session, actor, now, role_id)
    return redirect("/usuarios", "role_ended")


@router.get("/clave")
def own_password(request: Request, _actor: UserDep) -> Response:
    return render(request, "users/own_password.html", form=Form(), action="/clave", back="/inicio")


@router.post("/clave")
def change_own_password(
    turned: TurnedDep,
    request: Request,
    session: SessionDep,
    actor: UserDep,
    now: NowDep,
    data: FormDep,
) -> Response:
    try:
        wish = parse(PasswordChange, data)
        people.change_own_password(session, actor, now, wish, turned)
    except Invalid as refusal:
        form = typed_again(request, session, data, refusal)
        return render(
            request, "users/own_password.html", 422, form=form, action="/clave", back="/inicio"
        )
    return to_the_door("password_changed")

"""Guarantee systems and their registration at the control body."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request
from sqlmodel import Session
from starlette.responses import Response

from api.deps import FormDep, NowDep, SessionDep, UserDep
from api.forms import Form, parse
from api.render import paging, redirect, render
from api.web.again import choices, typed_again
from api.web.once import FormRoute
from spg_registry.committees import queries, reading, service
from spg_registry.committees.models import Spg, SpgKind
from spg_registry.committees.schemas import (
    RegistrationChangeIn,
    RegistrationIn,
    RenewalIn,
    SpgIn,
)
from spg_registry.core import clock
from spg_registry.core.errors import Invalid
from spg_registry.core.permissions import Actor, Permission, require
from spg_registry.rules.states import MOVES, Machine
from spg_registry.rules.words import RegistrationState
from spg_registry.seals import restoring
from spg_registry.territory.queries import municipality_label

router = APIRouter(route_class=FormRoute)

PAGE_SIZE = 50

PageNumber = Annotated[int, Query(alias="pagina", ge=1, le=100_000)]


@router.get("/spg")
def index(
    request: Request, session: SessionDep, actor: UserDep, now: NowDep, number: PageNumber = 1
) -> Response:
    rows, total = queries.visible_spgs(
        session, actor, limit=PAGE_SIZE, offset=(number - 1) * PAGE_SIZE
    )
    return render(
        request,
        "committees/spgs.html",
        spgs=reading.spg_facts(session, rows, clock.local_date(now)),
        may_register=actor.may(Permission.SPG_REGISTER),
        page=paging(request, number, PAGE_SIZE, total),
    )


@router.get("/comites/{committee_id}/spg/nuevo")
def new(request: Request, session: SessionDep, actor: UserDep, committee_id: int) -> Response:
    return _new(request, session, actor, committee_id, Form())


@router.post("/comites/{committee_id}/spg/nuevo")
def found(
    request: Request,
    session: SessionDep,
    actor: UserDep,
    now: NowDep,
    data: FormDep,
    committee_id: int,
) -> Response:
    try:
        wish = parse(SpgIn, data, committee_id=committee_id)
        (row,) = service.found_spgs(session, actor, now, [wish])
    except Invalid as refusal:
        form = typed_again(request, session, data, refusal)
        return _new(request, session, actor, committee_id, form, 422)
    return redirect(f"/spg/{row.id}", "spg_founded", code=row.code)


def _new(
    request: Request,
    session: Session,
    actor: Actor,
    committee_id: int,
    form: Form,
    status: int = 200,
) -> Response:
    committee = queries.get_committee(session, actor, committee_id)
    require(actor, Permission.COMMITTEE_CREATE)
    codes = queries.municipalities_of(session, [committee_id])[committee_id]
    return render(
        request,
        "committees/spg_new.html",
        status,
        form=form,
        committee=committee,
        kinds=choices(request, "spg_kind", SpgKind),
        municipalities=[(code, municipality_label(session, code)) for code in codes],
        chosen=codes if len(codes) == 1 else [],
        action=f"/comites/{committee_id}/spg/nuevo",
        back=f"/comites/{committee_id}",
    )


@router.get("/spg/{spg_id}")
def show(
    request: Request, session: SessionDep, actor: UserDep, now: NowDep, spg_id: int
) -> Response:
    row = queries.get_spg(session, actor, spg_id)
    (facts,) = reading.spg_facts(session, [row], clock.local_date(now))
    return render(
        request,
        "committees/spg.html",
        facts=facts,
        committee=queries.get_committee(session, actor, row.committee_id),
        may_register=actor.may(Permission.SPG_REGISTER),
        cut_short=_cut_short(session, actor, row, clock.local_date(now)),
    )


def _cut_short(session: Session, actor: Actor, spg: Spg, today: date) -> int:
    """How many seals wait for their full term, for who can give it."""
    if not actor.may(Permission.SEAL_DECIDE, on=spg.committee_id):
        return 0
    return len(restoring.cut_short(session, actor, spg.id, today))


@router.get("/spg/{spg_id}/registros/nuevo")
def new_registration(
    request: Request, session: SessionDep, actor: UserDep, now: NowDep, spg_id: int
) -> Response:
    form = Form.of({"issued_on": clock.local_date(now)})
    return _registration(request, session, actor, spg_id, form)


@router.post("/spg/{spg_id}/registros/nuevo")
def register(
    request: Request, session: SessionDep, actor: UserDep, now: NowDep, data: FormDep, spg_id: int
) -> Response:
    try:
        wish = parse(RegistrationIn, data, spg_id=spg_id)
        (row,) = service.register_spgs(session, actor, now, [wish])
    except Invalid as refusal:
        form = typed_again(request, session, data, refusal)
        return _registration(request, session, actor, spg_id, form, 422)
    return redirect(f"/spg/{spg_id}", "spg_registered", act_number=row.act_number)


def _registration(
    request: Request, session: Session, actor: Actor, spg_id: int, form: Form, status: int = 200
) -> Response:
    spg = queries.get_spg(session, actor, spg_id)
    require(actor, Permission.SPG_REGISTER)
    first = (RegistrationState.IN_FORCE, RegistrationState.IN_PROCESS)
    return render(
        request,
        "committees/registration.html",
        status,
        form=form,
        spg=spg,
        states=choices(request, "registration", first),
        action=f"/spg/{spg_id}/registros/nuevo",
        back=f"/spg/{spg_id}",
    )


@router.get("/registros/{registration_id}/cambio")
def new_change(
    request: Request, session: SessionDep, actor: UserDep, now: NowDep, registration_id: int
) -> Response:
    form = Form.of({"effective_on": clock.local_date(now)})
    return _act(request, session, actor, registration_id, "cambio", form)


@router.post("/registros/{registration_id}/cambio")
def change(
    request: Request,
    session: SessionDep,
    actor: UserDep,
    now: NowDep,
    data: FormDep,
    registration_id: int,
) -> Response:
    try:
        wish = parse(RegistrationChangeIn, data)
        row = service.change_registration(session, actor, now, registration_id, wish)
    except Invalid as refusal:
        form = typed_again(request, session, data, refusal)
        return _act(request, session, actor, registration_id, "cambio", form, 422)
    return redirect(f"/spg/{row.spg_id}", "registration_changed")


@router.get("/registros/{registration_id}/renovacion")
def new_renewal(
    request: Request, session: SessionDep, actor: UserDep, now: NowDep, registration_id: int
) -> Response:
    form = Form.of({"issued_on": clock.local_date(now)})
    return _act(request, session, actor, registration_id, "renovacion", form)


@router.post("/registros/{registration_id}/renovacion")
def renew(
    request: Request,
    session: SessionDep,
    actor: UserDep,
    now: NowDep,
    data: FormDep,
    registration_id: int,
) -> Response:
    try:
        wish = parse(RenewalIn, data)
        row = service.renew_registration(session, actor, now, registration_id, wish)
    except Invalid as refusal:
        form = typed_again(request, session, data, refusal)
        return _act(request, session, actor, registration_id, "renovacion", form, 422)
    return redirect(f"/spg/{row.spg_id}", "registration_renewed", until=row.until)


def _act(
    request: Request,
    session: Session,
    actor: Actor,
    registration_id: int,
    kind: str,
    form: Form,
    status: int = 200,
) -> Response:
    """A change of a registration, or its renewal."""
    row, spg = queries.get_registration(session, actor, registration_id)
    require(actor, Permission.SPG_REGISTER)
    onward = [state for state in RegistrationState if state in _moves(row.state)]
    return render(
        request,
        f"committees/registration_{'change' if kind == 'cambio' else 'renewal'}.html",
        status,
        form=form,
        registration=row,
        spg=spg,
        states=choices(request, "registration", onward),
        action=f"/registros/{registration_id}/{kind}",
        back=f"/spg/{spg.id}",
    )


def _moves(state: RegistrationState) -> frozenset[str]:
    return MOVES[Machine.REGISTRATION][state]

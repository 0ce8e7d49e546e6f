"""Guarantee systems and their registration at the control body."""

from fastapi import APIRouter
from starlette.responses import Response

from api.deps import FormDep, PageNumber
from api.forms import Form, parse
from api.render import locale_of, paging, redirect, render
from api.web.again import choices, typed_again
from api.web.desk import Desk, DeskDep
from api.web.once import FormRoute
from spg_registry.committees import queries, reading, service
from spg_registry.committees.models import Spg, SpgKind
from spg_registry.committees.schemas import (
    RegistrationChangeIn,
    RegistrationIn,
    RenewalIn,
    SpgIn,
)
from spg_registry.core.errors import Invalid
from spg_registry.core.messages import sentence
from spg_registry.core.permissions import Permission, require
from spg_registry.rules.states import MOVES, Machine
from spg_registry.rules.words import RegistrationState
from spg_registry.seals import restoring
from spg_registry.territory.queries import municipality_label

router = APIRouter(route_class=FormRoute)

PAGE_SIZE = 50


@router.get("/spg")
def index(desk: DeskDep, number: PageNumber = 1) -> Response:
    rows, total = queries.visible_spgs(
        desk.session, desk.actor, limit=PAGE_SIZE, offset=(number - 1) * PAGE_SIZE
    )
    return render(
        desk.request,
        "committees/spgs.html",
        spgs=reading.spg_facts(desk.session, rows, desk.today),
        may_register=desk.actor.may(Permission.SPG_REGISTER),
        page=paging(desk.request, number, PAGE_SIZE, total),
    )


@router.get("/comites/{committee_id}/spg/nuevo")
def new(desk: DeskDep, committee_id: int) -> Response:
    return _new(desk, committee_id, Form())


@router.post("/comites/{committee_id}/spg/nuevo")
def found(desk: DeskDep, data: FormDep, committee_id: int) -> Response:
    try:
        wish = parse(SpgIn, data, committee_id=committee_id)
        (row,) = service.found_spgs(*desk.acting, [wish])
    except Invalid as refusal:
        form = typed_again(desk.request, desk.session, data, refusal)
        return _new(desk, committee_id, form, 422)
    return redirect(f"/spg/{row.id}", "spg_founded", code=row.code)


def _new(desk: Desk, committee_id: int, form: Form, status: int = 200) -> Response:
    committee = queries.get_committee(desk.session, desk.actor, committee_id)
    require(desk.actor, Permission.COMMITTEE_CREATE)
    codes = queries.municipalities_of(desk.session, [committee_id])[committee_id]
    return desk.page(
        "committees/spg_new.html",
        form,
        status,
        committee=committee,
        kinds=choices(desk.request, "spg_kind", SpgKind),
        municipalities=[(code, municipality_label(desk.session, code)) for code in codes],
        chosen=codes if len(codes) == 1 else [],
        back=f"/comites/{committee_id}",
    )


@router.get("/spg/{spg_id}")
def show(desk: DeskDep, spg_id: int) -> Response:
    row = queries.get_spg(desk.session, desk.actor, spg_id)
    (facts,) = reading.spg_facts(desk.session, [row], desk.today)
    return render(
        desk.request,
        "committees/spg.html",
        facts=facts,
        committee=queries.get_committee(desk.session, desk.actor, row.committee_id),
        may_register=desk.actor.may(Permission.SPG_REGISTER),
        cut_short=_cut_short(desk, row),
    )


def _cut_short(desk: Desk, spg: Spg) -> int:
    """How many seals wait for their full term, for who can give it."""
    if not desk.actor.may(Permission.SEAL_DECIDE, on=spg.committee_id):
        return 0
    return len(restoring.cut_short(desk.session, desk.actor, spg.id, desk.today))


# --- registrations -------------------------------------------------------------------------------


@router.get("/spg/{spg_id}/registros/nuevo")
def new_registration(desk: DeskDep, spg_id: int) -> Response:
    return _registration(desk, spg_id, Form.of({"issued_on": desk.today}))


@router.post("/spg/{spg_id}/registros/nuevo")
def register(desk: DeskDep, data: FormDep, spg_id: int) -> Response:
    def act() -> None:
        service.register_spgs(*desk.acting, [parse(RegistrationIn, data, spg_id=spg_id)])

    return desk.act(
        data,
        act,
        lambda form, status: _registration(desk, spg_id, form, status),
        f"/spg/{spg_id}",
        "spg_registered",
        act_number=str(data.get("act_number", "")).strip(),
    )


def _registration(desk: Desk, spg_id: int, form: Form, status: int = 200) -> Response:
    spg = queries.get_spg(desk.session, desk.actor, spg_id)
    require(desk.actor, Permission.SPG_REGISTER)
    first = (RegistrationState.IN_FORCE, RegistrationState.IN_PROCESS)
    return desk.page(
        "committees/registration.html",
        form,
        status,
        spg=spg,
        states=choices(desk.request, "registration", first),
        back=f"/spg/{spg_id}",
    )


@router.get("/registros/{registration_id}/cambio")
def new_change(desk: DeskDep, registration_id: int) -> Response:
    was = _stands(desk, registration_id).was
    return _change(desk, registration_id, Form.of({"effective_on": desk.today, "was": was}))


@router.post("/registros/{registration_id}/cambio")
def change(desk: DeskDep, data: FormDep, registration_id: int) -> Response:
    def act() -> None:
        wish = parse(RegistrationChangeIn, data)
        service.change_registration(*desk.acting, registration_id, wish)

    return desk.edit(
        data,
        lambda: _stands(desk, registration_id),
        act,
        lambda form, status: _change(desk, registration_id, form, status),
        _spg_of(desk, registration_id),
        "registration_changed",
    )


def _stands(desk: Desk, registration_id: int) -> Form:
    """The state of a registration, in words, under the name of the field that changes it."""
    row, _ = queries.get_registration(desk.session, desk.actor, registration_id)
    return Form.of({"state": sentence(f"status.registration.{row.state}", locale_of(desk.request))})


def _change(desk: Desk, registration_id: int, form: Form, status: int = 200) -> Response:
    row, _ = queries.get_registration(desk.session, desk.actor, registration_id)
    moves = MOVES[Machine.REGISTRATION][row.state]
    onward = [state for state in RegistrationState if state in moves]
    states = choices(desk.request, "registration", onward)
    return _act(desk, registration_id, "change", form, status, states=states)


@router.get("/registros/{registration_id}/renovacion")
def new_renewal(desk: DeskDep, registration_id: int) -> Response:
    was = _latest(desk, registration_id).was
    form = Form.of({"issued_on": desk.today, "was": was})
    return _act(desk, registration_id, "renewal", form)


@router.post("/registros/{registration_id}/renovacion")
def renew(desk: DeskDep, data: FormDep, registration_id: int) -> Response:
    overtaken = desk.overtaken(data, lambda: _latest(desk, registration_id))
    if overtaken is not None:
        return _act(desk, registration_id, "renewal", overtaken, 409)
    try:
        wish = parse(RenewalIn, data)
        row = service.renew_registration(*desk.acting, registration_id, wish)
    except Invalid as refusal:
        form = typed_again(desk.request, desk.session, data, refusal)
        return _act(desk, registration_id, "renewal", form, 422)
    return redirect(f"/spg/{row.spg_id}", "registration_renewed", until=row.until)


def _latest(desk: Desk, registration_id: int) -> Form:
    """The number of the last term that the SPG has."""
    _, spg = queries.get_registration(desk.session, desk.actor, registration_id)
    last = queries.registrations_of(desk.session, spg.id)[-1]
    return Form.of({"act_number": last.act_number})


def _act(
    desk: Desk, registration_id: int, name: str, form: Form, status: int = 200, **more: object
) -> Response:
    """A change of a registration, or its renewal."""
    row, spg = queries.get_registration(desk.session, desk.actor, registration_id)
    require(desk.actor, Permission.SPG_REGISTER)
    return desk.page(
        f"committees/registration_{name}.html",
        form,
        status,
        registration=row,
        spg=spg,
        back=f"/spg/{spg.id}",
        **more,
    )


def _spg_of(desk: Desk, registration_id: int) -> str:
    row, _ = queries.get_registration(desk.session, desk.actor, registration_id)
    return f"/spg/{row.spg_id}"

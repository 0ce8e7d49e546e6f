"""Committees: one page with everything, and the forms that it leads to."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from api.deps import FormDep, PageNumber
from api.forms import Form, parse
from api.render import paging, redirect, render
from api.sight import own_holders
from api.web.again import choices, typed_again
from api.web.desk import Desk, DeskDep
from api.web.once import FormRoute
from spg_registry.committees import queries, reading, service
from spg_registry.committees.models import BodyKind, CommitteeLevel
from spg_registry.committees.schemas import (
    CommitteeIn,
    EvaluatorIn,
    ExtensionIn,
    LeaveIn,
    MemberIn,
    NeighbourIn,
    RecognitionIn,
    TermCorrectionIn,
)
from spg_registry.core.errors import Invalid
from spg_registry.core.permissions import Permission, require
from spg_registry.people.models import Sex
from spg_registry.rules.words import Sector
from spg_registry.standards.own_rules import term_months
from spg_registry.territory import queries as territory

router = APIRouter(prefix="/comites", route_class=FormRoute)

PAGE_SIZE = 50

Department = Annotated[str, Query(alias="departamento", pattern=r"^(\d{2})?$")]


@router.get("")
def index(desk: DeskDep, department: Department = "", number: PageNumber = 1) -> Response:
    rows, total = queries.visible_committees(
        desk.session,
        desk.actor,
        department_code=department or None,
        limit=PAGE_SIZE,
        offset=(number - 1) * PAGE_SIZE,
    )
    told = reading.committees_out(desk.session, rows, desk.today)
    return render(
        desk.request,
        "committees/index.html",
        form=Form.of({"departamento": department}),
        committees=[(row, _places(desk, row.municipality_codes)) for row in told],
        departments=[(row.code, row.name) for row in territory.departments(desk.session)],
        may_create=desk.actor.may(Permission.COMMITTEE_CREATE),
        page=paging(desk.request, number, PAGE_SIZE, total),
    )


@router.get("/nuevo")
def new(desk: DeskDep, department: Department = "") -> Response:
    return _new(desk, Form.of({"departamento": department}))


@router.post("/nuevo")
def create(desk: DeskDep, data: FormDep) -> Response:
    try:
        (row,) = service.create_committees(*desk.acting, [parse(CommitteeIn, data)])
    except Invalid as refusal:
        return _new(desk, typed_again(desk.request, desk.session, data, refusal), 422)
    return redirect(f"/comites/{row.id}", "committee_created")


def _new(desk: Desk, form: Form, status: int = 200) -> Response:
    """First the department, then the committee with the municipalities of that department."""
    require(desk.actor, Permission.COMMITTEE_CREATE)
    department = territory.department(desk.session, form.value("departamento"))
    rows = territory.municipalities(desk.session, department.code) if department else []
    return desk.page(
        "committees/new.html",
        form,
        status,
        department=department,
        departments=[(row.code, row.name) for row in territory.departments(desk.session)],
        municipalities=[(row.ine_code, row.name) for row in rows],
        levels=choices(desk.request, "committee_level", CommitteeLevel),
        back="/comites",
    )


@router.get("/{committee_id}")
def show(desk: DeskDep, committee_id: int) -> Response:
    may_manage = desk.actor.may(Permission.COMMITTEE_MANAGE, committee_id)
    may_create = desk.actor.may(Permission.COMMITTEE_CREATE)
    return render(
        desk.request,
        "committees/show.html",
        facts=reading.committee_facts(desk.session, desk.actor, committee_id, desk.today),
        may_manage=may_manage,
        may_recognise=may_manage or may_create,
        may_found=may_create,
        may_register=desk.actor.may(Permission.SPG_REGISTER),
        may_invite=may_manage or may_create,
    )


# --- what is added -------------------------------------------------------------------------------


@router.get("/{committee_id}/reconocimientos/nuevo")
def new_recognition(desk: DeskDep, committee_id: int) -> Response:
    return _recognition(desk, committee_id, Form())


@router.post("/{committee_id}/reconocimientos/nuevo")
def recognise(desk: DeskDep, data: FormDep, committee_id: int) -> Response:
    return desk.act(
        data,
        lambda: service.recognise(*desk.acting, committee_id, parse(RecognitionIn, data)),
        lambda form, status: _recognition(desk, committee_id, form, status),
        f"/comites/{committee_id}",
        "recognition_added",
    )


def _recognition(desk: Desk, committee_id: int, form: Form, status: int = 200) -> Response:
    committee = queries.get_committee(desk.session, desk.actor, committee_id)
    if not desk.actor.may(Permission.COMMITTEE_CREATE):
        reading.office(desk.session, desk.actor, committee_id)
    return desk.page(
        "committees/recognition.html",
        form,
        status,
        committee=committee,
        back=f"/comites/{committee_id}",
    )


@router.get("/{committee_id}/miembros/nuevo")
def new_member(desk: DeskDep, committee_id: int) -> Response:
    return _member(desk, committee_id, Form.of({"term_from": desk.today}))


@router.post("/{committee_id}/miembros/nuevo")
def seat(desk: DeskDep, data: FormDep, committee_id: int) -> Response:
    def act() -> None:
        wish = [parse(MemberIn, data)]
        holders = own_holders(desk.session, committee_id, wish)
        months = term_months(desk.session, committee_id, desk.today)
        service.seat_members(*desk.acting, committee_id, wish, holders, months)

    return desk.act(
        data,
        act,
        lambda form, status: _member(desk, committee_id, form, status),
        f"/comites/{committee_id}",
        "member_seated",
    )


def _member(desk: Desk, committee_id: int, form: Form, status: int = 200) -> Response:
    return _somebody(
        desk, committee_id, form, status, "member", bodies=choices(desk.request, "body", BodyKind)
    )


@router.get("/{committee_id}/evaluadores/nuevo")
def new_evaluator(desk: DeskDep, committee_id: int) -> Response:
    return _evaluator(desk, committee_id, Form.of({"appointed_on": desk.today}))


@router.post("/{committee_id}/evaluadores/nuevo")
def appoint(desk: DeskDep, data: FormDep, committee_id: int) -> Response:
    def act() -> None:
        wish = [parse(EvaluatorIn, data)]
        holders = own_holders(desk.session, committee_id, wish)
        months = term_months(desk.session, committee_id, desk.today)
        service.appoint_evaluators(*desk.acting, committee_id, wish, holders, months)

    return desk.act(
        data,
        act,
        lambda form, status: _evaluator(desk, committee_id, form, status),
        f"/comites/{committee_id}",
        "evaluator_appointed",
    )


def _evaluator(desk: Desk, committee_id: int, form: Form, status: int = 200) -> Response:
    return _somebody(desk, committee_id, form, status, "evaluator")


def _somebody(
    desk: Desk, committee_id: int, form: Form, status: int, name: str, **more: object
) -> Response:
    """A member or an evaluator: somebody who is known, or a new person."""
    known = reading.known_persons(desk.session, desk.actor, committee_id)
    return desk.page(
        f"committees/{name}.html",
        form,
        status,
        committee=reading.office(desk.session, desk.actor, committee_id),
        persons=[(str(row.id), f"{row.surnames}, {row.names}") for row in known],
        sexes=choices(desk.request, "sex", Sex),
        sectors=choices(desk.request, "sector", Sector),
        months=term_months(desk.session, committee_id, desk.today),
        back=f"/comites/{committee_id}",
        **more,
    )


# --- what is changed -----------------------------------------------------------------------------


@router.get("/{committee_id}/miembros/{member_id}/prorroga")
def new_extension(desk: DeskDep, committee_id: int, member_id: int) -> Response:
    form = Form.of({"was": _term_now(desk, member_id, "until").was})
    return _term(desk, committee_id, member_id, "prorroga", form)


@router.post("/{committee_id}/miembros/{member_id}/prorroga")
def extend(desk: DeskDep, data: FormDep, committee_id: int, member_id: int) -> Response:
    return desk.edit(
        data,
        lambda: _term_now(desk, member_id, "until"),
        lambda: service.extend_term(*desk.acting, member_id, parse(ExtensionIn, data)),
        lambda form, status: _term(desk, committee_id, member_id, "prorroga", form, status),
        f"/comites/{committee_id}",
        "term_extended",
        lock=f"/miembros/{member_id}",
    )


@router.get("/{committee_id}/miembros/{member_id}/salida")
def new_departure(desk: DeskDep, committee_id: int, member_id: int) -> Response:
    form = Form.of({"on": desk.today, "was": _term_now(desk, member_id, "on").was})
    return _term(desk, committee_id, member_id, "salida", form)


@router.post("/{committee_id}/miembros/{member_id}/salida")
def leave(desk: DeskDep, data: FormDep, committee_id: int, member_id: int) -> Response:
    return desk.edit(
        data,
        lambda: _term_now(desk, member_id, "on"),
        lambda: service.leave(*desk.acting, member_id, parse(LeaveIn, data)),
        lambda form, status: _term(desk, committee_id, member_id, "salida", form, status),
        f"/comites/{committee_id}",
        "member_left",
        lock=f"/miembros/{member_id}",
    )


def _term_now(desk: Desk, member_id: int, field: str) -> Form:
    """When the term ends as it stands, under the name of the field that changes it."""
    row, _ = queries.get_member(desk.session, desk.actor, member_id)
    return Form.of({field: row.left_on or row.term_end})


@router.get("/{committee_id}/miembros/{member_id}/correccion")
def new_correction(desk: DeskDep, committee_id: int, member_id: int) -> Response:
    return _term(desk, committee_id, member_id, "correccion", _whole_term(desk, member_id))


@router.post("/{committee_id}/miembros/{member_id}/correccion")
def correct_term(desk: DeskDep, data: FormDep, committee_id: int, member_id: int) -> Response:
    return desk.edit(
        data,
        lambda: _whole_term(desk, member_id),
        lambda: service.correct_term(*desk.acting, member_id, parse(TermCorrectionIn, data)),
        lambda form, status: _term(desk, committee_id, member_id, "correccion", form, status),
        f"/comites/{committee_id}",
        "term_corrected",
        lock=f"/miembros/{member_id}",
    )


def _whole_term(desk: Desk, member_id: int) -> Form:
    row, _ = queries.get_member(desk.session, desk.actor, member_id)
    return Form.of({"term_from": row.term_begin, "term_until": row.term_end})


def _term(
    desk: Desk, committee_id: int, member_id: int, kind: str, form: Form, status: int = 200
) -> Response:
    """`kind`: the extension of a term, its correction, or its early end."""
    committee = reading.office(desk.session, desk.actor, committee_id)
    row, _ = queries.get_member(desk.session, desk.actor, member_id)
    (member,) = reading.members_out(desk.session, [row], desk.today)
    return desk.page(
        "committees/term.html",
        form,
        status,
        committee=committee,
        member=member,
        kind=kind,
        back=f"/comites/{committee_id}",
    )


@router.get("/{committee_id}/evaluadores/{appointment_id}/vecino")
def new_neighbour(desk: DeskDep, committee_id: int, appointment_id: int) -> Response:
    return _neighbour(desk, committee_id, appointment_id, Form())


@router.post("/{committee_id}/evaluadores/{appointment_id}/vecino")
def lend(desk: DeskDep, data: FormDep, committee_id: int, appointment_id: int) -> Response:
    def act() -> None:
        wish = parse(NeighbourIn, data)
        service.serve_neighbour(*desk.acting, appointment_id, wish.committee_id)

    return desk.act(
        data,
        act,
        lambda form, status: _neighbour(desk, committee_id, appointment_id, form, status),
        f"/comites/{committee_id}",
        "evaluator_lent",
    )


def _neighbour(
    desk: Desk, committee_id: int, appointment_id: int, form: Form, status: int = 200
) -> Response:
    return desk.page(
        "committees/neighbour.html",
        form,
        status,
        committee=reading.office(desk.session, desk.actor, committee_id),
        person=reading.evaluator_name(desk.session, desk.actor, appointment_id),
        committees=reading.other_committees(desk.session, committee_id),
        back=f"/comites/{committee_id}",
    )


def _places(desk: Desk, codes: list[str]) -> str:
    return ", ".join(territory.municipality_label(desk.session, code) for code in codes)

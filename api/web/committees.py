"""Committees: one page with everything, and the forms that it leads to."""

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
from spg_registry.committees.models import BodyKind, CommitteeLevel
from spg_registry.committees.schemas import (
    CommitteeIn,
    EvaluatorIn,
    ExtensionIn,
    LeaveIn,
    MemberIn,
    NeighbourIn,
    RecognitionIn,
)
from spg_registry.core import clock
from spg_registry.core.errors import Invalid
from spg_registry.core.permissions import Actor, Permission, require
from spg_registry.people.models import Sex
from spg_registry.rules.words import Sector
from spg_registry.territory import queries as territory

router = APIRouter(prefix="/comites", route_class=FormRoute)

PAGE_SIZE = 50

Department = Annotated[str, Query(alias="departamento", pattern=r"^(\d{2})?$")]
PageNumber = Annotated[int, Query(alias="pagina", ge=1, le=100_000)]


@router.get("")
def index(
    request: Request,
    session: SessionDep,
    actor: UserDep,
    now: NowDep,
    department: Department = "",
    number: PageNumber = 1,
) -> Response:
    rows, total = queries.visible_committees(
        session,
        actor,
        department_code=department or None,
        limit=PAGE_SIZE,
        offset=(number - 1) * PAGE_SIZE,
    )
    told = reading.committees_out(session, rows, clock.local_date(now))
    return render(
        request,
        "committees/index.html",
        form=Form.of({"departamento": department}),
        committees=[(row, _places(session, row.municipality_codes)) for row in told],
        departments=[(row.code, row.name) for row in territory.departments(session)],
        may_create=actor.may(Permission.COMMITTEE_CREATE),
        page=paging(request, number, PAGE_SIZE, total),
    )


@router.get("/nuevo")
def new(
    request: Request, session: SessionDep, actor: UserDep, department: Department = ""
) -> Response:
    return _new(request, session, actor, Form.of({"departamento": department}))


@router.post("/nuevo")
def create(
    request: Request, session: SessionDep, actor: UserDep, now: NowDep, data: FormDep
) -> Response:
    try:
        (row,) = service.create_committees(session, actor, now, [parse(CommitteeIn, data)])
    except Invalid as refusal:
        return _new(request, session, actor, typed_again(request, session, data, refusal), 422)
    return redirect(f"/comites/{row.id}", "committee_created")


def _new(
    request: Request, session: Session, actor: Actor, form: Form, status: int = 200
) -> Response:
    """First the department, then the committee with the municipalities of that department."""
    require(actor, Permission.COMMITTEE_CREATE)
    department = territory.department(session, form.value("departamento"))
    rows = territory.municipalities(session, department.code) if department else []
    return render(
        request,
        "committees/new.html",
        status,
        form=form,
        department=department,
        departments=[(row.code, row.name) for row in territory.departments(session)],
        municipalities=[(row.ine_code, row.name) for row in rows],
        levels=choices(request, "committee_level", CommitteeLevel),
        action="/comites/nuevo",
        back="/comites",
    )


@router.get("/{committee_id}")
def show(
    request: Request, session: SessionDep, actor: UserDep, now: NowDep, committee_id: int
) -> Response:
    may_manage = actor.may(Permission.COMMITTEE_MANAGE, committee_id)
    return render(
        request,
        "committees/show.html",
        facts=reading.committee_facts(session, actor, committee_id, clock.local_date(now)),
        may_manage=may_manage,
        may_recognise=may_manage or actor.may(Permission.COMMITTEE_CREATE),
        may_found=actor.may(Permission.COMMITTEE_CREATE),
        may_register=actor.may(Permission.SPG_REGISTER),
        may_invite=may_manage or actor.may(Permission.COMMITTEE_CREATE),
    )


@router.get("/{committee_id}/reconocimientos/nuevo")
def new_recognition(
    request: Request, session: SessionDep, actor: UserDep, committee_id: int
) -> Response:
    return _recognition(request, session, actor, committee_id, Form())


@router.post("/{committee_id}/reconocimientos/nuevo")
def recognise(
    request: Request,
    session: SessionDep,
    actor: UserDep,
    now: NowDep,
    data: FormDep,
    committee_id: int,
) -> Response:
    try:
        service.recognise(session, actor, now, committee_id, parse(RecognitionIn, data))
    except Invalid as refusal:
        form = typed_again(request, session, data, refusal)
        return _recognition(request, session, actor, committee_id, form, 422)
    return redirect(f"/comites/{committee_id}", "recognition_added")


def _recognition(
    request: Request,
    session: Session,
    actor: Actor,
    committee_id: int,
    form: Form,
    status: int = 200,
) -> Response:
    committee = queries.get_committee(session, actor, committee_id)
    if not actor.may(Permission.COMMITTEE_CREATE):
        reading.office(session, actor, committee_id)
    return render(
        request,
        "committees/recognition.html",
        status,
        form=form,
        committee=committee,
        action=f"/comites/{committee_id}/reconocimientos/nuevo",
        back=f"/comites/{committee_id}",
    )


@router.get("/{committee_id}/miembros/nuevo")
def new_member(
    request: Request, session: SessionDep, actor: UserDep, now: NowDep, committee_id: int
) -> Response:
    form = Form.of({"term_from": clock.local_date(now)})
    return _member(request, session, actor, committee_id, form)


@router.post("/{committee_id}/miembros/nuevo")
def seat(
    request: Request,
    session: SessionDep,
    actor: UserDep,
    now: NowDep,
    data: FormDep,
    committee_id: int,
) -> Response:
    try:
        service.seat_members(session, actor, now, committee_id, [parse(MemberIn, data)])
    except Invalid as refusal:
        form = typed_again(request, session, data, refusal)
        return _member(request, session, actor, committee_id, form, 422)
    return redirect(f"/comites/{committee_id}", "member_seated")


def _member(
    request: Request,
    session: Session,
    actor: Actor,
    committee_id: int,
    form: Form,
    status: int = 200,
) -> Response:
    return render(
        request,
        "committees/member.html",
        status,
        form=form,
        committee=reading.office(session, actor, committee_id),
        persons=_known(session, actor, committee_id),
        sexes=choices(request, "sex", Sex),
        sectors=choices(request, "sector", Sector),
        bodies=choices(request, "body", BodyKind),
        action=f"/comites/{committee_id}/miembros/nuevo",
        back=f"/comites/{committee_id}",
    )


@router.get("/{committee_id}/miembros/{member_id}/prorroga")
def new_extension(
    request: Request,
    session: SessionDep,
    actor: UserDep,
    now: NowDep,
    committee_id: int,
    member_id: int,
) -> Response:
    return _term(request, session, actor, now, (committee_id, member_id, "prorroga"), Form())


@router.post("/{committee_id}/miembros/{member_id}/prorroga")
def extend(
    request: Request,
    session: SessionDep,
    actor: UserDep,
    now: NowDep,
    data: FormDep,
    committee_id: int,
    member_id: int,
) -> Response:
    try:
        service.extend_term(session, actor, now, member_id, parse(ExtensionIn, data))
    except Invalid as refusal:
        form = typed_again(request, session, data, refusal)
        act = (committee_id, member_id, "prorroga")
        return _term(request, session, actor, now, act, form, 422)
    return redirect(f"/comites/{committee_id}", "term_extended")


@router.get("/{committee_id}/miembros/{member_id}/salida")
def new_departure(
    request: Request,
    session: SessionDep,
    actor: UserDep,
    now: NowDep,
    committee_id: int,
    member_id: int,
) -> Response:
    form = Form.of({"on": clock.local_date(now)})
    return _term(request, session, actor, now, (committee_id, member_id, "salida"), form)


@router.post("/{committee_id}/miembros/{member_id}/salida")
def leave(
    request: Request,
    session: SessionDep,
    actor: UserDep,
    now: NowDep,
    data: FormDep,
    committee_id: int,
    member_id: int,
) -> Response:
    try:
        service.leave(session, actor, now, member_id, parse(LeaveIn, data))
    except Invalid as refusal:
        form = typed_again(request, session, data, refusal)
        act = (committee_id, member_id, "salida")
        return _term(request, session, actor, now, act, form, 422)
    return redirect(f"/comites/{committee_id}", "member_left")


def _term(
    request: Request,
    session: Session,
    actor: Actor,
    now: NowDep,
    act: tuple[int, int, str],
    form: Form,
    status: int = 200,
) -> Response:
    """The extension of a term, or its early end: (committee, member, which of the two)."""
    committee_id, member_id, kind = act
    committee = reading.office(session, actor, committee_id)
    row, _ = queries.get_member(session, actor, member_id)
    (member,) = reading.members_out(session, [row], clock.local_date(now))
    return render(
        request,
        "committees/term.html",
        status,
        form=form,
        committee=committee,
        member=member,
        leaving=kind == "salida",
        action=f"/comites/{committee_id}/miembros/{member_id}/{kind}",
        back=f"/comites/{committee_id}",
    )


@router.get("/{committee_id}/evaluadores/nuevo")
def new_evaluator(
    request: Request, session: SessionDep, actor: UserDep, now: NowDep, committee_id: int
) -> Response:
    form = Form.of({"appointed_on": clock.local_date(now)})
    return _evaluator(request, session, actor, committee_id, form)


@router.post("/{committee_id}/evaluadores/nuevo")
def appoint(
    request: Request,
    session: SessionDep,
    actor: UserDep,
    now: NowDep,
    data: FormDep,
    committee_id: int,
) -> Response:
    try:
        service.appoint_evaluators(session, actor, now, committee_id, [parse(EvaluatorIn, data)])
    except Invalid as refusal:
        form = typed_again(request, session, data, refusal)
        return _evaluator(request, session, actor, committee_id, form, 422)
    return redirect(f"/comites/{committee_id}", "evaluator_appointed")


def _evaluator(
    request: Request,
    session: Session,
    actor: Actor,
    committee_id: int,
    form: Form,
    status: int = 200,
) -> Response:
    return render(
        request,
        "committees/evaluator.html",
        status,
        form=form,
        committee=reading.office(session, actor, committee_id),
        persons=_known(session, actor, committee_id),
        sexes=choices(request, "sex", Sex),
        sectors=choices(request, "sector", Sector),
        action=f"/comites/{committee_id}/evaluadores/nuevo",
        back=f"/comites/{committee_id}",
    )


@router.get("/{committee_id}/evaluadores/{appointment_id}/vecino")
def new_neighbour(
    request: Request, session: SessionDep, actor: UserDep, committee_id: int, appointment_id: int
) -> Response:
    return _neighbour(request, session, actor, committee_id, appointment_id, Form())


@router.post("/{committee_id}/evaluadores/{appointment_id}/vecino")
def lend(
    request: Request,
    session: SessionDep,
    actor: UserDep,
    now: NowDep,
    data: FormDep,
    committee_id: int,
    appointment_id: int,
) -> Response:
    try:
        wish = parse(NeighbourIn, data)
        service.serve_neighbour(session, actor, now, appointment_id, wish.committee_id)
    except Invalid as refusal:
        form = typed_again(request, session, data, refusal)
        return _neighbour(request, session, actor, committee_id, appointment_id, form, 422)
    return redirect(f"/comites/{committee_id}", "evaluator_lent")


def _neighbour(
    request: Request,
    session: Session,
    actor: Actor,
    committee_id: int,
    appointment_id: int,
    form: Form,
    status: int = 200,
) -> Response:
    return render(
        request,
        "committees/neighbour.html",
        status,
        form=form,
        committee=reading.office(session, actor, committee_id),
        person=reading.evaluator_name(session, actor, appointment_id),
        committees=reading.other_committees(session, committee_id),
        action=f"/comites/{committee_id}/evaluadores/{appointment_id}/vecino",
        back=f"/comites/{committee_id}",
    )


def _places(session: Session, codes: list[str]) -> str:
    return ", ".join(territory.municipality_label(session, code) for code in codes)


def _known(session: Session, actor: Actor, committee_id: int) -> list[tuple[str, str]]:
    rows = reading.known_persons(session, actor, committee_id)
    return [(str(row.id), f"{row.surnames}, {row.names}") for row in rows]

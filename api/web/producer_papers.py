"""Forms about who stands behind a producer, who near, and its papers in an SPG."""

from fastapi import APIRouter
from starlette.responses import Response

from api.deps import FormDep
from api.forms import Form, parse
from api.render import redirect
from api.web.again import choices, typed_again
from api.web.desk import Desk, DeskDep
from api.web.land import products_of
from api.web.once import FormRoute
from api.web.producers import CROP_ROWS, municipality_options, sheet, writable, writable_spgs
from spg_registry.committees import reading
from spg_registry.core.errors import Invalid
from spg_registry.core.permissions import Permission, require
from spg_registry.people.models import Sex
from spg_registry.people.schemas import PersonIn
from spg_registry.producers import queries, service
from spg_registry.producers.answers import EnrolmentOut, HolderOut, ProducerFile
from spg_registry.producers.errors import EnrolmentNotFound, HolderNotFound
from spg_registry.producers.models import Tenure, WaterSource
from spg_registry.producers.schemas import (
    EndIn,
    EnrolIn,
    HouseholdIn,
    InterestIn,
    MembershipIn,
    NewHolderIn,
    PledgeIn,
    StatusIn,
    UnitIn,
)
from spg_registry.rules.states import MOVES, Machine
from spg_registry.rules.words import EnrolmentStatus, InterestKind, LastInput
from spg_registry.seals import service as seals

router = APIRouter(prefix="/productores", route_class=FormRoute)


# -- holders --------------------------------------------------------------------------------------


@router.get("/{code}/titulares/nuevo")
def new_holder(desk: DeskDep, code: str) -> Response:
    return _holder(desk, code, Form())


@router.post("/{code}/titulares/nuevo")
def add_holder(desk: DeskDep, data: FormDep, code: str) -> Response:
    return desk.act(
        data,
        lambda: service.add_holder(*desk.acting, code, parse(NewHolderIn, data)),
        lambda form, status: _holder(desk, code, form, status),
        f"/productores/{code}#titulares",
        "holder_added",
    )


def _holder(desk: Desk, code: str, form: Form, status: int = 200) -> Response:
    sexes = choices(desk.request, "sex", Sex)
    return sheet(desk, code, "holder", form, status, sexes=sexes, at="holder-")


@router.get("/{code}/titulares/{person_id}/corregir")
def correcting_holder(desk: DeskDep, code: str, person_id: int) -> Response:
    return _particulars(desk, code, _recorded(desk, code, person_id))


def _recorded(desk: Desk, code: str, person_id: int) -> Form:
    holder = _holder_of(writable(desk, code), person_id)
    fields = {"names", "surnames", "sex", "ci", "ci_suffix", "birth_year", "phone"}
    return Form.of(holder.model_dump(include=fields))


@router.post("/{code}/titulares/{person_id}/corregir")
def correct_holder(desk: DeskDep, data: FormDep, code: str, person_id: int) -> Response:
    return desk.edit(
        data,
        lambda: _recorded(desk, code, person_id),
        lambda: service.correct_holder(*desk.acting, code, person_id, parse(PersonIn, data)),
        lambda form, status: _particulars(desk, code, form, status),
        f"/productores/{code}#titulares",
        "producer_corrected",
    )


def _particulars(desk: Desk, code: str, form: Form, status: int = 200) -> Response:
    sexes = choices(desk.request, "sex", Sex)
    return sheet(desk, code, "holder", form, status, sexes=sexes, at="")


def _holder_of(file: ProducerFile, person_id: int) -> HolderOut:
    for holder in file.holders:
        if holder.person_id == person_id and holder.until is None:
            return holder
    raise HolderNotFound(id=person_id)


@router.get("/{code}/titulares/{person_id}/salida")
def ending_holder(desk: DeskDep, code: str, person_id: int) -> Response:
    form = Form.of({"until": desk.today})
    return _ending(desk, code, person_id, form)


@router.post("/{code}/titulares/{person_id}/salida")
def end_holder(desk: DeskDep, data: FormDep, code: str, person_id: int) -> Response:
    return desk.act(
        data,
        lambda: service.end_holder(*desk.acting, code, person_id, parse(EndIn, data)),
        lambda form, status: _ending(desk, code, person_id, form, status),
        f"/productores/{code}#titulares",
        "producer_corrected",
    )


def _ending(
    desk: Desk,
    code: str,
    person_id: int,
    form: Form,
    status: int = 200,
) -> Response:
    holder = _holder_of(writable(desk, code), person_id)
    return sheet(desk, code, "holder_end", form, status, holder=holder)


# -- units ----------------------------------------------------------------------------------------


@router.get("/{code}/unidades/nueva")
def new_unit(desk: DeskDep, code: str) -> Response:
    return _unit(desk, code, Form())


@router.post("/{code}/unidades/nueva")
def add_unit(desk: DeskDep, data: FormDep, code: str) -> Response:
    try:
        made = service.add_unit(*desk.acting, code, parse(UnitIn, data))
    except Invalid as refusal:
        form = typed_again(desk.request, desk.session, data, refusal)
        return _unit(desk, code, form, 422)
    return redirect(f"/unidades/{made.unit.code}", "unit_added", unit=made.unit.code)


def _unit(desk: Desk, code: str, form: Form, status: int = 200) -> Response:
    return sheet(
        desk,
        code,
        "unit_new",
        form,
        status,
        municipalities=municipality_options(desk.session),
        tenures=choices(desk.request, "tenure", Tenure),
        waters=choices(desk.request, "water", WaterSource),
        inputs=choices(desk.request, "last_input", LastInput),
        products=products_of(desk.request, desk.session),
        crop_rows=range(CROP_ROWS),
    )


# -- who stands near ------------------------------------------------------------------------------


@router.get("/{code}/vinculos/nuevo")
def new_interest(desk: DeskDep, code: str) -> Response:
    return _interest(desk, code, Form())


@router.post("/{code}/vinculos/nuevo")
def declare_interest(desk: DeskDep, data: FormDep, code: str) -> Response:
    def act() -> None:
        wish = parse(InterestIn, data, producer_code=code)
        service.declare_interests(*desk.acting, [wish])

    return desk.act(
        data,
        act,
        lambda form, status: _interest(desk, code, form, status),
        f"/productores/{code}#vinculos",
        "interest_declared",
    )


def _interest(desk: Desk, code: str, form: Form, status: int = 200) -> Response:
    """Of those who evaluate and vote: nobody else's ties count."""
    file = writable(desk, code)
    places = {row.committee_id for row in file.enrolments if row.ended_on is None}
    mine = [place for place in places if desk.actor.may(Permission.PRODUCER_WRITE, place)]
    known = {
        row.id: f"{row.surnames}, {row.names}"
        for place in mine
        for row in reading.known_persons(desk.session, desk.actor, place)
    }
    kinds = [kind for kind in InterestKind if kind is not InterestKind.SELF]
    return sheet(
        desk,
        code,
        "interest",
        form,
        status,
        persons=sorted(known.items(), key=lambda pair: pair[1]),
        kinds=choices(desk.request, "interest", kinds),
    )


@router.get("/{code}/organizaciones/nueva")
def new_membership(desk: DeskDep, code: str) -> Response:
    return _membership(desk, code, Form())


@router.post("/{code}/organizaciones/nueva")
def join(desk: DeskDep, data: FormDep, code: str) -> Response:
    return desk.act(
        data,
        lambda: service.join_organisation(*desk.acting, code, parse(MembershipIn, data)),
        lambda form, status: _membership(desk, code, form, status),
        f"/productores/{code}#organizaciones",
        "membership_added",
    )


def _membership(desk: Desk, code: str, form: Form, status: int = 200) -> Response:
    rows, _ = queries.organisations(desk.session)
    names = [row.name for row in rows]
    return sheet(desk, code, "membership", form, status, organisations=names)


@router.get("/{code}/hogar")
def new_household(desk: DeskDep, code: str) -> Response:
    return sheet(desk, code, "household", _at_home(desk, code))


def _at_home(desk: Desk, code: str) -> Form:
    """With whom the producer lives on record: one of them stands for all."""
    others = writable(desk, code).household
    return Form.of({"with_code": others[0].code if others else ""})


@router.post("/{code}/hogar")
def set_household(desk: DeskDep, data: FormDep, code: str) -> Response:
    """With another producer's code they live together; without one this one lives apart."""
    with_code = str(data.get("with_code", "")).strip()

    def act() -> None:
        codes = [code, with_code] if with_code else [code]
        service.set_household(*desk.acting, HouseholdIn(producer_codes=codes))

    return desk.edit(
        data,
        lambda: _at_home(desk, code),
        act,
        lambda form, status: sheet(desk, code, "household", form, status),
        f"/productores/{code}#hogar",
        "producer_corrected",
    )


# -- in an SPG ------------------------------------------------------------------------------------


@router.get("/{code}/inscripciones/nueva")
def new_enrolment(desk: DeskDep, code: str) -> Response:
    return _enrolment(desk, Form.of({"enrolled_on": desk.today}), code)


@router.post("/{code}/inscripciones/nueva")
def enrol(desk: DeskDep, data: FormDep, code: str) -> Response:
    return desk.act(
        data,
        lambda: service.enrol(*desk.acting, code, parse(EnrolIn, data)),
        lambda form, status: _enrolment(desk, form, code, status),
        f"/productores/{code}",
        "enrolled",
    )


def _enrolment(desk: Desk, form: Form, code: str, status: int = 200) -> Response:
    """By its code, without its file: who takes in a producer from elsewhere cannot see it yet."""
    require(desk.actor, Permission.PRODUCER_WRITE)
    return desk.page(
        "producers/enrolment.html",
        form,
        status,
        code=code,
        spgs=[(row.id, row.name) for row in writable_spgs(desk.session, desk.actor)],
        back="/productores",
    )


@router.get("/{code}/inscripciones/{enrolment_id}/compromiso")
def new_pledge(
    desk: DeskDep,
    code: str,
    enrolment_id: int,
) -> Response:
    form = Form.of({"signed_on": desk.today})
    return _in_spg(desk, (code, enrolment_id, "pledge"), form)


@router.post("/{code}/inscripciones/{enrolment_id}/compromiso")
def sign_pledge(desk: DeskDep, data: FormDep, code: str, enrolment_id: int) -> Response:
    def act() -> None:
        service.sign_pledges(*desk.acting, [(enrolment_id, parse(PledgeIn, data))])

    where = (code, enrolment_id, "pledge")
    return desk.act(
        data,
        act,
        lambda form, status: _in_spg(desk, where, form, status),
        f"/productores/{code}",
        "pledge_signed",
    )


@router.get("/{code}/inscripciones/{enrolment_id}/estado")
def new_status(
    desk: DeskDep,
    code: str,
    enrolment_id: int,
) -> Response:
    form = Form.of({"on": desk.today})
    return _in_spg(desk, (code, enrolment_id, "status"), form)


@router.post("/{code}/inscripciones/{enrolment_id}/estado")
def change_status(desk: DeskDep, data: FormDep, code: str, enrolment_id: int) -> Response:
    where = (code, enrolment_id, "status")
    return desk.act(
        data,
        lambda: seals.change_status(*desk.acting, enrolment_id, parse(StatusIn, data)),
        lambda form, status: _in_spg(desk, where, form, status),
        f"/productores/{code}",
        "status_changed",
    )


def _in_spg(
    desk: Desk,
    where: tuple[str, int, str],
    form: Form,
    status: int = 200,
) -> Response:
    """A form about one enrolment: `where` is the producer, the enrolment and the page."""
    code, enrolment_id, name = where
    row = enrolment_of(writable(desk, code), enrolment_id)
    require(desk.actor, Permission.PRODUCER_WRITE, on=row.committee_id)
    allowed = MOVES[Machine.ENROLMENT][row.status]
    options = [to for to in EnrolmentStatus if to in allowed and to in service.BY_OFFICE]
    return sheet(
        desk,
        code,
        name,
        form,
        status,
        enrolment=row,
        statuses=choices(desk.request, "enrolment", options),
    )


def enrolment_of(file: ProducerFile, enrolment_id: int) -> EnrolmentOut:
    for row in file.enrolments:
        if row.id == enrolment_id and row.ended_on is None:
            return row
    raise EnrolmentNotFound(id=enrolment_id)

"""Producers: a new one on one form, one with everything, and the forms it leads to."""

from typing import Any

from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from api.deps import FormDep
from api.forms import Form, parse
from api.render import redirect, render
from api.sight import visible_ids
from api.web.again import choices, typed_again
from api.web.desk import Desk, DeskDep
from api.web.land import products_of
from api.web.once import FormRoute
from api.web.producer_history import latest
from spg_registry.committees import queries as committees
from spg_registry.committees.models import Spg
from spg_registry.core.errors import Invalid
from spg_registry.core.permissions import Actor, Permission, require
from spg_registry.people.models import Sex
from spg_registry.producers import service
from spg_registry.producers.access import require_spg
from spg_registry.producers.answers import ProducerFile
from spg_registry.producers.dossier import producer_file
from spg_registry.producers.models import ProducerKind, Tenure, WaterSource
from spg_registry.producers.papers import papers_of
from spg_registry.producers.schemas import (
    NewProducer,
    ProducerCorrection,
)
from spg_registry.producers.sketches import sketch_of
from spg_registry.producers.surroundings import doubts_about
from spg_registry.rules.words import LastInput
from spg_registry.seals.sanction_lines import about_producer, may_sanction
from spg_registry.territory import queries as territory

router = APIRouter(prefix="/productores", route_class=FormRoute)

CROP_ROWS = 3
"""Crops that the first form has room for; more are added on the unit's page."""


# -- a new one ------------------------------------------------------------------------------------


@router.get("/nuevo")
def new(desk: DeskDep, spg: str = "") -> Response:
    form = Form.of({"spg_id": spg, "enrolment-enrolled_on": desk.today})
    return _new(desk, form)


@router.post("/nuevo")
def register(desk: DeskDep, data: FormDep) -> Response:
    try:
        wish = parse(NewProducer, data)
        made = service.register(*desk.acting, wish.spg_id, wish)
    except Invalid as refusal:
        return _new(desk, typed_again(desk.request, desk.session, data, refusal), 422)
    code = made.producer.code
    return redirect(f"/productores/{code}", "producer_registered", producer=code)


def _new(desk: Desk, form: Form, status: int = 200) -> Response:
    """First the SPG, when there are several; then one form with everything of the paper."""
    require(desk.actor, Permission.PRODUCER_WRITE)
    systems = writable_spgs(desk.session, desk.actor)
    wanted = form.value("spg_id")
    spg = next((row for row in systems if str(row.id) == wanted), None)
    if spg is None and len(systems) == 1:
        spg = systems[0]
    if spg is None:
        options = [(row.id, row.name) for row in systems]
        return render(desk.request, "producers/choose_spg.html", status, form=form, spgs=options)
    require_spg(desk.session, desk.actor, spg.id)
    codes = committees.spg_municipalities(desk.session, [spg.id])[spg.id]
    return render(
        desk.request,
        "producers/new.html",
        status,
        form=form,
        spg=spg,
        municipalities=[(code, territory.municipality_label(desk.session, code)) for code in codes],
        communities=_communities(desk.session, codes),
        kinds=choices(desk.request, "producer_kind", ProducerKind),
        sexes=choices(desk.request, "sex", Sex),
        tenures=choices(desk.request, "tenure", Tenure),
        waters=choices(desk.request, "water", WaterSource),
        inputs=choices(desk.request, "last_input", LastInput),
        products=products_of(desk.request, desk.session),
        crop_rows=range(CROP_ROWS),
    )


def writable_spgs(session: Session, actor: Actor) -> list[Spg]:
    rows, _ = committees.visible_spgs(session, actor)
    return [row for row in rows if actor.may(Permission.PRODUCER_WRITE, row.committee_id)]


def _communities(session: Session, codes: list[str]) -> list[str]:
    return sorted({row.name for code in codes for row in territory.communities(session, code)})


# -- one ------------------------------------------------------------------------------------------


@router.get("/{code}")
def show(desk: DeskDep, code: str) -> Response:
    file = _file(desk, code)
    mine = [
        row
        for row in file.enrolments
        if row.ended_on is None and desk.actor.may(Permission.PRODUCER_WRITE, row.committee_id)
    ]
    decided, sanctions = about_producer(desk.session, desk.actor, file.code)
    places = {row.committee_id for row in file.enrolments}
    lines, events = latest(desk, file)
    return render(
        desk.request,
        "producers/show.html",
        file=file,
        decided=decided,
        sanctions=sanctions,
        may_sanction=any(may_sanction(desk.actor, place) for place in places),
        mine={row.id for row in mine},
        may_enrol=desk.actor.may(Permission.PRODUCER_WRITE),
        sketch=sketch_of(file.land),
        doubts=doubts_about(desk.session, file.land),
        papers=papers_of(desk.session, file),
        latest=lines,
        events=events,
    )


def sheet(
    desk: Desk,
    code: str,
    name: str,
    form: Form,
    status: int = 200,
    **more: Any,
) -> Response:
    """A page with one form about a producer, for who may write about it."""
    file = writable(desk, code)
    return desk.page(
        f"producers/{name}.html",
        form,
        status,
        file=file,
        back=f"/productores/{file.code}",
        **more,
    )


def _file(desk: Desk, code: str) -> ProducerFile:
    ids = visible_ids(desk.session, desk.actor)
    return producer_file(desk.session, desk.actor, code, desk.today, ids)


def writable(desk: Desk, code: str) -> ProducerFile:
    file = _file(desk, code)
    if not file.writable:
        places = [row.committee_id for row in file.enrolments]
        require(desk.actor, Permission.PRODUCER_WRITE, on=places[0] if places else None)
    return file


@router.get("/{code}/corregir")
def correcting(desk: DeskDep, code: str) -> Response:
    return _correction(desk, code, _recorded(desk, code))


def _recorded(desk: Desk, code: str) -> Form:
    shown = writable(desk, code).model_dump(
        include={
            "kind",
            "display_name",
            "publication_consent",
            "nit",
            "municipality_code",
            "community",
        }
    )
    return Form.of(shown)


@router.post("/{code}/corregir")
def correct(desk: DeskDep, data: FormDep, code: str) -> Response:
    def act() -> None:
        # A box that is not ticked is not sent: here that is an answer, and it means no.
        consent = bool(data.get("publication_consent"))
        wish = parse(ProducerCorrection, data, publication_consent=consent)
        service.correct_producer(*desk.acting, code, wish)

    return desk.edit(
        data,
        lambda: _recorded(desk, code),
        act,
        lambda form, status: _correction(desk, code, form, status),
        f"/productores/{code}",
        "producer_corrected",
    )


def _correction(desk: Desk, code: str, form: Form, status: int = 200) -> Response:
    return sheet(
        desk,
        code,
        "correct",
        form,
        status,
        kinds=choices(desk.request, "producer_kind", ProducerKind),
        municipalities=municipality_options(desk.session),
    )


def municipality_options(session: Session) -> list[tuple[str, str]]:
    """Every municipality of the country, by name with its department."""
    rows = territory.municipalities(session)
    labels = [(row.ine_code, territory.municipality_label(session, row.ine_code)) for row in rows]
    return sorted(labels, key=lambda pair: pair[1])

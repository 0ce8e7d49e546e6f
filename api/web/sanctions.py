"""Sanctions: the list, a new one, and a correction by a new row."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.datastructures import FormData
from starlette.responses import Response

from api.deps import FormDep
from api.forms import Form, parse
from api.render import locale_of, paging, render
from api.web.again import choices
from api.web.desk import Desk, DeskDep
from api.web.once import FormRoute
from spg_registry.core.errors import Forbidden
from spg_registry.core.messages import format_date, sentence
from spg_registry.core.permissions import Permission
from spg_registry.producers.errors import ProducerNotFound
from spg_registry.rules.words import SanctionKind
from spg_registry.seals import queries, service
from spg_registry.seals.errors import SanctionOfControl
from spg_registry.seals.sanction_lines import (
    SanctionLine,
    may_sanction,
    places_to_sanction,
    sanction_line,
    sanction_lines,
)
from spg_registry.seals.sanctions import grounds_of
from spg_registry.seals.schemas import ReasonClass, SanctionIn

router = APIRouter(prefix="/sanciones", route_class=FormRoute)

PAGE_SIZE = 50

PageNumber = Annotated[int, Query(alias="pagina", ge=1, le=100_000)]
Code = Annotated[str, Query(alias="productor", max_length=16)]


@router.get("")
def index(desk: DeskDep, number: PageNumber = 1) -> Response:
    rows, total = queries.visible_sanctions(
        desk.session, desk.actor, limit=PAGE_SIZE, offset=(number - 1) * PAGE_SIZE
    )
    return render(
        desk.request,
        "sanctions/index.html",
        lines=sanction_lines(desk.session, desk.actor, rows),
        may_impose=may_sanction(desk.actor),
        page=paging(desk.request, number, PAGE_SIZE, total),
    )


@router.get("/nueva")
def new(desk: DeskDep, code: Code = "") -> Response:
    """First whom, by the code of the producer; then what."""
    _require_somewhere(desk)
    return _new(desk, code.strip().upper(), Form.of({"since": desk.today}))


@router.post("/nueva")
def impose(desk: DeskDep, data: FormDep) -> Response:
    _require_somewhere(desk)
    code = str(data.get("producer", "")).strip().upper()
    producer, _places = places_to_sanction(desk.session, desk.actor, code)
    return desk.act(
        data,
        lambda: service.impose(*desk.acting, _wish(data, producer_id=producer.id)),
        lambda form, status: _new(desk, code, form, status),
        "/sanciones",
        "sanction_imposed",
        name=producer.display_name,
    )


def _wish(data: FormData, **known: Any) -> SanctionIn:
    typed = {name: data[name] for name in data if name != "producer"}
    return parse(SanctionIn, typed, **known)


def _require_somewhere(desk: Desk) -> None:
    if not may_sanction(desk.actor):
        raise Forbidden(permission=str(Permission.SEAL_SANCTION))


def _new(desk: Desk, code: str, form: Form, status: int = 200) -> Response:
    try:
        producer, places = places_to_sanction(desk.session, desk.actor, code)
    except ProducerNotFound:
        whom = Form.of({"productor": code})
        if code:
            text = sentence("error.producer_not_to_sanction", locale_of(desk.request))
            whom.errors["productor"] = text
        return desk.page("sanctions/whom.html", whom, 422 if code else 200)
    return _form(desk, form, status, producer=producer, places=places, line=None, grounds=None)


@router.get("/{sanction_id}/corregir")
def ask_correction(desk: DeskDep, sanction_id: int) -> Response:
    row = sanction_line(desk.session, desk.actor, sanction_id).sanction
    return _correction(desk, sanction_id, Form.of(row.model_dump(exclude={"code", "decision_id"})))


@router.post("/{sanction_id}/corregir")
def correct(desk: DeskDep, data: FormDep, sanction_id: int) -> Response:
    row = sanction_line(desk.session, desk.actor, sanction_id).sanction
    known = {"producer_id": row.producer_id, "spg_id": row.spg_id, "correction_of": row.id}
    return desk.act(
        data,
        lambda: service.impose(*desk.acting, _wish(data, **known)),
        lambda form, status: _correction(desk, sanction_id, form, status),
        "/sanciones",
        "sanction_corrected",
        code=row.code,
    )


def _correction(desk: Desk, sanction_id: int, form: Form, status: int = 200) -> Response:
    line = sanction_line(desk.session, desk.actor, sanction_id)
    if not line.mine:
        raise Forbidden(permission=str(Permission.SEAL_SANCTION))
    if line.kept_by_control:
        raise SanctionOfControl(code=line.sanction.code)
    return _form(
        desk,
        form,
        status,
        producer=line.producer,
        places=[line.spg],
        line=line,
        grounds=_grounds(desk, line),
    )


def _grounds(desk: Desk, line: SanctionLine) -> list[tuple[str, str]] | None:
    """The decisions on which the correction may rest; None where it needs none."""
    controls = desk.actor.may(Permission.SEAL_SANCTION, on=line.spg.committee_id)
    if controls or line.sanction.decision_id is None:
        return None
    locale = locale_of(desk.request)
    return [
        (
            str(decision.id),
            sentence(
                "sanction.ground",
                locale,
                outcome=sentence(f"status.outcome.{decision.outcome}", locale),
                acta=meeting.acta_number,
                on=format_date(meeting.held_on),
            ),
        )
        for decision, meeting in grounds_of(desk.session, line.sanction)
    ]


def _form(desk: Desk, form: Form, status: int, *, places: list[Any], **shown: Any) -> Response:
    return desk.page(
        "sanctions/form.html",
        form,
        status,
        places=[(str(spg.id), spg.name) for spg in places],
        kinds=choices(desk.request, "sanction", SanctionKind),
        reasons=choices(desk.request, "reason_class", ReasonClass),
        **shown,
    )

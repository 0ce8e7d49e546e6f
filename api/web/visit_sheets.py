"""The evaluation form on paper, and the way back from a paper to its visit."""

from typing import Annotated

from fastapi import APIRouter, Query
from sqlmodel import Session
from starlette.responses import Response

from api.deps import GroundDep, NowDep, SessionDep, UserDep
from api.forms import Form
from api.render import locale_of, printed, redirect
from api.web import visits
from api.web.desk import DeskDep
from spg_registry.core import clock
from spg_registry.core.errors import Invalid
from spg_registry.core.permissions import Actor, Permission
from spg_registry.rounds import printing, queries
from spg_registry.rounds.codes import VISIT, read_sheet_code
from spg_registry.rounds.errors import NothingToPrint
from spg_registry.rounds.schemas import Id
from spg_registry.rounds.sheet import FormSheet, forms
from spg_registry.rules.words import RoundState

router = APIRouter()


@router.get("/visitas/codigo")
def find(
    desk: DeskDep, typed: Annotated[str, Query(alias="codigo", max_length=40)] = ""
) -> Response:
    """The code as it is written on the paper."""
    try:
        return redirect(_home(desk.session, desk.actor, typed))
    except Invalid as refusal:
        form = Form.with_faults({"codigo": typed}, refusal.faults, locale_of(desk.request))
        return visits.listing(desk, code_form=form, status=422)


@router.get("/V/{code}")
@router.get("/v/{code}")
def scan(session: SessionDep, actor: UserDep, code: str) -> Response:
    """The link in the QR of a paper."""
    return redirect(_home(session, actor, code))


def _home(session: Session, actor: Actor, typed: str) -> str:
    kind, number = read_sheet_code(typed)
    if kind == VISIT:
        sheet = queries.sheet_of(session, actor, number)
        desk = actor.may(Permission.VISIT_TYPE, sheet.ronda.committee_id)
        waits = sheet.visit.state in queries.TO_FILL and sheet.ronda.state is RoundState.OPEN
        return f"/visitas/{number}/papel" if desk and waits else f"/visitas/{number}"
    return f"/rondas/{queries.get_round(session, actor, number).id}"


@router.get("/visitas/{visit_id}/ficha.pdf")
def of_visit(
    session: SessionDep, actor: UserDep, now: NowDep, ground: GroundDep, visit_id: Id
) -> Response:
    chosen = ground.settings
    paper = printing.visit_sheet(session, actor, visit_id, chosen.public_url, chosen.demo)
    return _pdf([paper], now, f"ficha-{paper.code}")


@router.get("/rondas/{round_id}/ficha.pdf")
def blank(
    session: SessionDep, actor: UserDep, now: NowDep, ground: GroundDep, round_id: Id
) -> Response:
    chosen = ground.settings
    paper = printing.blank_sheet(session, actor, round_id, chosen.public_url, chosen.demo)
    return _pdf([paper], now, f"ficha-en-blanco-{paper.code}")


@router.get("/rondas/{round_id}/fichas.pdf")
def of_round(
    session: SessionDep,
    actor: UserDep,
    now: NowDep,
    ground: GroundDep,
    round_id: Id,
    part: Annotated[int, Query(alias="parte", ge=1, le=10_000)] = 1,
) -> Response:
    """Every form that still waits, in the order of the way, ready for printing on both sides."""
    chosen = ground.settings
    papers, _ = printing.round_sheets(
        session, actor, round_id, part, chosen.public_url, chosen.demo
    )
    if not papers:
        raise NothingToPrint(round=round_id)
    return _pdf(papers, now, f"fichas-ronda-{round_id}-{part}")


def _pdf(papers: list[FormSheet], now: NowDep, name: str) -> Response:
    return printed(forms(papers, clock.local_date(now)), f"{name}.pdf")

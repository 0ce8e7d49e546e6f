"""Visits: the form of the evaluation, saved as often as one likes, handed in, reviewed."""

import re
from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.datastructures import FormData
from starlette.responses import JSONResponse, Response

from api.deps import FormDep
from api.forms import Form
from api.render import locale_of, paging, redirect, render
from api.web.again import choices, typed_again
from api.web.desk import Desk, DeskDep
from api.web.once import FormRoute
from api.web.rounds import told
from api.web.visit_form import (
    GENERAL,
    field_of,
    fields_of,
    naming_findings,
    read_parts,
    recorded,
    values_of,
    with_clashes,
)
from api.web.visit_form import told as told_of
from spg_registry.core.errors import Fault, Invalid
from spg_registry.core.messages import sentence
from spg_registry.core.permissions import Permission, require
from spg_registry.rounds import photos, queries, service
from spg_registry.rounds.errors import WrittenMeanwhile
from spg_registry.rounds.models import Acknowledgement, Finding, Visit
from spg_registry.rounds.queries import Sheet
from spg_registry.rounds.schemas import (
    Id,
)
from spg_registry.rules.words import Answer, FindingClass, RoundState, VisitState

router = APIRouter(prefix="/visitas", route_class=FormRoute)

PAGE_SIZE = 50

PageNumber = Annotated[int, Query(alias="pagina", ge=1, le=100_000)]


@router.get("")
def index(
    desk: DeskDep,
    state: Annotated[str, Query(alias="estado", max_length=20)] = "",
    number: PageNumber = 1,
) -> Response:
    """An evaluator's own list; the office and the national roles find all they may see."""
    return listing(desk, state, number)


def listing(
    desk: Desk,
    state: str = "",
    number: int = 1,
    *,
    code_form: Form | None = None,
    status: int = 200,
) -> Response:
    mine = queries.evaluates(desk.actor)
    if not mine:
        require(desk.actor, Permission.ROUND_READ)
    rows, total = queries.visible_visits(
        desk.session,
        desk.actor,
        mine=mine,
        state=VisitState(state) if state in list(VisitState) else None,
        limit=PAGE_SIZE,
        offset=(number - 1) * PAGE_SIZE,
    )
    return render(
        desk.request,
        "visits/index.html",
        status,
        code_form=code_form or Form(),
        lines=queries.lines_of(desk.session, rows),
        mine=mine,
        form=Form.of({"estado": state}),
        states=choices(desk.request, "visit", VisitState),
        page=paging(desk.request, number, PAGE_SIZE, total),
    )


@router.get("/{visit_id}")
def show(
    desk: DeskDep,
    visit_id: Id,
    handing_in: Annotated[bool, Query(alias="entrega")] = False,
    opened: Annotated[str, Query(alias="hallazgo", max_length=40)] = "",
) -> Response:
    """With `entrega` the page marks what the form lacks before it can be handed in; with
    `hallazgo` it has room for a finding at that question."""
    return shown(desk, visit_id, lacking(desk, visit_id) if handing_in else None, opened=opened)


def lacking(desk: Desk, visit_id: int) -> Form:
    sheet = queries.sheet_of(desk.session, desk.actor, visit_id)
    faults = [
        Fault(f"answers-{code}-answer", "item_unanswered", {"item": code})
        for code in sheet.unanswered
    ]
    if sheet.visit.visited_on is None:
        faults.insert(0, Fault("visited_on", "required"))
    return Form.with_faults(values_of(sheet.visit), faults, locale_of(desk.request))


@router.post("/{visit_id}")
def save(desk: DeskDep, data: FormDep, visit_id: Id) -> Response:
    """Save what is there; with `act=submit` hand it in as well. A form that cannot be handed in
    yet is saved all the same, and the page says what it lacks."""
    visit, form, status = written(
        desk, data, visit_id, lambda: recorded(*desk.acting, data, visit_id)
    )
    if visit is None:
        return shown(desk, visit_id, form, status)
    home = f"/visitas/{visit_id}"
    act = str(data.get("act", ""))
    if found := re.fullmatch(r"found:([A-Za-z0-9_]{1,40})", act):
        return redirect(f"{home}?hallazgo={found[1]}#punto-{found[1]}", "visit_saved")
    if act != "submit":
        return redirect(f"{home}#{_anchor(act)}", "visit_saved")
    if is_incomplete(desk, visit):
        # A page that answers with a fault keeps nothing: the draft is kept, and then shown again.
        return redirect(f"{home}?entrega=1", "visit_incomplete", "warning")
    service.submit_visits(*desk.acting, [visit_id])
    return redirect(home, "visit_submitted")


def written(
    desk: Desk, data: FormData, visit_id: int, write: Callable[[], Visit]
) -> tuple[Visit | None, Form | None, int]:
    """The visit as it was written; or None, and the form that comes back with its status."""
    locale = locale_of(desk.request)
    try:
        return write(), None, 200
    except Invalid as refusal:
        form = typed_again(desk.request, desk.session, data, refusal)
        return None, naming_findings(form, locale), 422
    except WrittenMeanwhile as refusal:
        desk.session.rollback()
        stored = queries.get_visit(desk.session, desk.actor, visit_id)
        return None, with_clashes(data, refusal, stored, locale), 409


def is_incomplete(desk: Desk, visit: Visit) -> bool:
    """It cannot be handed in yet."""
    sheet = queries.sheet_of(desk.session, desk.actor, visit.id)
    return visit.visited_on is None or bool(sheet.unanswered)


def _anchor(act: str) -> str:
    """Where to go on: the button of a dimension names the next one."""
    name = act.removeprefix("save:")
    return name if re.fullmatch(r"[a-z0-9_-]{1,40}", name) else "contenido"


@router.post("/{visit_id}/partes")
def save_parts(desk: DeskDep, data: FormDep, visit_id: Id) -> Response:
    """The same for a page's script, which sends what changed as soon as it changes."""
    locale = locale_of(desk.request)
    try:
        told, was = read_parts(data)
        service.save_parts(*desk.acting, visit_id, told, was)
    except Invalid as refusal:
        desk.request.state.refused = True
        return JSONResponse({"errors": Form.with_faults({}, refusal.faults, locale).errors}, 422)
    except WrittenMeanwhile as refusal:
        desk.request.state.refused = True
        desk.session.rollback()
        stored = Form.of(values_of(queries.get_visit(desk.session, desk.actor, visit_id)))
        errors = {field_of(clash.part): told_of(clash, locale) for clash in refusal.clashes}
        names = [name for clash in refusal.clashes for name in fields_of(clash.part)]
        was_now = {name: stored.all(name) for name in names}
        return JSONResponse({"errors": errors, "was": was_now}, 409)
    sheet = queries.sheet_of(desk.session, desk.actor, visit_id)
    return JSONResponse({"answered": sheet.asked - len(sheet.unanswered), "asked": sheet.asked})


def shown(
    desk: Desk,
    visit_id: int,
    form: Form | None = None,
    status: int = 200,
    *,
    finding: Form | None = None,
    acknowledgement: Form | None = None,
    sending_back: Form | None = None,
    photo: Form | None = None,
    opened: str = "",
) -> Response:
    request, locale = desk.request, locale_of(desk.request)
    sheet = queries.sheet_of(desk.session, desk.actor, visit_id)
    in_field = sheet.ronda.state is RoundState.OPEN
    visit = sheet.visit
    items = [(item["code"], item["text"]) for one in sheet.dimensions for item in one["items"]]
    return render(
        request,
        "visits/show.html",
        status,
        sheet=sheet,
        overdue={row.id for row in sheet.findings if queries.is_overdue(row, desk.today)},
        visit=visit,
        form=form or Form.of(values_of(visit)),
        finding=finding or Form(),
        acknowledgement=acknowledgement or Form(),
        sending_back=sending_back or Form(),
        photo=photo or Form(),
        photos=photos.photos_of(desk.session, visit_id),
        photographing=photos.may_photograph(sheet),
        photo_places=[
            *(
                (f"finding:{row.id}", f"{row.code}. {row.description[:60]}")
                for row in sheet.findings
            ),
            *((f"item:{code}", f"{code}. {text}") for code, text in items),
        ],
        filling=sheet.may_fill
        and in_field
        and visit.state in queries.TO_FILL
        and bool(sheet.line.team),
        reviewing=sheet.may_review and in_field and visit.state is VisitState.SUBMITTED,
        acknowledging=_may_acknowledge(sheet),
        finding_more=_may_find(sheet),
        voiding=sheet.may_review and _may_void(sheet),
        refused=told(sheet.line.refused, locale) if sheet.may_review else [],
        answers=choices(request, "answer", Answer),
        grades=choices(request, "finding_class", FindingClass),
        ways=choices(request, "acknowledgement", Acknowledgement),
        items=[(code, f"{code}. {text}") for code, text in items],
        found=_by_item(sheet),
        opened=opened,
        nothing=Form(),
        gaps=[sentence(f"gap.{gap.code}", locale, **gap.params) for gap in queries.gaps_of(sheet)],
        today=desk.today,
    )


def _by_item(sheet: Sheet) -> dict[str, list[Finding]]:
    found: dict[str, list[Finding]] = {}
    for row in sheet.findings:
        found.setdefault(row.item_code or GENERAL, []).append(row)
    return found


def _may_acknowledge(sheet: Sheet) -> bool:
    visit = sheet.visit
    seen = visit.visited_on is not None and visit.state is not VisitState.VOID
    return seen and sheet.may_fill and visit.acknowledged_on is None


def _may_find(sheet: Sheet) -> bool:
    visit = sheet.visit
    seen = visit.visited_on is not None and visit.state is not VisitState.VOID
    return seen and (sheet.may_fill or sheet.may_review)


def _may_void(sheet: Sheet) -> bool:
    return sheet.visit.state is not VisitState.VOID and sheet.ronda.state in (
        RoundState.OPEN,
        RoundState.DELIBERATION,
    )

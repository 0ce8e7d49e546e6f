"""The assignment table of a round: the plan as proposed, changed where a person knows better."""

from collections.abc import Collection
from dataclasses import dataclass
from itertools import groupby
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.datastructures import FormData
from starlette.responses import Response

from api.deps import FormDep, PageNumber
from api.forms import Form, parse
from api.render import locale_of, paging, redirect, render
from api.web.again import typed_again
from api.web.desk import Desk, DeskDep
from api.web.once import FormRoute
from api.web.rounds import spoken, told
from spg_registry.core.errors import Invalid
from spg_registry.rounds import queries, service
from spg_registry.rounds.errors import ProposalChanged
from spg_registry.rounds.models import Assignment
from spg_registry.rounds.proposals import Proposed, Table
from spg_registry.rounds.queries import Sent, VisitLine
from spg_registry.rounds.schemas import Id, PairsIn

router = APIRouter(prefix="/rondas/{round_id}/asignaciones", route_class=FormRoute)

PAGE_SIZE = 60
"""Visits on a screen; nearly every round of a municipality has fewer."""

Only = Annotated[list[Id], Query(alias="con", max_length=200)]
"""Appointments that the proposal is to count on; none is all."""


@router.get("")
def table(
    desk: DeskDep,
    round_id: Id,
    only: Only = [],  # noqa: B006 - FastAPI gives every request a list of its own
    number: PageNumber = 1,
) -> Response:
    return _table(desk, round_id, number, Form(), only=only)


@router.post("")
def assign(desk: DeskDep, data: FormDep, round_id: Id, number: PageNumber = 1) -> Response:
    """What was refused stays on record, and the page tells why."""
    try:
        wanted = parse(PairsIn, _chosen(data))
        rows = service.assign_all(*desk.acting, round_id, wanted.pairs)
    except Invalid as refusal:
        form = typed_again(desk.request, desk.session, data, refusal)
        return _table(desk, round_id, number, form, 422)
    return _back(round_id, number, rows)


@router.post("/propuesta")
def accept(desk: DeskDep, data: FormDep, round_id: Id) -> Response:
    """The whole proposal in one press, as long as it is the one that was on the screen."""
    try:
        chosen = [int(one) for one in str(data.get("only", "")).split() if one.isdigit()]
        digest = str(data.get("digest", ""))
        rows = service.accept_proposal(*desk.acting, round_id, digest, chosen)
    except ProposalChanged:
        return redirect(f"/rondas/{round_id}/asignaciones", "proposal_changed", "warning")
    return _back(round_id, 1, rows)


@router.post("/{assignment_id}/liberar")
def release(
    desk: DeskDep, _data: FormDep, round_id: Id, assignment_id: Id, number: PageNumber = 1
) -> Response:
    service.release(*desk.acting, [assignment_id])
    return redirect(f"/rondas/{round_id}/asignaciones?pagina={number}", "released")


def _back(round_id: int, number: int, rows: list[Assignment]) -> Response:
    refused = sum(1 for row in rows if row.outcome.value == "refused")
    back = f"/rondas/{round_id}/asignaciones?pagina={number}"
    if refused:
        return redirect(back, "some_refused", "warning", count=refused, sent=len(rows) - refused)
    return redirect(back, "assigned", count=len(rows))


def _chosen(data: FormData) -> dict[str, str]:
    """The choices in which an evaluator stands; the others are not there. The written reason of a
    unit goes with each of its choices."""
    chosen: dict[str, str] = {}
    for name in data:
        place, _, field = name.removeprefix("pairs-").partition("-")
        if not field or not data.get(f"pairs-{place}-appointment_id"):
            continue
        chosen[name] = str(data[name])
        if field == "unit_id" and (why := str(data.get(f"waiver-{data[name]}", "")).strip()):
            chosen[f"pairs-{place}-waiver"] = why
    return chosen


# --- what the page shows -------------------------------------------------------------------------


@dataclass(frozen=True)
class Choice:
    """A select of the table, numbered through the page."""

    number: int
    selected: str


@dataclass(frozen=True)
class Option:
    appointment_id: str
    name: str
    peer: bool
    group: str
    """`free`, `waivable` or `refused`."""
    reasons: list[str]


@dataclass(frozen=True)
class Line:
    line: VisitLine
    proposed: Proposed
    choices: list[Choice]
    more: Choice
    """For one more than the team needs."""
    options: dict[str, list[Option]]
    tried: list[tuple[Sent, list[str]]]
    """Who was refused on record, with the reasons."""


def _table(
    desk: Desk,
    round_id: int,
    number: int,
    form: Form,
    status: int = 200,
    only: Collection[int] = (),
) -> Response:
    table = service.assignment_table(*desk.acting, round_id, only)
    counted = [one for one in table.people if one.available]
    page = paging(desk.request, number, PAGE_SIZE, len(table.rows))
    shown = table.rows[page.first - 1 : page.last] if table.rows else []
    lines = _lines(desk, table, shown)
    by_place = groupby(lines, key=lambda one: (one.line.unit.community_id, one.line.community))
    return render(
        desk.request,
        "rounds/assignments.html",
        status,
        ronda=table.ronda,
        form=form,
        people=table.people,
        counted=len(counted),
        only=" ".join(str(one.appointment_id) for one in counted) if only else "",
        least=min((one.load for one in counted), default=0),
        most=max((one.load for one in table.people), default=0),
        digest=table.digest,
        proposed=len(table.pairs),
        visits=sum(1 for row in table.rows if row.appointment_ids),
        unplaced=len(table.unplaced),
        communities=[(name, list(group)) for (_, name), group in by_place],
        page=page,
    )


def _lines(desk: Desk, table: Table, rows: list[Proposed]) -> list[Line]:
    locale = locale_of(desk.request)
    found: list[Line] = []
    next_number = 0
    for line, row in zip(
        queries.lines_of(desk.session, [row.visit for row in rows]), rows, strict=True
    ):
        first = [str(id_) for id_ in row.appointment_ids] + [""] * row.missing
        choices = [Choice(next_number + place, id_) for place, id_ in enumerate(first)]
        next_number += len(choices) + 1
        found.append(
            Line(
                line=line,
                proposed=row,
                choices=choices,
                more=Choice(next_number - 1, ""),
                options=_options(table, line, row, locale),
                tried=told(line.refused, locale),
            )
        )
    return found


def _options(table: Table, line: VisitLine, row: Proposed, locale: str) -> dict[str, list[Option]]:
    """Everybody who is not there yet, by whether they may."""
    there = {sent.assignment.person_id for sent in line.team}
    groups: dict[str, list[Option]] = {"free": [], "waivable": [], "refused": []}
    for one in table.people:
        if one.person_id in there:
            continue
        why = row.refused.get(one.appointment_id, ())
        group = "free" if not why else "refused"
        if one.appointment_id in row.waivable:
            group = "waivable"
        sentences = spoken(one.name, why, locale)
        option = Option(str(one.appointment_id), one.name, one.peer, group, sentences)
        groups[group].append(option)
    return groups

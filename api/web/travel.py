"""The days of a round's visits, and the travel sheet to print."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.datastructures import FormData
from starlette.responses import Response

from api.deps import FormDep, GroundDep, Unchosen
from api.forms import Form, parse
from api.render import locale_of, printed, redirect, render
from api.web.desk import Desk, DeskDep
from api.web.once import FormRoute
from spg_registry.core.errors import Fault, Invalid
from spg_registry.core.permissions import Permission, require
from spg_registry.rounds import queries, service, travel
from spg_registry.rounds.queries import VisitLine
from spg_registry.rounds.schemas import DaysIn, Id
from spg_registry.rounds.travel_sheet import travel_sheet

router = APIRouter(prefix="/rondas/{round_id}", route_class=FormRoute)

PersonId = Annotated[Id | None, Unchosen, Query(alias="persona")]
Day = Annotated[date | None, Query(alias="dia")]


@router.get("/hoja-de-ruta.pdf")
def sheet(
    desk: DeskDep,
    ground: GroundDep,
    round_id: Id,
    person_id: PersonId = None,
    on: Day = None,
    each: Annotated[bool, Query(alias="cada")] = False,
) -> Response:
    """The whole round's, one evaluator's, one day's, or with `cada` one for each evaluator."""
    whole = travel.travel_of(*desk.acting, round_id, person_id=person_id, on=on)
    sheets = (whole.for_each() if each else []) or [whole]
    pdf = travel_sheet(sheets, desk.today, demo=ground.settings.demo)
    return printed(pdf, f"hoja-de-ruta-{round_id}.pdf")


@router.get("/dias")
def ask(
    desk: DeskDep, round_id: Id, propose: Annotated[bool, Query(alias="proponer")] = False
) -> Response:
    return _days(desk, round_id, Form.of({"was": _planned(desk, round_id).was}), propose)


def _planned(desk: Desk, round_id: int) -> Form:
    """The days as they are kept, under the names of their fields."""
    lines = _waiting(desk, round_id)
    values: dict[str, date | None] = {}
    for place in _places(lines, {line.visit.id: line.visit.planned_on for line in lines}):
        values[f"c-{place.id}"] = place.on
        values |= {f"v-{line.visit.id}": own for line, own in place.lines}
    return Form.of(values)


@router.post("/dias")
def plan(desk: DeskDep, data: FormDep, round_id: Id) -> Response:
    """A visit's own day, else its community's."""
    overtaken = desk.overtaken(data, lambda: _planned(desk, round_id))
    if overtaken is not None:
        return _days(desk, round_id, overtaken, False, 409)
    fields = _fields(desk, data, round_id)
    typed = {}
    for place, (visit_id, name) in enumerate(fields):
        typed[f"days-{place}-visit_id"] = str(visit_id)
        typed[f"days-{place}-on"] = str(data.get(name, ""))
    try:
        changed = service.plan_days(*desk.acting, round_id, parse(DaysIn, typed).days)
    except Invalid as refusal:
        desk.session.rollback()
        faults = [_at(fault, fields) for fault in refusal.faults]
        form = Form.with_faults(data, faults, locale_of(desk.request))
        return _days(desk, round_id, form, False, 422)
    return redirect(f"/rondas/{round_id}/dias", "days_planned", count=len(changed))


def _fields(desk: Desk, data: FormData, round_id: int) -> list[tuple[int, str]]:
    """By visit: the name of the field that holds its day."""
    return [
        (line.visit.id, own if str(data.get(own, "")).strip() else shared)
        for line in _waiting(desk, round_id)
        for own, shared in [(f"v-{line.visit.id}", f"c-{line.unit.community_id}")]
    ]


def _at(fault: Fault, fields: list[tuple[int, str]]) -> Fault:
    place = fault.field.split("-")[1] if fault.field.startswith("days-") else ""
    name = fields[int(place)][1] if place.isdigit() else ""
    return Fault(name, fault.code, fault.params)


# --- what the page shows -------------------------------------------------------------------------


@dataclass(frozen=True)
class Place:
    """A community: its day where most visits share one, and the others' own."""

    id: int
    name: str
    on: date | None
    lines: list[tuple[VisitLine, date | None]]


def _days(desk: Desk, round_id: int, form: Form, propose: bool, status: int = 200) -> Response:
    lines = _waiting(desk, round_id)
    ronda = queries.get_round(desk.session, desk.actor, round_id)
    fresh = travel.proposed_days(*desk.acting, round_id) if propose else {}
    days = {line.visit.id: line.visit.planned_on or fresh.get(line.visit.id) for line in lines}
    without = sum(1 for day in days.values() if day is None)
    return render(
        desk.request,
        "rounds/days.html",
        status,
        ronda=ronda,
        form=form,
        places=_places(lines, days),
        proposed=len(fresh),
        propose=propose,
        without=without,
        per_day=sorted(Counter(day for day in days.values() if day).items()),
        team=_team(lines),
    )


def _waiting(desk: Desk, round_id: int) -> list[VisitLine]:
    ronda = queries.get_round(desk.session, desk.actor, round_id)
    require(desk.actor, Permission.ROUND_WRITE, on=ronda.committee_id)
    visits, _ = queries.visible_visits(desk.session, desk.actor, round_id=ronda.id)
    waiting = [visit for visit in visits if visit.state in queries.TO_FILL]
    return travel.in_order(queries.lines_of(desk.session, waiting))


def _places(lines: list[VisitLine], days: dict[int, date | None]) -> list[Place]:
    found = []
    by_place = groupby(lines, key=lambda one: (one.unit.community_id, one.community))
    for (id_, name), group in by_place:
        here = list(group)
        usual = Counter(days[line.visit.id] for line in here).most_common(1)[0][0]
        own = [
            (line, None if days[line.visit.id] == usual else days[line.visit.id]) for line in here
        ]
        found.append(Place(id_, name, usual, own))
    return found


def _team(lines: list[VisitLine]) -> list[tuple[int, str]]:
    """Who is on the way, by name."""
    names = {sent.assignment.person_id: sent.name for line in lines for sent in line.team}
    return sorted(names.items(), key=lambda one: (one[1], one[0]))

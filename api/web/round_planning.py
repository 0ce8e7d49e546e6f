"""The year by community and month, and a round for communities opened in one form."""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from typing import Annotated, Any

from babel.dates import get_month_names
from fastapi import APIRouter, Query
from starlette.datastructures import FormData
from starlette.responses import Response

from api.deps import FormDep, Unchosen
from api.forms import Form, number_in, parse
from api.render import locale_of, redirect, render
from api.web.again import choices, typed_again
from api.web.desk import Desk, DeskDep
from api.web.once import FormRoute
from spg_registry.committees import queries as committees
from spg_registry.committees.models import Spg
from spg_registry.core.errors import Invalid
from spg_registry.core.permissions import Permission, require
from spg_registry.rounds import service
from spg_registry.rounds.models import RoundKind
from spg_registry.rounds.schemas import Id, StartIn
from spg_registry.rules.months import add_months
from spg_registry.seals.year import DueUnit, Turn, due_units, newcomers, year_plan

router = APIRouter(prefix="/rondas", route_class=FormRoute)

SpgId = Annotated[Id | None, Unchosen, Query(alias="spg")]
Month = Annotated[str, Query(alias="mes", pattern=r"^(20\d\d-(0[1-9]|1[0-2]))?$")]
Kind = Annotated[str, Query(alias="tipo", max_length=20)]
Places = Annotated[list[Id], Query(alias="comunidad", max_length=200)]
All = Annotated[bool, Query(alias="todas")]
Renew = Annotated[bool, Query(alias="renovar")]
Year = Annotated[int | None, Query(alias="gestion", ge=2000, le=2100)]


@router.get("/plan")
def plan(desk: DeskDep, spg_id: SpgId = None, year: Year = None) -> Response:
    require(desk.actor, Permission.ROUND_READ)
    spgs = _spgs(desk, Permission.ROUND_READ)
    spg = _chosen(spgs, spg_id)
    this_month = desk.today.replace(day=1)
    found = year_plan(desk.session, desk.actor, spg.id, year or desk.today.year) if spg else None
    may_write = bool(spg and desk.actor.may(Permission.ROUND_WRITE, spg.committee_id))
    fresh = _newcomers(desk, spg) if spg and may_write else []
    return render(
        desk.request,
        "rounds/plan.html",
        plan=found,
        spgs=_options(spgs),
        spg=spg,
        names=get_month_names("abbreviated", locale=locale_of(desk.request)),
        whole_names=get_month_names("wide", locale=locale_of(desk.request)),
        # Seals are decided before they end: the round goes the month before.
        visit_in={
            month: max(add_months(month, -1), this_month).isoformat()[:7]
            for month in (found.months if found else ())
        },
        this_month=this_month,
        may_write=may_write,
        newcomers=len(fresh),
        form=Form.of({"spg": spg.id if spg else "", "gestion": found.year if found else ""}),
    )


@router.get("/abrir")
def ask(
    desk: DeskDep,
    places: Places = [],  # noqa: B006 - FastAPI gives every request a list of its own
    spg_id: SpgId = None,
    month: Month = "",
    kind: Kind = "",
    every: All = False,
    renew: Renew = False,
) -> Response:
    """With `renovar` only those whose seal ends, all of them ticked."""
    return _ask(desk, Form(), spg_id, month, kind, places, every=every, renew=renew)


@router.post("/abrir")
def start(
    desk: DeskDep,
    data: FormDep,
    places: Places = [],  # noqa: B006 - as above
    month: Month = "",
    renew: Renew = False,
) -> Response:
    try:
        units = _ticked(data)
        if not units:
            raise Invalid.at("communities", "choose_community")
        wanted = {name: data[name] for name in data if name in StartIn.model_fields}
        start_in = parse(StartIn, wanted, unit_ids=units, open_now="open_now" in data)
        ronda = service.start_round(*desk.acting, start_in)
    except Invalid as refusal:
        form = typed_again(desk.request, desk.session, data, refusal)
        known = number_in(form.value("spg_id"))
        return _ask(desk, form, known, month, form.value("kind"), places, 422, renew=renew)
    if start_in.open_now:
        return redirect(f"/rondas/{ronda.id}/asignaciones", "round_started", count=len(units))
    return redirect(f"/rondas/{ronda.id}", "round_planned")


def _ticked(data: FormData) -> list[int]:
    """The units that are ticked in communities that are ticked."""
    places = set(map(str, data.getlist("communities")))
    found = []
    for ticked in map(str, data.getlist("units")):
        community, _, unit = ticked.partition("-")
        unit_id = number_in(unit)
        if community in places and unit_id is not None:
            found.append(unit_id)
    return found


# --- what the form shows -------------------------------------------------------------------------


@dataclass(frozen=True)
class Place:
    """A community in the form: `due` are ticked at first, `others` are not."""

    id: str
    name: str
    due: list[DueUnit]
    others: list[DueUnit]
    busy: list[DueUnit]
    ticked: bool

    @property
    def count(self) -> int:
        return len(self.due) + len(self.others) + len(self.busy)


def _ask(
    desk: Desk,
    form: Form,
    spg_id: int | None,
    month: str,
    kind: str,
    places: Iterable[int],
    status: int = 200,
    *,
    every: bool = False,
    renew: bool = False,
) -> Response:
    require(desk.actor, Permission.ROUND_WRITE)
    spgs = _spgs(desk, Permission.ROUND_WRITE)
    spg = _chosen(spgs, spg_id)
    first, until = _period(desk.today, month)
    units = due_units(*desk.acting, spg.id, until) if spg else []
    fresh = newcomers(units)
    if kind == RoundKind.NEWCOMERS:
        known = {unit.unit_id for unit in fresh}
        units = [unit for unit in units if unit.unit_id in known]
    if renew:
        units = [unit for unit in units if unit.due and Turn.SEAL_ENDING in unit.turns]
    wanted = set(places)
    found = _places(units, wanted, form, tick=every or renew or kind == RoundKind.NEWCOMERS)
    named = found[0].name if len(found) == 1 else ""
    return render(
        desk.request,
        "rounds/open.html",
        status,
        form=form,
        spgs=_options(spgs),
        spg=spg,
        kinds=choices(desk.request, "round_kind", RoundKind),
        kind=kind if kind in list(RoundKind) else RoundKind.ORDINARY.value,
        places=found,
        only_some=bool(wanted) or renew,
        due=sum(len(place.due) for place in found),
        first=first,
        until=until,
        month=f"{first:%Y-%m}",
        round_name=_name(first, kind, named),
        newcomers=len(fresh) if kind != RoundKind.NEWCOMERS else 0,
        filter=Form.of({"spg": spg.id if spg else "", "mes": f"{first:%Y-%m}"}),
        months=_months(desk),
        query=desk.request.url.query,
    )


def _places(units: Iterable[DueUnit], wanted: set[int], form: Form, *, tick: bool) -> list[Place]:
    """Ticked are those that were asked for, or all with `tick`, or the only one there is."""
    found = []
    for (id_, name), group in groupby(units, key=lambda one: (one.community_id, one.community)):
        if wanted and id_ not in wanted:
            continue
        rows = list(group)
        due = [one for one in rows if one.due]
        ticked = bool(due) and (tick or id_ in wanted)
        if form.values:
            ticked = str(id_) in form.all("communities")
        others = [one for one in rows if not one.due and one.in_round is None]
        busy = [one for one in rows if one.in_round is not None]
        found.append(Place(str(id_), name, due, others, busy, ticked))
    if len(found) == 1 and not form.values:
        found = [replace(found[0], ticked=True)]
    return found


def _period(today: date, month: str) -> tuple[date, date]:
    """The days of the month that are left of it; the present month without one."""
    first = date(int(month[:4]), int(month[5:]), 1) if month else today.replace(day=1)
    last = first.replace(day=monthrange(first.year, first.month)[1])
    return (today if first <= today <= last else first), last


def _name(first: date, kind: str, community: str) -> str:
    """Names are kept in Spanish, as the acta prints them."""
    month = get_month_names("wide", locale="es")[first.month]
    what = "Ronda de nuevos" if kind == RoundKind.NEWCOMERS else "Ronda"
    name = f"{what}, {month} de {first.year}"
    return (f"{name}: {community}" if community else name)[:120]


def _months(desk: Desk) -> list[tuple[str, str]]:
    names = get_month_names("wide", locale=locale_of(desk.request))
    first = desk.today.replace(day=1)
    every = [add_months(first, ahead) for ahead in range(14)]
    return [(f"{one:%Y-%m}", f"{names[one.month]} {one.year}") for one in every]


def _spgs(desk: Desk, right: Permission) -> list[Spg]:
    every, _ = committees.visible_spgs(desk.session, desk.actor)
    return [row for row in every if desk.actor.may(right, row.committee_id)]


def _chosen(spgs: list[Spg], spg_id: int | None) -> Spg | None:
    """The one that was asked for, as far as it is among them; else the first."""
    return next((row for row in spgs if row.id == spg_id), spgs[0] if spgs else None)


def _options(spgs: list[Spg]) -> list[tuple[str, str]]:
    return [(str(row.id), f"{row.name} ({row.code})") for row in spgs]


def _newcomers(desk: Desk, spg: Spg) -> list[Any]:
    _, until = _period(desk.today, "")
    return newcomers(due_units(*desk.acting, spg.id, until))

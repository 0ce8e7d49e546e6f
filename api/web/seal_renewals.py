"""Seals that end soon: what each still lacks, one press away from a round or a meeting."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.datastructures import FormData
from starlette.responses import Response

from api.deps import FormDep, Unchosen
from api.forms import Form, number_in, parse
from api.render import locale_of, redirect
from api.web.again import typed_again
from api.web.desk import Desk, DeskDep
from api.web.once import FormRoute
from spg_registry.core import codes
from spg_registry.core.errors import Fault, Invalid
from spg_registry.core.messages import sentence
from spg_registry.core.permissions import Permission
from spg_registry.decisions.models import MeetingState
from spg_registry.decisions.queries import visible_meetings
from spg_registry.rounds import service as rounds
from spg_registry.rounds.queries import visible_rounds
from spg_registry.rounds.schemas import Id, UnitsIn
from spg_registry.rules.words import RoundState
from spg_registry.seals.renewing import Need, Place, Renewal, renewals

router = APIRouter(route_class=FormRoute)

Where = Annotated[Id | None, Unchosen, Query(alias="comunidad")]


@router.get("/sellos/renovar")
def ask(desk: DeskDep, community: Where = None) -> Response:
    return _page(desk, Form(), community)


@router.post("/sellos/renovar")
def send(desk: DeskDep, data: FormDep, community: Where = None) -> Response:
    """The ticked families go into a round that is planned or open."""
    try:
        wish = parse(UnitsIn, {}, unit_ids=_ticked(data))
        round_id = _round(data)
        rounds.add_units(*desk.acting, round_id, wish.unit_ids)
    except Invalid as refusal:
        faults = [
            Fault("units", fault.code, fault.params) if "unit" in fault.field else fault
            for fault in refusal.faults
        ]
        form = typed_again(desk.request, desk.session, data, Invalid(*faults))
        return _page(desk, form, community, 422)
    return redirect(f"/rondas/{round_id}", "renewals_in_round", count=len(wish.unit_ids))


def _ticked(data: FormData) -> list[int]:
    parts = [part for text in data.getlist("units") for part in str(text).split("-")]
    units = [unit_id for part in parts if (unit_id := number_in(part)) is not None]
    if not units:
        raise Invalid.at("units", "no_seal_marked")
    return units


def _round(data: FormData) -> int:
    round_id = number_in(data.get("round_id"))
    if round_id is None:
        raise Invalid.at("round_id", "required")
    return round_id


def _page(desk: Desk, form: Form, community: int | None, status: int = 200) -> Response:
    places = renewals(desk.session, desk.actor, desk.today, community)
    meetings, _ = visible_meetings(desk.session, desk.actor, state=MeetingState.CONVENED)
    every = [row for place in places for row in place.rows]
    return desk.page(
        "seals/renewals.html",
        form,
        status,
        places=places,
        told=_Told(desk),
        rounds=_rounds(desk),
        meeting_of={row.round_id: row.id for row in meetings if row.round_id is not None},
        may_plan=desk.actor.may(Permission.ROUND_WRITE),
        may_decide=desk.actor.may(Permission.DECISION_RECORD),
        ready=sum(row.is_ready for row in every),
        total=len(every),
        community=community,
        usual=[_value(row) for row in every if row.unvisited],
    )


class _Told:
    """Words for the template."""

    def __init__(self, desk: Desk) -> None:
        self._locale = locale_of(desk.request)

    def need(self, need: Need) -> str:
        return sentence(f"renewal.{need.code}", self._locale, **need.params)

    @staticmethod
    def code(row: Renewal) -> str:
        return codes.display(row.grant.code)

    @staticmethod
    def value(row: Renewal) -> str:
        return _value(row)

    @staticmethod
    def to_visit(place: Place) -> bool:
        return any(row.unvisited for row in place.rows)


def _value(row: Renewal) -> str:
    return "-".join(map(str, row.unit_ids))


def _rounds(desk: Desk) -> list[tuple[str, str]]:
    """Rounds of the actor's own committees that can still take units in."""
    found = []
    for state in (RoundState.OPEN, RoundState.PLANNED):
        rows, _ = visible_rounds(desk.session, desk.actor, state=state)
        found += [
            (str(row.id), row.name)
            for row in rows
            if desk.actor.may(Permission.ROUND_WRITE, row.committee_id)
        ]
    return found

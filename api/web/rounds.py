"""Rounds: the plan, the units, who is sent where, and the moves to the end."""

from collections.abc import Iterable
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Request
from sqlmodel import Session
from starlette.responses import Response

from api.deps import FormDep, NowDep, PageNumber, SessionDep, UserDep
from api.forms import Form, parse
from api.render import paging, redirect, render
from api.web.again import choices, typed_again
from api.web.once import FormRoute
from spg_registry.committees import queries as committees
from spg_registry.core.errors import Invalid
from spg_registry.core.messages import reason
from spg_registry.core.permissions import Actor, Permission, require
from spg_registry.rounds import printing, queries, service
from spg_registry.rounds.glance import glance_at
from spg_registry.rounds.models import Round, RoundKind
from spg_registry.rounds.queries import Sent
from spg_registry.rounds.schemas import Id, ReasonIn, RoundIn
from spg_registry.rules.verdict import NotMet, not_met, restored
from spg_registry.rules.words import RoundState, VisitState
from spg_registry.standards import snapshot

router = APIRouter(prefix="/rondas", route_class=FormRoute)

PAGE_SIZE = 50


@router.get("")
def index(
    request: Request,
    session: SessionDep,
    actor: UserDep,
    state: Annotated[str, Query(alias="estado", max_length=20)] = "",
    number: PageNumber = 1,
) -> Response:
    wanted = RoundState(state) if state in list(RoundState) else None
    rows, total = queries.visible_rounds(
        session, actor, state=wanted, limit=PAGE_SIZE, offset=(number - 1) * PAGE_SIZE
    )
    progress = queries.progress_of(session, [row.id for row in rows])
    return render(
        request,
        "rounds/index.html",
        rounds=[(row, *_share(progress[row.id])) for row in rows],
        form=Form.of({"estado": state}),
        states=choices(request, "round", RoundState),
        may_plan=actor.may(Permission.ROUND_WRITE),
        may_read=actor.may(Permission.ROUND_READ),
        page=paging(request, number, PAGE_SIZE, total),
    )


def _share(states: dict[VisitState, int]) -> tuple[int, int]:
    """How many visits are reviewed, of how many that are not void."""
    standing = sum(count for state, count in states.items() if state is not VisitState.VOID)
    return states.get(VisitState.REVIEWED, 0), standing


@router.get("/nueva")
def new(request: Request, session: SessionDep, actor: UserDep) -> Response:
    return _new(request, session, actor, Form())


@router.post("/nueva")
def plan(
    request: Request, session: SessionDep, actor: UserDep, now: NowDep, data: FormDep
) -> Response:
    try:
        ronda = service.plan_round(session, actor, now, parse(RoundIn, data))
    except Invalid as refusal:
        return _new(request, session, actor, typed_again(request, session, data, refusal), 422)
    return redirect(f"/rondas/{ronda.id}", "round_planned")


def _new(
    request: Request, session: Session, actor: Actor, form: Form, status: int = 200
) -> Response:
    require(actor, Permission.ROUND_WRITE)
    spgs, _ = committees.visible_spgs(session, actor)
    mine = [row for row in spgs if actor.may(Permission.ROUND_WRITE, row.committee_id)]
    return render(
        request,
        "rounds/new.html",
        status,
        form=form,
        spgs=[(str(row.id), f"{row.name} ({row.code})") for row in mine],
        only=mine[0] if len(mine) == 1 else None,
        kinds=choices(request, "round_kind", RoundKind),
    )


@router.get("/{round_id}")
def show(
    request: Request,
    session: SessionDep,
    actor: UserDep,
    round_id: Id,
    now: NowDep,
    state: Annotated[str, Query(alias="estado", max_length=20)] = "",
    number: PageNumber = 1,
) -> Response:
    ronda = queries.get_round(session, actor, round_id)
    wanted = VisitState(state) if state in list(VisitState) else None
    visits, total = queries.visible_visits(
        session,
        actor,
        round_id=ronda.id,
        state=wanted,
        limit=PAGE_SIZE,
        offset=(number - 1) * PAGE_SIZE,
    )
    progress = queries.progress_of(session, [ronda.id])[ronda.id]
    reads = actor.may(Permission.ROUND_READ, ronda.committee_id)
    return render(
        request,
        "rounds/show.html",
        ronda=ronda,
        spg=committees.get_spg(session, actor, ronda.spg_id) if reads else None,
        glance=glance_at(session, actor, now, ronda.id) if reads else None,
        state=state,
        lines=queries.lines_of(session, visits),
        unverified=len(snapshot.unverified(ronda.frozen)) if ronda.frozen else 0,
        may_write=actor.may(Permission.ROUND_WRITE, ronda.committee_id),
        may_type=actor.may(Permission.VISIT_TYPE, ronda.committee_id),
        moves=queries.next_states(ronda),
        printable_parts=-(-sum(progress[word] for word in queries.TO_FILL) // printing.PART),
        page=paging(request, number, PAGE_SIZE, total),
    )


@router.post("/{round_id}/abrir")
def open_round(
    session: SessionDep, actor: UserDep, now: NowDep, _data: FormDep, round_id: Id
) -> Response:
    service.open_round(session, actor, now, round_id)
    return redirect(f"/rondas/{round_id}", "round_opened")


@router.post("/{round_id}/deliberacion")
def deliberate(
    session: SessionDep, actor: UserDep, now: NowDep, _data: FormDep, round_id: Id
) -> Response:
    service.to_deliberation(session, actor, now, round_id)
    return redirect(f"/rondas/{round_id}", "round_in_deliberation")


@router.post("/{round_id}/cerrar")
def close(
    session: SessionDep, actor: UserDep, now: NowDep, _data: FormDep, round_id: Id
) -> Response:
    service.close_round(session, actor, now, round_id)
    return redirect(f"/rondas/{round_id}", "round_closed")


@router.get("/{round_id}/anular")
def ask_void(request: Request, session: SessionDep, actor: UserDep, round_id: Id) -> Response:
    ronda = _to_write(session, actor, round_id)
    return render(request, "rounds/void.html", ronda=ronda, form=Form())


@router.post("/{round_id}/anular")
def void(
    request: Request,
    session: SessionDep,
    actor: UserDep,
    now: NowDep,
    data: FormDep,
    round_id: Id,
) -> Response:
    try:
        service.void_round(session, actor, now, round_id, parse(ReasonIn, data))
    except Invalid as refusal:
        form = typed_again(request, session, data, refusal)
        ronda = _to_write(session, actor, round_id)
        return render(request, "rounds/void.html", 422, ronda=ronda, form=form)
    return redirect(f"/rondas/{round_id}", "round_voided")


def _to_write(session: Session, actor: Actor, round_id: int) -> Round:
    ronda = queries.get_round(session, actor, round_id)
    require(actor, Permission.ROUND_WRITE, on=ronda.committee_id)
    return ronda


# --- units ---------------------------------------------------------------------------------------


@router.get("/{round_id}/unidades")
def free_units(request: Request, session: SessionDep, actor: UserDep, round_id: Id) -> Response:
    return _free_units(request, session, actor, round_id, Form())


@router.post("/{round_id}/unidades")
def add_units(
    request: Request,
    session: SessionDep,
    actor: UserDep,
    now: NowDep,
    data: FormDep,
    round_id: Id,
) -> Response:
    """All units of the communities that were ticked."""
    ronda = _to_write(session, actor, round_id)
    wanted = set(map(str, data.getlist("community_ids")))
    free = queries.free_communities(session, ronda)
    units = [id_ for row in free if str(row.community_id) in wanted for id_ in row.unit_ids]
    if not units:
        refusal = Invalid.at("community_ids", "choose_community")
        form = typed_again(request, session, data, refusal)
        return _free_units(request, session, actor, round_id, form, 422)
    added = service.add_units(session, actor, now, round_id, units)
    return redirect(f"/rondas/{round_id}", "units_added", count=len(added))


def _free_units(
    request: Request, session: Session, actor: Actor, round_id: int, form: Form, status: int = 200
) -> Response:
    ronda = _to_write(session, actor, round_id)
    return render(
        request,
        "rounds/units.html",
        status,
        ronda=ronda,
        communities=queries.free_communities(session, ronda),
        form=form,
    )


# --- who may not go ------------------------------------------------------------------------------


def told(refused: Iterable[Sent], locale: str) -> list[tuple[Sent, list[str]]]:
    """Each refused evaluator with the reasons, as sentences."""
    return [
        (each, spoken(each.name, not_met(map(restored, each.assignment.reasons)), locale))
        for each in refused
    ]


def spoken(name: str, why: Iterable[NotMet], locale: str) -> list[str]:
    """All reasons against a pair speak of its one evaluator."""
    return [reason(verdict, locale, partial(_named, name)) for verdict in why]


def _named(person: str, kind: str, _id: int | str) -> str | None:
    return person if kind == "person" else None

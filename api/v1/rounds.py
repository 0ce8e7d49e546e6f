"""Rounds, who is sent where, and the norm that binds them."""

from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query

from api.deps import ActorDep, Listing, NowDep, PageDep, SessionDep
from api.v1.idempotency import OnceRoute
from spg_registry.core import clock
from spg_registry.rounds import queries, service
from spg_registry.rounds.models import AssignmentOutcome
from spg_registry.rounds.schemas import (
    AssignmentOut,
    AssignmentTable,
    DaysIn,
    Id,
    Pair,
    PairsIn,
    ProposalIn,
    ReasonIn,
    RoundIn,
    RoundOut,
    StartIn,
    UnitsIn,
    VisitOut,
)
from spg_registry.rules.words import RoundState
from spg_registry.seals.year import DueUnitOut, PlanRowOut, due_units, year_plan

router = APIRouter(tags=["rounds"], route_class=OnceRoute)

OptionalId = Annotated[Id | None, Query()]


@router.get("/rounds")
def list_rounds(
    session: SessionDep,
    actor: ActorDep,
    page: PageDep,
    committee_id: OptionalId = None,
    spg_id: OptionalId = None,
    state: RoundState | None = None,
) -> Listing[RoundOut]:
    """The latest first."""
    rows, total = queries.visible_rounds(
        session,
        actor,
        committee_id=committee_id,
        spg_id=spg_id,
        state=state,
        limit=page.limit,
        offset=page.offset,
    )
    return Listing.of([RoundOut.model_validate(row) for row in rows], total, page)


@router.post("/rounds", status_code=201)
def plan_round(session: SessionDep, actor: ActorDep, now: NowDep, data: RoundIn) -> RoundOut:
    """Wants `round:write`."""
    return RoundOut.model_validate(service.plan_round(session, actor, now, data))


@router.post("/rounds/start", status_code=201)
def start_round(session: SessionDep, actor: ActorDep, now: NowDep, data: StartIn) -> RoundOut:
    """Plans a round with its units in one act, and opens it with `open_now`. Wants
    `round:write`."""
    return RoundOut.model_validate(service.start_round(session, actor, now, data))


@router.get("/spgs/{spg_id}/due-units")
def list_due_units(
    session: SessionDep,
    actor: ActorDep,
    now: NowDep,
    spg_id: Id,
    until: Annotated[date | None, Query(description="The round's last day; today + 60")] = None,
    every: Annotated[bool, Query(description="Those that are not due as well")] = False,
) -> list[DueUnitOut]:
    """Whose turn a visit is, and why. Wants `round:write`."""
    last = until or clock.local_date(now) + timedelta(days=60)
    rows = due_units(session, actor, now, spg_id, last)
    return [DueUnitOut.of(row) for row in rows if every or row.due]


@router.get("/spgs/{spg_id}/year-plan")
def get_year_plan(
    session: SessionDep,
    actor: ActorDep,
    now: NowDep,
    spg_id: Id,
    year: Annotated[int | None, Query(ge=2000, le=2100)] = None,
) -> list[PlanRowOut]:
    """By community and month: how many seals end, which rounds go there. Wants `round:read`."""
    plan = year_plan(session, actor, spg_id, year or clock.local_date(now).year)
    return [PlanRowOut.of(row) for row in plan.rows]


@router.get("/rounds/{round_id}")
def get_round(session: SessionDep, actor: ActorDep, round_id: Id) -> RoundOut:
    return RoundOut.model_validate(queries.get_round(session, actor, round_id))


@router.get("/rounds/{round_id}/norm")
def frozen_norm(session: SessionDep, actor: ActorDep, round_id: Id) -> dict[str, Any]:
    """Standard, form, rules and months as they were frozen when the round opened; empty before."""
    return queries.get_round(session, actor, round_id).frozen


@router.post("/rounds/{round_id}/opening")
def open_round(session: SessionDep, actor: ActorDep, now: NowDep, round_id: Id) -> RoundOut:
    """Freezes the norm into the round. Wants `round:write`."""
    return RoundOut.model_validate(service.open_round(session, actor, now, round_id))


@router.post("/rounds/{round_id}/deliberation")
def to_deliberation(session: SessionDep, actor: ActorDep, now: NowDep, round_id: Id) -> RoundOut:
    """When every visit is reviewed or void. Wants `round:write`."""
    return RoundOut.model_validate(service.to_deliberation(session, actor, now, round_id))


@router.post("/rounds/{round_id}/closing")
def close_round(session: SessionDep, actor: ActorDep, now: NowDep, round_id: Id) -> RoundOut:
    """Wants `round:write`."""
    return RoundOut.model_validate(service.close_round(session, actor, now, round_id))


@router.post("/rounds/{round_id}/voiding")
def void_round(
    session: SessionDep, actor: ActorDep, now: NowDep, round_id: Id, data: ReasonIn
) -> RoundOut:
    """Before deliberation only. Wants `round:write`."""
    return RoundOut.model_validate(service.void_round(session, actor, now, round_id, data))


@router.post("/rounds/{round_id}/units", status_code=201)
def add_units(
    session: SessionDep, actor: ActorDep, now: NowDep, round_id: Id, data: UnitsIn
) -> list[VisitOut]:
    """A visit for each unit; one that is in already keeps its visit. Wants `round:write`."""
    rows = service.add_units(session, actor, now, round_id, data.unit_ids)
    return [VisitOut.model_validate(row) for row in rows]


@router.get("/rounds/{round_id}/proposal")
def propose_assignments(
    session: SessionDep, actor: ActorDep, now: NowDep, round_id: Id
) -> list[Pair]:
    """Who could be sent where, free of conflict and evenly. Nothing is written."""
    return service.propose_assignments(session, actor, now, round_id)


@router.get("/rounds/{round_id}/assignment-table")
def assignment_table(
    session: SessionDep, actor: ActorDep, now: NowDep, round_id: Id
) -> AssignmentTable:
    """The same proposal, visit by visit along the way, with everybody's load and with what stops
    whoever may not go. Nothing is written. Wants `round:write`."""
    return AssignmentTable.of(service.assignment_table(session, actor, now, round_id))


@router.post("/rounds/{round_id}/assignment-table", status_code=201)
def accept_proposal(
    session: SessionDep, actor: ActorDep, now: NowDep, round_id: Id, data: ProposalIn
) -> list[AssignmentOut]:
    """Sends everybody where the proposal with this digest says; 409 when it has changed. Wants
    `round:write`."""
    rows = service.accept_proposal(session, actor, now, round_id, data.digest)
    return [AssignmentOut.model_validate(row) for row in rows]


@router.put("/rounds/{round_id}/days")
def plan_days(
    session: SessionDep, actor: ActorDep, now: NowDep, round_id: Id, data: DaysIn
) -> list[VisitOut]:
    """On which day each visit is planned; the answer has those that changed. Wants
    `round:write`."""
    rows = service.plan_days(session, actor, now, round_id, data.days)
    return [VisitOut.model_validate(row) for row in rows]


@router.get("/rounds/{round_id}/assignments")
def list_assignments(
    session: SessionDep,
    actor: ActorDep,
    page: PageDep,
    round_id: Id,
    visit_id: OptionalId = None,
    outcome: AssignmentOutcome | None = None,
) -> Listing[AssignmentOut]:
    rows, total = queries.visible_assignments(
        session,
        actor,
        round_id=queries.get_round(session, actor, round_id).id,
        visit_id=visit_id,
        outcome=outcome,
        limit=page.limit,
        offset=page.offset,
    )
    return Listing.of([AssignmentOut.model_validate(row) for row in rows], total, page)


@router.post("/rounds/{round_id}/assignments", status_code=201)
def assign(
    session: SessionDep, actor: ActorDep, now: NowDep, round_id: Id, data: PairsIn
) -> list[AssignmentOut]:
    """One answer for each pair. A refused pair is an answer too, with every reason, and stays on
    record. Wants `round:write`."""
    rows = service.assign_all(session, actor, now, round_id, data.pairs)
    return [AssignmentOut.model_validate(row) for row in rows]


@router.post("/assignments/{assignment_id}/release")
def release(session: SessionDep, actor: ActorDep, now: NowDep, assignment_id: Id) -> None:
    """Takes an evaluator off a visit that has not begun. Wants `round:write`."""
    service.release(session, actor, now, [assignment_id])

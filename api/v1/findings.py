"""Findings: what has to be mended, and whether it was."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from api.deps import ActorDep, Listing, NowDep, PageDep, SessionDep
from api.v1.idempotency import OnceRoute
from spg_registry.core import clock
from spg_registry.decisions import grounds
from spg_registry.rounds import queries, service
from spg_registry.rounds.schemas import CloseData, FindingIn, FindingOut, Id
from spg_registry.rules.words import FindingClass, FindingState

router = APIRouter(prefix="/findings", tags=["findings"], route_class=OnceRoute)

OptionalId = Annotated[Id | None, Query()]


@router.get("")
def list_findings(
    session: SessionDep,
    actor: ActorDep,
    now: NowDep,
    page: PageDep,
    round_id: OptionalId = None,
    visit_id: OptionalId = None,
    producer_id: OptionalId = None,
    state: FindingState | None = None,
    grade: FindingClass | None = None,
    overdue: Annotated[bool, Query(description="Not closed, and past their day")] = False,
) -> Listing[FindingOut]:
    """Those due first come first."""
    rows, total = queries.visible_findings(
        session,
        actor,
        round_id=round_id,
        visit_id=visit_id,
        producer_id=producer_id,
        state=state,
        grade=grade,
        overdue_on=clock.local_date(now) if overdue else None,
        limit=page.limit,
        offset=page.offset,
    )
    return Listing.of([FindingOut.model_validate(row) for row in rows], total, page)


@router.post("", status_code=201)
def record_findings(
    session: SessionDep,
    actor: ActorDep,
    now: NowDep,
    batch: Annotated[list[FindingIn], Field(min_length=1, max_length=500)],
) -> list[FindingOut]:
    """By who made the visit, types it or reviews it."""
    rows = grounds.record_findings(session, actor, now, batch)
    return [FindingOut.model_validate(row) for row in rows]


@router.get("/{finding_id}")
def get_finding(session: SessionDep, actor: ActorDep, finding_id: Id) -> FindingOut:
    return FindingOut.model_validate(queries.get_finding(session, actor, finding_id)[0])


@router.post("/{finding_id}/correction")
def start_correction(
    session: SessionDep, actor: ActorDep, now: NowDep, finding_id: Id
) -> FindingOut:
    """The producer has set to work. Wants `visit:review`."""
    return FindingOut.model_validate(service.start_correction(session, actor, now, finding_id))


@router.post("/{finding_id}/closing")
def close_finding(
    session: SessionDep, actor: ActorDep, now: NowDep, finding_id: Id, data: CloseData
) -> FindingOut:
    """Mended, with the evidence of it. Wants `visit:review`."""
    row = service.close_finding(session, actor, now, finding_id, data)
    return FindingOut.model_validate(row)

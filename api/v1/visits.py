"""Visits: what was asked, what was seen, and who took it as complete."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import Field

from api.deps import ActorDep, Listing, NowDep, PageDep, SessionDep
from api.v1.idempotency import OnceRoute
from spg_registry.rounds import queries, service
from spg_registry.rounds.schemas import (
    AcknowledgeData,
    AcknowledgeIn,
    Id,
    PartsIn,
    ReasonIn,
    VisitData,
    VisitOut,
    VisitSave,
    VoidVisitIn,
)
from spg_registry.rules.words import VisitState

router = APIRouter(prefix="/visits", tags=["visits"], route_class=OnceRoute)

OptionalId = Annotated[Id | None, Query()]


@router.get("")
def list_visits(
    session: SessionDep,
    actor: ActorDep,
    page: PageDep,
    round_id: OptionalId = None,
    producer_id: OptionalId = None,
    state: VisitState | None = None,
    mine: Annotated[bool, Query(description="Those I am sent to")] = False,
) -> Listing[VisitOut]:
    rows, total = queries.visible_visits(
        session,
        actor,
        round_id=round_id,
        producer_id=producer_id,
        state=state,
        mine=mine,
        limit=page.limit,
        offset=page.offset,
    )
    return Listing.of([VisitOut.model_validate(row) for row in rows], total, page)


@router.put("")
def save_visits(
    session: SessionDep,
    actor: ActorDep,
    now: NowDep,
    batch: Annotated[list[VisitSave], Field(min_length=1, max_length=500)],
) -> list[VisitOut]:
    """Many forms at once; all or none."""
    return _out(service.save_visits(session, actor, now, batch))


@router.get("/{visit_id}")
def get_visit(session: SessionDep, actor: ActorDep, visit_id: Id) -> VisitOut:
    return VisitOut.model_validate(queries.get_visit(session, actor, visit_id))


@router.get("/{visit_id}/form")
def form_of_visit(session: SessionDep, actor: ActorDep, visit_id: Id) -> list[dict[str, Any]]:
    """The dimensions and questions that this unit is asked, as frozen into the round."""
    return queries.sheet_of(session, actor, visit_id).dimensions


@router.put("/{visit_id}")
def save_visit(
    session: SessionDep, actor: ActorDep, now: NowDep, visit_id: Id, data: VisitData
) -> VisitOut:
    """A draft, finished or not. Wants `visit:fill_own` and to be sent there, or `visit:type`."""
    given = data.model_dump(exclude_unset=True)
    save = VisitSave.model_validate(given | {"visit_id": visit_id})
    return _out(service.save_visits(session, actor, now, [save]))[0]


@router.post("/{visit_id}/parts")
def save_parts(
    session: SessionDep, actor: ActorDep, now: NowDep, visit_id: Id, data: PartsIn
) -> VisitOut:
    """Part by part, so that two people can fill one form. 409 with the `clashes` when somebody
    else wrote the same parts since they were read: nothing is saved."""
    row = service.save_parts(session, actor, now, visit_id, data.told, data.was)
    return VisitOut.model_validate(row)


@router.post("/{visit_id}/start")
def start(session: SessionDep, actor: ActorDep, now: NowDep, visit_id: Id) -> VisitOut:
    """To the field. Saving a form does it too."""
    return _out(service.start_visits(session, actor, now, [visit_id]))[0]


@router.post("/{visit_id}/submission")
def submit(session: SessionDep, actor: ActorDep, now: NowDep, visit_id: Id) -> VisitOut:
    """Hands the form in, when every question is answered."""
    return _out(service.submit_visits(session, actor, now, [visit_id]))[0]


@router.post("/{visit_id}/return")
def send_back(
    session: SessionDep, actor: ActorDep, now: NowDep, visit_id: Id, data: ReasonIn
) -> VisitOut:
    """Wants `visit:review`."""
    return VisitOut.model_validate(service.return_visit(session, actor, now, visit_id, data))


@router.post("/{visit_id}/review")
def review(session: SessionDep, actor: ActorDep, now: NowDep, visit_id: Id) -> VisitOut:
    """Takes the form as complete. Wants `visit:review`, and not to have made the visit."""
    return _out(service.review_visits(session, actor, now, [visit_id]))[0]


@router.post("/{visit_id}/voiding")
def void(
    session: SessionDep, actor: ActorDep, now: NowDep, visit_id: Id, data: VoidVisitIn
) -> list[VisitOut]:
    """The void visit, and the new one of the unit if it is visited again. Wants `visit:review`."""
    old, anew = service.void_visit(session, actor, now, visit_id, data)
    return _out([old, anew] if anew else [old])


@router.post("/{visit_id}/acknowledgement")
def acknowledge(
    session: SessionDep, actor: ActorDep, now: NowDep, visit_id: Id, data: AcknowledgeData
) -> VisitOut:
    """The producer saw what was written. Whoever may fill the visit writes it down."""
    word = AcknowledgeIn(visit_id=visit_id, **data.model_dump())
    return _out(service.acknowledge_visits(session, actor, now, [word]))[0]


def _out(rows: list[Any]) -> list[VisitOut]:
    return [VisitOut.model_validate(row) for row in rows]

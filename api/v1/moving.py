"""Producers who move to another SPG, and land that goes from hand to hand."""

from fastapi import APIRouter

from api.deps import ActorDep, NowDep, SessionDep
from api.v1.idempotency import OnceRoute
from spg_registry.producers import queries, service
from spg_registry.producers.answers import EnrolledOut, TransferOut
from spg_registry.producers.schemas import HandOverIn, MoveIn, TakeOverIn
from spg_registry.producers.transfers import transfers_out
from spg_registry.seals import service as seals

router = APIRouter(tags=["producers"], route_class=OnceRoute)


@router.post("/enrolments/{enrolment_id}/move", status_code=201)
def move(
    session: SessionDep, actor: ActorDep, now: NowDep, enrolment_id: int, data: MoveIn
) -> EnrolledOut:
    """Ends this enrolment, withdraws its running seals and opens the one in the other SPG, which
    its committee admits. Answers with the new enrolment. Wants `producer:write` on the committee
    that is left."""
    row = seals.move(session, actor, now, enrolment_id, data)
    return queries.enrolled_out(session, [row.id])[0]


@router.post("/units/{code}/transfers", status_code=201)
def hand_over(
    session: SessionDep, actor: ActorDep, now: NowDep, code: str, data: HandOverIn
) -> list[TransferOut]:
    """Plots of a unit are sold, inherited or given. What goes to another committee's producer
    waits until its office takes it. Wants `producer:write` on the giver."""
    return transfers_out(session, seals.hand_over(session, actor, now, code, data))


@router.post("/producers/{code}/transfers")
def take_over(
    session: SessionDep, actor: ActorDep, now: NowDep, code: str, data: TakeOverIn
) -> list[TransferOut]:
    """Plots handed to a producer go into one of its units, or a new one. Wants `producer:write` on
    the receiver."""
    return transfers_out(session, service.take_over(session, actor, now, code, data))

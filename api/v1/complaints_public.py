"""Complaints from anybody: lodged without account, followed by their number."""

from fastapi import APIRouter, Request

from api.deps import NowDep, SessionDep
from spg_registry.complaints import queries, service
from spg_registry.complaints.schemas import ComplaintIn, FollowOut

router = APIRouter(prefix="/complaints", tags=["complaints"])


@router.post("", status_code=201)
def lodge(request: Request, session: SessionDep, now: NowDep, data: ComplaintIn) -> FollowOut:
    """Wants no account. A few an hour from one address; the answer has the number to follow."""
    address = request.client.host if request.client else ""
    return FollowOut.model_validate(service.lodge(session, now, data, address))


@router.get("/follow/{number}")
def follow(session: SessionDep, number: str) -> FollowOut:
    """Wants no account: the number is the key. Nothing that was typed is told."""
    return FollowOut.model_validate(queries.follow(session, number))

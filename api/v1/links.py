"""One-time links for users: the answer holds the secret, told this once. A newer link ends it."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel

from api.deps import ActorDep, NowDep, SessionDep
from api.v1.idempotency import TOLD_ONCE, OnceRoute
from spg_registry.committees import service as committees
from spg_registry.people import links
from spg_registry.people import service as people
from spg_registry.people.models import LinkPurpose, User
from spg_registry.people.schemas import UserOut

router = APIRouter(tags=["users"], route_class=OnceRoute)


class LinkOut(BaseModel):
    """To be handed to that user and to nobody else; it sets one password, once. The link is null
    when the same request is repeated: then ask for another one."""

    user: UserOut
    purpose: LinkPurpose
    link: Annotated[str | None, TOLD_ONCE]
    expires_at: datetime


@router.post("/users/{user_id}/link", status_code=201)
def make_link(
    session: SessionDep, actor: ActorDep, now: NowDep, answer: Response, user_id: int
) -> LinkOut:
    """For whom nobody else looks after. Wants `user:manage`."""
    user, token = people.link_for(session, actor, now, user_id)
    return _told(answer, now, user, token)


@router.post("/committees/{committee_id}/users/{user_id}/link", status_code=201)
def make_own_link(
    session: SessionDep,
    actor: ActorDep,
    now: NowDep,
    answer: Response,
    committee_id: int,
    user_id: int,
) -> LinkOut:
    """An invitation to who has no password yet, else a recovery. Wants `committee:manage` on it,
    and that the user acts for it alone."""
    user, token = committees.link_for_own(session, actor, now, committee_id, user_id)
    return _told(answer, now, user, token)


def _told(answer: Response, now: datetime, user: User, token: str) -> LinkOut:
    answer.headers["Cache-Control"] = "no-store"
    purpose = links.purpose_for(user)
    return LinkOut(
        user=UserOut.model_validate(user),
        purpose=purpose,
        link=links.address_of(token),
        expires_at=now + links.LASTING[purpose],
    )

"""Logins, roles and programs."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel

from api.deps import ActorDep, HashedDep, Listing, NowDep, PageDep, SessionDep
from api.sight import own_holders
from api.v1.idempotency import TOLD_ONCE, OnceRoute
from spg_registry.committees import queries, reading
from spg_registry.committees import service as committees
from spg_registry.committees.schemas import InviteIn, RoleIn, RoleOut
from spg_registry.core.errors import Unauthenticated
from spg_registry.people import queries as people_queries
from spg_registry.people import service as people
from spg_registry.people.schemas import ClientIn, ClientOut, PasswordIn, UserIn, UserOut

router = APIRouter(tags=["users"], route_class=OnceRoute)


class AccountOut(BaseModel):
    user: UserOut
    roles: list[RoleOut]


class MeOut(BaseModel):
    """Who the token speaks for, and what it may do."""

    kind: str
    id: int
    label: str
    roles: list[RoleOut]
    scopes: list[str]


class NewClientOut(ClientOut):
    """The secret is told this once: null when the same request is repeated."""

    client_secret: Annotated[str | None, TOLD_ONCE]


@router.get("/users/me")
def me(session: SessionDep, actor: ActorDep) -> MeOut:
    """Wants any token."""
    if actor.id is None:
        raise Unauthenticated()
    roles = queries.roles_of(session, [actor.id]) if actor.kind == "user" else []
    return MeOut(
        kind=actor.kind,
        id=actor.id,
        label=actor.label,
        roles=[RoleOut.model_validate(role) for role in roles],
        scopes=sorted(actor.scopes or ()),
    )


@router.get("/users")
def users(session: SessionDep, actor: ActorDep, page: PageDep) -> Listing[UserOut]:
    """Wants `user:manage`."""
    rows, total = people_queries.users(session, actor, page.limit, page.offset)
    return Listing.of([UserOut.model_validate(row) for row in rows], total, page)


@router.post("/users", status_code=201)
def create(session: SessionDep, actor: ActorDep, now: NowDep, data: UserIn) -> UserOut:
    """A login without a role. Wants `user:manage`."""
    return UserOut.model_validate(people.create_user(session, actor, now, data))


@router.post("/users/{user_id}/password")
def set_password(
    hashed: HashedDep,
    session: SessionDep,
    actor: ActorDep,
    now: NowDep,
    user_id: int,
    data: PasswordIn,
) -> UserOut:
    """Wants `user:manage`."""
    row = people.set_password(session, actor, now, user_id, data, hashed)
    return UserOut.model_validate(row)


@router.post("/users/{user_id}/disabling")
def disable(session: SessionDep, actor: ActorDep, now: NowDep, user_id: int) -> UserOut:
    """Wants `user:manage`."""
    return UserOut.model_validate(people.disable_user(session, actor, now, user_id))


@router.post("/users/{user_id}/enabling")
def enable(session: SessionDep, actor: ActorDep, now: NowDep, user_id: int) -> UserOut:
    """Opens a disabled login again. Wants `user:manage`."""
    return UserOut.model_validate(people.enable_user(session, actor, now, user_id))


@router.post("/roles", status_code=201)
def assign_role(session: SessionDep, actor: ActorDep, now: NowDep, data: RoleIn) -> RoleOut:
    """Wants `user:manage`, or `committee:manage` for the roles that an office gives."""
    return RoleOut.model_validate(committees.assign_role(session, actor, now, data))


@router.post("/roles/{role_id}/end")
def end_role(session: SessionDep, actor: ActorDep, now: NowDep, role_id: int) -> RoleOut:
    """Wants `user:manage`, or `committee:manage` for the roles that an office gives."""
    return RoleOut.model_validate(committees.end_role(session, actor, now, role_id))


@router.get("/committees/{committee_id}/users")
def committee_users(session: SessionDep, actor: ActorDep, committee_id: int) -> list[AccountOut]:
    """Who acts for a committee. Wants `committee:manage` on it, or `user:manage`."""
    return [
        AccountOut(
            user=UserOut.model_validate(account.user),
            roles=[RoleOut.model_validate(role) for role in account.roles],
        )
        for account in reading.accounts_of(session, actor, committee_id)
    ]


@router.post("/committees/{committee_id}/users", status_code=201)
def invite(
    hashed: HashedDep,
    session: SessionDep,
    actor: ActorDep,
    now: NowDep,
    committee_id: int,
    data: InviteIn,
) -> UserOut:
    """A login with a role; without a password the office makes a link on its page. Wants
    `committee:manage` on it; for a coordinator `user:manage`, or `committee:create` while it has
    none."""
    known = own_holders(session, committee_id, [data])
    row = committees.invite_user(session, actor, now, committee_id, data, hashed, known)
    return UserOut.model_validate(row)


@router.post("/committees/{committee_id}/users/{user_id}/password")
def reset_password(
    hashed: HashedDep,
    session: SessionDep,
    actor: ActorDep,
    now: NowDep,
    committee_id: int,
    user_id: int,
    data: PasswordIn,
) -> UserOut:
    """Wants `committee:manage` on it, and that the user acts for it alone."""
    row = committees.reset_password(session, actor, now, committee_id, user_id, data, hashed)
    return UserOut.model_validate(row)


@router.post("/committees/{committee_id}/users/{user_id}/disabling")
def disable_own(
    session: SessionDep, actor: ActorDep, now: NowDep, committee_id: int, user_id: int
) -> UserOut:
    """Wants `committee:manage` on it, and that the user acts for it alone."""
    row = committees.disable_own_user(session, actor, now, committee_id, user_id)
    return UserOut.model_validate(row)


@router.post("/committees/{committee_id}/users/{user_id}/enabling")
def enable_own(
    session: SessionDep, actor: ActorDep, now: NowDep, committee_id: int, user_id: int
) -> UserOut:
    """Opens a disabled login again. Wants `committee:manage` on it, and that the user acts for it
    alone."""
    row = committees.enable_own_user(session, actor, now, committee_id, user_id)
    return UserOut.model_validate(row)


@router.get("/clients")
def clients(session: SessionDep, actor: ActorDep) -> list[ClientOut]:
    """Wants `client:manage`."""
    return [ClientOut.model_validate(row) for row in people_queries.clients(session, actor)]


@router.post("/clients", status_code=201)
def create_client(
    session: SessionDep, actor: ActorDep, now: NowDep, data: ClientIn
) -> NewClientOut:
    """Wants `client:manage`."""
    row, secret = people.create_client(session, actor, now, data)
    told = ClientOut.model_validate(row)
    return NewClientOut(**told.model_dump(), client_secret=secret)


@router.post("/clients/{client_id}/revocation")
def revoke_client(session: SessionDep, actor: ActorDep, now: NowDep, client_id: str) -> ClientOut:
    """Wants `client:manage`."""
    return ClientOut.model_validate(people.revoke_client(session, actor, now, client_id))

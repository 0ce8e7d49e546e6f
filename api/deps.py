"""What a route asks for: a session, who acts, the moment, a form, a page of a list."""

import secrets
from collections.abc import AsyncIterator
from datetime import datetime
from functools import partial
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Depends, Query, Request
from pydantic import BaseModel, BeforeValidator
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData

from api.ground import Ground
from api.nav import menu_of
from api.packing import unmasked
from spg_registry.committees import service as committees
from spg_registry.core import clock
from spg_registry.core.errors import Forbidden, Unauthenticated
from spg_registry.core.keys import Keyring, own_keyring
from spg_registry.core.permissions import NOBODY, Actor
from spg_registry.people import service as people
from spg_registry.people.passwords import Hashed, OwnTurn, hash_password, turn_own
from spg_registry.people.schemas import MAX_PASSWORD, MIN_PASSWORD
from spg_registry.people.sessions import note_seen

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
SESSION_COOKIE = "spg_session"
VISIT_COOKIE = "spg_visit"
MAX_FORM_FIELDS = 5_000
FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")

T = TypeVar("T")


class NotSignedIn(Unauthenticated):
    """A page that needs a login was asked for without one: the way leads to `/entrar`."""

    code = "unauthenticated"


class BadCsrf(Forbidden):
    """A form came back without the token that was put into it."""

    code = "bad_csrf"


def ground(request: Request) -> Ground:
    found: Ground = request.app.state.ground
    return found


async def session(request: Request) -> AsyncIterator[Session]:
    """A read snapshot for safe methods; else a write, committed before the answer leaves.

    An exception rolls back, and so does a page with a refusal on it (see `render`).
    """
    writes = request.method not in SAFE_METHODS
    if writes and request.headers.get("content-type", "").startswith(FORMS):
        # Whoever sends slowly must not keep everybody else from writing; `form` finds it heard.
        await request.form(max_fields=MAX_FORM_FIELDS)
    async with ground(request).transaction(writes=writes) as opened:
        yield opened
        if getattr(request.state, "refused", False):
            opened.rollback()


async def reading(request: Request) -> AsyncIterator[Session]:
    """A read snapshot for a POST that changes nothing (a verification)."""
    async with ground(request).transaction(writes=False) as opened:
        yield opened


def now() -> datetime:
    return clock.now()


KeyringDep = Annotated[Keyring, Depends(own_keyring)]
GroundDep = Annotated[Ground, Depends(ground)]
SessionDep = Annotated[Session, Depends(session, scope="function")]
ReadDep = Annotated[Session, Depends(reading, scope="function")]
NowDep = Annotated[datetime, Depends(now)]


def bearer(request: Request, opened: SessionDep, moment: NowDep) -> Actor:
    """Who calls the JSON API, by an access token. Without one the answer is 401 before anything is
    looked for, so that nobody learns what is there. Cookies do not count here, so that no other
    site can make a browser write."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthenticated()
    return committees.bearer_actor(opened, moment, token.strip())


def visitor(request: Request, opened: SessionDep, moment: NowDep) -> Actor:
    """Who looks at a page: a signed-in user, or nobody."""
    writes = request.method not in SAFE_METHODS
    return _recognised(request, opened, moment, writes=writes)


def _recognised(
    request: Request, opened: Session, moment: datetime, *, writes: bool = False
) -> Actor:
    request.state.actor = NOBODY
    request.state.csrf_token = request.cookies.get(VISIT_COOKIE, "")
    found = people.session_user(opened, moment, request.cookies.get(SESSION_COOKIE, ""))
    if found is None:
        return NOBODY
    login, account = found
    if writes:
        note_seen(login, moment)
    actor = committees.actor_of(opened, account)
    request.state.csrf_token = login.csrf
    request.state.actor = actor
    request.state.nav = menu_of(request, actor)
    return actor


ActorDep = Annotated[Actor, Depends(bearer)]
VisitorDep = Annotated[Actor, Depends(visitor)]


def user(actor: VisitorDep) -> Actor:
    if actor.id is None:
        raise NotSignedIn()
    return actor


UserDep = Annotated[Actor, Depends(user)]


async def form(request: Request, _visitor: VisitorDep) -> FormData:
    """The posted form, once its CSRF token is the one that was given out."""
    return await _checked(request)


async def door_form(request: Request, moment: NowDep) -> FormData:
    """The same for the door, which opens its transactions itself: none is open afterwards."""
    async with ground(request).transaction(writes=False) as opened:
        await run_in_threadpool(_recognised, request, opened, moment)
    return await _checked(request)


async def _checked(request: Request) -> FormData:
    data = await request.form(max_fields=MAX_FORM_FIELDS)
    expected = request.state.csrf_token
    told = unmasked(str(data.get("csrf_token", "")))
    if not expected or not secrets.compare_digest(told.encode(), expected.encode()):
        raise BadCsrf()
    return data


FormDep = Annotated[FormData, Depends(form)]
DoorFormDep = Annotated[FormData, Depends(door_form)]


async def hashed(request: Request) -> Hashed | None:
    """The `password` of the form or of the JSON body, hashed. List it before the session, so that
    nobody waits in a transaction for it; who brings neither cookie nor token is not worked for."""
    if not (request.cookies.get(SESSION_COOKIE) or request.headers.get("authorization")):
        return None
    typed = await _typed(request, "password")
    if not MIN_PASSWORD <= len(typed) <= MAX_PASSWORD:
        return None
    return await ground(request).hashed(lambda secret: Hashed(hash_password(secret)), typed)


async def turned(request: Request, moment: NowDep) -> OwnTurn | None:
    """The present password checked and the new one hashed, for who is signed in. The same place."""
    async with ground(request).transaction(writes=False) as opened:
        cookie = request.cookies.get(SESSION_COOKIE, "")
        found = await run_in_threadpool(people.session_user, opened, moment, cookie)
    current, new = await _typed(request, "current"), await _typed(request, "password")
    if found is None or not current or not MIN_PASSWORD <= len(new) <= MAX_PASSWORD:
        return None
    return await ground(request).hashed(partial(turn_own, found[1].password_hash, current), new)


async def _typed(request: Request, name: str) -> str:
    if request.headers.get("content-type", "").startswith("application/json"):
        try:
            body = await request.json()
        except ValueError:
            return ""
        found = body.get(name) if isinstance(body, dict) else ""
    else:
        found = (await request.form(max_fields=MAX_FORM_FIELDS)).get(name)
    return found if isinstance(found, str) else ""


HashedDep = Annotated[Hashed | None, Depends(hashed)]
TurnedDep = Annotated[OwnTurn | None, Depends(turned)]


class Page(BaseModel):
    """Which part of a list is wanted."""

    limit: int = 50
    offset: int = 0


def page(
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
) -> Page:
    return Page(limit=limit, offset=offset)


PageDep = Annotated[Page, Depends(page)]
PageNumber = Annotated[int, Query(alias="pagina", ge=1, le=100_000)]
"""Which page of a list, as the address of a page says it."""
Unchosen = BeforeValidator(lambda typed: typed or None)
"""For a filter that chooses by number: sent with nothing chosen, it chooses nothing."""


class Listing(BaseModel, Generic[T]):
    """A part of a list, and how long the whole is."""

    items: list[T]
    total: int
    limit: int
    offset: int

    @classmethod
    def of(cls, items: list[Any], total: int, asked: Page) -> "Listing[T]":
        return cls(items=items, total=total, limit=asked.limit, offset=asked.offset)

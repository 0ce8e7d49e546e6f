"""`Idempotency-Key`: a program that repeats a write gets the first answer again, and one write.

The answer is kept in the transaction of the write itself, so there is no moment in which one
exists without the other. Only successes are kept: a refusal wrote nothing and may be tried again.
"""

import hashlib
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Annotated, Any

from fastapi import Depends, Header, Request
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from pydantic import BaseModel
from sqlmodel import Session

from api.deps import SAFE_METHODS, ActorDep, NowDep, SessionDep
from spg_registry.core.permissions import Actor
from spg_registry.people import idempotency
from spg_registry.people.models import IdempotentAnswer

CHUNK = 65_536

TOLD_ONCE = "told once"
"""Marks a field of an answer, `Annotated[str | None, TOLD_ONCE]`, that a repeated request gets as
null: a secret is kept nowhere in clear."""

KEY = Header(alias="Idempotency-Key", min_length=8, max_length=80)


@dataclass(frozen=True)
class Attempt:
    """This request's key, and the answer that was given to it before."""

    session: Session
    now: datetime
    owner: str
    key: str
    fingerprint: str
    answer: IdempotentAnswer | None

    def keep(self, status: int, body: Any) -> None:
        idempotency.remember(
            self.session, self.now, self.owner, self.key, self.fingerprint, status, body
        )


async def digest_of(request: Request) -> str:
    """SHA-256 of what was asked: method, address, and the body or the fields and files in it.

    Empty without a key: nothing will be compared.
    """
    if "idempotency-key" not in request.headers:
        return ""
    asked = hashlib.sha256(f"{request.method} {request.url.path}?{request.url.query}".encode())
    if not request.headers.get("content-type", "").startswith("multipart/"):
        asked.update(await request.body())
        return asked.hexdigest()
    for name, value in (await request.form()).multi_items():
        asked.update(f"\n{name}=".encode())
        if isinstance(value, str):
            asked.update(value.encode())
            continue
        while chunk := await value.read(CHUNK):
            asked.update(chunk)
        await value.seek(0)
    return asked.hexdigest()


def attempt(
    fingerprint: Annotated[str, Depends(digest_of)],
    session: SessionDep,
    actor: ActorDep,
    now: NowDep,
    key: Annotated[str | None, KEY] = None,
) -> Attempt | None:
    """None without a key, and for nobody: what they may do writes nothing."""
    if key is None or actor.id is None:
        return None
    owner = f"{actor.kind}:{actor.id}"
    asked = hashlib.sha256(f"{fingerprint} {_rights(actor)}".encode()).hexdigest()
    found = idempotency.remembered(session, owner, key, asked)
    return Attempt(session, now, owner, key, asked, found)


def _rights(actor: Actor) -> str:
    """What the actor may do now. An answer is given again before the verb asks who may, so it is
    no answer any more for who lost a right, or gained one; and nothing is written twice."""
    grants = sorted(f"{role}@{place}" for role, place in actor.grants)
    return f"{grants} {None if actor.scopes is None else sorted(actor.scopes)}"


AttemptDep = Annotated[Attempt | None, Depends(attempt, scope="function")]


class OnceRoute(APIRoute):
    """A route whose writes take an `Idempotency-Key`; reads are left as they are."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        methods = set(options.get("methods") or ["GET"])
        if methods - SAFE_METHODS:
            status = options.get("status_code") or 200
            options.setdefault("response_model", inspect.signature(endpoint).return_annotation)
            endpoint = _once(endpoint, status)
        super().__init__(path, endpoint, **options)


def _without_secrets(made: Any) -> Any:
    told = jsonable_encoder(made)
    if isinstance(made, BaseModel):
        for name, field in type(made).model_fields.items():
            if TOLD_ONCE in field.metadata:
                told[name] = None
    return told


def _once(endpoint: Callable[..., Any], status: int) -> Callable[..., Any]:
    @wraps(endpoint)
    def answered(*, idempotent_attempt: Attempt | None, **asked: Any) -> Any:
        if idempotent_attempt is not None and idempotent_attempt.answer is not None:
            first = idempotent_attempt.answer
            return JSONResponse(first.body, first.status, {"Idempotency-Replayed": "true"})
        made = endpoint(**asked)
        if idempotent_attempt is not None:
            idempotent_attempt.keep(status, _without_secrets(made))
        return made

    known = inspect.signature(endpoint)
    extra = inspect.Parameter(
        "idempotent_attempt", inspect.Parameter.KEYWORD_ONLY, annotation=AttemptDep
    )
    keyword_only = [p.replace(kind=p.KEYWORD_ONLY) for p in known.parameters.values()]
    answered.__signature__ = known.replace(parameters=[*keyword_only, extra])  # type: ignore[attr-defined]
    return answered

"""A form that was sent twice acts once: a double click, a line that broke, a page sent again.

Every form carries a token of its own (`m.csrf`). Its last answer is kept in the transaction of the
act; the same form with the same words leads to the same page and says that it was sent before. Only
the last: who ticks a box, takes the tick back and sets it again has told three things.
"""

import hashlib
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.routing import APIRoute
from sqlmodel import Session
from starlette.datastructures import FormData
from starlette.responses import Response

from api.deps import SAFE_METHODS, FormDep, NowDep, SessionDep
from api.render import redirect
from spg_registry.people import idempotency
from spg_registry.people.models import IdempotentAnswer

FIELD = "once"
LONGEST_TOKEN = 40


@dataclass(frozen=True)
class Sending:
    """One sending of a form, and what came of the one before."""

    session: Session
    now: datetime
    owner: str
    token: str
    digest: str
    before: IdempotentAnswer | None

    def again(self) -> Response | None:
        if self.before is None or self.before.fingerprint != self.digest:
            return None
        kept: Any = self.before.body
        return redirect(kept["location"], "already_sent", "info")

    def keep(self, answer: Response) -> None:
        """Only what was done: a form that came back with a refusal may be sent again."""
        if answer.status_code == 303:
            kept = {"location": answer.headers["location"]}
            asked = (self.owner, self.token, self.digest)
            idempotency.remember(self.session, self.now, *asked, 303, kept, self.before)


def sending(request: Request, data: FormDep, session: SessionDep, now: NowDep) -> Sending | None:
    token = str(data.get(FIELD, ""))
    if not 0 < len(token) <= LONGEST_TOKEN:
        return None
    owner = f"form:{request.state.csrf_token[:32]}"
    digest = _digest(f"{request.url.path}?{request.url.query}", data)
    before = idempotency.last_of(session, owner, token)
    return Sending(session, now, owner, token, digest, before)


def _digest(where: str, data: FormData) -> str:
    """Of all that was typed into a form; of a file its name and length."""
    told = [where]
    for name, value in data.multi_items():
        typed = value if isinstance(value, str) else f"{value.filename} {value.size}"
        told.append(f"{name}={typed}")
    return hashlib.sha256("\x00".join(told).encode()).hexdigest()


SendingDep = Annotated[Sending | None, Depends(sending, scope="function")]


class FormRoute(APIRoute):
    """A route of pages: its forms act once."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        writes = set(options.get("methods") or ["GET"]) - SAFE_METHODS
        if writes and not inspect.iscoroutinefunction(endpoint):
            endpoint = _once(endpoint)
        super().__init__(path, endpoint, **options)


def _once(endpoint: Callable[..., Response]) -> Callable[..., Response]:
    @wraps(endpoint)
    def answered(*, form_sending: Sending | None, **asked: Any) -> Response:
        first = form_sending.again() if form_sending else None
        if first is not None:
            return first
        answer = endpoint(**asked)
        if form_sending is not None:
            form_sending.keep(answer)
        return answer

    known = inspect.signature(endpoint)
    if "form_sending" in known.parameters:  # wrapped already, when its router was included
        return endpoint
    extra = inspect.Parameter("form_sending", inspect.Parameter.KEYWORD_ONLY, annotation=SendingDep)
    keyword_only = [p.replace(kind=p.KEYWORD_ONLY) for p in known.parameters.values()]
    answered.__signature__ = known.replace(parameters=[*keyword_only, extra])  # type: ignore[attr-defined]
    return answered

"""OAuth2 (RFC 6749): client credentials for programs, the password grant for a user's script.

Refusals are answers, not exceptions: a failed try must be committed, so that it counts.
"""

import base64
import binascii
from typing import Annotated
from urllib.parse import unquote_plus

from fastapi import APIRouter, Form, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool

from api.deps import GroundDep, NowDep
from spg_registry.committees import service as committees
from spg_registry.people import service as people
from spg_registry.people.service import Outcome, TokenAnswer

router = APIRouter(tags=["token"])

_NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}

Text = Annotated[str, Form(max_length=4_000)]


class TokenOut(BaseModel):
    """RFC 6749 section 5.1."""

    access_token: str
    token_type: str = "Bearer"  # noqa: S105  # a word of the standard
    expires_in: int
    scope: str


@router.post(
    "/token",
    response_model=TokenOut,
    responses={400: {"description": "OAuth2 error"}, 401: {"description": "invalid_client"}},
)
async def token(
    request: Request,
    ground: GroundDep,
    now: NowDep,
    grant_type: Text = "",
    client_id: Text = "",
    client_secret: Text = "",
    username: Text = "",
    password: Text = "",
    scope: Text = "",
) -> JSONResponse:
    """An access token, minutes long. Send a form; programs may use HTTP Basic instead of fields.

    Without `scope` a program gets all it was registered for, a user all rights of their roles.
    """
    address = request.client.host if request.client else ""
    if grant_type == "client_credentials":
        basic = _basic(request)
        if basic is not None and client_id and basic[0] != client_id:
            return _refusal(400, "invalid_request")
        name, secret = basic or (client_id, client_secret)
        async with ground.transaction(writes=True) as session:
            answer = await run_in_threadpool(
                people.issue_client_token, session, now, name, secret, scope or None, address
            )
        return _told(answer, 401, "invalid_client")
    if grant_type == "password":
        if not username or not password:
            return _refusal(400, "invalid_request")
        tried = await ground.try_password(now, username, password, address)
        asked = (username, password, scope or None, address, tried)
        async with ground.transaction(writes=True) as session:
            answer = await run_in_threadpool(committees.issue_password_token, session, now, *asked)
        return _told(answer, 400, "invalid_grant")
    return _refusal(400, "unsupported_grant_type" if grant_type else "invalid_request")


def _basic(request: Request) -> tuple[str, str] | None:
    """Name and secret of HTTP Basic, each form-encoded as the standard asks; None without it.

    An unreadable header names nobody, and nobody is refused like anybody else.
    """
    scheme, _, coded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, _, secret = base64.b64decode(coded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return unquote_plus(name), unquote_plus(secret)


def _told(answer: TokenAnswer, status: int, error: str) -> JSONResponse:
    if answer.outcome is Outcome.THROTTLED:
        return _refusal(429, "temporarily_unavailable", {"Retry-After": str(answer.seconds)})
    if answer.outcome is Outcome.SCOPE:
        return _refusal(400, "invalid_scope")
    if answer.outcome is Outcome.REFUSED:
        return _refusal(status, error)
    body = TokenOut(
        access_token=answer.token,
        expires_in=answer.expires_in,
        scope=" ".join(sorted(answer.scopes)),
    )
    return JSONResponse(body.model_dump(), 200, _NO_STORE)


def _refusal(status: int, error: str, headers: dict[str, str] | None = None) -> JSONResponse:
    more = {"WWW-Authenticate": 'Basic realm="SPG"'} if status == 401 else {}
    return JSONResponse({"error": error}, status, _NO_STORE | more | (headers or {}))

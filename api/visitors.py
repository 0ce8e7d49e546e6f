"""Forms for who has no session: the page itself brings the token that its post must carry."""

import secrets
from collections.abc import Callable

from fastapi import Request
from starlette.responses import Response

from api.deps import VISIT_COOKIE
from spg_registry.core.permissions import NOBODY


def for_visitor(request: Request, secure: bool, page: Callable[[], Response]) -> Response:
    """Renders `page` with a token in `request.state`, kept in a cookie of the visit. Who is signed
    in has the session's own already."""
    if getattr(request.state, "actor", NOBODY).id is not None:
        return page()
    token = request.cookies.get(VISIT_COOKIE) or secrets.token_urlsafe(24)
    request.state.csrf_token = token
    answer = page()
    answer.set_cookie(VISIT_COOKIE, token, httponly=True, samesite="lax", secure=secure)
    return answer

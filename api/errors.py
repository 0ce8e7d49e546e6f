"""The one table from domain errors to HTTP: problem+json under `/api/`, else a page."""

import logging
import secrets
from typing import Any, cast
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse
from starlette.exceptions import HTTPException
from starlette.responses import Response

from api import kept, login
from api.deps import BadCsrf, NotSignedIn
from api.forms import faults_of
from api.ground import Ground
from api.render import locale_of, render
from spg_registry.core import errors, messages
from spg_registry.core.messages import has_sentence, sentence
from spg_registry.rounds.errors import WrittenMeanwhile
from spg_registry.rules.verdict import NotMet
from spg_registry.seals.errors import ClosingRefused

log = logging.getLogger("spg.api")

STATUS: dict[type[errors.DomainError], int] = {
    errors.Invalid: 422,
    errors.Refused: 422,
    errors.NotFound: 404,
    errors.Unauthenticated: 401,
    errors.Forbidden: 403,
    errors.Conflict: 409,
    errors.Throttled: 429,
    errors.TooLarge: 413,
}

TITLED = {400, 401, 403, 404, 405, 409, 413, 422, 429, 500}
PLAIN = {404: "not_found", 405: "method_not_allowed", 413: "too_large"}


def status_of(error: errors.DomainError) -> int:
    """By the nearest ancestor in the table."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def install(app: FastAPI) -> None:
    app.add_exception_handler(errors.DomainError, _domain)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unexpected)


def reason(verdict: NotMet, locale: str) -> dict[str, Any]:
    """One unmet rule as the API tells it."""
    return {
        "code": verdict.code,
        "reason": verdict.reason,
        "params": jsonable_encoder(verdict.params),
        "detail": messages.reason(verdict, locale),
    }


async def _domain(request: Request, error: Exception) -> Response:
    error = cast(errors.DomainError, error)
    if isinstance(error, NotSignedIn) and request.method == "GET":
        return RedirectResponse(f"/entrar?next={_here(request)}", status_code=303)
    if isinstance(error, NotSignedIn | BadCsrf) and kept.is_our_own(request):
        ground: Ground = request.app.state.ground
        return await login.came_too_late(
            request, ground.settings.secure_cookies, isinstance(error, BadCsrf)
        )
    status = status_of(error)
    extra: dict[str, Any] = {}
    locale = locale_of(request)
    if isinstance(error, errors.Invalid):
        extra["faults"] = [
            {
                "field": fault.field,
                "code": fault.code,
                "detail": sentence(f"error.{fault.code}", locale, **fault.params),
            }
            for fault in error.faults
        ]
    if isinstance(error, errors.Refused):
        extra["reasons"] = [reason(verdict, locale) for verdict in error.reasons]
    if isinstance(error, ClosingRefused):
        extra["producers"] = {
            code: [reason(verdict, locale) for verdict in verdicts]
            for code, verdicts in error.by_producer.items()
        }
    if isinstance(error, WrittenMeanwhile):
        extra["clashes"] = jsonable_encoder(error.clashes)
    headers = {}
    if isinstance(error, errors.Throttled):
        headers["Retry-After"] = str(error.params.get("seconds", 60))
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return _answer(request, status, error.code, error.params, extra, headers)


async def _validation(request: Request, error: Exception) -> Response:
    problems = cast(RequestValidationError, error).errors()
    return await _domain(request, errors.Invalid(*faults_of(problems, skip=1)))


async def _http(request: Request, error: Exception) -> Response:
    error = cast(HTTPException, error)
    code = PLAIN.get(error.status_code, "bad_request")
    return _answer(request, error.status_code, code, {}, {}, dict(error.headers or {}))


async def _unexpected(request: Request, error: Exception) -> Response:
    """A blank 500 with a number; what happened stands in the log and nowhere else."""
    number = secrets.token_hex(4)
    log.exception("unexpected error %s at %s", number, request.url.path, exc_info=error)
    return _answer(request, 500, "unexpected", {"number": number}, {}, {})


def _answer(
    request: Request,
    status: int,
    code: str,
    params: dict[str, Any],
    extra: dict[str, Any],
    headers: dict[str, str],
) -> Response:
    locale = locale_of(request)
    detail = sentence(f"error.{code}", locale, **params)
    title = sentence(f"error.title.{status if status in TITLED else 400}", locale)
    reasons = extra.get("reasons", [])
    if request.url.path.startswith(("/api/", "/.well-known/")):
        body = {
            "type": f"urn:spg:error:{code}",
            "title": title,
            "status": status,
            "code": code,
            "detail": detail,
            **extra,
        }
        return JSONResponse(
            body, status, headers | {"Content-Language": locale}, "application/problem+json"
        )
    page = render(
        request,
        "error.html",
        status,
        code=code,
        title=title,
        text=detail,
        reasons=[_shown(item, locale) for item in [*extra.get("faults", []), *reasons]],
        reference=params.get("number", ""),
    )
    page.headers.update(headers)
    return page


def _shown(item: dict[str, Any], locale: str) -> dict[str, str]:
    """A fault or an unmet rule as the macro `verdict_list` shows it."""
    rule = f"rule.{item['code']}"
    title = sentence(rule, locale) if has_sentence(rule, locale) else item.get("field", "")
    return {"state": "not_met", "title": title, "reason": item["detail"], "article": ""}


def _here(request: Request) -> str:
    query = f"?{request.url.query}" if request.url.query else ""
    return quote(request.url.path + query, safe="")

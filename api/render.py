"""Templates to answers: language, flash messages, static addresses, what every page shows.

Left by others on `request.state`, each optional: `actor`, `csrf_token`, `nav` (a list of
`(label, href, current)`).
"""

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from api.packing import masked, packed, packed_file, takes_gzip
from spg_registry.core import messages
from spg_registry.core.config import settings
from spg_registry.core.permissions import NOBODY
from spg_registry.standards import pictograms

_ROOT = Path(__file__).resolve().parents[1]
STATIC_DIR = Path(__file__).resolve().parent / "static"
LANGUAGE_COOKIE = "lang"
FLASH_COOKIE = "flash"
_YEAR = 31_536_000
_FLASH_LIMIT = 1_500


@cache
def environment(locale: str) -> Environment:
    """One environment a language, so that imported macros speak it without being handed it."""
    env = Environment(
        loader=FileSystemLoader(_ROOT / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
    )
    env.install_gettext_callables(  # type: ignore[attr-defined]
        partial(messages.gettext, locale), partial(messages.ngettext, locale), newstyle=True
    )
    env.filters.update(
        date=messages.format_date,
        datetime=messages.format_datetime,
        area=partial(messages.format_area, locale=locale),
        number=partial(messages.format_number, locale=locale),
        percent=partial(messages.format_percent, locale=locale),
    )
    env.globals.update(
        locale=locale,
        static=static_url,
        pictogram=pictograms.path_of,
        sentence=lambda msgid, **params: messages.sentence(msgid, locale, **params),
        once=partial(secrets.token_urlsafe, 9),
        has_sentence=partial(messages.has_sentence, locale=locale),
    )
    return env


@cache
def static_url(name: str) -> str:
    """The address of a static file with its content's hash, so that it may be kept for a year."""
    digest = hashlib.sha256((STATIC_DIR / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={digest}"


class Assets(StaticFiles):
    """Mounted at `/static`: an address that names its content's hash never changes."""

    def __init__(self) -> None:
        super().__init__(directory=STATIC_DIR)

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        if response.status_code in (200, 304):
            hashed = scope["query_string"].startswith(b"v=")
            kept = f"public, max-age={_YEAR}, immutable" if hashed else "public, max-age=300"
            response.headers["Cache-Control"] = kept
        if isinstance(response, FileResponse) and response.status_code == 200:
            return _packed_asset(response, scope)
        return response


def _packed_asset(found: FileResponse, scope: Scope) -> Response:
    """Style sheets and scripts are text: a third of the bytes do."""
    found.headers.add_vary_header("Accept-Encoding")
    accepted = Headers(scope=scope).get("accept-encoding", "")
    if scope["method"] != "GET" or not takes_gzip(accepted):
        return found
    path = Path(found.path)
    content = packed_file(path, path.stat().st_mtime)
    headers = dict(found.headers) | {
        "content-encoding": "gzip",
        "content-length": str(len(content)),
    }
    return Response(content, headers=headers)


def locale_of(request: Request) -> str:
    """`?lang=`, then the cookie, then the browser's wish, then Spanish."""
    known = messages.locales()
    for wish in (request.query_params.get("lang"), request.cookies.get(LANGUAGE_COOKIE)):
        if wish in known:
            return wish
    accepted = request.headers.get("accept-language", "")
    return preferred_locale(accepted)


def preferred_locale(accept_language: str) -> str:
    """The first language of the header that we have, by weight and then by order."""
    known = messages.locales()
    weighted: list[tuple[float, str]] = []
    for part in accept_language.split(","):
        tag, _, weight = part.partition(";q=")
        try:
            weighted.append((float(weight or 1), tag.strip()[:2].lower()))
        except ValueError:
            continue
    for share, language in sorted(weighted, key=lambda pair: -pair[0]):
        if language in known and share > 0:
            return language
    return messages.DEFAULT_LOCALE


def render_text(name: str, locale: str = messages.DEFAULT_LOCALE, **context: Any) -> str:
    """A template's text without a request (the seal page, printed sheets)."""
    return environment(locale).get_template(name).render(**context)


def render(request: Request, name: str, status: int = 200, **context: Any) -> HTMLResponse:
    locale = locale_of(request)
    page: dict[str, Any] = {
        "actor": getattr(request.state, "actor", NOBODY),
        "csrf_token": masked(getattr(request.state, "csrf_token", "")),
        "nav": getattr(request.state, "nav", ()),
        "demo": settings().demo,
        "path": request.url.path,
        "languages": _language_links(request, locale),
        "flashes": _flashes(request, locale),
    }
    # A page that says no keeps nothing of the act that failed: the session is rolled back.
    request.state.refused = status >= 400
    text = render_text(name, locale, **(page | context))
    response = HTMLResponse(text, status_code=status, headers={"Content-Language": locale})
    if request.query_params.get("lang") == locale:
        _set_cookie(response, LANGUAGE_COOKIE, locale, _YEAR)
    if FLASH_COOKIE in request.cookies:
        response.delete_cookie(FLASH_COOKIE)
    return packed(request, response)


def printed(made: bytes, name: str, media_type: str = "application/pdf") -> Response:
    """A document that the browser shows, and keeps under this name."""
    headers = {"Content-Disposition": f'inline; filename="{name}"'}
    return Response(made, media_type=media_type, headers=headers)


def redirect(url: str, flash: str = "", kind: str = "success", **params: object) -> Response:
    """303 to a page of ours that will show `flash.<flash>`; kinds: success, info, warning, error.

    The message travels in a cookie as its code and a few short parameters. It is not signed: who
    can write our cookies can only choose among our own sentences, and the page escapes them.
    """
    if not url.startswith("/") or url.startswith(("//", "/\\")):
        raise ValueError("redirects stay on this host")
    response = RedirectResponse(url, status_code=303)
    if flash:
        told = {name: messages.spell(value)[:80] for name, value in params.items()}
        packed = base64.urlsafe_b64encode(json.dumps([flash, kind, told]).encode()).decode()
        _set_cookie(response, FLASH_COOKIE, packed, 120)
    return response


def _flashes(request: Request, locale: str) -> list[dict[str, str]]:
    packed = request.cookies.get(FLASH_COOKIE, "")
    if not packed or len(packed) > _FLASH_LIMIT:
        return []
    try:
        code, kind, params = json.loads(base64.urlsafe_b64decode(packed))
        known = messages.has_sentence(f"flash.{code}", locale)
        text = messages.sentence(f"flash.{code}", locale, **{k: str(params[k]) for k in params})
    except (ValueError, TypeError):
        return []
    kind = kind if kind in ("success", "info", "warning", "error") else "info"
    return [{"kind": kind, "text": text}] if known else []


def _set_cookie(response: Response, name: str, value: str, max_age: int) -> None:
    response.set_cookie(
        name,
        value,
        max_age=max_age,
        httponly=True,
        samesite="lax",
        secure=settings().secure_cookies,
        path="/",
    )


def _language_links(request: Request, current: str) -> list[dict[str, Any]]:
    return [
        {
            "code": code,
            "name": name,
            "href": _with_query(request, lang=code),
            "current": code == current,
        }
        for code, name in messages.LANGUAGE_NAMES.items()
    ]


def _with_query(request: Request, **changes: object) -> str:
    url = request.url.include_query_params(**changes)
    return f"{url.path}?{url.query}"


@dataclass(frozen=True)
class Paging:
    """A page of a list, for the macro `pagination`."""

    number: int
    pages: int
    total: int
    first: int
    last: int
    previous: str
    next: str


def paging(request: Request, number: int, size: int, total: int) -> Paging:
    """Links keep the other query parameters; the page number is `pagina`, from 1."""
    pages = max(1, -(-total // size))
    number = min(max(1, number), pages)
    return Paging(
        number=number,
        pages=pages,
        total=total,
        first=(number - 1) * size + 1 if total else 0,
        last=min(number * size, total),
        previous=_with_query(request, pagina=number - 1) if number > 1 else "",
        next=_with_query(request, pagina=number + 1) if number < pages else "",
    )

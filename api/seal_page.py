"""`/s/{code or token}`: the page behind every QR, kept ready.

It stands in front of the application as a bare ASGI route, because it is what a whole fair asks
for at once. An answer is kept per address and language, and given again only while the database's
pulse and the day are what they were when it was made.
"""

import logging
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from urllib.parse import parse_qs, quote

from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Receive, Scope, Send

from api.ground import Ground
from api.render import preferred_locale, render_text
from api.shield import CSP_WITHOUT_SCRIPTS
from api.skeleton import Skeleton, skeleton
from spg_registry.core import clock, codes, messages
from spg_registry.core.keys import Keyring
from spg_registry.core.line import Line, line_to
from spg_registry.seals.verification import Verdict, Verification, verify

log = logging.getLogger("spg.seal_page")

LONGEST = 400
"""Characters behind `/s/`; a token has at most 176."""

LONGEST_CODE = 24
"""Characters of what may have been meant as a code; more is never repeated on the page."""

KEPT = 1_000
"""Answers in memory, about 2 KB each: what a fair asks for, and little enough to stay near."""

FACTS = (
    *("typed", "status_as_of", "name", "community", "municipality", "department", "products"),
    *("valid_from", "valid_until", "spg", "committee", "acta_number", "decided_on"),
    *("code", "new_code", "new_url", "certificate_url", "report_url", "reason", "waivers"),
)
"""What is None on the page of nothing."""

Answer = tuple[int, bytes]


HEADERS = [
    (name.lower().encode(), value.encode())
    for name, value in {
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": CSP_WITHOUT_SCRIPTS,
        "Cache-Control": "no-cache",
        "Vary": "Accept-Language",
    }.items()
]


class SealPage:
    """Answers GET and HEAD below `/s/` and `/S/` with one segment; hands on everything else."""

    def __init__(self, app: ASGIApp, ground: Ground, keyring: Keyring) -> None:
        self.app = app
        self.ground = ground
        self.keyring = keyring
        self._line: Line | None = None
        self._kept: dict[tuple[str, str], Answer] = {}
        self._kept_for: tuple[object, date] | None = None
        self._skeletons: dict[tuple[object, ...], Skeleton] = {}
        self._inline = ground.database.dialect == "sqlite"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not self._is_ours(scope):
            await self.app(scope, receive, send)
            return
        presented = scope["path"][3:]
        locale = _locale(scope)
        try:
            status, body = await self._answer(presented, locale)
        except Exception:
            # Our fault must never read as the seal's: no 404, and nothing about the seal.
            log.exception("the seal page failed")
            self._line = None
            status, body = 503, self._unavailable(presented, locale)
        headers = [*HEADERS, (b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send(
            {"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body}
        )

    @staticmethod
    def _is_ours(scope: Scope) -> bool:
        path: str = scope["path"]
        return (
            path[:3] in ("/s/", "/S/")
            and 3 < len(path) <= LONGEST
            and "/" not in path[3:]
            and scope["method"] in ("GET", "HEAD")
        )

    async def _answer(self, presented: str, locale: str) -> Answer:
        # The beat is taken before the row is read: an answer can be newer than it, never older.
        beat = self._beat() if self._inline else await run_in_threadpool(self._beat)
        today = clock.local_date(clock.now())
        if self._kept_for != (beat, today):
            self._kept.clear()
            self._kept_for = beat, today
        kept = self._kept.get((presented, locale))
        if kept is not None:
            return kept
        if self._inline:
            made = self._make(presented, locale)
        else:
            made = await run_in_threadpool(self._make, presented, locale)
        if self._kept_for == (beat, today):
            if len(self._kept) >= KEPT:
                self._kept.clear()
            self._kept[presented, locale] = made
        return made

    def _beat(self) -> object:
        return self._to_database().beat()

    def _to_database(self) -> Line:
        if self._line is None:
            self._line = line_to(self.ground.database.url)
        return self._line

    def _make(self, presented: str, locale: str) -> Answer:
        found = verify(self._to_database(), self.keyring, clock.now(), presented)
        return 200 if found.is_known else 404, self._page(found, presented, locale)

    def _page(self, found: Verification, presented: str, locale: str) -> bytes:
        facts = _facts(found, presented, locale)
        category = found.seal.category.value if found.seal else None
        verdict = found.verdict.value
        kind = (locale, verdict, category, *[fact is None for fact in facts.values()])
        drawn = self._skeletons.get(kind)
        if drawn is None:
            drawn = self._skeletons[kind] = skeleton(
                lambda marks: self._render(verdict, category, marks, locale), facts
            )
        return drawn.fill(facts)

    def _unavailable(self, presented: str, locale: str) -> bytes:
        return self._render("unavailable", None, _nothing_but(presented), locale).encode()

    def _render(
        self, verdict: str, category: str | None, facts: Mapping[str, str | None], locale: str
    ) -> str:
        other = "en" if locale == "es" else "es"
        return render_text(
            "seal.html",
            locale,
            view={
                **facts,
                "verdict": verdict,
                "category": category,
                "host": self.ground.settings.host,
            },
            demo=self.ground.settings.demo,
            other_language={
                "code": other,
                "name": messages.LANGUAGE_NAMES[other],
                "href": f"?lang={other}",
            },
        )


def _facts(found: Verification, presented: str, locale: str) -> dict[str, str | None]:
    """What differs from seal to seal, spelled; None for what is not known or not to be said."""
    seal = found.seal
    if seal is None:
        return _nothing_but(presented)
    new = seal.new_code
    return {
        "typed": None,
        "status_as_of": messages.format_datetime(found.status_as_of),
        "name": seal.name or None,
        "community": seal.community,
        "municipality": seal.municipality,
        "department": seal.department,
        "products": ", ".join(product.name(locale) for product in seal.products),
        "valid_from": messages.format_date(seal.valid_from),
        "valid_until": messages.format_date(seal.valid_until),
        "spg": seal.spg if seal.spg != seal.committee else None,
        "committee": seal.committee,
        "acta_number": seal.acta_number,
        "decided_on": messages.format_date(seal.decided_on),
        "code": codes.display(seal.code),
        "new_code": codes.display(new) if new else None,
        "new_url": f"/s/{new}" if new else None,
        "certificate_url": f"/s/{seal.code}/certificado.pdf",
        "report_url": f"/denuncias?sello={seal.code}",
        "reason": _reason(found, locale),
        "waivers": " · ".join(seal.waivers.values()) or None,
    }


def _nothing_but(presented: str) -> dict[str, str | None]:
    typed = presented if len(presented) <= LONGEST_CODE else None
    about = f"?sello={quote(typed)}" if typed else ""
    return dict.fromkeys(FACTS) | {"typed": typed, "report_url": f"/denuncias{about}"}


def _reason(found: Verification, locale: str) -> str | None:
    """The public word for why a seal does not count; the text behind it stays in the file."""
    word = found.seal.reason_class if found.seal else None
    if word is None or found.verdict not in (Verdict.SUSPENDED, Verdict.WITHDRAWN):
        return None
    return messages.sentence(f"status.reason_class.{word}", locale)


def _locale(scope: Scope) -> str:
    query: bytes = scope["query_string"]
    if query:
        wish = parse_qs(query.decode("latin-1")).get("lang", [""])[0]
        if wish in messages.LANGUAGE_NAMES:
            return wish
    for name, value in scope["headers"]:
        if name == b"accept-language":
            return _preferred(value)
    return messages.DEFAULT_LOCALE


@lru_cache(maxsize=1_000)
def _preferred(accept_language: bytes) -> str:
    return preferred_locale(accept_language.decode("latin-1"))

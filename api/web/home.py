"""The front door for everybody, and the API's page."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.deps import NowDep, SessionDep, VisitorDep
from api.forms import Form
from api.render import locale_of, render
from spg_registry.core import clock
from spg_registry.core.messages import format_number, sentence
from spg_registry.seals.queries import public_figures

router = APIRouter()


@router.get("/")
def front(request: Request, session: SessionDep, now: NowDep, _visitor: VisitorDep) -> Response:
    today, locale = clock.local_date(now), locale_of(request)
    figures = [
        (format_number(count, locale), sentence(f"figure.{name}", locale))
        for name, count in public_figures(session, today).items()
    ]
    return render(
        request,
        "public/home.html",
        form=Form(),
        figures=figures,
        as_of=today,
        period_note=sentence("figure.provisional", locale),
    )


@router.get("/api/docs")
def api_page(request: Request, _visitor: VisitorDep) -> Response:
    """The OpenAPI document as a plain page: it needs no script and no other site."""
    document = request.app.openapi()
    groups: dict[str, list[dict[str, str]]] = {}
    for path, verbs in document["paths"].items():
        for verb, operation in verbs.items():
            group = (operation.get("tags") or ["api"])[0]
            groups.setdefault(group, []).append(
                {
                    "verb": verb.upper(),
                    "path": path,
                    "says": operation.get("description") or operation.get("summary", ""),
                }
            )
    return render(request, "public/api.html", groups=groups, version=document["info"]["version"])

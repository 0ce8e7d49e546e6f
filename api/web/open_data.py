"""Open data: the public profile of the register, for anybody, without a login."""

from typing import Annotated

from fastapi import APIRouter, Header, Request
from starlette.responses import Response

from api.deps import GroundDep, NowDep, SessionDep, VisitorDep
from api.downloads import Download, caching
from api.render import locale_of, render
from spg_registry.core.permissions import NOBODY
from spg_registry.register import service
from spg_registry.register.columns import LICENSE, Layout, Profile
from spg_registry.register.overview import Shelf, open_data
from spg_registry.register.writing import Format

router = APIRouter()


@router.get("/datos")
def index(
    request: Request, session: SessionDep, _visitor: VisitorDep, now: NowDep, ground: GroundDep
) -> Response:
    told = open_data(session, now)
    locale = locale_of(request)
    return render(
        request,
        "public/data.html",
        as_of=told.as_of,
        period=told.status,
        tables=[shown(shelf, locale, "/datos") for shelf in told.shelves],
        columns={
            shelf.layout.name.value: columns_of(shelf.layout, Profile.PUBLIC, locale)
            for shelf in told.shelves
        },
        license=LICENSE,
        base_url=ground.settings.public_url,
    )


def shown(shelf: Shelf, locale: str, base: str) -> dict[str, object]:
    """A table as the pages show it: for spreadsheet programs first, for programs after."""
    name = shelf.layout.name.value
    return {
        "name": name,
        "title": shelf.layout.title(locale),
        "description": shelf.layout.about(locale),
        "rows": shelf.rows,
        "files": [
            ("Excel (CSV)", f"{base}/{name}.csv?bom=1"),
            ("CSV", f"{base}/{name}.csv"),
            ("JSON Lines", f"{base}/{name}.jsonl"),
        ],
    }


def columns_of(layout: Layout, profile: Profile, locale: str) -> list[dict[str, str]]:
    return [
        {"name": column.name, "type": column.kind.value, "meaning": column.meaning(locale)}
        for column in layout.seen_by(profile)
    ]


@router.api_route("/datos/{table}.{ending}", methods=["GET", "HEAD"])
def download(
    request: Request,
    session: SessionDep,
    now: NowDep,
    ground: GroundDep,
    table: str,
    ending: str,
    municipality: str | None = None,
    spg: str | None = None,
    bom: bool = False,
    if_none_match: Annotated[str, Header()] = "",
) -> Response:
    extract = service.public_extract(session, now, table, municipality, spg)
    format_ = service.format_of(ending)
    for_people = bom and format_ is Format.CSV
    tag = service.etag_of(extract, format_, service.sequence_of(session), for_people)
    if tag in if_none_match or if_none_match.strip() == "*":
        since = service.changed_at(session, extract.as_of)
        return Response(status_code=304, headers=caching(tag, since))
    head_only = request.method == "HEAD"
    return Download(ground, NOBODY, now, extract, format_, for_people, head_only)

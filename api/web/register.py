"""*Registro nacional*: what the register holds, whether it holds together, and its files."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.deps import GroundDep, NowDep, SessionDep, UserDep
from api.downloads import Download
from api.render import locale_of, render
from api.web.open_data import columns_of, shown
from spg_registry.register import reconciliation, service
from spg_registry.register.columns import Profile
from spg_registry.register.overview import overview

router = APIRouter()


@router.get("/registro")
def index(
    request: Request, session: SessionDep, actor: UserDep, now: NowDep, ground: GroundDep
) -> Response:
    told = overview(session, actor, now)
    locale = locale_of(request)
    base = "/registro" if told.control else "/datos"
    profile = Profile.CONTROL if told.control else Profile.PUBLIC
    return render(
        request,
        "register/index.html",
        told=told,
        tables=[shown(shelf, locale, base) for shelf in told.shelves],
        columns={
            shelf.layout.name.value: columns_of(shelf.layout, profile, locale)
            for shelf in told.shelves
        },
        base_url=ground.settings.public_url,
    )


@router.get("/registro/conciliacion")
def reconcile(request: Request, session: SessionDep, actor: UserDep, now: NowDep) -> Response:
    report = reconciliation.reconcile(session, actor, now)
    return render(request, "register/reconciliation.html", report=report)


@router.get("/registro/{table}.{ending}")
def download(
    session: SessionDep,
    actor: UserDep,
    now: NowDep,
    ground: GroundDep,
    table: str,
    ending: str,
    municipality: str | None = None,
    spg: str | None = None,
    bom: bool = False,
) -> Response:
    extract = service.control_extract(session, actor, now, table, municipality, spg)
    return Download(ground, actor, now, extract, service.format_of(ending), bom)

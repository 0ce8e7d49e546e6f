"""*Rendición de cuentas*: what each committee did in a year, for anybody, and its wall sheet."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse
from starlette.responses import Response

from api.deps import GroundDep, NowDep, SessionDep, VisitorDep
from api.forms import Form
from api.render import printed, render
from spg_registry.core import clock
from spg_registry.register import wall_sheet
from spg_registry.register.accounts import accounts, every_committee
from spg_registry.rounds.schemas import Id
from spg_registry.territory.names import name_key

router = APIRouter()

Year = Annotated[str, Query(alias="gestion", max_length=10)]


@router.get("/rendicion")
def index(
    request: Request,
    session: SessionDep,
    now: NowDep,
    _visitor: VisitorDep,
    q: Annotated[str, Query(max_length=80)] = "",
) -> Response:
    words = name_key(q).split()
    lines = [
        line
        for line in every_committee(session, clock.local_date(now))
        if all(word in name_key(f"{line.name} {line.places} {line.department}") for word in words)
    ]
    return render(request, "public/committees.html", lines=lines, form=Form.of({"q": q}))


@router.get("/rendicion/{committee_id}")
def show(
    request: Request,
    session: SessionDep,
    now: NowDep,
    _visitor: VisitorDep,
    committee_id: Id,
    year: Year = "",
) -> Response:
    today = clock.local_date(now)
    told = accounts(session, committee_id, today, _year(year))
    home = f"/rendicion/{committee_id}"
    tabs = [(str(one), f"{home}?gestion={one}", one == told.year) for one in told.years]
    return render(
        request, "public/committee.html", told=told, facts=told.facts, today=today, tabs=tabs
    )


@router.get("/RENDICION/{committee_id}")
def from_the_wall(committee_id: Id) -> Response:
    """As the QR of the wall sheet spells it."""
    return RedirectResponse(f"/rendicion/{committee_id}", status_code=303)


@router.get("/rendicion/{committee_id}/afiche.pdf")
def sheet(
    session: SessionDep, now: NowDep, ground: GroundDep, committee_id: Id, year: Year = ""
) -> Response:
    """To hang on the wall of the office, A3."""
    today = clock.local_date(now)
    told = accounts(session, committee_id, today, _year(year))
    chosen = ground.settings
    made = wall_sheet.wall_sheet(told, today, chosen.public_url, demo=chosen.demo)
    return printed(made, f"rendicion-{committee_id}-{told.year}.pdf")


def _year(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) == 4 else None

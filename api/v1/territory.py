"""Where and what, for programs. Reading is open to everybody: it is public reference data."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from api.deps import ActorDep, Listing, NowDep, PageDep, SessionDep
from api.render import locale_of
from api.v1.idempotency import OnceRoute
from spg_registry.core.errors import NotFound
from spg_registry.core.messages import sentence
from spg_registry.rules.words import ActivityKind
from spg_registry.territory import matching, queries, service
from spg_registry.territory.models import ProductGroup
from spg_registry.territory.schemas import (
    CommunityOut,
    DepartmentOut,
    MunicipalityOut,
    NewCommunity,
    ProductOut,
    ProvinceOut,
)

router = APIRouter(tags=["territory"], route_class=OnceRoute)

DepartmentCode = Annotated[str | None, Query(pattern=r"^\d{2}$", examples=["03"])]
IneCode = Annotated[str | None, Query(pattern=r"^\d{6}$", examples=["031003"])]


class MatchOut(BaseModel):
    """Whom a text meant. Never a guess: `municipality` is there only when `found`."""

    outcome: Literal["found", "ambiguous", "missing"]
    municipality: MunicipalityOut | None = None
    candidates: list[str] = Field(default=[], description="Labels that would be found")
    code: str = Field(default="", description="Why not found, or a note on what was found")
    detail: str = Field(default="", description="The same as a sentence")


@router.get("/departments")
def departments(session: SessionDep) -> list[DepartmentOut]:
    return [DepartmentOut.model_validate(row) for row in queries.departments(session)]


@router.get("/provinces")
def provinces(session: SessionDep, department: DepartmentCode = None) -> list[ProvinceOut]:
    return [ProvinceOut.model_validate(row) for row in queries.provinces(session, department)]


@router.get("/municipalities")
def municipalities(
    session: SessionDep,
    page: PageDep,
    department: DepartmentCode = None,
    q: Annotated[str, Query(max_length=120)] = "",
) -> Listing[MunicipalityOut]:
    """By department, or those whose name, alias or code contains `q`."""
    rows = queries.municipalities(session, department)
    if q:
        found = queries.search_municipalities(session, q, limit=len(rows))
        rows = [row for row in found if department in (None, row.department_code)]
    part = rows[page.offset : page.offset + page.limit]
    return Listing.of([MunicipalityOut.model_validate(row) for row in part], len(rows), page)


@router.get("/municipalities/match")
def match(
    request: Request,
    session: SessionDep,
    text: Annotated[str, Query(max_length=200, description="A code or a name")],
    department: Annotated[str | None, Query(max_length=60)] = None,
    name: Annotated[str | None, Query(max_length=200, description="Beside a code")] = None,
) -> MatchOut:
    """Which municipality a list means. An ambiguous text comes back with its candidates."""
    found = matching.find_municipality(session, text, department, name=name)
    place = None
    labels: tuple[str, ...] = ()
    if isinstance(found, matching.Found):
        place = MunicipalityOut.model_validate(found.municipality)
        fault = found.note()
    else:
        fault, labels = found.fault(), found.labels
    return MatchOut(
        outcome=found.outcome,
        municipality=place,
        candidates=list(labels),
        code=fault.code if fault else "",
        detail=sentence(f"error.{fault.code}", locale_of(request), **fault.params) if fault else "",
    )


@router.get("/municipalities/{ine_code}")
def municipality(session: SessionDep, ine_code: str) -> MunicipalityOut:
    found = queries.municipality(session, ine_code)
    if found is None:
        raise NotFound()
    return MunicipalityOut.model_validate(found)


@router.get("/communities")
def communities(
    session: SessionDep, page: PageDep, municipality: IneCode = None
) -> Listing[CommunityOut]:
    rows, total = queries.communities_page(session, municipality, page.limit, page.offset)
    return Listing.of([CommunityOut.model_validate(row) for row in rows], total, page)


@router.post("/communities", status_code=201)
def add_communities(
    session: SessionDep,
    actor: ActorDep,
    now: NowDep,
    batch: Annotated[list[NewCommunity], Field(min_length=1, max_length=500)],
) -> list[CommunityOut]:
    """Those of the batch, in its order; what was there already is not made again.
    Wants `producer:write`."""
    rows = service.ensure_communities(session, actor, now, batch)
    return [CommunityOut.model_validate(row) for row in rows]


@router.get("/products")
def products(
    session: SessionDep,
    page: PageDep,
    kind: ActivityKind | None = None,
    group: ProductGroup | None = None,
    q: Annotated[str, Query(max_length=120, description="A name, alias or code")] = "",
) -> Listing[ProductOut]:
    rows = queries.products(session, kind, group)
    if q:
        meant = {row.code for row in queries.find_products(session, q)}
        rows = [row for row in rows if row.code in meant]
    part = rows[page.offset : page.offset + page.limit]
    return Listing.of([ProductOut.model_validate(row) for row in part], len(rows), page)


@router.get("/products/{code}")
def product(session: SessionDep, code: str) -> ProductOut:
    found = queries.product(session, code)
    if found is None:
        raise NotFound()
    return ProductOut.model_validate(found)

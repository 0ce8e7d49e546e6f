"""The list of producers: one field that finds them, filters, and the same list as one types."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Query
from sqlmodel import Session
from starlette.responses import Response

from api.deps import PageNumber
from api.forms import Form, number_in, one_of
from api.render import paging, render
from api.sight import visible_ids
from api.web.again import choices
from api.web.desk import Desk, DeskDep
from api.web.land import products_of
from spg_registry.committees import queries as committees
from spg_registry.core.permissions import Permission
from spg_registry.producers import queries
from spg_registry.producers.access import Sight, sight_of
from spg_registry.producers.models import ProducerKind
from spg_registry.rules.words import EnrolmentStatus
from spg_registry.seals.holders import SealWish, search_holders
from spg_registry.territory import queries as territory

router = APIRouter(prefix="/productores")

PAGE_SIZE = 25
FEW_MUNICIPALITIES = 3
"""Of more than these the communities are offered once one municipality is chosen."""

Words = Annotated[str, Query(max_length=120)]
Part = Annotated[str, Header(alias="X-Part", max_length=20)]


@router.get("")
def index(
    desk: DeskDep,
    q: Words = "",
    kind: Annotated[str, Query(alias="tipo")] = "",
    municipality: Annotated[str, Query(alias="municipio", max_length=6)] = "",
    community: Annotated[str, Query(alias="comunidad")] = "",
    status: Annotated[str, Query(alias="estado")] = "",
    seal: Annotated[str, Query(alias="sello")] = "",
    organisation: Annotated[str, Query(alias="organizacion", max_length=24)] = "",
    product: Annotated[str, Query(alias="producto", max_length=40)] = "",
    findings: Annotated[str, Query(alias="hallazgos", max_length=4)] = "",
    spg: str = "",
    number: PageNumber = 1,
    part: Part = "",
) -> Response:
    """A filter that makes no sense is as good as none. `X-Part` asks for the results alone."""
    filters = queries.Filters(
        text=q,
        kind=one_of(ProducerKind, kind),
        municipality_code=municipality or None,
        community_id=number_in(community),
        organisation_code=organisation or None,
        spg_id=number_in(spg),
        status=one_of(EnrolmentStatus, status),
        product_code=product or None,
    )
    sight = sight_of(desk.actor, visible_ids(desk.session, desk.actor))
    found = search_holders(
        desk.session,
        desk.actor,
        sight,
        desk.today,
        filters,
        seal=one_of(SealWish, seal),
        open_findings=bool(findings),
        limit=PAGE_SIZE,
        offset=(number - 1) * PAGE_SIZE,
    )
    narrowed = {
        "tipo": kind,
        "municipio": municipality,
        "comunidad": community,
        "estado": status,
        "sello": seal,
        "organizacion": organisation,
        "producto": product,
        "hallazgos": findings,
        "spg": spg,
    }
    shown: dict[str, Any] = {
        "found": found,
        "q": q,
        "shows_seals": desk.actor.may(Permission.SEAL_READ),
        "page": paging(desk.request, number, PAGE_SIZE, found.total),
    }
    if part:
        return render(desk.request, "producers/_found.html", **shown)
    return render(
        desk.request,
        "producers/index.html",
        form=Form.of({"q": q, **narrowed}),
        narrowed=sum(bool(value) for value in narrowed.values()),
        may_write=desk.actor.may(Permission.PRODUCER_WRITE),
        **shown,
        **_options(desk, sight, municipality),
    )


def _options(desk: Desk, sight: Sight, municipality: str) -> dict[str, Any]:
    session, request = desk.session, desk.request
    systems, _ = committees.visible_spgs(session, desk.actor)
    places = committees.spg_municipalities(session, (row.id for row in systems))
    codes = sorted({code for listed in places.values() for code in listed})
    near = [municipality] if municipality else codes if len(codes) <= FEW_MUNICIPALITIES else []
    organisations, _ = queries.organisations(session)
    return {
        "kinds": choices(request, "producer_kind", ProducerKind),
        "statuses": choices(request, "enrolment", EnrolmentStatus),
        "seals": choices(request, "seal_wish", SealWish),
        "municipalities": _labels(session, codes),
        "communities": [(row.id, row.name) for row in queries.homes(session, sight, near)],
        "organisations": [(row.code, row.name) for row in organisations],
        "products": products_of(request, session),
        "spgs": [(row.id, row.name) for row in systems],
    }


def _labels(session: Session, codes: list[str]) -> list[tuple[str, str]]:
    return [(code, territory.municipality_label(session, code)) for code in codes]

"""Seals for anybody, by published name, product or place."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from api.deps import Listing, NowDep, PageDep, SessionDep
from spg_registry.core import clock
from spg_registry.rules.standing import SealStanding
from spg_registry.rules.words import Category
from spg_registry.seals.searching import Wish, search_seals

router = APIRouter(prefix="/search", tags=["seals"])


class FoundOut(BaseModel):
    """As its public page tells it; `name` is initials without consent."""

    code: str
    name: str
    category: Category
    standing: SealStanding
    valid_until: date
    products: list[str]
    community: str
    municipality: str
    department: str
    committee: str


@router.get("")
def search(
    session: SessionDep,
    now: NowDep,
    page: PageDep,
    q: Annotated[str, Query(max_length=80, description="Name, product or place")] = "",
    product: Annotated[str, Query(max_length=40)] = "",
    committee_id: Annotated[int | None, Query(ge=1, lt=2**31)] = None,
    category: Category | None = None,
    lapsed: Annotated[bool, Query(description="Also those that no longer stand")] = False,
) -> Listing[FoundOut]:
    """Wants no account. Nothing asked finds nothing: whole tables are open data, `/datos`."""
    wish = Wish(q, product, committee_id, category, lapsed)
    if wish.is_empty:
        return Listing.of([], 0, page)
    found, total = search_seals(
        session, wish, clock.local_date(now), limit=page.limit, offset=page.offset
    )
    told = [
        FoundOut(**vars(seal) | {"products": [row.code for row in seal.products]}) for seal in found
    ]
    return Listing.of(told, total, page)

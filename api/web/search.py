"""*Buscar*: anybody finds who holds a seal, by published name, product or place."""

from typing import Annotated, NamedTuple

from fastapi import APIRouter, Query, Request
from pydantic import Field
from starlette.responses import Response

from api.deps import NowDep, PageNumber, SessionDep, VisitorDep
from api.forms import Form, number_in, one_of
from api.render import locale_of, paging, render
from api.web.again import choices
from api.web.land import products_of
from spg_registry.committees.queries import committee_names
from spg_registry.core import clock
from spg_registry.core.messages import format_date, sentence
from spg_registry.rules.standing import SealStanding
from spg_registry.rules.words import Category
from spg_registry.seals.searching import Found, Wish, search_seals

router = APIRouter()

PAGE_SIZE = 20

Word = Annotated[str, Field(max_length=80)]


class Named(NamedTuple):
    name: str


class Shown(NamedTuple):
    """A seal as its card spells it."""

    code: str
    name: str
    category: Category
    standing: SealStanding
    products: list[Named]
    place: str
    until: str


@router.get("/buscar")
def search(
    request: Request,
    session: SessionDep,
    now: NowDep,
    _visitor: VisitorDep,
    text: Annotated[Word, Query(alias="q")] = "",
    product: Annotated[Word, Query(alias="producto")] = "",
    committee: Annotated[Word, Query(alias="comite")] = "",
    category: Annotated[Word, Query(alias="sello")] = "",
    lapsed: Annotated[Word, Query(alias="todos")] = "",
    number: PageNumber = 1,
) -> Response:
    locale = locale_of(request)
    wish = Wish(
        text=text,
        product_code=product,
        committee_id=number_in(committee),
        category=one_of(Category, category),
        lapsed=bool(lapsed),
    )
    found: list[Found] = []
    total = 0
    if not wish.is_empty:
        today, offset = clock.local_date(now), (number - 1) * PAGE_SIZE
        found, total = search_seals(session, wish, today, limit=PAGE_SIZE, offset=offset)
    typed = {"q": text, "producto": product, "comite": committee, "sello": category}
    typed |= {"todos": lapsed}
    return render(
        request,
        "public/search.html",
        form=Form.of(typed),
        found=[_shown(seal, locale) for seal in found],
        asked=not wish.is_empty,
        narrowed=bool(product or committee or category or lapsed),
        products=products_of(request, session),
        committees=committee_names(session),
        categories=choices(request, "category", Category),
        page=paging(request, number, PAGE_SIZE, total),
    )


def _shown(seal: Found, locale: str) -> Shown:
    english = locale == "en"
    return Shown(
        code=seal.code,
        name=seal.name,
        category=seal.category,
        standing=seal.standing,
        products=[Named(row.en if english else row.es) for row in seal.products],
        place=f"{seal.community}, {seal.municipality} ({seal.department})",
        until=sentence("search.until", locale, day=format_date(seal.valid_until)),
    )

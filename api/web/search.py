"""*Buscar*: anybody finds who holds a seal, by published name, product or place."""

from typing import Annotated, NamedTuple

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api.deps import NowDep, SessionDep, VisitorDep
from api.forms import Form
from api.render import locale_of, paging, render
from api.web.again import choices
from api.web.land import one_of, products_of
from spg_registry.committees.queries import committee_names
from spg_registry.core import clock
from spg_registry.core.messages import format_date, sentence
from spg_registry.rules.standing import SealStanding
from spg_registry.rules.words import Category
from spg_registry.seals.searching import Found, Wish, search_seals

router = APIRouter()

PAGE_SIZE = 20

PageNumber = Annotated[int, Query(alias="pagina", ge=1, le=100_000)]
Word = Annotated[str, Query(max_length=80)]


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
    q: Word = "",
    producto: Word = "",
    comite: Word = "",
    sello: Word = "",
    todos: Word = "",
    number: PageNumber = 1,
) -> Response:
    locale = locale_of(request)
    wish = Wish(
        text=q,
        product_code=producto,
        committee_id=int(comite) if comite.isdecimal() and len(comite) < 10 else None,
        category=one_of(Category, sello),
        lapsed=bool(todos),
    )
    found: list[Found] = []
    total = 0
    if not wish.is_empty:
        today, offset = clock.local_date(now), (number - 1) * PAGE_SIZE
        found, total = search_seals(session, wish, today, limit=PAGE_SIZE, offset=offset)
    typed = {"q": q, "producto": producto, "comite": comite, "sello": sello, "todos": todos}
    return render(
        request,
        "public/search.html",
        form=Form.of(typed),
        found=[_shown(seal, locale) for seal in found],
        asked=not wish.is_empty,
        narrowed=bool(producto or comite or sello or todos),
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

"""Questions about places and products."""

from collections.abc import Iterable

from sqlmodel import Session, col, func, select

from spg_registry.rules.words import ActivityKind
from spg_registry.territory.atlas import atlas_of
from spg_registry.territory.models import (
    Community,
    Department,
    Municipality,
    Product,
    ProductGroup,
    Province,
)
from spg_registry.territory.names import name_key, singular_key


def departments(session: Session) -> list[Department]:
    return list(atlas_of(session).departments.values())


def department(session: Session, code: str) -> Department | None:
    return atlas_of(session).departments.get(code)


def provinces(session: Session, department_code: str | None = None) -> list[Province]:
    rows = atlas_of(session).provinces.values()
    return [row for row in rows if department_code in (None, row.department_code)]


def municipality(session: Session, ine_code: str) -> Municipality | None:
    """By the exact 2024 code; for what people type there is `matching.find_municipality`."""
    return atlas_of(session).municipalities.get(ine_code)


def municipality_label(session: Session, ine_code: str) -> str:
    """`Entre Ríos (Tarija)`; the code itself when it is unknown."""
    book = atlas_of(session)
    place = book.municipalities.get(ine_code)
    return book.label(place) if place else ine_code


def municipalities(session: Session, department_code: str | None = None) -> list[Municipality]:
    """In the order of their codes, which keeps departments together."""
    rows = atlas_of(session).municipalities.values()
    return [row for row in rows if department_code in (None, row.department_code)]


def search_municipalities(session: Session, text: str, limit: int = 20) -> list[Municipality]:
    """Names, aliases and codes that contain the words, those that begin with them first."""
    wanted = name_key(text)
    if not wanted:
        return []
    ranked: dict[str, int] = {}
    for name, rows in atlas_of(session).municipality_keys.items():
        rank = _rank(wanted, name)
        for row in rows:
            best = min(rank, 0 if row.ine_code == wanted else 3, ranked.get(row.ine_code, 3))
            ranked[row.ine_code] = best
    found = sorted((rank, code) for code, rank in ranked.items() if rank < 3)
    places = atlas_of(session).municipalities
    return [places[code] for _, code in found[:limit]]


def _rank(wanted: str, name: str) -> int:
    if name == wanted:
        return 0
    if name.startswith(wanted):
        return 1
    return 2 if f" {wanted}" in name else 3


def communities(session: Session, municipality_code: str | None = None) -> list[Community]:
    query = select(Community).order_by(col(Community.municipality_code), col(Community.name_key))
    if municipality_code is not None:
        query = query.where(Community.municipality_code == municipality_code)
    return list(session.exec(query))


def communities_page(
    session: Session, municipality_code: str | None, limit: int, offset: int
) -> tuple[list[Community], int]:
    """A part of the list, and how long the whole is."""
    query = select(Community).order_by(col(Community.municipality_code), col(Community.name_key))
    count = select(func.count()).select_from(Community)
    if municipality_code is not None:
        query = query.where(Community.municipality_code == municipality_code)
        count = count.where(Community.municipality_code == municipality_code)
    return list(session.exec(query.limit(limit).offset(offset))), session.exec(count).one()


def community(session: Session, community_id: int) -> Community | None:
    return session.get(Community, community_id)


def communities_by_id(session: Session, ids: Iterable[int]) -> dict[int, Community]:
    found = session.exec(select(Community).where(col(Community.id).in_(set(ids))))
    return {row.id: row for row in found}


def products(
    session: Session, kind: ActivityKind | None = None, group: ProductGroup | None = None
) -> list[Product]:
    """In the order of their codes."""
    rows = atlas_of(session).products.values()
    return [row for row in rows if kind in (None, row.kind) and group in (None, row.group)]


def product(session: Session, code: str) -> Product | None:
    return atlas_of(session).products.get(code)


def find_products(session: Session, text: str) -> list[Product]:
    """What a name, alias or code may mean, in the plural too: none, one, several."""
    book = atlas_of(session)
    key = name_key(text)
    if not key:
        return []
    if key.replace(" ", "_") in book.products:
        return [book.products[key.replace(" ", "_")]]
    return list(book.product_keys.get(key) or book.product_stems.get(singular_key(key), []))

"""The reference tables in memory, indexed by every name that people write.

Reference data change only when a release is loaded, so one atlas serves a process; its rows belong
to no session and are for reading.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Pool
from sqlmodel import Session, SQLModel, select

from spg_registry.territory.models import Department, Municipality, Product, Province
from spg_registry.territory.names import name_key, singular_key, without_aside

Row = TypeVar("Row", bound=SQLModel)


class Atlas:
    """All reference rows with their indexes. Lists are in the order of codes."""

    def __init__(
        self,
        departments: Iterable[Department],
        provinces: Iterable[Province],
        municipalities: Iterable[Municipality],
        products: Iterable[Product],
    ) -> None:
        self.departments = {row.code: row for row in departments}
        self.provinces = {row.code: row for row in provinces}
        self.municipalities = {row.ine_code: row for row in municipalities}
        self.products = {row.code: row for row in products}
        self.by_code_2012 = {
            row.ine_code_2012: row for row in self.municipalities.values() if row.ine_code_2012
        }
        self.department_keys = {
            name_key(name): row
            for row in self.departments.values()
            for name in (row.code, row.name, row.iso, row.ci_suffix)
        }
        self.municipality_keys = _index(
            (_place_names(row), row) for row in self.municipalities.values()
        )
        self.product_keys = _index((_product_names(row), row) for row in self.products.values())
        self.product_stems = _index(
            ({singular_key(name) for name in _product_names(row)}, row)
            for row in self.products.values()
        )

    def label(self, place: Municipality) -> str:
        """`Entre Ríos (Tarija)`: the name that is never ambiguous."""
        return f"{place.name} ({self.departments[place.department_code].name})"


def _index(named: Iterable[tuple[set[str], Row]]) -> dict[str, list[Row]]:
    index: dict[str, list[Row]] = defaultdict(list)
    for names, row in named:
        for name in names:
            index[name].append(row)
    return dict(index)


def _place_names(place: Municipality) -> set[str]:
    names = [place.name, *place.aliases]
    return {name_key(name) for name in names} | {name_key(without_aside(name)) for name in names}


def _product_names(product: Product) -> set[str]:
    names = [product.code, product.es, product.en, *product.aliases]
    return {name_key(name) for name in names} | {name_key(without_aside(name)) for name in names}


_atlases: WeakKeyDictionary[Pool, Atlas] = WeakKeyDictionary()


def atlas_of(session: Session) -> Atlas:
    """The atlas of this session's database, read once in a process."""
    pool = session.get_bind().engine.pool
    known = _atlases.get(pool)
    if known is None:
        known = Atlas(
            _rows(session, Department),
            _rows(session, Province),
            _rows(session, Municipality),
            _rows(session, Product),
        )
        if known.municipalities:  # an empty one is a database that is still to be loaded
            _atlases[pool] = known
    return known


def forget() -> None:
    """Read the tables again at the next question: they were just loaded."""
    _atlases.clear()


def _rows(session: Session, table: type[Row]) -> Iterator[Row]:
    """Rows outside the session, so that its end and its rollbacks do not touch them."""
    columns = table.__table__.columns  # type: ignore[attr-defined]
    order = next(iter(table.__table__.primary_key))  # type: ignore[attr-defined]
    for found in session.exec(select(*columns).order_by(order)).mappings():
        yield table(**found)

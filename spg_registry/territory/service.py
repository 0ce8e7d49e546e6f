"""Loading the reference data, and the communities that committees name."""

import csv
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlmodel import Session, SQLModel, col, select

from spg_registry.core import audit
from spg_registry.core.errors import Fault, Invalid
from spg_registry.core.permissions import SYSTEM, Actor, Permission, require
from spg_registry.rules.words import ActivityKind
from spg_registry.territory.atlas import atlas_of, forget
from spg_registry.territory.models import (
    NAME_LENGTH,
    Community,
    Department,
    Municipality,
    MunicipalityKind,
    Product,
    ProductGroup,
    Province,
)
from spg_registry.territory.names import name_key
from spg_registry.territory.schemas import NewCommunity

DATA = Path(__file__).parent / "data"


def load_reference(session: Session, now: datetime) -> int:
    """Bring the reference tables to the shipped files; returns how many rows changed.

    Idempotent. Rows that left a file stay: something may stand on them.
    """
    forget()
    changed = 0
    for table, rows in _reference():
        changed += sum(_put(session, table, row) for row in rows)
        session.flush()
    if changed:
        audit.record(session, SYSTEM, now, "territory.load", "territory", "all", rows=changed)
        session.flush()
    return changed


def _reference() -> Iterator[tuple[type[SQLModel], list[dict[str, Any]]]]:
    yield Department, [dict(row) for row in _read("departments.csv")]
    yield Province, [dict(row) for row in _read("provinces.csv")]
    yield Municipality, [_municipality(row) for row in _read("municipalities.csv")]
    yield Product, [_product(row) for row in _read("products.csv")]


def _read(name: str) -> Iterator[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _municipality(row: dict[str, str]) -> dict[str, Any]:
    return row | {
        "lat": float(row["lat"]),
        "lon": float(row["lon"]),
        "kind": MunicipalityKind(row["kind"]),
        "aliases": _several(row["aliases"]),
        "ine_code_2012": row["ine_code_2012"] or None,
    }


def _product(row: dict[str, str]) -> dict[str, Any]:
    return row | {
        "kind": ActivityKind(row["kind"]),
        "group": ProductGroup(row["group"]),
        "aliases": _several(row["aliases"]),
    }


def _several(cell: str) -> list[str]:
    return [name for name in cell.split("|") if name]


def _put(session: Session, table: type[SQLModel], values: dict[str, Any]) -> bool:
    """Insert or update one row; whether anything changed."""
    present = session.get(table, next(iter(values.values())))
    if present is None:
        session.add(table(**values))
        return True
    different = {name: value for name, value in values.items() if getattr(present, name) != value}
    for name, value in different.items():
        setattr(present, name, value)
    return bool(different)


def ensure_communities(
    session: Session, actor: Actor, now: datetime, batch: Sequence[NewCommunity]
) -> list[Community]:
    """The communities of a batch, in its order, those that were not there made.

    Case, accents and gaps do not make another community. Any committee office may name one.
    """
    require(actor, Permission.PRODUCER_WRITE)
    _check_municipalities(session, batch)
    keys = [(item.municipality_code, name_key(item.name)) for item in batch]
    known = _known(session, {municipality for municipality, _ in keys})
    made: list[Community] = []
    for item, where in zip(batch, keys, strict=True):
        if where not in known:
            known[where] = Community(
                municipality_code=where[0], name=item.name, name_key=where[1], kind=item.kind
            )
            made.append(known[where])
    session.add_all(made)
    session.flush()
    for row in made:
        audit.record(
            session,
            actor,
            now,
            "community.add",
            "community",
            row.id,
            municipality=row.municipality_code,
        )
    return [known[where] for where in keys]


def _check_municipalities(session: Session, batch: Sequence[NewCommunity]) -> None:
    places = atlas_of(session).municipalities
    faults = [
        Fault(f"{n}-municipality_code", "municipality_unknown", {"text": item.municipality_code})
        for n, item in enumerate(batch)
        if item.municipality_code not in places
    ]
    faults += [
        Fault(f"{n}-name", "community_name_empty", {"text": item.name})
        for n, item in enumerate(batch)
        if not name_key(item.name)
    ]
    faults += [
        Fault(f"{n}-name", "community_name_long", {"most": NAME_LENGTH})
        for n, item in enumerate(batch)
        if len(name_key(item.name)) > NAME_LENGTH
    ]
    if faults:
        raise Invalid(*faults)


def _known(session: Session, municipality_codes: set[str]) -> dict[tuple[str, str], Community]:
    query = select(Community).where(col(Community.municipality_code).in_(municipality_codes))
    return {(row.municipality_code, row.name_key): row for row in session.exec(query)}

"""Whether a place is likely: a warning, never a refusal, because maps err as well as people.

No boundaries of municipalities are in the registry. A place is measured against the producer's
other land, else against the other units of its community, else against the municipality's point.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

from sqlmodel import Session, col, select

from spg_registry.producers.answers import UnitOut
from spg_registry.producers.models import Unit
from spg_registry.producers.outlines import distance_m, middle_of
from spg_registry.territory.atlas import atlas_of

FAR_FROM_OWN_KM: Final = 25
FAR_FROM_COMMUNITY_KM: Final = 15
FAR_FROM_MUNICIPALITY_KM: Final = 80
_ENOUGH: Final = 3
"""Neighbours with a point, before their middle says anything."""

_Place = tuple[float, float]


@dataclass(frozen=True)
class Doubt:
    """`code` is of `map.<code>`: far_from_community, far_from_municipality, far_from_own."""

    code: str
    name: str
    km: int
    place: str


def doubts_about(session: Session, units: Sequence[UnitOut]) -> list[Doubt]:
    """Of open units whose place the reader may see."""
    found: list[Doubt] = []
    for unit in units:
        if unit.until is None:
            found += _inside(session, unit)
    return found


def _inside(session: Session, unit: UnitOut) -> list[Doubt]:
    """The unit's own point against what lies around, its plots against that point."""
    found: list[Doubt] = []
    own: _Place | None = None
    if unit.lat is not None and unit.lon is not None:
        own = (unit.lon, unit.lat)
        found += _of_unit(session, unit, own)
    for plot in unit.plots:
        if not plot.outline:
            continue
        here = middle_of(plot.outline)
        if own is None:
            found += _of_unit(session, unit, here, plot.name)
        else:
            limit = FAR_FROM_OWN_KM
            found += _far("far_from_own", plot.name, here, own, unit.name, limit)
    return found


def _of_unit(session: Session, unit: UnitOut, here: _Place, name: str = "") -> list[Doubt]:
    near = session.exec(
        select(Unit.lon, Unit.lat).where(
            Unit.community_id == unit.community_id,
            Unit.code != unit.code,
            col(Unit.until).is_(None),
            col(Unit.lat).is_not(None),
        )
    ).all()
    points = [(lon, lat) for lon, lat in near if lon is not None and lat is not None]
    if len(points) >= _ENOUGH:
        middle = (median(lon for lon, _ in points), median(lat for _, lat in points))
        limit = FAR_FROM_COMMUNITY_KM
        return _far("far_from_community", name or unit.name, here, middle, unit.community, limit)
    town = atlas_of(session).municipalities[unit.municipality_code]
    return _far(
        "far_from_municipality",
        name or unit.name,
        here,
        (town.lon, town.lat),
        unit.municipality,
        FAR_FROM_MUNICIPALITY_KM,
    )


def _far(
    code: str, name: str, here: _Place, there: _Place, place: str, limit_km: int
) -> list[Doubt]:
    km = distance_m(here, there) / 1000
    return [Doubt(code, name, round(km), place)] if km > limit_km else []

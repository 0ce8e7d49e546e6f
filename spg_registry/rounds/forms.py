"""The evaluation form of a unit: which questions of the frozen checklist it is asked."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlmodel import Session, col, select

from spg_registry.producers.models import CollectionZone, Crop, Facility
from spg_registry.rounds.models import Round
from spg_registry.standards import snapshot
from spg_registry.territory.models import Product, ProductKind

MANY = 500


def activities_of(
    session: Session, unit_ids: Collection[int], year: int
) -> dict[int, frozenset[ProductKind]]:
    """What each unit does in its latest season up to a year; zones gather, facilities process."""
    latest: dict[int, int] = {}
    kinds: dict[int, set[ProductKind]] = defaultdict(set)
    ordered = sorted(set(unit_ids))
    for start in range(0, len(ordered), MANY):
        lot = ordered[start : start + MANY]
        grown = (
            select(Crop.unit_id, Crop.season, Product.kind)
            .join(Product, col(Product.code) == col(Crop.product_code))
            .where(col(Crop.unit_id).in_(lot), col(Crop.season) <= year)
            .distinct()
            .order_by(col(Crop.season).desc())
        )
        for unit_id, season, kind in session.exec(grown):
            if latest.setdefault(unit_id, season) == season:
                kinds[unit_id].add(kind)
        gathers = select(CollectionZone.unit_id).where(col(CollectionZone.unit_id).in_(lot))
        for unit_id in session.exec(gathers):
            kinds[unit_id].add(ProductKind.WILD)
        processes = select(Facility.unit_id).where(col(Facility.unit_id).in_(lot))
        for unit_id in session.exec(processes):
            kinds[unit_id].add(ProductKind.PROCESSED)
    return {unit_id: frozenset(kinds[unit_id]) for unit_id in ordered}


def items_of_units(
    session: Session, ronda: Round, unit_ids: Collection[int]
) -> dict[int, tuple[str, ...]]:
    """The codes of the questions each unit is asked, in the order of the form.

    A unit of which no crop is known is asked everything.
    """
    activities = activities_of(session, unit_ids, ronda.period_until.year)
    asked: dict[frozenset[ProductKind], tuple[str, ...]] = {}
    for kinds in set(activities.values()):
        questions = snapshot.items(ronda.frozen, kinds or None)
        asked[kinds] = tuple(item["code"] for item in questions)
    return {unit_id: asked[kinds] for unit_id, kinds in activities.items()}


def unanswered(asked: Iterable[str], answers: Mapping[str, Any]) -> list[str]:
    return [code for code in asked if not (answers.get(code) or {}).get("answer")]

"""The evaluation form of a unit: which questions of the frozen checklist it is asked."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any

from sqlmodel import Session, col, select

from spg_registry.producers.facts import present_crops, zones_of
from spg_registry.producers.models import Facility
from spg_registry.rounds.models import Round
from spg_registry.rules.words import ActivityKind
from spg_registry.standards import snapshot
from spg_registry.territory.atlas import atlas_of


def activities_of(
    session: Session, unit_ids: Collection[int], on: date
) -> dict[int, frozenset[ActivityKind]]:
    """What each unit does in its present season; zones gather, facilities process."""
    products = atlas_of(session).products
    crops, zones = present_crops(session, unit_ids, on), zones_of(session, unit_ids)
    processing = set(
        session.exec(select(Facility.unit_id).where(col(Facility.unit_id).in_(set(unit_ids))))
    )
    found = {}
    for unit_id in set(unit_ids):
        kinds = {ActivityKind(products[crop.product_code].kind) for crop in crops[unit_id]}
        if zones[unit_id]:
            kinds.add(ActivityKind.WILD)
        if unit_id in processing:
            kinds.add(ActivityKind.PROCESSED)
        found[unit_id] = frozenset(kinds)
    return found


def items_of_units(
    session: Session, ronda: Round, unit_ids: Collection[int]
) -> dict[int, tuple[str, ...]]:
    """The codes of the questions each unit is asked, in the order of the form.

    A unit of which no crop is known is asked everything.
    """
    activities = activities_of(session, unit_ids, ronda.period_until)
    asked: dict[frozenset[ActivityKind], tuple[str, ...]] = {}
    for kinds in set(activities.values()):
        questions = snapshot.items(ronda.frozen, kinds or None)
        asked[kinds] = tuple(item["code"] for item in questions)
    return {unit_id: asked[kinds] for unit_id, kinds in activities.items()}


def form_of_unit(session: Session, ronda: Round, unit_id: int) -> list[dict[str, Any]]:
    """The dimensions with their questions, as the page prints them."""
    kinds = activities_of(session, [unit_id], ronda.period_until)[unit_id]
    return snapshot.dimensions(ronda.frozen, kinds or None)


def unanswered(asked: Iterable[str], answers: Mapping[str, Any]) -> list[str]:
    return [code for code in asked if not (answers.get(code) or {}).get("answer")]

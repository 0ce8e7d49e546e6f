"""What the rules are told of producers, in batches: a meeting's facts in a handful of queries.

Every answer is a dict by id. Those of facts and rows have an entry for each id that was asked
for, empty where there is nothing. No permission is asked: the room that calls has asked it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

from sqlalchemy.orm import aliased
from sqlmodel import Session, col, func, select

from spg_registry.committees.models import Spg
from spg_registry.producers.models import (
    CollectionZone,
    Crop,
    Enrolment,
    Holder,
    Interest,
    Pledge,
    Plot,
    Producer,
    Unit,
    UnitPlot,
)
from spg_registry.rules import facts
from spg_registry.rules.months import Span
from spg_registry.rules.words import ActivityKind, InterestKind, LastInput
from spg_registry.territory.atlas import atlas_of


def enrolments_by_id(session: Session, ids: Iterable[int]) -> dict[int, Enrolment]:
    found = session.exec(select(Enrolment).where(col(Enrolment.id).in_(set(ids))))
    return {row.id: row for row in found}


def open_enrolments(
    session: Session, producer_ids: Iterable[int], spg_id: int
) -> dict[int, Enrolment]:
    """By producer: where it is enrolled in this SPG now; without an entry where it is not."""
    query = select(Enrolment).where(
        col(Enrolment.producer_id).in_(set(producer_ids)),
        Enrolment.spg_id == spg_id,
        col(Enrolment.ended_on).is_(None),
    )
    return {row.producer_id: row for row in session.exec(query)}


def pledges_of(session: Session, enrolment_ids: Iterable[int]) -> dict[int, date]:
    """By enrolment: when the pledge was first signed; without an entry where it never was. What was
    signed under a registration that was merged into this one counts."""
    signed_under = pledging(session, enrolment_ids)
    query = (
        select(Pledge.enrolment_id, func.min(Pledge.signed_on))
        .where(col(Pledge.enrolment_id).in_({id_ for ids in signed_under.values() for id_ in ids}))
        .group_by(col(Pledge.enrolment_id))
    )
    first = dict(session.exec(query).all())
    found = {own: [first[id_] for id_ in ids if id_ in first] for own, ids in signed_under.items()}
    return {own: min(days) for own, days in found.items() if days}


def pledging(session: Session, enrolment_ids: Iterable[int]) -> dict[int, list[int]]:
    """By enrolment: itself, and those in the same SPG of registrations merged into its producer."""
    own, other = aliased(Enrolment), aliased(Enrolment)
    found = {id_: [id_] for id_ in enrolment_ids}
    query = (
        select(col(own.id), col(other.id))
        .join(Producer, col(Producer.merged_into_id) == col(own.producer_id))
        .join(other, col(other.producer_id) == col(Producer.id))
        .where(col(own.id).in_(found), col(other.spg_id) == col(own.spg_id))
    )
    for id_, merged in session.exec(query):
        found[id_].append(merged)
    return found


def with_merged(column: Any, producer_ids: Iterable[int]) -> Any:
    """The condition that a column names one of these producers, or one that was merged into it."""
    ids = set(producer_ids)
    known = col(Producer.id).in_(ids) | col(Producer.merged_into_id).in_(ids)
    return column.in_(select(Producer.id).where(known))


def merged_into(session: Session, producer_ids: Iterable[int]) -> dict[int, int]:
    """By producer that was merged into one of these: the one that stayed."""
    query = select(Producer.id, col(Producer.merged_into_id)).where(
        col(Producer.merged_into_id).in_(set(producer_ids))
    )
    return {id_: kept for id_, kept in session.exec(query) if kept is not None}


def standing_for(session: Session, producer_ids: Iterable[int]) -> dict[int, int]:
    """By each of these: the producer that it is now, itself or the one it was merged into."""
    query = select(Producer.id, col(Producer.merged_into_id))
    rows = session.exec(query.where(col(Producer.id).in_(set(producer_ids))))
    return {id_: into or id_ for id_, into in rows}


# --- land ----------------------------------------------------------------------------------------


def open_units(session: Session, producer_ids: Iterable[int], on: date) -> dict[int, list[Unit]]:
    """By producer: its units on a day, in the order of their codes."""
    ids = set(producer_ids)
    rows = session.exec(
        select(Unit).where(col(Unit.producer_id).in_(ids)).order_by(col(Unit.id))
    ).all()
    found: dict[int, list[Unit]] = {id_: [] for id_ in ids}
    for row in rows:
        if Span(None, row.until).covers(on):
            found[row.producer_id].append(row)
    return found


def here(on: date | None = None) -> Any:
    """The condition that a plot is in its unit: on a day, or now."""
    if on is None:
        return col(UnitPlot.until).is_(None)
    begun = col(UnitPlot.since).is_(None) | (col(UnitPlot.since) <= on)
    return begun & (col(UnitPlot.until).is_(None) | (col(UnitPlot.until) >= on))


def plots_of(
    session: Session, unit_ids: Iterable[int], on: date | None = None
) -> dict[int, list[Plot]]:
    """By unit, on a day or now; a shared plot stands under each of its units."""
    ids = set(unit_ids)
    query = (
        select(UnitPlot.unit_id, Plot)
        .join(Plot, col(Plot.id) == col(UnitPlot.plot_id))
        .where(col(UnitPlot.unit_id).in_(ids), here(on))
        .order_by(col(Plot.id))
    )
    found: dict[int, list[Plot]] = {id_: [] for id_ in ids}
    for unit_id, plot in session.exec(query):
        found[unit_id].append(plot)
    return found


def present_crops(session: Session, unit_ids: Iterable[int], on: date) -> dict[int, list[Crop]]:
    """By unit: the crops of its latest season that is not after the day's year. In January what
    stands in the fields was still written down under the year before."""
    ids = set(unit_ids)
    query = select(Crop).where(col(Crop.unit_id).in_(ids), Crop.season <= on.year)
    found: dict[int, list[Crop]] = {id_: [] for id_ in ids}
    for row in session.exec(query.order_by(col(Crop.season).desc(), col(Crop.id))):
        listed = found[row.unit_id]
        if not listed or listed[0].season == row.season:
            listed.append(row)
    return found


def zones_of(session: Session, unit_ids: Iterable[int]) -> dict[int, list[CollectionZone]]:
    ids = set(unit_ids)
    query = select(CollectionZone).where(col(CollectionZone.unit_id).in_(ids))
    found: dict[int, list[CollectionZone]] = {id_: [] for id_ in ids}
    for row in session.exec(query.order_by(col(CollectionZone.id))):
        found[row.unit_id].append(row)
    return found


def units_of(
    session: Session, producer_ids: Collection[int], on: date
) -> dict[int, tuple[facts.Unit, ...]]:
    """By producer: its units with plots, zones, and the crops that stand there on a day."""
    units = open_units(session, producer_ids, on)
    ids = [unit.id for listed in units.values() for unit in listed]
    plots, zones = plots_of(session, ids, on), zones_of(session, ids)
    crops = present_crops(session, ids, on)
    kinds = {code: ActivityKind(row.kind) for code, row in atlas_of(session).products.items()}
    return {
        producer_id: tuple(
            facts.Unit(
                unit.id,
                tuple(
                    facts.Plot(plot.id, plot.area_m2, last_prohibited_input(plot))
                    for plot in plots[unit.id]
                ),
                tuple(
                    facts.Crop(crop.product_code, kinds[crop.product_code], crop.plot_id)
                    for crop in crops[unit.id]
                    if crop.plot_id is None or crop.plot_id in {p.id for p in plots[unit.id]}
                ),
                tuple(
                    facts.GatheringZone(
                        bounded=bool(zone.bounds),
                        planned=bool(zone.plan) and Span(None, zone.plan_until).covers(on),
                    )
                    for zone in zones[unit.id]
                ),
            )
            for unit in listed
        )
        for producer_id, listed in units.items()
    }


def last_prohibited_input(plot: Plot) -> facts.LastProhibitedInput:
    if plot.last_input is LastInput.DATE and plot.last_input_on is not None:
        return plot.last_input_on
    return plot.last_input


# --- people --------------------------------------------------------------------------------------


def holders_of(
    session: Session, producer_ids: Iterable[int], on: date | None = None
) -> dict[int, list[int]]:
    """By producer: the persons behind it, the first holder first. Without a day, the present."""
    ids = set(producer_ids)
    merged = merged_into(session, ids)
    query = select(Holder).where(col(Holder.producer_id).in_({*ids, *merged}))
    found: dict[int, list[int]] = {id_: [] for id_ in ids}
    for row in session.exec(query.order_by(col(Holder.position), col(Holder.id))):
        if row.until is None or (on is not None and row.since <= on <= row.until):
            for id_ in {row.producer_id, merged.get(row.producer_id, row.producer_id)} & ids:
                if row.person_id not in found[id_]:
                    found[id_].append(row.person_id)
    return found


def producers_held_by(session: Session, person_ids: Iterable[int]) -> dict[int, list[int]]:
    """By person: the producers that it stands behind now."""
    ids = set(person_ids)
    query = select(Holder).where(col(Holder.person_id).in_(ids), col(Holder.until).is_(None))
    found: dict[int, list[int]] = {id_: [] for id_ in ids}
    for row in session.exec(query.order_by(col(Holder.id))):
        found[row.person_id].append(row.producer_id)
    return found


def holders_among(session: Session, committee_id: int, person_ids: Iterable[int]) -> set[int]:
    """Those of these persons who stand behind a producer enrolled with the committee now."""
    query = (
        select(Holder.person_id)
        .join(Enrolment, col(Enrolment.producer_id) == col(Holder.producer_id))
        .join(Spg, col(Spg.id) == col(Enrolment.spg_id))
        .where(col(Holder.person_id).in_(set(person_ids)), col(Holder.until).is_(None))
        .where(Spg.committee_id == committee_id, col(Enrolment.ended_on).is_(None))
    )
    return set(session.exec(query))


def households_of(session: Session, producer_ids: Iterable[int]) -> dict[int, frozenset[int]]:
    """By producer: the persons behind all producers of its household, its own among them; of the
    households of registrations that were merged into it, too."""
    ids = set(producer_ids)
    merged = merged_into(session, ids)
    homes: dict[int, set[int]] = defaultdict(set)
    query = select(Producer.id, Producer.household_id).where(col(Producer.id).in_({*ids, *merged}))
    for id_, household in session.exec(query):
        if household is not None:
            for whose in {id_, merged.get(id_, id_)} & ids:
                homes[whose].add(household)
    persons = _living_in(session, set().union(*homes.values()))
    return {id_: frozenset().union(*(persons[home] for home in homes[id_])) for id_ in ids}


def _living_in(session: Session, households: set[int]) -> dict[int, set[int]]:
    """The persons behind the producers of each household now, also where one of these is the
    second registration of a producer elsewhere."""
    persons: dict[int, set[int]] = defaultdict(set)
    if not households:
        return persons
    query = select(Producer.id, Producer.merged_into_id, Producer.household_id)
    rows = list(session.exec(query.where(col(Producer.household_id).in_(households))))
    holders = holders_of(session, {id_ for row in rows for id_ in row[:2] if id_ is not None})
    for id_, kept, household in rows:
        if household is not None:
            persons[household].update(holders[id_], holders[kept] if kept else ())
    return persons


def interests_of(
    session: Session, producer_ids: Iterable[int], person_ids: Iterable[int] | None = None
) -> dict[int, list[Interest]]:
    """By producer: what was declared or found, past ones too; of these persons only, if given."""
    ids = set(producer_ids)
    merged = merged_into(session, ids)
    query = select(Interest).where(col(Interest.producer_id).in_({*ids, *merged}))
    if person_ids is not None:
        query = query.where(col(Interest.person_id).in_(set(person_ids)))
    found: dict[int, list[Interest]] = {id_: [] for id_ in ids}
    for row in session.exec(query.order_by(col(Interest.id))):
        for id_ in {row.producer_id, merged.get(row.producer_id, row.producer_id)} & ids:
            found[id_].append(row)
    return found


def ties_of(session: Session, producer_ids: Collection[int]) -> dict[int, facts.Ties]:
    """By producer: holders, household, and every interest that binds one of them, whoever it was
    declared about; who left was near while it was a holder. Past evaluations belong to the room of
    rounds, which adds them."""
    holders = holders_of(session, producer_ids)
    left = _left(session, producer_ids)
    households = households_of(session, producer_ids)
    told = interests_of(session, producer_ids)
    near = _near_holders(session, {person for listed in holders.values() for person in listed})
    return {
        id_: facts.Ties(
            producer_id=id_,
            holders=frozenset(holders[id_]),
            household=households[id_],
            interests=(
                *(_fact(row, producer_id=row.producer_id) for row in told[id_]),
                *(tie for person in holders[id_] for tie in near[person]),
                *left[id_],
            ),
        )
        for id_ in holders
    }


def _left(session: Session, producer_ids: Collection[int]) -> dict[int, list[facts.Interest]]:
    """By producer: who stood behind it and does so no more, with the days."""
    ids = set(producer_ids)
    merged = merged_into(session, ids)
    query = select(Holder).where(
        col(Holder.producer_id).in_({*ids, *merged}), col(Holder.until).is_not(None)
    )
    found: dict[int, list[facts.Interest]] = defaultdict(list)
    for row in session.exec(query.order_by(col(Holder.id))):
        for id_ in {row.producer_id, merged.get(row.producer_id, row.producer_id)} & ids:
            span = Span(row.since, row.until)
            tie = facts.Interest(InterestKind.SELF, row.person_id, producer_id=id_, span=span)
            found[id_].append(tie)
    return found


def _near_holders(session: Session, persons: set[int]) -> dict[int, list[facts.Interest]]:
    """By holder: what it has in other producers, which binds those producers' holders to it, and
    what others have in whatever else it holds."""
    near: dict[int, list[facts.Interest]] = defaultdict(list)
    own = session.exec(select(Interest).where(col(Interest.person_id).in_(persons))).all()
    others = holders_of(session, {row.producer_id for row in own})
    for row in own:
        for other in others[row.producer_id]:
            near[row.person_id].append(_fact(row, other_person_id=other))
    held = producers_held_by(session, persons)
    told = interests_of(session, {id_ for listed in held.values() for id_ in listed})
    for person, producers in held.items():
        for producer_id in producers:
            near[person] += [_fact(row, other_person_id=person) for row in told[producer_id]]
    return near


def _fact(
    row: Interest, producer_id: int | None = None, other_person_id: int | None = None
) -> facts.Interest:
    return facts.Interest(
        kind=InterestKind(row.kind),
        person_id=row.person_id,
        producer_id=producer_id,
        other_person_id=other_person_id,
        degree=row.degree,
        span=Span(row.since, row.until),
    )

"""One producer, or one unit, with everything that the reader may see of it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any

from sqlmodel import Session, col, select

from spg_registry.core.permissions import Actor, Permission
from spg_registry.people.models import Person
from spg_registry.producers.access import (
    Sight,
    committees_of,
    find_producer,
    plain_code,
    seen,
    sight_of,
)
from spg_registry.producers.answers import (
    CropOut,
    FacilityOut,
    HolderOut,
    IngredientOut,
    MembershipOut,
    NeighbourOut,
    PlotOut,
    ProducerFile,
    UnitOut,
    ZoneOut,
)
from spg_registry.producers.errors import PlotNotFound, UnitNotFound
from spg_registry.producers.facts import here, interests_of, plots_of, present_crops, zones_of
from spg_registry.producers.ingredients import ingredients_out
from spg_registry.producers.models import (
    Crop,
    Facility,
    Holder,
    OrganisationMembership,
    Plot,
    Producer,
    Unit,
    UnitPlot,
)
from spg_registry.producers.queries import (
    enrolments_out,
    interests_out,
    lines,
    membership_out,
    places_out,
    producers_by_id,
)
from spg_registry.producers.stages import Months, UnitStage, stage_of, transition_months
from spg_registry.producers.transfers import transfers_of
from spg_registry.rules.transitions import derived_stage
from spg_registry.rules.words import ActivityKind
from spg_registry.territory.atlas import atlas_of


def producer_file(
    session: Session,
    actor: Actor,
    code: str,
    on: date,
    visible_ids: Collection[int] | None = None,
) -> ProducerFile:
    """By code. Raises ProducerNotFound for none, and for one out of sight."""
    sight = sight_of(actor, visible_ids)
    producer = find_producer(session, sight, code)
    committees = committees_of(session, [producer.id]).get(producer.id, [])
    identity = any(actor.may(Permission.PRODUCER_IDENTITY, place) for place in committees)
    months = transition_months(session, committees[0] if committees else None, on)
    line = lines(session, [producer])[0]
    land = units_out(
        session, [producer], on, months, with_point=identity or producer.id in sight.producer_ids
    )
    enrolments = enrolments_out(session, [producer.id], with_papers=identity)[producer.id]
    open_land = (unit.stage for unit in land if unit.until is None or unit.until >= on)
    return ProducerFile(
        **line.model_dump(exclude={"enrolments"}),
        enrolments=enrolments,
        identity=identity,
        writable=any(actor.may(Permission.PRODUCER_WRITE, place) for place in committees),
        on=on,
        stage=derived_stage(stage for stage in open_land if stage is not None),
        nit=producer.nit if identity else None,
        household_id=producer.household_id,
        household=_household(session, producer),
        holders=_holders(session, producer, identity=identity),
        memberships=_memberships(session, producer),
        interests=(
            interests_out(session, interests_of(session, [producer.id])[producer.id])
            if identity
            else []
        ),
        merged=[
            row.code
            for row in session.exec(
                select(Producer)
                .where(Producer.merged_into_id == producer.id)
                .order_by(col(Producer.number))
            )
        ],
        transfers=transfers_of(session, producer.id),
        land=land,
    )


def unit_file(
    session: Session,
    actor: Actor,
    code: str,
    on: date,
    visible_ids: Collection[int] | None = None,
) -> UnitOut:
    """By code. Raises UnitNotFound for none, and for one of a producer out of sight."""
    sight = sight_of(actor, visible_ids)
    producer = _producer_of(session, sight, code)
    committees = committees_of(session, [producer.id]).get(producer.id, [])
    identity = any(actor.may(Permission.PRODUCER_IDENTITY, place) for place in committees)
    months = transition_months(session, committees[0] if committees else None, on)
    point = identity or producer.id in sight.producer_ids
    units = units_out(session, [producer], on, months, with_point=point)
    return next(unit for unit in units if unit.code == plain_code(code))


def unit_files(session: Session, units: Sequence[Unit], on: date) -> list[UnitOut]:
    """Of a list already seen through a `Sight`; without points."""
    months = transition_months(session, None, on)
    producers = producers_by_id(session, {unit.producer_id for unit in units})
    wanted = [unit.id for unit in units]
    found = units_out(session, list(producers.values()), on, months, with_point=False)
    by_id = {unit.id: unit for unit in found}
    return [by_id[id_] for id_ in wanted]


def crop_file(session: Session, crop_id: int) -> CropOut:
    """For who has just written it."""
    crop = session.get_one(Crop, crop_id)
    plot = session.get(Plot, crop.plot_id) if crop.plot_id is not None else None
    made_of = ingredients_out(session, [crop.id]).get(crop.id, [])
    return _crop(session, crop, {plot.id: plot.code} if plot else {}, made_of)


def plot_file(
    session: Session,
    actor: Actor,
    code: str,
    on: date,
    visible_ids: Collection[int] | None = None,
) -> PlotOut:
    """By code. Raises PlotNotFound for none, and for one that only others work."""
    sight = sight_of(actor, visible_ids)
    unit_code = session.exec(
        select(Unit.code)
        .join(UnitPlot, col(UnitPlot.unit_id) == col(Unit.id))
        .join(Plot, col(Plot.id) == col(UnitPlot.plot_id))
        .join(Producer, col(Producer.id) == col(Unit.producer_id))
        .where(Plot.code == plain_code(code), here(), seen(sight))
        .order_by(col(Unit.id))
    ).first()
    if unit_code is None:
        raise PlotNotFound(code=code)
    unit = unit_file(session, actor, unit_code, on, visible_ids)
    return next(plot for plot in unit.plots if plot.code == plain_code(code))


def _producer_of(session: Session, sight: Sight, unit_code: str) -> Producer:
    found = session.exec(
        select(Producer)
        .join(Unit, col(Unit.producer_id) == col(Producer.id))
        .where(Unit.code == plain_code(unit_code), seen(sight))
    ).first()
    if found is None:
        raise UnitNotFound(code=unit_code)
    return found


def _holders(session: Session, producer: Producer, *, identity: bool) -> list[HolderOut]:
    """Present and past, in their order."""
    query = (
        select(Holder, Person)
        .join(Person, col(Person.id) == col(Holder.person_id))
        .where(Holder.producer_id == producer.id)
        .order_by(col(Holder.until).is_not(None), col(Holder.position), col(Holder.id))
    )
    private = {"ci", "ci_suffix", "birth_year", "phone"}
    return [
        HolderOut(
            **holder.model_dump(include={"person_id", "position", "since", "until"}),
            **person.model_dump(include={"names", "surnames", "sex"}),
            full_name=person.full_name,
            **(person.model_dump(include=private) if identity else {}),
        )
        for holder, person in session.exec(query)
    ]


def _household(session: Session, producer: Producer) -> list[NeighbourOut]:
    if producer.household_id is None:
        return []
    query = select(Producer).where(
        Producer.household_id == producer.household_id, Producer.id != producer.id
    )
    rows = session.exec(query.order_by(col(Producer.number)))
    return [NeighbourOut.model_validate(row) for row in rows]


def _memberships(session: Session, producer: Producer) -> list[MembershipOut]:
    query = select(OrganisationMembership).where(OrganisationMembership.producer_id == producer.id)
    rows = session.exec(query.order_by(col(OrganisationMembership.id)))
    return [membership_out(session, row) for row in rows]


# --- land ----------------------------------------------------------------------------------------


def units_out(
    session: Session, producers: Sequence[Producer], on: date, months: Months, *, with_point: bool
) -> list[UnitOut]:
    """Every unit of the producers, closed ones too, with what is on it."""
    code_of = {producer.id: producer.code for producer in producers}
    query = select(Unit).where(col(Unit.producer_id).in_(code_of.keys()))
    units = session.exec(query.order_by(col(Unit.id))).all()
    ids = [unit.id for unit in units]
    plots, zones, present = (
        plots_of(session, ids, on),
        zones_of(session, ids),
        present_crops(session, ids, on),
    )
    crops, facilities = _crops(session, ids), _facilities(session, ids)
    made_of = ingredients_out(session, (crop.id for listed in crops.values() for crop in listed))
    shared = _sharers(session, {plot.id for listed in plots.values() for plot in listed})
    where = places_out(session, [unit.community_id for unit in units])
    kinds = {code: ActivityKind(row.kind) for code, row in atlas_of(session).products.items()}
    found = []
    for unit in units:
        stage = stage_of(plots[unit.id], present[unit.id], kinds, on, months)
        named = {plot.id: plot.code for plot in plots[unit.id]}
        found.append(
            UnitOut(
                **where[unit.community_id],
                **unit.model_dump(
                    exclude={"producer_id", "community_id", "municipality_code", "lat", "lon"}
                ),
                lat=unit.lat if with_point else None,
                lon=unit.lon if with_point else None,
                producer_code=code_of[unit.producer_id],
                area_m2=stage.area_m2,
                stage=stage.stage,
                plots=[
                    _plot(
                        plot,
                        stage,
                        [c for c in shared[plot.id] if c != unit.code],
                        with_outline=with_point,
                    )
                    for plot in plots[unit.id]
                ],
                crops=[
                    _crop(session, crop, named, made_of.get(crop.id, [])) for crop in crops[unit.id]
                ],
                zones=[ZoneOut.model_validate(zone) for zone in zones[unit.id]],
                facilities=facilities[unit.id],
            )
        )
    return found


def _plot(plot: Plot, unit: UnitStage, shared_with: list[str], *, with_outline: bool) -> PlotOut:
    found = unit.plots.get(plot.id)
    return PlotOut(
        **plot.model_dump(exclude={"id"} if with_outline else {"id", "outline"}),
        stage=found.stage if found else None,
        stage_since=found.since if found else None,
        shared_with=shared_with,
    )


def _crop(
    session: Session, crop: Crop, plot_codes: dict[int, str], made_of: list[IngredientOut]
) -> CropOut:
    product = atlas_of(session).products[crop.product_code]
    fields: dict[str, Any] = crop.model_dump(exclude={"unit_id", "plot_id"})
    return CropOut(
        **fields,
        product=product.es,
        product_en=product.en,
        kind=ActivityKind(product.kind),
        ingredients=made_of,
        plot_code=plot_codes.get(crop.plot_id) if crop.plot_id is not None else None,
    )


def _crops(session: Session, unit_ids: Iterable[int]) -> dict[int, list[Crop]]:
    query = select(Crop).where(col(Crop.unit_id).in_(set(unit_ids)))
    found: dict[int, list[Crop]] = defaultdict(list)
    for row in session.exec(query.order_by(col(Crop.season).desc(), col(Crop.id))):
        found[row.unit_id].append(row)
    return found


def _facilities(session: Session, unit_ids: Iterable[int]) -> dict[int, list[FacilityOut]]:
    query = select(Facility).where(col(Facility.unit_id).in_(set(unit_ids)))
    found: dict[int, list[FacilityOut]] = defaultdict(list)
    for row in session.exec(query.order_by(col(Facility.id))):
        found[row.unit_id].append(FacilityOut.model_validate(row))
    return found


def _sharers(session: Session, plot_ids: set[int]) -> dict[int, list[str]]:
    """By plot: the codes of the units that work it."""
    query = (
        select(UnitPlot.plot_id, Unit.code)
        .join(Unit, col(Unit.id) == col(UnitPlot.unit_id))
        .where(col(UnitPlot.plot_id).in_(plot_ids), here())
        .order_by(col(Unit.id))
    )
    found: dict[int, list[str]] = defaultdict(list)
    for plot_id, code in session.exec(query):
        found[plot_id].append(code)
    return found

"""Land goes from hand to hand: sold, inherited, divided. The plot's clock stays with the plot.

Two offices may be in it. The giver's hands over; the receiver's takes into a unit. Where both are
one, it is one act.
"""

from collections.abc import Sequence
from datetime import date, datetime

from sqlmodel import Session, col, select

from spg_registry.core import audit, clock
from spg_registry.core.errors import Fault, Invalid
from spg_registry.core.permissions import Actor, Permission
from spg_registry.producers import checks
from spg_registry.producers.access import (
    committees_of,
    producer_to_write,
    unit_to_write,
)
from spg_registry.producers.answers import TransferOut
from spg_registry.producers.errors import UnitNotFound
from spg_registry.producers.facts import plots_of
from spg_registry.producers.holdings import NewUnit, add_units, next_suffix, plots_in, put_plots
from spg_registry.producers.models import (
    CollectionZone,
    Crop,
    Facility,
    Plot,
    Producer,
    Transfer,
    TransferKind,
    Unit,
    UnitPlot,
)
from spg_registry.producers.schemas import HandOverIn, TakeOverIn, UnitIn
from spg_registry.rules.months import ONE_DAY
from spg_registry.territory.models import Community


def hand_over(
    session: Session, actor: Actor, now: datetime, unit_code: str, data: HandOverIn
) -> list[Transfer]:
    """Plots leave a unit for another producer (or another unit of the same). A unit with nothing
    left in it is closed."""
    unit, committee_id = unit_to_write(session, actor, unit_code)
    receiver = session.exec(
        select(Producer).where(Producer.code == data.to_producer.strip().upper())
    ).first()
    today = clock.local_date(now)
    on = data.effective_on or today
    here = {plot.code: plot for plot in plots_in(session, unit.id)}
    faults = list(checks.past("effective_on", on, today))
    if on < unit.since:
        faults.append(Fault("effective_on", "until_before_since", {"since": unit.since}))
    if data.kind is TransferKind.MOVED:
        faults.append(Fault("kind", "transfer_by_moving"))
    faults += [
        Fault("plots", "crop_plot_unknown") for code in data.plots if code.strip() not in here
    ][:1]
    if receiver is None:
        raise Invalid(*faults, Fault("to_producer", "receiver_unknown"))
    both = _writes(session, actor, receiver)
    if not both and data.to_unit:
        faults.append(Fault("to_unit", "receiver_elsewhere"))
    if receiver.id == unit.producer_id and data.to_unit in (None, unit.code):
        faults.append(Fault("to_producer", "receiver_is_giver"))
    if faults:
        raise Invalid(*faults)
    plots = [here[code] for code in dict.fromkeys(code.strip() for code in data.plots)]
    _leave(session, unit, plots, on)
    rows = [
        Transfer(
            kind=data.kind,
            effective_on=on,
            reason=data.reason,
            from_producer_id=unit.producer_id,
            to_producer_id=receiver.id,
            from_unit_id=unit.id,
            plot_id=plot.id,
        )
        for plot in plots
    ]
    session.add_all(rows)
    session.flush()
    for row, plot in zip(rows, plots, strict=True):
        audit.record(
            session,
            actor,
            now,
            "plot.hand_over",
            "plot",
            plot.id,
            committee_id=committee_id,
            transfer=row.id,
        )
    if both:
        take = TakeOverIn(transfers=[row.id for row in rows], to_unit=data.to_unit)
        take_over(session, actor, now, receiver.code, take)
    session.flush()
    return rows


def _writes(session: Session, actor: Actor, receiver: Producer) -> bool:
    places = committees_of(session, [receiver.id]).get(receiver.id, [])
    return any(actor.may(Permission.PRODUCER_WRITE, place) for place in places)


def _leave(session: Session, unit: Unit, plots: Sequence[Plot], on: date) -> None:
    for plot in plots:
        session.get_one(UnitPlot, (unit.id, plot.id)).until = on - ONE_DAY
    session.flush()
    if not is_empty(session, unit.id):
        return
    unit.until = max(unit.since, on - ONE_DAY)
    session.flush()


def is_empty(session: Session, unit_id: int) -> bool:
    """No plot, no zone, no facility: nothing to visit."""
    if plots_of(session, [unit_id])[unit_id]:
        return False
    beside = (
        select(CollectionZone.id).where(CollectionZone.unit_id == unit_id),
        select(Facility.id).where(Facility.unit_id == unit_id),
    )
    return not any(session.exec(query).first() for query in beside)


def take_over(
    session: Session, actor: Actor, now: datetime, producer_code: str, data: TakeOverIn
) -> list[Transfer]:
    """What was handed to a producer goes into one of its units, or into a new one that lies where
    the land has always lain."""
    producer, committee_id = producer_to_write(session, actor, producer_code)
    rows = list(
        session.exec(
            select(Transfer)
            .where(col(Transfer.id).in_(data.transfers), Transfer.to_producer_id == producer.id)
            .where(col(Transfer.taken_on).is_(None), col(Transfer.plot_id).is_not(None))
            .order_by(col(Transfer.id))
        )
    )
    if len(rows) != len(set(data.transfers)):
        raise Invalid.at("transfers", "transfer_taken")
    since = max(row.effective_on for row in rows)
    today = clock.local_date(now)
    unit = (
        _unit_of(session, producer, data.to_unit, today)
        if data.to_unit
        else _new_unit(session, producer, rows[0], since)
    )
    for row in rows:
        plot_id = row.plot_id or 0  # the query chose those with one
        put_plots(session, unit.id, [plot_id], row.effective_on)
        crops = _standing_crops(session, row, unit.id)
        session.add_all(crops)
        session.flush()
        row.to_unit_id = unit.id
        row.taken_on = today
        audit.record(
            session,
            actor,
            now,
            "plot.take_over",
            "plot",
            plot_id,
            committee_id=committee_id,
            transfer=row.id,
            unit=unit.id,
            crops=[crop.id for crop in crops],
        )
    session.flush()
    return rows


def _standing_crops(session: Session, row: Transfer, unit_id: int) -> list[Crop]:
    """What stands on a plot goes on growing with the receiver: the crops of the season under way,
    and those written down for later ones. The giver's rows stay, as what was grown there."""
    query = (
        select(Crop)
        .where(Crop.plot_id == row.plot_id, col(Crop.unit_id).in_([row.from_unit_id, unit_id]))
        .order_by(col(Crop.id))
    )
    known = list(session.exec(query))
    there = {(crop.product_code, crop.season) for crop in known if crop.unit_id == unit_id}
    given = [crop for crop in known if crop.unit_id == row.from_unit_id]
    year = row.effective_on.year
    # In January what stands in the fields is still written down under the year before.
    under_way = max(
        (crop.season for crop in given if crop.season in (year - 1, year)), default=year
    )
    kept = {"product_code", "season", "area_m2", "heads", "hives", "expected_kg"}
    return [
        Crop(unit_id=unit_id, plot_id=row.plot_id, **crop.model_dump(include=kept))
        for crop in given
        if crop.season >= under_way and (crop.product_code, crop.season) not in there
    ]


def _unit_of(session: Session, producer: Producer, code: str, today: date) -> Unit:
    unit = session.exec(
        select(Unit).where(Unit.code == code.strip().upper(), Unit.producer_id == producer.id)
    ).first()
    if unit is None or (unit.until is not None and unit.until < today):
        raise Invalid.at("to_unit", UnitNotFound.code)
    return unit


def _new_unit(session: Session, producer: Producer, row: Transfer, since: date) -> Unit:
    origin = session.get_one(Unit, row.from_unit_id)
    wish = UnitIn(community_id=origin.community_id)
    number = next_suffix(session, Unit, producer.code)
    where = session.get_one(Community, origin.community_id)
    new = NewUnit(producer.id, producer.code, number, wish, where, since)
    return add_units(session, since, [new])[0].unit


def transfers_of(session: Session, producer_id: int) -> list[TransferOut]:
    """What came to a producer and what went, the latest first."""
    mine = (col(Transfer.from_producer_id) == producer_id) | (
        col(Transfer.to_producer_id) == producer_id
    )
    query = select(Transfer).where(mine).order_by(col(Transfer.effective_on).desc())
    return transfers_out(session, session.exec(query.order_by(col(Transfer.id).desc())).all())


def transfers_out(session: Session, rows: Sequence[Transfer]) -> list[TransferOut]:
    if not rows:
        return []
    producers = _codes(
        session, Producer, [i for r in rows for i in (r.from_producer_id, r.to_producer_id)]
    )
    units = _codes(session, Unit, [i for r in rows for i in (r.from_unit_id, r.to_unit_id)])
    plots = _codes(session, Plot, [r.plot_id for r in rows])
    return [
        TransferOut(
            **row.model_dump(include={"id", "kind", "effective_on"}),
            from_producer=producers[row.from_producer_id],
            to_producer=producers[row.to_producer_id],
            from_unit=units.get(row.from_unit_id or 0),
            to_unit=units.get(row.to_unit_id or 0),
            plot_code=plots.get(row.plot_id or 0),
            waits=row.plot_id is not None and row.taken_on is None,
        )
        for row in rows
    ]


def _codes(
    session: Session, table: type[Producer] | type[Unit] | type[Plot], ids: Sequence[int | None]
) -> dict[int, str]:
    wanted = {id_ for id_ in ids if id_ is not None}
    rows = session.exec(select(table.id, table.code).where(col(table.id).in_(wanted)))
    return dict(rows.all())

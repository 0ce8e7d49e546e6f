"""Which producers somebody may see, and which write about.

Committees see and write the producers enrolled in their SPGs, the national roles read all,
evaluators read those they are assigned to. Assignments live in a room above this one, so whoever
asks for an evaluator passes the ids (`visible_ids`).
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, false, or_, true
from sqlmodel import Session, col, select

from spg_registry.committees.errors import SpgNotFound
from spg_registry.committees.models import Spg
from spg_registry.core.errors import Forbidden
from spg_registry.core.permissions import Actor, Permission, require, require_somebody
from spg_registry.producers.errors import (
    EnrolmentNotFound,
    PlotNotFound,
    ProducerNotFound,
    UnitNotFound,
)
from spg_registry.producers.models import Enrolment, Plot, Producer, Unit, UnitPlot


def plain_code(typed: str) -> str:
    """A code of a producer, a unit or a plot as it is stored: people type ` p0000123` too."""
    return typed.strip().upper()


@dataclass(frozen=True)
class Sight:
    """`committees` None is all of them."""

    committees: frozenset[int] | None
    producer_ids: frozenset[int] = frozenset()
    identity: frozenset[int] | None = frozenset()
    """Where identity numbers may be seen, and so searched by; None is everywhere."""


def sight_of(actor: Actor, visible_ids: Collection[int] | None = None) -> Sight:
    """What an actor sees. Raises Unauthenticated for nobody, and Forbidden for whoever neither
    has the right nor was given ids."""
    require_somebody(actor)
    if visible_ids is None and not actor.may(Permission.PRODUCER_READ):
        raise Forbidden(permission=str(Permission.PRODUCER_READ))
    return Sight(
        actor.committees(Permission.PRODUCER_READ),
        frozenset(visible_ids or ()),
        actor.committees(Permission.PRODUCER_IDENTITY),
    )


def seen(sight: Sight) -> ColumnElement[bool]:
    """The condition on `Producer`."""
    if sight.committees is None:
        return true()
    # A set and not an EXISTS: SQLite would ask it of every producer of the country.
    enrolled = (
        select(Enrolment.producer_id)
        .join(Spg, col(Spg.id) == col(Enrolment.spg_id))
        .where(col(Spg.committee_id).in_(sight.committees))
    )
    by_committee: Any = col(Producer.id).in_(enrolled) if sight.committees else false()
    if not sight.producer_ids:
        return or_(by_committee, false())
    return or_(by_committee, col(Producer.id).in_(sight.producer_ids))


def find_producer(session: Session, sight: Sight, code: str) -> Producer:
    """By the code that people see. Raises ProducerNotFound, also for what is out of sight."""
    query = select(Producer).where(Producer.code == plain_code(code), seen(sight))
    found = session.exec(query).first()
    if found is None:
        raise ProducerNotFound(code=code)
    return kept(session, found)


def kept(session: Session, producer: Producer) -> Producer:
    """The one that stands for it: itself, or the one it was merged into."""
    if producer.merged_into_id is None:
        return producer
    return session.get_one(Producer, producer.merged_into_id)


def committees_of(session: Session, producer_ids: Iterable[int]) -> dict[int, list[int]]:
    """The committees that keep the papers of each: where it is enrolled now, or else was last."""
    query = (
        select(Enrolment.producer_id, Spg.committee_id, col(Enrolment.ended_on).is_(None))
        .join(Spg, col(Spg.id) == col(Enrolment.spg_id))
        .where(col(Enrolment.producer_id).in_(set(producer_ids)))
        .order_by(col(Enrolment.id))
    )
    present: dict[int, list[int]] = defaultdict(list)
    last: dict[int, list[int]] = {}
    for producer_id, committee_id, is_open in session.exec(query):
        last[producer_id] = [committee_id]
        if is_open:
            present[producer_id].append(committee_id)
    return last | present


def require_papers(session: Session, actor: Actor, producer_ids: Collection[int]) -> dict[int, int]:
    """Stand before writes about producers; the committee in whose name each is written.

    Raises Unauthenticated for nobody, Forbidden for who writes nowhere or only reads here, and
    ProducerNotFound for what this actor may not even see.
    """
    require(actor, Permission.PRODUCER_WRITE)
    keepers = committees_of(session, producer_ids)
    found = {}
    for producer_id in producer_ids:
        places = keepers.get(producer_id, [])
        mine = [place for place in places if actor.may(Permission.PRODUCER_WRITE, place)]
        if mine:
            found[producer_id] = mine[0]
        elif any(actor.may(Permission.PRODUCER_READ, place) for place in places):
            raise Forbidden(permission=str(Permission.PRODUCER_WRITE))
        else:
            raise ProducerNotFound(id=producer_id)
    return found


def require_spg(session: Session, actor: Actor, spg_id: int) -> Spg:
    """The SPG whose producers are to be written."""
    require(actor, Permission.PRODUCER_WRITE)
    spg = session.get(Spg, spg_id)
    if spg is None:
        raise SpgNotFound(id=spg_id)
    require(actor, Permission.PRODUCER_WRITE, on=spg.committee_id)
    return spg


def producer_to_write(session: Session, actor: Actor, code: str) -> tuple[Producer, int]:
    """A producer and the committee in whose name it is written; the row is held until the end of
    the transaction, so that two writers number their units one after the other."""
    require(actor, Permission.PRODUCER_WRITE)
    query = select(Producer).where(Producer.code == plain_code(code)).with_for_update()
    producer = session.exec(query).first()
    if producer is None:
        raise ProducerNotFound(code=code)
    producer = kept(session, producer)
    return producer, require_papers(session, actor, [producer.id])[producer.id]


def producers_to_write(
    session: Session, actor: Actor, codes: Sequence[str]
) -> dict[str, tuple[Producer, int]]:
    """The same for many, by their codes as typed."""
    require(actor, Permission.PRODUCER_WRITE)
    plain = {code: plain_code(code) for code in codes}
    query = select(Producer).where(col(Producer.code).in_(set(plain.values())))
    rows = {row.code: kept(session, row) for row in session.exec(query)}
    for code in codes:
        if plain[code] not in rows:
            raise ProducerNotFound(code=code)
    committees = require_papers(session, actor, [row.id for row in rows.values()])
    return {code: (rows[each], committees[rows[each].id]) for code, each in plain.items()}


def unit_to_write(session: Session, actor: Actor, code: str) -> tuple[Unit, int]:
    require(actor, Permission.PRODUCER_WRITE)
    query = select(Unit).where(Unit.code == plain_code(code)).with_for_update()
    unit = session.exec(query).first()
    if unit is None:
        raise UnitNotFound(code=code)
    return unit, require_papers(session, actor, [unit.producer_id])[unit.producer_id]


def plot_to_write(session: Session, actor: Actor, code: str) -> tuple[Plot, int]:
    """A shared plot may be written by the committee of any producer on it; one that was handed
    over, by nobody until it is taken."""
    require(actor, Permission.PRODUCER_WRITE)
    plot = session.exec(select(Plot).where(Plot.code == plain_code(code)).with_for_update()).first()
    if plot is None:
        raise PlotNotFound(code=code)
    query = (
        select(Unit.producer_id)
        .join(UnitPlot, col(UnitPlot.unit_id) == col(Unit.id))
        .where(UnitPlot.plot_id == plot.id, col(UnitPlot.until).is_(None))
        .order_by(col(Unit.id))
    )
    refusal: Forbidden | ProducerNotFound | None = None
    for producer_id in session.exec(query):
        try:
            return plot, require_papers(session, actor, [producer_id])[producer_id]
        except (Forbidden, ProducerNotFound) as error:
            refusal = refusal if isinstance(refusal, Forbidden) else error
    if isinstance(refusal, Forbidden):
        raise refusal
    raise PlotNotFound(code=code)


def enrolments_to_write(
    session: Session, actor: Actor, ids: Collection[int]
) -> dict[int, tuple[Enrolment, int]]:
    """By id, each with the committee of its SPG, which writes it and no other does."""
    require(actor, Permission.PRODUCER_WRITE)
    query = (
        select(Enrolment, Spg.committee_id)
        .join(Spg, col(Spg.id) == col(Enrolment.spg_id))
        .where(col(Enrolment.id).in_(set(ids)))
        .with_for_update(of=Enrolment)
    )
    found = {row.id: (row, committee_id) for row, committee_id in session.exec(query)}
    for id_ in ids:
        if id_ not in found or not actor.may(Permission.PRODUCER_READ, found[id_][1]):
            raise EnrolmentNotFound(id=id_)
        require(actor, Permission.PRODUCER_WRITE, on=found[id_][1])
    return found

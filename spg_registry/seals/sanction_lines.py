"""Sanctions as the pages show them, and on whom this actor may impose one."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlmodel import Session, col, select

from spg_registry.committees.models import Spg
from spg_registry.core.permissions import Actor, Permission, require
from spg_registry.decisions.models import Decision, Meeting
from spg_registry.decisions.queries import decisions_about
from spg_registry.producers.errors import ProducerNotFound
from spg_registry.producers.models import Enrolment, Producer
from spg_registry.rules.states import UNSAID
from spg_registry.rules.words import Authority
from spg_registry.seals.errors import SanctionNotFound
from spg_registry.seals.models import Sanction
from spg_registry.seals.queries import get_sanction, visible_sanctions
from spg_registry.seals.sanctions import authority_of


@dataclass(frozen=True)
class SanctionLine:
    """`corrects` and `corrected_by` are codes of other sanctions; `mine`: the actor's to impose,
    who is then told the reason for the file; `kept_by_control`: and yet not to correct."""

    sanction: Sanction
    producer: Producer
    spg: Spg
    corrects: str
    corrected_by: str
    mine: bool
    kept_by_control: bool


def may_sanction(actor: Actor, committee_id: int | None = None) -> bool:
    """None: anywhere at all."""
    return authority_of(actor, committee_id) is not None


def sanction_lines(
    session: Session, actor: Actor, sanctions: Iterable[Sanction]
) -> list[SanctionLine]:
    rows = list(sanctions)
    query = select(Sanction).where(col(Sanction.correction_of).in_({row.id for row in rows}))
    later = {row.correction_of: row.code for row in session.exec(query.order_by(col(Sanction.id)))}
    earlier = {row.correction_of for row in rows}
    corrected = session.exec(select(Sanction).where(col(Sanction.id).in_(earlier)))
    codes = {row.id: row.code for row in corrected}
    found = []
    for row in rows:
        spg = session.get_one(Spg, row.spg_id)
        found.append(
            SanctionLine(
                sanction=row,
                producer=session.get_one(Producer, row.producer_id),
                spg=spg,
                corrects=codes.get(row.correction_of or 0, ""),
                corrected_by=later.get(row.id, ""),
                mine=may_sanction(actor, spg.committee_id),
                kept_by_control=row.authority is Authority.CONTROL
                and authority_of(actor, spg.committee_id) is not Authority.CONTROL,
            )
        )
    return found


def sanction_line(session: Session, actor: Actor, sanction_id: int) -> SanctionLine:
    """Another committee's sanction is not found."""
    require(actor, Permission.SEAL_READ)
    (line,) = sanction_lines(session, actor, [get_sanction(session, sanction_id)])
    if not actor.may(Permission.SEAL_READ, on=line.spg.committee_id):
        raise SanctionNotFound(id=sanction_id)
    return line


def places_to_sanction(session: Session, actor: Actor, code: str) -> tuple[Producer, list[Spg]]:
    """A producer by its code, with the SPGs where this actor may sanction it; raises
    ProducerNotFound when there is none."""
    query = (
        select(Producer, Spg)
        .where(Enrolment.producer_id == Producer.id, Enrolment.spg_id == Spg.id)
        .where(Producer.code == code)
        .order_by(col(Spg.id))
    )
    found = [(producer, spg) for producer, spg in session.exec(query)]
    places = {spg.id: spg for _, spg in found if may_sanction(actor, spg.committee_id)}
    if not places:
        raise ProducerNotFound(code=code)
    return found[0][0], list(places.values())


def about_producer(
    session: Session, actor: Actor, code: str
) -> tuple[list[tuple[Decision, Meeting]], list[SanctionLine]]:
    """What stands in the actas and in the sanctions about a producer, as far as the actor may
    read: the latest first, drafts left out."""
    producer = session.exec(select(Producer.id).where(Producer.code == code)).one()
    decided = [
        (decision, meeting)
        for decision, meeting in decisions_about(session, producer)
        if decision.state not in UNSAID
        and actor.may(Permission.DECISION_READ, on=meeting.committee_id)
    ]
    if not actor.may(Permission.SEAL_READ):
        return decided, []
    rows, _total = visible_sanctions(session, actor, producer_id=producer)
    return decided, sanction_lines(session, actor, rows)

"""A producer goes from one SPG to another: who moves gets a new enrolment, the land goes along."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlmodel import Session

from spg_registry.committees.errors import SpgNotFound
from spg_registry.committees.models import Spg
from spg_registry.core import audit, clock
from spg_registry.core.errors import Fault, Invalid
from spg_registry.core.permissions import Actor, Permission
from spg_registry.producers import checks
from spg_registry.producers.access import enrolments_to_write, plain_code
from spg_registry.producers.enrolments import StatusMove, enter, move_enrolments
from spg_registry.producers.errors import AlreadyEnrolled, EnrolmentEnded, UnitNotFound
from spg_registry.producers.facts import open_enrolments, open_units
from spg_registry.producers.gathering import known
from spg_registry.producers.models import Enrolment, Producer, Transfer, TransferKind, Unit
from spg_registry.producers.schemas import EnrolIn, MoveIn
from spg_registry.rules.words import EnrolmentStatus


def move(
    session: Session, actor: Actor, now: datetime, enrolment_id: int, data: MoveIn
) -> tuple[Enrolment, Enrolment]:
    """The old enrolment ends, and the new one begins as an application which the receiving
    committee admits (or its office does so here, where the same people write in both). Seals are
    the business of `seals.moving`, which calls this."""
    old, committee_id = enrolments_to_write(session, actor, [enrolment_id])[enrolment_id]
    if old.ended_on is not None:
        raise EnrolmentEnded(code=old.code)
    on = data.on or clock.local_date(now)
    units = open_units(session, [old.producer_id], on)[old.producer_id]
    spg = session.get(Spg, data.spg_id)
    faults = _faults(session, actor, now, (old, spg, units), data, on)
    if spg is None or faults:
        raise Invalid(*faults)
    producer = session.get_one(Producer, old.producer_id)
    if open_enrolments(session, [producer.id], spg.id):
        raise AlreadyEnrolled(producer=producer.code, spg=spg.code)
    leave = StatusMove(old.id, EnrolmentStatus.WITHDRAWN, on, data.reason)
    move_enrolments(session, actor, now, [leave])
    wish = EnrolIn(spg_id=spg.id, code=data.code, enrolled_on=on, admitted=data.admitted)
    new = enter(session, actor, now, producer, spg, wish)
    going = [unit for unit in units if data.units is None or unit.code in _codes(data.units)]
    left = [unit for unit in units if unit not in going]
    _take_along(session, old, new, [unit.id for unit in going], data.reason)
    for unit in left:
        unit.until = max(unit.since, on)
    audit.record(
        session,
        actor,
        now,
        "producer.move",
        "producer",
        producer.id,
        committee_id=committee_id,
        enrolment=old.id,
        into=new.id,
        units=[unit.id for unit in going],
        closed=[unit.id for unit in left],
    )
    session.flush()
    return old, new


def _codes(units: Sequence[str]) -> set[str]:
    return {plain_code(code) for code in units}


def _faults(
    session: Session,
    actor: Actor,
    now: datetime,
    what: tuple[Enrolment, Spg | None, Sequence[Unit]],
    data: MoveIn,
    on: date,
) -> list[Fault]:
    old, spg, units = what
    faults = list(checks.past("on", on, clock.local_date(now)))
    if on < old.status_since:
        faults.append(Fault("on", "status_before_last", {"since": old.status_since}))
    if data.units is not None and _codes(data.units) - {unit.code for unit in units}:
        faults.append(Fault("units", UnitNotFound.code))
    if spg is None:
        return [*faults, Fault("spg_id", SpgNotFound.code)]
    if spg.id == old.spg_id:
        faults.append(Fault("spg_id", "move_to_itself"))
    if not actor.may(Permission.PRODUCER_WRITE, spg.committee_id):
        faults += [
            Fault(name, "receiver_admits") for name in ("code", "admitted") if getattr(data, name)
        ]
    elif data.code:
        taken = known(session, now, codes=(spg.id, [data.code])).taken_codes
        if data.code in taken:
            faults.append(Fault("code", "enrolment_code_taken", {"number": data.code}))
    return faults


def _take_along(
    session: Session, old: Enrolment, new: Enrolment, unit_ids: Sequence[int], reason: str
) -> None:
    """A row a unit; one without a unit when nothing goes along."""
    for unit_id in unit_ids or (None,):
        session.add(
            Transfer(
                kind=TransferKind.MOVED,
                effective_on=new.enrolled_on,
                reason=reason,
                from_producer_id=old.producer_id,
                to_producer_id=new.producer_id,
                from_enrolment_id=old.id,
                to_enrolment_id=new.id,
                from_unit_id=unit_id,
                to_unit_id=unit_id,
                taken_on=new.enrolled_on,
            )
        )
    session.flush()

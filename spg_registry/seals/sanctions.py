"""Sanctions: what a producer may not do for a while. A mistake is corrected by a new row."""

from datetime import datetime
from typing import Any

from sqlmodel import Session, select

from spg_registry.committees.models import Spg
from spg_registry.core import audit, clock
from spg_registry.core.db import lock_all_writers, next_number
from spg_registry.core.errors import Invalid
from spg_registry.core.locks import Lock
from spg_registry.core.permissions import Actor, Permission, require
from spg_registry.producers.models import Enrolment
from spg_registry.seals.models import Sanction
from spg_registry.seals.queries import get_sanction
from spg_registry.seals.schemas import SanctionIn


def impose(session: Session, actor: Actor, now: datetime, data: SanctionIn) -> Sanction:
    """By the control body, or by the committee for its own SPG."""
    spg = session.get(Spg, data.spg_id)
    on = spg.committee_id if spg else None
    if not actor.may(Permission.SEAL_SANCTION, on=on):
        require(actor, Permission.SEAL_DECIDE, on=on)
    if spg is None:
        raise Invalid.at("spg_id", "not_found")
    enrolled = select(Enrolment.id).where(
        Enrolment.producer_id == data.producer_id, Enrolment.spg_id == data.spg_id
    )
    if session.exec(enrolled).first() is None:
        raise Invalid.at("producer_id", "not_enrolled")
    if data.since > clock.local_date(now):
        raise Invalid.at("since", "in_the_future")
    if data.until is not None and data.until < data.since:
        raise Invalid.at("until", "ends_before_start")
    if data.correction_of is not None:
        _check_correction(session, data)
    return new_sanction(session, actor, now, spg.committee_id, **data.model_dump())


def new_sanction(
    session: Session, actor: Actor, now: datetime, committee_id: int, **values: Any
) -> Sanction:
    """The row with its number and its audit, for whoever answers for the right to it."""
    number = next_number(session, Sanction.id, Lock.SANCTIONS)
    sanction = Sanction(code=f"S{number:06d}", **values)
    session.add(sanction)
    session.flush()
    audit.record(
        session,
        actor,
        now,
        "sanction.impose",
        "sanction",
        sanction.id,
        committee_id=committee_id,
        kind=sanction.kind.value,
        correction_of=sanction.correction_of,
    )
    return sanction


def _check_correction(session: Session, data: SanctionIn) -> None:
    corrected = get_sanction(session, data.correction_of or 0)
    if corrected.producer_id != data.producer_id or corrected.spg_id != data.spg_id:
        raise Invalid.at("correction_of", "not_found")
    lock_all_writers(session, Lock.SANCTIONS)
    again = select(Sanction.code).where(Sanction.correction_of == corrected.id)
    if (by := session.exec(again).first()) is not None:
        raise Invalid.at("correction_of", "sanction_corrected_before", by=by)

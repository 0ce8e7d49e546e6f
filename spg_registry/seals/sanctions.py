"""Sanctions: what a producer may not do for a while. A mistake is corrected by a new row, and by
who imposed it: the control body its own, a committee what follows from a decision by another one.
"""

from datetime import datetime
from typing import Any

from sqlmodel import Session, select

from spg_registry.committees.models import Spg
from spg_registry.core import audit, clock
from spg_registry.core.db import lock_all_writers, next_number
from spg_registry.core.errors import Invalid
from spg_registry.core.locks import Lock
from spg_registry.core.permissions import Actor, Permission, require
from spg_registry.decisions.models import Decision, Meeting
from spg_registry.decisions.queries import decisions_about
from spg_registry.producers.models import Enrolment
from spg_registry.rules.states import UNDONE, UNSAID
from spg_registry.rules.words import Authority, Outcome
from spg_registry.seals.errors import DecisionDoesNotSayThat, SanctionOfControl
from spg_registry.seals.models import Sanction
from spg_registry.seals.queries import get_sanction
from spg_registry.seals.schemas import SanctionIn


def impose(session: Session, actor: Actor, now: datetime, data: SanctionIn) -> Sanction:
    """By the control body, or by the committee for its own SPG.

    Raises SanctionOfControl for a committee that would correct one of the control body's.
    """
    spg = session.get(Spg, data.spg_id)
    on = spg.committee_id if spg else None
    authority = require_authority(actor, on)
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
    ground = _check_correction(session, data, authority) if data.correction_of else None
    values = data.model_dump() | {"authority": authority, "decision_id": ground}
    return new_sanction(session, actor, now, spg.committee_id, **values)


def authority_of(actor: Actor, committee_id: int | None = None) -> Authority | None:
    """By whose right an actor acts on seals there, or anywhere at all: the control body's goes
    before the committee's. None: by nobody's."""
    if actor.may(Permission.SEAL_SANCTION, on=committee_id):
        return Authority.CONTROL
    may_decide = actor.may(Permission.SEAL_DECIDE, on=committee_id)
    return Authority.COMMITTEE if may_decide else None


def require_authority(actor: Actor, committee_id: int | None) -> Authority:
    authority = authority_of(actor, committee_id)
    if authority is None:
        require(actor, Permission.SEAL_DECIDE, on=committee_id)
    return authority or Authority.COMMITTEE


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


def _check_correction(session: Session, data: SanctionIn, authority: Authority) -> int | None:
    """The decision that a committee's correction rests on, where it needs one."""
    corrected = get_sanction(session, data.correction_of or 0)
    if corrected.producer_id != data.producer_id or corrected.spg_id != data.spg_id:
        raise Invalid.at("correction_of", "not_found")
    lock_all_writers(session, Lock.SANCTIONS)
    again = select(Sanction.code).where(Sanction.correction_of == corrected.id)
    if (by := session.exec(again).first()) is not None:
        raise Invalid.at("correction_of", "sanction_corrected_before", by=by)
    if authority is Authority.CONTROL:
        return None
    if corrected.authority is Authority.CONTROL:
        raise SanctionOfControl(code=corrected.code)
    if corrected.decision_id is None:
        return None
    if data.decision_id is None:
        raise Invalid.at("decision_id", "required")
    if data.decision_id not in {decision.id for decision, _ in grounds_of(session, corrected)}:
        raise DecisionDoesNotSayThat(id=data.decision_id)
    return data.decision_id


def grounds_of(session: Session, sanction: Sanction) -> list[tuple[Decision, Meeting]]:
    """The decisions by which a committee may correct a sanction that follows from one: that one,
    once an appeal undid it, and what was decided about the producer afterwards."""
    if sanction.decision_id is None:
        return []
    first = session.get_one(Decision, sanction.decision_id)
    committee_id = session.get_one(Meeting, first.meeting_id).committee_id
    return [
        (decision, meeting)
        for decision, meeting in decisions_about(session, sanction.producer_id)
        if meeting.committee_id == committee_id and _lifts(decision, first)
    ]


def _lifts(decision: Decision, first: Decision) -> bool:
    if decision.id == first.id:
        return decision.state in UNDONE
    said = decision.state not in UNSAID | UNDONE
    return said and decision.id > first.id and decision.outcome is not Outcome.EXCLUSION

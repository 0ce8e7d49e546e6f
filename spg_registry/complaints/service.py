"""A complaint from the form that anybody fills to the answer that its number shows."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session, select

from spg_registry.committees.models import Committee
from spg_registry.complaints.access import hindrance, rules_of
from spg_registry.complaints.errors import (
    AlreadyOrdered,
    ComplaintNotFound,
    NothingToVisit,
    NotUnderReview,
)
from spg_registry.complaints.models import (
    Complaint,
    ComplaintAbout,
    ComplaintContact,
    ComplaintOutcome,
    ComplaintPhoto,
    ComplaintReason,
)
from spg_registry.complaints.photos import FROM_ANYBODY, keep_photos
from spg_registry.complaints.queries import open_enrolment, seen, units_to_visit
from spg_registry.complaints.schemas import (
    ComplaintAnswer,
    ComplaintIn,
    ProducerNamed,
    VisitOrder,
)
from spg_registry.core import audit, clock, codes
from spg_registry.core.attachments import Prepared
from spg_registry.core.errors import Fault, Invalid, Throttled
from spg_registry.core.moves import moved
from spg_registry.core.permissions import NOBODY, Actor, Permission, require
from spg_registry.people import throttle
from spg_registry.producers.access import plain_code
from spg_registry.producers.models import Producer
from spg_registry.rounds import service as rounds
from spg_registry.rounds.models import Round, RoundKind
from spg_registry.rounds.schemas import RoundIn
from spg_registry.rules.states import Machine
from spg_registry.rules.words import ComplaintState
from spg_registry.seals.models import SealGrant

TRIES: Final = 6
WINDOW: Final = timedelta(hours=1)
"""Complaints that one address may send: a telephone network shows many people as one."""

# --- from anybody --------------------------------------------------------------------------------


def too_many(session: Session, now: datetime, address: str) -> bool:
    """Whether this address is not heard now anyhow: then its photos need not be looked at."""
    return throttle.is_spent(session, now, "complaint", address, TRIES, WINDOW)


def lodge(
    session: Session,
    now: datetime,
    data: ComplaintIn,
    address: str,
    code: str | None = None,
    photos: Sequence[Prepared] = (),
) -> Complaint:
    """Taken from anybody, without account. Raises Throttled, or Invalid with every fault.

    `code` is another number than a random one in the demonstration only.
    """
    grant = _grant_of(session, data.seal)
    faults = _faults(session, data)
    if faults:
        raise Invalid(*faults)
    if seconds := throttle.spared(session, now, "complaint", address, TRIES, WINDOW):
        raise Throttled(seconds=seconds)
    committee_id = grant.committee_id if grant else data.committee_id
    today = clock.local_date(now)
    row = Complaint(
        code=code or codes.new_code(),
        about=data.about,
        reason=data.reason,
        committee_id=committee_id,
        grant_id=grant.id if grant else None,
        producer_id=grant.producer_id if grant else None,
        seal_typed=None if grant else data.seal,
        whom=data.whom,
        place=data.place,
        told=data.told,
        received_at=now,
        received_on=today,
        due_on=today + timedelta(days=rules_of(session, committee_id, today).complaint_answer_days),
        state_since=today,
    )
    session.add(row)
    session.flush()
    if data.name or data.reach:
        session.add(ComplaintContact(complaint_id=row.id, name=data.name, reach=data.reach))
    keep_photos(session, NOBODY, now, row, photos, FROM_ANYBODY)
    _note(session, NOBODY, now, "complaint.lodge", row, about=row.about.value)
    return row


def _faults(session: Session, data: ComplaintIn) -> list[Fault]:
    about, found = data.about, []
    if about is ComplaintAbout.SEAL and not data.seal:
        found.append(Fault("seal", "required"))
    if about in (ComplaintAbout.PRODUCER, ComplaintAbout.FAIR) and not data.whom:
        found.append(Fault("whom", "required"))
    if about is ComplaintAbout.COMMITTEE and data.committee_id is None:
        found.append(Fault("committee_id", "required"))
    if data.committee_id is not None and session.get(Committee, data.committee_id) is None:
        found.append(Fault("committee_id", "bad_choice"))
    if data.reason is ComplaintReason.OTHER and not data.told:
        found.append(Fault("told", "complaint_say_what"))
    return found


def _grant_of(session: Session, typed: str | None) -> SealGrant | None:
    """None for a code that was never given: a false seal is a complaint all the same."""
    try:
        code = codes.parse(typed or "")
    except codes.MistypedCode:
        return None
    return session.exec(select(SealGrant).where(SealGrant.code == code)).first()


# --- in the office -------------------------------------------------------------------------------


def take_up(session: Session, actor: Actor, now: datetime, complaint_id: int) -> Complaint:
    row = _held(session, actor, now, complaint_id)
    _move(row, ComplaintState.UNDER_REVIEW, now)
    row.taken_up_on, row.taken_up_by = clock.local_date(now), actor.hand
    return _kept(session, actor, now, "complaint.take_up", row)


def name_producer(
    session: Session, actor: Actor, now: datetime, complaint_id: int, data: ProducerNamed
) -> Complaint:
    """Says whom a complaint is about that came with a name or a stall only. Whoever turns out to
    be close to them answers no more."""
    row = _under_review(_held(session, actor, now, complaint_id))
    wanted = plain_code(data.producer_code)
    producer = session.exec(select(Producer).where(Producer.code == wanted)).first()
    row.producer_id = producer.id if producer else None
    if producer is None or (row.committee_id and open_enrolment(session, row) is None):
        raise Invalid.at("producer_code", "complaint_unknown_producer")
    return _kept(session, actor, now, "complaint.name_producer", row, producer=producer.code)


def order_visit(
    session: Session, actor: Actor, now: datetime, complaint_id: int, data: VisitOrder
) -> Round:
    """Opens an extraordinary round without announcement with that unit, to be assigned as any."""
    row = _under_review(_held(session, actor, now, complaint_id))
    if row.round_id is not None:
        raise AlreadyOrdered()
    unit = next((u for u in units_to_visit(session, row) if u.code == data.unit_code), None)
    enrolment = open_enrolment(session, row)
    if unit is None or enrolment is None:
        raise NothingToVisit()
    wish = RoundIn(
        spg_id=enrolment.spg_id,
        kind=RoundKind.UNANNOUNCED,
        name=f"Visita sin anuncio, {data.period_from:%d/%m/%Y}",
        period_from=data.period_from,
        period_until=data.period_until,
    )
    ronda = rounds.plan_round(session, actor, now, wish)
    rounds.open_round(session, actor, now, ronda.id)
    rounds.add_units(session, actor, now, ronda.id, [unit.id])
    row.round_id = ronda.id
    _kept(session, actor, now, "complaint.order_visit", row, round=ronda.id)
    return ronda


def add_photos(
    session: Session, actor: Actor, now: datetime, complaint_id: int, files: Sequence[Prepared]
) -> list[ComplaintPhoto]:
    """What the office found, until it has answered."""
    row = _under_review(_held(session, actor, now, complaint_id))
    if not files:
        raise Invalid.at("photos", "required")
    rows = keep_photos(session, actor, now, row, files)
    _note(session, actor, now, "complaint.photo", row, photos=[photo.id for photo in rows])
    return rows


def answer(
    session: Session, actor: Actor, now: datetime, complaint_id: int, data: ComplaintAnswer
) -> Complaint:
    row = _held(session, actor, now, complaint_id)
    if data.outcome is ComplaintOutcome.SENT_ON and not data.sent_to:
        raise Invalid.at("sent_to", "required")
    _move(row, ComplaintState.ANSWERED, now)
    row.outcome, row.public_answer, row.note = data.outcome, data.public_answer, data.note
    row.sent_to = data.sent_to if data.outcome is ComplaintOutcome.SENT_ON else None
    row.answered_on, row.answered_by = clock.local_date(now), actor.hand
    return _kept(session, actor, now, "complaint.answer", row, outcome=data.outcome.value)


def close(session: Session, actor: Actor, now: datetime, complaint_id: int) -> Complaint:
    """Nothing is left to do: who complained need not be known any more."""
    row = _held(session, actor, now, complaint_id)
    _move(row, ComplaintState.CLOSED, now)
    row.closed_on = clock.local_date(now)
    contact = session.get(ComplaintContact, row.id)
    if contact is not None:
        session.delete(contact)
    return _kept(session, actor, now, "complaint.close", row)


def _held(session: Session, actor: Actor, now: datetime, complaint_id: int) -> Complaint:
    """For writing, until the transaction ends, by who may answer it."""
    query = select(Complaint).where(Complaint.id == complaint_id, seen(actor)).with_for_update()
    row = session.exec(query.execution_options(populate_existing=True)).first()
    if row is None:
        raise ComplaintNotFound()
    require(actor, Permission.COMPLAINT_ANSWER, on=row.committee_id)
    hindered = hindrance(session, actor, row, clock.local_date(now))
    if hindered is not None:
        raise hindered()
    return row


def _under_review(row: Complaint) -> Complaint:
    if row.state is not ComplaintState.UNDER_REVIEW:
        raise NotUnderReview()
    return row


def _move(row: Complaint, target: ComplaintState, now: datetime) -> None:
    row.state = moved(Machine.COMPLAINT, row.state, target)
    row.state_since = clock.local_date(now)


def _kept(
    session: Session, actor: Actor, now: datetime, action: str, row: Complaint, **details: object
) -> Complaint:
    session.add(row)
    session.flush()
    _note(session, actor, now, action, row, **details)
    return row


def _note(
    session: Session, actor: Actor, now: datetime, action: str, row: Complaint, **details: object
) -> None:
    audit.record(
        session,
        actor,
        now,
        action,
        "complaint",
        row.id,
        committee_id=row.committee_id,
        **details,
    )

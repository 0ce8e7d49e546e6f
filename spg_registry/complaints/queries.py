"""Reading complaints: by their number for anybody, by committee for who may see them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, false, true
from sqlmodel import Session, col, func, select

from spg_registry.committees.models import Committee, Spg
from spg_registry.complaints.access import hindrance
from spg_registry.complaints.errors import ComplaintNotFound
from spg_registry.complaints.models import Complaint, ComplaintAbout, ComplaintContact
from spg_registry.core import codes
from spg_registry.core.errors import Forbidden
from spg_registry.core.lots import by_id
from spg_registry.core.permissions import Actor, Permission, require
from spg_registry.producers.models import Enrolment, Producer, Unit
from spg_registry.rounds.models import Round
from spg_registry.rules.words import ComplaintState
from spg_registry.seals.models import SealGrant, SealScope

OPEN = (ComplaintState.RECEIVED, ComplaintState.UNDER_REVIEW)


@dataclass(frozen=True)
class ComplaintLine:
    complaint: Complaint
    committee: str | None
    seal_code: str | None
    producer: Producer | None
    overdue: bool


@dataclass(frozen=True)
class ComplaintFile:
    """One complaint for the office. `hindrance` is why this actor does not answer it; `contact` is
    None for who may not know it."""

    line: ComplaintLine
    contact: ComplaintContact | None
    may_answer: bool
    hindrance: type[Forbidden] | None
    units: list[Unit]
    """Where an unannounced visit may go."""
    ordered: Round | None


def follow(session: Session, typed: str) -> Complaint:
    """By the number that its complainer was given; a slip of the finger finds nothing."""
    try:
        code = codes.parse(typed)
    except codes.MistypedCode:
        raise ComplaintNotFound() from None
    found = session.exec(select(Complaint).where(Complaint.code == code)).first()
    if found is None:
        raise ComplaintNotFound()
    return found


def seen(actor: Actor) -> ColumnElement[bool]:
    """The condition on `Complaint`. What is without a committee is for the national roles."""
    require(actor, Permission.COMPLAINT_READ)
    places = actor.committees(Permission.COMPLAINT_READ)
    if places is None:
        return true()
    return col(Complaint.committee_id).in_(places) if places else false()


def get_complaint(session: Session, actor: Actor, complaint_id: int) -> Complaint:
    query = select(Complaint).where(Complaint.id == complaint_id, seen(actor))
    found = session.exec(query).first()
    if found is None:
        raise ComplaintNotFound()
    return found


def visible_complaints(
    session: Session,
    actor: Actor,
    *,
    state: ComplaintState | None = None,
    committee_id: int | None = None,
    about: ComplaintAbout | None = None,
    unanswered: bool = False,
    overdue_on: date | None = None,
    limit: int | None = None,
    offset: int = 0,
) -> tuple[list[Complaint], int]:
    """Those that are due first come first, answered ones after; and how many there are in all."""
    query = select(Complaint).where(seen(actor))
    if state is not None:
        query = query.where(Complaint.state == state)
    if committee_id is not None:
        query = query.where(Complaint.committee_id == committee_id)
    if about is not None:
        query = query.where(Complaint.about == about)
    if unanswered or overdue_on is not None:
        query = query.where(col(Complaint.state).in_(OPEN))
    if overdue_on is not None:
        query = query.where(col(Complaint.due_on) < overdue_on)
    total = session.exec(select(func.count()).select_from(query.subquery())).one()
    answered = col(Complaint.answered_on)
    ordered = query.order_by(answered.is_not(None), col(Complaint.due_on), col(Complaint.id))
    return list(session.exec(ordered.limit(limit).offset(offset))), total


def complaint_lines(
    session: Session, complaints: Iterable[Complaint], on: date
) -> list[ComplaintLine]:
    rows = list(complaints)
    committees = by_id(session, Committee, (row.committee_id for row in rows))
    grants = by_id(session, SealGrant, (row.grant_id for row in rows))
    producers = by_id(session, Producer, (row.producer_id for row in rows))
    return [
        ComplaintLine(
            row,
            committees[row.committee_id].name if row.committee_id else None,
            grants[row.grant_id].code if row.grant_id else None,
            producers[row.producer_id] if row.producer_id else None,
            row.overdue(on),
        )
        for row in rows
    ]


def complaint_file(session: Session, actor: Actor, complaint_id: int, on: date) -> ComplaintFile:
    row = get_complaint(session, actor, complaint_id)
    hindered = hindrance(session, actor, row, on)
    may = hindered is None and actor.may(Permission.COMPLAINT_ANSWER, row.committee_id)
    return ComplaintFile(
        line=complaint_lines(session, [row], on)[0],
        contact=session.get(ComplaintContact, row.id) if may else None,
        may_answer=may,
        hindrance=hindered if actor.may(Permission.COMPLAINT_ANSWER, row.committee_id) else None,
        units=units_to_visit(session, row) if may else [],
        ordered=session.get(Round, row.round_id) if row.round_id else None,
    )


def units_to_visit(session: Session, complaint: Complaint) -> list[Unit]:
    """Of the producer, while it is enrolled with the committee; those under the seal first."""
    if complaint.producer_id is None or open_enrolment(session, complaint) is None:
        return []
    query = select(Unit).where(Unit.producer_id == complaint.producer_id, col(Unit.until).is_(None))
    units = list(session.exec(query.order_by(col(Unit.id))))
    under_seal: set[int] = set()
    if complaint.grant_id is not None:
        scope = select(SealScope.unit_id).where(SealScope.grant_id == complaint.grant_id)
        under_seal = set(session.exec(scope))
    return sorted(units, key=lambda unit: (unit.id not in under_seal, unit.id))


def open_enrolment(session: Session, complaint: Complaint) -> Enrolment | None:
    """In an SPG of the complaint's committee."""
    query = (
        select(Enrolment)
        .join(Spg, col(Spg.id) == col(Enrolment.spg_id))
        .where(Enrolment.producer_id == complaint.producer_id)
        .where(Spg.committee_id == complaint.committee_id, col(Enrolment.ended_on).is_(None))
        .order_by(col(Enrolment.id).desc())
    )
    return session.exec(query).first()


def contact_of(
    session: Session, actor: Actor, complaint_id: int, on: date
) -> ComplaintContact | None:
    """Raises Forbidden for who does not answer this complaint."""
    row = get_complaint(session, actor, complaint_id)
    require(actor, Permission.COMPLAINT_ANSWER, on=row.committee_id)
    hindered = hindrance(session, actor, row, on)
    if hindered is not None:
        raise hindered()
    return session.get(ComplaintContact, row.id)

"""Who sits in the bodies and who evaluates: terms and appointments, dated, never overwritten."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session, col, select

from spg_registry.committees.errors import AlreadyLeft, CommitteeNotFound
from spg_registry.committees.models import (
    Committee,
    EvaluatorAppointment,
    EvaluatorService,
    Member,
)
from spg_registry.committees.queries import body_of, get_appointment, get_committee, get_member
from spg_registry.committees.schemas import (
    EvaluatorIn,
    ExtensionIn,
    LeaveIn,
    MemberIn,
    SomebodyIn,
)
from spg_registry.core import audit
from spg_registry.core.errors import Fault, Invalid
from spg_registry.core.permissions import Actor, Permission, require
from spg_registry.people import service as people
from spg_registry.people.models import Person
from spg_registry.people.queries import person_with_ci
from spg_registry.rules.months import Span, last_day
from spg_registry.territory.names import name_key

TERM_MONTHS: Final = 24
"""Offered where the paper names no end; two years is what the draft ruleset proposes."""
_ONE_DAY: Final = timedelta(days=1)


def seat_members(
    session: Session,
    actor: Actor,
    now: datetime,
    committee_id: int,
    batch: Sequence[MemberIn],
) -> list[Member]:
    """An election: new terms in the committee's bodies, in the order of the batch.

    A person is not seated twice in one body for the same day (Invalid at `term_from`).
    """
    get_committee(session, actor, committee_id)
    require(actor, Permission.COMMITTEE_MANAGE, on=committee_id)
    bodies = {kind: body_of(session, committee_id, kind) for kind in {m.body for m in batch}}
    who = _people(session, actor, now, committee_id, batch)
    rows = [
        Member(
            body_id=bodies[data.body].id,
            person_id=person_id,
            sector=data.sector,
            office=data.office,
            term_from=data.term_from,
            term_until=data.term_until or last_day(data.term_from, TERM_MONTHS),
        )
        for data, person_id in zip(batch, who, strict=True)
    ]
    faults = [
        Fault(_spot(batch, place, "term_until"), "term_backwards")
        for place, row in enumerate(rows)
        if row.term_until < row.term_from
    ] or _overlaps(session, batch, rows)
    if faults:
        raise Invalid(*faults)
    session.add_all(rows)
    session.flush()
    for row in rows:
        _note(session, actor, now, committee_id, "member.seat", row, person=row.person_id)
    session.flush()
    return rows


def _overlaps(session: Session, batch: Sequence[MemberIn], rows: Sequence[Member]) -> list[Fault]:
    seated = list(
        session.exec(
            select(Member)
            .where(col(Member.body_id).in_({row.body_id for row in rows}))
            .where(col(Member.person_id).in_({row.person_id for row in rows}))
        )
    )
    faults = []
    for place, row in enumerate(rows):
        if _clashes(row, _term(row), seated):
            faults.append(Fault(_spot(batch, place, "term_from"), "term_overlaps"))
        seated.append(row)
    return faults


def _clashes(row: Member, term: Span, others: Iterable[Member]) -> bool:
    return any(
        other is not row
        and (other.body_id, other.person_id) == (row.body_id, row.person_id)
        and _term(other).meets(term)
        # A term of which nothing is left (the seat was never taken) is in nobody's way.
        and (other.left_on is None or other.left_on > other.term_from)
        for other in others
    )


def _term(row: Member) -> Span:
    """The days in office as things stand."""
    end = max(row.term_until, row.extended_until or row.term_until)
    return Span(row.term_from, end if row.left_on is None else min(end, row.left_on - _ONE_DAY))


def extend_term(
    session: Session, actor: Actor, now: datetime, member_id: int, data: ExtensionIn
) -> Member:
    """Move a term's end by an act, also after it passed: a committee whose terms ran out gets its
    members back this way. Raises AlreadyLeft, or Invalid at `until`."""
    member, body = get_member(session, actor, member_id)
    require(actor, Permission.COMMITTEE_MANAGE, on=body.committee_id)
    if member.left_on is not None:
        raise AlreadyLeft(left_on=member.left_on)
    end = _term(member).last
    if end is not None and data.until <= end:
        raise Invalid.at("until", "extension_short", until=end)
    others = session.exec(
        select(Member).where(Member.body_id == body.id, Member.person_id == member.person_id)
    )
    if _clashes(member, Span(member.term_from, data.until), others):
        raise Invalid.at("until", "term_overlaps")
    member.extension_act, member.extended_until = data.act, data.until
    _note(
        session,
        actor,
        now,
        body.committee_id,
        "member.extend",
        member,
        act=data.act,
        until=data.until.isoformat(),
    )
    session.flush()
    return member


def leave(session: Session, actor: Actor, now: datetime, member_id: int, data: LeaveIn) -> Member:
    """A member leaves before the term's end; the row stays and says when."""
    member, body = get_member(session, actor, member_id)
    require(actor, Permission.COMMITTEE_MANAGE, on=body.committee_id)
    if member.left_on is not None:
        raise AlreadyLeft(left_on=member.left_on)
    if data.on < member.term_from:
        raise Invalid.at("on", "leave_before_term", term_from=member.term_from)
    member.left_on = data.on
    _note(session, actor, now, body.committee_id, "member.leave", member, on=data.on.isoformat())
    session.flush()
    return member


def appoint_evaluators(
    session: Session,
    actor: Actor,
    now: datetime,
    committee_id: int,
    batch: Sequence[EvaluatorIn],
) -> list[EvaluatorAppointment]:
    """Appointments by act, in the order of the batch; a renewal is one more appointment."""
    get_committee(session, actor, committee_id)
    require(actor, Permission.COMMITTEE_MANAGE, on=committee_id)
    who = _people(session, actor, now, committee_id, batch)
    rows = [
        EvaluatorAppointment(
            committee_id=committee_id,
            person_id=person_id,
            act=data.act,
            sector=data.sector,
            trained_on=data.trained_on,
            appointed_on=data.appointed_on,
            until=data.until or last_day(data.appointed_on, TERM_MONTHS),
        )
        for data, person_id in zip(batch, who, strict=True)
    ]
    faults = [
        Fault(_spot(batch, place, "until"), "term_backwards")
        for place, row in enumerate(rows)
        if row.until < row.appointed_on
    ]
    if faults:
        raise Invalid(*faults)
    session.add_all(rows)
    session.flush()
    for row in rows:
        _note(session, actor, now, committee_id, "evaluator.appoint", row, person=row.person_id)
    session.flush()
    return rows


def serve_neighbour(
    session: Session, actor: Actor, now: datetime, appointment_id: int, committee_id: int
) -> EvaluatorService:
    """Lend an evaluator to another committee: an act of the committee that appointed."""
    appointment = get_appointment(session, actor, appointment_id)
    require(actor, Permission.COMMITTEE_MANAGE, on=appointment.committee_id)
    if session.get(Committee, committee_id) is None:
        raise CommitteeNotFound(id=committee_id)
    if committee_id == appointment.committee_id:
        raise Invalid.at("committee_id", "neighbour_is_own")
    present = session.get(EvaluatorService, (appointment_id, committee_id))
    if present is not None:
        return present
    row = EvaluatorService(appointment_id=appointment_id, committee_id=committee_id)
    session.add(row)
    _note(
        session,
        actor,
        now,
        appointment.committee_id,
        "evaluator.lend",
        appointment,
        to_committee=committee_id,
    )
    session.flush()
    return row


def _people(
    session: Session,
    actor: Actor,
    now: datetime,
    committee_id: int,
    batch: Sequence[SomebodyIn],
) -> list[int]:
    """The person of each entry, new ones registered. Who has the same identity number and
    surnames as somebody registered is that somebody."""
    found: dict[int, int] = {}
    fresh: list[int] = []
    for place, data in enumerate(batch):
        if (data.person_id is None) == (data.person is None):
            raise Invalid.at(_spot(batch, place, "person_id"), "person_one_of_two")
        if data.person_id is not None:
            if session.get(Person, data.person_id) is None:
                raise Invalid.at(_spot(batch, place, "person_id"), "person_not_found")
            found[place] = data.person_id
        elif data.person is not None:
            ci = f"{data.person.ci or ''}{data.person.ci_suffix or ''}"
            same = person_with_ci(session, ci) if data.person.ci else None
            if same and name_key(same.surnames) == name_key(data.person.surnames):
                found[place] = same.id
            else:
                fresh.append(place)
    wanted = [person for place in fresh if (person := batch[place].person) is not None]
    try:
        made = people.register_persons(session, actor, now, wanted, committee_id)
    except Invalid as refusal:
        raise Invalid(*(_moved(batch, fresh, fault) for fault in refusal.faults)) from refusal
    found |= {place: row.id for place, row in zip(fresh, made, strict=True)}
    return [found[place] for place in range(len(batch))]


def _moved(batch: Sequence[SomebodyIn], fresh: Sequence[int], fault: Fault) -> Fault:
    """A fault of the n-th new person, told at that person's place in the whole batch."""
    number, dash, name = fault.field.partition("-")
    place = fresh[int(number)] if dash and number.isdigit() else fresh[0]
    return Fault(_spot(batch, place, f"person-{name or number}"), fault.code, fault.params)


def _spot(batch: Sequence[SomebodyIn], place: int, name: str) -> str:
    """The name of a field as forms and the API tell it: bare for a batch of one."""
    return name if len(batch) == 1 else f"{place}-{name}"


def _note(
    session: Session,
    actor: Actor,
    now: datetime,
    committee_id: int,
    action: str,
    row: Member | EvaluatorAppointment,
    **details: object,
) -> None:
    table = "member" if isinstance(row, Member) else "evaluator_appointment"
    audit.record(session, actor, now, action, table, row.id, committee_id=committee_id, **details)

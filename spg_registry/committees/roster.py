"""Who sits in the bodies and who evaluates: terms and appointments, dated, never overwritten."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session, col, select

from spg_registry.committees.errors import AlreadyLeft, CommitteeNotFound
from spg_registry.committees.models import (
    Committee,
    EvaluatorAppointment,
    EvaluatorService,
    Member,
    TermCorrection,
    TermExtension,
)
from spg_registry.committees.queries import (
    body_of,
    get_appointment,
    get_committee,
    get_member,
    known_among,
)
from spg_registry.committees.schemas import (
    EvaluatorIn,
    ExtensionIn,
    LeaveIn,
    MemberIn,
    SomebodyIn,
    TermCorrectionIn,
)
from spg_registry.core import audit, clock
from spg_registry.core.errors import Fault, Invalid
from spg_registry.core.permissions import Actor, Permission, require
from spg_registry.people import service as people
from spg_registry.people.models import Person
from spg_registry.people.queries import person_with_ci
from spg_registry.rules.months import Span, last_day
from spg_registry.territory.names import name_key

TERM_MONTHS: Final = 24
"""Where neither the paper names an end nor the caller knows the committee's rules."""
_ONE_DAY: Final = timedelta(days=1)


def seat_members(
    session: Session,
    actor: Actor,
    now: datetime,
    committee_id: int,
    batch: Sequence[MemberIn],
    beyond: Collection[int] = (),
    months: int = TERM_MONTHS,
) -> list[Member]:
    """An election: new terms in the committee's bodies, in the order of the batch.

    Of persons given by id only those are seated whom the committee knows (`queries.known_among`)
    or who are among `beyond`: this room does not know whose producers they are. A person is not
    seated twice in one body for the same day (Invalid at `term_from`). `months` is the term of
    whom the paper names no end for (`standards.own_rules.term_months`: the rules are a room above).
    """
    get_committee(session, actor, committee_id)
    require(actor, Permission.COMMITTEE_MANAGE, on=committee_id)
    bodies = {kind: body_of(session, committee_id, kind) for kind in {m.body for m in batch}}
    who = _people(session, actor, now, committee_id, batch, beyond)
    rows = [
        Member(
            body_id=bodies[data.body].id,
            person_id=person_id,
            sector=data.sector,
            office=data.office,
            term_from=data.term_from,
            term_until=data.term_until or last_day(data.term_from, months),
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
        and (other.left_on is None or other.left_on > other.term_begin)
        for other in others
    )


def _term(row: Member) -> Span:
    """The days in office as things stand."""
    end = row.term_end
    return Span(row.term_begin, end if row.left_on is None else min(end, row.left_on - _ONE_DAY))


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
    if _clashes(member, Span(member.term_begin, data.until), _seats_of(session, member)):
        raise Invalid.at("until", "term_overlaps")
    session.add(TermExtension(member_id=member.id, act=data.act, until=data.until))
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


def correct_term(
    session: Session, actor: Actor, now: datetime, member_id: int, data: TermCorrectionIn
) -> Member:
    """The term was typed wrongly, too long or too short: from now on it holds as given here, and
    a row of its own says what stood before. Actas of days out of the term are judged anew by
    `seals.revision`. Raises Invalid at `term_from` or `term_until`."""
    member, body = get_member(session, actor, member_id)
    require(actor, Permission.COMMITTEE_MANAGE, on=body.committee_id)
    if data.term_until < data.term_from:
        raise Invalid.at("term_until", "term_backwards")
    if member.left_on is not None and member.left_on < data.term_from:
        raise Invalid.at("term_from", "term_after_leaving", left_on=member.left_on)
    if (data.term_from, data.term_until) == (member.term_begin, member.term_end):
        raise Invalid.at("", "term_as_before")
    if _clashes(member, Span(data.term_from, data.term_until), _seats_of(session, member)):
        raise Invalid.at("term_from", "term_overlaps")
    row = TermCorrection(
        member_id=member.id,
        was_from=member.term_begin,
        was_until=member.term_end,
        **data.model_dump(),
        corrected_on=clock.local_date(now),
        corrected_by=actor.hand,
    )
    session.add(row)
    member.corrected_from, member.corrected_until = data.term_from, data.term_until
    member.extended_until = None
    session.flush()
    _note(
        session,
        actor,
        now,
        body.committee_id,
        "member.correct",
        member,
        correction=row.id,
        term=[data.term_from.isoformat(), data.term_until.isoformat()],
    )
    session.flush()
    return member


def _seats_of(session: Session, member: Member) -> list[Member]:
    """All terms of the same person in the same body."""
    query = select(Member).where(
        Member.body_id == member.body_id, Member.person_id == member.person_id
    )
    return list(session.exec(query))


def leave(session: Session, actor: Actor, now: datetime, member_id: int, data: LeaveIn) -> Member:
    """A member leaves before the term's end; the row stays and says when."""
    member, body = get_member(session, actor, member_id)
    require(actor, Permission.COMMITTEE_MANAGE, on=body.committee_id)
    if member.left_on is not None:
        raise AlreadyLeft(left_on=member.left_on)
    if data.on < member.term_begin:
        raise Invalid.at("on", "leave_before_term", term_from=member.term_begin)
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
    beyond: Collection[int] = (),
    months: int = TERM_MONTHS,
) -> list[EvaluatorAppointment]:
    """Appointments by act, in the order of the batch; a renewal is one more appointment. Of whom
    and for how long is said at `seat_members`."""
    get_committee(session, actor, committee_id)
    require(actor, Permission.COMMITTEE_MANAGE, on=committee_id)
    who = _people(session, actor, now, committee_id, batch, beyond)
    rows = [
        EvaluatorAppointment(
            committee_id=committee_id,
            person_id=person_id,
            act=data.act,
            sector=data.sector,
            trained_on=data.trained_on,
            appointed_on=data.appointed_on,
            until=data.until or last_day(data.appointed_on, months),
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
    beyond: Collection[int],
) -> list[int]:
    """The person of each entry, new ones registered. Who has the same identity number and
    surnames as somebody registered is that somebody."""
    named = {data.person_id for data in batch if data.person_id is not None}
    known = {*known_among(session, committee_id, named), *beyond}
    found: dict[int, int] = {}
    fresh: list[int] = []
    for place, data in enumerate(batch):
        if (data.person_id is None) == (data.person is None):
            raise Invalid.at(_spot(batch, place, "person_id"), "person_one_of_two")
        if data.person_id is not None:
            if not (data.person_id in known or _is_anybody(session, actor, data.person_id)):
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


def _is_anybody(session: Session, actor: Actor, person_id: int) -> bool:
    """Only the registry itself takes whoever is registered, wherever that is."""
    return actor.kind == "system" and session.get(Person, person_id) is not None


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

"""One decision after its acta, and the appeals against decisions, as the pages show them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from sqlmodel import Session, col, func, select

from spg_registry.committees.models import Body, BodyKind, Committee
from spg_registry.committees.queries import members_in_office
from spg_registry.core.permissions import Actor, Permission, require
from spg_registry.decisions.models import Appeal, AppealState, Decision, Meeting, MeetingState
from spg_registry.decisions.queries import appeals_of, corrected_by, get_appeal, get_decision
from spg_registry.decisions.service import appeal_until
from spg_registry.people.queries import persons_by_id
from spg_registry.producers.models import Producer
from spg_registry.rules.parameters import Parameters
from spg_registry.rules.words import DecisionState
from spg_registry.standards.queries import ruleset_of


@dataclass(frozen=True)
class DecisionFile:
    """`until` is the last day for an appeal; None while the producer was not told."""

    decision: Decision
    meeting: Meeting
    producer: Producer
    until: date | None
    appeals: list[Appeal]
    corrects: tuple[Decision, Meeting] | None
    corrected_by: list[tuple[Decision, Meeting]]
    acts: frozenset[str]
    """Of tell, appeal, finalise: what is open to this actor on that day."""

    @property
    def conditions(self) -> list[tuple[str, date]]:
        """What was asked, and by when."""
        asked = self.decision.conditions
        return [(one["text"], date.fromisoformat(one["due_on"])) for one in asked]


@dataclass(frozen=True)
class AppealLine:
    appeal: Appeal
    decision: Decision
    meeting: Meeting
    producer: Producer
    committee: str
    due_on: date
    """By when its body owes an answer."""

    def overdue(self, on: date) -> bool:
        return self.appeal.state is AppealState.FILED and self.due_on < on


@dataclass(frozen=True)
class Hearing:
    """An appeal with all that its answer needs: the open meetings of the other bodies, and who
    sits in the one that is chosen."""

    line: AppealLine
    answered_in: Meeting | None
    meetings: list[tuple[Meeting, str]]
    seats: list[tuple[int, str]]
    may_answer: bool


def decision_file(session: Session, actor: Actor, decision_id: int, on: date) -> DecisionFile:
    """Raises DecisionNotFound, or MeetingNotFound for another committee's."""
    decision, meeting = get_decision(session, actor, decision_id)
    until = appeal_until(session, decision, meeting)
    acts: list[str] = []
    if actor.may(Permission.DECISION_RECORD, on=meeting.committee_id):
        if decision.state is DecisionState.ADOPTED:
            acts.append("tell")
        if decision.state is DecisionState.NOTIFIED and until is not None:
            # A paper that came in time may be typed later.
            acts += ["appeal"] if on <= until else ["appeal", "finalise"]
    return DecisionFile(
        decision,
        meeting,
        session.get_one(Producer, decision.producer_id),
        until,
        appeals_of(session, [decision.id]),
        get_decision(session, actor, decision.corrects_id) if decision.corrects_id else None,
        corrected_by(session, decision.id),
        frozenset(acts),
    )


def visible_appeals(
    session: Session,
    actor: Actor,
    *,
    state: AppealState | None = None,
    limit: int | None = None,
    offset: int = 0,
) -> tuple[list[AppealLine], int]:
    """The latest first, and how many there are in all."""
    require(actor, Permission.DECISION_READ)
    query = select(Appeal).where(
        Appeal.decision_id == Decision.id, Decision.meeting_id == Meeting.id
    )
    places = actor.committees(Permission.DECISION_READ)
    if places is not None:
        query = query.where(col(Meeting.committee_id).in_(places))
    if state is not None:
        query = query.where(Appeal.state == state)
    total = session.exec(select(func.count()).select_from(query.subquery())).one()
    latest = query.order_by(col(Appeal.filed_on).desc(), col(Appeal.id).desc())
    return _lines(session, session.exec(latest.limit(limit).offset(offset)).all()), total


def appeals_heard(session: Session, meeting_id: int) -> list[AppealLine]:
    """Those whose answer a meeting gave, or will give when its acta is closed."""
    query = select(Appeal).where(Appeal.meeting_id == meeting_id).order_by(col(Appeal.id))
    return _lines(session, session.exec(query).all())


def _lines(session: Session, appeals: Iterable[Appeal]) -> list[AppealLine]:
    rows = list(appeals)
    query = (
        select(Decision, Meeting, Producer, Committee)
        .where(Decision.meeting_id == Meeting.id, Decision.producer_id == Producer.id)
        .where(Meeting.committee_id == Committee.id)
        .where(col(Decision.id).in_({row.decision_id for row in rows}))
    )
    about = {found[0].id: found for found in session.exec(query)}
    days: dict[tuple[int, date], int] = {}
    lines = []
    for row in rows:
        decision, meeting, producer, committee = about[row.decision_id]
        case = committee.id, row.filed_on
        if case not in days:
            days[case] = _days_to_answer(session, *case)
        due_on = row.filed_on + timedelta(days=days[case])
        lines.append(AppealLine(row, decision, meeting, producer, committee.name, due_on))
    return lines


def _days_to_answer(session: Session, committee_id: int, on: date) -> int:
    """As many as the family has to appeal (`appeal_window`)."""
    rules = ruleset_of(session, committee_id, on).rules
    return Parameters.from_mapping(rules).appeal_window_days


def hearing(
    session: Session, actor: Actor, appeal_id: int, meeting_id: int | None = None
) -> Hearing:
    """`meeting_id` chooses among the open meetings; else the one of the draft, or the latest."""
    appeal, _decision, first = get_appeal(session, actor, appeal_id)
    answered = session.get(Meeting, appeal.meeting_id) if appeal.meeting_id else None
    query = (
        select(Meeting, Body.name)
        .where(Meeting.body_id == Body.id, Meeting.committee_id == first.committee_id)
        .where(Meeting.state == MeetingState.CONVENED, Body.kind == BodyKind.APPEALS)
        .where(Meeting.body_id != first.body_id)
        .order_by(col(Meeting.held_on).desc(), col(Meeting.id).desc())
    )
    meetings = [(meeting, name) for meeting, name in session.exec(query)]
    known = {meeting.id: meeting for meeting, _ in meetings}
    chosen = known.get(meeting_id or appeal.meeting_id or 0) or next(iter(known.values()), None)
    is_open = appeal.state is AppealState.FILED
    may = actor.may(Permission.DECISION_RECORD, on=first.committee_id)
    return Hearing(
        _lines(session, [appeal])[0],
        answered,
        meetings,
        _seats(session, chosen) if chosen else [],
        may and is_open,
    )


def _seats(session: Session, meeting: Meeting) -> list[tuple[int, str]]:
    members = members_in_office(session, meeting.body_id, meeting.held_on)
    persons = persons_by_id(session, (member.person_id for member in members))
    return [(member.id, persons[member.person_id].full_name) for member in members]

"""Reading meetings, decisions and appeals, as far as the reader may see them."""

import re
from collections.abc import Iterable, Sequence

from sqlmodel import Session, col, func, select

from spg_registry.committees.models import Spg
from spg_registry.core.lots import by_id
from spg_registry.core.permissions import Actor, Permission, require_somebody
from spg_registry.decisions.errors import AppealNotFound, DecisionNotFound, MeetingNotFound
from spg_registry.decisions.models import Appeal, Attendance, Decision, Meeting, MeetingState
from spg_registry.producers.facts import with_merged
from spg_registry.producers.models import Enrolment, Producer
from spg_registry.rounds.models import Round
from spg_registry.rules.words import DecisionState

_NUMBERED = re.compile(r"^(\d{1,6})(\D{1,3})(\d{4})$")


def get_meeting(session: Session, actor: Actor, meeting_id: int) -> Meeting:
    """Fetching is the permission check: another committee's meeting is not found."""
    found = session.get(Meeting, meeting_id)
    require_somebody(actor)
    if found is None or not actor.may(Permission.DECISION_READ, found.committee_id):
        raise MeetingNotFound(id=meeting_id)
    return found


def visible_meetings(
    session: Session,
    actor: Actor,
    *,
    committee_id: int | None = None,
    round_id: int | None = None,
    state: MeetingState | None = None,
    limit: int | None = None,
    offset: int = 0,
) -> tuple[list[Meeting], int]:
    """The latest first, and how many there are in all."""
    require_somebody(actor)
    query = select(Meeting)
    places = actor.committees(Permission.DECISION_READ)
    if places is not None:
        query = query.where(col(Meeting.committee_id).in_(places))
    if committee_id is not None:
        query = query.where(Meeting.committee_id == committee_id)
    if round_id is not None:
        query = query.where(Meeting.round_id == round_id)
    if state is not None:
        query = query.where(Meeting.state == state)
    total = session.exec(select(func.count()).select_from(query.subquery())).one()
    latest = query.order_by(col(Meeting.held_on).desc(), col(Meeting.id).desc())
    return list(session.exec(latest.limit(limit).offset(offset))), total


def last_meeting(session: Session, body_id: int) -> Meeting | None:
    query = select(Meeting).where(Meeting.body_id == body_id)
    latest = query.order_by(col(Meeting.held_on).desc(), col(Meeting.id).desc())
    return session.exec(latest.limit(1)).first()


def next_acta_number(session: Session, body_id: int, year: int) -> str:
    """The number after the highest of that year, spelled like it (`08/2026` after `07/2026`);
    for the first of a year `1/2026`. A proposal: the committee's book decides."""
    query = select(Meeting.acta_number).where(Meeting.body_id == body_id)
    told = [_NUMBERED.match(number) for number in session.exec(query)]
    of_year = [found for found in told if found and found[3] == str(year)]
    if not of_year:
        return f"1/{year}"
    last = max(of_year, key=lambda found: int(found[1]))
    return f"{int(last[1]) + 1:0{len(last[1])}}{last[2]}{year}"


def attendance_of(session: Session, meeting_id: int) -> dict[int, bool]:
    """Whether each member who was noted was present."""
    rows = session.exec(select(Attendance).where(Attendance.meeting_id == meeting_id))
    return {row.member_id: row.present for row in rows}


def decisions_of(session: Session, meeting_id: int) -> list[Decision]:
    """In the order in which they were taken up; without those taken off the table again."""
    query = select(Decision).where(
        Decision.meeting_id == meeting_id, Decision.state != DecisionState.WITHDRAWN
    )
    return list(session.exec(query.order_by(col(Decision.id))))


def withdrawn_from(session: Session, meeting_id: int) -> list[tuple[Decision, Producer]]:
    """The drafts that were taken off a meeting's table, in the order in which they were."""
    query = select(Decision, Producer).where(
        Decision.producer_id == Producer.id,
        Decision.meeting_id == meeting_id,
        Decision.state == DecisionState.WITHDRAWN,
    )
    return list(session.exec(query.order_by(col(Decision.withdrawn_at), col(Decision.id))))


def enrolments_of_meeting(
    session: Session, meeting: Meeting, producer_ids: Iterable[int]
) -> dict[int, Enrolment]:
    """Of each producer its open enrolment in the SPG of the meeting's round; without a round, in
    any SPG of the meeting's committee. Another committee's producers are not on its table."""
    query = (
        select(Enrolment)
        .join(Spg, col(Spg.id) == col(Enrolment.spg_id))
        .where(Spg.committee_id == meeting.committee_id)
        .where(col(Enrolment.producer_id).in_(set(producer_ids)))
        .where(col(Enrolment.ended_on).is_(None))
    )
    if meeting.round_id is not None:
        of_round = select(Round.spg_id).where(Round.id == meeting.round_id).scalar_subquery()
        query = query.where(Enrolment.spg_id == of_round)
    return {row.producer_id: row for row in session.exec(query.order_by(col(Enrolment.id)))}


def get_decision(session: Session, actor: Actor, decision_id: int) -> tuple[Decision, Meeting]:
    found = session.get(Decision, decision_id)
    if found is None:
        raise DecisionNotFound(id=decision_id)
    return found, get_meeting(session, actor, found.meeting_id)


def get_decisions(
    session: Session, actor: Actor, decision_ids: Sequence[int]
) -> list[tuple[Decision, Meeting]]:
    """Many at once, in the order named."""
    query = select(Decision).where(col(Decision.id).in_(set(decision_ids)))
    found = {row.id: row for row in session.exec(query)}
    for decision_id in decision_ids:
        if decision_id not in found:
            raise DecisionNotFound(id=decision_id)
    meetings = {
        id_: get_meeting(session, actor, id_) for id_ in {row.meeting_id for row in found.values()}
    }
    rows = [found[decision_id] for decision_id in decision_ids]
    return [(row, meetings[row.meeting_id]) for row in rows]


def decisions_about(session: Session, producer_id: int) -> list[tuple[Decision, Meeting]]:
    """Everything ever decided about a producer, the latest first."""
    rows = session.exec(
        select(Decision, Meeting)
        .where(Decision.meeting_id == Meeting.id)
        .where(with_merged(col(Decision.producer_id), [producer_id]))
        .order_by(col(Meeting.held_on).desc(), col(Decision.id).desc())
    )
    return list(rows)


def corrections_of(session: Session, meeting_id: int) -> list[Meeting]:
    """The meetings whose acta corrects this one's, in their order."""
    query = select(Meeting).where(Meeting.corrects_id == meeting_id)
    return list(session.exec(query.order_by(col(Meeting.held_on), col(Meeting.id))))


def corrected_by(session: Session, decision_id: int) -> list[tuple[Decision, Meeting]]:
    """The decisions of closed actas that correct this one."""
    query = select(Decision, Meeting).where(
        Decision.meeting_id == Meeting.id,
        Decision.corrects_id == decision_id,
        Meeting.state == MeetingState.CLOSED,
    )
    return list(session.exec(query.order_by(col(Decision.id))))


def meetings_by_id(session: Session, ids: Iterable[int]) -> dict[int, Meeting]:
    return by_id(session, Meeting, ids)


def appeals_of(session: Session, decision_ids: Iterable[int]) -> list[Appeal]:
    return list(
        session.exec(
            select(Appeal)
            .where(col(Appeal.decision_id).in_(set(decision_ids)))
            .order_by(col(Appeal.id))
        )
    )


def answered_in(session: Session, meeting_id: int) -> list[Appeal]:
    """The appeals whose answer is a meeting's: a draft of it, or applied with its acta."""
    query = select(Appeal).where(Appeal.meeting_id == meeting_id).order_by(col(Appeal.id))
    return list(session.exec(query))


def get_appeal(session: Session, actor: Actor, appeal_id: int) -> tuple[Appeal, Decision, Meeting]:
    found = session.get(Appeal, appeal_id)
    if found is None:
        raise AppealNotFound(id=appeal_id)
    decision, meeting = get_decision(session, actor, found.decision_id)
    return found, decision, meeting

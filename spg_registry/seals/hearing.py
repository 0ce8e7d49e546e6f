"""What the norm says of the answers that a meeting gives to appeals: the word of a body like any
other, so its quorum, its recusals and its votes are judged, against the body that answers."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlmodel import Session, col, select

from spg_registry.committees.models import Member
from spg_registry.decisions.models import Appeal, Decision, Meeting
from spg_registry.decisions.queries import attendance_of
from spg_registry.rules import granting
from spg_registry.rules.verdict import NotMet, Verdict
from spg_registry.seals.judging import OF_EVERY_DECISION, Table


@dataclass(frozen=True)
class Heard:
    """An answer with what the norm says of it; without `stops` it may be applied."""

    appeal: Appeal
    decision: Decision
    verdicts: tuple[Verdict, ...]
    stops: tuple[NotMet, ...]


def hear(session: Session, meeting: Meeting, appeals: Sequence[Appeal]) -> list[Heard]:
    return [_hear(session, meeting, appeal) for appeal in appeals]


def _hear(session: Session, meeting: Meeting, appeal: Appeal) -> Heard:
    decision = session.get_one(Decision, appeal.decision_id)
    first = session.get_one(Meeting, decision.meeting_id)
    asked = _as_decided_here(meeting, decision, appeal)
    known = Table(session, meeting, [asked], meeting.held_on, first.round_id).facts_of(asked)
    voting = replace(known.voting, decided_first=_first_deciders(session, first, decision))
    known = replace(known, voting=voting)
    parameters = known.meeting.parameters
    verdicts = tuple(v for v in granting.may_grant(known) if v.code in OF_EVERY_DECISION)
    blocks = granting.blocks(verdicts, parameters)
    unwaived = granting.unwaived(verdicts, parameters, meeting.waivers)
    return Heard(appeal, decision, verdicts, (*blocks, *unwaived))


def _as_decided_here(meeting: Meeting, decision: Decision, appeal: Appeal) -> Decision:
    """The same question on this meeting's table; only thought of, it is in no session."""
    return Decision(
        meeting_id=meeting.id,
        producer_id=decision.producer_id,
        enrolment_id=decision.enrolment_id,
        round_id=decision.round_id,
        category=decision.category,
        outcome=decision.outcome,
        state_since=meeting.held_on,
        scope=decision.scope,
        by_consensus=appeal.by_consensus,
        votes=appeal.votes,
        recusals=appeal.recusals,
    )


def _first_deciders(session: Session, first: Meeting, decision: Decision) -> frozenset[int]:
    """Who sat in the first meeting and did not stand aside."""
    present = {member for member, here in attendance_of(session, first.id).items() if here}
    deciders = present - {int(member) for member in decision.recusals}
    return frozenset(
        session.exec(select(Member.person_id).where(col(Member.id).in_(deciders))).all()
    )

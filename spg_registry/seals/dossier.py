"""All that the office's page of a seal shows, and what this actor may do there."""

from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from spg_registry.core.permissions import Actor, Permission
from spg_registry.decisions.models import Decision, Meeting
from spg_registry.people.queries import users_by_id
from spg_registry.producers.models import Producer
from spg_registry.rules.states import MOVES, Machine
from spg_registry.rules.words import SealEventKind, SealState
from spg_registry.seals.errors import SealNotFound
from spg_registry.seals.events import TURNS, says
from spg_registry.seals.models import SealEvent, SealGrant
from spg_registry.seals.public import PublicSeal, public_seal, tokens_of
from spg_registry.seals.queries import events_of, get_seal, standard_title, suspended_by_control

ACTS = {
    SealEventKind.SUSPENDED: "suspend",
    SealEventKind.REINSTATED: "reinstate",
    SealEventKind.WITHDRAWN: "withdraw",
}


@dataclass(frozen=True)
class EventLine:
    """`reason` is for the file: who reads the office's page may see it."""

    event: SealEvent
    by: str
    acta: str
    meeting_id: int | None


@dataclass(frozen=True)
class Dossier:
    grant: SealGrant
    seal: PublicSeal
    producer: Producer
    meeting: Meeting
    events: list[EventLine]
    token: str
    standard: str
    acts: frozenset[str]
    """Of acknowledge, suspend, reinstate, withdraw, replace: what is open to this actor now."""


def dossier_of(session: Session, actor: Actor, code: str, on: date) -> Dossier:
    grant = get_seal(session, actor, code)
    seal = public_seal(session, code, on)
    if seal is None:
        raise SealNotFound(code=code)
    decision = session.get_one(Decision, grant.decision_id)
    return Dossier(
        grant=grant,
        seal=seal,
        producer=session.get_one(Producer, grant.producer_id),
        meeting=session.get_one(Meeting, decision.meeting_id),
        events=_events(session, grant),
        token=tokens_of(session, grant.id)[0],
        standard=standard_title(session, grant.standard_version),
        acts=frozenset(_acts(session, actor, grant, on)),
    )


def _events(session: Session, grant: SealGrant) -> list[EventLine]:
    rows = events_of(session, grant.id)
    users = users_by_id(session, (row.by_user for row in rows if row.by_user is not None))
    decisions = {row.decision_id for row in rows if row.decision_id is not None}
    query = select(Decision.id, Meeting).where(
        Decision.meeting_id == Meeting.id, col(Decision.id).in_(decisions)
    )
    meetings = dict(session.exec(query).all())
    lines = []
    for row in rows:
        meeting = meetings.get(row.decision_id) if row.decision_id is not None else None
        user = users.get(row.by_user) if row.by_user is not None else None
        lines.append(
            EventLine(
                event=row,
                by=user.label if user else "",
                acta=meeting.acta_number if meeting else "",
                meeting_id=meeting.id if meeting else None,
            )
        )
    return lines


def _acts(session: Session, actor: Actor, grant: SealGrant, on: date) -> list[str]:
    place = grant.committee_id
    found = []
    if grant.acknowledged_on is None and actor.may(Permission.PRODUCER_WRITE, on=place):
        found.append("acknowledge")
    control = actor.may(Permission.SEAL_SANCTION, on=place)
    committee = actor.may(Permission.SEAL_DECIDE, on=place)
    held = not control and bool(suspended_by_control(session, [grant.id]))
    for kind, name in ACTS.items():
        is_move = TURNS[kind] in MOVES[Machine.SEAL][grant.state]
        barred = held and kind is SealEventKind.REINSTATED
        if is_move and (control or committee) and not barred:
            found.append(name)
    if committee and grant.state is SealState.GRANTED and grant.valid_until >= on:
        found.append("replace")
    return found


def grounds_for(
    session: Session, grant: SealGrant, kind: SealEventKind
) -> list[tuple[Decision, str, date]]:
    """The decisions that can be named as the ground of an act, the latest first, each with its
    acta and day."""
    holder = session.get_one(Producer, grant.producer_id)
    rows = session.exec(
        select(Decision, Meeting)
        .where(Decision.meeting_id == Meeting.id)
        .where(col(Decision.producer_id).in_([holder.id, holder.merged_into_id or holder.id]))
        .where(Meeting.committee_id == grant.committee_id)
        .order_by(col(Meeting.held_on).desc(), col(Decision.id).desc())
    )
    return [
        (decision, meeting.acta_number, meeting.held_on)
        for decision, meeting in rows
        if says(kind, decision, grant, meeting)
    ]

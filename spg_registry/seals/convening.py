"""Before a meeting: who of each round under way is ready for a decision, and who is not yet."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from spg_registry.committees.models import Body, BodyKind
from spg_registry.committees.queries import body_of
from spg_registry.core import clock
from spg_registry.core.permissions import Actor, Permission, require
from spg_registry.decisions.models import Meeting
from spg_registry.decisions.queries import last_meeting, next_acta_number
from spg_registry.producers.models import Producer
from spg_registry.rounds.models import Round, Visit
from spg_registry.rules.verdict import NotMet
from spg_registry.rules.words import Outcome, VisitState
from spg_registry.seals.agenda import (
    UNATTENDED,
    places_of,
    propose,
    ready_for,
    rounds_to_decide,
)

_UNDER_WAY = (
    VisitState.ASSIGNED,
    VisitState.IN_FIELD,
    VisitState.SUBMITTED,
    VisitState.RETURNED,
)


@dataclass(frozen=True)
class Waiting:
    """A family of the round. `visit` is the state of a visit that is not over; else `why` says
    what the norm still wants, empty for who is ready."""

    producer: Producer
    community: str
    proposed: Outcome | None
    visit: VisitState | None
    why: tuple[NotMet, ...]


@dataclass(frozen=True)
class RoundAgenda:
    ronda: Round
    ready: list[Waiting]
    not_ready: list[Waiting]


@dataclass(frozen=True)
class Convening:
    """What the form begins with; number and place are proposals."""

    rounds: list[RoundAgenda]
    acta_number: str
    place: str


def convening(session: Session, actor: Actor, now: datetime) -> Convening:
    require(actor, Permission.DECISION_RECORD)
    today = clock.local_date(now)
    rounds = rounds_to_decide(session, actor, today)
    number, place = "", ""
    committees = sorted(actor.committees(Permission.DECISION_RECORD) or ())
    if rounds or committees:
        committee = rounds[0].committee_id if rounds else committees[0]
        body = body_of(session, committee, BodyKind.GUARANTEE)
        number = next_acta_number(session, body.id, today.year)
        last = last_meeting(session, body.id)
        place = last.place if last else ""
    return Convening([_agenda(session, row, today) for row in rounds], number, place)


def _agenda(session: Session, ronda: Round, today: date) -> RoundAgenda:
    body = body_of(session, ronda.committee_id, BodyKind.GUARANTEE)
    meeting = _imagined(ronda, body, today)
    seen = ready_for(session, meeting, ())
    wishes = [wish.judged for wish in propose(session, meeting, seen, today)]
    judged = {one.decision.producer_id: one for one in wishes}
    under_way = _under_way(session, ronda)
    producers, places = places_of(session, [*seen, *under_way])
    ready: list[Waiting] = []
    not_ready: list[Waiting] = []
    for producer_id in seen:
        one = judged[producer_id]
        stops = tuple(stop for stop in one.stops if stop.code not in UNATTENDED)
        line = Waiting(
            producers[producer_id], places[producer_id], one.decision.outcome, None, stops
        )
        (not_ready if stops else ready).append(line)
    for producer_id, state in under_way.items():
        if producer_id not in judged:
            line = Waiting(producers[producer_id], places[producer_id], None, state, ())
            not_ready.append(line)
    return RoundAgenda(ronda, ready, not_ready)


def _imagined(ronda: Round, body: Body, today: date) -> Meeting:
    """A meeting of today that is only thought of: it is in no session."""
    return Meeting(
        committee_id=ronda.committee_id,
        body_id=body.id,
        round_id=ronda.id,
        held_on=today,
        place="",
        called_by="",
        acta_number="",
    )


def _under_way(session: Session, ronda: Round) -> dict[int, VisitState]:
    query = select(Visit.producer_id, Visit.state).where(
        Visit.round_id == ronda.id, col(Visit.state).in_(_UNDER_WAY)
    )
    rows = session.exec(query.order_by(col(Visit.id).desc()))
    return {producer_id: VisitState(state) for producer_id, state in rows}

"""What a family sees of itself, and what it confirms by its own word (trust.md section 8).

The acknowledgement never changes a verdict: it says that the family knows.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from spg_registry.decisions.models import Appeal, Decision, Meeting
from spg_registry.decisions.queries import appeals_of, decisions_about
from spg_registry.decisions.service import appeal_until
from spg_registry.producers.facts import with_merged
from spg_registry.producers.models import Producer, Unit
from spg_registry.producers.queries import registrations_of
from spg_registry.rounds import visits
from spg_registry.rounds.models import Finding, Round, Visit
from spg_registry.rules.states import HANDED_IN, UNSAID
from spg_registry.rules.words import DecisionState, SealEventKind, SealState
from spg_registry.seals import events
from spg_registry.seals.models import SealEvent, SealGrant
from spg_registry.seals.own_door import itself
from spg_registry.seals.public import PublicSeal, public_seal


@dataclass(frozen=True)
class OwnVisit:
    visit: Visit
    unit: str
    ronda: str
    findings: list[Finding]

    @property
    def waits(self) -> bool:
        return self.visit.acknowledged_on is None


@dataclass(frozen=True)
class OwnSeal:
    grant: SealGrant
    seal: PublicSeal
    last: SealEvent | None
    """The act that made it what it is, when it no longer counts: its reason, and how to answer."""

    @property
    def reply(self) -> str:
        return str(self.last.details.get("right_of_reply", "")) if self.last else ""

    @property
    def waits(self) -> bool:
        return self.grant.acknowledged_on is None and self.grant.state is SealState.GRANTED


@dataclass(frozen=True)
class OwnDecision:
    """`until` is the last day for an appeal, None where it does not run."""

    decision: Decision
    meeting: Meeting
    until: date | None
    appeals: list[Appeal]


@dataclass(frozen=True)
class OwnFile:
    producer: Producer
    visits: list[OwnVisit]
    seals: list[OwnSeal]
    decisions: list[OwnDecision]

    @property
    def waiting(self) -> int:
        return sum(row.waits for row in self.visits) + sum(row.waits for row in self.seals)


def own_file(session: Session, producer: Producer, on: date) -> OwnFile:
    """Of this producer and nobody else; whoever calls has let it in."""
    return OwnFile(
        producer,
        _visits(session, producer),
        _seals(session, producer, on),
        _decisions(session, producer),
    )


def _visits(session: Session, producer: Producer) -> list[OwnVisit]:
    findings: dict[int, list[Finding]] = {}
    query = select(Finding).where(with_merged(col(Finding.producer_id), [producer.id]))
    for finding in session.exec(query.order_by(col(Finding.id))):
        findings.setdefault(finding.visit_id, []).append(finding)
    rows = session.exec(
        select(Visit, Unit, Round)
        .where(Visit.unit_id == Unit.id, Visit.round_id == Round.id)
        .where(with_merged(col(Visit.producer_id), [producer.id]), col(Visit.state).in_(HANDED_IN))
        .order_by(col(Visit.visited_on).desc(), col(Visit.id).desc())
    )
    return [
        OwnVisit(visit, unit.name or unit.code, ronda.name, findings.get(visit.id, []))
        for visit, unit, ronda in rows
    ]


def _seals(session: Session, producer: Producer, on: date) -> list[OwnSeal]:
    query = select(SealGrant).where(with_merged(col(SealGrant.producer_id), [producer.id]))
    found = []
    for grant in session.exec(query.order_by(col(SealGrant.id).desc())):
        seal = public_seal(session, grant.code, on)
        if seal is not None:
            found.append(OwnSeal(grant, seal, _last_act(session, grant)))
    return found


def _last_act(session: Session, grant: SealGrant) -> SealEvent | None:
    if grant.state not in (SealState.SUSPENDED, SealState.WITHDRAWN):
        return None
    kinds = [SealEventKind.SUSPENDED, SealEventKind.WITHDRAWN]
    query = select(SealEvent).where(SealEvent.grant_id == grant.id, col(SealEvent.kind).in_(kinds))
    return session.exec(query.order_by(col(SealEvent.id).desc())).first()


def _decisions(session: Session, producer: Producer) -> list[OwnDecision]:
    rows = [
        (decision, meeting)
        for decision, meeting in decisions_about(session, producer.id)
        if decision.state not in UNSAID
    ]
    appeals: dict[int, list[Appeal]] = {}
    for appeal in appeals_of(session, [decision.id for decision, _ in rows]):
        appeals.setdefault(appeal.decision_id, []).append(appeal)
    return [
        OwnDecision(
            decision,
            meeting,
            appeal_until(session, decision, meeting)
            if decision.state is DecisionState.NOTIFIED
            else None,
            appeals.get(decision.id, []),
        )
        for decision, meeting in rows
    ]


# --- its own word --------------------------------------------------------------------------------


def confirm_visit(session: Session, now: datetime, producer: Producer, visit_id: int) -> Visit:
    ids = registrations_of(session, producer.id)
    return visits.acknowledge_own(session, itself(producer), now, ids, visit_id)


def confirm_seal(session: Session, now: datetime, producer: Producer, code: str) -> SealEvent:
    ids = registrations_of(session, producer.id)
    return events.acknowledge_own(session, itself(producer), now, ids, code)

"""Wrong entries found late: the seals that rest on what was corrected since, judged again.

The list is computed when it is read, and only over seals whose producer, land, visits or deciders
had a recorded correction after the grant. People decide what becomes of each.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import null
from sqlmodel import Session, col, select

from spg_registry.core import clock
from spg_registry.core.audit import AuditEvent
from spg_registry.core.lots import by_id, in_lots
from spg_registry.core.permissions import Actor, Permission, require
from spg_registry.decisions.models import Attendance, Decision, Meeting, MeetingState
from spg_registry.producers.facts import producers_held_by, units_of
from spg_registry.producers.models import Crop, Holder, Interest, Producer, Unit, UnitPlot
from spg_registry.rounds.models import Finding, Visit
from spg_registry.rules import facts
from spg_registry.rules.land import grounds
from spg_registry.rules.states import STANDING
from spg_registry.rules.verdict import NotMet
from spg_registry.rules.words import ActivityKind, DecisionState, SealEventKind
from spg_registry.seals.again import judge_again
from spg_registry.seals.models import Sanction, SealEvent, SealGrant, SealScope
from spg_registry.territory.atlas import atlas_of

OF_MEETINGS = frozenset({"member.leave", "member.extend", "member.correct"})
CORRECTIONS = OF_MEETINGS | {
    *("plot.correct", "plot.last_input", "plot.hand_over", "crop.correct", "unit.correct"),
    *("crop.ingredients", "person.merge", "person.part"),
    *("producer.household", "holder.add", "holder.end"),
    *("interest.declare", "interest.correct", "interest.end"),
    *("visit.correct", "finding.record", "sanction.impose"),
}
"""Acts that may say of a day gone by something else than what was known then."""
PUT_RIGHT = frozenset(
    {"plot.correct", "plot.last_input", "crop.correct", "unit.correct", "visit.correct"}
)
"""Those that always do. The others are daily work as well: they tell nothing of a seal that would
still pass."""


@dataclass(frozen=True)
class Doubt:
    """A running seal that rests on something corrected since.

    `reasons` is what the norm says today of the day of its decision; empty: it would still pass.
    `agenda` is the draft, or the adopted decision, by which people have taken it up.
    """

    grant: SealGrant
    producer: Producer
    decision: Decision
    meeting: Meeting
    corrections: tuple[AuditEvent, ...]
    reasons: tuple[NotMet, ...]
    agenda: Decision | None = None

    @property
    def is_answered(self) -> bool:
        return self.agenda is not None and self.agenda.state is not DecisionState.DRAFT


def doubts_of(session: Session, actor: Actor, committee_id: int, now: datetime) -> list[Doubt]:
    """Those that would no longer pass first. What would pass, and somebody has looked at since (a
    correction of the seal's own record), is left out until the next correction."""
    require(actor, Permission.SEAL_READ, on=committee_id)
    today = clock.local_date(now)
    acts = _acts(session, committee_id, today)
    if not acts:
        return []
    rows = _resting_on(session, committee_id, today, acts)
    decisions = {row[0].decision_id: row[1] for row in rows}
    meetings = {row[1].meeting_id: row[2] for row in rows}
    judged = _judged(session, meetings, decisions.values())
    gone = _land_gone(session, [row for row in rows if _handed_on(row[3])], today)
    taken_up = _taken_up(session, decisions)
    checked = _checked(session, [row[0].id for row in rows])
    producers = by_id(session, Producer, [row[0].producer_id for row in rows])
    found = []
    for grant, decision, meeting, since in rows:
        reasons = (*judged.get(decision.id, ()), *gone.get(grant.id, ()))
        if not reasons and _is_settled(since, checked.get(grant.id)):
            continue
        holder = producers[grant.producer_id]
        agenda = taken_up.get(decision.id)
        found.append(Doubt(grant, holder, decision, meeting, tuple(since), reasons, agenda))
    return sorted(found, key=lambda one: (one.is_answered, not one.reasons, one.grant.id))


def _is_settled(acts: Iterable[AuditEvent], seen: datetime | None) -> bool:
    right = [act for act in acts if act.action in PUT_RIGHT]
    return all(seen is not None and act.at <= seen for act in right)


def _acts(session: Session, committee_id: int, today: date) -> list[AuditEvent]:
    """The committee's corrections since its oldest running seal was granted."""
    oldest = session.exec(
        select(SealGrant.granted_at)
        .where(*_running(committee_id, today))
        .order_by(col(SealGrant.granted_at))
        .limit(1)
    ).first()
    if oldest is None:
        return []
    query = select(AuditEvent).where(
        AuditEvent.committee_id == committee_id,
        col(AuditEvent.action).in_(CORRECTIONS),
        AuditEvent.at > oldest,
    )
    return list(session.exec(query.order_by(col(AuditEvent.id))))


def _running(committee_id: int, today: date) -> tuple[Any, ...]:
    return (
        SealGrant.committee_id == committee_id,
        col(SealGrant.state).in_(STANDING),
        SealGrant.valid_until >= today,
    )


Row = tuple[SealGrant, Decision, Meeting, list[AuditEvent]]


def _resting_on(
    session: Session, committee_id: int, today: date, acts: Sequence[AuditEvent]
) -> list[Row]:
    by_producer, by_meeting = _reached(session, acts)
    # Of the many seals that nothing was said about, not even the row is built.
    query = (
        select(SealGrant.id, SealGrant.producer_id, SealGrant.granted_at, Meeting.id)
        .add_columns(col(Meeting.held_on))
        .join(Decision, col(Decision.id) == col(SealGrant.decision_id))
        .join(Meeting, col(Meeting.id) == col(Decision.meeting_id))
        .where(*_running(committee_id, today))
        .order_by(col(SealGrant.id))
    )
    reaching: dict[int, tuple[int, list[AuditEvent]]] = {}
    for grant_id, producer_id, granted_at, meeting_id, held_on in session.connection().execute(
        query
    ):
        begins = {**by_producer.get(producer_id, {}), **by_meeting.get(meeting_id, {})}
        since = [
            act
            for act in acts
            if act.id in begins and act.at > granted_at and begins[act.id] <= held_on
        ]
        if since:
            reaching[grant_id] = (meeting_id, since)
    grants = by_id(session, SealGrant, reaching)
    found = [(grants[id_], *rest) for id_, rest in reaching.items()]
    # Decisions and actas are large documents: only those that are asked about are read.
    decisions = by_id(session, Decision, (grant.decision_id for grant, _, _ in found))
    meetings = by_id(session, Meeting, (meeting_id for _, meeting_id, _ in found))
    return [
        (grant, decisions[grant.decision_id], meetings[meeting_id], since)
        for grant, meeting_id, since in found
    ]


Begins = dict[int, date]
"""By act: the first day that it speaks of. What began after a decision changes nothing in it."""


def _reached(
    session: Session, acts: Sequence[AuditEvent]
) -> tuple[Mapping[int, Begins], Mapping[int, Begins]]:
    """By producer, and by meeting: the acts that may change what the norm says of them."""
    by_subject: dict[str, dict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
    for act in acts:
        by_subject[act.subject][int(act.subject_id)].add(act.id)
    producers: dict[int, Begins] = defaultdict(dict)
    for subject, of_subject in by_subject.items():
        for id_, producer_id, begins in _producers_of(session, subject, of_subject):
            producers[producer_id] |= dict.fromkeys(of_subject[id_], begins or date.min)
    meetings: dict[int, Begins] = defaultdict(dict)
    members = by_subject.get("member", {})
    for lot in in_lots(members):
        query = select(Attendance.member_id, Attendance.meeting_id).where(
            col(Attendance.member_id).in_(lot)
        )
        for member_id, meeting_id in session.exec(query):
            meetings[meeting_id] |= dict.fromkeys(members[member_id], date.min)
    return producers, meetings


_ALWAYS = null().label("begins")
_OWNERS: dict[str, Any] = {
    "unit": select(Unit.id, Unit.producer_id, _ALWAYS),
    "visit": select(Visit.id, Visit.producer_id, _ALWAYS),
    "finding": select(Finding.id, Finding.producer_id, Finding.found_on),
    "sanction": select(Sanction.id, Sanction.producer_id, Sanction.since),
    "holder": select(Holder.id, Holder.producer_id, _ALWAYS),
    "person": select(Holder.person_id, Holder.producer_id, _ALWAYS),
    "producer": select(Producer.id, col(Producer.id), _ALWAYS),
    "interest": select(Interest.id, Interest.producer_id, Interest.since),
    "crop": select(Crop.id, Unit.producer_id, _ALWAYS).join(
        Unit, col(Unit.id) == col(Crop.unit_id)
    ),
    "plot": select(UnitPlot.plot_id, Unit.producer_id, _ALWAYS).join(
        Unit, col(Unit.id) == col(UnitPlot.unit_id)
    ),
}
"""By subject of an act: its id, the producer whose it is, and the first day it speaks of."""

_OWN_INTERESTS: Any = select(Interest.id, Interest.person_id, col(Interest.since))

Owner = tuple[int, int, date | None]


def _producers_of(session: Session, subject: str, ids: Collection[int]) -> Iterable[Owner]:
    query = _OWNERS.get(subject)
    if query is None:
        return
    key = next(iter(query.selected_columns))
    for lot in in_lots(ids):
        yield from session.exec(query.where(key.in_(lot))).all()
    if subject == "interest":
        yield from _held_by_the_near(session, ids)


def _held_by_the_near(session: Session, ids: Collection[int]) -> Iterable[Owner]:
    """An interest binds both ways: it counts for what its person holds, too."""
    query = _OWN_INTERESTS.where(col(Interest.id).in_(ids))
    rows = session.exec(query).all()
    held = producers_held_by(session, [person_id for _, person_id, _ in rows])
    for id_, person_id, since in rows:
        for producer_id in held[person_id]:
            yield id_, producer_id, since


def _judged(
    session: Session, meetings: Mapping[int, Meeting], decisions: Iterable[Decision]
) -> dict[int, tuple[NotMet, ...]]:
    by_meeting: dict[int, list[Decision]] = defaultdict(list)
    for decision in decisions:
        by_meeting[decision.meeting_id].append(decision)
    found: dict[int, tuple[NotMet, ...]] = {}
    for meeting_id, some in by_meeting.items():
        for one in judge_again(session, meetings[meeting_id], some):
            found[one.decision.id] = one.stops
    return found


def _handed_on(acts: Iterable[AuditEvent]) -> bool:
    return any(act.action == "plot.hand_over" for act in acts)


def _land_gone(session: Session, rows: Sequence[Row], today: date) -> dict[int, tuple[NotMet, ...]]:
    """What of a seal's scope stands on no land any more, by today's plots."""
    grants = {row[0].id: row[0] for row in rows}
    if not grants:
        return {}
    units = units_of(session, {grant.producer_id for grant in grants.values()}, today)
    products = atlas_of(session).products
    found: dict[int, list[NotMet]] = defaultdict(list)
    scope = session.exec(select(SealScope).where(col(SealScope.grant_id).in_(grants)))
    for row in scope:
        own = units[grants[row.grant_id].producer_id]
        unit = next((one for one in own if one.unit_id == row.unit_id), facts.Unit(row.unit_id))
        kind = ActivityKind(products[row.product_code].kind)
        asked = facts.ScopeRow(row.unit_id, row.product_code, row.area_m2 or 0, kind)
        whose = facts.ProducerFacts(facts.Ties(0, frozenset()), None, own, ())
        for ground in grounds(asked, unit, whose):
            if isinstance(ground, NotMet):
                found[row.grant_id].append(ground)
    return {id_: tuple(reasons) for id_, reasons in found.items()}


def _taken_up(session: Session, decisions: Collection[int]) -> dict[int, Decision]:
    """By decision: the latest one that corrects it, a draft of an open meeting too."""
    query = (
        select(Decision)
        .join(Meeting, col(Meeting.id) == col(Decision.meeting_id))
        .where(col(Decision.corrects_id).in_(decisions))
        .where(col(Decision.state) != DecisionState.WITHDRAWN)
        .order_by(col(Decision.id))
    )
    return {row.corrects_id: row for row in session.exec(query) if row.corrects_id is not None}


def _checked(session: Session, grant_ids: Collection[int]) -> dict[int, datetime]:
    query = select(SealEvent.grant_id, SealEvent.at).where(
        col(SealEvent.grant_id).in_(grant_ids), SealEvent.kind == SealEventKind.CORRECTED
    )
    return dict(session.exec(query.order_by(col(SealEvent.id))).all())


def open_meetings(session: Session, committee_id: int) -> list[Meeting]:
    """Where a doubt can be put on the agenda."""
    query = select(Meeting).where(
        Meeting.committee_id == committee_id, Meeting.state == MeetingState.CONVENED
    )
    return list(session.exec(query.order_by(col(Meeting.held_on), col(Meeting.id))))

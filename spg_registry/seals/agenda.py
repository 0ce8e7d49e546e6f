"""All that the page of a meeting shows: who sits there, who waits for a decision, what the norm
says of each, and what would be granted. Nothing is written here."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from sqlmodel import Session, col, func, select

from spg_registry.committees.models import Body, Committee
from spg_registry.committees.queries import members_in_office
from spg_registry.core.permissions import Actor, Permission
from spg_registry.decisions.models import Decision, Meeting, MeetingState
from spg_registry.decisions.queries import (
    attendance_of,
    corrections_of,
    decisions_of,
    enrolments_of_meeting,
    get_meeting,
    withdrawn_from,
)
from spg_registry.decisions.schemas import ScopeIn
from spg_registry.decisions.service import grants_seals
from spg_registry.people.queries import persons_by_id
from spg_registry.producers.errors import ProducerNotFound
from spg_registry.producers.models import Enrolment, Producer, Unit
from spg_registry.rounds.models import Round, Visit
from spg_registry.rules import granting
from spg_registry.rules.facts import ScopeRow
from spg_registry.rules.states import GRANTS, RUNNING, UNSAID
from spg_registry.rules.verdict import NotMet, Verdict, restored
from spg_registry.rules.words import (
    Category,
    DecisionState,
    Outcome,
    Sector,
    VisitState,
)
from spg_registry.seals.judging import Judged, general_facts, judge
from spg_registry.seals.models import SealGrant
from spg_registry.seals.queries import granted_in
from spg_registry.territory.atlas import atlas_of
from spg_registry.territory.models import Community

OF_THE_MEETING = frozenset({"quorum", "committee_recognised", "spg_registration_in_force"})
"""What says something of the meeting, the same for everyone on its agenda."""

_GENERAL = OF_THE_MEETING - {"quorum"}

UNATTENDED = OF_THE_MEETING | {"decision_carried"}
"""The same while there is no quorum: what nobody attends, nobody carries."""

_IMAGINED = 1_000_000_000
"""Ids of decisions that are only thought of begin above it; no row is near."""


@dataclass(frozen=True)
class Seat:
    member_id: int
    person_id: int
    name: str
    sector: Sector
    office: str | None
    present: bool


@dataclass(frozen=True)
class Attendance:
    """`needed` members make a quorum when nobody is recused; `lacks` says what is missing."""

    seats: list[Seat]
    noted: bool
    present: int
    needed: int
    lacks: tuple[NotMet, ...]


@dataclass(frozen=True)
class Line:
    """A row of the scope, as people read it."""

    unit_id: int
    unit: str
    product_code: str
    product: str
    area_m2: int | None


@dataclass(frozen=True)
class Item:
    """A producer on the agenda. `judged` is of its draft, or of what the norm would propose.

    For an adopted decision `judged` is None and `verdicts` are those kept with it.
    """

    producer: Producer
    community: str
    visits: list[Visit]
    proposed: Outcome
    decision: Decision | None
    judged: Judged | None
    verdicts: tuple[Verdict, ...]
    scope: list[Line]
    offered: list[Line]
    """All that the reviewed visits saw: what a scope can be chosen from."""
    grant: SealGrant | None = None
    ripe: frozenset[tuple[int, str]] = frozenset()
    """What of `offered` is ready for the green seal."""
    is_twin: bool = False
    """Another decision of this meeting is about the same producer, and the other seal."""
    shared: frozenset[str] = OF_THE_MEETING
    """Codes of what is said of the whole meeting: with a quorum, who lacks one for its recusals
    lacks it by itself."""

    @property
    def category(self) -> Category | None:
        """The seal in question, where it must be named."""
        return self.decision.category if self.decision and self.is_twin else None

    @property
    def key(self) -> str:
        """Names the row in forms."""
        return f"{self.producer.id}-{self.category}" if self.category else str(self.producer.id)

    @property
    def anchor(self) -> str:
        return f"{self.producer.code}-{self.category}" if self.category else self.producer.code

    @property
    def may_split(self) -> bool:
        """A part of the land is ready for the green seal and the rest is not."""
        pairs = {(line.unit_id, line.product_code) for line in self.offered}
        return not self.is_twin and bool(self.ripe) and not pairs <= self.ripe

    @property
    def reasons(self) -> tuple[NotMet, ...]:
        return tuple(verdict for verdict in self.verdicts if isinstance(verdict, NotMet))

    @property
    def stops(self) -> tuple[NotMet, ...]:
        return self.judged.stops if self.judged else ()

    @property
    def own_stops(self) -> tuple[NotMet, ...]:
        """What stops this producer and not the whole meeting."""
        return tuple(stop for stop in self.stops if stop.code not in self.shared)

    @property
    def own_reasons(self) -> tuple[NotMet, ...]:
        """What is not met by this producer; what says something of the meeting stands above."""
        return tuple(found for found in self.reasons if found.code not in self.shared)

    @property
    def blocks(self) -> tuple[NotMet, ...]:
        """Own stops that no written reason passes."""
        asks = set(map(id, self.judged.asks)) if self.judged else set()
        return tuple(stop for stop in self.own_stops if id(stop) not in asks)

    @property
    def stand(self) -> str:
        """`green`, `amber` (a warning, waived or still to be) or `red`."""
        if self.blocks:
            return "red"
        return "amber" if self.own_reasons else "green"

    @property
    def complies(self) -> bool:
        """Nothing of its own is in the way of what the norm proposes."""
        return not self.own_stops


@dataclass(frozen=True)
class Agenda:
    meeting: Meeting
    committee: Committee
    body: Body
    ronda: Round | None
    attendance: Attendance
    items: list[Item]
    grants: list[SealGrant] = field(default_factory=list)
    corrected: Meeting | None = None
    """Whose acta this one corrects."""
    corrections: list[Meeting] = field(default_factory=list)
    withdrawn: list[tuple[Decision, Producer]] = field(default_factory=list)
    """The drafts that were taken off the table."""

    @property
    def is_closed(self) -> bool:
        return self.meeting.state is MeetingState.CLOSED

    @cached_property
    def drafts(self) -> list[Item]:
        return [item for item in self.items if item.decision is not None]

    @cached_property
    def waiting(self) -> list[Item]:
        return [item for item in self.items if item.decision is None]

    @cached_property
    def granting(self) -> list[Item]:
        return [item for item in self.drafts if item.decision and item.decision.outcome in GRANTS]

    @cached_property
    def general_stops(self) -> list[NotMet]:
        """What stops the whole meeting, each once; its quorum stands with the attendance."""
        stops = (stop for item in self.items for stop in item.stops if stop.code in item.shared)
        return list({stop.code: stop for stop in stops if stop.code in _GENERAL}.values())

    @cached_property
    def complying(self) -> list[Item]:
        """Those without a decision that may be given what the norm proposes; in a correction
        nobody, for each is taken up by itself."""
        asked = [item for item in self.waiting if item.producer.id not in self.aside]
        return [] if self.corrected else [item for item in asked if item.complies]

    @cached_property
    def aside(self) -> frozenset[int]:
        """Producers that somebody took off the table: nothing is proposed for them again."""
        return frozenset(producer.id for _, producer in self.withdrawn)

    def standing(self, stand: str) -> list[Item]:
        """Those that are `green`, `amber` or `red`; all for anything else."""
        chosen = [item for item in self.items if item.stand == stand]
        return chosen if stand in ("green", "amber", "red") else self.items

    @cached_property
    def asks(self) -> list[str]:
        """The rules whose warnings want a written reason of the meeting, each once."""
        every = (ask for item in self.items if item.judged for ask in item.judged.asks)
        return list(dict.fromkeys([*(ask.code for ask in every), *self.meeting.waivers]))


def agenda_of(session: Session, actor: Actor, meeting_id: int, today: date | None = None) -> Agenda:
    """Those decided here, in their order, and then those that the round made ready, as the norm
    judges them were the acta closed `today` (None: on the meeting's own day)."""
    meeting = get_meeting(session, actor, meeting_id)
    decisions = decisions_of(session, meeting.id)
    closed = meeting.state is MeetingState.CLOSED
    ready = [] if closed else ready_for(session, meeting, {row.producer_id for row in decisions})
    grants = granted_in(session, (row.id for row in decisions)) if closed else []
    return Agenda(
        meeting=meeting,
        committee=session.get_one(Committee, meeting.committee_id),
        body=session.get_one(Body, meeting.body_id),
        ronda=session.get(Round, meeting.round_id) if meeting.round_id else None,
        attendance=_attendance(session, meeting),
        items=_items(session, meeting, decisions, ready, grants, today or meeting.held_on),
        grants=grants,
        corrected=session.get(Meeting, meeting.corrects_id) if meeting.corrects_id else None,
        corrections=corrections_of(session, meeting.id),
        withdrawn=withdrawn_from(session, meeting.id),
    )


def item_of(
    session: Session,
    actor: Actor,
    meeting_id: int,
    code: str,
    category: Category | None = None,
    today: date | None = None,
) -> tuple[Agenda, Item]:
    """One producer on a meeting's table, by its code: anyone who is enrolled, visited or not.
    `category` chooses where there are two decisions. Raises ProducerNotFound."""
    agenda = agenda_of(session, actor, meeting_id, today)
    for item in agenda.items:
        if item.producer.code == code and item.category in (None, category or item.category):
            return agenda, item
    producer = session.exec(select(Producer).where(Producer.code == code)).first()
    if producer is None or agenda.is_closed:
        raise ProducerNotFound(code=code)
    if producer.id not in enrolments_of_meeting(session, agenda.meeting, [producer.id]):
        raise ProducerNotFound(code=code)
    day = today or agenda.meeting.held_on
    (item,) = _items(session, agenda.meeting, [], [producer.id], [], day)
    return agenda, item


# --- attendance ----------------------------------------------------------------------------------


def _attendance(session: Session, meeting: Meeting) -> Attendance:
    members = members_in_office(session, meeting.body_id, meeting.held_on)
    noted = attendance_of(session, meeting.id)
    persons = persons_by_id(session, (member.person_id for member in members))
    seats = [
        Seat(
            member.id,
            member.person_id,
            persons[member.person_id].full_name,
            member.sector,
            member.office,
            bool(noted.get(member.id)),
        )
        for member in members
    ]
    known = general_facts(session, meeting)
    return Attendance(
        seats=seats,
        noted=bool(noted),
        present=sum(seat.present for seat in seats),
        needed=granting.quorum_needed(len(seats), known.meeting.parameters),
        lacks=tuple(granting.quorum(known)),
    )


# --- the table -----------------------------------------------------------------------------------


def ready_for(session: Session, meeting: Meeting, decided: Collection[int]) -> list[int]:
    """Producers with a reviewed visit of the round, to whom it has not granted yet; in a
    correction those of the acta that is corrected."""
    if meeting.corrects_id is not None:
        wrong = dict.fromkeys(d.producer_id for d in decisions_of(session, meeting.corrects_id))
        here = enrolments_of_meeting(session, meeting, wrong)
        return [id_ for id_ in wrong if id_ not in decided and id_ in here]
    if meeting.round_id is None or not grants_seals(session, meeting):
        return []
    granted = select(Decision.producer_id).where(
        Decision.round_id == meeting.round_id,
        col(Decision.state).not_in(UNSAID),
        col(Decision.outcome).in_(list(GRANTS)),
    )
    query = (
        select(Visit.producer_id)
        .join(Enrolment, col(Enrolment.producer_id) == col(Visit.producer_id))
        .join(Round, col(Round.id) == col(Visit.round_id))
        .where(Visit.round_id == meeting.round_id, Visit.state == VisitState.REVIEWED)
        .where(Enrolment.spg_id == Round.spg_id, col(Enrolment.ended_on).is_(None))
        .where(col(Visit.producer_id).not_in(granted))
        .order_by(col(Visit.id))
    )
    found = dict.fromkeys(session.exec(query))
    return [producer_id for producer_id in found if producer_id not in decided]


Pair = tuple[int, str]
"""A unit and a product."""


@dataclass(frozen=True)
class Wish:
    """What the norm lets the meeting give. `ripe` is the part of the scope whose land is ready for
    the green seal: all of it, none, or the part that could have a seal of its own."""

    judged: Judged
    ripe: frozenset[Pair]


def propose(
    session: Session, meeting: Meeting, producers: Sequence[int], today: date
) -> list[Wish]:
    """The green seal where the land is ready, else the white.

    The decisions inside are only thought of: they are in no session.
    """
    found = enrolments_of_meeting(session, meeting, producers)
    enrolments = {producer_id: row.id for producer_id, row in found.items()}
    wanted = _imagined(meeting, producers, enrolments, Outcome.ORGANIC)
    green = judge(session, meeting, wanted, today)
    young = [
        one.decision.producer_id
        for one in green
        if any(isinstance(v, NotMet) and v.code == "transition_complete" for v in one.verdicts)
    ]
    wanted = _imagined(meeting, young, enrolments, Outcome.TRANSITION)
    white = judge(session, meeting, wanted, today)
    instead = {one.decision.producer_id: one for one in white}
    return [Wish(instead.get(one.decision.producer_id, one), _ripe(one)) for one in green]


def _ripe(green: Judged) -> frozenset[Pair]:
    young = {
        (found.params["unit"], found.params["product"])
        for found in green.against
        if found.code == "transition_complete"
    }
    pairs = {(row.unit_id, row.product) for row in green.proposal.scope}
    return frozenset(pair for pair in pairs if pair not in young)


def _imagined(
    meeting: Meeting, producers: Sequence[int], enrolments: dict[int, int], outcome: Outcome
) -> list[Decision]:
    return [
        Decision(
            id=_IMAGINED + place,
            meeting_id=meeting.id,
            producer_id=producer_id,
            enrolment_id=enrolments[producer_id],
            round_id=meeting.round_id,
            category=GRANTS[outcome],
            outcome=outcome,
            state_since=meeting.held_on,
        )
        for place, producer_id in enumerate(producers)
    ]


def _items(
    session: Session,
    meeting: Meeting,
    decisions: Sequence[Decision],
    ready: Sequence[int],
    grants: Sequence[SealGrant],
    today: date,
) -> list[Item]:
    closed = meeting.state is MeetingState.CLOSED
    judged_now = [] if closed else judge(session, meeting, decisions, today)
    drafts = {one.decision.id: one for one in judged_now}
    waiting = propose(session, meeting, ready, today)
    decided = list(dict.fromkeys(row.producer_id for row in decisions))
    times = Counter(row.producer_id for row in decisions)
    wishes = {one.judged.decision.producer_id: one for one in waiting}
    if not closed:
        open_ones = enrolments_of_meeting(session, meeting, decided)
        still = [producer_id for producer_id in decided if producer_id in open_ones]
        again = propose(session, meeting, still, today)
        wishes |= {one.judged.decision.producer_id: one for one in again}
    seal_of = {grant.decision_id: grant for grant in grants}
    producers, places = places_of(session, [*decided, *ready])
    visits = _visits(session, meeting, [*decided, *ready])
    read = _Reader(session)
    lacks = tuple(granting.quorum(general_facts(session, meeting)))
    shared = UNATTENDED if lacks else OF_THE_MEETING - {"quorum"}
    items = []
    for producer_id, decision in [
        *((row.producer_id, row) for row in decisions),
        *((id_, None) for id_ in ready),
    ]:
        found = wishes.get(producer_id)
        wish = found.judged if found else None
        judged = drafts.get(decision.id) if decision else wish
        verdicts = (
            judged.verdicts
            if judged
            else tuple(map(restored, decision.verdicts if decision else ()))
        )
        proposed = wish.decision.outcome if wish else Outcome.TRANSITION
        items.append(
            Item(
                producer=producers[producer_id],
                community=places[producer_id],
                visits=visits.get(producer_id, []),
                proposed=proposed,
                decision=decision,
                judged=judged,
                verdicts=verdicts,
                scope=read.scope(judged, decision),
                offered=read.scope(wish, decision),
                grant=seal_of.get(decision.id) if decision else None,
                shared=shared,
                is_twin=times[producer_id] > 1,
                ripe=found.ripe if found else frozenset(),
            )
        )
    return items


class _Reader:
    """Scopes in words; units are looked up once."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._products = atlas_of(session).products
        self._units: dict[int, str] = {}

    def scope(self, judged: Judged | None, decision: Decision | None) -> list[Line]:
        if judged is not None:
            return [self._line(row) for row in judged.proposal.scope]
        rows = [ScopeIn(**row) for row in (decision.scope if decision else [])]
        return [self._told(row.unit_id, row.product_code, row.area_m2) for row in rows]

    def _line(self, row: ScopeRow) -> Line:
        return self._told(row.unit_id, row.product, row.area_m2 or None)

    def _told(self, unit_id: int, product: str, area_m2: int | None) -> Line:
        if unit_id not in self._units:
            unit = self._session.get(Unit, unit_id)
            self._units[unit_id] = unit.code if unit else str(unit_id)
        known = self._products.get(product)
        return Line(unit_id, self._units[unit_id], product, known.es if known else product, area_m2)


def places_of(session: Session, ids: Iterable[int]) -> tuple[dict[int, Producer], dict[int, str]]:
    """Producers by id, and the names of their communities."""
    rows = session.exec(
        select(Producer, Community.name)
        .join(Community, col(Community.id) == col(Producer.community_id))
        .where(col(Producer.id).in_(set(ids)))
    ).all()
    return {row.id: row for row, _ in rows}, {row.id: place for row, place in rows}


def _visits(
    session: Session, meeting: Meeting, producers: Collection[int]
) -> dict[int, list[Visit]]:
    if meeting.round_id is None:
        return {}
    query = select(Visit).where(
        Visit.round_id == meeting.round_id,
        Visit.state == VisitState.REVIEWED,
        col(Visit.producer_id).in_(set(producers)),
    )
    found: dict[int, list[Visit]] = {}
    for row in session.exec(query.order_by(col(Visit.id))):
        found.setdefault(row.producer_id, []).append(row)
    return found


# --- lists ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class MeetingLine:
    meeting: Meeting
    committee: str
    ronda: str | None
    decisions: int
    seals: int


def meeting_lines(session: Session, rows: Sequence[Meeting]) -> list[MeetingLine]:
    """Meetings as a list shows them."""
    ids = [row.id for row in rows]
    committees = {row.committee_id for row in rows}
    names = dict(
        session.exec(
            select(Committee.id, Committee.name).where(col(Committee.id).in_(committees))
        ).all()
    )
    in_rounds = {row.round_id for row in rows if row.round_id is not None}
    rounds = dict(
        session.exec(select(Round.id, Round.name).where(col(Round.id).in_(in_rounds))).all()
    )
    counted = select(Decision.meeting_id, func.count()).where(
        col(Decision.meeting_id).in_(ids), Decision.state != DecisionState.WITHDRAWN
    )
    decisions = dict(session.exec(counted.group_by(col(Decision.meeting_id))).all())
    made = (
        select(Decision.meeting_id, func.count())
        .join(SealGrant, col(SealGrant.decision_id) == col(Decision.id))
        .where(col(Decision.meeting_id).in_(ids))
        .group_by(col(Decision.meeting_id))
    )
    seals = dict(session.exec(made).all())
    return [
        MeetingLine(
            row,
            names[row.committee_id],
            rounds.get(row.round_id) if row.round_id else None,
            decisions.get(row.id, 0),
            seals.get(row.id, 0),
        )
        for row in rows
    ]


def rounds_to_decide(session: Session, actor: Actor, today: date) -> list[Round]:
    """Rounds under way of the committees where the actor may record decisions, latest first."""
    query = select(Round).where(
        col(Round.state).in_(RUNNING),
        Round.period_from <= today,
    )
    places = actor.committees(Permission.DECISION_RECORD)
    if places is not None:
        query = query.where(col(Round.committee_id).in_(places))
    return list(session.exec(query.order_by(col(Round.period_from).desc(), col(Round.id).desc())))

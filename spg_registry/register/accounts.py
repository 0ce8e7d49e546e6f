"""A committee's accounts of a year of record, for anybody: what it did, of how much, without names.

Each figure has its definition (`account.<name>` in the catalogues) and, where it is a part, its
whole. Organic and transition seals are never added together.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlmodel import Session, col, func, select

from spg_registry.committees.errors import CommitteeNotFound
from spg_registry.committees.models import (
    BodyKind,
    Committee,
    CommitteeLevel,
    RecognitionAct,
    Spg,
    SpgRegistration,
)
from spg_registry.committees.queries import (
    bodies_of,
    members_in_office,
    municipalities_of,
    recognition_standing,
    recognitions,
    recognitions_of,
    registration_standing,
    registrations_on,
    spgs_of,
)
from spg_registry.complaints.models import Complaint, ComplaintOutcome
from spg_registry.decisions.models import Appeal, Attendance, Decision, Meeting, MeetingState
from spg_registry.rounds.models import Round, Visit
from spg_registry.rules.standing import SealStanding
from spg_registry.rules.states import BEGUN
from spg_registry.rules.words import (
    Category,
    DecisionState,
    Outcome,
    RoundState,
    SealEventKind,
    Sector,
    VisitState,
)
from spg_registry.seals.models import SealEvent, SealGrant
from spg_registry.seals.queries import stands
from spg_registry.territory.atlas import atlas_of


@dataclass(frozen=True)
class Figure:
    """`count` of `of`; `of` is None where the figure is no part of anything."""

    name: str
    count: int
    of: int | None = None

    @property
    def share(self) -> float | None:
        return self.count / self.of if self.of else None


@dataclass(frozen=True)
class Chapter:
    name: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True)
class Term:
    """An SPG and its registration at the control body; `standing` is `none` without one."""

    spg: Spg
    act: SpgRegistration | None
    standing: str
    until: date | None


@dataclass(frozen=True)
class CommitteeFacts:
    """Who it is, as anybody may know: acts and dates, sectors instead of names."""

    id: int
    name: str
    level: CommitteeLevel
    places: list[str]
    recognition: RecognitionAct | None
    recognised: str
    terms: list[Term]
    sectors: dict[BodyKind, dict[Sector, int]]
    organic: int
    transition: int


@dataclass(frozen=True)
class Accounts:
    facts: CommitteeFacts
    year: int
    years: list[int]
    provisional: bool
    """The year is still running."""
    chapters: tuple[Chapter, ...]


@dataclass(frozen=True)
class CommitteeLine:
    id: int
    name: str
    department: str
    places: str
    recognised: str
    organic: int
    transition: int


def every_committee(session: Session, on: date) -> list[CommitteeLine]:
    """By department and name."""
    rows = list(session.exec(select(Committee).order_by(Committee.name)))
    codes = municipalities_of(session, [row.id for row in rows])
    acts = recognitions(session, [row.id for row in rows])
    holders = _holders(session, on)
    book = atlas_of(session)
    lines = []
    for row in rows:
        places = [book.municipalities[code] for code in codes.get(row.id, [])]
        departments = dict.fromkeys(book.departments[p.department_code].name for p in places)
        line = CommitteeLine(
            id=row.id,
            name=row.name,
            department=", ".join(departments),
            places=", ".join(place.name for place in places),
            recognised=recognition_standing(acts.get(row.id, []), on),
            organic=holders[row.id, Category.ORGANIC],
            transition=holders[row.id, Category.TRANSITION],
        )
        lines.append(line)
    return sorted(lines, key=lambda line: (line.department, line.name))


def accounts(session: Session, committee_id: int, on: date, year: int | None = None) -> Accounts:
    """Of one year, by default the running one. Raises CommitteeNotFound."""
    committee = session.get(Committee, committee_id)
    if committee is None:
        raise CommitteeNotFound(id=committee_id)
    years = list(range(on.year, min(committee.created_on.year, on.year) - 1, -1))
    chosen = year if year in years else on.year
    span = _Year(session, committee_id, chosen)
    return Accounts(
        facts=_facts(session, committee, on),
        year=chosen,
        years=years,
        provisional=chosen == on.year,
        chapters=(
            span.rounds(),
            span.decisions(),
            span.seals(),
            span.complaints(on),
            span.attendance(),
        ),
    )


class _Year:
    """The figures of one committee and one year; dates are inclusive."""

    def __init__(self, session: Session, committee_id: int, year: int) -> None:
        self.session, self.committee_id = session, committee_id
        self.first, self.last = date(year, 1, 1), date(year, 12, 31)

    def _in(self, column: Any) -> Any:
        return column.between(self.first, self.last)

    def _tally(self, *what: Any, where: Iterable[Any]) -> Counter[Any]:
        """Counts by a word."""
        query = select(what[0], func.count()).where(*where).group_by(what[0])
        return Counter(dict(self.session.exec(query).all()))

    def rounds(self) -> Chapter:
        mine = (
            Round.committee_id == self.committee_id,
            self._in(col(Round.period_from)),
            col(Round.state).in_(BEGUN),
        )
        states = self._tally(Round.state, where=mine)
        visits = self._tally(
            Visit.state,
            where=(
                col(Visit.round_id).in_(select(Round.id).where(*mine)),
                Visit.state != VisitState.VOID,
            ),
        )
        planned = visits.total()
        made = planned - visits[VisitState.ASSIGNED] - visits[VisitState.IN_FIELD]
        return Chapter(
            "rounds",
            (
                Figure("rounds_closed", states[RoundState.CLOSED], states.total()),
                Figure("visits_made", made, planned),
                Figure("visits_reviewed", visits[VisitState.REVIEWED], planned),
            ),
        )

    def _held(self) -> tuple[Any, ...]:
        return (
            Meeting.committee_id == self.committee_id,
            Meeting.state == MeetingState.CLOSED,
            self._in(col(Meeting.held_on)),
        )

    def decisions(self) -> Chapter:
        held = select(Meeting.id).where(*self._held())
        said = col(Decision.state) != DecisionState.WITHDRAWN
        made = self._tally(Decision.outcome, where=(col(Decision.meeting_id).in_(held), said))
        of = made.total()
        waiting = made[Outcome.WITH_CONDITIONS] + made[Outcome.PENDING_PAPERS]
        about = select(Decision.id).where(col(Decision.meeting_id).in_(held))
        appeals = self._tally(Appeal.state, where=(col(Appeal.decision_id).in_(about),))
        changed = sum(count for state, count in appeals.items() if state in ("changed", "revoked"))
        return Chapter(
            "decisions",
            (
                Figure("granted_organic", made[Outcome.ORGANIC], of),
                Figure("granted_transition", made[Outcome.TRANSITION], of),
                Figure("not_yet", waiting, of),
                Figure("refused", made[Outcome.NOT_APPROVED], of),
                Figure("appealed", appeals.total(), of),
                Figure("appeals_changed", changed, appeals.total()),
            ),
        )

    def seals(self) -> Chapter:
        mine = SealGrant.committee_id == self.committee_id
        stood = self.session.exec(
            select(func.count(col(SealGrant.id))).where(
                mine,
                col(SealGrant.valid_from) <= self.last,
                col(SealGrant.valid_until) >= self.first,
            )
        ).one()
        events = self._tally(
            SealEvent.kind,
            where=(
                col(SealEvent.grant_id).in_(select(SealGrant.id).where(mine)),
                self._in(col(SealEvent.effective_on)),
            ),
        )
        return Chapter(
            "seals",
            (
                Figure("suspended", events[SealEventKind.SUSPENDED], stood),
                Figure(
                    "reinstated", events[SealEventKind.REINSTATED], events[SealEventKind.SUSPENDED]
                ),
                Figure("withdrawn", events[SealEventKind.WITHDRAWN], stood),
            ),
        )

    def complaints(self, on: date) -> Chapter:
        rows = self.session.exec(
            select(col(Complaint.due_on), col(Complaint.answered_on), col(Complaint.outcome)).where(
                Complaint.committee_id == self.committee_id, self._in(col(Complaint.received_on))
            )
        ).all()
        answered = [(due, day, outcome) for due, day, outcome in rows if day is not None]
        in_time = sum(1 for due, day, _ in answered if day <= due)
        late = sum(1 for due, day, _ in rows if day is None and due < on)
        upheld = sum(1 for *_, outcome in answered if outcome is ComplaintOutcome.UPHELD)
        return Chapter(
            "complaints",
            (
                Figure("complaints_received", len(rows)),
                Figure("answered_in_time", in_time, len(rows)),
                Figure("complaints_overdue", late, len(rows)),
                Figure("complaints_upheld", upheld, len(answered)),
            ),
        )

    def attendance(self) -> Chapter:
        held = select(Meeting.id).where(*self._held())
        meetings = len(self.session.exec(held).all())
        noted = self._tally(Attendance.present, where=(col(Attendance.meeting_id).in_(held),))
        return Chapter(
            "attendance",
            (Figure("meetings", meetings), Figure("present", noted[True], noted.total())),
        )


def _facts(session: Session, committee: Committee, on: date) -> CommitteeFacts:
    acts = recognitions_of(session, committee.id)
    book = atlas_of(session)
    codes = municipalities_of(session, [committee.id]).get(committee.id, [])
    holders = _holders(session, on, committee.id)
    begun = [act for act in acts if act.issued_on <= on]
    return CommitteeFacts(
        id=committee.id,
        name=committee.name,
        level=committee.level,
        places=[book.label(book.municipalities[code]) for code in codes],
        recognition=begun[-1] if begun else None,
        recognised=recognition_standing(acts, on),
        terms=_terms(session, committee.id, on),
        sectors={
            body.kind: dict(
                sorted(Counter(m.sector for m in members_in_office(session, body.id, on)).items())
            )
            for body in bodies_of(session, committee.id)
        },
        organic=holders[committee.id, Category.ORGANIC],
        transition=holders[committee.id, Category.TRANSITION],
    )


def _terms(session: Session, committee_id: int, on: date) -> list[Term]:
    spgs = spgs_of(session, committee_id)
    found = registrations_on(session, [spg.id for spg in spgs], on)
    terms = []
    for spg in spgs:
        states = found.get(spg.id, [])
        standing, until = registration_standing(states, on)
        act = max((row for row, _ in states), key=lambda row: (row.until, row.id), default=None)
        terms.append(Term(spg, act, standing, until))
    return terms


def _holders(
    session: Session, on: date, committee_id: int | None = None
) -> Counter[tuple[int, Category]]:
    """Producers with a seal that stands today, by committee and category."""
    query = (
        select(
            SealGrant.committee_id,
            SealGrant.category,
            func.count(func.distinct(col(SealGrant.producer_id))),
        )
        .where(stands(SealStanding.VALID, on))
        .group_by(col(SealGrant.committee_id), col(SealGrant.category))
    )
    if committee_id is not None:
        query = query.where(SealGrant.committee_id == committee_id)
    return Counter({(place, Category(kind)): count for place, kind, count in session.exec(query)})

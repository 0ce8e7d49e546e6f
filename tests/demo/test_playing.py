"""The demonstration's stories with few people, on either engine."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
from sqlmodel import Session, col, func, select

from spg_registry.committees.service import actor_of
from spg_registry.complaints.models import Complaint, ComplaintAbout
from spg_registry.core.audit import AuditEvent
from spg_registry.core.db import Database
from spg_registry.core.history import Change
from spg_registry.core.keys import Keyring
from spg_registry.decisions.models import Decision, Meeting, MeetingState
from spg_registry.demo import calendar
from spg_registry.demo.figures import Figures, measure
from spg_registry.demo.lives import draw_lives
from spg_registry.demo.programme import PROGRAMME, small
from spg_registry.people.models import Person, User
from spg_registry.producers.models import Producer
from spg_registry.register.models import Period
from spg_registry.rounds.models import Assignment, AssignmentOutcome, Round, RoundKind, Visit
from spg_registry.rules.words import ComplaintState, Outcome, RoundState, VisitState
from spg_registry.seals import signing
from spg_registry.seals.again import judge_again
from spg_registry.seals.granting import close_and_grant
from spg_registry.seals.models import SealGrant, SealScope, SealToken
from tests.databases import Databases
from tests.demo.conftest import TODAY, played

Shown = tuple[Database, Keyring]


@pytest.fixture
def session(shown: Shown) -> Iterator[Session]:
    with shown[0].read() as reading:
        yield reading


@pytest.fixture
def figures(session: Session) -> Figures:
    return measure(session, TODAY)


def test_as_many_hold_the_organic_seal_as_the_scale_says(figures: Figures) -> None:
    assert figures.organic_holders_ever == 60
    assert 0 < figures.organic_holders_valid < 60
    assert figures.women_first_holders == 30


def test_a_committee_without_recognition_gives_its_reason_in_every_acta(session: Session) -> None:
    meetings = session.exec(select(Meeting).where(Meeting.state == MeetingState.CLOSED)).all()
    reasons = Counter(bool(row.waivers.get("committee_recognised")) for row in meetings)
    assert reasons[True] >= 3
    assert reasons[False] >= 2


def test_the_norm_asked_again_passes_every_grant(session: Session) -> None:
    judged = again(session, session.exec(select(Meeting.id)).all())
    assert sum(judged.values()) == session.exec(select(func.count(col(SealGrant.id)))).one()
    assert set(judged) == {True}


def again(session: Session, meeting_ids: list[int]) -> Counter[bool]:
    """Whether each granting decision of these meetings passes."""
    found: Counter[bool] = Counter()
    for meeting in session.exec(select(Meeting).where(col(Meeting.id).in_(meeting_ids))):
        decisions = session.exec(
            select(Decision)
            .where(Decision.meeting_id == meeting.id)
            .where(col(Decision.outcome).in_([Outcome.ORGANIC, Outcome.TRANSITION]))
            .order_by(col(Decision.id))
        ).all()
        found.update(not one.stops for one in judge_again(session, meeting, decisions))
    return found


def test_the_norm_asked_again_finds_what_was_corrected_since(shown: Shown) -> None:
    database, _ = shown
    with database.open(writes=True) as writing:
        grant = writing.exec(select(SealGrant).order_by(col(SealGrant.id))).first()
        assert grant is not None
        visit = writing.exec(
            select(Visit).where(Visit.producer_id == grant.producer_id).order_by(col(Visit.id))
        ).first()
        assert visit is not None
        visit.acknowledged_on = None
        writing.flush()
        decision = writing.get_one(Decision, grant.decision_id)
        meeting = writing.get_one(Meeting, decision.meeting_id)
        (one,) = judge_again(writing, meeting, [decision])
        writing.rollback()
    assert [stop.code for stop in one.stops] == ["producer_acknowledged"]


def test_every_seal_carries_a_token_of_ours(shown: Shown, session: Session) -> None:
    _, keyring = shown
    rows = session.exec(
        select(SealToken.token, SealGrant.code).where(SealToken.grant_id == SealGrant.id)
    ).all()
    assert len(rows) == session.exec(select(func.count(col(SealGrant.id)))).one()
    for token, code in rows:
        checked = signing.check(token, keyring)
        assert checked.untrusted is None
        assert checked.payload is not None
        assert checked.payload.code == code


def test_the_history_has_no_gap_and_its_times_only_rise(session: Session) -> None:
    rows = session.exec(
        select(Change.sequence, Change.recorded_at).order_by(col(Change.sequence))
    ).all()
    assert [sequence for sequence, _ in rows] == list(range(1, len(rows) + 1))
    times = [moment for _, moment in rows]
    assert times == sorted(times)
    assert times[-1] < calendar.moment(TODAY, 0)


def test_acts_are_told_in_the_order_of_time(session: Session) -> None:
    times = session.exec(select(AuditEvent.at).order_by(col(AuditEvent.id))).all()
    assert times == sorted(times)


def test_two_years_are_closed_and_one_is_open(session: Session) -> None:
    years = session.exec(select(Period).order_by(Period.label)).all()
    assert [(year.label, year.closed_at is None) for year in years] == [
        ("2024", False),
        ("2025", False),
        ("2026", True),
    ]
    for year in years[:2]:
        assert year.closed_sequence is not None
        before = session.exec(
            select(func.max(Change.sequence)).where(Change.recorded_at < year.closed_at)
        ).one()
        assert year.closed_sequence == before


@pytest.mark.parametrize("day", [date(2026, 1, 3), date(2026, 5, 20), date(2026, 5, 21)])
def test_two_years_are_closed_whatever_the_day(day: date) -> None:
    years = calendar.years(day)
    assert sum(calendar.closing_day(year) < day for year in years) == 2
    assert years[0] <= calendar.beginning(day).year


def test_the_first_committee_has_a_round_in_the_field(session: Session) -> None:
    in_field = select(Round).where(Round.state == RoundState.OPEN)
    (ronda,) = session.exec(in_field.where(Round.kind != RoundKind.UNANNOUNCED)).all()
    states = session.exec(select(Visit.state).where(Visit.round_id == ronda.id)).all()
    assert set(states) == set(VisitState)


def test_people_reported_something_in_every_state(session: Session) -> None:
    rows = session.exec(select(Complaint)).all()
    assert {row.state for row in rows} == set(ComplaintState) - {ComplaintState.ANSWERED}
    assert {row.about for row in rows} == set(ComplaintAbout)
    assert [row.overdue(TODAY) for row in rows].count(True) == 1
    (ordered,) = [row.round_id for row in rows if row.round_id]
    assert session.get_one(Round, ordered).kind is RoundKind.UNANNOUNCED


def test_and_one_in_deliberation_whose_meeting_can_be_closed(shown: Shown) -> None:
    database, keyring = shown
    with database.open(writes=True) as writing:
        meeting = writing.exec(select(Meeting).where(Meeting.state == MeetingState.CONVENED)).one()
        ronda = writing.get_one(Round, meeting.round_id)
        assert ronda.state is RoundState.DELIBERATION
        visits = writing.exec(select(Visit).where(Visit.round_id == ronda.id)).all()
        assert {visit.state for visit in visits} == {VisitState.REVIEWED}
        coordinator = writing.exec(select(User).where(User.username == "coordinadora")).one()
        now = calendar.moment(TODAY, 12)
        done = close_and_grant(writing, actor_of(writing, coordinator), now, keyring, meeting.id)
        writing.rollback()
    assert len(done.granted) == 2


def test_the_evaluator_has_visits_to_make(session: Session) -> None:
    user = session.exec(select(User).where(User.username == "evaluador")).one()
    states = session.exec(
        select(Visit.state)
        .where(Assignment.visit_id == Visit.id, Assignment.person_id == user.person_id)
        .where(Assignment.outcome == AssignmentOutcome.ACCEPTED)
    ).all()
    assert VisitState.ASSIGNED in states


def test_refused_pairs_stay_on_record_with_their_reasons(session: Session) -> None:
    refused = session.exec(
        select(Assignment).where(Assignment.outcome == AssignmentOutcome.REFUSED)
    ).all()
    assert refused
    assert all(row.reasons for row in refused)


def test_identity_numbers_are_of_no_card(session: Session) -> None:
    numbers = session.exec(select(Person.ci).where(col(Person.ci).is_not(None))).all()
    assert numbers
    assert all(len(number or "") == 10 for number in numbers)


def test_the_same_seed_and_day_make_the_same_demonstration(
    shown: Shown, databases: Databases, tmp_path: Path
) -> None:
    address = databases.empty()
    twin = Database(address, pool_size=1)
    try:
        played(twin, tmp_path, small(2, 60))
        assert seen(twin) == seen(shown[0])
    finally:
        twin.dispose()
        databases.drop(address)


def seen(database: Database) -> list[object]:
    """In an order of its own: a database gives rows back in whatever order it likes."""
    with database.read() as session:
        return [
            sorted(session.exec(query).all())
            for query in (
                select(SealGrant.code, SealGrant.valid_from, SealGrant.state),
                select(Producer.code, Producer.display_name),
                select(SealScope.unit_id, SealScope.product_code),
                select(Change.sequence, Change.recorded_at, Change.key),
            )
        ]


def test_on_another_day_the_seals_are_valid_as_well(databases: Databases, tmp_path: Path) -> None:
    address = databases.empty()
    other = Database(address, pool_size=1)
    day = date(2027, 2, 28)
    try:
        played(other, tmp_path, small(2, 60), day)
        with other.read() as session:
            figures = measure(session, day)
    finally:
        other.dispose()
        databases.drop(address)
    assert figures.organic_holders_ever == 60
    assert figures.organic_holders_valid > 20
    assert figures.ending_soon > 0


def test_lives_are_drawn_so_that_the_figures_hold() -> None:
    lives = draw_lives(Random(7), PROGRAMME)
    every = [life for own in lives.values() for life in own]
    organic = [life for life in every if life.is_organic]
    assert len(organic) == 4000
    assert sum(life.woman_first for life in organic) == 2000
    hectares = sum(life.area_m2 for life in organic if not life.landless) / 10_000
    assert hectares == pytest.approx(8500, rel=0.002)


def test_a_seal_never_ends_on_the_day_of_its_renewal(session: Session) -> None:
    """A renewal begins the day after: no gap, no overlap."""
    rows = session.exec(
        select(SealGrant.producer_id, SealGrant.valid_from, SealGrant.valid_until, SealGrant.state)
        .where(SealGrant.state == "granted")
        .order_by(SealGrant.producer_id, col(SealGrant.valid_from))
    ).all()
    for (one, _, until, _), (other, begins, _, _) in pairwise(rows):
        assert one != other or begins >= until + timedelta(days=1)

"""Two at once, and a hundred and fifty in one acta."""

import threading
import time
from collections import Counter
from collections.abc import Callable

import pytest
from pydantic import SecretStr
from sqlmodel import col, func, select

from spg_registry.committees import service as committees
from spg_registry.committees.schemas import InviteIn
from spg_registry.core.db import Database
from spg_registry.core.errors import MoveRefused
from spg_registry.core.history import Change
from spg_registry.core.permissions import SYSTEM, Actor, Role
from spg_registry.decisions import service as decisions
from spg_registry.decisions.errors import MeetingClosed
from spg_registry.decisions.models import Decision, Meeting, MeetingState
from spg_registry.decisions.schemas import DecisionIn
from spg_registry.rules.words import DecisionState, Outcome
from spg_registry.seals import service
from spg_registry.seals.models import SealEvent, SealGrant, SealScope, SealToken
from tests.cast import Cast
from tests.seals.stories import convened, decided, granted, keys, ready
from tests.seals.test_events import HEARD


def at_once(*acts: Callable[[], object]) -> list[object]:
    """What each gave, or the exception that it raised."""
    gate = threading.Barrier(len(acts))
    answers: list[object] = [None] * len(acts)

    def run(place: int, act: Callable[[], object]) -> None:
        gate.wait(30)
        try:
            answers[place] = act()
        except Exception as error:  # noqa: BLE001  # the test looks at it
            answers[place] = error

    threads = [threading.Thread(target=run, args=(place, act)) for place, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return answers


def second_coordinator(database: Database, cast: Cast) -> Actor:
    with database.write(cast.now) as session:
        invitation = InviteIn(
            username="pedro",
            label="Pedro Flores",
            password=SecretStr(cast.password),
            role=Role.COORDINATOR,
            person_id=cast.persons["pedro"],
        )
        user = committees.invite_user(session, SYSTEM, cast.now, cast.committee, invitation)
        return committees.actor_of(session, user)


@pytest.fixture
def agenda(database: Database, cast: Cast) -> tuple[int, list[int]]:
    """A meeting with three families decided, and the families."""
    with database.write(cast.now) as session:
        visits = ready(session, cast, "Justina", "Basilia", "Wara")
        meeting = convened(session, cast, visits[0].round_id)
        decided(session, cast, meeting, visits)
        return meeting.id, [visit.producer_id for visit in visits]


def test_two_who_close_at_once_make_one_set_of_seals(
    database: Database, cast: Cast, agenda: tuple[int, list[int]]
) -> None:
    meeting_id, families = agenda
    ring, pedro = keys(cast), second_coordinator(database, cast)

    def close(actor: Actor) -> int:
        with database.write(cast.now) as session:
            closing = service.close_and_grant(session, actor, cast.now, ring, meeting_id)
            time.sleep(0.2)  # the other stands in line meanwhile
            return len(closing.granted)

    answers = at_once(lambda: close(cast.secretary), lambda: close(pedro))
    kinds = Counter(type(answer) for answer in answers)
    assert kinds == {int: 1, MeetingClosed: 1}
    with database.read() as session:
        holders = session.exec(select(SealGrant.producer_id)).all()
        assert sorted(holders) == sorted(families)
        for table in (SealToken, SealEvent, SealScope):
            assert session.exec(select(func.count()).select_from(table)).one() == 3
        states = session.exec(select(Decision.state)).all()
        assert set(states) == {DecisionState.ADOPTED}
        numbers = session.exec(select(Change.sequence).order_by(col(Change.sequence))).all()
        assert list(numbers) == list(range(1, len(numbers) + 1))


def test_nothing_slips_into_an_acta_that_is_being_closed(
    database: Database, cast: Cast, agenda: tuple[int, list[int]]
) -> None:
    """Either the decision came first and was closed with the rest, or it came too late."""
    meeting_id, families = agenda
    ring, pedro = keys(cast), second_coordinator(database, cast)
    changed = [DecisionIn(producer_id=families[0], outcome=Outcome.NOT_APPROVED, reasons="Urea")]

    def close() -> int:
        with database.write(cast.now) as session:
            return len(service.close_and_grant(session, pedro, cast.now, ring, meeting_id).granted)

    def decide() -> str:
        with database.write(cast.now) as session:
            decisions.decide_all(session, cast.coordinator, cast.now, meeting_id, changed)
            return "decided"

    closed, late = at_once(close, decide)
    with database.read() as session:
        assert session.get_one(Meeting, meeting_id).state is MeetingState.CLOSED
        rows = session.exec(select(Decision)).all()
        outcomes = {row.producer_id: row.outcome for row in rows}
        assert {row.state for row in rows} == {DecisionState.ADOPTED}
    if isinstance(late, MeetingClosed):
        assert (closed, outcomes[families[0]]) == (3, Outcome.ORGANIC)
    else:
        assert (closed, late) == (2, "decided")
        assert outcomes[families[0]] is Outcome.NOT_APPROVED


def test_two_who_suspend_at_once_leave_one_suspension(database: Database, cast: Cast) -> None:
    with database.write(cast.now) as session:
        (grant,) = granted(session, cast, "Justina")
        code = grant.code

    def suspend() -> str:
        with database.write(cast.now) as session:
            service.suspend(session, cast.control, cast.now, code, HEARD)
            time.sleep(0.2)
            return "suspended"

    answers = at_once(suspend, suspend)
    assert Counter(type(answer) for answer in answers) == {str: 1, MoveRefused: 1}
    with database.read() as session:
        kinds = [event.kind.value for event in session.exec(select(SealEvent)).all()]
    assert sorted(kinds) == ["granted", "suspended"]


def test_a_hundred_and_fifty_families_in_one_acta(database: Database, cast: Cast) -> None:
    names = [f"Familia{number}" for number in range(150)]
    with database.write(cast.now) as session:
        visits = ready(session, cast, *names)
        meeting = convened(session, cast, visits[0].round_id)
        began = time.perf_counter()
        decided(session, cast, meeting, visits)
        took_deciding = time.perf_counter() - began
    with database.write(cast.now) as session:
        began = time.perf_counter()
        ring = keys(cast)
        closing = service.close_and_grant(session, cast.secretary, cast.now, ring, meeting.id)
    took_closing = time.perf_counter() - began
    print(f"150 families: decided in {took_deciding:.2f} s, closed in {took_closing:.2f} s")  # noqa: T201
    assert len({grant.code for grant in closing.granted}) == 150
    assert len({grant.status_index for grant in closing.granted}) == 150
    assert took_deciding + took_closing < 30

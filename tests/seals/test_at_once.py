"""Two acts upon one thing at once, where the engine lets two write: the second sees the first's."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest
from sqlmodel import Session, col, select

from spg_registry.core.db import Database
from spg_registry.core.errors import MoveRefused
from spg_registry.decisions import service as decisions
from spg_registry.decisions.models import Appeal, Decision
from spg_registry.decisions.schemas import AppealIn
from spg_registry.rules.words import DecisionState, SealState
from spg_registry.seals import service
from spg_registry.seals.errors import SuspendedByControl
from spg_registry.seals.models import SealGrant
from spg_registry.seals.replacing import take_over
from spg_registry.seals.schemas import ActIn, ReasonClass
from tests.cast import Cast
from tests.seals.stories import closed, convened, decided, granted, keys, ready

HEARD = ActIn(reason_class=ReasonClass.OTHER, reason="Residuos", right_of_reply="Citada por nota")

pytestmark = pytest.mark.two_writers


@contextmanager
def opened(database: Database, now: datetime) -> Iterator[Session]:
    with database.open(writes=True, now=now) as session:
        yield session
        session.rollback()


def notified(database: Database, cast: Cast) -> int:
    with database.write(cast.now) as session:
        visits = ready(session, cast, "Justina")
        meeting = convened(session, cast, visits[0].round_id)
        (decision,) = decided(session, cast, meeting, visits)
        closed(session, cast, meeting)
        decisions.notify(session, cast.coordinator, cast.now, [decision.id])
        return decision.id


def test_one_decision_is_appealed_once(database: Database, cast: Cast) -> None:
    decision_id = notified(database, cast)
    data = AppealIn(filed_on=cast.today, grounds="La muestra no era mía")
    with opened(database, cast.now) as first, opened(database, cast.now) as second:
        assert first.get(Decision, decision_id)
        assert second.get(Decision, decision_id)
        decisions.file_appeal(first, cast.coordinator, cast.now, decision_id, data)
        first.commit()
        with pytest.raises(MoveRefused):
            decisions.file_appeal(second, cast.secretary, cast.now, decision_id, data)
    with database.read() as session:
        assert len(session.exec(select(Appeal)).all()) == 1


def test_a_decision_that_is_final_is_not_appealed(database: Database, cast: Cast) -> None:
    decision_id = notified(database, cast)
    later = cast.now + timedelta(days=20)
    data = AppealIn(filed_on=cast.today, grounds="La muestra no era mía")
    with opened(database, later) as first, opened(database, later) as second:
        assert second.get(Decision, decision_id)
        decisions.finalise(first, cast.coordinator, later, decision_id)
        first.commit()
        with pytest.raises(MoveRefused):
            decisions.file_appeal(second, cast.secretary, later, decision_id, data)
    with database.read() as session:
        assert session.get_one(Decision, decision_id).state is DecisionState.FINAL


def test_a_suspension_by_control_is_not_lost_under_a_replacement(
    database: Database, cast: Cast
) -> None:
    with database.write(cast.now) as session:
        (grant,) = granted(session, cast, "Justina")
        code = grant.code
    with opened(database, cast.now) as slow:
        seen = slow.exec(select(SealGrant).where(SealGrant.code == code)).one()
        with database.write(cast.now) as session:
            service.suspend(session, cast.control, cast.now, code, HEARD)
        terms = [(seen, seen.valid_until)]
        with pytest.raises(SuspendedByControl):
            take_over(slow, cast.coordinator, cast.now, keys(cast), terms, "Acta 1")
    with database.read() as session:
        states = session.exec(select(SealGrant.state).order_by(col(SealGrant.id)))
        assert list(states) == [SealState.SUSPENDED]

"""The list of producers, narrowed by how their seals and findings stand."""

from datetime import timedelta

import pytest
from sqlmodel import Session

from spg_registry.core.permissions import Actor
from spg_registry.producers.access import sight_of
from spg_registry.producers.queries import Filters
from spg_registry.rounds import service as rounds
from spg_registry.rounds.schemas import FindingIn
from spg_registry.rules.words import FindingClass
from spg_registry.seals import service
from spg_registry.seals.holders import SealWish, search_holders
from spg_registry.seals.schemas import ActIn, ReasonClass
from tests.cast import Cast
from tests.rounds.stories import families, one_visit, submitted
from tests.seals.stories import granted, on_day


def found(session: Session, cast: Cast, who: Actor | None = None, **more: object) -> list[str]:
    actor = who or cast.coordinator
    rows = search_holders(
        session,
        actor,
        sight_of(actor),
        cast.today,
        Filters(),
        limit=50,
        offset=0,
        **more,  # type: ignore[arg-type]
    ).lines
    return [row.producer.display_name.split()[0] for row in rows]


def test_seals_narrow_the_list(session: Session, cast: Cast) -> None:
    first, second, third = granted(session, cast, "Justina", "Chaska", "Zenobia")
    families(session, cast, "Nueva")
    stop = ActIn(
        reason_class=ReasonClass.OTHER,
        reason="Por una prueba",
        right_of_reply="Citado el 1 de junio",
    )
    service.suspend(session, cast.control, cast.now, second.code, stop)
    service.withdraw(session, cast.control, cast.now, third.code, stop)
    later = on_day(cast, first.valid_until - timedelta(days=60))
    ended = on_day(cast, first.valid_until + timedelta(days=1))
    for day, wish, who in (
        (cast, SealWish.VALID, ["Justina"]),
        (cast, SealWish.EXPIRING, []),
        (later, SealWish.EXPIRING, ["Justina"]),
        (later, SealWish.EXPIRED, []),
        (ended, SealWish.EXPIRED, ["Justina"]),
        (ended, SealWish.VALID, []),
        (cast, SealWish.SUSPENDED, ["Chaska"]),
        (cast, SealWish.NONE, ["Zenobia", "Nueva"]),
    ):
        assert found(session, day, seal=wish) == who, (day.today, wish)


def test_each_is_told_the_seals_they_may_read(session: Session, cast: Cast) -> None:
    granted(session, cast, "Justina")
    assert found(session, cast, seal=SealWish.VALID) == ["Justina"]
    assert found(session, cast, cast.coordinator_b, seal=SealWish.VALID) == []
    assert found(session, cast, cast.cnape, seal=SealWish.VALID) == ["Justina"]


@pytest.mark.parametrize("wish", [True, False])
def test_open_findings_narrow_the_list(session: Session, cast: Cast, wish: bool) -> None:
    families(session, cast, "Otra")
    visit = submitted(session, cast, one_visit(session, cast))
    finding = FindingIn(
        visit_id=visit.id,
        grade=FindingClass.MINOR,
        description="Sin barrera viva",
        measure="Plantar una",
        due_on=cast.today + timedelta(days=30),
    )
    rounds.record_findings(session, cast.evaluator, cast.now, [finding])
    rows = search_holders(
        session,
        cast.coordinator,
        sight_of(cast.coordinator),
        cast.today,
        Filters(),
        open_findings=wish,
        limit=50,
        offset=0,
    ).lines
    assert [row.findings for row in rows if row.findings] == [1]
    assert (len(rows) == 1) is wish

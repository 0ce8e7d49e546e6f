"""Who was near on the day of the visit evaluated nobody, whenever the office came to know of it."""

from datetime import date

import pytest
from sqlmodel import Session

from spg_registry.producers import service as producers
from spg_registry.producers.facts import households_of, ties_of
from spg_registry.producers.models import Holder, Producer
from spg_registry.producers.schemas import EndIn, HouseholdIn, InterestIn, MergeIn
from spg_registry.rounds.models import Visit
from spg_registry.rules.words import InterestKind
from spg_registry.seals import service
from spg_registry.seals.errors import ClosingRefused
from tests.cast import Cast
from tests.rounds.stories import families
from tests.seals.stories import VISITED_ON, closed, convened, decided, ready


def refusals(session: Session, cast: Cast, visits: list[Visit]) -> set[tuple[str, str]]:
    meeting = convened(session, cast, visits[0].round_id)
    decided(session, cast, meeting, visits)
    with pytest.raises(ClosingRefused) as refusal:
        closed(session, cast, meeting)
    return {(reason.code, reason.reason) for reason in refusal.value.reasons}


def test_kinship_that_is_noted_after_the_visit_was_there_at_the_visit(
    session: Session, cast: Cast
) -> None:
    visits = ready(session, cast, "Justina")
    kin = InterestIn(
        person_id=cast.persons["teofilo"],
        producer_code=session.get_one(Producer, visits[0].producer_id).code,
        kind=InterestKind.KIN,
        degree=1,
    )
    (row,) = producers.declare_interests(session, cast.secretary, cast.now, [kin])
    assert row.since is None
    assert refusals(session, cast, visits) == {("evaluator_independent", "kin")}
    producers.end_interest(session, cast.secretary, cast.now, row.id, EndIn(until=date(2026, 6, 1)))
    again = convened(session, cast, visits[0].round_id, acta_number="otra")
    decided(session, cast, again, visits)
    assert closed(session, cast, again).granted


def test_a_holder_who_left_before_the_meeting_was_one_at_the_visit(
    session: Session, cast: Cast
) -> None:
    visits = ready(session, cast, "Justina")
    session.add(
        Holder(
            producer_id=visits[0].producer_id,
            person_id=cast.persons["teofilo"],
            position=2,
            since=date(2026, 1, 1),
            until=VISITED_ON,
        )
    )
    assert refusals(session, cast, visits) == {("evaluator_independent", "self")}


def test_who_left_before_the_visit_is_free(session: Session, cast: Cast) -> None:
    (home,) = families(session, cast, "Justina")
    id_ = home.producer.id
    session.add(
        Holder(
            producer_id=id_,
            person_id=cast.persons["teofilo"],
            position=2,
            since=date(2024, 1, 1),
            until=date(2024, 12, 31),
        )
    )
    (tie,) = ties_of(session, [id_])[id_].interests
    assert tie.kind is InterestKind.SELF
    assert not tie.span.covers(VISITED_ON)


def test_a_merger_keeps_the_household_of_the_registration_that_goes(
    session: Session, cast: Cast
) -> None:
    """Justina lives with Ana by one paper and with Eva by the other."""
    one, two, ana, eva = families(session, cast, "Justina", "JUSTINA", "Ana", "Eva")
    for pair in ((one, ana), (two, eva)):
        data = HouseholdIn(producer_codes=[home.producer.code for home in pair])
        producers.set_household(session, cast.secretary, cast.now, data)
    word = MergeIn(other=two.producer.code, reason="Es la misma familia")
    service.merge(session, cast.secretary, cast.now, one.producer.code, word)
    found = households_of(session, [one.producer.id, eva.producer.id])
    near = {home.persons[0].id for home in (ana, eva)}
    assert near <= found[one.producer.id]
    assert one.persons[0].id in found[eva.producer.id]

"""A round: planned, opened with the norm frozen into it, deliberated, closed, or void."""

from datetime import date

import pytest
from sqlmodel import Session, select

from spg_registry.committees.errors import SpgNotFound
from spg_registry.core.audit import AuditEvent
from spg_registry.core.errors import Forbidden, Invalid, MoveRefused, Unauthenticated
from spg_registry.core.permissions import NOBODY
from spg_registry.rounds import queries, service
from spg_registry.rounds.errors import (
    NothingVisited,
    RoundNotFound,
    RoundNotInField,
    VisitsUnfinished,
)
from spg_registry.rounds.models import Round, Visit
from spg_registry.rounds.schemas import ReasonIn, RoundIn
from spg_registry.rules.words import RoundState, VisitState
from spg_registry.standards import snapshot
from tests.cast import Cast
from tests.rounds.stories import families, one_visit, opened, planned, reviewed

WHY = ReasonIn(reason="La granizada cerró los caminos")


def test_rounds_of_an_spg_are_numbered_in_turn(session: Session, cast: Cast) -> None:
    assert [planned(session, cast).number, planned(session, cast).number] == [1, 2]


def test_opening_freezes_the_norm_into_the_round(session: Session, cast: Cast) -> None:
    ronda = planned(session, cast)
    assert ronda.frozen == {}
    assert ronda.frozen_digest is None
    service.open_round(session, cast.coordinator, cast.now, ronda.id)
    assert ronda.state is RoundState.OPEN
    assert ronda.frozen_digest == snapshot.digest(ronda.frozen)
    assert ronda.frozen["standard"]["code"] == "norma-tecnica-nacional"
    assert len(list(snapshot.items(ronda.frozen))) > 20


def test_each_act_stands_in_the_audit(session: Session, cast: Cast) -> None:
    visit = one_visit(session, cast)
    told = session.exec(
        select(AuditEvent.action).where(AuditEvent.committee_id == cast.committee)
    ).all()
    for act in ("round.plan", "round.open", "visit.plan", "assignment.accepted"):
        assert act in told
    assert session.exec(
        select(AuditEvent).where(
            AuditEvent.subject == "visit", AuditEvent.subject_id == str(visit.id)
        )
    ).all()


def test_a_period_does_not_end_before_it_begins(session: Session, cast: Cast) -> None:
    with pytest.raises(Invalid) as refusal:
        planned(session, cast, period_until=date(2026, 5, 1))
    assert refusal.value.faults[0].field == "period_until"


def test_only_the_office_of_the_committee_plans(session: Session, cast: Cast) -> None:
    data = RoundIn(
        spg_id=cast.spg,
        name="Ronda ajena",
        period_from=date(2026, 6, 1),
        period_until=date(2026, 6, 2),
    )
    for actor, refusal in (
        (NOBODY, Unauthenticated),
        (cast.member, Forbidden),
        (cast.evaluator, Forbidden),
        (cast.control, Forbidden),
        (cast.cnape, Forbidden),
        (cast.coordinator_b, SpgNotFound),
    ):
        with pytest.raises(refusal):
            service.plan_round(session, actor, cast.now, data)


def test_another_committees_round_is_not_found(session: Session, cast: Cast) -> None:
    ronda = opened(session, cast)
    for actor in (cast.coordinator_b, cast.evaluator):
        with pytest.raises(RoundNotFound):
            queries.get_round(session, actor, ronda.id)
        with pytest.raises(RoundNotFound):
            service.open_round(session, actor, cast.now, ronda.id)
        assert queries.visible_rounds(session, actor) == ([], 0)
    with pytest.raises(Unauthenticated):
        queries.get_round(session, NOBODY, ronda.id)
    for actor in (cast.member, cast.control, cast.cnape):
        assert queries.get_round(session, actor, ronda.id).id == ronda.id
        with pytest.raises(Forbidden):
            service.close_round(session, actor, cast.now, ronda.id)


def test_a_unit_comes_in_once(session: Session, cast: Cast) -> None:
    (home,) = families(session, cast, "Justina")
    ronda = planned(session, cast)
    unit = home.units[0].unit.id
    (first,) = service.add_units(session, cast.secretary, cast.now, ronda.id, [unit, unit])
    (again,) = service.add_units(session, cast.secretary, cast.now, ronda.id, [unit])
    assert again is first
    assert first.state is VisitState.ASSIGNED
    assert first.due_on == ronda.period_until


def test_a_unit_of_another_spg_does_not_come_in(session: Session, cast: Cast) -> None:
    (home,) = families(session, cast, "Justina")
    ronda = planned(session, cast, cast.coordinator_b, spg_id=cast.spg_b)
    with pytest.raises(Invalid) as refusal:
        service.add_units(
            session, cast.coordinator_b, cast.now, ronda.id, [home.units[0].unit.id, 999_999]
        )
    assert [fault.field for fault in refusal.value.faults] == ["unit_ids-0", "unit_ids-1"]


def test_communities_offer_only_units_that_are_not_in_yet(session: Session, cast: Cast) -> None:
    one, two = families(session, cast, "Justina", "Basilia")
    ronda = planned(session, cast)
    service.add_units(session, cast.coordinator, cast.now, ronda.id, [one.units[0].unit.id])
    (free,) = queries.free_communities(session, ronda)
    assert (free.name, free.unit_ids) == ("Capilla", [two.units[0].unit.id])


def test_a_round_goes_its_way_to_the_end(session: Session, cast: Cast) -> None:
    visit = reviewed(session, cast, one_visit(session, cast))
    ronda = session.get_one(Round, visit.round_id)
    service.to_deliberation(session, cast.coordinator, cast.now, ronda.id)
    assert queries.next_states(ronda) == [RoundState.CLOSED]
    service.close_round(session, cast.coordinator, cast.now, ronda.id)
    assert ronda.state is RoundState.CLOSED
    assert queries.next_states(ronda) == []


def test_deliberation_waits_for_every_visit(session: Session, cast: Cast) -> None:
    visit = one_visit(session, cast)
    with pytest.raises(VisitsUnfinished) as refusal:
        service.to_deliberation(session, cast.coordinator, cast.now, visit.round_id)
    assert refusal.value.params == {"count": 1}
    assert session.get_one(Round, visit.round_id).state is RoundState.OPEN


def test_a_round_without_a_visit_has_nothing_to_deliberate(session: Session, cast: Cast) -> None:
    with pytest.raises(NothingVisited):
        service.to_deliberation(session, cast.coordinator, cast.now, opened(session, cast).id)


@pytest.mark.parametrize(
    ("state", "wrong"),
    [
        (RoundState.PLANNED, ("to_deliberation", "close_round")),
        (RoundState.OPEN, ("open_round", "close_round")),
        (RoundState.DELIBERATION, ("open_round", "to_deliberation", "void_round")),
        (RoundState.CLOSED, ("open_round", "to_deliberation", "close_round", "void_round")),
        (RoundState.VOID, ("open_round", "to_deliberation", "close_round", "void_round")),
    ],
)
def test_no_move_outside_the_table(
    session: Session, cast: Cast, state: RoundState, wrong: tuple[str, ...]
) -> None:
    ronda = planned(session, cast)
    ronda.state = state
    session.flush()
    for verb in wrong:
        more = (WHY,) if verb == "void_round" else ()
        with pytest.raises(MoveRefused):
            getattr(service, verb)(session, cast.coordinator, cast.now, ronda.id, *more)
        assert ronda.state is state


def test_a_void_round_voids_its_visits(session: Session, cast: Cast) -> None:
    visit = one_visit(session, cast)
    service.void_round(session, cast.coordinator, cast.now, visit.round_id, WHY)
    assert session.get_one(Visit, visit.id).state is VisitState.VOID
    assert visit.return_reason == WHY.reason
    assert session.get_one(Round, visit.round_id).void_reason == WHY.reason
    told = session.exec(select(AuditEvent).where(AuditEvent.action == "round.void")).one()
    assert told.details == {"reasoned": True}


def test_after_the_field_no_unit_comes_in(session: Session, cast: Cast) -> None:
    visit = reviewed(session, cast, one_visit(session, cast))
    service.to_deliberation(session, cast.coordinator, cast.now, visit.round_id)
    with pytest.raises(RoundNotInField):
        service.add_units(session, cast.coordinator, cast.now, visit.round_id, [visit.unit_id])

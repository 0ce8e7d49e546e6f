"""Who is sent where: conflicts are refused and stay on record, warnings want a written reason."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlmodel import Session, select

from spg_registry.core.errors import Forbidden, Invalid, Unauthenticated
from spg_registry.core.permissions import NOBODY
from spg_registry.producers import service as producers
from spg_registry.producers.schemas import HolderIn, HouseholdIn, InterestIn
from spg_registry.rounds import service
from spg_registry.rounds.errors import (
    AssignmentNotFound,
    ProposalChanged,
    ReviewOwn,
    RoundNotFound,
    RoundNotInField,
    VisitBegun,
)
from spg_registry.rounds.models import Assignment, AssignmentOutcome, Round, Visit
from spg_registry.rounds.queries import visible_visits
from spg_registry.rounds.schemas import Pair, VoidVisitIn
from spg_registry.rules.words import InterestKind, VisitState
from tests.cast import Cast
from tests.rounds.stories import (
    appointment,
    families,
    full,
    one_visit,
    opened,
    planned,
    reviewed,
    sent,
    submitted,
)

ACCEPTED, REFUSED = AssignmentOutcome.ACCEPTED, AssignmentOutcome.REFUSED


def _pair(session: Session, cast: Cast, visit: Visit, name: str, **other: str) -> Pair:
    return Pair(unit_id=visit.unit_id, appointment_id=appointment(session, cast, name), **other)


def _assign(session: Session, cast: Cast, round_id: int, *pairs: Pair) -> list[Assignment]:
    return service.assign_all(session, cast.coordinator, cast.now, round_id, list(pairs))


def _holder(session: Session, cast: Cast, name: str) -> list[HolderIn]:
    return [HolderIn(person_id=cast.persons[name])]


def test_kin_is_refused_and_the_refusal_is_kept(session: Session, cast: Cast) -> None:
    (home,) = families(session, cast, "Justina")
    ronda = opened(session, cast)
    (visit,) = service.add_units(
        session, cast.coordinator, cast.now, ronda.id, [home.units[0].unit.id]
    )
    kin = InterestIn(
        person_id=cast.persons["teofilo"],
        producer_code=home.producer.code,
        kind=InterestKind.KIN,
        degree=2,
        since=date(2000, 1, 1),
    )
    producers.declare_interests(session, cast.secretary, cast.now, [kin])
    bad, good = _assign(
        session,
        cast,
        ronda.id,
        _pair(session, cast, visit, "teofilo"),
        _pair(session, cast, visit, "nelida"),
    )
    assert (bad.outcome, good.outcome) == (REFUSED, ACCEPTED)
    assert [(told["code"], told["reason"]) for told in bad.reasons] == [
        ("evaluator_independent", "kin")
    ]
    kept = session.exec(select(Assignment).where(Assignment.outcome == REFUSED)).all()
    assert [row.id for row in kept] == [bad.id]


def test_nobody_evaluates_the_own_unit_nor_the_households(session: Session, cast: Cast) -> None:
    (own,) = families(session, cast, "x", holders=_holder(session, cast, "teofilo"))
    (home,) = families(session, cast, "Justina")
    codes = [own.producer.code, home.producer.code]
    producers.set_household(session, cast.secretary, cast.now, HouseholdIn(producer_codes=codes))
    ronda = opened(session, cast)
    visits = service.add_units(
        session,
        cast.coordinator,
        cast.now,
        ronda.id,
        [own.units[0].unit.id, home.units[0].unit.id],
    )
    rows = _assign(session, cast, ronda.id, *(_pair(session, cast, v, "teofilo") for v in visits))
    assert [row.reasons[0]["reason"] for row in rows] == ["self", "household"]


def test_two_are_not_sent_to_each_other_in_one_round(session: Session, cast: Cast) -> None:
    (his,) = families(session, cast, "x", holders=_holder(session, cast, "teofilo"))
    (hers,) = families(session, cast, "y", holders=_holder(session, cast, "nelida"))
    ronda = opened(session, cast)
    to_his, to_hers = service.add_units(
        session,
        cast.coordinator,
        cast.now,
        ronda.id,
        [his.units[0].unit.id, hers.units[0].unit.id],
    )
    first, second = _assign(
        session,
        cast,
        ronda.id,
        _pair(session, cast, to_his, "nelida"),
        _pair(session, cast, to_hers, "teofilo"),
    )
    assert first.outcome is ACCEPTED
    assert second.reasons[0]["code"] == "no_reciprocal_review"


def test_whoever_was_evaluated_waits_a_year_to_evaluate_back(session: Session, cast: Cast) -> None:
    (his,) = families(session, cast, "x", holders=_holder(session, cast, "teofilo"))
    (hers,) = families(session, cast, "y", holders=_holder(session, cast, "nelida"))
    before = opened(session, cast)
    visits = service.add_units(
        session, cast.coordinator, cast.now, before.id, [his.units[0].unit.id]
    )
    sent(session, cast, before, visits, "nelida", "marcos")
    service.save_visits(session, cast.evaluator_two, cast.now, full(session, visits))
    after = opened(session, cast, name="Segunda ronda")
    (visit,) = service.add_units(
        session, cast.coordinator, cast.now, after.id, [hers.units[0].unit.id]
    )
    (row,) = _assign(session, cast, after.id, _pair(session, cast, visit, "teofilo"))
    assert row.outcome is REFUSED
    assert row.reasons[0]["params"]["free_on"] == "2027-06-10"


def test_a_third_round_in_a_row_wants_a_written_reason(session: Session, cast: Cast) -> None:
    (home,) = families(session, cast, "Justina")
    unit = home.units[0].unit.id
    for month in (1, 3):
        begins = date(2026, month, 1)
        ronda = opened(session, cast, period_from=begins, period_until=begins + timedelta(days=50))
        visits = service.add_units(session, cast.coordinator, cast.now, ronda.id, [unit])
        sent(session, cast, ronda, visits)
        on = begins + timedelta(days=9)
        service.save_visits(session, cast.evaluator, cast.now, full(session, visits, on=on))
    third = opened(session, cast)
    (visit,) = service.add_units(session, cast.coordinator, cast.now, third.id, [unit])
    without, blank = (
        _assign(session, cast, third.id, _pair(session, cast, visit, "teofilo"))[0]
        for _ in range(2)
    )
    assert {without.outcome, blank.outcome} == {REFUSED}
    assert without.reasons[0]["code"] == "evaluator_rotation"
    why = "No hay otra persona evaluadora en el valle"
    (row,) = _assign(session, cast, third.id, _pair(session, cast, visit, "teofilo", waiver=why))
    assert (row.outcome, row.waiver) == (ACCEPTED, why)


def test_a_waiver_does_not_pass_what_blocks(session: Session, cast: Cast) -> None:
    (own,) = families(session, cast, "x", holders=_holder(session, cast, "teofilo"))
    ronda = opened(session, cast)
    (visit,) = service.add_units(
        session, cast.coordinator, cast.now, ronda.id, [own.units[0].unit.id]
    )
    pair = _pair(session, cast, visit, "teofilo", waiver="Es de confianza de todos")
    (row,) = _assign(session, cast, ronda.id, pair)
    assert (row.outcome, row.waiver) == (REFUSED, None)


def test_who_is_sent_already_is_not_sent_twice(session: Session, cast: Cast) -> None:
    visit = one_visit(session, cast)
    (row,) = _assign(session, cast, visit.round_id, _pair(session, cast, visit, "teofilo"))
    assert row.outcome is ACCEPTED
    every = session.exec(select(Assignment).where(Assignment.visit_id == visit.id)).all()
    assert len(every) == 2


def test_strangers_and_units_from_elsewhere_are_named_at_once(session: Session, cast: Cast) -> None:
    visit = one_visit(session, cast)
    foreign = Pair(unit_id=visit.unit_id, appointment_id=999)
    elsewhere = Pair(unit_id=998, appointment_id=appointment(session, cast, "teofilo"))
    with pytest.raises(Invalid) as refusal:
        _assign(session, cast, visit.round_id, foreign, elsewhere)
    assert [(fault.field, fault.code) for fault in refusal.value.faults] == [
        ("pairs-0-appointment_id", "appointment_not_here"),
        ("pairs-1-unit_id", "unit_not_in_round"),
    ]


def test_a_planned_round_sends_nobody(session: Session, cast: Cast) -> None:
    with pytest.raises(RoundNotInField):
        _assign(session, cast, planned(session, cast).id, Pair(unit_id=1, appointment_id=1))


def test_once_the_visit_has_begun_the_team_stands(session: Session, cast: Cast) -> None:
    visit = one_visit(session, cast)
    team = session.exec(select(Assignment).where(Assignment.visit_id == visit.id)).all()
    service.start_visits(session, cast.evaluator, cast.now, [visit.id])
    with pytest.raises(VisitBegun):
        service.release(session, cast.coordinator, cast.now, [team[0].id])
    with pytest.raises(Invalid):
        _assign(session, cast, visit.round_id, _pair(session, cast, visit, "marcos"))


def test_released_evaluators_see_the_visit_no_more(session: Session, cast: Cast) -> None:
    visit = one_visit(session, cast)
    team = session.exec(select(Assignment).where(Assignment.visit_id == visit.id)).all()
    service.release(session, cast.coordinator, cast.now, [row.id for row in team])
    assert {row.outcome for row in team} == {AssignmentOutcome.RELEASED}
    assert visible_visits(session, cast.evaluator) == ([], 0)


def test_others_assign_nobody_here(session: Session, cast: Cast) -> None:
    visit = one_visit(session, cast)
    pair = _pair(session, cast, visit, "marcos")
    for actor, refusal in (
        (NOBODY, Unauthenticated),
        (cast.member, Forbidden),
        (cast.evaluator, Forbidden),
        (cast.coordinator_b, RoundNotFound),
    ):
        with pytest.raises(refusal):
            service.assign_all(session, actor, cast.now, visit.round_id, [pair])
    team = session.exec(select(Assignment).where(Assignment.visit_id == visit.id)).all()
    with pytest.raises(AssignmentNotFound):
        service.release(session, cast.coordinator_b, cast.now, [team[0].id])


def test_the_proposal_shares_the_work_and_avoids_conflicts(session: Session, cast: Cast) -> None:
    homes = families(session, cast, *(f"Familia {n}" for n in range(11)))
    (own,) = families(session, cast, "x", holders=_holder(session, cast, "teofilo"))
    ronda = opened(session, cast)
    units = [home.units[0].unit.id for home in (*homes, own)]
    service.add_units(session, cast.coordinator, cast.now, ronda.id, units)
    pairs = service.propose_assignments(session, cast.coordinator, cast.now, ronda.id)
    rows = _assign(session, cast, ronda.id, *pairs)
    assert {row.outcome for row in rows} == {ACCEPTED}
    assert len(rows) == 24
    by_unit = {unit: {row.person_id for row in rows if row.unit_id == unit} for unit in units}
    assert {len(team) for team in by_unit.values()} == {2}
    peers = {cast.persons["teofilo"], cast.persons["nelida"]}
    assert all(team & peers for team in by_unit.values())
    assert cast.persons["teofilo"] not in by_unit[own.units[0].unit.id]
    loads = [
        sum(1 for row in rows if row.person_id == person)
        for person in {row.person_id for row in rows}
    ]
    assert max(loads) - min(loads) <= 1
    assert service.propose_assignments(session, cast.coordinator, cast.now, ronda.id) == []


def test_who_made_the_visit_does_not_review_it(session: Session, cast: Cast) -> None:
    visit = submitted(session, cast, one_visit(session, cast))
    two_hats = replace(cast.coordinator, person_id=cast.persons["teofilo"])
    with pytest.raises(ReviewOwn):
        service.review_visits(session, two_hats, cast.now, [visit.id])


def test_a_conflict_found_late_voids_the_visit_and_plans_another(
    session: Session, cast: Cast
) -> None:
    visit = reviewed(session, cast, one_visit(session, cast))
    old, anew = service.void_visit(
        session,
        cast.coordinator,
        cast.now,
        visit.id,
        VoidVisitIn(reason="Nélida es comadre de la familia"),
    )
    assert old.state is VisitState.VOID
    assert anew is not None
    assert anew.state is VisitState.ASSIGNED
    assert anew.unit_id == old.unit_id
    sent(session, cast, session.get_one(Round, anew.round_id), [anew], "teofilo", "marcos")


def test_the_table_says_why_the_others_are_refused(session: Session, cast: Cast) -> None:
    (own,) = families(session, cast, "x", holders=_holder(session, cast, "teofilo"))
    ronda = opened(session, cast)
    service.add_units(session, cast.coordinator, cast.now, ronda.id, [own.units[0].unit.id])
    table = service.assignment_table(session, cast.coordinator, cast.now, ronda.id)
    (row,) = table.rows
    told = {id_: [one.reason for one in why] for id_, why in row.refused.items()}
    assert told == {appointment(session, cast, "teofilo"): ["self"]}
    assert set(row.appointment_ids) == {
        appointment(session, cast, name) for name in ("nelida", "marcos")
    }
    assert {one.name: one.load for one in table.people} == {
        "Marcos Terán Guzmán": 1,
        "Nélida Vidal Terrazas": 1,
        "Teófilo Arce Montaño": 0,
    }


def test_a_proposal_that_nobody_saw_is_not_accepted(session: Session, cast: Cast) -> None:
    visit = one_visit(session, cast)
    with pytest.raises(ProposalChanged):
        service.accept_proposal(session, cast.coordinator, cast.now, visit.round_id, "0" * 16)

"""Committees, elections, terms, evaluators: what stands on a date, and who may write it."""

from datetime import date

import pytest
from sqlmodel import Session, select

from spg_registry.committees import queries, service
from spg_registry.committees.errors import (
    AlreadyLeft,
    AppointmentNotFound,
    CommitteeNotFound,
    MemberNotFound,
)
from spg_registry.committees.models import BodyKind, Member
from spg_registry.committees.schemas import (
    CommitteeIn,
    EvaluatorIn,
    ExtensionIn,
    LeaveIn,
    MemberIn,
    RecognitionIn,
)
from spg_registry.core.audit import AuditEvent
from spg_registry.core.errors import Forbidden, Invalid, Unauthenticated
from spg_registry.core.permissions import NOBODY
from spg_registry.people.models import Person
from spg_registry.people.schemas import PersonIn
from spg_registry.rules.words import Sector
from tests.cast import PUNATA, Cast

ELECTED = date(2027, 3, 1)
LAST_DAY = date(2027, 2, 28)
"""Of the two years that began on 1 March 2025."""

NEW = PersonIn(names="Severina", surnames="Camacho Ríos", ci="5512001 CB")


def seat(cast: Cast, term_from: date = ELECTED, **other: object) -> MemberIn:
    return MemberIn.model_validate(
        {"person_id": cast.persons["rosa"], "sector": "producer", "term_from": term_from} | other
    )


def term_of(session: Session, cast: Cast, who: str) -> Member:
    return session.exec(select(Member).where(Member.person_id == cast.persons[who])).one()


def test_a_committee_is_born_with_its_two_bodies(session: Session, cast: Cast) -> None:
    (made,) = service.create_committees(
        session,
        cast.control,
        cast.now,
        [CommitteeIn(name="Comité de Arani", municipality_codes=["031404", "031401", "031404"])],
    )
    assert made.created_on == cast.today
    assert [body.kind for body in queries.bodies_of(session, made.id)] == list(BodyKind)
    assert queries.municipalities_of(session, [made.id])[made.id] == ["031401", "031404"]


def test_a_name_in_use_and_an_unknown_municipality_are_both_told(
    session: Session, cast: Cast
) -> None:
    name = queries.get_committee(session, cast.control, cast.committee).name
    with pytest.raises(Invalid) as refused:
        service.create_committees(
            session,
            cast.administrator,
            cast.now,
            [CommitteeIn(name=name, municipality_codes=["999999"])],
        )
    assert {(fault.field, fault.code) for fault in refused.value.faults} == {
        ("name", "committee_name_taken"),
        ("municipality_codes", "municipality_unknown"),
    }


def test_no_committee_makes_committees(session: Session, cast: Cast) -> None:
    for other in (cast.coordinator, cast.cnape, cast.evaluator):
        with pytest.raises(Forbidden):
            service.create_committees(
                session, other, cast.now, [CommitteeIn(name="Otro", municipality_codes=[PUNATA])]
            )


def test_everybody_sees_what_is_theirs_to_see(session: Session, cast: Cast) -> None:
    def seen(actor: object) -> set[int]:
        return {row.id for row in queries.visible_committees(session, actor)[0]}  # type: ignore[arg-type]

    assert seen(cast.coordinator) == seen(cast.evaluator) == {cast.committee}
    assert seen(cast.coordinator_b) == {cast.committee_b}
    for reader in (cast.control, cast.cnape, cast.administrator):
        assert seen(reader) == {cast.committee, cast.committee_b}
    with pytest.raises(Unauthenticated):
        seen(NOBODY)
    with pytest.raises(CommitteeNotFound):
        queries.get_committee(session, cast.coordinator_b, cast.committee)


def test_recognition_is_a_dated_fact(session: Session, cast: Cast) -> None:
    act = RecognitionIn(
        number="RM 7/2026",
        issuer="Concejo Municipal",
        issued_on=date(2026, 6, 1),
        until=date(2026, 12, 31),
    )
    service.recognise(session, cast.coordinator_b, cast.now, cast.committee_b, act)
    acts = queries.recognitions_of(session, cast.committee_b)
    standing = {
        day: queries.recognition_standing(acts, day)
        for day in (date(2026, 5, 31), date(2026, 6, 1), date(2026, 12, 31), date(2027, 1, 1))
    }
    assert list(standing.values()) == ["none", "in_force", "in_force", "expired"]
    with pytest.raises(CommitteeNotFound):
        service.recognise(session, cast.coordinator_b, cast.now, cast.committee, act)
    with pytest.raises(Forbidden):
        service.recognise(session, cast.member, cast.now, cast.committee, act)


def test_an_election_lasts_two_years_to_the_day(session: Session, cast: Cast) -> None:
    def names(on: date) -> int:
        return len(queries.members_in_office(session, cast.guarantee, on))

    assert (names(date(2025, 2, 28)), names(date(2025, 3, 1))) == (0, 5)
    assert (names(LAST_DAY), names(ELECTED)) == (5, 0)


def test_who_sits_already_is_not_seated_again_for_the_same_days(
    session: Session, cast: Cast
) -> None:
    with pytest.raises(Invalid) as refused:
        service.seat_members(
            session, cast.coordinator, cast.now, cast.committee, [seat(cast, LAST_DAY)]
        )
    assert refused.value.faults[0].code == "term_overlaps"
    service.seat_members(session, cast.coordinator, cast.now, cast.committee, [seat(cast)])
    assert len(queries.members_in_office(session, cast.guarantee, ELECTED)) == 1


def test_a_person_may_sit_in_both_bodies(session: Session, cast: Cast) -> None:
    both = seat(cast, cast.today, body="appeals")
    service.seat_members(session, cast.coordinator, cast.now, cast.committee, [both])
    seated = queries.members_in_office(session, cast.appeals, cast.today)
    assert cast.persons["rosa"] in {member.person_id for member in seated}


def test_a_batch_is_seated_whole_or_not_at_all(session: Session, cast: Cast) -> None:
    batch = [
        MemberIn(person=NEW, sector=Sector.CONSUMER, term_from=ELECTED),
        seat(cast, LAST_DAY),
        MemberIn(person=NEW, sector=Sector.CONSUMER, term_from=ELECTED),
    ]
    with pytest.raises(Invalid) as refused:
        service.seat_members(session, cast.coordinator, cast.now, cast.committee, batch)
    assert [(f.field, f.code) for f in refused.value.faults] == [("2-person-ci", "ci_twice")]
    assert queries.members_in_office(session, cast.guarantee, ELECTED) == []
    with pytest.raises(Invalid) as refused:
        service.seat_members(session, cast.coordinator, cast.now, cast.committee, batch[:2])
    assert [(f.field, f.code) for f in refused.value.faults] == [("1-term_from", "term_overlaps")]


def test_somebody_known_by_number_and_surnames_is_not_registered_twice(
    session: Session, cast: Cast
) -> None:
    for place, actor in (
        (cast.committee, cast.coordinator),
        (cast.committee_b, cast.coordinator_b),
    ):
        service.seat_members(
            session,
            actor,
            cast.now,
            place,
            [MemberIn(person=NEW, sector=Sector.CONSUMER, term_from=ELECTED)],
        )
    assert len(session.exec(select(Person).where(Person.ci == "5512001")).all()) == 1
    stranger = NEW.model_copy(update={"surnames": "Otra"})
    with pytest.raises(Invalid) as refused:
        service.seat_members(
            session,
            cast.coordinator,
            cast.now,
            cast.committee,
            [MemberIn(person=stranger, sector=Sector.CONSUMER, term_from=ELECTED)],
        )
    assert (refused.value.faults[0].field, refused.value.faults[0].code) == (
        "person-ci",
        "ci_taken",
    )


def test_a_committee_whose_terms_ended_gets_its_members_back_by_an_extension(
    session: Session, cast: Cast
) -> None:
    rosa = term_of(session, cast, "rosa")
    until = date(2027, 8, 31)
    assert not rosa.in_office(ELECTED)
    service.extend_term(
        session, cast.coordinator, cast.now, rosa.id, ExtensionIn(act="Acta 9/2027", until=until)
    )
    assert rosa.in_office(ELECTED)
    assert rosa.in_office(until)
    assert rosa.term_until == LAST_DAY
    with pytest.raises(Invalid) as refused:
        service.extend_term(
            session, cast.secretary, cast.now, rosa.id, ExtensionIn(act="Acta 10", until=until)
        )
    assert refused.value.faults[0].code == "extension_short"


def test_an_extension_does_not_run_into_the_next_term(session: Session, cast: Cast) -> None:
    service.seat_members(session, cast.coordinator, cast.now, cast.committee, [seat(cast)])
    (first, _) = session.exec(
        select(Member).where(Member.person_id == cast.persons["rosa"]).order_by(Member.term_from)  # type: ignore[arg-type]
    ).all()
    with pytest.raises(Invalid) as refused:
        service.extend_term(
            session, cast.coordinator, cast.now, first.id, ExtensionIn(act="A", until=ELECTED)
        )
    assert refused.value.faults[0].code == "term_overlaps"


def test_who_leaves_is_out_from_that_day_and_may_be_elected_again(
    session: Session, cast: Cast
) -> None:
    rosa = term_of(session, cast, "rosa")
    gone = LeaveIn(on=cast.today)
    service.leave(session, cast.secretary, cast.now, rosa.id, gone)
    assert not rosa.in_office(cast.today)
    assert rosa.in_office(date(2026, 6, 14))
    with pytest.raises(AlreadyLeft):
        service.leave(session, cast.secretary, cast.now, rosa.id, gone)
    with pytest.raises(AlreadyLeft):
        service.extend_term(
            session, cast.secretary, cast.now, rosa.id, ExtensionIn(act="A", until=ELECTED)
        )
    service.seat_members(
        session, cast.secretary, cast.now, cast.committee, [seat(cast, cast.today)]
    )


def test_another_committees_members_look_like_nobody(session: Session, cast: Cast) -> None:
    rosa = term_of(session, cast, "rosa")
    with pytest.raises(MemberNotFound):
        service.leave(session, cast.coordinator_b, cast.now, rosa.id, LeaveIn(on=cast.today))
    with pytest.raises(Unauthenticated):
        service.leave(session, NOBODY, cast.now, rosa.id, LeaveIn(on=cast.today))
    for reader in (cast.member, cast.evaluator, cast.cnape, cast.control):
        with pytest.raises(Forbidden):
            service.leave(session, reader, cast.now, rosa.id, LeaveIn(on=cast.today))


def test_an_appointment_ends_and_a_renewal_is_one_more(session: Session, cast: Cast) -> None:
    assert len(queries.evaluators_of(session, cast.committee, LAST_DAY)) == 3
    assert queries.evaluators_of(session, cast.committee, ELECTED) == []
    renewed = EvaluatorIn(
        person_id=cast.persons["teofilo"], act="Acta 1/2027", appointed_on=date(2027, 2, 1)
    )
    service.appoint_evaluators(session, cast.coordinator, cast.now, cast.committee, [renewed])
    in_february = queries.evaluators_of(session, cast.committee, date(2027, 2, 15))
    assert sorted(row.person_id for row in in_february) == sorted(
        cast.persons[name] for name in ("teofilo", "nelida", "marcos")
    )
    later = queries.evaluators_of(session, cast.committee, ELECTED)
    assert [row.until for row in later] == [date(2029, 1, 31)]


def test_a_neighbours_evaluator_serves_when_lent(session: Session, cast: Cast) -> None:
    wilma = queries.appointments_of(session, cast.committee_b)[0]
    with pytest.raises(AppointmentNotFound):
        service.serve_neighbour(session, cast.coordinator, cast.now, wilma.id, cast.committee)
    service.serve_neighbour(session, cast.coordinator_b, cast.now, wilma.id, cast.committee)
    service.serve_neighbour(session, cast.coordinator_b, cast.now, wilma.id, cast.committee)
    serving = queries.evaluators_of(session, cast.committee, cast.today)
    assert wilma.person_id in {row.person_id for row in serving}
    assert len(serving) == 4
    with pytest.raises(Invalid):
        service.serve_neighbour(session, cast.coordinator_b, cast.now, wilma.id, cast.committee_b)


def test_each_act_stands_in_the_audit(session: Session, cast: Cast) -> None:
    service.seat_members(session, cast.coordinator, cast.now, cast.committee, [seat(cast)])
    noted = session.exec(select(AuditEvent).where(AuditEvent.actor_id == cast.coordinator.id)).one()
    assert (noted.action, noted.committee_id) == ("member.seat", cast.committee)
    assert noted.details == {"person": cast.persons["rosa"]}

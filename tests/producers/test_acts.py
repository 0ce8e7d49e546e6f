"""What happens to a producer after the first day: land, clocks, ties, standing in the SPG."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select

from spg_registry.core.audit import AuditEvent
from spg_registry.core.errors import DomainError, Forbidden, Invalid, MoveRefused, Unauthenticated
from spg_registry.core.permissions import NOBODY, Actor
from spg_registry.people.models import Sex
from spg_registry.people.schemas import PersonIn
from spg_registry.producers import enrolments, service
from spg_registry.producers.errors import (
    AlreadyEnrolled,
    EnrolledElsewhere,
    EnrolmentEnded,
    EnrolmentNotFound,
    HolderNotFound,
    ProducerNotFound,
    StatusByDecision,
    UnitNotFound,
)
from spg_registry.producers.models import (
    Enrolment,
    Plot,
    Producer,
    ProducerKind,
    SearchWord,
    Tenure,
)
from spg_registry.producers.schemas import (
    CropCorrection,
    CropIn,
    CropsIn,
    EndIn,
    EnrolIn,
    FacilityIn,
    HolderIn,
    HouseholdIn,
    InterestIn,
    LastInputIn,
    MembershipIn,
    NewHolderIn,
    OrganisationIn,
    PledgeIn,
    PlotCorrection,
    PlotIn,
    PlotsIn,
    ProducerCorrection,
    SharedPlotIn,
    StatusIn,
    UnitCorrection,
    UnitIn,
    ZoneIn,
)
from spg_registry.producers.service import Registered, StatusMove
from spg_registry.rules.words import EnrolmentStatus as Status
from spg_registry.rules.words import InterestKind, LastInput
from tests.cast import TIQUIPAYA, Cast
from tests.producers.families import crop, family, plot, unit
from tests.producers.test_registering import codes_of


@pytest.fixture
def justina(session: Session, cast: Cast) -> Registered:
    """Enrolled in the SPG of Punata."""
    return service.register(session, cast.coordinator, cast.now, cast.spg, family())


def words_of(session: Session, one: Registered) -> set[str]:
    """Under which it is found."""
    query = select(SearchWord.bare).where(SearchWord.producer_id == one.producer.id)
    return set(session.exec(query))


def last_audit(session: Session, action: str) -> AuditEvent:
    query = select(AuditEvent).where(AuditEvent.action == action)
    found = session.exec(query.order_by(col(AuditEvent.id).desc())).first()
    assert found is not None
    return found


# -- land ---------------------------------------------------------------------------------------


def test_units_and_plots_go_on_numbering(session: Session, cast: Cast, justina: Registered) -> None:
    code = justina.producer.code
    second = service.add_unit(session, cast.secretary, cast.now, code, unit(name="La Loma"))
    assert second.unit.code == f"{code}-2"
    assert second.unit.community_id == justina.producer.community_id
    more = PlotsIn(plots=[plot(100), plot(200)])
    plots = service.add_plots(session, cast.secretary, cast.now, f"{code}-1", more)
    assert [each.code for each in plots] == [f"{code}-1-2", f"{code}-1-3"]
    third = service.add_unit(session, cast.secretary, cast.now, code, unit())
    assert third.plots[0].code == f"{code}-3-1"


def test_a_new_season_is_new_crops(session: Session, cast: Cast, justina: Registered) -> None:
    code = justina.units[0].unit.code
    next_year = CropsIn(crops=[CropIn(product_code="papa", season=2027, area_m2=5_000)])
    (made,) = service.add_crops(session, cast.coordinator, cast.now, code, next_year)
    assert (made.season, made.plot_id) == (2027, justina.units[0].plots[0].id)
    with pytest.raises(Invalid) as again:
        service.add_crops(session, cast.coordinator, cast.now, code, next_year)
    assert codes_of(again.value) == {"crops-0-product_code": "crop_is_there"}


def test_crops_name_a_plot_of_their_own_unit(
    session: Session, cast: Cast, justina: Registered
) -> None:
    code = justina.units[0].unit.code
    other = service.register(session, cast.coordinator, cast.now, cast.spg, family("Eva"))
    foreign = CropsIn(
        crops=[CropIn(product_code="haba", area_m2=5, plot_code=other.units[0].plots[0].code)]
    )
    with pytest.raises(Invalid) as refused:
        service.add_crops(session, cast.coordinator, cast.now, code, foreign)
    assert codes_of(refused.value) == {"crops-0-plot_code": "crop_plot_unknown"}


def test_a_crop_written_down_wrongly_is_corrected(
    session: Session, cast: Cast, justina: Registered
) -> None:
    crop_id = justina.units[0].crops[0].id
    better = CropCorrection(product_code="oca", area_m2=3_000, reason="Era oca")
    made = service.correct_crop(session, cast.coordinator, cast.now, crop_id, better)
    assert (made.product_code, made.area_m2, made.season) == ("oca", 3_000, 2026)
    too_large = CropCorrection(area_m2=10_001)
    with pytest.raises(Invalid) as refused:
        service.correct_crop(session, cast.coordinator, cast.now, crop_id, too_large)
    assert codes_of(refused.value) == {"area_m2": "crop_larger_than_plot"}


def test_a_plot_cannot_shrink_below_its_crops(
    session: Session, cast: Cast, justina: Registered
) -> None:
    code = justina.units[0].plots[0].code
    with pytest.raises(Invalid) as refused:
        service.correct_plot(
            session, cast.coordinator, cast.now, code, PlotCorrection(area_m2=3_999)
        )
    assert codes_of(refused.value) == {"area_m2": "crop_larger_than_plot"}
    made = service.correct_plot(
        session, cast.coordinator, cast.now, code, PlotCorrection(area_m2=4_000, reason="Medida")
    )
    assert made.area_m2 == 4_000
    assert last_audit(session, "plot.correct").details == {
        "changed": ["area_m2"],
        "reasoned": True,
    }
    assert made.correction_reason == "Medida"


def test_a_clock_moves_only_with_a_reason_that_is_kept(
    session: Session, cast: Cast, justina: Registered
) -> None:
    code = justina.units[0].plots[0].code
    with pytest.raises(ValueError, match="reason"):
        LastInputIn(last_input=LastInput.UNKNOWN)  # type: ignore[call-arg]
    told = LastInputIn(
        last_input=LastInput.DATE, last_input_on=date(2025, 8, 1), reason="Usó urea, lo contó ella"
    )
    made = service.declare_last_input(session, cast.coordinator, cast.now, code, told)
    assert made.last_input_on == date(2025, 8, 1)
    details = last_audit(session, "plot.last_input").details
    assert details["before"] == ["never", None]
    assert details["after"] == ["date", "2025-08-01"]
    assert details["reasoned"]
    assert made.last_input_reason == "Usó urea, lo contó ella"
    ahead = told.model_copy(update={"last_input_on": cast.today + timedelta(days=1)})
    with pytest.raises(Invalid) as refused:
        service.declare_last_input(session, cast.coordinator, cast.now, code, ahead)
    assert codes_of(refused.value) == {"last_input_on": "date_in_future"}


def test_a_unit_is_corrected_and_closed(session: Session, cast: Cast, justina: Registered) -> None:
    code = justina.units[0].unit.code
    data = UnitCorrection(
        tenure=Tenure.COMMUNAL,
        lat=-17.54,
        lon=-65.83,
        municipality_code=TIQUIPAYA,
        community="Titiri",
        until=cast.today,
    )
    made = service.correct_unit(session, cast.secretary, cast.now, code, data)
    assert (made.tenure, made.municipality_code, made.until) == (
        Tenure.COMMUNAL,
        TIQUIPAYA,
        cast.today,
    )
    early = UnitCorrection(until=made.since - timedelta(days=1))
    with pytest.raises(Invalid) as refused:
        service.correct_unit(session, cast.secretary, cast.now, code, early)
    assert codes_of(refused.value) == {"until": "until_before_since"}


def test_what_people_typed_is_in_the_rows_and_not_in_the_audit(
    session: Session, cast: Cast, justina: Registered
) -> None:
    typed = "Lo contó doña Eulalia"
    who, now = cast.coordinator, cast.now
    place = justina.units[0]
    enrolment = session.exec(
        select(Enrolment).where(Enrolment.producer_id == justina.producer.id)
    ).one()
    rows: list[Any] = [
        service.correct_unit(
            session, who, now, place.unit.code, UnitCorrection(name="Abajo", reason=typed)
        ),
        service.correct_plot(
            session, who, now, place.plots[0].code, PlotCorrection(name="Uno", reason=typed)
        ),
        service.correct_crop(
            session, who, now, place.crops[0].id, CropCorrection(area_m2=10, reason=typed)
        ),
        service.correct_producer(
            session, who, now, justina.producer.code, ProducerCorrection(nit="1", reason=typed)
        ),
    ]
    assert [row.correction_reason for row in rows] == [typed] * 4
    moved = LastInputIn(last_input=LastInput.UNKNOWN, reason=typed)
    plot_ = service.declare_last_input(session, who, now, place.plots[0].code, moved)
    assert plot_.last_input_reason == typed
    admitted = StatusIn(status=Status.ADMITTED, reason=typed)
    row = enrolments.change_status(session, who, now, enrolment.id, admitted)
    assert row.status_reason == typed
    told = list(session.exec(select(AuditEvent)))
    assert not [event.action for event in told if "Eulalia" in str(event.details)]
    assert [event.action for event in told if event.details.get("reasoned")] == [
        "unit.correct",
        "plot.correct",
        "crop.correct",
        "producer.correct",
        "plot.last_input",
        "enrolment.status",
    ]


def test_a_reason_stays_until_there_is_another(
    session: Session, cast: Cast, justina: Registered
) -> None:
    code = justina.units[0].unit.code
    for data in (UnitCorrection(name="Abajo", reason="Así se llama"), UnitCorrection(name="Bajo")):
        made = service.correct_unit(session, cast.coordinator, cast.now, code, data)
    assert made.correction_reason == "Así se llama"
    assert last_audit(session, "unit.correct").details["reasoned"] is False


def test_two_families_share_a_plot(session: Session, cast: Cast, justina: Registered) -> None:
    eva = service.register(session, cast.coordinator, cast.now, cast.spg, family("Eva"))
    shared = SharedPlotIn(plot_code=justina.units[0].plots[0].code)
    code = eva.units[0].unit.code
    made = service.share_plot(session, cast.coordinator, cast.now, code, shared)
    assert made.id == justina.units[0].plots[0].id
    with pytest.raises(Invalid) as again:
        service.share_plot(session, cast.coordinator, cast.now, code, shared)
    assert codes_of(again.value) == {"plot_code": "plot_is_there"}


# -- people -------------------------------------------------------------------------------------


def test_a_name_made_of_the_holders_follows_their_correction(
    session: Session, cast: Cast, justina: Registered
) -> None:
    data = PersonIn(names="Justina", surnames="Ñáñez de Rojas", sex=Sex.WOMAN)
    person_id = justina.persons[0].id
    service.correct_holder(
        session, cast.secretary, cast.now, justina.producer.code, person_id, data
    )
    assert justina.producer.display_name == "Justina Ñáñez de Rojas"
    assert words_of(session, justina) >= {"justina", "nanez", "rojas"}
    with pytest.raises(HolderNotFound):
        service.correct_holder(
            session,
            cast.secretary,
            cast.now,
            justina.producer.code,
            cast.persons["rosa"],
            data,
        )


def test_holders_come_and_go_but_the_last_one_stays(
    session: Session, cast: Cast, justina: Registered
) -> None:
    code, first = justina.producer.code, justina.persons[0].id
    with pytest.raises(Invalid) as alone:
        service.end_holder(session, cast.secretary, cast.now, code, first, EndIn())
    assert codes_of(alone.value) == {"until": "last_holder"}
    son = NewHolderIn(holder=HolderIn(names="Wayra", surnames="Rojas Ñáñez"))
    added = service.add_holder(session, cast.secretary, cast.now, code, son)
    assert added.position == 2
    assert "wayra" in words_of(session, justina)
    service.end_holder(session, cast.secretary, cast.now, code, first, EndIn())
    again = NewHolderIn(holder=HolderIn(person_id=added.person_id))
    with pytest.raises(Invalid) as twice:
        service.add_holder(session, cast.secretary, cast.now, code, again)
    assert codes_of(twice.value) == {"holder-person_id": "holder_twice"}


def test_consent_and_name_are_corrected(session: Session, cast: Cast, justina: Registered) -> None:
    data = ProducerCorrection(display_name="Familia Ñáñez", publication_consent=True)
    made = service.correct_producer(
        session, cast.coordinator, cast.now, justina.producer.code, data
    )
    assert made.publication_consent
    assert "familia" in words_of(session, justina)
    assert last_audit(session, "producer.correct").details["changed"] == [
        "display_name",
        "publication_consent",
    ]


def test_households_are_joined_and_left(session: Session, cast: Cast, justina: Registered) -> None:
    eva = service.register(session, cast.coordinator, cast.now, cast.spg, family("Eva"))
    both = HouseholdIn(producer_codes=[justina.producer.code, eva.producer.code])
    shared = service.set_household(session, cast.coordinator, cast.now, both)
    assert justina.producer.household_id == eva.producer.household_id == shared.id
    alone = HouseholdIn(producer_codes=[eva.producer.code])
    service.set_household(session, cast.coordinator, cast.now, alone)
    assert eva.producer.household_id != shared.id


def test_interests_are_declared_and_ended(
    session: Session, cast: Cast, justina: Registered
) -> None:
    code = justina.producer.code
    (row,) = service.declare_interests(
        session,
        cast.secretary,
        cast.now,
        [
            InterestIn(
                person_id=cast.persons["teofilo"],
                producer_code=code,
                kind=InterestKind.KIN,
                degree=1,
                since=date(2001, 5, 4),
            )
        ],
    )
    assert row.declared
    service.end_interest(session, cast.secretary, cast.now, row.id, EndIn(until=cast.today))
    assert row.until == cast.today
    faulty = [
        InterestIn(person_id=99_999, producer_code=code, kind=InterestKind.BUYER, degree=2),
        InterestIn(
            person_id=cast.persons["rosa"], producer_code=code, kind=InterestKind.KIN, degree=9
        ),
        InterestIn(person_id=cast.persons["rosa"], producer_code=code, kind=InterestKind.SELF),
    ]
    with pytest.raises(Invalid) as refused:
        service.declare_interests(session, cast.secretary, cast.now, faulty)
    assert codes_of(refused.value) == {
        "0-person_id": "person_unknown",
        "0-degree": "degree_only_for_kin",
        "1-degree": "degree_out_of_range",
        "2-kind": "interest_self",
    }


def test_organisations_have_one_name_each(
    session: Session, cast: Cast, justina: Registered
) -> None:
    (made,) = service.register_organisations(
        session, cast.coordinator, cast.now, [OrganisationIn(name="Qhana Pacha")]
    )
    with pytest.raises(Invalid) as taken:
        service.register_organisations(
            session, cast.coordinator_b, cast.now, [OrganisationIn(name="QHANA  pacha")]
        )
    assert codes_of(taken.value) == {"name": "organisation_taken"}
    code = justina.producer.code
    member = MembershipIn(organisation=made.code)
    row = service.join_organisation(session, cast.coordinator, cast.now, code, member)
    with pytest.raises(Invalid) as twice:
        service.join_organisation(session, cast.coordinator, cast.now, code, member)
    assert codes_of(twice.value) == {"organisation": "already_member"}
    service.leave_organisation(session, cast.coordinator, cast.now, row.id, EndIn())
    assert row.until == cast.today


# -- in the SPG ---------------------------------------------------------------------------------


def test_the_office_moves_what_is_its_own_to_move(
    session: Session, cast: Cast, justina: Registered
) -> None:
    def move(status: Status, reason: str | None = None, on: date | None = None) -> Status:
        data = StatusIn(status=status, reason=reason, on=on)
        return enrolments.change_status(
            session, cast.coordinator, cast.now, justina.enrolment.id, data
        ).status

    assert move(Status.ADMITTED) is Status.ADMITTED
    with pytest.raises(Invalid) as silent:
        move(Status.OBSERVED)
    assert codes_of(silent.value) == {"reason": "reason_missing"}
    assert move(Status.OBSERVED, "Faltan papeles") is Status.OBSERVED
    with pytest.raises(Invalid) as early:
        move(Status.ABSENT, on=cast.today - timedelta(days=1))
    assert codes_of(early.value) == {"on": "status_before_last"}
    for decided in (Status.ORGANIC, Status.IN_TRANSITION, Status.SUSPENDED, Status.EXCLUDED):
        with pytest.raises(StatusByDecision):
            move(decided, "Porque sí")
    assert move(Status.WITHDRAWN) is Status.WITHDRAWN
    assert justina.enrolment.ended_on == cast.today
    with pytest.raises(MoveRefused):
        move(Status.ADMITTED)


def test_a_suspension_is_not_lifted_by_the_office(
    session: Session, cast: Cast, justina: Registered
) -> None:
    row = justina.enrolment
    moves = [StatusMove(row.id, Status.ORGANIC, cast.today)]
    service.move_enrolments(session, cast.coordinator, cast.now, moves)
    assert row.status is Status.ORGANIC, "a grant admits an applicant"
    moves = [StatusMove(row.id, Status.SUSPENDED, cast.today, "Residuos en la muestra")]
    service.move_enrolments(session, cast.control, cast.now, moves)
    service.move_enrolments(session, cast.control, cast.now, moves)
    assert row.status_reason == "Residuos en la muestra"
    with pytest.raises(StatusByDecision):
        enrolments.change_status(
            session, cast.coordinator, cast.now, row.id, StatusIn(status=Status.ADMITTED)
        )
    told = session.exec(select(AuditEvent).where(AuditEvent.action == "enrolment.status")).all()
    assert [event.details["after"] for event in told] == ["organic", "suspended"]


def test_who_leaves_may_come_again_with_the_history_kept(
    session: Session, cast: Cast, justina: Registered
) -> None:
    code = justina.producer.code
    again = EnrolIn(spg_id=cast.spg)
    with pytest.raises(AlreadyEnrolled):
        service.enrol(session, cast.coordinator, cast.now, code, again)
    with pytest.raises(EnrolledElsewhere):
        service.enrol(session, cast.coordinator_b, cast.now, code, EnrolIn(spg_id=cast.spg_b))
    data = StatusIn(status=Status.WITHDRAWN)
    enrolments.change_status(session, cast.coordinator, cast.now, justina.enrolment.id, data)
    moved = service.enrol(
        session, cast.coordinator_b, cast.now, code, EnrolIn(spg_id=cast.spg_b, admitted=True)
    )
    assert (moved.status, moved.code) == (Status.ADMITTED, code)
    enrolments.change_status(session, cast.coordinator_b, cast.now, moved.id, data)
    back = service.enrol(session, cast.coordinator, cast.now, code, again)
    assert back.id != justina.enrolment.id
    assert back.code == f"{code}/2"
    assert session.get_one(Plot, justina.units[0].plots[0].id).last_input is LastInput.NEVER


def test_pledges_are_signed_with_a_mark_before_a_witness(
    session: Session, cast: Cast, justina: Registered
) -> None:
    mark = PledgeIn(signed_on=cast.today, signed_by_mark=True)
    with pytest.raises(Invalid) as refused:
        service.sign_pledges(session, cast.secretary, cast.now, [(justina.enrolment.id, mark)])
    assert codes_of(refused.value) == {"witness": "witness_missing"}
    witnessed = mark.model_copy(update={"witness": "Hilarión Rocha"})
    (row,) = service.sign_pledges(
        session, cast.secretary, cast.now, [(justina.enrolment.id, witnessed)]
    )
    assert row.witness == "Hilarión Rocha"
    data = StatusIn(status=Status.WITHDRAWN)
    enrolments.change_status(session, cast.secretary, cast.now, justina.enrolment.id, data)
    with pytest.raises(EnrolmentEnded):
        service.sign_pledges(session, cast.secretary, cast.now, [(justina.enrolment.id, witnessed)])


# -- who may ------------------------------------------------------------------------------------

Act = Callable[[Session, Actor, Any, Registered], object]

ACTS: dict[str, Act] = {
    "add_unit": lambda s, a, now, j: service.add_unit(s, a, now, j.producer.code, UnitIn()),
    "correct_unit": lambda s, a, now, j: service.correct_unit(
        s, a, now, j.units[0].unit.code, UnitCorrection(name="X")
    ),
    "add_plots": lambda s, a, now, j: service.add_plots(
        s, a, now, j.units[0].unit.code, PlotsIn(plots=[PlotIn(area_m2=5)])
    ),
    "correct_plot": lambda s, a, now, j: service.correct_plot(
        s, a, now, j.units[0].plots[0].code, PlotCorrection(name="X")
    ),
    "declare_last_input": lambda s, a, now, j: service.declare_last_input(
        s, a, now, j.units[0].plots[0].code, LastInputIn(last_input=LastInput.NEVER, reason="x")
    ),
    "share_plot": lambda s, a, now, j: service.share_plot(
        s, a, now, j.units[0].unit.code, SharedPlotIn(plot_code=j.units[0].plots[0].code)
    ),
    "add_crops": lambda s, a, now, j: service.add_crops(
        s, a, now, j.units[0].unit.code, CropsIn(crops=[crop("haba")])
    ),
    "correct_crop": lambda s, a, now, j: service.correct_crop(
        s, a, now, j.units[0].crops[0].id, CropCorrection(expected_kg=5)
    ),
    "add_zone": lambda s, a, now, j: service.add_zone(
        s, a, now, j.units[0].unit.code, ZoneIn(name="Monte")
    ),
    "add_facility": lambda s, a, now, j: service.add_facility(
        s, a, now, j.units[0].unit.code, FacilityIn(name="Sala", process="Secado")
    ),
    "add_holder": lambda s, a, now, j: service.add_holder(
        s, a, now, j.producer.code, NewHolderIn(holder=HolderIn(names="A", surnames="B"))
    ),
    "end_holder": lambda s, a, now, j: service.end_holder(
        s, a, now, j.producer.code, j.persons[0].id, EndIn()
    ),
    "correct_holder": lambda s, a, now, j: service.correct_holder(
        s, a, now, j.producer.code, j.persons[0].id, PersonIn(names="A", surnames="B")
    ),
    "correct_producer": lambda s, a, now, j: service.correct_producer(
        s, a, now, j.producer.code, ProducerCorrection(kind=ProducerKind.PERSON)
    ),
    "declare_interests": lambda s, a, now, j: service.declare_interests(
        s,
        a,
        now,
        [InterestIn(person_id=1, producer_code=j.producer.code, kind=InterestKind.BUYER)],
    ),
    "set_household": lambda s, a, now, j: service.set_household(
        s, a, now, HouseholdIn(producer_codes=[j.producer.code])
    ),
    "change_status": lambda s, a, now, j: enrolments.change_status(
        s, a, now, j.enrolment.id, StatusIn(status=Status.ADMITTED)
    ),
    "sign_pledges": lambda s, a, now, j: service.sign_pledges(
        s, a, now, [(j.enrolment.id, PledgeIn(signed_on=date(2026, 1, 1)))]
    ),
    "admit_all": lambda s, a, now, j: service.admit_all(s, a, now, [j.enrolment.id]),
}


@pytest.mark.parametrize("act", ACTS)
def test_an_act_is_for_the_committees_own_office(
    session: Session, cast: Cast, justina: Registered, act: str
) -> None:
    """Nobody is asked to sign in; another committee is told there is no such thing; who reads but
    does not write is refused."""
    with pytest.raises(Unauthenticated):
        ACTS[act](session, NOBODY, cast.now, justina)
    with pytest.raises(DomainError) as other:
        ACTS[act](session, cast.coordinator_b, cast.now, justina)
    assert other.value.code.endswith("not_found")
    for who in (cast.member, cast.evaluator, cast.control, cast.cnape):
        with pytest.raises(Forbidden):
            ACTS[act](session, who, cast.now, justina)


def test_what_does_not_exist_is_not_found(session: Session, cast: Cast) -> None:
    with pytest.raises(ProducerNotFound):
        service.add_unit(session, cast.coordinator, cast.now, "P9999999", UnitIn())
    with pytest.raises(UnitNotFound):
        service.add_zone(session, cast.coordinator, cast.now, "P9999999-1", ZoneIn(name="M"))
    with pytest.raises(EnrolmentNotFound):
        service.admit_all(session, cast.coordinator, cast.now, [999])
    assert session.exec(select(Producer)).all() == []

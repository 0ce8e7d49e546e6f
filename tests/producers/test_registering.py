"""Producers come in: one from a paper, five hundred from a list."""

import sys
import time
from datetime import date, timedelta

import pytest
from sqlmodel import Session, func, select

from spg_registry.core.audit import AuditEvent
from spg_registry.core.db import Database
from spg_registry.core.errors import Forbidden, Invalid, Unauthenticated
from spg_registry.core.history import Change
from spg_registry.core.permissions import NOBODY
from spg_registry.people.models import Person
from spg_registry.producers import service
from spg_registry.producers.models import (
    Crop,
    Enrolment,
    Household,
    Plot,
    Producer,
    ProducerKind,
    SearchWord,
    Tenure,
    Unit,
)
from spg_registry.producers.schemas import (
    CropIn,
    EnrolmentIn,
    HolderIn,
    OrganisationIn,
    PledgeIn,
    PlotIn,
    UnitIn,
    ZoneIn,
)
from spg_registry.rules.words import EnrolmentStatus, LastInput
from spg_registry.territory.models import Community
from tests.cast import PUNATA, TIQUIPAYA, Cast
from tests.producers.families import crop, family, plot, unit

pytestmark = pytest.mark.usefixtures("cast")


def codes_of(error: Invalid) -> dict[str, str]:
    return {fault.field: fault.code for fault in error.faults}


def test_a_family_comes_in_with_everything_its_paper_says(session: Session, cast: Cast) -> None:
    one = service.register(session, cast.coordinator, cast.now, cast.spg, family())

    assert one.producer.code == f"P{one.producer.number:07d}"
    assert one.producer.display_name == "Justina Ñáñez Quispe"
    assert not one.producer.publication_consent
    assert one.enrolment.status is EnrolmentStatus.APPLICANT
    assert one.enrolment.enrolled_on == cast.today
    assert one.enrolment.code == one.producer.code
    assert one.pledge is not None
    assert one.pledge.signed_on == date(2026, 5, 2)
    (made,) = one.units
    assert made.unit.code == f"{one.producer.code}-1"
    assert made.unit.municipality_code == PUNATA
    assert made.plots[0].code == f"{one.producer.code}-1-1"
    assert made.crops[0].plot_id == made.plots[0].id, "it stands on the only plot there is"
    assert made.crops[0].season == 2026


def test_who_registered_whom_is_in_the_audit_without_a_name(session: Session, cast: Cast) -> None:
    one = service.register(session, cast.secretary, cast.now, cast.spg, family())
    told = session.exec(select(AuditEvent).where(AuditEvent.action == "producer.register")).one()
    assert (told.actor_id, told.subject_id) == (cast.secretary.id, str(one.producer.id))
    assert told.committee_id == cast.committee
    assert "Justina" not in str(told.details)


def test_row_images_hold_no_name(database: Database, cast: Cast) -> None:
    pledge = PledgeIn(signed_on=cast.today, signed_by_mark=True, witness="Zenón Testigo")
    with database.write(cast.now) as session:
        data = family(nit="999888777", enrolment=EnrolmentIn(pledge=pledge))
        service.register(session, cast.coordinator, cast.now, cast.spg, data)
    with database.read() as session:
        images = session.exec(select(Change.row).where(Change.table_name != "community")).all()
    for private in ("Justina", "justina", "Ñáñez", "999888777", "Zenón"):
        assert not [row for row in images if private in str(row)]


@pytest.mark.parametrize(
    ("names", "surnames"),
    [
        ("Ch'aska T'ika", "Q'ispi Ñawpaq"),
        ("José María", "O'Connor d'Arlach"),
        ("<script>alert(1)</script>", "Robert'); DROP TABLE producer;--"),
        ("Qhantati", "Ūma Äta K’ari"),
    ],
)
def test_names_are_kept_as_they_are(
    session: Session, cast: Cast, names: str, surnames: str
) -> None:
    data = family(names, surnames)
    one = service.register(session, cast.coordinator, cast.now, cast.spg, data)
    session.expire_all()
    person = session.get_one(Person, one.persons[0].id)
    assert (person.names, person.surnames) == (names, surnames)
    assert one.producer.display_name == f"{names} {surnames}"


def test_a_batch_comes_in_in_its_order_with_numbers_in_a_row(session: Session, cast: Cast) -> None:
    batch = [family(f"Hija {n}", "Condori") for n in range(5)]
    made = service.register_all(session, cast.coordinator, cast.now, cast.spg, batch)
    assert [one.persons[0].names for one in made] == [f"Hija {n}" for n in range(5)]
    first = made[0].producer.number
    assert [one.producer.number for one in made] == list(range(first, first + 5))
    later = service.register(session, cast.coordinator, cast.now, cast.spg, family())
    assert later.producer.number == first + 5


def test_one_community_however_it_is_spelled(session: Session, cast: Cast) -> None:
    spellings = ["Tacopaya Alta", "TACOPAYA  ALTA", "tacopaya alta"]
    batch = [family(community=name) for name in spellings]
    made = service.register_all(session, cast.coordinator, cast.now, cast.spg, batch)
    assert len({one.producer.community_id for one in made}) == 1


def test_a_unit_may_lie_in_another_municipality_than_the_house(
    session: Session, cast: Cast
) -> None:
    far = unit(municipality_code=TIQUIPAYA, community="Chapisirca", tenure=Tenure.COMMUNAL)
    data = family(units=[unit(), far])
    one = service.register(session, cast.coordinator, cast.now, cast.spg, data)
    assert [made.unit.municipality_code for made in one.units] == [PUNATA, TIQUIPAYA]
    home = session.get_one(Community, one.producer.community_id)
    assert one.units[0].unit.community_id == home.id


def test_who_shares_a_key_in_a_batch_shares_a_household(session: Session, cast: Cast) -> None:
    batch = [
        family("Ana", "Rocha", household_key="casa 7"),
        family("Luis", "Rocha", household_key="casa 7"),
        family("Eva", "Paz"),
    ]
    ana, luis, eva = service.register_all(session, cast.coordinator, cast.now, cast.spg, batch)
    assert ana.producer.household_id == luis.producer.household_id
    assert ana.producer.household_id is not None
    assert eva.producer.household_id is None
    assert session.exec(select(func.count()).select_from(Household)).one() == 1


def test_a_known_person_may_stand_behind_a_second_producer(session: Session, cast: Cast) -> None:
    before = session.exec(select(func.count()).select_from(Person)).one()
    data = family(
        kind=ProducerKind.GROUP,
        display_name="Mujeres de Capilla",
        holders=[HolderIn(person_id=cast.persons["rosa"]), HolderIn(names="Zoe", surnames="Paz")],
    )
    one = service.register(session, cast.coordinator, cast.now, cast.spg, data)
    assert [person.names for person in one.persons] == ["Rosa", "Zoe"]
    assert session.exec(select(func.count()).select_from(Person)).one() == before + 1


def test_organisations_are_joined_by_code_or_name(session: Session, cast: Cast) -> None:
    (known,) = service.register_organisations(
        session, cast.coordinator, cast.now, [OrganisationIn(name="Asociación ECO Punata")]
    )
    data = family(organisations=["asociacion eco punata", known.code])
    service.register(session, cast.coordinator, cast.now, cast.spg, data)
    with pytest.raises(Invalid) as refused:
        service.register(
            session, cast.coordinator, cast.now, cast.spg, family(organisations=["Otra"])
        )
    assert codes_of(refused.value) == {"organisations-0": "organisation_unknown"}


def test_gathering_needs_no_plot_and_bees_need_hives(session: Session, cast: Cast) -> None:
    wild = UnitIn(
        crops=[crop("castana", None)], zones=[ZoneIn(name="Monte alto", bounds="Del río al cerro")]
    )
    one = service.register(session, cast.coordinator, cast.now, cast.spg, family(units=[wild]))
    assert one.units[0].crops[0].plot_id is None
    bees = UnitIn(plots=[plot()], crops=[CropIn(product_code="miel")])
    with pytest.raises(Invalid) as refused:
        service.register(session, cast.coordinator, cast.now, cast.spg, family(units=[bees]))
    assert codes_of(refused.value) == {"units-0-crops-0-hives": "crop_hives_missing"}


# -- what does not make sense -------------------------------------------------------------------


def test_every_fault_of_a_paper_comes_back_at_once(session: Session, cast: Cast) -> None:
    tomorrow = cast.today + timedelta(days=1)
    data = family(
        municipality_code="999999",
        kind=ProducerKind.PERSON,
        holders=[
            HolderIn(names="", surnames="Sin Nombre", birth_year=2150, ci="no es"),
            HolderIn(person_id=987_654),
        ],
        household_id=4_444,
        enrolment=EnrolmentIn(
            enrolled_on=tomorrow,
            pledge=PledgeIn(signed_on=tomorrow, signed_by_mark=True),
        ),
        units=[
            UnitIn(
                lat=17.5,
                lon=-66.1,
                since=tomorrow,
                plots=[
                    PlotIn(area_m2=0),
                    PlotIn(area_m2=100, last_input=LastInput.DATE),
                    PlotIn(area_m2=100, last_input=LastInput.NEVER, last_input_on=date(2020, 1, 1)),
                    PlotIn(area_m2=100, last_input_on=tomorrow),
                ],
                crops=[
                    CropIn(product_code="papa", plot=1, area_m2=101),
                    CropIn(product_code="kriptonita", plot=1, area_m2=10),
                    CropIn(product_code="papa", plot=9, area_m2=10, season=1812),
                    CropIn(product_code="papa", plot=2),
                    CropIn(product_code="llama", plot=2),
                    CropIn(product_code="papa", plot=2, area_m2=-5, expected_kg=-1),
                ],
            ),
            UnitIn(lat=-17.5, crops=[CropIn(product_code="papa", area_m2=5)]),
        ],
    )
    with pytest.raises(Invalid) as refused:
        service.register(session, cast.coordinator, cast.now, cast.spg, data)
    assert codes_of(refused.value) == {
        "municipality_code": "municipality_unknown",
        "holders": "person_has_one_holder",
        "holders-0-names": "required",
        "holders-0-birth_year": "birth_year_ahead",
        "holders-0-ci": "ci_mistyped",
        "holders-1-person_id": "person_unknown",
        "household_id": "household_unknown",
        "enrolment-enrolled_on": "date_in_future",
        "enrolment-pledge-signed_on": "date_in_future",
        "enrolment-pledge-witness": "witness_missing",
        "units-0-lat": "point_outside",
        "units-0-since": "date_in_future",
        "units-0-plots-0-area_m2": "area_not_positive",
        "units-0-plots-1-last_input_on": "last_input_date_missing",
        "units-0-plots-2-last_input_on": "last_input_date_contradicts",
        "units-0-plots-3-last_input_on": "date_in_future",
        "units-0-crops-0-area_m2": "crop_larger_than_plot",
        "units-0-crops-1-product_code": "product_unknown",
        "units-0-crops-2-plot": "crop_plot_unknown",
        "units-0-crops-2-season": "season_out_of_range",
        "units-0-crops-3-area_m2": "crop_area_missing",
        "units-0-crops-4-heads": "crop_heads_missing",
        "units-0-crops-5-area_m2": "area_not_positive",
        "units-0-crops-5-expected_kg": "number_not_positive",
        "units-1-lon": "point_incomplete",
        "units-1-crops-0-plot": "crop_without_land",
    }
    assert session.exec(select(func.count()).select_from(Producer)).one() == 0


@pytest.mark.parametrize(
    ("lat", "lon", "inside"),
    [
        (-17.54, -65.83, True),  # Punata
        (-11.03, -68.76, True),  # Cobija
        (-22.09, -65.59, True),  # Villazón
        (-33.45, -70.66, False),  # Santiago
        (0.0, 0.0, False),
        (float("nan"), -65.0, False),
    ],
)
def test_a_point_lies_in_bolivia(
    session: Session, cast: Cast, lat: float, lon: float, inside: bool
) -> None:
    data = family(units=[unit(lat=lat, lon=lon)])
    assert (service.faults_of(session, cast.now, cast.spg, [data]) == []) is inside


def test_a_code_is_one_producers_in_an_spg(session: Session, cast: Cast) -> None:
    coded = family(enrolment=EnrolmentIn(code="PUN-001"))
    twins = [coded, coded.model_copy()]
    with pytest.raises(Invalid) as twice:
        service.register_all(session, cast.coordinator, cast.now, cast.spg, twins)
    assert codes_of(twice.value) == {
        "0-enrolment-code": "enrolment_code_twice",
        "1-enrolment-code": "enrolment_code_twice",
    }
    service.register(session, cast.coordinator, cast.now, cast.spg, coded)
    with pytest.raises(Invalid) as taken:
        service.register(session, cast.coordinator, cast.now, cast.spg, coded)
    assert codes_of(taken.value) == {"enrolment-code": "enrolment_code_taken"}
    other = service.register(session, cast.coordinator_b, cast.now, cast.spg_b, coded)
    assert other.enrolment.code == "PUN-001"


def test_an_identity_number_is_one_persons(session: Session, cast: Cast) -> None:
    holder = HolderIn(names="Ana", surnames="Paz", ci="5123456", ci_suffix="CB")
    service.register(session, cast.coordinator, cast.now, cast.spg, family(holders=[holder]))
    again = [family(), family(holders=[holder.model_copy(update={"names": "Anita"})])]
    with pytest.raises(Invalid) as refused:
        service.register_all(session, cast.coordinator, cast.now, cast.spg, again)
    assert codes_of(refused.value) == {"1-holders-0-ci": "ci_taken"}


def test_one_bad_producer_keeps_the_whole_batch_out(session: Session, cast: Cast) -> None:
    batch = [family(), family(units=[unit(plots=[plot(0)])])]
    with pytest.raises(Invalid):
        service.register_all(session, cast.coordinator, cast.now, cast.spg, batch)
    for table in (Producer, Enrolment, Unit, Plot, Crop):
        assert session.exec(select(func.count()).select_from(table)).one() == 0


# -- who may ------------------------------------------------------------------------------------


def test_nobody_registers_no_one(session: Session, cast: Cast) -> None:
    with pytest.raises(Unauthenticated):
        service.register(session, NOBODY, cast.now, cast.spg, family())


@pytest.mark.parametrize(
    "who", ["coordinator_b", "secretary_b", "member", "evaluator", "control", "cnape"]
)
def test_only_the_committees_own_office_registers(session: Session, cast: Cast, who: str) -> None:
    with pytest.raises(Forbidden):
        service.register(session, getattr(cast, who), cast.now, cast.spg, family())
    assert session.exec(select(func.count()).select_from(Producer)).one() == 0


# -- how fast -----------------------------------------------------------------------------------


def test_five_hundred_come_in_at_once(
    database: Database, cast: Cast, capsys: pytest.CaptureFixture[str]
) -> None:
    two_plots = unit(plots=[plot(), plot(5_000)], crops=[crop(plot=0), crop("haba", plot=1)])
    batch = [
        family(f"Juana {n}", "Mamani", community=f"Comunidad {n % 40}", units=[two_plots])
        for n in range(500)
    ]
    began = time.perf_counter()
    with database.write(cast.now) as session:
        service.register_all(session, cast.coordinator, cast.now, cast.spg, batch)
    with capsys.disabled():
        sys.stdout.write(f" 500 producers in {time.perf_counter() - began:.1f} s ")
    with database.read() as session:
        count = select(func.count()).select_from(Crop)
        assert session.exec(count).one() == 1_000
        named = select(func.count()).where(SearchWord.bare == "juana")
        assert session.exec(named).one() == 500

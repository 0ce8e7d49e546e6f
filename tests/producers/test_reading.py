"""Who sees which producers, what a search finds, what follows from the plots on a day."""

from datetime import date

import pytest
from sqlmodel import Session, select

from spg_registry.core.errors import Forbidden, Unauthenticated
from spg_registry.core.permissions import NOBODY
from spg_registry.producers import facts, service, stages
from spg_registry.producers.access import sight_of
from spg_registry.producers.answers import ProducerOut
from spg_registry.producers.dossier import producer_file, unit_file
from spg_registry.producers.errors import ProducerNotFound, UnitNotFound
from spg_registry.producers.models import Interest, Plot, ProducerKind
from spg_registry.producers.queries import Filters, producers_page
from spg_registry.producers.schemas import (
    CropIn,
    CropsIn,
    EnrolmentIn,
    HolderIn,
    HouseholdIn,
    InterestIn,
    OrganisationIn,
    SharedPlotIn,
    UnitCorrection,
    UnitIn,
    ZoneIn,
)
from spg_registry.producers.service import Registered
from spg_registry.rules.assigning import nearness
from spg_registry.rules.words import EnrolmentStatus, InterestKind, LastInput, Stage
from tests.cast import PUNATA, TIQUIPAYA, Cast
from tests.producers.families import crop, family, plot, unit


@pytest.fixture
def families(session: Session, cast: Cast) -> list[Registered]:
    """Three in Punata, one in Tiquipaya."""
    holder = HolderIn(names="Ch'aska", surnames="Muñoz Pérez", ci="7654321", phone="71234567")
    a = service.register_all(
        session,
        cast.coordinator,
        cast.now,
        cast.spg,
        [
            family(units=[unit(lat=-17.5, lon=-65.8)]),
            family(
                holders=[holder],
                community="Tambillo",
                nit="1029384756",
                enrolment=EnrolmentIn(code="PUN/17", admitted=True),
            ),
            family("<b>Ana</b>", "100% Pura", kind=ProducerKind.PERSON),
        ],
    )
    far = family("Elsa", "Muñoz", municipality_code=TIQUIPAYA, community="Chapisirca")
    return [*a, service.register(session, cast.coordinator_b, cast.now, cast.spg_b, far)]


def names(lines: list[ProducerOut]) -> list[str]:
    return [line.display_name for line in lines]


def found(session: Session, cast: Cast, who: str = "control", **wanted: object) -> list[str]:
    sight = sight_of(getattr(cast, who))
    filters = Filters(**wanted)  # type: ignore[arg-type]
    lines, total = producers_page(session, sight, filters, 50, 0)
    assert total == len(lines)
    return names(lines)


@pytest.mark.usefixtures("families")
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("munoz", ["Ch'aska Muñoz Pérez", "Elsa Muñoz"]),
        ("MUÑOZ PEREZ", ["Ch'aska Muñoz Pérez"]),
        ("chaska", ["Ch'aska Muñoz Pérez"]),
        ("Ch’aska", ["Ch'aska Muñoz Pérez"]),
        ("pérez   ch'aska", ["Ch'aska Muñoz Pérez"]),
        ("ñañez", ["Justina Ñáñez Quispe"]),
        ("pun/17", ["Ch'aska Muñoz Pérez"]),
        ("100%", ["<b>Ana</b> 100% Pura"]),
        ("%", None),
        ("' OR 1=1 --", []),
        ("nadie", []),
    ],
)
def test_a_search_forgives_case_accents_and_apostrophes(
    session: Session, cast: Cast, text: str, expected: list[str] | None
) -> None:
    lines = found(session, cast, text=text)
    assert len(lines) == 4 if expected is None else lines == expected


def test_a_code_finds_its_producer(
    session: Session, cast: Cast, families: list[Registered]
) -> None:
    assert found(session, cast, text=families[2].producer.code.lower()) == ["<b>Ana</b> 100% Pura"]


def test_filters_narrow_the_list(session: Session, cast: Cast, families: list[Registered]) -> None:
    assert found(session, cast, municipality_code=TIQUIPAYA) == ["Elsa Muñoz"]
    assert found(session, cast, spg_id=cast.spg_b) == ["Elsa Muñoz"]
    assert found(session, cast, committee_id=cast.committee_b) == ["Elsa Muñoz"]
    assert found(session, cast, kind=ProducerKind.PERSON) == ["<b>Ana</b> 100% Pura"]
    assert found(session, cast, community_id=families[1].producer.community_id) == [
        "Ch'aska Muñoz Pérez"
    ]
    assert found(session, cast, status=EnrolmentStatus.ADMITTED) == ["Ch'aska Muñoz Pérez"]
    assert found(session, cast, status=EnrolmentStatus.ADMITTED, spg_id=cast.spg_b) == []
    (made,) = service.register_organisations(
        session, cast.coordinator, cast.now, [OrganisationIn(name="ECO")]
    )
    assert found(session, cast, organisation_code=made.code) == []


def test_a_list_comes_in_parts(session: Session, cast: Cast, families: list[Registered]) -> None:
    sight = sight_of(cast.control)
    lines, total = producers_page(session, sight, Filters(), 2, 1)
    assert total == 4
    assert [line.code for line in lines] == [one.producer.code for one in families[1:3]]
    assert (lines[0].municipality, lines[0].community) == ("Punata", "Tambillo")
    assert (lines[0].units, lines[0].area_m2) == (1, 10_000)
    assert lines[0].enrolments[0].code == "PUN/17"


@pytest.mark.usefixtures("families")
def test_each_sees_what_is_theirs_to_see(session: Session, cast: Cast) -> None:
    for who in ("coordinator", "secretary", "member"):
        assert len(found(session, cast, who)) == 3, who
    assert found(session, cast, "coordinator_b") == ["Elsa Muñoz"]
    for who in ("control", "cnape"):
        assert len(found(session, cast, who)) == 4, who
    for who in ("evaluator", "administrator"):
        with pytest.raises(Forbidden):
            sight_of(getattr(cast, who))
    with pytest.raises(Unauthenticated):
        sight_of(NOBODY)


def test_an_evaluator_sees_those_assigned_and_their_place(
    session: Session, cast: Cast, families: list[Registered]
) -> None:
    mine = {families[0].producer.id}
    sight = sight_of(cast.evaluator, mine)
    assert names(producers_page(session, sight, Filters(), 50, 0)[0]) == ["Justina Ñáñez Quispe"]
    file = producer_file(session, cast.evaluator, families[0].producer.code, cast.today, mine)
    assert file.land[0].lat == -17.5, "who goes there must find the way"
    assert not file.identity
    with pytest.raises(ProducerNotFound):
        producer_file(session, cast.evaluator, families[1].producer.code, cast.today, mine)
    assert producers_page(session, sight_of(cast.evaluator, []), Filters(), 50, 0) == ([], 0)


@pytest.mark.parametrize(
    ("who", "identity"),
    [
        ("coordinator", True),
        ("secretary", True),
        ("control", True),
        ("member", False),
        ("cnape", False),
    ],
)
def test_identity_is_for_those_who_need_it(
    session: Session, cast: Cast, families: list[Registered], who: str, identity: bool
) -> None:
    justina, chaska = families[0].producer.code, families[1].producer.code
    file = producer_file(session, getattr(cast, who), chaska, cast.today)
    assert file.identity is identity
    assert file.holders[0].surnames == "Muñoz Pérez"
    private = (file.nit, file.holders[0].ci, file.holders[0].phone)
    assert private == (("1029384756", "7654321", "71234567") if identity else (None, None, None))
    assert file.writable is (who in ("coordinator", "secretary"))
    land = producer_file(session, getattr(cast, who), justina, cast.today).land
    assert (land[0].lat is not None) is identity


def test_another_committee_finds_nothing(
    session: Session, cast: Cast, families: list[Registered]
) -> None:
    with pytest.raises(ProducerNotFound):
        producer_file(session, cast.coordinator_b, families[0].producer.code, cast.today)
    with pytest.raises(UnitNotFound):
        unit_file(session, cast.coordinator_b, families[0].units[0].unit.code, cast.today)
    mine = unit_file(session, cast.coordinator, families[0].units[0].unit.code, cast.today)
    assert [each.product for each in mine.crops] == ["Papa"]


# -- what follows from the plots ----------------------------------------------------------------


def last(day: date) -> dict[str, object]:
    return {"last_input": LastInput.DATE, "last_input_on": day}


@pytest.mark.parametrize(
    ("plots", "crops", "stage"),
    [
        ([plot()], [crop()], Stage.ORGANIC),
        ([plot(last_input=LastInput.UNKNOWN)], [crop()], Stage.CONVENTIONAL),
        ([plot(**last(date(2024, 6, 15)))], [crop()], Stage.ORGANIC),
        ([plot(**last(date(2024, 6, 16)))], [crop()], Stage.IN_TRANSITION),
        ([plot(**last(date(2024, 6, 15)))], [crop("cafe")], Stage.IN_TRANSITION),
        ([plot(), plot(**last(date(2025, 6, 1)))], [crop(plot=0)], Stage.IN_TRANSITION),
        ([], [crop("castana", None)], None),
    ],
)
def test_a_stage_follows_from_the_slowest_plot(
    session: Session,
    cast: Cast,
    plots: list[object],
    crops: list[object],
    stage: Stage | None,
) -> None:
    data = family(units=[UnitIn(plots=plots, crops=crops)])  # type: ignore[arg-type]
    one = service.register(session, cast.coordinator, cast.now, cast.spg, data)
    file = producer_file(session, cast.coordinator, one.producer.code, cast.today)
    assert file.land[0].stage == file.stage == stage


def test_a_shared_plot_counts_for_each_who_works_it(
    session: Session, cast: Cast, families: list[Registered]
) -> None:
    justina, chaska = families[0], families[1]
    shared = SharedPlotIn(plot_code=justina.units[0].plots[0].code)
    service.share_plot(session, cast.coordinator, cast.now, chaska.units[0].unit.code, shared)
    ids = [justina.producer.id, chaska.producer.id]
    assert stages.areas_of(session, ids) == {ids[0]: 10_000, ids[1]: 20_000}
    file = producer_file(session, cast.coordinator, justina.producer.code, cast.today)
    assert file.land[0].plots[0].shared_with == [chaska.units[0].unit.code]
    closing = UnitCorrection(until=cast.today)
    service.correct_unit(session, cast.coordinator, cast.now, chaska.units[0].unit.code, closing)
    assert stages.areas_of(session, ids) == {ids[0]: 10_000, ids[1]: 0}


# -- what the rules are told --------------------------------------------------------------------


def test_the_rules_are_told_of_the_latest_season(session: Session, cast: Cast) -> None:
    wild = UnitIn(
        crops=[crop("castana", None)],
        zones=[ZoneIn(name="Monte", bounds="Río y cerro", plan="Rotar", plan_until=cast.today)],
    )
    one = service.register(
        session, cast.coordinator, cast.now, cast.spg, family(units=[unit(), wild])
    )
    older = CropsIn(crops=[CropIn(product_code="haba", season=2025, area_m2=100)])
    service.add_crops(session, cast.coordinator, cast.now, one.units[0].unit.code, older)
    told = facts.units_of(session, [one.producer.id, 424_242], date(2027, 1, 20))
    assert told[424_242] == ()
    farm, forest = told[one.producer.id]
    assert [(each.product, each.plot_id) for each in farm.crops] == [
        ("papa", one.units[0].plots[0].id)
    ]
    assert farm.plots[0].last_prohibited_input is LastInput.NEVER
    assert (forest.zones[0].bounded, forest.zones[0].planned) == (True, False)
    now = facts.units_of(session, [one.producer.id], cast.today)[one.producer.id][1]
    assert now.zones[0].planned


def test_an_interest_binds_from_either_side(
    session: Session, cast: Cast, families: list[Registered]
) -> None:
    justina, chaska = families[0], families[1]
    rosa, pedro = cast.persons["rosa"], cast.persons["pedro"]
    service.declare_interests(
        session,
        cast.coordinator,
        cast.now,
        [
            InterestIn(
                person_id=rosa, producer_code=justina.producer.code, kind=InterestKind.BUYER
            ),
            InterestIn(
                person_id=chaska.persons[0].id,
                producer_code=justina.producer.code,
                kind=InterestKind.KIN,
                degree=2,
            ),
        ],
    )
    of = facts.ties_of(session, [justina.producer.id, chaska.producer.id])
    mine, hers = of[justina.producer.id], of[chaska.producer.id]
    today = cast.today
    assert nearness(rosa, mine, today, 2) == ("buyer",)
    assert nearness(pedro, mine, today, 2) == ()
    assert nearness(justina.persons[0].id, mine, today, 2) == ("self",)
    assert nearness(chaska.persons[0].id, mine, today, 2) == ("kin",)
    assert nearness(justina.persons[0].id, hers, today, 2) == ("kin",), "and the other way"
    assert nearness(justina.persons[0].id, hers, today, 1) == ()
    assert session.exec(select(Interest)).all()


def test_the_household_is_near(session: Session, cast: Cast, families: list[Registered]) -> None:
    justina, chaska = families[0], families[1]
    home = HouseholdIn(producer_codes=[justina.producer.code, chaska.producer.code])
    service.set_household(session, cast.coordinator, cast.now, home)
    ties = facts.ties_of(session, [justina.producer.id])[justina.producer.id]
    assert nearness(chaska.persons[0].id, ties, cast.today, 2) == ("household",)


def test_pledges_and_enrolments_by_id(
    session: Session, cast: Cast, families: list[Registered]
) -> None:
    ids = [one.enrolment.id for one in families]
    assert set(facts.enrolments_by_id(session, ids)) == set(ids)
    assert facts.pledges_of(session, ids)[ids[0]] == date(2026, 5, 2)
    assert ids[1] not in facts.pledges_of(session, ids)
    producers = [one.producer.id for one in families]
    assert set(facts.open_enrolments(session, producers, cast.spg)) == set(producers[:3])
    assert session.get_one(Plot, families[0].units[0].plots[0].id).area_m2 == 10_000
    assert families[0].units[0].unit.municipality_code == PUNATA

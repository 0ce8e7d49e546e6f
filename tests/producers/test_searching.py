"""Looking for a producer while a visitor waits: as names are heard, mistyped or half written."""

from dataclasses import replace

import pytest
from sqlmodel import Session

from spg_registry.core.permissions import Actor
from spg_registry.people.models import Sex
from spg_registry.producers import service
from spg_registry.producers.access import sight_of
from spg_registry.producers.models import ProducerKind
from spg_registry.producers.queries import Filters, find_producers
from spg_registry.producers.schemas import (
    CropIn,
    CropsIn,
    EndIn,
    EnrolmentIn,
    HolderIn,
    NewHolderIn,
    ProducerCorrection,
    UnitIn,
)
from spg_registry.producers.service import Registered
from tests.cast import PUNATA, TIQUIPAYA, Cast, Stage
from tests.producers.families import crop, family, plot

VILLAGE = (
    ("Justina", "Ñáñez Quispe", "Capilla", "PUN/17"),
    ("Ch'aska", "Condori Vargas", "Tambillo", "PUN/18"),
    ("Mario", "Mamani Huanca", "Capilla", "PUN/170"),
    ("María", "Mamani de la Cruz", "Villa Mamani", "PUN/20"),
    ("Zenón", "Yucra Capilla", "Tambillo", "PUN/21"),
)


@pytest.fixture
def village(session: Session, cast: Cast) -> list[Registered]:
    batch = [
        family(
            names,
            surnames,
            community=community,
            holders=[HolderIn(names=names, surnames=surnames, ci=f"765432{n}", sex=Sex.WOMAN)],
            enrolment=EnrolmentIn(code=code),
        )
        for n, (names, surnames, community, code) in enumerate(VILLAGE)
    ]
    made = service.register_all(session, cast.coordinator, cast.now, cast.spg, batch)
    other = family("Elsa", "Mamani", municipality_code=TIQUIPAYA, community="Apote")
    made.append(service.register(session, cast.coordinator_b, cast.now, cast.spg_b, other))
    return made


def found(session: Session, who: Actor, text: str, **more: object) -> list[str]:
    """First names, in the order of the answer."""
    wanted = replace(Filters(text=text), **more)  # type: ignore[arg-type]
    rows = find_producers(session, sight_of(who), wanted, 50, 0).rows
    return [row.display_name.split()[0] for row in rows]


@pytest.mark.usefixtures("village")
@pytest.mark.parametrize(
    ("typed", "who"),
    [
        ("nanez", ["Justina"]),
        ("  QUISPE,  justina ", ["Justina"]),
        ("kispe", ["Justina"]),
        ("Kondori Bargas", ["Ch'aska"]),
        ("chaska", ["Ch'aska"]),
        ("chasca", ["Ch'aska"]),
        ("ch", ["Ch'aska"]),
        ("qui", ["Justina"]),
        ("wanca", ["Mario"]),
        ("senon llucra", ["Zenón"]),
        ("María de la Cruz", ["María"]),
        ("mamani", ["Mario", "María"]),
        ("mamani mar", ["Mario", "María"]),
        ("capilla", ["Zenón", "Justina", "Mario"]),
        ("mamani capilla", ["Mario"]),
        ("pun/17", ["Justina", "Mario"]),
        ("P0000002", ["Ch'aska"]),
        ("p0000002-1-1", ["Ch'aska"]),
        ("p2", ["Ch'aska"]),
        ("2", ["Ch'aska", "María", "Zenón"]),
        ("nadie", []),
        ("'; DROP TABLE producer; --", []),
        ("", ["Justina", "Ch'aska", "Mario", "María", "Zenón"]),
        ("؟ %", ["Justina", "Ch'aska", "Mario", "María", "Zenón"]),
    ],
)
def test_a_producer_is_found(session: Session, cast: Cast, typed: str, who: list[str]) -> None:
    assert found(session, cast.secretary, typed) == who


@pytest.mark.usefixtures("village")
@pytest.mark.parametrize(
    ("typed", "who"),
    [
        ("mamni", ["Mario", "María"]),
        ("codnori", ["Ch'aska"]),
        ("vargaz condoro", ["Ch'aska"]),
        ("qiuspe", ["Justina"]),
        ("kuispe", ["Justina"]),
        ("justna", ["Justina"]),
        ("Maria Huanca", ["Mario"]),
    ],
)
def test_a_slip_is_forgiven_and_said(
    session: Session, cast: Cast, typed: str, who: list[str]
) -> None:
    assert found(session, cast.secretary, typed) == who
    asked = find_producers(session, sight_of(cast.secretary), Filters(text=typed), 50, 0)
    assert asked.with_slips


@pytest.mark.usefixtures("village")
def test_what_is_there_as_typed_hides_what_is_only_like_it(session: Session, cast: Cast) -> None:
    asked = find_producers(session, sight_of(cast.secretary), Filters(text="mario"), 50, 0)
    assert [row.display_name for row in asked.rows] == ["Mario Mamani Huanca"]
    assert not asked.with_slips


@pytest.mark.usefixtures("village")
def test_nobody_finds_what_is_not_theirs(session: Session, cast: Cast) -> None:
    assert found(session, cast.coordinator_b, "mamani") == ["Elsa"]
    assert found(session, cast.coordinator_b, "mamni") == ["Elsa"]
    assert found(session, cast.coordinator_b, "P0000001") == []
    assert found(session, cast.cnape, "mamani") == ["Mario", "María", "Elsa"]


@pytest.mark.usefixtures("village")
def test_an_identity_number_finds_whom_it_may(session: Session, cast: Cast) -> None:
    for typed in ("7654321", "7.654.321", "7654321 CB", " 07654321"):
        assert found(session, cast.secretary, typed) == ["Ch'aska"], typed
    assert found(session, cast.control, "7654321") == ["Ch'aska"]
    for who in (cast.member, cast.cnape, cast.coordinator_b, cast.secretary_b):
        assert found(session, who, "7654321") == [], who.label
    assert found(session, cast.secretary, "765432") == [], "only the whole number"


def test_the_words_follow_what_changes(
    session: Session, cast: Cast, village: list[Registered]
) -> None:
    code, where = village[0].producer.code, {"municipality_code": PUNATA, "community": "Otra Loma"}
    moved = ProducerCorrection(display_name="Familia Ñáñez", **where)
    service.correct_producer(session, cast.coordinator, cast.now, code, moved)
    assert found(session, cast.secretary, "otra loma") == ["Familia"]
    assert found(session, cast.secretary, "justina capilla") == []
    son = NewHolderIn(holder=HolderIn(names="Wayra", surnames="Ticona"))
    holder = service.add_holder(session, cast.coordinator, cast.now, code, son)
    assert found(session, cast.secretary, "huaira ticona") == ["Familia"]
    service.end_holder(session, cast.coordinator, cast.now, code, holder.person_id, EndIn())
    assert found(session, cast.secretary, "ticona") == []


def test_filters_narrow_a_search(session: Session, cast: Cast, village: list[Registered]) -> None:
    capilla = village[0].producer.community_id
    assert found(session, cast.secretary, "", community_id=capilla) == ["Justina", "Mario"]
    assert found(session, cast.secretary, "mamani", community_id=capilla) == ["Mario"]
    assert found(session, cast.secretary, "", kind=ProducerKind.GROUP) == []
    land = UnitIn(plots=[plot()], crops=[crop("quinua", season=2025)])
    made = service.add_unit(session, cast.coordinator, cast.now, village[1].producer.code, land)
    assert found(session, cast.secretary, "", product_code="quinua") == ["Ch'aska"]
    now = CropsIn(crops=[CropIn(product_code="haba", season=2026, area_m2=100)])
    service.add_crops(session, cast.coordinator, cast.now, made.unit.code, now)
    assert found(session, cast.secretary, "", product_code="quinua") == [], "no longer grown"
    assert found(session, cast.secretary, "chaska", product_code="haba") == ["Ch'aska"]


def test_a_name_corrected_on_the_committees_papers_is_found_at_once(stage: Stage) -> None:
    """Rosa sits in the committee and holds a producer: her name is mended as a member's."""
    cast = stage.cast
    rosa = cast.persons["rosa"]
    with stage.database.write(cast.now) as session:
        wish = family(holders=[HolderIn(person_id=rosa)])
        service.register(session, cast.secretary, cast.now, cast.spg, wish)
    right = {"names": "Wayra", "surnames": "Choque Limachi", "sex": "woman"}
    answer = stage.client.put(
        f"/api/v1/persons/{rosa}?committee_id={cast.committee}",
        json=right,
        headers=stage.headers(cast.secretary),
    )
    assert answer.status_code == 200
    with stage.database.read() as session:
        assert found(session, cast.secretary, "wayra") == ["Wayra"]
        assert found(session, cast.secretary, "rosa") == []

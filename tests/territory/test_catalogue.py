"""The shipped catalogue, as it stands in the database after loading."""

from collections import Counter
from datetime import UTC, datetime

import pytest
from sqlmodel import Session, col, select

from spg_registry.core.audit import AuditEvent
from spg_registry.core.messages import has_sentence
from spg_registry.rules.words import ActivityKind
from spg_registry.territory import queries, service
from spg_registry.territory.models import (
    Municipality,
    MunicipalityKind,
    Product,
    ProductGroup,
    Province,
)
from spg_registry.territory.names import name_key

pytestmark = pytest.mark.usefixtures("reference_data")

NOW = datetime(2026, 11, 21, 14, tzinfo=UTC)
RENUMBERED = {"020203", "020204", "020205", "020206", "071103", "071104", "071105"}
REPEATED = {
    "el puente",
    "entre rios",
    "san ignacio",
    "san javier",
    "san lorenzo",
    "san pedro",
    "san ramon",
    "santa rosa",
    "totora",
}


def test_bolivia_has_nine_departments_and_343_municipalities(session: Session) -> None:
    places = session.exec(select(Municipality)).all()

    per_department = Counter(place.department_code for place in places)
    assert len(places) == len({place.ine_code for place in places}) == 343
    assert per_department == {
        "01": 29, "02": 87, "03": 48, "04": 35, "05": 42, "06": 11, "07": 56, "08": 20, "09": 15,
    }  # fmt: skip
    assert len(session.exec(select(Province)).all()) == 113
    assert [row.ci_suffix for row in queries.departments(session)] == [
        "CH", "LP", "CB", "OR", "PT", "TJ", "SC", "BE", "PD",
    ]  # fmt: skip


def test_a_code_says_its_department_and_province(session: Session) -> None:
    for place in queries.municipalities(session):
        assert len(place.ine_code) == 6
        assert place.province_code == place.ine_code[:4]
        assert place.department_code == place.ine_code[:2]


def test_every_municipality_lies_in_bolivia(session: Session) -> None:
    for place in queries.municipalities(session):
        assert -23 < place.lat < -9.6
        assert -70 < place.lon < -57.4


def test_nine_names_repeat_and_no_other(session: Session) -> None:
    names = Counter(name_key(place.name) for place in queries.municipalities(session))

    assert {name for name, times in names.items() if times > 1} == REPEATED


def test_seven_codes_changed_meaning_and_four_units_are_new(session: Session) -> None:
    places = queries.municipalities(session)

    assert {place.ine_code for place in places if place.is_renumbered} == RENUMBERED
    assert all("2012" in place.note for place in places if place.is_renumbered)
    new = {place.ine_code for place in places if place.ine_code_2012 is None}
    assert new == {"031304", "050405", "051204", "080901"}


def test_eight_units_are_indigenous_autonomies(session: Session) -> None:
    kinds = Counter(place.kind for place in queries.municipalities(session))

    assert kinds == {MunicipalityKind.MUNICIPIO: 335, MunicipalityKind.AIOC: 8}


def test_loading_again_changes_nothing(session: Session) -> None:
    assert service.load_reference(session, NOW) == 0


def test_loading_mends_what_differs_from_the_files_and_says_so(session: Session) -> None:
    place = session.get_one(Municipality, "031003")
    place.name = "Vila Tunari"
    session.flush()

    assert service.load_reference(session, NOW) == 1

    assert place.name == "Villa Tunari"
    last = session.exec(select(AuditEvent).order_by(col(AuditEvent.id).desc())).first()
    assert last is not None
    assert (last.action, last.details) == ("territory.load", {"rows": 1})


def test_the_process_sees_a_load_at_once(session: Session) -> None:
    assert queries.municipality_label(session, "031003") == "Villa Tunari (Cochabamba)"
    session.get_one(Municipality, "031003").name = "Vila Tunari"
    session.flush()

    service.load_reference(session, NOW)

    assert queries.municipality_label(session, "031003") == "Villa Tunari (Cochabamba)"
    assert queries.municipality_label(session, "999999") == "999999"


# -- products -------------------------------------------------------------------------------------


def test_every_product_has_a_name_and_each_with_kind_and_group(session: Session) -> None:
    products = session.exec(select(Product)).all()

    assert len(products) == 110
    used = {product.group for product in products}
    assert used == set(ProductGroup)
    assert {product.kind for product in products} == set(ActivityKind)


@pytest.mark.parametrize(
    ("code", "group"),
    [
        ("quinua", "grains"),
        ("papa_nativa", "tubers"),
        ("cacao_silvestre", "cocoa_coffee"),
        ("castana", "nuts_oilseeds"),
        ("tarwi", "pulses"),
        ("huevo", "dairy_eggs"),
        ("llama", "meat"),
        ("miel_nativa", "honey"),
        ("asai", "wild"),
        ("muna", "herbs_spices"),
        ("coca", "other"),
    ],
)
def test_a_product_stands_in_the_group_that_its_stall_shows(
    session: Session, code: str, group: str
) -> None:
    found = queries.product(session, code)

    assert found is not None
    assert found.group == group


def test_the_bits_of_the_groups_are_those_printed_in_seals() -> None:
    """trust.md, section 2: published, so never reordered."""
    assert [(group.bit, group.value) for group in ProductGroup] == [
        (0, "grains"),
        (1, "tubers"),
        (2, "vegetables"),
        (3, "fruit"),
        (4, "cocoa_coffee"),
        (5, "herbs_spices"),
        (6, "nuts_oilseeds"),
        (7, "pulses"),
        (8, "dairy_eggs"),
        (9, "meat"),
        (10, "honey"),
        (11, "wild"),
        (12, "processed"),
        (13, "other"),
    ]


@pytest.mark.parametrize("locale", ["es", "en"])
def test_every_group_and_kind_has_its_word(locale: str) -> None:
    words = [f"product_group.{group}" for group in ProductGroup]
    words += [f"product_kind.{kind}" for kind in ActivityKind]

    assert [word for word in words if not has_sentence(word, locale)] == []


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("quinua", "quinua"),
        ("QUINOA ", "quinua"),
        ("Quinua real", "quinua"),
        ("papas", "papa"),
        ("Papa Nativa", "papa_nativa"),
        ("papa_nativa", "papa_nativa"),
        ("frijol", "frijol"),
        ("Frejoles", "frijol"),
        ("maíces", "maiz"),
        ("Ajíes", "aji"),
        ("achiote", "achiote"),
        ("urucu", "achiote"),
        ("ka'a he'ẽ", "stevia"),
        ("Castaña", "castana"),
        ("Brazil nut", "castana"),
        ("uva", "vid"),
    ],
)
def test_a_product_is_found_as_people_write_it(session: Session, typed: str, code: str) -> None:
    assert [row.code for row in queries.find_products(session, typed)] == [code]


@pytest.mark.parametrize("typed", ["", "  ", "adobe", "pap", "quinua y papa"])
def test_what_names_no_product_finds_none(session: Session, typed: str) -> None:
    assert queries.find_products(session, typed) == []


def test_every_product_is_found_by_its_own_words(session: Session) -> None:
    for product in queries.products(session):
        for text in (product.code, product.es, product.en, *product.aliases):
            assert queries.find_products(session, text) == [product], text

"""Which municipality somebody meant: found, refused with candidates, or missing with a reason."""

import pytest
from sqlmodel import Session

from spg_registry.core.messages import has_sentence, sentence
from spg_registry.territory import queries
from spg_registry.territory.matching import (
    Ambiguous,
    Found,
    Missing,
    find_municipality,
)
from tests.territory.test_catalogue import REPEATED

pytestmark = pytest.mark.usefixtures("reference_data")


def found(session: Session, text: str, department: str | None = None) -> str:
    match = find_municipality(session, text, department)
    assert isinstance(match, Found), match
    return match.municipality.ine_code


@pytest.mark.parametrize(
    "typed",
    ["Villa Tunari", "VILLA TUNARI ", "villa-tunari", "  Villa   Tunari", "031003", "31003",
     "Villa Tunari (Cochabamba)", "villa tunari, cochabamba"],
)  # fmt: skip
def test_case_gaps_and_a_lost_zero_do_not_matter(session: Session, typed: str) -> None:
    assert found(session, typed) == "031003"


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("Tiwanaku", "020803"),
        ("Tiahuanacu", "020803"),
        ("La Paz", "020101"),
        ("Torotoro", "050502"),
        ("COLCHA K", "050901"),
        ("San Ignacio de Velasco", "070301"),
        ("san ignacio de moxos", "080501"),
        ("Ascension de Guarayos", "071501"),
        ("Raqaypampa", "031304"),
        ("Charagua", "070702"),
    ],
)
def test_other_names_and_missing_accents_are_known(session: Session, typed: str, code: str) -> None:
    assert found(session, typed) == code


@pytest.mark.parametrize("department", ["Tarija", "TARIJA", "06", "6", "BO-T", "TJ"])
def test_a_department_settles_a_repeated_name(session: Session, department: str) -> None:
    assert found(session, "Entre Ríos", department) == "060601"


@pytest.mark.parametrize("name", sorted(REPEATED))
def test_a_repeated_name_alone_is_refused_with_its_candidates(session: Session, name: str) -> None:
    match = find_municipality(session, name)

    assert isinstance(match, Ambiguous)
    assert len(match.candidates) > 1
    # What the refusal offers can be typed back.
    assert [found(session, label) for label in match.labels] == [
        place.ine_code for place in match.candidates
    ]


def test_a_name_that_is_also_another_ones_alias_is_refused(session: Session) -> None:
    match = find_municipality(session, "Concepción")

    assert isinstance(match, Ambiguous)
    assert match.labels == ("Uriondo (Tarija)", "Concepción (Santa Cruz)")
    assert found(session, "Concepción", "Santa Cruz") == "071101"


def test_every_municipality_is_found_by_code_and_by_name_with_department(session: Session) -> None:
    for place in queries.municipalities(session):
        assert found(session, place.ine_code) == place.ine_code
        for name in (place.name, *place.aliases):
            assert found(session, name, place.department_code) == place.ine_code


# -- codes ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "now", "in_2012"),
    [
        ("020203", "Huarina", "Chua Cocani"),
        ("020204", "Santiago de Huata", "Huarina"),
        ("020205", "Huatajata", "Santiago de Huata"),
        ("020206", "Chua Cocani", "Huatajata"),
        ("071103", "San Julián", "San Ramón"),
        ("071104", "San Antonio de Lomerio", "San Julián"),
        ("071105", "San Ramón", "San Antonio de Lomerio"),
    ],
)
def test_a_renumbered_code_means_2024_and_says_what_it_meant(
    session: Session, code: str, now: str, in_2012: str
) -> None:
    match = find_municipality(session, code)

    assert isinstance(match, Found)
    assert match.municipality.name == now
    note = match.note()
    assert note is not None
    assert note.code == "municipality_code_renumbered"
    text = sentence(f"error.{note.code}", **note.params)
    assert now in text
    assert in_2012 in text


def test_a_code_that_kept_its_meaning_has_no_note(session: Session) -> None:
    match = find_municipality(session, "031003")

    assert isinstance(match, Found)
    assert match.note() is None


def test_code_and_name_that_disagree_are_both_offered(session: Session) -> None:
    """A list made with the catalogue of 2012 shows itself by its names."""
    match = find_municipality(session, "020203", name="Chua Cocani")

    assert isinstance(match, Ambiguous)
    assert match.labels == ("Huarina (La Paz)", "Chua Cocani (La Paz)")
    assert isinstance(find_municipality(session, "020203", name="Huarina"), Found)
    assert isinstance(find_municipality(session, "060601", name="Entre Rios"), Found)


# -- missing --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "department", "code", "labels"),
    [
        ("Villa Tunary", None, "municipality_unknown", ("Villa Tunari (Cochabamba)",)),
        ("Macondo", None, "municipality_unknown", ()),
        ("999999", None, "municipality_unknown", ()),
        ("", None, "municipality_unknown", ()),
        ("Sucre", "La Paz", "municipality_elsewhere", ("Sucre (Chuquisaca)",)),
        ("060601", "Cochabamba", "municipality_elsewhere", ("Entre Ríos (Tarija)",)),
        ("Entre Ríos, Tarija", "CB", "municipality_elsewhere", ("Entre Ríos (Tarija)",)),
        ("Sucre", "Atlántida", "department_unknown", ()),
    ],
)
def test_what_is_not_there_says_why(
    session: Session, typed: str, department: str | None, code: str, labels: tuple[str, ...]
) -> None:
    match = find_municipality(session, typed, department)

    assert isinstance(match, Missing)
    assert (match.code, match.labels) == (code, labels)


@pytest.mark.parametrize("locale", ["es", "en"])
@pytest.mark.parametrize("typed", ["San Pedro", "Macondo"])
def test_a_refusal_is_a_fault_with_a_sentence(session: Session, typed: str, locale: str) -> None:
    match = find_municipality(session, typed)
    assert not isinstance(match, Found)
    fault = match.fault("municipio")

    assert fault.field == "municipio"
    assert has_sentence(f"error.{fault.code}", locale)
    told = sentence(f"error.{fault.code}", locale, **fault.params)
    assert typed in told
    assert "…" not in told


def test_search_puts_what_begins_with_the_words_first(session: Session) -> None:
    names = [place.name for place in queries.search_municipalities(session, "tari")]
    assert names[0] == "Tarija"

    assert [row.ine_code for row in queries.search_municipalities(session, "031003")] == ["031003"]
    assert queries.search_municipalities(session, " ") == []
    assert len(queries.search_municipalities(session, "san", limit=5)) == 5

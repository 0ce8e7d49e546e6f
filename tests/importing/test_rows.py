"""What a list says of a new producer, in all the ways in which committees write it."""

from datetime import date
from typing import Any

import pytest
from sqlmodel import Session, col, select

from spg_registry.core.errors import Invalid
from spg_registry.people.models import Person, Sex
from spg_registry.producers.importing import Action, Options
from spg_registry.producers.models import (
    Crop,
    Enrolment,
    Pledge,
    Plot,
    Producer,
    ProducerKind,
    Tenure,
    Unit,
)
from spg_registry.producers.schemas import OrganisationIn
from spg_registry.producers.service import register_organisations
from spg_registry.rules.words import EnrolmentStatus, LastInput
from spg_registry.territory.models import Community
from tests.cast import PUNATA, Cast
from tests.importing.lists import JUSTINA, LIST, TITLES, actions, examined, imported, reasons

FULL = (
    ("Lista de productores ecológicos – gestión 2026",),
    (),
    (
        "N°",
        " CÓDIGO\nSPG",
        "Nombres",
        "Apellido paterno",
        "Apellido materno",
        "Nº de carné",
        "Exp.",
        "Sexo",
        "Fecha de nacimiento",
        "Celular",
        "Comunidad",
        "Municipio",
        "Departamento",
        "Asociación",
        "Fecha de ingreso",
        "Carta de compromiso",
        "Predio",
        "Superficie (ha)",
        "Último insumo prohibido",
        "Rubros",
        "Tenencia",
    ),
    (
        1,
        "T-01",
        "Justina",
        "Ñáñez",
        "Quispe",
        3456789,
        "CBBA",
        "F",
        date(1971, 4, 3),
        70712345,
        "Capilla",
        "PUNATA",
        "Cochabamba",
        "Ecohuertos Punata",
        date(2024, 8, 1),
        "2 de mayo de 2026",
        "La Banda",
        "1,25",
        "15/03/2023",
        "papa 0,5 ha, haba 2.500 m2; gallinas 20 / miel 4 colmenas",
        "Propia",
    ),
)


def test_a_whole_row_becomes_a_producer_with_land_and_crops(session: Session, cast: Cast) -> None:
    register_organisations(
        session, cast.coordinator, cast.now, [OrganisationIn(name="Ecohuertos Punata")]
    )
    found = imported(session, cast, FULL)

    assert actions(found) == ["new"]
    assert [heading.title for heading in found.unknown] == ["N°"]
    assert found.columns["area_ha"] == "Superficie (ha)"
    producer = session.exec(select(Producer)).one()
    person = session.exec(select(Person).where(Person.names == "Justina")).one()
    assert (producer.kind, producer.display_name) == (ProducerKind.FAMILY, "Justina Ñáñez Quispe")
    assert (person.ci, person.ci_suffix, person.sex) == ("3456789", "CB", Sex.WOMAN)
    assert (person.birth_year, person.phone) == (1971, "70712345")
    enrolment = session.exec(select(Enrolment)).one()
    assert (enrolment.code, enrolment.enrolled_on) == ("T-01", date(2024, 8, 1))
    assert enrolment.status is EnrolmentStatus.APPLICANT
    assert session.exec(select(Pledge.signed_on)).one() == date(2026, 5, 2)
    unit = session.exec(select(Unit)).one()
    plot = session.exec(select(Plot)).one()
    assert (unit.name, unit.tenure, unit.municipality_code) == ("La Banda", Tenure.OWN, PUNATA)
    assert (plot.area_m2, plot.last_input) == (12_500, LastInput.DATE)
    assert plot.last_input_on == date(2023, 3, 15)
    crops = {crop.product_code: crop for crop in session.exec(select(Crop))}
    assert crops["papa"].area_m2 == 5_000
    assert crops["haba"].area_m2 == 2_500
    assert sorted(c.heads or c.hives or 0 for c in crops.values()) == [0, 0, 4, 20]


def test_those_whom_the_committee_has_admitted_come_in_as_admitted(
    session: Session, cast: Cast
) -> None:
    imported(session, cast, LIST, Options(admitted=True))
    statuses = set(session.exec(select(Enrolment.status)))
    assert statuses == {EnrolmentStatus.ADMITTED}


def row(session: Session, cast: Cast, **cells: Any) -> list[tuple[str, str]]:
    """The problems of one row with these cells besides names and community."""
    given = {"Nombre completo": "Ana Luz Vera", "Comunidad": "Capilla"} | {
        title.replace("_", " "): cell for title, cell in cells.items()
    }
    found = examined(session, cast, [tuple(given), tuple(given.values())])
    return [code for _, code in reasons(found).get(2, [])]  # type: ignore[misc]


@pytest.mark.parametrize(
    ("title", "cell", "codes"),
    [
        ("Nombre completo", None, ["required"]),
        ("Nombre completo", "Ana", ["name_incomplete"]),
        ("Nombre completo", "12345", ["name_without_letters"]),
        ("Nombre completo", "#N/A", ["cell_error_value"]),
        ("Comunidad", "-", ["required"]),
        ("C.I.", "***018.590***", ["ci_mistyped"]),
        ("C.I.", "3456789-1B LP", []),
        ("C.I.", 3456789.0, []),
        ("Sexo", "M", ["sex_ambiguous"]),
        ("Sexo", "Mujer", []),
        ("Año de nacimiento", "84", ["cell_bad_year"]),
        ("Año de nacimiento", 2031, ["birth_year_ahead"]),
        ("Municipio", "Punata", []),
        ("Municipio", "031401", []),
        ("Municipio", "Tiquipaya", ["municipality_not_of_spg"]),
        ("Municipio", "Santa Rosa", ["municipality_ambiguous"]),
        ("Municipio", "Macondo", ["municipality_unknown"]),
        ("Código INE", 31401, []),
        ("Organización", "Nadie la conoce", ["organisation_unknown"]),
        ("Fecha de ingreso", "31/02/2024", ["cell_bad_date"]),
        ("Fecha de ingreso", "03/25/2024", ["cell_bad_date"]),
        ("Fecha de ingreso", "1/8/24", ["cell_bad_date"]),
        ("Fecha de ingreso", "16/06/2026", ["date_in_future"]),
        ("Fecha de ingreso", "2024-08-01", []),
        ("Superficie (ha)", "1.250", ["number_ambiguous"]),
        ("Superficie (ha)", "mucho", ["cell_bad_number"]),
        ("Superficie (ha)", -1, ["area_out_of_range"]),
        ("Superficie (ha)", 0, ["area_out_of_range"]),
        ("Superficie (ha)", "400 m²", []),
        ("Superficie (ha)", "2 tareas", ["area_unit_unknown"]),
        ("Superficie", 2, ["area_without_unit"]),
        ("Superficie", "2 has.", []),
        ("Último insumo prohibido", "nunca", ["area_missing_for_input"]),
        ("Rubros", "papa", ["crop_area_missing", "crop_without_land"]),
        ("Rubros", "unicornios", ["product_unknown"]),
        ("Rubros", "gallinas", ["crop_heads_missing", "crop_without_land"]),
        ("Rubros", "gallinas: 20", ["crop_without_land"]),
        ("Tenencia", "prestada", []),
        ("Tenencia", "quién sabe", ["cell_not_in_list"]),
        ("Tipo", "grupo", ["display_name_missing"]),
    ],
)
def test_each_cell_is_taken_or_refused_with_its_reason(
    session: Session, cast: Cast, title: str, cell: Any, codes: list[str]
) -> None:
    assert row(session, cast, **{title: cell}) == codes


def test_all_that_is_wrong_with_a_row_is_said_at_once_cell_by_cell(
    session: Session, cast: Cast
) -> None:
    titles = (*TITLES, "Año de nacimiento", "Superficie (ha)")
    bad = ("T-09", "Ana", None, "abc", "Capilla", "1", "hace mucho", "1.250")
    found = examined(session, cast, [titles, bad])
    assert reasons(found) == {
        2: [
            ("C2", "required"),
            ("D2", "ci_mistyped"),
            ("H2", "number_ambiguous"),
            ("G2", "cell_bad_year"),
        ]
    }
    assert found.verdicts[0].label == "Ana"


@pytest.mark.parametrize(
    ("column", "sexes"),
    [
        (["F", "M"], [Sex.WOMAN, Sex.MAN]),
        (["H", "M"], [Sex.MAN, Sex.WOMAN]),
        (["Varón", "mujer"], [Sex.MAN, Sex.WOMAN]),
    ],
)
def test_an_m_means_what_it_means_beside_the_others(
    session: Session, cast: Cast, column: list[str], sexes: list[Sex]
) -> None:
    rows = [("Nombre", "Comunidad", "Sexo")]
    rows += [(f"Persona{'ab'[n]} Vera", "Capilla", word) for n, word in enumerate(column)]
    imported(session, cast, rows)
    found = session.exec(select(Person.sex).where(Person.surnames == "Vera").order_by(Person.names))
    assert list(found) == sexes


@pytest.mark.parametrize(
    ("title", "cell", "names", "surnames"),
    [
        ("Nombre completo", "María Elena Quispe Mamani", "María Elena", "Quispe Mamani"),
        ("Nombre completo", "Juan de la Cruz", "Juan", "de la Cruz"),
        ("Nombre completo", "Quispe Mamani, María", "María", "Quispe Mamani"),
        ("Apellidos y nombres", "Quispe Mamani María Elena", "María Elena", "Quispe Mamani"),
        ("Nombre", "  Juan\n Choque ", "Juan", "Choque"),
    ],
)
def test_a_name_in_one_cell_is_parted(
    session: Session, cast: Cast, title: str, cell: str, names: str, surnames: str
) -> None:
    imported(session, cast, [(title, "Comunidad"), (cell, "Capilla")])
    person = session.exec(select(Person).order_by(col(Person.id).desc())).first()
    assert person is not None
    assert (person.names, person.surnames) == (names, surnames)


def test_land_is_shared_among_products_only_when_somebody_says_so(
    session: Session, cast: Cast
) -> None:
    rows = [
        ("Nombre", "Comunidad", "Superficie (m²)", "Cultivos"),
        ("Ana Vera", "Capilla", 1000, "papa 400 m2; haba; maíz"),
    ]
    assert reasons(examined(session, cast, rows)) == {2: [("D2", "crop_areas_missing")]}
    imported(session, cast, rows, Options(share_area=True))
    areas = {crop.product_code: crop.area_m2 for crop in session.exec(select(Crop))}
    assert areas["papa"] == 400
    assert sorted(areas.values()) == [300, 300, 400]  # type: ignore[type-var]


def test_a_pre_numbered_blank_line_is_no_row(session: Session, cast: Cast) -> None:
    numbered = [("N°", *TITLES), (1, *JUSTINA), (2,), (3,)]
    assert actions(examined(session, cast, numbered)) == ["new"]


def test_who_is_twice_in_a_list_is_refused_with_the_other_row(session: Session, cast: Cast) -> None:
    rows = [
        TITLES,
        JUSTINA,
        JUSTINA,  # typed twice
        ("T-05", "Ana", "Vera", "", "Capilla", ""),
        ("T-05", "Luz", "Paz", "", "Capilla", ""),  # one code, two people
        ("T-06", "Eva", "Sol", "9999999", "Capilla", ""),
        ("T-07", "Eva", "Soliz", "9999999 LP", "Capilla", ""),  # one number, two names
        ("", "Juan", "Rey", "", "Capilla", ""),
        ("", "REY", "Juan", "", "capilla", ""),  # nothing tells them apart
        ("T-10", "Pablo", "Gil", "", "Capilla", ""),
        ("T-11", "Pablo", "Gil", "", "Capilla", ""),  # father and son, each with a code
    ]
    found = examined(session, cast, rows)
    wrong = {verdict.row: verdict for verdict in found.of(Action.REJECTED)}
    assert sorted(wrong) == [3, 4, 5, 6, 7, 8, 9]
    other = {n: verdict.problems[0].params["row"] for n, verdict in wrong.items()}
    assert other == {3: 2, 4: 5, 5: 4, 6: 7, 7: 6, 8: 9, 9: 8}
    assert wrong[4].problems[0].cell == "A4"
    assert wrong[6].problems[0].cell == "D6"


def test_columns_that_are_missing_or_double_refuse_the_file(session: Session, cast: Cast) -> None:
    with pytest.raises(Invalid) as caught:
        examined(session, cast, [("Código", "Celular", "Teléfono"), ("T-1", "7", "8")])
    assert [fault.code for fault in caught.value.faults] == [
        "column_twice",
        "column_missing_names",
        "column_missing_community",
    ]


def test_a_new_community_is_made_once_for_all_its_spellings(session: Session, cast: Cast) -> None:
    rows = [TITLES, ("", "Ana", "Vera", "", "VILLA  Rosario", "")]
    rows += [("", "Luz", "Vera", "", "Villa Rosario", "")]
    imported(session, cast, rows)
    names = list(session.exec(select(Community.name).where(Community.name_key == "villa rosario")))
    assert len(names) == 1

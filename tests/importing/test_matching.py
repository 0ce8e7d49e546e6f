"""A later version of a list: it updates, adds, tells who left, and merges nobody on doubt."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlmodel import Session, col, func, select

from spg_registry.people.models import Person, Sex
from spg_registry.people.schemas import PersonIn
from spg_registry.people.service import register_persons
from spg_registry.producers import enrolments, importing, service
from spg_registry.producers.importing import Examination, Options
from spg_registry.producers.models import Crop, Enrolment, Pledge, Plot, Producer, Tenure, Unit
from spg_registry.producers.schemas import HolderIn, NewHolderIn, OrganisationIn, StatusIn
from spg_registry.rules.words import EnrolmentStatus, LastInput
from tests.cast import Cast
from tests.importing.lists import (
    EULALIA,
    HILARION,
    JUSTINA,
    LIST,
    TITLES,
    actions,
    examined,
    imported,
    reasons,
)


@pytest.fixture
def listed(session: Session, cast: Cast) -> Examination:
    """Justina, Hilarión and Eulalia are in the SPG."""
    return imported(session, cast, LIST)


def people(session: Session) -> int:
    return session.exec(select(func.count(col(Person.id)))).one()


def test_the_same_list_again_changes_nothing(
    session: Session, cast: Cast, listed: Examination
) -> None:
    before = people(session)
    again = imported(session, cast, LIST)
    assert actions(again) == ["unchanged"] * 3
    assert people(session) == before
    assert again.batch.counts["missing"] == 0


def test_a_later_list_updates_adds_and_tells_who_left(
    session: Session, cast: Cast, listed: Examination
) -> None:
    later = (
        TITLES,
        ("T-01", "JUSTINA", "ÑAÑEZ QUISPE", "3456789", "capilla", "65500001"),
        ("T-03", "Eulalia", "Rocha vda. de Paz", "5678901 CB", "Capilla", ""),
        ("T-04", "Nueva", "Vera", "", "Capilla", ""),
    )
    found = examined(session, cast, later)
    assert [(v.action.value, v.changes) for v in found.verdicts] == [
        ("update", ("phone",)),
        ("update", ("names", "ci", "community")),
        ("new", ()),
    ]
    assert [each["code"] for each in found.batch.missing] == ["T-02"]
    importing.confirm(session, cast.coordinator, cast.now, found.batch.id)

    by_name = {row.surnames: row for row in session.exec(select(Person))}
    assert by_name["Ñáñez Quispe"].phone == "65500001", "the spelling with accents stays"
    assert by_name["Rocha vda. de Paz"].ci == "5678901"
    names = set(session.exec(select(Producer.display_name)))
    assert names >= {"Eulalia Rocha vda. de Paz", "Hilarión Soto Vía", "Nueva Vera"}
    assert session.exec(select(func.count(col(Producer.id)))).one() == 4, "nobody is deleted"


ONE = ("Justina", "Ñáñez Quispe")


@pytest.mark.parametrize(
    ("code", "names", "surnames", "ci", "community", "expected"),
    [
        # by the SPG's code, whatever else is blank
        ("T-01", *ONE, "", "Capilla", "unchanged"),
        ("T-01", "Justa", "Ñáñez", "", "Capilla", "update"),
        # by identity number, in another spelling and under another community
        ("", *ONE, "3.456.789-CB", "Laguna Sulti", "update"),
        # by exact name and community
        ("", *ONE, "", " CAPILLA", "unchanged"),
        ("", "Eulalia", "Rocha de Paz", "5550001", "Laguna Sulti", "update"),
        # somebody else
        ("T-09", "Ana", "Vera", "", "Capilla", "new"),
        ("", *ONE, "", "Laguna Sulti", "new"),
        ("", *ONE, "7770001", "Capilla", "new"),
        ("T-09", "Justina", "Ñáñez", "", "Capilla", "new"),
        # doubt
        ("T-09", *ONE, "", "Capilla", "possible_duplicate"),
        ("", "Quispe", "Ñáñez Justina", "", "Capilla", "possible_duplicate"),
        ("", "Justina", "Ñáñez", "", "Capilla", "possible_duplicate"),
        ("T-02", *ONE, "3456789", "Capilla", "code_of_other_ci"),
        ("T-03", *ONE, "3456789", "Capilla", "code_of_other_name"),
        ("T-03", "Ana", "Vera", "", "Capilla", "code_of_other_name"),
        ("T-01", *ONE, "1112223", "Capilla", "code_of_other_ci"),
        ("T-09", *ONE, "3456789", "Capilla", "ci_has_other_code"),
    ],
)
def test_who_a_row_is(
    session: Session,
    cast: Cast,
    listed: Examination,
    code: str,
    names: str,
    surnames: str,
    ci: str,
    community: str,
    expected: str,
) -> None:
    found = examined(session, cast, [TITLES, (code, names, surnames, ci, community, "")])
    got = [code for _, code in reasons(found)[2]] if reasons(found) else actions(found)
    assert got == [expected]


def test_a_doubt_names_whom_it_may_be_and_does_not_count_as_having_left(
    session: Session, cast: Cast, listed: Examination
) -> None:
    found = examined(session, cast, [TITLES, ("T-09", *ONE, "", "Capilla", "")])
    assert found.verdicts[0].problems[0].params["code"] == "T-01"
    assert [each["code"] for each in found.batch.missing] == ["T-02", "T-03"]


def test_whoever_differs_in_birth_or_sex_is_not_matched_by_name(
    session: Session, cast: Cast
) -> None:
    titles = ("Nombre", "Comunidad", "Sexo", "Año nac.")
    imported(session, cast, [titles, ("Cruz Paz", "Capilla", "mujer", 1980)])
    for sex, year in (("varón", 1980), ("mujer", 1990)):
        found = examined(session, cast, [titles, ("Cruz Paz", "Capilla", sex, year)])
        assert [code for _, code in reasons(found)[2]] == ["possible_duplicate"]


def test_who_came_in_without_a_code_is_found_when_the_list_has_codes(
    session: Session, cast: Cast
) -> None:
    imported(session, cast, [("Nombre", "Comunidad"), ("Cruz Paz", "Capilla")])
    found = examined(
        session, cast, [("Código", "Nombre", "Comunidad"), ("7", "Cruz Paz", "Capilla")]
    )
    assert [(v.action.value, v.notes) for v in found.verdicts] == [("unchanged", ("code",))]


def test_a_person_known_in_another_office_stays_one_person(session: Session, cast: Cast) -> None:
    evaluator = PersonIn(names="Ana", surnames="Vera", ci="8888888")
    register_persons(session, cast.coordinator, cast.now, [evaluator], cast.committee)
    before = people(session)
    other = examined(session, cast, [TITLES, ("T-1", "Otro", "Nombre", "8888888", "Capilla", "")])
    assert reasons(other) == {2: [("D2", "ci_of_other_person")]}
    imported(session, cast, [TITLES, ("T-1", "Ana", "Vera Paz", "8888888", "Capilla", "")])
    assert people(session) == before


def test_a_number_of_somebody_else_or_of_another_spg_is_refused(
    session: Session, cast: Cast, listed: Examination
) -> None:
    other = examined(
        session,
        cast,
        [TITLES, ("B-1", *ONE, "3456789", "Montecillo", "")],
        actor=cast.coordinator_b,
        spg=cast.spg_b,
    )
    assert reasons(other) == {2: [("D2", "ci_in_other_spg")]}


def test_a_co_holder_in_a_row_of_its_own_is_a_doubt(
    session: Session, cast: Cast, listed: Examination
) -> None:
    code = session.exec(select(Producer.code).where(Producer.display_name == "Hilarión Soto Vía"))
    spouse = HolderIn(names="Petrona", surnames="Luz", ci="6660001")
    service.add_holder(session, cast.coordinator, cast.now, code.one(), NewHolderIn(holder=spouse))
    found = examined(session, cast, [TITLES, ("", "Petrona", "Luz", "6660001", "Capilla", "")])
    assert reasons(found) == {2: [("B2", "possible_duplicate")]}


def test_who_left_comes_back_only_by_hand(
    session: Session, cast: Cast, listed: Examination
) -> None:
    enrolment = session.exec(select(Enrolment).where(Enrolment.code == "T-02")).one()
    for status in (EnrolmentStatus.ADMITTED, EnrolmentStatus.WITHDRAWN):
        enrolments.change_status(
            session,
            cast.coordinator,
            cast.now,
            enrolment.id,
            StatusIn(status=status, reason="Se fue"),
        )
    found = examined(session, cast, [TITLES, HILARION, EULALIA])
    assert reasons(found) == {2: [("B2", "producer_left_spg")]}
    assert [each["code"] for each in found.batch.missing] == ["T-01"], "who left is not missing"


LAND = ("Código", "Nombre", "Comunidad", "Superficie (ha)", "Último químico", "Cultivos", "Predio")


def land(*cells: Any) -> list[tuple[Any, ...]]:
    return [LAND, ("T-01", "Justina Ñáñez Quispe", "Capilla", *cells)]


def test_land_that_was_not_known_is_added_and_a_running_clock_is_left_alone(
    session: Session, cast: Cast, listed: Examination
) -> None:
    first = imported(session, cast, land(1.5, "no sabe", "papa 0,5 ha", None))
    assert first.verdicts[0].changes == ("unit",)
    second = imported(session, cast, land(2, "01/03/2023", "papa; haba 1 ha", "La Banda"))
    assert second.verdicts[0].changes == ("unit_name", "area", "last_input", "products")
    third = imported(session, cast, land(2, "01/03/2020", "papa; haba", "La Banda"))
    assert (third.verdicts[0].changes, third.verdicts[0].notes) == ((), ("last_input",))

    plot = session.exec(select(Plot)).one()
    assert (plot.area_m2, plot.last_input, plot.last_input_on) == (
        20_000,
        LastInput.DATE,
        date(2023, 3, 1),
    )
    assert session.exec(select(Unit.name)).one() == "La Banda"
    areas = dict(session.exec(select(Crop.product_code, Crop.area_m2)).all())
    assert areas == {"papa": 5_000, "haba": 10_000}


def test_another_unit_is_told_and_not_written(
    session: Session, cast: Cast, listed: Examination
) -> None:
    imported(session, cast, land(1.5, None, None, "La Banda"))
    found = imported(session, cast, land(9, None, None, "El Alto"))
    assert (found.verdicts[0].changes, found.verdicts[0].notes) == ((), ("unit_name",))
    assert session.exec(select(Plot.area_m2)).one() == 15_000


def test_land_may_not_shrink_below_its_crops(
    session: Session, cast: Cast, listed: Examination
) -> None:
    imported(session, cast, land(2, None, "papa 1,5 ha", None))
    found = examined(session, cast, land(1, None, None, None))
    assert reasons(found) == {2: [("D2", "crop_larger_than_plot")]}


def test_papers_and_ties_are_added(session: Session, cast: Cast, listed: Examination) -> None:
    service.register_organisations(
        session, cast.coordinator, cast.now, [OrganisationIn(name="Ecohuertos")]
    )
    titles = (*TITLES, "Compromiso", "Organización", "Sexo", "Tipo", "Fecha de ingreso")
    rows = [titles, (*JUSTINA, "02/05/2026", "ecohuertos", "Mujer", "persona", "01/01/2020")]
    found = imported(session, cast, rows)
    assert found.verdicts[0].changes == ("sex", "kind", "pledge_signed_on", "organisation")
    assert found.verdicts[0].notes == ("enrolled_on",), "an entry is not moved by a list"
    assert session.exec(select(Pledge.signed_on)).one() == date(2026, 5, 2)
    assert actions(imported(session, cast, rows)) == ["unchanged"]
    assert session.exec(select(Person.sex).where(Person.names == "Justina")).one() is Sex.WOMAN


def test_options_of_the_list_are_kept_with_it(session: Session, cast: Cast) -> None:
    rows = [("Nombre", "Comunidad", "Superficie (ha)", "Cultivos", "Tenencia")]
    rows += [("Ana Vera", "Capilla", 1, "papa, haba", "comunal")]  # type: ignore[list-item]
    found = examined(session, cast, rows, replace(Options(), share_area=True, admitted=True))
    importing.confirm(session, cast.coordinator, cast.now, found.batch.id)
    assert set(session.exec(select(Crop.area_m2))) == {5_000}
    assert session.exec(select(Unit.tenure)).one() is Tenure.COMMUNAL

"""Persons: registered once in the country, found again by a number nobody can read."""

import stat
from pathlib import Path

import pytest
from sqlmodel import Session, select

from spg_registry.core.config import settings
from spg_registry.core.db import Database
from spg_registry.core.errors import Forbidden, Invalid, Unauthenticated
from spg_registry.core.history import Change
from spg_registry.core.permissions import NOBODY
from spg_registry.people import service as people
from spg_registry.people.identity import MistypedCi, ci_key, parse_ci
from spg_registry.people.models import Person
from spg_registry.people.queries import person_with_ci
from spg_registry.people.schemas import PersonIn
from tests.cast import Cast

SEGUNDINA = PersonIn(names="Segundina", surnames="Orellana Cruz", ci="4.512.334 CB")


@pytest.mark.parametrize(
    ("typed", "number", "suffix"),
    [
        ("4512334", "4512334", None),
        ("4.512.334-cb", "4512334", "CB"),
        ("4512334 CB", "4512334", "CB"),
        ("4512334-1b lp", "4512334-1B", "LP"),
        ("0045123", "45123", None),
        ("E-1234567", "E-1234567", None),
        ("e1234567", "E-1234567", None),
    ],
)
def test_an_identity_number_has_one_spelling(typed: str, number: str, suffix: str | None) -> None:
    found = parse_ci(typed)
    assert (found.number, found.suffix) == (number, suffix)


@pytest.mark.parametrize("typed", ["", "CB", "123", "45123XX", "4512334 CB LP", "12345678901"])
def test_what_is_no_identity_number_is_said_to_be_mistyped(typed: str) -> None:
    with pytest.raises(MistypedCi):
        parse_ci(typed)


def test_invisible_marks_that_turn_a_name_around_are_left_out() -> None:
    typed = PersonIn(names="\u202eNayra\u200f", surnames=" \u2067Ch'uqi Ñáñez\u2069 ")
    assert (typed.names, typed.surnames) == ("Nayra", "Ch'uqi Ñáñez")
    with pytest.raises(ValueError, match="surnames"):
        PersonIn(names="Nayra", surnames="\u202e")


def test_the_hash_depends_on_a_secret_beside_the_keys(tmp_path: Path) -> None:
    here = ci_key("4512334")
    assert here == ci_key("4512334")
    assert here != ci_key("4512334", tmp_path / "another registry")
    pepper = settings().data_dir / "keys" / "identity.pepper"
    assert stat.S_IMODE(pepper.stat().st_mode) == 0o600


def test_a_person_is_found_by_number_in_any_spelling(session: Session, cast: Cast) -> None:
    (row,) = people.register_persons(
        session, cast.coordinator, cast.now, [SEGUNDINA], cast.committee
    )
    assert (row.ci, row.ci_suffix) == ("4512334", "CB")
    for typed in ("4512334", "4512334-CB", "4.512.334"):
        found = person_with_ci(session, typed)
        assert found is not None
        assert found.id == row.id
    assert person_with_ci(session, "4512335") is None
    assert person_with_ci(session, "no sé") is None


def test_the_same_number_twice_is_one_person(session: Session, cast: Cast) -> None:
    people.register_persons(session, cast.coordinator, cast.now, [SEGUNDINA], cast.committee)
    again = PersonIn(names="Segunda", surnames="Orellana", ci="4512334")
    with pytest.raises(Invalid) as refused:
        people.register_persons(session, cast.secretary_b, cast.now, [again], cast.committee_b)
    assert [(fault.field, fault.code) for fault in refused.value.faults] == [("ci", "ci_taken")]


def test_every_bad_number_of_a_batch_is_named(session: Session, cast: Cast) -> None:
    batch = [
        PersonIn(names="Una", surnames="Persona", ci="777"),
        PersonIn(names="Dos", surnames="Personas", ci="1234567"),
        PersonIn(names="Tres", surnames="Personas", ci="1.234.567", birth_year=2027),
    ]
    with pytest.raises(Invalid) as refused:
        people.register_persons(session, cast.coordinator, cast.now, batch, cast.committee)
    assert {(fault.field, fault.code) for fault in refused.value.faults} == {
        ("0-ci", "ci_mistyped"),
        ("2-ci", "ci_twice"),
        ("2-birth_year", "birth_year_ahead"),
    }


def test_several_people_without_papers_are_several_people(session: Session, cast: Cast) -> None:
    nameless = PersonIn(names="Juana", surnames="Mamani", ci=" ", phone="")
    made = people.register_persons(
        session, cast.secretary, cast.now, [nameless, nameless], cast.committee
    )
    assert len({row.id for row in made}) == 2
    assert [(row.ci, row.phone) for row in made] == [(None, None), (None, None)]


def test_nobody_and_the_wrong_committee_register_no_one(session: Session, cast: Cast) -> None:
    with pytest.raises(Unauthenticated):
        people.register_persons(session, NOBODY, cast.now, [SEGUNDINA], cast.committee)
    for other in (cast.coordinator_b, cast.member, cast.evaluator, cast.cnape):
        with pytest.raises(Forbidden):
            people.register_persons(session, other, cast.now, [SEGUNDINA], cast.committee)


def test_a_correction_leaves_an_image_without_the_name(database: Database, cast: Cast) -> None:
    with database.write(cast.now) as session:
        row = people.correct_person(
            session,
            cast.coordinator,
            cast.now,
            cast.persons["rosa"],
            PersonIn(names="Rosa Elvira", surnames="Mamani Condori", sex="woman", ci="998877"),
            cast.committee,
        )
        assert row.full_name == "Rosa Elvira Mamani Condori"
    with database.read() as session:
        image = session.exec(
            select(Change).where(Change.table_name == "person", Change.kind == "update")
        ).one()
        assert image.key == str(cast.persons["rosa"])
        told = {"id": cast.persons["rosa"], "sex": "woman", "merged_into_id": None}
        assert image.row == told
        assert session.exec(select(Person).where(Person.ci == "998877")).one().ci_key

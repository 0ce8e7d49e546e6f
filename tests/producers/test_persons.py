"""A person's number opens nothing: neither a name nor the pen that writes it anew."""

import pytest
from sqlmodel import Session

from spg_registry.committees import service as committees
from spg_registry.committees.schemas import EvaluatorIn
from spg_registry.core.errors import Invalid
from spg_registry.core.permissions import SYSTEM
from spg_registry.people.errors import PersonNotFound
from spg_registry.people.models import Person
from spg_registry.people.schemas import PersonIn
from spg_registry.producers import service
from spg_registry.producers.registering import Registered
from spg_registry.producers.schemas import HolderIn, InterestIn, NewHolderIn
from spg_registry.rules.words import InterestKind
from tests.cast import Cast
from tests.producers.families import family

CI = "4455667"


@pytest.fixture
def justina(session: Session, cast: Cast) -> Registered:
    """Of the first committee, with an identity number."""
    data = family(holders=[HolderIn(names="Justina", surnames="Ñáñez", ci=CI)])
    return service.register(session, cast.coordinator, cast.now, cast.spg, data)


@pytest.fixture
def neighbour(session: Session, cast: Cast) -> Registered:
    return service.register(session, cast.coordinator_b, cast.now, cast.spg_b, family("Benito"))


def by_number(person: Person, ci: str | None = None) -> NewHolderIn:
    return NewHolderIn(holder=HolderIn(person_id=person.id, ci=ci))


def faults(refusal: pytest.ExceptionInfo[Invalid]) -> dict[str, str]:
    return {fault.field: fault.code for fault in refusal.value.faults}


def test_a_number_alone_makes_nobody_of_another_committee_a_holder(
    session: Session, cast: Cast, justina: Registered, neighbour: Registered
) -> None:
    who, code = justina.persons[0], neighbour.producer.code
    b = (session, cast.coordinator_b, cast.now)
    for wish in (by_number(who), by_number(who, "1234567"), by_number(who, "no es un carnet")):
        with pytest.raises(Invalid) as refused:
            service.add_holder(*b, code, wish)
        assert faults(refused) == {"holder-person_id": "person_unknown"}
    with pytest.raises(Invalid) as refused:
        service.register(*b, cast.spg_b, family(holders=[HolderIn(person_id=who.id)]))
    assert faults(refused) == {"holders-0-person_id": "person_unknown"}
    tie = InterestIn(person_id=who.id, producer_code=code, kind=InterestKind.BUYER)
    with pytest.raises(Invalid) as refused:
        service.declare_interests(*b, [tie])
    assert faults(refused) == {"person_id": "person_unknown"}


def test_who_shows_the_identity_card_is_a_holder_anywhere(
    session: Session, cast: Cast, justina: Registered, neighbour: Registered
) -> None:
    """And stays whom the first committee wrote down: only that one corrects the particulars."""
    who, code = justina.persons[0], neighbour.producer.code
    b = (session, cast.coordinator_b, cast.now)
    row = service.add_holder(*b, code, by_number(who, f"{CI}-CB"))
    assert row.person_id == who.id
    other = PersonIn(names="Otra", surnames="Persona", ci="7654321")
    with pytest.raises(Invalid) as refused:
        service.correct_holder(*b, code, who.id, other)
    assert faults(refused) == {"": "person_of_others"}
    right = PersonIn(names="Justina", surnames="Ñáñez Rojas", ci=CI)
    home = justina.producer.code
    service.correct_holder(session, cast.coordinator, cast.now, home, who.id, right)
    assert who.surnames == "Ñáñez Rojas"


def test_the_own_people_are_holders_and_are_corrected(session: Session, cast: Cast) -> None:
    rosa = session.get_one(Person, cast.persons["rosa"])
    home = service.register(
        session, cast.secretary, cast.now, cast.spg, family(holders=[HolderIn(person_id=rosa.id)])
    )
    right = PersonIn(names="Rosa", surnames="Mamani de Cruz")
    code = home.producer.code
    service.correct_holder(session, cast.secretary, cast.now, code, rosa.id, right)
    assert rosa.full_name == "Rosa Mamani de Cruz"


def test_the_papers_of_a_second_committee_do_not_open_the_particulars(
    session: Session, cast: Cast, justina: Registered
) -> None:
    who = justina.persons[0]
    act = EvaluatorIn(person_id=who.id, act="Acta 3", appointed_on=cast.today)
    committees.appoint_evaluators(session, SYSTEM, cast.now, cast.committee_b, [act])
    other = PersonIn(names="Otra", surnames="Persona")
    with pytest.raises(Invalid) as refused:
        service.correct_person_on_papers(
            session, cast.coordinator_b, cast.now, cast.committee_b, who.id, other
        )
    assert faults(refused) == {"": "person_of_others"}
    with pytest.raises(PersonNotFound):
        service.correct_person_on_papers(
            session, cast.coordinator_b, cast.now, cast.committee_b, cast.persons["rosa"], other
        )

"""How producers are called, and the key that a search looks through."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from sqlmodel import Session, col, select

from spg_registry.people.models import Person
from spg_registry.producers.models import Enrolment, Holder, Producer
from spg_registry.territory.names import name_key

SEARCH_KEY_LENGTH = 200
NAME_LENGTH = 160


def display_name(people: Sequence[Person]) -> str:
    """As a producer is called when nobody says otherwise: the first two holders."""
    return " y ".join(person.full_name for person in people[:2])[:NAME_LENGTH]


def search_key(
    producer: Producer, people: Iterable[Person], codes: Iterable[str | None] = ()
) -> str:
    """Codes and names, as `name_key` spells them; codes first, since a long key is cut."""
    words = [producer.code, *(code for code in codes if code), producer.display_name]
    words += [person.full_name for person in people]
    return name_key(" ".join(words))[:SEARCH_KEY_LENGTH]


def refresh_search_keys(session: Session, producer_ids: Iterable[int]) -> None:
    """After a name or a code has changed."""
    ids = set(producer_ids)
    session.flush()
    people: dict[int, list[Person]] = defaultdict(list)
    holders = (
        select(Holder.producer_id, Person)
        .join(Person, col(Person.id) == col(Holder.person_id))
        .where(col(Holder.producer_id).in_(ids), col(Holder.until).is_(None))
        .order_by(col(Holder.position))
    )
    for producer_id, person in session.exec(holders):
        people[producer_id].append(person)
    codes: dict[int, list[str]] = defaultdict(list)
    enrolments = select(Enrolment.producer_id, Enrolment.code).where(
        col(Enrolment.producer_id).in_(ids)
    )
    for producer_id, code in session.exec(enrolments):
        codes[producer_id].append(code)
    for producer in session.exec(select(Producer).where(col(Producer.id).in_(ids))):
        producer.search_key = search_key(producer, people[producer.id], codes[producer.id])
    session.flush()


def words_of(text: str) -> list[str]:
    """The words that a search key must all contain."""
    return name_key(text).split()

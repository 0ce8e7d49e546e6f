"""How producers are called, and the words under which each is found."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy import delete, insert
from sqlmodel import Session, col, select

from spg_registry.core.lots import in_lots
from spg_registry.people.models import Person
from spg_registry.people.spelling import slips_of, sound_of, words_in
from spg_registry.producers.models import Enrolment, Holder, Producer, SearchSlip, SearchWord
from spg_registry.territory.models import Community

NAME_LENGTH = 160


def display_name(people: Sequence[Person]) -> str:
    """As a producer is called when nobody says otherwise: the first two holders."""
    return " y ".join(person.full_name for person in people[:2])[:NAME_LENGTH]


def search_words(
    producer: Producer,
    people: Iterable[Person],
    codes: Iterable[str],
    community: str,
) -> list[SearchWord]:
    """Names and codes, and then what only the community adds."""
    named = [producer.code, producer.display_name, *codes, *(one.full_name for one in people)]
    own = words_in(" ".join(named))
    place = [word for word in words_in(community) if word not in own]
    public = set(words_in(producer.display_name)) if producer.publication_consent else set()
    return [
        SearchWord(
            producer_id=producer.id,
            bare=word,
            sound=sound_of(word),
            of_place=n >= len(own),
            published=word in public,
        )
        for n, word in enumerate([*own, *place])
    ]


def search_slips(words: Iterable[SearchWord], known: set[str]) -> Iterator[SearchSlip]:
    """Of the sounds that are not known yet; they are known afterwards."""
    for word in words:
        if word.sound not in known and word.sound.isalpha():
            known.add(word.sound)
            for slip in slips_of(word.sound):
                yield SearchSlip(slip=slip, sound=word.sound)


def refresh_search_words(session: Session, producer_ids: Iterable[int]) -> None:
    """After a name, a code or a community has changed."""
    session.flush()
    for lot in in_lots(producer_ids):
        _refresh(session, lot)


def _refresh(session: Session, ids: Sequence[int]) -> None:
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
    twins = select(Producer).where(col(Producer.merged_into_id).in_(ids))
    for twin in session.exec(twins):
        codes[twin.merged_into_id or 0] += [twin.code, twin.display_name]
    homes = (
        select(Producer, Community.name)
        .join(Community, col(Community.id) == col(Producer.community_id))
        .where(col(Producer.id).in_(ids))
    )
    words = [
        word
        for producer, community in session.exec(homes)
        for word in search_words(producer, people[producer.id], codes[producer.id], community)
    ]
    connection = session.connection()
    connection.execute(delete(SearchWord).where(col(SearchWord.producer_id).in_(ids)))
    if words:
        connection.execute(insert(SearchWord), [word.model_dump() for word in words])
    sounds = {word.sound for word in words}
    known = set(
        session.exec(
            select(SearchSlip.sound).where(
                col(SearchSlip.slip) == col(SearchSlip.sound), col(SearchSlip.sound).in_(sounds)
            )
        )
    )
    # Two at once may both write a new word's slips: twice there, they find nothing twice.
    if slips := list(search_slips(words, known)):
        rows = [slip.model_dump(exclude={"id"}) for slip in slips]
        connection.execute(insert(SearchSlip), rows)

"""Producers by what somebody typed: names, codes, communities, or an identity number.

Every word typed must be one of a producer's words, or begin one, as it is written or as it sounds.
Only where that finds nobody may each word have a slip in it.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, case, func, or_
from sqlmodel import Session, col, select

from spg_registry.people.identity import MistypedCi, ci_key, parse_ci
from spg_registry.people.models import Person
from spg_registry.people.spelling import (
    SHORTEST_SLIP,
    is_slip,
    slips_of,
    sound_of,
    words_in,
)
from spg_registry.producers.access import Sight, committees_of
from spg_registry.producers.models import Holder, Producer, SearchSlip, SearchWord
from spg_registry.territory.names import name_key

MOST_WORDS: Final = 8
_MOST_SLIPS: Final = 400
SHORTEST_SOUND: Final = 3
"""What is shorter begins too many words to be listened to."""

_UNIT_CODE = re.compile(r"\b(p\d{7})(?:-\d+)+\b", re.IGNORECASE)
_WHOLE_CODE = re.compile(r"p\d{7}", re.IGNORECASE)
_BY_NUMBER = re.compile(r"\D*(?:\d\D*){5,}")
"""A text with five digits or more may be an identity number."""

_EXACT, _SOUNDS, _BEGINS, _SOUND_BEGINS, _SLIPPED = range(5)
_OF_PLACE = 3
"""How far off a word is; a community's name is meant less often than a person's."""


@dataclass(frozen=True)
class Matching:
    """Conditions on `Producer`, tables to join, and how far off a match is: less is better."""

    conditions: tuple[Any, ...] = ()
    hits: tuple[Any, ...] = ()

    @property
    def distance(self) -> Any:
        return sum((hit.c.distance for hit in self.hits[1:]), self.hits[0].c.distance)

    def applied(self, query: Any) -> Any:
        for hit in self.hits:
            query = query.join(hit, hit.c.producer_id == col(Producer.id))
        return query.where(*self.conditions)


def words_of(text: str) -> list[str]:
    """The words that a name must all contain."""
    return name_key(text).split()


def matching(session: Session, sight: Sight, text: str) -> Matching:
    """What was typed, taken at its word. Nothing to search by finds everybody."""
    text = _UNIT_CODE.sub(r"\1", text.strip())
    if _WHOLE_CODE.fullmatch(text):
        return Matching((with_merged_code(text.upper()),))
    if holders := _holders_of_number(session, sight, text):
        return Matching((col(Producer.id).in_(holders),))
    words = words_in(text)[:MOST_WORDS]
    return Matching(hits=tuple(_hits(n, word, _taken(word)) for n, word in enumerate(words)))


def matching_slips(session: Session, text: str) -> Matching | None:
    """The same with one mistake in each word; None when no word could be meant otherwise."""
    words = words_in(text)[:MOST_WORDS]
    meant = {word: _meant(session, sound_of(word)) for word in words}
    if not any(meant.values()):
        return None
    return Matching(
        hits=tuple(_hits(n, word, _taken(word), meant[word]) for n, word in enumerate(words))
    )


def _holders_of_number(session: Session, sight: Sight, text: str) -> list[int]:
    """Who has exactly this identity number, among those whose number the searcher may see."""
    if sight.identity == frozenset() or not _BY_NUMBER.fullmatch(text):
        return []
    try:
        wanted = ci_key(parse_ci(text).number)
    except MistypedCi:
        return []
    query = (
        select(Holder.producer_id)
        .join(Person, col(Person.id) == col(Holder.person_id))
        .where(Person.ci_key == wanted)
    )
    found = set(session.exec(query))
    merged = select(Producer.merged_into_id).where(col(Producer.id).in_(found))
    found |= {id_ for id_ in session.exec(merged) if id_ is not None}
    if sight.identity is None:
        return sorted(found)
    keepers = committees_of(session, found)
    return sorted(id_ for id_ in found if sight.identity.intersection(keepers.get(id_, ())))


def with_merged_code(code: str) -> Any:
    """The one of this code, or the one into which it was merged."""
    into = select(Producer.merged_into_id).where(Producer.code == code)
    return or_(col(Producer.code) == code, col(Producer.id).in_(into))


def _taken(word: str) -> list[ColumnElement[bool]]:
    """A number is a producer's own as well, without its letter."""
    taken = [_begins(col(SearchWord.bare), word)]
    if word.isalpha() and len(word) >= SHORTEST_SOUND:
        taken.append(_begins(col(SearchWord.sound), sound_of(word)))
    if word.isdigit():
        taken.append(col(SearchWord.bare) == f"p{word}")
    return taken


def _begins(column: Any, start: str) -> ColumnElement[bool]:
    """As a range, so that an index answers on both engines. All words are of [a-z0-9]."""
    return and_(column >= start, column < f"{start}~")


def _hits(
    number: int, word: str, taken: Sequence[ColumnElement[bool]], meant: Iterable[str] = ()
) -> Any:
    """By producer, how near its nearest word is to the one that was typed."""
    bare, sound = col(SearchWord.bare), col(SearchWord.sound)
    meant = sorted(meant)
    distance = case(
        (or_(bare == word, bare == f"p{word}"), _EXACT),
        (sound == sound_of(word), _SOUNDS),
        (_begins(bare, word), _BEGINS),
        (_begins(sound, sound_of(word)), _SOUND_BEGINS),
        else_=_SLIPPED,
    )
    place = case((col(SearchWord.of_place).is_(True), _OF_PLACE), else_=0)
    conditions = [*taken, sound.in_(meant)] if meant else taken
    return (
        select(SearchWord.producer_id, func.min(distance + place).label("distance"))
        .where(or_(*conditions))
        .group_by(col(SearchWord.producer_id))
        .subquery(f"hit_{number}")
    )


def _meant(session: Session, sound: str) -> list[str]:
    """Known sounds that differ from this one by one mistake."""
    if len(sound) < SHORTEST_SLIP or not sound.isalpha():
        return []
    slip = col(SearchSlip.slip)
    near = or_(slip.in_(list(slips_of(sound))), _begins(slip, sound))
    query = select(SearchSlip.sound).where(near).distinct().limit(_MOST_SLIPS)
    return [other for other in session.exec(query) if is_slip(sound, other)]

"""Seals by what anybody types: a name that its holders publish, a product, a place.

Every word must be found in one of the three. Only words of published names are asked: who did not
consent is not found by name, nor is any other person behind a producer.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, case, or_
from sqlmodel import Session, col, select

from spg_registry.committees.models import Committee
from spg_registry.people.spelling import sound_of, words_in
from spg_registry.producers.models import Producer, SearchWord
from spg_registry.rules.standing import SealStanding
from spg_registry.rules.words import Category, SealState
from spg_registry.seals.models import SealGrant, SealScope
from spg_registry.seals.public import NAMES_STAY, initials
from spg_registry.seals.queries import standing_of_grant, stands
from spg_registry.territory.atlas import Atlas, atlas_of
from spg_registry.territory.models import Community, Municipality, Product
from spg_registry.territory.names import singular_key

MOST_WORDS: Final = 6
SHORTEST_SOUND: Final = 3
"""Letters: what is shorter begins half of all names."""


@dataclass(frozen=True)
class Wish:
    """`text` is free; the others narrow it down. `lapsed` wants seals that no longer stand too."""

    text: str = ""
    product_code: str = ""
    committee_id: int | None = None
    category: Category | None = None
    lapsed: bool = False

    @property
    def is_empty(self) -> bool:
        return not (self.words or self.product_code or self.committee_id)

    @property
    def words(self) -> list[str]:
        """A single letter begins too many names to mean one."""
        return [word for word in words_in(self.text) if len(word) > 1][:MOST_WORDS]


@dataclass(frozen=True)
class Found:
    """A seal as its own page tells it; `name` is initials without consent."""

    code: str
    name: str
    category: Category
    standing: SealStanding
    valid_until: date
    products: tuple[Product, ...]
    community: str
    municipality: str
    department: str
    committee: str
    committee_id: int


def search_seals(
    session: Session, wish: Wish, on: date, *, limit: int, offset: int = 0
) -> tuple[list[Found], int]:
    """Those with a published name first, by name; and how many there are in all."""
    shown = case(
        (col(Producer.publication_consent).is_(True), col(Producer.display_name)), else_=""
    )
    # All keys in their order at once: the page and the sum of one question, not of two.
    found = session.exec(
        select(SealGrant.id)
        .join(Producer, col(Producer.id) == col(SealGrant.producer_id))
        .where(*_conditions(session, wish, on))
        .order_by(col(Producer.publication_consent).desc(), shown, col(SealGrant.id).desc())
    ).all()
    page = found[offset : offset + limit]
    query = select(SealGrant, Producer).where(
        SealGrant.producer_id == Producer.id, col(SealGrant.id).in_(page)
    )
    rows = {row[0].id: row for row in session.exec(query)}
    return list(_told(session, [rows[id_] for id_ in page], on)), len(found)


def _conditions(session: Session, wish: Wish, on: date) -> Iterator[Any]:
    if wish.lapsed:
        yield col(SealGrant.state) != SealState.REPLACED
        yield col(SealGrant.valid_until) >= on - NAMES_STAY
    else:
        yield stands(SealStanding.VALID, on)
    if wish.committee_id is not None:
        yield SealGrant.committee_id == wish.committee_id
    if wish.category is not None:
        yield SealGrant.category == wish.category
    if wish.product_code:
        yield _of_products([wish.product_code])
    book = atlas_of(session)
    for word in wish.words:
        # Only what the word can mean at all is asked: each alternative costs a look at every seal.
        meant = [_of_name(word), *_of_place(session, book, word)]
        if products := _products(book, word):
            meant.append(_of_products(products))
        yield or_(*meant)


def _of_name(word: str) -> ColumnElement[bool]:
    bare, sound = col(SearchWord.bare), col(SearchWord.sound)
    alike = _begins(bare, word)
    if word.isalpha() and len(sound_of(word)) >= SHORTEST_SOUND:
        alike = or_(alike, _begins(sound, sound_of(word)))
    named = select(SearchWord.producer_id).where(col(SearchWord.published).is_(True), alike)
    return col(SealGrant.producer_id).in_(named)


def _begins(column: Any, start: str) -> ColumnElement[bool]:
    return and_(column >= start, column < f"{start}~")


def _of_products(codes: Iterable[str]) -> ColumnElement[bool]:
    scope = select(SealScope.grant_id).where(col(SealScope.product_code).in_(sorted(codes)))
    return col(SealGrant.id).in_(scope)


def _products(book: Atlas, word: str) -> list[str]:
    """`habas` finds the bean, and so does `aba`."""
    return [
        row.code
        for row in book.products.values()
        if any(_meets(word, name) for name in (row.es, row.en, *row.aliases))
    ]


def _meets(word: str, name: str) -> bool:
    typed = {word, singular_key(word)}
    heard = {sound_of(one) for one in typed if one.isalpha()}
    heard = {sound for sound in heard if len(sound) >= SHORTEST_SOUND}
    return any(
        own.startswith(tuple(typed)) or (heard and sound_of(own).startswith(tuple(heard)))
        for own in words_in(name)
    )


def _of_place(session: Session, book: Atlas, word: str) -> Iterator[ColumnElement[bool]]:
    places = [
        row.ine_code
        for row in book.municipalities.values()
        if any(
            _meets(word, name)
            for name in (row.name, *row.aliases, book.departments[row.department_code].name)
        )
    ]
    if places:
        yield col(SealGrant.municipality_code).in_(places)
    key = col(Community.name_key)
    named = select(Community.id).where(or_(key.startswith(word), key.contains(f" {word}")))
    if communities := session.exec(named).all():
        yield col(SealGrant.community_id).in_(communities)


def _told(session: Session, rows: list[tuple[SealGrant, Producer]], on: date) -> Iterator[Found]:
    grants = [grant for grant, _ in rows]
    products = _scopes(session, [grant.id for grant in grants])
    book = atlas_of(session)
    communities = dict(
        session.exec(
            select(Community.id, Community.name).where(
                col(Community.id).in_({grant.community_id for grant in grants})
            )
        ).all()
    )
    committees = dict(
        session.exec(
            select(Committee.id, Committee.name).where(
                col(Committee.id).in_({grant.committee_id for grant in grants})
            )
        ).all()
    )
    for grant, producer in rows:
        place: Municipality = book.municipalities[grant.municipality_code]
        name = producer.display_name
        yield Found(
            code=grant.code,
            name=name if producer.publication_consent else initials(name),
            category=grant.category,
            standing=standing_of_grant(grant, on),
            valid_until=grant.valid_until,
            products=tuple(products.get(grant.id, ())),
            community=communities[grant.community_id],
            municipality=place.name,
            department=book.departments[place.department_code].name,
            committee=committees[grant.committee_id],
            committee_id=grant.committee_id,
        )


def _scopes(session: Session, grant_ids: list[int]) -> dict[int, list[Product]]:
    query = (
        select(SealScope.grant_id, SealScope.product_code)
        .where(col(SealScope.grant_id).in_(grant_ids))
        .distinct()
        .order_by(col(SealScope.grant_id), col(SealScope.product_code))
    )
    book = atlas_of(session)
    found: dict[int, list[Product]] = {}
    for grant_id, code in session.exec(query):
        found.setdefault(grant_id, []).append(book.products[code])
    return found

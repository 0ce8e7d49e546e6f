"""Whom an SPG has already, gathered in a few queries, and who of them a row of a list is."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlmodel import Session, col, select

from spg_registry.people.models import Person
from spg_registry.producers.importing.cells import CellFault
from spg_registry.producers.importing.rows import Draft, plain_name
from spg_registry.producers.models import (
    Crop,
    Enrolment,
    Holder,
    OrganisationMembership,
    Pledge,
    Plot,
    Producer,
    Unit,
    UnitPlot,
)
from spg_registry.territory.models import Community
from spg_registry.territory.names import name_key

IN_A_QUERY = 10_000  # parameters; SQLite takes 32,766


@dataclass
class KnownUnit:
    """A unit with its plots and what grows there this season. `used` and `largest_crop` in m²."""

    row: Unit
    plots: list[Plot] = field(default_factory=list)
    products: set[str] = field(default_factory=set)
    used: int = 0
    largest_crop: int = 0

    @property
    def area_m2(self) -> int:
        return sum(plot.area_m2 for plot in self.plots)

    @property
    def has_given_name(self) -> bool:
        """Whether somebody named it; `holdings` calls the others `Unidad 1`."""
        return not re.fullmatch(r"Unidad \d+", self.row.name)


@dataclass
class Known:
    """A producer as the SPG has it. `person` is the first holder."""

    producer: Producer
    enrolment: Enrolment
    community: Community
    person: Person
    others: list[Person] = field(default_factory=list)
    pledges: set[date] = field(default_factory=set)
    organisations: set[int] = field(default_factory=set)
    units: list[KnownUnit] = field(default_factory=list)

    @property
    def place(self) -> tuple[str, str]:
        return self.community.municipality_code, self.community.name_key


@dataclass(frozen=True)
class Match:
    """Who a row is: somebody the SPG has (`known`), a person it knows otherwise, or new."""

    known: Known | None = None
    person_id: int | None = None


class Roster:
    """The producers ever enrolled in one SPG, by all that a list may name them with."""

    def __init__(self, session: Session, spg_id: int, season: int) -> None:
        self.session = session
        self.rows = _enrolled(session, spg_id)
        _fill(session, self.rows, season)
        self.by_code = {each.enrolment.code: each for each in self.rows.values()}
        self.by_ci = {each.person.ci_key: each for each in self.rows.values() if each.person.ci_key}
        self.by_other_ci = {
            person.ci_key: each
            for each in self.rows.values()
            for person in each.others
            if person.ci_key
        }
        self.by_place: dict[tuple[str, str], list[Known]] = defaultdict(list)
        for each in self.rows.values():
            self.by_place[each.place].append(each)
        self._elsewhere: dict[str, tuple[Person, bool]] = {}

    def look_up(self, drafts: Iterable[Draft]) -> None:
        """Fetch the persons outside this SPG whose identity numbers the list has."""
        unknown = {
            draft.ci_hash for draft in drafts if draft.ci_hash and draft.ci_hash not in self.by_ci
        }
        for some in _chunks(sorted(unknown)):
            query = (
                select(Person, Holder.id)
                .outerjoin(Holder, col(Holder.person_id) == col(Person.id))
                .where(col(Person.ci_key).in_(some))
            )
            for person, holder_id in self.session.exec(query):
                self._elsewhere[person.ci_key or ""] = (person, holder_id is not None)

    def match(self, draft: Draft) -> Match:
        """By the SPG's code, else by identity number, else by exact name and community.

        Never merges on doubt: whatever speaks against the match raises CellFault.
        """
        known = self._by_code(draft) or self._by_ci(draft) or self._by_name(draft)
        if known is None:
            return Match(person_id=self._person_elsewhere(draft))
        if known.enrolment.ended_on is not None:
            raise CellFault("producer_left_spg", producer=known.producer.code)
        if known.person.ci_key is None and draft.ci_hash in self._elsewhere:
            raise CellFault("ci_taken")
        return Match(known)

    def _by_code(self, draft: Draft) -> Known | None:
        known = self.by_code.get(draft.code) if draft.code else None
        if known is None:
            return None
        if draft.ci_hash and known.person.ci_key not in (None, draft.ci_hash):
            raise CellFault("code_of_other_ci", code=known.enrolment.code)
        same_ci = bool(draft.ci_hash) and known.person.ci_key == draft.ci_hash
        if not same_ci and not plain_name(draft.full_name) & plain_name(known.person.full_name):
            raise CellFault("code_of_other_name", code=known.enrolment.code)
        by_ci = self.by_ci.get(draft.ci_hash) if draft.ci_hash else None
        if by_ci is not None and by_ci is not known:
            raise _doubt(by_ci)
        return known

    def _by_ci(self, draft: Draft) -> Known | None:
        if draft.ci_hash is None:
            return None
        if draft.ci_hash in self.by_other_ci:
            raise _doubt(self.by_other_ci[draft.ci_hash])
        known = self.by_ci.get(draft.ci_hash)
        if known is not None and _has_other_code(draft, known):
            raise CellFault(
                "ci_has_other_code", code=known.enrolment.code, producer=known.producer.code
            )
        return known

    def _by_name(self, draft: Draft) -> Known | None:
        """Exactly one of the same name, and nothing that speaks against it."""
        words, exact = plain_name(draft.full_name), name_key(draft.full_name)
        near = [
            each
            for each in self.by_place[(draft.municipality_code, name_key(draft.community))]
            if not _told_apart(draft, each)
        ]
        same = [each for each in near if name_key(each.person.full_name) == exact]
        if len(same) == 1 and not (_has_other_code(draft, same[0]) or _differs(draft, same[0])):
            return same[0]
        for each in same or near:
            theirs = plain_name(each.person.full_name)
            if words == theirs or (not draft.code and (words < theirs or theirs < words)):
                raise _doubt(each)
        return None

    def _person_elsewhere(self, draft: Draft) -> int | None:
        """Somebody the registry knows, in another office: one row a person in the whole country."""
        found = self._elsewhere.get(draft.ci_hash or "")
        if found is None:
            return None
        person, is_holder = found
        if is_holder:
            raise CellFault("ci_in_other_spg")
        if not plain_name(draft.full_name) & plain_name(person.full_name):
            raise CellFault("ci_of_other_person")
        return person.id


def _doubt(known: Known) -> CellFault:
    params = {"producer": known.producer.code, "code": known.enrolment.code}
    return CellFault("possible_duplicate", **params)


def _told_apart(draft: Draft, known: Known) -> bool:
    """Two different identity numbers are two people, whatever their names."""
    return bool(draft.ci_hash and known.person.ci_key and draft.ci_hash != known.person.ci_key)


def _has_other_code(draft: Draft, known: Known) -> bool:
    """A code that the SPG itself gave. Who came in without one has the registry's."""
    given = known.enrolment.code
    return bool(draft.code) and draft.code != given and given != known.producer.code


def _differs(draft: Draft, known: Known) -> bool:
    person = known.person
    return any(
        given is not None and there is not None and given != there
        for given, there in ((draft.birth_year, person.birth_year), (draft.sex, person.sex))
    )


def _enrolled(session: Session, spg_id: int) -> dict[int, Known]:
    """By producer; of several enrolments the last one, open before ended."""
    query: Any = (
        select(Enrolment, Producer, Community, Person)
        .join(Producer, col(Producer.id) == col(Enrolment.producer_id))
        .join(Community, col(Community.id) == col(Producer.community_id))
        .join(Holder, col(Holder.producer_id) == col(Producer.id))
        .join(Person, col(Person.id) == col(Holder.person_id))
        .where(col(Enrolment.spg_id) == spg_id, col(Holder.until).is_(None))
        .order_by(
            col(Enrolment.ended_on).is_(None),
            col(Enrolment.id),
            col(Holder.position),
            col(Holder.id),
        )
    )
    rows: dict[int, Known] = {}
    for enrolment, producer, community, person in session.exec(query):
        present = rows.get(producer.id)
        if present is None or present.enrolment is not enrolment:
            rows[producer.id] = Known(producer, enrolment, community, person)
        elif present.person is not person:
            present.others.append(person)
    return rows


def _fill(session: Session, rows: dict[int, Known], season: int) -> None:
    by_enrolment = {each.enrolment.id: each for each in rows.values()}
    for some in _chunks(sorted(by_enrolment)):
        pledges = session.exec(select(Pledge).where(col(Pledge.enrolment_id).in_(some)))
        for pledge in pledges:
            by_enrolment[pledge.enrolment_id].pledges.add(pledge.signed_on)
    units: dict[int, KnownUnit] = {}
    for some in _chunks(sorted(rows)):
        memberships = session.exec(
            select(OrganisationMembership).where(
                col(OrganisationMembership.producer_id).in_(some),
                col(OrganisationMembership.until).is_(None),
            )
        )
        for membership in memberships:
            rows[membership.producer_id].organisations.add(membership.organisation_id)
        found = session.exec(
            select(Unit)
            .where(col(Unit.producer_id).in_(some), col(Unit.until).is_(None))
            .order_by(col(Unit.id))
        )
        for unit in found:
            units[unit.id] = KnownUnit(unit)
            rows[unit.producer_id].units.append(units[unit.id])
    _fill_units(session, units, season)


def _fill_units(session: Session, units: dict[int, KnownUnit], season: int) -> None:
    for some in _chunks(sorted(units)):
        plots: Any = (
            select(UnitPlot.unit_id, Plot)
            .join(Plot, col(Plot.id) == col(UnitPlot.plot_id))
            .where(col(UnitPlot.unit_id).in_(some), col(UnitPlot.until).is_(None))
            .order_by(Plot.code)
        )
        for unit_id, plot in session.exec(plots):
            units[unit_id].plots.append(plot)
        crops = select(Crop).where(col(Crop.unit_id).in_(some), col(Crop.season) >= season)
        for crop in session.exec(crops):
            unit = units[crop.unit_id]
            unit.largest_crop = max(unit.largest_crop, crop.area_m2 or 0)
            if crop.season == season:
                unit.products.add(crop.product_code)
                unit.used += crop.area_m2 or 0


def _chunks(keys: Sequence[Any]) -> Iterable[Sequence[Any]]:
    return (keys[at : at + IN_A_QUERY] for at in range(0, len(keys), IN_A_QUERY))

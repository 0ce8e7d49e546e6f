"""Producers come in: one from a form, thousands from a list, with everything known of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from spg_registry.core import audit, clock
from spg_registry.core.db import next_number
from spg_registry.core.errors import Fault, Invalid
from spg_registry.core.locks import Lock
from spg_registry.core.permissions import Actor
from spg_registry.people.models import Person
from spg_registry.people.queries import persons_by_id
from spg_registry.people.service import register_persons
from spg_registry.producers.access import require_spg
from spg_registry.producers.gathering import (
    faults_of,
    organisation_ids,
    person_in,
    resolve_places,
)
from spg_registry.producers.holdings import NewUnit, RegisteredUnit, add_units
from spg_registry.producers.models import (
    Enrolment,
    Holder,
    Household,
    OrganisationMembership,
    Pledge,
    Producer,
)
from spg_registry.producers.naming import display_name, refresh_search_words
from spg_registry.producers.schemas import Place, ProducerIn
from spg_registry.rules.words import EnrolmentStatus
from spg_registry.territory.models import Community
from spg_registry.territory.names import name_key


@dataclass(frozen=True)
class Registered:
    """What became of one producer of a batch."""

    producer: Producer
    persons: list[Person]
    enrolment: Enrolment
    pledge: Pledge | None = None
    units: list[RegisteredUnit] = field(default_factory=list)


def register(
    session: Session, actor: Actor, now: datetime, spg_id: int, data: ProducerIn
) -> Registered:
    """One producer; its faults stand at plain field names."""
    try:
        return register_all(session, actor, now, spg_id, [data])[0]
    except Invalid as invalid:
        plain = [Fault(f.field.removeprefix("0-"), f.code, f.params) for f in invalid.faults]
        raise Invalid(*plain) from invalid


def register_all(
    session: Session, actor: Actor, now: datetime, spg_id: int, batch: Sequence[ProducerIn]
) -> list[Registered]:
    """Producers enrolled in an SPG with holders, pledges, units, plots and crops, in the order of
    the batch; all or none. Faults stand at `<place in the batch>-<field>` (`gathering.faults_of`
    tells them without writing)."""
    spg = require_spg(session, actor, spg_id)
    faults = faults_of(session, now, spg_id, batch)
    if faults:
        raise Invalid(*faults)
    today = clock.local_date(now)
    persons = _persons(session, actor, now, spg.committee_id, batch)
    places = _places(session, actor, now, batch)
    households = _households(session, batch, [found[0] for found in places])
    producers = _producers(session, batch, persons, places, households)
    made = _enrolled(session, spg_id, today, batch, producers, persons)
    _land(session, today, batch, made, places)
    refresh_search_words(session, [one.producer.id for one in made])
    for one in made:
        audit.record(
            session,
            actor,
            now,
            "producer.register",
            "producer",
            one.producer.id,
            committee_id=spg.committee_id,
            enrolment=one.enrolment.id,
        )
    session.flush()
    return made


def _persons(
    session: Session, actor: Actor, now: datetime, committee_id: int, batch: Sequence[ProducerIn]
) -> list[list[Person]]:
    """The holders of each, in their order."""
    holders = [holder for item in batch for holder in item.holders]
    new = [person_in(holder) for holder in holders if holder.person_id is None]
    made = iter(register_persons(session, actor, now, new, committee_id) if new else ())
    ids = {holder.person_id for holder in holders if holder.person_id is not None}
    known = persons_by_id(session, ids)
    return [
        [next(made) if h.person_id is None else known[h.person_id] for h in item.holders]
        for item in batch
    ]


def _places(
    session: Session, actor: Actor, now: datetime, batch: Sequence[ProducerIn]
) -> list[list[Community]]:
    """Of each producer: its own community, then that of each unit."""
    asked: list[Place] = []
    for item in batch:
        asked += [item, *(unit if unit.is_given else item for unit in item.units)]
    found = iter(resolve_places(session, actor, now, asked))
    return [[next(found) for _ in range(1 + len(item.units))] for item in batch]


def _households(
    session: Session, batch: Sequence[ProducerIn], places: Sequence[Community]
) -> dict[str, Household]:
    made: dict[str, Household] = {}
    for item, place in zip(batch, places, strict=True):
        if item.household_key and item.household_id is None:
            made.setdefault(item.household_key, Household(community_id=place.id))
    if made:
        session.add_all(made.values())
        session.flush()
    return made


def _producers(
    session: Session,
    batch: Sequence[ProducerIn],
    persons: Sequence[Sequence[Person]],
    places: Sequence[Sequence[Community]],
    households: dict[str, Household],
) -> list[Producer]:
    first = next_number(session, Producer.number, Lock.PRODUCER_NUMBERS)
    rows = []
    for n, (item, people, where) in enumerate(zip(batch, persons, places, strict=True)):
        household_id = item.household_id
        if household_id is None and item.household_key:
            household_id = households[item.household_key].id
        row = Producer(
            number=first + n,
            code=f"P{first + n:07d}",
            kind=item.kind,
            display_name=item.display_name or display_name(people),
            publication_consent=item.publication_consent,
            community_id=where[0].id,
            household_id=household_id,
            nit=item.nit,
        )
        rows.append(row)
    session.add_all(rows)
    session.flush()
    return rows


def _enrolled(
    session: Session,
    spg_id: int,
    today: date,
    batch: Sequence[ProducerIn],
    producers: Sequence[Producer],
    persons: Sequence[Sequence[Person]],
) -> list[Registered]:
    organisations = organisation_ids(session) if any(i.organisations for i in batch) else {}
    enrolments: list[Enrolment] = []
    rows: list[Any] = []
    for item, producer, people in zip(batch, producers, persons, strict=True):
        on = item.enrolment.enrolled_on or today
        enrolments.append(
            Enrolment(
                producer_id=producer.id,
                spg_id=spg_id,
                code=item.enrolment.code or producer.code,
                enrolled_on=on,
                status=entry_status(item.enrolment.admitted),
                status_since=on,
            )
        )
        rows += [
            Holder(producer_id=producer.id, person_id=person.id, position=place, since=on)
            for place, person in enumerate(people, start=1)
        ]
        rows += [
            OrganisationMembership(producer_id=producer.id, organisation_id=id_, since=on)
            for id_ in dict.fromkeys(
                organisations.get(name) or organisations[name_key(name)]
                for name in item.organisations
            )
        ]
    session.add_all([*enrolments, *rows])
    session.flush()
    pledges = [
        Pledge(enrolment_id=enrolment.id, **item.enrolment.pledge.model_dump())
        if item.enrolment.pledge
        else None
        for item, enrolment in zip(batch, enrolments, strict=True)
    ]
    session.add_all(pledge for pledge in pledges if pledge)
    return [
        Registered(producer, list(people), enrolment, pledge)
        for producer, people, enrolment, pledge in zip(
            producers, persons, enrolments, pledges, strict=True
        )
    ]


def entry_status(admitted: bool) -> EnrolmentStatus:
    return EnrolmentStatus.ADMITTED if admitted else EnrolmentStatus.APPLICANT


def _land(
    session: Session,
    today: date,
    batch: Sequence[ProducerIn],
    made: Sequence[Registered],
    places: Sequence[Sequence[Community]],
) -> None:
    new = [
        NewUnit(
            one.producer.id,
            one.producer.code,
            number,
            unit,
            where[number],
            one.enrolment.enrolled_on,
        )
        for item, one, where in zip(batch, made, places, strict=True)
        for number, unit in enumerate(item.units, start=1)
    ]
    units = iter(add_units(session, today, new))
    for item, one in zip(batch, made, strict=True):
        one.units.extend(next(units) for _ in item.units)

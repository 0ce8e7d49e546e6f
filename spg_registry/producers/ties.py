"""Who stands behind a producer and who near: holders, household, interests, organisations."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlmodel import Session, col, func, select

from spg_registry.committees.reading import person_of
from spg_registry.core import audit, clock
from spg_registry.core.db import lock_all_writers
from spg_registry.core.errors import Fault, Invalid
from spg_registry.core.locks import Lock
from spg_registry.core.permissions import Actor, Permission, require
from spg_registry.people.models import Person
from spg_registry.people.schemas import PersonIn
from spg_registry.people.service import person_faults, register_persons
from spg_registry.producers import checks
from spg_registry.producers.access import producer_to_write, producers_to_write, require_papers
from spg_registry.producers.errors import (
    HolderNotFound,
    InterestNotFound,
    MembershipNotFound,
    ProducerNotFound,
)
from spg_registry.producers.gathering import known, organisation_ids, person_in, resolve_places
from spg_registry.producers.models import (
    Holder,
    Household,
    Interest,
    Organisation,
    OrganisationMembership,
    Producer,
    ProducerKind,
)
from spg_registry.producers.naming import NAME_LENGTH, refresh_search_words
from spg_registry.producers.persons import correct_person, known_persons
from spg_registry.producers.schemas import (
    EndIn,
    HouseholdIn,
    InterestCorrection,
    InterestIn,
    MembershipIn,
    NewHolderIn,
    OrganisationIn,
    ProducerCorrection,
)
from spg_registry.rules.words import InterestKind
from spg_registry.territory.atlas import atlas_of
from spg_registry.territory.names import name_key

FURTHEST_KIN = 6


def correct_producer(
    session: Session, actor: Actor, now: datetime, producer_code: str, data: ProducerCorrection
) -> Producer:
    """Write down anew what was wrong or has changed, consent to publication among it."""
    producer, committee_id = producer_to_write(session, actor, producer_code)
    seen = known(session, now, places=[data])
    faults = list(checks.place_faults(data, seen, "")) if data.is_given else []
    if data.kind is ProducerKind.PERSON and len(_holders(session, producer.id)) > 1:
        faults.append(Fault("kind", "person_has_one_holder"))
    if faults:
        raise Invalid(*faults)
    wanted = data.model_dump(
        exclude_none=True, exclude={"reason", "community_id", "municipality_code", "community"}
    )
    if data.is_given:
        wanted["community_id"] = resolve_places(session, actor, now, [data])[0].id
    changed = sorted(name for name, value in wanted.items() if getattr(producer, name) != value)
    for name in changed:
        setattr(producer, name, wanted[name])
    producer.correction_reason = data.reason or producer.correction_reason
    refresh_search_words(session, [producer.id])
    audit.record(
        session,
        actor,
        now,
        "producer.correct",
        "producer",
        producer.id,
        committee_id=committee_id,
        changed=changed,
        reasoned=data.reason is not None,
    )
    session.flush()
    return producer


def _holders(session: Session, producer_id: int) -> list[Holder]:
    """The present ones, the first first."""
    query = select(Holder).where(Holder.producer_id == producer_id, col(Holder.until).is_(None))
    return list(session.exec(query.order_by(col(Holder.position))))


def add_holder(
    session: Session, actor: Actor, now: datetime, producer_code: str, data: NewHolderIn
) -> Holder:
    """One more person behind a producer, after those who are there."""
    producer, committee_id = producer_to_write(session, actor, producer_code)
    seen = known(session, now, holders=[data.holder], committee_id=committee_id)
    faults = list(checks.holder_faults(data.holder, seen, "holder-"))
    faults += checks.past("since", data.since, seen.today)
    if data.holder.person_id is None:
        faults += [
            Fault(f"holder-{fault.field}", fault.code, fault.params)
            for fault in person_faults(session, now, [person_in(data.holder)])
        ]
    there = _holders(session, producer.id)
    if data.holder.person_id in {row.person_id for row in there}:
        faults.append(Fault("holder-person_id", "holder_twice"))
    if producer.kind is ProducerKind.PERSON and there:
        faults.append(Fault("", "person_has_one_holder"))
    if faults:
        raise Invalid(*faults)
    person_id = data.holder.person_id
    if person_id is None:
        person = person_in(data.holder)
        person_id = register_persons(session, actor, now, [person], committee_id)[0].id
    row = Holder(
        producer_id=producer.id,
        person_id=person_id,
        position=max((holder.position for holder in there), default=0) + 1,
        since=data.since or seen.today,
    )
    session.add(row)
    refresh_search_words(session, [producer.id])
    _told(session, actor, now, "holder.add", "holder", row.id, committee_id)
    return row


def correct_holder(
    session: Session,
    actor: Actor,
    now: datetime,
    producer_code: str,
    person_id: int,
    data: PersonIn,
) -> Person:
    """A holder's particulars; a display name with the holder's name in it follows."""
    producer, committee_id = producer_to_write(session, actor, producer_code)
    holders = _holders(session, producer.id)
    if person_id not in {holder.person_id for holder in holders}:
        raise HolderNotFound(id=person_id)
    known = session.get_one(Person, person_id)
    before = known.full_name
    if "identifies_as" not in data.model_fields_set:  # forms do not ask for it again
        data = data.model_copy(update={"identifies_as": known.identifies_as})
    person = correct_person(session, actor, now, committee_id, person_id, data)
    renamed(session, person, before)
    return person


def correct_person_on_papers(
    session: Session, actor: Actor, now: datetime, committee_id: int, person_id: int, data: PersonIn
) -> Person:
    """Somebody on the committee's papers, who may hold a producer as well: its name follows."""
    before = person_of(session, actor, committee_id, person_id).full_name
    person = correct_person(session, actor, now, committee_id, person_id, data)
    renamed(session, person, before)
    return person


def renamed(session: Session, person: Person, before: str) -> None:
    """Display names with the old name in them, and the words by which the holder is found."""
    query = (
        select(Producer)
        .join(Holder, col(Holder.producer_id) == col(Producer.id))
        .where(Holder.person_id == person.id, col(Holder.until).is_(None))
    )
    held = list(session.exec(query))
    for row in held:
        row.display_name = row.display_name.replace(before, person.full_name)[:NAME_LENGTH]
    refresh_search_words(session, [row.merged_into_id or row.id for row in held])


def end_holder(
    session: Session, actor: Actor, now: datetime, producer_code: str, person_id: int, data: EndIn
) -> Holder:
    """A holder leaves; the last one cannot."""
    producer, committee_id = producer_to_write(session, actor, producer_code)
    holders = _holders(session, producer.id)
    row = next((holder for holder in holders if holder.person_id == person_id), None)
    if row is None:
        raise HolderNotFound(id=person_id)
    until = _end(data, row.since, clock.local_date(now))
    if len(holders) == 1:
        raise Invalid.at("until", "last_holder")
    row.until = until
    refresh_search_words(session, [producer.id])
    _told(session, actor, now, "holder.end", "holder", row.id, committee_id)
    return row


def _end(data: EndIn, since: date | None, today: date) -> date:
    until = data.until or today
    faults = list(checks.past("until", until, today))
    if since is not None and until < since:
        faults.append(Fault("until", "until_before_since", {"since": since}))
    if faults:
        raise Invalid(*faults)
    return until


def declare_interests(
    session: Session, actor: Actor, now: datetime, batch: Sequence[InterestIn]
) -> list[Interest]:
    """What ties persons that the committee knows to its producers. Holders are near by themselves
    and are not declared. Without a day it binds from ever: kinship noted after a visit was there
    at the visit."""
    producers = producers_to_write(session, actor, [data.producer_code for data in batch])
    persons = {data.person_id for data in batch}
    theirs = {
        committee_id: known_persons(session, committee_id, persons)
        for committee_id in {committee_id for _, committee_id in producers.values()}
    }
    today = clock.local_date(now)
    faults: list[Fault] = []
    for n, data in enumerate(batch):
        at = "" if len(batch) == 1 else f"{n}-"
        if data.person_id not in theirs[producers[data.producer_code][1]]:
            faults.append(Fault(f"{at}person_id", "person_unknown"))
        faults += _interest_faults(data, today, at)
    if faults:
        raise Invalid(*faults)
    rows = [
        Interest(
            producer_id=producers[data.producer_code][0].id,
            **data.model_dump(exclude={"producer_code"}),
        )
        for data in batch
    ]
    session.add_all(rows)
    session.flush()
    for row, data in zip(rows, batch, strict=True):
        committee_id = producers[data.producer_code][1]
        _told(session, actor, now, "interest.declare", "interest", row.id, committee_id)
    return rows


def _interest_faults(data: InterestIn, today: date, at: str) -> list[Fault]:
    faults = list(checks.past(f"{at}since", data.since, today))
    if data.kind is InterestKind.SELF:
        faults.append(Fault(f"{at}kind", "interest_self"))
    if data.degree is not None and data.kind is not InterestKind.KIN:
        faults.append(Fault(f"{at}degree", "degree_only_for_kin"))
    elif data.degree is not None and not 1 <= data.degree <= FURTHEST_KIN:
        faults.append(Fault(f"{at}degree", "degree_out_of_range", {"last": FURTHEST_KIN}))
    if data.since is not None and data.until is not None and data.until < data.since:
        faults.append(Fault(f"{at}until", "until_before_since", {"since": data.since}))
    return faults


def end_interest(
    session: Session, actor: Actor, now: datetime, interest_id: int, data: EndIn
) -> Interest:
    row, committee_id = _interest_to_write(session, actor, interest_id)
    row.until = _end(data, row.since, clock.local_date(now))
    _told(session, actor, now, "interest.end", "interest", row.id, committee_id)
    return row


def correct_interest(
    session: Session, actor: Actor, now: datetime, interest_id: int, data: InterestCorrection
) -> Interest:
    """An interest that was written down wrongly, or known to be older than it was said to be."""
    row, committee_id = _interest_to_write(session, actor, interest_id)
    given = data.model_dump(exclude_none=True, exclude={"reason"})
    if given.get("kind", row.kind) is not InterestKind.KIN:
        given["degree"] = None
    fields = ("kind", "degree", "since", "until")
    whole = InterestIn.model_construct(**({name: getattr(row, name) for name in fields} | given))
    faults = _interest_faults(whole, clock.local_date(now), "")
    if faults:
        raise Invalid(*faults)
    changed = sorted(name for name, value in given.items() if getattr(row, name) != value)
    for name in changed:
        setattr(row, name, given[name])
    row.correction_reason = data.reason
    audit.record(
        session,
        actor,
        now,
        "interest.correct",
        "interest",
        row.id,
        committee_id=committee_id,
        changed=changed,
        reasoned=True,
    )
    session.flush()
    return row


def _interest_to_write(session: Session, actor: Actor, interest_id: int) -> tuple[Interest, int]:
    require(actor, Permission.PRODUCER_WRITE)
    row = session.get(Interest, interest_id)
    if row is None:
        raise InterestNotFound(id=interest_id)
    try:
        return row, require_papers(session, actor, [row.producer_id])[row.producer_id]
    except ProducerNotFound as error:
        raise InterestNotFound(id=interest_id) from error


def set_household(session: Session, actor: Actor, now: datetime, data: HouseholdIn) -> Household:
    """Put producers into one household: that of the first of them that has one, or a new one.
    A single producer gets a household of its own, which is how it leaves another's."""
    producers = producers_to_write(session, actor, data.producer_codes)
    rows = [producers[code] for code in dict.fromkeys(data.producer_codes)]
    present = next((row.household_id for row, _ in rows if row.household_id), None)
    household = session.get(Household, present) if present and len(rows) > 1 else None
    if household is None:
        household = Household(community_id=rows[0][0].community_id)
        session.add(household)
        session.flush()
    for row, committee_id in rows:
        row.household_id = household.id
        _told(session, actor, now, "producer.household", "producer", row.id, committee_id)
    return household


def register_organisations(
    session: Session, actor: Actor, now: datetime, batch: Sequence[OrganisationIn]
) -> list[Organisation]:
    """Producer organisations, which belong to no committee: any office may name one. A name that
    is known, in whatever spelling, is a fault."""
    require(actor, Permission.PRODUCER_WRITE)
    lock_all_writers(session, Lock.ORGANISATIONS)
    taken = set(organisation_ids(session))
    places = atlas_of(session).municipalities
    faults = []
    for n, data in enumerate(batch):
        at = "" if len(batch) == 1 else f"{n}-"
        if name_key(data.name) in taken:
            faults.append(Fault(f"{at}name", "organisation_taken", {"text": data.name}))
        if data.code and data.code in taken:
            faults.append(Fault(f"{at}code", "organisation_taken", {"text": data.code}))
        if data.municipality_code and data.municipality_code not in places:
            text = {"text": data.municipality_code, "candidates": "—"}
            faults.append(Fault(f"{at}municipality_code", "municipality_unknown", text))
        taken |= {name_key(data.name), data.code or ""}
    if faults:
        raise Invalid(*faults)
    first = (session.exec(select(func.max(Organisation.id))).one() or 0) + 1
    rows = [
        Organisation(
            code=data.code or f"ORG-{first + n:04d}",
            name=data.name,
            municipality_code=data.municipality_code,
        )
        for n, data in enumerate(batch)
    ]
    session.add_all(rows)
    session.flush()
    for row in rows:
        _told(session, actor, now, "organisation.add", "organisation", row.id, None)
    return rows


def join_organisation(
    session: Session, actor: Actor, now: datetime, producer_code: str, data: MembershipIn
) -> OrganisationMembership:
    producer, committee_id = producer_to_write(session, actor, producer_code)
    seen = known(session, now, organisations=True)
    organisation_id = seen.organisation(data.organisation)
    faults = list(checks.past("since", data.since, seen.today))
    if organisation_id is None:
        text = {"text": data.organisation}
        raise Invalid(*faults, Fault("organisation", "organisation_unknown", text))
    query = select(OrganisationMembership).where(
        OrganisationMembership.producer_id == producer.id,
        OrganisationMembership.organisation_id == organisation_id,
        col(OrganisationMembership.until).is_(None),
    )
    if session.exec(query).first():
        faults.append(Fault("organisation", "already_member"))
    if faults:
        raise Invalid(*faults)
    row = OrganisationMembership(
        producer_id=producer.id,
        organisation_id=organisation_id,
        since=data.since or seen.today,
    )
    session.add(row)
    session.flush()
    _told(session, actor, now, "membership.add", "organisation_membership", row.id, committee_id)
    return row


def leave_organisation(
    session: Session, actor: Actor, now: datetime, membership_id: int, data: EndIn
) -> OrganisationMembership:
    require(actor, Permission.PRODUCER_WRITE)
    row = session.get(OrganisationMembership, membership_id)
    if row is None:
        raise MembershipNotFound(id=membership_id)
    try:
        committee_id = require_papers(session, actor, [row.producer_id])[row.producer_id]
    except ProducerNotFound as error:
        raise MembershipNotFound(id=membership_id) from error
    row.until = _end(data, row.since, clock.local_date(now))
    _told(session, actor, now, "membership.end", "organisation_membership", row.id, committee_id)
    return row


def _told(
    session: Session,
    actor: Actor,
    now: datetime,
    action: str,
    subject: str,
    subject_id: int,
    committee_id: int | None,
) -> None:
    audit.record(session, actor, now, action, subject, subject_id, committee_id=committee_id)
    session.flush()

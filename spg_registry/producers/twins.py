"""One person written down twice: who looks like whom, and the act that makes them one.

Nothing is deleted: the entry that is one too many points to the one that stays, and `PersonMerger`
says which holdings and interests went over. Another act takes it back.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from itertools import combinations
from typing import Any

from sqlmodel import Session, col, func, select

from spg_registry.committees.models import EvaluatorAppointment, Member, Spg
from spg_registry.core import audit, clock
from spg_registry.core.permissions import Actor, Permission, require
from spg_registry.people.errors import PersonNotFound
from spg_registry.people.models import Person, PersonMerger, User
from spg_registry.producers.access import committees_of
from spg_registry.producers.answers import SamePersonOut
from spg_registry.producers.errors import NotMergeable
from spg_registry.producers.models import Enrolment, Holder, Interest, Producer
from spg_registry.producers.schemas import MergePersonsIn
from spg_registry.producers.ties import renamed
from spg_registry.territory.models import Community
from spg_registry.territory.names import name_key

FILLED = ("sex", "birth_year", "phone", "identifies_as")
"""What the one who stays takes from the other where it has nothing."""


def likely_same_persons(session: Session, actor: Actor) -> list[SamePersonOut]:
    """Among the holders of producers enrolled where this actor writes: two entries of one name in
    one community whose identity numbers and years of birth do not differ."""
    require(actor, Permission.PRODUCER_WRITE)
    places = actor.committees(Permission.PRODUCER_WRITE)
    enrolled = select(Enrolment.producer_id).where(col(Enrolment.ended_on).is_(None))
    if places is not None:
        systems = select(Spg.id).where(col(Spg.committee_id).in_(places))
        enrolled = enrolled.where(col(Enrolment.spg_id).in_(systems))
    stands_for = func.coalesce(Producer.merged_into_id, Producer.id)
    query = (
        select(Person, Producer.code, Community.name)
        .join(Holder, col(Holder.person_id) == col(Person.id))
        .join(Producer, col(Producer.id) == col(Holder.producer_id))
        .join(Community, col(Community.id) == col(Producer.community_id))
        .where(stands_for.in_(enrolled), col(Holder.until).is_(None))
        .order_by(col(Person.id), col(Producer.id))
    )
    alike: dict[tuple[str, str], dict[int, Person]] = defaultdict(dict)
    held: dict[int, list[str]] = defaultdict(list)
    for person, code, place in session.exec(query):
        alike[name_key(person.full_name), place][person.id] = person
        held[person.id].append(code)
    return [
        SamePersonOut(
            first_id=one.id,
            second_id=two.id,
            name=one.full_name,
            community=place,
            first_holds=held[one.id],
            second_holds=held[two.id],
        )
        for (_, place), persons in sorted(alike.items())
        for one, two in combinations(persons.values(), 2)
        if _difference(one, two) is None
    ]


def _difference(one: Person, two: Person) -> str | None:
    """Why these cannot be one person."""
    if one.ci_key and two.ci_key:
        return "two_numbers"
    years = {one.birth_year, two.birth_year} - {None}
    return "two_years" if len(years) == 2 else None


def persons_to_merge(
    session: Session, actor: Actor, kept_id: int, other_id: int
) -> tuple[Person, Person]:
    """Two holders, each of some producer whose papers the actor writes; held until the end of the
    transaction. Everybody else looks like nobody: PersonNotFound."""
    require(actor, Permission.PRODUCER_WRITE)
    query = select(Person).where(col(Person.id).in_([kept_id, other_id])).order_by(col(Person.id))
    rows = {row.id: row for row in session.exec(query.with_for_update())}
    for id_ in (kept_id, other_id):
        if id_ not in rows or not any(_written(session, actor, id_).values()):
            raise PersonNotFound(id=id_)
    return rows[kept_id], rows[other_id]


def _written(session: Session, actor: Actor, person_id: int) -> dict[int, list[int]]:
    """By producer that the person holds, or held: the committees in whose name the actor writes
    its papers."""
    held = set(session.exec(select(Holder.producer_id).where(Holder.person_id == person_id)))
    return {
        id_: [place for place in places if actor.may(Permission.PRODUCER_WRITE, place)]
        for id_, places in committees_of(session, held).items()
    }


def merge_persons(
    session: Session, actor: Actor, now: datetime, kept_id: int, data: MergePersonsIn
) -> PersonMerger:
    """`data.other` becomes this person: what it holds and what ties it go over. Raises
    NotMergeable."""
    kept, other = persons_to_merge(session, actor, kept_id, data.other)
    _refuse(session, kept, other)
    written = _written(session, actor, kept.id) | _written(session, actor, other.id)
    if not all(written.values()):
        raise NotMergeable(why="held_elsewhere")
    before, today = other.full_name, clock.local_date(now)
    moved: dict[str, list[Any]] = {"holders": [], "ended": [], "interests": []}
    there = session.exec(select(Holder).where(Holder.person_id == kept.id)).all()
    own = {row.producer_id for row in there}
    for row in session.exec(select(Holder).where(Holder.person_id == other.id)).all():
        if row.producer_id not in own:
            moved["holders"].append(row.id)
            row.person_id = kept.id
        elif row.until is None:
            moved["ended"].append(row.id)
            row.until = max(row.since, today)
    for tie in session.exec(select(Interest).where(Interest.person_id == other.id)).all():
        moved["interests"].append(tie.id)
        tie.person_id = kept.id
    moved["filled"] = _hand(session, other, kept, [*FILLED, "ci"])
    other.merged_into_id = kept.id
    act = PersonMerger(
        kept_person_id=kept.id,
        other_person_id=other.id,
        effective_on=today,
        reason=data.reason,
        moved=moved,
    )
    session.add(act)
    session.flush()
    renamed(session, kept, before)
    _note(session, actor, now, "person.merge", act, next(iter(written.values()))[0])
    return act


def mergers(session: Session, actor: Actor) -> list[tuple[PersonMerger, Person]]:
    """Those that stand, with the person who stayed, among the holders whose papers the actor
    writes; the latest first."""
    require(actor, Permission.PRODUCER_WRITE)
    undone = select(PersonMerger.undoes_id).where(col(PersonMerger.undoes_id).is_not(None))
    query = (
        select(PersonMerger, Person)
        .join(Person, col(Person.id) == col(PersonMerger.kept_person_id))
        .where(col(PersonMerger.undoes_id).is_(None), col(PersonMerger.id).not_in(undone))
        .order_by(col(PersonMerger.id).desc())
    )
    return [
        (act, person)
        for act, person in session.exec(query)
        if any(_written(session, actor, person.id).values())
    ]


def part_persons(
    session: Session, actor: Actor, now: datetime, kept_id: int, data: MergePersonsIn
) -> PersonMerger:
    """`data.other` was another person after all: what went over goes back. Raises PersonNotFound
    for what is not merged so."""
    standing = {
        (act.kept_person_id, act.other_person_id): act for act, _ in mergers(session, actor)
    }
    act = standing.get((kept_id, data.other))
    if act is None:
        raise PersonNotFound(id=data.other)
    kept, other = session.get_one(Person, kept_id), session.get_one(Person, data.other)
    written = _written(session, actor, kept_id)
    for row in session.exec(select(Holder).where(col(Holder.id).in_(act.moved["holders"]))):
        row.person_id = other.id
    for row in session.exec(select(Holder).where(col(Holder.id).in_(act.moved["ended"]))):
        row.until = None
    for tie in session.exec(select(Interest).where(col(Interest.id).in_(act.moved["interests"]))):
        tie.person_id = other.id
    _hand(session, kept, other, act.moved["filled"])
    for name in set(act.moved["filled"]) & set(FILLED):
        if getattr(kept, name) == getattr(other, name):
            setattr(kept, name, None)
    other.merged_into_id = None
    undo = PersonMerger(
        kept_person_id=kept.id,
        other_person_id=other.id,
        effective_on=clock.local_date(now),
        reason=data.reason,
        undoes_id=act.id,
    )
    session.add(undo)
    session.flush()
    renamed(session, other, kept.full_name)
    renamed(session, kept, kept.full_name)
    committee_id = next(place for places in written.values() for place in places)
    _note(session, actor, now, "person.part", undo, committee_id)
    return undo


def _note(
    session: Session, actor: Actor, now: datetime, action: str, act: PersonMerger, committee_id: int
) -> None:
    audit.record(
        session,
        actor,
        now,
        action,
        "person",
        act.kept_person_id,
        committee_id=committee_id,
        other=act.other_person_id,
        merger=act.id,
    )
    session.flush()


def _refuse(session: Session, kept: Person, other: Person) -> None:
    if kept.id == other.id:
        raise NotMergeable(why="same")
    if kept.merged_into_id or other.merged_into_id:
        raise NotMergeable(why="merged_before")
    difference = _difference(kept, other)
    if difference is not None:
        raise NotMergeable(why=difference)
    offices = (
        select(Member.id).where(Member.person_id == other.id),
        select(EvaluatorAppointment.id).where(EvaluatorAppointment.person_id == other.id),
        select(User.id).where(User.person_id == other.id),
    )
    if any(session.exec(query).first() is not None for query in offices):
        raise NotMergeable(why="has_office")


def _hand(session: Session, giver: Person, taker: Person, names: Sequence[str]) -> list[str]:
    """Gives what the taker has not: a number goes from hand to hand, the rest is copied. Tells
    what was given."""
    given = [
        name for name in names if getattr(taker, name) is None and getattr(giver, name) is not None
    ]
    for name in given:
        if name != "ci":
            setattr(taker, name, getattr(giver, name))
    if "ci" in given:
        number = (giver.ci, giver.ci_suffix, giver.ci_key)
        giver.ci = giver.ci_suffix = giver.ci_key = None
        session.flush()  # a number belongs to one person only
        taker.ci, taker.ci_suffix, taker.ci_key = number
    return given

"""One family registered twice: who looks like whom, and the act that makes them one.

Nothing is deleted. The registration that is one too many points to the one that stays; its open
units and findings go over; its enrolment ends; its seals stay as they are and stay valid. Another
act takes it back.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session, col, select

from spg_registry.committees.models import Spg
from spg_registry.core import audit, clock
from spg_registry.core.permissions import Actor, Permission, require
from spg_registry.people.models import Person
from spg_registry.producers.access import plain_code, require_papers
from spg_registry.producers.answers import DuplicateOut
from spg_registry.producers.enrolments import StatusMove, enter, move_enrolments
from spg_registry.producers.errors import NotMergeable, NotMerged, ProducerNotFound
from spg_registry.producers.models import Enrolment, Holder, Merger, Pledge, Producer, Unit
from spg_registry.producers.naming import refresh_search_words
from spg_registry.producers.schemas import EnrolIn
from spg_registry.rules.words import EnrolmentStatus as Status
from spg_registry.territory.models import Community
from spg_registry.territory.names import name_key

_RANK = (Status.APPLICANT, Status.ADMITTED, Status.IN_TRANSITION, Status.ORGANIC)


def likely_duplicates(session: Session, actor: Actor) -> list[DuplicateOut]:
    """Among the producers enrolled where this actor writes: the same person behind both, or the
    same name in the same community with no two different years of birth. The surest first."""
    require(actor, Permission.PRODUCER_WRITE)
    places = actor.committees(Permission.PRODUCER_WRITE)
    enrolled = select(Enrolment.producer_id).where(col(Enrolment.ended_on).is_(None))
    if places is not None:
        systems = select(Spg.id).where(col(Spg.committee_id).in_(places))
        enrolled = enrolled.where(col(Enrolment.spg_id).in_(systems))
    query = (
        select(Producer, Person, Community.name)
        .join(Holder, col(Holder.producer_id) == col(Producer.id))
        .join(Person, col(Person.id) == col(Holder.person_id))
        .join(Community, col(Community.id) == col(Producer.community_id))
        .where(col(Producer.id).in_(enrolled), col(Producer.merged_into_id).is_(None))
        .where(col(Holder.until).is_(None))
        .order_by(col(Producer.id), col(Holder.position))
    )
    rows = list(session.exec(query))
    by_person: dict[int, list[Producer]] = defaultdict(list)
    by_name: dict[tuple[str, int], list[tuple[Producer, Person]]] = defaultdict(list)
    community = {}
    for producer, person, place in rows:
        by_person[person.id].append(producer)
        by_name[(name_key(person.full_name), producer.community_id)].append((producer, person))
        community[producer.id] = place
    found: dict[tuple[int, int], DuplicateOut] = {}
    for holders in by_person.values():
        for pair in _pairs(holders):
            found[(pair[0].id, pair[1].id)] = _told(pair, community, same_person=True)
    for alike in by_name.values():
        year = {producer.id: person.birth_year for producer, person in alike}
        for pair in _pairs([producer for producer, _ in alike]):
            years = {year[one.id] for one in pair} - {None}
            if len(years) < 2:
                key = (pair[0].id, pair[1].id)
                found.setdefault(key, _told(pair, community, same_person=False))
    return sorted(found.values(), key=lambda one: (not one.same_person, one.first, one.second))


def _pairs(holders: list[Producer]) -> Iterable[tuple[Producer, Producer]]:
    unique = sorted({one.id: one for one in holders}.values(), key=lambda one: one.number)
    for place, first in enumerate(unique):
        for second in unique[place + 1 :]:
            if first.kind == second.kind:
                yield first, second


def _told(
    pair: tuple[Producer, Producer], community: dict[int, str], *, same_person: bool
) -> DuplicateOut:
    first, second = pair
    return DuplicateOut(
        first=first.code,
        second=second.code,
        first_name=first.display_name,
        second_name=second.display_name,
        community=community[first.id],
        same_person=same_person,
    )


def pair_to_write(
    session: Session, actor: Actor, code: str, other: str
) -> tuple[Producer, Producer]:
    """Two registrations of which the actor writes both, held until the end of the transaction.
    A merged one comes as itself."""
    require(actor, Permission.PRODUCER_WRITE)
    wanted = [plain_code(code), plain_code(other)]
    query = select(Producer).where(col(Producer.code).in_(wanted)).order_by(col(Producer.id))
    rows = {row.code: row for row in session.exec(query.with_for_update())}
    for each in wanted:
        if each not in rows:
            raise ProducerNotFound(code=each)
    require_papers(session, actor, [row.id for row in rows.values()])
    return rows[wanted[0]], rows[wanted[1]]


def merge(
    session: Session, actor: Actor, now: datetime, pair: tuple[Producer, Producer], reason: str
) -> Merger:
    """The second becomes the first. Seals and visits were looked at above (`seals.merging`)."""
    kept, other = pair
    _refuse(session, kept, other)
    today = clock.local_date(now)
    committee_id = require_papers(session, actor, [kept.id])[kept.id]
    (there,) = _open(session, other.id)
    here = next(row for row in _open(session, kept.id) if row.spg_id == there.spg_id)
    was = {"spg": there.spg_id, "status": there.status.value}
    moves = [StatusMove(there.id, Status.WITHDRAWN, max(today, there.status_since))]
    if _rank(there.status) > _rank(here.status):
        moves.append(StatusMove(here.id, there.status, today))
    move_enrolments(session, actor, now, moves)
    there.status_reason = f"Registro repetido de {kept.code}"
    units = list(session.exec(select(Unit).where(Unit.producer_id == other.id)))
    for unit in units:
        unit.producer_id = kept.id
    kept.household_id = kept.household_id or other.household_id
    other.merged_into_id = kept.id
    row = Merger(
        kept_producer_id=kept.id,
        other_producer_id=other.id,
        effective_on=today,
        reason=reason,
        moved={"units": [unit.id for unit in units], "enrolment": was},
    )
    session.add(row)
    session.flush()
    refresh_search_words(session, [kept.id])
    audit.record(
        session,
        actor,
        now,
        "producer.merge",
        "producer",
        kept.id,
        committee_id=committee_id,
        other=other.id,
        merger=row.id,
    )
    session.flush()
    return row


def _sign_again(session: Session, producer_id: int, anew: Enrolment) -> None:
    """Who is set apart keeps its pledges: in the new enrolment, as they were signed."""
    query = (
        select(Pledge)
        .join(Enrolment, col(Enrolment.id) == col(Pledge.enrolment_id))
        .where(Enrolment.producer_id == producer_id, Enrolment.spg_id == anew.spg_id)
        .order_by(col(Pledge.id))
    )
    kept = {"signed_on", "signed_by_mark", "witness"}
    signed = {row.signed_on: row.model_dump(include=kept) for row in session.exec(query)}
    session.add_all(Pledge(enrolment_id=anew.id, **values) for values in signed.values())
    session.flush()


def _rank(status: Status) -> int:
    return _RANK.index(status) if status in _RANK else -1


def _open(session: Session, producer_id: int) -> list[Enrolment]:
    query = select(Enrolment).where(
        Enrolment.producer_id == producer_id, col(Enrolment.ended_on).is_(None)
    )
    return list(session.exec(query.order_by(col(Enrolment.id))))


def _refuse(session: Session, kept: Producer, other: Producer) -> None:
    """Raises NotMergeable: both must be of one kind, enrolled in the same SPG, and neither may be
    a merger already or under a sanction that only one of them has."""
    absorbed = select(Producer.id).where(Producer.merged_into_id == other.id)
    if kept.id == other.id:
        raise NotMergeable(why="same")
    if kept.merged_into_id or other.merged_into_id or session.exec(absorbed).first():
        raise NotMergeable(why="merged_before")
    if kept.kind != other.kind:
        raise NotMergeable(why="kinds")
    here = {row.spg_id: row for row in _open(session, kept.id)}
    there = _open(session, other.id)
    if not there or len(there) > 1 or not {row.spg_id for row in there} <= set(here):
        raise NotMergeable(why="enrolled_apart")
    aside = (Status.SUSPENDED, Status.OBSERVED)
    if any(row.status in aside for row in there) and not all(
        here[row.spg_id].status == row.status for row in there
    ):
        raise NotMergeable(why="standing")


def unmerge(
    session: Session, actor: Actor, now: datetime, pair: tuple[Producer, Producer], reason: str
) -> Merger:
    """The second is a family of its own after all: its units go back, and it is enrolled anew
    with the standing that it had."""
    kept, other = pair
    done = select(Merger).where(
        Merger.kept_producer_id == kept.id, Merger.other_producer_id == other.id
    )
    act = session.exec(done.order_by(col(Merger.id).desc())).first()
    if act is None or other.merged_into_id != kept.id or act.undoes_id is not None:
        raise NotMerged(code=other.code)
    committee_id = require_papers(session, actor, [kept.id])[kept.id]
    for unit in session.exec(select(Unit).where(col(Unit.id).in_(act.moved["units"]))):
        if unit.producer_id == kept.id:
            unit.producer_id = other.id
    other.merged_into_id = None
    was = act.moved["enrolment"]
    spg = session.get_one(Spg, was["spg"])
    row = enter(session, actor, now, other, spg, EnrolIn(spg_id=spg.id))
    _sign_again(session, other.id, row)
    status = Status(was["status"])
    if status is not Status.APPLICANT:
        steps = [Status.ADMITTED] if _rank(status) < 0 else []
        for step in [*steps, status]:
            today = clock.local_date(now)
            move_enrolments(session, actor, now, [StatusMove(row.id, step, today, reason)])
    undo = Merger(
        kept_producer_id=kept.id,
        other_producer_id=other.id,
        effective_on=clock.local_date(now),
        reason=reason,
        undoes_id=act.id,
    )
    session.add(undo)
    session.flush()
    refresh_search_words(session, [kept.id, other.id])
    audit.record(
        session,
        actor,
        now,
        "producer.unmerge",
        "producer",
        kept.id,
        committee_id=committee_id,
        other=other.id,
        merger=undo.id,
    )
    session.flush()
    return undo

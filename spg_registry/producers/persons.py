"""Which persons a committee's office may name by number, and whose particulars it may write.

Numbers can be counted up: a number alone opens nobody's name, identity number or telephone.
"""

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlmodel import Session, select

from spg_registry.committees.queries import committees_with_papers, known_among
from spg_registry.core.audit import AuditEvent
from spg_registry.core.errors import Invalid
from spg_registry.core.permissions import Actor
from spg_registry.people import service as people
from spg_registry.people.identity import MistypedCi, ci_key, parse_ci
from spg_registry.people.models import Person
from spg_registry.people.queries import persons_by_id
from spg_registry.people.schemas import PersonIn
from spg_registry.producers.access import committees_of
from spg_registry.producers.facts import holders_among, producers_held_by
from spg_registry.producers.schemas import HolderIn


def known_persons(session: Session, committee_id: int, person_ids: Collection[int]) -> set[int]:
    """Those of these persons whom the committee knows: on its papers, or behind its producers."""
    if not person_ids:
        return set()
    own = known_among(session, committee_id, person_ids)
    return own | holders_among(session, committee_id, person_ids)


def nameable(session: Session, committee_id: int, holders: Iterable[HolderIn]) -> frozenset[int]:
    """Of the holders given by number: those whom the committee knows, and those of anywhere whose
    identity number is given too."""
    named = {holder.person_id: holder for holder in holders if holder.person_id is not None}
    known = known_persons(session, committee_id, named)
    others = persons_by_id(session, named.keys() - known)
    shown = {id_ for id_, row in others.items() if row.ci_key and row.ci_key == _key(named[id_])}
    return frozenset(known | shown)


def _key(holder: HolderIn) -> str | None:
    try:
        return ci_key(parse_ci(f"{holder.ci or ''}{holder.ci_suffix or ''}").number)
    except MistypedCi:
        return None


def correct_person(
    session: Session,
    actor: Actor,
    now: datetime,
    committee_id: int,
    person_id: int,
    data: PersonIn,
) -> Person:
    """Particulars of somebody whom the caller found through this committee. Who stands on another
    committee's papers too is corrected only by the one that registered the person: each would
    read the other's word under a name it trusts."""
    others = _with_papers(session, person_id) - {committee_id}
    if others and committee_id not in _registered_by(session, person_id):
        raise Invalid.at("", "person_of_others")
    return people.correct_person(session, actor, now, person_id, data, committee_id)


def _with_papers(session: Session, person_id: int) -> set[int]:
    held = producers_held_by(session, [person_id])[person_id]
    keepers = committees_of(session, held)
    return committees_with_papers(session, person_id).union(*keepers.values())


def _registered_by(session: Session, person_id: int) -> set[int | None]:
    query = select(AuditEvent.committee_id).where(
        AuditEvent.subject == "person",
        AuditEvent.subject_id == str(person_id),
        AuditEvent.action == "person.register",
    )
    return set(session.exec(query))

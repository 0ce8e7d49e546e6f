"""What a batch refers to, fetched in a few queries: for its checks, and to resolve its places."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from spg_registry.committees.models import Spg
from spg_registry.core import clock
from spg_registry.core.errors import Fault
from spg_registry.core.permissions import Actor
from spg_registry.people.schemas import PersonIn
from spg_registry.people.service import person_faults
from spg_registry.producers.checks import Known, batch_faults
from spg_registry.producers.models import Enrolment, Household, Organisation
from spg_registry.producers.persons import nameable
from spg_registry.producers.schemas import HolderIn, Place, ProducerIn
from spg_registry.territory.atlas import atlas_of
from spg_registry.territory.models import Community
from spg_registry.territory.names import name_key
from spg_registry.territory.queries import communities_by_id
from spg_registry.territory.schemas import NewCommunity
from spg_registry.territory.service import ensure_communities


def faults_of(
    session: Session, now: datetime, spg_id: int, batch: Sequence[ProducerIn]
) -> list[Fault]:
    """Everything that `register_all` would refuse, at `<place in the batch>-<field>`.

    Writes nothing: an import shows it row by row before anybody confirms.
    """
    found = batch_faults(batch, known_of_batch(session, now, spg_id, batch))
    where = {place: f"{n}-holders-{m}" for place, (n, m, _) in enumerate(_new_holders(batch))}
    people = [person_in(holder) for _, _, holder in _new_holders(batch)]
    for fault in person_faults(session, now, people):
        place, name = fault.field.split("-", 1) if len(people) > 1 else ("0", fault.field)
        found.append(Fault(f"{where[int(place)]}-{name}", fault.code, fault.params))
    return found


def _new_holders(batch: Sequence[ProducerIn]) -> list[tuple[int, int, HolderIn]]:
    return [
        (n, m, holder)
        for n, item in enumerate(batch)
        for m, holder in enumerate(item.holders)
        if holder.person_id is None
    ]


def person_in(holder: HolderIn) -> PersonIn:
    """Checked already: the names may not be empty by the time this is registered."""
    return PersonIn.model_construct(
        **{name: getattr(holder, name) for name in PersonIn.model_fields}
    )


def known_of_batch(
    session: Session, now: datetime, spg_id: int, batch: Sequence[ProducerIn]
) -> Known:
    places: list[Place] = [*batch, *(unit for item in batch for unit in item.units)]
    return known(
        session,
        now,
        places=places,
        holders=[holder for item in batch for holder in item.holders],
        households={item.household_id for item in batch if item.household_id is not None},
        committee_id=session.get_one(Spg, spg_id).committee_id,
        codes=(spg_id, {item.enrolment.code for item in batch if item.enrolment.code}),
        organisations=any(item.organisations for item in batch),
    )


def known(
    session: Session,
    now: datetime,
    *,
    places: Iterable[Place] = (),
    holders: Iterable[HolderIn] = (),
    committee_id: int = 0,
    households: Iterable[int] = (),
    codes: tuple[int, Iterable[str]] = (0, ()),
    organisations: bool = False,
) -> Known:
    """`committee_id`: whose producers the holders are to stand behind; `codes`: an SPG, and the
    codes wanted in it."""
    book = atlas_of(session)
    communities = {place.community_id for place in places if place.community_id is not None}
    spg_id, wanted = codes
    return Known(
        today=clock.local_date(now),
        products=book.products,
        municipalities=book.municipalities,
        communities=_present(session, Community.id, communities),
        persons=nameable(session, committee_id, holders),
        households=_present(session, Household.id, set(households)),
        taken_codes=_taken(session, spg_id, set(wanted)),
        organisations=organisation_ids(session) if organisations else None,
    )


def _present(session: Session, column: int, ids: set[int]) -> frozenset[int]:
    if not ids:
        return frozenset()
    return frozenset(session.exec(select(column).where(col(column).in_(ids))))


def _taken(session: Session, spg_id: int, codes: set[str]) -> frozenset[str]:
    if not codes:
        return frozenset()
    query = select(Enrolment.code).where(Enrolment.spg_id == spg_id, col(Enrolment.code).in_(codes))
    return frozenset(session.exec(query))


def organisation_ids(session: Session) -> dict[str, int]:
    """By code and by the key of the name."""
    rows = session.exec(select(Organisation.id, Organisation.code, Organisation.name)).all()
    return {name_key(name): id_ for id_, _, name in rows} | {code: id_ for id_, code, _ in rows}


def resolve_places(
    session: Session, actor: Actor, now: datetime, places: Sequence[Place]
) -> list[Community]:
    """The community of each, in order; those that nobody had named yet are made."""
    ids = {place.community_id for place in places if place.community_id is not None}
    by_id = communities_by_id(session, ids) if ids else {}
    named = [
        NewCommunity(municipality_code=place.municipality_code or "", name=place.community or "")
        for place in places
        if place.community_id is None
    ]
    made = iter(ensure_communities(session, actor, now, named) if named else ())
    return [
        by_id[place.community_id] if place.community_id is not None else next(made)
        for place in places
    ]

"""Lists and look-ups. Lists are seen through a `Sight` (`access.sight_of`); look-ups by id are for
the rooms above, which have asked who looks."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import exists
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, func, select

from spg_registry.committees.models import Spg
from spg_registry.core.lots import by_id
from spg_registry.people.queries import persons_by_id
from spg_registry.producers.access import Sight, seen
from spg_registry.producers.answers import (
    EnrolledOut,
    EnrolmentOut,
    InterestOut,
    MembershipOut,
    PledgeOut,
    ProducerOut,
)
from spg_registry.producers.facts import pledging
from spg_registry.producers.models import (
    Crop,
    Enrolment,
    Interest,
    Organisation,
    OrganisationMembership,
    Pledge,
    Producer,
    ProducerKind,
    Unit,
)
from spg_registry.producers.searching import Matching, matching, matching_slips, words_of
from spg_registry.producers.stages import areas_of
from spg_registry.rules.words import EnrolmentStatus
from spg_registry.territory.atlas import atlas_of
from spg_registry.territory.models import Community
from spg_registry.territory.names import name_key
from spg_registry.territory.queries import communities_by_id


@dataclass(frozen=True)
class Filters:
    """What to list. `text` is what somebody typed (`searching`); `product_code` is of a crop of an
    open unit in its latest season; `also` are conditions on `Producer` from the rooms above."""

    text: str = ""
    kind: ProducerKind | None = None
    municipality_code: str | None = None
    community_id: int | None = None
    organisation_code: str | None = None
    spg_id: int | None = None
    committee_id: int | None = None
    status: EnrolmentStatus | None = None
    product_code: str | None = None
    also: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Found:
    """A part of what was looked for. `with_slips`: nothing was found as it was typed, and these
    are those who may have been meant."""

    rows: Sequence[Producer]
    total: int
    with_slips: bool = False


def find_producers(
    session: Session, sight: Sight, filters: Filters, limit: int, offset: int
) -> Found:
    """The nearest to what was typed first; without a text, in the order of the codes."""
    seen_ones = select(Producer).where(seen(sight), *_wanted(filters))
    typed = matching(session, sight, filters.text)
    found = _part(session, typed, seen_ones, limit, offset)
    if found.total or not typed.hits:
        return found
    meant = matching_slips(session, filters.text)
    if meant is None:
        return found
    return replace(_part(session, meant, seen_ones, limit, offset), with_slips=True)


def _part(session: Session, match: Matching, query: Any, limit: int, offset: int) -> Found:
    wanted = match.applied(query)
    count = wanted.with_only_columns(func.count(), maintain_column_froms=True)
    total = session.connection().execute(count).scalar_one()
    if match.hits:
        wanted = wanted.order_by(match.distance)
    rows = session.exec(wanted.order_by(col(Producer.number)).limit(limit).offset(offset))
    return Found(rows.all(), total)


def producers_page(
    session: Session, sight: Sight, filters: Filters, limit: int, offset: int
) -> tuple[list[ProducerOut], int]:
    """`find_producers` as lines, and how many there are in all."""
    found = find_producers(session, sight, filters, limit, offset)
    return lines(session, found.rows), found.total


def _wanted(filters: Filters) -> list[Any]:
    found: list[Any] = [*filters.also, col(Producer.merged_into_id).is_(None)]
    if filters.kind is not None:
        found.append(Producer.kind == filters.kind)
    if filters.community_id is not None:
        found.append(Producer.community_id == filters.community_id)
    if filters.municipality_code:
        inside = select(Community.id).where(
            Community.municipality_code == filters.municipality_code
        )
        found.append(col(Producer.community_id).in_(inside))
    if filters.organisation_code:
        found.append(_member_of(filters.organisation_code))
    if filters.product_code:
        found.append(_growing(filters.product_code))
    if filters.spg_id or filters.committee_id or filters.status:
        found.append(_enrolled(filters))
    return found


def _member_of(code: str) -> Any:
    members = (
        select(OrganisationMembership.producer_id)
        .join(Organisation, col(Organisation.id) == col(OrganisationMembership.organisation_id))
        .where(Organisation.code == code, col(OrganisationMembership.until).is_(None))
    )
    return col(Producer.id).in_(members)


def _growing(product_code: str) -> Any:
    later = aliased(Crop)
    latest = exists().where(
        col(later.unit_id) == col(Crop.unit_id), col(later.season) > col(Crop.season)
    )
    growers = (
        select(Unit.producer_id)
        .join(Crop, col(Crop.unit_id) == col(Unit.id))
        .where(Crop.product_code == product_code, col(Unit.until).is_(None), ~latest)
    )
    return col(Producer.id).in_(growers)


def _enrolled(filters: Filters) -> Any:
    """One and the same enrolment is in that SPG, of that committee, with that status."""
    found = exists().where(col(Enrolment.producer_id) == col(Producer.id)).correlate(Producer)
    if filters.spg_id is not None:
        found = found.where(col(Enrolment.spg_id) == filters.spg_id)
    if filters.committee_id is not None:
        systems = select(Spg.id).where(Spg.committee_id == filters.committee_id)
        found = found.where(col(Enrolment.spg_id).in_(systems))
    if filters.status is not None:
        found = found.where(col(Enrolment.status) == filters.status)
    return found


def lines(session: Session, rows: Sequence[Producer]) -> list[ProducerOut]:
    """Producers as a list shows them."""
    ids = [row.id for row in rows]
    areas, units = areas_of(session, ids), _units(session, ids)
    enrolments = enrolments_out(session, ids, with_papers=False)
    where = places_out(session, [row.community_id for row in rows])
    return [
        ProducerOut(
            **where[row.community_id],
            **row.model_dump(include={"id", "code", "kind", "display_name", "publication_consent"}),
            units=units.get(row.id, 0),
            area_m2=areas[row.id],
            enrolments=enrolments[row.id],
        )
        for row in rows
    ]


def _units(session: Session, producer_ids: Iterable[int]) -> dict[int, int]:
    query = (
        select(Unit.producer_id, func.count())
        .where(col(Unit.producer_id).in_(set(producer_ids)), col(Unit.until).is_(None))
        .group_by(col(Unit.producer_id))
    )
    return dict(session.exec(query).all())


def places_out(session: Session, community_ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    """The fields of a `PlaceOut`, by community."""
    book = atlas_of(session)
    found: dict[int, dict[str, Any]] = {}
    for id_, community in communities_by_id(session, community_ids).items():
        place = book.municipalities[community.municipality_code]
        found[id_] = {
            "community_id": id_,
            "community": community.name,
            "municipality_code": place.ine_code,
            "municipality": place.name,
            "department": book.departments[place.department_code].name,
        }
    return found


def enrolments_out(
    session: Session, producer_ids: Iterable[int], *, with_papers: bool
) -> dict[int, list[EnrolmentOut]]:
    """By producer, the present ones first. `with_papers`: with pledges and reasons."""
    ids = set(producer_ids)
    query = (
        select(Enrolment, Spg)
        .join(Spg, col(Spg.id) == col(Enrolment.spg_id))
        .where(col(Enrolment.producer_id).in_(ids))
        .order_by(col(Enrolment.ended_on).is_not(None), col(Enrolment.id).desc())
    )
    rows = session.exec(query).all()
    pledges = _pledges(session, [row.id for row, _ in rows]) if with_papers else {}
    found: dict[int, list[EnrolmentOut]] = {id_: [] for id_ in ids}
    for row, spg in rows:
        found[row.producer_id].append(
            EnrolmentOut(
                **row.model_dump(exclude={"producer_id", "status_reason"}),
                spg_code=spg.code,
                spg_name=spg.name,
                committee_id=spg.committee_id,
                status_reason=row.status_reason if with_papers else None,
                pledges=pledges.get(row.id, []),
            )
        )
    return found


def enrolments_page(
    session: Session,
    sight: Sight,
    limit: int,
    offset: int,
    *,
    spg_id: int | None = None,
    status: EnrolmentStatus | None = None,
) -> tuple[list[EnrolledOut], int]:
    """Past and present, in the order in which they were made."""
    query = (
        select(Enrolment, Spg, Producer)
        .join(Spg, col(Spg.id) == col(Enrolment.spg_id))
        .join(Producer, col(Producer.id) == col(Enrolment.producer_id))
        .where(seen(sight))
    )
    if spg_id is not None:
        query = query.where(Enrolment.spg_id == spg_id)
    if status is not None:
        query = query.where(Enrolment.status == status)
    count = query.with_only_columns(func.count(), maintain_column_froms=True)
    rows = session.exec(query.order_by(col(Enrolment.id)).limit(limit).offset(offset))
    return _enrolled_out(rows.all()), session.connection().execute(count).scalar_one()


def enrolled_out(session: Session, enrolment_ids: Sequence[int]) -> list[EnrolledOut]:
    """Some enrolments, in this order, for who has just written them."""
    query = (
        select(Enrolment, Spg, Producer)
        .join(Spg, col(Spg.id) == col(Enrolment.spg_id))
        .join(Producer, col(Producer.id) == col(Enrolment.producer_id))
        .where(col(Enrolment.id).in_(set(enrolment_ids)))
    )
    by_id = {row.id: row for row in _enrolled_out(session.exec(query).all())}
    return [by_id[id_] for id_ in enrolment_ids]


def _enrolled_out(rows: Sequence[tuple[Enrolment, Spg, Producer]]) -> list[EnrolledOut]:
    return [
        EnrolledOut(
            **row.model_dump(exclude={"producer_id", "status_reason"}),
            spg_code=spg.code,
            spg_name=spg.name,
            committee_id=spg.committee_id,
            producer_code=producer.code,
            display_name=producer.display_name,
        )
        for row, spg, producer in rows
    ]


def interests_out(session: Session, rows: Sequence[Interest]) -> list[InterestOut]:
    people = persons_by_id(session, [row.person_id for row in rows])
    codes = producers_by_id(session, [row.producer_id for row in rows])
    return [
        InterestOut(
            **row.model_dump(exclude={"producer_id"}),
            person=people[row.person_id].full_name,
            producer_code=codes[row.producer_id].code,
        )
        for row in rows
    ]


def membership_out(session: Session, row: OrganisationMembership) -> MembershipOut:
    organisation = session.get_one(Organisation, row.organisation_id)
    return MembershipOut(
        **row.model_dump(include={"id", "since", "until"}),
        organisation_code=organisation.code,
        organisation=organisation.name,
    )


def _pledges(session: Session, enrolment_ids: Iterable[int]) -> dict[int, list[PledgeOut]]:
    """Those of a merged registration too, marked as such."""
    signed_under = pledging(session, enrolment_ids)
    homes: dict[int, list[int]] = defaultdict(list)
    for own, ids in signed_under.items():
        for id_ in ids:
            homes[id_].append(own)
    query = select(Pledge).where(col(Pledge.enrolment_id).in_(homes))
    found: dict[int, list[PledgeOut]] = defaultdict(list)
    for row in session.exec(query.order_by(col(Pledge.signed_on).desc(), col(Pledge.id))):
        told = PledgeOut.model_validate(row)
        for own in homes[row.enrolment_id]:
            carried = own != row.enrolment_id
            found[own].append(told.model_copy(update={"carried": carried}))
    return found


# --- look-ups for the rooms above ----------------------------------------------------------------


def producers_by_id(session: Session, ids: Iterable[int]) -> dict[int, Producer]:
    return by_id(session, Producer, ids)


def registrations_of(session: Session, producer_id: int) -> list[int]:
    """A producer's own id and those of the registrations that were merged into it."""
    query = select(Producer.id).where(Producer.merged_into_id == producer_id)
    return [producer_id, *session.exec(query.order_by(col(Producer.id)))]


def units_page(
    session: Session,
    sight: Sight,
    limit: int,
    offset: int,
    *,
    spg_id: int | None = None,
    community_id: int | None = None,
    municipality_code: str | None = None,
) -> tuple[list[Unit], int]:
    """Open units of the producers in sight."""
    query = (
        select(Unit)
        .join(Producer, col(Producer.id) == col(Unit.producer_id))
        .where(seen(sight), col(Unit.until).is_(None))
    )
    if spg_id is not None:
        query = query.where(_enrolled(Filters(spg_id=spg_id)))
    if community_id is not None:
        query = query.where(Unit.community_id == community_id)
    if municipality_code:
        query = query.where(Unit.municipality_code == municipality_code)
    total = session.exec(select(func.count()).select_from(query.subquery())).one()
    return list(session.exec(query.order_by(col(Unit.id)).limit(limit).offset(offset))), total


def homes(session: Session, sight: Sight, municipality_codes: Sequence[str]) -> list[Community]:
    """Where the producers in sight live, by name."""
    living = select(Producer.community_id).where(seen(sight))
    query = select(Community).where(
        col(Community.municipality_code).in_(municipality_codes), col(Community.id).in_(living)
    )
    return list(session.exec(query.order_by(col(Community.name_key))))


def organisations(
    session: Session, text: str = "", limit: int | None = None, offset: int = 0
) -> tuple[list[Organisation], int]:
    """By name. There are few of them, so the words are looked for here."""
    words = words_of(text)
    rows = [
        row
        for row in session.exec(select(Organisation).order_by(Organisation.code))
        if all(word in name_key(f"{row.code} {row.name}") for word in words)
    ]
    rows.sort(key=lambda row: name_key(row.name))
    return rows[offset : None if limit is None else offset + limit], len(rows)

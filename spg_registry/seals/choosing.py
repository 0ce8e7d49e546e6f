"""Which seals somebody means: one, those of a community, or those that a meeting granted."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from sqlmodel import Session, col, func, select

from spg_registry.core.lots import by_id
from spg_registry.core.permissions import Actor, Permission, require
from spg_registry.decisions.models import Decision, Meeting
from spg_registry.decisions.queries import decisions_of, get_meeting
from spg_registry.producers.models import Producer
from spg_registry.rules.standing import SealStanding
from spg_registry.rules.words import SealState
from spg_registry.seals.models import SealGrant
from spg_registry.seals.queries import (
    PRINTABLE,
    get_seal,
    granted_in,
    printable,
    standing_of_grant,
)
from spg_registry.territory.models import Community
from spg_registry.territory.queries import community, municipality_label

Q = TypeVar("Q")


@dataclass(frozen=True)
class Chosen:
    grant: SealGrant
    producer: Producer
    standing: SealStanding

    @property
    def printable(self) -> bool:
        return self.standing in PRINTABLE


@dataclass(frozen=True)
class Choice:
    """`kind` is `seal`, `meeting` or `community`; `name` is told in the heading."""

    kind: str
    key: str
    name: str
    seals: tuple[Chosen, ...]

    @property
    def printable(self) -> list[Chosen]:
        return [one for one in self.seals if one.printable]

    @property
    def left_out(self) -> list[Chosen]:
        return [one for one in self.seals if not one.printable]


def of_seal(session: Session, actor: Actor, on: date, code: str) -> Choice:
    grant = get_seal(session, actor, code)
    return Choice("seal", code, "", _chosen(session, [grant], on))


def of_meeting(session: Session, actor: Actor, on: date, meeting_id: int) -> Choice:
    """Every seal that a meeting granted, and what became of it."""
    require(actor, Permission.SEAL_READ)
    meeting = get_meeting(session, actor, meeting_id)
    grants = granted_in(session, (row.id for row in decisions_of(session, meeting.id)))
    seals = _chosen(session, grants, on)
    return Choice("meeting", str(meeting_id), meeting.acta_number, seals)


def of_community(session: Session, actor: Actor, on: date, community_id: int) -> Choice:
    """The seals of families of a community that have not ended, of the actor's own committees."""
    require(actor, Permission.SEAL_READ)
    query = select(SealGrant).where(
        SealGrant.community_id == community_id,
        SealGrant.valid_until >= on,
        SealGrant.state != SealState.REPLACED,
    )
    query = _own(actor, query)
    place = community(session, community_id)
    name = ""
    if place is not None:
        name = f"{place.name}, {municipality_label(session, place.municipality_code)}"
    grants = list(session.exec(query.order_by(col(SealGrant.id))))
    return Choice("community", str(community_id), name, _chosen(session, grants, on))


def meetings_to_print(session: Session, actor: Actor, on: date) -> list[tuple[Meeting, int]]:
    """Meetings whose seals can be printed, the latest first, with how many."""
    require(actor, Permission.SEAL_READ)
    query = (
        select(Decision.meeting_id, func.count())
        .join(SealGrant, col(SealGrant.decision_id) == col(Decision.id))
        .where(printable(on))
        .group_by(col(Decision.meeting_id))
    )
    counts = dict(session.exec(_own(actor, query)).all())
    rows = session.exec(
        select(Meeting)
        .where(col(Meeting.id).in_(counts))
        .order_by(col(Meeting.held_on).desc(), col(Meeting.id).desc())
        .limit(100)
    )
    return [(row, counts[row.id]) for row in rows]


def communities_to_print(session: Session, actor: Actor, on: date) -> list[tuple[Community, int]]:
    """Communities with seals that can be printed, by name, with how many."""
    require(actor, Permission.SEAL_READ)
    query = (
        select(Community, func.count())
        .join(SealGrant, col(SealGrant.community_id) == col(Community.id))
        .where(printable(on))
        .group_by(col(Community.id))
        .order_by(col(Community.name), col(Community.id))
    )
    return list(session.exec(_own(actor, query)))


def _own(actor: Actor, query: Q) -> Q:
    places = actor.committees(Permission.SEAL_READ)
    if places is None:
        return query
    narrowed: Q = query.where(col(SealGrant.committee_id).in_(places))  # type: ignore[attr-defined]
    return narrowed


def _chosen(session: Session, grants: Collection[SealGrant], on: date) -> tuple[Chosen, ...]:
    producers = by_id(session, Producer, [grant.producer_id for grant in grants])
    return tuple(
        Chosen(grant, producers[grant.producer_id], standing_of_grant(grant, on))
        for grant in grants
    )

"""Producers with how their seals and findings stand, and the list narrowed by both.

Here meet rooms of which the producers know nothing. Each is told as far as the reader may see it.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, true
from sqlmodel import Session, col, func, select

from spg_registry.core.permissions import Actor, Permission
from spg_registry.producers.access import Sight
from spg_registry.producers.answers import ProducerOut
from spg_registry.producers.models import Producer
from spg_registry.producers.queries import Filters, find_producers, lines
from spg_registry.rounds.access import seen_visits
from spg_registry.rounds.models import Finding, Visit
from spg_registry.rules.standing import SealStanding
from spg_registry.rules.states import STANDING
from spg_registry.rules.words import FindingState, SealState
from spg_registry.seals.models import SealGrant
from spg_registry.seals.queries import days_ahead, renewable, standing_of_grant, stands

_SHOWN = (
    SealStanding.VALID,
    SealStanding.SUSPENDED,
    SealStanding.NOT_YET_VALID,
    SealStanding.EXPIRED,
    SealStanding.WITHDRAWN,
)
"""What is told of a producer's seals, the first of these that there is."""


class SealWish(StrEnum):
    VALID = "valid"
    EXPIRING = "expiring"
    """Valid, may be decided again, and nothing follows it (`queries.renewable`)."""
    EXPIRED = "expired"
    """None valid or to come, and the last one ran out."""
    SUSPENDED = "suspended"
    NONE = "none"
    """Never granted, or withdrawn."""


@dataclass(frozen=True)
class Standing:
    """One seal of a producer, on a day."""

    grant: SealGrant
    name: SealStanding
    ends_soon: bool


@dataclass(frozen=True)
class HolderLine:
    producer: ProducerOut
    seals: Sequence[Standing]
    findings: int
    """Not closed."""


@dataclass(frozen=True)
class HolderList:
    lines: Sequence[HolderLine]
    total: int
    with_slips: bool


def search_holders(
    session: Session,
    actor: Actor,
    sight: Sight,
    on: date,
    filters: Filters,
    *,
    seal: SealWish | None = None,
    open_findings: bool = False,
    limit: int,
    offset: int,
) -> HolderList:
    """What one field and some filters find, with what the list shows of each."""
    also: list[ColumnElement[bool]] = []
    if seal is not None and actor.may(Permission.SEAL_READ):
        also.append(_has_seal(session, actor, seal, on))
    if open_findings:
        mine = _open_findings(actor).where(col(Finding.producer_id) == col(Producer.id))
        also.append(mine.correlate(Producer).exists())
    wanted = replace(filters, also=(*filters.also, *also))
    found = find_producers(session, sight, wanted, limit, offset)
    ids = [row.id for row in found.rows]
    seals, findings = _seals(session, actor, ids, on), _findings(session, actor, ids)
    return HolderList(
        [
            HolderLine(line, seals.get(line.id, ()), findings.get(line.id, 0))
            for line in lines(session, found.rows)
        ],
        found.total,
        found.with_slips,
    )


def _has_seal(session: Session, actor: Actor, wish: SealWish, on: date) -> ColumnElement[bool]:
    valid = stands(SealStanding.VALID, on)
    last = col(SealGrant.valid_until)
    granted = col(SealGrant.state) == SealState.GRANTED

    def has(*conditions: Any) -> ColumnElement[bool]:
        of_producer = col(SealGrant.producer_id) == col(Producer.id)
        return exists().where(of_producer, _visible(actor), *conditions).correlate(Producer)

    if wish is SealWish.VALID:
        return has(valid)
    if wish is SealWish.EXPIRING:
        return has(renewable(days_ahead(session, actor, on), on))
    if wish is SealWish.EXPIRED:
        return and_(has(stands(SealStanding.EXPIRED, on)), ~has(granted, last >= on))
    if wish is SealWish.SUSPENDED:
        return has(stands(SealStanding.SUSPENDED, on))
    return ~has(col(SealGrant.state).in_(STANDING))


def _visible(actor: Actor) -> ColumnElement[bool]:
    places = actor.committees(Permission.SEAL_READ)
    return true() if places is None else col(SealGrant.committee_id).in_(places)


def _seals(
    session: Session, actor: Actor, producer_ids: Sequence[int], on: date
) -> dict[int, list[Standing]]:
    theirs = (
        col(SealGrant.producer_id).in_(producer_ids),
        _visible(actor),
        col(SealGrant.state) != SealState.REPLACED,
    )
    ends = renewable(days_ahead(session, actor, on), on)
    ending = set(session.exec(select(SealGrant.id).where(*theirs, ends)))
    query = select(SealGrant).where(*theirs)
    by_standing: dict[int, dict[SealStanding, list[Standing]]] = defaultdict(dict)
    for grant in session.exec(query.order_by(col(SealGrant.id).desc())):
        name = standing_of_grant(grant, on)
        soon = grant.id in ending
        mine = by_standing[grant.producer_id]
        mine.setdefault(name, []).append(Standing(grant, name, soon))
    return {
        id_: next((mine[name] for name in _SHOWN if name in mine), [])[:2]
        for id_, mine in by_standing.items()
    }


def _open_findings(actor: Actor) -> Any:
    visits = select(Visit.id).where(seen_visits(actor))
    return select(Finding.id).where(
        col(Finding.visit_id).in_(visits), Finding.state != FindingState.CLOSED
    )


def _findings(session: Session, actor: Actor, producer_ids: Sequence[int]) -> dict[int, int]:
    query = (
        _open_findings(actor)
        .where(col(Finding.producer_id).in_(producer_ids))
        .with_only_columns(Finding.producer_id, func.count())
        .group_by(col(Finding.producer_id))
    )
    return {row[0]: row[1] for row in session.connection().execute(query)}

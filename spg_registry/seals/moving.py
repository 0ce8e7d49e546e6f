"""Who moves to another SPG, or hands its land on, takes no seal along."""

from collections.abc import Collection
from datetime import date, datetime

from sqlmodel import Session, col, select

from spg_registry.core.db import lock_all_writers
from spg_registry.core.locks import Lock
from spg_registry.core.permissions import Actor
from spg_registry.producers import service as producers
from spg_registry.producers.models import Enrolment, Transfer, Unit
from spg_registry.producers.schemas import HandOverIn, MoveIn
from spg_registry.rules.states import STANDING
from spg_registry.rules.words import SealEventKind
from spg_registry.seals.events import Ground, standing_of_enrolment, turn
from spg_registry.seals.models import SealGrant, SealScope
from spg_registry.seals.schemas import ReasonClass


def move(
    session: Session, actor: Actor, now: datetime, enrolment_id: int, data: MoveIn
) -> Enrolment:
    """A producer goes to another SPG, in one transaction: the old enrolment ends, its seals that
    still run are withdrawn, the new enrolment begins. The new seal is the new committee's word."""
    lock_all_writers(session, Lock.GRANTING)
    old, new = producers.move(session, actor, now, enrolment_id, data)
    _withdraw(
        session, actor, now, standing_of_enrolment(session, old.id), old.status_since, data.reason
    )
    return new


def hand_over(
    session: Session, actor: Actor, now: datetime, unit_code: str, data: HandOverIn
) -> list[Transfer]:
    """Plots change hands (`producers.hand_over`). A seal that stood on nothing but a unit which is
    closed by it is withdrawn; one that keeps some of its land is shown for revision."""
    lock_all_writers(session, Lock.GRANTING)
    rows = producers.hand_over(session, actor, now, unit_code, data)
    unit = session.get_one(Unit, rows[0].from_unit_id)
    if unit.until is not None:
        grants = _only_on(session, unit.id)
        _withdraw(session, actor, now, grants, rows[0].effective_on, data.reason)
    return rows


def _withdraw(
    session: Session,
    actor: Actor,
    now: datetime,
    grants: Collection[SealGrant],
    on: date,
    reason: str,
) -> None:
    for grant in grants:
        if grant.valid_until >= on:
            ground = Ground(max(on, grant.state_since), ReasonClass.MOVED, reason)
            turn(session, actor, now, grant, SealEventKind.WITHDRAWN, ground)
    session.flush()


def _only_on(session: Session, unit_id: int) -> list[SealGrant]:
    """Standing seals of the unit whose every other unit is closed too, held until the end."""
    on_it = select(SealScope.grant_id).where(SealScope.unit_id == unit_id)
    open_elsewhere = (
        select(SealScope.grant_id)
        .join(Unit, col(Unit.id) == col(SealScope.unit_id))
        .where(col(Unit.until).is_(None))
    )
    query = (
        select(SealGrant)
        .where(col(SealGrant.id).in_(on_it), col(SealGrant.id).not_in(open_elsewhere))
        .where(col(SealGrant.state).in_(STANDING))
        .order_by(col(SealGrant.id))
        .with_for_update()
    )
    return list(session.exec(query))

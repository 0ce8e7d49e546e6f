"""What waits for an evaluator and for the administrator."""

from datetime import timedelta
from typing import Final

from sqlalchemy import String, cast, exists, literal
from sqlmodel import col

from spg_registry.committees.models import Committee, RoleAssignment
from spg_registry.core.audit import AuditEvent
from spg_registry.core.keys import KeyState, Purpose, own_keyring
from spg_registry.core.permissions import Permission, Role
from spg_registry.people.models import Client, User
from spg_registry.producers.models import Producer, Unit
from spg_registry.rounds.access import sent_to
from spg_registry.rounds.late import visit_day
from spg_registry.rounds.models import Round, Visit
from spg_registry.rules.states import TO_FILL
from spg_registry.rules.words import RoundState
from spg_registry.territory.models import Community
from spg_registry.worklist.matters import Look, Matter, Row, Urgency, pick

FIELD_SOON: Final = 14
"""Days before the last one of a visit that count as soon."""
IDLE: Final = timedelta(days=180)
"""After so long without asking for a token, somebody asks whether a program is still in use."""


def visits(look: Look) -> Matter:
    """An evaluator's own, until they are handed in; late when their days are over."""
    query = (
        pick(Visit.id, Producer.display_name, Community.name, Visit.state)
        .join(Round, col(Round.id) == col(Visit.round_id))
        .join(Producer, col(Producer.id) == col(Visit.producer_id))
        .join(Unit, col(Unit.id) == col(Visit.unit_id))
        .join(Community, col(Community.id) == col(Unit.community_id))
        .where(col(Visit.id).in_(sent_to(look.actor)), col(Visit.state).in_(TO_FILL))
        .where(col(Round.state) == RoundState.OPEN)
    )
    return look.gather(
        query,
        day=visit_day(),
        late_before=look.today,
        soon_by=look.ahead(FIELD_SOON),
        kind="visit",
    )


def leaderless(look: Look) -> Matter:
    """Committees without a coordinator: nobody can run them until one is invited."""
    led = exists().where(
        col(RoleAssignment.committee_id) == col(Committee.id),
        col(RoleAssignment.role) == Role.COORDINATOR,
        col(RoleAssignment.ended_at).is_(None),
    )
    query = pick(Committee.id, Committee.name, literal("")).where(
        look.within(Committee.id, Permission.COMMITTEE_READ), ~led
    )
    return look.gather(query, day=col(Committee.created_on), kind="coordinator")


def users_without_role(look: Look) -> Matter:
    """Logins that open and lead nowhere."""
    acting = exists().where(
        col(RoleAssignment.user_id) == col(User.id), col(RoleAssignment.ended_at).is_(None)
    )
    query = pick(User.id, User.label, User.username)
    query = query.where(col(User.disabled_at).is_(None), ~acting)
    return look.gather(query, day=col(User.created_at), kind="user")


def idle_programs(look: Look) -> Matter:
    """Programs with access that have not asked for a token in half a year."""
    used = exists().where(
        col(AuditEvent.action) == "client.token",
        col(AuditEvent.subject) == "client",
        col(AuditEvent.subject_id) == cast(Client.id, String),
        col(AuditEvent.at) > look.long_ago(IDLE),
    )
    query = pick(Client.client_id, Client.name, Client.client_id).where(
        col(Client.revoked_at).is_(None), col(Client.created_at) < look.long_ago(IDLE), ~used
    )
    return look.gather(query, day=col(Client.created_at), kind="program")


def keys(look: Look) -> Matter:
    """Purposes without a key to sign with, and compromised keys: somebody types a command."""
    known = own_keyring().list_keys()
    active = {entry.purpose for entry in known if entry.state is KeyState.ACTIVE}
    rows = [
        Row("key", purpose, purpose, urgency=Urgency.OVERDUE, status="missing")
        for purpose in Purpose
        if purpose not in active
    ]
    rows += [
        Row("key", entry.kid, entry.kid, urgency=Urgency.SOON, status=KeyState.COMPROMISED)
        for entry in known
        if entry.state is KeyState.COMPROMISED
    ]
    return look.of_rows(rows)

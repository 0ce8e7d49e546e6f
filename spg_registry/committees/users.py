"""Who may act for a committee: invitations, roles, and the office's care for its own logins."""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from sqlmodel import Session, col, select

from spg_registry.committees.errors import RoleNotFound
from spg_registry.committees.models import RoleAssignment
from spg_registry.committees.queries import get_committee, known_among, roles_of
from spg_registry.committees.schemas import InviteIn, RoleIn
from spg_registry.core import audit
from spg_registry.core.errors import Forbidden, Invalid
from spg_registry.core.permissions import (
    NATIONAL,
    Actor,
    Permission,
    Role,
    require,
    require_somebody,
)
from spg_registry.people import accounts
from spg_registry.people.errors import UserNotFound
from spg_registry.people.links import make_link, purpose_for
from spg_registry.people.models import LinkPurpose, User
from spg_registry.people.passwords import UNSET, Hashed
from spg_registry.people.schemas import PasswordIn

OF_THE_OFFICE: Final = (Role.SECRETARY, Role.MEMBER, Role.EVALUATOR)
"""The roles that a committee's office gives. Coordinators come from who makes committees."""


def assign_role(session: Session, actor: Actor, now: datetime, data: RoleIn) -> RoleAssignment:
    """Give a user a role; given already, the standing one comes back.

    National roles by the administrator; a coordinator also by the control body while the
    committee has none; the others by the committee's office to users of its own.
    """
    _require_giving(session, actor, data.role, data.committee_id)
    user = accounts.get_user(session, data.user_id)
    if not actor.may(Permission.USER_MANAGE):
        _require_own(session, user, data.committee_id)
    return _give(session, actor, now, user, data.role, data.committee_id)


def invite_user(
    session: Session,
    actor: Actor,
    now: datetime,
    committee_id: int | None,
    data: InviteIn,
    hashed: Hashed | None = None,
    beyond: Collection[int] = (),
) -> User:
    """A login with a role in this committee (None: a national role), in one act. Without a
    password nobody enters before a link set one (`invite_by_link`).

    The login is a person's whom the committee knows (`queries.known_among`) or one of `beyond`.
    """
    _require_giving(session, actor, data.role, committee_id)
    _require_known(session, actor, committee_id, data.person_id, beyond)
    _require_no_login(session, actor, data.person_id)
    user = accounts.open_account(
        session,
        actor,
        now,
        username=data.username,
        label=data.label,
        password=hashed or (data.password.get_secret_value() if data.password else UNSET),
        person_id=data.person_id,
        email=data.email,
    )
    _give(session, actor, now, user, data.role, committee_id)
    return user


def invite_by_link(
    session: Session,
    actor: Actor,
    now: datetime,
    committee_id: int | None,
    data: InviteIn,
    beyond: Collection[int] = (),
) -> tuple[User, str]:
    """The same, and the secret of the link by which the invited sets a password: told this once."""
    user = invite_user(session, actor, now, committee_id, data, beyond=beyond)
    return user, make_link(session, actor, now, user, LinkPurpose.INVITATION)


def end_role(session: Session, actor: Actor, now: datetime, role_id: int) -> RoleAssignment:
    """The user keeps the login and loses what the role allowed, from the next request on."""
    require_somebody(actor)
    _require_person(actor)
    row = session.get(RoleAssignment, role_id)
    if row is None or row.ended_at is not None or not _sees(actor, row.committee_id):
        raise RoleNotFound(id=role_id)
    if row.role in OF_THE_OFFICE and not actor.may(Permission.USER_MANAGE):
        require(actor, Permission.COMMITTEE_MANAGE, on=row.committee_id)
    else:
        require(actor, Permission.USER_MANAGE)
    row.ended_at = now
    audit.record(
        session,
        actor,
        now,
        "role.end",
        "role_assignment",
        row.id,
        committee_id=row.committee_id,
        user=row.user_id,
        role=str(row.role),
    )
    session.flush()
    return row


def reset_password(
    session: Session,
    actor: Actor,
    now: datetime,
    committee_id: int,
    user_id: int,
    data: PasswordIn,
    hashed: Hashed | None = None,
) -> User:
    """A new password for somebody who acts for this committee only and is no coordinator. For
    `hashed` see `people.service.set_password`."""
    user = _looked_after(session, actor, committee_id, user_id)
    accounts.store_password(session, actor, now, user, hashed or data.password)
    return user


def link_for_own(
    session: Session, actor: Actor, now: datetime, committee_id: int, user_id: int
) -> tuple[User, str]:
    """A one-time link for somebody whom this office looks after, to hand over or to send."""
    user = _looked_after(session, actor, committee_id, user_id)
    return user, make_link(session, actor, now, user, purpose_for(user))


def disable_own_user(
    session: Session, actor: Actor, now: datetime, committee_id: int, user_id: int
) -> User:
    """Shut the login of somebody who acts for this committee only and is no coordinator."""
    user = _looked_after(session, actor, committee_id, user_id)
    accounts.shut_account(session, actor, now, user)
    return user


def enable_own_user(
    session: Session, actor: Actor, now: datetime, committee_id: int, user_id: int
) -> User:
    """Open the login again of somebody who acts for this committee only and is no coordinator."""
    user = _looked_after(session, actor, committee_id, user_id)
    accounts.reopen_account(session, actor, now, user)
    return user


def _require_person(actor: Actor) -> None:
    """Only people say who decides: a program that made a login would decide through it."""
    if actor.kind == "client":
        raise Forbidden(permission=str(Permission.USER_MANAGE))


def _require_giving(session: Session, actor: Actor, role: Role, committee_id: int | None) -> None:
    _require_person(actor)
    if (role in NATIONAL) != (committee_id is None):
        raise Invalid.at("role", "role_place", role=str(role))
    if committee_id is not None:
        get_committee(session, actor, committee_id)
    if actor.may(Permission.USER_MANAGE):
        return
    if role in OF_THE_OFFICE:
        require(actor, Permission.COMMITTEE_MANAGE, on=committee_id)
    elif role == Role.COORDINATOR:
        require(actor, Permission.COMMITTEE_CREATE)
        if _has_coordinator(session, committee_id):
            raise Forbidden(permission=str(Permission.USER_MANAGE))
    else:
        require(actor, Permission.USER_MANAGE)


def _require_known(
    session: Session,
    actor: Actor,
    committee_id: int | None,
    person_id: int | None,
    beyond: Collection[int],
) -> None:
    """A login of another committee's evaluator would open that evaluator's visits."""
    if person_id is None or committee_id is None or actor.may(Permission.USER_MANAGE):
        return
    if person_id not in {*known_among(session, committee_id, [person_id]), *beyond}:
        raise Invalid.at("person_id", "person_not_found")


def _require_no_login(session: Session, actor: Actor, person_id: int | None) -> None:
    """A second login of a person would have the first one's visits."""
    if person_id is None or actor.may(Permission.USER_MANAGE):
        return
    if session.exec(select(User.id).where(User.person_id == person_id)).first() is not None:
        raise Invalid.at("person_id", "person_has_login")


def _sees(actor: Actor, committee_id: int | None) -> bool:
    if committee_id is None:
        return actor.may(Permission.USER_MANAGE)
    return actor.may(Permission.COMMITTEE_READ, committee_id)


def _has_coordinator(session: Session, committee_id: int | None) -> bool:
    query = select(RoleAssignment.id).where(
        RoleAssignment.committee_id == committee_id,
        RoleAssignment.role == Role.COORDINATOR,
        col(RoleAssignment.ended_at).is_(None),
    )
    return session.exec(query).first() is not None


def _require_own(session: Session, user: User, committee_id: int | None) -> None:
    """An office gives roles to who acts for it already; the rest look like nobody to it."""
    if committee_id not in {role.committee_id for role in roles_of(session, [user.id])}:
        raise UserNotFound(id=user.id)


def _looked_after(session: Session, actor: Actor, committee_id: int, user_id: int) -> User:
    """A user whom this office alone looks after. Anybody else's login would be a way to rights
    that the office does not have."""
    _require_person(actor)
    get_committee(session, actor, committee_id)
    require(actor, Permission.COMMITTEE_MANAGE, on=committee_id)
    user = accounts.get_user(session, user_id)
    roles = roles_of(session, [user_id])
    if committee_id not in {role.committee_id for role in roles}:
        raise UserNotFound(id=user_id)
    if any(r.committee_id != committee_id or r.role not in OF_THE_OFFICE for r in roles):
        raise Forbidden(permission=str(Permission.USER_MANAGE))
    return user


def _give(
    session: Session,
    actor: Actor,
    now: datetime,
    user: User,
    role: Role,
    committee_id: int | None,
) -> RoleAssignment:
    for standing in roles_of(session, [user.id]):
        if (standing.role, standing.committee_id) == (role, committee_id):
            return standing
    row = RoleAssignment(user_id=user.id, role=role, committee_id=committee_id, given_at=now)
    session.add(row)
    session.flush()
    audit.record(
        session,
        actor,
        now,
        "role.give",
        "role_assignment",
        row.id,
        committee_id=committee_id,
        user=user.id,
        role=str(role),
    )
    session.flush()
    return row

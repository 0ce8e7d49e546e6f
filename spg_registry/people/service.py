"""Persons, logins and programs; with `access` and `idempotency` the door of this room."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from spg_registry.core import audit, clock
from spg_registry.core.errors import Fault, Invalid, Unauthenticated
from spg_registry.core.permissions import Actor, Permission, require
from spg_registry.people import accounts
from spg_registry.people.access import (
    Outcome,
    Proof,
    SignIn,
    TokenAnswer,
    bearer,
    client_named,
    issue_client_token,
    session_user,
    sign_in,
    sign_out,
)
from spg_registry.people.accounts import digest, new_secret
from spg_registry.people.errors import ClientNotFound, PersonNotFound
from spg_registry.people.idempotency import remember, remembered
from spg_registry.people.identity import Ci, MistypedCi, ci_key, parse_ci
from spg_registry.people.links import make_link, purpose_for
from spg_registry.people.models import Client, Person, User
from spg_registry.people.passwords import Hashed, OwnTurn, turn_own
from spg_registry.people.schemas import ClientIn, PasswordChange, PasswordIn, PersonIn, UserIn

__all__ = [
    "Outcome",
    "Proof",
    "SignIn",
    "TokenAnswer",
    "bearer",
    "change_own_password",
    "correct_person",
    "create_client",
    "create_user",
    "disable_user",
    "enable_user",
    "issue_client_token",
    "link_for",
    "person_faults",
    "register_persons",
    "remember",
    "remembered",
    "revoke_client",
    "session_user",
    "set_password",
    "sign_in",
    "sign_out",
]

_NOT_FOR_PROGRAMS = {
    Permission.KEY_MANAGE,
    Permission.CLIENT_MANAGE,
    Permission.USER_MANAGE,
    # Only people decide: a seal is the word of a committee, never of a program.
    Permission.DECISION_RECORD,
    Permission.ACTA_CLOSE,
    Permission.SEAL_DECIDE,
}


def register_persons(
    session: Session,
    actor: Actor,
    now: datetime,
    batch: Sequence[PersonIn],
    committee_id: int | None,
) -> list[Person]:
    """New persons, in the order of the batch, for whoever keeps this committee's papers.

    An identity number that somebody has already is an Invalid at `ci` (`0-ci`, `1-ci`, … when the
    batch has several): a person is registered once, wherever in the country.
    """
    _require_papers(actor, committee_id)
    columns = _columns(session, now, batch)
    rows = [Person(**values) for values in columns]
    session.add_all(rows)
    session.flush()
    for row in rows:
        audit.record(
            session, actor, now, "person.register", "person", row.id, committee_id=committee_id
        )
    session.flush()
    return rows


def correct_person(
    session: Session,
    actor: Actor,
    now: datetime,
    person_id: int,
    data: PersonIn,
    committee_id: int | None,
) -> Person:
    """Write a person's particulars anew. Only for a person that the caller found through this
    committee (its members, evaluators, holders): this room does not know who belongs where."""
    if committee_id is None or not _keeps_papers(actor, committee_id):
        require(actor, Permission.COMMITTEE_MANAGE, on=committee_id)
    person = session.get(Person, person_id)
    if person is None:
        raise PersonNotFound(id=person_id)
    (values,) = _columns(session, now, [data], besides=person_id)
    changed = sorted(name for name, value in values.items() if getattr(person, name) != value)
    for name in changed:
        setattr(person, name, values[name])
    audit.record(
        session,
        actor,
        now,
        "person.correct",
        "person",
        person.id,
        committee_id=committee_id,
        changed=changed,
    )
    session.flush()
    return person


def person_faults(session: Session, now: datetime, batch: Sequence[PersonIn]) -> list[Fault]:
    """What `register_persons` would refuse, for who shows it beside faults of its own."""
    try:
        _columns(session, now, batch)
    except Invalid as invalid:
        return invalid.faults
    return []


def _require_papers(actor: Actor, committee_id: int | None) -> None:
    """A committee's office registers its people; who makes committees registers the first."""
    if committee_id is None or not _keeps_papers(actor, committee_id):
        require(actor, Permission.COMMITTEE_CREATE)


def _keeps_papers(actor: Actor, committee_id: int) -> bool:
    keepers = (Permission.COMMITTEE_MANAGE, Permission.PRODUCER_WRITE)
    return any(actor.may(right, committee_id) for right in keepers)


def _columns(
    session: Session, now: datetime, batch: Sequence[PersonIn], besides: int | None = None
) -> list[dict[str, Any]]:
    faults: list[Fault] = []
    rows: list[dict[str, Any]] = []
    keys: dict[str, str] = {}
    this_year = clock.local_date(now).year
    for place, data in enumerate(batch):
        spot = "" if len(batch) == 1 else f"{place}-"
        row = data.model_dump() | {"ci_key": None}
        rows.append(row)
        if data.birth_year is not None and data.birth_year > this_year:
            faults.append(Fault(f"{spot}birth_year", "birth_year_ahead", {"year": this_year}))
        if data.ci is None:
            row["ci_suffix"] = None
            continue
        try:
            ci = (
                parse_ci(f"{data.ci}{data.ci_suffix or ''}")
                if data.ci_suffix
                else parse_ci(data.ci)
            )
        except MistypedCi:
            faults.append(Fault(f"{spot}ci", "ci_mistyped"))
            continue
        row |= _kept(ci)
        if row["ci_key"] in keys:
            faults.append(Fault(f"{spot}ci", "ci_twice"))
        keys.setdefault(row["ci_key"], f"{spot}ci")
    taken = session.exec(select(Person.ci_key, Person.id).where(col(Person.ci_key).in_(list(keys))))
    faults += [
        Fault(keys[found], "ci_taken")
        for found, person_id in taken
        if found is not None and person_id != besides
    ]
    if faults:
        raise Invalid(*faults)
    return rows


def _kept(ci: Ci) -> dict[str, str | None]:
    return {"ci": ci.number, "ci_suffix": ci.suffix, "ci_key": ci_key(ci.number)}


def create_user(session: Session, actor: Actor, now: datetime, data: UserIn) -> User:
    """A login without a role yet, by the administrator. Committees invite their own
    (`committees.users.invite_user`)."""
    require(actor, Permission.USER_MANAGE)
    return accounts.open_account(
        session,
        actor,
        now,
        username=data.username,
        label=data.label,
        password=data.password.get_secret_value(),
        person_id=data.person_id,
        locale=data.locale,
    )


def set_password(
    session: Session,
    actor: Actor,
    now: datetime,
    user_id: int,
    data: PasswordIn,
    hashed: Hashed | None = None,
) -> User:
    """Another's password, by the administrator; the sessions of the user end. `hashed` is the same
    password, made before this transaction: hashing takes long, and writers wait."""
    require(actor, Permission.USER_MANAGE)
    user = accounts.get_user(session, user_id)
    accounts.store_password(session, actor, now, user, hashed or data.password)
    return user


def link_for(session: Session, actor: Actor, now: datetime, user_id: int) -> tuple[User, str]:
    """A one-time link for another, by the administrator; the secret is told this once."""
    require(actor, Permission.USER_MANAGE)
    user = accounts.get_user(session, user_id)
    return user, make_link(session, actor, now, user, purpose_for(user))


def change_own_password(
    session: Session,
    actor: Actor,
    now: datetime,
    data: PasswordChange,
    turned: OwnTurn | None = None,
) -> User:
    """One's own. Raises Invalid at `current` or `again`; all sessions end, this one too.

    Only from a screen: a token that a script left lying about does not change passwords. `turned`
    is the work done before this transaction; a password changed meanwhile makes it worthless.
    """
    if actor.kind != "user" or actor.id is None or actor.scopes is not None:
        raise Unauthenticated()
    user = accounts.get_user(session, actor.id)
    if data.password.get_secret_value() != data.again.get_secret_value():
        raise Invalid.at("again", "password_differs")
    turned = turned or turn_own(
        user.password_hash, data.current.get_secret_value(), data.password.get_secret_value()
    )
    if not turned.right or turned.against != user.password_hash:
        raise Invalid.at("current", "password_wrong")
    accounts.store_password(session, actor, now, user, turned.hashed)
    return user


def disable_user(session: Session, actor: Actor, now: datetime, user_id: int) -> User:
    """Shut a login, by the administrator."""
    require(actor, Permission.USER_MANAGE)
    user = accounts.get_user(session, user_id)
    if actor.kind == "user" and actor.id == user.id:
        raise Invalid.at("", "user_disables_self")
    accounts.shut_account(session, actor, now, user)
    return user


def enable_user(session: Session, actor: Actor, now: datetime, user_id: int) -> User:
    """Open a login that was shut, by the administrator."""
    require(actor, Permission.USER_MANAGE)
    user = accounts.get_user(session, user_id)
    accounts.reopen_account(session, actor, now, user)
    return user


def create_client(
    session: Session, actor: Actor, now: datetime, data: ClientIn
) -> tuple[Client, str]:
    """A program, and its secret: told this once, kept only as a digest."""
    require(actor, Permission.CLIENT_MANAGE)
    known = {str(right) for right in Permission} - {str(right) for right in _NOT_FOR_PROGRAMS}
    unknown = sorted(set(data.scopes) - known)
    if unknown:
        raise Invalid.at("scopes", "scope_unknown", scopes=" ".join(unknown))
    if client_named(session, data.client_id):
        raise Invalid.at("client_id", "client_id_taken", client_id=data.client_id)
    secret = new_secret()
    client = Client(
        client_id=data.client_id,
        name=data.name,
        secret_hash=digest(secret),
        scopes=sorted(set(data.scopes)),
        created_at=now,
    )
    session.add(client)
    session.flush()
    audit.record(session, actor, now, "client.create", "client", client.id, scopes=client.scopes)
    session.flush()
    return client, secret


def revoke_client(session: Session, actor: Actor, now: datetime, client_id: str) -> Client:
    """End a program's access at once, its running tokens included."""
    require(actor, Permission.CLIENT_MANAGE)
    client = client_named(session, client_id)
    if client is None:
        raise ClientNotFound(client_id=client_id)
    if client.revoked_at is None:
        client.revoked_at = now
        audit.record(session, actor, now, "client.revoke", "client", client.id)
    session.flush()
    return client

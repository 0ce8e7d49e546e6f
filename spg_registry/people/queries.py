"""Questions about people. Whose they may be is asked one room up, in `committees`."""

from collections.abc import Iterable

from sqlmodel import Session, col, func, select

from spg_registry.core.permissions import Actor, Permission, require
from spg_registry.people.identity import MistypedCi, ci_key, parse_ci
from spg_registry.people.models import Client, Person, User


def person(session: Session, person_id: int) -> Person | None:
    return session.get(Person, person_id)


def persons_by_id(session: Session, ids: Iterable[int]) -> dict[int, Person]:
    wanted = set(ids)
    if not wanted:
        return {}
    return {row.id: row for row in session.exec(select(Person).where(col(Person.id).in_(wanted)))}


def person_with_ci(session: Session, typed: str) -> Person | None:
    """By identity number in any spelling; None also for what is no number at all."""
    try:
        key = ci_key(parse_ci(typed).number)
    except MistypedCi:
        return None
    return session.exec(select(Person).where(Person.ci_key == key)).first()


def users_by_id(session: Session, ids: Iterable[int]) -> dict[int, User]:
    wanted = set(ids)
    if not wanted:
        return {}
    return {row.id: row for row in session.exec(select(User).where(col(User.id).in_(wanted)))}


def users(session: Session, actor: Actor, limit: int, offset: int) -> tuple[list[User], int]:
    """Every login, by username, with how many there are: for the administrator."""
    require(actor, Permission.USER_MANAGE)
    rows = session.exec(select(User).order_by(User.username).limit(limit).offset(offset))
    return list(rows), session.exec(select(func.count()).select_from(User)).one()


def clients(session: Session, actor: Actor) -> list[Client]:
    require(actor, Permission.CLIENT_MANAGE)
    return list(session.exec(select(Client).order_by(Client.client_id)))

"""How far the demonstration in a database is: two marks in the audit tell, whatever was killed."""

from datetime import datetime
from enum import Enum

from sqlmodel import Session, SQLModel, select

from spg_registry.committees.models import Committee
from spg_registry.core import clock
from spg_registry.core.audit import AuditEvent, record
from spg_registry.core.db import Database
from spg_registry.core.permissions import SYSTEM
from spg_registry.people.models import Client, User

BEGUN, ENDED = "demo.begin", "demo.end"
_SUBJECT = "demonstration"
_OF_WORK: tuple[type[SQLModel], ...] = (User, Client, Committee)


class Demo(Enum):
    """How far the demonstration is. It goes only into a registry where nobody works yet."""

    POSSIBLE = "possible"
    HALF = "half"
    WHOLE = "whole"
    UNWANTED = "unwanted"


def demo_stands(database: Database) -> Demo:
    with database.read() as session:
        noted = set(session.exec(select(AuditEvent.action).where(AuditEvent.subject == _SUBJECT)))
        if ENDED in noted:
            return Demo.WHOLE
        if BEGUN in noted:
            return Demo.HALF
        return Demo.UNWANTED if _is_in_use(session) else Demo.POSSIBLE


def _is_in_use(session: Session) -> bool:
    return any(session.exec(select(table).limit(1)).first() for table in _OF_WORK)


def note_demo(database: Database, action: str, now: datetime | None = None) -> None:
    now = now or clock.now()
    with database.write(now) as session:
        record(session, SYSTEM, now, action, _SUBJECT, "first")

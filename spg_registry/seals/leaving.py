"""Who leaves an SPG takes no seal along: no committee could act on it any more."""

from datetime import datetime

from sqlmodel import Session

from spg_registry.core.db import lock_all_writers
from spg_registry.core.locks import Lock
from spg_registry.core.permissions import Actor
from spg_registry.producers import enrolments
from spg_registry.producers.models import Enrolment
from spg_registry.producers.schemas import StatusIn
from spg_registry.rules.words import EnrolmentStatus, SealEventKind
from spg_registry.seals.events import Ground, standing_of_enrolment, turn
from spg_registry.seals.schemas import ReasonClass


def change_status(
    session: Session, actor: Actor, now: datetime, enrolment_id: int, data: StatusIn
) -> Enrolment:
    """The office's move of a producer (`enrolments.change_status`), with what follows for its
    seals: leaving by one's own will withdraws those that still run, in the same transaction."""
    leaving = data.status is EnrolmentStatus.WITHDRAWN
    if leaving:
        lock_all_writers(session, Lock.GRANTING)
    row = enrolments.change_status(session, actor, now, enrolment_id, data)
    if leaving:
        for grant in standing_of_enrolment(session, row.id):
            if grant.valid_until >= row.status_since:
                on = max(row.status_since, grant.state_since)
                ground = Ground(on, ReasonClass.OWN_WISH, data.reason)
                turn(session, actor, now, grant, SealEventKind.WITHDRAWN, ground)
        session.flush()
    return row

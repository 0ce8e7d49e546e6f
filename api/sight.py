"""Which producers an evaluator may look at: here the rooms of producers and of rounds meet."""

from collections.abc import Collection

from sqlmodel import Session

from spg_registry.core.permissions import Actor, Permission
from spg_registry.rounds.queries import evaluated_producers


def visible_ids(session: Session, actor: Actor) -> Collection[int] | None:
    """Producers beyond those of the actor's committees; None for who is sent nowhere."""
    if actor.person_id is None or not actor.may(Permission.VISIT_READ_OWN):
        return None
    return evaluated_producers(session, actor.person_id)

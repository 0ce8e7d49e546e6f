"""Which producers an evaluator may look at: the rooms of producers and of rounds meet here."""

from collections.abc import Collection

from sqlmodel import Session

from spg_registry.core.permissions import Actor, Permission
from spg_registry.rounds.queries import visible_producer_ids


def visible_ids(session: Session, actor: Actor) -> Collection[int] | None:
    """Ids beyond what the actor's committees show; None for who has nothing to do in the field."""
    if not actor.may(Permission.VISIT_READ_OWN):
        return None
    return visible_producer_ids(session, actor)

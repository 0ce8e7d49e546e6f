"""Who may be looked at, where two rooms meet: producers by evaluators, persons by an office."""

from collections.abc import Collection, Iterable

from sqlmodel import Session

from spg_registry.committees.schemas import InviteIn, SomebodyIn
from spg_registry.core.permissions import Actor, Permission
from spg_registry.producers.facts import holders_among
from spg_registry.rounds.queries import evaluated_producers


def visible_ids(session: Session, actor: Actor) -> Collection[int] | None:
    """Producers beyond those of the actor's committees; None for who is sent nowhere."""
    if actor.person_id is None or not actor.may(Permission.VISIT_READ_OWN):
        return None
    return evaluated_producers(session, actor.person_id)


def own_holders(
    session: Session, committee_id: int | None, wishes: Iterable[SomebodyIn | InviteIn]
) -> Collection[int]:
    """Of the persons named in the wishes, those behind a producer of this committee: beyond its
    papers, these are the ones that its office may seat, appoint and invite."""
    named = {wish.person_id for wish in wishes if wish.person_id is not None}
    return holders_among(session, committee_id, named) if committee_id and named else ()

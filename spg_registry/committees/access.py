"""From a user or a token to an actor: this room knows the roles."""

from datetime import datetime

from sqlmodel import Session

from spg_registry.committees.queries import roles_of
from spg_registry.core import audit
from spg_registry.core.permissions import ALLOWED, Actor
from spg_registry.people.access import Outcome, TokenAnswer, Tried, bearer, mint, prove
from spg_registry.people.models import Client, User


def actor_of(session: Session, user: User) -> Actor:
    """A user with the roles that have not ended."""
    roles = roles_of(session, [user.id])
    return Actor(
        kind="user",
        id=user.id,
        label=user.label,
        grants=frozenset((row.role, row.committee_id) for row in roles),
        person_id=user.person_id,
    )


def rights_of(actor: Actor) -> frozenset[str]:
    """Every permission that one of the actor's roles carries, as scopes."""
    return frozenset(str(right) for role, _ in actor.grants for right in ALLOWED[role])


def bearer_actor(session: Session, now: datetime, token: str) -> Actor:
    """Who sends an access token. Raises InvalidToken (a kind of Unauthenticated).

    The roles are read anew: a role that ended while the token was fresh counts no more.
    """
    holder, scopes = bearer(session, now, token)
    if isinstance(holder, Client):
        return Actor(kind="client", id=holder.id, label=holder.name, scopes=scopes)
    actor = actor_of(session, holder)
    return Actor(
        kind=actor.kind,
        id=actor.id,
        label=actor.label,
        grants=actor.grants,
        scopes=scopes,
        person_id=actor.person_id,
    )


def issue_password_token(
    session: Session,
    now: datetime,
    username: str,
    password: str,
    scope: str | None,
    address: str,
    tried: Tried | None = None,
) -> TokenAnswer:
    """OAuth2 password grant: a user's own rights for a script, narrowed to the scopes asked for.

    Commit whatever the outcome is: failed tries count. For `tried` see `people.access.prove`.
    """
    proof = prove(session, now, username, password, address, tried)
    if proof.user is None:
        return TokenAnswer(proof.outcome, seconds=proof.seconds)
    actor = actor_of(session, proof.user)
    rights = rights_of(actor)
    wanted = frozenset(scope.split()) if scope else rights
    if not wanted <= rights:
        return TokenAnswer(Outcome.SCOPE)
    audit.record(session, actor, now, "user.token", "user_account", proof.user.id)
    return mint(now, f"user:{proof.user.id}", wanted)

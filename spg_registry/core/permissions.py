"""Who may do what: the table of domain.md section 3, and the one check that stands before a write.

A permission is `noun:action`; the same words are the scopes of access tokens. Committee roles
count on their own committee, national roles everywhere.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from spg_registry.core.errors import Forbidden, Unauthenticated


class Role(StrEnum):
    ADMINISTRATOR = "administrator"
    CONTROL = "control"
    COORDINATION = "coordination"
    COORDINATOR = "coordinator"
    SECRETARY = "secretary"
    MEMBER = "member"
    EVALUATOR = "evaluator"


NATIONAL = frozenset({Role.ADMINISTRATOR, Role.CONTROL, Role.COORDINATION})


class Permission(StrEnum):
    COMMITTEE_CREATE = "committee:create"
    COMMITTEE_READ = "committee:read"
    COMMITTEE_MANAGE = "committee:manage"
    SPG_REGISTER = "spg:register"
    STANDARD_MANAGE = "standard:manage"
    PRODUCER_READ = "producer:read"
    PRODUCER_IDENTITY = "producer:identity"
    PRODUCER_WRITE = "producer:write"
    ROUND_READ = "round:read"
    ROUND_WRITE = "round:write"
    VISIT_READ_OWN = "visit:read_own"
    VISIT_FILL_OWN = "visit:fill_own"
    VISIT_TYPE = "visit:type"
    VISIT_REVIEW = "visit:review"
    DECISION_READ = "decision:read"
    DECISION_RECORD = "decision:record"
    ACTA_CLOSE = "acta:close"
    SEAL_READ = "seal:read"
    SEAL_DECIDE = "seal:decide"
    SEAL_SANCTION = "seal:sanction"
    COMPLAINT_READ = "complaint:read"
    COMPLAINT_ANSWER = "complaint:answer"
    REGISTER_OWN = "register:own"
    REGISTER_READ = "register:read"
    REGISTER_PUBLIC = "register:public"
    USER_MANAGE = "user:manage"
    CLIENT_MANAGE = "client:manage"
    KEY_MANAGE = "key:manage"


_P = Permission
_READS = frozenset(
    {
        *(_P.COMMITTEE_READ, _P.PRODUCER_READ, _P.ROUND_READ),
        *(_P.DECISION_READ, _P.SEAL_READ, _P.COMPLAINT_READ),
    }
)
_OFFICE = _READS | {
    _P.COMMITTEE_MANAGE,
    _P.PRODUCER_IDENTITY,
    _P.PRODUCER_WRITE,
    _P.ROUND_WRITE,
    _P.VISIT_REVIEW,
    _P.DECISION_RECORD,
    _P.ACTA_CLOSE,
    _P.COMPLAINT_ANSWER,
    _P.REGISTER_OWN,
    _P.REGISTER_PUBLIC,
}

ALLOWED: dict[Role, frozenset[Permission]] = {
    Role.ADMINISTRATOR: frozenset(
        {
            _P.COMMITTEE_CREATE,
            _P.COMMITTEE_READ,
            _P.STANDARD_MANAGE,
            _P.USER_MANAGE,
            _P.CLIENT_MANAGE,
            _P.KEY_MANAGE,
            _P.REGISTER_PUBLIC,
        }
    ),
    Role.CONTROL: _READS
    | {
        _P.COMMITTEE_CREATE,
        _P.SPG_REGISTER,
        _P.PRODUCER_IDENTITY,
        _P.SEAL_SANCTION,
        _P.COMPLAINT_ANSWER,
        _P.REGISTER_READ,
        _P.REGISTER_PUBLIC,
    },
    Role.COORDINATION: _READS | {_P.REGISTER_PUBLIC},
    Role.COORDINATOR: _OFFICE | {_P.SEAL_DECIDE},
    Role.SECRETARY: _OFFICE | {_P.VISIT_TYPE},
    Role.MEMBER: _READS | {_P.REGISTER_PUBLIC},
    Role.EVALUATOR: frozenset(
        {_P.COMMITTEE_READ, _P.VISIT_READ_OWN, _P.VISIT_FILL_OWN, _P.REGISTER_PUBLIC}
    ),
}


@dataclass(frozen=True)
class Actor:
    """Who acts. `grants` pairs roles with committees (None for national roles).

    `scopes` is None for a person at a screen; a token carries the permissions it was given, which
    narrow a person's roles and are all that a program has.
    """

    kind: Literal["user", "client", "system"]
    id: int | None
    label: str
    grants: frozenset[tuple[Role, int | None]] = field(default_factory=frozenset)
    scopes: frozenset[str] | None = None
    person_id: int | None = None

    def may(self, permission: Permission, on: int | None = None) -> bool:
        """Whether the act is allowed on a committee (`on=None`: on any, or nationally)."""
        if self.kind == "system":
            return True
        if self.scopes is not None and permission not in self.scopes:
            return False
        if self.kind == "client":
            return True
        return any(
            permission in ALLOWED[role] and (on is None or committee is None or committee == on)
            for role, committee in self.grants
        )

    @property
    def hand(self) -> str | None:
        """Whose act it is, as a record keeps it: `user:3`, `client:2`. None when nobody knows."""
        return None if self.id is None else f"{self.kind}:{self.id}"

    def committees(self, permission: Permission) -> frozenset[int] | None:
        """On which committees the act is allowed; None means on every one."""
        if self.kind == "system" or (self.kind == "client" and self.may(permission)):
            return None
        if not self.may(permission):
            return frozenset()
        held = {place for role, place in self.grants if permission in ALLOWED[role]}
        return None if None in held else frozenset(place for place in held if place is not None)

    def has(self, role: Role, on: int | None = None) -> bool:
        """Whether the person holds a role (on that committee)."""
        return any(
            held == role and (on is None or place is None or place == on)
            for held, place in self.grants
        )


NOBODY = Actor(kind="user", id=None, label="")
"""Who has not signed in."""

SYSTEM = Actor(kind="system", id=None, label="system")
"""Commands of the operator and the loading of reference data."""


def require_somebody(actor: Actor) -> None:
    """Stand before every reading that is not for everybody. Raises Unauthenticated for nobody."""
    if actor.id is None and actor.kind != "system":
        raise Unauthenticated()


def require(actor: Actor, permission: Permission, on: int | None = None) -> None:
    """Stand before every write. Raises Unauthenticated for nobody, Forbidden for the wrong one."""
    if actor.may(permission, on):
        return
    raise Unauthenticated() if actor.id is None else Forbidden(permission=str(permission))

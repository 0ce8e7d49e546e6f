"""Reasons of the room of people."""

from spg_registry.core.errors import Conflict, NotFound


class PersonNotFound(NotFound):
    """No such person, or not one of this committee."""

    code = "person_not_found"


class UserNotFound(NotFound):
    """No such login, or not one this actor looks after."""

    code = "user_not_found"


class ClientNotFound(NotFound):
    """No such program."""

    code = "client_not_found"


class IdempotencyMismatch(Conflict):
    """An `Idempotency-Key` came a second time with another request."""

    code = "idempotency_mismatch"


class LinkNotGood(NotFound):
    """A one-time link that was used, has expired, gave way to a newer one, or never was."""

    code = "link_not_good"


class SessionNotFound(NotFound):
    """No such session of one's own, or it ended already."""

    code = "session_not_found"

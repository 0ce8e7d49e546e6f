"""What can go wrong, said in the words of the domain.

A room names its own reasons by subclassing one of these. `code` is the contract: the sentence
`error.<code>` stands in the message catalogues, the HTTP status in one table in `api/errors.py`.
"""

from dataclasses import dataclass
from dataclasses import field as default
from typing import Any, ClassVar

from spg_registry.rules.verdict import NotMet, Verdict


class DomainError(Exception):
    """A refusal with a reason. `params` fill the sentence and are shown to the user."""

    code: ClassVar[str] = "unexpected"

    def __init__(self, **params: Any) -> None:
        super().__init__(self.code, params)
        self.params = params


class NotFound(DomainError):
    """Nothing there, or nothing there that this actor may see: the two look alike on purpose."""

    code = "not_found"


class Unauthenticated(DomainError):
    """Who asks is not known: no session, an ended session, a bad token."""

    code = "unauthenticated"


class Forbidden(DomainError):
    """Who asks is known and may not do this here."""

    code = "forbidden"


class Conflict(DomainError):
    """The thing is not in the state that this act needs, or somebody was quicker."""

    code = "conflict"


class AlreadyThere(Conflict):
    """Somebody else made the same thing a moment earlier; the database kept the first."""

    code = "already_there"


class Throttled(DomainError):
    """Too many tries; `seconds` says when the next one is heard."""

    code = "throttled"


class TooLarge(DomainError):
    """More bytes than this door takes; `limit_mb` says how many it does."""

    code = "too_large"


@dataclass(frozen=True)
class Fault:
    """One bad field of an input. The sentence is `error.<code>`, filled with `params`."""

    field: str
    code: str
    params: dict[str, Any] = default(default_factory=dict)


class Invalid(DomainError):
    """The input does not make sense; every bad field is named at once."""

    code = "invalid"

    def __init__(self, *faults: Fault, **params: Any) -> None:
        super().__init__(**params)
        self.faults = list(faults)

    @classmethod
    def at(cls, name: str, code: str, **params: Any) -> "Invalid":
        """The usual case of a single bad field."""
        return cls(Fault(name, code, params))


class Refused(DomainError):
    """The rules of granting or assigning say no. All reasons are inside, not the first."""

    code = "refused"

    def __init__(self, verdicts: tuple[Verdict, ...] | list[Verdict], **params: Any) -> None:
        super().__init__(**params)
        self.reasons = [verdict for verdict in verdicts if isinstance(verdict, NotMet)]


class MoveRefused(Conflict):
    """A state machine does not know this move (`machine`, `origin`, `target`)."""

    code = "move_refused"

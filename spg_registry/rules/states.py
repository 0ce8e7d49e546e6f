"""The state machines of domain.md section 3, as tables: what is not written here is no move.

*Expired* (seal, registration) and *overdue* (finding) are derived from dates and never stored.
Who is re-admitted, and who visits anew after a void visit, begins with a new row.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from spg_registry.rules.verdict import Met, NotMet, Verdict
from spg_registry.rules.words import (
    Category,
    ComplaintState,
    DecisionState,
    EnrolmentStatus,
    FindingState,
    Outcome,
    RegistrationState,
    RoundState,
    SealState,
    VisitState,
)

CODE = "state_move"


class Machine(StrEnum):
    ENROLMENT = "enrolment"
    REGISTRATION = "registration"
    ROUND = "round"
    VISIT = "visit"
    DECISION = "decision"
    FINDING = "finding"
    SEAL = "seal"
    COMPLAINT = "complaint"


_E, _G, _R, _V = EnrolmentStatus, RegistrationState, RoundState, VisitState
_D, _F, _S, _C = DecisionState, FindingState, SealState, ComplaintState

_ON_THE_WAY = frozenset({_E.ADMITTED, _E.IN_TRANSITION, _E.ORGANIC})
_ASIDE = frozenset({_E.OBSERVED, _E.SUSPENDED, _E.ABSENT})
_LEFT = frozenset({_E.WITHDRAWN, _E.EXCLUDED})
_ANYWHERE_ELSE = _ON_THE_WAY | _ASIDE | _LEFT

# Land that never had a prohibited input makes its family organic without a transition, and a
# prohibited input on organic land begins a transition anew; hence any order among the three.
_ENROLMENT: dict[str, frozenset[str]] = {
    _E.APPLICANT: frozenset({_E.ADMITTED, _E.OBSERVED, _E.WITHDRAWN}),
    _E.WITHDRAWN: frozenset(),
    _E.EXCLUDED: frozenset(),
}
_ENROLMENT.update({status: _ANYWHERE_ELSE - {status} for status in (*_ON_THE_WAY, *_ASIDE)})

MOVES: Mapping[Machine, Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        Machine.ENROLMENT: _ENROLMENT,
        Machine.REGISTRATION: {
            _G.IN_PROCESS: frozenset({_G.IN_FORCE}),
            _G.IN_FORCE: frozenset({_G.SUSPENDED, _G.CANCELLED}),
            _G.SUSPENDED: frozenset({_G.IN_FORCE, _G.CANCELLED}),
            _G.CANCELLED: frozenset(),
        },
        Machine.ROUND: {
            _R.PLANNED: frozenset({_R.OPEN, _R.VOID}),
            _R.OPEN: frozenset({_R.DELIBERATION, _R.VOID}),
            _R.DELIBERATION: frozenset({_R.CLOSED}),
            _R.CLOSED: frozenset(),
            _R.VOID: frozenset(),
        },
        Machine.VISIT: {
            _V.ASSIGNED: frozenset({_V.IN_FIELD, _V.VOID}),
            _V.IN_FIELD: frozenset({_V.SUBMITTED, _V.VOID}),
            _V.SUBMITTED: frozenset({_V.REVIEWED, _V.RETURNED, _V.VOID}),
            _V.RETURNED: frozenset({_V.IN_FIELD, _V.VOID}),
            _V.REVIEWED: frozenset({_V.VOID}),
            _V.VOID: frozenset(),
        },
        Machine.DECISION: {
            _D.DRAFT: frozenset({_D.ADOPTED, _D.WITHDRAWN}),
            _D.WITHDRAWN: frozenset(),
            _D.ADOPTED: frozenset({_D.NOTIFIED}),
            _D.NOTIFIED: frozenset({_D.FINAL, _D.APPEALED}),
            _D.APPEALED: frozenset({_D.UPHELD, _D.CHANGED, _D.REVOKED}),
            _D.FINAL: frozenset(),
            _D.UPHELD: frozenset(),
            _D.CHANGED: frozenset(),
            _D.REVOKED: frozenset(),
        },
        Machine.FINDING: {
            _F.OPEN: frozenset({_F.IN_CORRECTION}),
            _F.IN_CORRECTION: frozenset({_F.CLOSED}),
            _F.CLOSED: frozenset(),
        },
        # A reinstatement is an event; the state it leads back to is `granted`.
        Machine.SEAL: {
            _S.GRANTED: frozenset({_S.SUSPENDED, _S.WITHDRAWN, _S.REPLACED}),
            _S.SUSPENDED: frozenset({_S.GRANTED, _S.WITHDRAWN, _S.REPLACED}),
            _S.WITHDRAWN: frozenset(),
            _S.REPLACED: frozenset(),
        },
        Machine.COMPLAINT: {
            _C.RECEIVED: frozenset({_C.UNDER_REVIEW}),
            _C.UNDER_REVIEW: frozenset({_C.ANSWERED}),
            _C.ANSWERED: frozenset({_C.CLOSED}),
            _C.CLOSED: frozenset(),
        },
    }
)

INITIAL: Mapping[Machine, str] = MappingProxyType(
    {
        Machine.ENROLMENT: _E.APPLICANT,
        Machine.REGISTRATION: _G.IN_PROCESS,
        Machine.ROUND: _R.PLANNED,
        Machine.VISIT: _V.ASSIGNED,
        Machine.DECISION: _D.DRAFT,
        Machine.FINDING: _F.OPEN,
        Machine.SEAL: _S.GRANTED,
        Machine.COMPLAINT: _C.RECEIVED,
    }
)

GRANTS: Mapping[Outcome, Category] = MappingProxyType(
    {Outcome.ORGANIC: Category.ORGANIC, Outcome.TRANSITION: Category.TRANSITION}
)
"""The outcomes that, adopted, make a grant, and of which category."""

UNDONE = frozenset({DecisionState.CHANGED, DecisionState.REVOKED})
"""An appeal was heard: the decision is no ground any more for what it said."""

UNSAID = frozenset({DecisionState.DRAFT, DecisionState.WITHDRAWN})
"""A decision that no acta said: still a draft, or taken off the table."""

STANDING = frozenset({SealState.GRANTED, SealState.SUSPENDED})
"""Seals that were neither withdrawn nor replaced, whatever their dates."""

UNDER_WAY = frozenset({RoundState.PLANNED, RoundState.OPEN, RoundState.DELIBERATION})
"""Rounds that are neither closed nor void."""

RUNNING = UNDER_WAY - {RoundState.PLANNED}
"""Rounds in the field, or back from it with decisions to take."""

BEGUN = RUNNING | {RoundState.CLOSED}
"""Rounds that ever went to the field."""

TO_FILL = frozenset({VisitState.ASSIGNED, VisitState.IN_FIELD, VisitState.RETURNED})
"""Visits that still wait for their form, or for the rest of it."""

HANDED_IN = frozenset({VisitState.SUBMITTED, VisitState.REVIEWED})
"""Visits whose form is complete by their evaluators' word: there is something to confirm."""

DUE = frozenset({Outcome.WITH_CONDITIONS, Outcome.PENDING_PAPERS})
"""The outcomes that need a date by which something is due."""


def move(machine: Machine, from_: str, to: str) -> Verdict:
    """Whether a thing in state `from_` may become `to`. Staying where one is is no move."""
    if to in MOVES[machine].get(from_, frozenset()):
        return Met(CODE)
    params = {"machine": machine.value, "origin": str(from_), "target": str(to)}
    return NotMet(CODE, "not_allowed", params)


def is_final(machine: Machine, state: str) -> bool:
    return not MOVES[machine][state]

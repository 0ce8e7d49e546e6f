"""No move outside the tables of states, whoever asks."""

from enum import StrEnum
from itertools import pairwise

import pytest

from spg_registry.rules.states import DUE, GRANTS, INITIAL, MOVES, Machine, is_final, move
from spg_registry.rules.verdict import Met, NotMet
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

STATES: dict[Machine, type[StrEnum]] = {
    Machine.ENROLMENT: EnrolmentStatus,
    Machine.REGISTRATION: RegistrationState,
    Machine.ROUND: RoundState,
    Machine.VISIT: VisitState,
    Machine.DECISION: DecisionState,
    Machine.FINDING: FindingState,
    Machine.SEAL: SealState,
    Machine.COMPLAINT: ComplaintState,
}

LIVES = [
    ("enrolment", "applicant admitted in_transition organic suspended organic withdrawn"),
    ("enrolment", "applicant observed admitted absent in_transition excluded"),
    ("registration", "in_process in_force suspended in_force cancelled"),
    ("round", "planned open deliberation closed"),
    ("round", "planned void"),
    ("round", "open void"),
    ("visit", "assigned in_field submitted returned in_field submitted reviewed"),
    ("visit", "assigned void"),
    ("visit", "reviewed void"),
    ("decision", "draft adopted notified final"),
    ("decision", "draft withdrawn"),
    ("decision", "notified appealed upheld"),
    ("decision", "appealed changed"),
    ("decision", "appealed revoked"),
    ("finding", "open in_correction closed"),
    ("seal", "granted suspended granted withdrawn"),
    ("seal", "suspended replaced"),
    ("complaint", "received under_review answered closed"),
]

REFUSED = [
    ("enrolment", "withdrawn", "applicant", "re-entry is a new application"),
    ("enrolment", "excluded", "organic", "no way back from an exclusion"),
    ("enrolment", "applicant", "organic", "not before being admitted"),
    ("registration", "cancelled", "in_force", "a renewal is a new term"),
    ("registration", "in_process", "suspended", "nothing to suspend"),
    ("round", "deliberation", "void", "void before deliberation only"),
    ("round", "planned", "deliberation", "no deliberation on nothing"),
    ("round", "closed", "open", "closed is closed"),
    ("visit", "assigned", "reviewed", "not without being submitted"),
    ("visit", "returned", "submitted", "back to the field first"),
    ("visit", "void", "assigned", "reassigned as a new visit"),
    ("decision", "draft", "notified", "not before it is adopted"),
    ("decision", "adopted", "withdrawn", "an acta never changes"),
    ("decision", "withdrawn", "draft", "a new draft instead"),
    ("decision", "final", "appealed", "the window is over"),
    ("finding", "open", "closed", "a correction comes between"),
    ("finding", "closed", "open", "a new finding instead"),
    ("seal", "withdrawn", "granted", "a withdrawal cannot be undone"),
    ("seal", "replaced", "suspended", "the new seal is the one"),
    ("seal", "granted", "granted", "staying is no move"),
    ("complaint", "received", "answered", "somebody takes it up first"),
    ("complaint", "closed", "under_review", "a new complaint instead"),
]


@pytest.mark.parametrize(("machine", "life"), LIVES)
def test_a_life_as_it_should_go(machine: str, life: str) -> None:
    states = life.split()
    for origin, target in pairwise(states):
        assert move(Machine(machine), origin, target) == Met("state_move")


@pytest.mark.parametrize(
    ("machine", "origin", "target"), [pytest.param(*row[:3], id=row[3]) for row in REFUSED]
)
def test_a_move_outside_the_table_is_refused(machine: str, origin: str, target: str) -> None:
    params = {"machine": machine, "origin": origin, "target": target}
    assert move(Machine(machine), origin, target) == NotMet("state_move", "not_allowed", params)


@pytest.mark.parametrize("machine", Machine)
def test_every_state_is_in_its_table_and_can_be_reached(machine: Machine) -> None:
    states = set(STATES[machine])
    assert set(MOVES[machine]) == states
    reached, ahead = set(), {INITIAL[machine]}
    while ahead:
        state = ahead.pop()
        reached.add(state)
        ahead |= MOVES[machine][state] - reached
    assert reached == states


@pytest.mark.parametrize("machine", Machine)
def test_every_life_can_come_to_an_end(machine: Machine) -> None:
    assert any(is_final(machine, state) for state in STATES[machine])
    assert not is_final(machine, INITIAL[machine])


def test_a_state_nobody_knows_goes_nowhere() -> None:
    assert isinstance(move(Machine.SEAL, "forgotten", "granted"), NotMet)


def test_only_the_first_two_outcomes_make_a_grant() -> None:
    assert dict(GRANTS) == {
        Outcome.ORGANIC: Category.ORGANIC,
        Outcome.TRANSITION: Category.TRANSITION,
    }
    assert {Outcome.WITH_CONDITIONS, Outcome.PENDING_PAPERS} == DUE

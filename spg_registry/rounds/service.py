"""The door of the room of rounds: every act on rounds, assignments, visits and findings."""

from spg_registry.rounds.assignments import assign_all, release
from spg_registry.rounds.correcting import correct_visit
from spg_registry.rounds.findings import (
    close_finding,
    close_findings,
    record_findings,
    start_correction,
    start_corrections,
)
from spg_registry.rounds.photos import add_photos, withdraw_photo
from spg_registry.rounds.planning import (
    add_units,
    close_round,
    open_round,
    plan_round,
    start_round,
    to_deliberation,
    void_round,
)
from spg_registry.rounds.proposals import (
    accept_proposal,
    assignment_table,
    propose_assignments,
)
from spg_registry.rounds.travel import plan_days
from spg_registry.rounds.visits import (
    acknowledge_visits,
    return_visit,
    review_visits,
    save_parts,
    save_visits,
    start_visits,
    submit_visits,
    void_visit,
)

__all__ = [
    "accept_proposal",
    "acknowledge_visits",
    "add_photos",
    "add_units",
    "assign_all",
    "assignment_table",
    "close_finding",
    "close_findings",
    "close_round",
    "correct_visit",
    "open_round",
    "plan_days",
    "plan_round",
    "propose_assignments",
    "record_findings",
    "release",
    "return_visit",
    "review_visits",
    "save_parts",
    "save_visits",
    "start_correction",
    "start_corrections",
    "start_round",
    "start_visits",
    "submit_visits",
    "to_deliberation",
    "void_round",
    "void_visit",
    "withdraw_photo",
]

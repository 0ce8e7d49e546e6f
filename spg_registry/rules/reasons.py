"""Every reason a rule can give, with the params of its sentence: the norm's table of contents.

The catalogues have `rule.<code>` and `rule.<code>.<reason>` for each of them in every language.
"""

from collections.abc import Mapping
from types import MappingProxyType

_WHO = ("person",)
_NEAR = dict.fromkeys(("self", "household", "kin", "partner", "buyer", "creditor"), _WHO)
_OF_PLOT = ("unit", "plot", "product")

REASONS: Mapping[str, Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "spg_registration_in_force": {
            "not_registered": ("on",),
            "in_process": ("on",),
            "suspended": ("on",),
            "cancelled": ("on",),
            "expired": ("until",),
        },
        "committee_recognised": {
            "not_recognised": ("on",),
            "recognition_expired": ("until",),
        },
        "pledge_signed": {
            "unsigned": (),
            "signed_after_visit": ("signed_on", "visit_on"),
        },
        "visit_complete": {
            "scope_empty": (),
            "unit_not_of_producer": ("unit",),
            "not_visited": ("unit",),
            "not_reviewed": ("unit",),
            "items_unanswered": ("unit", "count"),
            "plot_not_seen": ("unit", "plot"),
            "area_too_large": ("unit", "product", "area_m2", "most_m2"),
        },
        "visit_recent": {
            "after_decision": ("unit", "visit_on"),
            "too_old": ("unit", "visit_on", "months"),
        },
        "producer_acknowledged": {"not_acknowledged": ("unit", "visit_on")},
        "evaluator_team": {
            "not_appointed": ("person", "visit_on"),
            "too_few": ("unit", "count", "minimum"),
            "no_peer": ("unit", "count", "minimum"),
        },
        "evaluator_independent": _NEAR,
        "no_reciprocal_review": {"too_soon": ("person", "evaluated_on", "free_on")},
        "evaluator_rotation": {"too_many_in_a_row": ("person", "rounds", "most")},
        "quorum": {
            "nobody_in_office": ("on",),
            "too_few": ("present", "members", "needed"),
            "no_producer": (),
            "no_other_sector": ("count", "minimum"),
        },
        "recused": {
            "evaluator_voted": _WHO,
            "interested_voted": _WHO,
            "declared_voted": _WHO,
            "decided_first_voted": _WHO,
        },
        "decision_carried": {
            "voter_not_member": _WHO,
            "voter_absent": _WHO,
            "too_many_votes": ("count", "entitled"),
            "not_carried": ("votes_for", "votes_against"),
        },
        "no_open_critical": {
            "critical_open": ("finding",),
            "major_overdue": ("finding", "due_on"),
        },
        "transition_complete": {
            "no_plot": ("unit", "product"),
            "input_unknown": _OF_PLOT,
            "too_early": (*_OF_PLOT, "months", "complete_on"),
            "still_conventional": (*_OF_PLOT, "input_on"),
            "ingredients_unnamed": ("unit", "product"),
            "ingredient_unproven": ("unit", "product", "ingredient"),
        },
        "gathering_zone": {
            "no_zone": ("unit",),
            "no_bounds": ("unit",),
            "no_plan": ("unit",),
            "not_gathered": ("unit", "product"),
        },
        "validity_bounds": {
            "ends_before_start": ("valid_from", "valid_until"),
            "starts_before_decision": ("valid_from", "on"),
            "too_long": ("valid_until", "latest", "months"),
            "past_registration": ("valid_until", "until"),
        },
        "no_overlap": {
            "overlaps": ("grant", "unit", "product", "valid_from", "valid_until"),
            "scope_repeated": ("unit", "product"),
            "narrower": ("grant", "valid_from", "valid_until"),
            "replaced_not_standing": ("grant",),
            "replaced_of_another": ("grant",),
            "leaves_gap": ("valid_from", "due_from"),
            "decided_too_early": ("valid_from", "on", "days"),
        },
        "not_sanctioned": {
            "sanctioned": ("on",),
            "sanctioned_until": ("until",),
        },
        "separate_hands": {"same_person": ("members_from",)},
        "enrolled": {"ended": ("on",)},
        "state_move": {"not_allowed": ("machine", "origin", "target")},
    }
)

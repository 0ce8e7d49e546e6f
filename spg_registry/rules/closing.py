"""Nobody grants alone: recording the decisions and closing the acta are two people's acts.

Source: domain.md section 4, last paragraph; by default for committees of 5 or more members.
"""

from collections.abc import Collection

from spg_registry.rules.parameters import Parameters
from spg_registry.rules.verdict import Met, NotMet, Severity, Verdict

CODE = "separate_hands"


def may_close(
    recorders: Collection[str | None],
    closer: str | None,
    members: int,
    parameters: Parameters,
) -> Verdict:
    """`recorders` and `closer` are hands (`user:3`, `client:2`); `members` counts the persons
    in office in all the committee's bodies. A hand that nobody knows (None) may be anybody's, so
    it counts as the same."""
    required = (
        parameters.severity(CODE) is not Severity.OFF
        and members >= parameters.separate_hands_members_from
    )
    unknown = closer is None or None in recorders
    if required and recorders and (unknown or closer in recorders):
        return NotMet(CODE, "same_person", {"members_from": parameters.separate_hands_members_from})
    return Met(CODE)

"""Nobody grants alone: recording the decisions and closing the acta are two people's acts.

Source: domain.md section 4, last paragraph; by default for bodies of 5 or more members.
"""

from collections.abc import Collection

from spg_registry.rules.parameters import Parameters
from spg_registry.rules.verdict import Met, NotMet, Severity, Verdict

CODE = "separate_hands"


def may_close(
    recorders: Collection[int], closer: int, members: int, parameters: Parameters
) -> Verdict:
    """`recorders` and `closer` are user ids; `members` counts the body's seats in office."""
    required = (
        parameters.severity(CODE) is not Severity.OFF
        and members >= parameters.separate_hands_members_from
    )
    if required and closer in recorders:
        return NotMet(CODE, "same_person", {"members_from": parameters.separate_hands_members_from})
    return Met(CODE)

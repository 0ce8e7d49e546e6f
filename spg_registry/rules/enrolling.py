"""Who left the SPG gets nothing more from its committee: re-entry is a new application.

Source: domain.md section 3, first paragraph.
"""

from datetime import date

from spg_registry.rules.states import GRANTS
from spg_registry.rules.verdict import Met, NotMet, Verdict
from spg_registry.rules.words import Outcome

CODE = "enrolled"

_OF_THE_ENROLLED = frozenset({*GRANTS, Outcome.SUSPENSION, Outcome.EXCLUSION})
"""What moves an enrolment; the rest may be said to who left, too."""


def still_enrolled(ended_on: date | None, outcome: Outcome) -> Verdict:
    if ended_on is None or outcome not in _OF_THE_ENROLLED:
        return Met(CODE)
    return NotMet(CODE, "ended", {"on": ended_on})

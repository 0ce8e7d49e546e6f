"""Why a round, a visit or a finding cannot go on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from spg_registry.core.errors import Conflict, Forbidden, NotFound


class RoundNotFound(NotFound):
    """No such round, or not one this actor may see."""

    code = "round_not_found"


class VisitNotFound(NotFound):
    """No such visit, or not one this actor may see."""

    code = "visit_not_found"


class AssignmentNotFound(NotFound):
    code = "assignment_not_found"


class FindingNotFound(NotFound):
    code = "finding_not_found"


class RoundNotInField(Conflict):
    """Visits are made and reviewed while the round is open (`state` says what it is)."""

    code = "round_not_in_field"


class VisitsUnfinished(Conflict):
    """Before deliberation every visit is reviewed or void; `count` are not."""

    code = "visits_unfinished"


class NothingVisited(Conflict):
    """A round without a reviewed visit has nothing to deliberate on."""

    code = "nothing_visited"


class VisitBegun(Conflict):
    """Who is sent is fixed once the visit has begun; void it to send others."""

    code = "visit_begun"


class ProposalChanged(Conflict):
    """Since the proposal was read somebody assigned, released or declared something: look again."""

    code = "proposal_changed"


class NobodySent(Conflict):
    """A visit begins when somebody has been assigned to it."""

    code = "nobody_sent"


class Stale(Conflict):
    """Somebody else saved this visit since it was opened (`version` is the present one)."""

    code = "stale"


@dataclass(frozen=True)
class Clash:
    """A part of the form that two people wrote. `who` is None when the other is not known."""

    part: str
    who: str | None
    stored: Any


class WrittenMeanwhile(Conflict):
    """Somebody else wrote the same parts of the form since they were read. Nothing was saved."""

    code = "written_meanwhile"

    def __init__(self, clashes: Sequence[Clash]) -> None:
        super().__init__(count=len(clashes))
        self.clashes = clashes


class ReviewOwn(Forbidden):
    """Who made a visit does not review it."""

    code = "review_own"


class AlreadyAcknowledged(Conflict):
    """The producer has acknowledged this visit (`on`)."""

    code = "already_acknowledged"


class NotVisitedYet(Conflict):
    """There is no day of a visit yet."""

    code = "not_visited_yet"


class FormNotFrozen(Conflict):
    """The form of a round is fixed when the round opens; before that there is none to print."""

    code = "form_not_frozen"


class NothingToPrint(NotFound):
    """No visit of this round waits for its form, or not one this actor may see."""

    code = "nothing_to_print"


class PhotoNotFound(NotFound):
    """No such photo, withdrawn, or not one this actor may see."""

    code = "photo_not_found"


class VisitVoid(Conflict):
    """Nothing is added to a void visit."""

    code = "visit_void"


class NotReviewed(Conflict):
    """Only a reviewed form is corrected; before that it is sent back (`state`)."""

    code = "visit_not_reviewed"

"""Reasons of the producers' room."""

from spg_registry.core.errors import Conflict, Forbidden, NotFound


class ProducerNotFound(NotFound):
    """No such producer, or none that this actor may see."""

    code = "producer_not_found"


class UnitNotFound(NotFound):
    """No such unit, or of a producer that this actor may not see."""

    code = "unit_not_found"


class PlotNotFound(NotFound):
    """No such plot, or of a producer that this actor may not see."""

    code = "plot_not_found"


class PaperNotFound(NotFound):
    """No such photo or paper, or none that this actor may see."""

    code = "paper_not_found"


class EnrolmentNotFound(NotFound):
    """No such enrolment, or of a producer that this actor may not see."""

    code = "enrolment_not_found"


class InterestNotFound(NotFound):
    """No such interest, or of a producer that this actor may not see."""

    code = "interest_not_found"


class AlreadyEnrolled(Conflict):
    """The producer has an open enrolment in this SPG."""

    code = "already_enrolled"


class EnrolmentEnded(Conflict):
    """Withdrawn or excluded: re-entry is a new enrolment."""

    code = "enrolment_ended"


class StatusByDecision(Forbidden):
    """Organic, in transition, suspended and excluded come from a decision or a sanction, never
    from a form."""

    code = "status_by_decision"


class EnrolledElsewhere(Conflict):
    """Another committee still has the producer; it must end that enrolment first."""

    code = "enrolled_elsewhere"


class NotMergeable(Conflict):
    """These two registrations cannot become one (`why`: the reason's code)."""

    code = "not_mergeable"


class NotMerged(Conflict):
    """These two are not one registration now."""

    code = "not_merged"


class CropNotFound(NotFound):
    """No such crop, or of a producer that this actor may not see."""

    code = "crop_not_found"


class HolderNotFound(NotFound):
    """This person is not a holder of this producer."""

    code = "holder_not_found"


class MembershipNotFound(NotFound):
    """No such membership, or of a producer that this actor may not see."""

    code = "membership_not_found"

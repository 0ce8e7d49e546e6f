"""Why a complaint is not taken, or not answered."""

from spg_registry.core.errors import Conflict, Forbidden, NotFound


class ComplaintNotFound(NotFound):
    """No such complaint, or not one this actor may see."""

    code = "complaint_not_found"


class ComplaintPhotoNotFound(NotFound):
    """No such photo of this complaint."""

    code = "complaint_photo_not_found"


class Concerned(Forbidden):
    """Who is complained about, or is close to them, does not answer."""

    code = "complaint_concerned"


class OwnCommittee(Forbidden):
    """A complaint about a committee is answered by the control body."""

    code = "complaint_own_committee"


class NothingToVisit(Conflict):
    """No unit of a producer who is enrolled with this committee is named."""

    code = "complaint_nothing_to_visit"


class NotUnderReview(Conflict):
    """A visit is ordered, and a producer named, between the taking up and the answer."""

    code = "complaint_not_under_review"


class AlreadyOrdered(Conflict):
    """This complaint has its visit."""

    code = "complaint_already_ordered"

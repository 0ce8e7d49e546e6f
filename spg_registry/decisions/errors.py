"""Why a meeting, a decision or an appeal cannot go on."""

from spg_registry.core.errors import Conflict, Forbidden, NotFound


class MeetingNotFound(NotFound):
    """No such meeting, or of a committee that the actor may not read."""

    code = "meeting_not_found"


class DecisionNotFound(NotFound):
    code = "decision_not_found"


class AppealNotFound(NotFound):
    code = "appeal_not_found"


class MeetingClosed(Conflict):
    """The acta is closed and never changes; a correction is a new meeting's."""

    code = "meeting_closed"


class MeetingNotYet(Conflict):
    """Nobody attends, and nothing is closed, before the day of the meeting (`held_on`)."""

    code = "meeting_not_yet"


class ActaNumberTaken(Conflict):
    """The body has an acta of this number already (`number`)."""

    code = "acta_number_taken"


class AppealWindowOver(Conflict):
    """The days for an appeal are over (`until`)."""

    code = "appeal_window_over"


class AppealAnswered(Conflict):
    """The appeal has its answer (`on`)."""

    code = "appeal_answered"


class SameBody(Forbidden):
    """An appeal is decided by another body than the one that decided first."""

    code = "appeal_same_body"

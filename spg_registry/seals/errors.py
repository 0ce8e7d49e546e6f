"""Why a seal cannot be granted or changed."""

from collections.abc import Mapping
from typing import Any

from spg_registry.core.errors import Conflict, Forbidden, NotFound, Refused
from spg_registry.rules.verdict import NotMet


class SealNotFound(NotFound):
    """No seal of this code, or of a committee that the actor may not read."""

    code = "seal_not_found"


class SanctionNotFound(NotFound):
    code = "sanction_not_found"


class NothingDecided(Conflict):
    """A meeting without decisions has nothing to close."""

    code = "nothing_decided"


class RoundNotInDeliberation(Conflict):
    """A meeting grants only while its round is in deliberation (`round`, None without one)."""

    code = "round_not_in_deliberation"


class CorrectionGoesBeyond(Conflict):
    """In a closed round a correction grants only to those of whom the corrected acta spoke."""

    code = "correction_goes_beyond"


class ClosingRefused(Refused):
    """The acta cannot be closed as it stands; `by_producer` has every reason for every producer.

    Nothing was written: a meeting closes whole or not at all.
    """

    code = "closing_refused"

    def __init__(self, by_producer: Mapping[str, tuple[NotMet, ...]], **params: Any) -> None:
        super().__init__([v for reasons in by_producer.values() for v in reasons], **params)
        self.by_producer = dict(by_producer)


class DecisionDoesNotSayThat(Conflict):
    """The decision named as the ground of an act is of another producer, not adopted, or says
    something else."""

    code = "decision_does_not_say_that"


class SuspendedByControl(Forbidden):
    """What the control body suspended, the control body reinstates (`code`)."""

    code = "suspended_by_control"


class SanctionOfControl(Forbidden):
    """What the control body imposed, the control body corrects (`code`)."""

    code = "sanction_of_control"


class NotTheGrantingBody(Conflict):
    """Seals are granted by the guarantee committee, not by the body of this meeting."""

    code = "not_the_granting_body"


class AlreadyAcknowledged(Conflict):
    """The producer's acknowledgement of this seal is on record (`code`)."""

    code = "seal_already_acknowledged"


class SealNotInForce(Conflict):
    """Nothing is printed of a seal that does not count: suspended, ended and the like (`code`)."""

    code = "seal_not_in_force"


class LabelBatchNotFound(NotFound):
    code = "label_batch_not_found"

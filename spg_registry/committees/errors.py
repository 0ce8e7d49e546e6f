"""Reasons of the room of committees."""

from spg_registry.core.errors import Conflict, NotFound


class CommitteeNotFound(NotFound):
    """No such committee, or not one this actor may see."""

    code = "committee_not_found"


class SpgNotFound(NotFound):
    """No such guarantee system, or not one this actor may see."""

    code = "spg_not_found"


class RegistrationNotFound(NotFound):
    """No such registration of an SPG."""

    code = "registration_not_found"


class MemberNotFound(NotFound):
    """No such term of a member."""

    code = "member_not_found"


class AppointmentNotFound(NotFound):
    """No such appointment of an evaluator."""

    code = "appointment_not_found"


class RoleNotFound(NotFound):
    """No such role, or one that ended."""

    code = "role_not_found"


class RegistrationStanding(Conflict):
    """The SPG has a registration that still stands: renew or change that one (`act_number`)."""

    code = "registration_standing"


class NotRenewable(Conflict):
    """Only a registration in force, or one that merely expired, can be renewed."""

    code = "registration_not_renewable"


class AlreadyLeft(Conflict):
    """The member left the body before; a new term is a new election."""

    code = "member_left"

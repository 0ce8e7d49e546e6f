"""Who answers a complaint: the committee's office, but never who is complained about."""

from datetime import date

from sqlmodel import Session

from spg_registry.complaints.errors import Concerned, OwnCommittee
from spg_registry.complaints.models import Complaint, ComplaintAbout
from spg_registry.core.errors import Forbidden
from spg_registry.core.permissions import Actor, Permission
from spg_registry.producers.facts import ties_of
from spg_registry.rules.assigning import nearness
from spg_registry.rules.parameters import Parameters
from spg_registry.standards.queries import ruleset_of


def hindrance(
    session: Session, actor: Actor, complaint: Complaint, on: date
) -> type[Forbidden] | None:
    """Why this actor must not answer, whatever their rights; None when nothing hinders.

    A complaint about a committee is for the control body. One about a producer or a seal is not
    for its holders, their household, and whoever has an interest in them.
    """
    if complaint.about is ComplaintAbout.COMMITTEE and (
        actor.committees(Permission.COMPLAINT_ANSWER) is not None
    ):
        return OwnCommittee
    if complaint.producer_id is None or actor.person_id is None:
        return None
    ties = ties_of(session, [complaint.producer_id])[complaint.producer_id]
    degree = rules_of(session, complaint.committee_id, on).kin_degree
    return Concerned if nearness(actor.person_id, ties, on, degree) else None


def rules_of(session: Session, committee_id: int | None, on: date) -> Parameters:
    return Parameters.from_mapping(ruleset_of(session, committee_id, on).rules)

"""What complaints add to the line of everything that happened to a producer."""

from collections.abc import Iterator

from sqlmodel import Session, col, select

from spg_registry.complaints.models import Complaint
from spg_registry.complaints.queries import seen
from spg_registry.core.permissions import Actor, Permission
from spg_registry.producers.answers import ProducerFile
from spg_registry.producers.queries import registrations_of
from spg_registry.seals.timeline import Line, Topic


def complaints_about(session: Session, actor: Actor, file: ProducerFile) -> Iterator[Line]:
    """Received and answered, as far as this actor sees complaints; who complained is not told."""
    if not actor.may(Permission.COMPLAINT_READ):
        return
    query = select(Complaint).where(
        col(Complaint.producer_id).in_(registrations_of(session, file.id)), seen(actor)
    )
    for row in session.exec(query.order_by(col(Complaint.id))):
        to = ("complaint", str(row.id))
        state = "overdue" if row.overdue(file.on) else row.state.value
        yield Line(row.received_on, Topic.COMPLAINTS, "complaint", to, ("complaint", state))
        if row.answered_on and row.outcome:
            tag = ("complaint_outcome", row.outcome.value)
            yield Line(row.answered_on, Topic.COMPLAINTS, "complaint_answered", to, tag)

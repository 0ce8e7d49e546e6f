"""Photos of a complaint, from who complains and from the office. Never public: the number that
follows a complaint shows none of them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlmodel import Session, col, func, select

from spg_registry.complaints.errors import ComplaintPhotoNotFound
from spg_registry.complaints.models import Complaint, ComplaintPhoto
from spg_registry.complaints.queries import get_complaint
from spg_registry.core import attachments
from spg_registry.core.attachments import Attachment, Prepared
from spg_registry.core.errors import Invalid
from spg_registry.core.permissions import Actor

FROM_ANYBODY: Final = 3
"""Photos that come with a complaint: who has no account fills no disk."""
MOST: Final = 20
"""Of one complaint, the office's own among them."""


def keep_photos(
    session: Session,
    actor: Actor,
    now: datetime,
    complaint: Complaint,
    files: Sequence[Prepared],
    limit: int = MOST,
) -> list[ComplaintPhoto]:
    """Whether the actor may is asked before; raises Invalid at `photos` for too many."""
    there = select(func.count()).where(ComplaintPhoto.complaint_id == complaint.id)
    if session.exec(there).one() + len(files) > limit:
        raise Invalid.at("photos", "too_many_files", limit=limit)
    rows = [
        ComplaintPhoto(
            complaint_id=complaint.id,
            attachment_id=attachments.store(session, actor, now, file).id,
            added_at=now,
            added_by=actor.hand,
        )
        for file in files
    ]
    session.add_all(rows)
    session.flush()
    return rows


def photos_of(session: Session, actor: Actor, complaint_id: int) -> list[ComplaintPhoto]:
    """In the order they came, for whoever sees the complaint."""
    row = get_complaint(session, actor, complaint_id)
    query = select(ComplaintPhoto).where(ComplaintPhoto.complaint_id == row.id)
    return list(session.exec(query.order_by(col(ComplaintPhoto.id))))


def get_photo(session: Session, actor: Actor, complaint_id: int, photo_id: int) -> Attachment:
    row = get_complaint(session, actor, complaint_id)
    found = session.exec(
        select(Attachment)
        .join(ComplaintPhoto, col(ComplaintPhoto.attachment_id) == col(Attachment.id))
        .where(ComplaintPhoto.id == photo_id, ComplaintPhoto.complaint_id == row.id)
    ).first()
    if found is None:
        raise ComplaintPhotoNotFound(id=photo_id)
    return found

"""Photos of a visit: what a question or a finding looked like. They are never public, and none is
taken away without a reason that stays."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, func, select

from spg_registry.core import attachments
from spg_registry.core.attachments import Attachment, Prepared
from spg_registry.core.errors import Forbidden, Invalid
from spg_registry.core.permissions import Actor, Permission
from spg_registry.rounds.access import Held, seen_visits
from spg_registry.rounds.errors import PhotoNotFound, VisitVoid
from spg_registry.rounds.models import Finding, Visit, VisitPhoto
from spg_registry.rounds.planning import note_visit
from spg_registry.rounds.queries import Sheet
from spg_registry.rounds.schemas import PhotosIn, ReasonIn
from spg_registry.rules.words import VisitState
from spg_registry.standards import snapshot

MOST: int = 40
"""Photos of one visit: more than a review looks at."""


def add_photos(
    session: Session, actor: Actor, now: datetime, data: PhotosIn, files: Sequence[Prepared]
) -> list[VisitPhoto]:
    """By the visit's own evaluators, who types from paper, or who reviews."""
    held = Held(session, actor, [data.visit_id]).require_filler(Permission.VISIT_REVIEW)
    visit = held.visits[0]
    ronda = held.round_of(visit)
    if visit.state is VisitState.VOID:
        raise VisitVoid(id=visit.id)
    if not files:
        raise Invalid.at("photos", "required")
    there = select(func.count()).where(VisitPhoto.visit_id == visit.id)
    if session.exec(there.where(col(VisitPhoto.withdrawn_at).is_(None))).one() + len(files) > MOST:
        raise Invalid.at("photos", "too_many_files", limit=MOST)
    asked = {item["code"] for item in snapshot.items(ronda.frozen)} if ronda.frozen else set()
    if data.item_code is not None and data.item_code not in asked:
        raise Invalid.at("item_code", "item_not_in_form")
    if data.finding_id is not None:
        finding = session.get(Finding, data.finding_id)
        if finding is None or finding.visit_id != visit.id:
            raise Invalid.at("finding_id", "finding_not_of_visit")
    rows = [
        VisitPhoto(
            **data.model_dump(),
            attachment_id=attachments.store(session, actor, now, file).id,
            added_at=now,
            added_by=actor.id if actor.kind == "user" else None,
        )
        for file in files
    ]
    session.add_all(rows)
    session.flush()
    for row in rows:
        note_visit(session, actor, now, "photo.add", visit, ronda, photo=row.id)
    return rows


def withdraw_photo(
    session: Session, actor: Actor, now: datetime, photo_id: int, data: ReasonIn
) -> VisitPhoto:
    """It is shown no more; that it was there and why it went stays."""
    row, _ = get_photo(session, actor, photo_id)
    held = Held(session, actor, [row.visit_id]).require_filler(Permission.VISIT_REVIEW)
    session.refresh(row)
    if row.withdrawn_at is not None:
        raise PhotoNotFound(id=row.id)
    row.withdrawn_at, row.withdraw_reason = now, data.reason
    row.withdrawn_by = actor.id if actor.kind == "user" else None
    session.add(row)
    session.flush()
    visit = held.visits[0]
    note_visit(session, actor, now, "photo.withdraw", visit, held.round_of(visit), photo=row.id)
    return row


def get_photo(session: Session, actor: Actor, photo_id: int) -> tuple[VisitPhoto, Attachment]:
    """For whoever sees its visit. A withdrawn one is not found."""
    visits = select(Visit.id).where(seen_visits(actor))
    found = session.exec(
        select(VisitPhoto, Attachment)
        .join(Attachment, col(Attachment.id) == col(VisitPhoto.attachment_id))
        .where(VisitPhoto.id == photo_id, col(VisitPhoto.visit_id).in_(visits))
        .where(col(VisitPhoto.withdrawn_at).is_(None))
    ).first()
    if found is None:
        raise PhotoNotFound(id=photo_id)
    return found


def may_photograph(sheet: Sheet) -> bool:
    void = sheet.visit.state is VisitState.VOID
    return not void and (sheet.may_fill or sheet.may_review)


def require_to_withdraw(sheet: Sheet) -> None:
    if not (sheet.may_fill or sheet.may_review):
        raise Forbidden(permission=str(Permission.VISIT_REVIEW))


def photos_of(session: Session, visit_id: int) -> list[VisitPhoto]:
    """Of a visit that was fetched, the withdrawn ones among them, in the order they came."""
    query = select(VisitPhoto).where(VisitPhoto.visit_id == visit_id)
    return list(session.exec(query.order_by(col(VisitPhoto.id))))

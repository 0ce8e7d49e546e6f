"""Photos and scanned papers of a producer: kept, shown to who may see them, withdrawn for a reason.

Photos of the land are for whoever sees the producer. Papers bear names and identity numbers, so
they are for who may see those. Nothing is deleted.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from spg_registry.core import audit, clock
from spg_registry.core.attachments import JPEG, Attachment, Prepared, store
from spg_registry.core.errors import Fault, Invalid
from spg_registry.core.permissions import Actor
from spg_registry.people.queries import users_by_id
from spg_registry.producers.access import producer_to_write, require_papers
from spg_registry.producers.answers import PaperOut, ProducerFile
from spg_registry.producers.dossier import producer_file
from spg_registry.producers.errors import PaperNotFound
from spg_registry.producers.models import PaperKind, ProducerPaper, Unit
from spg_registry.producers.queries import registrations_of
from spg_registry.producers.schemas import PaperIn, WithdrawPaperIn


def add_papers(
    session: Session,
    actor: Actor,
    now: datetime,
    producer_code: str,
    data: PaperIn,
    files: Sequence[Prepared],
) -> list[ProducerPaper]:
    """One row for each file, all of one kind and about one unit, or about the producer."""
    producer, committee_id = producer_to_write(session, actor, producer_code)
    faults: list[Fault] = []
    unit = None
    if data.unit_code:
        query = select(Unit).where(Unit.code == data.unit_code, Unit.producer_id == producer.id)
        unit = session.exec(query).first()
        if unit is None:
            faults.append(Fault("unit_code", "bad_choice"))
    if data.kind is PaperKind.PHOTO and any(file.media_type != JPEG for file in files):
        faults.append(Fault("photos", "not_a_photo"))
    if faults:
        raise Invalid(*faults)
    today = clock.local_date(now)
    rows = [
        ProducerPaper(
            producer_id=producer.id,
            unit_id=unit.id if unit else None,
            kind=data.kind,
            title=data.title or "",
            attachment_id=store(session, actor, now, file).id,
            added_on=today,
            added_by=actor.id if actor.kind == "user" else None,
        )
        for file in files
    ]
    session.add_all(rows)
    session.flush()
    for row in rows:
        audit.record(
            session,
            actor,
            now,
            "paper.add",
            "producer_paper",
            row.id,
            committee_id=committee_id,
            producer=producer.id,
            kind=row.kind.value,
        )
    return rows


def withdraw_paper(
    session: Session, actor: Actor, now: datetime, paper_id: int, data: WithdrawPaperIn
) -> ProducerPaper:
    """It stays, marked, for those who write the producer's papers. Twice is as good as once."""
    row = session.get(ProducerPaper, paper_id, with_for_update=True)
    if row is None:
        raise PaperNotFound(id=paper_id)
    committee_id = require_papers(session, actor, [row.producer_id])[row.producer_id]
    if row.withdrawn_on is None:
        row.withdrawn_on = clock.local_date(now)
        row.withdrawn_reason = data.reason
        audit.record(
            session,
            actor,
            now,
            "paper.withdraw",
            "producer_paper",
            row.id,
            committee_id=committee_id,
            producer=row.producer_id,
        )
        session.flush()
    return row


def papers_of(session: Session, file: ProducerFile) -> list[PaperOut]:
    """Of a producer whose file the reader has open, the latest first."""
    query = (
        select(ProducerPaper, Attachment)
        .join(Attachment, col(Attachment.id) == col(ProducerPaper.attachment_id))
        .where(col(ProducerPaper.producer_id).in_(registrations_of(session, file.id)))
        .order_by(col(ProducerPaper.id).desc())
    )
    rows = [(row, kept) for row, kept in session.exec(query) if _shown(row, file)]
    users = users_by_id(session, {row.added_by for row, _ in rows if row.added_by is not None})
    units = {unit.id: unit.code for unit in file.land}
    return [
        PaperOut(
            **row.model_dump(
                include={"id", "kind", "title", "added_on", "withdrawn_on", "withdrawn_reason"}
            ),
            unit_code=units.get(row.unit_id) if row.unit_id is not None else None,
            added_by=users[row.added_by].label if row.added_by in users else "",
            is_photo=kept.media_type == JPEG,
            size_bytes=kept.size_bytes,
            width=kept.width,
            height=kept.height,
        )
        for row, kept in rows
    ]


def _shown(row: ProducerPaper, file: ProducerFile) -> bool:
    if row.withdrawn_on is not None:
        return file.writable
    return row.kind is PaperKind.PHOTO or file.identity


def paper_file(
    session: Session,
    actor: Actor,
    now: datetime,
    producer_code: str,
    paper_id: int,
    visible_ids: Collection[int] | None = None,
) -> Attachment:
    """What a paper shows. Raises PaperNotFound for none, and for one that is not this reader's."""
    file = producer_file(session, actor, producer_code, clock.local_date(now), visible_ids)
    row = session.get(ProducerPaper, paper_id)
    mine = registrations_of(session, file.id)
    if row is None or row.producer_id not in mine or not _shown(row, file):
        raise PaperNotFound(id=paper_id)
    return session.get_one(Attachment, row.attachment_id)

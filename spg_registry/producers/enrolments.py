"""A producer in an SPG: entry, pledge, and the moves of its status."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from spg_registry.committees.models import Spg
from spg_registry.core import audit, clock
from spg_registry.core.errors import Fault, Invalid
from spg_registry.core.moves import moved
from spg_registry.core.permissions import Actor, Permission
from spg_registry.producers import checks
from spg_registry.producers.access import enrolments_to_write, kept, plain_code, require_spg
from spg_registry.producers.errors import (
    AlreadyEnrolled,
    EnrolledElsewhere,
    EnrolmentEnded,
    EnrolmentNotFound,
    ProducerNotFound,
    StatusByDecision,
)
from spg_registry.producers.gathering import known
from spg_registry.producers.models import Enrolment, Pledge, Producer
from spg_registry.producers.naming import refresh_search_words
from spg_registry.producers.registering import entry_status
from spg_registry.producers.schemas import EnrolIn, PledgeIn, StatusIn
from spg_registry.rules.states import Machine
from spg_registry.rules.words import EnrolmentStatus as Status

BY_OFFICE = frozenset({Status.ADMITTED, Status.OBSERVED, Status.ABSENT, Status.WITHDRAWN})
"""What a committee's office may write by itself; the rest follows from decisions and sanctions."""
NEED_A_REASON = frozenset({Status.OBSERVED, Status.SUSPENDED, Status.EXCLUDED})
ENDS = frozenset({Status.WITHDRAWN, Status.EXCLUDED})
"""Re-entry after these is a new enrolment."""
_GRANTED = frozenset({Status.IN_TRANSITION, Status.ORGANIC})


@dataclass(frozen=True)
class StatusMove:
    """What a decision, a seal's event or a sanction makes of an enrolment."""

    enrolment_id: int
    status: Status
    on: date
    reason: str | None = None


def enrol(
    session: Session, actor: Actor, now: datetime, producer_code: str, data: EnrolIn
) -> Enrolment:
    """A known producer enters an SPG, for the first time or again. Its plots and their clocks
    come along. Raises EnrolledElsewhere while another committee still has it."""
    spg = require_spg(session, actor, data.spg_id)
    query = select(Producer).where(Producer.code == plain_code(producer_code)).with_for_update()
    producer = session.exec(query).first()
    if producer is None:
        raise ProducerNotFound(code=producer_code)
    producer = kept(session, producer)
    _refuse_second(session, actor, producer, spg)
    codes = (spg.id, [data.code] if data.code else [])
    faults = list(checks.enrolment_faults(data, known(session, now, codes=codes), ""))
    if faults:
        raise Invalid(*faults)
    return enter(session, actor, now, producer, spg, data)


def enter(
    session: Session, actor: Actor, now: datetime, producer: Producer, spg: Spg, data: EnrolIn
) -> Enrolment:
    """What `enrol` and a move do once nothing speaks against it."""
    on = data.enrolled_on or clock.local_date(now)
    row = Enrolment(
        producer_id=producer.id,
        spg_id=spg.id,
        code=data.code or _free_code(session, spg.id, producer.code),
        enrolled_on=on,
        status=entry_status(data.admitted),
        status_since=on,
    )
    session.add(row)
    session.flush()
    if data.pledge is not None:
        session.add(Pledge(enrolment_id=row.id, **data.pledge.model_dump()))
    refresh_search_words(session, [producer.id])
    audit.record(
        session,
        actor,
        now,
        "producer.enrol",
        "producer",
        producer.id,
        committee_id=spg.committee_id,
        enrolment=row.id,
    )
    session.flush()
    return row


def _refuse_second(session: Session, actor: Actor, producer: Producer, spg: Spg) -> None:
    query = (
        select(Enrolment, Spg)
        .join(Spg, col(Spg.id) == col(Enrolment.spg_id))
        .where(Enrolment.producer_id == producer.id, col(Enrolment.ended_on).is_(None))
    )
    for row, where in session.exec(query):
        if row.spg_id == spg.id:
            raise AlreadyEnrolled(producer=producer.code, spg=spg.code)
        if not actor.may(Permission.PRODUCER_WRITE, where.committee_id):
            raise EnrolledElsewhere(producer=producer.code, spg=where.code)


def _free_code(session: Session, spg_id: int, code: str) -> str:
    """The producer's own code; at a second entry `P0000123/2`."""
    query = select(Enrolment.code).where(Enrolment.spg_id == spg_id)
    taken = set(session.exec(query.where(col(Enrolment.code).startswith(code))))
    tries = [code, *(f"{code}/{n}" for n in range(2, len(taken) + 2))]
    return next(each for each in tries if each not in taken)


def sign_pledges(
    session: Session, actor: Actor, now: datetime, pledges: Sequence[tuple[int, PledgeIn]]
) -> list[Pledge]:
    """Pledges by the id of the enrolment; a producer may sign anew each year."""
    today = clock.local_date(now)
    found = enrolments_to_write(session, actor, [enrolment_id for enrolment_id, _ in pledges])
    faults: list[Fault] = []
    for n, (enrolment_id, data) in enumerate(pledges):
        row, _ = found[enrolment_id]
        if row.ended_on is not None:
            raise EnrolmentEnded(code=row.code)
        faults += checks.pledge_faults(data, today, "" if len(pledges) == 1 else f"{n}-")
    if faults:
        raise Invalid(*faults)
    rows = [Pledge(enrolment_id=id_, **data.model_dump()) for id_, data in pledges]
    session.add_all(rows)
    session.flush()
    for pledge in rows:
        committee_id = found[pledge.enrolment_id][1]
        audit.record(
            session, actor, now, "pledge.sign", "pledge", pledge.id, committee_id=committee_id
        )
    session.flush()
    return rows


def change_status(
    session: Session, actor: Actor, now: datetime, enrolment_id: int, data: StatusIn
) -> Enrolment:
    """A move by the committee's office. Raises StatusByDecision for what a body decides.

    Not at the room's door: who leaves leaves its seals, so `seals.change_status` is the verb."""
    row, _ = enrolments_to_write(session, actor, [enrolment_id])[enrolment_id]
    suspended = row.status is Status.SUSPENDED and data.status is not Status.WITHDRAWN
    if data.status not in BY_OFFICE or suspended:
        raise StatusByDecision(status=data.status)
    today = clock.local_date(now)
    on = data.on or today
    faults = list(checks.past("on", on, today))
    if on < row.status_since:
        faults.append(Fault("on", "status_before_last", {"since": row.status_since}))
    if data.status in NEED_A_REASON and not data.reason:
        faults.append(Fault("reason", "reason_missing"))
    if faults:
        raise Invalid(*faults)
    wanted = StatusMove(row.id, data.status, on, data.reason)
    return move_enrolments(session, actor, now, [wanted])[0]


def admit_all(
    session: Session, actor: Actor, now: datetime, enrolment_ids: Sequence[int]
) -> list[Enrolment]:
    """Applicants whom the committee takes in."""
    enrolments_to_write(session, actor, enrolment_ids)
    on = clock.local_date(now)
    return move_enrolments(
        session, actor, now, [StatusMove(id_, Status.ADMITTED, on) for id_ in enrolment_ids]
    )


def move_enrolments(
    session: Session, actor: Actor, now: datetime, moves: Sequence[StatusMove]
) -> list[Enrolment]:
    """The moves that follow from an act of a room above, which answers for the right to it.

    Whoever is there already stays as it is. A grant to an applicant admits it. Raises MoveRefused
    for a move that the table does not have.
    """
    ids = {wanted.enrolment_id for wanted in moves}
    query = select(Enrolment).where(col(Enrolment.id).in_(ids)).with_for_update()
    rows = {row.id: row for row in session.exec(query)}
    committees = _committees(session, {row.spg_id for row in rows.values()})
    for wanted in moves:
        row = rows.get(wanted.enrolment_id)
        if row is None:
            raise EnrolmentNotFound(id=wanted.enrolment_id)
        if row.status is wanted.status:
            continue
        before = row.status
        _step(row, wanted)
        audit.record(
            session,
            actor,
            now,
            "enrolment.status",
            "enrolment",
            row.id,
            committee_id=committees[row.spg_id],
            before=before,
            after=row.status,
            reasoned=wanted.reason is not None,
        )
    session.flush()
    return [rows[wanted.enrolment_id] for wanted in moves]


def _step(row: Enrolment, wanted: StatusMove) -> None:
    origin = row.status
    if origin is Status.APPLICANT and wanted.status in _GRANTED:
        origin = Status.ADMITTED
    row.status = moved(Machine.ENROLMENT, origin, wanted.status)
    row.status_since = wanted.on
    row.status_reason = wanted.reason
    if wanted.status in ENDS:
        row.ended_on = wanted.on


def _committees(session: Session, spg_ids: set[int]) -> dict[int, int]:
    rows = session.exec(select(Spg.id, Spg.committee_id).where(col(Spg.id).in_(spg_ids)))
    return dict(rows.all())

"""Meetings: convened, attended, decided in drafts. Closing the acta belongs to `seals`, because
closing grants; what is here never touches a seal."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, select

from spg_registry.committees.models import Body, BodyKind
from spg_registry.committees.queries import body_of, members_in_office
from spg_registry.core import audit, clock
from spg_registry.core.errors import Fault, Invalid
from spg_registry.core.moves import moved
from spg_registry.core.permissions import Actor, Permission, require
from spg_registry.decisions import queries
from spg_registry.decisions.errors import (
    ActaNumberTaken,
    AppealAnswered,
    AppealWindowOver,
    MeetingClosed,
    MeetingNotYet,
    SameBody,
)
from spg_registry.decisions.models import (
    Appeal,
    AppealState,
    Attendance,
    Decision,
    Meeting,
    MeetingState,
)
from spg_registry.decisions.schemas import (
    AppealAnswerIn,
    AppealIn,
    AttendanceIn,
    DecisionIn,
    MeetingData,
    MeetingIn,
    WaiversIn,
)
from spg_registry.rounds.models import Round
from spg_registry.rules.parameters import Parameters
from spg_registry.rules.states import DUE, GRANTS, RUNNING, UNSAID, Machine
from spg_registry.rules.words import Category, DecisionState
from spg_registry.standards.queries import ruleset_of
from spg_registry.standards.snapshot import parameters as frozen_parameters
from spg_registry.territory.atlas import atlas_of

_AHEAD = timedelta(days=366)
"""How far ahead a meeting may be called; beyond it the year was mistyped."""


def convene(session: Session, actor: Actor, now: datetime, data: MeetingIn) -> Meeting:
    """Call a meeting of a committee's body, for today, a day ahead, or a past one that was written
    on paper. One that grants belongs to a round in deliberation."""
    require(actor, Permission.DECISION_RECORD, on=data.committee_id)
    body = body_of(session, data.committee_id, data.body)
    _check_held_on(data.held_on, now)
    corrected = _corrected(session, actor, data, body.id)
    if data.round_id is not None and (corrected is None or corrected.round_id != data.round_id):
        _check_round(session, data.committee_id, data.round_id)
    _check_number(session, body.id, data.acta_number)
    meeting = Meeting(
        **data.model_dump(exclude={"body"}),
        body_id=body.id,
        opened_by=actor.id if actor.kind == "user" else None,
    )
    session.add(meeting)
    session.flush()
    _note(session, actor, now, "meeting.convene", meeting, acta=meeting.acta_number)
    return meeting


def rearrange(
    session: Session, actor: Actor, now: datetime, meeting_id: int, data: MeetingData
) -> Meeting:
    """Another day, place or heading for a meeting whose acta is not closed. One that somebody
    attended already is not put off: who came then would count as present another day."""
    meeting = _open_meeting(session, actor, meeting_id)
    _check_held_on(data.held_on, now)
    if meeting.corrects_id is not None:
        _check_not_before(session.get_one(Meeting, meeting.corrects_id), data.held_on)
    attended = any(queries.attendance_of(session, meeting.id).values())
    if attended and data.held_on > clock.local_date(now):
        raise Invalid.at("held_on", "somebody_attended")
    _check_number(session, meeting.body_id, data.acta_number, but=meeting.id)
    wanted = data.model_dump()
    changed = [name for name, value in wanted.items() if getattr(meeting, name) != value]
    for name in changed:
        setattr(meeting, name, wanted[name])
    session.add(meeting)
    session.flush()
    _note(session, actor, now, "meeting.rearrange", meeting, changed=changed)
    return meeting


def _check_held_on(held_on: date, now: datetime) -> None:
    latest = clock.local_date(now) + _AHEAD
    if held_on > latest:
        raise Invalid.at("held_on", "too_far_ahead", latest=latest)


def _check_number(session: Session, body_id: int, number: str, but: int | None = None) -> None:
    """Raises ActaNumberTaken when another meeting of the body has it."""
    query = select(Meeting.id).where(Meeting.body_id == body_id, Meeting.acta_number == number)
    if any(found != but for found in session.exec(query)):
        raise ActaNumberTaken(number=number)


def _check_not_before(corrected: Meeting, held_on: date) -> None:
    if held_on < corrected.held_on:
        raise Invalid.at("held_on", "before_the_corrected", on=corrected.held_on)


def _corrected(session: Session, actor: Actor, data: MeetingIn, body_id: int) -> Meeting | None:
    """The closed meeting whose acta is corrected, by the body that wrote it, and why."""
    if data.corrects_id is None:
        return None
    found = session.get(Meeting, data.corrects_id)
    if found is None or found.body_id != body_id:
        raise Invalid.at("corrects_id", "not_found")
    if found.state is not MeetingState.CLOSED:
        raise Invalid.at("corrects_id", "acta_not_closed")
    _check_not_before(found, data.held_on)
    if not data.correction:
        raise Invalid.at("correction", "required")
    return found


def _check_round(session: Session, committee_id: int, round_id: int) -> None:
    found = session.get(Round, round_id)
    if found is None or found.committee_id != committee_id:
        raise Invalid.at("round_id", "not_found")
    if found.state not in RUNNING:
        raise Invalid.at("round_id", "round_not_open")


def record_attendance(
    session: Session, actor: Actor, now: datetime, meeting_id: int, data: AttendanceIn
) -> list[Attendance]:
    """Who of the members in office is present. Repeating it corrects it, until the closing."""
    meeting = _open_meeting(session, actor, meeting_id)
    check_day(meeting, now)
    seats = {seat.id for seat in members_in_office(session, meeting.body_id, meeting.held_on)}
    if strangers := sorted(set(data.members) - seats):
        raise Invalid.at("members", "not_in_office", members=strangers)
    noted = {
        row.member_id: row
        for row in session.exec(select(Attendance).where(Attendance.meeting_id == meeting.id))
    }
    for member_id in sorted(seats):
        row = noted.setdefault(member_id, Attendance(meeting_id=meeting.id, member_id=member_id))
        row.present = member_id in data.members
        session.add(row)
    session.flush()
    _note(session, actor, now, "meeting.attendance", meeting, present=sorted(data.members))
    return list(noted.values())


def check_day(meeting: Meeting, now: datetime) -> None:
    """Raises MeetingNotYet before its day."""
    if meeting.held_on > clock.local_date(now):
        raise MeetingNotYet(held_on=meeting.held_on)


def accept_recusals(
    session: Session,
    actor: Actor,
    now: datetime,
    meeting_id: int,
    found: Mapping[int, Mapping[int, str]],
) -> Meeting:
    """Those that the data propose, by producer and member, each with its reason: they go into the
    decisions, now and as they are put down."""
    meeting = _open_meeting(session, actor, meeting_id)
    meeting.recusals = {
        str(producer): {str(member): why for member, why in listed.items()}
        for producer, listed in found.items()
    }
    session.add(meeting)
    for draft in queries.decisions_of(session, meeting.id):
        accepted = meeting.recusals.get(str(draft.producer_id), {})
        draft.recusals = {**accepted, **draft.recusals}
        session.add(draft)
    session.flush()
    _note(session, actor, now, "meeting.recusals", meeting, producers=sorted(found))
    return meeting


def waive(
    session: Session, actor: Actor, now: datetime, meeting_id: int, data: WaiversIn
) -> Meeting:
    """The meeting takes warnings on itself, each with a written reason; kept and public."""
    meeting = _open_meeting(session, actor, meeting_id)
    meeting.waivers = dict(data.waivers)
    session.add(meeting)
    session.flush()
    _note(session, actor, now, "meeting.waive", meeting, rules=sorted(data.waivers))
    return meeting


def decide_all(
    session: Session, actor: Actor, now: datetime, meeting_id: int, batch: Sequence[DecisionIn]
) -> list[Decision]:
    """Put decisions down as drafts; a second one about the same producer takes the first's place,
    unless it names the other seal (`DecisionIn.category`).

    Nothing is judged here: the rules speak when the acta is closed (and on its preview).
    """
    meeting = _open_meeting(session, actor, meeting_id)
    _check(session, meeting, batch)
    enrolments = _enrolments(session, meeting, batch)
    _check_corrected(session, meeting, batch)
    earlier = queries.decisions_of(session, meeting.id)
    today = clock.local_date(now)
    corrected = _wrong_decisions(session, meeting)
    drafts = []
    for item, (category, before) in zip(batch, _seals_in_question(batch, earlier), strict=True):
        draft = before or Decision(
            meeting_id=meeting.id,
            producer_id=item.producer_id,
            enrolment_id=enrolments[item.producer_id],
            round_id=meeting.round_id,
            outcome=item.outcome,
            state_since=today,
        )
        draft.category, draft.enrolment_id = category, enrolments[item.producer_id]
        wrong = corrected.get((item.producer_id, category)) or corrected.get(item.producer_id)
        _fill(draft, item)
        draft.recusals = {**meeting.recusals.get(str(item.producer_id), {}), **draft.recusals}
        draft.corrects_id = item.corrects or wrong
        draft.recorded_by = actor.hand
        drafts.append(draft)
    session.add_all(drafts)
    session.flush()
    for draft in drafts:
        audit.record(
            session,
            actor,
            now,
            "decision.record",
            "decision",
            draft.id,
            committee_id=meeting.committee_id,
            outcome=draft.outcome.value,
        )
    return drafts


def withdraw_draft(session: Session, actor: Actor, now: datetime, decision_id: int) -> Decision:
    """Take a draft off the table. It stays, withdrawn, with who did it and when; the producer is
    on the agenda again, and another draft about the same seal may follow."""
    found, meeting = queries.get_decision(session, actor, decision_id)
    _open_meeting(session, actor, meeting.id)
    session.refresh(found, with_for_update=True)
    _move(found, DecisionState.WITHDRAWN, now)
    found.withdrawn_by, found.withdrawn_at = actor.label, now
    session.add(found)
    session.flush()
    _note(session, actor, now, "decision.withdraw", meeting, decision=found.id)
    return found


def _wrong_decisions(session: Session, meeting: Meeting) -> dict[int | tuple[int, Category], int]:
    """Of the acta that is corrected, the decision about each producer, and about each seal."""
    if meeting.corrects_id is None:
        return {}
    found: dict[int | tuple[int, Category], int] = {}
    for row in queries.decisions_of(session, meeting.corrects_id):
        found[row.producer_id] = row.id
        found[row.producer_id, row.category] = row.id
    return found


def _seals_in_question(
    batch: Sequence[DecisionIn], earlier: Sequence[Decision]
) -> list[tuple[Category, Decision | None]]:
    """For each item the seal it is about, and the draft whose place it takes."""
    drafts: dict[int, dict[Category, Decision]] = {}
    for row in earlier:
        drafts.setdefault(row.producer_id, {})[row.category] = row
    found: list[tuple[Category, Decision | None]] = []
    faults = []
    for place, item in enumerate(batch):
        known = drafts.get(item.producer_id, {})
        granted = GRANTS.get(item.outcome)
        category = item.category or granted
        if item.category is not None and granted not in (None, item.category):
            faults.append(Fault(f"{place}-outcome", "other_seal"))
        if item.category is None and len(known) == 1:
            (draft,) = known.values()
            found.append((granted or draft.category, draft))
        elif category is None and len(known) > 1:
            faults.append(Fault(f"{place}-category", "category_needed"))
        else:
            category = category or Category.TRANSITION
            found.append((category, known.get(category)))
    if faults:
        raise Invalid(*faults)
    return found


def _enrolments(session: Session, meeting: Meeting, batch: Sequence[DecisionIn]) -> dict[int, int]:
    """Each producer's enrolment: the open one, or that of its draft when it left since. Invalid
    names everyone who has none here, or comes twice."""
    faults: list[Fault] = []
    wanted = [item.producer_id for item in batch]
    found = {row.producer_id: row.enrolment_id for row in queries.decisions_of(session, meeting.id)}
    present = queries.enrolments_of_meeting(session, meeting, wanted)
    found |= {producer_id: row.id for producer_id, row in present.items()}
    for place, producer_id in enumerate(wanted):
        if producer_id not in found:
            faults.append(Fault(f"{place}-producer_id", "not_enrolled"))
        elif any(_same(batch[place], other) for other in batch[:place]):
            faults.append(Fault(f"{place}-producer_id", "named_twice"))
    if faults:
        raise Invalid(*faults)
    return found


def _check_corrected(session: Session, meeting: Meeting, batch: Sequence[DecisionIn]) -> None:
    """What is corrected was adopted, about the same producer, by a meeting of this committee."""
    faults = []
    for place, item in enumerate(batch):
        if item.corrects is None:
            continue
        row = session.get(Decision, item.corrects)
        held = session.get(Meeting, row.meeting_id) if row else None
        if (
            row is None
            or held is None
            or held.committee_id != meeting.committee_id
            or row.producer_id != item.producer_id
            or row.state in UNSAID
        ):
            faults.append(Fault(f"{place}-corrects", "nothing_to_correct"))
    if faults:
        raise Invalid(*faults)


def _same(one: DecisionIn, other: DecisionIn) -> bool:
    """About one producer, and not about two named seals."""
    named = None not in (one.category, other.category)
    return one.producer_id == other.producer_id and not (named and one.category != other.category)


def _check(session: Session, meeting: Meeting, batch: Sequence[DecisionIn]) -> None:
    seats = {seat.id for seat in members_in_office(session, meeting.body_id, meeting.held_on)}
    products = atlas_of(session).products
    faults = []
    grants = grants_seals(session, meeting)
    for place, item in enumerate(batch):
        faults += _faults(place, item)
        if item.outcome in GRANTS and not grants:
            faults.append(Fault(f"{place}-outcome", "not_the_granting_body"))
        if strangers := sorted(set(item.recusals) - seats):
            faults.append(Fault(f"{place}-recusals", "not_in_office", {"members": strangers}))
        for row, part in enumerate(item.scope or []):
            if part.product_code not in products:
                faults.append(Fault(f"{place}-scope-{row}-product_code", "product_unknown"))
    if faults:
        raise Invalid(*faults)


def grants_seals(session: Session, meeting: Meeting) -> bool:
    """Only the guarantee committee does; the appeals body answers appeals."""
    return session.get_one(Body, meeting.body_id).kind is BodyKind.GUARANTEE


def _faults(place: int, item: DecisionIn) -> list[Fault]:
    faults = []
    if item.valid_from and item.valid_until and item.valid_until < item.valid_from:
        faults.append(Fault(f"{place}-valid_until", "ends_before_start"))
    if item.outcome in DUE and not item.conditions:
        faults.append(Fault(f"{place}-conditions", "conditions_needed"))
    if item.outcome not in GRANTS and not item.reasons:
        faults.append(Fault(f"{place}-reasons", "reasons_needed"))
    if not item.by_consensus and not item.votes:
        faults.append(Fault(f"{place}-votes", "votes_needed"))
    return faults


def _fill(draft: Decision, item: DecisionIn) -> None:
    draft.outcome = item.outcome
    draft.valid_from, draft.valid_until = item.valid_from, item.valid_until
    draft.reasons = item.reasons
    draft.scope = [row.model_dump() for row in item.scope or []]
    draft.replaces = list(item.replaces)
    draft.conditions = [row.model_dump(mode="json") for row in item.conditions]
    draft.by_consensus = item.by_consensus
    draft.votes = {str(member): ballot.value for member, ballot in item.votes.items()}
    draft.recusals = {str(member): reason for member, reason in item.recusals.items()}
    draft.waivers = dict(item.waivers)
    draft.corrects_id = item.corrects
    draft.verdicts = []


def parameters_of(session: Session, meeting: Meeting) -> Parameters:
    """The ruleset that binds a meeting: frozen into its round, else the committee's of that day."""
    frozen = None
    if meeting.round_id is not None:
        frozen = session.exec(select(Round.frozen).where(Round.id == meeting.round_id)).one()
    if frozen:
        return frozen_parameters(frozen)
    rules = ruleset_of(session, meeting.committee_id, meeting.held_on).rules
    return Parameters.from_mapping(rules)


def notify(
    session: Session, actor: Actor, now: datetime, decision_ids: Sequence[int]
) -> list[Decision]:
    """The producers were told; from this day the window for an appeal runs."""
    today = clock.local_date(now)
    _hold(session, decision_ids)
    found = queries.get_decisions(session, actor, decision_ids)
    told = []
    for decision, meeting in found:
        require(actor, Permission.DECISION_RECORD, on=meeting.committee_id)
        _move(decision, DecisionState.NOTIFIED, now)
        decision.notified_on = today
        session.add(decision)
        _note(session, actor, now, "decision.notify", meeting, decision=decision.id)
        told.append(decision)
    session.flush()
    return told


def file_appeal(
    session: Session, actor: Actor, now: datetime, decision_id: int, data: AppealIn
) -> Appeal:
    """An appeal suspends nothing by itself (domain.md section 3)."""
    _hold(session, [decision_id])
    decision, meeting = queries.get_decision(session, actor, decision_id)
    require(actor, Permission.DECISION_RECORD, on=meeting.committee_id)
    until = appeal_until(session, decision, meeting)
    if data.filed_on > clock.local_date(now):
        raise Invalid.at("filed_on", "in_the_future")
    if decision.notified_on is not None and data.filed_on < decision.notified_on:
        raise Invalid.at("filed_on", "before_notice", notified_on=decision.notified_on)
    if until is not None and data.filed_on > until:
        raise AppealWindowOver(until=until)
    _move(decision, DecisionState.APPEALED, now)
    appeal = Appeal(decision_id=decision.id, **data.model_dump())
    session.add_all([decision, appeal])
    session.flush()
    _note(session, actor, now, "appeal.file", meeting, decision=decision.id, appeal=appeal.id)
    return appeal


def appeal_until(session: Session, decision: Decision, meeting: Meeting) -> date | None:
    """The last day for an appeal; None while the producer was not told."""
    if decision.notified_on is None:
        return None
    return decision.notified_on + timedelta(days=parameters_of(session, meeting).appeal_window_days)


def answer_appeal(
    session: Session, actor: Actor, now: datetime, appeal_id: int, data: AppealAnswerIn
) -> Appeal:
    """Put down as a draft of a meeting of another body; its closing judges and applies it.

    What it means for a seal is an act of its own in `seals`: this room never calls up.
    """
    appeal, decision, first = queries.get_appeal(session, actor, appeal_id)
    second = _open_meeting(session, actor, data.meeting_id)
    session.refresh(appeal, with_for_update=True)
    if second.committee_id != first.committee_id:
        raise Invalid.at("meeting_id", "meeting_of_another_committee")
    if second.body_id == first.body_id:
        raise SameBody()
    if appeal.state is not AppealState.FILED:
        raise AppealAnswered(on=appeal.answered_on)
    _check_answer(session, second, data)
    appeal.proposed, appeal.answer, appeal.meeting_id = data.outcome, data.answer, second.id
    appeal.by_consensus = data.by_consensus
    appeal.votes = {str(member): ballot.value for member, ballot in data.votes.items()}
    appeal.recusals = {str(member): reason for member, reason in data.recusals.items()}
    appeal.recorded_by = actor.hand
    session.add(appeal)
    session.flush()
    _note(session, actor, now, "appeal.answer", second, decision=decision.id, appeal=appeal.id)
    return appeal


def _check_answer(session: Session, meeting: Meeting, data: AppealAnswerIn) -> None:
    seats = {seat.id for seat in members_in_office(session, meeting.body_id, meeting.held_on)}
    if strangers := sorted(set(data.recusals) - seats):
        raise Invalid.at("recusals", "not_in_office", members=strangers)
    if not data.by_consensus and not data.votes:
        raise Invalid.at("votes", "votes_needed")


def finalise(session: Session, actor: Actor, now: datetime, decision_id: int) -> Decision:
    """The window for an appeal is over and nobody appealed."""
    _hold(session, [decision_id])
    decision, meeting = queries.get_decision(session, actor, decision_id)
    require(actor, Permission.DECISION_RECORD, on=meeting.committee_id)
    until = appeal_until(session, decision, meeting)
    if until is None or clock.local_date(now) <= until:
        raise Invalid.at("decision_id", "appeal_window_open")
    _move(decision, DecisionState.FINAL, now)
    session.add(decision)
    session.flush()
    _note(session, actor, now, "decision.finalise", meeting, decision=decision.id)
    return decision


def _hold(session: Session, decision_ids: Iterable[int]) -> None:
    """Held and read anew: of two acts on one decision the second sees what the first made of it."""
    query = select(Decision).where(col(Decision.id).in_(set(decision_ids)))
    query = query.order_by(col(Decision.id)).with_for_update()
    session.exec(query.execution_options(populate_existing=True)).all()


def _move(decision: Decision, target: DecisionState, now: datetime) -> None:
    decision.state = moved(Machine.DECISION, decision.state, target)
    decision.state_since = clock.local_date(now)


def _open_meeting(session: Session, actor: Actor, meeting_id: int) -> Meeting:
    """Held until the end of the transaction: nothing slips into an acta that is being closed."""
    meeting = queries.get_meeting(session, actor, meeting_id)
    require(actor, Permission.DECISION_RECORD, on=meeting.committee_id)
    session.refresh(meeting, with_for_update=True)
    if meeting.state is MeetingState.CLOSED:
        raise MeetingClosed(id=meeting.id)
    return meeting


def _note(
    session: Session, actor: Actor, now: datetime, action: str, meeting: Meeting, **details: object
) -> None:
    audit.record(
        session,
        actor,
        now,
        action,
        "meeting",
        meeting.id,
        committee_id=meeting.committee_id,
        **details,
    )

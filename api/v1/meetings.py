"""Meetings, their decisions, appeals against them, and the closing that grants."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.deps import ActorDep, KeyringDep, Listing, NowDep, Page, PageDep, SessionDep
from api.v1.idempotency import OnceRoute
from spg_registry.core.clock import local_date
from spg_registry.core.messages import reason
from spg_registry.decisions import queries, service
from spg_registry.decisions.models import MeetingState
from spg_registry.decisions.schemas import (
    AppealAnswerIn,
    AppealIn,
    AppealOut,
    AttendanceIn,
    DecisionIn,
    DecisionOut,
    MeetingData,
    MeetingIn,
    MeetingOut,
    WaiversIn,
)
from spg_registry.rules.verdict import plain
from spg_registry.seals import acta, recusals
from spg_registry.seals import service as seals
from spg_registry.seals.judging import Judged
from spg_registry.seals.schemas import ActaOut, ClosingOut, JudgedOut, SealOut

router = APIRouter(tags=["meetings"], route_class=OnceRoute)


@router.get("/meetings")
def list_meetings(
    session: SessionDep,
    actor: ActorDep,
    page: PageDep,
    committee_id: int | None = None,
    round_id: int | None = None,
    state: MeetingState | None = None,
) -> Listing[MeetingOut]:
    rows, total = queries.visible_meetings(
        session,
        actor,
        committee_id=committee_id,
        round_id=round_id,
        state=state,
        limit=page.limit,
        offset=page.offset,
    )
    return Listing.of([MeetingOut.model_validate(row) for row in rows], total, page)


@router.post("/meetings", status_code=201)
def convene(session: SessionDep, actor: ActorDep, now: NowDep, data: MeetingIn) -> MeetingOut:
    return MeetingOut.model_validate(service.convene(session, actor, now, data))


@router.get("/meetings/{meeting_id}")
def get_meeting(session: SessionDep, actor: ActorDep, meeting_id: int) -> MeetingOut:
    return MeetingOut.model_validate(queries.get_meeting(session, actor, meeting_id))


@router.put("/meetings/{meeting_id}")
def rearrange(
    session: SessionDep, actor: ActorDep, now: NowDep, meeting_id: int, data: MeetingData
) -> MeetingOut:
    """Day, hour, place, caller, subject and number, until the acta is closed."""
    return MeetingOut.model_validate(service.rearrange(session, actor, now, meeting_id, data))


@router.put("/meetings/{meeting_id}/attendance")
def record_attendance(
    session: SessionDep, actor: ActorDep, now: NowDep, meeting_id: int, data: AttendanceIn
) -> dict[int, bool]:
    """Who is present, by member id."""
    rows = service.record_attendance(session, actor, now, meeting_id, data)
    return {row.member_id: row.present for row in rows}


@router.put("/meetings/{meeting_id}/recusals")
def accept_recusals(
    session: SessionDep, actor: ActorDep, now: NowDep, meeting_id: int
) -> dict[int, dict[int, str]]:
    """Take on those that the data propose: by producer id, member ids with the reason."""
    recusals.accept(session, actor, now, meeting_id)
    kept = queries.get_meeting(session, actor, meeting_id).recusals
    return {
        int(producer): {int(member): why for member, why in listed.items()}
        for producer, listed in kept.items()
    }


@router.put("/meetings/{meeting_id}/waivers")
def waive(
    session: SessionDep, actor: ActorDep, now: NowDep, meeting_id: int, data: WaiversIn
) -> MeetingOut:
    return MeetingOut.model_validate(service.waive(session, actor, now, meeting_id, data))


@router.get("/meetings/{meeting_id}/decisions")
def list_decisions(session: SessionDep, actor: ActorDep, meeting_id: int) -> list[DecisionOut]:
    meeting = queries.get_meeting(session, actor, meeting_id)
    return [DecisionOut.model_validate(row) for row in queries.decisions_of(session, meeting.id)]


@router.put("/meetings/{meeting_id}/decisions")
def decide(
    session: SessionDep, actor: ActorDep, now: NowDep, meeting_id: int, data: list[DecisionIn]
) -> list[DecisionOut]:
    """Drafts; one about the same producer takes the earlier one's place."""
    rows = service.decide_all(session, actor, now, meeting_id, data)
    return [DecisionOut.model_validate(row) for row in rows]


@router.post("/decisions/{decision_id}/withdrawal", status_code=201)
def withdraw_draft(
    session: SessionDep, actor: ActorDep, now: NowDep, decision_id: int
) -> DecisionOut:
    """Take a draft off the table, until the acta is closed. It stays on record as withdrawn."""
    return DecisionOut.model_validate(service.withdraw_draft(session, actor, now, decision_id))


@router.get("/meetings/{meeting_id}/verdicts")
def preview(session: SessionDep, actor: ActorDep, now: NowDep, meeting_id: int) -> list[JudgedOut]:
    """What the norm says of each draft, as if the acta were closed now."""
    return [_judged(one) for one in seals.preview(session, actor, meeting_id, local_date(now))]


def _judged(one: Judged) -> JudgedOut:
    return JudgedOut(
        decision_id=one.decision.id,
        producer_id=one.decision.producer_id,
        may_be_adopted=not one.stops,
        valid_from=one.proposal.valid_from if one.category else None,
        valid_until=one.proposal.valid_until if one.category else None,
        recused=sorted(one.recused),
        verdicts=[plain(verdict) for verdict in one.verdicts],
        stops=[reason(verdict) for verdict in one.stops],
    )


@router.post("/meetings/{meeting_id}/closing", status_code=201)
def close_and_grant(
    session: SessionDep, actor: ActorDep, now: NowDep, keyring: KeyringDep, meeting_id: int
) -> ClosingOut:
    """Close the acta and grant: whole or not at all, with every reason when not."""
    closing = seals.close_and_grant(session, actor, now, keyring, meeting_id)
    return ClosingOut(
        meeting_id=closing.meeting.id,
        granted=[SealOut.model_validate(row) for row in closing.granted],
        decisions=[DecisionOut.model_validate(row) for row in closing.decisions],
    )


@router.get("/meetings/{meeting_id}/acta")
def get_acta(session: SessionDep, actor: ActorDep, now: NowDep, meeting_id: int) -> ActaOut:
    """What the acta says. Of a closed one `content` is fixed, and `sha256` is the digest of its
    JSON in UTF-8 with keys in order and no spaces between."""
    meeting, content = acta.acta_of(session, actor, meeting_id, local_date(now))
    return ActaOut(number=meeting.acta_number, sha256=meeting.acta_sha256, content=content)


@router.get("/decisions/{decision_id}")
def get_decision(session: SessionDep, actor: ActorDep, decision_id: int) -> DecisionOut:
    return DecisionOut.model_validate(queries.get_decision(session, actor, decision_id)[0])


@router.post("/decisions/notifications", status_code=201)
def notify(session: SessionDep, actor: ActorDep, now: NowDep, data: list[int]) -> list[DecisionOut]:
    """The producers of these decisions were told today."""
    return [DecisionOut.model_validate(row) for row in service.notify(session, actor, now, data)]


@router.post("/decisions/{decision_id}/finality", status_code=201)
def finalise(session: SessionDep, actor: ActorDep, now: NowDep, decision_id: int) -> DecisionOut:
    return DecisionOut.model_validate(service.finalise(session, actor, now, decision_id))


@router.post("/decisions/{decision_id}/appeals", status_code=201)
def file_appeal(
    session: SessionDep, actor: ActorDep, now: NowDep, decision_id: int, data: AppealIn
) -> AppealOut:
    return AppealOut.model_validate(service.file_appeal(session, actor, now, decision_id, data))


@router.get("/decisions/{decision_id}/appeals")
def list_appeals(
    session: SessionDep,
    actor: ActorDep,
    decision_id: int,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Listing[AppealOut]:
    decision, _meeting = queries.get_decision(session, actor, decision_id)
    rows = queries.appeals_of(session, [decision.id])
    asked = Page(limit=limit, offset=0)
    return Listing.of([AppealOut.model_validate(row) for row in rows[:limit]], len(rows), asked)


@router.post("/appeals/{appeal_id}/answer", status_code=201)
def answer_appeal(
    session: SessionDep, actor: ActorDep, now: NowDep, appeal_id: int, data: AppealAnswerIn
) -> AppealOut:
    return AppealOut.model_validate(service.answer_appeal(session, actor, now, appeal_id, data))

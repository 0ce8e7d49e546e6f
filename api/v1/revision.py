"""Wrong entries found late: what rests on them, and the acts that put them right."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.deps import ActorDep, NowDep, SessionDep
from api.v1.idempotency import OnceRoute
from spg_registry.core.messages import reason
from spg_registry.decisions import grounds
from spg_registry.producers import queries, service
from spg_registry.producers.answers import InterestOut
from spg_registry.producers.schemas import InterestCorrection
from spg_registry.rounds.schemas import Id, VisitCorrection, VisitOut
from spg_registry.seals import service as seals
from spg_registry.seals.naming import names_for
from spg_registry.seals.revision import doubts_of
from spg_registry.seals.schemas import ActOut, CorrectIn, DoubtOut, SealEventOut, SealOut

router = APIRouter(route_class=OnceRoute)


@router.get("/seals/revision", tags=["seals"])
def revision(
    session: SessionDep, actor: ActorDep, now: NowDep, committee_id: Annotated[int, Query()]
) -> list[DoubtOut]:
    """The committee's running seals that rest on something corrected after their grant, judged
    again by today's records of the day of the decision. Wants `seal:read`."""
    doubts = doubts_of(session, actor, committee_id, now)
    name_of = names_for(session, (why for doubt in doubts for why in doubt.reasons))
    return [
        DoubtOut(
            seal=SealOut.model_validate(doubt.grant),
            producer_code=doubt.producer.code,
            meeting_id=doubt.meeting.id,
            corrections=[
                ActOut(
                    action=act.action,
                    at=act.at,
                    by=act.actor_label,
                    subject=act.subject,
                    subject_id=act.subject_id,
                )
                for act in doubt.corrections
            ],
            reasons=[reason(why, "es", name_of) for why in doubt.reasons],
            agenda_decision_id=doubt.agenda.id if doubt.agenda else None,
            is_answered=doubt.is_answered,
        )
        for doubt in doubts
    ]


@router.post("/seals/{code}/corrections", status_code=201, tags=["seals"])
def correct_seal(
    session: SessionDep, actor: ActorDep, now: NowDep, code: str, data: CorrectIn
) -> SealEventOut:
    """The areas on the seal's record follow the land as corrected; nothing signed changes. Wants
    `seal:decide`."""
    return SealEventOut.model_validate(seals.correct(session, actor, now, code, data))


@router.post("/visits/{visit_id}/corrections", tags=["visits"])
def correct_visit(
    session: SessionDep, actor: ActorDep, now: NowDep, visit_id: Id, data: VisitCorrection
) -> VisitOut:
    """What was typed wrongly in a reviewed form. Only what is given changes. Wants
    `visit:review`."""
    return VisitOut.model_validate(grounds.correct_visit(session, actor, now, visit_id, data))


@router.patch("/interests/{interest_id}", tags=["producers"])
def correct_interest(
    session: SessionDep, actor: ActorDep, now: NowDep, interest_id: int, data: InterestCorrection
) -> InterestOut:
    """Wants `producer:write`."""
    row = service.correct_interest(session, actor, now, interest_id, data)
    return queries.interests_out(session, [row])[0]

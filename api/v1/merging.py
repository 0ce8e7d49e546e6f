"""One family registered twice."""

from fastapi import APIRouter

from api.deps import ActorDep, NowDep, SessionDep
from api.v1.idempotency import OnceRoute
from spg_registry.core import clock
from spg_registry.people.queries import persons_by_id
from spg_registry.people.schemas import PersonOut
from spg_registry.producers import twins
from spg_registry.producers.answers import DuplicateOut, ProducerFile, SamePersonOut
from spg_registry.producers.dossier import producer_file
from spg_registry.producers.merging import likely_duplicates
from spg_registry.producers.schemas import MergeIn, MergePersonsIn
from spg_registry.producers.twins import likely_same_persons
from spg_registry.seals import service as seals

router = APIRouter(tags=["producers"], route_class=OnceRoute)


@router.get("/producers/duplicates")
def duplicates(session: SessionDep, actor: ActorDep) -> list[DuplicateOut]:
    """Who may be registered twice, the surest first. Wants `producer:write`."""
    return likely_duplicates(session, actor)


@router.get("/producers/duplicate-persons")
def same_persons(session: SessionDep, actor: ActorDep) -> list[SamePersonOut]:
    """Holders who may be written down twice. Wants `producer:write`."""
    return likely_same_persons(session, actor)


@router.post("/persons/{person_id}/merge", status_code=201)
def merge_persons(
    session: SessionDep, actor: ActorDep, now: NowDep, person_id: int, data: MergePersonsIn
) -> PersonOut:
    """`other` becomes this person, who takes over its holdings and interests. Wants
    `producer:write` on what both hold."""
    twins.merge_persons(session, actor, now, person_id, data)
    return PersonOut.model_validate(persons_by_id(session, [person_id])[person_id])


@router.post("/persons/{person_id}/unmerge", status_code=201)
def part_persons(
    session: SessionDep, actor: ActorDep, now: NowDep, person_id: int, data: MergePersonsIn
) -> PersonOut:
    """Takes that back: `other` is a person of its own again. Wants `producer:write`."""
    twins.part_persons(session, actor, now, person_id, data)
    return PersonOut.model_validate(persons_by_id(session, [data.other])[data.other])


@router.post("/producers/{code}/merge", status_code=201)
def merge(
    session: SessionDep, actor: ActorDep, now: NowDep, code: str, data: MergeIn
) -> ProducerFile:
    """`other` becomes this producer; its code still finds it, its seals stay valid. Wants
    `producer:write` on both."""
    seals.merge(session, actor, now, code, data)
    return producer_file(session, actor, code, clock.local_date(now))


@router.post("/producers/{code}/unmerge", status_code=201)
def unmerge(
    session: SessionDep, actor: ActorDep, now: NowDep, code: str, data: MergeIn
) -> ProducerFile:
    """Takes a merger back: `other` is a producer of its own again. Wants `producer:write`."""
    seals.unmerge(session, actor, now, code, data)
    return producer_file(session, actor, code, clock.local_date(now))

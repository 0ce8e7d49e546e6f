"""Persons, always through the committee on whose papers they stand."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.deps import ActorDep, NowDep, SessionDep
from api.v1.idempotency import OnceRoute
from spg_registry.committees import reading
from spg_registry.committees.schemas import PersonRegistration
from spg_registry.people import service
from spg_registry.people.schemas import PersonIn, PersonOut
from spg_registry.producers import service as producers

router = APIRouter(tags=["people"], route_class=OnceRoute)

CommitteeId = Annotated[int, Query(description="The committee whose papers are asked")]


@router.get("/persons")
def persons(
    session: SessionDep,
    actor: ActorDep,
    committee_id: CommitteeId,
    ci: Annotated[str, Query(max_length=24, description="An identity number, any spelling")] = "",
) -> list[PersonOut]:
    """Who stands on a committee's papers (wants `committee:read`), or whoever in the country has
    an identity number (wants `producer:identity`)."""
    if ci:
        found = reading.find_person(session, actor, committee_id, ci)
        return [PersonOut.model_validate(found)] if found else []
    known = reading.known_persons(session, actor, committee_id)
    return [PersonOut.model_validate(row) for row in known]


@router.get("/persons/{person_id}")
def person(
    session: SessionDep, actor: ActorDep, person_id: int, committee_id: CommitteeId
) -> PersonOut:
    """Wants `committee:read`."""
    return PersonOut.model_validate(reading.person_of(session, actor, committee_id, person_id))


@router.post("/persons", status_code=201)
def register(
    session: SessionDep, actor: ActorDep, now: NowDep, data: PersonRegistration
) -> PersonOut:
    """Wants `committee:manage` or `producer:write`; for a committee's first people
    `committee:create`."""
    (row,) = service.register_persons(session, actor, now, [data.person()], data.committee_id)
    return PersonOut.model_validate(row)


@router.put("/persons/{person_id}")
def correct(
    session: SessionDep,
    actor: ActorDep,
    now: NowDep,
    person_id: int,
    committee_id: CommitteeId,
    data: PersonIn,
) -> PersonOut:
    """Wants `committee:manage` or `producer:write`; of somebody who stands on another committee's
    papers too, only the committee that registered the person."""
    row = producers.correct_person_on_papers(session, actor, now, committee_id, person_id, data)
    return PersonOut.model_validate(row)

"""Seals after their grant, and sanctions. Granting is a meeting's act: see `meetings`."""

from datetime import date

from fastapi import APIRouter

from api.deps import ActorDep, KeyringDep, Listing, NowDep, PageDep, SessionDep
from api.v1.idempotency import OnceRoute
from spg_registry.core import clock
from spg_registry.rules.standing import SealStanding
from spg_registry.seals import queries, service
from spg_registry.seals.schemas import (
    AcknowledgeIn,
    ActIn,
    ReplaceIn,
    SanctionIn,
    SanctionOut,
    SealEventOut,
    SealOut,
)

router = APIRouter(tags=["seals"], route_class=OnceRoute)


@router.get("/seals")
def list_seals(
    session: SessionDep,
    actor: ActorDep,
    now: NowDep,
    page: PageDep,
    standing: SealStanding | None = None,
    committee_id: int | None = None,
    municipality_code: str | None = None,
    producer_id: int | None = None,
    expiring_by: date | None = None,
    unacknowledged: bool = False,
) -> Listing[SealOut]:
    """`municipality_code` may be the beginning of one: a department's or a province's."""
    rows, total = queries.visible_seals(
        session,
        actor,
        clock.local_date(now),
        standing=standing,
        committee_id=committee_id,
        municipality_code=municipality_code,
        producer_id=producer_id,
        expiring_by=expiring_by,
        unacknowledged=unacknowledged,
        limit=page.limit,
        offset=page.offset,
    )
    return Listing.of([SealOut.model_validate(grant) for grant, _ in rows], total, page)


@router.post("/seals/acknowledgements", status_code=201)
def acknowledge(
    session: SessionDep, actor: ActorDep, now: NowDep, data: AcknowledgeIn
) -> list[SealEventOut]:
    events = service.acknowledge(session, actor, now, data)
    return [SealEventOut.model_validate(event) for event in events]


@router.get("/seals/{code}")
def get_seal(session: SessionDep, actor: ActorDep, code: str) -> SealOut:
    return SealOut.model_validate(queries.get_seal(session, actor, code))


@router.get("/seals/{code}/events")
def list_events(session: SessionDep, actor: ActorDep, code: str) -> list[SealEventOut]:
    grant = queries.get_seal(session, actor, code)
    return [SealEventOut.model_validate(row) for row in queries.events_of(session, grant.id)]


@router.post("/seals/{code}/suspension", status_code=201)
def suspend(
    session: SessionDep, actor: ActorDep, now: NowDep, code: str, data: ActIn
) -> SealEventOut:
    return SealEventOut.model_validate(service.suspend(session, actor, now, code, data))


@router.post("/seals/{code}/reinstatement", status_code=201)
def reinstate(
    session: SessionDep, actor: ActorDep, now: NowDep, code: str, data: ActIn
) -> SealEventOut:
    return SealEventOut.model_validate(service.reinstate(session, actor, now, code, data))


@router.post("/seals/{code}/withdrawal", status_code=201)
def withdraw(
    session: SessionDep, actor: ActorDep, now: NowDep, code: str, data: ActIn
) -> SealEventOut:
    return SealEventOut.model_validate(service.withdraw(session, actor, now, code, data))


@router.post("/seals/{code}/replacement", status_code=201)
def replace(
    session: SessionDep,
    actor: ActorDep,
    now: NowDep,
    keyring: KeyringDep,
    code: str,
    data: ReplaceIn,
) -> SealOut:
    return SealOut.model_validate(service.replace(session, actor, now, keyring, code, data))


@router.get("/sanctions")
def list_sanctions(
    session: SessionDep, actor: ActorDep, page: PageDep, producer_id: int | None = None
) -> Listing[SanctionOut]:
    rows, total = queries.visible_sanctions(
        session, actor, producer_id=producer_id, limit=page.limit, offset=page.offset
    )
    return Listing.of([SanctionOut.model_validate(row) for row in rows], total, page)


@router.post("/sanctions", status_code=201)
def impose(session: SessionDep, actor: ActorDep, now: NowDep, data: SanctionIn) -> SanctionOut:
    return SanctionOut.model_validate(service.impose(session, actor, now, data))

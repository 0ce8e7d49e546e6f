"""Complaints in the office: what waits, the acts up to the answer, and who complained."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import FileResponse, Response

from api.deps import ActorDep, Listing, NowDep, PageDep, SessionDep
from api.uploads import handed_out
from api.v1.idempotency import OnceRoute
from spg_registry.complaints import photos, queries, service
from spg_registry.complaints.models import ComplaintAbout
from spg_registry.complaints.schemas import (
    ComplaintAnswer,
    ComplaintOut,
    ContactOut,
    Id,
    PhotoOut,
    ProducerNamed,
    VisitOrder,
)
from spg_registry.core import clock
from spg_registry.rounds.schemas import RoundOut
from spg_registry.rules.words import ComplaintState

router = APIRouter(prefix="/complaints", tags=["complaints"], route_class=OnceRoute)

OptionalId = Annotated[Id | None, Query()]


@router.get("")
def list_complaints(
    session: SessionDep,
    actor: ActorDep,
    now: NowDep,
    page: PageDep,
    state: ComplaintState | None = None,
    about: ComplaintAbout | None = None,
    committee_id: OptionalId = None,
    overdue: Annotated[bool, Query(description="Not answered, and past their day")] = False,
) -> Listing[ComplaintOut]:
    """Those due first come first. Wants `complaint:read`."""
    rows, total = queries.visible_complaints(
        session,
        actor,
        state=state,
        about=about,
        committee_id=committee_id,
        overdue_on=clock.local_date(now) if overdue else None,
        limit=page.limit,
        offset=page.offset,
    )
    return Listing.of([ComplaintOut.model_validate(row) for row in rows], total, page)


@router.get("/{complaint_id}")
def get_complaint(session: SessionDep, actor: ActorDep, complaint_id: Id) -> ComplaintOut:
    return ComplaintOut.model_validate(queries.get_complaint(session, actor, complaint_id))


@router.get("/{complaint_id}/contact")
def get_contact(
    session: SessionDep, actor: ActorDep, now: NowDep, complaint_id: Id
) -> ContactOut | None:
    """Who complained, for who answers it; nothing once it is closed."""
    today = clock.local_date(now)
    found = queries.contact_of(session, actor, complaint_id, today)
    return ContactOut.model_validate(found) if found else None


@router.get("/{complaint_id}/photos")
def list_photos(session: SessionDep, actor: ActorDep, complaint_id: Id) -> list[PhotoOut]:
    """Wants `complaint:read`; they are never public."""
    rows = photos.photos_of(session, actor, complaint_id)
    return [PhotoOut.model_validate(row) for row in rows]


@router.get("/{complaint_id}/photos/{photo_id}", response_class=FileResponse)
def get_photo(session: SessionDep, actor: ActorDep, complaint_id: Id, photo_id: Id) -> Response:
    """A JPEG without what the telephone wrote into it."""
    return handed_out(photos.get_photo(session, actor, complaint_id, photo_id))


@router.post("/{complaint_id}/review")
def take_up(session: SessionDep, actor: ActorDep, now: NowDep, complaint_id: Id) -> ComplaintOut:
    """Wants `complaint:answer`, and to be neither complained about nor close to who is."""
    return ComplaintOut.model_validate(service.take_up(session, actor, now, complaint_id))


@router.post("/{complaint_id}/producer")
def name_producer(
    session: SessionDep, actor: ActorDep, now: NowDep, complaint_id: Id, data: ProducerNamed
) -> ComplaintOut:
    row = service.name_producer(session, actor, now, complaint_id, data)
    return ComplaintOut.model_validate(row)


@router.post("/{complaint_id}/visit", status_code=201)
def order_visit(
    session: SessionDep, actor: ActorDep, now: NowDep, complaint_id: Id, data: VisitOrder
) -> RoundOut:
    """Opens an unannounced round with the unit. Wants `round:write` as well."""
    return RoundOut.model_validate(service.order_visit(session, actor, now, complaint_id, data))


@router.post("/{complaint_id}/answer")
def answer(
    session: SessionDep, actor: ActorDep, now: NowDep, complaint_id: Id, data: ComplaintAnswer
) -> ComplaintOut:
    return ComplaintOut.model_validate(service.answer(session, actor, now, complaint_id, data))


@router.post("/{complaint_id}/closing")
def close(session: SessionDep, actor: ActorDep, now: NowDep, complaint_id: Id) -> ComplaintOut:
    """Who complained is forgotten with it."""
    return ComplaintOut.model_validate(service.close(session, actor, now, complaint_id))

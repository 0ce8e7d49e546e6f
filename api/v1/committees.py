"""Committees, their people, guarantee systems and registrations."""

from datetime import date
from typing import Annotated, TypeVar

from fastapi import APIRouter, Query
from pydantic import Field

from api.deps import ActorDep, Listing, NowDep, PageDep, SessionDep
from api.sight import own_holders
from api.v1.idempotency import OnceRoute
from spg_registry.committees import queries, reading, service
from spg_registry.committees.schemas import (
    BodyOut,
    CommitteeIn,
    CommitteeOut,
    EvaluatorIn,
    EvaluatorOut,
    ExtensionIn,
    LeaveIn,
    MemberIn,
    MemberOut,
    NeighbourIn,
    RecognitionIn,
    RecognitionOut,
    RegistrationChangeIn,
    RegistrationEventOut,
    RegistrationIn,
    RegistrationOut,
    RenewalIn,
    SpgIn,
    SpgOut,
    TermCorrectionIn,
)
from spg_registry.core import clock
from spg_registry.standards.own_rules import term_months

router = APIRouter(tags=["committees"], route_class=OnceRoute)

DepartmentCode = Annotated[str | None, Query(pattern=r"^\d{2}$", examples=["03"])]
IneCode = Annotated[str | None, Query(pattern=r"^\d{6}$", examples=["031401"])]
Row = TypeVar("Row")
Batch = Annotated[list[Row], Field(min_length=1, max_length=200)]
OnDay = Annotated[date | None, Query(description="Standing on a day; today without it")]


@router.get("/committees")
def committees(
    session: SessionDep,
    actor: ActorDep,
    now: NowDep,
    page: PageDep,
    department: DepartmentCode = None,
    municipality: IneCode = None,
) -> Listing[CommitteeOut]:
    """Wants `committee:read`; a committee's people see their own."""
    rows, total = queries.visible_committees(
        session,
        actor,
        department_code=department,
        municipality_code=municipality,
        limit=page.limit,
        offset=page.offset,
    )
    told = reading.committees_out(session, rows, clock.local_date(now))
    return Listing.of(told, total, page)


@router.post("/committees", status_code=201)
def create(session: SessionDep, actor: ActorDep, now: NowDep, data: CommitteeIn) -> CommitteeOut:
    """Wants `committee:create`."""
    rows = service.create_committees(session, actor, now, [data])
    return reading.committees_out(session, rows, clock.local_date(now))[0]


@router.get("/committees/{committee_id}")
def committee(
    session: SessionDep, actor: ActorDep, now: NowDep, committee_id: int, on: OnDay = None
) -> CommitteeOut:
    """Wants `committee:read` on it."""
    row = queries.get_committee(session, actor, committee_id)
    return reading.committees_out(session, [row], on or clock.local_date(now))[0]


@router.get("/committees/{committee_id}/recognitions")
def recognitions(session: SessionDep, actor: ActorDep, committee_id: int) -> list[RecognitionOut]:
    """Wants `committee:read` on it."""
    queries.get_committee(session, actor, committee_id)
    acts = queries.recognitions_of(session, committee_id)
    return [RecognitionOut.model_validate(act) for act in acts]


@router.post("/committees/{committee_id}/recognitions", status_code=201)
def recognise(
    session: SessionDep, actor: ActorDep, now: NowDep, committee_id: int, data: RecognitionIn
) -> RecognitionOut:
    """Wants `committee:manage` on it, or `committee:create`."""
    return RecognitionOut.model_validate(service.recognise(session, actor, now, committee_id, data))


@router.get("/committees/{committee_id}/bodies")
def bodies(session: SessionDep, actor: ActorDep, committee_id: int) -> list[BodyOut]:
    """Wants `committee:read` on it."""
    queries.get_committee(session, actor, committee_id)
    return [BodyOut.model_validate(row) for row in queries.bodies_of(session, committee_id)]


@router.get("/committees/{committee_id}/members")
def members(
    session: SessionDep,
    actor: ActorDep,
    now: NowDep,
    committee_id: int,
    on: OnDay = None,
    in_office: Annotated[bool, Query(description="Only who sits on that day")] = False,
) -> list[MemberOut]:
    """Every term in both bodies, or who sits. Wants `committee:read` on it."""
    queries.get_committee(session, actor, committee_id)
    own = [body.id for body in queries.bodies_of(session, committee_id)]
    rows = queries.members_of(session, own)
    told = reading.members_out(session, rows, on or clock.local_date(now))
    return [row for row in told if row.in_office or not in_office]


@router.post("/committees/{committee_id}/members", status_code=201)
def seat(
    session: SessionDep, actor: ActorDep, now: NowDep, committee_id: int, data: Batch[MemberIn]
) -> list[MemberOut]:
    """An election: one or more terms, all or none. Wants `committee:manage` on it."""
    holders = own_holders(session, committee_id, data)
    months = term_months(session, committee_id, clock.local_date(now))
    rows = service.seat_members(session, actor, now, committee_id, data, holders, months)
    return reading.members_out(session, rows, clock.local_date(now))


@router.post("/members/{member_id}/extension")
def extend(
    session: SessionDep, actor: ActorDep, now: NowDep, member_id: int, data: ExtensionIn
) -> MemberOut:
    """Wants `committee:manage` on the committee."""
    row = service.extend_term(session, actor, now, member_id, data)
    return reading.members_out(session, [row], clock.local_date(now))[0]


@router.post("/members/{member_id}/correction")
def correct_term(
    session: SessionDep, actor: ActorDep, now: NowDep, member_id: int, data: TermCorrectionIn
) -> MemberOut:
    """A wrongly typed term, longer or shorter; what stood before is kept. Wants
    `committee:manage` on the committee."""
    row = service.correct_term(session, actor, now, member_id, data)
    return reading.members_out(session, [row], clock.local_date(now))[0]


@router.post("/members/{member_id}/departure")
def leave(
    session: SessionDep, actor: ActorDep, now: NowDep, member_id: int, data: LeaveIn
) -> MemberOut:
    """Wants `committee:manage` on the committee."""
    row = service.leave(session, actor, now, member_id, data)
    return reading.members_out(session, [row], clock.local_date(now))[0]


@router.get("/committees/{committee_id}/evaluators")
def evaluators(
    session: SessionDep, actor: ActorDep, now: NowDep, committee_id: int, on: OnDay = None
) -> list[EvaluatorOut]:
    """In force on that day, neighbours who serve included. Wants `committee:read` on it."""
    queries.get_committee(session, actor, committee_id)
    day = on or clock.local_date(now)
    return reading.evaluators_out(session, queries.evaluators_of(session, committee_id, day), day)


@router.post("/committees/{committee_id}/evaluators", status_code=201)
def appoint(
    session: SessionDep, actor: ActorDep, now: NowDep, committee_id: int, data: Batch[EvaluatorIn]
) -> list[EvaluatorOut]:
    """One or more appointments, all or none. Wants `committee:manage` on it."""
    holders = own_holders(session, committee_id, data)
    months = term_months(session, committee_id, clock.local_date(now))
    rows = service.appoint_evaluators(session, actor, now, committee_id, data, holders, months)
    return reading.evaluators_out(session, rows, clock.local_date(now))


@router.post("/evaluators/{appointment_id}/neighbours", status_code=201)
def lend(
    session: SessionDep, actor: ActorDep, now: NowDep, appointment_id: int, data: NeighbourIn
) -> EvaluatorOut:
    """Let an evaluator serve another committee too. Wants `committee:manage` on the lender."""
    service.serve_neighbour(session, actor, now, appointment_id, data.committee_id)
    row = queries.get_appointment(session, actor, appointment_id)
    return reading.evaluators_out(session, [row], clock.local_date(now))[0]


@router.get("/spgs")
def spgs(
    session: SessionDep,
    actor: ActorDep,
    now: NowDep,
    page: PageDep,
    committee_id: int | None = None,
    municipality: IneCode = None,
    on: OnDay = None,
) -> Listing[SpgOut]:
    """Wants `committee:read`; a committee's people see their own."""
    rows, total = queries.visible_spgs(
        session,
        actor,
        committee_id=committee_id,
        municipality_code=municipality,
        limit=page.limit,
        offset=page.offset,
    )
    told = reading.spgs_out(session, rows, on or clock.local_date(now))
    return Listing.of(told, total, page)


@router.post("/spgs", status_code=201)
def found(session: SessionDep, actor: ActorDep, now: NowDep, data: SpgIn) -> SpgOut:
    """Wants `committee:create`."""
    rows = service.found_spgs(session, actor, now, [data])
    return reading.spgs_out(session, rows, clock.local_date(now))[0]


@router.get("/spgs/{spg_id}")
def spg(session: SessionDep, actor: ActorDep, now: NowDep, spg_id: int, on: OnDay = None) -> SpgOut:
    """Wants `committee:read` on its committee."""
    row = queries.get_spg(session, actor, spg_id)
    return reading.spgs_out(session, [row], on or clock.local_date(now))[0]


@router.get("/spgs/{spg_id}/registrations")
def registrations(session: SessionDep, actor: ActorDep, spg_id: int) -> list[RegistrationOut]:
    """Oldest first. Wants `committee:read` on its committee."""
    queries.get_spg(session, actor, spg_id)
    rows = queries.registrations_of(session, spg_id)
    return [RegistrationOut.model_validate(row) for row in rows]


@router.post("/registrations", status_code=201)
def register(
    session: SessionDep, actor: ActorDep, now: NowDep, data: RegistrationIn
) -> RegistrationOut:
    """Wants `spg:register`."""
    (row,) = service.register_spgs(session, actor, now, [data])
    return RegistrationOut.model_validate(row)


@router.get("/registrations/{registration_id}/events")
def registration_events(
    session: SessionDep, actor: ActorDep, registration_id: int
) -> list[RegistrationEventOut]:
    """In the order in which they act. Wants `committee:read` on the committee."""
    row, _ = queries.get_registration(session, actor, registration_id)
    events = queries.registration_events(session, [row.id])[row.id]
    return [RegistrationEventOut.model_validate(event) for event in events]


@router.post("/registrations/{registration_id}/changes", status_code=201)
def change(
    session: SessionDep,
    actor: ActorDep,
    now: NowDep,
    registration_id: int,
    data: RegistrationChangeIn,
) -> RegistrationOut:
    """Admit, suspend, reinstate or cancel. Wants `spg:register`."""
    row = service.change_registration(session, actor, now, registration_id, data)
    return RegistrationOut.model_validate(row)


@router.post("/registrations/{registration_id}/renewals", status_code=201)
def renew(
    session: SessionDep, actor: ActorDep, now: NowDep, registration_id: int, data: RenewalIn
) -> RegistrationOut:
    """Wants `spg:register`."""
    row = service.renew_registration(session, actor, now, registration_id, data)
    return RegistrationOut.model_validate(row)

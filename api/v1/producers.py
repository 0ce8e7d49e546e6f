"""Producers, where they are enrolled, who stands behind them and who near."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from api.deps import ActorDep, Listing, NowDep, PageDep, SessionDep
from api.sight import visible_ids
from api.v1.idempotency import OnceRoute
from spg_registry.core import clock
from spg_registry.people.schemas import PersonIn
from spg_registry.producers import queries, service
from spg_registry.producers.access import sight_of
from spg_registry.producers.answers import (
    EnrolledOut,
    HouseholdOut,
    InterestOut,
    MembershipOut,
    OrganisationOut,
    PledgeOut,
    ProducerFile,
    ProducerOut,
    UnitOut,
)
from spg_registry.producers.dossier import producer_file, unit_file
from spg_registry.producers.models import ProducerKind
from spg_registry.producers.schemas import (
    AdmissionsIn,
    EndIn,
    EnrolIn,
    HouseholdIn,
    InterestIn,
    MembershipIn,
    NewHolderIn,
    NewProducer,
    NewProducers,
    OrganisationIn,
    PledgeIn,
    ProducerCorrection,
    StatusIn,
    UnitIn,
)
from spg_registry.rules.words import EnrolmentStatus
from spg_registry.seals import service as seals

router = APIRouter(tags=["producers"], route_class=OnceRoute)

OnDay = Annotated[date | None, Query(description="Stages on a day; today without it")]
Words = Annotated[str, Query(max_length=120, description="Words of names and codes")]
IneCode = Annotated[str | None, Query(pattern=r"^\d{6}$", examples=["031401"])]


@router.get("/producers")
def producers(
    session: SessionDep,
    actor: ActorDep,
    page: PageDep,
    q: Words = "",
    kind: ProducerKind | None = None,
    municipality: IneCode = None,
    community: int | None = None,
    organisation: Annotated[str | None, Query(max_length=24)] = None,
    spg: int | None = None,
    committee: int | None = None,
    status: EnrolmentStatus | None = None,
) -> Listing[ProducerOut]:
    """Wants `producer:read`: committees see their own. Evaluators see those they are sent to."""
    sight = sight_of(actor, visible_ids(session, actor))
    filters = queries.Filters(
        q, kind, municipality, community, organisation, spg, committee, status
    )
    rows, total = queries.producers_page(session, sight, filters, page.limit, page.offset)
    return Listing.of(rows, total, page)


@router.post("/producers", status_code=201)
def register(session: SessionDep, actor: ActorDep, now: NowDep, data: NewProducer) -> ProducerFile:
    """A producer with holders, enrolment, pledge, units, plots and crops in one act. Wants
    `producer:write` on the SPG's committee."""
    made = service.register(session, actor, now, data.spg_id, data)
    return producer_file(session, actor, made.producer.code, clock.local_date(now))


@router.post("/producers/batch", status_code=201)
def register_all(
    session: SessionDep, actor: ActorDep, now: NowDep, data: NewProducers
) -> list[ProducerOut]:
    """All or none, in their order; faults stand at `<place>-<field>`. Wants `producer:write` on
    the SPG's committee."""
    made = service.register_all(session, actor, now, data.spg_id, data.producers)
    return queries.lines(session, [one.producer for one in made])


@router.get("/producers/{code}")
def producer(
    session: SessionDep, actor: ActorDep, now: NowDep, code: str, on: OnDay = None
) -> ProducerFile:
    """With everything. Fields of identity want `producer:identity`."""
    day = on or clock.local_date(now)
    return producer_file(session, actor, code, day, visible_ids(session, actor))


@router.patch("/producers/{code}")
def correct(
    session: SessionDep, actor: ActorDep, now: NowDep, code: str, data: ProducerCorrection
) -> ProducerFile:
    """Only what is given changes. Wants `producer:write`."""
    service.correct_producer(session, actor, now, code, data)
    return producer_file(session, actor, code, clock.local_date(now))


@router.post("/producers/{code}/holders", status_code=201)
def add_holder(
    session: SessionDep, actor: ActorDep, now: NowDep, code: str, data: NewHolderIn
) -> ProducerFile:
    """Wants `producer:write`."""
    service.add_holder(session, actor, now, code, data)
    return producer_file(session, actor, code, clock.local_date(now))


@router.put("/producers/{code}/holders/{person_id}")
def correct_holder(
    session: SessionDep, actor: ActorDep, now: NowDep, code: str, person_id: int, data: PersonIn
) -> ProducerFile:
    """A holder's particulars, written anew as a whole. Wants `producer:write`."""
    service.correct_holder(session, actor, now, code, person_id, data)
    return producer_file(session, actor, code, clock.local_date(now))


@router.post("/producers/{code}/holders/{person_id}/end")
def end_holder(
    session: SessionDep, actor: ActorDep, now: NowDep, code: str, person_id: int, data: EndIn
) -> ProducerFile:
    """Wants `producer:write`."""
    service.end_holder(session, actor, now, code, person_id, data)
    return producer_file(session, actor, code, clock.local_date(now))


@router.post("/producers/{code}/units", status_code=201)
def add_unit(session: SessionDep, actor: ActorDep, now: NowDep, code: str, data: UnitIn) -> UnitOut:
    """With its plots, crops, zones and facilities. Wants `producer:write`."""
    made = service.add_unit(session, actor, now, code, data)
    return unit_file(session, actor, made.unit.code, clock.local_date(now))


# -- in an SPG ------------------------------------------------------------------------------------


@router.get("/enrolments")
def enrolments(
    session: SessionDep,
    actor: ActorDep,
    page: PageDep,
    spg: int | None = None,
    status: EnrolmentStatus | None = None,
) -> Listing[EnrolledOut]:
    """Past and present. Wants `producer:read`."""
    sight = sight_of(actor, visible_ids(session, actor))
    rows, total = queries.enrolments_page(
        session, sight, page.limit, page.offset, spg_id=spg, status=status
    )
    return Listing.of(rows, total, page)


@router.post("/producers/{code}/enrolments", status_code=201)
def enrol(
    session: SessionDep, actor: ActorDep, now: NowDep, code: str, data: EnrolIn
) -> ProducerFile:
    """Into another SPG, or again. Wants `producer:write` on that SPG's committee."""
    service.enrol(session, actor, now, code, data)
    return producer_file(session, actor, code, clock.local_date(now))


@router.post("/enrolments/admissions")
def admit(
    session: SessionDep, actor: ActorDep, now: NowDep, data: AdmissionsIn
) -> list[EnrolledOut]:
    """Applicants whom the committee takes in. Wants `producer:write`."""
    rows = service.admit_all(session, actor, now, data.enrolment_ids)
    return queries.enrolled_out(session, [row.id for row in rows])


@router.post("/enrolments/{enrolment_id}/status")
def change_status(
    session: SessionDep, actor: ActorDep, now: NowDep, enrolment_id: int, data: StatusIn
) -> EnrolledOut:
    """What the office may write by itself: admitted, observed, absent, withdrawn. The rest comes
    from decisions and sanctions. Who leaves leaves its seals: they are withdrawn in the same act.
    Wants `producer:write`."""
    row = seals.change_status(session, actor, now, enrolment_id, data)
    return queries.enrolled_out(session, [row.id])[0]


@router.post("/enrolments/{enrolment_id}/pledges", status_code=201)
def sign_pledge(
    session: SessionDep, actor: ActorDep, now: NowDep, enrolment_id: int, data: PledgeIn
) -> PledgeOut:
    """Wants `producer:write`."""
    rows = service.sign_pledges(session, actor, now, [(enrolment_id, data)])
    return PledgeOut.model_validate(rows[0])


# -- who stands near ------------------------------------------------------------------------------


@router.get("/interests")
def interests(
    session: SessionDep,
    actor: ActorDep,
    now: NowDep,
    producer: Annotated[str, Query(max_length=16, description="A producer's code")],
) -> list[InterestOut]:
    """Of one producer, past ones too. Wants `producer:identity`; others get none."""
    return producer_file(session, actor, producer, clock.local_date(now)).interests


@router.post("/interests", status_code=201)
def declare_interests(
    session: SessionDep,
    actor: ActorDep,
    now: NowDep,
    batch: Annotated[list[InterestIn], Field(min_length=1, max_length=200)],
) -> list[InterestOut]:
    """Wants `producer:write`."""
    rows = service.declare_interests(session, actor, now, batch)
    return queries.interests_out(session, rows)


@router.post("/interests/{interest_id}/end")
def end_interest(
    session: SessionDep, actor: ActorDep, now: NowDep, interest_id: int, data: EndIn
) -> InterestOut:
    """Wants `producer:write`."""
    row = service.end_interest(session, actor, now, interest_id, data)
    return queries.interests_out(session, [row])[0]


@router.post("/households", status_code=201)
def set_household(
    session: SessionDep, actor: ActorDep, now: NowDep, data: HouseholdIn
) -> HouseholdOut:
    """Puts producers into one household; one alone gets its own. Wants `producer:write`."""
    return HouseholdOut.model_validate(service.set_household(session, actor, now, data))


@router.get("/organisations")
def organisations(
    session: SessionDep, actor: ActorDep, page: PageDep, q: Words = ""
) -> Listing[OrganisationOut]:
    """Wants `producer:read`."""
    sight_of(actor, visible_ids(session, actor))
    rows, total = queries.organisations(session, q, page.limit, page.offset)
    return Listing.of([OrganisationOut.model_validate(row) for row in rows], total, page)


@router.post("/organisations", status_code=201)
def register_organisations(
    session: SessionDep,
    actor: ActorDep,
    now: NowDep,
    batch: Annotated[list[OrganisationIn], Field(min_length=1, max_length=200)],
) -> list[OrganisationOut]:
    """Wants `producer:write`."""
    rows = service.register_organisations(session, actor, now, batch)
    return [OrganisationOut.model_validate(row) for row in rows]


@router.post("/producers/{code}/memberships", status_code=201)
def join(
    session: SessionDep, actor: ActorDep, now: NowDep, code: str, data: MembershipIn
) -> MembershipOut:
    """Wants `producer:write`."""
    row = service.join_organisation(session, actor, now, code, data)
    return queries.membership_out(session, row)


@router.post("/memberships/{membership_id}/end")
def leave(
    session: SessionDep, actor: ActorDep, now: NowDep, membership_id: int, data: EndIn
) -> MembershipOut:
    """Wants `producer:write`."""
    row = service.leave_organisation(session, actor, now, membership_id, data)
    return queries.membership_out(session, row)

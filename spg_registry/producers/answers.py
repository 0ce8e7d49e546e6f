"""What comes out of the producers' room. Fields of identity are None for who may not see them."""

from datetime import date

from pydantic import BaseModel, ConfigDict, Field

from spg_registry.people.models import Sex
from spg_registry.producers.models import (
    IngredientOrigin,
    PaperKind,
    ProducerKind,
    Tenure,
    TransferKind,
    WaterSource,
)
from spg_registry.rules.words import (
    ActivityKind,
    EnrolmentStatus,
    InterestKind,
    LastInput,
    Stage,
)


class _Out(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class PlaceOut(_Out):
    community_id: int
    community: str
    municipality_code: str
    municipality: str
    department: str


class PledgeOut(_Out):
    id: int
    enrolment_id: int
    signed_on: date
    signed_by_mark: bool
    carried: bool = Field(
        default=False, description="Signed under a registration merged into this one"
    )


class EnrolmentOut(_Out):
    """`status_reason` and pledges are for who keeps or controls the papers."""

    id: int
    spg_id: int
    spg_code: str
    spg_name: str
    committee_id: int
    code: str
    enrolled_on: date
    ended_on: date | None
    status: EnrolmentStatus
    status_since: date
    status_reason: str | None = None
    pledges: list[PledgeOut] = Field(default_factory=list)


class EnrolledOut(EnrolmentOut):
    """With whose it is, for lists of enrolments."""

    producer_code: str
    display_name: str


class HouseholdOut(_Out):
    id: int
    community_id: int | None


class ProducerOut(PlaceOut):
    """A line of a list."""

    id: int
    code: str
    kind: ProducerKind
    display_name: str
    publication_consent: bool
    units: int
    area_m2: int
    """Of its open units; a plot shared with another producer is in both lines."""
    enrolments: list[EnrolmentOut]


class HolderOut(_Out):
    person_id: int
    position: int
    names: str
    surnames: str
    full_name: str
    sex: Sex | None
    since: date
    until: date | None
    ci: str | None = None
    ci_suffix: str | None = None
    birth_year: int | None = None
    phone: str | None = None


class PlotOut(_Out):
    """`stage` is derived for a day; None while no standard is loaded."""

    code: str
    name: str
    area_m2: int
    outline: list[list[float]] = Field(default_factory=list)
    """Corners as `[longitude, latitude]`, for who may see where it lies; one is a point."""
    last_input: LastInput
    last_input_on: date | None
    stage: Stage | None
    stage_since: date | None
    shared_with: list[str]
    """Codes of other units that work it too."""


class IngredientOut(_Out):
    product_code: str
    product: str
    product_en: str
    origin: IngredientOrigin
    seal_code: str | None


class PaperOut(_Out):
    """A photo or a scanned paper. Withdrawn ones are for who writes the producer's papers."""

    id: int
    kind: PaperKind
    title: str
    unit_code: str | None
    added_on: date
    added_by: str
    is_photo: bool
    size_bytes: int
    width: int | None
    height: int | None
    withdrawn_on: date | None
    withdrawn_reason: str | None


class CropOut(_Out):
    id: int
    product_code: str
    product: str
    product_en: str
    kind: ActivityKind
    plot_code: str | None
    season: int
    area_m2: int | None
    heads: int | None
    hives: int | None
    expected_kg: int | None
    ingredients: list[IngredientOut] = Field(default_factory=list)
    """Of a processed product: what it is made of, as declared."""


class ZoneOut(_Out):
    id: int
    name: str
    bounds: str | None
    plan: str | None
    plan_until: date | None


class FacilityOut(_Out):
    id: int
    name: str
    process: str


class UnitOut(PlaceOut):
    """The point is for the control profile and for who has to find the place."""

    id: int
    code: str
    producer_code: str
    name: str
    tenure: Tenure
    parallel_production: bool
    water_source: WaterSource | None
    lat: float | None
    lon: float | None
    since: date
    until: date | None
    area_m2: int
    stage: Stage | None
    plots: list[PlotOut]
    crops: list[CropOut]
    """Of every season, the latest first."""
    zones: list[ZoneOut]
    facilities: list[FacilityOut]


class InterestOut(_Out):
    id: int
    person_id: int
    person: str
    producer_code: str
    kind: InterestKind
    degree: int | None
    declared: bool
    since: date | None
    """None: nobody said since when."""
    until: date | None


class TransferOut(_Out):
    """Land that came or went. `waits`: its receiver's office has yet to take it into a unit."""

    id: int
    kind: TransferKind
    effective_on: date
    from_producer: str
    to_producer: str
    from_unit: str | None
    to_unit: str | None
    plot_code: str | None
    waits: bool


class DuplicateOut(_Out):
    """Two registrations that look like one family. `same_person`: one person stands behind both;
    else names and community are the same, and no year of birth contradicts."""

    first: str
    second: str
    first_name: str
    second_name: str
    community: str
    same_person: bool


class SamePersonOut(_Out):
    """Two holders of one name in one community. Of which producers: their codes."""

    first_id: int
    second_id: int
    name: str
    community: str
    first_holds: list[str]
    second_holds: list[str]


class OrganisationOut(_Out):
    id: int
    code: str
    name: str
    municipality_code: str | None


class MembershipOut(_Out):
    id: int
    organisation_code: str
    organisation: str
    since: date
    until: date | None


class NeighbourOut(_Out):
    """Another producer of the household."""

    code: str
    display_name: str


class ProducerFile(ProducerOut):
    """A producer with everything. `identity` says whether the fields of identity were filled;
    interests are told only then."""

    identity: bool
    writable: bool
    on: date
    """The day that stages were derived for."""
    stage: Stage | None
    nit: str | None
    household_id: int | None
    household: list[NeighbourOut]
    holders: list[HolderOut]
    memberships: list[MembershipOut]
    interests: list[InterestOut]
    merged: list[str]
    """Codes of registrations that were found to be this family, and still find it."""
    transfers: list[TransferOut]
    """Land that came and went, the latest first."""
    land: list[UnitOut]

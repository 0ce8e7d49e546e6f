"""What goes into the producers' room. JSON, forms, imports and the demonstration use the same.

Only shapes are held here; what makes sense (dates, areas, codes) is checked in `checks.py`, so that
every bad field comes back at once and with a sentence.
"""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from spg_registry.people.schemas import PersonIn, paragraph, text
from spg_registry.producers.models import (
    IngredientOrigin,
    PaperKind,
    ProducerKind,
    Tenure,
    TransferKind,
    WaterSource,
)
from spg_registry.rules.words import EnrolmentStatus, InterestKind, LastInput

Code = Annotated[str, text(40)]
Name = Annotated[str, text(160)]
Label = Annotated[str, text(120)]
Short = Annotated[str, text(80)]
Reason = Annotated[str, text(400)]
Long = Annotated[str, paragraph(2000, min_length=0)]
Number = Annotated[str, text(20)]
Whole = Annotated[int, Field(ge=-(2**31), lt=2**31)]
"""As the columns hold it; what is too large for them is no number of the domain either."""


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid")


class HolderIn(PersonIn):
    """A person: one whom the committee knows by `person_id`, anybody else in the registry by
    `person_id` and identity number, or a new one by names and surnames."""

    model_config = ConfigDict(extra="forbid")

    person_id: Whole | None = None
    names: Annotated[str, text(80, min_length=0)] = ""
    surnames: Annotated[str, text(80, min_length=0)] = ""


class Place(_In):
    """A community: by id, or by municipality and name (made when it is not known yet)."""

    community_id: Whole | None = None
    municipality_code: Code | None = Field(default=None, examples=["031003"])
    community: Label | None = None

    @property
    def is_given(self) -> bool:
        return bool(self.community_id or self.municipality_code or self.community)


class PlotIn(_In):
    """Area in whole m². `last_input` says what is known of the last prohibited input: a date
    (then `last_input_on`), `never` or `unknown`; a date alone is enough."""

    name: Short | None = None
    area_m2: Whole
    last_input: LastInput | None = None
    last_input_on: date | None = None

    @property
    def known(self) -> LastInput:
        if self.last_input is not None:
            return self.last_input
        return LastInput.DATE if self.last_input_on else LastInput.UNKNOWN


class CropIn(_In):
    """A product in a season (a calendar year; the present one when left out).

    `plot` is the place, from 0, in the list of plots it comes with; `plot_code` names a plot that
    exists. Without either it stands on the unit's only plot, if the unit has only one.
    """

    product_code: Code
    plot: Whole | None = None
    plot_code: Code | None = None
    season: Whole | None = None
    area_m2: Whole | None = None
    heads: Whole | None = None
    hives: Whole | None = None
    expected_kg: Whole | None = None


class ZoneIn(_In):
    """Where wild products are gathered. `bounds` in words or as coordinates."""

    name: Label
    bounds: Long | None = None
    plan: Long | None = None
    plan_until: date | None = None


class FacilityIn(_In):
    name: Label
    process: Annotated[str, text(200)]


class UnitIn(Place):
    """A production unit. Without a place of its own it lies in the producer's community."""

    name: Label | None = None
    tenure: Tenure = Tenure.OWN
    parallel_production: bool = False
    water_source: WaterSource | None = None
    lat: float | None = None
    lon: float | None = None
    since: date | None = None
    plots: list[PlotIn] = Field(default_factory=list, max_length=200)
    crops: list[CropIn] = Field(default_factory=list, max_length=500)
    zones: list[ZoneIn] = Field(default_factory=list, max_length=50)
    facilities: list[FacilityIn] = Field(default_factory=list, max_length=50)


class PledgeIn(_In):
    """A mark instead of a signature needs a witness."""

    signed_on: date
    signed_by_mark: bool = False
    witness: Label | None = None


class EnrolmentIn(_In):
    """Entry into an SPG, as an applicant, or as `admitted` when the committee has already said so.
    Without a code the producer's own is used there."""

    code: Code | None = None
    enrolled_on: date | None = None
    admitted: bool = False
    pledge: PledgeIn | None = None


class ProducerIn(Place):
    """A producer with everything known on the day it comes in.

    The first holder comes first. `household_id` is an existing household; `household_key` is any
    word: who shares it in one batch shares a household. `organisations` are codes or names of
    known organisations.
    """

    kind: ProducerKind = ProducerKind.FAMILY
    holders: list[HolderIn] = Field(min_length=1, max_length=200)
    display_name: Name | None = None
    publication_consent: bool = False
    nit: Number | None = None
    household_id: Whole | None = None
    household_key: Short | None = None
    organisations: list[Name] = Field(default_factory=list, max_length=20)
    enrolment: EnrolmentIn = Field(default_factory=EnrolmentIn)
    units: list[UnitIn] = Field(default_factory=list, max_length=100)


class NewProducer(ProducerIn):
    """A producer and the SPG that it enters."""

    spg_id: Whole


class NewProducers(_In):
    """Many at once, all or none."""

    spg_id: Whole
    producers: list[ProducerIn] = Field(min_length=1, max_length=500)


class ProducerCorrection(Place):
    """Only what is given changes. `reason` is kept in the row."""

    kind: ProducerKind | None = None
    display_name: Name | None = None
    publication_consent: bool | None = None
    nit: Number | None = None
    reason: Reason | None = None


class UnitCorrection(Place):
    """Only what is given changes; the point is given as a pair."""

    name: Label | None = None
    tenure: Tenure | None = None
    parallel_production: bool | None = None
    water_source: WaterSource | None = None
    lat: float | None = None
    lon: float | None = None
    until: date | None = None
    reason: Reason | None = None


class PlotCorrection(_In):
    """Name and area; the clock has an act of its own (`LastInputIn`)."""

    name: Short | None = None
    area_m2: Whole | None = None
    reason: Reason | None = None


class OutlineIn(_In):
    """Where a plot lies, as GeoJSON: a polygon or a point; empty takes away what there was."""

    geojson: Annotated[str, paragraph(100_000, min_length=0)] = ""
    reason: Reason | None = None


class PaperIn(_In):
    """What a photo or a scan shows, and of which unit, if of one."""

    kind: PaperKind
    title: Label | None = None
    unit_code: Code | None = None


class WithdrawPaperIn(_In):
    reason: Reason


class CropCorrection(_In):
    """Only what is given changes."""

    product_code: Code | None = None
    plot_code: Code | None = None
    area_m2: Whole | None = None
    heads: Whole | None = None
    hives: Whole | None = None
    expected_kg: Whole | None = None
    reason: Reason | None = None


class PlotsIn(_In):
    plots: list[PlotIn] = Field(min_length=1, max_length=200)


class CropsIn(_In):
    crops: list[CropIn] = Field(min_length=1, max_length=500)


class IngredientIn(_In):
    """`seal_code` belongs to what was bought from somebody with an organic seal."""

    product_code: Code
    origin: IngredientOrigin = IngredientOrigin.OWN
    seal_code: Annotated[str, text(24)] | None = None


class IngredientsIn(_In):
    """All that a processed product is made of; the former list is replaced. Empty: not said."""

    ingredients: list[IngredientIn] = Field(max_length=40)


class LastInputIn(_In):
    """A correction of a plot's clock, with its reason."""

    last_input: LastInput
    last_input_on: date | None = None
    reason: Reason


class InterestIn(_In):
    """What ties a person to a producer. `degree` belongs to kin; 1 is parent or child."""

    person_id: Whole
    producer_code: Code
    kind: InterestKind
    degree: Whole | None = None
    declared: bool = True
    since: date | None = None
    until: date | None = None


class InterestCorrection(_In):
    """Only what is given changes; the person stays: another person is another interest."""

    kind: InterestKind | None = None
    degree: Whole | None = None
    since: date | None = None
    until: date | None = None
    reason: Reason


class EndIn(_In):
    """The last day, today when left out."""

    until: date | None = None


class StatusIn(_In):
    """A move in the SPG by the office. Some moves need a reason (`checks.NEED_A_REASON`)."""

    status: EnrolmentStatus
    reason: Reason | None = None
    on: date | None = None


class AdmissionsIn(_In):
    enrolment_ids: list[Whole] = Field(min_length=1, max_length=500)


class EnrolIn(EnrolmentIn):
    """Entry of a known producer into another SPG, or into the same one again."""

    spg_id: Whole


class MergeIn(_In):
    """`other` is the code of the registration that is one too many; or, to take a merger back, of
    the one that was."""

    other: Code
    reason: Reason


class MergePersonsIn(_In):
    """`other` is the person's entry that is one too many."""

    other: Whole
    reason: Reason


class MoveIn(_In):
    """A producer goes to another SPG. `units` are those that go along (all, when left out); the
    others are closed. `code` and `admitted` are for an office that writes there as well."""

    spg_id: Whole
    on: date | None = None
    reason: Reason
    units: list[Code] | None = Field(default=None, max_length=100)
    code: Code | None = None
    admitted: bool = False


class HandOverIn(_In):
    """Plots of a unit change hands. The receiver's unit can be named by an office that writes
    there too; without one they go into a new unit. Another committee's office takes them itself.
    """

    kind: TransferKind
    plots: list[Code] = Field(min_length=1, max_length=200)
    to_producer: Code
    to_unit: Code | None = None
    effective_on: date | None = None
    reason: Reason


class TakeOverIn(_In):
    """Plots that were handed over go into a unit: one by its code, or a new one."""

    transfers: list[Whole] = Field(min_length=1, max_length=200)
    to_unit: Code | None = None


class NewHolderIn(_In):
    holder: HolderIn
    since: date | None = None


class HouseholdIn(_In):
    """The producers that live in one household."""

    producer_codes: list[Code] = Field(min_length=1, max_length=50)


class OrganisationIn(_In):
    """Without a code one is given (`ORG-0007`)."""

    name: Name
    code: Annotated[str, text(24)] | None = None
    municipality_code: Code | None = None


class MembershipIn(_In):
    """`organisation` is a code or a name."""

    organisation: Name
    since: date | None = None


class SharedPlotIn(_In):
    plot_code: Code

"""Producers, who stands behind them, where they are enrolled, and what they work on."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, Index, String, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from spg_registry.core.db import coded, document, instant, key
from spg_registry.core.history import Recorded
from spg_registry.core.rows import Row
from spg_registry.rules.words import EnrolmentStatus, InterestKind, LastInput


class ProducerKind(StrEnum):
    FAMILY = "family"
    PERSON = "person"
    GROUP = "group"
    COMPANY = "company"


class Tenure(StrEnum):
    OWN = "own"
    COMMUNAL = "communal"
    RENTED = "rented"
    LENT = "lent"
    OTHER = "other"


class WaterSource(StrEnum):
    RAIN = "rain"
    SPRING = "spring"
    RIVER = "river"
    WELL = "well"
    CANAL = "canal"
    NETWORK = "network"
    OTHER = "other"


WORD_LENGTH = 40

_word: Any = String(WORD_LENGTH).with_variant(String(WORD_LENGTH, collation="C"), "postgresql")
"""Compared byte by byte on both engines, so that a beginning is a range of the index."""


class Household(Recorded, table=True):
    """People who live and farm together; who is of it does not evaluate it."""

    __tablename__ = "household"

    id: int = key()
    community_id: int | None = Field(default=None, foreign_key="community.id")


class Producer(Recorded, table=True):
    """Who holds seals. `code` is nationally unique and means nothing.

    `display_name` is public only with `publication_consent`; else initials are shown.
    """

    __tablename__ = "producer"
    __personal__: ClassVar[frozenset[str]] = frozenset({"display_name", "nit", "correction_reason"})

    id: int = key()
    number: int = Field(unique=True)
    code: str = Field(max_length=16, unique=True)
    kind: ProducerKind = coded(ProducerKind)
    display_name: str = Field(max_length=160, index=True)
    publication_consent: bool = False
    community_id: int = Field(foreign_key="community.id", index=True)
    household_id: int | None = Field(default=None, foreign_key="household.id", index=True)
    nit: str | None = Field(default=None, max_length=20)
    merged_into_id: int | None = Field(default=None, foreign_key="producer.id", index=True)
    """Registered twice: the one that stays. Its code still finds that one."""
    correction_reason: str | None = Field(default=None, max_length=400)


class SearchWord(Row, table=True):
    """A word under which a producer is found: of its names, its codes, its community.

    `bare` is the word without case and accents, `sound` as it is heard (`people.spelling`). Kept by
    `naming.refresh_search_words`; what it says is said elsewhere, so it leaves no images.
    `published` words stand in a name that its holders consented to publish.
    """

    __tablename__ = "search_word"
    __table_args__ = (
        Index("ix_search_word_bare", "bare", "producer_id"),
        Index("ix_search_word_sound", "sound", "producer_id", "bare"),
    )

    producer_id: int = Field(foreign_key="producer.id", primary_key=True)
    bare: str = Field(primary_key=True, sa_type=_word)
    sound: str = Field(sa_type=_word)
    of_place: bool = False
    published: bool = False


class SearchSlip(Row, table=True):
    """How a word may be mistyped: itself, and itself with one letter left out, each by sound."""

    __tablename__ = "search_slip"

    id: int = key()
    slip: str = Field(sa_type=_word, index=True)
    sound: str = Field(sa_type=_word)


class Holder(Recorded, table=True):
    """A person behind a producer, in order (`position` 1 is the first holder), dated."""

    __tablename__ = "holder"
    __table_args__ = (UniqueConstraint("producer_id", "person_id", "since"),)

    id: int = key()
    producer_id: int = Field(foreign_key="producer.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    position: int = 1
    since: date
    until: date | None = None


class Enrolment(Recorded, table=True):
    """Ties a producer to an SPG under the code it has there. Who moves gets a new one."""

    __tablename__ = "enrolment"
    __table_args__ = (
        UniqueConstraint("spg_id", "code"),
        Index(
            "uq_enrolment_open",
            "producer_id",
            "spg_id",
            unique=True,
            sqlite_where=text("ended_on IS NULL"),
            postgresql_where=text("ended_on IS NULL"),
        ),
    )
    __personal__: ClassVar[frozenset[str]] = frozenset({"status_reason"})

    id: int = key()
    producer_id: int = Field(foreign_key="producer.id", index=True)
    spg_id: int = Field(foreign_key="spg.id", index=True)
    code: str = Field(max_length=40)
    enrolled_on: date
    ended_on: date | None = None
    status: EnrolmentStatus = coded(EnrolmentStatus, EnrolmentStatus.APPLICANT)
    status_since: date
    status_reason: str | None = Field(default=None, max_length=400)


class Pledge(Recorded, table=True):
    """The signed letter of commitment to an SPG; a mark with a witness counts as a signature."""

    __tablename__ = "pledge"
    __personal__: ClassVar[frozenset[str]] = frozenset({"witness"})

    id: int = key()
    enrolment_id: int = Field(foreign_key="enrolment.id", index=True)
    signed_on: date
    signed_by_mark: bool = False
    witness: str | None = Field(default=None, max_length=120)


class Interest(Recorded, table=True):
    """What ties a person to a producer, declared or found: household, kin, trade, debt.

    `since` None: nobody said since when, so it binds every day before it was noted, too.
    """

    __tablename__ = "interest"
    __personal__: ClassVar[frozenset[str]] = frozenset({"correction_reason"})

    id: int = key()
    person_id: int = Field(foreign_key="person.id", index=True)
    producer_id: int = Field(foreign_key="producer.id", index=True)
    kind: InterestKind = coded(InterestKind)
    degree: int | None = None
    declared: bool = True
    since: date | None = None
    until: date | None = None
    correction_reason: str | None = Field(default=None, max_length=400)


class Organisation(Recorded, table=True):
    """A producer organisation (association, cooperative, …)."""

    __tablename__ = "organisation"

    id: int = key()
    code: str = Field(max_length=24, unique=True)
    name: str = Field(max_length=160, unique=True)
    municipality_code: str | None = Field(default=None, foreign_key="municipality.ine_code")


class OrganisationMembership(Recorded, table=True):
    __tablename__ = "organisation_membership"

    id: int = key()
    producer_id: int = Field(foreign_key="producer.id", index=True)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    since: date
    until: date | None = None


class Unit(Recorded, table=True):
    """A production unit. The point is for the control profile only. `correction_reason`, here and
    on other rows, says why the last correction was made, when somebody said why."""

    __tablename__ = "unit"
    __personal__: ClassVar[frozenset[str]] = frozenset({"name", "lat", "lon", "correction_reason"})

    id: int = key()
    code: str = Field(max_length=24, unique=True)
    producer_id: int = Field(foreign_key="producer.id", index=True)
    name: str = Field(max_length=120)
    municipality_code: str = Field(foreign_key="municipality.ine_code", index=True)
    community_id: int = Field(foreign_key="community.id", index=True)
    lat: float | None = None
    lon: float | None = None
    tenure: Tenure = coded(Tenure, Tenure.OWN)
    parallel_production: bool = False
    water_source: WaterSource | None = coded(WaterSource, optional=True)
    since: date
    until: date | None = None
    correction_reason: str | None = Field(default=None, max_length=400)


class Plot(Recorded, table=True):
    """A piece of land with a transition clock of its own; area in whole m²."""

    __tablename__ = "plot"
    __table_args__ = (
        CheckConstraint("area_m2 > 0", name="area"),
        CheckConstraint(
            "(last_input = 'date') = (last_input_on IS NOT NULL)", name="last_input_on"
        ),
    )
    __personal__: ClassVar[frozenset[str]] = frozenset(
        {"name", "outline", "last_input_reason", "correction_reason"}
    )

    id: int = key()
    code: str = Field(max_length=28, unique=True)
    name: str = Field(max_length=80)
    area_m2: int
    outline: list[Any] = document(list)
    """Corners as `[lon, lat]` (`outlines`); one is a point, none: nobody has measured it."""
    last_input: LastInput = coded(LastInput, LastInput.UNKNOWN)
    last_input_on: date | None = None
    last_input_reason: str | None = Field(default=None, max_length=400)
    correction_reason: str | None = Field(default=None, max_length=400)


class UnitPlot(Recorded, table=True):
    """A plot in a unit. Several units may share one; it is counted once.

    `since` None: since the unit has it on record. `until` is the last day before it was handed on.
    """

    __tablename__ = "unit_plot"

    unit_id: int = Field(foreign_key="unit.id", primary_key=True)
    plot_id: int = Field(foreign_key="plot.id", primary_key=True, index=True)
    since: date | None = None
    until: date | None = None


class Merger(Recorded, table=True):
    """Two registrations turned out to be one family: the act, and the act that takes it back.

    `moved` lists what went over (`units`, `findings`: ids), so that it can go back.
    """

    __tablename__ = "merger"
    __personal__: ClassVar[frozenset[str]] = frozenset({"reason"})
    __left_out__: ClassVar[frozenset[str]] = frozenset({"moved"})

    id: int = key()
    kept_producer_id: int = Field(foreign_key="producer.id", index=True)
    other_producer_id: int = Field(foreign_key="producer.id", index=True)
    effective_on: date
    reason: str = Field(max_length=400)
    undoes_id: int | None = Field(default=None, foreign_key="merger.id", unique=True)
    moved: dict[str, Any] = document()


class TransferKind(StrEnum):
    MOVED = "moved"
    """Its producer moved to another SPG and takes it along."""
    SOLD = "sold"
    INHERITED = "inherited"
    GIVEN = "given"
    """Divided in the family or the community, swapped, handed back."""


class Transfer(Recorded, table=True):
    """Land that changes hands, or goes along with a producer to another SPG. A plot's transition
    clock is the plot's own: it runs on. `taken_on` None: the receiver's office has yet to say
    into which unit it goes."""

    __tablename__ = "transfer"
    __personal__: ClassVar[frozenset[str]] = frozenset({"reason"})

    id: int = key()
    kind: TransferKind = coded(TransferKind)
    effective_on: date
    reason: str = Field(max_length=400)
    from_producer_id: int = Field(foreign_key="producer.id", index=True)
    to_producer_id: int = Field(foreign_key="producer.id", index=True)
    from_enrolment_id: int | None = Field(default=None, foreign_key="enrolment.id")
    to_enrolment_id: int | None = Field(default=None, foreign_key="enrolment.id")
    from_unit_id: int | None = Field(default=None, foreign_key="unit.id")
    to_unit_id: int | None = Field(default=None, foreign_key="unit.id")
    plot_id: int | None = Field(default=None, foreign_key="plot.id", index=True)
    taken_on: date | None = None


class CollectionZone(Recorded, table=True):
    """Where wild products are gathered: a bounded zone and a plan."""

    __tablename__ = "collection_zone"
    __personal__: ClassVar[frozenset[str]] = frozenset({"name", "bounds", "plan"})

    id: int = key()
    unit_id: int = Field(foreign_key="unit.id", index=True)
    name: str = Field(max_length=120)
    bounds: str | None = Field(default=None, max_length=2000)
    plan: str | None = Field(default=None, max_length=2000)
    plan_until: date | None = None


class Facility(Recorded, table=True):
    """Where a processor works."""

    __tablename__ = "facility"
    __personal__: ClassVar[frozenset[str]] = frozenset({"name", "process"})

    id: int = key()
    unit_id: int = Field(foreign_key="unit.id", index=True)
    name: str = Field(max_length=120)
    process: str = Field(max_length=200)


class Crop(Recorded, table=True):
    """A product of a unit in a season, on a plot where it has one.

    Area in m², animals as heads, bees as hives, yield in kg a season.
    """

    __tablename__ = "crop"
    __personal__: ClassVar[frozenset[str]] = frozenset({"correction_reason"})

    id: int = key()
    unit_id: int = Field(foreign_key="unit.id", index=True)
    plot_id: int | None = Field(default=None, foreign_key="plot.id", index=True)
    product_code: str = Field(foreign_key="product.code")
    season: int = Field(index=True)
    area_m2: int | None = None
    heads: int | None = None
    hives: int | None = None
    expected_kg: int | None = None
    correction_reason: str | None = Field(default=None, max_length=400)


class IngredientOrigin(StrEnum):
    OWN = "own"
    """Grown, kept or gathered by the producer."""
    SEALED = "sealed"
    """Bought from somebody with an organic seal."""


class Ingredient(Recorded, table=True):
    """What a processed product of a season is made of. `seal_code` is the supplier's seal; whether
    it counts is asked on the day of the decision. What is no longer so is `withdrawn`."""

    __tablename__ = "ingredient"

    id: int = key()
    crop_id: int = Field(foreign_key="crop.id", index=True)
    product_code: str = Field(foreign_key="product.code")
    origin: IngredientOrigin = coded(IngredientOrigin)
    seal_code: str | None = Field(default=None, max_length=10)
    withdrawn: bool = False


class PaperKind(StrEnum):
    PLEDGE = "pledge"
    LAND = "land"
    """A title, a certificate of the community, a contract."""
    PHOTO = "photo"
    OTHER = "other"


class ProducerPaper(Recorded, table=True):
    """A photo or a scan about a producer, or about one of its units; withdrawn, never deleted."""

    __tablename__ = "producer_paper"
    __personal__: ClassVar[frozenset[str]] = frozenset({"title", "withdrawn_reason"})

    id: int = key()
    producer_id: int = Field(foreign_key="producer.id", index=True)
    unit_id: int | None = Field(default=None, foreign_key="unit.id")
    kind: PaperKind = coded(PaperKind)
    title: str = Field(default="", max_length=120)
    attachment_id: int = Field(foreign_key="attachment.id", index=True)
    added_on: date
    added_by: int | None = Field(default=None, foreign_key="user_account.id")
    withdrawn_on: date | None = None
    withdrawn_reason: str | None = Field(default=None, max_length=400)


class ImportState(StrEnum):
    PREVIEWED = "previewed"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    """Put away by a person, or never confirmed in time."""


class ImportBatch(SQLModel, table=True):
    """A list that was read, and what would become of each row: nothing is written before somebody
    confirms it. `lines` and `verdicts` hold what people typed, so they are let go in time."""

    __tablename__ = "import_batch"

    id: int = key()
    spg_id: int = Field(foreign_key="spg.id", index=True)
    state: ImportState = coded(ImportState, ImportState.PREVIEWED)
    filename: str = Field(max_length=200)
    digest: str = Field(max_length=64)
    kind: str = Field(max_length=4)
    delimiter: str = Field(max_length=1)
    sheet: str | None = Field(default=None, max_length=60)
    header: dict[str, Any] = document()
    options: dict[str, Any] = document()
    counts: dict[str, Any] = document()
    lines: list[Any] = document(list)
    verdicts: list[Any] = document(list)
    missing: list[Any] = document(list)
    examined_at: datetime = instant(index=True)
    examined_by: str = Field(max_length=120)
    confirmed_at: datetime | None = instant(optional=True)
    confirmed_by: str | None = Field(default=None, max_length=120)
    let_go_at: datetime | None = instant(optional=True)

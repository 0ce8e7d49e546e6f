"""What is said to a seal, and what a seal says: shared by the JSON API and the pages."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from spg_registry.decisions.schemas import DecisionOut
from spg_registry.people.schemas import paragraph, text
from spg_registry.rules.words import Authority, Category, SanctionKind, SealEventKind, SealState
from spg_registry.seals.models import QuantityUnit

Reason = Annotated[str, paragraph(1000)]
Witness = Annotated[str, text(120)]


class ReasonClass(StrEnum):
    """Why, in one public word; the free text stays in the file."""

    OPEN_FINDING = "open_finding"
    PROHIBITED_INPUT = "prohibited_input"
    MISUSE_OF_SEAL = "misuse_of_seal"
    NO_ACCESS = "no_access"
    OWN_WISH = "own_wish"
    MOVED = "moved"
    COMMITTEE_DECISION = "committee_decision"
    REGISTRATION = "registration"
    OTHER = "other"


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid")


class AcknowledgeIn(_In):
    """Assisted acknowledgement: a mark on paper, before a witness."""

    codes: Annotated[list[str], Field(min_length=1)]
    acknowledged_on: date
    witness: Witness


class ActIn(_In):
    """A suspension, reinstatement or withdrawal.

    A committee acts by one of its adopted decisions; the control body by its own word, with a
    public reason, and the producer is heard (`right_of_reply` says how).
    """

    reason_class: ReasonClass
    reason: Reason
    effective_on: date | None = None
    decision_id: int | None = None
    right_of_reply: Reason | None = None


class ReplaceIn(_In):
    """Something signed was wrong or changed: a new code takes the old one's place."""

    reason: Reason
    valid_until: date | None = None


class RestoreIn(_In):
    """Seals that the end of a registration cut short, to their full term, by one acta."""

    acta: Annotated[str, text(40)]
    codes: Annotated[list[Annotated[str, text(24)]], Field(min_length=1, max_length=2_000)]


class LabelsIn(_In):
    """Labels wanted for one seal; without a `count` nothing is wanted for it."""

    code: Annotated[str, text(24)]
    product_code: Annotated[str, text(40)] | None = None
    content: Annotated[int, Field(ge=1, le=100_000)] | None = None
    unit: QuantityUnit = QuantityUnit.KILOGRAM
    count: Annotated[int, Field(ge=1, le=2_400)] | None = None
    explanation: Annotated[str, text(400)] | None = None


class LabelBatchesIn(_In):
    """Labels for several seals in one act."""

    rows: Annotated[list[LabelsIn], Field(min_length=1, max_length=400)]


class CorrectIn(_In):
    """The record of a seal follows records that were corrected; nothing signed changes."""

    reason: Reason


class SanctionIn(_In):
    producer_id: int
    spg_id: int
    kind: SanctionKind
    since: date
    until: date | None = None
    published_on: date | None = None
    reason_class: ReasonClass
    reason: Reason
    correction_of: int | None = None
    decision_id: int | None = None
    """What a committee's correction of a sanction that follows from a decision rests on."""


class _Out(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class SealOut(_Out):
    code: str
    category: Category
    producer_id: int
    spg_id: int
    committee_id: int
    decision_id: int
    valid_from: date
    valid_until: date
    state: SealState
    state_since: date
    reason_class: str | None
    municipality_code: str
    standard_version: str
    granted_at: datetime
    acknowledged_on: date | None


class SealEventOut(_Out):
    kind: SealEventKind
    effective_on: date
    at: datetime
    reason_class: str | None


class ActOut(BaseModel):
    """A recorded correction."""

    action: str
    at: datetime
    by: str
    subject: str
    subject_id: str


class DoubtOut(BaseModel):
    """A running seal that rests on something corrected since; `reasons` as sentences, empty when
    it would still pass. `agenda_decision_id`: the draft or decision that takes it up."""

    seal: SealOut
    producer_code: str
    meeting_id: int
    corrections: list[ActOut]
    reasons: list[str]
    agenda_decision_id: int | None
    is_answered: bool


class LabelBatchOut(_Out):
    """`content` is of one package, `declared` of the whole batch, both in `unit`."""

    id: int
    grant_id: int
    product_code: str
    unit: QuantityUnit
    content: int
    declared: int
    first_number: int
    last_number: int
    made_at: datetime


class SanctionOut(_Out):
    id: int
    code: str
    producer_id: int
    spg_id: int
    kind: SanctionKind
    since: date
    until: date | None
    published_on: date | None
    reason_class: str
    authority: Authority
    decision_id: int | None
    correction_of: int | None


class JudgedOut(BaseModel):
    """A draft with what the norm says of it; `stops` are the reasons against, as sentences."""

    decision_id: int
    producer_id: int
    may_be_adopted: bool
    valid_from: date | None
    valid_until: date | None
    recused: list[int]
    verdicts: list[dict[str, Any]]
    stops: list[str]


class ActaOut(BaseModel):
    """`sha256` is None while the acta is a draft."""

    number: str
    sha256: str | None
    content: Mapping[str, Any]


class ClosingOut(BaseModel):
    """What closing an acta did."""

    meeting_id: int
    granted: list[SealOut]
    decisions: list[DecisionOut]

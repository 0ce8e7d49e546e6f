"""What complaints are told and tell: shared by the JSON API and the pages."""

from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, computed_field

from spg_registry.complaints.models import ComplaintAbout, ComplaintOutcome, ComplaintReason
from spg_registry.core import codes
from spg_registry.people.schemas import Blank, paragraph, text
from spg_registry.rules.words import ComplaintState

Id = Annotated[int, Field(ge=1, lt=2**31)]
Answer = Annotated[str, paragraph(2000, min_length=10)]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ComplaintIn(_In):
    """From anybody. `seal` is a code as typed; `whom` a producer or a fair as people call them;
    who leaves no name and no way to be reached follows the complaint by its number."""

    about: ComplaintAbout
    reason: ComplaintReason
    seal: Annotated[Annotated[str, text(40)] | None, Blank] = None
    whom: Annotated[Annotated[str, text(160)] | None, Blank] = None
    committee_id: Annotated[Id | None, Blank] = None
    place: Annotated[Annotated[str, text(160)] | None, Blank] = None
    told: Annotated[Annotated[str, paragraph(2000)] | None, Blank] = None
    name: Annotated[Annotated[str, text(120)] | None, Blank] = None
    reach: Annotated[Annotated[str, text(120)] | None, Blank] = None


class ProducerNamed(_In):
    """Whom it is about, once the office knows."""

    producer_code: Annotated[str, text(16)]


class VisitOrder(_In):
    unit_code: Annotated[str, text(24)]
    period_from: date
    period_until: date = Field(description="Inclusive")


class ComplaintAnswer(_In):
    """`public_answer` is read by whoever has the number; `note` stays in the file."""

    outcome: ComplaintOutcome
    public_answer: Answer
    note: Annotated[Annotated[str, paragraph(2000)] | None, Blank] = None
    sent_to: Annotated[Annotated[str, text(160)] | None, Blank] = Field(
        default=None, description="With `sent_on`: to which office"
    )


# --- out -----------------------------------------------------------------------------------------


class FollowOut(BaseModel):
    """What the number tells: where the complaint stands and the public answer, nothing typed."""

    model_config = ConfigDict(from_attributes=True)

    code: str
    about: ComplaintAbout
    reason: ComplaintReason
    received_on: date
    due_on: date
    state: ComplaintState
    state_since: date
    outcome: ComplaintOutcome | None
    public_answer: str | None
    answered_on: date | None
    closed_on: date | None

    @computed_field  # type: ignore[prop-decorator]
    @property
    def number(self) -> str:
        """As printed and read aloud."""
        return codes.display(self.code)


class ComplaintOut(BaseModel):
    """For the office. Who complained is not in it: that is asked for by itself."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    about: ComplaintAbout
    reason: ComplaintReason
    committee_id: int | None
    grant_id: int | None
    producer_id: int | None
    seal_typed: str | None
    whom: str | None
    place: str | None
    told: str | None
    received_on: date
    due_on: date
    state: ComplaintState
    state_since: date
    round_id: int | None
    outcome: ComplaintOutcome | None
    public_answer: str | None
    sent_to: str | None
    note: str | None
    answered_on: date | None
    closed_on: date | None


class ContactOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    name: str | None
    reach: str | None


class PhotoOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    added_at: datetime
    added_by: str | None = Field(description="`user:3`; nothing for who complained")

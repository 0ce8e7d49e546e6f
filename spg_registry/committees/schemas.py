"""What goes in and out of the room of committees."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from spg_registry.committees.models import BodyKind, CommitteeLevel, SpgKind
from spg_registry.core.permissions import Role
from spg_registry.people.schemas import (
    Blank,
    Day,
    Email,
    Password,
    PersonIn,
    PersonOut,
    Username,
    paragraph,
    text,
)
from spg_registry.rules.words import RegistrationState, Sector


def _digit(value: Any) -> Any:
    """Forms send digits, which a list of plain numbers would not take."""
    return int(value) if value in ("1", "5") else value


TermYears = Annotated[Literal[1, 5], BeforeValidator(_digit)]
Title = Annotated[str, text(160, min_length=3)]
Act = Annotated[str, text(80)]
IneCode = Annotated[str, StringConstraints(pattern=r"^\d{6}$")]
OptionalDate = Annotated[Day | None, Blank]


class CommitteeIn(BaseModel):
    name: Title
    level: CommitteeLevel = CommitteeLevel.MUNICIPAL
    municipality_codes: Annotated[list[IneCode], Field(min_length=1, max_length=60)]
    created_on: OptionalDate = None


class RecognitionIn(BaseModel):
    """`until` is inclusive; without it the act names no end."""

    number: Act
    issuer: Annotated[str, text(160)]
    issued_on: Day
    until: OptionalDate = None


class SomebodyIn(BaseModel):
    """Somebody known by id, or a new person; exactly one of the two (the verbs check it)."""

    person_id: Annotated[int | None, Blank] = None
    person: PersonIn | None = None


class MemberIn(SomebodyIn):
    """A term in a body. Without `term_until` it lasts the usual two years."""

    body: BodyKind = BodyKind.GUARANTEE
    sector: Sector
    office: Annotated[Annotated[str, text(60)] | None, Blank] = None
    term_from: Day
    term_until: OptionalDate = None


class ExtensionIn(BaseModel):
    act: Act
    until: Day


class TermCorrectionIn(BaseModel):
    """The whole term as it should have been typed; `term_until` is inclusive."""

    term_from: Day
    term_until: Day
    reason: Annotated[str, paragraph(400)]


class LeaveIn(BaseModel):
    """`on` is the first day without the member."""

    on: Day


class EvaluatorIn(SomebodyIn):
    """`until` is inclusive; without it the appointment lasts the usual two years."""

    act: Act
    sector: Sector = Sector.PRODUCER
    trained_on: OptionalDate = None
    appointed_on: Day
    until: OptionalDate = None


class NeighbourIn(BaseModel):
    committee_id: int


class RoleIn(BaseModel):
    user_id: int
    role: Role
    committee_id: Annotated[int | None, Blank] = None


class InviteIn(BaseModel):
    """A login for somebody of the committee: with a password that the office hands over, or
    without one, to be set by a one-time link."""

    username: Username
    label: Annotated[str, text(120)]
    password: Annotated[Password | None, Blank] = None
    email: Annotated[Email | None, Blank] = None
    role: Role
    person_id: Annotated[int | None, Blank] = None


class SpgIn(BaseModel):
    committee_id: int
    name: Title
    kind: SpgKind = SpgKind.MUNICIPAL
    municipality_codes: Annotated[list[IneCode], Field(min_length=1, max_length=60)]
    representative: Annotated[Annotated[str, text(160)] | None, Blank] = None
    created_on: OptionalDate = None


class RegistrationIn(BaseModel):
    """`act_number` is the control body's own, letter for letter; never made up here."""

    spg_id: int
    issuer: Annotated[str, text(80)]
    act_number: Act
    issued_on: Day
    term_years: TermYears
    state: Literal[RegistrationState.IN_PROCESS, RegistrationState.IN_FORCE] = (
        RegistrationState.IN_FORCE
    )


class RegistrationChangeIn(BaseModel):
    state: RegistrationState
    effective_on: Day
    act: Annotated[Act | None, Blank] = None
    reason: Annotated[Annotated[str, paragraph(400)] | None, Blank] = None


class RenewalIn(BaseModel):
    """A new term, counted from the day after the old one's last when it is given before."""

    act_number: Act
    issued_on: Day
    term_years: TermYears


class _Read(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class PersonRegistration(PersonIn):
    """A person, and the committee whose papers they go on."""

    committee_id: int

    def person(self) -> PersonIn:
        return PersonIn(**self.model_dump(exclude={"committee_id"}))


class CommitteeOut(_Read):
    id: int
    name: str
    level: CommitteeLevel
    created_on: date
    municipality_codes: list[str] = []
    recognition: Literal["in_force", "expired", "none"] = "none"


class RecognitionOut(_Read):
    id: int
    committee_id: int
    number: str
    issuer: str
    issued_on: date
    until: date | None


class BodyOut(_Read):
    id: int
    committee_id: int
    kind: BodyKind
    name: str


class TermCorrectionOut(_Read):
    was_from: date
    was_until: date
    term_from: date
    term_until: date
    reason: str
    corrected_on: date


class TermExtensionOut(_Read):
    """One act that moved a member's end."""

    act: str
    until: date


class MemberOut(_Read):
    """`term_from` and `term_until` are as first typed; `term_begin` and `term_end` as they hold,
    with corrections and extension."""

    id: int
    body_id: int
    person: PersonOut
    sector: Sector
    office: str | None
    term_from: date
    term_until: date
    term_begin: date
    term_end: date
    extension_act: str | None
    extended_until: date | None
    extensions: list[TermExtensionOut]
    corrections: list[TermCorrectionOut]
    left_on: date | None
    in_office: bool
    standing: Literal["in_office", "coming", "ended"]


class EvaluatorOut(_Read):
    id: int
    committee_id: int
    person: PersonOut
    act: str
    sector: Sector
    trained_on: date | None
    appointed_on: date
    until: date
    in_force: bool
    serves: list[int] = []


class SpgOut(_Read):
    """`standing` is that of the registrations on the day asked: *expired* comes from dates."""

    id: int
    code: str
    committee_id: int
    name: str
    kind: SpgKind
    representative: str | None
    created_on: date
    municipality_codes: list[str] = []
    standing: str = "none"
    registered_until: date | None = None

    @property
    def lacks_registration(self) -> bool:
        """Whether the control body may register it: it never did, or that one has ended."""
        return self.standing in ("none", "expired", "cancelled")


class RegistrationOut(_Read):
    id: int
    spg_id: int
    issuer: str
    act_number: str
    issued_on: date
    term_years: int
    until: date
    state: RegistrationState
    state_since: date


class RegistrationEventOut(_Read):
    id: int
    registration_id: int
    state: RegistrationState
    effective_on: date
    act: str | None
    reason: str | None


class RoleOut(_Read):
    id: int
    user_id: int
    role: Role
    committee_id: int | None
    given_at: datetime
    ended_at: datetime | None

"""What a meeting is told: shared by the JSON API and the pages."""

from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from spg_registry.committees.models import BodyKind
from spg_registry.decisions.models import AppealOutcome, AppealState, MeetingState
from spg_registry.people.schemas import Day, paragraph, text
from spg_registry.rules.words import Ballot, Category, DecisionState, Outcome

Line = Annotated[str, text(160)]
Text = Annotated[str, paragraph(2000)]
Reason = Annotated[str, paragraph(400)]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid")


class MeetingData(_In):
    """What the call says. `subject` heads the agenda, where the meeting is for something more."""

    held_on: Day
    hour: Annotated[str | None, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")] = None
    place: Line
    called_by: Annotated[Line, Field(max_length=120)]
    subject: Line | None = None
    acta_number: Annotated[Line, Field(max_length=40)]


class MeetingIn(MeetingData):
    """`waivers` maps rule codes to the written reason for passing their warning, for all.

    `corrects_id` is a closed meeting of the same body whose acta this one corrects; then
    `correction` says why.
    """

    committee_id: int
    body: BodyKind = BodyKind.GUARANTEE
    round_id: int | None = None
    corrects_id: int | None = None
    correction: Reason | None = None
    waivers: dict[str, Reason] = {}


class AttendanceIn(_In):
    """The members who are present; who is not named is absent."""

    members: list[int] = []


class WaiversIn(_In):
    waivers: dict[str, Reason] = {}


class ScopeIn(_In):
    unit_id: int
    product_code: Annotated[str, Field(max_length=40)]
    area_m2: Annotated[int | None, Field(gt=0, le=10_000_000_000)] = None


class ConditionIn(_In):
    text: Reason
    due_on: Day


class DecisionIn(_In):
    """One producer's decision.

    `category` is needed only where a meeting decides twice about one producer, over different
    land: the green seal for one part and the white one for the other.

    `scope` None takes all that the reviewed visits saw. Dates None are found at the closing: from
    the day of the meeting, or the day after the seal that is renewed; for the longest term.
    """

    producer_id: int
    category: Category | None = None
    outcome: Outcome
    scope: list[ScopeIn] | None = None
    replaces: list[int] = []
    valid_from: Day | None = None
    valid_until: Day | None = None
    reasons: Text | None = None
    conditions: list[ConditionIn] = []
    by_consensus: bool = True
    votes: dict[int, Ballot] = {}
    recusals: dict[int, Reason] = {}
    waivers: dict[str, Reason] = {}
    corrects: int | None = None
    """An adopted decision about the same producer that rests on a wrong entry."""


class AppealIn(_In):
    filed_on: Day
    grounds: Text


class AppealAnswerIn(_In):
    """What the appeals body said, in which of its meetings: a draft until its acta is closed."""

    meeting_id: int
    outcome: AppealOutcome
    answer: Text
    by_consensus: bool = True
    votes: dict[int, Ballot] = {}
    recusals: dict[int, Reason] = {}


class _Out(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class MeetingOut(_Out):
    id: int
    committee_id: int
    body_id: int
    round_id: int | None
    held_on: date
    corrects_id: int | None
    hour: str | None
    place: str
    called_by: str
    subject: str | None
    state: MeetingState
    acta_number: str
    waivers: dict[str, str]


class DecisionOut(_Out):
    id: int
    meeting_id: int
    producer_id: int
    enrolment_id: int
    category: Category
    outcome: Outcome
    state: DecisionState
    state_since: date
    valid_from: date | None
    valid_until: date | None
    reasons: str | None
    scope: list[ScopeIn]
    replaces: list[int]
    conditions: list[ConditionIn]
    by_consensus: bool
    votes: dict[int, Ballot]
    recusals: dict[int, str]
    waivers: dict[str, str]
    verdicts: list[dict[str, object]]
    notified_on: date | None
    withdrawn_at: datetime | None
    corrects_id: int | None


class AppealOut(_Out):
    id: int
    decision_id: int
    filed_on: date
    grounds: str
    state: AppealState
    meeting_id: int | None
    proposed: AppealOutcome | None
    answer: str | None
    answered_on: date | None

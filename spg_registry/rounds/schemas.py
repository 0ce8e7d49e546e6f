"""What rounds, visits and findings are told and tell: shared by the JSON API and the pages."""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from spg_registry.people.schemas import paragraph, text
from spg_registry.rounds.models import Acknowledgement, AssignmentOutcome, RoundKind
from spg_registry.rules.verdict import plain
from spg_registry.rules.words import Answer, FindingClass, FindingState, RoundState, VisitState

Id = Annotated[int, Field(ge=1, lt=2**31)]
"""As the key columns hold it."""
Name = Annotated[str, text(120, min_length=3)]
Reason = Annotated[str, paragraph(400, min_length=5)]
Witness = Annotated[str, text(120, min_length=3)]
Text = Annotated[str, paragraph(1000, min_length=3)]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid")


class RoundIn(_In):
    spg_id: Id
    kind: RoundKind = RoundKind.ORDINARY
    name: Name
    period_from: date
    period_until: date = Field(description="Inclusive")


class StartIn(RoundIn):
    """A round with its units, planned and, with `open_now`, opened in one act."""

    unit_ids: Annotated[list[Id], Field(min_length=1, max_length=2000)]
    open_now: bool = False


class UnitsIn(_In):
    unit_ids: Annotated[list[Id], Field(min_length=1, max_length=2000)]


class Pair(_In):
    """An evaluator for a unit. `waiver`: the written reason for passing what only warns."""

    unit_id: Id
    appointment_id: Id
    waiver: Reason | None = None


class PairsIn(_In):
    pairs: Annotated[list[Pair], Field(min_length=1, max_length=4000)]


class ProposalIn(_In):
    digest: Annotated[str, Field(pattern=r"^[0-9a-f]{16}$", description="Of the proposal read")]


class VisitDay(_In):
    visit_id: Id
    on: date | None = Field(default=None, description="None takes the day away")


class DaysIn(_In):
    days: Annotated[list[VisitDay], Field(max_length=4000)] = []


class ReasonIn(_In):
    reason: Reason


class VoidVisitIn(_In):
    """`again`: put a new visit of the unit into the round, to be assigned to others."""

    reason: Reason
    again: bool = True


class AnswerIn(_In):
    answer: Answer | None = None
    note: Annotated[str, paragraph(500, min_length=0)] = ""


class VisitParts(_In):
    """The parts of the form of a visit. What is left out stays as it is; `answers` and
    `plots_seen` replace the former ones whole."""

    visited_on: date | None = None
    plots_seen: list[Id] = []
    answers: dict[str, AnswerIn] = {}
    present: Annotated[str, paragraph(400, min_length=0)] | None = None
    statement: Annotated[str, paragraph(2000, min_length=0)] | None = None
    lat: Annotated[float, Field(ge=-23.5, le=-9)] | None = None
    lon: Annotated[float, Field(ge=-70.5, le=-57)] | None = None
    on_paper: bool = Field(default=False, description="There is a signed paper of this form")
    scribe: Annotated[str, text(120)] | None = Field(
        default=None, description="Who wrote, when it was somebody else"
    )
    scribe_for: Annotated[str, text(120)] | None = Field(
        default=None, description="For whom the scribe wrote"
    )


class PartsIn(_In):
    """Some parts of the form (`told`), each beside what its writer had read before (`was`); what
    is not named in either stays as it is."""

    told: VisitParts
    was: VisitParts = VisitParts()


class VisitData(VisitParts):
    """The form, finished or not. `version` is the one that was opened."""

    version: int


class VisitSave(VisitData):
    visit_id: Id


class VisitCorrection(_In):
    """What was typed wrongly in a form that was reviewed already. Only what is given changes."""

    reason: Reason
    visited_on: date | None = None
    plots_seen: list[Id] | None = None
    answers: dict[str, AnswerIn] = {}


class AcknowledgeData(_In):
    """`self`: signed by the producer. `assisted`: by a mark, before a witness."""

    on: date | None = Field(default=None, description="Today, without it")
    how: Acknowledgement = Acknowledgement.SELF
    witness: Witness | None = None


class AcknowledgeIn(AcknowledgeData):
    visit_id: Id


class FindingData(_In):
    item_code: Annotated[str, text(40)] | None = None
    grade: FindingClass
    description: Text
    measure: Text
    due_on: date


class FindingIn(FindingData):
    visit_id: Id


class PhotosIn(_In):
    """Of the visit, of one question of its form, or of one of its findings."""

    visit_id: Id
    item_code: Annotated[str, text(40)] | None = None
    finding_id: Id | None = None
    caption: Annotated[str, text(200)] | None = None


class CloseData(_In):
    closed_on: date | None = Field(default=None, description="Today, without it")
    evidence: Text


class CloseIn(CloseData):
    finding_id: Id


# --- out -----------------------------------------------------------------------------------------


class _Out(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class RoundOut(_Out):
    id: int
    committee_id: int
    spg_id: int
    number: int
    kind: RoundKind
    name: str
    period_from: date
    period_until: date
    state: RoundState
    state_since: date
    frozen_digest: str | None


class VisitOut(_Out):
    id: int
    round_id: int
    unit_id: int
    producer_id: int
    state: VisitState
    version: int
    due_on: date | None
    planned_on: date | None
    visited_on: date | None
    plots_seen: list[int]
    answers: dict[str, Any]
    present: str | None
    statement: str | None
    acknowledged_on: date | None
    acknowledged_how: Acknowledgement | None
    entered_at: datetime | None
    reviewed_at: datetime | None
    return_reason: str | None


class AssignmentOut(_Out):
    """A refused pair is an outcome: its reasons are verdicts (code, reason, params)."""

    id: int
    round_id: int
    visit_id: int
    unit_id: int
    appointment_id: int
    person_id: int
    outcome: AssignmentOutcome
    reasons: list[dict[str, Any]]
    waiver: str | None
    at: datetime


class EvaluatingOut(_Out):
    """Who may be sent: visits `sent` to so far, `proposed` beside them, and to how many
    communities away from home with both."""

    appointment_id: int
    person_id: int
    name: str
    peer: bool
    sent: int
    proposed: int
    journeys: int


class ProposedOut(_Out):
    """`refused`: by appointment, the verdicts that stop it; of `waivable` ones a reason lets pass.
    `missing`: seats for which nobody is left."""

    visit_id: int
    unit_id: int
    appointment_ids: list[int]
    missing: int
    lacks_peer: bool
    refused: dict[int, list[dict[str, Any]]]
    waivable: list[int]


class AssignmentTable(_Out):
    digest: str
    evaluators: list[EvaluatingOut]
    visits: list[ProposedOut]

    @classmethod
    def of(cls, table: Any) -> "AssignmentTable":
        """From `proposals.Table`."""
        return cls(
            digest=table.digest,
            evaluators=[EvaluatingOut.model_validate(one) for one in table.people],
            visits=[
                ProposedOut(
                    visit_id=row.visit.id,
                    unit_id=row.visit.unit_id,
                    appointment_ids=list(row.appointment_ids),
                    missing=row.missing,
                    lacks_peer=row.lacks_peer,
                    refused={id_: [plain(one) for one in why] for id_, why in row.refused.items()},
                    waivable=sorted(row.waivable),
                )
                for row in table.rows
            ],
        )


class FindingOut(_Out):
    id: int
    code: str
    visit_id: int
    unit_id: int
    producer_id: int
    item_code: str | None
    grade: FindingClass
    description: str
    measure: str
    found_on: date
    due_on: date
    state: FindingState
    closed_on: date | None
    evidence: str | None

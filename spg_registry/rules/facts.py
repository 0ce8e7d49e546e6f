"""The facts the rules judge: frozen, plain ids, codes and dates, nothing to look up later.

Two sizes. `MeetingFacts` is gathered once for a meeting; `GrantingFacts` points to it and adds
what belongs to one producer and one category. All dates are local (America/La_Paz) and every
span includes both ends. Gather facts *as recorded when the decision is taken*: a rule compares
them with the meeting's date itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from spg_registry.rules.months import ALWAYS, Span
from spg_registry.rules.parameters import Parameters
from spg_registry.rules.words import (
    ActivityKind,
    Ballot,
    Category,
    FindingClass,
    InterestKind,
    LastInput,
    RegistrationState,
    Sector,
)

LastProhibitedInput: TypeAlias = date | LastInput
"""A date, or `NEVER` or `UNKNOWN` where there is none (`DATE` stands in tables only)."""


# --- shared by a whole meeting -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Registration:
    """One term of an SPG at the control body.

    `state` is the state on the day that is asked for; expiry is derived here from the span, which
    begins on the day of issue. A renewal is one more registration.
    """

    state: RegistrationState
    span: Span


@dataclass(frozen=True, slots=True)
class SpgFacts:
    spg_id: int
    registrations: tuple[Registration, ...] = ()
    """With their states on the meeting's date."""
    at_closing: tuple[Registration, ...] = ()
    """With their states on `MeetingFacts.closed_on`, where that is another day."""


@dataclass(frozen=True, slots=True)
class CommitteeFacts:
    committee_id: int
    recognitions: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Member:
    """A seat of the body in office on the meeting's date (term or extension covers it)."""

    person_id: int
    sector: Sector


@dataclass(frozen=True, slots=True)
class MeetingFacts:
    held_on: date
    spg: SpgFacts
    committee: CommitteeFacts
    members: tuple[Member, ...]
    """Of the deciding body, in office on `held_on`."""
    attendees: frozenset[int]
    """Person ids; guests may be among them, only members count."""
    parameters: Parameters
    closed_on: date | None = None
    """When the acta is closed, if not on `held_on`: a meeting that is dated back grants nothing
    that is forbidden by now."""


# --- who stands near a producer ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Interest:
    """Ties `person_id` to a producer or to another person, whichever is given; it binds both ways.

    `degree` is for kin; kin of unknown degree counts as near.
    """

    kind: InterestKind
    person_id: int
    producer_id: int | None = None
    other_person_id: int | None = None
    degree: int | None = None
    span: Span = ALWAYS


@dataclass(frozen=True, slots=True)
class PastEvaluation:
    """`person_id` evaluated this producer in an earlier round (never the present one).

    `round_order` rises with the rounds in which this producer was visited; gaps do not matter.
    """

    person_id: int
    round_order: int
    visited_on: date


@dataclass(frozen=True, slots=True)
class ReciprocalEvaluation:
    """A holder of this producer evaluated a unit of which `evaluated_person_id` is a holder."""

    evaluated_person_id: int
    visited_on: date


@dataclass(frozen=True, slots=True)
class Ties:
    """All that can make a person no fit evaluator or voter for one producer."""

    producer_id: int
    holders: frozenset[int]
    household: frozenset[int] = frozenset()
    """Persons of the same household, holders included or not."""
    interests: tuple[Interest, ...] = ()
    past_evaluations: tuple[PastEvaluation, ...] = ()
    reciprocal: tuple[ReciprocalEvaluation, ...] = ()


@dataclass(frozen=True, slots=True)
class Evaluator:
    person_id: int
    appointments: tuple[Span, ...]
    peer: bool
    """Is a producer of the sector, not a technician or an official."""


# --- one producer ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Plot:
    plot_id: int
    area_m2: int
    last_prohibited_input: LastProhibitedInput


@dataclass(frozen=True, slots=True)
class Crop:
    """A product of this season, on its plot.

    With `plot_id` None the unit's whole land counts, save for gathering, which has its zone.
    """

    product: str
    kind: ActivityKind
    plot_id: int | None = None


@dataclass(frozen=True, slots=True)
class GatheringZone:
    bounded: bool
    planned: bool


@dataclass(frozen=True, slots=True)
class Unit:
    unit_id: int
    plots: tuple[Plot, ...] = ()
    crops: tuple[Crop, ...] = ()
    zones: tuple[GatheringZone, ...] = ()


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit of the present round to a unit of the producer. Leave void ones out."""

    visit_id: int
    unit_id: int
    visited_on: date
    """The day in the field, also when a paper form was typed in later."""
    reviewed: bool
    evaluators: tuple[Evaluator, ...]
    items_unanswered: int = 0
    plots_seen: frozenset[int] = frozenset()
    acknowledged_on: date | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    finding_id: int
    finding_class: FindingClass
    due_on: date | None = None
    closed_on: date | None = None


@dataclass(frozen=True, slots=True)
class StandingGrant:
    """A granted seal over some of the units, whoever holds it; leave withdrawn and replaced out.

    A suspended seal still stands. What the same meeting grants by another decision is given
    here too, so that two decisions of one sitting cannot overlap.
    """

    grant_id: int
    category: Category
    validity: Span
    scope: frozenset[tuple[int, str]]
    """Pairs of unit id and product code."""
    producer_id: int | None = None
    """Who holds it; None where that is known to be the producer itself."""


@dataclass(frozen=True, slots=True)
class Sanction:
    """A sanction that was not corrected away."""

    span: Span


@dataclass(frozen=True, slots=True)
class ProducerFacts:
    ties: Ties
    pledge_signed_on: date | None
    units: tuple[Unit, ...]
    visits: tuple[Visit, ...]
    findings: tuple[Finding, ...] = ()
    """Of the producer's units, whatever their round; closed ones may be left out."""
    grants: tuple[StandingGrant, ...] = ()
    sanctions: tuple[Sanction, ...] = ()


# --- one decision ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Ingredient:
    """What a processed product is made of: the producer's own crop, or bought under a seal.

    `sealed`: bought from a holder of an organic seal that is valid on the meeting's date.
    """

    product: str
    sealed: bool = False


@dataclass(frozen=True, slots=True)
class ScopeRow:
    unit_id: int
    product: str
    area_m2: int
    kind: ActivityKind
    ingredients: tuple[Ingredient, ...] = ()
    """For processed products; when none is named, what grows on the crop's plot counts."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """The grant as proposed: one category, as a decision is about one producer and category."""

    category: Category
    scope: tuple[ScopeRow, ...]
    valid_from: date
    valid_until: date
    """Inclusive."""
    replaces: frozenset[int] = frozenset()
    """Ids of the grants that this act replaces (an upgrade, a wider scope)."""


@dataclass(frozen=True, slots=True)
class Vote:
    person_id: int
    ballot: Ballot


@dataclass(frozen=True, slots=True)
class Voting:
    """How it was decided: by consensus, by named votes, or by a count of hands.

    `hands_for` and `hands_against` are votes without a name and add to the named ones.
    """

    consensus: bool = False
    votes: tuple[Vote, ...] = ()
    hands_for: int = 0
    hands_against: int = 0
    recused: frozenset[int] = frozenset()
    """Who declared a recusal; those whom the facts recuse need not be here."""
    decided_first: frozenset[int] = frozenset()
    """Of an appeal: who took the decision that is appealed against."""


@dataclass(frozen=True, slots=True)
class GrantingFacts:
    meeting: MeetingFacts
    producer: ProducerFacts
    proposal: Proposal
    voting: Voting


Waivers: TypeAlias = Mapping[str, str]
"""Rule code to the written reason for passing its warning."""

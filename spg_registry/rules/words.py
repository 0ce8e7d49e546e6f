"""The closed lists that the norm speaks in. Tables, forms and facts all take their words here."""

from enum import StrEnum


class Category(StrEnum):
    """The two seals."""

    ORGANIC = "organic"
    TRANSITION = "transition"


class Authority(StrEnum):
    """By whose right something is done to a seal or to a producer."""

    COMMITTEE = "committee"
    CONTROL = "control"


class ActivityKind(StrEnum):
    ANNUAL = "annual"
    PERENNIAL = "perennial"
    LIVESTOCK = "livestock"
    APICULTURE = "apiculture"
    WILD = "wild"
    PROCESSED = "processed"


class LastInput(StrEnum):
    """What is known of the last prohibited input on a plot."""

    DATE = "date"
    NEVER = "never"
    UNKNOWN = "unknown"


class Stage(StrEnum):
    """Of a plot, derived from its clock; of a unit and a producer, derived from the plots."""

    CONVENTIONAL = "conventional"
    IN_TRANSITION = "in_transition"
    ORGANIC = "organic"


class Sector(StrEnum):
    """Whom a member of a body, or an evaluator, stands for."""

    PRODUCER = "producer"
    GATHERER = "gatherer"
    PROCESSOR = "processor"
    CONSUMER = "consumer"
    AUTHORITY = "authority"
    INSTITUTION = "institution"


class InterestKind(StrEnum):
    SELF = "self"
    HOUSEHOLD = "household"
    KIN = "kin"
    PARTNER = "partner"
    BUYER = "buyer"
    CREDITOR = "creditor"


class FindingClass(StrEnum):
    MINOR = "minor"
    MAJOR = "major"
    CRITICAL = "critical"


class FindingState(StrEnum):
    OPEN = "open"
    IN_CORRECTION = "in_correction"
    CLOSED = "closed"


class EnrolmentStatus(StrEnum):
    """A producer's standing in an SPG; *expired* is derived from dates, never stored."""

    APPLICANT = "applicant"
    ADMITTED = "admitted"
    IN_TRANSITION = "in_transition"
    ORGANIC = "organic"
    OBSERVED = "observed"
    SUSPENDED = "suspended"
    ABSENT = "absent"
    WITHDRAWN = "withdrawn"
    EXCLUDED = "excluded"


class RegistrationState(StrEnum):
    """Of an SPG's registration at the control body; *expired* is derived."""

    IN_PROCESS = "in_process"
    IN_FORCE = "in_force"
    SUSPENDED = "suspended"
    CANCELLED = "cancelled"


class RoundState(StrEnum):
    PLANNED = "planned"
    OPEN = "open"
    DELIBERATION = "deliberation"
    CLOSED = "closed"
    VOID = "void"


class VisitState(StrEnum):
    ASSIGNED = "assigned"
    IN_FIELD = "in_field"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    REVIEWED = "reviewed"
    VOID = "void"


class Answer(StrEnum):
    """To one item of the evaluation form."""

    MEETS = "meets"
    PARTLY = "partly"
    FAILS = "fails"
    NOT_APPLICABLE = "not_applicable"


class Outcome(StrEnum):
    """Of a decision; only the first two, adopted, make a grant."""

    ORGANIC = "organic"
    TRANSITION = "transition"
    WITH_CONDITIONS = "with_conditions"
    PENDING_PAPERS = "pending_papers"
    NOT_APPROVED = "not_approved"
    SUSPENSION = "suspension"
    EXCLUSION = "exclusion"


class DecisionState(StrEnum):
    DRAFT = "draft"
    WITHDRAWN = "withdrawn"
    ADOPTED = "adopted"
    NOTIFIED = "notified"
    FINAL = "final"
    APPEALED = "appealed"
    UPHELD = "upheld"
    CHANGED = "changed"
    REVOKED = "revoked"


class Ballot(StrEnum):
    FOR = "for"
    AGAINST = "against"
    ABSTAINED = "abstained"


class SealState(StrEnum):
    """What events made of a seal; *valid*, *not yet valid* and *expired* come from dates."""

    GRANTED = "granted"
    SUSPENDED = "suspended"
    WITHDRAWN = "withdrawn"
    REPLACED = "replaced"


class SealEventKind(StrEnum):
    GRANTED = "granted"
    ACKNOWLEDGED = "acknowledged"
    SUSPENDED = "suspended"
    REINSTATED = "reinstated"
    WITHDRAWN = "withdrawn"
    REPLACED = "replaced"
    CORRECTED = "corrected"


class ComplaintState(StrEnum):
    RECEIVED = "received"
    UNDER_REVIEW = "under_review"
    ANSWERED = "answered"
    CLOSED = "closed"


class SanctionKind(StrEnum):
    WARNING = "warning"
    SUSPENSION = "suspension"
    EXCLUSION = "exclusion"

"""A guarantee system and a committee that may or may not grant."""

from dataclasses import replace
from datetime import date

from spg_registry.rules.facts import (
    CommitteeFacts,
    GrantingFacts,
    Registration,
    SpgFacts,
)
from spg_registry.rules.months import Span
from spg_registry.rules.words import (
    RegistrationState,
)
from tests.rules.cases.kit import PASSES, YESTERDAY, D, case, one
from tests.rules.cast import (
    IN_FORCE,
    MEETING_DAY,
    meeting,
    registered,
)


def term(state: str, first: date | None = None, last: date | None = None) -> Registration:
    return Registration(RegistrationState(state), Span(first, last))


def closed_later(*terms: Registration, until: date = D(2027, 11, 20)) -> GrantingFacts:
    """The acta of 21 November is closed on 5 December, when the registration stands like this."""
    spg = SpgFacts(3, (IN_FORCE,), at_closing=terms)
    facts = meeting(closed_on=D(2026, 12, 5), spg=spg)
    return replace(facts, proposal=replace(facts.proposal, valid_until=until))


_REGISTRATION = "spg_registration_in_force"
_RECOGNISED = "committee_recognised"
SYSTEM = [
    case(
        "recognition begins tomorrow",
        meeting(committee=CommitteeFacts(5, (Span(D(2026, 11, 22)),))),
        one(_RECOGNISED, "not_recognised"),
    ),
    case(
        "registration ends with the seal",
        registered(term("in_force", D(2025, 1, 1), D(2027, 11, 20))),
        PASSES,
    ),
    case("registration without an end", registered(term("in_force", D(2025, 1, 1))), PASSES),
    case(
        "an old term beside the new one",
        registered(term("cancelled", None, D(2023, 2, 28)), IN_FORCE),
        PASSES,
    ),
    case("never registered", registered(), one(_REGISTRATION, "not_registered")),
    case(
        "registered only later",
        registered(term("in_force", D(2026, 11, 22))),
        one(_REGISTRATION, "not_registered"),
    ),
    case(
        "registration in process", registered(term("in_process")), one(_REGISTRATION, "in_process")
    ),
    case(
        "registration suspended",
        registered(term("suspended", D(2024, 1, 1), D(2028, 1, 1))),
        one(_REGISTRATION, "suspended"),
    ),
    case(
        "suspended beside one in force",
        registered(term("suspended"), IN_FORCE),
        one(_REGISTRATION, "suspended"),
    ),
    case(
        "registration cancelled",
        registered(term("cancelled", D(2024, 1, 1), D(2028, 1, 1))),
        one(_REGISTRATION, "cancelled"),
    ),
    case(
        "registration ended yesterday",
        registered(term("in_force", D(2025, 1, 1), YESTERDAY)),
        one(_REGISTRATION, "expired"),
    ),
    case("closed later, nothing happened", closed_later(IN_FORCE), PASSES),
    case(
        "suspended between the meeting and its closing",
        closed_later(term("suspended", D(2023, 3, 1), D(2028, 2, 29))),
        one(_REGISTRATION, "suspended"),
    ),
    case(
        "cancelled before the closing",
        closed_later(term("cancelled", D(2023, 3, 1), D(2028, 2, 29))),
        one(_REGISTRATION, "cancelled"),
    ),
    case(
        "the term known at the closing is shorter",
        closed_later(term("in_force", D(2023, 3, 1), D(2027, 6, 30))),
        one("validity_bounds", "past_registration"),
    ),
    case(
        "not yet recognised",
        meeting(committee=CommitteeFacts(5)),
        one(_RECOGNISED, "not_recognised"),
    ),
    case(
        "recognition ends today",
        meeting(committee=CommitteeFacts(5, (Span(D(2024, 1, 1), MEETING_DAY),))),
        PASSES,
    ),
    case(
        "recognition ended yesterday",
        meeting(committee=CommitteeFacts(5, (Span(D(2024, 1, 1), YESTERDAY),))),
        one(_RECOGNISED, "recognition_expired"),
    ),
]

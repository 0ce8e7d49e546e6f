"""Quorum, recusals, votes."""

from dataclasses import replace

from spg_registry.rules.facts import (
    GrantingFacts,
    Interest,
    Member,
    Vote,
)
from spg_registry.rules.words import (
    Ballot,
    InterestKind,
    Sector,
)
from tests.rules.cases.kit import PASSES, case, one
from tests.rules.cast import (
    GOOD,
    MEMBERS,
    meeting,
    ties,
    voting,
)


def sits(*attendees: int, members: tuple[Member, ...] = MEMBERS) -> GrantingFacts:
    return meeting(attendees=frozenset(attendees), members=members)


def votes(**ballots: str) -> GrantingFacts:
    """votes(p41="for", p43="against")"""
    cast = tuple(Vote(int(name[1:]), Ballot(ballot)) for name, ballot in ballots.items())
    return voting(consensus=False, votes=cast)


EVALUATOR_SITS = (*MEMBERS[:4], Member(31, Sector.PRODUCER))

MEETING = [
    case("three of five", sits(41, 43, 44), PASSES),
    case("two of five", sits(41, 43), one("quorum", "too_few")),
    case(
        "two of four is not more than half",
        sits(41, 43, members=MEMBERS[:4]),
        one("quorum", "too_few"),
    ),
    case("guests do not count", sits(41, 43, 97, 98, 99), one("quorum", "too_few")),
    case("no producer present", sits(43, 44, 45), one("quorum", "no_producer")),
    case("producers alone", sits(41, 42, members=MEMBERS[:3]), one("quorum", "no_other_sector")),
    case(
        "nobody came",
        sits(),
        one("quorum", "too_few", "no_producer", "no_other_sector")
        | one("decision_carried", "not_carried"),
    ),
    case(
        "no members in office",
        sits(41, members=()),
        one("quorum", "nobody_in_office") | one("decision_carried", "not_carried"),
    ),
    case(
        "a recusal lowers what is needed",
        replace(sits(41, 43), voting=replace(GOOD.voting, recused=frozenset({44, 45}))),
        PASSES,
    ),
    case(
        "the recused do not count as present",
        replace(sits(41, 43, 44), voting=replace(GOOD.voting, recused=frozenset({44}))),
        one("quorum", "too_few"),
    ),
    case(
        "an evaluator on the committee counts neither way",
        sits(41, 43, 31, members=EVALUATOR_SITS),
        one("quorum", "too_few"),
    ),
    case(
        "the only producer present has an interest",
        ties(interests=(Interest(InterestKind.KIN, 41, producer_id=7, degree=1),)),
        one("quorum", "too_few", "no_producer"),
    ),
    case("two for, one against", votes(p41="for", p43="for", p44="against"), PASSES),
    case("one for, two abstained", votes(p41="for", p43="abstained", p44="abstained"), PASSES),
    case(
        "a tie",
        votes(p41="for", p43="against", p44="abstained"),
        one("decision_carried", "not_carried"),
    ),
    case(
        "no vote and no consensus", voting(consensus=False), one("decision_carried", "not_carried")
    ),
    case(
        "consensus with a vote against is none",
        voting(votes=(Vote(41, Ballot.AGAINST),)),
        one("decision_carried", "not_carried"),
    ),
    case("hands: two to one", voting(consensus=False, hands_for=2, hands_against=1), PASSES),
    case(
        "more hands than people",
        voting(consensus=False, hands_for=3, hands_against=1),
        one("decision_carried", "too_many_votes"),
    ),
    case(
        "the vote of an absent member",
        votes(p41="for", p43="for", p45="for"),
        one("decision_carried", "voter_absent"),
    ),
    case(
        "the vote of an absent member does not carry",
        votes(p41="for", p43="against", p45="for"),
        one("decision_carried", "voter_absent", "not_carried"),
    ),
    case(
        "a guest's vote",
        votes(p41="for", p43="for", p99="for"),
        one("decision_carried", "voter_not_member"),
    ),
    case(
        "an evaluator votes",
        replace(
            sits(41, 43, 44, 31, members=EVALUATOR_SITS),
            voting=votes(p41="for", p43="for", p31="for").voting,
        ),
        one("recused", "evaluator_voted"),
    ),
    case(
        "an evaluator abstains by name",
        replace(
            sits(41, 43, 44, 31, members=EVALUATOR_SITS),
            voting=votes(p41="for", p43="for", p31="abstained").voting,
        ),
        one("recused", "evaluator_voted"),
    ),
    case(
        "a buyer votes",
        replace(
            ties(interests=(Interest(InterestKind.BUYER, 44, producer_id=7),)),
            meeting=replace(GOOD.meeting, attendees=frozenset({41, 43, 44, 45})),
            voting=votes(p41="for", p43="for", p44="for").voting,
        ),
        one("recused", "interested_voted"),
    ),
    case(
        "who stood aside votes",
        replace(
            sits(41, 43, 44, 45),
            voting=replace(votes(p41="for", p43="for", p44="for").voting, recused=frozenset({44})),
        ),
        one("recused", "declared_voted"),
    ),
    case(
        "who decided first votes on the appeal",
        replace(
            sits(41, 43, 44, 45),
            voting=replace(
                votes(p41="for", p43="for", p44="for").voting, decided_first=frozenset({44})
            ),
        ),
        one("recused", "decided_first_voted"),
    ),
]

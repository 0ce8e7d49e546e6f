"""What several rules read out of the facts: the visits that count, who is entitled, the cover."""

from collections.abc import Iterable
from datetime import date

from spg_registry.rules.assigning import nearness
from spg_registry.rules.facts import GrantingFacts, MeetingFacts, Member, Registration, Visit
from spg_registry.rules.months import ONE_DAY
from spg_registry.rules.words import RegistrationState


def units_in_scope(facts: GrantingFacts) -> tuple[int, ...]:
    return tuple(dict.fromkeys(row.unit_id for row in facts.proposal.scope))


def counted_visits(facts: GrantingFacts) -> tuple[Visit, ...]:
    """The visit that counts for each unit in scope: the latest reviewed one of the round."""
    units = set(units_in_scope(facts))
    reviewed = [v for v in facts.producer.visits if v.reviewed and v.unit_id in units]
    reviewed.sort(key=lambda visit: (visit.visited_on, visit.visit_id))
    return tuple({visit.unit_id: visit for visit in reviewed}.values())


def evaluators_of(facts: GrantingFacts) -> set[int]:
    """Everyone who evaluated a unit in scope in this round, by whichever visit."""
    units = set(units_in_scope(facts))
    return {
        evaluator.person_id
        for visit in facts.producer.visits
        if visit.unit_id in units
        for evaluator in visit.evaluators
    }


def recusals(facts: GrantingFacts) -> dict[int, tuple[str, ...]]:
    """Members who neither count nor vote here, each with why: `evaluated`, `decided_first`,
    `declared`, or what `nearness` says (`self`, `household`, the kind of an interest)."""
    on, ties = facts.meeting.held_on, facts.producer.ties
    degree = facts.meeting.parameters.kin_degree
    listed = (
        ("evaluated", evaluators_of(facts)),
        ("decided_first", facts.voting.decided_first),
        ("declared", facts.voting.recused),
    )
    found = {}
    for person in dict.fromkeys(seat.person_id for seat in facts.meeting.members):
        why = [word for word, persons in listed if person in persons]
        why += nearness(person, ties, on, degree)
        if why:
            found[person] = tuple(why)
    return found


def recused_persons(facts: GrantingFacts) -> frozenset[int]:
    """Members who neither count nor vote here: who evaluated, stands near, or says so."""
    return frozenset(recusals(facts))


def entitled(facts: GrantingFacts) -> tuple[Member, ...]:
    """The seats in office less the recused of this decision, present or not."""
    out = recused_persons(facts)
    return tuple(seat for seat in facts.meeting.members if seat.person_id not in out)


def days_asked(meeting: MeetingFacts) -> tuple[tuple[date, tuple[Registration, ...]], ...]:
    """The days on which a seal must be allowed, each with the registrations as they stood: the
    meeting's, and the day of the closing when that is a later one."""
    held = (meeting.held_on, meeting.spg.registrations)
    if meeting.closed_on is None or meeting.closed_on <= meeting.held_on:
        return (held,)
    return held, (meeting.closed_on, meeting.spg.at_closing)


def covered_until(registrations: Iterable[Registration], on: date) -> date | None:
    """Until when the SPG is registered without a break, counting renewals already issued.

    None when there is no end, and also when nothing is in force on that day, which is for
    `spg_registration_in_force` to say.
    """
    until: date | None = None
    in_force = [term.span for term in registrations if term.state is RegistrationState.IN_FORCE]
    for span in sorted(in_force, key=lambda span: span.first or date.min):
        reach = on if until is None else until + ONE_DAY
        if span.first is not None and span.first > reach:
            break
        if span.last is None:
            return None
        if span.last >= on:
            until = max(until or span.last, span.last)
    return until

"""The nineteen rules of granting (domain.md section 4), one function each, named by its code.

A rule takes the facts and yields every reason why it is not met; none means met. Which of them
block, warn or are off is the ruleset's business, so no rule knows its own severity. All reasons
come back at once: a family that walked four hours deserves the full list.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TypeAlias

from spg_registry.rules import assigning
from spg_registry.rules.facts import (
    Evaluator,
    GatheringZone,
    GrantingFacts,
    Plot,
    Proposal,
    Registration,
    ScopeRow,
    StandingGrant,
    Unit,
    Visit,
    Waivers,
)
from spg_registry.rules.land import area_under, grounds
from spg_registry.rules.months import ONE_DAY, Span, add_months, last_day
from spg_registry.rules.parameters import Parameters
from spg_registry.rules.reading import (
    counted_visits,
    covered_until,
    days_asked,
    entitled,
    evaluators_of,
    units_in_scope,
)
from spg_registry.rules.transitions import complete_on
from spg_registry.rules.verdict import Met, NotMet, Params, Severity, Verdict
from spg_registry.rules.words import (
    ActivityKind,
    Ballot,
    Category,
    FindingClass,
    RegistrationState,
    Sector,
)

Rule: TypeAlias = Callable[[GrantingFacts], Iterator[NotMet]]


# --- the guarantee system ----------------------------------------------------------------------


def spg_registration_in_force(facts: GrantingFacts) -> Iterator[NotMet]:
    """In force and not suspended on the decision date, nor on the day when the acta is closed;
    while suspended, no new grants."""
    for on, registrations in days_asked(facts.meeting):
        if found := tuple(_not_in_force(on, registrations)):
            yield from found
            return


def _not_in_force(on: date, registrations: tuple[Registration, ...]) -> Iterator[NotMet]:
    states = {term.state for term in registrations if term.span.covers(on)}
    if RegistrationState.SUSPENDED in states:
        yield NotMet("spg_registration_in_force", "suspended", {"on": on})
    elif RegistrationState.IN_FORCE in states:
        return
    elif RegistrationState.CANCELLED in states:
        yield NotMet("spg_registration_in_force", "cancelled", {"on": on})
    elif RegistrationState.IN_PROCESS in states:
        yield NotMet("spg_registration_in_force", "in_process", {"on": on})
    else:
        ended = [t.span.last for t in registrations if t.span.last and t.span.last < on]
        if ended:
            yield NotMet("spg_registration_in_force", "expired", {"until": max(ended)})
        else:
            yield NotMet("spg_registration_in_force", "not_registered", {"on": on})


def committee_recognised(facts: GrantingFacts) -> Iterator[NotMet]:
    on = facts.meeting.held_on
    spans = facts.meeting.committee.recognitions
    if any(span.covers(on) for span in spans):
        return
    ended = [span.last for span in spans if span.last and span.last < on]
    if ended:
        yield NotMet("committee_recognised", "recognition_expired", {"until": max(ended)})
    else:
        yield NotMet("committee_recognised", "not_recognised", {"on": on})


# --- the visit ---------------------------------------------------------------------------------


def pledge_signed(facts: GrantingFacts) -> Iterator[NotMet]:
    """On or before the visit: the family must know what it is held to when it is evaluated."""
    signed_on = facts.producer.pledge_signed_on
    if signed_on is None:
        yield NotMet("pledge_signed", "unsigned")
        return
    visited = [visit.visited_on for visit in counted_visits(facts)]
    if visited and signed_on > min(visited):
        params: Params = {"signed_on": signed_on, "visit_on": min(visited)}
        yield NotMet("pledge_signed", "signed_after_visit", params)


def visit_complete(facts: GrantingFacts) -> Iterator[NotMet]:
    """Of each unit in scope, the latest reviewed visit of the round is complete."""
    if not facts.proposal.scope:
        yield NotMet("visit_complete", "scope_empty")
    units = {unit.unit_id: unit for unit in facts.producer.units}
    counted = {visit.unit_id: visit for visit in counted_visits(facts)}
    for unit_id in units_in_scope(facts):
        visit, unit = counted.get(unit_id), units.get(unit_id)
        if unit is None:
            yield NotMet("visit_complete", "unit_not_of_producer", {"unit": unit_id})
        elif visit is None:
            begun = any(v.unit_id == unit_id for v in facts.producer.visits)
            reason = "not_reviewed" if begun else "not_visited"
            yield NotMet("visit_complete", reason, {"unit": unit_id})
        else:
            yield from _gaps(visit, unit)
    yield from _too_large(facts.proposal.scope, units)


def _too_large(scope: tuple[ScopeRow, ...], units: Mapping[int, Unit]) -> Iterator[NotMet]:
    """No row speaks of more land than the product's plots have. One that is on no plot at all is
    told so by `transition_complete`, but for gathering."""
    for row in scope:
        unit = units.get(row.unit_id)
        most = area_under(row.product, unit) if unit else 0
        stands = most or row.kind is ActivityKind.WILD
        if unit and stands and row.area_m2 > most:
            params: Params = {"unit": row.unit_id, "product": row.product}
            params = {**params, "area_m2": row.area_m2, "most_m2": most}
            yield NotMet("visit_complete", "area_too_large", params)


def _gaps(visit: Visit, unit: Unit) -> Iterator[NotMet]:
    if visit.items_unanswered:
        params: Params = {"unit": unit.unit_id, "count": visit.items_unanswered}
        yield NotMet("visit_complete", "items_unanswered", params)
    for plot in unit.plots:
        if plot.plot_id not in visit.plots_seen:
            params = {"unit": unit.unit_id, "plot": plot.plot_id}
            yield NotMet("visit_complete", "plot_not_seen", params)


def visit_recent(facts: GrantingFacts) -> Iterator[NotMet]:
    """Twelve months to the day are still recent."""
    on = facts.meeting.held_on
    months = facts.meeting.parameters.visit_max_age_months
    for visit in counted_visits(facts):
        params: Params = {"unit": visit.unit_id, "visit_on": visit.visited_on}
        if visit.visited_on > on:
            yield NotMet("visit_recent", "after_decision", params)
        elif on > add_months(visit.visited_on, months):
            yield NotMet("visit_recent", "too_old", {**params, "months": months})


def producer_acknowledged(facts: GrantingFacts) -> Iterator[NotMet]:
    """Elsewhere whole groups were certified without knowing it: no knowledge, no seal."""
    on = facts.meeting.held_on
    for visit in counted_visits(facts):
        if visit.acknowledged_on is None or visit.acknowledged_on > on:
            params: Params = {"unit": visit.unit_id, "visit_on": visit.visited_on}
            yield NotMet("producer_acknowledged", "not_acknowledged", params)


# --- the evaluators ----------------------------------------------------------------------------


def evaluator_team(facts: GrantingFacts) -> Iterator[NotMet]:
    """Who was not appointed on the day of the visit does not count towards the team."""
    parameters = facts.meeting.parameters
    for visit in counted_visits(facts):
        team = _appointed_team(visit)
        yield from _not_appointed(visit, team)
        peers = sum(1 for evaluator in team.values() if evaluator.peer)
        for reason, count, minimum in (
            ("too_few", len(team), parameters.evaluators_at_least),
            ("no_peer", peers, parameters.peers_at_least),
        ):
            if count < minimum:
                params: Params = {"unit": visit.unit_id, "count": count, "minimum": minimum}
                yield NotMet("evaluator_team", reason, params)


def _appointed_team(visit: Visit) -> dict[int, Evaluator]:
    return {
        evaluator.person_id: evaluator
        for evaluator in visit.evaluators
        if assigning.is_appointed(evaluator, visit.visited_on)
    }


def _not_appointed(visit: Visit, team: dict[int, Evaluator]) -> Iterator[NotMet]:
    for evaluator in visit.evaluators:
        if evaluator.person_id not in team:
            params: Params = {"person": evaluator.person_id, "visit_on": visit.visited_on}
            yield NotMet("evaluator_team", "not_appointed", params)


def evaluator_independent(facts: GrantingFacts) -> Iterator[NotMet]:
    return _of_each_evaluator(facts, assigning.independent)


def no_reciprocal_review(facts: GrantingFacts) -> Iterator[NotMet]:
    return _of_each_evaluator(facts, assigning.not_reciprocal)


def evaluator_rotation(facts: GrantingFacts) -> Iterator[NotMet]:
    return _of_each_evaluator(facts, assigning.rotated)


def _of_each_evaluator(facts: GrantingFacts, check: assigning.Check) -> Iterator[NotMet]:
    """What the check of assignment says of everyone who visited, each reason once."""
    ties, parameters = facts.producer.ties, facts.meeting.parameters
    said: list[NotMet] = []
    for visit in counted_visits(facts):
        for evaluator in visit.evaluators:
            for verdict in check(evaluator, ties, visit.visited_on, parameters):
                if verdict not in said:
                    said.append(verdict)
                    yield verdict


# --- the meeting -------------------------------------------------------------------------------


def quorum(facts: GrantingFacts) -> Iterator[NotMet]:
    """Counted anew for each decision, since the recused differ from family to family."""
    if not facts.meeting.members:
        yield NotMet("quorum", "nobody_in_office", {"on": facts.meeting.held_on})
        return
    parameters = facts.meeting.parameters
    count = quorum_count(facts)
    if count.present < count.needed:
        params: Params = {
            "present": count.present,
            "members": count.members,
            "needed": count.needed,
        }
        yield NotMet("quorum", "too_few", params)
    present = [s for s in entitled(facts) if s.person_id in facts.meeting.attendees]
    sectors = {seat.sector for seat in present}
    if Sector.PRODUCER not in sectors:
        yield NotMet("quorum", "no_producer")
    others = len(sectors - {Sector.PRODUCER})
    if others < parameters.quorum_other_sectors:
        params = {"count": others, "minimum": parameters.quorum_other_sectors}
        yield NotMet("quorum", "no_other_sector", params)


@dataclass(frozen=True, slots=True)
class QuorumCount:
    """Entitled members in office, how many of them attend, and how many must."""

    present: int
    members: int
    needed: int


def quorum_count(facts: GrantingFacts) -> QuorumCount:
    persons = {seat.person_id for seat in entitled(facts)}
    needed = quorum_needed(len(persons), facts.meeting.parameters)
    return QuorumCount(len(persons & facts.meeting.attendees), len(persons), needed)


def quorum_needed(members: int, parameters: Parameters) -> int:
    """How many of so many entitled members make a quorum: more than the share, not the share."""
    return members * parameters.quorum_more_than_percent // 100 + 1


def recused(facts: GrantingFacts) -> Iterator[NotMet]:
    """Quorum and count leave the recused out by themselves; a vote of theirs is a fault."""
    if not facts.voting.votes:
        return
    on, ties = facts.meeting.held_on, facts.producer.ties
    degree, evaluated = facts.meeting.parameters.kin_degree, evaluators_of(facts)
    for vote in facts.voting.votes:
        params: Params = {"person": vote.person_id}
        if vote.person_id in evaluated:
            yield NotMet("recused", "evaluator_voted", params)
        if assigning.nearness(vote.person_id, ties, on, degree):
            yield NotMet("recused", "interested_voted", params)
        if vote.person_id in facts.voting.recused:
            yield NotMet("recused", "declared_voted", params)
        if vote.person_id in facts.voting.decided_first:
            yield NotMet("recused", "decided_first_voted", params)


def decision_carried(facts: GrantingFacts) -> Iterator[NotMet]:
    """Consensus of those present, or more votes for than against among those entitled."""
    voting = facts.voting
    present = {s.person_id for s in entitled(facts) if s.person_id in facts.meeting.attendees}
    yield from _strangers(facts)
    choices = [vote.ballot for vote in voting.votes if vote.person_id in present]
    votes_for = choices.count(Ballot.FOR) + voting.hands_for
    votes_against = choices.count(Ballot.AGAINST) + voting.hands_against
    cast = len(choices) + voting.hands_for + voting.hands_against
    if cast > len(present):
        params: Params = {"count": cast, "entitled": len(present)}
        yield NotMet("decision_carried", "too_many_votes", params)
    if voting.consensus and present and not votes_against:
        return
    if votes_for <= votes_against:
        params = {"votes_for": votes_for, "votes_against": votes_against}
        yield NotMet("decision_carried", "not_carried", params)


def _strangers(facts: GrantingFacts) -> Iterator[NotMet]:
    """Votes of people without a seat, or who were not there; the recused have their own rule."""
    members = {seat.person_id for seat in facts.meeting.members}
    for vote in facts.voting.votes:
        if vote.person_id not in members:
            yield NotMet("decision_carried", "voter_not_member", {"person": vote.person_id})
        elif vote.person_id not in facts.meeting.attendees:
            yield NotMet("decision_carried", "voter_absent", {"person": vote.person_id})


# --- the producer ------------------------------------------------------------------------------


def no_open_critical(facts: GrantingFacts) -> Iterator[NotMet]:
    """Of all the producer's units, in scope or not. A major finding has until its date."""
    on = facts.meeting.held_on
    for finding in facts.producer.findings:
        if finding.closed_on is not None and finding.closed_on <= on:
            continue
        params: Params = {"finding": finding.finding_id}
        if finding.finding_class is FindingClass.CRITICAL:
            yield NotMet("no_open_critical", "critical_open", params)
        elif finding.finding_class is FindingClass.MAJOR and finding.due_on and finding.due_on < on:
            yield NotMet("no_open_critical", "major_overdue", {**params, "due_on": finding.due_on})


def transition_complete(facts: GrantingFacts) -> Iterator[NotMet]:
    """For an organic scope every plot and crop has its months on the decision date.

    A transition seal needs no complete months, yet its clock must be running: *unknown never
    passes* in either category, for nobody could ever say when such a plot is organic, and an
    input dated after the decision would give the seal to land that is still conventional.
    """
    units = {unit.unit_id: unit for unit in facts.producer.units}
    for row in facts.proposal.scope:
        unit = units.get(row.unit_id)
        if unit is None:
            continue  # `visit_complete` says so
        for found in grounds(row, unit, facts.producer):
            if isinstance(found, NotMet):
                yield found
            else:
                yield from _clock(row, *found, facts)


def _clock(row: ScopeRow, plot: Plot, kind: ActivityKind, facts: GrantingFacts) -> Iterator[NotMet]:
    on, last_input = facts.meeting.held_on, plot.last_prohibited_input
    params: Params = {"unit": row.unit_id, "plot": plot.plot_id, "product": row.product}
    months = facts.meeting.parameters.transition_months[kind]
    complete = complete_on(last_input, months)
    if complete is None:
        yield NotMet("transition_complete", "input_unknown", params)
    elif facts.proposal.category is Category.ORGANIC:
        if complete > on:
            dated = {**params, "months": months, "complete_on": complete}
            yield NotMet("transition_complete", "too_early", dated)
    elif isinstance(last_input, date) and last_input > on:
        dated = {**params, "input_on": last_input}
        yield NotMet("transition_complete", "still_conventional", dated)


def gathering_zone(facts: GrantingFacts) -> Iterator[NotMet]:
    """Wild gathering, also as an ingredient, and in both categories: one zone of the unit has
    bounds and a plan, and what is gathered there was written down."""
    yield from _not_gathered(facts)
    units = {unit.unit_id: unit for unit in facts.producer.units}
    for unit_id in _gathering_units(facts):
        unit = units.get(unit_id)
        if unit is None or any(zone.bounded and zone.planned for zone in unit.zones):
            continue
        for reason in _lacks(unit.zones):
            yield NotMet("gathering_zone", reason, {"unit": unit_id})


def _not_gathered(facts: GrantingFacts) -> Iterator[NotMet]:
    """Gathering has no plot that would have to name the product, so the unit must."""
    known = {(u.unit_id, crop.product) for u in facts.producer.units for crop in u.crops}
    own = {unit.unit_id for unit in facts.producer.units}
    for row in facts.proposal.scope:
        wild = row.kind is ActivityKind.WILD and row.unit_id in own
        if wild and (row.unit_id, row.product) not in known:
            params: Params = {"unit": row.unit_id, "product": row.product}
            yield NotMet("gathering_zone", "not_gathered", params)


def _lacks(zones: tuple[GatheringZone, ...]) -> Iterator[str]:
    if not zones:
        yield "no_zone"
        return
    if not all(zone.bounded for zone in zones):
        yield "no_bounds"
    if not all(zone.planned for zone in zones):
        yield "no_plan"


def _gathering_units(facts: GrantingFacts) -> tuple[int, ...]:
    scope = facts.proposal.scope
    found = [row.unit_id for row in scope if row.kind is ActivityKind.WILD]
    own = {i.product for row in scope for i in row.ingredients if not i.sealed}
    if own:
        found += [
            unit.unit_id
            for unit in facts.producer.units
            for crop in unit.crops
            if crop.kind is ActivityKind.WILD and crop.product in own
        ]
    return tuple(dict.fromkeys(found))


# --- the seal ----------------------------------------------------------------------------------


def validity_bounds(facts: GrantingFacts) -> Iterator[NotMet]:
    """At most 12 months, both days included, not past the SPG's registration; and never back-dated:
    a seal exists from its decision on."""
    proposal, on = facts.proposal, facts.meeting.held_on
    if proposal.valid_until < proposal.valid_from:
        params: Params = {"valid_from": proposal.valid_from, "valid_until": proposal.valid_until}
        yield NotMet("validity_bounds", "ends_before_start", params)
    if proposal.valid_from < on:
        params = {"valid_from": proposal.valid_from, "on": on}
        yield NotMet("validity_bounds", "starts_before_decision", params)
    months = facts.meeting.parameters.validity_months
    latest = last_day(proposal.valid_from, months)
    if proposal.valid_until > latest:
        long: Params = {"valid_until": proposal.valid_until, "latest": latest, "months": months}
        yield NotMet("validity_bounds", "too_long", long)
    covers = [covered_until(terms, day) for day, terms in days_asked(facts.meeting)]
    covered = min((cover for cover in covers if cover is not None), default=None)
    if covered is not None and proposal.valid_until > covered:
        params = {"valid_until": proposal.valid_until, "until": covered}
        yield NotMet("validity_bounds", "past_registration", params)


def no_overlap(facts: GrantingFacts) -> Iterator[NotMet]:
    """No two standing seals over the same unit and product on the same day.

    A renewal starts the day after the last seal that is still running, so that no gap is left,
    and is decided at most 60 days before that seal's last day (the day before the new start).
    What this act replaces makes no overlap and is not renewed.
    """
    proposal, on = facts.proposal, facts.meeting.held_on
    yield from _repeated(proposal.scope)
    yield from _replaces_nothing(facts)
    others = [g for g in facts.producer.grants if g.grant_id not in proposal.replaces]
    validity = Span(proposal.valid_from, proposal.valid_until)
    pairs = [(row.unit_id, row.product) for row in proposal.scope]
    for grant in others:
        if validity.meets(grant.validity):
            if _is_wider(grant, proposal, frozenset(pairs), on):
                wider: Params = {"grant": grant.grant_id, **_dates(grant.validity)}
                yield NotMet("no_overlap", "narrower", wider)
                continue
            for unit_id, product in dict.fromkeys(p for p in pairs if p in grant.scope):
                params: Params = {"grant": grant.grant_id, "unit": unit_id, "product": product}
                yield NotMet("no_overlap", "overlaps", {**params, **_dates(grant.validity)})
    eve = proposal.valid_from - ONE_DAY
    running = _last_running_day(others, frozenset(pairs), on)
    if running is not None and eve > running:
        params = {"valid_from": proposal.valid_from, "due_from": running + ONE_DAY}
        yield NotMet("no_overlap", "leaves_gap", params)
    days = facts.meeting.parameters.decided_ahead_days
    if eve > on + timedelta(days=days):
        ahead: Params = {"valid_from": proposal.valid_from, "on": on, "days": days}
        yield NotMet("no_overlap", "decided_too_early", ahead)


def _repeated(scope: tuple[ScopeRow, ...]) -> Iterator[NotMet]:
    seen: set[tuple[int, str]] = set()
    for row in scope:
        pair = (row.unit_id, row.product)
        if pair in seen:
            params: Params = {"unit": row.unit_id, "product": row.product}
            yield NotMet("no_overlap", "scope_repeated", params)
        seen.add(pair)


def _replaces_nothing(facts: GrantingFacts) -> Iterator[NotMet]:
    holder = {grant.grant_id: grant.producer_id for grant in facts.producer.grants}
    own = (None, facts.producer.ties.producer_id)
    for grant_id in sorted(facts.proposal.replaces):
        if grant_id not in holder:
            yield NotMet("no_overlap", "replaced_not_standing", {"grant": grant_id})
        elif holder[grant_id] not in own:
            yield NotMet("no_overlap", "replaced_of_another", {"grant": grant_id})


def _is_wider(
    grant: StandingGrant, proposal: Proposal, pairs: frozenset[tuple[int, str]], on: date
) -> bool:
    """A running transition seal that an organic one would replace, did it not cover more."""
    upgrade = proposal.category is Category.ORGANIC and grant.category is Category.TRANSITION
    running = grant.validity.covers(on)
    return upgrade and running and bool(grant.scope & pairs) and not grant.scope <= pairs


def _last_running_day(
    grants: list[StandingGrant], pairs: frozenset[tuple[int, str]], on: date
) -> date | None:
    """The last day of the seals over the same ground that still run on the decision date."""
    days = [
        grant.validity.last
        for grant in grants
        if grant.validity.last and grant.validity.last >= on and grant.scope & pairs
    ]
    return max(days, default=None)


def _dates(validity: Span) -> dict[str, date]:
    named = {"valid_from": validity.first, "valid_until": validity.last}
    return {name: day for name, day in named.items() if day}


def not_sanctioned(facts: GrantingFacts) -> Iterator[NotMet]:
    """Neither on the decision date nor on the day when the acta is closed."""
    days = [on for on, _ in days_asked(facts.meeting)]
    for sanction in facts.producer.sanctions:
        covered = [on for on in days if sanction.span.covers(on)]
        if not covered:
            continue
        if sanction.span.last is None:
            yield NotMet("not_sanctioned", "sanctioned", {"on": covered[0]})
        else:
            yield NotMet("not_sanctioned", "sanctioned_until", {"until": sanction.span.last})


RULES: tuple[Rule, ...] = (
    spg_registration_in_force,
    committee_recognised,
    pledge_signed,
    visit_complete,
    visit_recent,
    producer_acknowledged,
    evaluator_team,
    evaluator_independent,
    no_reciprocal_review,
    evaluator_rotation,
    quorum,
    recused,
    decision_carried,
    no_open_critical,
    transition_complete,
    gathering_zone,
    validity_bounds,
    no_overlap,
    not_sanctioned,
)

CODES: tuple[str, ...] = tuple(rule.__name__ for rule in RULES)


def may_grant(facts: GrantingFacts) -> tuple[Verdict, ...]:
    """Every verdict on granting as proposed, in the order of the norm.

    A rule can have several reasons. A rule that the ruleset turns off is not asked and gives no
    verdict. Whether the grant passes: `passes(verdicts, parameters, waivers)`.
    """
    parameters = facts.meeting.parameters
    verdicts: list[Verdict] = []
    for code, rule in zip(CODES, RULES, strict=True):
        if parameters.severity(code) is Severity.OFF:
            continue
        reasons = tuple(rule(facts))
        if not reasons:
            verdicts.append(Met(code))
        elif article := parameters.articles.get(code):
            verdicts.extend(replace(reason, article=article) for reason in reasons)
        else:
            verdicts.extend(reasons)
    return tuple(verdicts)


def blocks(verdicts: Iterable[Verdict], parameters: Parameters) -> tuple[NotMet, ...]:
    return _of_severity(verdicts, parameters, Severity.BLOCK)


def warnings(verdicts: Iterable[Verdict], parameters: Parameters) -> tuple[NotMet, ...]:
    return _of_severity(verdicts, parameters, Severity.WARN)


def _of_severity(
    verdicts: Iterable[Verdict], parameters: Parameters, severity: Severity
) -> tuple[NotMet, ...]:
    return tuple(
        verdict
        for verdict in verdicts
        if isinstance(verdict, NotMet) and parameters.severity(verdict.code) is severity
    )


def unwaived(
    verdicts: Iterable[Verdict], parameters: Parameters, waivers: Waivers
) -> tuple[NotMet, ...]:
    """The warnings that still want a written reason; white space is no reason."""
    return tuple(
        warning
        for warning in warnings(verdicts, parameters)
        if not waivers.get(warning.code, "").strip()
    )


def stops(
    verdicts: Iterable[Verdict], parameters: Parameters, waivers: Waivers
) -> tuple[NotMet, ...]:
    """What stands in the way: every block, which nothing waives, and every unwaived warning."""
    verdicts = tuple(verdicts)
    return (*blocks(verdicts, parameters), *unwaived(verdicts, parameters, waivers))


def passes(verdicts: Iterable[Verdict], parameters: Parameters, waivers: Waivers) -> bool:
    """Nothing blocks, and every warning has its written reason. A block cannot be waived."""
    return not stops(verdicts, parameters, waivers)

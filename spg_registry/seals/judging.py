"""What the norm says of a meeting's decisions: facts gathered once, rules run, nothing written.

The preview of a page and the closing of the acta ask the same question here.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlmodel import Session, col, select

from spg_registry.committees import queries as committees
from spg_registry.committees.models import Member
from spg_registry.decisions.models import Decision, Meeting
from spg_registry.decisions.queries import attendance_of
from spg_registry.decisions.service import parameters_of
from spg_registry.producers.facts import (
    enrolments_by_id,
    merged_into,
    pledges_of,
    present_crops,
    standing_for,
    units_of,
)
from spg_registry.producers.ingredients import declared
from spg_registry.rounds.facts import findings_of, ties_of, visits_of
from spg_registry.rules import facts, granting
from spg_registry.rules.enrolling import still_enrolled
from spg_registry.rules.months import ONE_DAY, Span, last_day
from spg_registry.rules.reading import covered_until, days_asked, recusals
from spg_registry.rules.states import GRANTS, STANDING
from spg_registry.rules.verdict import NotMet, Verdict, not_met
from spg_registry.rules.words import ActivityKind, Ballot, Category, SealState
from spg_registry.seals.models import Sanction, SealGrant, SealScope
from spg_registry.seals.queries import suspended_by_control
from spg_registry.territory.atlas import atlas_of

OF_EVERY_DECISION = ("quorum", "recused", "decision_carried")
"""What a decision that grants nothing must satisfy too: it is the body's word all the same."""


@dataclass(frozen=True)
class Judged:
    """A decision with what the norm says of it.

    `stops` are the blocks and the warnings without a written reason: empty means it may be
    adopted. `asks` are all warnings. `recusals` maps member ids to why, declared and found
    together. `against` is all that speaks against a seal, also where none is given.
    """

    decision: Decision
    proposal: facts.Proposal
    verdicts: tuple[Verdict, ...]
    stops: tuple[NotMet, ...]
    asks: tuple[NotMet, ...]
    against: tuple[NotMet, ...]
    recusals: Mapping[int, tuple[str, ...]]
    quorum: granting.QuorumCount
    replaces: tuple[int, ...]
    area_m2: int | None
    """Of the plots in scope, each counted once; None where the scope stands on no plot."""

    @property
    def recused(self) -> frozenset[int]:
        return frozenset(self.recusals)

    @property
    def category(self) -> Category | None:
        return GRANTS.get(self.decision.outcome)


def judge(
    session: Session, meeting: Meeting, decisions: Sequence[Decision], today: date
) -> list[Judged]:
    """Every decision's verdicts, in order, were the acta closed today. Two decisions of one sitting
    see each other's grants."""
    if not decisions:
        return []
    table = Table(session, meeting, decisions, today)
    judged: list[Judged] = []
    for decision in decisions:
        one = table.judge(decision)
        judged.append(one)
        if one.category is not None:
            table.take_as_granted(one)
    return judged


def general_facts(session: Session, meeting: Meeting) -> facts.GrantingFacts:
    """A meeting without anybody on its table: what its quorum is when nobody is recused."""
    seats = committees.members_in_office(session, meeting.body_id, meeting.held_on)
    (known,) = _meeting_facts(session, meeting, seats, [0], meeting.held_on).values()
    nobody = facts.ProducerFacts(facts.Ties(0, frozenset()), None, (), ())
    nothing = facts.Proposal(Category.TRANSITION, (), meeting.held_on, meeting.held_on)
    return facts.GrantingFacts(known, nobody, nothing, facts.Voting())


class Table:
    """What lies on the meeting's table: its own facts, and each producer's, gathered in batches."""

    def __init__(
        self,
        session: Session,
        meeting: Meeting,
        decisions: Sequence[Decision],
        closed_on: date,
        round_id: int | None = None,
    ) -> None:
        """`round_id` is the round whose visits count, when it is not the meeting's own."""
        round_id = round_id if round_id is not None else meeting.round_id
        self.session = session
        self.meeting = meeting
        producers = {decision.producer_id for decision in decisions}
        enrolments = enrolments_by_id(session, (row.enrolment_id for row in decisions))
        self.spg_of = {row.producer_id: row.spg_id for row in enrolments.values()}
        self.ended = {row.id: row.ended_on for row in enrolments.values()}
        self.seats = committees.members_in_office(session, meeting.body_id, meeting.held_on)
        spgs = set(self.spg_of.values())
        self.meeting_of = _meeting_facts(session, meeting, self.seats, spgs, closed_on)
        self.ties = ties_of(session, producers, round_id)
        pledges = pledges_of(session, enrolments)
        self.pledge_of = {row.producer_id: pledges.get(row.id) for row in enrolments.values()}
        self.units = units_of(session, producers, meeting.held_on)
        self.visits = visits_of(session, round_id, producers) if round_id is not None else {}
        self.findings = findings_of(session, producers, meeting.held_on)
        units = [unit.unit_id for listed in self.units.values() for unit in listed]
        self.standing = standing_grants(session, units)
        known = {grant.grant_id for listed in self.standing.values() for grant in listed}
        self.held_by_control = suspended_by_control(session, known)
        self.sanctions = sanctions_of(session, producers)
        self.ingredients = ingredients_of(session, units, meeting.held_on)
        self.corrected = _corrected_grants(session, decisions)

    def judge(self, decision: Decision) -> Judged:
        known = self.facts_of(decision)
        parameters = known.meeting.parameters
        verdicts = granting.may_grant(known)
        against = not_met(verdicts)
        if decision.outcome not in GRANTS:
            verdicts = tuple(v for v in verdicts if v.code in OF_EVERY_DECISION)
        waivers = {**self.meeting.waivers, **decision.waivers}
        blocks = granting.blocks(verdicts, parameters)
        why = recusals(known)
        enrolled = still_enrolled(self.ended.get(decision.enrolment_id), decision.outcome)
        return Judged(
            decision,
            known.proposal,
            verdicts,
            (*not_met([enrolled]), *blocks, *granting.unwaived(verdicts, parameters, waivers)),
            granting.warnings(verdicts, parameters),
            against,
            {seat.id: why[seat.person_id] for seat in self.seats if seat.person_id in why},
            granting.quorum_count(known),
            tuple(sorted(known.proposal.replaces)),
            land_of(
                {(row.unit_id, row.product) for row in known.proposal.scope}, known.producer.units
            ),
        )

    def take_as_granted(self, one: Judged) -> None:
        rows = frozenset((row.unit_id, row.product) for row in one.proposal.scope)
        validity = Span(one.proposal.valid_from, one.proposal.valid_until)
        grant = facts.StandingGrant(
            -one.decision.id, one.proposal.category, validity, rows, one.decision.producer_id
        )
        for unit_id in {row.unit_id for row in one.proposal.scope}:
            self.standing[unit_id] = [
                kept for kept in self.standing[unit_id] if kept.grant_id not in one.replaces
            ] + [grant]

    def facts_of(self, decision: Decision) -> facts.GrantingFacts:
        producer_id = decision.producer_id
        units = self.units[producer_id]
        grants = {grant.grant_id: grant for unit in units for grant in self.standing[unit.unit_id]}
        meeting = self.meeting_of[self.spg_of[producer_id]]
        producer = facts.ProducerFacts(
            ties=self.ties[producer_id],
            pledge_signed_on=self.pledge_of.get(producer_id),
            units=units,
            visits=self.visits.get(producer_id, ()),
            findings=self.findings.get(producer_id, ()),
            grants=tuple(grants.values()),
            sanctions=tuple(self.sanctions[producer_id]),
        )
        proposal = self._proposal(decision, meeting, producer)
        return facts.GrantingFacts(meeting, producer, proposal, self._voting(decision))

    def _proposal(
        self, decision: Decision, meeting: facts.MeetingFacts, producer: facts.ProducerFacts
    ) -> facts.Proposal:
        category = GRANTS.get(decision.outcome, decision.category)
        scope = tuple(self._scope(decision, producer))
        over = {(row.unit_id, row.product) for row in scope}
        meeting_scope = [grant for grant in producer.grants if grant.scope & over]
        own = [g for g in meeting_scope if g.producer_id in (None, decision.producer_id)]
        white = _upgraded(own, category, meeting)
        replaces = frozenset(decision.replaces) | {g.grant_id for g in white if g.scope <= over}
        replaces |= frozenset(self.corrected.get(decision.corrects_id or 0, ()))
        replaces -= self.held_by_control  # a new seal is no way around the control body
        renewed = [
            g
            for g in meeting_scope
            if g.grant_id not in replaces and g not in white and not _of_this_sitting(g)
        ]
        first = decision.valid_from or _first_day(renewed, meeting.held_on)
        last = decision.valid_until or _last_day(first, meeting)
        return facts.Proposal(category, scope, first, last, replaces)

    def _scope(self, decision: Decision, producer: facts.ProducerFacts) -> Iterable[facts.ScopeRow]:
        """As decided; or all that grows on the units which the round's reviewed visits saw."""
        products = atlas_of(self.session).products
        if decision.scope:
            for row in decision.scope:
                kind = ActivityKind(products[row["product_code"]].kind)
                yield self._made_of(
                    facts.ScopeRow(
                        row["unit_id"], row["product_code"], row.get("area_m2") or 0, kind
                    )
                )
            return
        seen = {visit.unit_id for visit in producer.visits if visit.reviewed}
        for unit in producer.units:
            if unit.unit_id in seen:
                yield from map(self._made_of, _all_of(unit))

    def _made_of(self, row: facts.ScopeRow) -> facts.ScopeRow:
        """With its ingredients, when it is processed and they were declared."""
        found = self.ingredients.get((row.unit_id, row.product))
        return replace(row, ingredients=found) if found else row

    def _voting(self, decision: Decision) -> facts.Voting:
        person_of = {str(seat.id): seat.person_id for seat in self.seats}
        return facts.Voting(
            consensus=decision.by_consensus,
            votes=tuple(
                # A vote of someone who holds no seat is given as such: the rule refuses it.
                facts.Vote(person_of.get(member, -int(member)), Ballot(ballot))
                for member, ballot in decision.votes.items()
            ),
            recused=frozenset(
                person_of[member] for member in decision.recusals if member in person_of
            ),
        )


def area_of(unit: facts.Unit, product: str) -> int | None:
    """The area of one product in a unit, as a scope row tells it; None where it is not there."""
    row = next((row for row in _all_of(unit) if row.product == product), None)
    return (row.area_m2 or None) if row else None


def ingredients_of(
    session: Session, unit_ids: Collection[int], on: date
) -> dict[tuple[int, str], tuple[facts.Ingredient, ...]]:
    """By unit and processed product. What was bought counts as sealed when the supplier's seal is
    organic, covers it and is valid on the day."""
    crops = present_crops(session, unit_ids, on)
    rows = declared(session, (crop for listed in crops.values() for crop in listed))
    wanted = {row.seal_code for listed in rows.values() for row in listed if row.seal_code}
    sealed = _sealed(session, wanted, on) if wanted else set()
    return {
        place: tuple(
            facts.Ingredient(row.product_code, (row.seal_code or "", row.product_code) in sealed)
            for row in listed
        )
        for place, listed in rows.items()
    }


def _sealed(session: Session, wanted: Collection[str], on: date) -> set[tuple[str, str]]:
    query = (
        select(SealGrant.code, SealScope.product_code)
        .join(SealScope, col(SealScope.grant_id) == col(SealGrant.id))
        .where(col(SealGrant.code).in_(wanted), SealGrant.category == Category.ORGANIC)
        .where(SealGrant.state == SealState.GRANTED)
        .where(SealGrant.valid_from <= on, SealGrant.valid_until >= on)
    )
    return set(session.exec(query).all())


def _all_of(unit: facts.Unit) -> Iterable[facts.ScopeRow]:
    """One row a product; its area is that of the plots it stands on, each counted once."""
    kinds = {crop.product: crop.kind for crop in unit.crops}
    for product, kind in kinds.items():
        area = land_of({(unit.unit_id, product)}, [unit]) or 0
        yield facts.ScopeRow(unit.unit_id, product, area, kind)


def land_of(pairs: Collection[tuple[int, str]], units: Iterable[facts.Unit]) -> int | None:
    """The plots under these products of these units, each counted once."""
    areas = {
        plot.plot_id: plot.area_m2
        for unit in units
        for plot in unit.plots
        if any(
            crop.plot_id == plot.plot_id and (unit.unit_id, crop.product) in pairs
            for crop in unit.crops
        )
    }
    return sum(areas.values()) or None


def _upgraded(
    grants: Iterable[facts.StandingGrant], category: Category, meeting: facts.MeetingFacts
) -> list[facts.StandingGrant]:
    """An organic seal takes the place of the running transition seals over the same, in one act;
    by itself only of those that cover nothing else, for their family would lose the rest."""
    if category is not Category.ORGANIC:
        return []
    return [
        grant
        for grant in grants
        if grant.category is Category.TRANSITION
        and grant.validity.covers(meeting.held_on)
        and not _of_this_sitting(grant)
    ]


def _of_this_sitting(grant: facts.StandingGrant) -> bool:
    """Granted a moment ago by another decision: neither replaced nor renewed, it overlaps."""
    return grant.grant_id < 0


def _first_day(renewed: Iterable[facts.StandingGrant], held_on: date) -> date:
    """The meeting's day, or the day after the seal that runs out."""
    ends = [grant.validity.last for grant in renewed if grant.validity.last is not None]
    return max([held_on, *(end + ONE_DAY for end in ends)])


def _last_day(first: date, meeting: facts.MeetingFacts) -> date:
    """The longest term, cut at the end of the SPG's registration."""
    longest = last_day(first, meeting.parameters.validity_months)
    covers = [covered_until(terms, day) for day, terms in days_asked(meeting)]
    return min([longest, *(end for end in covers if end is not None and end >= first)])


def _meeting_facts(
    session: Session,
    meeting: Meeting,
    seats: Sequence[Member],
    spg_ids: Collection[int],
    closed_on: date,
) -> dict[int, facts.MeetingFacts]:
    present = attendance_of(session, meeting.id)
    held = _registrations(session, spg_ids, meeting.held_on)
    later = closed_on > meeting.held_on
    at_closing = _registrations(session, spg_ids, closed_on) if later else {}
    acts = committees.recognitions_of(session, meeting.committee_id)
    shared = facts.MeetingFacts(
        held_on=meeting.held_on,
        spg=facts.SpgFacts(0),
        committee=facts.CommitteeFacts(
            meeting.committee_id, tuple(Span(act.issued_on, act.until) for act in acts)
        ),
        members=tuple(facts.Member(seat.person_id, seat.sector) for seat in seats),
        attendees=frozenset(seat.person_id for seat in seats if present.get(seat.id)),
        parameters=parameters_of(session, meeting),
        closed_on=closed_on if later else None,
    )
    return {
        id_: replace(shared, spg=facts.SpgFacts(id_, held.get(id_, ()), at_closing.get(id_, ())))
        for id_ in spg_ids
    }


def _registrations(
    session: Session, spg_ids: Collection[int], on: date
) -> dict[int, tuple[facts.Registration, ...]]:
    return {
        spg_id: tuple(
            facts.Registration(state, Span(row.issued_on, row.until)) for row, state in terms
        )
        for spg_id, terms in committees.registrations_on(session, spg_ids, on).items()
    }


def _corrected_grants(session: Session, decisions: Sequence[Decision]) -> dict[int, list[int]]:
    """By decision that is corrected: its seals that still stand, which the correction replaces."""
    wanted = {row.corrects_id for row in decisions if row.corrects_id is not None}
    if not wanted:
        return {}
    rows = session.exec(
        select(SealGrant.decision_id, SealGrant.id)
        .where(col(SealGrant.decision_id).in_(wanted))
        .where(col(SealGrant.state).in_(STANDING))
    )
    found: dict[int, list[int]] = defaultdict(list)
    for decision_id, grant_id in rows:
        found[decision_id].append(grant_id)
    return found


def standing_grants(
    session: Session, unit_ids: Collection[int]
) -> dict[int, list[facts.StandingGrant]]:
    """By unit: the seals that were neither withdrawn nor replaced, past ones left to the rule."""
    rows = session.exec(
        select(SealGrant, SealScope.unit_id, SealScope.product_code)
        .where(SealScope.grant_id == SealGrant.id, col(SealScope.unit_id).in_(unit_ids))
        .where(col(SealGrant.state).in_(STANDING))
    ).all()
    kept = standing_for(session, [grant.producer_id for grant, _, _ in rows])
    scopes: dict[int, set[tuple[int, str]]] = defaultdict(set)
    for grant, unit_id, product in rows:
        scopes[grant.id].add((unit_id, product))
    found: dict[int, list[facts.StandingGrant]] = defaultdict(list)
    made: dict[int, facts.StandingGrant] = {}
    for grant, unit_id, _ in rows:
        one = made.get(grant.id)
        if one is None:
            validity = Span(grant.valid_from, grant.valid_until)
            one = made[grant.id] = facts.StandingGrant(
                grant.id,
                grant.category,
                validity,
                frozenset(scopes[grant.id]),
                kept[grant.producer_id],
            )
        if one not in found[unit_id]:
            found[unit_id].append(one)
    return found


def sanctions_of(
    session: Session, producer_ids: Collection[int]
) -> dict[int, list[facts.Sanction]]:
    """Those in the way of a grant; a warning is none, and what was corrected away no longer is."""
    merged = merged_into(session, producer_ids)
    wanted = {*producer_ids, *merged}
    rows = session.exec(select(Sanction).where(col(Sanction.producer_id).in_(wanted))).all()
    corrected = {row.correction_of for row in rows if row.correction_of is not None}
    found: dict[int, list[facts.Sanction]] = defaultdict(list)
    for row in rows:
        if row.id not in corrected and row.stops_grants:
            holder = merged.get(row.producer_id, row.producer_id)
            found[holder].append(facts.Sanction(Span(row.since, row.until)))
    return found

"""The plan of a round: nobody is sent where the norm refuses, the work is shared, the way short."""

from collections import Counter
from dataclasses import replace
from datetime import date
from itertools import chain, combinations, product
from random import Random
from time import process_time

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from spg_registry.rounds.proposing import Candidate, Place, Proposal, propose, refusals
from spg_registry.rounds.routes import short_way
from spg_registry.rules.assigning import Crossings
from spg_registry.rules.facts import Evaluator, Interest, PastEvaluation, ReciprocalEvaluation, Ties
from spg_registry.rules.months import Span
from spg_registry.rules.words import InterestKind
from tests.rules.cast import PARAMETERS, ruled

ON = date(2026, 6, 15)
TERM = Span(date(2026, 1, 1), date(2026, 12, 31))
TRIES = settings(
    max_examples=120, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate)
)
"""Without shrinking, which takes minutes for a whole round."""
APART = 1000
"""Holders' ids begin here, where no evaluator is."""


def people(peers: int, others: int = 0, **more: object) -> list[Candidate]:
    return [
        Candidate(Evaluator(id_, (TERM,), peer=id_ <= peers), **more)  # type: ignore[arg-type]
        for id_ in range(1, peers + others + 1)
    ]


def place(unit: int, community: int = 1, holder: int | None = None, **more: object) -> Place:
    holder = APART + unit if holder is None else holder
    return Place(unit, community, Ties(unit, frozenset({holder}), **more), ON)  # type: ignore[arg-type]


def teams(proposal: Proposal) -> dict[int, tuple[int, ...]]:
    return {one.unit_id: one.persons for one in proposal.placings}


def spread(proposal: Proposal) -> int:
    return max(proposal.loads.values()) - min(proposal.loads.values())


# --- stories -------------------------------------------------------------------------------------


def test_every_visit_has_two_and_a_peer() -> None:
    proposal = propose([place(n) for n in range(1, 8)], people(2, 3), PARAMETERS)
    assert proposal.unplaced == ()
    for team in teams(proposal).values():
        assert len(set(team)) == 2
        assert {1, 2} & set(team)


def test_the_same_two_see_a_communitys_units() -> None:
    places = [place(unit, community=unit // 10) for unit in range(10, 50)]
    proposal = propose(places, people(4, 4), PARAMETERS)
    assert spread(proposal) == 0
    assert set(proposal.journeys.values()) == {1}


def test_who_lives_there_has_no_journey() -> None:
    places = [place(unit, community=unit // 10) for unit in range(10, 50)]
    homes = [replace(one, homes=frozenset({5 - (one.person_id + 1) // 2})) for one in people(8)]
    proposal = propose(places, homes, PARAMETERS)
    assert set(proposal.journeys.values()) == {0}


def test_kin_household_and_oneself_are_passed_over_and_told() -> None:
    kin = Interest(InterestKind.KIN, 2, producer_id=1, degree=1)
    near = place(1, holder=1, household=frozenset({1, 3}), interests=(kin,))
    proposal = propose([near], people(5), PARAMETERS)
    (placing,) = proposal.placings
    assert placing.persons == (4, 5)
    told = {id_: [one.reason for one in why] for id_, why in placing.refused.items()}
    assert told == {1: ["self"], 2: ["kin"], 3: ["household"]}


def test_whoever_was_there_twice_in_a_row_rests() -> None:
    past = tuple(PastEvaluation(1, order, date(2024 + order, 3, 1)) for order in (0, 1))
    proposal = propose([place(1, past_evaluations=past)], people(3), PARAMETERS)
    assert teams(proposal) == {1: (2, 3)}


def test_two_are_not_sent_to_each_other() -> None:
    his, hers = place(1, holder=1), place(2, holder=2)
    proposal = propose([his, hers], people(3), PARAMETERS)
    found = teams(proposal)
    assert not (2 in found[1] and 1 in found[2])
    (cut,) = proposal.unplaced
    assert cut.missing == 1
    assert [one.code for one in cut.refused[3 - cut.unit_id]] == ["no_reciprocal_review"]


def test_a_way_is_uncrossed_where_another_can_go() -> None:
    """Only 1 can see the second unit as a peer, so somebody else than 2 goes to the first."""
    his = place(1, holder=1)
    tied = tuple(Interest(InterestKind.KIN, id_, producer_id=2, degree=1) for id_ in (3, 4))
    hers = place(2, holder=2, interests=tied)
    proposal = propose([his, hers], people(4, 1), PARAMETERS)
    assert proposal.unplaced == ()
    assert 2 not in teams(proposal)[1]


def test_who_is_already_sent_stays_and_counts() -> None:
    there = replace(place(1), sent=(Evaluator(1, (TERM,), peer=True),))
    proposal = propose([there, place(2)], people(4), PARAMETERS)
    assert len(teams(proposal)[1]) == 1
    assert 1 not in teams(proposal)[1]
    assert spread(proposal) == 0


def test_visits_elsewhere_in_the_round_count_as_load_and_as_ways() -> None:
    crossing = Ties(9, frozenset({1}))
    candidates = [replace(one, load=4 if one.person_id == 1 else 0) for one in people(4)]
    proposal = propose([place(2, holder=2)], candidates, PARAMETERS, [(2, crossing)])
    (placing,) = proposal.placings
    assert 1 in placing.refused
    assert placing.persons == (3, 4)


def test_who_is_not_counted_on_is_not_sent_and_still_judged() -> None:
    candidates = [replace(one, available=one.person_id < 3) for one in people(4)]
    places = [place(1), place(2, household=frozenset({4}))]
    proposal = propose(places, candidates, PARAMETERS)
    assert set(teams(proposal).values()) == {(1, 2)}
    assert proposal.unplaced == ()
    assert proposal.placings[1].refused.keys() == {4}


def test_nobody_for_a_visit_is_said_with_everyones_reason() -> None:
    proposal = propose([place(1)], people(0, 2), PARAMETERS)
    (placing,) = proposal.unplaced
    assert (placing.persons, placing.missing, placing.lacks_peer) == ((1,), 1, True)
    alone = propose([place(1, holder=1)], people(2), PARAMETERS).placings[0]
    assert (alone.persons, alone.missing, alone.lacks_peer) == ((2,), 1, False)
    assert propose([place(1)], [], PARAMETERS).placings[0].missing == 2


def test_the_teams_size_is_the_rulesets() -> None:
    three = ruled(
        evaluator_team={
            "severity": "block",
            "params": {"evaluators_at_least": 3, "peers_at_least": 2},
        }
    )
    proposal = propose([place(n) for n in (1, 2, 3)], people(3, 2), three)
    assert all(len(team) == 3 for team in teams(proposal).values())
    assert all(len({1, 2, 3} & set(team)) >= 2 for team in teams(proposal).values())


def test_the_way_goes_to_the_nearest_and_ends_where_no_point_is() -> None:
    points = {1: (-17.5, -66.0), 2: None, 3: (-17.1, -66.0), 4: (-17.2, -66.0)}
    assert short_way(points) == [3, 4, 1, 2]


def test_a_large_round_takes_less_than_a_second() -> None:
    chance = Random(7)
    candidates = [replace(one, homes=frozenset({one.person_id % 20})) for one in people(20, 10)]
    places = []
    for unit in range(150):
        holder = unit + 1 if unit < 20 else APART + unit
        kin = tuple(
            Interest(InterestKind.KIN, chance.randint(1, 30), producer_id=unit, degree=1)
            for _ in range(3)
        )
        past = tuple(
            PastEvaluation(chance.randint(1, 30), order, date(2024, order, 1))
            for order in (1, 1, 2, 2)
        )
        point = (-17.0 - chance.random(), -66.0 - chance.random())
        places.append(
            replace(
                place(unit, unit // 8, holder, interests=kin, past_evaluations=past), point=point
            )
        )
    began = process_time()
    proposal = propose(places, candidates, PARAMETERS)
    took = process_time() - began
    assert proposal.unplaced == ()
    assert spread(proposal) <= 1
    assert took < 1


# --- whatever the round --------------------------------------------------------------------------


@st.composite
def rounds(draw: st.DrawFn) -> tuple[list[Place], list[Candidate]]:
    candidates = people(draw(st.integers(0, 6)), draw(st.integers(0, 4)))
    ids = [one.person_id for one in candidates] or [1]
    person = st.sampled_from(ids)
    candidates = [replace(one, homes=draw(st.frozensets(st.integers(1, 4)))) for one in candidates]
    places = []
    for unit in range(1, draw(st.integers(0, 12)) + 1):
        holders = draw(
            st.frozensets(st.one_of(person, st.just(APART + unit)), min_size=1, max_size=2)
        )
        kin = draw(st.lists(person, max_size=2))
        seen = draw(st.lists(st.tuples(person, st.integers(1, 3)), max_size=4))
        back = draw(st.lists(person, max_size=1))
        ties = Ties(
            unit,
            holders,
            draw(st.frozensets(person, max_size=1)),
            tuple(Interest(InterestKind.KIN, one, producer_id=unit, degree=1) for one in kin),
            tuple(PastEvaluation(one, order, date(2025, order, 1)) for one, order in seen),
            tuple(ReciprocalEvaluation(one, date(2026, 3, 1)) for one in back),
        )
        point = draw(st.none() | st.tuples(st.floats(-20, -10), st.floats(-69, -58)))
        places.append(Place(unit, draw(st.integers(1, 4)), ties, ON, point))
    return places, candidates


@given(rounds())
@settings(TRIES)
def test_no_pair_is_ever_refused(given_round: tuple[list[Place], list[Candidate]]) -> None:
    places, candidates = given_round
    proposal = propose(places, candidates, PARAMETERS)
    found, by_unit = teams(proposal), {one.unit_id: one for one in places}
    known = {one.person_id: one.evaluator for one in candidates}
    assert found.keys() == by_unit.keys()
    assert Counter(id_ for team in found.values() for id_ in team) == +Counter(proposal.loads)
    for unit, team in found.items():
        assert len(set(team)) == len(team) <= 2
        others = Crossings()
        for elsewhere, persons in found.items():
            for id_ in persons:
                if elsewhere != unit:
                    others.send(id_, by_unit[elsewhere].ties)
        for id_ in team:
            ties = others.with_plans(by_unit[unit].ties, id_, ON)
            assert refusals(known[id_], ties, ON, PARAMETERS) == ()


@given(rounds())
@settings(TRIES)
def test_a_seat_stays_empty_only_when_nobody_is_left_for_it(
    given_round: tuple[list[Place], list[Candidate]],
) -> None:
    places, candidates = given_round
    for placing in propose(places, candidates, PARAMETERS).placings:
        peers = {one.person_id for one in candidates if one.evaluator.peer}
        free = {one.person_id for one in candidates} - placing.refused.keys() - set(placing.persons)
        if placing.missing > placing.lacks_peer:
            assert not free
        if placing.lacks_peer:
            assert not free & peers


@given(rounds(), st.randoms(use_true_random=False))
@settings(TRIES)
def test_the_order_of_what_is_given_does_not_matter(
    given_round: tuple[list[Place], list[Candidate]], chance: Random
) -> None:
    places, candidates = given_round
    first = propose(places, candidates, PARAMETERS)
    chance.shuffle(places)
    chance.shuffle(candidates)
    assert propose(places, candidates, PARAMETERS) == first


@given(st.integers(1, 9), st.integers(0, 9), st.lists(st.integers(1, 5), max_size=40))
@settings(TRIES)
def test_without_conflicts_the_loads_differ_by_one_at_most(
    peers: int, others: int, communities: list[int]
) -> None:
    if peers + others < 2:
        others = 2
    places = [place(unit, community) for unit, community in enumerate(communities)]
    proposal = propose(places, people(peers, others), PARAMETERS)
    assert proposal.unplaced == ()
    loads = proposal.loads
    of_peers = [loads[id_] for id_ in range(1, peers + 1)]
    assert max(of_peers) - min(of_peers) <= 1
    if peers >= others:
        assert spread(proposal) <= 1
    elif others:
        of_others = [loads[id_] for id_ in range(peers + 1, peers + others + 1)]
        assert max(of_others) - min(of_others) <= 1


@st.composite
def small_rounds(draw: st.DrawFn) -> tuple[list[Place], list[Candidate]]:
    """Small enough to try every plan; nobody in them evaluates a colleague."""
    candidates = people(draw(st.integers(1, 3)), draw(st.integers(0, 2)))
    person = st.sampled_from([one.person_id for one in candidates])
    places = []
    for unit in range(1, draw(st.integers(1, 4)) + 1):
        near = draw(st.frozensets(person, max_size=2))
        places.append(place(unit, draw(st.integers(1, 2)), household=near))
    return places, candidates


@given(small_rounds())
@settings(TRIES)
def test_no_plan_shares_the_work_more_evenly(
    given_round: tuple[list[Place], list[Candidate]],
) -> None:
    places, candidates = given_round
    loads = propose(places, candidates, PARAMETERS).loads
    every = [_teams_for(one, candidates) for one in places]
    best = min(_unevenness(Counter(chain(*plan)), candidates) for plan in product(*every))
    assert _unevenness(Counter(loads), candidates) == best


def _teams_for(one: Place, candidates: list[Candidate]) -> list[tuple[int, ...]]:
    """All teams of a place that leave as few seats empty as can be."""
    free = [each.person_id for each in candidates if each.person_id not in one.ties.household]
    peers = {each.person_id for each in candidates if each.evaluator.peer}
    size = min(2, len(free)) if peers & set(free) else min(1, len(free))
    return [team for team in combinations(free, size) if not peers & set(free) or peers & set(team)]


def _unevenness(loads: Counter[int], candidates: list[Candidate]) -> int:
    return sum(loads[one.person_id] ** 2 for one in candidates)

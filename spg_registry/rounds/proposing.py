"""Who could be sent where: a plan for a whole round, without a database and without chance.

Four aims, each counting for nothing against the one before it: no pair that the norm refuses;
every visit with its team, peers among it; the work shared evenly; few journeys, so that the same
people see a community's units on neighbouring days. Whether a pair may be is asked of
`rules.assigning` alone. The same input gives the same plan, in whatever order it comes.

The sharing is the least uneven there is: seats are passed along chains from the most burdened to
the least until no chain helps, which for such a sharing is the optimum.
"""

from collections import Counter, defaultdict, deque
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from spg_registry.rounds.routes import Point, middle, short_way
from spg_registry.rules import granting
from spg_registry.rules.assigning import Crossings, may_evaluate
from spg_registry.rules.facts import Evaluator, Ties
from spg_registry.rules.parameters import Parameters
from spg_registry.rules.verdict import NotMet

MOST_EXCHANGES = 2_000
"""Of seats, to save journeys: an end for the worst of cases."""


@dataclass(frozen=True, slots=True)
class Place:
    """A unit to be visited on a day. `sent`: who goes there already, and stays."""

    unit_id: int
    community_id: int
    ties: Ties
    on: date
    point: Point | None = None
    sent: tuple[Evaluator, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """Who could be sent. `homes`: the communities where the person lives or works the land;
    `load`: visits of the round at other places than those that are proposed for."""

    evaluator: Evaluator
    homes: frozenset[int] = frozenset()
    load: int = 0
    available: bool = True
    """False: told whether it may go, and not proposed."""

    @property
    def person_id(self) -> int:
        return self.evaluator.person_id


@dataclass(frozen=True, slots=True)
class Placing:
    """What is proposed for one unit, and why others are not."""

    unit_id: int
    persons: tuple[int, ...]
    missing: int
    """Seats for which nobody is left."""
    lacks_peer: bool
    refused: Mapping[int, tuple[NotMet, ...]]
    """By person: what stops it, as the plan stands."""


@dataclass(frozen=True, slots=True)
class Proposal:
    placings: tuple[Placing, ...]
    """Community by community, along the way."""
    loads: Mapping[int, int]
    journeys: Mapping[int, int]
    """By person: how many communities away from home it is sent to."""

    @property
    def unplaced(self) -> tuple[Placing, ...]:
        return tuple(one for one in self.placings if one.missing or one.lacks_peer)


def propose(
    places: Iterable[Place],
    candidates: Iterable[Candidate],
    parameters: Parameters,
    elsewhere: Iterable[tuple[int, Ties]] = (),
) -> Proposal:
    """A team for every place. `elsewhere`: who is on the way to places that are not asked for."""
    plan = _Plan(places, candidates, parameters, elsewhere)
    while plan.fill():
        # Sharing can clear somebody's way to a seat that stayed empty: then once more.
        plan.share()
        plan.shorten()
    return plan.told()


@dataclass(eq=False)
class _Seats:
    """A place with the people in it; `movable` are those that the plan put there."""

    place: Place
    team: list[int]
    movable: list[int] = field(default_factory=list)
    refused: dict[int, tuple[NotMet, ...]] = field(default_factory=dict)
    """What stops a person whatever the plan is."""


class _Plan:
    def __init__(
        self,
        places: Iterable[Place],
        candidates: Iterable[Candidate],
        parameters: Parameters,
        elsewhere: Iterable[tuple[int, Ties]],
    ) -> None:
        self._parameters = parameters
        self._size = max(parameters.evaluators_at_least, parameters.peers_at_least)
        self._people = {
            one.person_id: one for one in sorted(candidates, key=lambda one: one.person_id)
        }
        self._pool = {id_ for id_, one in self._people.items() if one.available}
        self._peers = {id_ for id_, one in self._people.items() if one.evaluator.peer}
        self._crossings = Crossings()
        self._meets_again: set[int] = set()
        """Who is evaluated in the round as well: only they can cross somebody's way."""
        for person_id, ties in elsewhere:
            self._crossings.send(person_id, ties)
            self._meets_again |= ties.holders
        self._seats = [
            _Seats(place, [one.person_id for one in place.sent]) for place in _in_order(places)
        ]
        self.load: Counter[int] = Counter({id_: one.load for id_, one in self._people.items()})
        self._here: dict[int, Counter[int]] = defaultdict(Counter)
        for seats in self._seats:
            self._meets_again |= seats.place.ties.holders
            for sent in seats.place.sent:
                if sent.peer:
                    self._peers.add(sent.person_id)
                self._go(seats, sent.person_id)
        self._meets_again &= self._people.keys()
        for seats in self._seats:
            for person_id, one in self._people.items():
                if stops := refusals(one.evaluator, seats.place.ties, seats.place.on, parameters):
                    seats.refused[person_id] = stops

    # -- moves ------------------------------------------------------------------------------------

    def _go(self, seats: _Seats, person_id: int) -> None:
        self.load[person_id] += 1
        self._here[person_id][seats.place.community_id] += 1
        self._crossings.send(person_id, seats.place.ties)

    def _stay(self, seats: _Seats, person_id: int) -> None:
        self.load[person_id] -= 1
        self._here[person_id][seats.place.community_id] -= 1
        self._crossings.recall(person_id, seats.place.ties)

    def _add(self, seats: _Seats, person_id: int) -> None:
        seats.team.append(person_id)
        seats.movable.append(person_id)
        self._go(seats, person_id)

    def _drop(self, seats: _Seats, person_id: int) -> None:
        seats.team.remove(person_id)
        seats.movable.remove(person_id)
        self._stay(seats, person_id)

    def _fits(self, seats: _Seats, person_id: int) -> bool:
        if person_id not in self._pool or person_id in seats.refused or person_id in seats.team:
            return False
        if person_id not in self._meets_again:
            return True
        return not self._crossing_stops(seats, person_id)

    def _crossing_stops(self, seats: _Seats, person_id: int) -> tuple[NotMet, ...]:
        place = seats.place
        if not self._crossings.crosses(person_id, place.ties):
            return ()
        ties = self._crossings.with_plans(place.ties, person_id, place.on)
        return refusals(self._people[person_id].evaluator, ties, place.on, self._parameters)

    def _may_replace(self, seats: _Seats, out: int, into: int) -> bool:
        if not self._fits(seats, into):
            return False
        if into in self._peers or out not in self._peers:
            return True
        return self._peers_in(seats) > self._parameters.peers_at_least

    def _replace(self, seats: _Seats, out: int, into: int) -> bool:
        """Whether it could be done."""
        if out not in seats.movable:
            return False
        self._drop(seats, out)
        # Asked with `out` away, for two holders of one producer may not cross each other's way.
        short = self._peers_in(seats) + (into in self._peers) < self._parameters.peers_at_least
        if not self._fits(seats, into) or (short and out in self._peers):
            self._add(seats, out)
            return False
        self._add(seats, into)
        return True

    def _peers_in(self, seats: _Seats) -> int:
        return sum(1 for person_id in seats.team if person_id in self._peers)

    def _wanted(self, seats: _Seats) -> tuple[int, int]:
        """Seats that are empty, and how many of them are for peers alone."""
        peers = max(0, self._parameters.peers_at_least - self._peers_in(seats))
        return max(peers, self._size - len(seats.team)), peers

    # -- every place a team -----------------------------------------------------------------------

    def fill(self) -> bool:
        """Whether anybody was seated."""
        before = self.load.total()
        quota = self._quotas()
        peers_wanted = sum(self._wanted(seats)[1] for seats in self._seats)
        for seats in self._seats:
            wanted, for_peers = self._wanted(seats)
            peers_wanted -= for_peers
            for _ in range(for_peers):
                self._seat_one(seats, quota, 0, peers_only=True)
            for _ in range(wanted - for_peers):
                self._seat_one(seats, quota, peers_wanted, peers_only=False)
        for seats in self._seats:
            self._mend(seats)
        return self.load.total() > before

    def _seat_one(
        self, seats: _Seats, quota: Mapping[int, int], peers_wanted: int, *, peers_only: bool
    ) -> None:
        fit = [
            id_
            for id_ in self._people
            if (id_ in self._peers or not peers_only) and self._fits(seats, id_)
        ]
        if not fit:
            return
        spare = sum(max(0, quota[id_] - self.load[id_]) for id_ in self._peers & self._pool)
        community = seats.place.community_id

        def burden(id_: int) -> tuple[bool, bool, int, bool, int, int]:
            over = self.load[id_] >= quota[id_]
            # Who has begun fills up before another sets out, so that few have a long way.
            work = self.load[id_] if over else -self.load[id_]
            saved_for_peers = id_ in self._peers and not peers_only and spare <= peers_wanted
            away = not (self._here[id_][community] or community in self._people[id_].homes)
            return over, saved_for_peers, work if over else 0, away, work, id_

        self._add(seats, min(fit, key=burden))

    def _quotas(self) -> dict[int, int]:
        """How many visits each may have when all are shared evenly: peers and others alike, or
        more for the peers where they are so few that each visit's peer makes them more."""
        wanted = [self._wanted(seats) for seats in self._seats]
        every, for_peers = sum(one[0] for one in wanted), sum(one[1] for one in wanted)
        peers, others = self._peers & self._pool, self._pool - self._peers
        common, least = self._level(self._pool, every), self._level(peers, for_peers)
        if common >= least:
            return dict.fromkeys(self._pool, common)
        rest = self._level(others, every - for_peers)
        return dict.fromkeys(peers, least) | dict.fromkeys(others, rest)

    def _level(self, people: Collection[int], seats: int) -> int:
        """The lowest height up to which these people's loads hold so many seats more."""
        if not people:
            return 0
        level = max(min(self.load[id_] for id_ in people), -(-seats // len(people)))
        while sum(max(0, level - self.load[id_]) for id_ in people) < seats:
            level += 1
        return level

    def _mend(self, seats: _Seats) -> None:
        """Where only a crossing keeps somebody away, send another to where the holder goes."""
        while True:
            wanted, for_peers = self._wanted(seats)
            if not wanted:
                return
            blocked = [
                id_
                for id_ in sorted(self._meets_again, key=lambda id_: (self.load[id_], id_))
                if id_ not in seats.team
                and id_ not in seats.refused
                and (id_ in self._peers or wanted > for_peers)
            ]
            if not any(self._uncross(seats, id_) for id_ in blocked):
                return

    def _uncross(self, seats: _Seats, person_id: int) -> bool:
        """Whether the person could be seated."""
        ties = seats.place.ties
        for other in self._seats:
            for holder in sorted(ties.holders & set(other.movable)):
                if person_id in other.place.ties.holders:
                    order = sorted(self._people, key=lambda id_: (self.load[id_], id_))
                    any(self._replace(other, holder, id_) for id_ in order)
        if not self._fits(seats, person_id):
            return False
        self._add(seats, person_id)
        return True

    # -- the work shared evenly -------------------------------------------------------------------

    def share(self) -> None:
        improved = True
        while improved:
            by_load = sorted(self._pool, key=lambda id_: (-self.load[id_], id_))
            improved = any(self._relieve(id_) for id_ in by_load)

    def _relieve(self, person_id: int) -> bool:
        """Pass one seat along the shortest chain to who has at least two visits less."""
        if self.load[person_id] - min(self.load[id_] for id_ in self._pool) < 2:
            return False
        came_from: dict[int, tuple[int, _Seats]] = {}
        queue, seen = deque([person_id]), {person_id}
        while queue:
            out = queue.popleft()
            for into, seats in self._successors(out, seen):
                seen.add(into)
                came_from[into] = (out, seats)
                queue.append(into)
                if self.load[into] <= self.load[person_id] - 2 and self._pass_on(came_from, into):
                    return True
        return False

    def _successors(self, out: int, seen: set[int]) -> Iterator[tuple[int, _Seats]]:
        order = sorted(self._people.keys() - seen, key=lambda id_: (self.load[id_], id_))
        mine = [seats for seats in self._seats if out in seats.movable]
        for into in order:
            known = [s for s in mine if self._here[into][s.place.community_id]]
            for seats in (*known, *mine):
                if self._may_replace(seats, out, into):
                    yield into, seats
                    break

    def _pass_on(self, came_from: Mapping[int, tuple[int, _Seats]], last: int) -> bool:
        done: list[tuple[_Seats, int, int]] = []
        into = last
        while into in came_from:
            out, seats = came_from[into]
            if not self._replace(seats, out, into):
                for undone, went, came in reversed(done):
                    self._drop(undone, came)
                    self._add(undone, went)
                return False
            done.append((seats, out, into))
            into = out
        return True

    # -- few journeys -----------------------------------------------------------------------------

    def shorten(self) -> None:
        """Exchange lone visits for visits where one is anyway; the loads stay as they are."""
        for _ in range(MOST_EXCHANGES):
            if not any(self._save_journey(seats, id_) for seats, id_ in self._lone()):
                return

    def _lone(self) -> list[tuple[_Seats, int]]:
        return [
            (seats, id_)
            for seats in self._seats
            for id_ in seats.movable
            if self._here[id_][seats.place.community_id] == 1
            and seats.place.community_id not in self._people[id_].homes
        ]

    def _save_journey(self, seats: _Seats, lone: int) -> bool:
        community = seats.place.community_id
        for id_ in self._people:
            goes = self._here[id_][community] or community in self._people[id_].homes
            if goes and self.load[id_] == self.load[lone] - 1 and self._replace(seats, lone, id_):
                return True
        for other in self._seats:
            if other.place.community_id == community or lone in other.team:
                continue
            for id_ in list(other.movable):
                better = id_ not in seats.team and self._saved(seats, lone, other, id_) > 0
                if better and self._exchange(seats, lone, other, id_):
                    return True
        return False

    def _saved(self, seats: _Seats, one: int, other: _Seats, two: int) -> int:
        """Journeys less when the two change places."""
        here, there = seats.place.community_id, other.place.community_id
        return (
            self._leaving(one, here)
            - self._coming(one, there)
            + self._leaving(two, there)
            - self._coming(two, here)
        )

    def _leaving(self, person_id: int, community_id: int) -> int:
        known = community_id in self._people[person_id].homes
        return int(not known and self._here[person_id][community_id] == 1)

    def _coming(self, person_id: int, community_id: int) -> int:
        known = community_id in self._people[person_id].homes
        return int(not known and not self._here[person_id][community_id])

    def _exchange(self, seats: _Seats, one: int, other: _Seats, two: int) -> bool:
        if not self._replace(seats, one, two):
            return False
        if self._replace(other, two, one):
            return True
        self._drop(seats, two)
        self._add(seats, one)
        return False

    # -- told -------------------------------------------------------------------------------------

    def told(self) -> Proposal:
        placings = []
        for seats in self._seats:
            refused = dict(seats.refused)
            for id_ in sorted(self._meets_again - refused.keys() - set(seats.team)):
                if stops := self._crossing_stops(seats, id_):
                    refused[id_] = stops
            missing, peers = self._wanted(seats)
            persons = tuple(sorted(seats.movable, key=lambda id_: (id_ not in self._peers, id_)))
            placings.append(Placing(seats.place.unit_id, persons, missing, peers > 0, refused))
        return Proposal(
            tuple(placings),
            {id_: self.load[id_] for id_ in self._people},
            {
                id_: sum(
                    1
                    for community, count in self._here[id_].items()
                    if count and community not in one.homes
                )
                for id_, one in self._people.items()
            },
        )


def refusals(
    evaluator: Evaluator, ties: Ties, on: date, parameters: Parameters
) -> tuple[NotMet, ...]:
    """What keeps a person from being sent; a proposal waives nothing."""
    return granting.stops(may_evaluate(evaluator, ties, on, parameters), parameters, {})


def _in_order(places: Iterable[Place]) -> list[Place]:
    """Community by community, along a short way."""
    every = sorted(places, key=lambda place: place.unit_id)
    points: dict[int, list[Point]] = defaultdict(list)
    for place in every:
        points[place.community_id] += [place.point] if place.point else []
    way = short_way({key: middle(found) for key, found in points.items()})
    order = {community: position for position, community in enumerate(way)}
    return sorted(every, key=lambda place: (order[place.community_id], place.unit_id))

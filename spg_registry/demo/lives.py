"""Who will be a producer of the programme, and how it goes with each, drawn before anything is
played. The services have the last word: what they refuse stops the load.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random

from spg_registry.demo.calendar import CYCLES
from spg_registry.demo.programme import AREA_PER_HOLDER_M2, LANDS, Place, Scale


class Step(StrEnum):
    """What comes of a producer in one yearly round."""

    ORGANIC = "organic"
    TRANSITION = "transition"
    CONDITIONS = "conditions"
    """Not yet: something is to be mended, and is; the second meeting grants."""
    PAPERS = "papers"
    """Papers are wanting, and stay so."""
    REFUSED = "refused"
    WAITING = "waiting"
    """In the round under way: nobody has decided yet."""


Course = tuple[Step | None, ...]

_GRANTED = frozenset({Step.ORGANIC, Step.CONDITIONS})
_ENTERS = (0.36, 0.34, 0.30)
"""Shares of the holders by the cycle in which they come in."""
_RENEWS = 0.5
_COMES_BACK = 0.06


@dataclass
class Life:
    """A producer and its way through the rounds; ids and code are known once it is registered."""

    course: Course
    size: float
    """Land, as a share of the middle size."""
    landless: bool = False
    """Lives of gathering, without a plot."""
    woman_first: bool = False
    area_m2: int = 0
    number: int = 0
    producer_id: int = 0
    producer_code: str = ""
    enrolment_id: int = 0
    person_ids: list[int] = field(default_factory=list)
    units: dict[int, list[int]] = field(default_factory=dict)
    """Ids of units with those of their plots."""
    gone: bool = False
    """Left the SPG, or was put out of it."""
    held: bool = False
    """A sanction or a suspension stands in the way."""

    @property
    def enters(self) -> int:
        return next(n for n, step in enumerate(self.course) if step is not None)

    @property
    def is_organic(self) -> bool:
        return any(step in _GRANTED for step in self.course)


def organic_step(life: Life) -> int | None:
    """The cycle in which the land must have its months; None when it never needs them."""
    return next((n for n, step in enumerate(life.course) if step in _GRANTED), None)


def draw_lives(source: Random, scale: Scale) -> dict[str, list[Life]]:
    """Everybody, by the code of the place. Half of the first holders are women, and the land of
    the organic ones adds up to the programme's area."""
    lives: dict[str, list[Life]] = {}
    for n, place in enumerate(scale.places):
        courses = _courses(source, place, under_way=n == 0)
        if n == 0:
            courses += [(None, None, Step.WAITING)] * (scale.waiting * 2)
        own = [_life(source, place, course) for course in courses]
        source.shuffle(own)
        for number, life in enumerate(own):
            life.number = number
        lives[place.ine_code] = own
    every = [life for own in lives.values() for life in own]
    source.shuffle(every)
    every.sort(key=lambda life: life.is_organic)
    for n, life in enumerate(every):
        life.woman_first = n % 2 == 0
    _measure(scale, lives)
    return lives


def _life(source: Random, place: Place, course: Course) -> Life:
    land = LANDS[place.region]
    return Life(
        course,
        size=min(4.0, max(0.25, math.exp(source.gauss(0, 0.55)))),
        landless=source.random() < land.wild_share * land.only_wild,
    )


def _measure(scale: Scale, lives: dict[str, list[Life]]) -> None:
    """Areas in whole 100 m², scaled so that the organic holders have the programme's hectares."""
    middle = {place.ine_code: LANDS[place.region].hectares for place in scale.places}
    wanted = AREA_PER_HOLDER_M2 * scale.organic
    drawn = sum(
        middle[code] * life.size
        for code, own in lives.items()
        for life in own
        if life.is_organic and not life.landless
    )
    for code, own in lives.items():
        for life in own:
            life.area_m2 = max(300, round(middle[code] * life.size * wanted / drawn / 100) * 100)


def _courses(source: Random, place: Place, *, under_way: bool) -> list[Course]:
    cycles = CYCLES - 1 if under_way else CYCLES
    found = [_organic(source, cycles, n, place.organic) for n in range(place.organic)]
    found += [_transition(source, cycles) for _ in range(max(2, round(place.organic * 0.105)))]
    refused = max(1, round(place.organic * 0.025))
    found += [_once(source, cycles, Step.REFUSED) for _ in range(refused)]
    found += [_once(source, cycles, Step.PAPERS) for _ in range(max(1, refused // 2))]
    if under_way:
        found = [_again_under_way(source, course) for course in found]
    return found


def _organic(source: Random, cycles: int, place: int, count: int) -> Course:
    """One of the holders counted in advance: by its number, so that the count is exact."""
    enters = _share((place + 0.5) / count, cycles)
    first = Step.ORGANIC
    draw = source.random()
    if draw < 0.05 and enters + 1 < cycles:
        course: list[Step | None] = [None] * enters + [Step.TRANSITION, Step.ORGANIC]
    else:
        first = Step.CONDITIONS if draw > 0.965 else Step.ORGANIC
        course = [None] * enters + [first]
    while len(course) < cycles:
        chance = _RENEWS if course[-1] is not None else _COMES_BACK
        renews = source.random() < chance and not _has_drifted(course)
        course.append(Step.ORGANIC if renews else None)
    return tuple(course + [None] * (CYCLES - cycles))


def _has_drifted(course: Sequence[Step | None]) -> bool:
    """Granted at a second meeting and renewed once: at the third yearly meeting the seal runs for
    more than the 60 days that a decision may lie ahead."""
    return course[0] is Step.CONDITIONS and len(course) > 1 and course[1] is not None


def _share(at: float, cycles: int) -> int:
    """The cycle at a place between 0 and 1, by the shares of those that are played."""
    played = _ENTERS[:cycles]
    reached = 0.0
    for cycle, share in enumerate(played):
        reached += share / sum(played)
        if at < reached:
            return cycle
    return cycles - 1


def _transition(source: Random, cycles: int) -> Course:
    """Never organic yet: in transition for a year or two."""
    enters = source.choices(range(cycles), weights=_ENTERS[:cycles])[0]
    course: list[Step | None] = [None] * enters + [Step.TRANSITION]
    if len(course) < cycles:
        course.append(Step.TRANSITION if source.random() < 0.7 else None)
    return tuple(course + [None] * (CYCLES - len(course)))


def _once(source: Random, cycles: int, step: Step) -> Course:
    enters = source.randrange(cycles)
    return tuple(step if n == enters else None for n in range(CYCLES))


def _again_under_way(source: Random, course: Course) -> Course:
    """Who has a running seal mostly wants it renewed in the round under way."""
    running = course[CYCLES - 2] in (Step.ORGANIC, Step.CONDITIONS, Step.TRANSITION)
    if running and not _has_drifted(course) and source.random() < 0.6:
        return (*course[:-1], Step.WAITING)
    return course


def entering(lives: Iterable[Life], cycle: int) -> list[Life]:
    return [life for life in lives if life.enters == cycle]


def in_round(lives: Sequence[Life], cycle: int) -> list[Life]:
    return [life for life in lives if life.course[cycle] is not None]

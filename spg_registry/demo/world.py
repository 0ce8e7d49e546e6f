"""What all stories share, and an office: one committee with its people, as its stories know it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from random import Random
from typing import Any

from spg_registry.core.codes import code_from
from spg_registry.core.keys import Keyring
from spg_registry.core.permissions import SYSTEM, Actor
from spg_registry.demo.calendar import BEFORE, CYCLES, meeting_day
from spg_registry.demo.farms import Farms
from spg_registry.demo.lives import Life
from spg_registry.demo.names import People
from spg_registry.demo.programme import Place
from spg_registry.people.models import Sex
from spg_registry.people.passwords import Hashed
from spg_registry.rules.words import InterestKind, Sector


@dataclass
class World:
    """The day of the load, the keys, and the national actors once they have signed up."""

    today: date
    keyring: Keyring
    known_password: Hashed
    """Of the logins that are printed."""
    nobodys_password: Hashed
    """Of users who act in the stories and whom nobody can be."""
    admin: Actor = SYSTEM
    control: Actor = SYSTEM
    organisations: list[str] = field(default_factory=list)
    before: int = BEFORE
    """Days from the beginning to the load."""

    def day(self, since_beginning: int) -> date:
        return self.today + timedelta(days=since_beginning - self.before)

    def is_past(self, day: date) -> bool:
        """Whether there is time for an act on that day: none is played on the day of the load."""
        return day < self.today


@dataclass(frozen=True)
class Seat:
    """Somebody of a body. `member_id` is that of the present term."""

    person_id: int
    member_id: int
    name: str
    sex: Sex
    sector: Sector


@dataclass(frozen=True)
class Tie:
    """What a person has with a producer, declared before the round."""

    person_id: int
    life: Life
    kind: InterestKind


@dataclass
class Office:
    """A committee and its SPG. Each office draws from a source of its own, so that what happens in
    one is the same whatever happens in another."""

    place: Place
    number: int
    lives: list[Life]
    source: Random
    people: People
    committee_id: int = 0
    spg_id: int = 0
    guarantee_id: int = 0
    coordinator: Actor = SYSTEM
    secretary: Actor = SYSTEM
    evaluator: Actor | None = None
    """Who signs in as an evaluator: in the first committee only."""
    members: list[Seat] = field(default_factory=list)
    appeals: list[Seat] = field(default_factory=list)
    evaluators: dict[int, int] = field(default_factory=dict)
    """By person: the present appointment."""
    ties: list[Tie] = field(default_factory=list)
    registration_id: int = 0
    actas: int = 0
    seals: dict[int, str] = field(default_factory=dict)
    """By producer: the code of the last organic seal."""
    farms: Farms | None = None

    @property
    def under_way(self) -> bool:
        """The first committee is in the middle of a round on the day of the load."""
        return self.number == 0

    def meeting(self, today: date, cycle: int) -> date:
        return meeting_day(today, self.place.lag, cycle, under_way=self.under_way)

    def cycles(self) -> int:
        """How many yearly rounds have come to their end."""
        return CYCLES - 1 if self.under_way else CYCLES

    @property
    def new_code(self) -> Callable[[], str]:
        return partial(code_from, self.source)

    def acta(self, day: date) -> str:
        self.actas += 1
        return f"{self.actas:02d}/{day.year}"

    def waivers(self) -> dict[str, str]:
        """What a committee that is not recognised yet writes into each acta."""
        if self.place.recognised:
            return {}
        return {
            "committee_recognised": (
                "El reconocimiento del comité está en trámite en el Concejo Municipal; el SPG está "
                "registrado y las familias no deben esperar."
            )
        }

    def chance(self, share: float) -> bool:
        return self.source.random() < share

    def some(self, things: list[Any], share: float) -> list[Any]:
        return [thing for thing in things if self.chance(share)]

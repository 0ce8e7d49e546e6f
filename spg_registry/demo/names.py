"""Invented people: given names and surnames that are common in Bolivia, put together at random.

No list of real persons stands behind this. Identity numbers have ten digits, which no card has.
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from random import Random

from spg_registry.people.models import Sex

_DATA = tomllib.loads((Path(__file__).parent / "data" / "names.toml").read_text(encoding="utf-8"))


def _several(key: str) -> list[str]:
    """Names of several words, which stand apart by semicolons."""
    return [" ".join(name.split()) for name in _DATA[key].split(";")]


WOMEN, MEN, SURNAMES = (_DATA[key].split() for key in ("women", "men", "surnames"))
ORGANISATIONS, PLOTS = _several("organisations"), _several("plots")
_HIGHLAND, _LOWLAND, _SAINTS = map(_several, ("highland_places", "lowland_places", "saints"))
_GROUPS, _COMPANIES = _several("groups"), _several("companies")
_SIDES = ("", "Alto ", "Bajo ")
_BEGINNING = ("Ayllu", "Asociación", "Grupo", "Taller", "Cooperativa")


@dataclass(frozen=True)
class Somebody:
    names: str
    surnames: str
    sex: Sex
    ci: str | None = None
    birth_year: int | None = None


class People:
    """Draws people; `first_ci` begins a range of numbers that nobody else draws from."""

    def __init__(self, source: Random, first_ci: int, this_year: int) -> None:
        self._source = source
        self._ci = first_ci
        self._year = this_year

    def somebody(self, sex: Sex, surname: str | None = None) -> Somebody:
        draw = self._source
        given = WOMEN if sex is Sex.WOMAN else MEN
        names = draw.choice(given)
        if draw.random() < 0.35:
            names = f"{names} {draw.choice(given)}"
        surnames = f"{surname or draw.choice(SURNAMES)} {draw.choice(SURNAMES)}"
        ci = None
        if draw.random() < 0.7:
            self._ci += draw.randint(1, 40)
            ci = str(self._ci)
        year = self._year - draw.randint(22, 74) if draw.random() < 0.8 else None
        return Somebody(names, surnames, sex, ci, year)

    def either(self) -> Somebody:
        return self.somebody(self._source.choice((Sex.WOMAN, Sex.MAN)))


def communities(source: Random, count: int, lowland: bool) -> list[str]:
    """Different names for the communities of one municipality."""
    bases = [*(_LOWLAND if lowland else _HIGHLAND), *_SAINTS]
    every = [f"{side}{base}" for base in bases for side in _SIDES]
    return source.sample(every, count)


def group_name(source: Random, place: str) -> str:
    return f"{source.choice(_BEGINNING)} {source.choice(_GROUPS)} de {place}"


def company_name(source: Random) -> str:
    return f"{source.choice(_COMPANIES)} {source.choice(('S.R.L.', 'Unipersonal'))}"

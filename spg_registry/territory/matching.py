"""Which municipality somebody meant. What fits two is never guessed: the candidates come back.

Seven codes changed meaning between the catalogues of 2012 and 2024 and nine names repeat, so a
code is read as one of 2024 (with a note where 2012 said otherwise) and a bare name may not do.
"""

import re
from dataclasses import dataclass
from difflib import get_close_matches
from typing import ClassVar, Literal

from sqlmodel import Session

from spg_registry.core.errors import Fault
from spg_registry.territory.atlas import Atlas, atlas_of
from spg_registry.territory.models import Department, Municipality
from spg_registry.territory.names import name_key

_CODE = re.compile(r"\d{5,6}")


@dataclass(frozen=True)
class Found:
    """One municipality. `was` is what the code meant in 2012, when that was another one."""

    outcome: ClassVar[Literal["found"]] = "found"
    municipality: Municipality
    was: Municipality | None = None

    def note(self, field: str = "municipality") -> Fault | None:
        """Worth showing, though nothing is wrong: `municipality_code_renumbered`."""
        if self.was is None:
            return None
        params = {
            "code": self.municipality.ine_code,
            "name": self.municipality.name,
            "name_2012": self.was.name,
            "code_now": self.was.ine_code,
        }
        return Fault(field, "municipality_code_renumbered", params)


@dataclass(frozen=True)
class Ambiguous:
    """Several fit. `labels` are spelled so that each of them would be found."""

    outcome: ClassVar[Literal["ambiguous"]] = "ambiguous"
    text: str
    candidates: tuple[Municipality, ...]
    labels: tuple[str, ...]

    def fault(self, field: str = "municipality") -> Fault:
        params = {"text": self.text, "candidates": "; ".join(self.labels)}
        return Fault(field, "municipality_ambiguous", params)


@dataclass(frozen=True)
class Missing:
    """None fits. `code` says why; `labels` are near spellings, if any, for a person to pick."""

    outcome: ClassVar[Literal["missing"]] = "missing"
    text: str
    code: str
    labels: tuple[str, ...] = ()
    department: str = ""

    def fault(self, field: str = "municipality") -> Fault:
        params = {
            "text": self.text,
            "department": self.department,
            "candidates": "; ".join(self.labels) or "—",
        }
        return Fault(field, self.code, params)


Match = Found | Ambiguous | Missing


def _department(book: Atlas, text: str) -> Department | None:
    key = name_key(text)
    return book.department_keys.get(key.zfill(2) if key.isdigit() else key)


def find_municipality(
    session: Session, text: str, department: str | None = None, *, name: str | None = None
) -> Match:
    """By INE code, by name or alias, by `name, department`; `department` narrows all of them.

    A list that has a column for the code and one for the name passes both (`text` and `name`):
    when they disagree, both municipalities are candidates. Five digits are a code whose first
    zero a spreadsheet ate.
    """
    book = atlas_of(session)
    text = text.strip()
    within = None
    if department and department.strip():
        within = _department(book, department)
        if within is None:
            return Missing(text, "department_unknown", department=department.strip())
    if _CODE.fullmatch(text):
        return _by_code(book, text, within, name)
    return _by_name(book, text, within)


def _by_code(book: Atlas, text: str, within: Department | None, name: str | None) -> Match:
    place = book.municipalities.get(text.zfill(6))
    if place is None:
        return Missing(text, "municipality_unknown")
    if within is not None and place.department_code != within.code:
        return Missing(text, "municipality_elsewhere", (book.label(place),), department=within.name)
    was = book.by_code_2012.get(place.ine_code) if place.is_renumbered else None
    if name and name.strip():
        meant = _places(_by_name(book, name.strip(), within))
        if meant and place not in meant:
            return _ambiguous(book, f"{text} {name.strip()}", [place, *meant])
    return Found(place, was)


def _places(match: Match) -> tuple[Municipality, ...]:
    if isinstance(match, Found):
        return (match.municipality,)
    return match.candidates if isinstance(match, Ambiguous) else ()


def _by_name(book: Atlas, text: str, within: Department | None) -> Match:
    key = name_key(text)
    places = book.municipality_keys.get(key, [])
    if not places:
        key, places = _with_department_behind(book, key)
    inside = [row for row in places if within is None or row.department_code == within.code]
    if len(inside) == 1:
        return Found(inside[0])
    if inside:
        return _ambiguous(book, text, inside)
    if places and within is not None:
        labels = tuple(book.label(row) for row in places)
        return Missing(text, "municipality_elsewhere", labels, department=within.name)
    return Missing(text, "municipality_unknown", _near(book, key, within))


def _with_department_behind(book: Atlas, key: str) -> tuple[str, list[Municipality]]:
    """`entre rios tarija`, as in *Entre Ríos (Tarija)* or *Entre Ríos, Tarija*."""
    for department in book.departments.values():
        front = key.removesuffix(" " + name_key(department.name))
        if front != key:
            places = book.municipality_keys.get(front, [])
            return front, [row for row in places if row.department_code == department.code]
    return key, []


def _ambiguous(book: Atlas, text: str, places: list[Municipality]) -> Ambiguous:
    return Ambiguous(text, tuple(places), tuple(book.label(row) for row in places))


def _near(book: Atlas, key: str, within: Department | None) -> tuple[str, ...]:
    pool = [
        name
        for name, rows in book.municipality_keys.items()
        if within is None or any(row.department_code == within.code for row in rows)
    ]
    close = get_close_matches(key, pool, n=3, cutoff=0.8)
    rows = {row.ine_code: row for name in close for row in book.municipality_keys[name]}
    return tuple(book.label(row) for row in rows.values())

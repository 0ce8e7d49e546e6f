"""A row of a list as a producer, or everything that is wrong with it, cell by cell."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from sqlmodel import Session

from spg_registry.core.errors import Fault
from spg_registry.core.spreadsheets import Cell, Header, Row, cell_name, normalise
from spg_registry.people.identity import MistypedCi, ci_key, parse_ci
from spg_registry.people.models import Sex
from spg_registry.producers.checks import ON_LAND, past
from spg_registry.producers.importing import cells
from spg_registry.producers.importing.cells import CellFault
from spg_registry.producers.importing.columns import ALSO, NOT_DATA, SURNAMES, WHOLE_NAMES
from spg_registry.producers.models import ProducerKind, Tenure
from spg_registry.rules.words import ActivityKind, LastInput
from spg_registry.territory.matching import Found, find_municipality
from spg_registry.territory.models import Product
from spg_registry.territory.names import name_key
from spg_registry.territory.queries import find_products

T = TypeVar("T")


@dataclass(frozen=True)
class CellProblem:
    """Why a row is not taken. `column` is the field's name; the sentence is `error.<code>`."""

    column: str
    cell: str
    code: str
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class CropDraft:
    """A product of the row. One that stands `on_land` and does not say how much gets its share
    when it is known whose it is (`spread`)."""

    product_code: str
    on_land: bool = False
    area_m2: int | None = None
    heads: int | None = None
    hives: int | None = None


@dataclass(frozen=True)
class Draft:
    """What a row says; None where it says nothing."""

    number: int
    names: str
    surnames: str
    community: str
    municipality_code: str
    code: str | None = None
    display_name: str | None = None
    kind: ProducerKind | None = None
    ci: str | None = None
    ci_suffix: str | None = None
    ci_hash: str | None = None
    sex: Sex | None = None
    birth_year: int | None = None
    phone: str | None = None
    organisation: str | None = None
    enrolled_on: date | None = None
    pledge_signed_on: date | None = None
    unit_name: str | None = None
    area_m2: int | None = None
    last_input: LastInput | None = None
    last_input_on: date | None = None
    crops: tuple[CropDraft, ...] = ()
    tenure: Tenure | None = None

    @property
    def full_name(self) -> str:
        return f"{self.names} {self.surnames}".strip()

    @property
    def has_unit(self) -> bool:
        return bool(self.unit_name or self.area_m2 or self.crops or self.tenure)


@dataclass(frozen=True)
class Options:
    """What the person who imports says of the list as a whole."""

    share_area: bool = False
    """Land is shared equally among a row's products that have no area of their own."""
    admitted: bool = False
    """The committee has admitted these producers; else newcomers are applicants."""


@dataclass(frozen=True)
class Frame:
    """What all rows of a list stand in: its header, and the SPG's own municipalities."""

    header: Header
    municipalities: tuple[str, ...]
    sexes: dict[str, Sex]
    today: date
    options: Options


class RowReader:
    """Reads rows of one list. `read` gives a draft, or the problems; both None for an empty row."""

    def __init__(self, session: Session, frame: Frame) -> None:
        self.session = session
        self.frame = frame
        self._places: dict[tuple[str | None, ...], str | Fault] = {}

    def read(self, row: Row) -> tuple[Draft | None, list[CellProblem]]:
        if not any(
            self.frame.header.cell(row, name) is not None
            for name in self.frame.header.columns
            if name not in NOT_DATA
        ):
            return None, []
        return _Reading(self, row).draft()

    def municipality(self, code: str | None, name: str | None, department: str | None) -> str:
        """The INE code, from the columns there are; the SPG's own when the list has none."""
        where = (code, name, department)
        if where not in self._places:
            self._places[where] = self._find(code, name, department)
        found = self._places[where]
        if isinstance(found, Fault):
            raise CellFault(found.code, **found.params)
        return found

    def _find(self, code: str | None, name: str | None, department: str | None) -> str | Fault:
        own = self.frame.municipalities
        if code is None and name is None:
            return own[0] if len(own) == 1 else Fault("", "municipality_missing")
        match = find_municipality(self.session, code or name or "", department, name=name)
        if not isinstance(match, Found):
            return match.fault()
        if own and match.municipality.ine_code not in own:
            return Fault("", "municipality_not_of_spg", {"text": match.municipality.name})
        return match.municipality.ine_code


class _Reading:
    """One row being read: every cell is tried, so that all problems come back at once."""

    def __init__(self, reader: RowReader, row: Row) -> None:
        self.reader = reader
        self.header = reader.frame.header
        self.row = row
        self.problems: list[CellProblem] = []

    def draft(self) -> tuple[Draft | None, list[CellProblem]]:
        kind = self._take("kind", lambda cell: cells.one_of(cell, cells.KINDS))
        names, surnames = self._name()
        last_input, last_input_on = self._last_input()
        ci, suffix, ci_hash = self._ci()
        area = self._area()
        draft = Draft(
            number=self.row.number,
            names=names,
            surnames=surnames,
            community=self._needed("community", lambda cell: cells.name(cell, 120)),
            municipality_code=self._municipality(),
            code=self._take("code", lambda cell: cells.short(cells.text(cell), 40)),
            display_name=self._take("display_name", lambda cell: cells.name(cell, 160)),
            kind=kind,
            ci=ci,
            ci_suffix=suffix,
            ci_hash=ci_hash,
            sex=self._take("sex", lambda cell: cells.sex(cell, self.reader.frame.sexes)),
            birth_year=self._take("birth_year", cells.birth_year),
            phone=self._take("phone", lambda cell: cells.short(cells.text(cell), 24)),
            organisation=self._take("organisation", lambda cell: cells.name(cell, 160)),
            enrolled_on=self._take("enrolled_on", cells.day),
            pledge_signed_on=self._take("pledge_signed_on", cells.day),
            unit_name=self._take("unit_name", lambda cell: cells.short(cells.text(cell), 120)),
            area_m2=area,
            last_input=last_input,
            last_input_on=last_input_on,
            crops=self._take("products", self._crops) or (),
            tenure=self._take("tenure", lambda cell: cells.one_of(cell, cells.TENURES)),
        )
        if draft.last_input is not None and draft.area_m2 is None and not self._wrong("area"):
            self._problem("last_input", CellFault("area_missing_for_input"))
        self._days(draft)
        return (None, self.problems) if self.problems else (draft, [])

    def _days(self, draft: Draft) -> None:
        """What happened cannot lie ahead."""
        today = self.reader.frame.today
        for name, day in (
            ("enrolled_on", draft.enrolled_on),
            ("pledge_signed_on", draft.pledge_signed_on),
            ("last_input", draft.last_input_on),
        ):
            for fault in past(name, day, today):
                self._problem(name, CellFault(fault.code, **fault.params))
        if draft.birth_year is not None and draft.birth_year > today.year:
            self._problem("birth_year", CellFault("birth_year_ahead", year=today.year))

    def _name(self) -> tuple[str, str]:
        """From two columns, or from one: a `Nombre` without surnames beside it is a whole name."""
        there = self.header.columns
        if "names" in there and any(name in there for name in SURNAMES):
            names: str = self._needed("names", lambda cell: cells.name(cell, 80))
            return names, self._surnames()
        given = next((name for name in WHOLE_NAMES if name in there), "names")
        parts = self._needed(
            given, lambda cell: self._parts(cell, surnames_first=given == "surnames_first")
        )
        return parts or ("", "")

    def _surnames(self) -> str:
        if "surnames" in self.header.columns:
            surnames: str = self._needed("surnames", lambda cell: cells.name(cell, 80))
            return surnames
        both = [
            self._take(name, lambda cell: cells.name(cell, 40))
            for name in ("first_surname", "second_surname")
        ]
        if not any(both):
            self._problem("surnames", CellFault("required"))
        return " ".join(part for part in both if part)

    def _parts(self, cell: Cell, *, surnames_first: bool) -> tuple[str, str] | None:
        full = cells.name(cell, 160)
        if full is None:
            return None
        names, surnames = cells.split_name(full, surnames_first=surnames_first)
        return cells.short(names, 80) or "", cells.short(surnames, 80) or ""

    def _ci(self) -> tuple[str | None, str | None, str | None]:
        typed = self._take("ci", lambda cell: cells.ci(cell, self._cell("ci_suffix")))
        if typed is None or typed[0] is None:
            return None, None, None
        try:
            found = parse_ci(f"{typed[0]}{typed[1] or ''}")
        except MistypedCi:
            self._problem("ci", CellFault("ci_mistyped"))
            return None, None, None
        return found.number, found.suffix, ci_key(found.number)

    def _municipality(self) -> str:
        def text_of(name: str) -> str | None:
            return self._take(name, cells.text)

        code, name, department = map(text_of, ("municipality_code", "municipality", "department"))
        at = "municipality_code" if code else "municipality"
        try:
            return self.reader.municipality(code, name, department)
        except CellFault as fault:
            if not (self._wrong("municipality") or self._wrong("municipality_code")):
                self._problem("department" if fault.code == "department_unknown" else at, fault)
            return ""

    def _area(self) -> int | None:
        """From whichever column of areas has something in it; two that disagree are a problem."""
        found: dict[str, int] = {}
        for name, unit in (("area_ha", "ha"), ("area_m2", "m2"), ("area", None)):
            value = self._take(name, lambda cell, unit=unit: cells.area_m2(cell, unit))  # type: ignore[misc]
            if value is not None:
                found[name] = value
        if len(set(found.values())) > 1:
            self._problem(list(found)[1], CellFault("areas_disagree"))
        return next(iter(found.values()), None)

    def _last_input(self) -> tuple[LastInput | None, date | None]:
        if self._cell("last_input") is None:
            return None, None
        known = self._take("last_input", cells.last_input)
        return known or (None, None)

    def _crops(self, cell: Cell) -> tuple[CropDraft, ...]:
        crops: dict[str, CropDraft] = {}
        for name, number, unit in cells.products(cell):
            product = self._product(name)
            crops[product.code] = _counted(product, number, unit)
        return tuple(crops.values())

    def _product(self, name: str) -> Product:
        found = find_products(self.reader.session, name)
        if not found:
            raise CellFault("product_unknown", text=name)
        if len(found) > 1:
            choices = "; ".join(each.es for each in found)
            raise CellFault("product_ambiguous", text=name, candidates=choices)
        return found[0]

    def _cell(self, name: str) -> Cell:
        return self.header.cell(self.row, name)

    def _take(self, name: str, read: Callable[[Cell], T]) -> T | None:
        try:
            return read(self._cell(name))
        except CellFault as fault:
            self._problem(name, fault)
            return None

    def _needed(self, name: str, read: Callable[[Cell], T | None]) -> Any:
        value = self._take(name, read)
        if value is None and not self._wrong(name):
            self._problem(name, CellFault("required"))
        return "" if value is None else value

    def _wrong(self, name: str) -> bool:
        return any(problem.column.startswith(name) for problem in self.problems)

    def _problem(self, name: str, fault: CellFault) -> None:
        self.problems.append(CellProblem(name, self.where(name), fault.code, fault.params))

    def where(self, name: str) -> str:
        """The cell of a field, or the row alone for a column that the list does not have."""
        return cell_of(self.header, self.row.number, name)


def cell_of(header: Header, number: int, name: str) -> str:
    """The name of the cell that a field was read from; the row's number when there is none."""
    columns = header.columns
    found = next((each for each in (name, *ALSO.get(name, ())) if each in columns), None)
    return str(number) if found is None else cell_name(number, columns[found])


def sexes_of(header: Header, rows: Iterator[Row]) -> dict[str, Sex]:
    """The words for sexes as this list uses them."""
    column = {
        normalise(cell)
        for cell in (header.cell(row, "sex") for row in rows)
        if isinstance(cell, str)
    }
    return cells.sex_words(column)


def _counted(product: Product, number: str | None, unit: str | None) -> CropDraft:
    kind = ActivityKind(product.kind)
    if kind in ON_LAND:
        said = f"{number} {unit or ''}".strip() if number else None
        return CropDraft(product.code, on_land=True, area_m2=cells.area_m2(said, None))
    if number is None:
        return CropDraft(product.code)
    amount = cells.number(number, whole=True) or Decimal(0)
    whole = int(amount) if amount == int(amount) and 0 < amount < 2**31 else 0
    if not whole:
        raise CellFault("cell_bad_number", text=number)
    if kind is ActivityKind.LIVESTOCK:
        return CropDraft(product.code, heads=whole)
    return CropDraft(product.code, hives=whole if kind is ActivityKind.APICULTURE else None)


def spread(crops: Sequence[CropDraft], area: int | None, *, share: bool) -> tuple[CropDraft, ...]:
    """The crops with land for those that do not say theirs: what is left of `area` for the only
    one, equal parts for several if `share` is wanted. Raises CellFault where it does not go up."""
    open_ones = [crop for crop in crops if crop.on_land and crop.area_m2 is None]
    if not open_ones or area is None:
        return tuple(crops)
    stated = sum(crop.area_m2 or 0 for crop in crops)
    each = (area - stated) // len(open_ones)
    if (len(open_ones) > 1 and not share) or (each < 1 and stated < area):
        raise CellFault("crop_areas_missing")
    if each < 1:
        raise CellFault("crop_areas_too_large")
    return tuple(replace(crop, area_m2=each) if crop in open_ones else crop for crop in crops)


def plain_name(text: str) -> frozenset[str]:
    """The words of a name, for comparing names whatever their order."""
    return frozenset(name_key(text).split())

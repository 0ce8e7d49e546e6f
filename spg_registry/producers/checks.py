"""What does not make sense in an input: every fault at once, each at its field.

Fields are named as forms name them: `units-0-plots-1-area_m2`; in a batch the place in the batch
comes first (`17-units-0-…`).
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from spg_registry.core.errors import Fault
from spg_registry.producers.models import ProducerKind
from spg_registry.producers.schemas import (
    CropIn,
    EnrolmentIn,
    HolderIn,
    Place,
    PledgeIn,
    PlotIn,
    ProducerIn,
    UnitIn,
)
from spg_registry.rules.words import ActivityKind, LastInput
from spg_registry.territory.models import NAME_LENGTH, Municipality, Product
from spg_registry.territory.names import name_key

SOUTH, NORTH, WEST, EAST = -22.95, -9.6, -69.7, -57.4
"""Bolivia's bounding box in degrees, a little wide."""
FIRST_SEASON = 1990

ON_LAND = frozenset({ActivityKind.ANNUAL, ActivityKind.PERENNIAL})
ON_A_PLOT = ON_LAND | {ActivityKind.LIVESTOCK, ActivityKind.APICULTURE}
"""Kinds whose transition clock is a plot's; gathering has its zone, processed goods a facility."""


@dataclass(frozen=True)
class Known:
    """What the registry holds of the things a batch refers to."""

    today: date
    products: Mapping[str, Product]
    municipalities: Mapping[str, Municipality]
    communities: frozenset[int] = frozenset()
    persons: frozenset[int] = frozenset()
    households: frozenset[int] = frozenset()
    taken_codes: frozenset[str] = frozenset()
    """Codes of enrolments in the SPG."""
    organisations: Mapping[str, int] | None = None
    """Ids by code and by `name_key`."""

    def organisation(self, text: str) -> int | None:
        by_name = self.organisations or {}
        return by_name.get(text) or by_name.get(name_key(text))


def batch_faults(batch: Sequence[ProducerIn], known: Known) -> list[Fault]:
    """Of a whole batch; the same code twice within it is found too."""
    codes = Counter(item.enrolment.code for item in batch if item.enrolment.code)
    found: list[Fault] = []
    for n, item in enumerate(batch):
        found += producer_faults(item, known, f"{n}-")
        code = item.enrolment.code
        if code and codes[code] > 1:
            found.append(Fault(f"{n}-enrolment-code", "enrolment_code_twice", {"number": code}))
    return found


def producer_faults(item: ProducerIn, known: Known, at: str = "") -> Iterator[Fault]:
    if item.is_given:
        yield from place_faults(item, known, at)
    else:
        yield Fault(f"{at}community", "community_missing")
    yield from _holders(item, known, at)
    if item.kind in (ProducerKind.GROUP, ProducerKind.COMPANY) and not item.display_name:
        yield Fault(f"{at}display_name", "display_name_missing")
    if item.household_id is not None and item.household_id not in known.households:
        yield Fault(f"{at}household_id", "household_unknown")
    for n, name in enumerate(item.organisations):
        if known.organisation(name) is None:
            yield Fault(f"{at}organisations-{n}", "organisation_unknown", {"text": name})
    yield from enrolment_faults(item.enrolment, known, f"{at}enrolment-")
    for n, unit in enumerate(item.units):
        yield from unit_faults(unit, known, f"{at}units-{n}-")


def place_faults(place: Place, known: Known, at: str) -> Iterator[Fault]:
    if place.community_id is not None:
        if place.community_id not in known.communities:
            yield Fault(f"{at}community_id", "community_unknown")
        return
    code = place.municipality_code
    if code is None:
        yield Fault(f"{at}municipality_code", "municipality_missing")
    elif code not in known.municipalities:
        params = {"text": code, "candidates": "—"}
        yield Fault(f"{at}municipality_code", "municipality_unknown", params)
    if place.community is None or len(name_key(place.community)) < 2:
        yield Fault(f"{at}community", "community_missing")
    elif len(name_key(place.community)) > NAME_LENGTH:
        yield Fault(f"{at}community", "community_name_long", {"most": NAME_LENGTH})


def _holders(item: ProducerIn, known: Known, at: str) -> Iterator[Fault]:
    for n, holder in enumerate(item.holders):
        yield from holder_faults(holder, known, f"{at}holders-{n}-")
    ids = [holder.person_id for holder in item.holders if holder.person_id is not None]
    if len(ids) > len(set(ids)):
        yield Fault(f"{at}holders", "holder_twice")
    if item.kind is ProducerKind.PERSON and len(item.holders) > 1:
        yield Fault(f"{at}holders", "person_has_one_holder")


def holder_faults(holder: HolderIn, known: Known, at: str) -> Iterator[Fault]:
    """Numbers and years of birth are `people.service.person_faults`'s."""
    if holder.person_id is not None:
        if holder.person_id not in known.persons:
            yield Fault(f"{at}person_id", "person_unknown")
        return
    for name in ("names", "surnames"):
        if not getattr(holder, name):
            yield Fault(f"{at}{name}", "required")


def enrolment_faults(enrolment: EnrolmentIn, known: Known, at: str) -> Iterator[Fault]:
    if enrolment.code and enrolment.code in known.taken_codes:
        yield Fault(f"{at}code", "enrolment_code_taken", {"number": enrolment.code})
    yield from past(f"{at}enrolled_on", enrolment.enrolled_on, known.today)
    if enrolment.pledge is not None:
        yield from pledge_faults(enrolment.pledge, known.today, f"{at}pledge-")


def pledge_faults(pledge: PledgeIn, today: date, at: str) -> Iterator[Fault]:
    yield from past(f"{at}signed_on", pledge.signed_on, today)
    if pledge.signed_by_mark and not pledge.witness:
        yield Fault(f"{at}witness", "witness_missing")


def unit_faults(unit: UnitIn, known: Known, at: str) -> Iterator[Fault]:
    if unit.is_given:
        yield from place_faults(unit, known, at)
    yield from point_faults(unit.lat, unit.lon, at)
    yield from past(f"{at}since", unit.since, known.today)
    for n, plot in enumerate(unit.plots):
        yield from plot_faults(plot, known.today, f"{at}plots-{n}-")
    land = Land(tuple(plot.area_m2 for plot in unit.plots), {})
    for n, crop in enumerate(unit.crops):
        yield from crop_faults(crop, land, known, f"{at}crops-{n}-")


def point_faults(lat: float | None, lon: float | None, at: str) -> Iterator[Fault]:
    if lat is None and lon is None:
        return
    if lat is None or lon is None:
        yield Fault(f"{at}{'lat' if lat is None else 'lon'}", "point_incomplete")
    elif not (SOUTH <= lat <= NORTH and WEST <= lon <= EAST):  # NaN is outside as well
        yield Fault(f"{at}lat", "point_outside")


def plot_faults(plot: PlotIn, today: date, at: str) -> Iterator[Fault]:
    if plot.area_m2 <= 0:
        yield Fault(f"{at}area_m2", "area_not_positive")
    yield from clock_faults(plot.known, plot.last_input_on, today, at)


def clock_faults(known: LastInput, day: date | None, today: date, at: str) -> Iterator[Fault]:
    if known is LastInput.DATE and day is None:
        yield Fault(f"{at}last_input_on", "last_input_date_missing")
    if known is not LastInput.DATE and day is not None:
        yield Fault(f"{at}last_input_on", "last_input_date_contradicts")
    yield from past(f"{at}last_input_on", day, today)


@dataclass(frozen=True)
class Land:
    """The plots that crops may stand on: areas by place in a list, and by code."""

    listed: tuple[int, ...]
    coded: Mapping[str, int]

    def only(self) -> int | str | None:
        """The one plot, when there is only one."""
        if len(self.listed) + len(self.coded) != 1:
            return None
        return 0 if self.listed else next(iter(self.coded))

    def place_of(self, crop: CropIn, kind: ActivityKind | None) -> int | str | None:
        """Where a crop stands: as it says, else on the only plot, unless it is gathered."""
        if crop.plot_code is not None:
            return crop.plot_code
        if crop.plot is not None:
            return crop.plot
        return None if kind is ActivityKind.WILD else self.only()

    def whole(self) -> int:
        return sum(self.listed) + sum(self.coded.values())

    def area(self, place: int | str) -> int | None:
        """None when there is no such plot."""
        if isinstance(place, str):
            return self.coded.get(place)
        return self.listed[place] if 0 <= place < len(self.listed) else None


def crop_faults(crop: CropIn, land: Land, known: Known, at: str) -> Iterator[Fault]:
    product = known.products.get(crop.product_code)
    kind = ActivityKind(product.kind) if product else None
    if kind is None:
        yield Fault(f"{at}product_code", "product_unknown", {"text": crop.product_code})
    last = known.today.year + 1
    if crop.season is not None and not FIRST_SEASON <= crop.season <= last:
        params = {"first": FIRST_SEASON, "last": last}
        yield Fault(f"{at}season", "season_out_of_range", params)
    yield from _quantities(crop, kind, at)
    yield from _standing(crop, kind, land, at)


def _quantities(crop: CropIn, kind: ActivityKind | None, at: str) -> Iterator[Fault]:
    for name in ("area_m2", "heads", "hives", "expected_kg"):
        value = getattr(crop, name)
        if value is not None and (value < 0 or (value == 0 and name != "expected_kg")):
            code = "area_not_positive" if name == "area_m2" else "number_not_positive"
            yield Fault(f"{at}{name}", code)
    if kind in ON_LAND and crop.area_m2 is None:
        yield Fault(f"{at}area_m2", "crop_area_missing")
    if kind is ActivityKind.LIVESTOCK and crop.heads is None and crop.area_m2 is None:
        yield Fault(f"{at}heads", "crop_heads_missing")
    if kind is ActivityKind.APICULTURE and crop.hives is None:
        yield Fault(f"{at}hives", "crop_hives_missing")


def _standing(crop: CropIn, kind: ActivityKind | None, land: Land, at: str) -> Iterator[Fault]:
    """A crop that names no plot is of the unit's whole land: then there must be land."""
    place = land.place_of(crop, kind)
    area = land.whole() if place is None else land.area(place)
    if area is None:
        yield Fault(f"{at}{'plot_code' if crop.plot_code else 'plot'}", "crop_plot_unknown")
    elif area == 0 and place is None:
        if kind in ON_A_PLOT:
            yield Fault(f"{at}plot", "crop_without_land")
    elif place is None and kind is ActivityKind.WILD:
        return  # gathered in the zone, which has bounds and no area
    elif crop.area_m2 is not None and 0 < area < crop.area_m2:
        params = {"area": crop.area_m2, "plot_area": area}
        yield Fault(f"{at}area_m2", "crop_larger_than_plot", params)


def past(name: str, day: date | None, today: date) -> Iterator[Fault]:
    """A day that something happened on cannot lie ahead, nor before anybody's time."""
    if day is not None and day > today:
        yield Fault(name, "date_in_future", {"day": day})
    if day is not None and day.year < 1900:
        yield Fault(name, "date_too_old", {"day": day})

"""A small map without tiles: points and outlines in metres, north above, a scale and numbers.

Everything is worked out here, so that the page only writes it down. The numbers lead to the list
beside the map, which says the same in words.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from spg_registry.producers.answers import UnitOut
from spg_registry.producers.outlines import Corners, area_of, metres, middle_of

WIDTH: Final = 360
"""Of the drawing, as wide as a telephone's screen: its letters stay readable there."""
_SMALLEST, _LARGEST = 150, 320
"""Heights between which a drawing keeps its proportions."""
_MARGIN: Final = 34
_LEAST_M: Final = 60.0
"""Of land shown: a single point stands in some of its surroundings."""
_APART: Final = 17
"""Between two numbers, so that they do not lie on each other."""


@dataclass(frozen=True)
class Mark:
    """`corners` is empty for a point. `unit` and `plot` are codes; a unit's own point has none of
    the latter. `area_m2` is of the outline, beside what was declared."""

    number: int
    unit: str
    plot: str
    name: str
    lon: float
    lat: float
    x: float
    y: float
    label_x: float
    label_y: float
    corners: str
    area_m2: int
    declared_m2: int


@dataclass(frozen=True)
class Sketch:
    width: int
    height: int
    marks: Sequence[Mark]
    bar: float
    bar_m: int


@dataclass(frozen=True)
class _Thing:
    unit: str
    plot: str
    name: str
    corners: Corners
    declared_m2: int = 0


def sketch_of(units: Sequence[UnitOut]) -> Sketch | None:
    """Of open units as far as the reader may see where they lie; None for nothing to draw."""
    things = [thing for unit in units if unit.until is None for thing in _things(unit)]
    if not things:
        return None
    every = [corner for thing in things for corner in thing.corners]
    lon, lat = middle_of([[min(c) for c in zip(*every, strict=True)], _highest(every)])
    flat = {id(thing): metres(thing.corners, lon, lat) for thing in things}
    reach_x = max(abs(x) for places in flat.values() for x, _ in places)
    reach_y = max(abs(y) for places in flat.values() for _, y in places)
    reach_x, reach_y = max(reach_x, _LEAST_M), max(reach_y, _LEAST_M / 2)
    inner = WIDTH / 2 - _MARGIN
    scale = min(inner / reach_x, (_LARGEST / 2 - _MARGIN) / reach_y)
    height = round(min(_LARGEST, max(_SMALLEST, 2 * (reach_y * scale + _MARGIN))))
    marks: list[Mark] = []
    for number, thing in enumerate(things, start=1):
        drawn = [(WIDTH / 2 + x * scale, height / 2 - y * scale) for x, y in flat[id(thing)]]
        marks.append(_mark(number, thing, drawn, height, marks))
    bar_m = _round_length(90 / scale)
    return Sketch(WIDTH, height, marks, round(bar_m * scale, 1), bar_m)


def _highest(every: Corners) -> list[float]:
    return [max(c) for c in zip(*every, strict=True)]


def _things(unit: UnitOut) -> list[_Thing]:
    plots = [
        _Thing(unit.code, plot.code, plot.name, plot.outline, plot.area_m2)
        for plot in unit.plots
        if plot.outline
    ]
    if unit.lat is None or unit.lon is None:
        return plots
    return [_Thing(unit.code, "", unit.name, [[unit.lon, unit.lat]]), *plots]


def _mark(
    number: int,
    thing: _Thing,
    drawn: Sequence[tuple[float, float]],
    height: int,
    before: Sequence[Mark],
) -> Mark:
    x, y = (sum(part) / len(drawn) for part in zip(*drawn, strict=True))
    outlined = len(drawn) > 1
    label_x, label_y = _free((x, y) if outlined else (x, y - 14), height, before)
    lon, lat = middle_of(thing.corners)
    return Mark(
        number=number,
        unit=thing.unit,
        plot=thing.plot,
        name=thing.name,
        lon=round(lon, 5),
        lat=round(lat, 5),
        x=round(x, 1),
        y=round(y, 1),
        label_x=round(label_x, 1),
        label_y=round(label_y, 1),
        corners=" ".join(f"{a:.1f},{b:.1f}" for a, b in drawn) if outlined else "",
        area_m2=area_of(thing.corners),
        declared_m2=thing.declared_m2,
    )


def _free(wanted: tuple[float, float], height: int, before: Sequence[Mark]) -> tuple[float, float]:
    """The nearest place to write a number where none stands yet; as wanted, when all is full."""
    around = sorted(
        ((dx, dy) for dx in range(-18, 19) for dy in range(-9, 10)), key=lambda d: math.hypot(*d)
    )
    for dx, dy in around:
        x, y = wanted[0] + dx * _APART, wanted[1] + dy * _APART
        inside = _APART < x < WIDTH - 2 * _APART and _APART / 2 < y < height - 2 * _APART
        taken = any(abs(x - m.label_x) < _APART and abs(y - m.label_y) < _APART for m in before)
        if inside and not taken:
            return x, y
    return wanted


def _round_length(metres_: float) -> int:
    """The largest of 1, 2 and 5 times a power of ten that is not longer."""
    power = 10.0 ** math.floor(math.log10(metres_))
    step = max(n for n in (1, 2, 5) if n * power <= metres_ * 1.000001)
    return max(1, round(step * power))

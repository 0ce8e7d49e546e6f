"""Where a plot lies: an outline walked with a telephone, or one point, as GeoJSON (RFC 7946).

Kept as `[[lon, lat], …]`: one pair is a point, more are an outline without its closing pair.
"""

import json
import math
from typing import Any, Final

from spg_registry.core.errors import Fault
from spg_registry.producers.checks import EAST, NORTH, SOUTH, WEST

Corners = list[list[float]]

MOST_CORNERS: Final = 500
LONGEST_TEXT: Final = 100_000
_EARTH: Final = 6_371_008.8
_DIGITS: Final = 6
"""Of a degree: a tenth of a metre."""


class NotAnOutline(ValueError):
    """`code` and `params` are a fault's."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params

    def fault(self, field: str) -> Fault:
        return Fault(field, self.code, dict(self.params))


def outline_in(text: str) -> Corners:
    """A polygon or a point from GeoJSON: a geometry, a feature, or a collection of one. Holes are
    left out. Raises NotAnOutline: `outline_not_geojson`, `outline_many`, `outline_too_long`,
    `outline_too_few`, `outline_swapped`, `outline_outside`."""
    if len(text) > LONGEST_TEXT:
        raise NotAnOutline("outline_too_long", limit=MOST_CORNERS)
    try:
        ring, is_point = _ring(_geometry(json.loads(text)))
        corners = [[round(float(x), _DIGITS), round(float(y), _DIGITS)] for x, y, *_ in ring]
    except (ValueError, TypeError, KeyError, IndexError, OverflowError, RecursionError) as error:
        if isinstance(error, NotAnOutline):
            raise
        raise NotAnOutline("outline_not_geojson") from error
    if len(corners) > 1 and corners[0] == corners[-1]:
        corners.pop()
    if len(corners) > MOST_CORNERS:
        raise NotAnOutline("outline_too_long", limit=MOST_CORNERS)
    if not is_point and len({tuple(corner) for corner in corners}) < 3:
        raise NotAnOutline("outline_too_few")
    if not all(_inside(x, y) for x, y in corners):
        swapped = all(_inside(y, x) for x, y in corners)
        raise NotAnOutline("outline_swapped" if swapped else "outline_outside")
    return corners


def _inside(lon: float, lat: float) -> bool:
    return SOUTH <= lat <= NORTH and WEST <= lon <= EAST


def _geometry(told: Any) -> Any:
    if told["type"] == "FeatureCollection":
        if len(told["features"]) != 1:
            raise NotAnOutline("outline_many", count=len(told["features"]))
        return _geometry(told["features"][0])
    return told["geometry"] if told["type"] == "Feature" else told


def _ring(geometry: Any) -> tuple[list[Any], bool]:
    kind, places = geometry["type"], geometry["coordinates"]
    if kind == "Point":
        return [places], True
    if kind == "Polygon":
        return places[0], False
    if kind == "MultiPolygon":
        if len(places) != 1:
            raise NotAnOutline("outline_many", count=len(places))
        return places[0][0], False
    raise NotAnOutline("outline_not_geojson")


def outline_text(corners: Corners) -> str:
    """As GeoJSON again, for the form and for whoever takes it elsewhere; empty for none."""
    if not corners:
        return ""
    if len(corners) == 1:
        return json.dumps({"type": "Point", "coordinates": corners[0]})
    return json.dumps({"type": "Polygon", "coordinates": [[*corners, corners[0]]]})


def metres(corners: Corners, lon: float, lat: float) -> list[tuple[float, float]]:
    """East and north of a place, in metres; good to a part in a thousand over some kilometres."""
    east = math.radians(1) * _EARTH * math.cos(math.radians(lat))
    north = math.radians(1) * _EARTH
    return [((x - lon) * east, (y - lat) * north) for x, y in corners]


def area_of(corners: Corners) -> int:
    """In m²; 0 for a point."""
    if len(corners) < 3:
        return 0
    flat = metres(corners, *corners[0])
    turned = [*flat[1:], flat[0]]
    twice = sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(flat, turned, strict=True))
    return round(abs(twice) / 2)


def middle_of(corners: Corners) -> tuple[float, float]:
    """The mean of the corners: longitude, latitude."""
    count = len(corners)
    return sum(x for x, _ in corners) / count, sum(y for _, y in corners) / count


def distance_m(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Between two places, each longitude and latitude."""
    ((x, y),) = metres([[*one]], *other)
    return math.hypot(x, y)

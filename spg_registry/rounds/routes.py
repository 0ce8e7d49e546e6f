"""In which order places are seen so that the way is short. Pure: points in, order out."""

from collections.abc import Mapping
from math import cos, hypot, radians
from typing import TypeAlias

Point: TypeAlias = tuple[float, float]
"""Latitude and longitude in degrees."""

_KM_PER_DEGREE = 111.2


def kilometres(one: Point, other: Point) -> float:
    """As the crow flies, good enough inside a department."""
    middle = radians((one[0] + other[0]) / 2)
    north, east = one[0] - other[0], (one[1] - other[1]) * cos(middle)
    return _KM_PER_DEGREE * hypot(north, east)


def middle(points: list[Point]) -> Point | None:
    """Of the points in any order; None of no points."""
    if not points:
        return None
    ordered = sorted(points)
    lat = sum(point[0] for point in ordered) / len(ordered)
    return lat, sum(point[1] for point in ordered) / len(ordered)


def short_way(places: Mapping[int, Point | None]) -> list[int]:
    """From the northernmost always to the nearest that is left; places without a point come last.

    The same places give the same way, in whatever order they come.
    """
    left = {key: point for key, point in places.items() if point is not None}
    way: list[int] = []
    here: Point | None = None
    while left:
        start = here
        if start is None:
            key = min(left, key=lambda key: (-left[key][0], key))
        else:
            key = min(left, key=lambda key: (round(kilometres(start, left[key]), 3), key))
        here = left.pop(key)
        way.append(key)
    return [*way, *sorted(key for key, point in places.items() if point is None)]

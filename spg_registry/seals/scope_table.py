"""Which products, on how much land: one to thirty lines and more in the room there is."""

from dataclasses import dataclass
from typing import Final

from spg_registry.core.messages import format_area
from spg_registry.core.paper import BOLD, SANS, Colour, Fitted, Paper
from spg_registry.seals import ornament

INK: Final[Colour] = (30, 40, 34)
MUTED: Final[Colour] = (82, 93, 86)
_GUTTER: Final = 9.0
# Columns and sizes from the roomiest to the tightest; the first in which all lines fit is taken.
_LAYOUTS: Final = (
    (1, 16.0),
    (1, 14.0),
    (1, 12.0),
    (2, 11.5),
    (2, 10.5),
    (2, 9.5),
    (3, 9.0),
    (3, 8.0),
)
_HEADING: Final = 6.5
_AIR: Final = 0.55


@dataclass(frozen=True)
class ScopeLine:
    """A product and its extent: an area, or words such as *12 colmenas*, or neither.

    One line a product: the caller adds up the units.
    """

    product: str
    area_m2: int | None = None
    extent: str = ""

    @property
    def extent_text(self) -> str:
        return format_area(self.area_m2) if self.area_m2 is not None else self.extent


@dataclass(frozen=True)
class _Row:
    product: Fitted
    extent: str

    @property
    def height(self) -> float:
        return self.product.height + 0.08 * self.product.line_height


def draw_scope(
    paper: Paper,
    lines: tuple[ScopeLine, ...],
    total_area_m2: int | None,
    x: float,
    y: float,
    width: float,
    height: float,
) -> None:
    """Draw the lines inside the given room; what cannot fit is counted, never cut off silently."""
    paper.font(SANS, "", 8.5, MUTED)
    paper.write_lines(paper.fit("Productos y superficie", width, [8.5]), x, y, width)
    if total_area_m2 is not None:
        paper.font(SANS, BOLD, 8.5, INK)
        total = f"Superficie total: {format_area(total_area_m2)}"
        paper.write_lines(paper.fit(total, width, [8.5]), x, y, width, "R")
    ornament.draw_hairline(paper, x, y + 4.8, width)
    _draw_rows(paper, lines, x, y + _HEADING, width, height - _HEADING)


def _draw_rows(
    paper: Paper, lines: tuple[ScopeLine, ...], x: float, y: float, width: float, height: float
) -> None:
    for columns, size in _LAYOUTS:
        column = (width - (columns - 1) * _GUTTER) / columns
        paper.font(SANS, "", size, INK)
        rows = [_row(paper, line, column, size) for line in lines]
        placed = _place(rows, columns, height)
        if placed is not None:
            break
    else:
        placed = _place_what_fits(paper, rows, columns, column, height)
    air = _air(placed, height)
    for place, rows in enumerate(placed):
        below = y
        for row in rows:
            _draw_row(paper, row, x + place * (column + _GUTTER), below, column)
            below += row.height + air


def _air(placed: list[list[_Row]], height: float) -> float:
    """What to add below each row, so that a short list does not huddle at the top."""
    if not placed:
        return 0
    free = min((height - sum(row.height for row in column)) / len(column) for column in placed)
    return min(free, _AIR * placed[0][0].product.line_height)


def _row(paper: Paper, line: ScopeLine, width: float, size: float) -> _Row:
    extent = line.extent_text
    room = width - (paper.get_string_width(extent) + 4 if extent else 0)
    return _Row(paper.fit(line.product, max(room, width / 3), [size], 3), extent)


def _place(rows: list[_Row], columns: int, height: float) -> list[list[_Row]] | None:
    """Rows into columns of even length, read downward; None when they do not fit."""
    longest = -(-len(rows) // columns)
    placed = [rows[begin : begin + longest] for begin in range(0, len(rows), max(longest, 1))]
    fits = all(sum(row.height for row in column) <= height for column in placed)
    return placed if fits else None


def _place_what_fits(
    paper: Paper, rows: list[_Row], columns: int, width: float, height: float
) -> list[list[_Row]]:
    """As many as there is room for, and a last line that says how many more there are."""
    for kept in range(len(rows) - 1, 0, -1):
        left = len(rows) - kept
        more = f"y {left} producto{'s' * (left > 1)} más en la página del sello"
        last = _Row(paper.fit(more, width, [rows[0].product.size], 2), "")
        placed = _place([*rows[:kept], last], columns, height)
        if placed is not None:
            return placed
    return [rows[:1]]


def _draw_row(paper: Paper, row: _Row, x: float, y: float, width: float) -> None:
    paper.font(SANS, "", row.product.size, INK)
    below = paper.write_lines(row.product, x, y, width)
    if not row.extent:
        return
    top = below - row.product.line_height
    extent = Fitted((row.extent,), row.product.size)
    paper.write_lines(extent, x, top, width, "R")
    begin = x + paper.get_string_width(row.product.lines[-1]) + 1.5
    end = x + width - paper.get_string_width(row.extent) - 1.5
    ornament.draw_leader(paper, begin, top + 0.74 * row.product.line_height, end - begin)

"""The frame, the emblem and the rules of a certificate, drawn as vectors."""

import math
from collections.abc import Iterable
from typing import Final

from fpdf.drawing import PaintedPath
from fpdf.drawing_primitives import DeviceRGB
from fpdf.enums import PathPaintRule
from fpdf.svg import SVGObject

from spg_registry.core.paper import Paper
from spg_registry.rules.words import Category

PAGE_WIDTH: Final = 210.0
PAGE_HEIGHT: Final = 297.0
_OUTER: Final = 8.0
_BAND: Final = 8.0
_GREEN: Final = (27, 107, 58)
_PALE: Final = (126, 178, 146)
_WAVES: Final = 5
# A cubic whose handles lie at this part of a half wave is a sine to the eye.
_SINE_HANDLE: Final = 0.3642

# The same leaf and sprout as on the seal's page.
_PICTURE: Final = {
    Category.ORGANIC: "M3.5 17c1-4.5 4-7.5 8-9M6 14.5C2.5 9 7 3.5 17 3.5c0 9-5 13.5-11 11",
    Category.TRANSITION: (
        "M10 17.5V9M10 11.5C10 7.5 7 5.5 3 5.5c0 4 3 6 7 6M10 9c0-3.5 2.5-5.5 7-5.5 0 4-3 5.5-7 5.5"
    ),
}


def draw_frame(paper: Paper, category: Category) -> None:
    """A band of interlaced waves: pale on green for organic, green on white for transition."""
    organic = category is Category.ORGANIC
    inner = _OUTER + _BAND
    paper.set_draw_color(*_GREEN)
    if organic:
        paper.set_line_width(_BAND)
        middle = _OUTER + _BAND / 2
        paper.rect(middle, middle, PAGE_WIDTH - 2 * middle, PAGE_HEIGHT - 2 * middle)
    else:
        for inset, width in ((_OUTER, 0.9), (inner, 0.9)):
            paper.set_line_width(width)
            paper.rect(inset, inset, PAGE_WIDTH - 2 * inset, PAGE_HEIGHT - 2 * inset)
    _draw_waves(paper, _PALE if organic else _GREEN)
    paper.set_draw_color(*_GREEN)
    paper.set_line_width(0.25)
    hair = inner + 1.8
    paper.rect(hair, hair, PAGE_WIDTH - 2 * hair, PAGE_HEIGHT - 2 * hair)


def _draw_waves(paper: Paper, colour: tuple[int, int, int]) -> None:
    middle = _OUTER + _BAND / 2
    path = PaintedPath()
    path.style.paint_rule = PathPaintRule.STROKE
    path.style.stroke_color = _rgb(colour)
    path.style.stroke_width = 0.16
    path.style.auto_close = False
    across = PAGE_WIDTH - 2 * middle
    down = PAGE_HEIGHT - 2 * middle
    for strand in range(_WAVES):
        height = (_BAND / 2 - 1.0) * math.cos(math.pi * strand / _WAVES)
        for y in (middle, PAGE_HEIGHT - middle):
            _add_wave(path, (middle, y), (1, 0), across, 24, height)
        for x in (middle, PAGE_WIDTH - middle):
            _add_wave(path, (x, middle), (0, 1), down, 36, height)
    paper.draw_path(path, copy=False)  # type: ignore[arg-type]  # fpdf2 names the wrong class


def _add_wave(
    path: PaintedPath,
    start: tuple[float, float],
    along: tuple[int, int],
    length: float,
    halves: int,
    height: float,
) -> None:
    """A sine from `start` in the direction `along`, as one cubic a half wave."""
    half = length / halves

    def at(forward: float, aside: float) -> tuple[float, float]:
        x = start[0] + along[0] * forward + along[1] * aside
        y = start[1] + along[1] * forward + along[0] * aside
        return round(x, 3), round(y, 3)

    path.move_to(*at(0, 0))
    for number in range(halves):
        begin, peak = number * half, height * (1 if number % 2 else -1) * math.pi / 2 * 0.85
        first = at(begin + half * _SINE_HANDLE, peak)
        second = at(begin + half * (1 - _SINE_HANDLE), peak)
        path.curve_to(*first, *second, *at(begin + half, 0))


def draw_emblem(paper: Paper, category: Category, x: float, y: float, radius: float = 13.0) -> None:
    """The seal's round picture around a centre, 26 mm wide where nothing else is said."""
    organic = category is Category.ORGANIC
    scale = radius / 13.0
    wave = 0.45 * scale
    points = [
        (
            round(x + (radius + wave * math.cos(36 * turn)) * math.cos(turn), 3),
            round(y + (radius + wave * math.cos(36 * turn)) * math.sin(turn), 3),
        )
        for turn in (math.tau * step / 432 for step in range(432))
    ]
    paper.set_draw_color(*_GREEN)
    paper.set_fill_color(*(_GREEN if organic else (255, 255, 255)))
    paper.set_line_width(0.8 * scale)
    paper.polygon(points, style="DF")
    paper.set_draw_color(*((255, 255, 255) if organic else _GREEN))
    paper.set_line_width(0.35 * scale)
    paper.circle(x, y, radius - 1.7 * scale, style="D")
    draw_picture(paper, category, x, y, 16 * scale, "#ffffff" if organic else "#1b6b3a")


def draw_picture(
    paper: Paper, category: Category, x: float, y: float, side: float, colour: str
) -> None:
    """The leaf or the sprout alone, around a centre."""
    picture = SVGObject(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 20" '
        f'width="{side:g}mm" height="{side:g}mm">'
        f'<path d="{_PICTURE[category]}" fill="none" stroke="{colour}" stroke-width="1.5" '
        f'stroke-linecap="round" stroke-linejoin="round"/></svg>'
    )
    picture.draw_to_page(paper, x - side / 2, y - side / 2)


def draw_rule(paper: Paper, x: float, y: float) -> None:
    """A short line with a lozenge, to pause between two thoughts."""
    paper.set_draw_color(*_GREEN)
    paper.set_fill_color(*_GREEN)
    paper.set_line_width(0.3)
    for direction in (-1, 1):
        paper.line(x + direction * 2.6, y, x + direction * 20, y)
    paper.polygon([(x - 1.3, y), (x, y - 1.3), (x + 1.3, y), (x, y + 1.3)], style="F")


def draw_hairline(paper: Paper, x: float, y: float, width: float) -> None:
    paper.set_draw_color(*_PALE)
    paper.set_line_width(0.25)
    paper.line(x, y, x + width, y)


def draw_leader(paper: Paper, x: float, y: float, width: float) -> None:
    """Dots that lead the eye from a product to its area."""
    if width < 2:
        return
    paper.set_draw_color(150, 162, 154)
    paper.set_line_width(0.3)
    paper.set_dash_pattern(0.3, 1.2)
    paper.line(x, y, x + width, y)
    paper.set_dash_pattern()


def fill_cells(
    paper: Paper, runs: Iterable[tuple[int, int, int]], x: float, y: float, side: float
) -> None:
    paper.fill_cells(runs, x, y, side)


def _rgb(colour: tuple[int, int, int]) -> DeviceRGB:
    red, green, blue = colour
    return DeviceRGB(red / 255, green / 255, blue / 255)

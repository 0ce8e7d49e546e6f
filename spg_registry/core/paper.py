"""Things made to be printed: A4 in two open type families that carry every name of the country.

Source Serif and Source Sans (SIL Open Font License) come as packages that hold nothing else, so
that a paper looks the same on every server and its letters are inside the file. They have all of
Latin as Quechua, Aymara and Guarani write it, and Greek and Cyrillic besides.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from importlib.resources import files
from typing import Final

from fpdf import FPDF
from fpdf.drawing import GraphicsStyle, Move, PaintedPath
from fpdf.drawing_primitives import DeviceRGB, Point
from fpdf.enums import PathPaintRule, XPos, YPos
from fpdf.svg import svg_path_converter

from spg_registry.core.clock import LA_PAZ

SERIF: Final = "serif"
SANS: Final = "sans"
BOLD: Final = "B"
_FONTS: Final = (
    (SERIF, "", "font_source_serif_pro", "SourceSerifPro-Regular.ttf"),
    (SERIF, BOLD, "font_source_serif_pro", "SourceSerifPro-Semibold.ttf"),
    (SANS, "", "font_source_sans_pro", "SourceSansPro-Regular.ttf"),
    (SANS, BOLD, "font_source_sans_pro", "SourceSansPro-Semibold.ttf"),
)
_MM_PER_POINT: Final = 25.4 / 72
_ELLIPSIS: Final = "…"
_LEADING: Final = 1.22

Colour = tuple[int, int, int]


@dataclass(frozen=True)
class Fitted:
    """Text broken into lines that fit a width at a size in points."""

    lines: tuple[str, ...]
    size: float
    whole: bool = True
    """False when the end had to be left out, which an ellipsis shows."""

    @property
    def line_height(self) -> float:
        """In millimetres."""
        return self.size * _MM_PER_POINT * _LEADING

    @property
    def height(self) -> float:
        return len(self.lines) * self.line_height


class Paper(FPDF):
    """An A4 document in millimetres. The same content gives the same bytes, on every day."""

    def __init__(self, title: str, made_on: date) -> None:
        super().__init__(format="A4")
        self._drawings: dict[str, str] = {}
        self.set_auto_page_break(False)
        self.set_margin(0)
        self.c_margin = 0
        self.set_lang("es-BO")
        self.set_title(title)
        self.set_creator("spg-registry")
        self.set_producer("spg-registry")
        self.set_creation_date(datetime.combine(made_on, time(12), LA_PAZ))
        for family, style, package, name in _FONTS:
            self.add_font(family, style, str(files(package) / "files" / name))
        self.set_fallback_fonts([SANS], exact_match=False)

    def font(self, family: str, style: str, size: float, colour: Colour) -> None:
        self.set_font(family, style, size)
        self.set_text_color(*colour)

    def fit(self, text: str, width: float, sizes: Sequence[float], max_lines: int = 1) -> Fitted:
        """The text in the current font at the largest size that needs at most `max_lines`.

        At the smallest size whatever is still too long ends in an ellipsis; nothing overflows.
        """
        cleaned = printable(text)
        for size in sizes:
            self.set_font_size(size)
            lines = self._wrap(cleaned, width)
            if len(lines) <= max_lines:
                return Fitted(tuple(lines), size)
        kept = lines[: max_lines - 1]
        last = self._shorten(" ".join(lines[max_lines - 1 :]), width)
        return Fitted((*kept, last), sizes[-1], whole=False)

    def write_lines(
        self, fitted: Fitted, x: float, y: float, width: float, align: str = "L"
    ) -> float:
        """Set the lines one below the other from `y`; gives the y below the last."""
        self.set_font_size(fitted.size)
        for line in fitted.lines:
            self.set_xy(x, y)
            self.cell(
                width, fitted.line_height, line, align=align, new_x=XPos.LEFT, new_y=YPos.NEXT
            )
            y += fitted.line_height
        return y

    def write_spaced(self, text: str, centre: float, y: float, size: float, gap: float) -> None:
        """One centred line of letters set apart by `gap` points, for small headings."""
        self.set_font_size(size)
        self.set_char_spacing(gap)
        width = self.get_string_width(text)
        self.set_xy(centre - width / 2, y)
        self.cell(width, size * _MM_PER_POINT * _LEADING, text)
        self.set_char_spacing(0)

    def fill_cells(
        self, runs: Iterable[tuple[int, int, int]], x: float, y: float, side: float
    ) -> None:
        """Black runs of square cells (column, row, length) as one filled path, so that no seams
        show between them: a QR with its corner there."""
        path = PaintedPath()
        path.style.paint_rule = PathPaintRule.FILL_NONZERO
        path.style.fill_color = rgb((0, 0, 0))
        path.style.stroke_color = None
        for column, row, length in runs:
            path.rectangle(
                round(x + column * side, 4), round(y + row * side, 4), round(length * side, 4), side
            )
        self.draw_path(path, copy=False)  # type: ignore[arg-type]  # fpdf2 names the wrong class

    def stroke_svg(
        self, data: str, x: float, y: float, scale: float, line: float, colour: Colour
    ) -> None:
        """A drawing of lines (the data of an SVG path) with its corner there, `scale` millimetres
        to a unit; `line` is the width in units of the drawing."""
        strokes = self._drawings.get(data)
        if strokes is None:
            strokes = self._drawings[data] = self._strokes(data)
        size, width = scale * self.k, line
        red, green, blue = (part / 255 for part in colour)
        self._out(
            f"q {size:.4f} 0 0 {-size:.4f} {x * self.k:.2f} {(self.h - y) * self.k:.2f} cm "
            f"{width:.2f} w 1 J 1 j {red:.3f} {green:.3f} {blue:.3f} RG {strokes} Q"
        )

    def _strokes(self, data: str) -> str:
        """The operators of a drawing, in its own units. They are kept for the document: a round
        prints the same signs on hundreds of sheets, and fpdf2 takes milliseconds for each."""
        path = PaintedPath()
        path.style.paint_rule = PathPaintRule.STROKE
        path.style.auto_close = False
        svg_path_converter(path, data)
        nothing = Move(Point(0, 0))
        return path.render(self._resource_catalog, GraphicsStyle(), nothing, Point(0, 0))[0]

    def _wrap(self, text: str, width: float) -> list[str]:
        # Measuring is what takes the time, and most texts are one line, most words no longer.
        if self.get_string_width(text) <= width:
            return [text]
        lines: list[str] = []
        line = ""
        for word in text.split(" "):
            candidate = f"{line} {word}" if line else word
            if self.get_string_width(candidate) <= width:
                line = candidate
                continue
            if line:
                lines.append(line)
            *whole, line = self._break_word(word, width)
            lines.extend(whole)
        return [*lines, line]

    def _break_word(self, word: str, width: float) -> list[str]:
        """Pieces of a word that is wider than a line; usually the word itself."""
        if self.get_string_width(word) <= width:
            return [word]
        pieces = [""]
        for character in word:
            if pieces[-1] and self.get_string_width(pieces[-1] + character) > width:
                pieces.append("")
            pieces[-1] += character
        return pieces

    def _shorten(self, text: str, width: float) -> str:
        if self.get_string_width(text) <= width:
            return text
        while text and self.get_string_width(text + _ELLIPSIS) > width:
            text = text[:-1]
        return text.rstrip() + _ELLIPSIS


def rgb(colour: Colour) -> DeviceRGB:
    red, green, blue = (part / 255 for part in colour)
    return DeviceRGB(red, green, blue)


def printable(text: str) -> str:
    """NFC, one line, single spaces, without invisible characters that could reorder a name."""
    normal = unicodedata.normalize("NFC", text)
    kept = (c if not c.isspace() else " " for c in normal)
    return " ".join("".join(c for c in kept if unicodedata.category(c)[0] != "C").split())

"""Text that flows down A4 pages: blocks one below the other, and a new page when one is full."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from spg_registry.core.paper import BOLD, SANS, SERIF, Colour, Fitted, Paper

INK: Final[Colour] = (30, 40, 34)
MUTED: Final[Colour] = (82, 93, 86)
LINE: Final[Colour] = (190, 198, 192)
_NO_END: Final = 100_000


@dataclass(frozen=True)
class Style:
    family: str = SANS
    weight: str = ""
    size: float = 10
    colour: Colour = INK


BODY: Final = Style()
STRONG: Final = Style(weight=BOLD)
SMALL: Final = Style(size=8.5, colour=MUTED)
HEADING: Final = Style(SERIF, BOLD, 14)


class Flow:
    """Keeps the place on the page. `on_page` draws what every page bears, before its text."""

    def __init__(
        self,
        paper: Paper,
        left: float,
        top: float,
        width: float,
        bottom: float,
        on_page: Callable[[], None],
    ) -> None:
        self.paper, self.left, self.top, self.width, self.bottom = paper, left, top, width, bottom
        self._on_page = on_page
        self.new_page()

    def new_page(self) -> None:
        self.paper.add_page()
        self._on_page()
        self.y = self.top

    def need(self, height: float) -> None:
        """A new page when less than this is left; what is higher than a page begins on one."""
        if self.y > self.top and self.y + height > self.bottom:
            self.new_page()

    def gap(self, height: float) -> None:
        """Air, but none at the head of a page."""
        if self.y > self.top:
            self.y += height

    def fitted(self, text: str, style: Style = BODY, indent: float = 0) -> Fitted:
        self.paper.font(style.family, style.weight, style.size, style.colour)
        return self.paper.fit(text, self.width - indent, [style.size], _NO_END)

    def text(self, text: str, style: Style = BODY, indent: float = 0, align: str = "L") -> None:
        """A paragraph; it may go on on the next page, line by line."""
        fitted = self.fitted(text, style, indent)
        for line in fitted.lines:
            self.need(fitted.line_height)
            # Set anew for each line: a new page begins with other letters.
            self.paper.font(style.family, style.weight, style.size, style.colour)
            one = Fitted((line,), fitted.size)
            x = self.left + indent
            self.y = self.paper.write_lines(one, x, self.y, self.width - indent, align)

    def heading(self, text: str, style: Style = HEADING, keep: float = 14) -> None:
        """Never alone at the foot of a page: `keep` millimetres must follow it."""
        self.gap(4)
        self.need(self.fitted(text, style).height + keep)
        self.text(text, style)
        self.gap(1.2)

    def item(self, text: str, style: Style = BODY, indent: float = 0, mark: str = "•") -> None:
        """A paragraph with a mark before its first line."""
        self.need(self.fitted("x", style).height)
        top = self.y
        self.paper.font(style.family, style.weight, style.size, style.colour)
        mark_line = self.paper.fit(mark, 8, [style.size])
        self.paper.write_lines(mark_line, self.left + indent, top, 8)
        self.text(text, style, indent + max(4.0, self.paper.get_string_width(mark) + 1.5))

    def rule(self) -> None:
        self.paper.set_draw_color(*LINE)
        self.paper.set_line_width(0.2)
        self.paper.line(self.left, self.y, self.left + self.width, self.y)

    def row(
        self,
        cells: Sequence[str],
        widths: Sequence[float],
        style: Style = BODY,
        aligns: str = "",
    ) -> None:
        """Cells side by side, each broken within its share of the width; kept on one page."""
        paper = self.paper
        columns = [share * self.width for share in widths]
        paper.font(style.family, style.weight, style.size, style.colour)
        broken = [
            paper.fit(text, column - 2, [style.size], _NO_END)
            for text, column in zip(cells, columns, strict=True)
        ]
        height = max(fitted.height for fitted in broken)
        self.need(height + 1.2)
        paper.font(style.family, style.weight, style.size, style.colour)
        x = self.left
        for place, (fitted, column) in enumerate(zip(broken, columns, strict=True)):
            align = aligns[place] if aligns else "L"
            paper.write_lines(fitted, x, self.y, column - 2, align)
            x += column
        self.y += height + 1.2

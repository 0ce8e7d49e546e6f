"""The evaluation form on paper: one sheet of A4, two sides, as it is filled in the field.

It asks what the round's frozen checklist asks, with the same signs as the page, and carries the
code of its visit, so that whoever types it in later opens the right one. When a committee's own
questions need more room the form says so and takes another sheet; it always ends on a back side,
so that a whole round can be printed on both sides in one go.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any, Final

from spg_registry.core.messages import format_area, format_date
from spg_registry.core.paper import BOLD, SANS, SERIF, Colour, Fitted, Paper
from spg_registry.core.qr import Level, Matrix, matrix, origin, runs
from spg_registry.rounds.codes import display
from spg_registry.standards import pictograms

INK: Final[Colour] = (24, 30, 26)
MUTED: Final[Colour] = (88, 98, 91)
FAINT: Final[Colour] = (196, 203, 198)
BAND: Final[Colour] = (233, 237, 231)
GREEN: Final[Colour] = (20, 82, 44)

LEFT: Final = 12.0
WIDTH: Final = 186.0
TOP: Final = 10.0
BOTTOM: Final = 284.0
COLUMN: Final = 13.0
"""Of one answer."""
BOXES: Final = LEFT + WIDTH - 4 * COLUMN
TEXT: Final = LEFT + 18.0
ROWS: Final = (10.0, 9.5, 9.0, 8.6, 8.2, 7.8)
"""Heights of a question, the most comfortable that fits is taken."""
HEADING: Final = 8.0
FINDING_ROW: Final = 11.0
MANY_FINDINGS: Final = 8
FEW_FINDINGS: Final = 3
PLOT_COLUMNS: Final = 3
BLANK_PLOTS: Final = 6
LONG: Final = "Los puntos propios del comité no caben en dos caras: esta ficha tiene {pages}."

ANSWERS: Final = (
    ("Cumple", "M4 17l8 8L28 7"),
    ("En parte", "M3 18c4-7 9-7 13 0s9 7 13 0"),
    ("No cumple", "M6 6l20 20M26 6L6 26"),
    ("No aplica", "M5 16h22"),
)
"""In the order of `rules.words.Answer`."""
_WARNING: Final = "M16 4l13 24H3zM16 13v7M16 24v.5"


@dataclass(frozen=True)
class FormSheet:
    """What one form says before it is filled in; a blank one has lines where a visit has names."""

    code: str
    committee: str
    spg: str
    round_name: str
    period_from: date
    period_until: date
    norm: str
    dimensions: Sequence[Mapping[str, Any]]
    base_url: str
    producer: str = ""
    producer_code: str = ""
    unit: str = ""
    unit_code: str = ""
    community: str = ""
    municipality: str = ""
    plots: tuple[tuple[str, int], ...] | None = None
    evaluators: tuple[str, ...] = ()
    due_on: date | None = None
    demo: bool = False


@dataclass(frozen=True)
class _Block:
    """A piece that stays on one page; `draw` gets the y of its top."""

    height: float
    draw: Callable[[float], None]
    follows: bool = False
    """A title: not the last thing of a page."""
    asks: bool = False
    """A question, or the title over one: a page that begins with it repeats the answers."""


def forms(many: Sequence[FormSheet], made_on: date) -> bytes:
    """One PDF; each form begins on a front side. The same forms give the same bytes."""
    if not many:
        raise ValueError("no form to print")
    title = f"Ficha de evaluación {display(many[0].code)}"
    if len(many) > 1:
        title = f"Fichas de evaluación: {many[0].round_name}"
    pen = _Pen(Paper(title, made_on))
    for data in many:
        pen.form(data)
    return bytes(pen.paper.output())


class _Pen:
    def __init__(self, paper: Paper) -> None:
        self.paper = paper
        self._wrapped: dict[tuple[str, str, float, tuple[float, ...], int], Fitted] = {}

    def form(self, data: FormSheet) -> None:
        pages = self._laid_out(data)
        for number, blocks in enumerate(pages, start=1):
            self.paper.add_page()
            y = TOP
            if number > 1 and blocks[0].asks:
                self._answers(y - 1)
                y += HEADING
            for block in blocks:
                block.draw(y)
                y += block.height
            self._footer(data, number, len(pages))
        if len(pages) % 2:
            self.paper.add_page()
            self._footer(data, len(pages) + 1, len(pages))

    # -- layout ------------------------------------------------------------------------------------

    def _laid_out(self, data: FormSheet) -> list[list[_Block]]:
        """On two pages with as much room as there is; else on as many as it takes."""
        for row in ROWS:
            if len(_paged(self._blocks(data, row, FEW_FINDINGS))) > 2:
                continue
            for findings in range(MANY_FINDINGS, FEW_FINDINGS - 1, -1):
                pages = _paged(self._blocks(data, row, findings))
                if len(pages) <= 2:
                    return pages
        blocks = self._blocks(data, ROWS[-1], FEW_FINDINGS)
        count = len(_paged(blocks))
        return _paged(self._blocks(data, ROWS[-1], FEW_FINDINGS, LONG.format(pages=count)))

    def _blocks(self, data: FormSheet, row: float, findings: int, note: str = "") -> list[_Block]:
        plots = BLANK_PLOTS if data.plots is None else len(data.plots)
        plot_rows = -(-plots // PLOT_COLUMNS)
        blocks = [
            _Block(24, lambda y: self._head(data, y)),
            _Block(27, lambda y: self._facts(data, y)),
            _Block(5 + 5.5 * plot_rows, lambda y: self._plots(data, y)),
            _Block(9.5, lambda y: self._legend(note, y)),
        ]
        for dimension in data.dimensions:
            blocks.append(_Block(5.2, partial(self._band, dimension["title"]), True, True))
            blocks += [
                _Block(row, partial(self._question, item, row), asks=True)
                for item in dimension["items"]
            ]
        return [
            *blocks,
            _Block(10 + FINDING_ROW * findings, lambda y: self._findings(findings, y)),
            _Block(22, self._statement),
            _Block(29, self._agreement),
            _Block(24, lambda y: self._signatures(data, y)),
        ]

    # -- pieces ------------------------------------------------------------------------------------

    def _head(self, data: FormSheet, y: float) -> None:
        paper, wide = self.paper, WIDTH - 48
        self._say("Ficha de evaluación", LEFT, y - 1, wide, SERIF, BOLD, (17,), GREEN)
        if data.demo:
            self._say("DEMOSTRACIÓN", LEFT + 70, y + 0.6, 40, SANS, BOLD, (8,), MUTED)
        self._say(data.committee, LEFT, y + 7, wide, SANS, BOLD, (10, 9, 8), INK, 1)
        days = f"{format_date(data.period_from)} a {format_date(data.period_until)}"
        self._say(f"{data.spg}. {data.round_name}, {days}", LEFT, y + 12, wide, sizes=(8.5, 7.5))
        self._say(data.norm, LEFT, y + 16, wide, sizes=(7.5, 6.5), colour=MUTED, lines=2)
        side = 21.0
        modules = link_matrix(data.base_url, data.code)
        paper.fill_cells(runs(modules), LEFT + WIDTH - side, y, side / len(modules))
        x = LEFT + WIDTH - side - 29
        self._say("Código de la ficha", x, y, 25, sizes=(7,), colour=MUTED, align="R")
        self._say(display(data.code), x - 8, y + 3, 33, SANS, BOLD, (14,), align="R")
        self._say(
            "Con él se abre en el registro para pasarla en limpio.",
            x, y + 9.5, 25, sizes=(6.5,), colour=MUTED, lines=4, align="R",
        )  # fmt: skip

    def _facts(self, data: FormSheet, y: float) -> None:
        blank = data.plots is None
        third = WIDTH / 3
        self._fact("Productor o productora", data.producer, LEFT, y, 92)
        self._fact("Código", data.producer_code, LEFT + 94, y, 32)
        self._fact("Día de la visita", "", LEFT + 128, y, 58, dated=True)
        y += 9
        unit = data.unit if blank else f"{data.unit} ({data.unit_code})"
        self._fact("Unidad productiva", unit, LEFT, y, third - 2)
        self._fact("Comunidad", data.community, LEFT + third, y, third - 2)
        self._fact("Municipio", data.municipality, LEFT + 2 * third, y, third)
        y += 9
        sent = ", ".join(data.evaluators)
        self._fact("Evaluadores", sent, LEFT, y, WIDTH / 2 - 2)
        self._fact("Quiénes más estuvieron", "", LEFT + WIDTH / 2, y, WIDTH / 2)

    def _plots(self, data: FormSheet, y: float) -> None:
        self._say("Parcelas (marque las que vio)", LEFT, y + 0.3, WIDTH, sizes=(7,), colour=MUTED)
        if data.plots == ():
            self._say("No tiene parcelas registradas.", LEFT + 45, y, 100, sizes=(8,))
        plots = (("", 0),) * BLANK_PLOTS if data.plots is None else data.plots
        wide = WIDTH / PLOT_COLUMNS
        for place, (name, area) in enumerate(plots):
            x = LEFT + wide * (place % PLOT_COLUMNS)
            at = y + 4.2 + 5.5 * (place // PLOT_COLUMNS)
            self._box(x, at, 3.8)
            if name:
                self._say(f"{name}, {format_area(area)}", x + 5, at, wide - 7, sizes=(8.5, 7.5))
            else:
                self._line(x + 5.5, at + 4, wide - 9)

    def _legend(self, note: str, y: float) -> None:
        """The heading of the answers, and what the signs mean."""
        hint = "Marque una casilla en cada punto."
        self._say(note or hint, LEFT, y + 1, BOXES - LEFT - 4, sizes=(7.5, 7), colour=MUTED)
        self.paper.stroke_svg(_WARNING, LEFT, y + 5, 3.2 / 32, 2.6, INK)
        meaning = "Punto crítico: si no se cumple, no hay sello hasta corregirlo."
        self._say(meaning, LEFT + 4.5, y + 4.8, 100, sizes=(7.5,), colour=MUTED)
        self._answers(y)

    def _answers(self, y: float) -> None:
        for place, (word, sign) in enumerate(ANSWERS):
            x = BOXES + COLUMN * place
            self.paper.stroke_svg(sign, x + COLUMN / 2 - 1.7, y + 0.8, 3.4 / 32, 4, INK)
            self._say(word, x, y + 4.8, COLUMN, SANS, BOLD, (7,), align="C")

    def _band(self, title: str, y: float) -> None:
        self.paper.set_fill_color(*BAND)
        self.paper.rect(LEFT, y + 0.4, WIDTH, 4.8, style="F")
        self._say(title, LEFT + 1.5, y + 0.9, 120, SANS, BOLD, (8.5,), GREEN)

    def _question(self, item: Mapping[str, Any], row: float, y: float) -> None:
        side = min(8.0, row - 1.0)
        data = pictograms.path_of(item["pictogram"])
        top = y + (row - side) / 2
        self.paper.stroke_svg(
            data, LEFT + 0.6, top, side / pictograms.SIDE, pictograms.LINE * 0.8, INK
        )
        self._say(item["code"], LEFT + 9.6, y + row / 2 - 3.4, 9, SANS, BOLD, (8.5, 7.5, 6.5))
        if item["critical"]:
            self.paper.stroke_svg(_WARNING, LEFT + 9.8, y + row / 2 + 0.2, 3.2 / 32, 2.6, INK)
        words = item["text"] + (" (Punto propio del comité.)" if item.get("local") else "")
        fitted = self._fitted(words, SANS, "", BOXES - TEXT - 2, (8.5, 8, 7.5, 7), 2)
        self.paper.font(SANS, "", fitted.size, INK)
        self.paper.write_lines(fitted, TEXT, y + (row - fitted.height) / 2, BOXES - TEXT)
        for place, (_, sign) in enumerate(ANSWERS):
            x = BOXES + COLUMN * place + COLUMN / 2 - 2.6
            self._box(x, y + row / 2 - 2.6, 5.2)
            self.paper.stroke_svg(sign, x + 1.5, y + row / 2 - 1.1, 2.2 / 32, 3.5, FAINT)
        self._line(LEFT, y + row, WIDTH, FAINT)

    def _findings(self, count: int, y: float) -> None:
        """Room for what has to be mended; each row is one finding as it is typed in."""
        title = "Hallazgos: lo que no se cumple, qué hay que hacer y hasta cuándo"
        self._band(title, y)
        columns = (("Punto", 13.0), ("Gravedad", 21.0), ("Qué se halló", 66.0),
                   ("Qué hay que hacer", 62.0), ("Plazo", 24.0))  # fmt: skip
        x, top = LEFT, y + 5.8
        for label, width in columns:
            self._say(label, x + 0.8, top, width, sizes=(7,), colour=MUTED)
            x += width
        top += 3.6
        for number in range(count):
            self._finding(columns, top + FINDING_ROW * number)

    def _finding(self, columns: Sequence[tuple[str, float]], y: float) -> None:
        self.paper.set_draw_color(*MUTED)
        self.paper.set_line_width(0.2)
        x = LEFT
        for _, width in columns:
            self.paper.rect(x, y, width, FINDING_ROW)
            x += width
        for place, grade in enumerate(("menor", "mayor", "crítica")):
            at = y + 0.7 + 3.35 * place
            self._box(LEFT + 14, at, 2.7)
            self._say(grade, LEFT + 17.6, at - 0.5, 16, sizes=(7.5,))
        self._date(LEFT + WIDTH - 23, y + FINDING_ROW - 2.4, 7)

    def _statement(self, y: float) -> None:
        self._band("Palabra del productor o productora, con sus propias palabras", y)
        for number in range(1, 4):
            self._line(LEFT, y + 4.6 + 5.6 * number, WIDTH)

    def _agreement(self, y: float) -> None:
        self._band("Conformidad", y)
        words = "Me leyeron lo escrito en esta ficha, conozco los hallazgos y sus plazos."
        self._say(words, LEFT, y + 6, WIDTH, sizes=(9,))
        for x, label in ((LEFT, "Firmo"), (LEFT + 22, "Pongo mi marca o huella ante testigo")):
            self._box(x, y + 11, 3.8)
            self._say(label, x + 5, y + 10.9, 60, sizes=(8.5,))
        self._say(
            "Si alguien escribió por otra persona, ¿quién y por quién?",
            LEFT + 84, y + 10.9, 80, sizes=(7.5,), colour=MUTED,
        )  # fmt: skip
        self._line(LEFT + 152, y + 14.5, WIDTH - 152)
        for x, width, label in (
            (LEFT, 68.0, "Firma, marca o huella del productor o productora"),
            (LEFT + 72, 72.0, "Nombre y firma del testigo"),
        ):
            self._line(x, y + 25, width)
            self._say(label, x, y + 25.3, width, sizes=(7,), colour=MUTED)
        self._date(LEFT + 148, y + 25, 10)
        self._say("Fecha", LEFT + 148, y + 25.3, 30, sizes=(7,), colour=MUTED)

    def _signatures(self, data: FormSheet, y: float) -> None:
        self._band("Evaluadores", y)
        for place in range(3):
            x = LEFT + 64 * place
            self._line(x, y + 18, 58)
            name = data.evaluators[place] if place < len(data.evaluators) else "Nombre y firma"
            self._say(name, x, y + 18.3, 58, sizes=(8, 7), colour=MUTED)

    def _footer(self, data: FormSheet, number: int, count: int) -> None:
        paged = f"{display(data.code)} · página {number} de {count}"
        if number > count:
            paged = f"{display(data.code)} · vuelta sin uso"
        self._say(paged, LEFT, 287, 70, SANS, BOLD, (8,), MUTED)
        whose = " · ".join(part for part in (data.producer, data.unit_code) if part)
        width = 58 if number == count else 136
        self._say(whose or data.round_name, LEFT + 50, 287, width, sizes=(8, 6), colour=MUTED)
        if number == count:
            typed = "Pasada al registro el ____ /____ /______ por ____________________"
            self._say(typed, LEFT + 110, 287, 76, sizes=(7.5,), colour=MUTED)

    # -- strokes -----------------------------------------------------------------------------------

    def _fact(
        self, label: str, value: str, x: float, y: float, width: float, dated: bool = False
    ) -> None:
        self._say(label, x, y, width, sizes=(7,), colour=MUTED)
        if dated:
            self._date(x, y + 7.6, 14)
            return
        if value:
            self._say(value, x, y + 2.9, width, SANS, BOLD, (9.5, 8.5, 7.5))
        self._line(x, y + 7.6, width)

    def _date(self, x: float, y: float, part: float) -> None:
        """Day, month and year, to be written by hand."""
        for place in range(3):
            self._line(x + place * (part + 0.8), y, part - 0.8)
            if place:
                self._say("/", x + place * (part + 0.8) - 1.6, y - 3.6, 3, sizes=(8.5,))

    def _box(self, x: float, y: float, side: float) -> None:
        self.paper.set_draw_color(*INK)
        self.paper.set_line_width(0.3)
        self.paper.rect(x, y, side, side)

    def _line(self, x: float, y: float, width: float, colour: Colour = MUTED) -> None:
        self.paper.set_draw_color(*colour)
        self.paper.set_line_width(0.2)
        self.paper.line(x, y, x + width, y)

    def _say(
        self,
        text: str,
        x: float,
        y: float,
        width: float,
        family: str = SANS,
        style: str = "",
        sizes: tuple[float, ...] = (8.5,),
        colour: Colour = INK,
        lines: int = 1,
        align: str = "L",
    ) -> None:
        fitted = self._fitted(text, family, style, width, sizes, lines)
        self.paper.font(family, style, fitted.size, colour)
        self.paper.write_lines(fitted, x, y, width, align)

    def _fitted(
        self,
        text: str,
        family: str,
        style: str,
        width: float,
        sizes: tuple[float, ...],
        lines: int,
    ) -> Fitted:
        """Measured once: most words are the same on every form of a round."""
        key = (text, family + style, width, sizes, lines)
        if key not in self._wrapped:
            self.paper.font(family, style, sizes[0], INK)
            self._wrapped[key] = self.paper.fit(text, width, sizes, lines)
        return self._wrapped[key]


def _paged(blocks: Sequence[_Block]) -> list[list[_Block]]:
    """From top to bottom; a title goes over to the next page with what it heads."""
    pages: list[list[_Block]] = [[]]
    y = TOP
    for place, block in enumerate(blocks):
        needed = block.height
        if block.follows and place + 1 < len(blocks):
            needed += blocks[place + 1].height
        if y + needed > BOTTOM and pages[-1]:
            pages.append([])
            y = TOP + HEADING * block.asks
        pages[-1].append(block)
        y += block.height
    return pages


def link(base_url: str, code: str) -> str:
    return f"{origin(base_url)}/V/{code}"


def link_matrix(base_url: str, code: str) -> Matrix:
    """The symbol that opens the visit in the registry, to be signed in there."""
    return matrix(link(base_url, code), Level.Q)

"""The travel sheet: what an evaluation team carries, A4, day by day and community by community."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from babel.dates import format_date as spelled_date

from spg_registry.core.flow import BODY, INK, LINE, MUTED, SMALL, STRONG, Flow, Style
from spg_registry.core.messages import format_area, format_date
from spg_registry.core.paper import BOLD, SANS, SERIF, Colour, Paper
from spg_registry.rounds.models import Finding
from spg_registry.rounds.travel import Leg, Stop, Travel
from spg_registry.rules.words import FindingClass

GREEN: Final[Colour] = (20, 82, 44)
PALE: Final[Colour] = (237, 243, 238)
WARNING: Final[Colour] = (138, 74, 0)

LEFT: Final = 18.0
WIDTH: Final = 174.0
TOP: Final = 18.0
BOTTOM: Final = 274.0
INDENT: Final = 9.0

_TITLE: Final = Style(SERIF, BOLD, 24, GREEN)
_DAY: Final = Style(SERIF, BOLD, 14, GREEN)
_PLACE: Final = Style(SANS, BOLD, 11.5)
_NAME: Final = Style(SANS, BOLD, 10.5)
_DETAIL: Final = Style(SANS, "", 9.5)
_FINDING: Final = Style(SANS, "", 9.5, WARNING)

GRADE: Final = {
    FindingClass.MINOR: "menor",
    FindingClass.MAJOR: "mayor",
    FindingClass.CRITICAL: "crítico",
}
TO_BRING: Final = (
    "Una ficha de evaluación por unidad, y dos en blanco",
    "Lápices, tampón para la huella y esta hoja",
    "Cartas de compromiso para quien no firmó",
    "Teléfono o GPS cargado, con batería de repuesto",
    "Bolsas limpias y etiquetas para muestras",
    "Agua, sombrero y botiquín",
)


def travel_sheet(travels: Sequence[Travel], made_on: date, demo: bool = False) -> bytes:
    """One PDF, a sheet for each; it begins each on a page of its own."""
    first = travels[0]
    paper = Paper(f"Hoja de ruta · {first.ronda.name}", made_on)
    for travel in travels:
        _Sheet(paper, travel, made_on, demo).draw()
    return bytes(paper.output())


class _Sheet:
    def __init__(self, paper: Paper, travel: Travel, made_on: date, demo: bool) -> None:
        self.paper, self.travel, self.made_on, self.demo = paper, travel, made_on, demo
        self.flow = Flow(paper, LEFT, TOP, WIDTH, BOTTOM, self._furnish)
        self.number = 0

    def draw(self) -> None:
        self._head()
        if not self.travel.legs:
            self.flow.gap(4)
            self.flow.text("No queda ninguna visita por hacer.", BODY)
        day: date | None = None
        for place, leg in enumerate(self.travel.legs):
            if place == 0 or leg.on != day:
                day = leg.on
                self.flow.heading(_spelled(day), _DAY, keep=42)
            self._leg(leg)
        self._signatures()

    def _furnish(self) -> None:
        paper = self.paper
        paper.set_draw_color(*LINE)
        paper.set_line_width(0.2)
        paper.line(LEFT, 280, LEFT + WIDTH, 280)
        paper.font(SANS, "", 8, MUTED)
        who = f" · {self.travel.person}" if self.travel.person else ""
        left = f"Hoja de ruta · {self.travel.ronda.name}{who}"
        paper.write_lines(paper.fit(left, WIDTH - 60, [8]), LEFT, 281.5, WIDTH - 60)
        demo = "Demostración · " if self.demo else ""
        right = f"{demo}impresa el {format_date(self.made_on)} · página {paper.page_no()}"
        paper.font(SANS, "", 8, MUTED)
        paper.write_lines(paper.fit(right, 60, [8, 7]), LEFT + WIDTH - 60, 281.5, 60, "R")

    # --- head ------------------------------------------------------------------------------------

    def _head(self) -> None:
        flow, travel = self.flow, self.travel
        flow.text(travel.committee, SMALL)
        flow.text("Hoja de ruta", _TITLE)
        flow.gap(1.5)
        stops = travel.stops
        communities = len({leg.community for leg in travel.legs})
        days = len({leg.on for leg in travel.legs if leg.on})
        team = sorted({sent.name for stop in stops for sent in stop.line.team})
        period = travel.ronda
        facts = [
            ("Ronda", period.name),
            (
                "Período",
                f"del {format_date(period.period_from)} al {format_date(period.period_until)}",
            ),
            ("Evaluador", travel.person or ""),
            ("Equipo", "" if travel.person or len(team) > 8 else ", ".join(team)),
            (
                "En camino",
                f"{_many(len(stops), 'visita', 'visitas')}, "
                f"{_many(communities, 'comunidad', 'comunidades')}"
                + (f", {_many(days, 'día', 'días')}" if days else ", sin días planificados"),
            ),
        ]
        flow.rule()
        flow.gap(1.5)
        for label, value in facts:
            if value:
                flow.row([label, value], [0.16, 0.84], _DETAIL)
        flow.rule()
        flow.gap(2)
        self._to_bring()

    def _to_bring(self) -> None:
        flow, paper = self.flow, self.paper
        flow.text("Qué llevar", STRONG)
        flow.gap(0.6)
        height = 5.2
        half = WIDTH / 2
        for place, thing in enumerate(TO_BRING):
            x = LEFT + (place % 2) * half
            y = flow.y + (place // 2) * height
            self._box(x, y + 0.7, 3.2)
            paper.font(SANS, "", 9.5, INK)
            paper.write_lines(paper.fit(thing, half - 8, [9.5, 8.5]), x + 5, y, half - 8)
        flow.y += -(-len(TO_BRING) // 2) * height

    # --- the way ---------------------------------------------------------------------------------

    def _leg(self, leg: Leg) -> None:
        flow, paper = self.flow, self.paper
        flow.gap(1.5)
        flow.need(38)
        paper.set_fill_color(*PALE)
        paper.rect(LEFT, flow.y, WIDTH, 7, style="F")
        paper.font(_PLACE.family, _PLACE.weight, _PLACE.size, INK)
        paper.write_lines(paper.fit(leg.community, WIDTH - 40, [11.5]), LEFT + 2, flow.y + 1, 130)
        paper.font(SANS, "", 9.5, MUTED)
        told = _many(len(leg.stops), "visita", "visitas")
        paper.write_lines(paper.fit(told, 36, [9.5]), LEFT + WIDTH - 38, flow.y + 1.3, 36, "R")
        flow.y += 9
        for stop in leg.stops:
            self._stop(stop)

    def _stop(self, stop: Stop) -> None:
        flow, paper, line = self.flow, self.paper, stop.line
        details = [(flow.fitted(text, style, INDENT), style) for text, style in self._details(stop)]
        height = 22 + sum(fitted.height for fitted, _ in details)
        flow.need(height)
        self.number += 1
        top = flow.y
        self._box(LEFT + 1, top + 0.6, 4.4)
        paper.font(SANS, BOLD, 10.5, INK)
        name = f"{self.number}. {line.producer.display_name}"
        paper.write_lines(
            paper.fit(name, WIDTH - INDENT - 32, [10.5, 9.5]), LEFT + INDENT, top, 140
        )
        paper.font(SANS, BOLD, 9.5, MUTED)
        paper.write_lines(paper.fit(line.unit.code, 30, [9.5]), LEFT + WIDTH - 30, top, 30, "R")
        flow.y = top + 5.4
        for fitted, style in details:
            paper.font(style.family, style.weight, style.size, style.colour)
            x = LEFT + INDENT
            flow.y = paper.write_lines(fitted, x, flow.y, WIDTH - INDENT)
        flow.y += 7.5
        self._lines_to_write()
        flow.y += 3
        flow.rule()
        flow.y += 2.2

    def _details(self, stop: Stop) -> list[tuple[str, Style]]:
        unit, line = stop.line.unit, stop.line
        where = [unit.name]
        if unit.lat is not None and unit.lon is not None:
            where.append(f"{abs(unit.lat):.5f} S, {abs(unit.lon):.5f} O")
        if stop.km is not None:
            where.append(f"a {stop.km:.1f} km de la anterior".replace(".", ","))
        land = [", ".join(stop.products) or "sin cultivos anotados"]
        if stop.plots:
            plots = _many(stop.plots, "parcela", "parcelas")
            land.append(f"{plots} ({format_area(stop.area_m2)})")
        team = ", ".join(sent.name for sent in line.team) or "sin asignar"
        found = [
            (f"Lugar: {' · '.join(where)}", _DETAIL),
            (f"Produce: {' · '.join(land)}", _DETAIL),
            (f"Van: {team}", _DETAIL),
        ]
        if stop.phone:
            found.insert(0, (f"Teléfono: {stop.phone}", _NAME))
        return [*found, *((_finding(one), _FINDING) for one in stop.findings)]

    def _lines_to_write(self) -> None:
        paper, y = self.paper, self.flow.y
        x = LEFT + INDENT
        for label, width in (("Hora", 26.0), ("Estuvo presente", 72.0), ("Firma o huella", 67.0)):
            paper.font(SANS, "", 8.5, MUTED)
            said = paper.get_string_width(label)
            paper.write_lines(paper.fit(label, width, [8.5]), x, y - 3, width)
            paper.set_draw_color(*MUTED)
            paper.set_line_width(0.2)
            paper.line(x + said + 1.5, y + 0.6, x + width - 2, y + 0.6)
            x += width

    def _box(self, x: float, y: float, side: float) -> None:
        self.paper.set_draw_color(*MUTED)
        self.paper.set_line_width(0.3)
        self.paper.rect(x, y, side, side)

    def _signatures(self) -> None:
        flow, paper = self.flow, self.paper
        flow.gap(6)
        flow.need(24)
        y = flow.y + 14
        for place, label in enumerate(
            ("Evaluador o evaluadora", "Evaluador o evaluadora", "Coordinación")
        ):
            x = LEFT + place * (WIDTH / 3)
            paper.set_draw_color(*MUTED)
            paper.line(x, y, x + WIDTH / 3 - 6, y)
            paper.font(SANS, "", 8.5, MUTED)
            paper.write_lines(paper.fit(label, 50, [8.5]), x, y + 1, 50)


def _finding(one: Finding) -> str:
    return (
        f"Hallazgo {GRADE[one.grade]} por revisar, hasta el {format_date(one.due_on)}: "
        f"{one.description}"
    )


def _spelled(day: date | None) -> str:
    if day is None:
        return "Sin día planificado"
    told = spelled_date(day, "EEEE d 'de' MMMM 'de' y", locale="es")
    return told[0].upper() + told[1:]


def _many(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"

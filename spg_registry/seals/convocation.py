"""The call to a meeting, on one page: for the board of the municipality and to be handed around."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from babel.dates import format_date as spell_date

from spg_registry.core.flow import BODY, LINE, MUTED, SMALL, STRONG, Flow, Style
from spg_registry.core.paper import BOLD, SANS, SERIF, Paper
from spg_registry.seals.acta_sheet import BOTTOM, GREEN, LEFT, TOP, WIDTH
from spg_registry.seals.agenda import Agenda

_SIGNATURE: Final = 40.0
_COLUMNS: Final = 3


@dataclass(frozen=True)
class Convocation:
    committee: str
    body: str
    held_on: date
    hour: str | None
    place: str
    called_by: str
    subject: str | None
    round: str | None
    members: tuple[tuple[str, str], ...]
    """Each name with its sector or office."""
    needed: int
    families: tuple[str, ...]
    appeals: int


def convocation_of(agenda: Agenda, sectors: Sequence[str], appeals: int) -> Convocation:
    """`sectors` is each seat's role in words, in the order of the seats."""
    seats = agenda.attendance.seats
    return Convocation(
        committee=agenda.committee.name,
        body=agenda.body.name,
        held_on=agenda.meeting.held_on,
        hour=agenda.meeting.hour,
        place=agenda.meeting.place,
        called_by=agenda.meeting.called_by,
        subject=agenda.meeting.subject,
        round=agenda.ronda.name if agenda.ronda else None,
        members=tuple((seat.name, role) for seat, role in zip(seats, sectors, strict=True)),
        needed=agenda.attendance.needed,
        families=tuple(item.producer.display_name for item in agenda.items),
        appeals=appeals,
    )


def convocation(data: Convocation) -> bytes:
    paper = Paper(f"Convocatoria · {data.committee}", data.held_on)
    flow = Flow(paper, LEFT, TOP, WIDTH, BOTTOM, lambda: None)
    _head(flow, data)
    _agenda(flow, data)
    _members(flow, data)
    _families(flow, data)
    _signature(flow, data)
    return bytes(paper.output())


def _head(flow: Flow, data: Convocation) -> None:
    flow.text("SISTEMA PARTICIPATIVO DE GARANTÍA · BOLIVIA", SMALL, align="C")
    flow.gap(2)
    flow.text(data.committee, Style(SERIF, "", 13), align="C")
    flow.gap(1)
    flow.text("Convocatoria", Style(SERIF, BOLD, 28, GREEN), align="C")
    flow.gap(3)
    flow.text(f"Se convoca a la reunión del {data.body}.", Style(SANS, "", 12), align="C")
    flow.gap(4)
    flow.rule()
    flow.gap(3)
    day = spell_date(data.held_on, "EEEE d 'de' MMMM 'de' y", locale="es")
    large = Style(SANS, BOLD, 13)
    for label, value in (("Día", day), ("Hora", data.hour), ("Lugar", data.place)):
        if value:
            flow.row([label, value], [0.16, 0.84], large)
    flow.row(["Convoca", data.called_by], [0.16, 0.84], Style(SANS, "", 12))
    flow.gap(1)
    flow.rule()


def _agenda(flow: Flow, data: Convocation) -> None:
    flow.heading("Orden del día")
    if data.subject:
        flow.text(data.subject, Style(SANS, BOLD, 12))
        flow.gap(1)
    points = ["Control de asistencia y del quórum."]
    if data.families:
        about = f" de la ronda «{data.round}»" if data.round else ""
        points.append(f"Decisiones{about}: {len(data.families)} en lista.")
    if data.appeals:
        points.append(f"Respuesta a apelaciones: {data.appeals}.")
    for place, point in enumerate([*points, "Lectura y firma del acta."], start=1):
        flow.item(point, Style(SANS, "", 11), mark=f"{place}.")


def _members(flow: Flow, data: Convocation) -> None:
    flow.heading("Se convoca a")
    told = [f"{name} ({role})" for name, role in data.members]
    half = -(-len(told) // 2)
    for left, right in zip(told[:half], [*told[half:], ""], strict=False):
        flow.row([left, right], [0.5, 0.5], Style(SANS, "", 9.5))
    flow.gap(1)
    flow.text(
        f"Para decidir se necesitan {data.needed} de {len(data.members)} personas en funciones, "
        "con productores y otro sector entre ellas. Quien evaluó a una familia o tiene un vínculo "
        "con ella no decide sobre ella.",
        BODY,
    )


def _families(flow: Flow, data: Convocation) -> None:
    """As many names as the page holds, in columns; the rest is counted."""
    if not data.families:
        return
    flow.heading("Esperan una decisión")
    style = Style(SANS, "", 9)
    height = flow.fitted("x", style).line_height + 1.2
    rows = max(1, int((BOTTOM - _SIGNATURE - flow.y) / height))
    names = list(data.families)
    if len(names) > rows * _COLUMNS:
        kept = names[: rows * _COLUMNS - 1]
        names = [*kept, f"y {len(names) - len(kept)} más"]
    deep = -(-len(names) // _COLUMNS)
    for row in range(deep):
        cells = [names[n] if n < len(names) else "" for n in range(row, deep * _COLUMNS, deep)]
        paper = flow.paper
        paper.font(style.family, style.weight, style.size, style.colour)
        wide = WIDTH / _COLUMNS - 3
        short = [paper.fit(cell, wide, [style.size]).lines[0] for cell in cells]
        flow.row(short, [1 / _COLUMNS] * _COLUMNS, style)


def _signature(flow: Flow, data: Convocation) -> None:
    paper, y = flow.paper, BOTTOM - 8
    paper.set_draw_color(*LINE)
    paper.line(LEFT + WIDTH / 2 - 35, y, LEFT + WIDTH / 2 + 35, y)
    paper.font(SANS, BOLD, STRONG.size, STRONG.colour)
    paper.write_lines(paper.fit(data.called_by, 90, [10, 9]), LEFT + WIDTH / 2 - 45, y + 1, 90, "C")
    paper.font(SANS, "", 8.5, MUTED)
    paper.write_lines(paper.fit("Convoca", 90, [8.5]), LEFT + WIDTH / 2 - 45, y + 5.5, 90, "C")

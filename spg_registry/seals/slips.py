"""The slip with a one-time code, on a sheet of its own and never on a certificate: whoever reads a
certificate on a wall must not be able to act for the family."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from spg_registry.core import codes
from spg_registry.core.clock import local_date
from spg_registry.core.messages import format_date
from spg_registry.core.paper import BOLD, SANS, SERIF, Paper
from spg_registry.seals import ornament, qr
from spg_registry.seals.own_door import Slip
from spg_registry.seals.sheets import GREEN, INK, MUTED, WARNING

LEFT: Final = 24.0
WIDTH: Final = 162.0
FOLD: Final = 148.5

_STEPS: Final = (
    "1. En un teléfono, entre a {address} o apunte la cámara al cuadro.",
    "2. Escriba el código {code} y la clave de este talón.",
    "3. Elija usted un PIN de 4 a 8 números y no se lo diga a nadie, tampoco al comité.",
)


def slips(many: Sequence[Slip], base_url: str, made_on: date, *, demo: bool) -> bytes:
    """A page each; the upper half folds over the words, so that nobody reads them on the way."""
    if not many:
        raise ValueError("no slip to print")
    paper = Paper("Talón para elegir el PIN", made_on)
    for slip in many:
        paper.add_page()
        _draw(paper, slip, base_url, demo=demo)
    return bytes(paper.output())


def _draw(paper: Paper, slip: Slip, base_url: str, *, demo: bool) -> None:
    _draw_fold(paper)
    paper.font(SANS, "", 11, MUTED)
    paper.write_lines(paper.fit("Entregar en mano, doblado, a:", WIDTH, [11]), LEFT, 60, WIDTH)
    paper.font(SERIF, BOLD, 26, INK)
    name = paper.fit(slip.producer.display_name, WIDTH, [26, 22, 18], 3)
    y = paper.write_lines(name, LEFT, 67, WIDTH)
    paper.font(SANS, "", 13, INK)
    paper.write_lines(paper.fit(slip.producer.code, WIDTH, [13]), LEFT, y + 1, WIDTH)
    top = FOLD + 12
    paper.font(SERIF, BOLD, 24, GREEN)
    y = paper.write_lines(paper.fit("Su talón para elegir un PIN", WIDTH, [24]), LEFT, top, WIDTH)
    paper.font(SANS, "", 11, INK)
    why = "Con su PIN usted mira su evaluación, sus sellos y las decisiones, y dice que los conoce."
    y = paper.write_lines(paper.fit(why, WIDTH, [11], 2), LEFT, y + 1, WIDTH) + 4
    y = _draw_code(paper, slip, y)
    _draw_steps(paper, slip, base_url, y + 5)
    if demo:
        paper.font(SANS, BOLD, 10, WARNING)
        notice = paper.fit("Demostración: talón sin valor real", WIDTH, [10])
        paper.write_lines(notice, LEFT, 284, WIDTH)


def _draw_fold(paper: Paper) -> None:
    paper.set_draw_color(*MUTED)
    paper.set_line_width(0.2)
    paper.set_dash_pattern(2, 2)
    paper.line(8, FOLD, 202, FOLD)
    paper.set_dash_pattern()
    paper.font(SANS, "", 8, MUTED)
    paper.write_lines(paper.fit("doble aquí", 30, [8]), 8, FOLD - 4.5, 30)


def _draw_code(paper: Paper, slip: Slip, y: float) -> float:
    paper.set_draw_color(*GREEN)
    paper.set_line_width(0.6)
    paper.rect(LEFT, y, WIDTH, 24)
    paper.font(SANS, "", 9.5, MUTED)
    label = paper.fit("Clave de un solo uso", WIDTH, [9.5])
    paper.write_lines(label, LEFT + 5, y + 2, WIDTH - 10)
    paper.font(SANS, BOLD, 33, INK)
    paper.write_lines(paper.fit(codes.display(slip.code), 100, [33]), LEFT + 5, y + 7, 100)
    paper.font(SANS, "", 11, INK)
    until = paper.fit(f"Vale hasta el {format_date(local_date(slip.until))}", 52, [11])
    paper.write_lines(until, LEFT + WIDTH - 57, y + 12, 52, "R")
    return y + 24


def _draw_steps(paper: Paper, slip: Slip, base_url: str, y: float) -> None:
    address = f"{qr.host(base_url)}/mi-sello"
    width = WIDTH - 40
    for step in _STEPS:
        told = step.format(address=address, code=slip.producer.code)
        paper.font(SANS, "", 12, INK)
        y = paper.write_lines(paper.fit(told, width, [12, 11], 3), LEFT, y, width) + 2.2
    paper.font(SANS, "", 10, MUTED)
    care = (
        "Si lo pierde o alguien más lo vio, pida otro a la coordinación: este deja de valer. "
        "Quien no use teléfono confirma con su marca en papel, ante un testigo."
    )
    paper.write_lines(paper.fit(care, width, [10], 4), LEFT, y + 1, width)
    modules = qr.matrix(f"{base_url}/MI-SELLO".upper(), qr.Level.Q)
    module = 30.0 / len(modules)
    ornament.fill_cells(paper, qr.runs(modules), LEFT + WIDTH - 32, FOLD + 64, module)

"""The card that stands on a stall: one A4 page, folded in the middle so that both sides read the
same, or cut into two A5 cards.

Large and few words: who, which seal, what products, until when, and where to check it now.
"""

from bisect import bisect_left
from collections.abc import Sequence
from typing import Final

from spg_registry.core import codes
from spg_registry.core.messages import format_date
from spg_registry.core.paper import BOLD, SANS, SERIF, Colour, Fitted, Paper
from spg_registry.rules.words import Category
from spg_registry.seals import ornament, qr
from spg_registry.seals.labels import GREEN, GREY, WHITE
from spg_registry.seals.sheets import GREEN as DARK_GREEN
from spg_registry.seals.sheets import INK, MUTED, SEAL_NAME, WARNING, Certificate

PAGE: Final = 210.0
FACE: Final = 148.5
"""Height of a face: half the page."""
QR_SIDE: Final = 42.0
_EDGE: Final = 8.0
_BAND: Final = 31.0
_LEFT: Final = 18.0
_QR_BOX: Final = 52.0
_WORDS: Final = PAGE - 2 * _LEFT - _QR_BOX - 6
"""Width of what stands beside the QR."""

_SIZES: Final = (19.0, 16.0, 14.0, 12.0, 10.5)
"""Of the products, in points."""

MEANING: Final = {
    Category.ORGANIC: (
        "Sin agroquímicos ni transgénicos. Lo revisaron otros productores y lo aprobó su comité."
    ),
    Category.TRANSITION: (
        "Ya dejó los agroquímicos y está en transición: todavía no cumple el tiempo que pide la "
        "norma. Lo revisaron otros productores y lo aprobó su comité."
    ),
}


def cards(seals: Sequence[Certificate]) -> bytes:
    """A page each."""
    if not seals:
        raise ValueError("no card to print")
    title = f"Tarjeta de puesto {codes.display(seals[0].code)}"
    paper = Paper(title, max(seal.decided_on for seal in seals))
    for seal in seals:
        paper.add_page()
        with paper.rotation(180, PAGE / 2, FACE / 2):
            _draw_face(paper, seal, 0)
        _draw_face(paper, seal, FACE)
        _draw_fold(paper)
    return bytes(paper.output())


def _draw_fold(paper: Paper) -> None:
    paper.set_draw_color(*GREY)
    paper.set_line_width(0.2)
    paper.set_dash_pattern(2, 2)
    paper.line(0, FACE, _EDGE - 2, FACE)
    paper.line(PAGE - _EDGE + 2, FACE, PAGE, FACE)
    paper.set_dash_pattern()


def _draw_face(paper: Paper, seal: Certificate, top: float) -> None:
    _draw_ground(paper, seal.category, top)
    y = _draw_holder(paper, seal, top + _EDGE + _BAND + 7)
    _draw_products(paper, seal, y + 3, top + 108)
    _draw_until(paper, seal, top + 111)
    _draw_check(paper, seal, top + _EDGE + _BAND + 6)


def _draw_ground(paper: Paper, category: Category, top: float) -> None:
    """The head is green for organic, white between green lines for transition."""
    organic = category is Category.ORGANIC
    paper.set_draw_color(*GREEN)
    paper.set_line_width(2.4 if organic else 1.6)
    inner = PAGE - 2 * _EDGE
    paper.rect(_EDGE, top + _EDGE, inner, FACE - 2 * _EDGE)
    if organic:
        paper.set_fill_color(*GREEN)
        paper.rect(_EDGE, top + _EDGE, inner, _BAND, style="F")
    else:
        paper.line(_EDGE, top + _EDGE + _BAND, PAGE - _EDGE, top + _EDGE + _BAND)
    middle = top + _EDGE + _BAND / 2
    ornament.draw_emblem(paper, category, _LEFT + 12, middle, 12)
    words: Colour = WHITE if organic else DARK_GREEN
    paper.font(SANS, BOLD, 33, words)
    width = PAGE - _LEFT * 2 - 30
    name = paper.fit(SEAL_NAME[category], width, [36, 32])
    paper.write_lines(name, _LEFT + 30, middle - 10.5, width)
    paper.font(SANS, "", 10, words)
    line = paper.fit("Sistema Participativo de Garantía · Bolivia", width, [11])
    paper.write_lines(line, _LEFT + 30, middle + 5, width)


def _draw_holder(paper: Paper, seal: Certificate, y: float) -> float:
    paper.font(SERIF, BOLD, 34, INK)
    y = paper.write_lines(_fit_name(paper, seal.producer), _LEFT, y, _WORDS)
    paper.font(SANS, "", 13, MUTED)
    place = f"{seal.community}, {seal.municipality} ({seal.department})"
    return paper.write_lines(paper.fit(place, _WORDS, [13, 11.5, 10], 2), _LEFT, y + 1, _WORDS)


def _fit_name(paper: Paper, name: str) -> Fitted:
    for sizes, lines in (([36, 32, 28], 1), ([27, 24, 21], 2)):
        fitted = paper.fit(name, _WORDS, sizes, lines)
        if fitted.whole:
            return fitted
    return paper.fit(name, _WORDS, [18, 16, 14], 3)


def _draw_products(paper: Paper, seal: Certificate, y: float, bottom: float) -> None:
    """As many as there is room for; the rest is counted."""
    names = [line.product for line in seal.scope]
    paper.font(SANS, "", 9, MUTED)
    y = paper.write_lines(paper.fit("Productos", _WORDS, [9.5]), _LEFT, y, _WORDS)
    fitted = _fit_products(paper, names, bottom - y)
    paper.write_lines(fitted, _LEFT, y, _WORDS)


def _fit_products(paper: Paper, names: Sequence[str], room: float) -> Fitted:
    """All of them as large as there is room for, else as many as the smallest size allows."""

    def fit(shown: int, size: float) -> Fitted:
        more = len(names) - shown
        told = ", ".join(names[:shown]) + (f" y {more} más" if more else "")
        paper.font(SANS, BOLD, size, INK)
        return paper.fit(told, _WORDS, [size], len(told) + 1)

    for size in _SIZES:
        if (fitted := fit(len(names), size)).height <= room:
            return fitted
    some = bisect_left(range(1, len(names)), True, key=lambda n: fit(n, size).height > room)
    return fit(max(1, some), size)


def _draw_until(paper: Paper, seal: Certificate, y: float) -> None:
    width = PAGE - 2 * _LEFT
    paper.font(SANS, BOLD, 19, DARK_GREEN)
    until = f"Válido hasta el {format_date(seal.valid_until)}"
    y = paper.write_lines(paper.fit(until, _WORDS, [19]), _LEFT, y, _WORDS) + 0.6
    paper.font(SANS, "", 10, INK)
    y = paper.write_lines(paper.fit(MEANING[seal.category], width, [10.5, 9.5], 2), _LEFT, y, width)
    paper.font(SANS, "", 8, MUTED)
    who = f"{seal.committee} · Acta {seal.acta_number} del {format_date(seal.decided_on)}"
    paper.write_lines(paper.fit(who, width, [9, 8, 7.2], 1), _LEFT, y + 0.8, width)


def _draw_check(paper: Paper, seal: Certificate, y: float) -> None:
    """The signed QR, its code in letters, and where to check both."""
    x = PAGE - _LEFT - _QR_BOX
    modules = qr.carried_matrix(seal.base_url, seal.token)
    module = QR_SIDE / len(modules)
    quiet = qr.QUIET_ZONE * module
    inset = (_QR_BOX - QR_SIDE) / 2
    paper.set_fill_color(*WHITE)
    paper.rect(x + inset - quiet, y, QR_SIDE + 2 * quiet, QR_SIDE + 2 * quiet, style="F")
    ornament.fill_cells(paper, qr.runs(modules), x + inset, y + quiet, module)
    y += QR_SIDE + 2 * quiet + 0.5
    for text, style, sizes, colour in (
        (codes.display(seal.code), BOLD, [17.0, 15.0], INK),
        (f"Verifique en {qr.host(seal.base_url)}", BOLD, [9.0, 8.0, 7.0, 6.2], DARK_GREEN),
        ("El QR dice si sigue vigente hoy.", "", [9.0, 8.0], MUTED),
        ("Demostración: sello sin valor real" if seal.demo else "", BOLD, [8.5], WARNING),
    ):
        if text:
            paper.font(SANS, style, sizes[0], colour)
            y = paper.write_lines(paper.fit(text, _QR_BOX, sizes), x, y, _QR_BOX, "C")

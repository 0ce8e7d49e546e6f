"""The printed certificate of a seal: one A4 page that a family frames and an inspector checks.

It says what the public page says and nothing more about anybody. Green is organic; transition is
white with a green border, and its own words never claim more than the transition.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from spg_registry.core import codes
from spg_registry.core.messages import format_date
from spg_registry.core.paper import BOLD, SANS, SERIF, Colour, Fitted, Paper
from spg_registry.rules.standing import SealStanding
from spg_registry.rules.words import Category
from spg_registry.seals import ornament, qr
from spg_registry.seals.scope_table import ScopeLine, draw_scope

__all__ = ["Certificate", "ScopeLine", "certificate", "certificates"]

GREEN: Final[Colour] = (20, 82, 44)
INK: Final[Colour] = (30, 40, 34)
MUTED: Final[Colour] = (82, 93, 86)
WATERMARK: Final[Colour] = (235, 229, 214)
WARNING: Final[Colour] = (138, 74, 0)
RED: Final[Colour] = (172, 20, 24)

LEFT: Final = 27.0
WIDTH: Final = 156.0
CENTRE: Final = 105.0
QR_SIDE: Final = 38.0
"""Printed side of the symbol without its quiet zone; 25 mm is the least that cameras need."""

TITLE: Final = {
    Category.ORGANIC: "Certificado ecológico",
    Category.TRANSITION: "Certificado en transición",
}
SEAL_NAME: Final = {
    Category.ORGANIC: "SELLO ECOLÓGICO",
    Category.TRANSITION: "SELLO EN TRANSICIÓN",
}
STATEMENT: Final = {
    Category.ORGANIC: (
        "por producir según la {standard}, con evaluación de sus pares, en estos productos:"
    ),
    Category.TRANSITION: (
        "por avanzar en la transición según la {standard}, con evaluación de sus pares, "
        "en estos productos:"
    ),
}


STAMP: Final = {
    SealStanding.WITHDRAWN: "RETIRADO",
    SealStanding.SUSPENDED: "SUSPENDIDO",
    SealStanding.REPLACED: "REEMPLAZADO",
    SealStanding.EXPIRED: "VENCIDO",
}
"""Across the page of a seal that does not count: a print of it is to deceive nobody."""


@dataclass(frozen=True)
class Certificate:
    """What is printed. `producer` is the consented public name, never more.

    `standard` reads on after *según la* ("Norma Técnica Nacional de SPG, versión 2012").
    `total_area_m2` is given by the caller because products can share a plot; None prints no total.
    """

    category: Category
    code: str
    producer: str
    community: str
    municipality: str
    department: str
    scope: tuple[ScopeLine, ...]
    valid_from: date
    valid_until: date
    committee: str
    acta_number: str
    decided_on: date
    standard: str
    token: str
    base_url: str
    total_area_m2: int | None = None
    demo: bool = False
    standing: SealStanding = SealStanding.VALID
    standing_since: date | None = None


def certificate(data: Certificate) -> bytes:
    """The PDF. The same certificate gives the same bytes."""
    return certificates([data])


def certificates(many: Sequence[Certificate]) -> bytes:
    """One PDF with a page each, for the sheets of a whole meeting."""
    if not many:
        raise ValueError("no certificate to print")
    first = many[0]
    title = f"{TITLE[first.category]} {codes.display(first.code)}"
    if len(many) > 1:
        title = f"Certificados del acta {first.acta_number}"
    paper = Paper(title, max(data.decided_on for data in many))
    for data in many:
        paper.add_page()
        _draw(paper, data)
    return bytes(paper.output())


def _draw(paper: Paper, data: Certificate) -> None:
    ornament.draw_frame(paper, data.category)
    if data.demo:
        _draw_watermark(paper)
    _draw_head(paper, data)
    y = _draw_holder(paper, data)
    draw_scope(paper, data.scope, data.total_area_m2, LEFT, y, WIDTH, 194 - y)
    _draw_facts(paper, data)
    _draw_check(paper, data)
    if data.standing in STAMP:
        _draw_stamp(paper, STAMP[data.standing], data.standing_since)


def _draw_head(paper: Paper, data: Certificate) -> None:
    paper.font(SANS, "", 8.5, MUTED)
    paper.write_spaced("SISTEMA PARTICIPATIVO DE GARANTÍA · BOLIVIA", CENTRE, 25, 8.5, 1.4)
    ornament.draw_emblem(paper, data.category, CENTRE, 46)
    paper.font(SANS, BOLD, 9.5, GREEN)
    paper.write_spaced(SEAL_NAME[data.category], CENTRE, 61.5, 9.5, 1.6)
    paper.font(SERIF, BOLD, 33, GREEN)
    paper.write_lines(paper.fit(TITLE[data.category], WIDTH, [33]), LEFT, 66.5, WIDTH, "C")


def _draw_holder(paper: Paper, data: Certificate) -> float:
    """Who holds the seal and where; gives the y below."""
    paper.font(SERIF, "", 12, MUTED)
    y = paper.write_lines(paper.fit("se otorga a", WIDTH, [12]), LEFT, 85, WIDTH, "C") + 1
    paper.font(SERIF, BOLD, 27, INK)
    y = paper.write_lines(_fit_name(paper, data.producer), LEFT, y, WIDTH, "C") + 1
    y = _draw_place(paper, data, y)
    ornament.draw_rule(paper, CENTRE, y + 4)
    statement = STATEMENT[data.category].format(standard=data.standard)
    paper.font(SERIF, "", 12, INK)
    fitted = paper.fit(statement, WIDTH - 16, [12, 11, 10], 3)
    return paper.write_lines(fitted, LEFT + 8, y + 8, WIDTH - 16, "C") + 3


def _draw_place(paper: Paper, data: Certificate, y: float) -> float:
    """On one line when it fits, else broken between community and municipality."""
    community = f"Comunidad {data.community}"
    municipality = f"Municipio de {data.municipality} · {data.department}"
    paper.font(SANS, "", 12.5, INK)
    line = paper.fit(f"{community} · {municipality}", WIDTH, [12.5, 11.5])
    if line.whole:
        return paper.write_lines(line, LEFT, y, WIDTH, "C")
    for part in (community, municipality):
        y = paper.write_lines(paper.fit(part, WIDTH, [12, 10.5, 9]), LEFT, y, WIDTH, "C")
    return y


def _fit_name(paper: Paper, name: str) -> Fitted:
    """Large on one line when it can be, smaller on two, and small on three for an association."""
    for sizes, max_lines in (([27, 24], 1), ([22, 20, 18], 2)):
        fitted = paper.fit(name, WIDTH, sizes, max_lines)
        if fitted.whole:
            return fitted
    return paper.fit(name, WIDTH, [16, 14, 12], 3)


def _draw_facts(paper: Paper, data: Certificate) -> None:
    """The row of dates and the acta, and below it who vouches."""
    facts = (
        ("Válido desde", format_date(data.valid_from), 35.0),
        ("Válido hasta", format_date(data.valid_until), 35.0),
        ("Fecha del acta", format_date(data.decided_on), 35.0),
        ("Acta", data.acta_number, 51.0),
    )
    x, top = LEFT, 199.0
    ornament.draw_hairline(paper, LEFT, top - 2, WIDTH)
    for label, value, width in facts:
        _draw_fact(paper, label, value, x, top, width - 2, [15, 13, 11, 9.5, 8.5])
        x += width
    ornament.draw_hairline(paper, LEFT, top + 12.5, WIDTH)
    _draw_fact(paper, "Otorgado por", data.committee, LEFT, top + 14.5, WIDTH, [13, 11.5, 10], 2)


def _draw_fact(
    paper: Paper,
    label: str,
    value: str,
    x: float,
    y: float,
    width: float,
    sizes: Sequence[float],
    max_lines: int = 1,
) -> None:
    paper.font(SANS, "", 8.5, MUTED)
    y = paper.write_lines(paper.fit(label, width, [8.5]), x, y, width)
    paper.font(SANS, BOLD, sizes[0], INK)
    paper.write_lines(paper.fit(value, width, sizes, max_lines), x, y, width)


def _draw_check(paper: Paper, data: Certificate) -> None:
    """The QR, the code in letters and where to check both."""
    modules = qr.carried_matrix(data.base_url, data.token)
    _draw_qr(paper, modules, LEFT, 232)
    x = LEFT + QR_SIDE + 10
    width = LEFT + WIDTH - x
    paper.font(SANS, "", 9, MUTED)
    paper.write_lines(paper.fit("Código del sello", width, [9]), x, 231, width)
    paper.font(SANS, BOLD, 31, INK)
    paper.write_lines(paper.fit(codes.display(data.code), width, [31]), x, 234.5, width)
    paper.font(SANS, BOLD, 14, GREEN)
    where = f"Verifique en {qr.host(data.base_url)}"
    y = paper.write_lines(paper.fit(where, width, [14, 12.5, 11, 10], 1), x, 249.5, width)
    paper.font(SANS, "", 9.5, MUTED)
    how = (
        "Apunte la cámara del teléfono o escriba el código: un sello puede suspenderse o "
        "retirarse antes de su fecha."
    )
    y = paper.write_lines(paper.fit(how, width, [9.5], 3), x, y + 1, width)
    trade = "Vale para el comercio nacional y local; no es un certificado de exportación."
    paper.write_lines(paper.fit(trade, width, [9.5, 9], 2), x, y + 1.2, width)


def _draw_qr(paper: Paper, modules: qr.Matrix, x: float, y: float) -> None:
    """Draw the symbol with its corner there, on white wide enough for its quiet zone."""
    module = QR_SIDE / len(modules)
    quiet = qr.QUIET_ZONE * module
    paper.set_fill_color(255, 255, 255)
    paper.rect(x - quiet, y - quiet, QR_SIDE + 2 * quiet, QR_SIDE + 2 * quiet, style="F")
    ornament.fill_cells(paper, qr.runs(modules), x, y, module)


def _draw_watermark(paper: Paper) -> None:
    paper.font(SANS, BOLD, 82, WATERMARK)
    width = paper.get_string_width("DEMOSTRACIÓN")
    with paper.rotation(52, CENTRE, 150):
        paper.set_xy(CENTRE - width / 2, 135)
        paper.cell(width, 30, "DEMOSTRACIÓN", align="C")
    paper.font(SANS, BOLD, 9.5, WARNING)
    notice = "Demostración: sello sin valor real"
    paper.write_lines(paper.fit(notice, WIDTH, [9.5]), LEFT, 272.6, WIDTH, "C")


def _draw_stamp(paper: Paper, word: str, since: date | None) -> None:
    """Over everything, from corner to corner."""
    paper.font(SANS, BOLD, 92, RED)
    size = 92 * min(1.0, 205 / paper.get_string_width(word))
    with paper.local_context(fill_opacity=0.8), paper.rotation(50, CENTRE, 150):
        paper.font(SANS, BOLD, size, RED)
        paper.set_xy(0, 130)
        paper.cell(2 * CENTRE, 30, word, align="C")
        if since is not None:
            paper.font(SANS, BOLD, 30, RED)
            paper.set_xy(0, 159)
            paper.cell(2 * CENTRE, 12, f"desde el {format_date(since)}", align="C")

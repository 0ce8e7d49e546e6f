"""A committee's accounts as a sheet for the wall of its office: A3, read from two steps away."""

from collections.abc import Sequence
from datetime import date
from typing import Final
from urllib.parse import urlsplit

from spg_registry.core.messages import format_date, format_number, format_percent, sentence
from spg_registry.core.paper import BOLD, SANS, SERIF, Colour, Paper
from spg_registry.core.qr import QUIET_ZONE, Level, matrix, origin, runs
from spg_registry.register.accounts import Accounts, Chapter, Figure, Term

GREEN: Final[Colour] = (20, 82, 44)
DEEP: Final[Colour] = (27, 107, 58)
INK: Final[Colour] = (30, 40, 34)
MUTED: Final[Colour] = (82, 93, 86)
PALE: Final[Colour] = (238, 244, 238)
WHITE: Final[Colour] = (255, 255, 255)
WARNING: Final[Colour] = (138, 74, 0)

LEFT: Final = 20.0
WIDTH: Final = 257.0
GUTTER: Final = 9.0
COLUMN: Final = (WIDTH - GUTTER) / 2
QR_SIDE: Final = 42.0


def wall_sheet(told: Accounts, on: date, base_url: str, *, demo: bool = False) -> bytes:
    """The PDF. The same accounts on the same day give the same bytes."""
    paper = Paper(f"Rendición de cuentas {told.year}, {told.facts.name}", on)
    paper.add_page(format="A3")
    y = _head(paper, told, on, demo)
    y = _seals(paper, told, y)
    y = _chapters(paper, told.chapters, y + 7)
    _who(paper, told, y + 6)
    _foot(paper, told, on, base_url)
    return bytes(paper.output())


def _head(paper: Paper, told: Accounts, on: date, demo: bool) -> float:
    facts = told.facts
    paper.set_fill_color(*DEEP)
    paper.rect(0, 0, 297, 66, style="F")
    paper.font(SANS, "", 12, PALE)
    paper.write_spaced("RENDICIÓN PÚBLICA DE CUENTAS", 297 / 2, 11, 12, 2)
    paper.font(SERIF, BOLD, 34, WHITE)
    fitted = paper.fit(facts.name, WIDTH, [34, 30, 27], 2)
    y = paper.write_lines(fitted, LEFT, 18, WIDTH, "C") + 1
    paper.font(SANS, "", 15, PALE)
    places = ", ".join(facts.places)
    paper.write_lines(paper.fit(places, WIDTH, [15, 13], 1), LEFT, y, WIDTH, "C")
    paper.font(SANS, BOLD, 20, WHITE)
    state = f"cifras provisionales al {format_date(on)}" if told.provisional else "año cerrado"
    line = f"Gestión {told.year} · {state}"
    paper.write_lines(paper.fit(line, WIDTH, [18]), LEFT, 55, WIDTH, "C")
    if demo:
        paper.font(SANS, BOLD, 12, WARNING)
        said = "Demostración: personas y cifras inventadas"
        paper.write_lines(paper.fit(said, WIDTH, [12]), LEFT, 67.5, WIDTH, "C")
    return 75.0


def _seals(paper: Paper, told: Accounts, y: float) -> float:
    """The two seals apart: green, and white with a green border."""
    facts = told.facts
    for n, (count, said, organic) in enumerate(
        (
            (facts.organic, "productores con sello ecológico vigente", True),
            (facts.transition, "productores con sello en transición vigente", False),
        )
    ):
        x = LEFT + n * (COLUMN + GUTTER)
        paper.set_draw_color(*DEEP)
        paper.set_line_width(1.2)
        paper.set_fill_color(*(DEEP if organic else WHITE))
        paper.rect(x, y, COLUMN, 30, style="DF", round_corners=True, corner_radius=4)
        colour = WHITE if organic else GREEN
        paper.font(SERIF, BOLD, 44, colour)
        number = paper.fit(format_number(count), 40, [44, 36, 28])
        paper.write_lines(number, x + 5, y + 15 - number.height / 2, 40, "C")
        paper.font(SANS, BOLD, 16, colour)
        words = paper.fit(said, COLUMN - 54, [16, 14], 2)
        paper.write_lines(words, x + 48, y + 15 - words.height / 2, COLUMN - 54)
    return y + 30


def _chapters(paper: Paper, chapters: Sequence[Chapter], y: float) -> float:
    """Two columns, filled so that both end near each other."""
    lengths = [1.6 + len(chapter.figures) for chapter in chapters]
    left: list[Chapter] = []
    filled = 0.0
    for chapter, length in zip(chapters, lengths, strict=True):
        if filled + length / 2 <= sum(lengths) / 2:
            left.append(chapter)
            filled += length
    right = [chapter for chapter in chapters if chapter not in left]
    ends = []
    for n, column in enumerate((left, right)):
        x, at = LEFT + n * (COLUMN + GUTTER), y
        for chapter in column:
            at = _chapter(paper, chapter, x, at) + 5
        ends.append(at)
    return max(ends) - 5


def _chapter(paper: Paper, chapter: Chapter, x: float, y: float) -> float:
    paper.font(SERIF, BOLD, 20, GREEN)
    title = paper.fit(sentence(f"account.{chapter.name}"), COLUMN, [20])
    y = paper.write_lines(title, x, y, COLUMN) + 1
    paper.set_draw_color(*DEEP)
    paper.set_line_width(0.6)
    paper.line(x, y, x + COLUMN, y)
    y += 1.8
    for figure in chapter.figures:
        y = _figure(paper, figure, x, y)
    return y


def _figure(paper: Paper, figure: Figure, x: float, y: float) -> float:
    words = COLUMN - 42
    paper.font(SANS, BOLD, 14.5, INK)
    below = paper.write_lines(
        paper.fit(sentence(f"account.{figure.name}"), words, [14.5, 13], 2), x, y, words
    )
    paper.font(SANS, "", 11, MUTED)
    means = paper.fit(sentence(f"account.{figure.name}.means"), words, [11, 10], 3)
    below = paper.write_lines(means, x, below, words)
    paper.font(SERIF, BOLD, 24, GREEN)
    number = paper.fit(format_number(figure.count), 40, [24, 20])
    at = paper.write_lines(number, x + words + 2, y - 1.2, 40, "R")
    if figure.of is not None:
        paper.font(SANS, "", 11, MUTED)
        share = f" · {format_percent(figure.share)}" if figure.share is not None else ""
        part = paper.fit(f"de {format_number(figure.of)}{share}", 40, [11, 10])
        at = paper.write_lines(part, x + words + 2, at - 0.6, 40, "R")
    y = max(below, at) + 1.4
    paper.set_draw_color(213, 216, 207)
    paper.set_line_width(0.2)
    paper.line(x, y, x + COLUMN, y)
    return y + 1.4


def _who(paper: Paper, told: Accounts, y: float) -> None:
    """Who decides, by sector, and by what acts they may."""
    lines = []
    for body, sectors in told.facts.sectors.items():
        told_of = ", ".join(
            f"{sentence(f'status.sector.{sector.value}').lower()} {count}"
            for sector, count in sectors.items()
        )
        lines.append((sentence(f"status.body.{body.value}"), told_of or "nadie en funciones"))
    act = told.facts.recognition
    word = sentence(f"status.recognition.{told.facts.recognised}")
    lines.append(("Reconocimiento", f"{word}: {act.number}, {act.issuer}" if act else word))
    lines += [(f"Registro de {term.spg.name}", _registered(term)) for term in told.facts.terms]
    for label, value in lines:
        paper.font(SANS, BOLD, 12, GREEN)
        fitted = paper.fit(label, 72, [12, 11, 10], 2)
        after = paper.write_lines(fitted, LEFT, y, 72)
        paper.font(SANS, "", 12, INK)
        value_lines = paper.fit(value, WIDTH - 76, [12, 11], 2)
        y = max(after, paper.write_lines(value_lines, LEFT + 76, y, WIDTH - 76)) + 1.2


def _registered(term: Term) -> str:
    word = sentence(f"status.registration.{term.standing}")
    if term.act is None:
        return word
    until = f", hasta el {format_date(term.until)}" if term.until else ""
    return f"{word}: {term.act.act_number}, {term.act.issuer}{until}"


def _foot(paper: Paper, told: Accounts, on: date, base_url: str) -> None:
    top = 420 - 62
    paper.set_fill_color(*PALE)
    paper.rect(0, top, 297, 62, style="F")
    link = f"{base_url}/rendicion/{told.facts.id}"
    # Upper case, as the compact symbol wants it; the site answers to both.
    modules = matrix(f"{origin(base_url)}/RENDICION/{told.facts.id}", Level.Q)
    side = QR_SIDE / len(modules)
    quiet = QUIET_ZONE * side
    paper.set_fill_color(*WHITE)
    corner = QR_SIDE + 2 * quiet
    paper.rect(LEFT - quiet, top + 10 - quiet, corner, corner, style="F")
    paper.fill_cells(runs(modules), LEFT, top + 10, side)
    x = LEFT + QR_SIDE + 14
    width = LEFT + WIDTH - x
    paper.font(SERIF, BOLD, 20, GREEN)
    y = paper.write_lines(
        paper.fit("Estas cuentas, al día, en su teléfono", width, [20, 18]), x, top + 9, width
    )
    paper.font(SANS, BOLD, 14, INK)
    y = paper.write_lines(
        paper.fit(link.removeprefix("https://").removeprefix("http://"), width, [14, 12]),
        *(x, y + 1, width),
    )
    paper.font(SANS, "", 12.5, INK)
    host = urlsplit(base_url).netloc
    how = (
        "¿Tiene una duda o una denuncia? No hace falta cuenta ni dar el nombre: entre a "
        f"{host}/denuncias. Una denuncia sobre el comité la responde el control "
        "nacional."
    )
    y = paper.write_lines(paper.fit(how, width, [12.5, 11.5], 3), x, y + 2, width)
    paper.font(SANS, "", 10, MUTED)
    note = (
        f"Impreso con los datos del {format_date(on)}. Los dos sellos no se suman: una misma "
        "familia puede tener ambos."
    )
    paper.write_lines(paper.fit(note, width, [10], 2), x, y + 2, width)

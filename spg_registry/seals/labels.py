"""Seals to be cut out: A4 with 24 a page, for what a family sells.

Green is organic; transition is white with a green border and never claims more. Beside each QR
stand the code and the host in letters. The carried QR (signed) is 25 mm or wider, the short one
(a link only) is what leaves more room for words. Numbered labels say besides what is inside the
package, and which label of the seal this is.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from spg_registry.core import codes
from spg_registry.core.messages import format_date
from spg_registry.core.paper import BOLD, SANS, Colour, Paper
from spg_registry.rules.words import Category
from spg_registry.seals import ornament, qr
from spg_registry.seals.sheets import GREEN as DARK_GREEN
from spg_registry.seals.sheets import SEAL_NAME, WARNING, Certificate

COLUMNS: Final = 4
ROWS: Final = 6
PER_PAGE: Final = COLUMNS * ROWS
CELL_WIDTH: Final = 49.0
CELL_HEIGHT: Final = 47.0
LEFT: Final = 7.0
TOP: Final = 7.5
_GAP: Final = 1.0
"""White between a label's edge and the cut."""
WIDTH: Final = CELL_WIDTH - 2 * _GAP
HEIGHT: Final = CELL_HEIGHT - 2 * _GAP
_BORDER: Final = 1.1
_HEAD: Final = 5.5
_PAD: Final = 1.4

GREEN: Final[Colour] = (27, 107, 58)
WHITE: Final[Colour] = (255, 255, 255)
GREY: Final[Colour] = (120, 130, 124)


class Profile(StrEnum):
    """`carried` is the signed seal itself, `short` only a link."""

    CARRIED = "carried"
    SHORT = "short"


QR_SIDE: Final = {Profile.CARRIED: 25.4, Profile.SHORT: 20.0}
"""Printed side of the symbol in mm, without its quiet zone (trust.md section 2)."""


@dataclass(frozen=True)
class Numbered:
    """Labels of one batch: what is in each package, and the running numbers, both ends in it."""

    seal: Certificate
    product: str
    content: str
    first: int
    last: int


@dataclass(frozen=True)
class _Label:
    seal: Certificate
    modules: qr.Matrix
    product: str = ""
    content: str = ""
    number: int = 0


def sheets(seals: Sequence[Certificate], profile: Profile, copies: int) -> bytes:
    """So many labels of each seal, one after another, 24 a page."""
    if not seals or copies < 1:
        raise ValueError("no label to print")
    return _printed(_copies(seals, profile, copies), profile, seals)


def numbered_sheets(lots: Sequence[Numbered], profile: Profile) -> bytes:
    """The labels of these batches, in the order of their numbers."""
    if not lots:
        raise ValueError("no label to print")
    return _printed(_numbers(lots, profile), profile, [lot.seal for lot in lots])


def pages(labels: int) -> int:
    return -(-labels // PER_PAGE)


def _copies(seals: Iterable[Certificate], profile: Profile, copies: int) -> Iterator[_Label]:
    for seal in seals:
        label = _Label(seal, _matrix(seal, profile))
        yield from (label for _ in range(copies))


def _numbers(lots: Iterable[Numbered], profile: Profile) -> Iterator[_Label]:
    for lot in lots:
        modules = _matrix(lot.seal, profile)
        for number in range(lot.first, lot.last + 1):
            yield _Label(lot.seal, modules, lot.product, lot.content, number)


def _matrix(seal: Certificate, profile: Profile) -> qr.Matrix:
    if profile is Profile.CARRIED:
        return qr.carried_matrix(seal.base_url, seal.token)
    return qr.short_matrix(seal.base_url, seal.code)


def _printed(labels: Iterable[_Label], profile: Profile, seals: Sequence[Certificate]) -> bytes:
    made_on = max(seal.decided_on for seal in seals)
    paper = Paper(f"Sellos {codes.display(seals[0].code)}", made_on)
    drawn: dict[_Label, tuple[bytes, float, float]] = {}
    for place, label in enumerate(labels):
        if place % PER_PAGE == 0:
            paper.add_page()
            _draw_cut_marks(paper)
            drawn.clear()  # what a page uses of fonts it must name itself
        row, column = divmod(place % PER_PAGE, COLUMNS)
        x = LEFT + column * CELL_WIDTH + _GAP
        y = TOP + row * CELL_HEIGHT + _GAP
        if known := drawn.get(label):
            _stamp(paper, known, x, y)
            continue
        page = _written(paper)
        begin = len(page)
        _draw(paper, label, QR_SIDE[profile], x, y)
        drawn[label] = (bytes(page[begin:]), x, y)
    return bytes(paper.output())


def _written(paper: Paper) -> bytearray:
    """The drawing of the present page so far."""
    content = paper.pages[paper.page].contents
    if not isinstance(content, bytearray):
        raise TypeError("a page that is still drawn upon is bytes")
    return content


def _stamp(paper: Paper, known: tuple[bytes, float, float], x: float, y: float) -> None:
    """The same label at another place of its page: drawing it anew takes twenty times as long."""
    content, from_x, from_y = known
    aside, down = (x - from_x) * paper.k, (y - from_y) * paper.k
    page = _written(paper)
    page += f"q 1 0 0 1 {aside:.3f} {-down:.3f} cm\n".encode() + content + b"Q\n"


def _draw_cut_marks(paper: Paper) -> None:
    """In the margins at every cut, and a small cross where two cuts meet."""
    paper.set_draw_color(*GREY)
    paper.set_line_width(0.15)
    across = [LEFT + column * CELL_WIDTH for column in range(COLUMNS + 1)]
    down = [TOP + row * CELL_HEIGHT for row in range(ROWS + 1)]
    bottom, right = down[-1], across[-1]
    for x in across:
        paper.line(x, 3, x, TOP - 1)
        paper.line(x, bottom + 1, x, bottom + TOP - 3)
    for y in down:
        paper.line(3, y, LEFT - 1, y)
        paper.line(right + 1, y, right + LEFT - 3, y)
    for x in across[1:-1]:
        for y in down[1:-1]:
            paper.line(x - 0.7, y, x + 0.7, y)
            paper.line(x, y - 0.7, x, y + 0.7)


def _draw(paper: Paper, label: _Label, side: float, x: float, y: float) -> None:
    organic = label.seal.category is Category.ORGANIC
    words: Colour = WHITE if organic else DARK_GREEN
    _draw_ground(paper, organic, x, y)
    paper.font(SANS, BOLD, 7.5, words)
    paper.write_spaced(SEAL_NAME[label.seal.category], x + WIDTH / 2, y + 1.45, 7.5, 0.7)
    module = side / len(label.modules)
    box = side + 2 * qr.QUIET_ZONE * module
    _draw_qr(paper, label.modules, x + _PAD, y + _HEAD, box, module)
    _draw_aside(paper, label, words, x + _PAD + box + 0.8, y + _HEAD + 0.4, x + WIDTH - _PAD)
    _draw_foot(paper, label, words, x + _PAD + 0.3, y + _HEAD + box, y + HEIGHT - 0.9)


def _draw_ground(paper: Paper, organic: bool, x: float, y: float) -> None:
    paper.set_draw_color(*GREEN)
    paper.set_fill_color(*(GREEN if organic else WHITE))
    paper.set_line_width(_BORDER)
    half = _BORDER / 2
    paper.rect(x + half, y + half, WIDTH - _BORDER, HEIGHT - _BORDER, style="DF")


def _draw_qr(
    paper: Paper, modules: qr.Matrix, x: float, y: float, box: float, module: float
) -> None:
    paper.set_fill_color(*WHITE)
    paper.rect(x, y, box, box, style="F")
    quiet = qr.QUIET_ZONE * module
    ornament.fill_cells(paper, qr.runs(modules), x + quiet, y + quiet, module)


def _draw_aside(
    paper: Paper, label: _Label, words: Colour, x: float, y: float, right: float
) -> None:
    """Beside the QR: the picture, until when, and of a numbered label what and which."""
    width = right - x
    organic = label.seal.category is Category.ORGANIC
    size = 6.4 if label.number else 9.0
    colour = "#ffffff" if organic else "#1b6b3a"
    ornament.draw_picture(paper, label.seal.category, x + width / 2, y + size / 2, size, colour)
    y += size + 0.6
    if label.number:
        y = _write(paper, label.product, words, x, y, width, [7.5, 6.5, 5.5], BOLD, 2)
        y = _write(paper, label.content, words, x, y, width, [7.5, 6.5, 5.5], BOLD) + 0.4
        y = _write(paper, f"N.º {label.number:06}", words, x, y, width, [7, 6, 5.2], BOLD) + 0.4
    y = _write(paper, "Válido hasta", words, x, y, width, [6, 5.4])
    _write(paper, format_date(label.seal.valid_until), words, x, y, width, [8, 7, 6.2], BOLD)


def _draw_foot(
    paper: Paper, label: _Label, words: Colour, x: float, y: float, bottom: float
) -> None:
    """Below the QR: who and where, the code, and where to check it."""
    seal, width = label.seal, WIDTH - 2 * _PAD - 0.6
    host = f"Verifique en {qr.host(seal.base_url)}"
    code = codes.display(seal.code)
    roomy = bottom - y > 10
    if roomy:
        y = _write(paper, seal.producer, words, x, y + 0.6, width, [8, 7, 6.2], BOLD, 1)
        y = _write(paper, f"{seal.community}, {seal.municipality}", words, x, y, width, [6.2, 5.4])
        y, at = _write(paper, code, words, x, y + 0.2, width, [9.5], BOLD), y + 1.4
    else:
        y = _write(paper, seal.producer, words, x, y, width, [7, 6.2, 5.6], BOLD)
        y, at = _write(paper, code, words, x, y - 0.2, width, [8.5], BOLD), y + 0.8
    _write(paper, host, words, x, y - 0.2, width, [6, 5.4, 5, 4.6])
    if seal.demo:
        alarm = words if seal.category is Category.ORGANIC else WARNING
        _write(paper, "Demostración, sin valor", alarm, x + 22, at, width - 22, [5.4, 5], BOLD)


def _write(
    paper: Paper,
    text: str,
    colour: Colour,
    x: float,
    y: float,
    width: float,
    sizes: Sequence[float],
    style: str = "",
    max_lines: int = 1,
) -> float:
    if not text:
        return y
    paper.font(SANS, style, sizes[0], colour)
    return paper.write_lines(paper.fit(text, width, sizes, max_lines), x, y, width)

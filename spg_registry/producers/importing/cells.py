"""What a cell of a list means. Where it could mean two things it is not read: `CellFault`."""

import re
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from spg_registry.core.spreadsheets import Cell, normalise
from spg_registry.people.models import Sex
from spg_registry.producers.models import ProducerKind, Tenure
from spg_registry.rules.words import LastInput

M2_PER_HA: Final = 10_000
BLANKS: Final = frozenset(
    {"", "-", "--", "---", "—", "–", ".", "s/d", "n/d", "sin dato", "sin datos"}
)
SHEET_ERROR: Final = re.compile(r"#(N/A|N/D|[¡¿A-ZÁÉÍÓÚ/0]+[!?])")
MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            "enero ene",
            "febrero feb",
            "marzo mar",
            "abril abr",
            "mayo may",
            "junio jun",
            "julio jul",
            "agosto ago",
            "septiembre setiembre sep set",
            "octubre oct",
            "noviembre nov",
            "diciembre dic",
        ),
        start=1,
    )
    for name in names.split()
}
ISO_DAY: Final = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]00:00(?::00)?)?")
WRITTEN_DAY: Final = re.compile(r"(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4})")
SPOKEN_DAY: Final = re.compile(r"(\d{1,2}) (?:de )?([a-z]+) (?:de |del )?(\d{4})")
QUANTITY: Final = re.compile(r"(?P<number>\d[\d.,\s]*?)\s*(?P<unit>[a-z²]+2?)?\.?")
NUMBER_IN_NAME: Final = re.compile(
    r"(?P<name>.*?\D)[\s:(=\-]+(?P<number>\d[\d.,]*)\s*(?P<unit>[^\W\d_]+[2²]?)?\.?\)?"
)
# A comma between two digits is a decimal comma and parts nothing.
BETWEEN_PRODUCTS: Final = re.compile(r"[;/|\n]|,(?!\d)|(?<!\d),")
HA_WORDS: Final = frozenset({"ha", "has", "hectarea", "hectareas"})
M2_WORDS: Final = frozenset({"m2", "mt2", "mts2", "metros"})

KINDS: Final = {
    "familia": ProducerKind.FAMILY,
    "familiar": ProducerKind.FAMILY,
    "persona": ProducerKind.PERSON,
    "individual": ProducerKind.PERSON,
    "persona natural": ProducerKind.PERSON,
    "grupo": ProducerKind.GROUP,
    "grupal": ProducerKind.GROUP,
    "asociacion": ProducerKind.GROUP,
    "empresa": ProducerKind.COMPANY,
    "persona juridica": ProducerKind.COMPANY,
} | {kind.value: kind for kind in ProducerKind}
TENURES: Final = {
    "propia": Tenure.OWN,
    "propio": Tenure.OWN,
    "propietario": Tenure.OWN,
    "propietaria": Tenure.OWN,
    "comunal": Tenure.COMMUNAL,
    "comunitaria": Tenure.COMMUNAL,
    "comunitario": Tenure.COMMUNAL,
    "colectiva": Tenure.COMMUNAL,
    "tco": Tenure.COMMUNAL,
    "tioc": Tenure.COMMUNAL,
    "alquilada": Tenure.RENTED,
    "alquilado": Tenure.RENTED,
    "alquiler": Tenure.RENTED,
    "arriendo": Tenure.RENTED,
    "arrendada": Tenure.RENTED,
    "anticretico": Tenure.RENTED,
    "prestada": Tenure.LENT,
    "prestado": Tenure.LENT,
    "cedida": Tenure.LENT,
    "cedido": Tenure.LENT,
    "otra": Tenure.OTHER,
    "otro": Tenure.OTHER,
} | {tenure.value: tenure for tenure in Tenure}
NEVER: Final = frozenset({"nunca", "jamas", "never", "ninguno", "ninguna", "no usa", "no uso"})
NOT_KNOWN: Final = frozenset(
    {"no sabe", "ns", "no se sabe", "no recuerda", "desconocido", "se desconoce", "unknown"}
)
WOMAN: Final = frozenset({"mujer", "femenino", "femenina", "f", "fem", "woman", "female"})
MAN: Final = frozenset({"hombre", "varon", "masculino", "h", "v", "masc", "man", "male"})
SUFFIXES: Final = {
    "lpz": "LP",
    "lapaz": "LP",
    "cbba": "CB",
    "cba": "CB",
    "cochabamba": "CB",
    "scz": "SC",
    "stacruz": "SC",
    "santacruz": "SC",
    "tja": "TJ",
    "tarija": "TJ",
    "oru": "OR",
    "oruro": "OR",
    "pts": "PT",
    "pot": "PT",
    "potosi": "PT",
    "chq": "CH",
    "chuquisaca": "CH",
    "bni": "BE",
    "beni": "BE",
    "pnd": "PD",
    "pando": "PD",
}


class CellFault(ValueError):
    """A cell that cannot be taken; the sentence is `error.<code>`."""

    def __init__(self, code: str, /, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


def text(cell: Cell) -> str | None:
    """One line of text without stray spaces; None for blanks and for the marks of a blank."""
    if isinstance(cell, datetime):
        cell = cell.date()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    plain = " ".join(str("" if cell is None else cell).split())
    if SHEET_ERROR.fullmatch(plain):
        raise CellFault("cell_error_value", text=plain)
    return None if plain.casefold() in BLANKS else plain


def name(cell: Cell, longest: int) -> str | None:
    """A name: with letters in it, and not longer than its column holds."""
    found = text(cell)
    if found is not None and not any(letter.isalpha() for letter in found):
        raise CellFault("name_without_letters", text=found)
    return short(found, longest)


def short(found: str | None, longest: int) -> str | None:
    if found is not None and len(found) > longest:
        raise CellFault("too_long", limit=longest)
    return found


def day(cell: Cell) -> date | None:
    """A date as a date, as ISO, or as written here: day, month, year of four digits."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    found = text(cell)
    if found is None:
        return None
    year_first, day_first = ISO_DAY.fullmatch(found), WRITTEN_DAY.fullmatch(found)
    spoken = SPOKEN_DAY.fullmatch(normalise(found))
    try:
        if year_first:
            return date(int(year_first[1]), int(year_first[2]), int(year_first[3]))
        if day_first:
            return date(int(day_first[3]), int(day_first[2]), int(day_first[1]))
        if spoken and spoken[2] in MONTHS:
            return date(int(spoken[3]), MONTHS[spoken[2]], int(spoken[1]))
    except ValueError as error:
        raise CellFault("cell_bad_date", text=found) from error
    raise CellFault("cell_bad_date", text=found)


def birth_year(cell: Cell) -> int | None:
    """A year of four digits, or that of a date of birth."""
    found = text(cell)
    if found is None:
        return None
    try:
        born = None if re.fullmatch(r"\d{4}", found) else day(cell)
    except CellFault as fault:
        raise CellFault("cell_bad_year", text=found) from fault
    year = born.year if born else int(found)
    if not 1900 <= year <= 2200:
        raise CellFault("cell_bad_year", text=found)
    return year


def last_input(cell: Cell) -> tuple[LastInput, date | None]:
    """A date, *nunca*, or *no sabe*; a blank is not known either."""
    found = text(cell)
    if found is None or normalise(found) in NOT_KNOWN:
        return LastInput.UNKNOWN, None
    if normalise(found) in NEVER:
        return LastInput.NEVER, None
    return LastInput.DATE, day(cell)


def number(cell: Cell, *, whole: bool = False) -> Decimal | None:
    """A number with a decimal comma or point.

    `1.250` is refused: a thousand, or one and a bit? Where only `whole` numbers make sense (square
    metres, animals) it is a thousand, and `1,250` is what is refused.
    """
    if isinstance(cell, bool):
        raise CellFault("cell_bad_number", text=str(cell))
    if isinstance(cell, int | float):
        return Decimal(str(cell))
    found = text(cell)
    return None if found is None else _written(found, whole=whole)


def _written(found: str, *, whole: bool) -> Decimal:
    digits = found.replace(" ", "")
    doubtful = r"[1-9]\d{0,2},\d{3}" if whole else r"[1-9]\d{0,2}\.\d{3}"
    if re.fullmatch(doubtful, digits):
        raise CellFault("number_ambiguous", text=found)
    if re.fullmatch(r"[1-9]\d{0,2}(\.\d{3})+(,\d+)?", digits):
        digits = digits.replace(".", "")
    elif re.fullmatch(r"\d{1,3}(,\d{3})+\.\d+|\d{1,3}(,\d{3}){2,}", digits):
        digits = digits.replace(",", "")
    elif not re.fullmatch(r"\d+([.,]\d+)?", digits):
        raise CellFault("cell_bad_number", text=found)
    return Decimal(digits.replace(",", "."))


def area_m2(cell: Cell, unit: str | None) -> int | None:
    """Whole m² from a number in the column's unit (`ha`, `m2`, or None for a title that does not
    say), or from a cell that says its own (`0,5 ha`), which counts before the column's."""
    found = text(cell)
    if found is None:
        return None
    written = QUANTITY.fullmatch(found.casefold())
    if written and written["unit"]:
        unit = _area_unit(written["unit"])
        amount: Decimal | None = _written(written["number"], whole=unit == "m2")
    else:
        amount = number(cell, whole=unit == "m2")
    return None if amount is None else in_m2(amount, unit, found)


def in_m2(amount: Decimal, unit: str | None, found: str) -> int:
    if unit is None:
        raise CellFault("area_without_unit", text=found)
    m2 = amount * (M2_PER_HA if unit == "ha" else 1)
    whole = int(m2.quantize(Decimal(1), ROUND_HALF_UP)) if m2 < 2**31 else 2**31
    if not 0 < whole < 2**31:
        raise CellFault("area_out_of_range", text=found)
    return whole


def _area_unit(word: str) -> str:
    plain = normalise(word)
    if plain in HA_WORDS:
        return "ha"
    if plain in M2_WORDS:
        return "m2"
    raise CellFault("area_unit_unknown", text=word)


def one_of(cell: Cell, words: dict[str, Any], code: str = "cell_not_in_list") -> Any | None:
    """The meaning of a word from a closed list."""
    found = text(cell)
    if found is None:
        return None
    meaning = words.get(normalise(found))
    if meaning is None:
        raise CellFault(code, text=found)
    return meaning


def sex(cell: Cell, words: dict[str, Sex]) -> Sex | None:
    """By the words of the column (`sex_words`)."""
    if text(cell) in ("M", "m") and "m" not in words:
        raise CellFault("sex_ambiguous")
    found: Sex | None = one_of(cell, words)
    return found


def sex_words(column: set[str]) -> dict[str, Sex]:
    """What the words of a column of sexes mean; `column` holds all of them, normalised.

    An M is a man beside an F, and a woman beside an H; alone it says nothing.
    """
    words = dict.fromkeys(WOMAN, Sex.WOMAN) | dict.fromkeys(MAN, Sex.MAN)
    words |= {"otro": Sex.OTHER, "otra": Sex.OTHER, "other": Sex.OTHER}
    with_f, with_h = bool(column & {"f", "fem"}), bool(column & {"h", "v"})
    if with_f and not with_h:
        words["m"] = Sex.MAN
    if with_h and not with_f:
        words["m"] = Sex.WOMAN
    return words


def ci(number_cell: Cell, suffix_cell: Cell) -> tuple[str | None, str | None]:
    """The number as typed and its department, whose longer spellings are known."""
    found, suffix = text(number_cell), text(suffix_cell)
    if found is None:
        return None, None
    behind = re.fullmatch(r"(.*?\d(?:-?\d[A-Za-z])?)[\s\-.]*([A-Za-z.]{2,12})", found)
    if behind:
        found, suffix = behind[1], suffix or behind[2]
    if suffix is not None:
        plain = normalise(suffix).replace(" ", "")
        suffix = SUFFIXES.get(plain, plain.upper())
    return found, suffix


def split_name(full: str, *, surnames_first: bool) -> tuple[str, str]:
    """Names and surnames of a name in one cell. Nothing is lost or turned round: which words are
    surnames is only for sorting. A comma decides; else the two surnames of the usage here."""
    before, comma, after = full.partition(",")
    if comma and before.strip() and after.strip():
        return after.strip(), before.strip()
    words = _words(full)
    if len(words) < 2:
        raise CellFault("name_incomplete", text=full)
    surnames = 2 if len(words) > 2 else 1
    if surnames_first:
        return " ".join(words[surnames:]), " ".join(words[:surnames])
    return " ".join(words[:-surnames]), " ".join(words[-surnames:])


def _words(full: str) -> list[str]:
    """*de la Cruz* is one word of a name."""
    words: list[str] = []
    particles: list[str] = []
    for word in full.split():
        if word.casefold() in {"de", "del", "la", "las", "los", "y", "san", "santa", "vda."}:
            particles.append(word)
        else:
            words.append(" ".join([*particles, word]))
            particles = []
    if particles and words:
        words[-1] = " ".join([words[-1], *particles])
    return words


def products(cell: Cell) -> list[tuple[str, str | None, str | None]]:
    """`(name, number, unit)` for each part of a list such as `papa 0,5 ha; gallinas 20`."""
    if isinstance(cell, str):
        cell = BETWEEN_PRODUCTS.sub(";", cell)
    found = text(cell)
    parts = []
    for part in (found or "").split(";"):
        plain = part.strip(" .-•*")
        if not plain:
            continue
        counted = NUMBER_IN_NAME.fullmatch(plain)
        if counted:
            parts.append((counted["name"].strip(" :(=-"), counted["number"], counted["unit"]))
        else:
            parts.append((plain, None, None))
    return parts

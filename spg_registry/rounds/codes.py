"""What stands on a printed form in letters: `V000123K` of a visit, `R000007Q` of a round's blank.

A letter, the number, and a check character, so that a slip of the finger never opens the form of
another family. Case, dashes, spaces, and zeros left out are forgiven.
"""

from typing import Final

from spg_registry.core import codes
from spg_registry.core.errors import Fault, Invalid

VISIT: Final = "V"
ROUND: Final = "R"


def sheet_code(kind: str, number: int) -> str:
    """As stored in the QR; `display` is how it is printed."""
    return f"{kind}{number:06d}{codes.check_character(f'{number:09d}')}"


def display(code: str) -> str:
    return f"{code[:-1]}-{code[-1]}"


def read_sheet_code(typed: str) -> tuple[str, int]:
    """The letter and the number. Raises Invalid on the field `codigo`."""
    text = codes.forgiven(typed)
    kind, number, check = text[:1], text[1:-1], text[-1:]
    well_formed = kind in (VISIT, ROUND) and number.isdecimal() and len(number) <= 9
    if not well_formed or codes.check_character(f"{int(number):09d}") != check:
        raise Invalid(Fault("codigo", "sheet_code_mistyped"))
    return kind, int(number)

"""Identity numbers: one spelling, and a keyed hash to search them by.

The number itself is shown to few (trust.md section 9); the hash finds a person again without it
and, keyed with a secret that is not in the database, says nothing to who steals a copy.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from spg_registry.people.peppers import keyed

PEPPER: Final = "identity"
_SUFFIXES: Final = "CH|LP|CB|OR|PT|TJ|SC|BE|BN|PD|PA|QR"
"""Departments as they stand on cards, the two older spellings of Beni and Pando, and the new
card's QR, which has no department."""
_CI: Final = re.compile(
    rf"(?P<foreign>E-?)?(?P<number>\d{{4,10}})(?:-?(?P<extra>\d[A-Z]))?-?(?P<suffix>{_SUFFIXES})?"
)


class MistypedCi(ValueError):
    """Not the spelling of an identity number."""


@dataclass(frozen=True)
class Ci:
    """`number` has the complement (`1234567-1B`) or a foreigner's `E-`; the department is apart
    and does not count: the same person writes it one day and leaves it out the next."""

    number: str
    suffix: str | None


def parse_ci(typed: str) -> Ci:
    """Spaces, dots, case and the hyphen of the department are forgiven. Raises MistypedCi."""
    found = _CI.fullmatch(re.sub(r"[\s.]", "", typed).upper())
    if found is None:
        raise MistypedCi("not an identity number")
    extra = f"-{found['extra']}" if found["extra"] else ""
    foreign = "E-" if found["foreign"] else ""
    return Ci(f"{foreign}{found['number'].lstrip('0')}{extra}", found["suffix"])


def ci_key(number: str, data_dir: Path | None = None) -> str:
    """The hash under which a parsed number is stored: HMAC-SHA256, hex. Losing the pepper loses
    the search, not the data."""
    return keyed(PEPPER, f"ci:{number}", data_dir)

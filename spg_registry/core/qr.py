"""QR symbols as dark modules: upper-case links in the compact alphanumeric mode."""

import re
from enum import StrEnum
from itertools import groupby
from typing import Final
from urllib.parse import urlsplit

from qrcode.constants import ERROR_CORRECT_M, ERROR_CORRECT_Q
from qrcode.main import QRCode
from qrcode.util import MODE_ALPHA_NUM, QRData

QUIET_ZONE: Final = 4
"""Modules of white on each side; the standard's minimum, part of SVG and PNG."""

MAX_HOST: Final = 34
"""With the longest token this fills version 8-M to the last character."""

_HOST: Final = re.compile(r"[A-Za-z0-9.-]+(:[0-9]{1,5})?", re.ASCII)

Matrix = tuple[tuple[bool, ...], ...]
"""Rows of modules, True is dark, without the quiet zone."""


class Level(StrEnum):
    """Error correction: M for the carried seal, Q for short links."""

    M = "M"
    Q = "Q"


_CORRECTION: Final = {Level.M: ERROR_CORRECT_M, Level.Q: ERROR_CORRECT_Q}
# A fixed mask makes the matrix several times quicker than trying all eight, and every decoder reads
# each of them. These two had the lowest penalty on average over tokens and over codes.
_MASK: Final = {Level.M: 2, Level.Q: 0}


def matrix(link: str, level: Level) -> Matrix:
    """The modules of an upper-case link."""
    code = QRCode(error_correction=_CORRECTION[level], mask_pattern=_MASK[level], border=0)
    code.add_data(QRData(link, mode=MODE_ALPHA_NUM))
    code.make()
    return tuple(tuple(bool(module) for module in row) for row in code.modules)


def runs(modules: Matrix) -> list[tuple[int, int, int]]:
    """Dark runs as (column, row, length): what vector drawings are made of."""
    found = []
    for row, line in enumerate(modules):
        column = 0
        for dark, group in groupby(line):
            length = len(list(group))
            if dark:
                found.append((column, row, length))
            column += length
    return found


def origin(base_url: str) -> str:
    """SCHEME://HOST in upper case."""
    parts = urlsplit(base_url)
    plain = parts.path in {"", "/"} and not parts.query and not parts.fragment
    fits = len(parts.netloc) <= MAX_HOST and _HOST.fullmatch(parts.netloc) is not None
    if parts.scheme not in {"http", "https"} or not plain or not fits:
        raise ValueError(f"{base_url!r} does not fit into a seal's link")
    return f"{parts.scheme}://{parts.netloc}".upper()

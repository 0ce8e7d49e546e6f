"""The QR of a seal, as a link any phone opens, drawn as SVG, PNG or dark modules for a PDF.

Two profiles. *Carried* holds the signed token and can be checked without a network: level M, at
least 25 mm. *Short* holds the code only: level Q, at least 14 mm. Everything is upper case, so
that the compact alphanumeric mode of QR applies.
"""

import struct
import zlib
from urllib.parse import urlsplit

from spg_registry.core.qr import MAX_HOST, QUIET_ZONE, Level, Matrix, matrix, origin, runs

__all__ = [
    "MAX_HOST",
    "QUIET_ZONE",
    "Level",
    "Matrix",
    "carried_link",
    "carried_matrix",
    "host",
    "matrix",
    "png",
    "runs",
    "short_link",
    "short_matrix",
    "svg",
]


def carried_link(base_url: str, token: str) -> str:
    """The signed link. Raises ValueError for a public address that does not fit."""
    return f"{origin(base_url)}/S/{token}"


def short_link(base_url: str, code: str) -> str:
    """The link that says nothing without a network."""
    return f"{origin(base_url)}/S/{code}"


def host(base_url: str) -> str:
    """The host as printed in letters beside a QR."""
    return urlsplit(base_url).netloc.lower()


def carried_matrix(base_url: str, token: str) -> Matrix:
    return matrix(carried_link(base_url, token), Level.M)


def short_matrix(base_url: str, code: str) -> Matrix:
    return matrix(short_link(base_url, code), Level.Q)


def svg(modules: Matrix) -> str:
    """One path on white, with its quiet zone, no styles or scripts; scales to any size."""
    side = len(modules) + 2 * QUIET_ZONE
    path = "".join(
        f"M{column + QUIET_ZONE} {row + QUIET_ZONE}h{length}v1h-{length}z"
        for column, row, length in runs(modules)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" '
        f'width="{4 * side}" height="{4 * side}" shape-rendering="crispEdges">'
        f'<rect width="{side}" height="{side}" fill="#fff"/><path d="{path}"/></svg>'
    )


def png(modules: Matrix, module_px: int = 8) -> bytes:
    """Black and white, one bit a pixel, `module_px` pixels a module, with its quiet zone."""
    if not 1 <= module_px <= 64:
        raise ValueError("a module is 1 to 64 pixels wide")
    blank = (False,) * len(modules)
    margin = (False,) * QUIET_ZONE
    rows = [blank] * QUIET_ZONE + list(modules) + [blank] * QUIET_ZONE
    side = len(rows) * module_px
    lines = b"".join((b"\0" + _bits(margin + row + margin, module_px)) * module_px for row in rows)
    # The format is small enough to write here: a header, one compressed chunk, an end.
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        (_chunk(b"IHDR", header), _chunk(b"IDAT", zlib.compress(lines, 9)), _chunk(b"IEND", b""))
    )


def _bits(row: tuple[bool, ...], module_px: int) -> bytes:
    """One line of pixels; in a one-bit grey PNG a set bit is white."""
    pixels = "".join(("0" if dark else "1") * module_px for dark in row)
    pixels += "0" * (-len(pixels) % 8)
    return int(pixels, 2).to_bytes(len(pixels) // 8, "big")


def _chunk(kind: bytes, content: bytes) -> bytes:
    check = struct.pack(">I", zlib.crc32(kind + content))
    return struct.pack(">I", len(content)) + kind + content + check

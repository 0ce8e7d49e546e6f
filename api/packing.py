"""What travels compressed, and the token that must not be guessed from how long that is.

A page's length after compression tells what in it repeats. So the session's token never stands in
two pages in the same spelling: each carries it under a pad of its own.
"""

import gzip
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from starlette.requests import Request
from starlette.responses import Response

Page = TypeVar("Page", bound=Response)

_LEVEL = 5
_SHORTEST = 1_400
"""Bytes that go in one segment anyway."""
_MASKED = "m."


def packed(request: Request, response: Page) -> Page:
    """The answer as small as this browser takes it."""
    body = bytes(response.body)
    response.headers.add_vary_header("Accept-Encoding")
    if len(body) > _SHORTEST and takes_gzip(request.headers.get("accept-encoding", "")):
        response.body = gzip.compress(body, _LEVEL, mtime=0)
        response.headers["Content-Encoding"] = "gzip"
        response.headers["Content-Length"] = str(len(response.body))
    return response


def takes_gzip(accepted: str) -> bool:
    return any(part.split(";")[0].strip() == "gzip" for part in accepted.split(","))


@lru_cache(maxsize=50)
def packed_file(path: Path, _stamp: float) -> bytes:
    return gzip.compress(path.read_bytes(), 9, mtime=0)


def masked(token: str) -> str:
    """The token as one page shows it."""
    if not token:
        return ""
    plain = token.encode()
    pad = secrets.token_bytes(len(plain))
    return _MASKED + urlsafe_b64encode(pad + _crossed(plain, pad)).decode()


def unmasked(shown: str) -> str:
    """The token that a form brought back; "" for what no page of ours has shown."""
    if not shown.startswith(_MASKED):
        return shown
    try:
        both = urlsafe_b64decode(shown.removeprefix(_MASKED))
        half = len(both) // 2
        return _crossed(both[:half], both[half:]).decode()
    except ValueError:
        return ""


def _crossed(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))

"""What was typed into a form whose session had ended is carried through the door, and sent again by
the hand that typed it.

Nothing is stored: the fields travel in the pages themselves. It is offered only for a form that
our own page sent, so that no other site can lay words into anybody's hand.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from fastapi import Request
from starlette.datastructures import FormData

PREFIX = "kept-"
PATH = "kept_path"
MOST_BYTES = 1_000_000
_SECRET = {"csrf", "once", "password", "pin", "current", "again", "otra_vez", "talon"}
_ALL_SECRET = re.compile(r"/clave|/enlace/.*|/mi-sello(/pin)?")
"""Where a form holds nothing but secrets: passwords, PINs and the slips that choose them."""

Fields = list[tuple[str, str]]


def is_our_own(request: Request) -> bool:
    """Whether the browser says that the form was sent by a page of this host, and not the door's
    own, which is simply shown again."""
    if request.url.path == "/entrar":
        return False
    told = request.headers.get("sec-fetch-site")
    if told is not None:
        return told == "same-origin"
    origin = urlsplit(request.headers.get("origin", ""))
    return bool(origin.netloc) and origin.netloc == request.headers.get("host", "")


async def posted(request: Request) -> Fields:
    """The text fields that came, without secrets; none if it is too much to carry."""
    if _ALL_SECRET.fullmatch(request.url.path):
        return []
    return _texts(await request.form(), prefix="")


def carried(data: FormData) -> tuple[str, Fields]:
    """What a form of the door carries: the page it was meant for, and its fields."""
    return str(data.get(PATH, "")), _texts(data, prefix=PREFIX)


def hidden(path: str, fields: Iterable[tuple[str, str]]) -> Fields:
    """The fields that carry it through one more form of the door."""
    return [(PATH, path), *((PREFIX + name, value) for name, value in fields)]


def _texts(data: FormData | Mapping[str, Any], prefix: str) -> Fields:
    items = data.multi_items() if isinstance(data, FormData) else data.items()
    found = [
        (name.removeprefix(prefix), value)
        for name, value in items
        if name.startswith(prefix) and isinstance(value, str)
    ]
    found = [(name, value) for name, value in found if not _is_secret(name)]
    return found if sum(len(name) + len(value) for name, value in found) < MOST_BYTES else []


def _is_secret(name: str) -> bool:
    """By the whole name or a part of it: `password`, `new_password`, `kept-pin`."""
    return name in _SECRET or not _SECRET.isdisjoint(name.replace("-", "_").split("_"))

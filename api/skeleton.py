"""A page rendered once for all seals of a kind, its facts left open.

Most of a rendered seal page is the same for every valid organic seal; only names and dates differ.
The template is rendered with marks in their places, cut at the marks, and from then on a page is
a few joined pieces.
"""

import re
from collections.abc import Callable, Mapping

from markupsafe import escape

_MARK = re.compile("\x02(\\w+)\x03")
_BREAK = "\x02"


class Skeleton:
    """What lies between the facts, and which fact comes where."""

    def __init__(self, rendered: str) -> None:
        pieces = _MARK.split(rendered)
        self._facts = pieces[1::2]
        self._page = [piece.encode() for piece in pieces]

    def fill(self, facts: Mapping[str, str | None]) -> bytes:
        """The page with these facts, each escaped for HTML."""
        told = [facts[name] or "" for name in self._facts]
        page = self._page.copy()
        page[1::2] = _escaped(told)
        return b"".join(page)


def _escaped(facts: list[str]) -> list[bytes]:
    """All at once, which costs what one does; one by one where a fact holds the break itself."""
    spelled = escape(_BREAK.join(facts)).encode().split(_BREAK.encode())
    if len(spelled) == len(facts):
        return spelled
    return [escape(fact).encode() for fact in facts]


def skeleton(
    render: Callable[[Mapping[str, str | None]], str], facts: Mapping[str, str | None]
) -> Skeleton:
    """Render with a mark for each fact that there is; what is None stays None for the template."""
    return Skeleton(
        render({name: None if fact is None else f"\x02{name}\x03" for name, fact in facts.items()})
    )

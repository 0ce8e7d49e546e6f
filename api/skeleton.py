"""A page rendered once for all seals of a kind, its facts left open.

Most of a rendered seal page is the same for every valid organic seal; only names and dates differ.
The template is rendered with marks in their places, cut at the marks, and from then on a page is
a few joined strings.
"""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache

from markupsafe import escape

_MARK = re.compile("\x02(\\w+)\x03")


class Skeleton:
    """What lies between the facts, and which fact comes where."""

    def __init__(self, rendered: str) -> None:
        pieces = _MARK.split(rendered)
        self._facts = pieces[1::2]
        self._page = "%s".join(piece.replace("%", "%%") for piece in pieces[::2])

    def fill(self, facts: Mapping[str, str | None]) -> bytes:
        """The page with these facts, each escaped for HTML."""
        return (self._page % tuple([_escaped(facts[name]) for name in self._facts])).encode()


@lru_cache(maxsize=1_000)
def _escaped(fact: str | None) -> str:
    """Places, days and committees come again from seal to seal."""
    return str(escape(fact))


def skeleton(
    render: Callable[[Mapping[str, str | None]], str], facts: Mapping[str, str | None]
) -> Skeleton:
    """Render with a mark for each fact that there is; what is None stays None for the template."""
    return Skeleton(
        render({name: f"\x02{name}\x03" if fact else fact for name, fact in facts.items()})
    )

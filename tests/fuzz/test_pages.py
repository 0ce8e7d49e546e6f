"""Whatever is typed into a page or its address, nobody meets a 500, nor their own script."""

from collections.abc import Callable, Iterator
from itertools import cycle, islice
from typing import Any

import pytest

from tests.access.conftest import CAST, House
from tests.access.page_table import PAGES
from tests.access.table import Row

SCRIPT = "<script>alert(1)</script>"
STRANGE = (
    *("-1", "0", "99999999999999999999999", "1e400", "NaN", "٣", "x" * 5_000),
    *("\x00", "a\x00b", "\ud83c\udf31".encode("utf-16", "surrogatepass").decode("utf-16"), "null"),
    *(SCRIPT, "' OR 1=1 --", "%(x)s {y} %s", "../../etc/passwd", "2026-02-30", "0001-01-01"),
    *("9999-12-31", "L1.1-0-x", "\u202eabc", "\r\nSet-Cookie: x=1"),
)
_turns = cycle(STRANGE)

pytestmark = pytest.mark.soak_on_postgresql


@pytest.mark.parametrize("row", PAGES, ids=[row.route for row in PAGES])
def test_strange_words_get_an_answer(
    house: House, row: Row, repetitions: Callable[[int, int], int]
) -> None:
    who = next(who for who in ("coordinator", *CAST) if who in row.who)
    for params, body, query in strange(house, row, repetitions(3, len(STRANGE))):
        answer = house.attempt(row, who, params=params, body=body, query=query)
        told = f"{row.route} {params} {body} {query}"
        assert answer.status_code < 500, told
        assert SCRIPT not in answer.text, told
        assert "set-cookie: x" not in str(answer.headers).lower(), told


Request = tuple[dict[str, Any], Any, dict[str, Any]]


def strange(house: House, row: Row, times: int) -> Iterator[Request]:
    """The right request with one thing strange: a part of the address, a field, a filter."""
    scene = house.scene
    params, body = scene.resolved(row.params()), scene.resolved(row.body) or {}
    query = scene.resolved(row.query)
    for name in params:
        for word in islice(_turns, times):
            yield {**params, name: word}, body, query
    for name in body:
        for word in islice(_turns, times):
            yield params, {**body, name: word}, query
    for name in house.query_names(row):
        for word in islice(_turns, times):
            yield params, body, {**query, name: word}

"""Every route is tried by everybody: the right persons, the wrong committee, and nobody."""

from urllib.parse import quote

import httpx2
import pytest

from tests.access.api_table import V1
from tests.access.conftest import CAST, House
from tests.access.page_table import PAGES
from tests.access.public import PUBLIC
from tests.access.routes import routes_of
from tests.access.scene import CI, SURNAME
from tests.access.table import EVERYBODY, Row, by_route
from tests.databases import ENGINE

TABLE = by_route([*V1, *PAGES])

KNOW_NAMES = frozenset({"control", "cnape", "coordinator", "secretary", "member", "evaluator"})
KNOW_NUMBERS = frozenset({"control", "coordinator", "secretary"})


def test_every_route_stands_in_the_table(house: House) -> None:
    there = routes_of(house.app) - {"GET /static/{path}"}
    assert there - TABLE.keys() == set(), "add a Row for each to api_table.py or page_table.py"
    assert TABLE.keys() - there == set(), "these routes are gone"


def test_what_is_open_to_anybody_is_written_down_with_its_reason(house: House) -> None:
    anybody = {route for route, row in TABLE.items() if "nobody" in row.who}
    assert anybody | {"GET /static/{path}"} == PUBLIC.keys()
    assert all(TABLE[route].who == EVERYBODY for route in anybody)


def cast_for(row: Row) -> list[str]:
    """On SQLite everybody. On the second engine, where only the questions to the database are
    others, the right persons and the wrong committee."""
    if ENGINE == "sqlite":
        return list(CAST)
    return [who for who in CAST if who in row.who or who in row.but or who == "coordinator_b"]


@pytest.mark.parametrize("row", TABLE.values(), ids=TABLE.keys())
def test_who_may_does_and_who_may_not_does_not(house: House, row: Row) -> None:
    for who in cast_for(row):
        answer = house.attempt(row, who)
        assert is_right(row, who, answer), (
            f"{who} got {answer.status_code} from {row.route}: {answer.text[:400]}"
        )
        names, numbers = KNOW_NAMES | row.told, KNOW_NUMBERS | row.told
        assert SURNAME not in answer.text or who in names, f"{row.route} tells {who} a name"
        assert CI not in answer.text or who in numbers, f"{row.route} tells {who} a number"


def is_right(row: Row, who: str, answer: httpx2.Response) -> bool:
    status = answer.status_code
    if who in row.but:
        return status == row.but[who]
    if who in row.who:
        return status in (row.ok or usual(row))
    if who != "nobody":
        return status in (403, 404)
    if row.is_api or row.writes:
        return status == 401
    here = quote(answer.request.url.raw_path.decode(), safe="")
    return status == 303 and answer.headers["location"] == f"/entrar?next={here}"


def usual(row: Row) -> tuple[int, ...]:
    if row.is_api:
        return (200, 201)
    return (303,) if row.writes else (200,)

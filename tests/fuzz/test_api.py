"""Whatever is sent, the API answers as its own document says, and never with a 500.

Each strange request is sent as it is; then to an address that exists; then as a right request in
which one thing is strange. The last two go where the first seldom comes.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.access.api_table import V1
from tests.access.conftest import CAST, House
from tests.access.public import PUBLIC
from tests.access.table import Row

PROMISES = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]

pytestmark = pytest.mark.soak_on_postgresql


@pytest.mark.parametrize("row", V1, ids=[row.route for row in V1])
def test_strange_requests_get_the_answers_that_are_promised(
    house: House, document: Any, row: Row, repetitions: Callable[[int, int], int]
) -> None:
    operation = document[row.path][row.method]
    requests = st.one_of(
        operation.as_strategy(generation_mode=GenerationMode.POSITIVE),
        operation.as_strategy(generation_mode=GenerationMode.NEGATIVE),
    )
    who = next(who for who in ("coordinator", *CAST) if who in row.who)
    token = house.tokens[who]

    @settings(
        max_examples=repetitions(5, 100),
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=requests)
    def attempt(case: Any) -> None:
        for tried in nearly_right(case, house, row):
            send(house, tried, {"Authorization": f"Bearer {token}"})
        if row.route not in PUBLIC:
            assert send(house, case, {}) in (400, 401, 422), "nobody learned what is there"

    attempt()


def nearly_right(case: Any, house: House, row: Row) -> Iterator[Any]:
    yield case
    scene = house.scene
    real = {name: scene.resolved(given) for name, given in row.params().items()}
    if real:
        case.path_parameters = real
        yield case
    for body in one_thing_strange(scene.resolved(row.body), case.body):
        case.body = body
        yield case


def one_thing_strange(right: Any, strange: Any) -> Iterator[Any]:
    """The right body with one field of the strange one, a body for each field."""
    if isinstance(right, list) and isinstance(strange, list):
        if right and strange:
            yield from ([body] for body in one_thing_strange(right[0], strange[0]))
    elif isinstance(right, dict) and isinstance(strange, dict):
        yield from ({**right, name: given} for name, given in strange.items())


def send(house: House, case: Any, headers: dict[str, str]) -> int:
    kwargs = case.as_transport_kwargs(base_url=str(house.client.base_url))
    kwargs["headers"] = {**(kwargs.get("headers") or {}), **headers}
    kwargs.pop("cookies", None)
    if isinstance(kwargs.get("data"), bytes):
        kwargs["content"] = kwargs.pop("data")
    if kwargs.get("files"):
        kwargs["files"] = [(name, as_file(given)) for name, given in kwargs["files"]]
    answer = house.client.request(**kwargs)
    answer.request.read()
    house.client.cookies.clear()
    case.validate_response(answer, checks=PROMISES, headers=kwargs["headers"])
    return answer.status_code


def as_file(given: Any) -> Any:
    """Whatever was made up for a file, as something that can be sent."""
    name, content = given[:2] if isinstance(given, tuple) else ("list.csv", given)
    return name, content if isinstance(content, bytes) else str(content).encode()

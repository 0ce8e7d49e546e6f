"""A program on a bad line repeats its write: one row, the same answer."""

from httpx2 import Response
from sqlmodel import select

from api.deps import SAFE_METHODS
from api.v1 import routers
from api.v1.idempotency import OnceRoute
from spg_registry.committees import service as committees
from spg_registry.committees.queries import roles_of
from spg_registry.people.models import IdempotentAnswer, Person
from tests.cast import Stage

KEY = {"Idempotency-Key": "pedido-0001"}
CLIENT = {"client_id": "senasag", "name": "SENASAG", "scopes": ["register:read"]}
ROSENDA = {"names": "Rosenda", "surnames": "Ñáñez Q'ispe"}


def persons(stage: Stage) -> list[Person]:
    with stage.database.read() as session:
        return list(session.exec(select(Person).where(Person.names == "Rosenda")))


def send(
    stage: Stage, body: dict[str, str], key: dict[str, str], who: str = "coordinator"
) -> Response:
    actor = getattr(stage.cast, who)
    committee = stage.cast.committee if who == "coordinator" else stage.cast.committee_b
    return stage.client.post(
        "/api/v1/persons",
        json=body | {"committee_id": committee},
        headers=stage.headers(actor) | key,
    )


def test_a_repeated_write_is_answered_again_and_done_once(stage: Stage) -> None:
    first, again = send(stage, ROSENDA, KEY), send(stage, ROSENDA, KEY)
    assert first.status_code == again.status_code == 201, first.text
    assert again.json() == first.json()
    assert again.headers["Idempotency-Replayed"] == "true"
    assert len(persons(stage)) == 1


def test_without_a_key_every_write_counts(stage: Stage) -> None:
    send(stage, ROSENDA, {})
    send(stage, ROSENDA, {})
    assert len(persons(stage)) == 2


def test_a_key_used_for_another_request_is_a_conflict(stage: Stage) -> None:
    send(stage, ROSENDA, KEY)
    other = send(stage, {"names": "Rosenda", "surnames": "Otra"}, KEY)
    assert other.status_code == 409
    assert other.json()["code"] == "idempotency_mismatch"
    assert len(persons(stage)) == 1


def test_two_who_ask_do_not_share_their_keys(stage: Stage) -> None:
    send(stage, ROSENDA, KEY)
    other = send(stage, ROSENDA, KEY, who="coordinator_b")
    assert other.status_code == 201
    assert "Idempotency-Replayed" not in other.headers
    assert len(persons(stage)) == 2


def test_a_refusal_is_not_kept_so_it_may_be_tried_again(stage: Stage) -> None:
    assert send(stage, {"names": "", "surnames": ""}, KEY).status_code == 422
    assert send(stage, ROSENDA, KEY).status_code == 201


def test_an_answer_is_not_given_again_to_who_lost_the_right(stage: Stage) -> None:
    cast = stage.cast
    headers = stage.headers(cast.coordinator)
    body = ROSENDA | {"committee_id": cast.committee}
    ask = {"url": "/api/v1/persons", "json": body, "headers": headers | KEY}
    assert stage.client.post(**ask).status_code == 201
    with stage.database.write(cast.now) as session:
        for role in roles_of(session, [cast.coordinator.id]):
            committees.end_role(session, cast.administrator, cast.now, role.id)
    again = stage.client.post(**ask)
    assert again.status_code == 409
    assert "Rosenda" not in again.text
    assert len(persons(stage)) == 1


def test_an_answer_is_not_given_again_to_a_token_of_fewer_scopes(stage: Stage) -> None:
    cast = stage.cast
    body = ROSENDA | {"committee_id": cast.committee}
    wide = stage.headers(cast.coordinator, "producer:write", "producer:identity")
    narrow = stage.headers(cast.coordinator, "seal:read")
    first = stage.client.post("/api/v1/persons", json=body, headers=wide | KEY)
    assert first.status_code == 201, first.text
    again = stage.client.post("/api/v1/persons", json=body, headers=narrow | KEY)
    assert again.status_code == 409
    assert "Rosenda" not in again.text


def test_a_secret_is_told_once_and_kept_nowhere(stage: Stage) -> None:
    headers = stage.headers(stage.cast.administrator) | KEY
    ask = {"url": "/api/v1/clients", "json": CLIENT, "headers": headers}
    first, again = stage.client.post(**ask), stage.client.post(**ask)
    secret = first.json()["client_secret"]
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.json() == first.json() | {"client_secret": None}
    with stage.database.read() as session:
        kept = session.exec(select(IdempotentAnswer)).all()
    assert kept
    assert all(secret not in str(answer.body) for answer in kept)


def test_every_write_of_the_api_takes_a_key() -> None:
    """But a token and a look at a seal, which keep nothing for a second time, and a complaint,
    whose sender has no name under which an answer could be kept."""
    without = {
        route.path
        for router in routers()
        for route in router.routes
        if (route.methods or set()) - SAFE_METHODS and not isinstance(route, OnceRoute)
    }
    assert without == {"/token", "/verifications", "/complaints"}

"""`POST /api/v1/token` as RFC 6749 words it."""

import base64

import pytest
from sqlmodel import select

from spg_registry.core.config import settings
from spg_registry.core.keys import open_keyring
from spg_registry.people import service as people
from spg_registry.people.models import LoginAttempt
from spg_registry.people.schemas import ClientIn
from tests.cast import Stage

URL = "/api/v1/token"


@pytest.fixture
def secret(stage: Stage) -> str:
    """Of the program `senasag`, which may pull the register and read seals."""
    cast = stage.cast
    open_keyring(settings().data_dir).ensure(cast.now)
    wish = ClientIn(client_id="senasag", name="Descarga", scopes=["register:read", "seal:read"])
    with stage.database.write(cast.now) as session:
        return people.create_client(session, cast.administrator, cast.now, wish)[1]


def basic(name: str, word: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{word}".encode()).decode()}


def test_a_program_signs_in_with_basic_or_with_fields(stage: Stage, secret: str) -> None:
    ask = {"grant_type": "client_credentials"}
    by_header = stage.client.post(URL, data=ask, headers=basic("senasag", secret))
    by_fields = stage.client.post(URL, data=ask | {"client_id": "senasag", "client_secret": secret})
    for answer in (by_header, by_fields):
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "no-store"
        told = answer.json()
        assert (told["token_type"], told["expires_in"]) == ("Bearer", 900)
        assert told["scope"] == "register:read seal:read"
        who = stage.client.get(
            "/api/v1/users/me", headers={"Authorization": f"Bearer {told['access_token']}"}
        )
        assert (who.json()["kind"], who.json()["label"]) == ("client", "Descarga")


@pytest.mark.parametrize(
    ("form", "headers", "status", "error"),
    [
        ({}, {}, 400, "invalid_request"),
        ({"grant_type": "implicit"}, {}, 400, "unsupported_grant_type"),
        ({"grant_type": "client_credentials"}, {}, 401, "invalid_client"),
        ({"grant_type": "client_credentials"}, basic("senasag", "no"), 401, "invalid_client"),
        ({"grant_type": "client_credentials"}, {"Authorization": "Basic %"}, 401, "invalid_client"),
        (
            {"grant_type": "client_credentials", "client_id": "otro"},
            basic("senasag", "no"),
            400,
            "invalid_request",
        ),
        ({"grant_type": "password", "username": "rosa"}, {}, 400, "invalid_request"),
        (
            {"grant_type": "password", "username": "rosa", "password": "no"},
            {},
            400,
            "invalid_grant",
        ),
        (
            {"grant_type": "password", "username": "nadie", "password": "no"},
            {},
            400,
            "invalid_grant",
        ),
    ],
)
def test_each_refusal_has_the_standards_word(
    stage: Stage,
    secret: str,
    form: dict[str, str],
    headers: dict[str, str],
    status: int,
    error: str,
) -> None:
    answer = stage.client.post(URL, data=form, headers=headers)
    assert (answer.status_code, answer.json()) == (status, {"error": error})
    assert answer.headers["cache-control"] == "no-store"
    assert ("www-authenticate" in answer.headers) == (status == 401)


def test_json_is_not_a_form(stage: Stage, secret: str) -> None:
    answer = stage.client.post(URL, json={"grant_type": "client_credentials"})
    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_request"})


def test_a_scope_beyond_ones_own_is_an_invalid_scope(stage: Stage, secret: str) -> None:
    ask = {"grant_type": "client_credentials", "scope": "seal:sanction"}
    answer = stage.client.post(URL, data=ask, headers=basic("senasag", secret))
    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_scope"})


def test_guessing_is_slowed_down_and_remembered(stage: Stage, secret: str) -> None:
    ask = {"grant_type": "password", "username": "rosa", "password": "no"}
    statuses = [stage.client.post(URL, data=ask).status_code for _ in range(6)]
    assert statuses == [400] * 5 + [429]
    right = stage.client.post(URL, data=ask | {"password": stage.cast.password})
    assert (right.status_code, right.headers["retry-after"]) == (429, "30")
    with stage.database.read() as session:
        tries = session.exec(select(LoginAttempt)).all()
        assert sum(row.subject.startswith("address:") for row in tries) == 7


def test_a_users_script_acts_with_the_users_rights(stage: Stage, secret: str) -> None:
    ask = {"grant_type": "password", "username": "rosa", "password": stage.cast.password}
    token = stage.client.post(URL, data=ask).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    own = f"/api/v1/committees/{stage.cast.committee}"
    other = f"/api/v1/committees/{stage.cast.committee_b}"
    assert stage.client.get(own, headers=headers).status_code == 200
    assert stage.client.get(other, headers=headers).status_code == 404


@pytest.mark.parametrize(
    "header", ["Bearer nonsense", "Bearer a.b.c", "Basic cm9zYTpubw==", "Token x"]
)
def test_a_bad_token_is_unauthenticated_and_not_nobody(
    stage: Stage, secret: str, header: str
) -> None:
    answer = stage.client.get("/api/v1/users/me", headers={"Authorization": header})
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"

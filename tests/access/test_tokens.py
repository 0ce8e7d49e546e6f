"""A token opens what its scopes say and no more, and nothing once its owner lost it."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from spg_registry.committees import service as committees
from spg_registry.committees.queries import roles_of
from spg_registry.core.config import settings
from spg_registry.core.keys import open_keyring
from spg_registry.core.permissions import Permission
from spg_registry.people import access
from spg_registry.people import service as people
from spg_registry.people.schemas import ClientIn
from tests.access.api_table import V1
from tests.access.conftest import CAST, ONCE, House
from tests.access.public import PUBLIC
from tests.access.table import Row
from tests.cast import Stage

WANTING = {row.route: row for row in V1 if row.wants}
FOR_THE_REGISTER = {
    "GET /api/v1/users/me",
    "GET /api/v1/register/reconciliation",
    "GET /api/v1/register/pulls",
    "GET /api/v1/register/{table}.{ending}",
}


def test_the_table_names_permissions_that_exist() -> None:
    assert {row.wants for row in WANTING.values()} <= set(Permission)


@ONCE
@pytest.mark.parametrize("row", WANTING.values(), ids=WANTING.keys())
def test_a_token_without_the_permission_opens_nothing(house: House, row: Row) -> None:
    who = next(who for who in CAST if who in row.who)
    actor = house.actor(who)
    rights = committees.rights_of(actor)
    assert row.wants in rights, f"{who} does not even have {row.wants}"
    narrowed = access.mint(house.scene.cast.now, f"user:{actor.id}", rights - {row.wants})
    answer = house.attempt(row, who, narrowed.token)
    assert answer.status_code in (403, 404), answer.text[:300]


@ONCE
@pytest.mark.parametrize("row", V1, ids=[row.route for row in V1])
def test_a_program_of_the_register_can_do_nothing_else(house: House, row: Row) -> None:
    client = house.scene["client"]
    scopes = frozenset({Permission.REGISTER_READ})
    token = access.mint(house.scene.cast.now, f"client:{client}", scopes).token
    answer = house.attempt(row, "nobody", token)
    if row.route in PUBLIC or row.route in FOR_THE_REGISTER:
        assert answer.status_code in (row.ok or (200, 201)), answer.text[:300]
    elif answer.status_code == 200 and not row.writes:
        assert answer.json().get("total") == 0, f"{row.route} shows it something"
    else:
        assert answer.status_code in (403, 404), answer.text[:300]


API_WRITES = [row for row in V1 if row.writes and row.route not in PUBLIC]


@ONCE
@pytest.mark.parametrize("row", API_WRITES, ids=[row.route for row in API_WRITES])
def test_a_cookie_is_nothing_to_the_api(house: House, row: Row) -> None:
    """So that no other site can make a browser write."""
    who = next(who for who in CAST if who in row.who)
    cookie = {"Cookie": house.browsers[who][0]}
    answer = house.attempt(row, "nobody", headers=cookie)
    assert answer.status_code == 401


# --- in time --------------------------------------------------------------------------------------


def me(stage: Stage, headers: dict[str, str]) -> int:
    return stage.client.get("/api/v1/users/me", headers=headers).status_code


def test_a_token_ends(stage: Stage, clock_at: Callable[[datetime], None]) -> None:
    headers = stage.headers(stage.cast.coordinator)
    assert me(stage, headers) == 200
    clock_at(stage.cast.now + timedelta(minutes=16))
    assert me(stage, headers) == 401


def test_a_disabled_user_is_out_at_once(stage: Stage) -> None:
    """With a live token and a live session in the browser."""
    cast = stage.cast
    headers, browser = stage.headers(cast.coordinator), stage.browser(cast.coordinator)
    assert (me(stage, headers), browser.get("/inicio").status_code) == (200, 200)
    with stage.database.write(cast.now) as session:
        people.disable_user(session, cast.administrator, cast.now, cast.coordinator.id or 0)
    assert me(stage, headers) == 401
    gone = browser.get("/inicio")
    assert (gone.status_code, gone.headers["location"]) == (303, "/entrar?next=%2Finicio")
    assert browser.post("/rondas/nueva", {}).status_code in (401, 403)


def test_an_ended_role_is_lost_with_the_next_request(stage: Stage) -> None:
    cast = stage.cast
    headers, browser = stage.headers(cast.member), stage.browser(cast.member)
    url = f"/api/v1/committees/{cast.committee}"
    assert stage.client.get(url, headers=headers).status_code == 200
    assert browser.get(f"/comites/{cast.committee}").status_code == 200
    with stage.database.write(cast.now) as session:
        (role,) = roles_of(session, [cast.member.id or 0])
        committees.end_role(session, cast.administrator, cast.now, role.id)
    assert stage.client.get(url, headers=headers).status_code == 404
    assert browser.get(f"/comites/{cast.committee}").status_code in (403, 404)


def test_a_revoked_program_is_out_at_once(stage: Stage) -> None:
    cast = stage.cast
    with stage.database.write(cast.now) as session:
        wish = ClientIn(client_id="espejo", name="Espejo", scopes=["register:read"])
        client, _ = people.create_client(session, cast.administrator, cast.now, wish)
    open_keyring(settings().data_dir).ensure(cast.now)
    token = access.mint(cast.now, f"client:{client.id}", frozenset({"register:read"})).token
    headers = {"Authorization": f"Bearer {token}"}
    url = "/api/v1/register/seals.csv"
    assert stage.client.get(url, headers=headers).status_code == 200
    with stage.database.write(cast.now) as session:
        people.revoke_client(session, cast.administrator, cast.now, client.client_id)
    assert stage.client.get(url, headers=headers).status_code == 401


def test_a_token_that_was_tampered_with_is_nobodys(stage: Stage) -> None:
    headers = stage.headers(stage.cast.coordinator)
    head, body, seal = headers["Authorization"].removeprefix("Bearer ").split(".")
    for bent in (f"{head}.{body}.", f"{head}.{body}A.{seal}", f"{body}.{head}.{seal}", "x"):
        assert me(stage, {"Authorization": f"Bearer {bent}"}) == 401
    assert me(stage, {"Authorization": f"Basic {seal}"}) == 401

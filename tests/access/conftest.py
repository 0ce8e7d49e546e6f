"""The scene on a stage where nothing that is done lasts: each attempt finds all as it was."""

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx2
import pytest
from fastapi import FastAPI, Request
from fastapi.routing import iter_route_contexts
from fastapi.testclient import TestClient
from sqlmodel import Session

from api import deps
from api.main import create_app
from spg_registry.committees import service as committees
from spg_registry.core import clock
from spg_registry.core.config import settings
from spg_registry.core.db import Database
from spg_registry.core.keys import open_keyring
from spg_registry.core.permissions import Actor
from spg_registry.people import access
from spg_registry.people import service as people
from tests.access.scene import Scene, build
from tests.access.table import Row
from tests.cast import PASSWORD, Cast

CAST = (
    *("administrator", "control", "cnape", "coordinator", "secretary", "member"),
    *("evaluator", "idle", "coordinator_b", "nobody"),
)
ONCE = pytest.mark.one_engine  # asks the database nothing that test_routes.py does not
VISIT = "what-the-page-of-the-door-gives-to-a-visitor"


@dataclass
class House:
    """The application on the scene, and everybody's way in."""

    app: FastAPI
    client: TestClient
    scene: Scene
    database: Database
    tokens: dict[str, str] = field(default_factory=dict)
    browsers: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Cookie and CSRF token of each."""

    def actor(self, who: str) -> Actor:
        found: Actor = self.scene.idle if who == "idle" else getattr(self.scene.cast, who)
        return found

    def attempt(
        self,
        row: Row,
        who: str,
        token: str | None = None,
        headers: dict[str, str] | None = None,
        **other: Any,
    ) -> httpx2.Response:
        """Try a route as somebody: with a token on the API, with a browser on the pages.

        `params`, `body` and `query` take the place of the row's own.
        """
        scene, headers = self.scene, dict(headers or {})
        params = other.get("params", scene.resolved(row.params()))
        url = row.path.format(**{name: quote(str(given), "") for name, given in params.items()})
        body = other.get("body", scene.resolved(row.body))
        sent: dict[str, Any] = {"params": other.get("query", scene.resolved(row.query))}
        if row.is_api:
            token = token or self.tokens.get(who)
            headers |= {"Authorization": f"Bearer {token}"} if token else {}
            if row.body is not None:
                sent["data" if row.is_form else "json"] = body
        else:
            cookie, csrf = self.browsers.get(who, (f"spg_visit={VISIT}", ""))
            headers |= {"Cookie": cookie}
            if row.writes:
                csrf = csrf or VISIT
                sent["data"] = {"csrf_token": csrf} | (body or {})
        if row.files is not None:
            sent["files"] = row.files()
        answer = self.client.request(row.method, url, headers=headers, **sent)
        self.client.cookies.clear()
        return answer

    def query_names(self, row: Row) -> list[str]:
        """What the route takes behind the question mark."""
        for route in iter_route_contexts(self.app.routes):
            if route.path == row.path and row.method in (route.methods or ()):
                return asked_of(getattr(route, "dependant", None))
        return []


def asked_of(dependant: Any) -> list[str]:
    """What a handler takes behind the question mark, and all that it depends on."""
    if dependant is None:
        return []
    beneath = [name for one in dependant.dependencies for name in asked_of(one)]
    return list(dict.fromkeys([*(field.alias for field in dependant.query_params), *beneath]))


def undone(database: Database) -> Callable[[Request], AsyncIterator[Session]]:
    """The request's session as `deps.session` gives it: what it does is committed, but inside
    of a transaction that is rolled back."""

    async def session(request: Request) -> AsyncIterator[Session]:
        writes = request.method not in deps.SAFE_METHODS
        with database.open(writes=writes, now=clock.now()) as opened:
            inner = opened.begin_nested()
            yield opened
            if writes and inner.is_active and not getattr(request.state, "refused", False):
                inner.commit()
            opened.rollback()

    return session


@pytest.fixture(scope="session")
def made_house(
    databases: Any, staged: tuple[str, Cast], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[House, Path]]:
    place = tmp_path_factory.mktemp("access")
    address = databases.copy(staged[0])
    with pytest.MonkeyPatch.context() as patch, clock.standing_at(staged[1].now):
        set_stage(patch, place, address)
        database = Database(address)
        ring = open_keyring(settings().data_dir)
        ring.ensure(staged[1].now)
        with database.write(staged[1].now) as session:
            scene = build(session, staged[1], ring)
        app = create_app(settings(), database)
        app.dependency_overrides[deps.session] = undone(database)
        with TestClient(
            app,
            base_url=settings().public_url,
            follow_redirects=False,
            raise_server_exceptions=False,
        ) as client:
            house = House(app, client, scene, database)
            let_in(house)
            yield house, place
    settings.cache_clear()
    databases.drop(address)


def let_in(house: House) -> None:
    """A token and a browser for everybody, long enough for the whole run."""
    now = house.scene.cast.now
    for who in CAST[:-1]:
        actor = house.actor(who)
        house.tokens[who] = access.mint(now, f"user:{actor.id}", committees.rights_of(actor)).token
        with house.database.write(now) as session:
            name = house.scene.cast.username(actor)
            signed = people.sign_in(session, now, name, PASSWORD, "192.0.2.7")
        assert signed.login is not None
        house.browsers[who] = f"spg_session={signed.token}", signed.login.csrf


def set_stage(patch: pytest.MonkeyPatch, place: Path, address: str) -> None:
    patch.setenv("SPG_DATA_DIR", str(place / "data"))
    patch.setenv("SPG_DATABASE_URL", address)
    patch.setenv("SPG_PUBLIC_URL", "https://sello.example.bo")
    settings.cache_clear()


@pytest.fixture
def house(
    made_house: tuple[House, Path],
    own_settings: None,
    monkeypatch: pytest.MonkeyPatch,
    clock_at: Callable[[datetime], None],
) -> House:
    found, place = made_house
    set_stage(monkeypatch, place, found.database.url)
    clock_at(found.scene.cast.now)
    return found

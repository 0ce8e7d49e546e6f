"""Sessions in browsers: they end, and a form without the page's own token is nobody's."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from tests.access.conftest import CAST, ONCE, House
from tests.access.page_table import PAGES
from tests.access.table import Row
from tests.cast import Stage

POSTS = [row for row in PAGES if row.writes]


@ONCE
@pytest.mark.parametrize("row", POSTS, ids=[row.route for row in POSTS])
def test_a_form_without_its_token_is_refused(house: House, row: Row) -> None:
    who = next(who for who in CAST if who in row.who)
    cookie, csrf = house.browsers[who]
    other = house.browsers["cnape" if who != "cnape" else "control"][1]
    scene = house.scene
    url = row.path.format(**{name: scene.resolved(given) for name, given in row.params().items()})
    for sent in ({}, {"csrf_token": ""}, {"csrf_token": other}, {"csrf_token": csrf[:-1]}):
        body = (scene.resolved(row.body) or {}) | sent
        answer = house.client.post(url, data=body, headers={"Cookie": cookie})
        house.client.cookies.clear()
        assert answer.status_code == 403, f"{sent}: {answer.status_code}"
        assert "Reservada" not in answer.text


def test_a_session_ends(stage: Stage, clock_at: Callable[[datetime], None]) -> None:
    browser = stage.browser(stage.cast.secretary)
    assert browser.get("/inicio").status_code == 200
    clock_at(stage.cast.now + timedelta(hours=12, minutes=1))
    late = browser.get("/productores?pagina=2")
    assert late.status_code == 303
    assert late.headers["location"] == "/entrar?next=%2Fproductores%3Fpagina%3D2"
    assert browser.post("/productores/nuevo", {}).status_code in (401, 403)


def test_who_signed_out_is_out_with_the_old_cookie_too(stage: Stage) -> None:
    browser = stage.browser(stage.cast.secretary)
    kept = browser.client.cookies["spg_session"]
    left = browser.post("/salir")
    assert (left.status_code, left.headers["clear-site-data"]) == (303, '"cache"')
    browser.client.cookies.set("spg_session", kept)
    assert browser.get("/inicio").headers["location"] == "/entrar?next=%2Finicio"


def test_the_way_back_after_the_door_stays_on_this_host(stage: Stage) -> None:
    browser = stage.browser(stage.cast.secretary)
    for away in ("https://example.com/", "//example.com", "/\\example.com", "javascript:x"):
        answer = browser.get("/entrar", params={"next": away})
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/")
        assert "example.com" not in answer.headers["location"]

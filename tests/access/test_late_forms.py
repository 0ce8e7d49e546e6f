"""A session that ends in the middle of a long form: nothing that was typed is lost."""

import re
from datetime import timedelta
from html import unescape
from typing import Any

import httpx2
import pytest

from api.packing import unmasked
from spg_registry.core import clock
from tests.cast import PASSWORD, Stage

TYPED = {"name": "Comité de «Ñuñumayani» <b>", "level": "municipal", "municipality_codes": "031401"}
FROM_OUR_PAGE = {"sec-fetch-site": "same-origin"}
FROM_ELSEWHERE = ({"sec-fetch-site": "cross-site"}, {"origin": "https://malo.example"}, {})


def fields_of(page: str, action: str) -> dict[str, str]:
    """The hidden fields of the form that goes to `action`."""
    form = next(f for f in re.findall(r"<form.*?</form>", page, re.S) if f'action="{action}"' in f)
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)
    return {name: unescape(value) for name, value in found}


def late(
    stage: Stage, where: str, data: dict[str, Any], headers: dict[str, str]
) -> httpx2.Response:
    """Typed in a session; sent when that has ended."""
    browser = stage.browser(stage.cast.administrator)
    with clock.standing_at(stage.cast.now + timedelta(days=2)):
        return browser.post(where, data, headers=headers)


def test_who_signs_in_again_sends_what_was_typed_with_one_press(stage: Stage) -> None:
    with clock.standing_at(stage.cast.now + timedelta(days=2)):
        browser = stage.browser(stage.cast.administrator)
        browser.client.cookies.delete("spg_session")
        door = browser.post("/comites/nuevo?x=1", TYPED, headers=FROM_OUR_PAGE)
        assert door.status_code == 401
        carried = fields_of(door.text, "/entrar")
        assert carried["kept_path"] == "/comites/nuevo?x=1"
        assert carried["kept-name"] == TYPED["name"]
        wrong = browser.client.post(
            "/entrar", data=carried | {"username": "administrator", "password": "no es"}
        )
        assert wrong.status_code == 422
        assert fields_of(wrong.text, "/entrar")["kept-name"] == TYPED["name"]
        again = browser.client.post(
            "/entrar",
            data=fields_of(wrong.text, "/entrar")
            | {"username": stage.cast.username(stage.cast.administrator), "password": PASSWORD},
        )
        assert again.status_code == 200
        ready = fields_of(again.text, "/comites/nuevo?x=1")
        token = ready.pop("csrf_token")
        assert ready.pop("once")
        assert ready == TYPED
        sent = browser.client.post("/comites/nuevo?x=1", data=ready | {"csrf_token": token})
        assert sent.status_code == 303, sent.text


def test_a_session_that_was_changed_in_another_tab_asks_for_one_more_press(stage: Stage) -> None:
    browser = stage.browser(stage.cast.administrator)
    answer = browser.client.post(
        "/comites/nuevo", data=TYPED | {"csrf_token": "of the tab before"}, headers=FROM_OUR_PAGE
    )
    assert answer.status_code == 403
    ready = fields_of(answer.text, "/comites/nuevo")
    assert unmasked(ready.pop("csrf_token")) == browser.csrf
    assert ready.pop("once")
    assert ready == TYPED


@pytest.mark.parametrize("headers", FROM_ELSEWHERE)
def test_nobody_else_lays_words_into_a_hand(stage: Stage, headers: dict[str, str]) -> None:
    signed_in = stage.browser(stage.cast.administrator).client
    answer = signed_in.post("/comites/nuevo", data=TYPED, headers=headers)
    assert answer.status_code == 403
    assert "umayani" not in answer.text
    outside = late(stage, "/comites/nuevo", TYPED, headers)
    assert outside.status_code in (401, 403)
    assert "umayani" not in outside.text


SECRETS = {
    "/clave": {"current": "uno dos tres", "password": "cuatro cinco", "again": "cuatro cinco seis"},
    "/enlace/abc": {"password": "siete ocho", "again": "nueve diez once"},
    "/mi-sello": {"codigo": "P0000007", "pin": "4711"},
    "/mi-sello/pin": {"talon": "ABCDE-12345", "pin": "4711", "otra_vez": "4712"},
    "/comites/nuevo": {"old_password": "uno dos tres", "pin": "4711", "talon": "ABCDE-12345"},
}


@pytest.mark.parametrize("where", SECRETS)
def test_secrets_are_not_carried(stage: Stage, where: str) -> None:
    answer = late(stage, where, SECRETS[where], FROM_OUR_PAGE)
    tab_before = stage.browser(stage.cast.administrator).client.post(
        where, data=SECRETS[where] | {"csrf_token": "of the tab before"}, headers=FROM_OUR_PAGE
    )
    assert tab_before.status_code == 403
    for page in (answer.text, tab_before.text):
        for value in SECRETS[where].values():
            assert value not in page


def test_who_was_at_a_form_of_secrets_is_asked_for_them_again(stage: Stage) -> None:
    """The door tells why it stands there, and offers nothing to send again."""
    browser = stage.browser(stage.cast.administrator)
    page = browser.client.post(
        "/clave",
        data=SECRETS["/clave"] | {"csrf_token": "of the tab before"},
        headers=FROM_OUR_PAGE,
    ).text
    assert 'href="/clave"' in page
    assert "Enviar lo que escribí" not in page


def test_the_way_back_stays_on_this_host(stage: Stage) -> None:
    browser = stage.browser(stage.cast.administrator)
    browser.client.cookies.delete("spg_session")
    page = browser.client.get("/entrar").text
    form = fields_of(page, "/entrar") | {"username": "administrator", "password": PASSWORD}
    away = {"kept_path": "https://malo.example/", "kept-name": "x"}
    answer = browser.client.post("/entrar", data=form | away)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/inicio"

"""Pages travel compressed, and the session's token is spelled anew in each."""

import gzip

from hypothesis import given
from hypothesis import strategies as st

from api.packing import masked, takes_gzip, unmasked
from tests.cast import Stage


@given(st.text(st.characters(codec="ascii"), min_size=1, max_size=64))
def test_a_token_comes_back_from_every_spelling(token: str) -> None:
    first, second = masked(token), masked(token)
    assert first != token
    assert unmasked(first) == unmasked(second) == token
    assert len(token) < 8 or first != second


@given(st.text(max_size=80))
def test_what_no_page_has_shown_is_no_token(shown: str) -> None:
    assert unmasked("m." + shown) != "the token"


def test_a_form_comes_back_with_the_page_own_spelling(stage: Stage) -> None:
    browser = stage.browser(stage.cast.secretary)
    pages = [browser.get("/productores/nuevo").text for _ in range(2)]
    shown = [page.split('name="csrf_token" value="')[1].split('"')[0] for page in pages]
    assert shown[0] != shown[1]
    assert all(browser.csrf not in page for page in pages)
    for token in shown:
        answer = browser.client.post("/productores/nuevo", data={"csrf_token": token})
        assert answer.status_code == 422  # heard, and found wanting
    forged = browser.client.post("/productores/nuevo", data={"csrf_token": "m.AAAA"})
    assert forged.status_code == 403


def test_a_page_and_its_sheet_travel_in_a_third_of_their_bytes(stage: Stage) -> None:
    client = stage.browser(stage.cast.secretary).client
    for path in ("/productores/nuevo", "/static/spg.css"):
        with client.stream("GET", path, headers={"accept-encoding": "br, gzip"}) as answer:
            sent = b"".join(answer.iter_raw())
        assert answer.headers["content-encoding"] == "gzip"
        assert int(answer.headers["content-length"]) == len(sent)
        assert "Accept-Encoding" in answer.headers["vary"]
        plain = client.get(path, headers={"accept-encoding": "identity"})
        assert "content-encoding" not in plain.headers
        assert len(sent) < len(plain.content) / 3
        if path.startswith("/static"):
            assert gzip.decompress(sent) == plain.content


def test_only_who_says_so_gets_gzip() -> None:
    assert takes_gzip("gzip, deflate, br")
    assert takes_gzip("br;q=1.0, gzip;q=0.8")
    assert not takes_gzip("br, xgzip")
    assert not takes_gzip("")

"""The edge of the application: commits before answers, errors as words, headers, limits, doors."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import event
from sqlmodel import Session, SQLModel, select

from spg_registry.core import errors
from spg_registry.core.db import Database
from spg_registry.core.messages import has_sentence, locales
from spg_registry.people.models import LoginAttempt, LoginSession, Person
from tests.cast import NOW, PASSWORD, Stage


@pytest.fixture
def broken_disk() -> Iterator[None]:
    """Every commit fails, as on a full disk."""

    def fail(_session: Session) -> None:
        raise OSError("disk full")

    event.listen(Session, "before_commit", fail)
    yield
    event.remove(Session, "before_commit", fail)


def test_a_failing_commit_answers_500_and_nothing_was_said_to_be_done(
    stage: Stage, broken_disk: None
) -> None:
    answer = stage.client.post(
        "/api/v1/persons",
        json={
            "names": "Rosenda",
            "surnames": "Flores",
            "committee_id": stage.cast.committee,
        },
        headers=stage.headers(stage.cast.coordinator),
    )
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "unexpected"
    assert "disk" not in answer.text
    with stage.database.read() as session:
        assert session.exec(select(Person).where(Person.names == "Rosenda")).all() == []


def test_a_failing_commit_shows_a_spanish_page_with_a_number_to_tell(
    stage: Stage, broken_disk: None
) -> None:
    page = stage.client.get("/entrar")
    token = page.cookies["spg_visit"]
    answer = stage.client.post(
        "/entrar", data={"username": "rosa", "password": PASSWORD, "csrf_token": token}
    )
    assert answer.status_code == 500
    assert "Algo falló de nuestro lado" in answer.text
    assert "spg_session" not in answer.cookies


def test_every_error_has_a_status_and_a_sentence_in_every_language() -> None:
    import api.main  # noqa: F401  # so that every room has declared its errors
    from api.errors import STATUS, status_of

    def descendants(kind: type[errors.DomainError]) -> Iterator[type[errors.DomainError]]:
        for child in kind.__subclasses__():
            yield child
            yield from descendants(child)

    known = set(descendants(errors.DomainError))
    assert set(STATUS) <= known
    for kind in known:
        assert any(ancestor in STATUS for ancestor in kind.__mro__), kind
        for locale in locales():
            assert has_sentence(f"error.{kind.code}", locale), (kind, locale)
    assert status_of(errors.Unauthenticated()) == 401


@pytest.mark.parametrize("path", ["/", "/entrar", "/nada", "/api/v1/seals", "/static/spg.css"])
def test_every_answer_says_what_a_browser_may_do_with_it(stage: Stage, path: str) -> None:
    headers = stage.client.get(path).headers
    assert "script-src 'self';" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert "default-src 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["strict-transport-security"]


def test_a_body_that_is_too_large_is_refused_before_it_is_read(stage: Stage) -> None:
    answer = stage.client.post(
        "/api/v1/verifications",
        content=b"{" + b" " * 2_100_000,
        headers={"content-type": "application/json"},
    )
    assert answer.status_code == 413
    assert answer.json()["code"] == "too_large"


def test_broken_json_and_wrong_types_name_the_field(stage: Stage) -> None:
    bad = stage.client.post(
        "/api/v1/verifications", content=b"{", headers={"content-type": "application/json"}
    )
    assert bad.status_code == 422
    assert bad.json()["faults"][0]["code"] == "bad_json"
    wrong = stage.client.post("/api/v1/verifications", json={"code": 7})
    assert wrong.json()["faults"][0]["field"] == "code"


def test_a_form_without_its_token_does_nothing(stage: Stage) -> None:
    browser = stage.browser(stage.cast.coordinator)
    answer = browser.client.post("/salir", data={})
    assert answer.status_code == 403
    assert browser.get("/inicio").status_code == 200
    assert browser.post("/salir").status_code == 303
    assert browser.get("/inicio").headers["location"].startswith("/entrar")


def test_the_way_through_the_door_stays_on_this_host(stage: Stage) -> None:
    stage.client.get("/entrar")
    token = stage.client.cookies["spg_visit"]
    for wanted, reached in (("/sellos", "/sellos"), ("//mal.example", "/inicio")):
        form = {"username": "rosa", "password": PASSWORD, "csrf_token": token, "next": wanted}
        client = TestClient(stage.app, base_url="https://sello.example.bo", follow_redirects=False)
        client.cookies.set("spg_visit", token)
        answer = client.post("/entrar", data=form)
        assert answer.headers["location"] == reached
        cookie = answer.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "Secure" in cookie
        assert "samesite=lax" in cookie.lower()


def test_a_failed_try_is_kept_although_the_page_refuses(stage: Stage) -> None:
    stage.client.get("/entrar")
    token = stage.client.cookies["spg_visit"]
    answer = stage.client.post(
        "/entrar", data={"username": "rosa", "password": "no", "csrf_token": token}
    )
    assert answer.status_code == 422
    assert 'value="rosa"' in answer.text
    with stage.database.read() as session:
        assert session.exec(select(LoginAttempt)).all() != []


@pytest.mark.parametrize(
    ("rows", "refusal"),
    [
        (
            [
                Person(names="Una", surnames="Sola", ci_key="k"),
                Person(names="Otra", surnames="Igual", ci_key="k"),
            ],
            errors.AlreadyThere,
        ),
        (
            [LoginSession(token_hash="h", csrf="c", user_id=9, started_at=NOW, expires_at=NOW)],
            errors.Invalid,
        ),
    ],
    ids=["the same unique thing twice", "a reference to nothing"],
)
def test_the_databases_own_refusals_come_in_our_words(
    database: Database, rows: list[SQLModel], refusal: type[errors.DomainError]
) -> None:
    def store() -> None:
        with database.write() as session:
            session.add_all(rows)

    with pytest.raises(refusal):
        store()

"""The register over HTTP: one curl for the control body, files for anybody, nothing for others."""

import hashlib
import json
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import UTC, date, datetime
from typing import Any

import anyio
import httpx2
import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, col, select

from api import downloads
from api.ground import Ground
from spg_registry.core.audit import AuditEvent
from spg_registry.core.config import settings
from spg_registry.core.db import STREAMS
from spg_registry.core.history import Change
from spg_registry.people import service as people
from spg_registry.people.schemas import ClientIn
from spg_registry.register import service, tables
from spg_registry.register.columns import Profile
from spg_registry.register.models import Period, Pull
from spg_registry.seals import service as seals
from spg_registry.seals.schemas import ActIn, ReasonClass
from tests.cast import PUNATA, Stage
from tests.register.scene import BASILIA, PERSONAL

CSV = "/api/v1/register/seals.csv"
ACT = ActIn(reason_class=ReasonClass.OTHER, reason="x", right_of_reply="y")


def program(stage: Stage, *scopes: str) -> tuple[str, str]:
    with stage.database.write(stage.cast.now) as session:
        data = ClientIn(client_id="senasag", name="Descarga nocturna", scopes=list(scopes))
        made, secret = people.create_client(session, stage.cast.administrator, stage.cast.now, data)
        return made.client_id, secret


def token_of(stage: Stage, client_id: str, secret: str) -> dict[str, str]:
    stage.headers(stage.cast.control)  # the keys
    ask = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
    answer = stage.client.post("/api/v1/token", data=ask).json()
    return {"Authorization": f"Bearer {answer['access_token']}"}


def pulls_in(stage: Stage) -> list[Pull]:
    with stage.database.read() as session:
        return list(session.exec(select(Pull).order_by(col(Pull.id))))


# --- the control profile -------------------------------------------------------------------------


def test_the_control_body_pulls_the_register_with_its_program(stage: Stage) -> None:
    headers = token_of(stage, *program(stage, "register:read"))
    answer = stage.client.get(CSV, headers=headers)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/csv")
    named = 'attachment; filename="seals-2026-06-15-provisional.csv"'
    assert answer.headers["content-disposition"] == named
    assert answer.headers["spg-as-of"] == "2026-06-15"
    assert answer.headers["cache-control"] == "no-store"
    assert len(answer.content.splitlines()) == 6
    mine = f"/api/v1/register/pulls/{answer.headers['spg-pull']}"
    record = stage.client.get(mine, headers=headers).json()
    assert record["finished"]
    assert record["rows"] == 5
    assert record["digest"] == hashlib.sha256(answer.content).hexdigest()
    assert record["puller"] == "client:1 Descarga nocturna"
    assert (record["table_name"], record["profile"]) == ("seals", "control")
    with stage.database.read() as session:
        assert record["sequence"] == service.sequence_of(session)
        assert str(record["sequence"]) == answer.headers["spg-sequence"]
        noted = session.exec(select(AuditEvent).where(AuditEvent.action == "register.pull")).one()
        assert noted.actor_label == "Descarga nocturna"


@pytest.mark.parametrize("closed", [False, True])
@pytest.mark.parametrize("profile", Profile)
def test_a_file_says_whether_its_figures_are_final(
    stage: Stage, profile: Profile, closed: bool
) -> None:
    year = Period(label="2026", since=date(2026, 1, 1), until=date(2026, 12, 31))
    year.closed_at = stage.cast.now if closed else None
    with stage.database.write(stage.cast.now) as session:
        session.add(year)
    if profile is Profile.PUBLIC:
        answer = stage.client.get("/datos/seals.csv")
    else:
        answer = stage.client.get(CSV, headers=stage.headers(stage.cast.control))
    word = "closed" if closed else "provisional"
    assert answer.headers["spg-status"] == word
    assert f'"seals-2026-06-15-{word}.csv"' in answer.headers["content-disposition"]


def test_an_officers_own_token_pulls_too(stage: Stage) -> None:
    headers = stage.headers(stage.cast.control)
    answer = stage.client.get("/api/v1/register/units.jsonl?municipality=031401", headers=headers)
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert {line["municipality_code"] for line in lines} == {PUNATA}
    assert lines[0]["lat"] == -17.5423


def test_who_may_not_pull_is_told_why(stage: Stage) -> None:
    cast = stage.cast
    nobody = stage.client.get(CSV)
    assert nobody.status_code == 401
    assert nobody.headers["content-type"] == "application/problem+json"
    assert nobody.headers["www-authenticate"] == "Bearer"
    for actor in (cast.cnape, cast.member, cast.evaluator, cast.administrator):
        answer = stage.client.get(CSV, headers=stage.headers(actor))
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    narrow = stage.headers(cast.control, "seal:read")
    assert stage.client.get(CSV, headers=narrow).status_code == 403
    assert pulls_in(stage) == []


def test_a_committee_pulls_what_is_its_own(stage: Stage) -> None:
    cast = stage.cast
    own = stage.client.get(CSV, headers=stage.headers(cast.coordinator))
    assert len(own.content.splitlines()) == 6
    other = stage.client.get(CSV, headers=stage.headers(cast.coordinator_b))
    assert len(other.content.splitlines()) == 1


def test_a_program_with_another_scope_is_refused(stage: Stage) -> None:
    headers = token_of(stage, *program(stage, "seal:read"))
    assert stage.client.get(CSV, headers=headers).status_code == 403


def test_a_revoked_program_is_out_with_its_fresh_token(stage: Stage) -> None:
    headers = token_of(stage, *program(stage, "register:read"))
    with stage.database.write(stage.cast.now) as session:
        people.revoke_client(session, stage.cast.administrator, stage.cast.now, "senasag")
    answer = stage.client.get(CSV, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_token")


def test_a_pull_is_seen_by_who_made_it_and_by_officers(stage: Stage) -> None:
    cast = stage.cast
    stage.client.get(CSV, headers=stage.headers(cast.coordinator))
    assert stage.client.get("/api/v1/register/pulls").status_code == 401
    for actor, count, status in (
        (cast.coordinator, 1, 200),
        (cast.control, 1, 200),
        (cast.coordinator_b, 0, 404),
    ):
        headers = stage.headers(actor)
        listed = stage.client.get("/api/v1/register/pulls", headers=headers).json()
        assert listed["total"] == count
        one = stage.client.get("/api/v1/register/pulls/1", headers=headers)
        assert one.status_code == status


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("persons.csv", 404, "table_not_found"),
        ("seals.exe", 404, "table_not_found"),
        ("seals.csv?municipality=99", 422, "invalid"),
        ("seals.csv?spg=SPG-0", 422, "invalid"),
    ],
)
def test_what_is_not_there_is_said_before_anything_is_recorded(
    stage: Stage, path: str, status: int, code: str
) -> None:
    headers = stage.headers(stage.cast.control)
    answer = stage.client.get(f"/api/v1/register/{path}", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert pulls_in(stage) == []


def test_a_broken_download_stays_on_record_as_unfinished(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> Any:
        raise OSError("the disk is gone")

    headers = stage.headers(stage.cast.control)
    monkeypatch.setattr(tables, "CHUNK", 2)
    source = tables.SOURCES[tables.TableName.UNITS]
    failing = dict(tables.SOURCES)
    failing[tables.TableName.UNITS] = lambda speech: _with(source(speech), broken)
    monkeypatch.setattr(tables, "SOURCES", failing)
    with stage.client.stream("GET", "/api/v1/register/units.csv", headers=headers) as answer:
        assert answer.status_code == 200
        answer.read()
    (pull,) = pulls_in(stage)
    assert (pull.finished, pull.rows, pull.digest) == (False, None, None)


def _with(source: tables.Source, complete: Callable[..., Any]) -> tables.Source:
    from dataclasses import replace

    return replace(source, complete=complete)


def test_too_many_downloads_at_once_are_asked_to_come_back(stage: Stage) -> None:
    ground: Ground = stage.app.state.ground

    async def while_all_are_taken() -> httpx2.Response:
        async with AsyncExitStack() as taken:
            for _ in range(STREAMS):
                await taken.enter_async_context(ground.stream())
            return await anyio.to_thread.run_sync(stage.client.get, "/datos/seals.csv")

    answer = anyio.run(while_all_are_taken)
    assert answer.status_code == 429
    assert answer.headers["retry-after"] == "10"
    assert stage.client.get("/datos/seals.csv").status_code == 200


def test_a_download_gives_its_connection_back(stage: Stage) -> None:
    for _ in range(STREAMS + 3):
        assert stage.client.get("/datos/units.csv").status_code == 200
    assert stage.database.engine.pool.checkedout() == 0  # type: ignore[attr-defined]


def test_what_is_written_during_a_download_is_not_in_it(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One snapshot: a seal suspended between two chunks is still what it was."""
    cast, written = stage.cast, downloads.service.written

    def slowly(session: Session, *rest: Any) -> Any:
        told = written(session, *rest)
        with stage.database.write(cast.now) as other:
            seals.suspend(other, cast.control, cast.now, BASILIA, ACT)
        return told

    monkeypatch.setattr(downloads.service, "written", slowly)
    first = stage.client.get("/datos/seals.csv").text
    monkeypatch.undo()
    line = next(line for line in first.splitlines() if line.startswith(BASILIA))
    assert ",valid," in line
    assert ",suspended," in stage.client.get("/datos/seals.csv").text.split(BASILIA)[1]


# --- the public profile --------------------------------------------------------------------------


def test_anybody_takes_the_public_files(stage: Stage) -> None:
    for table in ("spgs", "producers", "units", "seals"):
        for ending in ("csv", "jsonl"):
            answer = stage.client.get(f"/datos/{table}.{ending}")
            assert answer.status_code == 200
            assert answer.headers["etag"]
            assert answer.headers["last-modified"].endswith("GMT")
            for person in PERSONAL:
                assert person not in answer.text
    assert pulls_in(stage) == []


def test_a_file_that_has_not_changed_is_not_sent_again(stage: Stage) -> None:
    cast = stage.cast
    first = stage.client.get("/datos/seals.csv")
    tag = {"If-None-Match": first.headers["etag"]}
    again = stage.client.get("/datos/seals.csv", headers=tag)
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert stage.client.get("/datos/seals.csv?bom=1", headers=tag).status_code == 200
    assert stage.client.get("/datos/seals.jsonl", headers=tag).status_code == 200
    with stage.database.write(cast.now) as session:
        seals.suspend(session, cast.control, cast.now, BASILIA, ACT)
    changed = stage.client.get("/datos/seals.csv", headers=tag)
    assert changed.status_code == 200
    assert changed.headers["etag"] != first.headers["etag"]


def test_the_same_file_is_another_tomorrow(stage: Stage, clock_at: Callable[..., None]) -> None:
    """A seal expires without any change in the database."""
    first = stage.client.get("/datos/seals.csv").headers
    clock_at(datetime(2100, 1, 1, 15, tzinfo=UTC))
    tag = {"If-None-Match": first["etag"]}
    answer = stage.client.get("/datos/seals.csv", headers=tag)
    assert answer.status_code == 200
    assert answer.headers["last-modified"] == "Fri, 01 Jan 2100 04:00:00 GMT"


def test_the_head_of_a_file_can_be_asked_for(stage: Stage) -> None:
    answer = stage.client.head("/datos/seals.csv")
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["etag"] == stage.client.get("/datos/seals.csv").headers["etag"]


def test_an_unknown_file_is_a_spanish_page(stage: Stage) -> None:
    answer = stage.client.get("/datos/personas.csv")
    assert answer.status_code == 404
    assert "no tiene la tabla" in answer.text


def test_the_page_of_open_data_says_what_there_is(stage: Stage) -> None:
    page = stage.client.get("/datos")
    assert page.status_code == 200
    for words in (
        "Provisional",
        "15/06/2026",
        'href="/datos/seals.csv"',
        "Último día de vigencia",
        f"curl -o seals.csv {settings().public_url}/datos/seals.csv",
        "CC BY 4.0",
    ):
        assert words in page.text
    assert "pledge_signed_on" not in page.text
    assert "Last day of validity" in stage.client.get("/datos?lang=en").text


# --- the pages -----------------------------------------------------------------------------------


def test_an_officer_sees_the_register_and_takes_it(stage: Stage) -> None:
    browser = stage.browser(stage.cast.control)
    page = browser.get("/registro")
    assert page.status_code == 200
    assert 'href="/registro/seals.csv?bom=1"' in page.text
    assert "pledge_signed_on" in page.text
    file = browser.get("/registro/seals.csv?bom=1")
    assert file.text.startswith("\ufeffpublic_code")
    assert hashlib.sha256(file.content).hexdigest()[:16] in browser.get("/registro").text


@pytest.mark.parametrize(
    ("who", "page", "base"),
    [
        ("control", 200, "/registro"),
        ("coordinator", 200, "/registro"),
        ("secretary", 200, "/registro"),
        ("member", 200, "/datos"),
        ("cnape", 200, "/datos"),
        ("evaluator", 403, ""),
        ("administrator", 403, ""),
    ],
)
def test_each_role_sees_its_part(stage: Stage, who: str, page: int, base: str) -> None:
    browser = stage.browser(getattr(stage.cast, who))
    answer = browser.get("/registro")
    assert answer.status_code == page
    assert browser.get("/registro/conciliacion").status_code == page
    if base:
        assert f'href="{base}/seals.csv"' in answer.text
    taken = browser.get("/registro/producers.csv")
    assert taken.status_code == (200 if base == "/registro" else 403)


def test_a_stranger_is_led_to_the_door(stage: Stage) -> None:
    for path in ("/registro", "/registro/conciliacion", "/registro/seals.csv"):
        answer = stage.client.get(path)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/entrar?next=%2Fregistro")


def test_the_cookie_of_a_page_opens_no_api(stage: Stage) -> None:
    browser: TestClient = stage.browser(stage.cast.control).client
    assert browser.get(CSV).status_code == 401


def test_pulling_changes_nothing_in_the_register(stage: Stage) -> None:
    def sequence() -> int:
        with stage.database.read() as session:
            return max(session.exec(select(Change.sequence)))

    before = sequence()
    stage.client.get(CSV, headers=stage.headers(stage.cast.control))
    assert sequence() == before

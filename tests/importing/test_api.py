"""A program of the committee sends the list: examined, confirmed, the rejected rows back."""

import httpx2
import pytest

from spg_registry.core.permissions import Actor
from tests.cast import Stage
from tests.importing.files import workbook
from tests.importing.lists import LIST
from tests.importing.test_pages import BAD, producers


def send(stage: Stage, actor: Actor, **headers: str) -> httpx2.Response:
    return stage.client.post(
        "/api/v1/imports",
        data={"spg_id": str(stage.cast.spg)},
        files={"file": ("lista.xlsx", workbook([*LIST, BAD]))},
        headers=stage.headers(actor) | headers,
    )


def test_examined_then_confirmed_once_and_the_rejected_rows_come_back(stage: Stage) -> None:
    office = stage.headers(stage.cast.coordinator)
    sent = send(stage, stage.cast.coordinator)
    assert sent.status_code == 201, sent.text
    found = sent.json()
    assert found["state"] == "previewed"
    assert found["counts"]["new"] == 3
    [rejected] = [row for row in found["rows"] if row["action"] == "rejected"]
    assert {problem["cell"] for problem in rejected["problems"]} >= {"C5"}
    assert producers(stage) == 0

    for _ in range(2):
        done = stage.client.post(f"/api/v1/imports/{found['id']}/confirmation", headers=office)
        assert done.json()["state"] == "confirmed"
    assert producers(stage) == 3
    back = stage.client.get(f"/api/v1/imports/{found['id']}/rejected", headers=office)
    assert back.content.startswith(b"PK")
    assert stage.client.get("/api/v1/imports", headers=office).json()["total"] == 1


@pytest.mark.parametrize("who", ["coordinator_b", "evaluator", "control"])
def test_others_may_not_import_into_this_spg(stage: Stage, who: str) -> None:
    assert send(stage, getattr(stage.cast, who)).status_code == 403
    assert producers(stage) == 0


def test_a_broken_file_is_one_clear_sentence(stage: Stage) -> None:
    sent = stage.client.post(
        "/api/v1/imports",
        data={"spg_id": str(stage.cast.spg)},
        files={"file": ("lista.xlsx", b"%PDF-1.7 no es una planilla")},
        headers=stage.headers(stage.cast.coordinator),
    )
    assert sent.status_code == 422
    [fault] = sent.json()["faults"]
    assert fault["field"] == "file"
    assert "PDF" in fault["detail"]

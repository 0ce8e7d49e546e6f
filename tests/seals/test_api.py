"""The same acts by programs: the right person, the wrong committee, and nobody, with real ids."""

from typing import Any

import httpx2
import pytest
from sqlmodel import func, select

from spg_registry.core.permissions import Actor
from spg_registry.producers.schemas import EnrolmentIn
from spg_registry.rounds.models import Visit
from spg_registry.seals.models import SealGrant
from tests.cast import Stage
from tests.rounds.stories import families
from tests.seals.stories import EVERYBODY, granted, ready, seat, visited


def call(
    stage: Stage, actor: Actor | None, method: str, path: str, body: Any = None
) -> httpx2.Response:
    headers = stage.headers(actor) if actor else {}
    return stage.client.request(method, f"/api/v1{path}", json=body, headers=headers)


@pytest.fixture
def visits(stage: Stage) -> list[Visit]:
    with stage.database.write(stage.cast.now) as session:
        return ready(session, stage.cast, "Justina", "Basilia")


def convene(stage: Stage, visits: list[Visit]) -> int:
    body = {
        "committee_id": stage.cast.committee,
        "round_id": visits[0].round_id,
        "held_on": "2026-06-14",
        "place": "Sede",
        "called_by": "Rosa Mamani",
        "acta_number": "4/2026",
    }
    answer = call(stage, stage.cast.coordinator, "POST", "/meetings", body)
    assert answer.status_code == 201, answer.text
    with stage.database.read() as session:
        members = [seat(session, stage.cast, name) for name in EVERYBODY]
    meeting: int = answer.json()["id"]
    path = f"/meetings/{meeting}/attendance"
    answer = call(stage, stage.cast.coordinator, "PUT", path, {"members": members})
    assert set(answer.json().values()) == {True}
    return meeting


def decide(stage: Stage, meeting: int, visits: list[Visit], **other: Any) -> httpx2.Response:
    batch = [{"producer_id": v.producer_id, "outcome": "organic"} | other for v in visits]
    return call(stage, stage.cast.coordinator, "PUT", f"/meetings/{meeting}/decisions", batch)


def test_a_meeting_is_held_and_closed_by_programs(stage: Stage, visits: list[Visit]) -> None:
    cast = stage.cast
    meeting = convene(stage, visits)
    assert [row["state"] for row in decide(stage, meeting, visits).json()] == ["draft", "draft"]
    verdicts = call(stage, cast.member, "GET", f"/meetings/{meeting}/verdicts").json()
    assert [row["may_be_adopted"] for row in verdicts] == [True, True]
    assert {row["valid_until"] for row in verdicts} == {"2027-06-13"}
    answer = call(stage, cast.secretary, "POST", f"/meetings/{meeting}/closing")
    assert answer.status_code == 201, answer.text
    told = answer.json()
    assert [row["state"] for row in told["decisions"]] == ["adopted", "adopted"]
    assert [row["category"] for row in told["granted"]] == ["organic", "organic"]
    second = call(stage, cast.secretary, "POST", f"/meetings/{meeting}/closing")
    assert (second.status_code, second.json()["code"]) == (409, "meeting_closed")
    listed = call(stage, cast.secretary, "GET", "/seals?standing=valid").json()
    assert listed["total"] == 2
    assert call(stage, cast.coordinator_b, "GET", "/seals").json()["total"] == 0


def test_every_reason_comes_back_with_its_producer(stage: Stage) -> None:
    with stage.database.write(stage.cast.now) as session:
        good = families(session, stage.cast, "Justina")
        bare = families(session, stage.cast, "Wara", enrolment=EnrolmentIn())
        units = [home.units[0].unit.id for home in (*good, *bare)]
        visits = visited(session, stage.cast, units)
    meeting = convene(stage, visits)
    decide(stage, meeting, visits)
    answer = call(stage, stage.cast.secretary, "POST", f"/meetings/{meeting}/closing")
    assert answer.status_code == 422
    told = answer.json()
    assert told["code"] == "closing_refused"
    assert [reason["code"] for reason in told["reasons"]] == ["pledge_signed"]
    code = bare[0].producer.code
    assert [reason["reason"] for reason in told["producers"][code]] == ["unsigned"]
    assert list(told["producers"]) == [code]
    with stage.database.read() as session:
        assert session.exec(select(func.count()).select_from(SealGrant)).one() == 0


def test_separate_hands_are_asked_of_programs_too(stage: Stage, visits: list[Visit]) -> None:
    meeting = convene(stage, visits)
    decide(stage, meeting, visits)
    answer = call(stage, stage.cast.coordinator, "POST", f"/meetings/{meeting}/closing")
    assert answer.status_code == 422
    assert [reason["code"] for reason in answer.json()["reasons"]] == ["separate_hands"]


def test_bad_batches_name_the_row_and_the_field(stage: Stage, visits: list[Visit]) -> None:
    meeting = convene(stage, visits)
    answer = decide(stage, meeting, visits, outcome="not_approved")
    assert answer.status_code == 422
    assert [fault["field"] for fault in answer.json()["faults"]] == ["0-reasons", "1-reasons"]
    answer = decide(stage, meeting, visits, outcome="gold")
    assert {fault["code"] for fault in answer.json()["faults"]} == {"bad_choice"}


def test_the_wrong_committee_and_nobody_get_nothing(stage: Stage, visits: list[Visit]) -> None:
    cast = stage.cast
    meeting = convene(stage, visits)
    decide(stage, meeting, visits)
    with stage.database.write(cast.now) as session:
        (grant,) = granted(session, cast, "Wara")
    batch = [{"producer_id": visits[0].producer_id, "outcome": "transition"}]
    word = {"reason_class": "other", "reason": "x", "right_of_reply": "y"}
    told = {"codes": [grant.code], "acknowledged_on": "2026-06-15", "witness": "X"}
    for method, path, body in (
        ("GET", f"/meetings/{meeting}", None),
        ("PUT", f"/meetings/{meeting}/attendance", {"members": []}),
        ("PUT", f"/meetings/{meeting}/waivers", {"waivers": {}}),
        ("GET", f"/meetings/{meeting}/decisions", None),
        ("PUT", f"/meetings/{meeting}/decisions", batch),
        ("GET", f"/meetings/{meeting}/verdicts", None),
        ("POST", f"/meetings/{meeting}/closing", None),
        ("GET", f"/decisions/{grant.decision_id}", None),
        ("POST", "/decisions/notifications", [grant.decision_id]),
        ("POST", f"/decisions/{grant.decision_id}/finality", None),
        ("GET", f"/decisions/{grant.decision_id}/appeals", None),
        ("GET", f"/seals/{grant.code}", None),
        ("GET", f"/seals/{grant.code}/events", None),
        ("POST", f"/seals/{grant.code}/suspension", word),
        ("POST", f"/seals/{grant.code}/reinstatement", word),
        ("POST", f"/seals/{grant.code}/withdrawal", word),
        ("POST", f"/seals/{grant.code}/replacement", {"reason": "x"}),
        ("POST", "/seals/acknowledgements", told),
    ):
        assert call(stage, None, method, path, body).status_code == 401, path
        assert call(stage, cast.coordinator_b, method, path, body).status_code == 404, path
    sanction = {
        "producer_id": grant.producer_id,
        "spg_id": cast.spg,
        "kind": "warning",
        "since": "2026-06-01",
        "reason_class": "other",
        "reason": "x",
    }
    assert call(stage, None, "POST", "/sanctions", sanction).status_code == 401
    assert call(stage, cast.coordinator_b, "POST", "/sanctions", sanction).status_code == 403
    assert call(stage, cast.control, "POST", "/sanctions", sanction).status_code == 201
    assert call(stage, cast.coordinator_b, "GET", "/sanctions").json()["total"] == 0
    assert call(stage, cast.coordinator, "GET", "/sanctions").json()["total"] == 1


def test_a_program_of_the_control_body_suspends_and_reinstates(stage: Stage) -> None:
    cast = stage.cast
    with stage.database.write(cast.now) as session:
        (grant,) = granted(session, cast, "Justina")
    path = f"/seals/{grant.code}"
    word = {"reason_class": "prohibited_input", "reason": "Muestra 14"}
    unheard = call(stage, cast.control, "POST", f"{path}/suspension", word)
    assert [fault["field"] for fault in unheard.json()["faults"]] == ["right_of_reply"]
    word["right_of_reply"] = "Carta del 12 de junio"
    answer = call(stage, cast.control, "POST", f"{path}/suspension", word)
    assert (answer.status_code, answer.json()["kind"]) == (201, "suspended")
    twice = call(stage, cast.control, "POST", f"{path}/suspension", word)
    assert (twice.status_code, twice.json()["code"]) == (409, "move_refused")
    assert call(stage, cast.control, "POST", f"{path}/reinstatement", word).status_code == 201
    kinds = [row["kind"] for row in call(stage, cast.control, "GET", f"{path}/events").json()]
    assert kinds == ["granted", "suspended", "reinstated"]

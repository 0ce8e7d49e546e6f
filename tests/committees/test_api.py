"""Committees over JSON: the right person, the wrong committee, and nobody."""

from typing import Any

import pytest

from tests.cast import PUNATA, Stage

SEAT = {"person": {"names": "Severina", "surnames": "Camacho"}, "sector": "consumer"}
SEAT["term_from"] = "2026-06-15"
RENEWAL = {"act_number": "R.A. 9/2026", "issued_on": "2026-06-15", "term_years": 1}
APPOINTMENT = {"person": {"names": "Iván", "surnames": "Soria"}, "act": "Acta 5"}
APPOINTMENT["appointed_on"] = "2026-06-15"
RECOGNITION = {"number": "RM 3", "issuer": "Concejo", "issued_on": "2026-06-01"}
INVITATION = {"username": "zenobia", "label": "Zenobia", "password": "clave de papel"}
INVITATION["role"] = "member"


def writes(stage: Stage) -> list[tuple[str, Any, str, int]]:
    """Path, body, who may, and what the wrong committee's coordinator is told."""
    cast = stage.cast
    own = f"/committees/{cast.committee}"
    change = {"state": "suspended", "effective_on": "2026-06-15", "reason": "Revisión"}
    spg = {"committee_id": cast.committee, "name": "SPG Dos", "municipality_codes": [PUNATA]}
    person = {"committee_id": cast.committee, "names": "Eva", "surnames": "Rocha"}
    name = {"name": "Comité de Arani", "municipality_codes": ["031404"]}
    program = {"client_id": "senasag", "name": "Descarga", "scopes": ["register:read"]}
    return [
        ("/committees", name, "control", 403),
        (f"{own}/recognitions", RECOGNITION, "coordinator", 404),
        (f"{own}/members", [SEAT], "coordinator", 404),
        (f"{own}/evaluators", [APPOINTMENT], "secretary", 404),
        (f"{own}/users", INVITATION, "secretary", 404),
        ("/persons", person, "secretary", 403),
        ("/spgs", spg, "control", 403),
        (f"/registrations/{cast.registration}/renewals", RENEWAL, "control", 404),
        (f"/registrations/{cast.registration}/changes", change, "control", 404),
        ("/clients", program, "administrator", 403),
    ]


@pytest.mark.parametrize("place", range(10))
def test_each_write_is_for_the_right_person_only(stage: Stage, place: int) -> None:
    path, body, who, told = writes(stage)[place]
    cast = stage.cast

    def send(headers: dict[str, str]) -> int:
        return int(stage.client.post(f"/api/v1{path}", json=body, headers=headers).status_code)

    assert send({}) == 401
    assert send(stage.headers(cast.coordinator_b)) == told
    assert send(stage.headers(cast.cnape)) == 403
    assert send(stage.headers(getattr(cast, who), "committee:read")) in (403, 404)
    assert send(stage.headers(getattr(cast, who))) == 201


@pytest.mark.parametrize(
    "path",
    ["", "/recognitions", "/bodies", "/members", "/evaluators", "/users"],
)
def test_each_reading_is_for_its_own_committee(stage: Stage, path: str) -> None:
    cast = stage.cast
    url = f"/api/v1/committees/{cast.committee}{path}"
    assert stage.client.get(url).status_code == 401
    assert stage.client.get(url, headers=stage.headers(cast.coordinator_b)).status_code == 404
    answer = stage.client.get(url, headers=stage.headers(cast.coordinator))
    assert answer.status_code == 200


def test_lists_are_cut_and_counted(stage: Stage) -> None:
    answer = stage.client.get(
        "/api/v1/committees?limit=1&offset=1", headers=stage.headers(stage.cast.control)
    ).json()
    assert (answer["total"], answer["limit"], answer["offset"]) == (2, 1, 1)
    assert [row["id"] for row in answer["items"]] == [stage.cast.committee_b]
    filtered = stage.client.get(
        f"/api/v1/spgs?municipality={PUNATA}", headers=stage.headers(stage.cast.cnape)
    ).json()
    assert [row["code"] for row in filtered["items"]] == [f"SPG-{PUNATA}-1"]
    assert filtered["items"][0]["standing"] == "in_force"


def test_members_are_told_with_their_names_and_standing(stage: Stage) -> None:
    url = f"/api/v1/committees/{stage.cast.committee}/members"
    headers = stage.headers(stage.cast.member)
    now = stage.client.get(f"{url}?in_office=true", headers=headers).json()
    assert len(now) == 8
    assert {row["standing"] for row in now} == {"in_office"}
    assert "Rosa Mamani Condori" in {row["person"]["full_name"] for row in now}
    assert "ci" not in now[0]["person"]
    later = stage.client.get(f"{url}?in_office=true&on=2027-03-01", headers=headers).json()
    assert later == []


def test_bad_fields_are_all_named(stage: Stage) -> None:
    body = [{"sector": "friends", "term_from": "mañana", "person_id": 1}]
    answer = stage.client.post(
        f"/api/v1/committees/{stage.cast.committee}/members",
        json=body,
        headers=stage.headers(stage.cast.coordinator),
    )
    assert answer.status_code == 422
    assert {fault["field"]: fault["code"] for fault in answer.json()["faults"]} == {
        "0-sector": "bad_choice",
        "0-term_from": "bad_date",
    }


def test_a_person_is_found_by_number_only_by_who_registers_people(stage: Stage) -> None:
    cast = stage.cast
    new = {"committee_id": cast.committee, "names": "Eva", "surnames": "Rocha", "ci": "5550001"}
    made = stage.client.post("/api/v1/persons", json=new, headers=stage.headers(cast.secretary))
    assert made.status_code == 201
    url = f"/api/v1/persons?committee_id={cast.committee_b}&ci=5.550.001-CB"
    found = stage.client.get(url, headers=stage.headers(cast.coordinator_b)).json()
    assert [row["full_name"] for row in found] == ["Eva Rocha"]
    url = f"/api/v1/persons?committee_id={cast.committee}&ci=5550001"
    for reader in (cast.member, cast.evaluator, cast.cnape):
        assert stage.client.get(url, headers=stage.headers(reader)).status_code == 403


def test_a_correction_reaches_only_the_committees_own_people(stage: Stage) -> None:
    cast = stage.cast
    body = {"names": "Fausto", "surnames": "Guzmán"}
    url = f"/api/v1/persons/{cast.persons['fausto']}?committee_id={cast.committee}"
    answer = stage.client.put(url, json=body, headers=stage.headers(cast.coordinator))
    assert (answer.status_code, answer.json()["code"]) == (404, "person_not_found")


def test_a_new_programs_secret_opens_the_door(stage: Stage) -> None:
    program = {"client_id": "senasag", "name": "Descarga", "scopes": ["register:read"]}
    headers = stage.headers(stage.cast.administrator)
    made = stage.client.post("/api/v1/clients", json=program, headers=headers).json()
    ask = {
        "grant_type": "client_credentials",
        "client_id": "senasag",
        "client_secret": made["client_secret"],
    }
    assert stage.client.post("/api/v1/token", data=ask).status_code == 200
    told = stage.client.get("/api/v1/clients", headers=headers).json()
    assert "client_secret" not in told[0]
    stage.client.post("/api/v1/clients/senasag/revocation", headers=headers)
    assert stage.client.post("/api/v1/token", data=ask).status_code == 401


@pytest.mark.parametrize("number", [0, -1, 5_000_000_000, 10**20])
def test_a_number_that_names_nothing_is_not_found(stage: Stage, number: int) -> None:
    control, coordinator = stage.headers(stage.cast.control), stage.headers(stage.cast.coordinator)
    read = stage.client.get(f"/api/v1/committees/{number}", headers=control)
    wish = {"user_id": number, "role": "member", "committee_id": stage.cast.committee}
    written = stage.client.post("/api/v1/roles", json=wish, headers=coordinator)
    assert (read.status_code, written.status_code) == (404, 404)

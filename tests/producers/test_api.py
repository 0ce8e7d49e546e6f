"""The same acts through the JSON API: by the right person, the wrong committee, and nobody."""

from typing import Any

import pytest

from tests.cast import PUNATA, TIQUIPAYA, Stage

URL = "/api/v1"


def paper(stage: Stage, **other: Any) -> dict[str, Any]:
    return {
        "spg_id": stage.cast.spg,
        "municipality_code": PUNATA,
        "community": "Ch'api Loma",
        "holders": [{"names": "Ñusta", "surnames": "<script>alert('x')</script>", "ci": "4455667"}],
        "enrolment": {"code": "PUN-9", "pledge": {"signed_on": "2026-05-01"}},
        "units": [
            {
                "lat": -17.5,
                "lon": -65.8,
                "plots": [{"area_m2": 2_500, "last_input_on": "2025-06-15"}],
                "crops": [{"product_code": "papa", "area_m2": 2_000}],
            }
        ],
    } | other


def registered(stage: Stage, **other: Any) -> dict[str, Any]:
    answer = stage.client.post(
        f"{URL}/producers",
        json=paper(stage, **other),
        headers=stage.headers(stage.cast.coordinator),
    )
    assert answer.status_code == 201, answer.text
    file: dict[str, Any] = answer.json()
    return file


def test_a_producer_goes_in_and_comes_out(stage: Stage) -> None:
    file = registered(stage)
    assert file["display_name"] == "Ñusta <script>alert('x')</script>"
    assert (file["municipality"], file["community"]) == ("Punata", "Ch'api Loma")
    assert file["enrolments"][0]["pledges"][0]["signed_on"] == "2026-05-01"
    assert file["holders"][0]["ci"] == "4455667"
    assert file["land"][0]["plots"][0]["stage"] == "in_transition"
    assert file["stage"] == "in_transition"

    headers = stage.headers(stage.cast.coordinator)
    later = stage.client.get(
        f"{URL}/producers/{file['code']}", params={"on": "2027-06-15"}, headers=headers
    )
    assert later.json()["stage"] == "organic"
    found = stage.client.get(f"{URL}/producers", params={"q": "nusta"}, headers=headers).json()
    assert (found["total"], found["items"][0]["code"]) == (1, file["code"])


def test_a_faulty_paper_is_told_field_by_field(stage: Stage) -> None:
    faulty = paper(stage, community=None, units=[{"plots": [{"area_m2": 0}]}])
    answer = stage.client.post(
        f"{URL}/producers", json=faulty, headers=stage.headers(stage.cast.coordinator)
    )
    assert answer.status_code == 422
    faults = {fault["field"]: fault["detail"] for fault in answer.json()["faults"]}
    assert faults == {
        "community": "Indique la comunidad.",
        "units-0-plots-0-area_m2": "La superficie tiene que ser mayor que 0 m².",
    }


@pytest.mark.parametrize(
    "body",
    [
        {"holders": []},
        {"holders": [{"names": "x" * 81, "surnames": "y"}]},
        {"units": [{"plots": [{"area_m2": 10**12}]}]},
        {"units": [{"plots": [{"area_m2": "mucho"}]}]},
        {"kind": "cooperative"},
        {"surprise": 1},
        {"holders": [{"names": "a\u0000b", "surnames": "y"}]},
    ],
)
def test_what_has_no_shape_is_refused(stage: Stage, body: dict[str, Any]) -> None:
    answer = stage.client.post(
        f"{URL}/producers",
        json=paper(stage, **body),
        headers=stage.headers(stage.cast.coordinator),
    )
    assert answer.status_code == 422
    assert answer.json()["faults"]


def test_identity_stays_with_those_who_need_it(stage: Stage) -> None:
    code = registered(stage)["code"]
    for who, shown in (("control", "4455667"), ("cnape", None), ("member", None)):
        headers = stage.headers(getattr(stage.cast, who))
        file = stage.client.get(f"{URL}/producers/{code}", headers=headers).json()
        assert file["holders"][0]["ci"] == shown, who
        assert (file["land"][0]["lat"] is None) is (shown is None), who


def acts(file: dict[str, Any], spg: int) -> list[tuple[str, str, Any]]:
    """Every write about one producer, with a body that would do."""
    code, unit = file["code"], file["land"][0]["code"]
    person, plot = file["holders"][0]["person_id"], file["land"][0]["plots"][0]["code"]
    enrolment, crop = file["enrolments"][0]["id"], file["land"][0]["crops"][0]["id"]
    end = {"until": "2026-06-15"}
    interest = {"person_id": person, "producer_code": code, "kind": "partner"}
    return [
        ("PATCH", f"/producers/{code}", {"publication_consent": True}),
        ("POST", f"/producers/{code}/holders", {"holder": {"names": "A", "surnames": "B"}}),
        ("PUT", f"/producers/{code}/holders/{person}", {"names": "A", "surnames": "B"}),
        ("POST", f"/producers/{code}/holders/{person}/end", end),
        ("POST", f"/producers/{code}/units", {"name": "Loma"}),
        ("POST", f"/producers/{code}/memberships", {"organisation": "ECO"}),
        ("POST", "/households", {"producer_codes": [code]}),
        ("POST", "/interests", [interest]),
        ("POST", f"/enrolments/{enrolment}/pledges", {"signed_on": "2026-06-01"}),
        ("POST", f"/enrolments/{enrolment}/status", {"status": "admitted"}),
        ("POST", "/enrolments/admissions", {"enrolment_ids": [enrolment]}),
        ("PATCH", f"/units/{unit}", {"name": "Loma"}),
        ("POST", f"/units/{unit}/plots", {"plots": [{"area_m2": 10}]}),
        ("POST", f"/units/{unit}/crops", {"crops": [{"product_code": "haba", "area_m2": 9}]}),
        ("POST", f"/units/{unit}/zones", {"name": "Monte"}),
        ("POST", f"/units/{unit}/facilities", {"name": "Sala", "process": "Secado"}),
        ("POST", f"/units/{unit}/shared-plots", {"plot_code": plot}),
        ("PATCH", f"/plots/{plot}", {"name": "Pampa"}),
        ("PUT", f"/plots/{plot}/last-input", {"last_input": "unknown", "reason": "No consta"}),
        ("PATCH", f"/crops/{crop}", {"expected_kg": 300}),
        ("POST", "/producers", {"spg_id": spg, "holders": [{"names": "A", "surnames": "B"}]}),
        ("POST", "/producers/batch", {"spg_id": spg, "producers": [{"holders": [{}]}]}),
    ]


READS = (
    "/producers/{code}",
    "/units/{unit}",
    "/plots/{plot}",
    "/crops?unit={unit}",
    "/interests?producer={code}",
)


def reads(file: dict[str, Any]) -> list[str]:
    unit = file["land"][0]
    names = {"code": file["code"], "unit": unit["code"], "plot": unit["plots"][0]["code"]}
    return [url.format(**names) for url in READS]


def test_nobody_does_and_sees_nothing(stage: Stage) -> None:
    file = registered(stage)
    for method, url, body in acts(file, stage.cast.spg):
        assert stage.client.request(method, URL + url, json=body).status_code == 401, url
    lists = ["/producers", "/units", "/enrolments", "/organisations"]
    for url in [*reads(file), *lists]:
        assert stage.client.get(URL + url).status_code == 401, url


def test_another_committee_does_and_sees_nothing(stage: Stage) -> None:
    file = registered(stage)
    headers = stage.headers(stage.cast.coordinator_b)
    for method, url, body in acts(file, stage.cast.spg):
        answer = stage.client.request(method, URL + url, json=body, headers=headers)
        assert answer.status_code in (403, 404), (url, answer.text)
    for url in reads(file):
        assert stage.client.get(URL + url, headers=headers).status_code == 404, url
    for url in ("/producers", "/units", "/enrolments"):
        assert stage.client.get(URL + url, headers=headers).json()["total"] == 0, url


@pytest.mark.parametrize("who", ["member", "evaluator", "control", "cnape", "administrator"])
def test_who_only_reads_writes_nothing(stage: Stage, who: str) -> None:
    file = registered(stage)
    headers = stage.headers(getattr(stage.cast, who))
    for method, url, body in acts(file, stage.cast.spg):
        answer = stage.client.request(method, URL + url, json=body, headers=headers)
        assert answer.status_code == 403, (url, answer.text)


def test_an_evaluator_without_assignments_sees_no_producer(stage: Stage) -> None:
    file = registered(stage)
    headers = stage.headers(stage.cast.evaluator)
    for url in ("/producers", "/units", "/enrolments"):
        assert stage.client.get(URL + url, headers=headers).json()["total"] == 0, url
    for url in reads(file)[:4]:
        assert stage.client.get(URL + url, headers=headers).status_code == 404, url


def test_the_office_may_do_all_of_it(stage: Stage) -> None:
    file = registered(stage)
    headers = stage.headers(stage.cast.secretary)
    eco = [{"name": "ECO", "municipality_code": TIQUIPAYA}]
    made = stage.client.post(f"{URL}/organisations", json=eco, headers=headers)
    assert made.json()[0]["code"] == "ORG-0001"
    skipped = ("shared-plots", "/end", "admissions")  # told below, or refused here
    for method, url, body in acts(file, stage.cast.spg)[:-2]:
        if not url.endswith(skipped):
            answer = stage.client.request(method, URL + url, json=body, headers=headers)
            assert answer.status_code in (200, 201), (url, answer.text)
    now = stage.client.get(f"{URL}/producers/{file['code']}", headers=headers).json()
    assert now["publication_consent"]
    assert now["display_name"] == "A B"
    assert [holder["position"] for holder in now["holders"]] == [1, 2]
    assert now["memberships"][0]["organisation"] == "ECO"
    assert now["interests"][0]["kind"] == "partner"
    assert now["enrolments"][0]["status"] == "admitted"
    assert len(now["enrolments"][0]["pledges"]) == 2
    unit = now["land"][0]
    assert [plot["area_m2"] for plot in unit["plots"]] == [2_500, 10]
    assert unit["plots"][0]["stage"] == "conventional", "its last input is unknown now"
    assert {crop["product"] for crop in unit["crops"]} == {"Papa", "Haba"}
    assert unit["zones"][0]["name"] == "Monte"
    assert unit["facilities"][0]["process"] == "Secado"
    assert now["land"][1]["name"] == "Loma"

    end = {"until": "2026-06-15"}
    for url in (
        f"/producers/{file['code']}/holders/{now['holders'][1]['person_id']}/end",
        f"/memberships/{now['memberships'][0]['id']}/end",
        f"/interests/{now['interests'][0]['id']}/end",
    ):
        assert stage.client.post(URL + url, json=end, headers=headers).status_code == 200, url


def test_a_list_of_a_hundred_goes_in_at_once(stage: Stage) -> None:
    batch = [
        {key: value for key, value in paper(stage).items() if key != "spg_id"}
        | {"holders": [{"names": f"Juana {n}", "surnames": "Paz"}], "enrolment": {}}
        for n in range(100)
    ]
    answer = stage.client.post(
        f"{URL}/producers/batch",
        json={"spg_id": stage.cast.spg, "producers": batch},
        headers=stage.headers(stage.cast.coordinator),
    )
    assert answer.status_code == 201
    assert [line["display_name"] for line in answer.json()][99] == "Juana 99 Paz"


def test_a_programs_scope_is_all_it_has(stage: Stage) -> None:
    code = registered(stage)["code"]
    reading = stage.headers(stage.cast.coordinator, "producer:read")
    assert stage.client.get(f"{URL}/producers/{code}", headers=reading).status_code == 200
    answer = stage.client.patch(
        f"{URL}/producers/{code}", json={"publication_consent": True}, headers=reading
    )
    assert answer.status_code == 403


def test_a_code_is_found_as_it_is_typed(stage: Stage) -> None:
    """In small letters, with a blank before it: in an address, and in the body of a form."""
    file = registered(stage)
    code, headers = file["code"], stage.headers(stage.cast.coordinator)
    unit = file["land"][0]["code"]
    plot = file["land"][0]["plots"][0]["code"]
    for address in (f"producers/%20{code.lower()}", f"units/{unit.lower()}"):
        answer = stage.client.get(f"{URL}/{address}", headers=headers)
        assert answer.status_code == 200, address
    person = stage.cast.persons["marcos"]
    tie = {"person_id": person, "producer_code": code.lower(), "kind": "buyer"}
    sent = stage.client.post(f"{URL}/interests", json=[tie], headers=headers)
    assert sent.status_code == 201, sent.text
    office = stage.browser(stage.cast.secretary)
    assert office.get(f"/unidades/{unit.lower()}/parcelas/{plot.lower()}/corregir").is_success
    name = {"name": "La de abajo", "area_m2": "2500"}
    sent = office.post(f"/unidades/{unit.lower()}/parcelas/{plot.lower()}/corregir", name)
    assert sent.status_code == 303, sent.text
    assert "La de abajo" in office.get(f"/unidades/{unit}").text

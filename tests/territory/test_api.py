"""Territory and norm as programs see them: open to read, guarded to write."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime

import pytest
from starlette.testclient import TestClient

from api.main import create_app
from spg_registry.committees.models import Committee
from spg_registry.core import clock
from spg_registry.core.config import settings
from spg_registry.core.db import Database
from spg_registry.core.keys import open_keyring
from spg_registry.core.permissions import SYSTEM
from spg_registry.people import service as people
from spg_registry.people.schemas import ClientIn

pytestmark = pytest.mark.usefixtures("reference_data")

Headers = dict[str, str]
Program = Callable[..., Headers]


@pytest.fixture
def web(database: Database) -> Iterator[TestClient]:
    with TestClient(create_app(settings(), database), base_url="https://sello.example.bo") as made:
        yield made


@pytest.fixture
def program(database: Database) -> Program:
    """`program("producer:write")`: the headers of a program with these scopes."""
    open_keyring(settings().data_dir).ensure(clock.now())

    def headers(*scopes: str) -> Headers:
        now = clock.now()
        name = "programa-" + scopes[0].replace(":", "-")
        with database.write(now) as session:
            made = ClientIn(client_id=name, name=name, scopes=list(scopes))
            _, secret = people.create_client(session, SYSTEM, now, made)
            answer = people.issue_client_token(session, now, name, secret, None, "::1")
        return {"Authorization": f"Bearer {answer.token}"}

    return headers


@pytest.fixture
def committee(database: Database) -> int:
    with database.write(datetime(2026, 11, 21, 14, tzinfo=UTC)) as session:
        made = Committee(name="Comité de Villa Tunari", created_on=date(2026, 1, 5))
        session.add(made)
        session.flush()
        return made.id


# -- territory -------------------------------------------------------------------------------------


def test_everybody_may_read_the_territory(web: TestClient) -> None:
    assert len(web.get("/api/v1/departments").json()) == 9
    assert len(web.get("/api/v1/provinces", params={"department": "03"}).json()) == 16
    place = web.get("/api/v1/municipalities/031003").json()
    assert (place["name"], place["province_code"]) == ("Villa Tunari", "0310")
    assert web.get("/api/v1/municipalities/999999").status_code == 404


def test_municipalities_come_in_parts_and_by_department(web: TestClient) -> None:
    first = web.get("/api/v1/municipalities", params={"department": "02", "limit": 50}).json()
    rest = web.get("/api/v1/municipalities", params={"department": "02", "offset": 50}).json()

    assert (first["total"], len(first["items"]), len(rest["items"])) == (87, 50, 37)
    found = web.get("/api/v1/municipalities", params={"q": "villa tun"}).json()
    assert [row["ine_code"] for row in found["items"]] == ["031003"]


@pytest.mark.parametrize(
    ("asked", "outcome", "code"),
    [
        ({"text": "villa-tunari"}, "found", ""),
        ({"text": "071103"}, "found", "municipality_code_renumbered"),
        ({"text": "Entre Ríos"}, "ambiguous", "municipality_ambiguous"),
        ({"text": "Entre Ríos", "department": "Tarija"}, "found", ""),
        ({"text": "Macondo"}, "missing", "municipality_unknown"),
    ],
)
def test_a_list_can_ask_what_its_places_mean(
    web: TestClient, asked: dict[str, str], outcome: str, code: str
) -> None:
    answer = web.get("/api/v1/municipalities/match", params=asked).json()

    assert (answer["outcome"], answer["code"]) == (outcome, code)
    assert (answer["municipality"] is not None) == (outcome == "found")
    assert bool(answer["detail"]) == bool(code)
    assert len(answer["candidates"]) == (2 if outcome == "ambiguous" else 0)


def test_products_are_filtered_by_kind_group_and_name(web: TestClient) -> None:
    assert web.get("/api/v1/products").json()["total"] == 110
    hives = web.get("/api/v1/products", params={"kind": "apiculture", "group": "honey"}).json()
    assert hives["total"] == 5
    named = web.get("/api/v1/products", params={"q": "papas"}).json()
    assert [row["code"] for row in named["items"]] == ["papa"]
    assert web.get("/api/v1/products/quinua").json()["group"] == "grains"
    assert web.get("/api/v1/products/oro").status_code == 404


def test_communities_are_named_by_who_keeps_producers(web: TestClient, program: Program) -> None:
    batch = [
        {"municipality_code": "031003", "name": "Eterazama"},
        {"municipality_code": "031003", "name": "ETERAZAMA "},
    ]
    writer = program("producer:write")

    assert web.post("/api/v1/communities", json=batch).status_code == 401
    reader = program("register:read")
    assert web.post("/api/v1/communities", json=batch, headers=reader).status_code == 403
    made = web.post("/api/v1/communities", json=batch, headers=writer)

    assert made.status_code == 201
    assert made.json()[0] == made.json()[1]
    listed = web.get("/api/v1/communities", params={"municipality": "031003"}).json()
    assert [row["name"] for row in listed["items"]] == ["Eterazama"]
    assert listed["total"] == 1
    wrong = [{"municipality_code": "999999", "name": "Isinuta"}]
    refused = web.post("/api/v1/communities", json=wrong, headers=writer)
    assert refused.status_code == 422
    assert refused.json()["faults"][0]["field"] == "0-municipality_code"


# -- the norm --------------------------------------------------------------------------------------


def test_everybody_may_read_the_norm(web: TestClient) -> None:
    norm = web.get("/api/v1/norm").json()

    assert norm["standard"]["label"] == "norma-tecnica-nacional/1"
    assert norm["ruleset"]["rules"]["quorum"]["verified"] is False
    (listed,) = web.get("/api/v1/standards").json()
    assert web.get(f"/api/v1/standards/{listed['id']}").json() == listed
    assert web.get("/api/v1/standards/999").status_code == 404
    (rules,) = web.get("/api/v1/rulesets").json()
    assert rules["parameters"]["quorum"]["bounds"]["more_than_percent"] == [50, 75]


def test_by_laws_are_adopted_within_bounds(
    web: TestClient, program: Program, committee: int
) -> None:
    laws = {
        "committee_id": committee,
        "source": "Reglamento interno, art. 12",
        "rules": {"appeal_window": {"params": {"days": 30}}},
    }
    writer = program("committee:manage")

    assert web.post("/api/v1/by-laws", json=laws).status_code == 401
    reader = program("register:read")
    assert web.post("/api/v1/by-laws", json=laws, headers=reader).status_code == 403
    assert web.post("/api/v1/by-laws", json=laws, headers=writer).status_code == 201

    norm = web.get("/api/v1/norm", params={"committee_id": committee}).json()
    assert norm["ruleset"]["rules"]["appeal_window"]["params"] == {"days": 30}
    adopted = web.get("/api/v1/by-laws", params={"committee_id": committee}).json()
    assert [row["version"] for row in adopted] == [1]
    laws["rules"] = {"appeal_window": {"params": {"days": 3}}}
    refused = web.post("/api/v1/by-laws", json=laws, headers=writer)
    assert refused.status_code == 422
    assert refused.json()["faults"][0]["code"] == "rule_param_out_of_bounds"


def test_a_local_question_is_added_and_retired(
    web: TestClient, program: Program, committee: int
) -> None:
    question = {"committee_id": committee, "dimension": "water", "text": "Cuida la toma de agua."}
    writer = program("committee:manage")

    assert web.post("/api/v1/checklist-items", json=question).status_code == 401
    made = web.post("/api/v1/checklist-items", json=question, headers=writer).json()
    asked = {"committee_id": committee}
    assert web.get("/api/v1/checklist-items", params=asked).json() == [made]

    path = f"/api/v1/checklist-items/{made['id']}/retirement"
    assert web.post(path).status_code == 401
    assert web.post(path, headers=writer).status_code == 200
    assert web.get("/api/v1/checklist-items", params=asked).json() == []
    assert web.post(path.replace(str(made["id"]), "99999"), headers=writer).status_code == 404

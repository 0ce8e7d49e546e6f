"""Complaints in the browser: two taps without account, a number, and the office's answer."""

import re
from collections.abc import Iterator

import httpx2
import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from api.seal_page import SealPage
from spg_registry.complaints import service
from spg_registry.complaints.models import Complaint
from spg_registry.core import codes
from spg_registry.core.config import settings
from spg_registry.core.keys import own_keyring
from spg_registry.rounds.models import Round
from spg_registry.seals.models import SealGrant
from tests.cast import Stage
from tests.complaints.stories import CALLER, ORDER, REACH, TOLD, UPHELD, about, reviewed, unit_of
from tests.seals.stories import granted

FIRST_FLIGHT = 14_000


@pytest.fixture
def seal(stage: Stage) -> SealGrant:
    with stage.database.write(stage.cast.now) as session:
        return granted(session, stage.cast, "Justina")[0]


@pytest.fixture
def public(stage: Stage) -> Iterator[TestClient]:
    """As the server runs it, for somebody who was never here."""
    served = SealPage(stage.app, stage.app.state.ground, own_keyring())
    with TestClient(served, base_url=settings().public_url, follow_redirects=False) as client:
        yield client


def form_of(page: httpx2.Response) -> dict[str, str]:
    """What the browser would send when nothing was touched."""
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.text))
    chosen = re.findall(r'type="radio"[^>]* name="(\w+)" value="(\w+)" checked', page.text)
    return hidden | dict(chosen)


def complaints(stage: Stage) -> list[Complaint]:
    with stage.database.read() as session:
        return list(session.exec(select(Complaint)))


# --- from anybody ---------------------------------------------------------------------------------


def test_two_taps_from_the_seal_and_there_is_a_number(
    stage: Stage, public: TestClient, seal: SealGrant
) -> None:
    page = public.get(f"/s/{seal.code}")
    (first,) = re.findall(r'href="(/denuncias[^"]*)"', page.text)
    asked = public.get(first)
    assert codes.display(seal.code) in asked.text
    sent = public.post("/denuncias", data=form_of(asked))
    assert sent.status_code == 303, sent.text
    (row,) = complaints(stage)
    assert row.grant_id == seal.id
    assert sent.headers["location"] == f"/denuncias/{codes.display(row.code)}"
    told = public.get(sent.headers["location"]).text
    assert codes.display(row.code) in told
    assert "30/06/2026" in told


def test_every_seal_page_leads_to_the_form(public: TestClient, seal: SealGrant) -> None:
    for presented in (seal.code, codes.new_code(), "mal escrito", "A" * 170):
        assert 'href="/denuncias' in public.get(f"/s/{presented}").text


def test_what_is_typed_behind_the_seal_is_only_text(public: TestClient) -> None:
    page = public.get("/denuncias", params={"sello": '"><script>alert(1)</script>'})
    assert page.status_code == 200
    assert "<script>alert" not in page.text


def test_the_answer_is_behind_the_number_and_nothing_that_was_typed(
    stage: Stage, public: TestClient, seal: SealGrant
) -> None:
    cast = stage.cast
    with stage.database.write(cast.now) as session:
        row = reviewed(session, cast, seal)
        service.answer(session, cast.secretary, cast.now, row.id, UPHELD)
    answers = (
        public.get(f"/denuncias/{codes.display(row.code)}"),
        public.get(f"/api/v1/complaints/follow/{row.code}"),
    )
    for answer in answers:
        assert answer.status_code == 200
        assert UPHELD.public_answer in answer.text
        for private in (CALLER, REACH, TOLD, "puesto 12", UPHELD.note or "?", "Justina"):
            assert private not in answer.text


def test_a_number_nobody_was_given_finds_nothing(public: TestClient, seal: SealGrant) -> None:
    assert public.get(f"/denuncias/{codes.new_code()}").status_code == 404
    assert public.get(f"/denuncias/{seal.code}").status_code == 404
    assert public.get("/denuncias/1").status_code == 404


def test_a_typed_number_goes_to_its_page_and_a_slip_is_told(public: TestClient) -> None:
    code = codes.new_code()
    found = public.get("/denuncias/seguir", params={"numero": codes.display(code).lower()})
    assert found.headers["location"] == f"/denuncias/{codes.display(code)}"
    slip = public.get("/denuncias/seguir", params={"numero": "7K3M9"})
    assert slip.status_code == 422
    assert "El número está mal escrito" in slip.text


def test_a_program_that_fills_in_everything_is_not_heard(
    stage: Stage, public: TestClient, seal: SealGrant
) -> None:
    form = form_of(public.get("/denuncias", params={"sello": seal.code}))
    answer = public.post("/denuncias", data=form | {"sitio_web": "https://spam.example"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert complaints(stage) == []


def test_what_is_missing_is_said_and_nothing_typed_is_lost(public: TestClient) -> None:
    form = form_of(public.get("/denuncias"))
    typed = {"about": "producer", "reason": "other", "place": "Mercado", "name": CALLER}
    answer = public.post("/denuncias", data=form | typed)
    assert answer.status_code == 422
    for kept in ("Mercado", CALLER, "Diga con pocas palabras qué pasó."):
        assert kept in answer.text


def test_too_many_from_one_place_are_asked_to_wait_and_keep_their_text(
    public: TestClient, seal: SealGrant
) -> None:
    form = form_of(public.get("/denuncias", params={"sello": seal.code}))
    for number in range(service.TRIES):
        told = {"told": f"{TOLD} ({number})"}
        assert public.post("/denuncias", data=form | told).status_code == 303
    answer = public.post("/denuncias", data=form | {"told": TOLD})
    assert answer.status_code == 429
    assert TOLD in answer.text
    asked = {"about": "seal", "reason": "false_seal", "seal": seal.code}
    assert public.post("/api/v1/complaints", json=asked).status_code == 429


def test_a_user_may_report_too(stage: Stage, seal: SealGrant) -> None:
    browser = stage.browser(stage.cast.member)
    asked = {"about": "seal", "reason": "false_seal", "seal": seal.code}
    assert browser.post("/denuncias", asked).status_code == 303


# --- in the office --------------------------------------------------------------------------------


def test_the_office_answers_from_the_list_to_the_end(stage: Stage, seal: SealGrant) -> None:
    cast = stage.cast
    with stage.database.write(cast.now) as session:
        row = about(session, cast, seal)
        unit = unit_of(session, seal).code
    office = stage.browser(cast.secretary)
    assert "Denuncias sin responder" in office.get("/inicio").text
    home = f"/denuncias-recibidas/{row.id}"
    assert home in office.get("/denuncias-recibidas?estado=pending").text
    assert CALLER in office.get(home).text
    assert office.post(f"{home}/revision").status_code == 303
    wish = {name: day.isoformat() for name, day in ORDER.items()} | {"unit_code": unit}
    assert office.post(f"{home}/visita", wish).status_code == 303
    with stage.database.read() as session:
        ronda = session.exec(select(Round).order_by(Round.id.desc())).first()  # type: ignore[union-attr]
    assert ronda is not None
    assert f"/rondas/{ronda.id}" in office.get(home).text
    short = office.post(f"{home}/respuesta", {"outcome": "upheld", "public_answer": "Sí"})
    assert short.status_code == 422
    answer = {"outcome": "upheld", "public_answer": UPHELD.public_answer}
    assert office.post(f"{home}/respuesta", answer).status_code == 303
    assert office.post(f"{home}/cierre").status_code == 303
    closed = office.get(home).text
    assert UPHELD.public_answer in closed
    assert CALLER not in closed


def test_who_only_reads_sees_neither_buttons_nor_who_complained(
    stage: Stage, seal: SealGrant
) -> None:
    with stage.database.write(stage.cast.now) as session:
        row = about(session, stage.cast, seal)
    page = stage.browser(stage.cast.member).get(f"/denuncias-recibidas/{row.id}").text
    assert TOLD in page
    assert CALLER not in page
    assert "Empezar la revisión" not in page


def test_a_committee_reads_what_is_said_of_it_and_does_not_answer(stage: Stage) -> None:
    cast = stage.cast
    asked = {"about": "committee", "reason": "unfair_treatment", "committee_id": cast.committee}
    made = stage.client.post("/api/v1/complaints", json=asked | {"name": CALLER})
    assert made.status_code == 201, made.text
    (row,) = complaints(stage)
    home = f"/denuncias-recibidas/{row.id}"
    page = stage.browser(cast.coordinator).get(home).text
    assert "la responde el control nacional" in page
    assert CALLER not in page
    assert stage.browser(cast.coordinator).post(f"{home}/revision").status_code == 403
    assert stage.browser(cast.control).post(f"{home}/revision").status_code == 303

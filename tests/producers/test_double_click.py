"""A form that is sent twice acts once, however it came to be sent twice."""

import re

import pytest
from sqlmodel import func, select

from spg_registry.producers.models import Producer
from tests.cast import SignedIn, Stage
from tests.producers.test_pages import PAPER


@pytest.fixture
def office(stage: Stage) -> SignedIn:
    return stage.browser(stage.cast.secretary)


def once_in(page: str) -> str:
    found = re.findall(r'name="once" value="([^"]+)"', page)
    assert len(set(found)) == len(found) > 0  # each form has its own
    return str(found[-1])


def families(stage: Stage) -> int:
    with stage.database.read() as session:
        return session.exec(select(func.count()).select_from(Producer)).one()


def test_a_double_click_registers_one_family(office: SignedIn, stage: Stage) -> None:
    paper = PAPER | {"spg_id": str(stage.cast.spg)}
    paper["once"] = once_in(office.get("/productores/nuevo").text)
    before = families(stage)
    first = office.post("/productores/nuevo", paper)
    second = office.post("/productores/nuevo", paper)
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.headers["location"] == second.headers["location"]
    assert families(stage) == before + 1
    assert "no se repitió nada" in office.get(second.headers["location"]).text


def test_the_same_words_in_a_fresh_form_are_meant(office: SignedIn, stage: Stage) -> None:
    paper, before = PAPER | {"spg_id": str(stage.cast.spg)}, families(stage)
    for _ in range(2):
        token = once_in(office.get("/productores/nuevo").text)
        assert office.post("/productores/nuevo", paper | {"once": token}).status_code == 303
    assert families(stage) == before + 2


def test_other_words_in_the_form_of_before_are_a_new_act(office: SignedIn, stage: Stage) -> None:
    paper, before = PAPER | {"spg_id": str(stage.cast.spg)}, families(stage)
    paper["once"] = once_in(office.get("/productores/nuevo").text)
    assert office.post("/productores/nuevo", paper).status_code == 303
    assert office.post("/productores/nuevo", paper | {"community": "Otra"}).status_code == 303
    assert families(stage) == before + 2


def test_a_form_that_came_back_with_a_fault_may_be_sent_again(
    office: SignedIn, stage: Stage
) -> None:
    paper, before = PAPER | {"spg_id": str(stage.cast.spg)}, families(stage)
    paper["once"] = once_in(office.get("/productores/nuevo").text)
    assert office.post("/productores/nuevo", paper | {"community": ""}).status_code == 422
    assert office.post("/productores/nuevo", paper).status_code == 303
    assert families(stage) == before + 1


def test_what_was_taken_back_and_set_again_in_one_form_counts(
    office: SignedIn, stage: Stage
) -> None:
    """Ticked, unticked, ticked from one page that never was drawn anew: the last word stands."""
    once = once_in(office.get("/cuenta").text)
    for email in ("a@example.org", "b@example.org", "a@example.org"):
        assert office.post("/cuenta", {"email": email, "once": once}).status_code == 303
        assert f'value="{email}"' in office.get("/cuenta").text
    again = office.post("/cuenta", {"email": "a@example.org", "once": once})
    assert "no se repitió nada" in office.get(again.headers["location"]).text

"""Two people at one record: the second is told, and loses nothing."""

from html import unescape

import pytest
from sqlmodel import select

from spg_registry.producers.models import Producer
from tests.access.test_late_forms import fields_of
from tests.cast import PUNATA, Stage
from tests.producers.test_pages import FORMS, filled, registered


@pytest.fixture
def code(stage: Stage) -> str:
    at = registered(stage.browser(stage.cast.secretary), stage.cast)
    return at.rsplit("/", 1)[1]


def test_the_second_is_told_beside_what_she_typed_and_decides(stage: Stage, code: str) -> None:
    where = f"/productores/{code}/corregir"
    rosa, lidia = stage.browser(stage.cast.coordinator), stage.browser(stage.cast.secretary)
    opened = {
        name: fields_of(browser.get(where).text, where)["was"]
        for name, browser in (("rosa", rosa), ("lidia", lidia))
    }
    typed = {"kind": "family", "municipality_code": PUNATA, "community": "Capilla"}
    first = rosa.post(where, typed | {"display_name": "Familia Ñawi", "was": opened["rosa"]})
    assert first.status_code == 303, first.text
    mine = typed | {"display_name": "Familia de «Inti» <b>"}
    told = lidia.post(where, mine | {"was": opened["lidia"]})
    assert told.status_code == 409
    page = unescape(told.text)
    assert "Otra persona cambió este dato." in page
    assert "<strong>Familia Ñawi</strong>" in page
    assert 'value="Familia de «Inti» <b>"' in page
    assert name_of(stage, code) == "Familia Ñawi"
    again = fields_of(told.text, where)["was"]
    assert lidia.post(where, mine | {"was": again}).status_code == 303
    assert name_of(stage, code) == "Familia de «Inti» <b>"


def test_the_back_button_does_not_bring_the_old_record_back(stage: Stage, code: str) -> None:
    where = f"/productores/{code}/corregir"
    browser = stage.browser(stage.cast.coordinator)
    was = fields_of(browser.get(where).text, where)["was"]
    typed = {"kind": "family", "municipality_code": PUNATA, "community": "Capilla", "was": was}
    assert browser.post(where, typed | {"display_name": "Familia Uno"}).status_code == 303
    assert browser.post(where, typed | {"display_name": "Familia Dos"}).status_code == 409
    assert name_of(stage, code) == "Familia Uno"


def name_of(stage: Stage, code: str) -> str:
    with stage.database.read() as session:
        return session.exec(select(Producer.display_name).where(Producer.code == code)).one()


POINT = '{"type": "Point", "coordinates": [-65.83, -17.54]}'
CORRECTIONS = [
    *(where for where in FORMS if where.endswith(("/corregir", "/insumo"))),
    "/unidades/P0000001-1/parcelas/P0000001-1-1/contorno",
]


@pytest.mark.parametrize("where", CORRECTIONS)
def test_every_form_that_corrects_tells_who_was_overtaken(stage: Stage, where: str) -> None:
    """The same words twice from one page: then it is no longer what was shown."""
    browser = stage.browser(stage.cast.secretary)
    registered(browser, stage.cast)
    places = dict(zip(FORMS, filled(stage, browser).items(), strict=True))
    address, typed = places.get(where, (where, {"geojson": POINT}))
    was = {"was": fields_of(browser.get(address).text, address)["was"]}
    first = browser.post(address, typed | was)
    assert first.status_code == 303, first.text
    assert browser.post(address, typed | was).status_code == 409


def test_a_household_that_somebody_else_joined_meanwhile_is_told(stage: Stage) -> None:
    browser = stage.browser(stage.cast.secretary)
    codes = [registered(browser, stage.cast).rsplit("/", 1)[1] for _ in range(3)]
    where = f"/productores/{codes[0]}/hogar"
    was = {"was": fields_of(browser.get(where).text, where)["was"]}
    assert browser.post(where, {"with_code": codes[1].lower()} | was).status_code == 303
    assert f'value="{codes[1]}"' in browser.get(where).text
    assert browser.post(where, {"with_code": codes[2]} | was).status_code == 409

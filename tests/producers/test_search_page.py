"""The page of producers: one field, filters that stay in the address, the results alone."""

import re

import pytest

from spg_registry.producers import service
from spg_registry.producers.schemas import HolderIn
from tests.cast import SignedIn, Stage
from tests.producers.families import family

NAMES = (("Justina", "Ñáñez Quispe"), ("Ch'aska", "Condori"), ("Mario", "Mamani"))


@pytest.fixture
def office(stage: Stage) -> SignedIn:
    cast = stage.cast
    batch = [
        family(names, surnames, holders=[HolderIn(names=names, surnames=surnames, ci=f"765432{n}")])
        for n, (names, surnames) in enumerate(NAMES)
    ]
    with stage.database.write(cast.now) as session:
        service.register_all(session, cast.coordinator, cast.now, cast.spg, batch)
    return stage.browser(cast.secretary)


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def test_one_field_finds_by_what_is_known(office: SignedIn) -> None:
    for typed in ("kispe", "P0000001", "7654320", "nanez justina", "ñañes"):
        page = office.get("/productores", params={"q": typed})
        assert "Justina" in page.text, typed
        assert "1 productor " in text_of(page.text), typed
        assert "Mamani" not in text_of(page.text), typed


def test_a_likely_slip_is_said(office: SignedIn) -> None:
    page = text_of(office.get("/productores", params={"q": "mamni"}).text)
    assert "Nadie se escribe así. Estos se le parecen:" in page
    assert "Mario Mamani" in page
    none = text_of(office.get("/productores", params={"q": "xyzxyz"}).text)
    assert "0 productores" in none
    assert "Ningún productor coincide" in none


def test_the_results_come_alone_for_a_script(office: SignedIn) -> None:
    asked = {"q": "condori", "estado": "applicant"}
    part = office.get("/productores", params=asked, headers={"X-Part": "resultados"})
    assert part.text.lstrip().startswith('<div id="resultados">')
    assert "<html" not in part.text
    whole = office.get("/productores", params=asked)
    assert part.text.strip() in whole.text


def test_filters_stay_in_the_address_and_odd_ones_are_none(office: SignedIn) -> None:
    page = office.get("/productores", params={"estado": "applicant", "producto": "papa"})
    assert "3 productores" in text_of(page.text)
    assert '<option value="applicant" selected>' in page.text
    assert "Filtros (2)" in text_of(page.text)
    assert "0 productores" in text_of(office.get("/productores?sello=valid").text)
    assert "0 productores" in text_of(office.get("/productores?hallazgos=on").text)
    odd = "/productores?sello=oro&comunidad=x&estado=1&spg=99999999999&tipo=%27&pagina=1"
    assert "3 productores" in text_of(office.get(odd).text)
    assert office.get("/productores", params={"q": "<script>'\"%_\u202e" * 5}).status_code == 200


def test_an_identity_number_says_nothing_to_who_may_not_see_it(stage: Stage) -> None:
    office_of = stage.browser
    data = family("Elsa", "Muñoz", holders=[HolderIn(names="Elsa", surnames="Muñoz", ci="5551234")])
    with stage.database.write(stage.cast.now) as session:
        service.register(session, stage.cast.coordinator, stage.cast.now, stage.cast.spg, data)
    for who, count in ((stage.cast.secretary, 1), (stage.cast.member, 0), (stage.cast.control, 1)):
        page = text_of(office_of(who).get("/productores?q=5551234").text)
        assert f"{count} productor" in page, who.label

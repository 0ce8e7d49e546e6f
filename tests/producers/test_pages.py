"""The pages of producers and units, as a secretary uses them."""

import re
from typing import Any

import pytest

from tests.cast import PUNATA, Cast, SignedIn, Stage

PAPER: dict[str, Any] = {
    "kind": "family",
    "holders-0-names": "Ch'aska",
    "holders-0-surnames": "<script>alert(1)</script> Ñáñez",
    "holders-0-sex": "woman",
    "municipality_code": PUNATA,
    "community": "Capilla",
    "enrolment-enrolled_on": "2026-06-15",
    "enrolment-pledge-signed_on": "2026-06-01",
    "units-0-tenure": "own",
    "units-0-plots-0-area_m2": "2500",
    "units-0-plots-0-last_input": "never",
    "units-0-crops-0-product_code": "papa",
    "units-0-crops-0-area_m2": "2000",
    "units-0-crops-1-product_code": "",
    "units-0-crops-1-area_m2": "",
}


@pytest.fixture
def office(stage: Stage) -> SignedIn:
    return stage.browser(stage.cast.secretary)


def registered(browser: SignedIn, cast: Cast, **other: str) -> str:
    """A family through the form; its page's address."""
    answer = browser.post("/productores/nuevo", PAPER | {"spg_id": str(cast.spg)} | other)
    assert answer.status_code == 303, re.sub(r"<[^>]+>|\s+", " ", answer.text)
    return answer.headers["location"]


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def test_a_paper_becomes_a_producer_with_a_page(office: SignedIn, stage: Stage) -> None:
    form = office.get("/productores/nuevo")
    assert form.status_code == 200
    assert "Punata" in form.text
    page = office.get(registered(office, stage.cast))
    told = text_of(page.text)
    assert page.status_code == 200
    assert "quedó registrado con el código P0000001" in told
    assert "&lt;script&gt;alert(1)" in page.text
    assert "<script" not in page.text
    for word in ("Capilla", "Solicitante", "firmada el 01/06/2026", "2.500 m²", "Papa"):
        assert word in told, word
    unit = office.get("/unidades/P0000001-1")
    assert "Nunca se usó" in text_of(unit.text)
    found = office.get("/productores", params={"q": "chaska nanez"})
    assert "P0000001" in found.text
    assert "P0000001" not in office.get("/productores", params={"q": "otra"}).text


def test_a_faulty_paper_comes_back_as_it_was_typed(office: SignedIn, stage: Stage) -> None:
    faulty = {
        "spg_id": str(stage.cast.spg),
        "holders-0-surnames": "",
        "community": "",
        "units-0-plots-0-area_m2": "0",
        "enrolment-pledge-signed_on": "2027-01-01",
    }
    answer = office.post("/productores/nuevo", PAPER | faulty)
    assert answer.status_code == 422
    told = text_of(answer.text)
    for sentence in (
        "Indique la comunidad.",
        "La superficie tiene que ser mayor que 0 m².",
        "La fecha 01/01/2027 todavía no llegó.",
    ):
        assert sentence in told
    assert 'value="Ch&#39;aska"' in answer.text
    assert "P0000001" not in office.get("/productores").text


@pytest.mark.parametrize("area", ["mucho", "10.5", "99999999999999", "-3"])
def test_an_area_that_is_no_number_is_told(office: SignedIn, stage: Stage, area: str) -> None:
    data = PAPER | {"spg_id": str(stage.cast.spg), "units-0-plots-0-area_m2": area}
    answer = office.post("/productores/nuevo", data)
    assert answer.status_code == 422
    assert 'href="#f-units-0-plots-0-area_m2"' in answer.text


FORMS: dict[str, dict[str, str]] = {
    "/productores/P0000001/corregir": {
        "kind": "family",
        "display_name": "Familia Ñáñez",
        "municipality_code": PUNATA,
        "community": "Otra Loma",
        "publication_consent": "on",
    },
    "/productores/P0000001/titulares/nuevo": {
        "holder-names": "Wayra",
        "holder-surnames": "Ñáñez",
    },
    "/productores/P0000001/titulares/{person}/corregir": {"names": "Ch'aska", "surnames": "Rojas"},
    "/productores/P0000001/unidades/nueva": {
        "tenure": "communal",
        "plots-0-area_m2": "100",
        "plots-0-last_input": "unknown",
        "crops-0-product_code": "haba",
        "crops-0-area_m2": "100",
    },
    "/productores/P0000001/vinculos/nuevo": {
        "person_id": "{teofilo}",
        "kind": "kin",
        "degree": "1",
    },
    "/productores/P0000001/hogar": {"with_code": ""},
    "/productores/P0000001/inscripciones/{enrolment}/compromiso": {
        "signed_on": "2026-06-10",
        "signed_by_mark": "on",
        "witness": "Hilarión Rocha",
    },
    "/productores/P0000001/inscripciones/{enrolment}/estado": {
        "status": "admitted",
        "on": "2026-06-15",
    },
    "/unidades/P0000001-1/corregir": {
        "name": "La Loma",
        "tenure": "rented",
        "lat": "-17,54",
        "lon": "-65.83",
        "municipality_code": PUNATA,
        "community": "Capilla",
    },
    "/unidades/P0000001-1/parcelas/nueva": {
        "plots-0-area_m2": "300",
        "plots-0-last_input_on": "2025-01-31",
    },
    "/unidades/P0000001-1/parcelas/P0000001-1-1/corregir": {"name": "Pampa", "area_m2": "2600"},
    "/unidades/P0000001-1/parcelas/P0000001-1-1/insumo": {
        "last_input": "date",
        "last_input_on": "2024-12-01",
        "reason": "Lo recordó el vecino",
    },
    "/unidades/P0000001-1/cultivos/nuevo": {
        "crops-0-product_code": "oca",
        "crops-0-plot_code": "P0000001-1-1",
        "crops-0-area_m2": "50",
    },
    "/unidades/P0000001-1/cultivos/{crop}/corregir": {
        "product_code": "papa",
        "plot_code": "P0000001-1-1",
        "area_m2": "1900",
    },
    "/unidades/P0000001-1/zonas/nueva": {"name": "Monte alto", "bounds": "Del río al cerro"},
    "/unidades/P0000001-1/instalaciones/nueva": {"name": "Sala", "process": "Secado"},
}


def filled(stage: Stage, browser: SignedIn) -> dict[str, dict[str, str]]:
    """The forms with the ids of the producer that is there."""
    page = browser.get("/productores/P0000001").text
    unit = browser.get("/unidades/P0000001-1").text
    person = re.search(r"/titulares/(\d+)/corregir", page)
    enrolment = re.search(r"/inscripciones/(\d+)/estado", page)
    crop = re.search(r"/cultivos/(\d+)/corregir", unit)
    assert person
    assert enrolment
    assert crop
    ids = {
        "person": person[1],
        "enrolment": enrolment[1],
        "crop": crop[1],
        "teofilo": str(stage.cast.persons["teofilo"]),
    }
    return {
        url.format(**ids): {name: value.format(**ids) for name, value in data.items()}
        for url, data in FORMS.items()
    }


def test_every_form_is_shown_filled_and_leads_on(office: SignedIn, stage: Stage) -> None:
    registered(office, stage.cast)
    for url, data in filled(stage, office).items():
        shown = office.get(url)
        assert shown.status_code == 200, url
        assert f'action="{url}"' in shown.text
        english = office.get(url, params={"lang": "en"})
        assert english.status_code == 200
        office.client.cookies.delete("lang")
        answer = office.post(url, data)
        assert answer.status_code == 303, (url, text_of(answer.text))
        after = office.get(answer.headers["location"].partition("#")[0])
        assert after.status_code == 200, url
        assert 'class="notice success"' in after.text, url
    told = text_of(office.get("/productores/P0000001").text)
    for word in (
        "Familia Ñáñez",
        "Otra Loma",
        "Sí, con su consentimiento",
        "Wayra Ñáñez",
        "Ch&#39;aska Rojas",
        "P0000001-2",
        "Arce Montaño",
        "Admitido",
        "firmada el 10/06/2026",
    ):
        assert word in told, word
    told = text_of(office.get("/unidades/P0000001-1").text)
    for word in ("La Loma", "Alquilada", "Pampa", "01/12/2024", "Oca", "Monte alto", "Secado"):
        assert word in told, word


def test_a_form_with_faults_is_shown_again(office: SignedIn, stage: Stage) -> None:
    registered(office, stage.cast)
    wrong = {
        "/titulares/nuevo": {"holder-names": "x" * 200},
        "/unidades/nueva": {"lat": "40", "lon": "-3", "tenure": "own"},
        "/vinculos/nuevo": {"kind": "kin", "degree": "77"},
        "/insumo": {"last_input": "date", "reason": "x"},
        "/compromiso": {"signed_on": "2030-01-01"},
        "/estado": {"status": "organic"},
        "/cultivos/nuevo": {},
    }
    for url in filled(stage, office):
        for end, data in wrong.items():
            if url.endswith(end) and end != "/estado":
                answer = office.post(url, data)
                assert answer.status_code == 422, url
                assert 'class="error-summary"' in answer.text, url
            elif url.endswith(end):
                assert office.post(url, data).status_code == 403, "a status that a body decides"


def test_nobody_is_sent_to_the_door(stage: Stage) -> None:
    registered(stage.browser(stage.cast.secretary), stage.cast)
    for url in (
        "/productores",
        "/productores/nuevo",
        "/productores/P0000001",
        "/unidades/P0000001-1",
    ):
        answer = stage.client.get(url)
        assert answer.status_code == 303, url
        assert answer.headers["location"].startswith("/entrar?next="), url


@pytest.mark.parametrize("who", ["coordinator_b", "member", "evaluator", "control", "cnape"])
def test_who_may_not_write_gets_no_form(stage: Stage, who: str) -> None:
    office = stage.browser(stage.cast.secretary)
    registered(office, stage.cast)
    other = stage.browser(getattr(stage.cast, who))
    for url, data in filled(stage, office).items():
        assert other.get(url).status_code in (403, 404), url
        assert other.post(url, data).status_code in (403, 404), url
    reads = who in ("member", "control", "cnape")
    page = other.get("/productores/P0000001")
    assert page.status_code == (200 if reads else 404)
    assert not reads or "/corregir" not in page.text


def test_an_evaluator_finds_an_empty_list(stage: Stage) -> None:
    registered(stage.browser(stage.cast.secretary), stage.cast)
    page = stage.browser(stage.cast.evaluator).get("/productores")
    assert page.status_code == 200
    assert "P0000001" not in page.text


def test_a_form_without_its_token_does_nothing(office: SignedIn, stage: Stage) -> None:
    data = PAPER | {"spg_id": str(stage.cast.spg), "csrf_token": "otra"}
    assert office.post("/productores/nuevo", data).status_code == 403
    assert "P0000001" not in office.get("/productores").text


@pytest.mark.parametrize(
    "query", ["tipo=x", "estado=x", "spg=x", "spg=99999999999", "municipio=zz", "q=%25"]
)
def test_an_odd_address_is_still_a_page(office: SignedIn, query: str) -> None:
    assert office.get(f"/productores?{query}").status_code == 200

"""What anybody gets over HTTP: the page behind the QR, its pictures and papers, the answers."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from io import BytesIO

import httpx2
import pypdfium2
import pytest
import zxingcpp
from fastapi.testclient import TestClient
from PIL import Image
from sqlalchemy import text

from api.seal_page import SealPage
from spg_registry.core import clock, codes
from spg_registry.core.config import settings
from spg_registry.core.keys import Keyring, own_keyring
from spg_registry.seals import service
from spg_registry.seals.models import SealGrant
from spg_registry.seals.schemas import ReplaceIn
from tests.cast import Stage
from tests.seals.stories import forged, granted, granted_by_b, token_of
from tests.seals.test_events import HEARD


@pytest.fixture
def ring(stage: Stage) -> Keyring:
    made = own_keyring()
    made.ensure(stage.cast.now)
    return made


@pytest.fixture
def seal(stage: Stage, ring: Keyring) -> SealGrant:
    with stage.database.write(stage.cast.now) as session:
        return granted(session, stage.cast, "Justina")[0]


@pytest.fixture
def token(stage: Stage, seal: SealGrant) -> str:
    with stage.database.read() as session:
        return token_of(session, seal)


@pytest.fixture
def public(stage: Stage, ring: Keyring) -> Iterator[TestClient]:
    """As the server runs it: the seal page in front, the application behind it."""
    served = SealPage(stage.app, stage.app.state.ground, ring)
    with TestClient(served, base_url=settings().public_url, follow_redirects=False) as client:
        yield client


def suspend(stage: Stage, seal: SealGrant) -> None:
    with stage.database.write(stage.cast.now) as session:
        service.suspend(session, stage.cast.control, stage.cast.now, seal.code, HEARD)


def first_word(answer: httpx2.Response) -> str:
    return answer.text.split("<h1>")[1].split("</h1>")[0]


def test_a_kept_answer_changes_at_the_very_next_request(
    stage: Stage, public: TestClient, seal: SealGrant, token: str
) -> None:
    addresses = [f"/s/{seal.code}", f"/S/{token}"]
    for address in addresses:
        answers = [public.get(address) for _ in range(3)]
        assert {answer.status_code for answer in answers} == {200}
        assert len({answer.content for answer in answers}) == 1
        assert first_word(answers[0]) == "VÁLIDO"
    suspend(stage, seal)
    for address in addresses:
        after = public.get(address)
        assert first_word(after) == "SUSPENDIDO"
        assert "Uso de un insumo prohibido" in after.text
        assert "La muestra 14" not in after.text
    with stage.database.write(stage.cast.now) as session:
        service.reinstate(session, stage.cast.control, stage.cast.now, seal.code, HEARD)
    assert first_word(public.get(addresses[0])) == "VÁLIDO"


def test_a_kept_answer_ends_with_its_day(
    public: TestClient, seal: SealGrant, clock_at: Callable[[datetime], None]
) -> None:
    clock_at(clock.midday(seal.valid_until))
    assert first_word(public.get(f"/s/{seal.code}")) == "VÁLIDO"
    clock_at(clock.midday(seal.valid_until + timedelta(days=1)))
    assert first_word(public.get(f"/s/{seal.code}")) == "VENCIDO"


def test_what_nobody_granted_is_not_found(public: TestClient, seal: SealGrant, token: str) -> None:
    for presented, word in (
        (codes.new_code(), "CÓDIGO DESCONOCIDO"),
        ("7K3M9QXA4X", "REVISE EL CÓDIGO"),
        (forged(token), "FALSO"),
        ("A" * 399, ""),
    ):
        answer = public.get(f"/s/{presented}")
        assert answer.status_code == 404
        if word:
            assert first_word(answer) == first_word(public.get(f"/S/{presented}"))
        assert "Capilla" not in answer.text


def test_a_registry_that_cannot_look_says_so_and_nothing_of_the_seal(
    stage: Stage, public: TestClient, seal: SealGrant
) -> None:
    with stage.database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE seal_grant RENAME TO elsewhere"))
    failed = public.get(f"/s/{seal.code}")
    assert (failed.status_code, first_word(failed)) == (503, "NO SE PUDO COMPROBAR")
    assert failed.headers["cache-control"] == "no-cache"
    assert "Capilla" not in failed.text
    with stage.database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE elsewhere RENAME TO seal_grant"))
    assert first_word(public.get(f"/s/{seal.code}")) == "VÁLIDO"


def test_a_head_is_the_same_without_its_body(public: TestClient, seal: SealGrant) -> None:
    get, head = public.get(f"/s/{seal.code}"), public.head(f"/s/{seal.code}")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers == get.headers
    assert int(head.headers["content-length"]) == len(get.content)
    assert public.post(f"/s/{seal.code}").status_code in (404, 405)


def test_the_page_speaks_english_to_who_asks_for_it(public: TestClient, seal: SealGrant) -> None:
    for answer in (
        public.get(f"/s/{seal.code}?lang=en"),
        public.get(f"/s/{seal.code}", headers={"Accept-Language": "en-GB,en;q=0.9"}),
    ):
        assert first_word(answer) == "VALID"
        assert '<html lang="en">' in answer.text
        assert "Potato" in answer.text
    spanish = public.get(f"/s/{seal.code}", headers={"Accept-Language": "qu"})
    assert first_word(spanish) == "VÁLIDO"
    assert "Papa" in spanish.text


def test_the_page_is_small_and_runs_nothing(public: TestClient, seal: SealGrant) -> None:
    answer = public.get(f"/s/{seal.code}")
    assert len(answer.content) < 8_000
    assert "<script" not in answer.text
    assert "script-src" not in answer.headers["content-security-policy"]
    assert answer.headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize(("profile", "form"), [("carried", "signed"), ("short", "short")])
def test_a_camera_reads_the_qr_and_finds_the_page(
    public: TestClient, seal: SealGrant, token: str, profile: str, form: str
) -> None:
    picture = public.get(f"/s/{seal.code}/qr.png?profile={profile}")
    assert picture.headers["content-type"] == "image/png"
    (read,) = zxingcpp.read_barcodes(Image.open(BytesIO(picture.content)).convert("L"))
    what = token if form == "signed" else seal.code
    assert read.text == f"HTTPS://SELLO.EXAMPLE.BO/S/{what}"
    assert first_word(public.get(read.text.removeprefix("HTTPS://SELLO.EXAMPLE.BO"))) == "VÁLIDO"
    drawing = public.get(f"/S/{seal.code}/qr.svg?profile={profile}")
    assert drawing.headers["content-type"].startswith("image/svg+xml")
    assert drawing.text.startswith("<svg")
    assert public.get(f"/s/{seal.code}/qr.png?profile=big").status_code == 422
    assert public.get(f"/s/{codes.new_code()}/qr.png").status_code == 404


def test_the_certificate_says_what_the_page_says(public: TestClient, seal: SealGrant) -> None:
    answer = public.get(f"/s/{seal.code}/certificado.pdf")
    assert answer.headers["content-type"] == "application/pdf"
    (sheet,) = pypdfium2.PdfDocument(answer.content)
    text = sheet.get_textpage().get_text_bounded()
    for fact in (
        codes.display(seal.code),
        "Certificado ecológico",
        "14/06/2026",
        "13/06/2027",
        "Punata",
        "Papa",
        "Comité Municipal de Producción Ecológica de Punata",
        "sello.example.bo",
        "Norma Técnica Nacional",
    ):
        assert fact in text, fact
    assert "…" not in text
    assert "Ñáñez" not in text  # no consent to publish the name
    picture = sheet.render(scale=300 / 72).to_pil().convert("L")
    (read,) = zxingcpp.read_barcodes(picture)
    assert read.text.startswith("HTTPS://SELLO.EXAMPLE.BO/S/")
    assert public.get(f"/s/{codes.new_code()}/certificado.pdf").status_code == 404


def test_the_published_keys_are_public_halves_and_not_the_api_s(
    public: TestClient, seal: SealGrant
) -> None:
    keys = public.get("/.well-known/jwks.json").json()["keys"]
    kids = {key["kid"] for key in keys}
    assert "seal-1" in kids
    assert not {kid for kid in kids if kid.startswith("api-")}
    assert all("d" not in key for key in keys)


def test_a_program_asks_by_code_or_by_token(
    stage: Stage, public: TestClient, seal: SealGrant, token: str
) -> None:
    by_code = public.get(f"/api/v1/seals/{seal.code}/verification")
    by_token = public.post("/api/v1/verifications", json={"token": token})
    typed = public.post("/api/v1/verifications", json={"code": codes.display(seal.code).lower()})
    forms = [answer.json()["form"] for answer in (by_code, by_token, typed)]
    assert forms == ["short", "signed", "typed"]
    for answer in (by_code, by_token, typed):
        told = answer.json()
        assert answer.status_code == 200
        assert set(told) == {"verdict", "form", "status_as_of", "seal"}
        assert (told["verdict"], told["seal"]["code"]) == ("valid", seal.code)
        assert "Ñáñez" not in json.dumps(told, ensure_ascii=False)
    suspend(stage, seal)
    assert public.post("/api/v1/verifications", json={"token": token}).json()["verdict"] == (
        "suspended"
    )
    for body in ({}, {"token": token, "code": seal.code}, {"token": ""}, {"other": 1}):
        assert public.post("/api/v1/verifications", json=body).status_code == 422


def test_a_program_is_told_why_not(public: TestClient, seal: SealGrant, token: str) -> None:
    for body, verdict in (
        ({"token": forged(token)}, "forged"),
        ({"token": "hola"}, "forged"),
        ({"code": "7K3M9QXA4X"}, "typing_error"),
        ({"code": codes.new_code()}, "unknown_code"),
    ):
        answer = public.post("/api/v1/verifications", json=body)
        assert answer.status_code == 200
        assert answer.json()["verdict"] == verdict
        assert answer.json()["seal"] is None


def test_a_replaced_seal_leads_to_the_new_one(
    stage: Stage, ring: Keyring, public: TestClient, seal: SealGrant
) -> None:
    with stage.database.write(stage.cast.now) as session:
        wish = ReplaceIn(reason="Se corrigió el nombre")
        new = service.replace(
            session, stage.cast.coordinator, stage.cast.now, ring, seal.code, wish
        )
    page = public.get(f"/s/{seal.code}")
    assert first_word(page) == "REEMPLAZADO"
    assert f'href="/s/{new.code}"' in page.text


def test_a_typed_code_goes_to_its_page(public: TestClient, seal: SealGrant) -> None:
    shown = codes.display(seal.code).lower()
    assert public.get(f"/verificar?codigo={shown}").headers["location"] == f"/s/{seal.code}"
    assert public.get("/verificar").status_code == 200
    stray = public.get("/verificar?codigo=../../etc").headers["location"]
    assert stray.startswith("/s/")
    assert public.get(stray).status_code == 404


def test_the_reason_of_an_exception_is_public(stage: Stage, public: TestClient) -> None:
    why = "El reconocimiento está en trámite en el concejo municipal"
    with stage.database.write(stage.cast.now) as session:
        (grant,) = granted_by_b(session, stage.cast, waivers={"committee_recognised": why})
    page = public.get(f"/s/{grant.code}").text
    assert f"<dt>Con excepción</dt><dd>{why}</dd>" in page
    told = public.get(f"/api/v1/seals/{grant.code}/verification").json()
    assert told["seal"]["waivers"] == {"committee_recognised": why}


@pytest.mark.parametrize(
    ("mark", "word"), [(None, ""), ("suspend", "SUSPENDIDO"), ("withdraw", "RETIRADO")]
)
def test_the_paper_of_a_seal_that_does_not_count_says_so(
    stage: Stage, public: TestClient, seal: SealGrant, mark: str | None, word: str
) -> None:
    if mark is not None:
        with stage.database.write(stage.cast.now) as session:
            getattr(service, mark)(session, stage.cast.control, stage.cast.now, seal.code, HEARD)
    paper = pypdfium2.PdfDocument(public.get(f"/s/{seal.code}/certificado.pdf").content)
    text = paper[0].get_textpage().get_text_bounded()
    for other in ("SUSPENDIDO", "RETIRADO", "REEMPLAZADO", "VENCIDO"):
        assert (other in text) is (other == word), other
    offered = f"/s/{seal.code}/certificado.pdf" in public.get(f"/s/{seal.code}").text
    assert offered is (word != "RETIRADO")

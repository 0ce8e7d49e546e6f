"""The coordinator of Punata imports the list in the browser."""

import io
from typing import Any

import httpx2
import pytest
from sqlmodel import col, func, select

from spg_registry.core.spreadsheets import read_table
from spg_registry.producers.models import ImportBatch, Producer
from spg_registry.producers.schemas import EnrolmentIn
from spg_registry.producers.service import register
from tests.cast import SignedIn, Stage
from tests.importing.files import text, workbook
from tests.importing.lists import LIST
from tests.producers.families import family

BAD = ("T-04", "Ana <b>", "", "abc", "Capilla", "x")


def send(
    browser: SignedIn, stage: Stage, file: io.BytesIO, name: str = "lista.xlsx", **fields: Any
) -> httpx2.Response:
    data = {"spg": str(stage.cast.spg)} | fields
    return browser.post("/importaciones/nueva", data, files={"file": (name, file)})


def producers(stage: Stage) -> int:
    with stage.database.read() as session:
        return session.exec(select(func.count(col(Producer.id)))).one()


def test_from_the_form_to_the_written_list(stage: Stage) -> None:
    browser = stage.browser(stage.cast.coordinator)
    form = browser.get("/importaciones/nueva")
    assert form.status_code == 200
    assert "SPG Punata" in form.text
    assert "SPG Tiquipaya" not in form.text

    sent = send(browser, stage, workbook([*LIST, BAD]))
    assert sent.status_code == 303, sent.text
    home = sent.headers["location"]
    page = browser.get(home)
    assert page.status_code == 200
    assert "Todavía no se guardó nada" in page.text
    assert "C5" in page.text, "the rejected row comes first"
    assert "Ana &lt;b&gt;" in page.text
    assert "Justina" in browser.get(f"{home}?ver=new").text
    assert producers(stage) == 0

    done = browser.post(f"{home}/confirmar")
    assert done.status_code == 303
    page = browser.get(home)
    assert "Lista guardada: 3 productores nuevos y 0 con cambios." in page.text
    assert "Confirmar y guardar" not in page.text
    assert browser.post(f"{home}/confirmar").status_code == 303
    assert producers(stage) == 3
    assert "lista.xlsx" in browser.get("/importaciones").text

    back = browser.get(f"{home}/rechazadas")
    assert back.headers["content-disposition"] == 'attachment; filename="filas-rechazadas-1.xlsx"'
    with read_table(io.BytesIO(back.content), "r") as table:
        assert [row.cells[0] for row in table] == ["Código", "T-04"]


@pytest.mark.parametrize(
    ("name", "content", "status", "words"),
    [
        ("lista.xlsx", b"%PDF-1.7 ...", 422, "es un PDF, no una planilla"),
        ("lista.xlsx", b"", 422, "El archivo está vacío"),
        ("lista.csv", "Nombre;Comunidad\nJosé;Ñ\n".encode("cp850"), 422, "no se pueden leer"),
        ("lista.csv", b"Color;Precio\nrojo;1\n", 422, "No se encontró la fila de títulos"),
        ("lista.csv", "Código;Nombre\n1;Ana\n".encode(), 422, "Falta la columna «Comunidad»"),
    ],
)
def test_a_broken_file_gives_the_form_again_with_one_clear_sentence(
    stage: Stage, name: str, content: bytes, status: int, words: str
) -> None:
    browser = stage.browser(stage.cast.coordinator)
    answer = send(browser, stage, io.BytesIO(content), name)
    assert answer.status_code == status
    assert words in answer.text
    with stage.database.read() as session:
        assert session.exec(select(ImportBatch)).all() == []


def test_a_formula_is_named_by_its_cell(stage: Stage) -> None:
    browser = stage.browser(stage.cast.coordinator)
    answer = send(browser, stage, workbook([("Nombre", "Comunidad"), ("=A1", "Capilla")]))
    assert answer.status_code == 422
    assert "La celda A2 tiene una fórmula" in answer.text


def test_a_form_without_a_file_or_without_an_spg_says_so(stage: Stage) -> None:
    browser = stage.browser(stage.cast.coordinator)
    assert "Falta este dato" in send(browser, stage, io.BytesIO(b""), "").text
    assert send(browser, stage, workbook(LIST), spg="").status_code == 422
    assert send(browser, stage, workbook(LIST), spg="9" * 40).status_code == 422
    assert send(browser, stage, workbook(LIST), spg="999").status_code == 404


def test_more_than_the_limit_is_cut_off_while_it_comes(stage: Stage) -> None:
    browser = stage.browser(stage.cast.coordinator)
    answer = send(browser, stage, io.BytesIO(b"a,b\n" * 11_000_000), "lista.csv")
    assert answer.status_code == 413


def test_what_changed_meanwhile_is_shown_before_it_is_confirmed(stage: Stage) -> None:
    browser = stage.browser(stage.cast.coordinator)
    home = send(browser, stage, workbook(LIST)).headers["location"]
    with stage.database.write(stage.cast.now) as session:
        same = family(enrolment=EnrolmentIn(code="X-1"))
        register(session, stage.cast.coordinator, stage.cast.now, stage.cast.spg, same)
    answer = browser.post(f"{home}/confirmar")
    assert answer.status_code == 409
    assert "Algo cambió mientras tanto" in answer.text
    assert producers(stage) == 1
    assert browser.post(f"{home}/revisar").status_code == 303
    assert "Puede ser la misma persona" in browser.get(home).text
    assert browser.post(f"{home}/confirmar").status_code == 303
    assert producers(stage) == 3


def test_a_list_put_away_shows_only_its_counts(stage: Stage) -> None:
    browser = stage.browser(stage.cast.coordinator)
    home = send(browser, stage, text("Nombre;Comunidad\nAna Vera;Capilla\n")).headers["location"]
    assert browser.post(f"{home}/descartar").status_code == 303
    page = browser.get(home)
    assert "Ana Vera" not in page.text
    assert "ya no se guarda" in page.text
    assert browser.get(f"{home}/rechazadas").status_code == 409


def test_in_english_too(stage: Stage) -> None:
    browser = stage.browser(stage.cast.coordinator)
    home = send(browser, stage, workbook([*LIST, BAD])).headers["location"]
    page = browser.get(f"{home}?lang=en")
    assert "Nothing is written yet" in page.text
    assert "This is missing" in page.text or "C5" in page.text


@pytest.mark.parametrize("who", ["coordinator_b", "member", "evaluator", "control", "cnape"])
def test_the_wrong_people_find_no_import(stage: Stage, who: str) -> None:
    owner = stage.browser(stage.cast.coordinator)
    home = send(owner, stage, workbook(LIST)).headers["location"]
    other = stage.browser(getattr(stage.cast, who))
    for path in (home, f"{home}/rechazadas"):
        assert other.get(path).status_code in (403, 404)
    for act in ("confirmar", "revisar", "descartar"):
        assert other.post(f"{home}/{act}").status_code in (403, 404)
    assert send(other, stage, workbook(LIST)).status_code == 403
    assert producers(stage) == 0


def test_nobody_is_sent_to_the_door(stage: Stage) -> None:
    assert stage.client.get("/importaciones").headers["location"].startswith("/entrar")
    assert stage.client.post("/importaciones/nueva").status_code == 401
    assert stage.client.post("/importaciones/1/confirmar").status_code == 401


def test_a_form_from_another_site_is_refused(stage: Stage) -> None:
    browser = stage.browser(stage.cast.coordinator)
    browser.csrf = "wrong"
    assert send(browser, stage, workbook(LIST)).status_code == 403

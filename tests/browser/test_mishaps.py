"""What goes wrong at a desk with visitors waiting: a double click, the back button, a session that
ended, a second writer. Nothing typed is lost, and nothing is done twice."""

import re
from itertools import count

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Opening, both_ways, sign_in
from tests.browser.steps import today
from tests.serving import Server

NUMBERS = count(1)


@pytest.fixture
def surname() -> str:
    """Of a family nobody else registers."""
    return f"Ñañez O'Brien {next(NUMBERS)}{today().replace('-', '')}"


def a_family_is_typed(page: Page, surname: str) -> Locator:
    """Up to the button that registers it."""
    page.goto("/productores/nuevo")
    page.get_by_label("Nombres").fill("Ch'aska")
    page.get_by_label("Apellidos").fill(surname)
    page.get_by_label("Comunidad").fill("Alto Nueva Esperanza")
    page.get_by_label("Fecha de inscripción").fill(today())
    page.get_by_label("Superficie", exact=True).fill("2500")
    page.get_by_label("insumo prohibido?").select_option("never")
    return page.get_by_role("button", name="Registrar")


def families(page: Page, surname: str) -> Locator:
    page.goto(f"/productores?q={surname}")
    return page.locator("#resultados tbody tr").filter(has_text=surname)


@both_ways
def test_a_double_click_registers_one_family(office: Server, person: Opening, surname: str) -> None:
    page = person(office, "secretaria")
    a_family_is_typed(page, surname).dblclick()
    page.wait_for_url(re.compile(r"/productores/P\d+$"))
    expect(page.get_by_role("heading", level=1)).to_contain_text(surname)
    expect(families(page, surname)).to_have_count(1)


@both_ways
def test_the_back_button_brings_back_what_was_typed(
    office: Server, person: Opening, surname: str
) -> None:
    page = person(office, "secretaria")
    a_family_is_typed(page, surname)
    page.get_by_role("link", name="Rondas").first.click()
    page.wait_for_url("**/rondas")
    page.go_back()
    expect(page.get_by_label("Apellidos")).to_have_value(surname)
    expect(page.get_by_label("Comunidad")).to_have_value("Alto Nueva Esperanza")
    page.get_by_role("button", name="Registrar").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(surname)


@both_ways
def test_what_was_typed_outlives_the_session(office: Server, person: Opening, surname: str) -> None:
    page = person(office, "secretaria")
    button = a_family_is_typed(page, surname)
    page.context.clear_cookies(name="spg_session")
    button.click()
    page.get_by_label("Usuario").fill("secretaria")
    page.get_by_label("Contraseña").fill("demo")
    page.get_by_role("button", name="Entrar").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Lo que escribió está aquí")
    page.get_by_role("button", name="Enviar lo que escribí").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(surname)


def test_a_form_that_saves_itself_waits_for_the_new_session(
    office: Server, person: Opening
) -> None:
    page = person(office, "evaluador")
    page.goto("/visitas?estado=assigned")
    page.locator("main tbody th a").first.click()
    note = page.get_by_label("Quiénes estuvieron presentes")
    note.fill("Doña")
    expect(page.locator(".save-state")).to_have_text("Guardado")
    page.context.clear_cookies(name="spg_session")
    note.fill("Doña Ñusta")
    expect(page.locator(".save-state")).to_contain_text("su sesión terminó")
    other = page.context.new_page()
    sign_in(other, "evaluador")
    note.fill("Doña Ñusta y su hijo")
    expect(page.locator(".save-state")).to_have_text("Guardado", timeout=30_000)
    page.reload()
    expect(note).to_have_value("Doña Ñusta y su hijo")


@both_ways
def test_the_second_writer_is_told_beside_the_field_and_decides(
    office: Server, person: Opening, surname: str
) -> None:
    first, second = person(office, "secretaria"), person(office, "coordinadora")
    a_family_is_typed(first, surname).click()
    first.wait_for_url(re.compile(r"/productores/P\d+$"))
    for page in (first, second):
        page.goto(f"{first.url.removesuffix('/corregir')}/corregir")
    field = "Nombre con el que se lo conoce"
    first.get_by_label(field).fill(f"{surname} la mayor")
    first.get_by_role("button", name="Guardar").click()
    expect(first.get_by_role("heading", level=1)).to_contain_text("la mayor")
    second.get_by_label(field).fill(f"{surname} la menor")
    second.get_by_role("button", name="Guardar").click()
    expect(second.get_by_role("alert")).to_contain_text("Lo suyo sigue aquí")
    expect(second.get_by_role("alert").get_by_role("link")).to_have_text(
        "Otra persona cambió este dato."
    )
    told = second.locator(".has-error .error")
    expect(told).to_contain_text(f"Ahora dice: {surname} la mayor")
    expect(second.get_by_label(field)).to_have_value(f"{surname} la menor")
    second.get_by_role("button", name="Guardar").click()
    expect(second.get_by_role("heading", level=1)).to_contain_text("la menor")

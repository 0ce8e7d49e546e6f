"""A visit in the field and at the desk: every change is kept, a paper needs no mouse."""

import time

from playwright.sync_api import Page, expect

from tests.browser.conftest import Camera, Opening
from tests.browser.steps import today
from tests.serving import Server

MOST_SECONDS = 60
"""For a paper of some thirty questions, typed by keyboard by a machine; people are asked nothing
more than the same keys."""


def first_assigned(page: Page) -> None:
    page.goto("/visitas?estado=assigned")
    page.locator("main tbody th a").first.click()


def test_every_change_is_saved_on_the_phone(
    server: Server, person: Opening, picture: Camera
) -> None:
    page = person(server, "evaluador")
    first_assigned(page)
    item = page.locator(".item").first
    item.get_by_label("No cumple").check()
    expect(page.locator(".save-state")).to_have_text("Guardado")
    expect(page.locator(".answered")).to_have_text("1")
    expect(item.locator("details")).to_have_attribute("open", "")
    item.get_by_label("Nota").fill("Hay dos bolsas en el depósito")
    expect(page.locator(".save-state")).to_have_text("Sin guardar")
    expect(page.locator(".save-state")).to_have_text("Guardado")
    picture(page, "visita", on="phone", above="Suelo")
    page.reload()
    expect(item.get_by_label("No cumple")).to_be_checked()
    expect(item.get_by_label("Nota")).to_have_value("Hay dos bolsas en el depósito")


def test_two_evaluators_see_each_other(server: Server, person: Opening) -> None:
    here = person(server, "evaluador")
    first_assigned(here)
    there = here.context.new_page()
    there.goto(here.url)
    here.locator(".item").first.get_by_label("Cumple", exact=True).check()
    expect(here.locator(".save-state")).to_have_text("Guardado")
    late = there.locator(".item").first
    late.get_by_label("No aplica").check()
    expect(late.locator(".error")).to_contain_text("puso aquí: Cumple.")
    expect(late.get_by_label("No aplica")).to_be_checked()
    there.get_by_role("button", name="Guardar y seguir").first.click()
    here.reload()
    expect(here.locator(".item").first.get_by_label("No aplica")).to_be_checked()


def test_a_paper_is_typed_by_keyboard(server: Server, person: Opening, picture: Camera) -> None:
    page = person(server, "secretaria")
    page.goto("/visitas?estado=in_field")
    page.locator("main tbody th a").first.click()
    page.get_by_role("link", name="Pasar desde el papel").click()
    page.wait_for_url("**/papel")
    before = page.url
    begun = time.perf_counter()
    questions = page.locator("[role=radiogroup]")
    page.get_by_label("Día de la visita").fill(today())
    for plot in page.locator("[name=plots_seen]").all():
        plot.check()
    questions.first.locator("input").first.focus()
    for _ in range(questions.count()):
        page.keyboard.press("1")
    expect(page.locator("[name='found-0-item_code']")).to_be_focused()
    page.get_by_label("Conformidad").select_option("self")
    picture(page, "papel")
    page.get_by_role("button", name="Entregar y abrir la siguiente").click()
    page.wait_for_url(lambda url: url != before and url.endswith("/papel"))
    assert time.perf_counter() - begun < MOST_SECONDS
    expect(page.locator(".notice.success")).to_contain_text("entregada. Esta es la siguiente.")

"""Looking for somebody while they wait: results as one types, and the same without a script."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import Camera, Opening
from tests.serving import Server


def test_results_come_while_one_types(library: Server, person: Opening, picture: Camera) -> None:
    page = person(library, "coordinadora")
    page.goto("/productores")
    first = page.locator("#resultados tbody tr").first.get_by_role("link")
    name = first.inner_text()
    field = page.get_by_role("searchbox", name="Buscar")
    field.press_sequentially(heard(name))
    expect(page.get_by_role("link", name=name).first).to_be_visible()
    expect(page.locator("#cuenta")).to_have_text(re.compile(r"^\d+ productor"))
    expect(field).to_be_focused()
    expect(page).to_have_url(re.compile(r"\?q="))
    picture(page, "buscar")
    page.reload()
    expect(field).to_have_value(heard(name))
    expect(page.get_by_role("link", name=name).first).to_be_visible()


def test_a_filter_acts_at_once_and_a_number_stays_out_of_the_address(
    library: Server, person: Opening
) -> None:
    page = person(library, "coordinadora")
    page.goto("/productores")
    everybody = count(page)
    page.get_by_text("Filtros", exact=True).click()
    page.get_by_label("Sello").select_option("valid")
    expect(page).to_have_url(re.compile("sello=valid"))
    assert count(page) < everybody
    page.get_by_role("searchbox", name="Buscar").fill("7654321")
    expect(page.locator("#cuenta")).to_have_text("0 productores")
    expect(page).not_to_have_url(re.compile("7654321"))


def test_without_a_script_the_button_finds(library: Server, person: Opening) -> None:
    page = person(library, "coordinadora")
    page.route(
        "**/search.js*", lambda route: route.fulfill(body="", content_type="text/javascript")
    )
    page.goto("/productores")
    name = page.locator("#resultados tbody tr").first.get_by_role("link").inner_text()
    page.get_by_role("searchbox", name="Buscar").fill(heard(name))
    page.get_by_role("button", name="Buscar").click()
    expect(page).to_have_url(re.compile(r"\?q="))
    expect(page.get_by_role("link", name=name).first).to_be_visible()


def heard(name: str) -> str:
    """As somebody writes it who only heard it."""
    typed = name.lower()
    for written, other in (("qu", "k"), ("v", "b"), ("z", "s"), ("ñ", "n"), ("á", "a"), ("í", "i")):
        typed = typed.replace(written, other)
    return typed


def count(page: Page) -> int:
    return int(page.locator(".count").inner_text().split()[0].replace(".", ""))

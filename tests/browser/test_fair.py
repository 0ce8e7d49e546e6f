"""A consumer at a fair, with ten seconds and a poor line: the seal is scanned or its code typed,
understood, doubted and answered, without an account; with and without scripts."""

import re
import urllib.parse
from typing import NamedTuple

from playwright.sync_api import Page, Response, expect

from tests.browser.conftest import Camera, Opening, both_ways
from tests.browser.steps import first_line, unfolded, what_a_phone_reads
from tests.serving import Server

FIRST_FLIGHT = 14_000
"""Bytes that a slow line brings at once (experience.md)."""
ANSWER = "Fuimos a la feria: el puesto es de la misma familia."


class Stall(NamedTuple):
    code: str
    name: str
    place: str


@both_ways
def test_a_seal_is_scanned_understood_and_doubted(
    office: Server, person: Opening, picture: Camera
) -> None:
    coordinator = person(office, "coordinadora")
    stall = a_stall_at_the_fair(coordinator)
    link = what_a_phone_reads(coordinator, f"/s/{stall.code}")
    consumer = person(office)
    the_page_is_light_and_says_it_first(consumer, link, stall)
    both_seals_are_explained(consumer, picture)
    consumer.goto(link)
    number = the_doubt_is_reported_in_two_taps(consumer, stall, picture)
    the_number_is_followed(consumer, number)
    the_committee_answers(coordinator, stall)
    consumer.reload()
    expect(consumer.get_by_text(ANSWER)).to_be_visible()
    picture(consumer, "denuncia-respondida", on="phone")


def a_stall_at_the_fair(page: Page) -> Stall:
    """A good seal of a family that lets its name be read, with a sign that people confuse."""
    page.goto("/sellos?estado=valid")
    shown = page.locator("tbody a.code").all_inner_texts()
    for code in (text.replace("-", "") for text in shown if re.search("[01]", text)):
        page.goto(f"/s/{code}")
        name = page.locator("h2").inner_text()
        if all(len(word) > 2 for word in name.split()):
            return Stall(code, name, page.locator("h2 + p").inner_text())
    raise AssertionError(shown)


def the_page_is_light_and_says_it_first(page: Page, link: str, stall: Stall) -> None:
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))
    page.goto(link)
    assert first_line(page) == "VÁLIDO"
    expect(page.get_by_role("heading", level=2)).to_have_text(stall.name)
    expect(page.get_by_text(stall.place)).to_be_visible()
    for part in ("Productos", "Vence", "Reportar una duda"):
        expect(page.get_by_text(part, exact=True)).to_be_in_viewport(ratio=1)
    sizes = [answer.request.sizes() for answer in answers if answer.ok]
    weight = sum(size["responseBodySize"] + size["responseHeadersSize"] for size in sizes)
    assert 1_000 < weight < FIRST_FLIGHT
    own = urllib.parse.urlsplit(link.lower()).netloc
    assert {urllib.parse.urlsplit(answer.url).netloc for answer in answers} == {own}


def both_seals_are_explained(page: Page, picture: Camera) -> None:
    page.get_by_role("link", name="Qué significan").click()
    for words in ("Sello ecológico", "Sello en transición"):
        expect(page.get_by_role("heading", name=words)).to_be_visible()
    expect(page.get_by_text("aún no cumple el tiempo que pide la norma")).to_be_visible()
    picture(page, "los-dos-sellos", on="phone")


def the_doubt_is_reported_in_two_taps(page: Page, stall: Stall, picture: Camera) -> str:
    page.get_by_role("link", name="Reportar una duda").click()
    expect(page.get_by_role("main")).to_contain_text(stall.name)
    picture(page, "reportar-una-duda", on="phone")
    page.get_by_role("button", name="Enviar").click()
    expect(page.get_by_text("recibimos su denuncia")).to_be_visible()
    return page.locator("h1 .code").inner_text()


def the_number_is_followed(page: Page, number: str) -> None:
    page.goto("/denuncias")
    page.get_by_role("link", name="Ya tengo un número").click()
    page.get_by_label("Número de la denuncia").fill(number.lower()[:-1])
    page.get_by_role("button", name="Ver la respuesta").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("Número de la denuncia").fill(number.lower().replace("-", " "))
    page.get_by_role("button", name="Ver la respuesta").click()
    expect(page.locator("h1 .code")).to_have_text(number)
    expect(page.get_by_text("Se responde hasta el")).to_be_visible()


def the_committee_answers(page: Page, stall: Stall) -> None:
    page.goto("/denuncias-recibidas?estado=received")
    page.get_by_role("row").filter(has_text=stall.name).get_by_role("link").first.click()
    page.get_by_role("button", name="Empezar la revisión").click()
    page.get_by_label("Sin fundamento").check()
    page.get_by_label("Respuesta pública").fill(ANSWER)
    page.get_by_role("button", name="Responder").click()
    expect(page.get_by_text("La respuesta está publicada")).to_be_visible()


@both_ways
def test_a_typed_code_is_forgiven_and_a_slip_is_told(
    library: Server, person: Opening, picture: Camera
) -> None:
    stall = a_stall_at_the_fair(person(library, "coordinadora"))
    page = person(library)
    page.goto("/")
    typed = stall.code.replace("0", "o").replace("1", "l").lower()
    verifies(page, f" {typed[:4]} {typed[4:]}")
    assert first_line(page) == "VÁLIDO"
    page.go_back()
    slip = stall.code[:-1] + ("A" if stall.code[-1] != "A" else "B")
    verifies(page, slip)
    assert first_line(page) == "CÓDIGO MAL ESCRITO"
    picture(page, "codigo-mal-escrito", on="phone")
    field = page.get_by_label("Código escrito junto al sello")
    expect(field).to_have_value(slip)
    field.fill(stall.code)
    page.get_by_role("button", name="Verificar").click()
    assert first_line(page) == "VÁLIDO"


def verifies(page: Page, typed: str) -> None:
    page.get_by_label("Código del sello").fill(typed)
    page.get_by_role("main").get_by_role("button", name="Verificar").click()


@both_ways
def test_a_name_is_searched_without_its_accents(
    library: Server, person: Opening, picture: Camera
) -> None:
    stall = a_stall_at_the_fair(person(library, "coordinadora"))
    page = person(library)
    page.goto("/")
    heard = stall.name.lower().translate(str.maketrans("áéíóúñ", "aeioun"))
    page.get_by_label("Nombre, producto o lugar").fill(heard)
    page.get_by_role("button", name="Buscar").click()
    found = page.locator(".found li").filter(has_text=stall.name)
    expect(found.first).to_contain_text(stall.place)
    picture(page, "buscar-sello", on="phone")
    unfolded(page.locator("main"), "Más opciones").get_by_label(
        "También los que ya no valen"
    ).check()
    page.get_by_role("button", name="Aplicar").click()
    page.locator(".found li").filter(has_text=stall.name).get_by_role("link").first.click()
    expect(page.get_by_role("heading", level=2)).to_have_text(stall.name)

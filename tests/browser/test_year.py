"""A year of the coordinator at the office, on a phone and on a desk, with scripts and without:
a new member, the calendar and a round, findings, sanctions, appeals, signatures and printed seals.
The meeting of the year has stories of its own (test_walk.py, test_family.py)."""

import re

import pypdfium2
from playwright.sync_api import Page, expect

from tests.browser.conftest import Camera, Opening, both_ways
from tests.browser.steps import matter, today
from tests.serving import Server


@both_ways
def test_a_year_at_the_office(office: Server, person: Opening, picture: Camera) -> None:
    page = person(office, "coordinadora")
    a_member_is_elected_and_a_term_extended(page, picture)
    the_calendar_leads_to_a_round(page, picture)
    a_finding_is_followed_to_its_end(page, picture)
    a_warning_is_noted(page)
    an_appeal_is_noted(page, picture)
    a_family_signs_for_its_seal(page, picture)
    seals_are_printed(page, picture)
    the_committee_gives_account(page, picture)


def a_member_is_elected_and_a_term_extended(page: Page, picture: Camera) -> None:
    page.goto("/comites")
    page.get_by_role("rowheader").get_by_role("link").first.click()
    picture(page, "comite")
    page.get_by_role("link", name="Registrar un miembro").click()
    page.get_by_label("Nombres").fill("Wara")
    page.get_by_label("Apellidos").fill("Ch'uqi Ñáñez")
    page.get_by_label("Sector al que representa").select_option("consumer")
    page.get_by_label("Comienza el").fill(today())
    page.get_by_role("button", name="Guardar").click()
    expect(page.get_by_text("Miembro registrado.")).to_be_visible()
    row = page.get_by_role("row").filter(has_text="Wara Ch'uqi Ñáñez").last
    expect(row).to_contain_text("Consumidores")
    row.get_by_role("link", name="Prorrogar").click()
    page.get_by_label("Acta de la prórroga").fill("Asamblea 12/2026")
    page.get_by_label("Termina el").fill(today(800))
    page.get_by_role("button", name="Guardar").click()
    expect(page.get_by_text("Mandato prorrogado.")).to_be_visible()


def the_calendar_leads_to_a_round(page: Page, picture: Camera) -> None:
    page.goto("/rondas")
    page.get_by_role("link", name="Plan del año").click()
    picture(page, "plan-del-anio")
    page.get_by_role("link", name="Abrir una ronda").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Abrir una ronda")
    due = page.locator(".place").filter(has_not_text="toca visitar 0 de")
    due.first.get_by_role("checkbox").first.check()
    picture(page, "abrir-ronda")
    page.get_by_role("button", name="Crear la ronda").click()
    expect(page.get_by_text("Ahora asigne a los evaluadores")).to_be_visible()
    page.get_by_role("button", name="Asignar toda la propuesta").click()
    expect(page.get_by_role("button", name="Liberar").first).to_be_visible()


def a_finding_is_followed_to_its_end(page: Page, picture: Camera) -> None:
    page.goto("/hallazgos?estado=open")
    picture(page, "hallazgos")
    page.get_by_role("rowheader").get_by_role("link").first.click()
    page.get_by_role("button", name="El productor empezó a corregir").click()
    page.get_by_label("Cómo consta").fill("Lo vimos el martes: el depósito está limpio.")
    page.get_by_role("button", name="Cerrar el hallazgo").click()
    expect(page.get_by_text("Hallazgo cerrado.")).to_be_visible()


def a_warning_is_noted(page: Page) -> None:
    page.goto("/productores?sello=valid")
    page.locator("#resultados tbody a").first.click()
    code = page.url.rsplit("/", 1)[1]
    page.goto("/sanciones")
    page.get_by_role("link", name="Anotar una sanción").click()
    page.get_by_label("Código del productor").fill(code.lower())
    page.get_by_role("button", name="Seguir").click()
    page.get_by_label("Llamada de atención").check()
    page.get_by_label("Desde").fill(today())
    page.get_by_label("Motivo público").select_option("misuse_of_seal")
    page.get_by_label("Explicación para el expediente").fill("Vendió sin su tarjeta.")
    page.get_by_role("button", name="Guardar la sanción").click()
    expect(page.get_by_text("está anotada.")).to_be_visible()


def an_appeal_is_noted(page: Page, picture: Camera) -> None:
    """Against a decision that the family was told long ago: its paper came in time."""
    for acta in ("04/2025", "01/2025"):
        page.goto("/reuniones")
        page.get_by_role("link", name=acta).click()
        refused = (
            page.get_by_role("row").filter(has_text="No aprobado").filter(has_text="Notificada")
        )
        if refused.count():
            break
    refused.first.get_by_role("rowheader").get_by_role("link").click()
    told = page.locator("dl.summary div").filter(has_text="Se puede apelar hasta").locator("dd")
    day, month, year = told.inner_text().split("/")
    page.get_by_role("link", name="Anotar una apelación").click()
    page.get_by_label("Presentada el").fill(f"{year}-{month}-{day}")
    page.get_by_label("Motivos de la apelación").fill("El saco era del vecino.")
    picture(page, "apelacion")
    page.get_by_role("button", name="Guardar la apelación").click()
    expect(page.get_by_text("La apelación está anotada.")).to_be_visible()


def a_family_signs_for_its_seal(page: Page, picture: Camera) -> None:
    waiting = matter(page, "Sellos sin la conformidad del productor")
    waiting.locator(".tasks .act").first.click()
    if page.get_by_role("link", name="Anotar la conformidad").count():
        page.get_by_role("link", name="Anotar la conformidad").click()
    page.get_by_label("Fecha").fill(today())
    page.get_by_label("Testigo").fill("Hilarión Rocha")
    page.get_by_role("button", name="Anotar la conformidad").click()
    expect(page.get_by_text("La conformidad está anotada.")).to_be_visible()
    picture(page, "sello")


def seals_are_printed(page: Page, picture: Camera) -> None:
    page.get_by_role("link", name="Imprimir: sellos, tarjeta, certificado").click()
    picture(page, "imprimir")
    here = page.url
    for paper in ("Hoja de sellos para recortar", "Tarjeta para el puesto"):
        page.goto(here)  # a browser keeps to itself what its viewer shows
        page.get_by_label(paper).check()
        with page.expect_response(re.compile("papel.pdf")) as answer:
            page.get_by_role("button", name="Hacer el PDF").click(no_wait_after=True)
        assert answer.value.status == 200
        made = page.request.get(answer.value.url).body()
        assert len(pypdfium2.PdfDocument(made)) == 1


def the_committee_gives_account(page: Page, picture: Camera) -> None:
    page.goto("/rendicion")
    page.locator("main").get_by_role("link", name=re.compile("Comité")).first.click()
    picture(page, "rendicion")
    link = page.get_by_role("link", name="Afiche A3 para la pared (PDF)")
    answer = page.request.get(str(link.get_attribute("href")))
    assert answer.status == 200

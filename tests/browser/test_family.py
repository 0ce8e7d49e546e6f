"""A family nobody knew yet, from the first paper to its seal: every page of the way, by hand."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import Camera, Opening, both_ways
from tests.browser.steps import today
from tests.serving import Server

FAMILY = "Justina Mamani Choque"
COMMUNITY = "Alto Nueva Esperanza"
A_YEAR_AGO = today(-365)
"""Less than any crop's transition, so the land gets the white seal."""


@both_ways
def test_a_family_comes_in_is_visited_and_gets_its_seal(
    server: Server, person: Opening, picture: Camera
) -> None:
    coordinator, secretary = person(server, "coordinadora"), person(server, "secretaria")
    a_family_is_registered(secretary, picture)
    ronda = a_round_is_opened_for_its_community(coordinator)
    evaluators_are_sent(coordinator, picture)
    visit = the_form_is_typed_from_paper(secretary, ronda, picture)
    whoever_reviews_is_another(coordinator, visit)
    meeting = the_body_decides(coordinator, ronda)
    the_secretary_closes(secretary, meeting)
    expect(secretary.get_by_role("cell", name="En transición")).to_be_visible()
    secretary.get_by_role("link", name="Página").click()
    expect(secretary.get_by_role("heading", level=1)).to_have_text("VÁLIDO")
    expect(secretary.get_by_text("Sello en transición")).to_be_visible()
    expect(secretary.get_by_role("heading", name=FAMILY)).to_be_visible()
    picture(secretary, "sello-en-transicion", on="phone")


def a_family_is_registered(page: Page, picture: Camera) -> None:
    page.goto("/productores")
    page.get_by_role("link", name="Registrar un productor").click()
    page.get_by_label("Nombres").fill("Justina")
    page.get_by_label("Apellidos").fill("Mamani Choque")
    page.get_by_label("Sexo").select_option("woman")
    page.get_by_label("Acepta que su nombre se publique").check()
    page.get_by_label("Comunidad").fill(COMMUNITY)
    page.get_by_label("Fecha de inscripción").fill(today())
    page.get_by_label("El comité ya lo admitió").check()
    page.get_by_label("Firma de la carta de compromiso").fill(today())
    page.get_by_label("Superficie", exact=True).fill("2500")
    page.get_by_label("insumo prohibido?").select_option("date")
    page.get_by_label("Fecha del último insumo").fill(A_YEAR_AGO)
    crop = page.get_by_role("group", name="Cultivo o rubro 1")
    crop.get_by_label("Producto").select_option("haba")
    crop.get_by_label("Superficie sembrada").fill("2500")
    picture(page, "registrar")
    page.get_by_role("button", name="Registrar").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(FAMILY)
    picture(page, "familia")


def a_round_is_opened_for_its_community(page: Page) -> str:
    page.goto("/rondas")
    page.get_by_role("link", name="Abrir una ronda").click()
    page.get_by_label(re.compile(f"^{COMMUNITY}")).check()
    page.get_by_label("Nombre de la ronda").fill("Ronda de nuevas familias")
    page.get_by_label("Primer día de visitas").fill(today())
    page.get_by_label("Último día de visitas").fill(today())
    page.get_by_role("button", name="Crear la ronda").click()
    page.get_by_role("link", name="Volver a la ronda").first.click()
    expect(page.get_by_text("Abierta").first).to_be_visible()
    return page.url


def evaluators_are_sent(page: Page, picture: Camera) -> None:
    page.get_by_role("link", name="Asignar evaluadores").click()
    picture(page, "asignar")
    page.get_by_role("button", name="Asignar toda la propuesta").click()
    expect(page.get_by_role("button", name="Liberar").first).to_be_visible()


def the_form_is_typed_from_paper(page: Page, ronda: str, picture: Camera) -> str:
    page.goto(ronda)
    page.get_by_role("rowheader").get_by_role("link").click()
    picture(page, "ficha", above="Suelo")
    page.get_by_label("Día de la visita").fill(today())
    page.get_by_role("group", name="Parcelas que se vieron").get_by_role("checkbox").check()
    page.get_by_role("button", name="Guardar y entregar").click()
    expect(page.get_by_role("alert")).to_be_visible()
    for answer in page.get_by_role("radio", name="Cumple", exact=True).all():
        answer.check()
    page.get_by_role("button", name="Guardar borrador").click()
    page.get_by_text("Anotar la conformidad").first.click()
    page.get_by_role("button", name="Anotar la conformidad").click()
    expect(page.get_by_text("Conformidad anotada")).to_be_visible()
    page.get_by_role("button", name="Guardar y entregar").click()
    expect(page.get_by_text("Ficha entregada")).to_be_visible()
    return page.url


def whoever_reviews_is_another(page: Page, visit: str) -> None:
    page.goto(visit)
    page.get_by_role("button", name="Dar por revisada").click()
    expect(page.get_by_text("Revisada").first).to_be_visible()


def the_body_decides(page: Page, ronda: str) -> str:
    page.goto(ronda)
    page.get_by_role("button", name="Pasar a deliberación").click()
    page.goto("/reuniones/nueva")
    page.get_by_label("Ronda que se decide").select_option(label="Ronda de nuevas familias")
    page.get_by_label("Número de acta").fill("09/2026")
    page.get_by_label("Lugar").fill("Casa comunal")
    page.get_by_role("button", name="Empezar la reunión").click()
    seats = page.get_by_role("group", name="¿Quiénes están presentes?").get_by_role("checkbox")
    for place in range(seats.count()):
        seats.nth(place).check()
    page.get_by_role("button", name="Guardar la asistencia").click()
    expect(page.get_by_text("Cumple todo")).to_be_visible()
    page.get_by_role("button", name="Guardar las decisiones").click()
    return page.url


def the_secretary_closes(page: Page, meeting: str) -> None:
    page.goto(meeting)
    page.get_by_role("link", name="Revisar y cerrar el acta").click()
    page.get_by_role("button", name="Cerrar el acta y otorgar").click()
    expect(page.get_by_text("Sellos otorgados: 1")).to_be_visible()

"""The main pages and every paper open, and `make pictures` keeps them for docs/gallery.md."""

import re
from collections.abc import Iterator
from typing import NamedTuple

import pypdfium2
import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Camera, Opening, Printer
from tests.browser.test_fair import a_stall_at_the_fair
from tests.serving import Server

A4, A3 = (595, 842), (842, 1191)
ROW = "main tbody th a"


class Shown(NamedTuple):
    who: str
    path: str
    follow: str = ""
    """A link on that page that leads to the one that is shown."""


PAGES = {
    "portada": Shown("", "/"),
    "verificar": Shown("", "/verificar"),
    "reglas": Shown("", "/reglas"),
    "datos": Shown("", "/datos"),
    "ayuda": Shown("", "/ayuda"),
    "entrar": Shown("", "/entrar"),
    "mi-sello": Shown("", "/mi-sello"),
    "productores": Shown("coordinadora", "/productores"),
    "productor": Shown("coordinadora", "/productores?sello=valid", "#resultados tbody a"),
    "rondas": Shown("coordinadora", "/rondas"),
    "reuniones": Shown("coordinadora", "/reuniones"),
    "sellos": Shown("coordinadora", "/sellos"),
    "renovar": Shown("coordinadora", "/sellos/renovar"),
    "denuncias-recibidas": Shown("coordinadora", "/denuncias-recibidas"),
    "sanciones": Shown("coordinadora", "/sanciones"),
    "reglas-del-comite": Shown("coordinadora", "/comites/1/reglas"),
    "usuarios": Shown("coordinadora", "/usuarios"),
    "importar": Shown("coordinadora", "/importaciones/nueva"),
    "mis-visitas": Shown("evaluador", "/visitas"),
    "conciliacion": Shown("control", "/registro/conciliacion"),
}
ON_THE_PHONE = (
    *("portada", "productores", "productor", "rondas", "reuniones", "sellos", "mis-visitas"),
)


@pytest.mark.parametrize("who", sorted({shown.who for shown in PAGES.values()}))
def test_the_main_pages_open(
    library: Server, person: Opening, picture: Camera, screen: str, who: str
) -> None:
    page = person(library, who)
    for name, shown in PAGES.items():
        if shown.who != who:
            continue
        answer = page.goto(shown.path)
        assert answer is not None
        assert answer.status == 200, name
        if shown.follow:
            page.locator(shown.follow).first.click()
            page.wait_for_load_state()
        if screen == "desk":
            picture(page, name)
        elif name in ON_THE_PHONE:
            picture(page, f"{name}-en-el-telefono", on="phone")


@pytest.mark.parametrize("screen", ["desk"])
def test_every_paper_is_made(office: Server, person: Opening, paper: Printer) -> None:
    page = person(office, "coordinadora")
    for name, size, made in papers(page):
        document = pypdfium2.PdfDocument(made)
        sheet = document[0].get_size()
        assert tuple(map(round, sorted(sheet))) == size, name
        paper(made, name)
        if name.startswith("ficha"):
            assert len(document) == 2
            paper(made, f"{name}-reverso", 1)


def papers(page: Page) -> Iterator[tuple[str, tuple[int, int], bytes]]:
    code = a_stall_at_the_fair(page).code
    printed = f"/sellos/imprimir/papel.pdf?sello={code}"
    yield "hoja-de-sellos", A4, pdf(page, f"{printed}&papel=seals&perfil=carried")
    yield "hoja-de-sellos-cortos", A4, pdf(page, f"{printed}&papel=seals&perfil=short")
    yield "tarjeta-de-puesto", A4, pdf(page, f"{printed}&papel=cards")
    yield "etiquetas", A4, labels(page, code)
    yield "talones", A4, slips(page, code)
    ronda = address(page, "/rondas?estado=open", "main tbody tr:nth-child(2) th a")
    yield "ficha-en-blanco", A4, pdf(page, f"{ronda}/ficha.pdf")
    visit = address(page, f"{ronda}?estado=assigned", "main tbody th a")
    yield "ficha-prellenada", A4, pdf(page, f"{visit}/ficha.pdf")
    yield "hoja-de-ruta", A4, pdf(page, f"{ronda}/hoja-de-ruta.pdf")
    yield "afiche", A3, pdf(page, "/rendicion/1/afiche.pdf")


def address(page: Page, path: str, link: str) -> str:
    page.goto(path)
    return str(page.locator(link).first.get_attribute("href"))


def pdf(page: Page, path: str) -> bytes:
    answer = page.request.get(path)
    assert answer.status == 200, path
    assert answer.headers["content-type"] == "application/pdf"
    return answer.body()


def labels(page: Page, code: str) -> bytes:
    """Numbers are given first; the paper is printed from them."""
    page.goto(f"/sellos/etiquetas?sello={code}")
    page.get_by_label("Contenido de un envase").fill("5")
    page.get_by_label("Cuántas etiquetas").fill("30")
    page.get_by_role("button", name="Dar los números").click()
    link = page.locator("a[href*='papel.pdf?lote=']").first
    return pdf(page, str(link.get_attribute("href")))


def slips(page: Page, code: str) -> bytes:
    """The answer to the form is the paper itself."""
    path = f"/sellos/talones?sello={code}"
    page.goto(path)
    form = page.locator("form").filter(has_text="Imprimir talones nuevos")
    fields = {
        str(field.get_attribute("name")): str(field.get_attribute("value"))
        for field in form.locator("input").all()
    }
    answer = page.request.post(path, form=fields)
    assert re.match(r"application/pdf", answer.headers["content-type"])
    return answer.body()

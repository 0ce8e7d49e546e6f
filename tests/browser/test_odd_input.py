"""Names of all kinds and values that cannot be: a clear sentence beside the field, and the same in
the summary on top, on the smallest of phones."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Opening, both_ways
from tests.browser.steps import today, told_day, unfolded
from tests.serving import Server

SMALLEST = 320
NAMES = {
    "eñe": ("Ñusta", "Ñáñez Peña"),
    "apostrophes": ("Ch'aska", "O'Brien D’Agostino"),
    "quechua": ("Q'illu Sik'imira", "Ch'uñu Wallp'a K'anchiy"),
    "script": ("<script>alert(1)</script>", '<b>Mamani</b> & "Cía"'),
}
MARKS = "\u200f\u202e"
"""Signs that turn what follows them around, and cannot be seen."""


@pytest.fixture(params=["phone"])
def screen(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def a_family(page: Page, names: str, surnames: str) -> None:
    page.goto("/productores/nuevo")
    page.get_by_label("Nombres").fill(names)
    page.get_by_label("Apellidos").fill(surnames)
    page.get_by_label("Comunidad").fill("Alto Nueva Esperanza")
    page.get_by_label("Fecha de inscripción").fill(today())
    page.get_by_label("Superficie", exact=True).fill("2500")
    page.get_by_label("insumo prohibido?").select_option("never")


def registered(page: Page) -> None:
    page.get_by_role("button", name="Registrar").click()
    page.wait_for_url(re.compile(r"/productores/P\d+$"))


def test_every_name_is_kept_and_shown_as_it_was_written(office: Server, person: Opening) -> None:
    page = person(office, "secretaria", width=SMALLEST)
    for names, surnames in NAMES.values():
        a_family(page, names, surnames)
        registered(page)
        expect(page.get_by_role("heading", level=1)).to_have_text(f"{names} {surnames}")
        page.goto(f"{page.url}/corregir")
        expect(page.get_by_label("Nombre con el que se lo conoce")).to_have_value(
            f"{names} {surnames}"
        )


def test_marks_that_turn_a_name_around_are_left_out(office: Server, person: Opening) -> None:
    page = person(office, "secretaria", width=SMALLEST)
    a_family(page, f"Wara{MARKS}", f"{MARKS}Condori")
    registered(page)
    assert page.get_by_role("heading", level=1).inner_text() == "Wara Condori"


@both_ways
def test_values_that_cannot_be_are_told_beside_the_field_and_on_top(
    office: Server, person: Opening
) -> None:
    page = person(office, "secretaria", width=SMALLEST)
    a_family(page, "Ñusta", "Flores")
    page.get_by_label("Fecha de inscripción").fill(today(40))
    page.get_by_label("Superficie", exact=True).fill("0")
    page.get_by_role("button", name="Registrar").click()
    told = {
        "enrolment-enrolled_on": f"La fecha {told_day(40)} todavía no llegó.",
        "units-0-plots-0-area_m2": "La superficie tiene que ser mayor que 0 m².",
    }
    on_top = page.get_by_role("alert").get_by_role("link")
    expect(on_top).to_have_count(len(told))
    for name, words in told.items():
        expect(page.locator(f"#f-{name}-error")).to_contain_text(words)
        link = on_top.filter(has_text=words)
        link.click()
        expect(page.locator(f"#f-{name}")).to_be_focused()
        expect(page.locator(f"#f-{name}-error")).to_be_in_viewport()
    expect(page.get_by_label("Nombres")).to_have_value("Ñusta")
    assert wide(page) <= SMALLEST


@both_ways
def test_a_photo_of_30_mb_is_told_beside_its_field(
    office: Server, person: Opening, tmp_path: Path
) -> None:
    photo = tmp_path / "IMG_0001.jpg"
    photo.write_bytes(b"\xff\xd8\xff\xe0" + bytes(30_000_000))
    page = person(office, "evaluador", width=SMALLEST)
    page.goto("/visitas?estado=assigned")
    page.locator("main tbody th a").first.click()
    form = unfolded(page.locator("main"), "Agregar fotos")
    form.get_by_label("Fotos").set_input_files(photo)
    form.get_by_label("Leyenda").fill("El depósito")
    form.get_by_role("button", name="Agregar fotos").click()
    words = "La foto es demasiado grande: a lo más 20 MB"
    expect(page.get_by_role("alert")).to_contain_text(words)
    expect(page.locator("#f-photos-error")).to_contain_text(words)
    expect(form.get_by_label("Leyenda")).to_have_value("El depósito")
    assert wide(page) <= SMALLEST


@both_ways
def test_a_plot_elsewhere_is_doubted_and_one_abroad_is_refused(
    office: Server, person: Opening
) -> None:
    page = person(office, "secretaria", width=SMALLEST)
    a_family(page, "Inti", "Quispe")
    registered(page)
    page.locator("main a[href^='/unidades/']").first.click()
    page.get_by_role("link", name="Contorno").click()
    outline = page.url
    page.get_by_label("O el texto del GeoJSON").fill(a_point(-3.7, 40.4))
    page.get_by_role("button", name="Guardar").click()
    expect(page.get_by_role("alert")).to_contain_text("fuera de Bolivia")
    expect(page.locator("#f-geojson-error")).to_contain_text("fuera de Bolivia")
    assert page.url == outline
    page.get_by_label("O el texto del GeoJSON").fill(a_point(-58.1, -17.9))
    page.get_by_role("button", name="Guardar").click()
    warning = page.locator(".notice.warning").filter(has_text="¿Está bien ubicado?")
    expect(warning).to_contain_text("km")
    assert wide(page) <= SMALLEST


def a_point(lon: float, lat: float) -> str:
    return json.dumps({"type": "Point", "coordinates": [lon, lat]})


def wide(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth"))

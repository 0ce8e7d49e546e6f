"""A day of an evaluator: from the work list to a visit that is handed in, sent back and completed;
on a phone without scripts as well."""

from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Camera, Opening, both_ways
from tests.browser.steps import matter, today, unfolded
from tests.serving import Server

WORD = "Ñuqayku mana hampita churanchu; el k'uchuchu es de nuestra jallp'a."
FOUND = "Un saco de urea junto al depósito"


@both_ways
def test_a_visit_is_filled_handed_in_sent_back_and_completed(
    office: Server, person: Opening, picture: Camera, scripts: bool, tmp_path: Path
) -> None:
    evaluator = person(office, "evaluador")
    visit = the_first_visit_of_the_list(evaluator)
    the_visit_is_begun(evaluator)
    dimensions = evaluator.locator("section.dimension")
    for place in range(dimensions.count()):
        a_part_is_filled(dimensions.nth(place), leaving_one=place == dimensions.count() - 1)
        if place == 0:
            a_finding_is_written_beside_its_question(evaluator, dimensions.nth(0), scripts)
            picture(evaluator, "hallazgo", on="phone", above="Hallazgo en este punto")
        kept_and_on(evaluator, dimensions.nth(place))
    expect(dimensions.nth(0).locator(".noted")).to_contain_text(FOUND)
    evaluator.get_by_label("Lo que la familia quiere decir").fill(WORD)
    what_lacks_is_told_and_mended(evaluator)
    a_photo_is_added(evaluator, photo_of_a_phone(tmp_path / "IMG 0001.jpg"))
    the_family_agrees_before_a_witness(evaluator)
    handed_in(evaluator)

    coordinator = person(office, "coordinadora")
    coordinator.goto(visit)
    expect(coordinator.get_by_text(WORD)).to_be_visible()
    coordinator.get_by_label("O devuélvala: ¿qué falta?").fill("Falta decir quiénes estuvieron.")
    coordinator.get_by_role("button", name="Devolver la visita").click()
    expect(coordinator.get_by_text("Visita devuelta a sus evaluadores.")).to_be_visible()

    what_came_back_is_completed(evaluator, visit)
    coordinator.goto(visit)
    coordinator.get_by_role("button", name="Dar por revisada").click()
    expect(coordinator.get_by_text("Visita revisada.")).to_be_visible()


def the_first_visit_of_the_list(page: Page) -> str:
    """One that nobody began. All visits stand at *Mis visitas*, those to do first."""
    page.goto("/visitas")
    expect(page.locator("main tbody tr").first).not_to_contain_text("Revisada")
    waiting = matter(page, "Sus visitas por hacer").get_by_role("listitem")
    waiting.filter(has_text="Asignada").get_by_role("link").first.click()
    page.wait_for_url("**/visitas/*")
    return page.url


def the_visit_is_begun(page: Page) -> None:
    page.get_by_label("Día de la visita").fill(today())
    for plot in (
        page.get_by_role("group", name="Parcelas que se vieron").get_by_role("checkbox").all()
    ):
        plot.check()
    page.get_by_label("Latitud").fill("-16,54")
    page.get_by_label("Longitud").fill("-67,71")


def a_part_is_filled(dimension: Locator, *, leaving_one: bool) -> None:
    items = dimension.locator(".item")
    for place in range(items.count() - leaving_one):
        items.nth(place).get_by_label("Cumple", exact=True).check()


def a_finding_is_written_beside_its_question(page: Page, dimension: Locator, scripts: bool) -> None:
    """With a script there is room for it at once; without, the button brings the page with it."""
    item = dimension.locator(".item").filter(has_not_text="Punto crítico").first
    item.get_by_label("No cumple").check()
    more = unfolded(item, "Nota o hallazgo")
    more.get_by_label("Nota").fill("Dice que es del vecino")
    if not scripts:
        more.get_by_role("button", name="Anotar un hallazgo en este punto").click()
        expect(page.get_by_text("Borrador guardado.")).to_be_visible()
        expect(more.get_by_label("Nota")).to_have_value("Dice que es del vecino")
    more.get_by_label("Mayor").check()
    more.get_by_label("Qué se halló").fill(FOUND)
    more.get_by_label("Qué hay que hacer").fill("Devolverlo y limpiar el depósito")
    more.get_by_label("Plazo para corregir").fill(today(60))


def kept_and_on(page: Page, dimension: Locator) -> None:
    dimension.get_by_role("button", name="Guardar y seguir").click()
    expect(page.locator(".notice.success")).to_contain_text("Borrador guardado.")


def what_lacks_is_told_and_mended(page: Page) -> None:
    page.get_by_role("button", name="Guardar y entregar").click()
    expect(page.get_by_text("todavía no se puede entregar")).to_be_visible()
    lacking = page.get_by_role("alert").get_by_role("link")
    expect(lacking).to_have_count(1)
    lacking.click()
    item = page.locator(".item.has-error")
    expect(item.locator(".error")).to_be_in_viewport()
    item.get_by_label("No aplica").check()
    page.get_by_role("button", name="Guardar borrador").click()
    expect(page.get_by_text("Borrador guardado.")).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)


def photo_of_a_phone(path: Path) -> Path:
    tagged = Image.Exif()
    tagged[0x0110] = "Teléfono viejo"
    Image.new("RGB", (1600, 1200), "olivedrab").save(path, exif=tagged)
    return path


def a_photo_is_added(page: Page, path: Path) -> None:
    form = unfolded(page.locator("main"), "Agregar fotos")
    form.get_by_label("Fotos").set_input_files(path)
    form.get_by_label("Leyenda").fill("El depósito")
    form.get_by_role("button", name="Agregar fotos").click()
    expect(page.get_by_text("Fotos agregadas: 1.")).to_be_visible()
    shown = page.get_by_role("img", name="El depósito")
    shown.scroll_into_view_if_needed()
    large = shown.locator("xpath=..").get_attribute("href")
    photo = Image.open(BytesIO(page.request.get(str(large)).body()))
    assert not photo.getexif()


def the_family_agrees_before_a_witness(page: Page) -> None:
    form = unfolded(page.locator("main"), "Anotar la conformidad")
    form.get_by_label("Puso su marca o huella ante testigo").check()
    form.get_by_role("button", name="Anotar la conformidad").click()
    expect(form.locator(".error")).to_contain_text("escriba el nombre de un testigo")
    form.get_by_role("textbox", name="Testigo").fill("Hilarión Rocha")
    form.get_by_role("button", name="Anotar la conformidad").click()
    expect(page.get_by_text("Conformidad anotada.")).to_be_visible()


def handed_in(page: Page) -> None:
    page.get_by_role("button", name="Guardar y entregar").click()
    expect(page.get_by_text("Ficha entregada.")).to_be_visible()


def what_came_back_is_completed(page: Page, visit: str) -> None:
    page.goto("/inicio")
    page.locator(f"a[href='{visit[visit.index('/visitas') :]}']").first.click()
    expect(page.get_by_text("Falta decir quiénes estuvieron.")).to_be_visible()
    page.get_by_label("Quiénes estuvieron presentes").fill("Doña Ñusta y su hijo")
    page.get_by_role("button", name="Guardar borrador").click()
    expect(page.get_by_text("Borrador guardado.")).to_be_visible()
    if page.get_by_text("El productor todavía no dio su conformidad").count():
        the_family_agrees_before_a_witness(page)
    handed_in(page)

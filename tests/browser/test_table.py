"""Two people at a meeting's table, in the browser: seats, conditions, and who was overtaken."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from spg_registry.core.db import Database
from spg_registry.core.keys import open_keyring
from tests.browser.conftest import Opening
from tests.cast import PASSWORD, Cast
from tests.faults.test_server import CLOCK_STANDS
from tests.seals.stories import convened, ready
from tests.serving import Server, serving

FAMILIES = ("Justina", "Basilia", "Wara")


@pytest.fixture
def table(databases: Any, staged: tuple[str, Cast], tmp_path: Path) -> Iterator[tuple[Server, str]]:
    """Three families wait for a decision, and nobody has been noted present."""
    pattern, cast = staged
    address = databases.copy(pattern)
    database = Database(address, pool_size=1)
    with database.write(cast.now) as session:
        visits = ready(session, cast, *FAMILIES)
        here = f"/reuniones/{convened(session, cast, visits[0].round_id, present=()).id}"
    database.dispose()
    open_keyring(tmp_path / "data").ensure(cast.now)
    with serving(tmp_path, address, app=CLOCK_STANDS) as running:
        yield running, here
    databases.drop(address)


def enters(page: Page, name: str, here: str) -> Page:
    page.goto("/entrar")
    page.get_by_label("Usuario").fill(name)
    page.get_by_label("Contraseña").fill(PASSWORD)
    page.get_by_role("button", name="Entrar").click()
    page.wait_for_url("**/inicio")
    page.goto(here)
    return page


def test_a_seat_that_is_ticked_again_is_kept_again(
    table: tuple[Server, str], person: Opening
) -> None:
    server, here = table
    page = enters(person(server), "rosa", here)
    seats = page.get_by_role("group", name="¿Quiénes están presentes?").get_by_role("checkbox")
    for present in (True, False, True):
        with page.expect_response("**/asistencia"):
            seats.first.set_checked(present)
        expect(page.get_by_text("Asistencia guardada.")).to_be_visible()
        page.wait_for_load_state("networkidle")
    page.reload()
    expect(seats.first).to_be_checked()


def test_conditions_are_added_as_they_are_written_and_the_second_hand_is_told(
    table: tuple[Server, str], person: Opening
) -> None:
    server, here = table
    rosa, lidia = enters(person(server), "rosa", here), enters(person(server), "lidia", here)
    row = rosa.locator("section.deal").first
    row.get_by_label("Decisión").select_option("with_conditions")
    row.get_by_label("Motivos").fill("Falta cercar")
    conditions = row.locator(".condition")
    expect(conditions).to_have_count(2)
    for place, text in enumerate(("Cercar el pozo", "Traer el croquis", "Sembrar la barrera")):
        conditions.nth(place).get_by_role("textbox").first.fill(text)
        conditions.nth(place).get_by_label("Hasta cuándo").fill("2026-09-01")
    expect(conditions).to_have_count(4)
    rosa.get_by_role("button", name="Guardar las decisiones").click()
    expect(rosa.get_by_text("Decisiones guardadas")).to_be_visible()
    kept = rosa.locator("section.deal").first.locator(".condition input[type=text]")
    values = [field.input_value() for field in kept.all()]
    assert values[:3] == ["Cercar el pozo", "Traer el croquis", "Sembrar la barrera"]

    hers = lidia.locator("section.deal").first
    hers.get_by_label("Decisión").select_option("not_approved")
    hers.get_by_label("Motivos").fill("Fumiga")
    lidia.get_by_role("button", name="Guardar las decisiones").click()
    expect(lidia.get_by_role("alert")).to_contain_text("Otra persona")
    expect(hers).to_contain_text("Ahora dice: Con condiciones")
    expect(hers.get_by_label("Motivos")).to_have_value("Fumiga")

    off = rosa.locator("section.deal").first
    off.get_by_label("Decisión").select_option("")
    rosa.get_by_role("button", name="Guardar las decisiones").click()
    expect(rosa.get_by_text("Quitadas de la mesa (1)")).to_be_visible()

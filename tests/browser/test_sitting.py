"""The sitting of `docs/sitting.md`: 25 producers, from the call to the printed seals.

Clicks and typed fields are counted by the page itself, from the real events of a pointer and a
keyboard. Seconds are those of server and page as they pass, and beside them a stated time to look
and think for each act. The yardstick is ten minutes of screen time (experience.md).
"""

import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from playwright.sync_api import Locator, Page, expect

from spg_registry.core.db import Database
from spg_registry.core.keys import open_keyring
from spg_registry.core.schema import PROJECT
from spg_registry.producers.models import Producer
from spg_registry.producers.schemas import InterestIn
from spg_registry.producers.service import declare_interests
from spg_registry.rules.words import InterestKind
from tests.browser.conftest import Camera, Opening, Printer
from tests.cast import PASSWORD, TODAY, Cast
from tests.faults.test_server import CLOCK_STANDS
from tests.producers.families import crop, unit
from tests.seals.stories import ready
from tests.serving import Server, serving

RECORD = PROJECT / "docs" / "sitting.md"
YARDSTICK = 600
PATIENCE = 60_000
"""Milliseconds: a busy machine makes the seconds longer, not the test fail."""
FAMILIES = (
    *("Justina", "Basilia", "Wara", "Ñusta", "Primitiva", "Saturnina", "Encarnación", "Dionisia"),
    *("Celestino", "Bernardo", "Antonio", "Freddy", "Teodoro", "Calixto", "Valentín", "Inés"),
    *(
        "Damiana",
        "Alicia",
        "Martha",
        "Bertha",
        "Grover",
        "Lorenzo",
        "Jacinta",
        "Silveria",
        "Asunta",
    ),
)
KEY_SECONDS = 0.35
"""A slow typist, for each letter."""

COUNTING = """
for (const kind of ["pointerdown", "keydown", "change"]) {
  document.addEventListener(kind, (event) => {
    if (event.isTrusted) window.counted(kind, event.target.id || event.target.name || "");
  }, true);
}
"""


@dataclass
class Act:
    name: str
    think: float
    """Seconds to look, talk and decide; the people in the room are waited for, not counted."""
    clicks: int = 0
    keys: int = 0
    fields: frozenset[str] = frozenset()
    machine: float = 0.0

    @property
    def seconds(self) -> float:
        return self.think + self.keys * KEY_SECONDS + self.machine


class Tally:
    """What was done, act by act."""

    def __init__(self) -> None:
        self.acts: list[Act] = []

    def watch(self, page: Page) -> None:
        """From now on the page says of itself what a hand did to it."""
        page.expose_binding("counted", lambda _source, kind, target: self._count(kind, target))
        page.add_init_script(COUNTING)

    def _count(self, kind: str, target: str) -> None:
        act = self.acts[-1]
        if kind == "pointerdown":
            act.clicks += 1
        elif kind == "keydown":
            act.keys += 1
            act.fields |= {target}

    @contextmanager
    def act(self, name: str, think: float) -> Iterator[None]:
        self.acts.append(Act(name, think))
        yield

    @contextmanager
    def machine(self) -> Iterator[None]:
        """What passes between a press and the page that answers it."""
        begun = time.perf_counter()
        yield
        self.acts[-1].machine += time.perf_counter() - begun

    def press(self, what: Locator, shown: Callable[[], None]) -> None:
        with self.machine():
            what.click()
            shown()

    def rows(self) -> list[str]:
        told = [
            "| act | clicks | fields typed | keys | machine, s | thinking, s | all, s |",
            "|---|---:|---:|---:|---:|---:|---:|",
        ]
        for act in self.acts:
            told.append(
                f"| {act.name} | {act.clicks} | {len(act.fields)} | {act.keys} "
                f"| {act.machine:.1f} | {act.think:.0f} | {act.seconds:.0f} |"
            )
        clicks, fields, keys = self.counts()
        machine = sum(act.machine for act in self.acts)
        think = sum(act.think for act in self.acts)
        told.append(
            f"| **all** | **{clicks}** | **{fields}** | **{keys}** | **{machine:.1f}** "
            f"| **{think:.0f}** | **{self.seconds():.0f}** |"
        )
        return told

    def counts(self) -> tuple[int, int, int]:
        return (
            sum(act.clicks for act in self.acts),
            sum(len(act.fields) for act in self.acts),
            sum(act.keys for act in self.acts),
        )

    def seconds(self) -> float:
        return sum(act.seconds for act in self.acts)


def seen(what: Locator) -> None:
    expect(what).to_be_visible(timeout=PATIENCE)


def told(where: Locator, words: str) -> None:
    expect(where).to_contain_text(words, timeout=PATIENCE)


def typed(field: Locator, words: str) -> None:
    field.click()
    field.press_sequentially(words)


def enters(page: Page, tally: Tally, name: str) -> None:
    page.goto("/entrar")
    typed(page.get_by_label("Usuario"), name)
    typed(page.get_by_label("Contraseña"), PASSWORD)
    entered = page.get_by_role("button", name="Entrar")
    tally.press(entered, lambda: page.wait_for_url("**/inicio"))


@pytest.fixture
def hall(databases: Any, staged: tuple[str, Cast], tmp_path: Path) -> Iterator[Server]:
    """The office of committee A: a round of 25 families in deliberation, a member who is kin to
    one of them, and the clock standing on the day of the meeting."""
    pattern, cast = staged
    address = databases.copy(pattern)
    database = Database(address, pool_size=1)
    with database.write(cast.now) as session:
        land = unit(crops=[crop("papa"), crop("haba")])
        visits = ready(session, cast, *FAMILIES, units=[land])
        tie = InterestIn(
            person_id=cast.persons["elena"],
            producer_code=session.get_one(Producer, visits[7].producer_id).code,
            kind=InterestKind.KIN,
            degree=1,
            since=date(2020, 1, 1),
        )
        declare_interests(session, cast.secretary, cast.now, [tie])
    database.dispose()
    open_keyring(tmp_path / "data").ensure(cast.now)
    with serving(tmp_path, address, app=CLOCK_STANDS) as running:
        yield running
    databases.drop(address)


@pytest.mark.parametrize("screen", ["desk"], indirect=True)
def test_25_producers_are_decided_and_sealed_in_one_sitting(
    hall: Server, person: Opening, picture: Camera, paper: Printer
) -> None:
    tally = Tally()
    coordinator = person(hall)
    tally.watch(coordinator)
    with tally.act("The coordinator signs in", 3):
        enters(coordinator, tally, "rosa")
    calls_the_meeting(coordinator, tally, picture)
    paper(pdf_of(coordinator, "convocatoria.pdf"), "convocatoria")
    notes_who_came(coordinator, tally)
    accepts_the_recusals(coordinator, tally)
    changes_two_rows(coordinator, tally)
    decides_all_others(coordinator, tally, picture)
    meeting = coordinator.url.partition("?")[0].partition("#")[0]

    secretary = person(hall)
    tally.watch(secretary)
    with tally.act("The secretary signs in: nobody grants alone", 3):
        enters(secretary, tally, "lidia")
    closes_the_acta(secretary, tally, meeting)
    prints(secretary, tally, paper)

    rows = tally.rows()
    print("\n".join(["", *rows]))  # noqa: T201  # the record, with `pytest -s`
    assert tally.seconds() < YARDSTICK
    if "SPG_PICTURES" in os.environ:
        keep(rows)
    clicks, fields, keys = tally.counts()
    total = f"| **all** | **{clicks}** | **{fields}** | **{keys}** |"
    assert total in RECORD.read_text(), "make pictures"


def calls_the_meeting(page: Page, tally: Tally, picture: Camera) -> None:
    with tally.act("Calls the meeting: only the place is typed", 20):
        page_of = page.get_by_role("navigation", name="Principal")
        tally.press(
            page_of.get_by_role("link", name="Reuniones"),
            lambda: page.wait_for_url("**/reuniones"),
        )
        tally.press(
            page.get_by_role("link", name="Convocar una reunión"),
            lambda: page.wait_for_url("**/reuniones/nueva"),
        )
        picture(page, "convocar")
        typed(page.get_by_label("Lugar"), "Casa comunal")
        begun = page.get_by_role("button", name="Empezar la reunión")
        tally.press(begun, lambda: page.wait_for_url(re.compile(r"/reuniones/\d+$")))
    expect(page.locator("#resumen")).to_contain_text(f"{len(FAMILIES)} en lista")


def notes_who_came(page: Page, tally: Tally) -> None:
    """All but one, each ticked; the quorum is said by the server after each."""
    seats = page.get_by_role("group", name="¿Quiénes están presentes?").get_by_role("checkbox")
    with tally.act("Ticks who came: four of five, the quorum said after each", 2 * seats.count()):
        for place in range(seats.count() - 1):
            with tally.machine():
                seats.nth(place).click()
        with tally.machine():
            expect(page.locator("#quorum")).to_contain_text(
                "Están 4 personas de 5", timeout=PATIENCE
            )
    expect(page.locator("#resumen")).to_contain_text("Hay quórum")


def accepts_the_recusals(page: Page, tally: Tally) -> None:
    with tally.act("Reads the recusals that the data propose, and accepts them", 15):
        tally.press(
            page.get_by_role("button", name="Aceptar estas excusas"),
            lambda: seen(page.get_by_text("Excusas aceptadas")),
        )


def changes_two_rows(page: Page, tally: Tally) -> None:
    """A select is opened and chosen from with the keyboard's first letters, as people do."""
    rows = page.locator("section.deal")
    assert rows.count() == len(FAMILIES)
    due = same_in_either_order(TODAY + timedelta(days=30))
    with tally.act("Reads the 25 families with their verdicts and scopes", 3 * len(FAMILIES)):
        pass
    with tally.act("One family gets a condition with a date, another is refused, with reasons", 20):
        first, second = rows.nth(3), rows.nth(11)
        chosen(first.get_by_label("Decisión"), "con")
        typed(first.get_by_label("Motivos"), "Falta cercar el pozo.")
        typed(first.get_by_label("Condición, o papel"), "Cercar el pozo y avisar.")
        day = first.get_by_label("Hasta cuándo").first
        day.click(position={"x": 18, "y": 20})
        day.press_sequentially(f"{due:%d%m%Y}")
        chosen(second.get_by_label("Decisión"), "no a")
        typed(second.get_by_label("Motivos"), "El vecino fumiga sobre su parcela.")


def same_in_either_order(day: date) -> date:
    """The next 1/1, 2/2, …: a date field wants day and month in the browser's own order."""
    while day.day != day.month:
        day += timedelta(days=1)
    return day


def chosen(select: Locator, letters: str) -> None:
    """Clicked, told by its first letters, and let go."""
    select.click()
    select.press_sequentially(letters)
    select.press("Enter")
    select.blur()


def decides_all_others(page: Page, tally: Tally, picture: Camera) -> None:
    with tally.act("Decides the 25 in one press", 5):
        tally.press(
            page.get_by_role("button", name="que cumplen"),
            lambda: expect(page.get_by_text("Decisiones guardadas")).to_be_visible(
                timeout=PATIENCE
            ),
        )
    expect(page.locator("#resumen")).to_contain_text(f"{len(FAMILIES)} anotadas")
    picture(page, "decidir", above="Decisiones")


def closes_the_acta(page: Page, tally: Tally, meeting: str) -> None:
    with tally.act("The secretary reads what will be granted, and closes the acta", 60):
        with tally.machine():
            page.goto(meeting)
        tally.press(
            page.get_by_role("link", name="Revisar y cerrar", exact=True),
            lambda: page.wait_for_url("**/cierre"),
        )
        tally.press(
            page.get_by_role("button", name="Cerrar el acta y otorgar"),
            lambda: expect(page.get_by_text("El acta está cerrada")).to_be_visible(
                timeout=PATIENCE
            ),
        )


def prints(page: Page, tally: Tally, paper: Printer) -> None:
    with tally.act("Opens the acta to sign and the seals to print", 20):
        acta = opened(page, tally, "Acta para firmar (PDF)")
        seals = opened(page, tally, "Todos los certificados (PDF)")
    paper(acta, "acta")
    assert len(pypdfium2.PdfDocument(seals)) == len(FAMILIES) - 2
    assert "Total: 23 sellos." in text_of(acta)


def opened(page: Page, tally: Tally, label: str) -> bytes:
    """Pressed as a person would, and waited for; what came is asked for once more, since a browser
    keeps to itself what its viewer shows."""
    link, here = page.get_by_role("link", name=label), page.url
    address = link.get_attribute("href") or ""
    with tally.machine(), page.expect_response(f"**{address}") as answer:
        link.click(no_wait_after=True)
    assert answer.value.status == 200
    paper = page.request.get(address).body()
    page.goto(here)
    return paper


def pdf_of(page: Page, name: str) -> bytes:
    return page.request.get(f"{page.url}/{name}").body()


def text_of(pdf: bytes) -> str:
    pages = pypdfium2.PdfDocument(pdf)
    return " ".join(" ".join(p.get_textpage().get_text_bounded().split()) for p in pages)


def keep(rows: list[str]) -> None:
    """The table of the document is this one."""
    before, _, after = RECORD.read_text().partition("<!-- counted -->\n")
    _, _, rest = after.partition("<!-- /counted -->")
    table = "\n".join(rows)
    RECORD.write_text(f"{before}<!-- counted -->\n\n{table}\n\n<!-- /counted -->{rest}")

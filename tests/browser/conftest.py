"""A real server and a real Chromium, on the screens people have."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from io import BytesIO
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Page,
    Playwright,
    Response,
    sync_playwright,
)

from spg_registry.core.keyfiles import locked
from spg_registry.core.schema import PROJECT
from tests.serving import Server, serving

SCREENS = {"phone": (360, 740), "desk": (1280, 800)}
PAPER_WIDTH = 595
"""Pixels of a paper's short side in a picture."""
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--lang=es-BO",
)
PASSWORD = "demo"

WATCH = """
addEventListener("load", () => requestAnimationFrame(() => {
  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth > clientWidth) {
    window.told(`${location.pathname} is ${scrollWidth} px wide on a screen of ${clientWidth}`);
  }
}));
"""
"""Every page of a story says of itself when it does not fit the screen."""

Opening = Callable[..., Page]
"""`person(server, "secretaria")`: a page of a browser of their own, signed in; `person(server)` is
anybody."""

Camera = Callable[..., None]
"""`picture(page, "acta")`: keeps what is on the screen, when pictures are wanted."""


Printer = Callable[..., None]
"""`paper(pdf, "certificado")`: the same for the first page of a PDF, or another."""


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A directory that all processes of a run have in common."""
    mine = tmp_path_factory.getbasetemp()
    return mine if worker_id == "master" else mine.parent


@pytest.fixture(scope="session")
def demonstration(shared: Path) -> Path:
    """A directory with the demonstration in it, loaded as `make run` does it, once a run."""
    place = shared / "demonstration"
    settings = {
        "SPG_DEMO": "1",
        "SPG_DATABASE_URL": f"sqlite:///{place}/registry.db",
        "SPG_DATA_DIR": str(place / "data"),
    }
    command = [sys.executable, "-m", "spg_registry", "setup"]
    with locked(place):  # the first process that comes loads it for all
        if not (place / "loaded").exists():
            subprocess.run(command, cwd=PROJECT, env=os.environ | settings, check=True)
            (place / "loaded").touch()
    return place


def _served(demonstration: Path, place: Path) -> AbstractContextManager[Server]:
    shutil.copytree(demonstration, place, dirs_exist_ok=True)
    return serving(place, ready=True, SPG_DEMO="1")


@pytest.fixture(scope="session")
def library(demonstration: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The demonstration served to readers: nobody may change it."""
    with _served(demonstration, tmp_path_factory.mktemp("library")) as running:
        yield running


@pytest.fixture
def server(demonstration: Path, tmp_path: Path) -> Iterator[Server]:
    """A demonstration of one test's own, which it may change."""
    with _served(demonstration, tmp_path / "served") as running:
        yield running


@pytest.fixture(scope="module")
def office(demonstration: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A demonstration that the tests of one file change together: none minds the others."""
    with _served(demonstration, tmp_path_factory.mktemp("office")) as running:
        yield running


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """The machine's Chromium, else playwright's own; without either the tests fail, not skip."""
    found = os.environ.get("SPG_CHROMIUM") or shutil.which("chromium")
    launched = playwright.chromium.launch(
        executable_path=found,
        headless=True,
        args=list(FLAGS),
        env=os.environ | {"LANGUAGE": "es"},
    )
    yield launched
    launched.close()


@pytest.fixture(params=SCREENS)
def screen(request: pytest.FixtureRequest) -> str:
    """`phone` (360 px) and `desk` (1280 px): a test with a page runs on both."""
    name: str = request.param
    return name


@pytest.fixture
def scripts() -> bool:
    """Whether people's browsers run scripts; `both_ways` plays a story with and without."""
    return True


both_ways = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])


@pytest.fixture
def person(chromium: Browser, screen: str, scripts: bool) -> Iterator[Opening]:
    """Browsers of people. Whatever goes wrong in one of them fails the test: a server's error, a
    missing file, a script's or the content policy's complaint, a page wider than the screen."""
    faults: list[str] = []
    with ExitStack() as browsers:

        def opened(server: Server, name: str = "", width: int = 0) -> Page:
            usual, height = SCREENS[screen]
            context = chromium.new_context(
                base_url=server.url,
                locale="es-BO",
                timezone_id="America/La_Paz",
                viewport={"width": width or usual, "height": height},
                has_touch=screen == "phone",
                accept_downloads=True,
                java_script_enabled=scripts,
            )
            browsers.callback(context.close)
            if scripts:
                context.expose_function("told", lambda words: faults.append(words))
                context.add_init_script(WATCH)
            page = context.new_page()
            page.on("pageerror", lambda error: faults.append(f"script: {error}"))
            page.on("console", lambda said: faults.extend(_complaint(said)))
            page.on("response", lambda answer: faults.extend(_fault_of(answer)))
            if name:
                sign_in(page, name)
            return page

        yield opened
    assert faults == []


def sign_in(page: Page, name: str) -> None:
    page.goto("/entrar")
    page.get_by_label("Usuario").fill(name)
    page.get_by_label("Contraseña").fill(PASSWORD)
    page.get_by_role("button", name="Entrar").click()
    page.wait_for_url("**/inicio")


def _fault_of(answer: Response) -> list[str]:
    """A page may say no, and so may what its script asks for; a part of a page must be there."""
    may_refuse = answer.request.resource_type in ("document", "fetch")
    wrong = answer.status >= (500 if may_refuse else 400)
    return [f"{answer.status} {answer.url}"] if wrong else []


def _complaint(said: ConsoleMessage) -> list[str]:
    """Answers are judged by their status, in `_fault_of`."""
    of_an_answer = said.text.startswith("Failed to load resource")
    return [] if said.type not in ("error", "warning") or of_an_answer else [said.text]


@pytest.fixture
def picture(screen: str, scripts: bool) -> Camera:
    """Writes the documents' pictures where `SPG_PICTURES` says (`make pictures`); else nothing.

    Each picture belongs to one screen. `above` is the words of a heading to begin at.
    """

    def taken(page: Page, name: str, on: str = "desk", above: str = "") -> None:
        if on != screen or not scripts or "SPG_PICTURES" not in os.environ:
            return
        if above:
            heading = page.get_by_role("heading", name=above).first
            heading.evaluate("at => at.scrollIntoView()")
        else:
            page.evaluate("window.scrollTo(0, 0)")
        _keep(name, Image.open(BytesIO(page.screenshot())))

    return taken


@pytest.fixture
def paper(screen: str) -> Printer:
    def printed(pdf: bytes, name: str, number: int = 0) -> None:
        if screen == "desk" and "SPG_PICTURES" in os.environ:
            sheet = pypdfium2.PdfDocument(pdf)[number]
            _keep(name, sheet.render(scale=PAPER_WIDTH / min(sheet.get_size())).to_pil())

    return printed


def _keep(name: str, shown: Image.Image) -> None:
    """A screen has few colours: with a palette the file is a third."""
    path = Path(os.environ["SPG_PICTURES"]) / f"{name}.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    few = shown.convert("RGB").quantize(128, dither=Image.Dither.NONE)
    few.save(path, optimize=True)

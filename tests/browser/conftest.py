"""A real server and a real Chromium, on the screens people have."""

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, Response, sync_playwright

from tests.serving import Server, serving

SCREENS = {"phone": (360, 740), "desk": (1280, 800)}
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The demonstration, set up and served as `make run` does it."""
    with serving(tmp_path_factory.mktemp("served"), SPG_DEMO="1") as running:
        yield running


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """The machine's Chromium, else playwright's own; without either the tests fail, not skip."""
    found = os.environ.get("SPG_CHROMIUM") or shutil.which("chromium")
    launched = playwright.chromium.launch(executable_path=found, headless=True, args=list(FLAGS))
    yield launched
    launched.close()


@pytest.fixture(params=SCREENS)
def screen(request: pytest.FixtureRequest) -> str:
    """`phone` (360 px) and `desk` (1280 px): a test with a page runs on both."""
    name: str = request.param
    return name


@pytest.fixture
def context(chromium: Browser, server: Server, screen: str) -> Iterator[BrowserContext]:
    width, height = SCREENS[screen]
    opened = chromium.new_context(
        base_url=server.url,
        locale="es-BO",
        timezone_id="America/La_Paz",
        viewport={"width": width, "height": height},
        has_touch=screen == "phone",
    )
    yield opened
    opened.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page whose scripts and answers must not fail: any error in it fails the test."""
    opened = context.new_page()
    faults: list[str] = []
    opened.on("pageerror", lambda error: faults.append(f"script: {error}"))
    opened.on("response", lambda answer: faults.extend(_fault_of(answer)))
    yield opened
    assert faults == []


def _fault_of(answer: Response) -> list[str]:
    return [f"{answer.status} {answer.url}"] if answer.status >= 500 else []

"""Every page that a person can reach by links: it is there, says *demostración*, fits, and axe
finds nothing to mend on it, in the light and in the dark."""

import os
import re
from collections import deque
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

from tests.browser.conftest import Opening
from tests.serving import Server

WIDTHS = (320, 360, 1280)
PEOPLE = ("", "coordinadora", "evaluador", "control", "cnape", "admin")
FILES = re.compile(r"\.(pdf|png|svg|csv|jsonl|json|xlsx)$")
NAMES = re.compile(r"[0-9A-HJKMNP-TV-Z]{5}-?[0-9A-HJKMNP-TV-Z]{5}|[PV]\d+(-\d+)*|\d+")
"""What in an address names one of many things of a kind."""


@pytest.fixture
def screen() -> str:
    return "phone"


@pytest.mark.parametrize("who", PEOPLE, ids=lambda name: name or "anybody")
def test_every_page_within_reach_fits_the_screen(
    library: Server, person: Opening, who: str
) -> None:
    page = person(library, who)
    faults: list[str] = []
    seen = {"/": "/"}
    wire: dict[str, int] = {}
    waiting = deque(["/"])
    while waiting:
        path = waiting.popleft()
        faults += faults_of(page, path, wire)
        for found in links_of(page, library.url):
            kind = NAMES.sub("*", found)
            if kind not in seen:
                seen[kind] = found
                waiting.append(found)
    assert not faults, "\n".join(faults)
    if "SPG_PICTURES" in os.environ:
        write_down(wire)
    assert len(seen) > (4 if not who else 8), sorted(seen)


def write_down(wire: dict[str, int]) -> None:
    """Into the documents' list of pages, which knows those of other people from before."""
    place = Path(os.environ["SPG_PICTURES"]).parent / "pages.md"
    known = dict(re.findall(r"^\| `(.+)` \| (\d+) \|$", place.read_text(), re.M))
    known |= {kind: str(size) for kind, size in wire.items()}
    head = place.read_text().split("| page |")[0]
    rows = [f"| `{kind}` | {size} |" for kind, size in sorted(known.items())]
    place.write_text("\n".join([head + "| page | bytes |", "|---|---|", *rows, ""]))


def faults_of(page: Page, path: str, wire: dict[str, int]) -> list[str]:
    answer = page.goto(path)
    faults = []
    if answer is not None:
        sizes = answer.request.sizes()
        wire[NAMES.sub("*", path)] = sizes["responseBodySize"] + sizes["responseHeadersSize"]
    if answer is None or answer.status != 200:
        faults.append(f"{path} answers {answer and answer.status}")
    if "demostración" not in page.locator(".demo").inner_text().lower():
        faults.append(f"{path} does not say that it is a demonstration")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 740})
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > width:
            faults.append(f"{path} is {wide} px wide on a screen of {width}")
    return faults + barriers_on(page, path)


def barriers_on(page: Page, path: str) -> list[str]:
    """What axe-core finds; in the dark only the colours differ."""
    page.set_viewport_size({"width": 360, "height": 740})
    page.evaluate(AXE_SCRIPT)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    page.emulate_media(color_scheme="dark")
    found += page.evaluate("axe.run(document, {runOnly: ['color-contrast']})")["violations"]
    page.emulate_media(color_scheme="light")
    return [f"{path}: {barrier['id']}: {barrier['nodes'][0]['html'][:160]}" for barrier in found]


def links_of(page: Page, base: str) -> list[str]:
    """Addresses of pages of ours; what a link shows or sorts differently is the same page."""
    found = page.eval_on_selector_all("a[href]", "all => all.map(a => a.href)")
    ours = [urlsplit(link) for link in found if link.startswith(base)]
    return [link.path for link in ours if not FILES.search(link.path)]


def test_the_language_is_switched_and_stays(library: Server, person: Opening) -> None:
    page = person(library, "coordinadora")
    page.get_by_role("link", name="English").click()
    page.goto("/productores")
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.get_by_role("heading", level=1).inner_text() == "Producers"
    assert "demonstration" in page.locator(".demo").inner_text().lower()

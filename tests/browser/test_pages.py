"""Every page that a person can reach by links: it is there, says *demostración*, fits, stands
still, and axe finds nothing to mend on it, in the light and in the dark."""

import os
import re
from collections import deque
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Opening
from tests.browser.survey import WATCH_SHIFTS, Survey, shifts_on
from tests.serving import Server

PEOPLE = ("", "coordinadora", "evaluador", "control", "cnape", "admin")
FILES = re.compile(r"\.(pdf|png|svg|csv|jsonl|json|xlsx)$")
NAMES = re.compile(r"[0-9A-HJKMNP-TV-Z]{5}-?[0-9A-HJKMNP-TV-Z]{5}|[PV]\d+(-\d+)*|\d+")
"""What in an address names one of many things of a kind."""
MAIN_PAGES = {
    "": ("/", "/verificar", "/buscar?q=papa", "/los-dos-sellos", "/rendicion", "/denuncias"),
    "coordinadora": ("/inicio", "/productores", "/rondas", "/visitas", "/reuniones", "/sellos"),
}


@pytest.fixture(scope="session")
def survey(shared: Path) -> Survey:
    return Survey(shared / "survey")


@pytest.mark.parametrize("screen", ["phone"])
@pytest.mark.parametrize("who", PEOPLE, ids=lambda name: name or "anybody")
def test_every_page_within_reach_fits_the_screen(
    library: Server, person: Opening, survey: Survey, who: str
) -> None:
    page = person(library, who)
    page.add_init_script(WATCH_SHIFTS)
    faults: list[str] = []
    seen = {"/": "/"}
    wire: dict[str, int] = {}
    waiting = deque(["/"])
    while waiting:
        path = waiting.popleft()
        kind = NAMES.sub("*", path)
        answer = page.goto(path)
        assert answer is not None
        sizes = answer.request.sizes()
        wire[kind] = sizes["responseBodySize"] + sizes["responseHeadersSize"]
        if answer.status != 200:
            faults.append(f"{path} answers {answer.status}")
        faults += survey.faults_of(page, path, kind)
        for found in links_of(page, library.url):
            if NAMES.sub("*", found) not in seen:
                seen[NAMES.sub("*", found)] = found
                waiting.append(found)
    assert not faults, "\n".join(faults)
    if "SPG_PICTURES" in os.environ:
        write_down(wire, anew=who == PEOPLE[0])
    assert len(seen) > (4 if not who else 8), sorted(seen)


def links_of(page: Page, base: str) -> list[str]:
    """Addresses of pages of ours; what a link shows or sorts differently is the same page."""
    found = page.eval_on_selector_all("a[href]", "all => all.map(a => a.href)")
    ours = [urlsplit(link) for link in found if link.startswith(base)]
    return [link.path for link in ours if not FILES.search(link.path)]


def write_down(wire: dict[str, int], *, anew: bool) -> None:
    """Into the documents' list of pages, which knows those of the people before."""
    place = Path(os.environ["SPG_PICTURES"]).parent / "pages.md"
    known = {} if anew else dict(re.findall(r"^\| `(.+)` \| (\d+) \|$", place.read_text(), re.M))
    known |= {kind: str(size) for kind, size in wire.items()}
    head = place.read_text().split("| page |")[0]
    rows = [f"| `{kind}` | {size} |" for kind, size in sorted(known.items())]
    place.write_text("\n".join([head + "| page | bytes |", "|---|---|", *rows, ""]))


@pytest.mark.parametrize("who", MAIN_PAGES, ids=lambda name: name or "anybody")
def test_nothing_moves_while_a_page_comes(library: Server, person: Opening, who: str) -> None:
    page = person(library, who)
    page.add_init_script(WATCH_SHIFTS)
    faults: list[str] = []
    for path in MAIN_PAGES[who]:
        page.goto(path)
        faults += shifts_on(page, path)
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("screen", ["phone"])
def test_the_language_is_switched_and_stays(library: Server, person: Opening) -> None:
    page = person(library, "coordinadora")
    page.get_by_role("link", name="English").click()
    page.goto("/productores")
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.get_by_role("heading", level=1).inner_text() == "Producers"
    assert "demonstration" in page.locator(".demo").inner_text().lower()

"""What is looked for on a page, and what was looked at already.

A page of one kind is much the same for everybody, so axe looks at its parts once a run, whoever
comes to them first; the processes of a run share what they know.
"""

from pathlib import Path

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

from spg_registry.core.keyfiles import locked

PHONE = {"width": 360, "height": 740}
WIDTHS = (320, 1280, 360)

WATCH_SHIFTS = """
window.shifts = [];
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) {
    if (!entry.hadRecentInput) window.shifts.push(entry.value);
  }
}).observe({ type: "layout-shift", buffered: true });
"""

SHIFTED = """
() => new Promise((tell) => requestAnimationFrame(() => requestAnimationFrame(() =>
  tell(window.shifts.reduce((sum, value) => sum + value, 0)))))
"""

PARTS = """
() => {
  const main = document.querySelector("main");
  const look = (at) => [at.tagName, at.getAttribute("class"), at.getAttribute("role"),
    at.getAttribute("type"), ...[...at.attributes].map((given) => given.name).sort()].join(" ");
  const parts = [...document.querySelectorAll("body *")].map((at) =>
    [main.contains(at) ? "main" : "frame", look(at.parentElement), look(at)].join(" | "));
  return [...new Set(parts)];
}
"""
"""An element by its tag, class, role, type and the names of its attributes, within its parent."""


class Survey:
    """The parts of pages that axe has looked at, by kind of page."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def is_new(self, kind: str, parts: list[str]) -> bool:
        """Whether a page has anything that no page of its kind had; from now on it is known."""
        found = {part if part.startswith("frame") else f"{kind} | {part}" for part in parts}
        with locked(self.place):
            list_of_known = self.place / "known"
            known = list_of_known.read_text().splitlines() if list_of_known.exists() else []
            news = found.difference(known)
            with list_of_known.open("a") as file:
                file.writelines(f"{part}\n" for part in sorted(news))
        return bool(news)

    def faults_of(self, page: Page, path: str, kind: str) -> list[str]:
        """Of a page that has just come, on a phone."""
        faults = []
        if "demostración" not in page.locator(".demo").inner_text().lower():
            faults.append(f"{path} does not say that it is a demonstration")
        if self.is_new(kind, page.evaluate(PARTS)):
            faults += shifts_on(page, path) + barriers_on(page, path)
        return faults + wide_on(page, path)


def shifts_on(page: Page, path: str) -> list[str]:
    shifted = page.evaluate(SHIFTED)
    return [f"{path} moves by {shifted} while it comes"] if shifted else []


def wide_on(page: Page, path: str) -> list[str]:
    """The last of the widths is the phone's, for the next page."""
    faults = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": PHONE["height"]})
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > width:
            faults.append(f"{path} is {wide} px wide on a screen of {width}")
    return faults


def barriers_on(page: Page, path: str) -> list[str]:
    """What axe-core finds; in the dark only the colours differ."""
    page.evaluate(AXE_SCRIPT)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    page.emulate_media(color_scheme="dark")
    found += page.evaluate("axe.run(document, {runOnly: ['color-contrast']})")["violations"]
    page.emulate_media(color_scheme="light")
    return [f"{path}: {barrier['id']}: {barrier['nodes'][0]['html'][:160]}" for barrier in found]

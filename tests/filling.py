"""A form of a page, read as a browser would send it back."""

from html.parser import HTMLParser
from typing import Any


class _Reader(HTMLParser):
    def __init__(self, action: str) -> None:
        super().__init__()
        self.action, self.inside = action, False
        self.fields: dict[str, list[str]] = {}
        self.select = self.area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.inside = told.get("action") == self.action
        elif self.inside and tag == "input":
            self._input(told)
        elif self.inside and tag == "select":
            self.select = told["name"]
        elif tag == "option" and self.select:
            if "selected" in told or self.select not in self.fields:
                self.fields[self.select] = [told.get("value", "")]
        elif self.inside and tag == "textarea":
            self.area = told["name"]
            self.fields[self.area] = [""]

    def _input(self, told: dict[str, str]) -> None:
        if told.get("type") in ("checkbox", "radio") and "checked" not in told:
            return
        self.fields.setdefault(told["name"], []).append(told.get("value", ""))

    def handle_data(self, data: str) -> None:
        if self.area:
            self.fields[self.area][0] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False
        elif tag == "select":
            self.select = ""
        elif tag == "textarea" and self.area:
            self.fields[self.area][0] = self.fields[self.area][0].strip("\n")
            self.area = ""


def form_of(page: str, action: str) -> dict[str, Any]:
    """What the form that goes to `action` would send; of one value the text, else the list."""
    reader = _Reader(action)
    reader.feed(page)
    return {name: found[0] if len(found) == 1 else found for name, found in reader.fields.items()}

"""A filter that is sent as it stands, nothing chosen, shows the list and no fault."""

import re

from tests.access.conftest import ONCE, House
from tests.access.page_table import PAGES
from tests.access.table import Row

pytestmark = ONCE

FORM = re.compile(r'<form method="get" action="([^"]*)".*?</form>', re.S)
FIELD = re.compile(r"<(?:input|select)[^>]*>")
NAME = re.compile(r' name="([^"]+)"')
LISTS = {"/reuniones", "/sellos", "/buscar", "/visitas", "/rondas", "/denuncias-recibidas"}


def reader(row: Row) -> str:
    """Who sees most of a page."""
    seen = ("coordinator", "administrator", "control", *sorted(row.who))
    return next(who for who in seen if who in row.who)


def names_in(form: str) -> list[str]:
    """Of the fields that a browser sends although nothing is chosen in them."""
    fields = [field for field in FIELD.findall(form) if 'type="checkbox"' not in field]
    return [name for field in fields for name in NAME.findall(field)]


def test_every_filter_can_be_sent_with_nothing_chosen(house: House) -> None:
    tried, faulty = set(), []
    for row in PAGES:
        if row.writes:
            continue
        page = house.attempt(row, reader(row))
        if page.headers.get("content-type", "").partition(";")[0] != "text/html":
            continue
        for form in FORM.finditer(page.text):
            empty = dict.fromkeys(names_in(form[0]), "")
            where = Row(f"GET {form[1] or page.request.url.path}", row.who)
            answer = house.attempt(where, reader(row), query=empty)
            tried.add(where.path)
            if answer.status_code not in (200, 303):
                faulty.append((where.path, answer.status_code, empty))
    assert not faulty, faulty
    assert tried >= LISTS

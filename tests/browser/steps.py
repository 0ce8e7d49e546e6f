"""What several stories do and see."""

from datetime import date, timedelta
from io import BytesIO

import zxingcpp
from PIL import Image
from playwright.sync_api import Locator, Page

from spg_registry.core import clock


def today(days: int = 0) -> str:
    """As a field of a date takes it."""
    return _day(days).isoformat()


def told_day(days: int = 0) -> str:
    """As a page tells it."""
    return f"{_day(days):%d/%m/%Y}"


def _day(days: int) -> date:
    return clock.local_date(clock.now()) + timedelta(days=days)


def first_line(page: Page) -> str:
    return page.locator("body").inner_text().strip().splitlines()[0]


def what_a_phone_reads(page: Page, path: str) -> str:
    """The QR that is printed, decoded by software that is not ours."""
    png = page.request.get(f"{path}/qr.png?profile=carried").body()
    found = zxingcpp.read_barcodes(Image.open(BytesIO(png)))
    assert len(found) == 1
    return str(found[0].text)


def matter(page: Page, title: str) -> Locator:
    """A matter of the work list at *Inicio*."""
    page.goto("/inicio")
    return page.get_by_role("region", name=title)


def unfolded(within: Locator, summary: str) -> Locator:
    """A box that unfolds, open."""
    title = within.page.locator("summary").get_by_text(summary, exact=True)
    box = within.locator("details").filter(has=title).first
    if box.get_attribute("open") is None:
        box.locator("summary").first.click()
    return box

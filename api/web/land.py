"""What the pages of producers and of units share: products."""

from fastapi import Request
from sqlmodel import Session

from api.render import locale_of
from spg_registry.territory import queries as territory
from spg_registry.territory.names import name_key


def products_of(request: Request, session: Session) -> list[tuple[str, str]]:
    """The catalogue as a select's options, by name in the reader's language."""
    english = locale_of(request) == "en"
    rows = [(row.code, row.en if english else row.es) for row in territory.products(session)]
    return sorted(rows, key=lambda pair: name_key(pair[1]))

"""What anybody may know of a seal, read in one plain query: it is the page that is asked most.

Names are shown with consent, else as initials, and end a year after the producer's last seal; the
code and its verdict stay (trust.md section 9).
"""

import json
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from sqlmodel import Session

from spg_registry.core.line import Line, Question, rows
from spg_registry.rules.months import Span
from spg_registry.rules.standing import SealEvent, SealStanding, Standing, standing_on
from spg_registry.rules.words import Category, SealEventKind, SealState

NAMES_STAY = timedelta(days=365)

_SEAL = Question(
    """
    SELECT g.id, g.code, g.category, g.valid_from, g.valid_until, g.state, g.state_since,
           g.reason_class, g.standard_version, g.municipality_code, p.display_name,
           p.publication_consent, c.name, m.name, d.name, s.name, s.code, k.name, k.id,
           t.acta_number, t.held_on,
           CASE WHEN g.state = 'replaced' THEN
               (SELECT n.code FROM seal_event v JOIN seal_grant n ON n.id = v.replaced_by_id
                   WHERE v.grant_id = g.id ORDER BY v.id DESC LIMIT 1) END,
           CASE WHEN g.valid_until >= :named_since THEN g.valid_until ELSE
               (SELECT MAX(l.valid_until) FROM seal_grant l WHERE l.producer_id = g.producer_id)
               END,
           g.area_m2, t.waivers, e.waivers, r.code, r.es, r.en, o.area_m2
    FROM seal_grant g
    JOIN producer p ON p.id = g.producer_id
    JOIN community c ON c.id = g.community_id
    JOIN municipality m ON m.ine_code = g.municipality_code
    JOIN department d ON d.code = m.department_code
    JOIN spg s ON s.id = g.spg_id
    JOIN committee k ON k.id = g.committee_id
    JOIN decision e ON e.id = g.decision_id
    JOIN meeting t ON t.id = e.meeting_id
    LEFT JOIN seal_scope o ON o.grant_id = g.id
    LEFT JOIN product r ON r.code = o.product_code
    WHERE g.code = :code
    """
)


class _Row(NamedTuple):
    """What `_SEAL` selects, in its order: the seal once for each unit and product in its scope."""

    id: int
    code: str
    category: str
    valid_from: date | str
    valid_until: date | str
    state: str
    state_since: date | str
    reason_class: str | None
    standard_version: str
    municipality_code: str
    display_name: str
    publication_consent: bool | int
    community: str
    municipality: str
    department: str
    spg: str
    spg_code: str
    committee: str
    committee_id: int
    acta_number: str
    decided_on: date | str
    new_code: str | None
    last_day: date | str
    area_m2: int | None
    meeting_waivers: Any
    decision_waivers: Any
    product: str | None
    product_es: str
    product_en: str
    product_area_m2: int | None


_TOKENS = Question("SELECT token FROM seal_token WHERE grant_id = :grant ORDER BY id DESC")

_ENDS = {
    SealState.SUSPENDED: SealEventKind.SUSPENDED,
    SealState.WITHDRAWN: SealEventKind.WITHDRAWN,
    SealState.REPLACED: SealEventKind.REPLACED,
}


class Product(NamedTuple):
    code: str
    es: str
    en: str
    area_m2: int | None

    def name(self, locale: str) -> str:
        return self.en if locale == "en" else self.es


class PublicSeal(NamedTuple):
    """The facts of a seal on a day. `name` is empty once names have ended."""

    id: int
    code: str
    category: Category
    name: str
    community: str
    municipality: str
    municipality_code: str
    department: str
    products: tuple[Product, ...]
    valid_from: date
    valid_until: date
    spg: str
    spg_code: str
    committee: str
    committee_id: int
    acta_number: str
    decided_on: date
    standard_version: str
    standing: SealStanding
    standing_since: date | None
    reason_class: str | None
    new_code: str | None
    area_m2: int | None
    waivers: dict[str, str]
    """By rule: the written reason for which a warning was passed. Public, as it says at its entry.
    """


def public_seal(source: Session | Line, code: str, on: date) -> PublicSeal | None:
    """The seal of a stored code, as it stands on a day; None for a code that was never given."""
    found = rows(source, _SEAL, code=code, named_since=(on - NAMES_STAY).isoformat())
    if not found:
        return None
    each = [_Row._make(one) for one in found]
    row = each[0]
    first, last = _day(row.valid_from), _day(row.valid_until)
    standing = standing_of(row.state, _day(row.state_since), first, last, on)
    return PublicSeal(
        id=row.id,
        code=row.code,
        category=Category(row.category),
        name=_shown(row.display_name, bool(row.publication_consent), _day(row.last_day), on),
        community=row.community,
        municipality=row.municipality,
        municipality_code=row.municipality_code,
        department=row.department,
        products=_products(each),
        valid_from=first,
        valid_until=last,
        spg=row.spg,
        spg_code=row.spg_code,
        committee=row.committee,
        committee_id=row.committee_id,
        acta_number=row.acta_number,
        decided_on=_day(row.decided_on),
        standard_version=row.standard_version,
        standing=standing.name,
        standing_since=standing.since,
        reason_class=row.reason_class,
        new_code=row.new_code,
        area_m2=row.area_m2,
        waivers=_read(row.meeting_waivers) | _read(row.decision_waivers),
    )


def _products(each: list[_Row]) -> tuple[Product, ...]:
    """The products in scope by their code, with the land of all units under each."""
    found: dict[str, Product] = {}
    for row in each:
        if row.product is None:
            continue
        before = found.get(row.product)
        area = (row.product_area_m2 or 0) + (before.area_m2 or 0 if before else 0)
        found[row.product] = Product(row.product, row.product_es, row.product_en, area or None)
    return tuple(found[code] for code in sorted(found))


def _read(document: Any) -> dict[str, str]:
    """SQLite gives documents as text."""
    return _documented(document) if isinstance(document, str) else document


@lru_cache(maxsize=1_000)
def _documented(text: str) -> dict[str, str]:
    """Most are empty, the others shared by the whole acta; nobody may write into them."""
    found: dict[str, str] = json.loads(text)
    return found


def _day(value: date | str) -> date:
    """SQLite gives days as text."""
    return date.fromisoformat(value) if isinstance(value, str) else value


def standing_of(state: str, since: date, first: date, last: date, on: date) -> Standing:
    """A standing from the mark that the last event left on the grant."""
    ended = _ENDS.get(SealState(state))
    events = [SealEvent(ended, since, 0)] if ended else []
    return standing_on(Span(first, last), events, on)


def tokens_of(source: Session | Line, grant_id: int) -> list[str]:
    """The signed statements of a seal, the newest first."""
    return [token for (token,) in rows(source, _TOKENS, grant=grant_id)]


def _shown(name: str, consent: bool, last_day: date, on: date) -> str:
    if on > last_day + NAMES_STAY:
        return ""
    return name if consent else initials(name)


_AND = ("y", "e")


def initials(name: str) -> str:
    """`María Quispe y Juan Mamani` becomes `M. Q. y J. M.`"""
    return " ".join(
        word if word in _AND else f"{word[0].upper()}."
        for word in name.split()
        if word[0].isalpha()
    )

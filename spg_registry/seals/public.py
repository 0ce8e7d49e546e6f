"""What anybody may know of a seal, read in two plain queries: it is the page that is asked most.

Names are shown with consent, else as initials, and end a year after the producer's last seal; the
code and its verdict stay (trust.md section 9).
"""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Date, Integer, String, text
from sqlmodel import Session

from spg_registry.rules.months import Span
from spg_registry.rules.standing import SealEvent, SealStanding, Standing, standing_on
from spg_registry.rules.words import Category, SealEventKind, SealState

NAMES_STAY = timedelta(days=365)

_SEAL = text(
    """
    SELECT g.id, g.code, g.category, g.valid_from, g.valid_until, g.state, g.state_since,
           g.reason_class, g.standard_version, g.municipality_code, p.display_name,
           p.publication_consent, c.name AS community, m.name AS municipality,
           d.name AS department, s.name AS spg, s.code AS spg_code, k.name AS committee,
           k.id AS committee_id, t.acta_number, t.held_on AS decided_on,
           (SELECT n.code FROM seal_event v JOIN seal_grant n ON n.id = v.replaced_by_id
            WHERE v.grant_id = g.id AND v.kind = 'replaced' ORDER BY v.id DESC LIMIT 1)
               AS new_code,
           (SELECT MAX(l.valid_until) FROM seal_grant l WHERE l.producer_id = g.producer_id)
               AS last_day
    FROM seal_grant g
    JOIN producer p ON p.id = g.producer_id
    JOIN community c ON c.id = p.community_id
    JOIN municipality m ON m.ine_code = g.municipality_code
    JOIN department d ON d.code = m.department_code
    JOIN spg s ON s.id = g.spg_id
    JOIN committee k ON k.id = g.committee_id
    JOIN decision e ON e.id = g.decision_id
    JOIN meeting t ON t.id = e.meeting_id
    WHERE g.code = :code
    """
).columns(
    id=Integer,
    code=String,
    category=String,
    valid_from=Date,
    valid_until=Date,
    state=String,
    state_since=Date,
    decided_on=Date,
    last_day=Date,
)

_SCOPE = text(
    """
    SELECT r.code, r.es, r.en, SUM(o.area_m2) AS area_m2
    FROM seal_scope o JOIN product r ON r.code = o.product_code
    WHERE o.grant_id = :grant GROUP BY r.code, r.es, r.en ORDER BY r.es
    """
)

_LAND = text(
    """
    SELECT SUM(area_m2) FROM plot WHERE id IN (
        SELECT x.plot_id FROM unit_plot x
        JOIN crop y ON y.plot_id = x.plot_id AND y.unit_id = x.unit_id
        JOIN seal_scope o ON o.unit_id = x.unit_id AND o.product_code = y.product_code
        WHERE o.grant_id = :grant)
    """
)

_TOKENS = text("SELECT token FROM seal_token WHERE grant_id = :grant ORDER BY id DESC")

_ENDS = {
    SealState.SUSPENDED: SealEventKind.SUSPENDED,
    SealState.WITHDRAWN: SealEventKind.WITHDRAWN,
    SealState.REPLACED: SealEventKind.REPLACED,
}


@dataclass(frozen=True)
class Product:
    code: str
    es: str
    en: str
    area_m2: int | None

    def name(self, locale: str) -> str:
        return self.en if locale == "en" else self.es


@dataclass(frozen=True)
class PublicSeal:
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


def public_seal(session: Session, code: str, on: date) -> PublicSeal | None:
    """The seal of a stored code, as it stands on a day; None for a code that was never given."""
    connection = session.connection()
    row = connection.execute(_SEAL, {"code": code}).first()
    if row is None:
        return None
    scope = connection.execute(_SCOPE, {"grant": row.id})
    standing = standing_of(row.state, row.state_since, row.valid_from, row.valid_until, on)
    return PublicSeal(
        id=row.id,
        code=row.code,
        category=Category(row.category),
        name=_shown(row.display_name, bool(row.publication_consent), row.last_day, on),
        community=row.community,
        municipality=row.municipality,
        municipality_code=row.municipality_code,
        department=row.department,
        products=tuple(Product(*line) for line in scope),
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        spg=row.spg,
        spg_code=row.spg_code,
        committee=row.committee,
        committee_id=row.committee_id,
        acta_number=row.acta_number,
        decided_on=row.decided_on,
        standard_version=row.standard_version,
        standing=standing.name,
        standing_since=standing.since,
        reason_class=row.reason_class,
        new_code=row.new_code,
    )


def standing_of(state: str, since: date, first: date, last: date, on: date) -> Standing:
    """A standing from the mark that the last event left on the grant."""
    ended = _ENDS.get(SealState(state))
    events = [SealEvent(ended, since, 0)] if ended else []
    return standing_on(Span(first, last), events, on)


def tokens_of(session: Session, grant_id: int) -> list[str]:
    """The signed statements of a seal, the newest first."""
    return list(session.connection().execute(_TOKENS, {"grant": grant_id}).scalars())


def land_of(session: Session, grant_id: int) -> int | None:
    """Square metres of the plots in scope, each counted once."""
    found = session.connection().execute(_LAND, {"grant": grant_id}).scalar()
    return int(found) if found else None


def _shown(name: str, consent: bool, last_day: date, on: date) -> str:
    if on > last_day + NAMES_STAY:
        return ""
    return name if consent else initials(name)


def initials(name: str) -> str:
    """`María Quispe Mamani` becomes `M. Q. M.`"""
    return " ".join(f"{word[0].upper()}." for word in name.split() if word[0].isalpha())

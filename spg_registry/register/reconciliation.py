"""Whether the register holds together: the chain behind each seal, what hangs loose, what is there
twice, sums, and what waits too long.

Checks name codes only, never persons. A fault should not be able to happen, since the services and
the database refuse it; who checks it anyway finds what came in by another door. A notice is for
people to look at.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from pydantic import BaseModel
from sqlalchemy import bindparam, text
from sqlmodel import Session

from spg_registry.core import clock
from spg_registry.core.permissions import Actor, Permission, require
from spg_registry.register.service import sequence_of, status_on
from spg_registry.register.speech import speech_of
from spg_registry.register.standing import REGISTRATIONS, VALID
from spg_registry.rules.words import RegistrationState

ACKNOWLEDGE_WITHIN = timedelta(days=30)
SHOWN = 100
"""Items told of one check; its count says how many there are."""


class Weight(StrEnum):
    FAULT = "fault"
    NOTICE = "notice"


@dataclass(frozen=True)
class Check:
    """A query for what does not hold: `key` names it, `detail` what it clashes with, and
    `committee_id` whose it is. The sentence is `reconciliation.<code>`."""

    code: str
    weight: Weight
    query: str


class Item(BaseModel):
    key: str
    detail: str | None


class CheckOut(BaseModel):
    code: str
    weight: Weight
    count: int
    items: list[Item]


class SumOut(BaseModel):
    """A national total beside the sum of its municipalities."""

    measure: str
    national: int
    municipalities: int
    equal: bool


class Reconciliation(BaseModel):
    as_of: date
    sequence: int
    status: str
    holds: bool
    """No fault, and every sum equal."""
    checks: list[CheckOut]
    sums: list[SumOut]


def reconcile(session: Session, actor: Actor, now: datetime) -> Reconciliation:
    """All checks on today; committees see what is theirs, and no national sums."""
    committees = _sight(actor)
    as_of = clock.local_date(now)
    checks = [_run(session, check, as_of, committees) for check in CHECKS]
    sums = [] if committees is not None else list(_sums(session, as_of))
    faults = any(check.count for check in checks if check.weight is Weight.FAULT)
    return Reconciliation(
        as_of=as_of,
        sequence=sequence_of(session),
        status=status_on(session, as_of),
        holds=not faults and all(found.equal for found in sums),
        checks=checks,
        sums=sums,
    )


def _sight(actor: Actor) -> frozenset[int] | None:
    if actor.may(Permission.REGISTER_READ):
        return None
    require(actor, Permission.PRODUCER_READ)
    return actor.committees(Permission.PRODUCER_READ)


def _run(
    session: Session, check: Check, as_of: date, committees: frozenset[int] | None
) -> CheckOut:
    seen = "" if committees is None else " WHERE committee_id IN :committees"
    found = f"FROM ({check.query}) f{seen}"
    count = _ask(session, f"SELECT COUNT(*) {found}", as_of, committees).scalar_one()
    items: list[Item] = []
    if count:
        speech = speech_of(session.get_bind().dialect.name)
        order = f"{speech.ordered('key')}, {speech.ordered('detail')}"
        listed = f"SELECT key, detail {found} ORDER BY {order} LIMIT {SHOWN}"
        rows = _ask(session, listed, as_of, committees)
        items = [Item(key=str(row.key), detail=row.detail) for row in rows]
    return CheckOut(code=check.code, weight=check.weight, count=count, items=items)


def _ask(
    session: Session, query: str, as_of: date, committees: frozenset[int] | None = None
) -> Any:
    given = {"as_of": as_of, "told_by": as_of - ACKNOWLEDGE_WITHIN}
    values: list[Any] = [bindparam(name, given[name]) for name in given if f":{name}" in query]
    if committees is not None:
        values.append(bindparam("committees", sorted(committees), expanding=True))
    return session.connection().execute(text(query).bindparams(*values))


# --- the chain behind a seal ---------------------------------------------------------------------

_SEALS_WHERE = "SELECT g.code AS key, {detail} AS detail, g.committee_id FROM seal_grant g {rest}"


def _seals(detail: str, rest: str) -> str:
    return _SEALS_WHERE.format(detail=detail, rest=rest)


_DECISION = _seals(
    "t.acta_number",
    "JOIN decision e ON e.id = g.decision_id JOIN meeting t ON t.id = e.meeting_id"
    " WHERE e.state = 'draft' OR t.state <> 'closed' OR e.outcome <> g.category",
)

_VISIT = _seals(
    "u.code",
    """
    JOIN decision e ON e.id = g.decision_id
    JOIN (SELECT DISTINCT grant_id, unit_id FROM seal_scope) o ON o.grant_id = g.id
    JOIN unit u ON u.id = o.unit_id
    WHERE NOT EXISTS (
        SELECT 1 FROM visit v WHERE v.unit_id = o.unit_id AND +v.round_id = e.round_id
        AND v.state = 'reviewed')
    """,
)

_UNIT = _seals(
    "u.code",
    "LEFT JOIN (SELECT DISTINCT grant_id, unit_id FROM seal_scope) o ON o.grant_id = g.id"
    " LEFT JOIN unit u ON u.id = o.unit_id"
    " WHERE u.id IS NULL OR u.producer_id <> g.producer_id"
    " AND NOT EXISTS (SELECT 1 FROM producer w"
    " WHERE w.id = g.producer_id AND w.merged_into_id = u.producer_id)",
)

_PRODUCER = _seals(
    "p.code",
    "JOIN decision e ON e.id = g.decision_id JOIN producer p ON p.id = g.producer_id"
    " WHERE e.producer_id <> g.producer_id",
)

_ENROLMENT = _seals(
    "s.code",
    "JOIN decision e ON e.id = g.decision_id JOIN enrolment n ON n.id = g.enrolment_id"
    " JOIN spg s ON s.id = g.spg_id"
    " WHERE n.producer_id <> g.producer_id OR n.spg_id <> g.spg_id"
    " OR e.enrolment_id <> g.enrolment_id OR s.committee_id <> g.committee_id",
)

_TOKEN = _seals(
    "CAST(NULL AS VARCHAR)",
    "WHERE NOT EXISTS (SELECT 1 FROM seal_token k WHERE k.grant_id = g.id)",
)

_EVENT = _seals(
    "g.state",
    """
    WHERE NOT EXISTS (
        SELECT 1 FROM seal_event v WHERE v.grant_id = g.id AND v.kind = 'granted')
    OR g.state <> (
        SELECT CASE v.kind WHEN 'reinstated' THEN 'granted' ELSE v.kind END FROM seal_event v
        WHERE v.grant_id = g.id AND v.kind NOT IN ('acknowledged', 'corrected')
        ORDER BY v.id DESC LIMIT 1)
    """,
)

# --- what hangs loose ----------------------------------------------------------------------------

_UNGRANTED = """
SELECT p.code AS key, t.acta_number AS detail, t.committee_id
FROM decision e JOIN meeting t ON t.id = e.meeting_id JOIN producer p ON p.id = e.producer_id
WHERE e.outcome IN ('organic', 'transition') AND e.state <> 'draft'
AND NOT EXISTS (SELECT 1 FROM seal_grant g WHERE g.decision_id = e.id)
"""

_UNENROLLED = """
SELECT p.code AS key, CAST(NULL AS VARCHAR) AS detail, CAST(NULL AS INTEGER) AS committee_id
FROM producer p WHERE NOT EXISTS (SELECT 1 FROM enrolment n WHERE n.producer_id = p.id)
"""

_HEADLESS = """
SELECT p.code AS key, s.code AS detail, s.committee_id
FROM producer p JOIN enrolment n ON n.producer_id = p.id JOIN spg s ON s.id = n.spg_id
WHERE n.ended_on IS NULL
AND NOT EXISTS (SELECT 1 FROM holder h WHERE h.producer_id = p.id AND h.until IS NULL)
"""

_LOOSE_PLOT = """
SELECT l.code AS key, CAST(NULL AS VARCHAR) AS detail, CAST(NULL AS INTEGER) AS committee_id
FROM plot l WHERE NOT EXISTS (SELECT 1 FROM unit_plot x WHERE x.plot_id = l.id)
"""

# --- what is there twice -------------------------------------------------------------------------

_SAME_PERSON = """
SELECT p.code AS key, q.code AS detail, s.committee_id
FROM person i
JOIN holder h ON h.person_id = i.id AND h.until IS NULL AND h.position = 1
JOIN holder j ON j.person_id = i.id AND j.until IS NULL AND j.position = 1
     AND j.producer_id > h.producer_id
JOIN producer p ON p.id = h.producer_id AND p.kind IN ('family', 'person')
JOIN producer q ON q.id = j.producer_id AND q.kind IN ('family', 'person')
JOIN enrolment n ON n.producer_id = p.id AND n.ended_on IS NULL
JOIN spg s ON s.id = n.spg_id
WHERE i.ci_key IS NOT NULL
AND EXISTS (SELECT 1 FROM enrolment m WHERE m.producer_id = q.id AND m.ended_on IS NULL)
"""

_SAME_NAME = """
SELECT p.code AS key, q.code AS detail, s.committee_id
FROM producer p
JOIN producer q ON q.display_name = p.display_name AND q.community_id = p.community_id
     AND q.id > p.id
JOIN enrolment n ON n.producer_id = p.id AND n.ended_on IS NULL
JOIN spg s ON s.id = n.spg_id
WHERE EXISTS (SELECT 1 FROM enrolment m WHERE m.producer_id = q.id AND m.ended_on IS NULL)
"""

_SHARED_PLOT = """
SELECT DISTINCT l.code AS key, q.code AS detail, s.committee_id
FROM unit_plot x
JOIN unit_plot y ON y.plot_id = x.plot_id AND y.until IS NULL AND x.until IS NULL
JOIN unit u ON u.id = x.unit_id AND u.until IS NULL
JOIN unit w ON w.id = y.unit_id AND w.until IS NULL AND w.producer_id > u.producer_id
JOIN plot l ON l.id = x.plot_id
JOIN producer q ON q.id = w.producer_id
JOIN enrolment n ON n.producer_id = u.producer_id AND n.ended_on IS NULL
JOIN spg s ON s.id = n.spg_id
"""

# --- what waits too long -------------------------------------------------------------------------

_UNACKNOWLEDGED = _seals(
    "p.code",
    "JOIN producer p ON p.id = g.producer_id JOIN decision e ON e.id = g.decision_id"
    " JOIN meeting t ON t.id = e.meeting_id"
    f" WHERE g.acknowledged_on IS NULL AND {VALID} AND t.held_on < :told_by",
)

_REGISTERED = f"""
SELECT r.spg_id FROM ({REGISTRATIONS}) r
WHERE r.place = 1 AND r.word = '{RegistrationState.IN_FORCE}'
"""  # noqa: S608  # our own words

_UNREGISTERED = _seals(
    "s.code",
    f"JOIN spg s ON s.id = g.spg_id WHERE {VALID} AND g.spg_id NOT IN ({_REGISTERED})",
)

CHECKS: tuple[Check, ...] = (
    Check("seal_without_decision", Weight.FAULT, _DECISION),
    Check("seal_without_visit", Weight.FAULT, _VISIT),
    Check("seal_without_unit", Weight.FAULT, _UNIT),
    Check("seal_without_producer", Weight.FAULT, _PRODUCER),
    Check("seal_without_enrolment", Weight.FAULT, _ENROLMENT),
    Check("seal_without_token", Weight.FAULT, _TOKEN),
    Check("seal_without_event", Weight.FAULT, _EVENT),
    Check("decision_without_seal", Weight.FAULT, _UNGRANTED),
    Check("producer_without_enrolment", Weight.FAULT, _UNENROLLED),
    Check("producer_without_holder", Weight.FAULT, _HEADLESS),
    Check("plot_without_unit", Weight.FAULT, _LOOSE_PLOT),
    Check("same_person", Weight.NOTICE, _SAME_PERSON),
    Check("same_name", Weight.NOTICE, _SAME_NAME),
    Check("shared_plot", Weight.NOTICE, _SHARED_PLOT),
    Check("unacknowledged", Weight.NOTICE, _UNACKNOWLEDGED),
    Check("registration_ended", Weight.NOTICE, _UNREGISTERED),
)

# --- sums ----------------------------------------------------------------------------------------

_OPEN_UNITS = "FROM unit u WHERE u.until IS NULL OR u.until >= :as_of"
_LAND = """
SELECT COALESCE(SUM(l.area_m2), 0) FROM plot l WHERE l.id IN (
    SELECT x.plot_id FROM unit_plot x JOIN unit u ON u.id = x.unit_id
    WHERE (u.until IS NULL OR u.until >= :as_of) AND (x.until IS NULL OR x.until >= :as_of))
"""
# A plot that units of two municipalities share counts where it was first written down.
_LAND_BY_PLACE = """
SELECT u.municipality_code AS place, SUM(l.area_m2) AS n FROM plot l
JOIN unit u ON u.id = (
    SELECT MIN(x.unit_id) FROM unit_plot x JOIN unit v ON v.id = x.unit_id
    WHERE x.plot_id = l.id AND (v.until IS NULL OR v.until >= :as_of)
    AND (x.until IS NULL OR x.until >= :as_of))
GROUP BY u.municipality_code
"""
_RUNNING = f"FROM seal_grant g WHERE {VALID} AND g.category = "

_MEASURES: dict[str, tuple[str, str]] = {
    # Two ways to the same number: over everything, and municipality by municipality.
    "seals_organic": (
        f"SELECT COUNT(*) {_RUNNING} 'organic'",
        f"SELECT g.municipality_code AS place, COUNT(*) AS n {_RUNNING} 'organic'"
        " GROUP BY g.municipality_code",
    ),
    "seals_transition": (
        f"SELECT COUNT(*) {_RUNNING} 'transition'",
        f"SELECT g.municipality_code AS place, COUNT(*) AS n {_RUNNING} 'transition'"
        " GROUP BY g.municipality_code",
    ),
    "producers": (
        "SELECT COUNT(*) FROM producer WHERE merged_into_id IS NULL",
        "SELECT c.municipality_code AS place, COUNT(*) AS n FROM producer p"
        " JOIN community c ON c.id = p.community_id WHERE p.merged_into_id IS NULL"
        " GROUP BY c.municipality_code",
    ),
    "units": (
        f"SELECT COUNT(*) {_OPEN_UNITS}",
        f"SELECT u.municipality_code AS place, COUNT(*) AS n {_OPEN_UNITS}"
        " GROUP BY u.municipality_code",
    ),
    "area_m2": (_LAND, _LAND_BY_PLACE),
}


def _sums(session: Session, as_of: date) -> Iterator[SumOut]:
    """Places that the catalogue does not know are missing from the second number."""
    for measure, (whole, parts) in _MEASURES.items():
        national = int(_ask(session, whole, as_of).scalar_one())
        known = (
            f"SELECT COALESCE(SUM(q.n), 0) FROM ({parts}) q"  # noqa: S608  # our own words
            " JOIN municipality m ON m.ine_code = q.place"
        )
        together = int(_ask(session, known, as_of).scalar_one())
        yield SumOut(
            measure=measure,
            national=national,
            municipalities=together,
            equal=national == together,
        )

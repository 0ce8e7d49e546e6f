"""Where each published column comes from, and the rows of a table as a stream.

The databases do the spelling, so that Python only passes lines on; what a profile may not see is
not selected at all. Rows come in the order of their codes, in chunks, from the session's one
snapshot.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import bindparam, text
from sqlmodel import Session

from spg_registry.producers.stages import Months, UnitStage, transition_months, unit_stages
from spg_registry.register.columns import TABLES, Column, Profile, TableName
from spg_registry.register.speech import Speech, speech_of
from spg_registry.register.standing import BEGUN, GRANTED, LASTS, REGISTRATIONS, STANDING

CHUNK = 400
"""Rows at once: larger ones are hardly quicker and make the seal page wait (measured.md)."""

Rows = Sequence[Sequence[Any]]


@dataclass(frozen=True)
class Extract:
    """Which rows of which table, seen by whom, as they stand on which day.

    `municipality` is an INE code or the beginning of one; `committees` None is all of them.
    """

    table: TableName
    profile: Profile
    as_of: date
    municipality: str | None = None
    spg: str | None = None
    committees: frozenset[int] | None = None

    @property
    def columns(self) -> tuple[Column, ...]:
        return TABLES[self.table].seen_by(self.profile)


@dataclass(frozen=True)
class Source:
    """A table's query: an expression a column, the joins, the order, and how it is narrowed."""

    columns: Mapping[str, str]
    joins: str
    counted: str
    """What is enough of the joins to count and to narrow."""
    order: tuple[str, ...]
    municipality: str
    spg: str
    committees: str
    where: str = ""
    beside: tuple[str, ...] = ()
    """Further columns that `complete` reads and takes away."""
    complete: Callable[[Session, Extract, Rows], Rows] | None = None
    """Fills in what the norm derives and a query had better not."""


def chunks_of(session: Session, extract: Extract, size: int = CHUNK) -> Iterator[Rows]:
    """The rows of an extract: text, whole numbers, decimal numbers, or None for nothing."""
    speech = speech_of(session.get_bind().dialect.name)
    source = SOURCES[extract.table](speech)
    statement = statement_of(extract, source, speech)
    found = session.connection().execute(
        text(statement).bindparams(*_values(extract, statement)),
        execution_options={"stream_results": True, "yield_per": size},
    )
    for rows in found.partitions(size):
        yield source.complete(session, extract, rows) if source.complete else rows


def count_of(session: Session, extract: Extract) -> int:
    """How many rows it has."""
    speech = speech_of(session.get_bind().dialect.name)
    source = SOURCES[extract.table](speech)
    statement = "\n".join(("SELECT COUNT(*)", source.counted, *_where(extract, source)))
    values = _values(extract, statement)
    return int(session.connection().execute(text(statement).bindparams(*values)).scalar_one())


def standings_of(session: Session, as_of: date) -> dict[tuple[str, str], int]:
    """How many seals there are by category and standing."""
    counted = "COUNT(*) FROM seal_grant g GROUP BY 1, 2"
    statement = text(", ".join(("SELECT g.category", STANDING, counted)))
    rows = session.connection().execute(statement.bindparams(as_of=as_of))
    return {(category, standing): count for category, standing, count in rows}


def statement_of(extract: Extract, source: Source, speech: Speech) -> str:
    wanted = [source.columns[column.name] for column in extract.columns]
    order = ", ".join(speech.ordered(code) for code in source.order)
    return "\n".join(
        (
            "SELECT",
            ",\n".join((*wanted, *source.beside)),
            source.joins,
            *_where(extract, source),
            f"ORDER BY {order}",
        )
    )


def _where(extract: Extract, source: Source) -> Iterator[str]:
    conditions = [source.where] if source.where else []
    if extract.municipality is not None:
        conditions.append(source.municipality)
    if extract.spg is not None:
        conditions.append(source.spg)
    if extract.committees is not None:
        conditions.append(source.committees)
    if conditions:
        yield "WHERE " + " AND ".join(f"({condition})" for condition in conditions)


def _values(extract: Extract, statement: str) -> Iterator[Any]:
    given: dict[str, Any] = {
        "as_of": extract.as_of,
        "year": extract.as_of.year,
        "municipality": f"{extract.municipality}%",
        "spg": extract.spg,
    }
    for name in dict.fromkeys(re.findall(r":(\w+)", statement)):
        if name == "committees":
            yield bindparam(name, sorted(extract.committees or ()), expanding=True)
        else:
            yield bindparam(name, given[name])


# --- spgs ----------------------------------------------------------------------------------------

_REGISTRATION = f"LEFT JOIN ({REGISTRATIONS}) r ON r.spg_id = s.id AND r.place = 1"

_RECOGNITION = """
LEFT JOIN recognition_act a ON a.id = (
    SELECT x.id FROM recognition_act x WHERE x.committee_id = k.id AND x.issued_on <= :as_of
    ORDER BY CASE WHEN x.until IS NULL OR x.until >= :as_of THEN 0 ELSE 1 END,
             x.issued_on DESC, x.id DESC LIMIT 1)
"""

_MEMBERS = """
(SELECT COUNT(DISTINCT m.person_id) FROM member m
 JOIN body b ON b.id = m.body_id JOIN person i ON i.id = m.person_id
 WHERE b.committee_id = k.id AND i.sex = '{sex}'
   AND COALESCE(m.corrected_from, m.term_from) <= :as_of
   AND (COALESCE(m.corrected_until, m.term_until) >= :as_of OR m.extended_until >= :as_of)
   AND (m.left_on IS NULL OR m.left_on > :as_of))
"""

_ENROLLED = """
FROM enrolment n WHERE n.spg_id = s.id
AND n.enrolled_on <= :as_of AND (n.ended_on IS NULL OR n.ended_on > :as_of)
"""

_HERE = "({0}.since IS NULL OR {0}.since <= :as_of) AND ({0}.until IS NULL OR {0}.until >= :as_of)"

_UNITS_OPEN = "u.since <= :as_of AND (u.until IS NULL OR u.until >= :as_of)"


def _spgs(speech: Speech) -> Source:
    places = "FROM spg_municipality x WHERE x.spg_id = s.id"
    units = f"u.producer_id IN (SELECT n.producer_id {_ENROLLED}) AND {_UNITS_OPEN}"
    return Source(
        {
            "spg_code": "s.code",
            "name": "s.name",
            "kind": "s.kind",
            "departments": speech.listed("substr(x.municipality_code, 1, 2)", places),
            "municipalities": speech.listed("x.municipality_code", places),
            "committee": "k.name",
            "committee_level": "k.level",
            "recognition_act": "a.number",
            "recognised_on": speech.day("a.issued_on"),
            "recognised_until": speech.day("a.until"),
            "registration_act": "r.act_number",
            "registered_on": speech.day("r.issued_on"),
            "registration_until": speech.day("r.until"),
            "registration_status": "COALESCE(r.word, 'none')",
            "members_women": _MEMBERS.format(sex="woman"),
            "members_men": _MEMBERS.format(sex="man"),
            "producers": f"(SELECT COUNT(DISTINCT n.producer_id) {_ENROLLED})",
            "units": f"(SELECT COUNT(*) FROM unit u WHERE {units})",  # noqa: S608  # our own words
            "area_m2": "(SELECT CAST(COALESCE(SUM(l.area_m2), 0) AS BIGINT) FROM plot l"  # noqa: S608  # our own words
            " WHERE l.id IN (SELECT y.plot_id FROM unit_plot y JOIN unit u ON u.id = y.unit_id"
            f" WHERE {units} AND {_HERE.format('y')}))",
        },
        f"FROM spg s JOIN committee k ON k.id = s.committee_id {_RECOGNITION} {_REGISTRATION}",
        "FROM spg s",
        ("s.code",),
        "s.id IN (SELECT spg_id FROM spg_municipality WHERE municipality_code LIKE :municipality)",
        "s.code = :spg",
        "s.committee_id IN :committees",
    )


# --- producers -----------------------------------------------------------------------------------


def _producers(speech: Speech) -> Source:
    return Source(
        {
            "producer_code": "p.code",
            "spg_code": "s.code",
            "kind": "p.kind",
            "sex_of_first_holder": """
                (SELECT i.sex FROM holder h JOIN person i ON i.id = h.person_id
                 WHERE h.producer_id = p.id AND h.since <= :as_of
                   AND (h.until IS NULL OR h.until >= :as_of)
                 ORDER BY h.position, h.id LIMIT 1)""",
            "organisation_code": speech.listed(
                "o.code",
                "FROM organisation_membership x JOIN organisation o ON o.id = x.organisation_id"
                " WHERE x.producer_id = p.id AND x.since <= :as_of"
                " AND (x.until IS NULL OR x.until >= :as_of)",
            ),
            "municipality_code": "m.ine_code",
            "municipality": "m.name",
            "department": "d.name",
            "community": "c.name",
            "enrolled_on": speech.day("n.enrolled_on"),
            "pledge_signed_on": speech.day(
                "(SELECT MIN(w.signed_on) FROM pledge w WHERE w.enrolment_id IN ("
                " SELECT n.id UNION ALL SELECT e.id FROM producer q"
                " JOIN enrolment e ON e.producer_id = q.id"
                " WHERE q.merged_into_id = n.producer_id AND e.spg_id = n.spg_id))"
            ),
            "status": "n.status",
        },
        f"""
        FROM producer p
        {speech.join()} enrolment n ON n.producer_id = p.id
        JOIN spg s ON s.id = n.spg_id
        JOIN community c ON c.id = p.community_id
        JOIN municipality m ON m.ine_code = c.municipality_code
        JOIN department d ON d.code = m.department_code
        """,
        """
        FROM enrolment n
        JOIN spg s ON s.id = n.spg_id
        JOIN producer p ON p.id = n.producer_id
        JOIN community c ON c.id = p.community_id
        """,
        ("p.code", "s.code"),
        "c.municipality_code LIKE :municipality",
        "s.code = :spg",
        "s.committee_id IN :committees",
        # Who came back has several enrolments in one SPG; the latest says where they stand.
        where="n.id = (SELECT MAX(x.id) FROM enrolment x"
        " WHERE x.producer_id = n.producer_id AND +x.spg_id = n.spg_id)",
    )


# --- units ---------------------------------------------------------------------------------------

_SEASON = """
FROM crop y JOIN product r ON r.code = y.product_code WHERE y.unit_id = u.id
AND y.season = (SELECT MAX(x.season) FROM crop x WHERE x.unit_id = u.id AND x.season <= :year)
"""

# Whose a unit is: of the SPGs where its family is enrolled now, or else of the last one. A
# committee that a family has left does not read its new fields.
_OF_UNIT = """
u.producer_id IN (
    SELECT n.producer_id FROM enrolment n JOIN spg s ON s.id = n.spg_id
    WHERE {} AND (n.ended_on IS NULL OR NOT EXISTS (
        SELECT 1 FROM enrolment x WHERE x.producer_id = n.producer_id
        AND (x.ended_on IS NULL OR x.id > n.id))))
"""


def _units(speech: Speech) -> Source:
    return Source(
        {
            "unit_code": "u.code",
            "producer_code": "p.code",
            "municipality_code": "u.municipality_code",
            "community": "c.name",
            "tenure": "u.tenure",
            "area_m2": "(SELECT CAST(COALESCE(SUM(l.area_m2), 0) AS BIGINT) FROM unit_plot x"  # noqa: S608  # our own words
            " JOIN plot l ON l.id = x.plot_id"
            f" WHERE x.unit_id = u.id AND {_HERE.format('x')})",
            "stage": "NULL",
            "products": speech.listed("y.product_code", _SEASON),
            "activity_kinds": speech.listed("r.kind", _SEASON),
            "lat": "u.lat",
            "lon": "u.lon",
        },
        """
        FROM unit u
        JOIN producer p ON p.id = u.producer_id
        JOIN community c ON c.id = u.community_id
        """,
        "FROM unit u",
        ("u.code",),
        "u.municipality_code LIKE :municipality",
        _OF_UNIT.format("s.code = :spg"),
        _OF_UNIT.format("s.committee_id IN :committees"),
        where=_UNITS_OPEN,
        beside=(
            "u.id",
            """(SELECT s.committee_id FROM enrolment n JOIN spg s ON s.id = n.spg_id
                WHERE n.producer_id = u.producer_id
                ORDER BY CASE WHEN n.ended_on IS NULL THEN 0 ELSE 1 END, n.id DESC LIMIT 1)""",
        ),
        complete=_with_stages,
    )


def _with_stages(session: Session, extract: Extract, rows: Rows) -> Rows:
    """The stage as the norm derives it, by the months that count for each committee."""
    known: dict[tuple[int | None, date], Months] = session.info.setdefault("register.months", {})
    found: dict[int, UnitStage] = {}
    for committee in {row[-1] for row in rows}:
        months = known.get((committee, extract.as_of))
        if months is None:
            months = transition_months(session, committee, extract.as_of)
            known[committee, extract.as_of] = months
        ids = [row[-2] for row in rows if row[-1] == committee]
        found |= unit_stages(session, ids, extract.as_of, months)
    place = [column.name for column in extract.columns].index("stage")
    return [(*row[:place], found[row[-2]].stage, *row[place + 1 : -2]) for row in rows]


# --- seals ---------------------------------------------------------------------------------------

_FREED = """
(SELECT MAX(v.effective_on) FROM seal_event v
 WHERE v.grant_id = g.id AND v.kind = 'reinstated' AND v.effective_on <= :as_of)
"""

_UNITS_COVERED = "SELECT o.unit_id FROM seal_scope o WHERE o.grant_id = g.id"

# The plus keeps SQLite from looking visits up by their round, which has hundreds.
_VISITED = f"""
(SELECT MAX(v.visited_on) FROM visit v
 WHERE v.unit_id IN ({_UNITS_COVERED}) AND +v.round_id = e.round_id AND v.state = 'reviewed')
"""  # noqa: S608  # our own words

_PASSED = """
FROM (SELECT j.key AS rule FROM json_each(e.waivers) j
      UNION SELECT j.key AS rule FROM json_each(t.waivers) j) w
"""


def _seals(speech: Speech) -> Source:
    begun = f"""
        CASE WHEN NOT ({BEGUN}) THEN ''
             WHEN NOT ({LASTS}) THEN {speech.day_after("g.valid_until")}
             ELSE {speech.day("g.valid_from")} END"""
    freed = speech.day(_FREED)
    return Source(
        {
            "public_code": "g.code",
            "producer_code": "p.code",
            "spg_code": "s.code",
            "category": "g.category",
            "valid_from": speech.day("g.valid_from"),
            "valid_until": speech.day("g.valid_until"),
            "standing": STANDING,
            "scope_products": speech.listed(
                "o.product_code", "FROM seal_scope o WHERE o.grant_id = g.id"
            ),
            # As the certificate has it: what was judged, whatever became of the plots.
            "scope_area_m2": "g.area_m2",
            "standard_version": "g.standard_version",
            "round": "r.number",
            "visit_on": speech.day(_VISITED),
            "acta_number": "t.acta_number",
            "decided_on": speech.day("t.held_on"),
            # As `rules.standing` has it: by dates, or from a reinstatement that came later.
            "status_since": f"""
                CASE WHEN NOT ({GRANTED}) THEN {speech.day("g.state_since")}
                     WHEN g.state_since > t.held_on AND {freed} > {begun} THEN {freed}
                     ELSE NULLIF({begun}, '') END""",
            "reason_class": f"CASE WHEN NOT ({GRANTED}) THEN g.reason_class END",
            "waivers": "CASE WHEN CAST(e.waivers AS TEXT) <> '{}'"
            " OR CAST(t.waivers AS TEXT) <> '{}'"
            f" THEN {speech.listed('w.rule', _PASSED)} END",
        },
        f"""
        FROM producer p
        {speech.join()} seal_grant g ON g.producer_id = p.id
        JOIN spg s ON s.id = g.spg_id
        JOIN decision e ON e.id = g.decision_id
        JOIN meeting t ON t.id = e.meeting_id
        LEFT JOIN round r ON r.id = e.round_id
        """,
        "FROM seal_grant g JOIN spg s ON s.id = g.spg_id",
        # By producer: what lies together on the disk is read together.
        ("p.code", "g.code"),
        "g.municipality_code LIKE :municipality",
        "s.code = :spg",
        "s.committee_id IN :committees",
    )


SOURCES: Mapping[TableName, Callable[[Speech], Source]] = {
    TableName.SPGS: _spgs,
    TableName.PRODUCERS: _producers,
    TableName.UNITS: _units,
    TableName.SEALS: _seals,
}

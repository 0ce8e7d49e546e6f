"""What would become of every row of a list. Nothing is written here."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlmodel import Session

from spg_registry.committees.models import Spg
from spg_registry.core import clock
from spg_registry.core.errors import Fault
from spg_registry.core.spreadsheets import Header, Row
from spg_registry.producers.checks import Known as Reference
from spg_registry.producers.gathering import faults_of, known
from spg_registry.producers.importing import cells
from spg_registry.producers.importing.cells import CellFault
from spg_registry.producers.importing.changes import Changes, changes_of
from spg_registry.producers.importing.forms import producer_in
from spg_registry.producers.importing.roster import Known, Match, Roster
from spg_registry.producers.importing.rows import (
    CellProblem,
    Draft,
    Frame,
    Options,
    RowReader,
    cell_of,
    plain_name,
    sexes_of,
    spread,
)
from spg_registry.territory.names import name_key


class Action(StrEnum):
    NEW = "new"
    UPDATE = "update"
    UNCHANGED = "unchanged"
    REJECTED = "rejected"


@dataclass(frozen=True)
class Verdict:
    """What happens to one row. `producer` is the code of the one it updates."""

    row: int
    action: Action
    label: str = ""
    producer: str = ""
    problems: tuple[CellProblem, ...] = ()
    changes: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    """Fields in which the list differs and which an import does not change."""


@dataclass
class Judged:
    """All rows, and what the writing needs: who is new, and who changes."""

    verdicts: list[Verdict]
    missing: list[Known]
    newcomers: list[tuple[Draft, Match]] = field(default_factory=list)
    updates: list[tuple[Draft, Known, Changes]] = field(default_factory=list)


def judge(
    session: Session,
    now: datetime,
    spg: Spg,
    municipalities: Sequence[str],
    header: Header,
    rows: Sequence[Row],
    options: Options,
) -> Judged:
    """Every row of the list against itself, the norm's shapes, and the SPG's present producers."""
    today = clock.local_date(now)
    sexes = sexes_of(header, iter(rows))
    frame = Frame(header, tuple(municipalities), sexes, today, options)
    desk = _Desk(header, Roster(session, spg.id, today.year))
    desk.read(RowReader(session, frame), rows)
    desk.refuse_duplicates()
    desk.match()
    desk.check_newcomers(session, now, spg.id, options)
    desk.compare(known(session, now, organisations=True), options)
    return desk.result(rows)


class _Desk:
    """The rows on their way through the checks; who fails one is out of the next."""

    def __init__(self, header: Header, roster: Roster) -> None:
        self.header = header
        self.roster = roster
        self.problems: dict[int, list[CellProblem]] = {}
        self.drafts: dict[int, Draft] = {}
        self.labels: dict[int, str] = {}
        self.matches: dict[int, Match] = {}
        self.changes: dict[int, Changes] = {}
        self.seen: set[int] = set()

    def read(self, reader: RowReader, rows: Iterable[Row]) -> None:
        for row in rows:
            draft, problems = reader.read(row)
            if draft is not None:
                self.drafts[row.number] = draft
                self.labels[row.number] = draft.full_name
            elif problems:
                self.problems[row.number] = problems
                self.labels[row.number] = _label(self.header, row)
                self._see_code(row)

    def refuse_duplicates(self) -> None:
        for column, drafts in _same(list(self.drafts.values())):
            copies = len({replace(draft, number=0) for draft in drafts}) == 1
            for draft in drafts[1:] if copies else drafts:
                other = drafts[0] if draft is not drafts[0] else drafts[1]
                self._refuse(draft.number, column, CellFault("row_twice", row=other.number))

    def match(self) -> None:
        self.roster.look_up(self.drafts.values())
        taken: dict[int, int] = {}
        for draft in list(self.drafts.values()):
            try:
                match = self.roster.match(draft)
            except CellFault as fault:
                self._refuse(draft.number, _column_of(fault, draft), fault)
                self._see_producer(fault.params.get("producer"), fault.params.get("code"))
                continue
            self.matches[draft.number] = match
            if match.known is None:
                continue
            self.seen.add(match.known.producer.id)
            first = taken.setdefault(match.known.producer.id, draft.number)
            if first != draft.number:
                self._refuse(draft.number, "names", CellFault("row_twice", row=first))

    def check_newcomers(
        self, session: Session, now: datetime, spg_id: int, options: Options
    ) -> None:
        """What the producers' room itself would refuse."""
        self._share_land(options)
        new = [draft for draft in self.drafts.values() if self.matches[draft.number].known is None]
        batch = [producer_in(draft, self.matches[draft.number], options) for draft in new]
        for fault in faults_of(session, now, spg_id, batch) if batch else ():
            place, _, name = fault.field.partition("-")
            self._refuse(new[int(place)].number, _column(name), fault)

    def _share_land(self, options: Options) -> None:
        for draft in list(self.drafts.values()):
            if self.matches[draft.number].known is not None:
                continue
            try:
                crops = spread(draft.crops, draft.area_m2, share=options.share_area)
            except CellFault as fault:
                self._refuse(draft.number, "products", fault)
            else:
                self.drafts[draft.number] = replace(draft, crops=crops)

    def compare(self, reference: Reference, options: Options) -> None:
        for draft in list(self.drafts.values()):
            present = self.matches[draft.number].known
            if present is None:
                continue
            try:
                self.changes[draft.number] = changes_of(draft, present, reference, options)
            except CellFault as fault:
                self._refuse(draft.number, str(fault.params.pop("column")), fault)

    def result(self, rows: Iterable[Row]) -> Judged:
        missing = [
            each
            for each in self.roster.rows.values()
            if each.enrolment.ended_on is None and each.producer.id not in self.seen
        ]
        judged = Judged([], sorted(missing, key=lambda each: name_key(each.enrolment.code)))
        for row in rows:
            number = row.number
            if number in self.problems:
                judged.verdicts.append(self._rejected(number))
            elif number in self.drafts:
                judged.verdicts.append(self._accepted(judged, self.drafts[number]))
        return judged

    def _rejected(self, number: int) -> Verdict:
        problems = tuple(self.problems[number])
        return Verdict(number, Action.REJECTED, self.labels[number], problems=problems)

    def _accepted(self, judged: Judged, draft: Draft) -> Verdict:
        match = self.matches[draft.number]
        label = self.labels[draft.number]
        if match.known is None:
            judged.newcomers.append((draft, match))
            return Verdict(draft.number, Action.NEW, label)
        changes = self.changes[draft.number]
        if changes.names:
            judged.updates.append((draft, match.known, changes))
        return Verdict(
            draft.number,
            Action.UPDATE if changes.names else Action.UNCHANGED,
            label,
            match.known.producer.code,
            changes=changes.names,
            notes=changes.notes,
        )

    def _refuse(self, number: int, column: str, fault: CellFault | Fault) -> None:
        cell = cell_of(self.header, number, column)
        problem = CellProblem(column, cell, fault.code, fault.params)
        found = self.problems.setdefault(number, [])
        if problem not in found:
            found.append(problem)
        self.drafts.pop(number, None)

    def _see_code(self, row: Row) -> None:
        try:
            self._see_producer(None, cells.text(self.header.cell(row, "code")))
        except CellFault:
            return

    def _see_producer(self, producer: str | None, code: str | None) -> None:
        """Named by a row that is not taken: still not missing from the list."""
        present = self.roster.by_code.get(code or "")
        if present is not None and producer in (None, present.producer.code):
            self.seen.add(present.producer.id)


def _same(drafts: Sequence[Draft]) -> Iterator[tuple[str, list[Draft]]]:
    """Rows of one list that are, or may be, the same producer."""
    by_code: dict[str, list[Draft]] = defaultdict(list)
    by_ci: dict[str, list[Draft]] = defaultdict(list)
    by_name: dict[Any, list[Draft]] = defaultdict(list)
    for draft in drafts:
        if draft.code:
            by_code[name_key(draft.code)].append(draft)
        if draft.ci_hash:
            by_ci[draft.ci_hash].append(draft)
        place = (draft.municipality_code, name_key(draft.community))
        by_name[plain_name(draft.full_name), place].append(draft)
    for column, groups in (("code", by_code), ("ci", by_ci)):
        yield from ((column, group) for group in groups.values() if len(group) > 1)
    for group in by_name.values():
        apart = all(draft.code for draft in group) or all(draft.ci_hash for draft in group)
        if len(group) > 1 and not apart:
            yield "names", group


def _label(header: Header, row: Row) -> str:
    """As much of a name as a bad row has."""
    parts = []
    for name in ("names", "full_name", "surnames_first", "surnames", "first_surname"):
        try:
            parts.append(cells.text(header.cell(row, name)) or "")
        except CellFault:
            continue
    return " ".join(part for part in parts if part)[:160]


def _column_of(fault: CellFault, draft: Draft) -> str:
    if fault.code.startswith("ci_"):
        return "ci"
    return "code" if fault.code.startswith("code_") and draft.code else "names"


def _column(name: str) -> str:
    """The column behind a field of `ProducerIn`, as faults name it."""
    if name.startswith("holders-0-"):
        return name.removeprefix("holders-0-")
    for start, column in (
        ("enrolment-pledge", "pledge_signed_on"),
        ("enrolment-enrolled_on", "enrolled_on"),
        ("enrolment-code", "code"),
        ("organisations", "organisation"),
        ("display_name", "display_name"),
        ("community", "community"),
        ("municipality", "municipality"),
        ("kind", "kind"),
        ("units-0-plots-0-area", "area"),
        ("units-0-plots-0-last", "last_input"),
        ("units-0-crops", "products"),
        ("units-0", "unit_name"),
    ):
        if name.startswith(start):
            return column
    return "names"

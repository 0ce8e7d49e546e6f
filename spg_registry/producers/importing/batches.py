"""The acts of an import: examine, look again, confirm once, put away."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, BinaryIO

from sqlmodel import Session, col, func, select

from spg_registry.committees.models import Spg
from spg_registry.committees.queries import spg_municipalities
from spg_registry.core import audit
from spg_registry.core.db import compact_json
from spg_registry.core.errors import Conflict, Fault, Invalid, NotFound
from spg_registry.core.messages import DEFAULT_LOCALE, sentence
from spg_registry.core.permissions import Actor, Permission, require
from spg_registry.core.spreadsheets import (
    Cell,
    Header,
    Heading,
    Kind,
    Row,
    Table,
    find_header,
    write_rejected,
)
from spg_registry.producers.access import require_spg
from spg_registry.producers.importing.applying import codes_of, counts_of, write_all
from spg_registry.producers.importing.columns import NOT_DATA, SYNONYMS, WHOLE_NAMES
from spg_registry.producers.importing.judging import Action, Judged, Verdict, judge
from spg_registry.producers.importing.packing import (
    pack_header,
    pack_rows,
    pack_verdicts,
    unpack_header,
    unpack_options,
    unpack_rows,
    unpack_verdicts,
)
from spg_registry.producers.importing.rows import Options
from spg_registry.producers.models import ImportBatch, ImportState

KEPT_FOR = timedelta(days=30)
"""After which what people typed is let go; the counts and the file's digest stay."""


class ImportNotFound(NotFound):
    """No such import, or another committee's."""

    code = "import_not_found"


class ImportPutAway(Conflict):
    """It was put away, by a person or by time; the list can be sent again."""

    code = "import_put_away"


class ImportChanged(Conflict):
    """What would become of row `row` is no longer what was shown: somebody must look again."""

    code = "import_changed"


@dataclass(frozen=True)
class Examination:
    """A list, and what becomes of every row of it (what became, once it is confirmed)."""

    batch: ImportBatch
    spg: Spg
    verdicts: list[Verdict]

    @property
    def columns(self) -> dict[str, str]:
        """Which field was read from which title."""
        titles = self.batch.header["titles"]
        return {name: titles[at] for name, at in self.batch.header["columns"].items()}

    @property
    def unknown(self) -> list[Heading]:
        """Columns that are left out."""
        return [Heading(**each) for each in self.batch.header["unknown"]]

    def of(self, action: Action) -> list[Verdict]:
        return [verdict for verdict in self.verdicts if verdict.action is action]


def examine(
    session: Session,
    actor: Actor,
    now: datetime,
    spg_id: int,
    table: Table,
    options: Options | None = None,
) -> Examination:
    """Read a list for one SPG and say what would become of each row. Writes no producer.

    Raises what `core.spreadsheets.faults` has for the file, and Invalid at `file` for columns
    that are missing or there twice.
    """
    spg = require_spg(session, actor, spg_id)
    options = options or Options()
    municipalities = spg_municipalities(session, [spg.id])[spg.id]
    header = find_header(table, SYNONYMS)
    _check_columns(header, municipalities)
    rows = [row for row in table if row.number > header.row]
    judged = judge(session, now, spg, municipalities, header, rows, options)
    _let_go(session, now)
    batch = ImportBatch(
        spg_id=spg.id,
        filename=table.filename[-200:],
        digest=table.digest,
        kind=table.kind.value,
        delimiter=table.delimiter,
        sheet=table.sheet and table.sheet[:60],
        header=pack_header(header),
        options=asdict(options),
        lines=pack_rows(rows),
        examined_at=now,
        examined_by=actor.label,
    )
    _put(batch, judged)
    session.add(batch)
    session.flush()
    _tell(session, actor, now, "import.examine", batch, spg)
    return Examination(batch, spg, judged.verdicts)


def reexamine(session: Session, actor: Actor, now: datetime, batch_id: int) -> Examination:
    """Judge a waiting list again by what the registry holds now."""
    batch, spg = _to_write(session, actor, batch_id)
    if batch.state is ImportState.PREVIEWED:
        _put(batch, _judged(session, now, batch, spg))
        session.flush()
    return Examination(batch, spg, unpack_verdicts(batch.verdicts))


def confirm(session: Session, actor: Actor, now: datetime, batch_id: int) -> Examination:
    """Write every accepted row, all or none, exactly as previewed.

    Raises ImportChanged when a row would now come out otherwise. Confirming again changes nothing
    and answers with what was done.
    """
    batch, spg = _to_write(session, actor, batch_id)
    if batch.state is ImportState.REJECTED:
        raise ImportPutAway(id=batch_id)
    if batch.state is ImportState.CONFIRMED:
        return Examination(batch, spg, unpack_verdicts(batch.verdicts))
    judged = _judged(session, now, batch, spg)
    _refuse_changes(batch.verdicts, pack_verdicts(judged.verdicts))
    options = unpack_options(batch.options)
    write_all(session, actor, now, spg.id, judged, options, reason=f"import {batch.id}")
    _put(batch, judged)
    rejected = {verdict.row for verdict in judged.verdicts if verdict.action is Action.REJECTED}
    batch.lines = [line for line in batch.lines if line[0] in rejected]
    batch.state = ImportState.CONFIRMED
    batch.confirmed_at = now
    batch.confirmed_by = actor.label
    session.flush()
    _tell(session, actor, now, "import.confirm", batch, spg)
    return Examination(batch, spg, judged.verdicts)


def put_away(session: Session, actor: Actor, now: datetime, batch_id: int) -> ImportBatch:
    """Give up a list that waits: what it held is let go at once."""
    batch, spg = _to_write(session, actor, batch_id)
    if batch.state is ImportState.CONFIRMED:
        raise Conflict(id=batch_id)
    _empty(batch, now)
    session.flush()
    _tell(session, actor, now, "import.put_away", batch, spg)
    return batch


def examination(session: Session, actor: Actor, batch_id: int) -> Examination:
    """For the page of one import. Who may not write the SPG's producers finds nothing."""
    require(actor, Permission.PRODUCER_WRITE)
    batch = session.get(ImportBatch, batch_id)
    spg = session.get(Spg, batch.spg_id) if batch else None
    if batch is None or spg is None or not actor.may(Permission.PRODUCER_WRITE, spg.committee_id):
        raise ImportNotFound(id=batch_id)
    return Examination(batch, spg, unpack_verdicts(batch.verdicts))


def imports(
    session: Session, actor: Actor, limit: int, offset: int
) -> tuple[list[tuple[ImportBatch, Spg]], int]:
    """The imports of the committees that the actor writes for, the latest first."""
    require(actor, Permission.PRODUCER_WRITE)
    query = select(ImportBatch, Spg).join(Spg, col(Spg.id) == col(ImportBatch.spg_id))
    places = actor.committees(Permission.PRODUCER_WRITE)
    if places is not None:
        query = query.where(col(Spg.committee_id).in_(places))
    total = session.exec(select(func.count()).select_from(query.subquery())).one()
    rows = session.exec(query.order_by(col(ImportBatch.id).desc()).limit(limit).offset(offset))
    return list(rows), total


def write_rejected_rows(
    session: Session,
    actor: Actor,
    batch_id: int,
    out: BinaryIO,
    locale: str = DEFAULT_LOCALE,
) -> Kind:
    """The rows that were not taken, as a file of the kind that came, with the reasons. Raises
    ImportPutAway when they are kept no more."""
    found = examination(session, actor, batch_id)
    batch = found.batch
    if batch.let_go_at is not None:
        raise ImportPutAway(id=batch_id)
    kind = Kind(batch.kind)
    rows = _with_reasons(unpack_rows(batch.lines), found.of(Action.REJECTED), locale)
    titles = batch.header["titles"]
    write_rejected(out, kind, titles, rows, delimiter=batch.delimiter)
    return kind


def _with_reasons(
    rows: Sequence[Row], rejected: Sequence[Verdict], locale: str
) -> Iterator[tuple[Sequence[Cell], str]]:
    lines = {row.number: row for row in rows}
    for verdict in rejected:
        if verdict.row in lines:
            reasons = [
                f"{problem.cell}: {sentence(f'error.{problem.code}', locale, **problem.params)}"
                for problem in verdict.problems
            ]
            yield lines[verdict.row].cells, " ".join(reasons)


def _check_columns(header: Header, municipalities: Sequence[str]) -> None:
    there = header.columns
    faults = [
        Fault("file", "column_twice", {"cells": list(cells)})
        for name, cells in header.duplicates.items()
        if name not in NOT_DATA
    ]
    if not any(name in there for name in WHOLE_NAMES):
        faults.append(Fault("file", "column_missing_names"))
    if "community" not in there:
        faults.append(Fault("file", "column_missing_community"))
    by_place = {"municipality", "municipality_code"} & set(there)
    if not by_place and len(municipalities) != 1:
        faults.append(Fault("file", "column_missing_municipality"))
    if faults:
        raise Invalid(*faults)


def _to_write(session: Session, actor: Actor, batch_id: int) -> tuple[ImportBatch, Spg]:
    """The batch, held until the end of the transaction: two confirmations come one by one."""
    spg = examination(session, actor, batch_id).spg
    batch = session.get_one(ImportBatch, batch_id, with_for_update=True, populate_existing=True)
    return batch, spg


def _judged(session: Session, now: datetime, batch: ImportBatch, spg: Spg) -> Judged:
    return judge(
        session,
        now,
        spg,
        spg_municipalities(session, [spg.id])[spg.id],
        unpack_header(batch.header),
        unpack_rows(batch.lines),
        unpack_options(batch.options),
    )


def _refuse_changes(shown: Sequence[Any], present: Sequence[Any]) -> None:
    for before, after in zip(shown, present, strict=True):
        if compact_json(before) != compact_json(after):
            raise ImportChanged(row=before["row"])


def _put(batch: ImportBatch, judged: Judged) -> None:
    batch.verdicts = pack_verdicts(judged.verdicts)
    batch.missing = codes_of(judged.missing)
    batch.counts = counts_of(judged)


def _let_go(session: Session, now: datetime) -> None:
    """Old lists lose what people typed, whoever's they are."""
    old = session.exec(
        select(ImportBatch).where(
            ImportBatch.examined_at < now - KEPT_FOR, col(ImportBatch.let_go_at).is_(None)
        )
    )
    for batch in old:
        _empty(batch, now)


def _empty(batch: ImportBatch, now: datetime) -> None:
    if batch.state is ImportState.PREVIEWED:
        batch.state = ImportState.REJECTED
    batch.lines, batch.verdicts, batch.missing = [], [], []
    batch.let_go_at = now


def _tell(
    session: Session, actor: Actor, now: datetime, action: str, batch: ImportBatch, spg: Spg
) -> None:
    audit.record(
        session,
        actor,
        now,
        action,
        "import_batch",
        batch.id,
        committee_id=spg.committee_id,
        digest=batch.digest,
        **batch.counts,
    )
    session.flush()

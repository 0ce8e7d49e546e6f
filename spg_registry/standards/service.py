"""Loading the norm's files, a committee's by-laws and its own questions."""

from datetime import datetime
from pathlib import Path
from typing import TypeVar

from sqlmodel import Session, SQLModel, col, func, select

from spg_registry.committees.errors import CommitteeNotFound
from spg_registry.committees.models import Committee
from spg_registry.core import audit, clock
from spg_registry.core.db import lock_all_writers
from spg_registry.core.errors import Invalid
from spg_registry.core.locks import Lock
from spg_registry.core.permissions import SYSTEM, Actor, Permission, require
from spg_registry.standards import queries
from spg_registry.standards.by_laws import faults_of_changes
from spg_registry.standards.errors import ItemMissing, NormMissing
from spg_registry.standards.files import (
    DATA,
    ChecklistFile,
    DimensionPart,
    NormFile,
    RuleSetFile,
    StandardFile,
    digest_of,
    read_files,
)
from spg_registry.standards.models import (
    Checklist,
    ChecklistDimension,
    ChecklistItem,
    RuleSet,
    Standard,
    TransitionRule,
)
from spg_registry.standards.schemas import ByLaws, LocalItem

Versioned = Standard | Checklist | RuleSet
Row = TypeVar("Row", Standard, Checklist, RuleSet)
OWN_DIMENSION = "own"
OWN_DIMENSION_TITLE = "Preguntas propias del comité"

Made = TypeVar("Made", bound=SQLModel)


def load_standards(session: Session, now: datetime, directory: Path = DATA) -> list[Versioned]:
    """Make a new version of every file that says something new; returns those made.

    An older version is never touched. A new version of a standard brings new versions of the
    form and the ruleset that name it, so that the three always belong together.
    """
    lock_all_writers(session, Lock.NORM_VERSIONS)
    made = [row for file in read_files(directory) if (row := _load(session, now, file))]
    for row in made:
        kind = type(row).__name__.lower()
        audit.record(
            session, SYSTEM, now, f"{kind}.load", kind, row.id, code=row.code, version=row.version
        )
    session.flush()
    return made


def _load(session: Session, now: datetime, file: NormFile) -> Versioned | None:
    if isinstance(file, StandardFile):
        return _load_standard(session, now, file)
    under = _newest_standard(session, file.standard)
    digest = digest_of({"file": digest_of(file), "standard": under.digest})
    if isinstance(file, ChecklistFile):
        return _load_checklist(session, now, file, under, digest)
    return _load_ruleset(session, now, file, under, digest)


def _newest_standard(session: Session, code: str) -> Standard:
    found = _newest(session, Standard, code)
    if found is None:
        raise NormMissing(what=code)
    return found


def _newest(session: Session, table: type[Row], code: str) -> Row | None:
    """The last national version; by-laws are no versions of a file."""
    query = select(table).where(table.code == code)
    if issubclass(table, RuleSet):
        query = query.where(col(RuleSet.committee_id).is_(None))
    return session.exec(query.order_by(col(table.version).desc())).first()


def _next_version(before: Versioned | None, digest: str) -> int | None:
    """None when the newest version says the same already."""
    if before is None:
        return 1
    return None if before.digest == digest else before.version + 1


def _load_standard(session: Session, now: datetime, file: StandardFile) -> Standard | None:
    digest = digest_of(file)
    version = _next_version(_newest(session, Standard, file.code), digest)
    if version is None:
        return None
    said = file.model_dump(exclude={"what"})
    row = Standard(**said, version=version, digest=digest, loaded_at=now)
    return _added(session, row)


def _load_checklist(
    session: Session, now: datetime, file: ChecklistFile, under: Standard, digest: str
) -> Checklist | None:
    version = _next_version(_newest(session, Checklist, file.code), digest)
    if version is None:
        return None
    said = file.model_dump(exclude={"what", "standard", "dimensions"})
    row = _added(
        session,
        Checklist(**said, version=version, standard_id=under.id, digest=digest, loaded_at=now),
    )
    for position, part in enumerate(file.dimensions, start=1):
        _add_dimension(session, row, position, part)
    return row


def _add_dimension(session: Session, form: Checklist, position: int, part: DimensionPart) -> None:
    shelf = _added(
        session,
        ChecklistDimension(
            checklist_id=form.id, position=position, code=part.code, title=part.title
        ),
    )
    for place, item in enumerate(part.items, start=1):
        said = item.model_dump(mode="json")
        session.add(ChecklistItem(dimension_id=shelf.id, position=place, **said))


def _load_ruleset(
    session: Session, now: datetime, file: RuleSetFile, under: Standard, digest: str
) -> RuleSet | None:
    version = _next_version(_newest(session, RuleSet, file.code), digest)
    if version is None:
        return None
    row = _added(
        session,
        RuleSet(
            code=file.code,
            version=version,
            standard_id=under.id,
            title=file.title,
            parameters=file.parameters(),
            digest=digest,
            loaded_at=now,
        ),
    )
    session.add_all(
        TransitionRule(rule_set_id=row.id, activity=kind, **part.model_dump())
        for kind, part in file.transition.items()
    )
    return row


def _added(session: Session, row: Made) -> Made:
    session.add(row)
    session.flush()
    return row


def _require_committee(session: Session, committee_id: int) -> None:
    """A program may name any number."""
    if session.get(Committee, committee_id) is None:
        raise CommitteeNotFound(id=committee_id)


def adopt_by_laws(session: Session, actor: Actor, now: datetime, data: ByLaws) -> RuleSet:
    """A committee's by-laws on the national ruleset, as a new version that replaces the former
    ones whole. Rounds already open keep what was frozen into them.

    Raises Invalid with every change that the bounds do not allow.
    """
    require(actor, Permission.COMMITTEE_MANAGE, on=data.committee_id)
    _require_committee(session, data.committee_id)
    lock_all_writers(session, Lock.NORM_VERSIONS)
    today = clock.local_date(now)
    national = queries.ruleset_of(session, None, today)
    changes = {
        code: change.model_dump(mode="json", exclude_none=True)
        for code, change in data.rules.items()
    }
    faults = faults_of_changes(national.rules, changes)
    if faults:
        raise Invalid(*faults)
    before = queries.by_laws_of(session, data.committee_id, national.national.code)
    row = _added(
        session,
        RuleSet(
            code=national.national.code,
            version=before.version + 1 if before else 1,
            committee_id=data.committee_id,
            standard_id=national.national.standard_id,
            title=national.national.title,
            parameters=changes,
            source=data.source,
            digest=digest_of({"rules": changes, "source": data.source}),
            loaded_at=now,
        ),
    )
    audit.record(
        session,
        actor,
        now,
        "by_laws.adopt",
        "rule_set",
        row.id,
        committee_id=data.committee_id,
        version=row.version,
        rules=sorted(changes),
    )
    return row


def add_local_item(session: Session, actor: Actor, now: datetime, data: LocalItem) -> ChecklistItem:
    """A committee's own question, asked in the rounds it opens from now on."""
    require(actor, Permission.COMMITTEE_MANAGE, on=data.committee_id)
    _require_committee(session, data.committee_id)
    lock_all_writers(session, Lock.NORM_VERSIONS)
    norm = queries.standard_on(session, clock.local_date(now))
    form = queries.checklist_of(session, norm)
    shelf = _shelf(session, form, data.dimension)
    number = (
        1
        + session.exec(
            select(func.count()).where(ChecklistItem.committee_id == data.committee_id)
        ).one()
    )
    item = _added(
        session,
        ChecklistItem(
            **data.model_dump(mode="json", exclude={"dimension"}),
            dimension_id=shelf.id,
            position=1000 + number,
            code=f"L{data.committee_id}.{number}",  # no hyphen: forms use it
        ),
    )
    audit.record(
        session,
        actor,
        now,
        "checklist_item.add",
        "checklist_item",
        item.id,
        committee_id=data.committee_id,
        code=item.code,
    )
    return item


def _shelf(session: Session, form: Checklist, code: str) -> ChecklistDimension:
    """A part of the form; the one for committees' own questions is made when first wanted."""
    query = select(ChecklistDimension).where(ChecklistDimension.checklist_id == form.id)
    found = session.exec(query.where(ChecklistDimension.code == code)).first()
    if found is None and code == OWN_DIMENSION:
        row = ChecklistDimension(
            checklist_id=form.id, position=1000, code=code, title=OWN_DIMENSION_TITLE
        )
        return _added(session, row)
    if found is None:
        raise Invalid.at("dimension", "dimension_unknown", dimension=code)
    return found


def retire_local_item(session: Session, actor: Actor, now: datetime, item_id: int) -> ChecklistItem:
    """Stop asking a local question. The row stays: past rounds asked it."""
    item = session.get(ChecklistItem, item_id)
    if item is None or item.committee_id is None:
        raise ItemMissing()
    require(actor, Permission.COMMITTEE_MANAGE, on=item.committee_id)
    if item.retired_at is None:
        item.retired_at = now
        session.add(item)
        session.flush()
        audit.record(
            session,
            actor,
            now,
            "checklist_item.retire",
            "checklist_item",
            item.id,
            committee_id=item.committee_id,
            code=item.code,
        )
    return item

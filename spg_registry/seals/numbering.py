"""Labels with running numbers: so many packages of so much, each number once."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, func, select

from spg_registry.core import audit, clock, codes
from spg_registry.core.errors import Fault, Invalid
from spg_registry.core.permissions import Actor, Permission, require
from spg_registry.producers.facts import present_crops
from spg_registry.seals.errors import LabelBatchNotFound, SealNotInForce
from spg_registry.seals.events import held_grants
from spg_registry.seals.models import LabelBatch, SealGrant, SealScope
from spg_registry.seals.queries import is_printable
from spg_registry.seals.schemas import LabelBatchesIn, LabelsIn

GRAMS_PER_KG = 1_000


@dataclass(frozen=True)
class Balance:
    """What the labels of a seal's product declare, beside what its fields were expected to give.
    In grams; `expected` is None where no yield is on record."""

    declared: int
    expected: int | None

    @property
    def is_exceeded(self) -> bool:
        return self.expected is not None and self.declared > self.expected


def allot(session: Session, actor: Actor, now: datetime, wish: LabelBatchesIn) -> list[LabelBatch]:
    """Give the next numbers of each seal. More than the expected yield needs an explanation.

    Seals are held until the end of the transaction, so that no number is given twice.
    """
    today = clock.local_date(now)
    wanted = [(place, row) for place, row in enumerate(wish.rows) if row.count is not None]
    if not wanted:
        raise Invalid.at("", "no_labels_wanted")
    grants = {
        grant.code: grant
        for grant in held_grants(session, actor, [_stored(row.code) for _, row in wanted])
    }
    for grant in grants.values():
        require(actor, Permission.PRODUCER_WRITE, on=grant.committee_id)
        if not is_printable(grant, today):
            raise SealNotInForce(code=grant.code)
    balances = balances_of(session, grants.values(), today)
    batches: list[LabelBatch] = []
    faults: list[Fault] = []
    next_number = _next_numbers(session, [grant.id for grant in grants.values()])
    for place, row in wanted:
        grant = grants[_stored(row.code)]
        product = row.product_code or ""
        known = balances.get((grant.id, product))
        found = _faults(f"rows-{place}-", row, known)
        faults += found
        if found or row.content is None or row.count is None or known is None:
            continue
        first = next_number[grant.id]
        next_number[grant.id] = first + row.count
        batch = LabelBatch(
            grant_id=grant.id,
            product_code=product,
            unit=row.unit,
            content=row.content,
            first_number=first,
            last_number=first + row.count - 1,
            explanation=row.explanation,
            made_at=now,
            made_by=actor.id if actor.kind == "user" else None,
        )
        total = known.declared + (batch.declared_grams or 0)
        balances[grant.id, product] = Balance(total, known.expected)
        batches.append(batch)
    if faults:
        raise Invalid(*faults)
    session.add_all(batches)
    session.flush()
    by_id = {grant.id: grant for grant in grants.values()}
    for batch in batches:
        _note(session, actor, now, by_id[batch.grant_id], batch)
    return batches


def _faults(prefix: str, row: LabelsIn, known: Balance | None) -> list[Fault]:
    faults = []
    if not row.product_code:
        faults.append(Fault(f"{prefix}product_code", "required", {}))
    elif known is None:
        faults.append(Fault(f"{prefix}product_code", "product_not_in_seal", {}))
    if row.content is None:
        faults.append(Fault(f"{prefix}content", "required", {}))
    if not faults and known is not None and not row.explanation:
        grams = (row.count or 0) * (row.content or 0) * (row.unit.grams or 0)
        would = Balance(known.declared + grams, known.expected)
        if grams and would.is_exceeded:
            told = {"declared": would.declared // GRAMS_PER_KG}
            told["expected"] = (would.expected or 0) // GRAMS_PER_KG
            faults.append(Fault(f"{prefix}explanation", "declared_past_yield", told))
    return faults


def _stored(code: str) -> str:
    try:
        return codes.parse(code)
    except codes.MistypedCode:
        return code


def _next_numbers(session: Session, grant_ids: Sequence[int]) -> dict[int, int]:
    query = (
        select(LabelBatch.grant_id, func.max(LabelBatch.last_number))
        .where(col(LabelBatch.grant_id).in_(grant_ids))
        .group_by(col(LabelBatch.grant_id))
    )
    last = dict(session.exec(query).all())
    return {id_: last.get(id_, 0) + 1 for id_ in grant_ids}


def balances_of(
    session: Session, grants: Iterable[SealGrant], on: date
) -> dict[tuple[int, str], Balance]:
    """By seal and product of its scope. Labels of the seals that this one took the place of count
    too: it is one decision and one harvest."""
    by_id = {grant.id: grant for grant in grants}
    scope: dict[tuple[int, str], set[int]] = defaultdict(set)
    for row in session.exec(select(SealScope).where(col(SealScope.grant_id).in_(by_id))):
        scope[row.grant_id, row.product_code].add(row.unit_id)
    declared = _declared(session, {grant.decision_id for grant in by_id.values()})
    crops = present_crops(session, {unit for units in scope.values() for unit in units}, on)
    found = {}
    for (grant_id, product), units in scope.items():
        yields = [
            crop.expected_kg
            for unit in units
            for crop in crops[unit]
            if crop.product_code == product and crop.expected_kg is not None
        ]
        grams = declared[by_id[grant_id].decision_id, product]
        expected = sum(yields) * GRAMS_PER_KG if yields else None
        found[grant_id, product] = Balance(grams, expected)
    return found


def _declared(session: Session, decision_ids: Collection[int]) -> dict[tuple[int, str], int]:
    query = select(LabelBatch, SealGrant.decision_id).where(
        LabelBatch.grant_id == SealGrant.id, col(SealGrant.decision_id).in_(decision_ids)
    )
    found: dict[tuple[int, str], int] = defaultdict(int)
    for batch, decision_id in session.exec(query):
        found[decision_id, batch.product_code] += batch.declared_grams or 0
    return found


def batches_of(session: Session, grant_ids: Iterable[int]) -> list[LabelBatch]:
    """The latest first. The caller has asked whether the seals may be read."""
    query = select(LabelBatch).where(col(LabelBatch.grant_id).in_(set(grant_ids)))
    return list(session.exec(query.order_by(col(LabelBatch.id).desc())))


def get_batches(
    session: Session, actor: Actor, ids: Sequence[int]
) -> list[tuple[LabelBatch, SealGrant]]:
    """In the order named, each with its seal; another committee's is not found."""
    require(actor, Permission.SEAL_READ)
    query = select(LabelBatch, SealGrant).where(
        LabelBatch.grant_id == SealGrant.id, col(LabelBatch.id).in_(set(ids))
    )
    rows = {batch.id: (batch, grant) for batch, grant in session.exec(query)}
    for id_ in ids:
        if id_ not in rows or not actor.may(Permission.SEAL_READ, rows[id_][1].committee_id):
            raise LabelBatchNotFound(id=id_)
    return [rows[id_] for id_ in dict.fromkeys(ids)]


def _note(
    session: Session, actor: Actor, now: datetime, grant: SealGrant, batch: LabelBatch
) -> None:
    audit.record(
        session,
        actor,
        now,
        "label.allot",
        "label_batch",
        batch.id,
        committee_id=grant.committee_id,
        code=grant.code,
        product=batch.product_code,
        first=batch.first_number,
        last=batch.last_number,
    )

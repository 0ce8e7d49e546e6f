"""The norm asked again about decisions adopted long ago, by today's records of that day.

What came later (a seal, a finding, an event, a leaving) is not held against them; what was
corrected since (a plot's last input, an interest found) is, and that is the use of it.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime

from sqlmodel import Session, col, select

from spg_registry.core import clock
from spg_registry.core.lots import in_lots
from spg_registry.decisions.models import Decision, Meeting
from spg_registry.producers.facts import standing_for
from spg_registry.rounds.models import Finding
from spg_registry.rules import facts
from spg_registry.rules.months import Span
from spg_registry.rules.words import SealEventKind
from spg_registry.seals.judging import Judged, Table
from spg_registry.seals.models import SealEvent, SealGrant, SealScope

_ENDS = (SealEventKind.WITHDRAWN, SealEventKind.REPLACED)


def judge_again(session: Session, meeting: Meeting, decisions: Sequence[Decision]) -> list[Judged]:
    """The verdicts on adopted decisions of one closed meeting, in their order."""
    if not decisions or meeting.closed_at is None:
        return []
    table = Table(session, meeting, decisions, clock.local_date(meeting.closed_at))
    table.ended.clear()
    units = [unit.unit_id for listed in table.units.values() for unit in listed]
    table.standing.clear()
    table.standing.update(_standing_then(session, units, meeting.closed_at))
    producers = {decision.producer_id for decision in decisions}
    table.findings = _findings_then(session, producers, meeting.held_on)
    judged: list[Judged] = []
    for decision in decisions:
        judged.append(_as_measured_then(table.judge(decision)))
        if judged[-1].category is not None:
            table.take_as_granted(judged[-1])
    return judged


def _as_measured_then(one: Judged) -> Judged:
    """Land that was measured anew makes no doubt: what a seal says of it follows by an act of its
    own (`seals.correcting`)."""
    return replace(one, stops=tuple(s for s in one.stops if s.reason != "area_too_large"))


def _standing_then(
    session: Session, unit_ids: Collection[int], moment: datetime
) -> dict[int, list[facts.StandingGrant]]:
    """By unit: the seals granted before the moment and not withdrawn or replaced by then."""
    grants: dict[int, SealGrant] = {}
    scopes: dict[int, set[tuple[int, str]]] = {}
    for lot in in_lots(unit_ids):
        rows = session.exec(
            select(SealGrant, SealScope.unit_id, SealScope.product_code)
            .where(SealScope.grant_id == SealGrant.id, col(SealScope.unit_id).in_(lot))
            .where(SealGrant.granted_at < moment)
        )
        for grant, unit_id, product in rows:
            grants[grant.id] = grant
            scopes.setdefault(grant.id, set()).add((unit_id, product))
    over: set[int] = set()
    for lot in in_lots(grants):
        query = select(SealEvent.grant_id).where(
            col(SealEvent.grant_id).in_(lot),
            col(SealEvent.kind).in_(_ENDS),
            SealEvent.at < moment,
        )
        over.update(session.exec(query))
    kept: dict[int, int] = {}
    for lot in in_lots(grant.producer_id for grant in grants.values()):
        kept |= standing_for(session, lot)
    found: dict[int, list[facts.StandingGrant]] = {}
    for grant_id, grant in sorted(grants.items()):
        if grant_id not in over:
            validity = Span(grant.valid_from, grant.valid_until)
            scope = frozenset(scopes[grant_id])
            holder = kept[grant.producer_id]
            one = facts.StandingGrant(grant_id, grant.category, validity, scope, holder)
            for unit_id in {unit for unit, _ in scope}:
                found.setdefault(unit_id, []).append(one)
    return found


def _findings_then(
    session: Session, producer_ids: Collection[int], on: date
) -> dict[int, tuple[facts.Finding, ...]]:
    found: dict[int, tuple[facts.Finding, ...]] = {}
    for lot in in_lots(producer_ids):
        query = select(Finding).where(
            col(Finding.producer_id).in_(lot),
            Finding.found_on <= on,
            col(Finding.closed_on).is_(None) | (col(Finding.closed_on) > on),
        )
        for row in session.exec(query.order_by(col(Finding.id))):
            one = facts.Finding(row.id, row.grade, row.due_on, None)
            found[row.producer_id] = (*found.get(row.producer_id, ()), one)
    return found

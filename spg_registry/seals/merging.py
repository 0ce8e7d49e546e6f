"""One family registered twice: what its seals and visits say against making it one."""

from datetime import date, datetime

from sqlalchemy import exists
from sqlmodel import Session, col, select

from spg_registry.core import clock
from spg_registry.core.db import lock_all_writers
from spg_registry.core.locks import Lock
from spg_registry.core.permissions import Actor
from spg_registry.decisions.models import Decision
from spg_registry.producers import merging
from spg_registry.producers.errors import NotMergeable
from spg_registry.producers.models import Merger, UnitPlot
from spg_registry.producers.schemas import MergeIn
from spg_registry.rounds.models import Finding, Round, Visit
from spg_registry.rules.months import Span
from spg_registry.rules.states import RUNNING, STANDING, UNSAID
from spg_registry.rules.words import FindingState, VisitState
from spg_registry.seals.models import SealGrant, SealScope


def merge(session: Session, actor: Actor, now: datetime, code: str, data: MergeIn) -> Merger:
    """`data.other` becomes the producer of this code; its seals stay scannable and valid.

    Raises NotMergeable: two running seals over the same land and product, a visit under way, two
    SPGs, two kinds.
    """
    lock_all_writers(session, Lock.GRANTING)
    kept, other = pair = merging.pair_to_write(session, actor, code, data.other)
    if _under_way(session, other.id):
        raise NotMergeable(why="under_way")
    if _two_seals(session, kept.id, other.id, clock.local_date(now)):
        raise NotMergeable(why="two_seals")
    row = merging.merge(session, actor, now, pair, data.reason)
    open_ones = select(Finding).where(
        Finding.producer_id == other.id, Finding.state != FindingState.CLOSED
    )
    findings = list(session.exec(open_ones))
    for finding in findings:
        finding.producer_id = kept.id
    row.moved = {**row.moved, "findings": [finding.id for finding in findings]}
    session.flush()
    return row


def unmerge(session: Session, actor: Actor, now: datetime, code: str, data: MergeIn) -> Merger:
    """`data.other` was another family after all. Refused while a visit to its land is under way
    in the other's name, or a seal was granted over it since."""
    lock_all_writers(session, Lock.GRANTING)
    kept, other = pair = merging.pair_to_write(session, actor, code, data.other)
    done = select(Merger).where(
        Merger.kept_producer_id == kept.id, Merger.other_producer_id == other.id
    )
    act = session.exec(done.order_by(col(Merger.id).desc())).first()
    if act is not None and _used(session, kept.id, act):
        raise NotMergeable(why="used_since")
    row = merging.unmerge(session, actor, now, pair, data.reason)
    if act is not None:
        wanted = act.moved.get("findings", [])
        for finding in session.exec(select(Finding).where(col(Finding.id).in_(wanted))):
            finding.producer_id = other.id
    session.flush()
    return row


def _under_way(session: Session, producer_id: int) -> bool:
    """A visit of a round that still runs, about which no acta has spoken."""
    decided = (
        col(Decision.round_id) == col(Visit.round_id),
        col(Decision.producer_id) == producer_id,
        col(Decision.state).not_in(UNSAID),
    )
    query = (
        select(Visit.id)
        .join(Round, col(Round.id) == col(Visit.round_id))
        .where(Visit.producer_id == producer_id, Visit.state != VisitState.VOID)
        .where(col(Round.state).in_(RUNNING))
        .where(~exists().where(*decided).correlate(Visit))
    )
    return session.exec(query).first() is not None


def _two_seals(session: Session, kept_id: int, other_id: int, today: date) -> bool:
    """Over the same unit, or units that share a plot, and the same product, on the same days."""
    ground: dict[int, set[tuple[tuple[str, int], str, Span]]] = {kept_id: set(), other_id: set()}
    query = (
        select(SealGrant, SealScope.unit_id, SealScope.product_code, UnitPlot.plot_id)
        .join(SealScope, col(SealScope.grant_id) == col(SealGrant.id))
        .join(UnitPlot, col(UnitPlot.unit_id) == col(SealScope.unit_id), isouter=True)
        .where(col(SealGrant.producer_id).in_([kept_id, other_id]))
        .where(col(SealGrant.state).in_(STANDING), SealGrant.valid_until >= today)
    )
    for grant, unit_id, product, plot_id in session.exec(query):
        span = Span(grant.valid_from, grant.valid_until)
        held = ground[grant.producer_id]
        held.add((("unit", unit_id), product, span))
        if plot_id is not None:
            held.add((("plot", plot_id), product, span))
    return any(
        place == where and product == what and span.meets(when)
        for place, product, span in ground[kept_id]
        for where, what, when in ground[other_id]
    )


def _used(session: Session, kept_id: int, act: Merger) -> bool:
    units = act.moved.get("units", [])
    visited = select(Visit.id).where(
        col(Visit.unit_id).in_(units), Visit.producer_id == kept_id, Visit.state != VisitState.VOID
    )
    sealed = (
        select(SealGrant.id)
        .join(SealScope, col(SealScope.grant_id) == col(SealGrant.id))
        .where(col(SealScope.unit_id).in_(units), SealGrant.producer_id == kept_id)
    )
    return any(session.exec(query).first() is not None for query in (visited, sealed))

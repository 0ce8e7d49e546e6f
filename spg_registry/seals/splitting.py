"""Two seals for one producer in one sitting: the green one for the land that is ready, the white
one for the rest (domain.md section 2: a decision is about one producer and category)."""

from datetime import datetime

from sqlmodel import Session

from spg_registry.core import clock
from spg_registry.core.errors import Invalid
from spg_registry.core.permissions import Actor, Permission, require
from spg_registry.decisions import service as decisions
from spg_registry.decisions.models import Decision
from spg_registry.decisions.schemas import DecisionIn, ScopeIn
from spg_registry.rules.words import Category, Outcome
from spg_registry.seals.agenda import Item, Line, item_of


def give_both(
    session: Session, actor: Actor, now: datetime, meeting_id: int, code: str
) -> list[Decision]:
    """Put down both drafts, each with its part of what the visits saw. Raises Invalid where all of
    the land, or none of it, is ready."""
    agenda, item = item_of(session, actor, meeting_id, code, today=clock.local_date(now))
    require(actor, Permission.DECISION_RECORD, on=agenda.meeting.committee_id)
    if not item.may_split:
        raise Invalid.at("scope", "nothing_to_split")
    ripe = [line for line in item.offered if (line.unit_id, line.product_code) in item.ripe]
    young = [line for line in item.offered if line not in ripe]
    batch = [
        _part(item, Outcome.ORGANIC, Category.ORGANIC, ripe),
        _part(item, Outcome.TRANSITION, Category.TRANSITION, young),
    ]
    return decisions.decide_all(session, actor, now, meeting_id, batch)


def _part(item: Item, outcome: Outcome, category: Category, lines: list[Line]) -> DecisionIn:
    return DecisionIn(
        producer_id=item.producer.id,
        category=category,
        outcome=outcome,
        scope=[
            ScopeIn(unit_id=line.unit_id, product_code=line.product_code, area_m2=line.area_m2)
            for line in lines
        ],
    )

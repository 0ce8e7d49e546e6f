"""What is written about a visit after its producer acknowledged it.

While nothing was decided on the visit the producer acknowledges anew; what was decided rests on
what was acknowledged then, and is for people to look at. Rounds cannot know which it is.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from spg_registry.core.permissions import Actor
from spg_registry.decisions.models import Decision
from spg_registry.rounds import service as rounds
from spg_registry.rounds.models import Finding, Visit
from spg_registry.rounds.schemas import FindingIn, VisitCorrection
from spg_registry.rules.states import UNSAID


def record_findings(
    session: Session, actor: Actor, now: datetime, batch: Sequence[FindingIn]
) -> list[Finding]:
    decided = _decided(session, (data.visit_id for data in batch))
    return rounds.record_findings(session, actor, now, batch, decided=decided)


def correct_visit(
    session: Session, actor: Actor, now: datetime, visit_id: int, data: VisitCorrection
) -> Visit:
    decided = _decided(session, [visit_id])
    return rounds.correct_visit(session, actor, now, visit_id, data, decided=decided)


def _decided(session: Session, visit_ids: Iterable[int]) -> set[int]:
    """Those on which an adopted decision rests."""
    query = select(Visit.id).where(
        col(Visit.id).in_(set(visit_ids)),
        Decision.round_id == Visit.round_id,
        Decision.producer_id == Visit.producer_id,
        col(Decision.state).not_in(UNSAID),
    )
    return set(session.exec(query))

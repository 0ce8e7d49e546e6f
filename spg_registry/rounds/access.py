"""Who may see and write rounds and visits. Fetching is the permission check.

Committees see theirs and the national roles all; evaluators see the visits they are sent to, and
of a round no more than its name.
"""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, false, or_, true
from sqlmodel import Session, col, select

from spg_registry.core.errors import Forbidden
from spg_registry.core.lots import in_lots
from spg_registry.core.permissions import Actor, Permission, require, require_somebody
from spg_registry.rounds.errors import RoundNotFound, RoundNotInField, VisitNotFound
from spg_registry.rounds.models import Assignment, AssignmentOutcome, Round, Visit
from spg_registry.rules.words import RoundState


def sent_to(actor: Actor) -> Any:
    """The visits to which this actor's person was sent, as a subquery of their ids."""
    return select(Assignment.visit_id).where(
        Assignment.person_id == actor.person_id,
        Assignment.outcome == AssignmentOutcome.ACCEPTED,
    )


def is_evaluator(actor: Actor) -> bool:
    return actor.person_id is not None and actor.may(Permission.VISIT_READ_OWN)


def seen_rounds(actor: Actor) -> ColumnElement[bool]:
    """The condition on `Round`."""
    require_somebody(actor)
    places = actor.committees(Permission.ROUND_READ)
    if places is None:
        return true()
    by_committee = col(Round.committee_id).in_(places) if places else false()
    if not is_evaluator(actor):
        return or_(by_committee, false())
    mine = select(Visit.round_id).where(col(Visit.id).in_(sent_to(actor)))
    return or_(by_committee, col(Round.id).in_(mine))


def seen_visits(actor: Actor) -> ColumnElement[bool]:
    """The condition on `Visit`."""
    require_somebody(actor)
    places = actor.committees(Permission.ROUND_READ)
    if places is None:
        return true()
    rounds = select(Round.id).where(col(Round.committee_id).in_(places))
    by_committee = col(Visit.round_id).in_(rounds) if places else false()
    if not is_evaluator(actor):
        return or_(by_committee, false())
    return or_(by_committee, col(Visit.id).in_(sent_to(actor)))


def get_round(session: Session, actor: Actor, round_id: int) -> Round:
    found = session.exec(select(Round).where(Round.id == round_id, seen_rounds(actor))).first()
    if found is None:
        raise RoundNotFound(id=round_id)
    return found


def round_to_write(session: Session, actor: Actor, round_id: int) -> Round:
    """Held until the end of the transaction: two moves of one round come one after the other."""
    require_somebody(actor)
    query = select(Round).where(Round.id == round_id, seen_rounds(actor)).with_for_update()
    found = session.exec(query.execution_options(populate_existing=True)).first()
    if found is None:
        raise RoundNotFound(id=round_id)
    require(actor, Permission.ROUND_WRITE, on=found.committee_id)
    return found


def in_field(ronda: Round) -> Round:
    """The round, when it is open; raises RoundNotInField."""
    if ronda.state is not RoundState.OPEN:
        raise RoundNotInField(state=ronda.state)
    return ronda


class Held:
    """Visits held for writing, in the order in which they were named, and their rounds."""

    def __init__(self, session: Session, actor: Actor, visit_ids: Sequence[int]) -> None:
        require_somebody(actor)
        self._actor = actor
        rows: dict[int, Visit] = {}
        self.own: set[int] = set()
        for lot in in_lots(visit_ids):
            query = select(Visit).where(col(Visit.id).in_(lot), seen_visits(actor))
            query = query.order_by(col(Visit.id)).with_for_update()
            for row in session.exec(query.execution_options(populate_existing=True)):
                rows[row.id] = row
            if actor.person_id is not None:
                mine = sent_to(actor).where(col(Assignment.visit_id).in_(lot))
                self.own.update(session.exec(mine))
        for visit_id in visit_ids:
            if visit_id not in rows:
                raise VisitNotFound(id=visit_id)
        self.visits = [rows[visit_id] for visit_id in dict.fromkeys(visit_ids)]
        ids = {row.round_id for row in self.visits}
        self.rounds = {
            row.id: row for row in session.exec(select(Round).where(col(Round.id).in_(ids)))
        }

    def round_of(self, visit: Visit) -> Round:
        return self.rounds[visit.round_id]

    def require_filler(self, *also: Permission) -> "Held":
        """Own evaluators and who types from paper; `also` are rights that do as well."""
        rights = (Permission.VISIT_TYPE, *also)
        for visit in self.visits:
            place = self.round_of(visit).committee_id
            own = visit.id in self.own and self._actor.may(Permission.VISIT_FILL_OWN)
            if not own and not any(self._actor.may(right, place) for right in rights):
                raise Forbidden(permission=str(Permission.VISIT_TYPE))
        return self

    def require_right(self, right: Permission) -> "Held":
        for visit in self.visits:
            require(self._actor, right, on=self.round_of(visit).committee_id)
        return self

    def in_field(self) -> "Held":
        for ronda in self.rounds.values():
            in_field(ronda)
        return self


def teams_of(session: Session, visit_ids: Collection[int]) -> dict[int, list[Assignment]]:
    """Who was sent to each visit and not released."""
    found: dict[int, list[Assignment]] = {visit_id: [] for visit_id in visit_ids}
    for lot in in_lots(found):
        query = (
            select(Assignment)
            .where(col(Assignment.visit_id).in_(lot))
            .where(Assignment.outcome == AssignmentOutcome.ACCEPTED)
            .order_by(col(Assignment.id))
        )
        for row in session.exec(query):
            found[row.visit_id].append(row)
    return found

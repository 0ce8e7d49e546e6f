"""When a visit or a finding is late: told of a row at hand, and beside it the same of the table."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, func
from sqlmodel import col

from spg_registry.rounds.models import Finding, Round, Visit
from spg_registry.rules.states import TO_FILL
from spg_registry.rules.words import FindingState


def day_of(visit: Visit, ronda: Round) -> date:
    """By which a visit is made and handed in: its own day, or the round's last in the field."""
    return visit.planned_on or visit.due_on or ronda.period_until


def visit_day() -> Any:
    """`day_of`, for a query on `Visit` and its `Round`."""
    return func.coalesce(Visit.planned_on, Visit.due_on, Round.period_until)


def is_late(visit: Visit, ronda: Round, today: date) -> bool:
    return visit.state in TO_FILL and day_of(visit, ronda) < today


def is_overdue(finding: Finding, today: date) -> bool:
    return finding.state is not FindingState.CLOSED and finding.due_on < today


def overdue(today: date) -> ColumnElement[bool]:
    """`is_overdue`, for a query on `Finding`."""
    return and_(col(Finding.state) != FindingState.CLOSED, col(Finding.due_on) < today)

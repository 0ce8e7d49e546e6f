"""What a work list is made of: matters, each with its number, its urgency and its first rows."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, case, false, func, or_, select, true
from sqlmodel import Session, col

from spg_registry.core import clock
from spg_registry.core.permissions import Actor, Permission

pick: Any = select
"""SQLAlchemy's `select` of single columns, for which SQLModel's classes have no types."""


class Urgency(StrEnum):
    """In the order in which things are to be done."""

    OVERDUE = "overdue"
    SOON = "soon"
    TODO = "todo"


@dataclass(frozen=True)
class Row:
    """One thing to do. `key` says which one, `kind` what it is, and so where its act stands.

    `status` is a word of the matter's own closed list, `many` the number of people it stands for,
    `day` the one that counts for the matter.
    """

    kind: str
    key: str
    name: str
    about: str = ""
    day: date | None = None
    urgency: Urgency = Urgency.TODO
    status: str = ""
    many: int = 1


@dataclass(frozen=True)
class Matter:
    rows: list[Row] = field(default_factory=list)
    count: int = 0
    late: int = 0
    soon: int = 0
    code: str = ""

    @property
    def urgency(self) -> Urgency:
        if self.late:
            return Urgency.OVERDUE
        return Urgency.SOON if self.soon else Urgency.TODO


@dataclass(frozen=True)
class Look:
    """Who looks at which part of the list. `committee_id` and `urgency` None: at all of it."""

    session: Session
    actor: Actor
    today: date
    committee_id: int | None = None
    urgency: Urgency | None = None
    limit: int = 3
    offset: int = 0

    def ahead(self, days: int) -> date:
        return self.today + timedelta(days=days)

    def long_ago(self, span: timedelta) -> datetime:
        """Midnight of that day, in La Paz."""
        return datetime.combine(self.today - span, time(), clock.LA_PAZ)

    def within(self, column: Any, permission: Permission) -> ColumnElement[bool]:
        """The condition that a committee is one of those where this actor has the right."""
        places = self.actor.committees(permission)
        chosen = true() if self.committee_id is None else column == self.committee_id
        if places is None:
            return chosen
        return col(column).in_(places) & chosen if places else false()

    def has(self, committee_id: int) -> bool:
        return self.committee_id in (None, committee_id)

    def of_rows(self, rows: list[Row]) -> Matter:
        """A matter whose rows are all at hand, put into order and cut to the part wanted."""
        order = list(Urgency)
        wanted = [row for row in rows if self.urgency in (None, row.urgency)]
        wanted.sort(key=lambda row: (order.index(row.urgency), row.day or date.max, row.name))
        return Matter(
            wanted[self.offset : self.offset + self.limit],
            count=sum(row.many for row in wanted),
            late=sum(row.many for row in wanted if row.urgency is Urgency.OVERDUE),
            soon=sum(row.many for row in wanted if row.urgency is Urgency.SOON),
        )

    def gather(
        self,
        query: Select[Any],
        *,
        kind: str,
        day: Any,
        late_before: date | None = None,
        soon_by: date | None = None,
        grace: int = 0,
    ) -> Matter:
        """A matter in one query, which selects key, name, about (and a status) and is asked for
        the day that counts, the numbers and the first rows, the earliest first.

        Late is what has its `day` before `late_before`; soon, what is not late and has it by
        `soon_by`. Without them nothing is. The rows tell the day `grace` days later.
        """
        is_late = day < late_before if late_before else false()
        is_soon = ~is_late & (day <= soon_by) if soon_by else false()
        wish = {Urgency.OVERDUE: is_late, Urgency.SOON: is_soon}
        if self.urgency in wish:
            query = query.where(wish[self.urgency])
        elif self.urgency is Urgency.TODO:
            query = query.where(~or_(is_late, is_soon))
        own = len(query.selected_columns)
        counted = query.add_columns(
            day.label("day"),
            func.count().over(),
            func.sum(case((is_late, 1), else_=0)).over(),
            func.sum(case((is_soon, 1), else_=0)).over(),
        )
        first = next(iter(query.selected_columns))
        part = counted.order_by(day, first).limit(self.limit)
        found = self.session.connection().execute(part.offset(self.offset)).all()
        rows = [
            Row(
                kind=kind,
                key=str(row[0]),
                name=row[1] or "",
                about=row[2] or "",
                day=_day(row[own], grace),
                urgency=_urgency(row[own], late_before, soon_by),
                status=str(row[3]) if own > 3 else "",
            )
            for row in found
        ]
        if not found:
            return Matter()
        count, late, soon = (int(number or 0) for number in found[0][own + 1 : own + 4])
        return Matter(rows, count, late, soon)


def _day(value: date | None, grace: int) -> date | None:
    if isinstance(value, datetime):
        value = clock.local_date(value)
    return value + timedelta(days=grace) if value else None


def _urgency(day: date | None, late_before: date | None, soon_by: date | None) -> Urgency:
    if day is not None and late_before is not None and day < late_before:
        return Urgency.OVERDUE
    if day is not None and soon_by is not None and day <= soon_by:
        return Urgency.SOON
    return Urgency.TODO

"""Rows by their ids, however many are wanted."""

from collections.abc import Iterable, Iterator
from typing import Any, Protocol, TypeVar

from sqlmodel import Session, select

MANY = 500
"""Ids in one IN list, well below what the engines take."""


class _Keyed(Protocol):
    id: int


R = TypeVar("R", bound=_Keyed)


def in_lots(ids: Iterable[int]) -> Iterator[list[int]]:
    ordered = sorted(set(ids))
    return (ordered[start : start + MANY] for start in range(0, len(ordered), MANY))


def by_id(session: Session, table: type[R], ids: Iterable[int | None]) -> dict[int, R]:
    """What there is of these; None is the id of nothing."""
    key: Any = table.id
    found: dict[int, R] = {}
    for lot in in_lots(id_ for id_ in ids if id_ is not None):
        found |= {row.id: row for row in session.exec(select(table).where(key.in_(lot)))}
    return found

"""The base of the tables that many rows go into at once.

SQLModel makes a row by asking pydantic and SQLAlchemy about each column in turn, though a table's
row is never validated. For an acta of 200 decisions that was a third of the time.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

from sqlmodel import SQLModel
from sqlmodel._compat import finish_init


class Row(SQLModel):
    """A row is made by writing its columns down; changes afterwards go the usual way.

    As with every table of SQLModel nothing is validated, a column without a default that is not
    given stays unset, and a name that is no column is passed over.
    """

    def __init__(self, **given: Any) -> None:
        if not finish_init.get():  # pydantic itself is making the row, and fills it in
            return
        names, plain, made = _columns(type(self))
        values = {name: given[name] for name in names if name in given}
        told = set(values)
        for name, value in plain:
            values.setdefault(name, value)
        for name, make in made:
            if name not in values:
                values[name] = make()
        # A row that is not in a session yet has no past: what stands in its dictionary is inserted.
        self.__dict__.update(values)
        object.__setattr__(self, "__pydantic_fields_set__", told)


@cache
def _columns(
    table: type[SQLModel],
) -> tuple[tuple[str, ...], list[tuple[str, Any]], list[tuple[str, Callable[[], Any]]]]:
    """Names, plain defaults, and defaults that are made anew for each row."""
    plain: list[tuple[str, Any]] = []
    made: list[tuple[str, Callable[[], Any]]] = []
    for name, field in table.model_fields.items():
        factory: Any = field.default_factory
        if factory is not None:
            made.append((name, factory))
        elif not field.is_required():
            plain.append((name, field.default))
    return tuple(table.model_fields), plain, made

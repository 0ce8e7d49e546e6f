"""Lists of producers as the committee of Punata keeps them."""

import io
from collections.abc import Sequence
from typing import Any

from sqlmodel import Session

from spg_registry.core.permissions import Actor
from spg_registry.core.spreadsheets import read_table
from spg_registry.producers import importing
from spg_registry.producers.importing import Action, Examination, Options
from tests.cast import Cast
from tests.importing.files import workbook

TITLES = ("Código", "Nombres", "Apellidos", "C.I.", "Comunidad", "Celular")
JUSTINA = ("T-01", "Justina", "Ñáñez Quispe", "3456789 CB", "Capilla", "70712345")
HILARION = ("T-02", "Hilarión", "Soto Vía", "4567890", "Capilla", "")
EULALIA = ("T-03", "Eulalia", "Rocha de Paz", "", "Laguna Sulti", "60611111")
LIST = (TITLES, JUSTINA, HILARION, EULALIA)


def examined(
    session: Session,
    cast: Cast,
    rows: Sequence[Sequence[Any]],
    options: Options | None = None,
    actor: Actor | None = None,
    spg: int = 0,
) -> Examination:
    """The list as a workbook of the coordinator of Punata, judged and not yet confirmed."""
    return examined_file(session, cast, workbook(rows), options, actor, spg)


def examined_file(
    session: Session,
    cast: Cast,
    file: io.BytesIO,
    options: Options | None = None,
    actor: Actor | None = None,
    spg: int = 0,
) -> Examination:
    with read_table(file, "lista.xlsx") as table:
        return importing.examine(
            session, actor or cast.coordinator, cast.now, spg or cast.spg, table, options
        )


def imported(
    session: Session,
    cast: Cast,
    rows: Sequence[Sequence[Any]],
    options: Options | None = None,
) -> Examination:
    """Examined and confirmed; every row must have been taken."""
    found = examined(session, cast, rows, options)
    assert not found.of(Action.REJECTED), reasons(found)
    return importing.confirm(session, cast.coordinator, cast.now, found.batch.id)


def reasons(found: Examination) -> dict[int, list[tuple[str, str]]]:
    """Cell and code of everything that is wrong, by row."""
    return {
        verdict.row: [(problem.cell, problem.code) for problem in verdict.problems]
        for verdict in found.of(Action.REJECTED)
    }


def actions(found: Examination) -> list[str]:
    return [verdict.action.value for verdict in found.verdicts]

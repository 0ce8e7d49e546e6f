"""Producers out of a committee's spreadsheet: preview first, nothing written before a confirmation.

`columns` what committees write above a column, `cells` what stands in it, `rows` a row as a draft
or its problems, `roster` whom the SPG has and who of them a row is, `changes` what a later list
changes, `judging` all of it for a whole list, `batches` the acts.
"""

from spg_registry.producers.importing.batches import (
    Examination,
    ImportChanged,
    ImportNotFound,
    ImportPutAway,
    confirm,
    examination,
    examine,
    imports,
    put_away,
    reexamine,
    write_rejected_rows,
)
from spg_registry.producers.importing.columns import NOT_DATA, SYNONYMS
from spg_registry.producers.importing.judging import Action, Verdict
from spg_registry.producers.importing.rows import CellProblem, Options

COLUMNS = tuple(name for name in SYNONYMS if name not in NOT_DATA)
"""Every field that a list may have a column for."""

__all__ = [
    "COLUMNS",
    "Action",
    "CellProblem",
    "Examination",
    "ImportChanged",
    "ImportNotFound",
    "ImportPutAway",
    "Options",
    "Verdict",
    "confirm",
    "examination",
    "examine",
    "imports",
    "put_away",
    "reexamine",
    "write_rejected_rows",
]

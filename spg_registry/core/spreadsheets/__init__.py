"""Tables that people keep in spreadsheets: reading untrusted ones, writing safe ones.

Whatever arrives is told by its content, never by its name; each thing that can be wrong with a
file is one error of `faults`, with one sentence that says what to do about it. Reading is
streaming: neither rows, nor a crafted file, make memory grow past `Limits`.
"""

from spg_registry.core.spreadsheets.headers import Header, Heading, find_header, normalise
from spg_registry.core.spreadsheets.reading import read_table
from spg_registry.core.spreadsheets.table import Cell, Kind, Limits, Row, Table, cell_name
from spg_registry.core.spreadsheets.writing import neutralise, write_rejected

__all__ = [
    "Cell",
    "Header",
    "Heading",
    "Kind",
    "Limits",
    "Row",
    "Table",
    "cell_name",
    "find_header",
    "neutralise",
    "normalise",
    "read_table",
    "write_rejected",
]

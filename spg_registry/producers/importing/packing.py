"""A list and its verdicts as JSON, and back: what was previewed is what is confirmed."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from spg_registry.core.spreadsheets import Header, Heading, Row
from spg_registry.producers.importing.judging import Action, Verdict
from spg_registry.producers.importing.rows import CellProblem, Options

DAY = "$day"


def packed(value: Any) -> Any:
    """Days keep their kind. A moment in a cell is a day: lists of producers have no hours."""
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, date):
        return {DAY: value.isoformat()}
    if isinstance(value, Mapping):
        return {name: packed(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [packed(part) for part in value]
    return value


def unpacked(value: Any) -> Any:
    if isinstance(value, Mapping):
        if DAY in value:
            return date.fromisoformat(value[DAY])
        return {name: unpacked(part) for name, part in value.items()}
    return [unpacked(part) for part in value] if isinstance(value, list) else value


def pack_rows(rows: Sequence[Row]) -> list[Any]:
    return [[row.number, packed(row.cells)] for row in rows]


def unpack_rows(lines: Sequence[Any]) -> list[Row]:
    return [Row(number, tuple(unpacked(cell) for cell in cells)) for number, cells in lines]


def pack_header(header: Header) -> dict[str, Any]:
    return asdict(header) | {"columns": dict(header.columns), "missing": list(header.missing)}


def unpack_header(kept: Mapping[str, Any]) -> Header:
    return Header(
        row=kept["row"],
        columns=kept["columns"],
        titles=tuple(kept["titles"]),
        unknown=tuple(Heading(**each) for each in kept["unknown"]),
        missing=tuple(kept["missing"]),
        duplicates={},
    )


def pack_verdicts(verdicts: Sequence[Verdict]) -> list[Any]:
    return [packed(asdict(verdict)) for verdict in verdicts]


def unpack_verdicts(kept: Sequence[Mapping[str, Any]]) -> list[Verdict]:
    return [
        Verdict(
            row=each["row"],
            action=Action(each["action"]),
            label=each["label"],
            producer=each["producer"],
            problems=tuple(_problem(one) for one in each["problems"]),
            changes=tuple(each["changes"]),
            notes=tuple(each["notes"]),
        )
        for each in kept
    ]


def _problem(kept: Mapping[str, Any]) -> CellProblem:
    return CellProblem(kept["column"], kept["cell"], kept["code"], unpacked(kept["params"]))


def unpack_options(kept: Mapping[str, Any]) -> Options:
    return Options(**kept)

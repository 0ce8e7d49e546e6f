"""The audit is never redacted, so nothing that people typed freely goes into it."""

import ast
from collections.abc import Iterator
from pathlib import Path

PROJECT = Path(__file__).parent.parent
NOTING = {"record", "note", "note_visit", "_note", "_told"}
TYPED = {
    *("reason", "reasons", "note", "notes", "text", "statement", "waiver", "waivers", "grounds"),
    *("answer", "answers", "description", "measure", "evidence", "details", "recusals"),
}


def details_noted() -> Iterator[tuple[str, str]]:
    """Where, and the name of each detail that the code puts into the audit."""
    for file in (PROJECT / "spg_registry").rglob("*.py"):
        for call in ast.walk(ast.parse(file.read_text())):
            if isinstance(call, ast.Call):
                name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
                name = call.func.id if isinstance(call.func, ast.Name) else name
                if name in NOTING:
                    for keyword in call.keywords:
                        yield f"{file.name}:{call.lineno}", keyword.arg or ""


def test_no_act_notes_what_was_typed() -> None:
    found = list(details_noted())
    assert len(found) > 100
    assert not [(place, name) for place, name in found if name in TYPED]

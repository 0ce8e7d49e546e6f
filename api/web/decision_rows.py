"""The rows of the screen where a meeting decides about everybody: as they are shown, and as they
come back, each beside what its writer had read (`d-12-was`)."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.datastructures import FormData

from api.forms import Form, parse
from spg_registry.core.errors import Fault, Invalid
from spg_registry.decisions.models import Decision
from spg_registry.decisions.schemas import DecisionIn
from spg_registry.seals.agenda import Agenda, Item

_CONDITION = re.compile(r"(.*)conditions-(\d{1,4})-(text|due_on)")
_LEAST_SLOTS = 2


def slots(form: Form, prefix: str = "") -> range:
    """The conditions that a form shows: those that there are, and room for one more."""
    found = [_CONDITION.fullmatch(name) for name in form.values]
    numbers = [int(one[2]) for one in found if one and one[1] == prefix]
    filled = [n for n in numbers if any(form.value(name) for name in _names(n, prefix))]
    return range(max(_LEAST_SLOTS, max(filled, default=-1) + 2))


def _names(number: int, prefix: str = "") -> tuple[str, str]:
    at = f"{prefix}conditions-{number}-"
    return f"{at}text", f"{at}due_on"


def conditions_of(draft: Decision) -> dict[str, str]:
    """A draft's conditions under the names of their fields."""
    return {
        name: value
        for number, row in enumerate(draft.conditions)
        for name, value in zip(_names(number), (row["text"], row["due_on"]), strict=True)
    }


def closed_up(data: FormData) -> FormData:
    """The form with its empty conditions left out and the others numbered on, so that a fault
    stands at the field that it means."""
    kept: list[tuple[str, Any]] = []
    conditions: dict[str, dict[int, dict[str, str]]] = {}
    for name, value in data.multi_items():
        if found := _CONDITION.fullmatch(name):
            numbered = conditions.setdefault(found[1], {}).setdefault(int(found[2]), {})
            numbered[found[3]] = str(value).strip()
        else:
            kept.append((name, value))
    for prefix, listed in conditions.items():
        begun = [listed[number] for number in sorted(listed) if any(listed[number].values())]
        for number, one in enumerate(begun):
            kept += [
                (name, one.get(part, ""))
                for name, part in zip(_names(number, prefix), ("text", "due_on"), strict=True)
            ]
    return FormData(kept)


def at_condition(name: str) -> str:
    """Where a fault of a decision stands: that all conditions are missing, at the first."""
    return _names(0)[0] if name == "conditions" else name


# --- the screen of all ---------------------------------------------------------------------------


def rows_form(agenda: Agenda) -> Form:
    """Each row's draft, or what the norm proposes for it; nothing for whoever stands aside."""
    values: dict[str, Any] = {}
    aside = agenda.aside
    for item in agenda.items:
        record = _record(item)
        shown: dict[str, Any] = dict(record.values)
        if item.decision is None:
            waits = item.own_stops or agenda.corrected or item.producer.id in aside
            shown["outcome"] = "" if waits else item.proposed
        values |= {f"{_at(item)}{name}": value for name, value in shown.items()}
        values[f"{_at(item)}was"] = record.was
    return Form.of(values)


def _at(item: Item) -> str:
    return f"d-{item.key}-"


def _record(item: Item) -> Form:
    """What a row says of the draft; nothing while there is none."""
    draft = item.decision
    if draft is None:
        return Form.of({"outcome": "", "reasons": ""})
    return Form.of({"outcome": draft.outcome, "reasons": draft.reasons, **conditions_of(draft)})


@dataclass
class Said:
    """What came back: decisions with their rows, drafts that go off the table, and rows that
    somebody else changed since they were read."""

    rows: list[Item] = field(default_factory=list)
    batch: list[DecisionIn] = field(default_factory=list)
    off: list[Decision] = field(default_factory=list)
    overtaken: list[Item] = field(default_factory=list)

    def add(self, item: Item, wish: DecisionIn) -> None:
        self.rows.append(item)
        self.batch.append(wish)


def read_rows(agenda: Agenda, data: FormData) -> Said:
    """The rows whose outcome was chosen; those that say what they said before stay untouched, so
    that who only looked is not written down as who decided. With `todas` also everyone else who
    complies gets what the norm proposes."""
    said = Said()
    for item in agenda.items:
        wish = _read(item, data, said)
        if wish is None and data.get("todas") and item in agenda.complying:
            wish = DecisionIn(producer_id=item.producer.id, outcome=item.proposed)
        if wish is not None:
            said.add(item, wish)
    return said


def _read(item: Item, data: FormData, said: Said) -> DecisionIn | None:
    at = _at(item)
    typed = {name[len(at) :]: str(data[name]).strip() for name in data if name.startswith(at)}
    if "outcome" not in typed:
        return None
    was, now = typed.pop("was", ""), _record(item).was
    if was not in ("", now):
        if _same(typed) not in (was, now):
            said.overtaken.append(item)
        return None
    if typed["outcome"]:
        return _wish(item, typed)
    if was and item.decision is not None:
        said.off.append(item.decision)
    return None


def _same(typed: Mapping[str, str]) -> str:
    """The digest of what was typed, as the record's would be."""
    plain = {name: text.replace("\r\n", "\n") for name, text in typed.items()}
    return Form.of({"reasons": "", **plain}).was


def _wish(item: Item, typed: Mapping[str, str]) -> DecisionIn | None:
    """What was chosen, over what the draft says in detail; None when it says the same."""
    draft = item.decision
    known = {"producer_id": item.producer.id, "category": item.category}
    before = told_by(draft) if draft else {}
    try:
        wish = parse(DecisionIn, typed, **known, **before)
    except Invalid as refusal:
        raise at_rows(refusal, [item], prefix="") from refusal
    if draft is not None:
        stands: dict[str, Any] = {"outcome": draft.outcome, "reasons": draft.reasons}
        stands["conditions"] = draft.conditions
        if wish == DecisionIn.model_validate(known | before | stands):
            return None
    return wish


def told_by(draft: Decision) -> dict[str, Any]:
    """What a draft says beyond the fields of its row."""
    return {
        "scope": draft.scope or None,
        "replaces": draft.replaces,
        "valid_from": draft.valid_from,
        "valid_until": draft.valid_until,
        "by_consensus": draft.by_consensus,
        "votes": draft.votes,
        "recusals": draft.recusals,
        "waivers": draft.waivers,
        "corrects": draft.corrects_id,
    }


def at_rows(refusal: Invalid, rows: list[Item], prefix: str = "{place}-") -> Invalid:
    """Faults under the names that the fields of the screen have."""
    found = []
    for fault in refusal.faults:
        if fault.field.startswith("d-"):
            found.append(fault)
            continue
        place, _, name = fault.field.partition("-") if prefix else ("0", "", fault.field)
        found.append(
            Fault(f"{_at(rows[int(place)])}{at_condition(name)}", fault.code, fault.params)
        )
    return Invalid(*found)


def overtaken(data: FormData, items: Iterable[Item], locale: str) -> Form:
    """What was typed, and beside each row that somebody else changed what it says now."""
    form = Form.of(data)
    for item in items:
        form = form.overtaken_by(_record(item), locale, _at(item))
    return form

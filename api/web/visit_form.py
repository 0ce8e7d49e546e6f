"""The form of a visit as a browser sends it: each part beside what its writer had read (`was-…`),
and the findings typed beside the question that fails (`found-S1-…`)."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from api.forms import Form, parse
from spg_registry.core.errors import Fault, Invalid
from spg_registry.core.messages import sentence, spell
from spg_registry.core.permissions import Actor
from spg_registry.decisions import grounds
from spg_registry.rounds import service
from spg_registry.rounds.errors import Clash, WrittenMeanwhile
from spg_registry.rounds.models import Visit
from spg_registry.rounds.schemas import AnswerIn, FindingIn, VisitParts

PLAIN = ("visited_on", "present", "statement", "lat", "lon", "on_paper", "scribe", "scribe_for")
WAS = "was-"
FOUND = "found-"
FINDING_FIELDS = ("item_code", "grade", "description", "measure", "due_on")
GENERAL = "general"
"""The place of a finding that belongs to no question."""


def values_of(visit: Visit) -> dict[str, Any]:
    """What the page shows, and again as what its reader has read."""
    shown: dict[str, Any] = {name: getattr(visit, name) for name in PLAIN}
    shown["plots_seen"] = list(visit.plots_seen)
    for code, said in visit.answers.items():
        shown[f"answers-{code}-answer"] = said.get("answer")
        shown[f"answers-{code}-note"] = said.get("note")
    return shown | {f"{WAS}{name}": value for name, value in shown.items()}


def read_parts(data: Mapping[str, Any]) -> tuple[VisitParts, VisitParts]:
    """What is told now and what was read before. A part that was on the page and comes back empty
    was emptied; one that was not on the page says nothing."""
    before = {name.removeprefix(WAS): _all(data, name) for name in data if name.startswith(WAS)}
    now = {name: _all(data, name) for name in data if _is_part(name)}
    on_page = set(before) | set(now)
    return _told(now, on_page), _told(before, on_page)


def _told(fields: Mapping[str, list[Any]], on_page: Iterable[str]) -> VisitParts:
    given = parse(VisitParts, fields)
    found: dict[str, Any] = {name: getattr(given, name) for name in given.model_fields_set}
    answers = dict(found.get("answers", {}))
    for name in on_page:
        if name.startswith("answers-"):
            answers.setdefault(name.split("-")[1], AnswerIn())
        elif name not in found and name in VisitParts.model_fields:
            found[name] = VisitParts.model_fields[name].get_default(call_default_factory=True)
    return VisitParts(**{**found, "answers": answers} if answers else found)


def _is_part(name: str) -> bool:
    return name in PLAIN or name == "plots_seen" or name.startswith("answers-")


def _all(data: Mapping[str, Any], name: str) -> list[Any]:
    return data.getlist(name) if hasattr(data, "getlist") else [data[name]]


def read_findings(data: Mapping[str, Any], visit_id: int) -> list[tuple[str, FindingIn]]:
    """The findings that were begun, with their places; raises Invalid with all their faults."""
    places = dict.fromkeys(
        name.split("-")[1]
        for name in data
        if name.startswith(FOUND) and not name.endswith("-item_code") and str(data[name]).strip()
    )
    found, faults = [], []
    for place in places:
        typed = {name: data.get(f"{FOUND}{place}-{name}", "") for name in FINDING_FIELDS}
        if place != GENERAL and not place.isdigit():
            typed["item_code"] = place
        try:
            found.append((place, parse(FindingIn, typed, visit_id=visit_id)))
        except Invalid as refusal:
            faults += [_moved(fault, place) for fault in refusal.faults]
    if faults:
        raise Invalid(*faults)
    return found


def recorded(
    session: Session, actor: Actor, now: datetime, data: Mapping[str, Any], visit_id: int
) -> Visit:
    """What a posted form says, its findings too; the visit is begun and not handed in."""
    told, was = read_parts(data)
    findings = read_findings(data, visit_id)
    visit = service.save_parts(session, actor, now, visit_id, told, was)
    if findings and visit.visited_on is None:
        raise Invalid.at("visited_on", "finding_needs_day")
    if findings:
        try:
            grounds.record_findings(session, actor, now, [finding for _, finding in findings])
        except Invalid as refusal:
            raise at_their_places(refusal, [place for place, _ in findings]) from refusal
    return visit


def at_their_places(refusal: Invalid, places: list[str]) -> Invalid:
    """The faults of a batch of findings, under the names of their fields on the page."""
    moved = []
    for fault in refusal.faults:
        number, _, field = fault.field.rpartition("-")
        moved.append(_moved(Fault(field, fault.code, fault.params), places[int(number or 0)]))
    return Invalid(*moved)


def _moved(fault: Fault, place: str) -> Fault:
    return Fault(f"{FOUND}{place}-{fault.field}", fault.code, fault.params)


def naming_findings(form: Form, locale: str) -> Form:
    """The summary tells which finding lacks something: there may be several on the page."""
    for name, fault in form.errors.items():
        if name.startswith(FOUND):
            place = name.split("-")[1]
            which = str(int(place) + 1) if place.isdigit() else place.replace(GENERAL, "—")
            form.errors[name] = sentence("error.in_finding", locale, place=which, fault=fault)
    return form


def with_clashes(
    data: Mapping[str, Any], refusal: WrittenMeanwhile, visit: Visit, locale: str
) -> Form:
    """The form as typed, and beside each part that somebody else wrote what they wrote. Who reads
    that and saves again means it."""
    form = Form.of(data)
    form.errors[""] = sentence("error.written_meanwhile", locale, **refusal.params)
    stored = Form.of(values_of(visit))
    for clash in refusal.clashes:
        form.errors[field_of(clash.part)] = told(clash, locale)
        for name in fields_of(clash.part):
            form.values[WAS + name] = stored.value(WAS + name)
            form.lists[WAS + name] = stored.all(WAS + name)
    return form


def fields_of(part: str) -> tuple[str, ...]:
    if part.startswith("answers-"):
        return f"{part}-answer", f"{part}-note"
    return ("lat", "lon") if part == "point" else (part,)


def field_of(part: str) -> str:
    return fields_of(part)[0]


def told(clash: Clash, locale: str) -> str:
    who = clash.who or sentence("word.somebody", locale)
    return sentence("error.part_written_meanwhile", locale, who=who, what=_spelled(clash, locale))


def _spelled(clash: Clash, locale: str) -> str:
    stored = clash.stored
    if not stored:
        return sentence("word.empty", locale)
    if clash.part.startswith("answers-"):
        word = stored["answer"] and sentence(f"status.answer.{stored['answer']}", locale)
        return ". ".join(part for part in (word, stored["note"]) if part)
    if clash.part == "plots_seen":
        return spell(len(stored), locale)
    return spell(stored if isinstance(stored, date) else str(stored).strip("()"), locale)

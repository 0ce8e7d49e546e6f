"""The parts of a visit's form that are saved, compared and attributed one by one.

A part is named as its field is (`visited_on`, `answers-S1`), latitude and longitude being one
(`point`). Nothing written is `None`, for the plots the empty list.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from sqlmodel import Session

from spg_registry.people.models import User
from spg_registry.rounds.errors import Clash
from spg_registry.rounds.models import Visit
from spg_registry.rounds.schemas import AnswerIn, VisitParts

PLAIN: Final = ("visited_on", "present", "statement", "on_paper", "scribe", "scribe_for")
ANSWER: Final = "answers-"

Parts = dict[str, Any]


def empty(name: str) -> Any:
    return [] if name == "plots_seen" else None


def of_visit(visit: Visit) -> Parts:
    """As they are stored."""
    found: Parts = {name: getattr(visit, name) or None for name in PLAIN}
    found["plots_seen"] = sorted(visit.plots_seen)
    found["point"] = _point(visit.lat, visit.lon)
    for code, said in visit.answers.items():
        found[ANSWER + code] = _said(said.get("answer"), said.get("note"))
    return found


def told_in(form: VisitParts) -> Parts:
    """What a form says; what it does not name is not in it."""
    named = form.model_fields_set
    found: Parts = {name: getattr(form, name) or None for name in PLAIN if name in named}
    if "plots_seen" in named:
        found["plots_seen"] = sorted(set(form.plots_seen))
    if named & {"lat", "lon"}:
        found["point"] = _point(form.lat, form.lon)
    for code, said in form.answers.items():
        found[ANSWER + code] = _said(said.answer, said.note)
    return found


def merged(visit: Visit, written: Mapping[str, Any]) -> VisitParts:
    """The written parts, and the stored answers around them, as they are to be stored."""
    given: Parts = {name: value for name, value in written.items() if name in PLAIN}
    if "on_paper" in given:
        given["on_paper"] = bool(given["on_paper"])
    if "plots_seen" in written:
        given["plots_seen"] = written["plots_seen"]
    if "point" in written:
        given["lat"], given["lon"] = written["point"] or (None, None)
    answers = {
        name.removeprefix(ANSWER): AnswerIn(**(value or {}))
        for name, value in written.items()
        if name.startswith(ANSWER)
    }
    if answers:
        kept = {code: AnswerIn.model_validate(said) for code, said in visit.answers.items()}
        given["answers"] = kept | answers
    return VisitParts(**given)


def clashes(session: Session, visit: Visit, names: Iterable[str]) -> list[Clash]:
    stored = of_visit(visit)
    found = []
    for name in names:
        author = visit.authors.get(name, visit.entered_by)
        user = session.get(User, author) if author is not None else None
        found.append(Clash(name, user.label if user else None, stored.get(name, empty(name))))
    return found


def _said(answer: Any, note: str | None) -> dict[str, Any] | None:
    word = str(answer) if answer else None
    return {"answer": word, "note": note or ""} if word or note else None


def _point(lat: float | None, lon: float | None) -> tuple[float | None, float | None] | None:
    return None if lat is None and lon is None else (lat, lon)

"""What the printed forms of a round say before anybody fills them in."""

from collections.abc import Sequence
from typing import Any

from sqlmodel import Session

from spg_registry.committees.models import Committee, Spg
from spg_registry.core.permissions import Actor
from spg_registry.producers.facts import plots_of
from spg_registry.rounds import forms
from spg_registry.rounds.access import get_round
from spg_registry.rounds.codes import ROUND, VISIT, sheet_code
from spg_registry.rounds.errors import FormNotFrozen
from spg_registry.rounds.models import Round, Visit
from spg_registry.rounds.queries import TO_FILL, get_visit, lines_of, visits_by_way
from spg_registry.rounds.sheet import FormSheet
from spg_registry.standards import snapshot
from spg_registry.territory.atlas import atlas_of

PART = 60
"""Forms in one file: a few seconds of work and a stack of paper that a printer takes."""


def blank_sheet(
    session: Session, actor: Actor, round_id: int, base_url: str, demo: bool
) -> FormSheet:
    """Every question of the round, for whoever is met on the way. Raises FormNotFrozen."""
    ronda = get_round(session, actor, round_id)
    return FormSheet(
        code=sheet_code(ROUND, ronda.id),
        dimensions=snapshot.dimensions(_frozen(ronda)),
        **_heading(session, ronda, base_url, demo),
    )


def round_sheets(
    session: Session, actor: Actor, round_id: int, part: int, base_url: str, demo: bool
) -> tuple[list[FormSheet], int]:
    """The forms still to be filled, in the order of the way, `PART` at a time; and how many parts
    there are. An evaluator gets the own ones."""
    ronda = get_round(session, actor, round_id)
    _frozen(ronda)
    visits = visits_by_way(session, actor, ronda.id, TO_FILL)
    wanted = visits[(part - 1) * PART : part * PART]
    return _prefilled(session, ronda, wanted, base_url, demo), -(-len(visits) // PART)


def visit_sheet(
    session: Session, actor: Actor, visit_id: int, base_url: str, demo: bool
) -> FormSheet:
    visit = get_visit(session, actor, visit_id)
    ronda = session.get_one(Round, visit.round_id)
    return _prefilled(session, ronda, [visit], base_url, demo)[0]


def _prefilled(
    session: Session, ronda: Round, visits: Sequence[Visit], base_url: str, demo: bool
) -> list[FormSheet]:
    frozen, heading = _frozen(ronda), _heading(session, ronda, base_url, demo)
    units = [visit.unit_id for visit in visits]
    plots = plots_of(session, units)
    activities = forms.activities_of(session, units, ronda.period_until)
    places = atlas_of(session).municipalities
    return [
        FormSheet(
            code=sheet_code(VISIT, line.visit.id),
            dimensions=snapshot.dimensions(frozen, activities[line.unit.id] or None),
            producer=line.producer.display_name,
            producer_code=line.producer.code,
            unit=line.unit.name,
            unit_code=line.unit.code,
            community=line.community,
            municipality=places[line.unit.municipality_code].name,
            plots=tuple((plot.name, plot.area_m2) for plot in plots[line.unit.id]),
            evaluators=tuple(sent.name for sent in line.team),
            **heading,
        )
        for line in lines_of(session, visits)
    ]


def _frozen(ronda: Round) -> dict[str, Any]:
    if not ronda.frozen:
        raise FormNotFrozen(id=ronda.id)
    return ronda.frozen


def _heading(session: Session, ronda: Round, base_url: str, demo: bool) -> dict[str, Any]:
    norm, form = ronda.frozen["standard"], ronda.frozen["checklist"]
    which = f"{form['code']}/{form['version']}"
    draft = "" if form["verified"] else ", todavía sin confirmar por la autoridad competente"
    return {
        "committee": session.get_one(Committee, ronda.committee_id).name,
        "spg": session.get_one(Spg, ronda.spg_id).name,
        "round_name": ronda.name,
        "period_from": ronda.period_from,
        "period_until": ronda.period_until,
        "norm": f"{norm['title']} ({norm['label']}). Ficha {which}{draft}.",
        "base_url": base_url,
        "demo": demo,
    }

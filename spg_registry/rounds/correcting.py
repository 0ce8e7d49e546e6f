"""A wrong entry found late: a reviewed form is put right, in any round, with its reason."""

from collections.abc import Collection
from datetime import datetime

from sqlmodel import Session

from spg_registry.core import audit, clock
from spg_registry.core.errors import Fault, Invalid
from spg_registry.core.permissions import Actor, Permission
from spg_registry.producers.facts import plots_of
from spg_registry.rounds.access import Held
from spg_registry.rounds.errors import NotReviewed, ReviewOwn
from spg_registry.rounds.models import Visit
from spg_registry.rounds.schemas import VisitCorrection
from spg_registry.rules.words import VisitState
from spg_registry.standards import snapshot


def correct_visit(
    session: Session,
    actor: Actor,
    now: datetime,
    visit_id: int,
    data: VisitCorrection,
    *,
    decided: Collection[int] = (),
) -> Visit:
    """By the office, not by who made the visit. Its review stays; the producer's acknowledgement
    is void, but for a visit on which was `decided`: the seals that rest on that one are for people
    to look at (`seals.revision`). At the door stands `decisions.grounds`, which knows.

    Raises NotReviewed: before the review a form is simply sent back.
    """
    held = Held(session, actor, [visit_id]).require_right(Permission.VISIT_REVIEW)
    visit = held.visits[0]
    if visit.state is not VisitState.REVIEWED:
        raise NotReviewed(state=visit.state)
    if held.own:
        raise ReviewOwn(visits=sorted(held.own))
    ronda = held.round_of(visit)
    faults = _faults(session, now, visit, data, {i["code"] for i in snapshot.items(ronda.frozen)})
    if data.visited_on is not None and data.visited_on < ronda.period_from:
        faults.append(Fault("visited_on", "visit_before_round", {"begins": ronda.period_from}))
    if faults:
        raise Invalid(*faults)
    changed = _write(visit, data)
    if not changed:
        raise Invalid.at("reason", "nothing_corrected")
    void = visit.id not in decided and visit.void_acknowledgement()
    visit.correction_reason = data.reason
    visit.version += 1
    session.add(visit)
    session.flush()
    audit.record(
        session,
        actor,
        now,
        "visit.correct",
        "visit",
        visit.id,
        committee_id=ronda.committee_id,
        changed=changed,
        reasoned=True,
        acknowledgement_void=void,
    )
    session.flush()
    return visit


def _faults(
    session: Session, now: datetime, visit: Visit, data: VisitCorrection, items: set[str]
) -> list[Fault]:
    faults = []
    if data.visited_on is not None and data.visited_on > clock.local_date(now):
        faults.append(Fault("visited_on", "visit_ahead"))
    if data.plots_seen is not None:
        on = data.visited_on or visit.visited_on
        own = {plot.id for plot in plots_of(session, [visit.unit_id], on)[visit.unit_id]}
        if set(data.plots_seen) - own - set(visit.plots_seen):
            faults.append(Fault("plots_seen", "plot_not_of_unit"))
    faults += [
        Fault(f"answers-{code}", "item_not_in_form") for code in data.answers if code not in items
    ]
    return faults


def _write(visit: Visit, data: VisitCorrection) -> list[str]:
    """Set what differs; the names of what changed, questions by their codes."""
    changed = []
    if data.visited_on is not None and data.visited_on != visit.visited_on:
        visit.visited_on = data.visited_on
        changed.append("visited_on")
    if data.plots_seen is not None and sorted(set(data.plots_seen)) != sorted(visit.plots_seen):
        visit.plots_seen = sorted(set(data.plots_seen))
        changed.append("plots_seen")
    answers = dict(visit.answers)
    for code, said in sorted(data.answers.items()):
        told = said.model_dump(mode="json")
        empty = {"answer": None, "note": ""}
        if told == (answers.get(code) or empty):
            continue
        changed.append(code)
        if said.answer or said.note:
            answers[code] = told
        else:
            answers.pop(code, None)
    visit.answers = dict(sorted(answers.items()))
    return changed

"""What the stories of rounds begin with: families of Punata, a round of the SPG, a full form."""

from datetime import date
from typing import Any

from sqlmodel import Session

from spg_registry.committees.queries import evaluators_of
from spg_registry.core.permissions import Actor
from spg_registry.producers import service as producers
from spg_registry.producers.facts import plots_of
from spg_registry.rounds import forms, service
from spg_registry.rounds.models import Round, Visit
from spg_registry.rounds.schemas import AcknowledgeIn, AnswerIn, Pair, RoundIn, VisitSave
from spg_registry.rules.words import Answer
from tests.cast import Cast
from tests.producers.families import family


def families(session: Session, cast: Cast, *names: str, **other: Any) -> list[producers.Registered]:
    """Families of committee A, one for each name."""
    batch = [family(names=name, **other) for name in names]
    return producers.register_all(session, cast.secretary, cast.now, cast.spg, batch)


def planned(session: Session, cast: Cast, actor: Actor | None = None, **other: Any) -> Round:
    given: dict[str, Any] = {
        "spg_id": cast.spg,
        "name": "Primera ronda de 2026",
        "period_from": date(2026, 6, 1),
        "period_until": date(2026, 8, 31),
    }
    actor = actor or cast.coordinator
    return service.plan_round(session, actor, cast.now, RoundIn(**(given | other)))


def opened(session: Session, cast: Cast, **other: Any) -> Round:
    ronda = planned(session, cast, **other)
    return service.open_round(session, cast.coordinator, cast.now, ronda.id)


def appointment(session: Session, cast: Cast, name: str) -> int:
    """The id of the appointment of one of committee A's evaluators."""
    rows = evaluators_of(session, cast.committee, cast.today)
    return next(row.id for row in rows if row.person_id == cast.persons[name])


def sent(
    session: Session, cast: Cast, ronda: Round, visits: list[Visit], *names: str
) -> list[Visit]:
    """Teófilo and Nélida, peers both, go to these visits, unless others are named."""
    team = [appointment(session, cast, name) for name in names or ("teofilo", "nelida")]
    pairs = [
        Pair(unit_id=visit.unit_id, appointment_id=appointment_id)
        for visit in visits
        for appointment_id in team
    ]
    rows = service.assign_all(session, cast.coordinator, cast.now, ronda.id, pairs)
    assert {row.outcome.value for row in rows} == {"accepted"}
    return visits


def full(
    session: Session, visits: list[Visit], on: date = date(2026, 6, 10), **other: Any
) -> list[VisitSave]:
    """The forms as after a good day in the field."""
    ronda = session.get_one(Round, visits[0].round_id)
    units = [visit.unit_id for visit in visits]
    asked, plots = forms.items_of_units(session, ronda, units), plots_of(session, units)
    saves = []
    for visit in visits:
        given: dict[str, Any] = {
            "visit_id": visit.id,
            "version": visit.version,
            "visited_on": on,
            "answers": {code: AnswerIn(answer=Answer.MEETS) for code in asked[visit.unit_id]},
            "plots_seen": [plot.id for plot in plots[visit.unit_id]],
            "present": "Doña Justina y su hijo",
        }
        saves.append(VisitSave(**(given | other)))
    return saves


def one_visit(session: Session, cast: Cast, **other: Any) -> Visit:
    """A family's unit in an open round, with its two evaluators on the way."""
    (home,) = families(session, cast, "Justina")
    ronda = opened(session, cast, **other)
    visits = service.add_units(
        session, cast.coordinator, cast.now, ronda.id, [home.units[0].unit.id]
    )
    return sent(session, cast, ronda, visits)[0]


def submitted(session: Session, cast: Cast, visit: Visit) -> Visit:
    service.save_visits(session, cast.evaluator, cast.now, full(session, [visit]))
    return service.submit_visits(session, cast.evaluator, cast.now, [visit.id])[0]


def reviewed(session: Session, cast: Cast, visit: Visit) -> Visit:
    """Made, handed in, acknowledged by signature, and taken by the office."""
    submitted(session, cast, visit)
    word = AcknowledgeIn(visit_id=visit.id, on=date(2026, 6, 10))
    service.acknowledge_visits(session, cast.evaluator, cast.now, [word])
    return service.review_visits(session, cast.coordinator, cast.now, [visit.id])[0]

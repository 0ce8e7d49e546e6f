"""What the stories of seals begin with: families whose visits are reviewed, and a meeting."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from sqlmodel import Session, col, select

from spg_registry.committees.queries import members_in_office
from spg_registry.core import clock
from spg_registry.core.config import settings
from spg_registry.core.keys import Keyring, open_keyring
from spg_registry.core.permissions import Actor
from spg_registry.decisions import service as decisions
from spg_registry.decisions.models import Decision, Meeting
from spg_registry.decisions.schemas import AttendanceIn, DecisionIn, MeetingIn
from spg_registry.producers.models import Producer
from spg_registry.rounds import service as rounds
from spg_registry.rounds.models import Visit
from spg_registry.rounds.schemas import AcknowledgeIn
from spg_registry.rules.words import Outcome
from spg_registry.seals import service
from spg_registry.seals.models import SealGrant, SealToken
from tests.cast import MEMBERS_A, MEMBERS_B, TIQUIPAYA, Cast
from tests.producers.families import crop, plot, unit
from tests.rounds.stories import families, full, opened, sent

EVERYBODY = tuple(known for known, *_ in MEMBERS_A)
VISITED_ON = date(2026, 6, 10)
HELD_ON = date(2026, 6, 14)

IN_TRANSITION = {"units": [unit(plots=[plot(last_input="date", last_input_on=date(2025, 9, 1))])]}
"""Land whose clock runs: too early for the green seal."""
UNKNOWN = {"units": [unit(plots=[plot(last_input="unknown")])]}
TWO_PRODUCTS = {"units": [unit(crops=[crop("papa"), crop("haba")])]}


def forged(token: str) -> str:
    """The token with one character of its signature changed: never the same by chance."""
    return token[:-20] + ("B" if token[-20] != "B" else "C") + token[-19:]


def keys(cast: Cast) -> Keyring:
    """This test's own keyring, with a first key of each purpose."""
    ring = open_keyring(settings().data_dir)
    ring.ensure(cast.now)
    return ring


def on_day(cast: Cast, day: date) -> Cast:
    """The same people, later."""
    return replace(cast, now=clock.midday(day), today=day)


def ready(session: Session, cast: Cast, *names: str, **other: Any) -> list[Visit]:
    """Families visited, evaluated, told and reviewed; the round is in deliberation."""
    homes = families(session, cast, *names, **other)
    return visited(session, cast, [each.unit.id for home in homes for each in home.units])


def visited(
    session: Session,
    cast: Cast,
    units: Sequence[int],
    on: date = VISITED_ON,
    acknowledged: bool = True,
    team: Sequence[str] = (),
    **other: Any,
) -> list[Visit]:
    given = {
        "name": f"Ronda de {on:%m/%Y}",
        "period_from": on - timedelta(days=9),
        "period_until": on + timedelta(days=60),
    }
    ronda = opened(session, cast, **(given | other))
    visits = rounds.add_units(session, cast.coordinator, cast.now, ronda.id, units)
    sent(session, cast, ronda, visits, *team)
    rounds.save_visits(session, cast.evaluator, cast.now, full(session, visits, on=on))
    ids = [visit.id for visit in visits]
    rounds.submit_visits(session, cast.evaluator, cast.now, ids)
    if acknowledged:
        words = [AcknowledgeIn(visit_id=id_, on=on) for id_ in ids]
        rounds.acknowledge_visits(session, cast.evaluator, cast.now, words)
    rounds.review_visits(session, cast.coordinator, cast.now, ids)
    rounds.to_deliberation(session, cast.coordinator, cast.now, ronda.id)
    return visits


def as_b(cast: Cast) -> Cast:
    """The cast seen from committee B, whose secretary types what the evaluators wrote."""
    return replace(
        cast,
        committee=cast.committee_b,
        spg=cast.spg_b,
        guarantee=cast.guarantee_b,
        coordinator=cast.coordinator_b,
        secretary=cast.secretary_b,
        evaluator=cast.secretary_b,
    )


def granted_by_b(session: Session, cast: Cast, **meeting: Any) -> list[SealGrant]:
    """A seal of committee B, which was never recognised."""
    b = as_b(cast)
    homes = families(session, b, "Wara", municipality_code=TIQUIPAYA, community="Chapisirca")
    units = [each.unit.id for home in homes for each in home.units]
    visits = visited(session, b, units, team=("wilma", "oscar"))
    present = [known for known, *_ in MEMBERS_B]
    held = convened(session, b, visits[0].round_id, present, **meeting)
    decided(session, b, held, visits)
    return closed(session, b, held).granted


def seat(session: Session, cast: Cast, name: str) -> int:
    """The id of a member's seat in the guarantee body."""
    rows = members_in_office(session, cast.guarantee, HELD_ON)
    return next(row.id for row in rows if row.person_id == cast.persons[name])


def convened(
    session: Session,
    cast: Cast,
    round_id: int | None,
    present: Iterable[str] = EVERYBODY,
    **other: Any,
) -> Meeting:
    """Called by the coordinator, with these members present."""
    given: dict[str, Any] = {
        "committee_id": cast.committee,
        "round_id": round_id,
        "held_on": HELD_ON,
        "place": "Sede del comité, Punata",
        "called_by": "Rosa Mamani",
        "acta_number": f"{round_id}/2026",
    }
    meeting = decisions.convene(session, cast.coordinator, cast.now, MeetingIn(**(given | other)))
    seats = AttendanceIn(members=[seat(session, cast, name) for name in present])
    decisions.record_attendance(session, cast.coordinator, cast.now, meeting.id, seats)
    return meeting


def decided(
    session: Session,
    cast: Cast,
    meeting: Meeting,
    visits: Iterable[Visit],
    outcome: Outcome = Outcome.ORGANIC,
    **other: Any,
) -> list[Decision]:
    """The same about all these families, by consensus, put down by the coordinator."""
    holders = dict.fromkeys(visit.producer_id for visit in visits)
    return decided_about(session, cast, meeting, holders, outcome, **other)


def decided_about(
    session: Session,
    cast: Cast,
    meeting: Meeting,
    producers: Iterable[int],
    outcome: Outcome,
    **other: Any,
) -> list[Decision]:
    batch = [DecisionIn(producer_id=id_, outcome=outcome, **other) for id_ in producers]
    return decisions.decide_all(session, cast.coordinator, cast.now, meeting.id, batch)


def closed(
    session: Session, cast: Cast, meeting: Meeting, actor: Actor | None = None
) -> service.Closing:
    """By the secretary: other hands than those that wrote the decisions down."""
    by = actor or cast.secretary
    return service.close_and_grant(session, by, cast.now, keys(cast), meeting.id)


def granted(
    session: Session,
    cast: Cast,
    *names: str,
    outcome: Outcome = Outcome.ORGANIC,
    **other: Any,
) -> list[SealGrant]:
    """Seals of families, the whole way from the entry to the acta."""
    visits = ready(session, cast, *names, **other)
    meeting = convened(session, cast, visits[0].round_id)
    decided(session, cast, meeting, visits, outcome)
    return closed(session, cast, meeting).granted


def token_of(session: Session, grant: SealGrant) -> str:
    return session.exec(select(SealToken.token).where(SealToken.grant_id == grant.id)).one()


def codes_of(session: Session, visits: Iterable[Visit]) -> list[str]:
    ids = [visit.producer_id for visit in visits]
    rows = session.exec(select(Producer).where(col(Producer.id).in_(ids)))
    code = {row.id: row.code for row in rows}
    return [code[id_] for id_ in ids]

"""The first committee on the day of the load: a round in the field, with visits in every state, and
one in deliberation, whose meeting is convened, has some decisions put down, and is not closed."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta

from spg_registry.demo import field, roster, sitting
from spg_registry.demo.calendar import CYCLES, moment
from spg_registry.demo.field import Ronda
from spg_registry.demo.lives import Life, entering, in_round
from spg_registry.demo.stage import Scene, Story
from spg_registry.demo.world import Office, World
from spg_registry.producers import service as producers
from spg_registry.rounds import service as rounds
from spg_registry.rounds.access import teams_of
from spg_registry.rounds.schemas import AnswerIn, ReasonIn, VisitSave, VoidVisitIn
from spg_registry.rules.words import Answer

_CYCLE = CYCLES - 1
_PUT_DOWN = 0.4
"""Of those who are ready, how many have a draft already."""


def round_in_progress(world: World, office: Office, ready: int) -> Story:
    """`ready` producers wait for nothing but the decision."""
    today = world.today
    fresh = entering(office.lives, _CYCLE)
    meeting = today + timedelta(days=10)
    scene = yield moment(today - timedelta(days=52), 10)
    field.come_in(scene, office, fresh, meeting)
    scene = yield moment(today - timedelta(days=48), 10)
    producers.admit_all(
        scene.session,
        office.coordinator,
        scene.now,
        [life.enrolment_id for life in fresh[: len(fresh) * 4 // 5]],
    )
    going = [life for life in in_round(office.lives, _CYCLE) if not life.gone and not life.held]
    scene = yield moment(today - timedelta(days=45), 15)
    roster.appoint(scene, office, _CYCLE, going)
    roster.declare_ties(scene, office, fresh)
    scene = yield moment(today - timedelta(days=40), 9)
    near = field.plan(scene, office, f"Tercera ronda, primer grupo, {today.year}", meeting)
    far = field.plan(scene, office, f"Tercera ronda, segundo grupo, {today.year}", meeting)
    scene = yield moment(today - timedelta(days=32), 9)
    ripe = field.begin(scene, office, near, _CYCLE, going[:ready])
    ronda = field.begin(scene, office, far, _CYCLE, going[ready:])
    scene = yield moment(today - timedelta(days=31), 14)
    field.send(scene, office, ripe)
    field.send(scene, office, ronda)
    yield from _in_the_field(world, office, ripe, ronda)
    yield from _about_to_decide(world, office, ripe)


def _in_the_field(world: World, office: Office, ripe: Ronda, ronda: Ronda) -> Story:
    """One round reviewed; of the other some visits are reviewed too, handed in, returned, half
    filled, void, the rest still to be made."""
    today = world.today
    few = max(1, len(ripe.lives) // 6)
    lots = _lots(ronda.lives, few, few * 3, few, few * 2, 1)
    seen, handed_in, returned, half_filled, void = lots
    scene = yield moment(today - timedelta(days=18), 19)
    field.visit(scene, office, ripe, ripe.lives)
    field.visit(scene, office, ronda, seen)
    scene = yield moment(today - timedelta(days=12), 10)
    field.review(scene, office, ripe, ripe.lives)
    field.review(scene, office, ronda, seen)
    scene = yield moment(today - timedelta(days=9), 11)
    for visit_id in _visits(ronda, void)[:1]:
        data = VoidVisitIn(reason="Un evaluador es compadre de la familia y no lo había dicho.")
        rounds.void_visit(scene.session, office.coordinator, scene.now, visit_id, data)
    scene = yield moment(today - timedelta(days=6), 19)
    field.visit(scene, office, ronda, [*handed_in, *returned], signed=False)
    scene = yield moment(today - timedelta(days=5), 9)
    for visit_id in _visits(ronda, returned):
        data_back = ReasonIn(reason="Falta la firma de la familia y el croquis de una parcela.")
        rounds.return_visit(scene.session, office.coordinator, scene.now, visit_id, data_back)
    scene = yield moment(today - timedelta(days=4), 9)
    _evaluator_signs_up(scene, world, office, ronda, half_filled)
    scene = yield moment(today - timedelta(days=3), 18)
    _half_fill(scene, office, ronda, half_filled)


def _lots(lives: Sequence[Life], *sizes: int) -> Iterator[Sequence[Life]]:
    start = 0
    for size in sizes:
        yield lives[start : start + size]
        start += size


def _visits(ronda: Ronda, lives: Sequence[Life]) -> list[int]:
    return [visit_id for *_, visit_id in ronda.visits_of(lives)]


def _evaluator_signs_up(
    scene: Scene, world: World, office: Office, ronda: Ronda, theirs: Sequence[Life]
) -> None:
    """Whoever of the peers has most to do among the visits that are not made yet."""
    teams = teams_of(scene.session, _visits(ronda, theirs))
    load = Counter(row.person_id for sent in teams.values() for row in sent)
    peers = list(office.evaluators)[2:]
    busiest = max(peers, key=lambda person: (load[person], -peers.index(person)))
    roster.evaluator_login(scene, world, office, busiest)


def _half_fill(scene: Scene, office: Office, ronda: Ronda, lives: Sequence[Life]) -> None:
    """By the secretary, from paper; the evaluator's own are begun by the evaluator."""
    teams = teams_of(scene.session, _visits(ronda, lives))
    evaluator = office.evaluator
    for life, unit, visit_id in ronda.visits_of(lives):
        items = ronda.items[unit]
        save = VisitSave(
            visit_id=visit_id,
            version=1,
            visited_on=scene.today,
            plots_seen=life.units[unit][:1],
            answers={code: AnswerIn(answer=Answer.MEETS) for code in items[: len(items) // 2]},
        )
        own = evaluator and evaluator.person_id in {row.person_id for row in teams[visit_id]}
        who = evaluator if own and evaluator else office.secretary
        rounds.save_visits(scene.session, who, scene.now, [save])


def _about_to_decide(world: World, office: Office, ronda: Ronda) -> Story:
    scene = yield moment(world.today - timedelta(days=3), 20)
    rounds.to_deliberation(scene.session, office.coordinator, scene.now, ronda.round_id)
    scene = yield moment(world.today - timedelta(days=2), 9)
    meeting_id = sitting.convened(scene, office, ronda.round_id)
    scene = yield moment(world.today - timedelta(days=2), 11)
    put_down = ronda.lives[: max(1, round(len(ronda.lives) * _PUT_DOWN))]
    sitting.decided(scene, office, meeting_id, put_down, _CYCLE)

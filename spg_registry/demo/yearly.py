"""A committee's story: yearly rounds, each with its meetings, and what happens between them."""

from datetime import date, timedelta

from spg_registry.decisions.schemas import DecisionIn
from spg_registry.demo import aftermath, field, roster, sitting, under_way
from spg_registry.demo.calendar import moment
from spg_registry.demo.farms import Farms
from spg_registry.demo.field import Found, Ronda
from spg_registry.demo.lives import Life, Step, entering, in_round
from spg_registry.demo.names import communities
from spg_registry.demo.programme import LOWLANDS
from spg_registry.demo.stage import Part, Scene, Story
from spg_registry.demo.world import Office, World
from spg_registry.rounds import service as rounds
from spg_registry.rules.words import FindingClass, Outcome
from spg_registry.territory.atlas import atlas_of

_NAMES = ("Primera ronda", "Segunda ronda", "Tercera ronda")
_WAVES = (36, 28, 20)
"""Days before the meeting on which the forms of a week in the field are typed in."""


def of_a_committee(world: World, office: Office, ready: int) -> Story:
    """From the first election to the day of the load; there `ready` producers of the first
    committee wait for their decision."""
    yield from roster.founding(world, office)
    for cycle in range(office.cycles()):
        day = office.meeting(world.today, cycle)
        yield from _round(world, office, cycle, day)
        yield from aftermath.between_rounds(world, office, cycle, day)
    if office.under_way:
        yield from under_way.round_in_progress(world, office, ready)


def _round(world: World, office: Office, cycle: int, day: date) -> Story:
    ronda = yield from _prepared(world, office, cycle, day)
    yield from _visited(office, ronda, day)
    scene = yield moment(day - timedelta(days=2), 17, office.number)
    rounds.to_deliberation(scene.session, office.coordinator, scene.now, ronda.round_id)
    made = yield from _first_meeting(world, office, ronda, day)
    yield from aftermath.appeal(world, office, ronda, made, day)
    yield from _second_meeting(world, office, ronda, day)


def _prepared(world: World, office: Office, cycle: int, day: date) -> Part[Ronda]:
    """Newcomers, evaluators, ties; then the round is planned, opened, and its visits assigned."""
    if office.place.term_years == 1 and cycle > 0:
        scene = yield moment(day - timedelta(days=67), 11, office.number)
        roster.renew_registration(scene, world, office, cycle)
    fresh = entering(office.lives, cycle)
    half = len(fresh) // 2
    for before, lot in ((54, fresh[:half]), (50, fresh[half:])):
        scene = yield moment(day - timedelta(days=before), 10, office.number)
        if office.farms is None:
            office.farms = furnished(scene, world, office)
        field.come_in(scene, office, lot, day)
    going = going_to(office, cycle)
    scene = yield moment(day - timedelta(days=47), 15, office.number)
    roster.appoint(scene, office, cycle, going)
    roster.declare_ties(scene, office, fresh)
    scene = yield moment(day - timedelta(days=45), 9, office.number)
    round_id = field.plan(scene, office, f"{_NAMES[cycle]}, gestión {day.year}", day)
    scene = yield moment(day - timedelta(days=42), 9, office.number)
    ronda = field.begin(scene, office, round_id, cycle, going)
    scene = yield moment(day - timedelta(days=41), 14, office.number)
    field.send(scene, office, ronda)
    return ronda


def furnished(scene: Scene, world: World, office: Office) -> Farms:
    book = atlas_of(scene.session)
    place = office.place
    names = communities(office.source, place.communities, place.region in LOWLANDS)
    return Farms(
        office.source,
        office.people,
        place,
        book.municipalities[place.ine_code],
        book.products,
        names,
        world.organisations,
    )


def going_to(office: Office, cycle: int) -> list[Life]:
    """Who takes part in a round: those whose course says so and whom nothing stops."""
    return [life for life in in_round(office.lives, cycle) if not life.gone and not life.held]


def _visited(office: Office, ronda: Ronda, day: date) -> Story:
    third = -(-len(ronda.lives) // len(_WAVES))
    for n, before in enumerate(_WAVES):
        scene = yield moment(day - timedelta(days=before), 19, office.number)
        field.visit(scene, office, ronda, ronda.lives[n * third : (n + 1) * third])
    scene = yield moment(day - timedelta(days=14), 10, office.number)
    field.review(scene, office, ronda, ronda.lives)
    mended = [found for found in ronda.findings if _is_mended_early(office, ronda, found)]
    scene = yield moment(day - timedelta(days=12), 10, office.number)
    field.mend(scene, office, mended)
    scene = yield moment(day - timedelta(days=5), 10, office.number)
    field.close(scene, office, ronda, mended)


def _is_mended_early(office: Office, ronda: Ronda, found: Found) -> bool:
    if found.grade is FindingClass.CRITICAL or found.life.course[ronda.cycle] is Step.CONDITIONS:
        return False
    return office.chance(0.5)


def _first_meeting(world: World, office: Office, ronda: Ronda, day: date) -> Part[dict[int, int]]:
    """Returns decision by producer."""
    scene = yield moment(day, 9, office.number)
    meeting_id = sitting.convened(scene, office, ronda.round_id)
    scene = yield moment(day, 11, office.number)
    made = sitting.decided(scene, office, meeting_id, ronda.lives, ronda.cycle)
    scene = yield moment(day, 16, office.number)
    codes = [grant.code for grant in sitting.closed(scene, world, office, meeting_id)]
    scene = yield moment(day + timedelta(days=3), 9, office.number)
    sitting.told(scene, office, list(made.values()))
    marked = office.some(codes, 0.93)
    half = len(marked) // 2
    for days, lot in ((8, marked[:half]), (11, marked[half:])):
        scene = yield moment(day + timedelta(days=days), 10, office.number)
        sitting.marks(scene, office, lot)
    return made


def _second_meeting(world: World, office: Office, ronda: Ronda, day: date) -> Story:
    """Who had something to mend is seen again; hard decisions fall here as well."""
    last = ronda.cycle == office.cycles() - 1 and not office.under_way
    mended = [found for found in ronda.findings if _is_mended_late(office, ronda, found, last)]
    scene = yield moment(day + timedelta(days=16), 10, office.number)
    field.mend(scene, office, mended)
    scene = yield moment(day + timedelta(days=22), 10, office.number)
    field.close(scene, office, ronda, mended)
    seen = [life for life in ronda.lives if life.course[ronda.cycle] is Step.CONDITIONS]
    batch = [
        DecisionIn(producer_id=life.producer_id, outcome=Outcome.ORGANIC) for life in seen
    ] + aftermath.hard_decisions(office, ronda)
    if batch:
        scene = yield moment(day + timedelta(days=27), 9, office.number)
        meeting_id = sitting.convened(scene, office, ronda.round_id)
        made = sitting.record(scene, office, meeting_id, batch)
        scene = yield moment(day + timedelta(days=27), 15, office.number)
        codes = [grant.code for grant in sitting.closed(scene, world, office, meeting_id)]
        scene = yield moment(day + timedelta(days=30), 9, office.number)
        sitting.told(scene, office, list(made.values()))
        scene = yield moment(day + timedelta(days=32), 9, office.number)
        sitting.marks(scene, office, codes)
    else:
        scene = yield moment(day + timedelta(days=32), 9, office.number)
    rounds.close_round(scene.session, office.coordinator, scene.now, ronda.round_id)


def _is_mended_late(office: Office, ronda: Ronda, found: Found, last: bool) -> bool:
    """What hinders a later seal is mended in time; in the last round some is still open."""
    if found.life.course[ronda.cycle] is Step.CONDITIONS:
        return True
    if found.grade is FindingClass.CRITICAL:
        return not last and office.chance(0.95)
    if last:
        return office.chance(0.75)
    return found.grade is FindingClass.MAJOR or office.chance(0.9 if office.under_way else 0.99)

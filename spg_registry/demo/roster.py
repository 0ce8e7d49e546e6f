"""An office's people: who is elected, who evaluates, who signs in, who is tied to whom."""

from collections.abc import Sequence
from datetime import date, timedelta

from spg_registry.committees import service as committees
from spg_registry.committees.models import BodyKind, Member
from spg_registry.committees.schemas import (
    EvaluatorIn,
    MemberIn,
    RegistrationChangeIn,
    RenewalIn,
)
from spg_registry.core.permissions import Role
from spg_registry.demo.calendar import moment
from spg_registry.demo.lives import Life
from spg_registry.demo.names import Somebody
from spg_registry.demo.nation import logins, register, user
from spg_registry.demo.stage import Scene, Story
from spg_registry.demo.world import Office, Seat, Tie, World
from spg_registry.people.models import Person, Sex
from spg_registry.people.schemas import PersonIn
from spg_registry.people.service import register_persons
from spg_registry.producers import service as producers
from spg_registry.producers.schemas import InterestIn
from spg_registry.rules.words import InterestKind, RegistrationState, Sector

_GUARANTEE = (
    (Sector.PRODUCER, Sex.WOMAN, "Coordinadora"),
    (Sector.PRODUCER, Sex.MAN, None),
    (Sector.PRODUCER, Sex.WOMAN, None),
    (Sector.PRODUCER, Sex.MAN, None),
    (Sector.CONSUMER, Sex.WOMAN, "Secretaria de actas"),
    (Sector.AUTHORITY, Sex.MAN, None),
    (Sector.INSTITUTION, Sex.WOMAN, None),
)
_APPEALS = (
    (Sector.PRODUCER, Sex.WOMAN, None),
    (Sector.PRODUCER, Sex.MAN, None),
    (Sector.CONSUMER, Sex.WOMAN, None),
)
_TERMS_ENDED = 8
"""The office whose members' terms have run out: it can elect, and decides nothing until then."""
_SUSPENDED_ONCE = 5
"""The office whose SPG was suspended for a while between two rounds."""
_KINDS = (InterestKind.KIN, InterestKind.KIN, InterestKind.BUYER, InterestKind.PARTNER)


def founding(world: World, office: Office) -> Story:
    """The first election, and the logins of the office."""
    scene = yield moment(world.day(1 + office.number % 5), 9, office.number)
    until = office.meeting(world.today, 1) + timedelta(days=40)
    office.members = _elect(scene, world, office, BodyKind.GUARANTEE, until)
    office.appeals = _elect(scene, world, office, BodyKind.APPEALS, until)
    scene = yield moment(world.day(1 + office.number % 5), 16, office.number)
    logins(scene, world, office)
    if office.place.term_years == 1:
        day = office.meeting(world.today, 0) - timedelta(days=60)
        scene = yield moment(day, 10)
        register(scene, world, office, scene.today, 1)


def _elect(scene: Scene, world: World, office: Office, body: BodyKind, until: date) -> list[Seat]:
    chairs = _GUARANTEE if body is BodyKind.GUARANTEE else _APPEALS
    people = [office.people.somebody(sex) for _, sex, _ in chairs]
    rows = register_persons(
        scene.session,
        world.admin,
        scene.now,
        [person_in(one) for one in people],
        office.committee_id,
    )
    seats = [
        MemberIn(
            body=body,
            person_id=row.id,
            sector=sector,
            office=title,
            term_from=scene.today,
            term_until=until,
        )
        for row, (sector, _, title) in zip(rows, chairs, strict=True)
    ]
    who = office.coordinator
    made = committees.seat_members(scene.session, who, scene.now, office.committee_id, seats)
    return [_seat(row, person) for row, person in zip(made, rows, strict=True)]


def _seat(row: Member, person: Person) -> Seat:
    return Seat(person.id, row.id, person.full_name, Sex(person.sex or Sex.OTHER), row.sector)


def person_in(one: Somebody) -> PersonIn:
    return PersonIn(
        names=one.names,
        surnames=one.surnames,
        sex=one.sex,
        ci=one.ci,
        birth_year=one.birth_year,
    )


def renew_terms(world: World, office: Office, after: date) -> Story:
    """The second election: nearly all are elected again, the fourth seat goes to another."""
    scene = yield moment(after + timedelta(days=41), 10)
    until = None
    if office.number == _TERMS_ENDED:
        until = world.today - timedelta(days=20)
    again = [seat for n, seat in enumerate(office.members) if n != 3]
    newcomer = office.people.somebody(Sex.WOMAN)
    titles = {0: "Coordinadora", 4: "Secretaria de actas"}
    batch = [
        MemberIn(
            person_id=seat.person_id,
            sector=seat.sector,
            office=titles.get(office.members.index(seat)),
            term_from=scene.today,
            term_until=until,
        )
        for seat in again
    ]
    batch.append(
        MemberIn(
            person=person_in(newcomer),
            sector=Sector.PRODUCER,
            term_from=scene.today,
            term_until=until,
        )
    )
    made = committees.seat_members(
        scene.session, office.coordinator, scene.now, office.committee_id, batch
    )
    seats = [
        Seat(seat.person_id, row.id, seat.name, seat.sex, seat.sector)
        for seat, row in zip(again, made[:-1], strict=True)
    ]
    fresh = scene.session.get_one(Person, made[-1].person_id)
    office.members = [*seats[:3], _seat(made[-1], fresh), *seats[3:]]
    office.appeals = _elect_appeals_again(scene, office, until)


def _elect_appeals_again(scene: Scene, office: Office, until: date | None) -> list[Seat]:
    batch = [
        MemberIn(
            body=BodyKind.APPEALS,
            person_id=seat.person_id,
            sector=seat.sector,
            term_from=scene.today,
            term_until=until,
        )
        for seat in office.appeals
    ]
    made = committees.seat_members(
        scene.session, office.coordinator, scene.now, office.committee_id, batch
    )
    return [
        Seat(seat.person_id, row.id, seat.name, seat.sex, seat.sector)
        for seat, row in zip(office.appeals, made, strict=True)
    ]


def appoint(scene: Scene, office: Office, cycle: int, going: Sequence[Life]) -> None:
    """Peers from among the holders, and two technicians. In the second year more come, in the
    third all are appointed again."""
    wanted = max(8, len(going) // 12 + 4)
    holders = [
        life.person_ids[0]
        for life in office.lives
        if life.person_ids and life.person_ids[0] not in office.evaluators and not life.gone
    ]
    seated = {seat.person_id for seat in [*office.members, *office.appeals]}
    free = [person for person in holders if person not in seated]
    peers = office.source.sample(free, min(len(free), max(0, wanted - len(office.evaluators))))
    technicians = []
    if cycle == 0:
        people = [office.people.either() for _ in range(2)]
        rows = register_persons(
            scene.session,
            office.coordinator,
            scene.now,
            [person_in(one) for one in people],
            office.committee_id,
        )
        technicians = [row.id for row in rows]
    again = list(office.evaluators) if cycle == 2 else []
    sectors = dict.fromkeys([*again, *peers], Sector.PRODUCER)
    sectors |= dict.fromkeys(technicians, Sector.INSTITUTION)
    if cycle == 2:
        sectors |= dict.fromkeys(list(office.evaluators)[:2], Sector.INSTITUTION)
    batch = [
        EvaluatorIn(
            person_id=person,
            act=f"Acta de nombramiento {cycle + 1}/{scene.today.year}",
            sector=sector,
            trained_on=scene.today - timedelta(days=14),
            appointed_on=scene.today,
        )
        for person, sector in sorted(sectors.items(), key=lambda pair: pair[1] != "institution")
    ]
    made = committees.appoint_evaluators(
        scene.session, office.coordinator, scene.now, office.committee_id, batch
    )
    for row in made:
        office.evaluators[row.person_id] = row.id


def evaluator_login(scene: Scene, world: World, office: Office, person_id: int) -> None:
    person = scene.session.get_one(Person, person_id)
    office.evaluator = user(
        scene,
        world.known_password,
        world.admin,
        "evaluador",
        person.full_name,
        Role.EVALUATOR,
        office.committee_id,
        person_id,
    )


def declare_ties(scene: Scene, office: Office, entered: Sequence[Life]) -> None:
    """Kin, buyers and partners among members and evaluators say so before the round."""
    people = [*office.evaluators, *(seat.person_id for seat in office.members[4:])]
    if len(entered) < 6 or not people:
        return
    fresh = []
    for life in office.source.sample(list(entered), min(8, len(entered) // 4)):
        person = office.source.choice(people)
        if person not in life.person_ids:
            fresh.append(Tie(person, life, office.source.choice(_KINDS)))
    batch = [
        InterestIn(
            person_id=tie.person_id,
            producer_code=tie.life.producer_code,
            kind=tie.kind,
            degree=office.source.choice((1, 2)) if tie.kind is InterestKind.KIN else None,
            declared=office.chance(0.8),
            since=scene.today,
        )
        for tie in fresh
    ]
    if batch:
        producers.declare_interests(scene.session, office.secretary, scene.now, batch)
    office.ties += fresh


def renew_registration(scene: Scene, world: World, office: Office, number: int) -> None:
    """A term of a year is renewed each year, in time."""
    data = RenewalIn(
        act_number=f"DEMO-{office.number + 1:03d}-R{number}", issued_on=scene.today, term_years=1
    )
    row = committees.renew_registration(
        scene.session, world.control, scene.now, office.registration_id, data
    )
    office.registration_id = row.id


def suspended_for_a_while(world: World, office: Office, after: date) -> Story:
    """The control body suspends an SPG between two rounds, and lifts it."""
    if office.number != _SUSPENDED_ONCE:
        return
    for days, state, reason in (
        (150, RegistrationState.SUSPENDED, "Informe anual no presentado a tiempo."),
        (190, RegistrationState.IN_FORCE, "Informe presentado y revisado."),
    ):
        day = after + timedelta(days=days)
        if world.is_past(day):
            scene = yield moment(day, 11)
            change = RegistrationChangeIn(
                state=state,
                effective_on=scene.today,
                act=f"DEMO-{office.number + 1:03d}-{state.value[:3].upper()}",
                reason=reason,
            )
            committees.change_registration(
                scene.session, world.control, scene.now, office.registration_id, change
            )

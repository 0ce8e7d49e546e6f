"""A country for load work: 70,000 producers and 350,000 grants of five years, 110 municipalities.

Committees, members, SPGs and logins are made through the services. Producers, visits, decisions and
seals are rows built as the services build them and inserted in bulk, without audit entries and row
images. Real tokens are signed, and at the end the norm is asked again about sampled grants.
"""

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from sqlalchemy import event
from sqlmodel import col, select

from spg_registry.committees import service as committees
from spg_registry.committees.schemas import EvaluatorIn, MemberIn, RenewalIn
from spg_registry.core import clock
from spg_registry.core.db import Database
from spg_registry.core.keys import Keyring
from spg_registry.decisions.models import Decision, Meeting
from spg_registry.demo import nation
from spg_registry.demo.bulk import Bulk, catch_up
from spg_registry.demo.harvest import TABLES, Harvest
from spg_registry.demo.loading import CI_RANGE, FIRST_CI, PASSWORD, SEED
from spg_registry.demo.names import People, communities
from spg_registry.demo.programme import LOWLANDS, Place, Region
from spg_registry.demo.roster import person_in
from spg_registry.demo.stage import Scene, without_collector
from spg_registry.demo.world import Office, Seat, World
from spg_registry.people.accounts import new_secret
from spg_registry.people.models import Sex
from spg_registry.people.passwords import Hashed, hash_for_demonstration, hash_password
from spg_registry.people.service import register_persons
from spg_registry.register.models import Period
from spg_registry.rules.words import Sector
from spg_registry.seals.again import judge_again
from spg_registry.seals.granting import LIST_SIZE
from spg_registry.seals.models import SealGrant
from spg_registry.territory.atlas import Atlas, atlas_of
from spg_registry.territory.schemas import NewCommunity
from spg_registry.territory.service import ensure_communities

YEARS = 5
_BEFORE = 1900
"""Days from the founding of the committees to the load."""
_CYCLE = 355
_SAMPLE = 1000
_REGIONS = {
    "01": Region.HIGH_VALLEY,
    "02": Region.ALTIPLANO,
    "03": Region.VALLEY,
    "04": Region.SALT_FLATS,
    "05": Region.SALT_FLATS,
    "06": Region.VINEYARD,
    "07": Region.CHACO,
    "08": Region.FOREST,
    "09": Region.YUNGAS,
}
_SEATS = (
    (Sector.PRODUCER, Sex.WOMAN),
    (Sector.PRODUCER, Sex.MAN),
    (Sector.PRODUCER, Sex.WOMAN),
    (Sector.PRODUCER, Sex.MAN),
    (Sector.CONSUMER, Sex.WOMAN),
    (Sector.AUTHORITY, Sex.MAN),
    (Sector.INSTITUTION, Sex.WOMAN),
)
EVALUATORS = 12


@dataclass(frozen=True)
class Country:
    municipalities: int = 110
    producers: int = 70_000
    """Each with one grant a year."""


def load_national(
    database: Database,
    keyring: Keyring,
    today: date,
    told: Callable[[str], object] = lambda _: None,
    country: Country = Country(),
    seed: int = SEED,
) -> None:
    """All of it, a committee a transaction, so that memory does not grow with the country.

    Everything is recorded at the moment of the load, as papers entered late are; what the papers
    say lies in the past. Raises RuntimeError when a sampled grant would not pass the norm.
    """
    now = clock.now()
    world = World(
        today=today,
        keyring=keyring,
        known_password=hash_for_demonstration(PASSWORD),
        nobodys_password=Hashed(hash_password(new_secret())),
        before=_BEFORE,
    )
    with _roomy(database), without_collector():
        with database.write(now) as session:
            offices = _found(Scene(session, now), world, country, seed)
            bulk = Bulk(session, TABLES)
        told(f"  {len(offices)} committees founded")
        source = Random(f"{seed} country")
        grants = country.producers * YEARS
        places = source.sample(range(LIST_SIZE * (1 + 2 * grants // LIST_SIZE)), grants)
        harvest = Harvest(world, bulk, source, iter(places))
        for n, (office, size) in enumerate(_sized(offices, country.producers), start=1):
            with database.write(now) as session:
                harvest.of(Scene(session, now), office, size, _meetings(today, office))
                rows = bulk.write(session)
            gc.collect(0)
            if n % 10 == 0 or n == len(offices):
                told(f"  {n} of {len(offices)} committees, {harvest.grants} grants ({rows} rows)")
        catch_up(database, TABLES)
        told(f"  {_ask_again(database, Random(seed))} sampled grants pass the norm")


@contextmanager
def _roomy(database: Database) -> Iterator[None]:
    """SQLite keeps the indexes that random codes go into in memory, 128 MiB of them."""

    def more(connection: Any, _record: object) -> None:
        connection.execute("PRAGMA cache_size=-131072")

    if database.dialect != "sqlite":
        yield
        return
    database.engine.dispose()
    event.listen(database.engine, "connect", more)
    try:
        yield
    finally:
        event.remove(database.engine, "connect", more)
        database.engine.dispose()


def _meetings(today: date, office: Office) -> list[date]:
    last = today - timedelta(days=office.place.lag)
    return [last - timedelta(days=_CYCLE * (YEARS - 1 - year)) for year in range(YEARS)]


def _sized(offices: Sequence[Office], producers: int) -> Iterator[tuple[Office, int]]:
    """The producers shared out evenly, all of them."""
    for n, office in enumerate(offices):
        yield office, producers * (n + 1) // len(offices) - producers * n // len(offices)


# --- through the services ------------------------------------------------------------------------


def _found(scene: Scene, world: World, country: Country, seed: int) -> list[Office]:
    book = atlas_of(scene.session)
    offices = []
    for number, place in enumerate(_places(book, country.municipalities)):
        source = Random(f"{seed} {place.ine_code}")
        people = People(source, FIRST_CI + number * CI_RANGE, world.today.year)
        offices.append(Office(place, number, [], source, people))
    nation.sign_up(scene, world)
    nation.found(scene, world, offices)
    first = world.day(0).year
    scene.session.add_all(
        Period(
            label=str(year),
            since=date(year, 1, 1),
            until=date(year, 12, 31),
        )
        for year in range(first, world.today.year + 1)
    )
    for office in offices:
        _staff(scene, world, office)
    return offices


def _places(book: Atlas, count: int) -> Iterator[Place]:
    """Evenly over the catalogue, so that every department has some; a name is taken once."""
    rows = {row.name: row for row in reversed(book.municipalities.values())}
    ordered = sorted(rows.values(), key=lambda row: row.ine_code)
    for n in range(count):
        row = ordered[n * len(ordered) // count]
        region = _REGIONS[row.department_code]
        yield Place(row.ine_code, row.name, region, 12, 0, 20 + (n * 37) % 320, n % 4 != 3)


def _staff(scene: Scene, world: World, office: Office) -> None:
    """Members and evaluators for the whole time, communities, a renewed registration, logins."""
    session, now = scene.session, scene.now
    people = [office.people.somebody(sex) for _, sex in _SEATS]
    people += [office.people.either() for _ in range(EVALUATORS)]
    wanted = [person_in(one) for one in people]
    rows = register_persons(session, world.admin, now, wanted, office.committee_id)
    first, last = world.day(1), world.today + timedelta(days=365)
    seats = [
        MemberIn(person_id=row.id, sector=sector, term_from=first, term_until=last)
        for row, (sector, _) in zip(rows, _SEATS, strict=False)
    ]
    made = committees.seat_members(session, office.coordinator, now, office.committee_id, seats)
    office.members = [
        Seat(row.person_id, row.id, person.full_name, sex, sector)
        for row, person, (sector, sex) in zip(made, rows, _SEATS, strict=False)
    ]
    appointed = committees.appoint_evaluators(
        session,
        office.coordinator,
        now,
        office.committee_id,
        [
            EvaluatorIn(person_id=row.id, act="Acta 1", appointed_on=first, until=last)
            for row in rows[len(_SEATS) :]
        ],
    )
    office.evaluators = {row.person_id: row.id for row in appointed}
    renewal = RenewalIn(
        act_number=f"DEMO-{office.number + 1:03d}-R1", issued_on=world.day(700), term_years=5
    )
    committees.renew_registration(session, world.control, now, office.registration_id, renewal)
    nation.logins(scene, world, office)
    names = communities(office.source, office.place.communities, office.place.region in LOWLANDS)
    batch = [NewCommunity(municipality_code=office.place.ine_code, name=name) for name in names]
    ensure_communities(session, office.coordinator, now, batch)


# --- the norm asked again ------------------------------------------------------------------------


def _ask_again(database: Database, source: Random) -> int:
    """Sampled grants judged by the facts as they stand in the tables."""
    with database.read() as session:
        ids = list(session.exec(select(SealGrant.decision_id).order_by(col(SealGrant.id))))
        chosen = sorted(source.sample(ids, min(_SAMPLE, len(ids))))
        by_meeting: dict[int, list[Decision]] = {}
        for start in range(0, len(chosen), 500):
            query = select(Decision).where(col(Decision.id).in_(chosen[start : start + 500]))
            for row in session.exec(query.order_by(col(Decision.id))):
                by_meeting.setdefault(row.meeting_id, []).append(row)
        for meeting_id, decisions in by_meeting.items():
            meeting = session.get_one(Meeting, meeting_id)
            for one in judge_again(session, meeting, decisions):
                if one.stops:
                    raise RuntimeError(f"decision {one.decision.id}: {one.stops}")
            session.expunge_all()
        return len(chosen)

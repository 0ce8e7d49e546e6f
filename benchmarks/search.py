"""How long a search among 70,000 producers takes, for who reads the country and for one committee.

    .venv/bin/python -m benchmarks.search [--engine postgresql] [--producers 70000]

Producers are rows with invented names in a database of their own, made for the run and thrown away.
Each search is what the page does: the count, the first 25 rows, and what the list shows of them.
"""

import argparse
import sys
import tempfile
import time
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random
from statistics import median

from sqlmodel import Session, text

from spg_registry.cli import load_reference
from spg_registry.committees import service as committees
from spg_registry.committees.models import Spg
from spg_registry.committees.schemas import CommitteeIn, SpgIn
from spg_registry.core import schema
from spg_registry.core.db import Database
from spg_registry.core.permissions import SYSTEM, Actor, Role
from spg_registry.demo.bulk import Bulk, catch_up
from spg_registry.demo.names import People, communities
from spg_registry.people.models import Person
from spg_registry.producers.access import sight_of
from spg_registry.producers.models import (
    Enrolment,
    Holder,
    Producer,
    ProducerKind,
    SearchSlip,
    SearchWord,
)
from spg_registry.producers.naming import display_name, search_slips, search_words
from spg_registry.producers.queries import Filters
from spg_registry.seals.holders import search_holders
from spg_registry.territory.models import Community
from spg_registry.territory.schemas import NewCommunity
from spg_registry.territory.service import ensure_communities
from tests.databases import Databases, OnPostgresql, OnSqlite

NOW = datetime(2026, 11, 21, 15, tzinfo=UTC)
PLACES = ("031401", "030903")
SHARE_OF_FIRST = 70
"""One in so many is of the first committee: a thousand of the country's seventy thousand."""
TABLES = (Person, Producer, SearchWord, SearchSlip, Holder, Enrolment)
TYPED = (
    "m",
    "ma",
    "mamani",
    "maria mamani",
    "kispe condory",
    "vargaz",
    "san pedro",
    "P0012345",
    "12345",
    "mamni",
    "kondoti mamni",
    "xyzxyz",
    "",
)
RUNS = 15


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--engine", choices=("sqlite", "postgresql"), default="sqlite")
    asked.add_argument("--producers", type=int, default=70_000)
    wanted = asked.parse_args()
    with tempfile.TemporaryDirectory() as place:
        server: Databases
        server = OnPostgresql() if wanted.engine == "postgresql" else OnSqlite(Path(place))
        database = Database(server.empty(), pool_size=2)
        began = time.perf_counter()
        first = fill(database, wanted.producers)
        took = time.perf_counter() - began
        say(f"{wanted.producers} producers on {wanted.engine} in {took:.0f} s")
        measure(database, first)
        database.dispose()
        server.close()


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def fill(database: Database, count: int) -> int:
    """Returns the first committee's id."""
    schema.upgrade(database)
    load_reference(database, NOW)
    draw = Random(2026)
    people = People(draw, 5_000_000_000, NOW.year)
    with database.write(NOW) as session:
        systems, homes = _found(session, draw)
        bulk = Bulk(session, TABLES)
        sounds: set[str] = set()
        for number in range(1, count + 1):
            here = 0 if number % SHARE_OF_FIRST == 0 else 1
            _producer(bulk, people, number, systems[here], draw.choice(homes[here]), sounds)
            if number % 5000 == 0:
                bulk.write(session)
        bulk.write(session)
        committee = systems[0].committee_id
    catch_up(database, TABLES)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as open_:
        open_.execute(text("ANALYZE"))
    return committee


def _found(session: Session, draw: Random) -> tuple[list[Spg], list[list[Community]]]:
    made = committees.create_committees(
        session,
        SYSTEM,
        NOW,
        [CommitteeIn(name=f"Comité {code}", municipality_codes=[code]) for code in PLACES],
    )
    systems = committees.found_spgs(
        session,
        SYSTEM,
        NOW,
        [
            SpgIn(committee_id=row.id, name=f"SPG {code}", municipality_codes=[code])
            for row, code in zip(made, PLACES, strict=True)
        ],
    )
    homes = []
    for code in PLACES:
        names = communities(draw, 40, lowland=False)
        batch = [NewCommunity(municipality_code=code, name=name) for name in names]
        homes.append(ensure_communities(session, SYSTEM, NOW, batch))
    return systems, homes


def _producer(
    bulk: Bulk, people: People, number: int, spg: Spg, home: Community, sounds: set[str]
) -> None:
    persons = []
    for one in [people.either() for _ in range(1 + number % 2)]:
        persons.append(Person(names=one.names, surnames=one.surnames, sex=one.sex))
        bulk.add(persons[-1])
    row = Producer(
        number=number,
        code=f"P{number:07d}",
        kind=ProducerKind.FAMILY,
        display_name=display_name(persons),
        community_id=home.id,
    )
    bulk.add(row)
    since = date(2025, 1, 1)
    for position, person in enumerate(persons, start=1):
        bulk.add(Holder(producer_id=row.id, person_id=person.id, position=position, since=since))
    bulk.add(
        Enrolment(
            producer_id=row.id, spg_id=spg.id, code=row.code, enrolled_on=since, status_since=since
        )
    )
    words = search_words(row, persons, (), home.name)
    for word in (*words, *search_slips(words, sounds)):
        bulk.add(word)


def measure(database: Database, committee: int) -> None:
    office = Actor("user", 1, "office", frozenset({(Role.SECRETARY, committee)}))
    country = Actor("user", 2, "country", frozenset({(Role.CONTROL, None)}))
    say(f"{'typed':<16}{'country':>10}{'found':>8}{'committee':>12}{'found':>8}   milliseconds")
    worst = 0.0
    for typed in TYPED:
        told = [f"{typed or '(nothing)':<16}"]
        for actor, width in ((country, 10), (office, 12)):
            took, total = _timed(database, actor, typed)
            worst = max(worst, took if len(typed) != 1 else 0)
            told.append(f"{took:>{width}.1f}{total:>8}")
        say("".join(told))
    say(f"slowest: {worst:.0f} ms (goal: under 200; one letter alone is not counted)")


def _timed(database: Database, actor: Actor, typed: str) -> tuple[float, int]:
    """The median of some runs, each in a transaction of its own."""
    took, total = [], 0
    sight = sight_of(actor)
    for _ in range(RUNS):
        with database.read() as session:
            began = time.perf_counter()
            found = search_holders(
                session, actor, sight, NOW.date(), Filters(text=typed), limit=25, offset=0
            )
            total = found.total
            took.append((time.perf_counter() - began) * 1000)
    return median(took), total


if __name__ == "__main__":
    main()

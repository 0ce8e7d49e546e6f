"""Loading the demonstration: everything of a fixed random number, played through the services."""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from random import Random
from typing import Any

from sqlalchemy import event, text

from spg_registry.core.db import Database
from spg_registry.core.keys import Keyring
from spg_registry.demo.complaints import reported
from spg_registry.demo.lives import draw_lives
from spg_registry.demo.names import People
from spg_registry.demo.nation import of_the_country
from spg_registry.demo.programme import PROGRAMME, Scale
from spg_registry.demo.stage import play
from spg_registry.demo.world import Office, World
from spg_registry.demo.yearly import of_a_committee
from spg_registry.people.accounts import new_secret
from spg_registry.people.passwords import Hashed, hash_for_demonstration, hash_password

SEED = 3525
"""The number of the law."""
PASSWORD = "demo"  # noqa: S105  # printed on the login page, and let in with SPG_DEMO only
FIRST_CI = 9_000_000_000
CI_RANGE = 1_000_000


def load(
    database: Database,
    keyring: Keyring,
    today: date,
    scale: Scale = PROGRAMME,
    seed: int = SEED,
    told: Callable[[datetime], None] = lambda _: None,
) -> int:
    """Play the programme up to the eve of `today`; returns the number of acts.

    The same seed and day give the same rows, save what must not be guessed: keys, signatures,
    password hashes and the places in the status lists. `told` hears the moment of each act.
    """
    lives = draw_lives(Random(seed), scale)
    world = World(
        today=today,
        keyring=keyring,
        known_password=hash_for_demonstration(PASSWORD),
        nobodys_password=Hashed(hash_password(new_secret())),
    )
    offices = []
    for number, place in enumerate(scale.places):
        source = Random(f"{seed} {place.ine_code}")
        people = People(source, FIRST_CI + number * CI_RANGE, today.year)
        offices.append(Office(place, number, lives[place.ine_code], source, people))
    stories = [of_the_country(world, offices)]
    stories += [of_a_committee(world, office, scale.waiting) for office in offices]
    stories.append(reported(world, offices[0]))
    return play(database, stories, told)


@contextmanager
def eased(database: Database) -> Iterator[None]:
    """While loading, SQLite waits for the disk at its checkpoints only. A power cut may take the
    last acts away, and a load without its end mark begins anew. The end mark is written with the
    usual care, which carries everything before it to the disk. The planner learns the sizes.
    Rubbish is looked for seldom: nearly all that is made lives until its act is written.
    """
    usual = gc.get_threshold()
    gc.set_threshold(200_000, 20, 100)
    try:
        with _waiting_seldom(database):
            yield
        _know_sizes(database)
    finally:
        gc.set_threshold(*usual)


@contextmanager
def _waiting_seldom(database: Database) -> Iterator[None]:
    if database.dialect != "sqlite":
        yield
        return
    database.engine.dispose()
    event.listen(database.engine, "connect", _wait_less)
    try:
        yield
    finally:
        event.remove(database.engine, "connect", _wait_less)
        database.engine.dispose()


def _wait_less(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("PRAGMA wal_autocheckpoint=8000")


def _know_sizes(database: Database) -> None:
    with database.engine.begin() as connection:
        connection.execute(text("ANALYZE"))

"""What a start needs: tables, reference data, keys, and with SPG_DEMO the demonstration."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import typer
from sqlmodel import func, select

from spg_registry.commands.progress import following
from spg_registry.core import clock, schema
from spg_registry.core.config import Settings
from spg_registry.core.db import Database
from spg_registry.core.history import Change
from spg_registry.core.keys import Keyring, open_keyring
from spg_registry.demo import calendar
from spg_registry.demo.figures import measure
from spg_registry.demo.loading import eased, load
from spg_registry.demo.national import load_national
from spg_registry.demo.standing import BEGUN, ENDED, Demo, demo_stands, note_demo
from spg_registry.standards import service as standards
from spg_registry.territory import service as territory


def prepare(chosen: Settings) -> None:
    with alone(chosen) as database:
        schema.upgrade(database)
        standing = demo_stands(database) if chosen.demo else Demo.UNWANTED
        if standing in (Demo.POSSIBLE, Demo.HALF):
            load_demonstration(chosen, database, standing)
        else:
            load_reference(database)
            keyring_of(chosen).ensure(clock.now())


@contextmanager
def alone(chosen: Settings) -> Iterator[Database]:
    """The database, while no other start or load is under way beside this one."""
    chosen.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (chosen.data_dir / ".setup.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        database = Database(chosen.database_url, pool_size=4)
        try:
            yield database
        finally:
            database.dispose()


def keyring_of(chosen: Settings) -> Keyring:
    passphrase = chosen.key_passphrase
    return open_keyring(chosen.data_dir, passphrase.get_secret_value() if passphrase else None)


def load_reference(database: Database, now: datetime | None = None) -> None:
    """What ships as data files: territory, products, standard, checklist, rules."""
    now = now or clock.now()
    with database.write(now) as session:
        territory.load_reference(session, now)
        standards.load_standards(session, now)


def load_demonstration(
    chosen: Settings, database: Database, standing: Demo, *, national: bool = False
) -> None:
    """Between two marks, so that a killed load is never taken for a whole one.

    Its recorded times are simulated and begin years ago. So that they only rise, the reference
    data are recorded first of all: what was recorded before (nobody works here yet) is put away.
    """
    today = clock.local_date(clock.now())
    first = calendar.moment(calendar.beginning(today), 5)
    if standing is Demo.HALF:
        typer.echo("The demonstration was cut short while loading; it begins anew.")
    if standing is Demo.HALF or _recorded_after(database, first):
        schema.reset(database)
    load_reference(database, first)
    keyring = keyring_of(chosen)
    keyring.ensure(clock.now())
    note_demo(database, BEGUN, calendar.moment(calendar.beginning(today), 6))
    with eased(database):
        if national:
            load_national(database, keyring, today, typer.echo)
        else:
            with following(calendar.beginning(today), today) as told:
                load(database, keyring, today, told=told)
    note_demo(database, ENDED)
    with database.read() as session:
        for line in measure(session, today).lines():
            typer.echo(f"  {line}")


def _recorded_after(database: Database, moment: datetime) -> bool:
    with database.read() as session:
        latest = session.exec(select(func.max(Change.recorded_at))).one()
        return latest is not None and latest > moment

"""`kill -9` at any moment: an acta is closed with all its seals, or not at all."""

import multiprocessing
import os
import random
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from spg_registry.core.config import settings
from spg_registry.core.db import Database
from spg_registry.core.keys import open_keyring
from spg_registry.seals.service import close_and_grant
from tests.cast import Cast
from tests.faults.closer import close_one_after_another
from tests.faults.wholeness import complaints, is_closed

PROCESSES = multiprocessing.get_context("forkserver")
PATIENCE_SECONDS = 60


@dataclass
class Killed:
    """What a process had said when it died."""

    begun: list[int] = field(default_factory=list)
    told: dict[int, list[str]] = field(default_factory=dict)
    first: float = 0
    last: float = 0
    """When it said its first and its last word."""


@pytest.fixture(scope="module", autouse=True)
def _ready_to_fork() -> None:
    """Everything is imported once, so that each process is there in milliseconds."""
    PROCESSES.set_forkserver_preload(["tests.faults.closer"])


def close_until_killed(
    address: str, data_dir: Path, cast: Cast, meetings: list[int], seconds: float
) -> Killed:
    """Let a process close actas, and kill it so long after it began with the first."""
    ours, theirs = PROCESSES.Pipe(duplex=False)
    given = (theirs, address, data_dir, cast, meetings)
    process = PROCESSES.Process(target=close_one_after_another, args=given)
    process.start()
    theirs.close()
    found = Killed()
    assert ours.poll(PATIENCE_SECONDS), "the process did not begin"
    process.join(seconds)
    assert process.pid is not None
    with suppress(ProcessLookupError):
        os.kill(process.pid, signal.SIGKILL)
    process.join(PATIENCE_SECONDS)
    while True:
        try:
            meeting_id, codes, found.last = ours.recv()
        except EOFError:
            return found
        found.first = found.first or found.last
        if codes is None:
            found.begun.append(meeting_id)
        else:
            found.told[meeting_id] = codes


def seconds_of_one(address: str, data_dir: Path, cast: Cast, meetings: list[int]) -> float:
    """How long closing takes here, undisturbed."""
    undisturbed = close_until_killed(address, data_dir, cast, meetings, PATIENCE_SECONDS)
    assert len(undisturbed.told) == len(meetings)
    return (undisturbed.last - undisturbed.first) / len(meetings)


def await_silence(database: Database) -> None:
    """PostgreSQL may still be at the last wish of a client that is dead."""
    if database.dialect == "sqlite":
        return
    others = text(
        "SELECT pid, state, wait_event_type, wait_event, left(query, 200) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        " AND backend_type = 'client backend'"  # and not the server's own housekeeping
    )
    deadline = time.monotonic() + PATIENCE_SECONDS
    with database.engine.connect() as connection:
        while dead := connection.execute(others).all():
            assert time.monotonic() < deadline, f"a dead client's transaction goes on: {dead}"
            connection.rollback()  # within a transaction it always tells the same
            time.sleep(0.02)


def test_a_kill_at_any_moment_leaves_whole_actas(
    fresh: Callable[[], str],
    meetings: list[int],
    staged: tuple[str, Cast],
    repetitions: Callable[[int, int], int],
) -> None:
    cast, data_dir = staged[1], settings().data_dir
    ring = open_keyring(data_dir)
    ring.ensure(cast.now)
    typical = seconds_of_one(fresh(), data_dir, cast, meetings[:4])
    seed = random.randrange(2**32)
    chance = random.Random(seed)
    told: list[str] = []
    waiting: list[int] = []
    before = after = 0
    address = ""
    for kill in range(repetitions(20, 1000)):
        if len(waiting) < 6:
            address, waiting, told = fresh(), list(meetings), []
        seconds = chance.uniform(0, 2.5 * typical)
        killed = close_until_killed(address, data_dir, cast, waiting, seconds)
        told += [code for codes in killed.told.values() for code in codes]
        database = Database(address, pool_size=2)
        await_silence(database)
        moment = f"kill {kill} after {seconds:.4f} s, seed {seed}"
        assert complaints(database, ring, told) == [], moment
        closed = {meeting: is_closed(database, meeting) for meeting in killed.begun}
        database.dispose()
        assert all(closed[meeting] for meeting in killed.told), moment
        assert all(closed[meeting] for meeting in killed.begun[:-1]), moment
        before += not closed[killed.begun[-1]]
        after += sum(closed.values())
        waiting = [meeting for meeting in waiting if not closed.get(meeting, False)]
    assert before, f"no kill came before a commit: the trial tried nothing (seed {seed})"
    assert after, f"no kill came after a commit: the trial tried nothing (seed {seed})"


def test_what_was_not_closed_can_be_closed_afterwards(
    fresh: Callable[[], str], meetings: list[int], staged: tuple[str, Cast]
) -> None:
    """A lock or a half-written page of the dead must not stand in the way of the living."""
    cast, data_dir, address = staged[1], settings().data_dir, fresh()
    ring = open_keyring(data_dir)
    ring.ensure(cast.now)
    first: Any = close_until_killed(address, data_dir, cast, meetings[:1], 0.02)
    assert first.begun == meetings[:1]
    again = close_until_killed(address, data_dir, cast, meetings[1:2], 5)
    assert list(again.told) == meetings[1:2]


@pytest.mark.parametrize(
    "harm",
    [
        "DELETE FROM seal_token WHERE id = (SELECT max(id) FROM seal_token)",
        "DELETE FROM seal_event WHERE id = (SELECT max(id) FROM seal_event)",
        "DELETE FROM audit_event WHERE action = 'acta.close'",
        "DELETE FROM change WHERE sequence = (SELECT max(sequence) - 1 FROM change)",
        "UPDATE meeting SET state = 'convened' WHERE state = 'closed'",
        "UPDATE decision SET state = 'draft' WHERE id = (SELECT min(id) FROM decision)",
    ],
)
def test_the_measure_of_wholeness_sees_what_is_missing(
    fresh: Callable[[], str], meetings: list[int], staged: tuple[str, Cast], harm: str
) -> None:
    cast, data_dir, address = staged[1], settings().data_dir, fresh()
    ring = open_keyring(data_dir)
    ring.ensure(cast.now)
    database = Database(address, pool_size=1)
    with database.write(cast.now) as session:
        close_and_grant(session, cast.secretary, cast.now, ring, meetings[0])
    assert complaints(database, ring) == []
    with database.engine.begin() as connection:
        connection.execute(text(harm))
    assert complaints(database, ring)
    assert complaints(database, ring, ["NOSUCHCODE"])
    database.dispose()

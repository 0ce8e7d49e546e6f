"""Grants a second, one commit each, with 1, 4 and 16 writers at once.

`python -m benchmarks.grants [--grants 96]` closes that many actas of one family for each number of
writers, through the service: rules judged on facts gathered anew, rows, events, audit, row images,
the signed token. Then one acta of as many families. The measure beside it is the machine's own:
commits a second of a raw `sqlite3` insert with full sync in the same directory.
Goal (measured before building): ≥ 0.35 × raw, no failure at 16 writers.
"""

import argparse
import os
import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from spg_registry.cli import load_reference
from spg_registry.core import clock, schema
from spg_registry.core.config import settings
from spg_registry.core.db import Database
from spg_registry.rules.words import Outcome
from spg_registry.seals import service
from tests import cast as theatre
from tests.cast import Cast
from tests.seals import stories

WRITERS = (1, 4, 16)


def raw_commits(directory: Path, count: int) -> float:
    """Commits a second of one row with full sync."""
    connection = sqlite3.connect(directory / "raw.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE seal (id INTEGER PRIMARY KEY, code TEXT UNIQUE, note TEXT)")
    began = time.perf_counter()
    for number in range(count):
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO seal VALUES (?, ?, ?)", (number, str(number), "x" * 400))
        connection.execute("COMMIT")
    return count / (time.perf_counter() - began)


def prepared(database: Database, cast: Cast, families: int) -> list[int]:
    """Meetings that wait for their closing, each about one family."""
    with database.write(cast.now) as session:
        names = [f"Familia {number}" for number in range(families)]
        visits = stories.ready(session, cast, *names)
        meetings = []
        for number, visit in enumerate(visits):
            meeting = stories.convened(
                session, cast, visit.round_id, acta_number=f"{visit.round_id}-{number}"
            )
            stories.decided(session, cast, meeting, [visit], Outcome.ORGANIC)
            meetings.append(meeting.id)
    return meetings


def close(database: Database, cast: Cast, meetings: Sequence[int]) -> None:
    for meeting_id in meetings:
        with database.write(cast.now) as session:
            service.close_and_grant(
                session, cast.secretary, cast.now, stories.keys(cast), meeting_id
            )


def at_once(database: Database, cast: Cast, meetings: Sequence[int], writers: int) -> float:
    """Seconds; a failure of any writer ends the measurement."""
    failures: list[BaseException] = []

    def guarded(share: Sequence[int]) -> None:
        try:
            close(database, cast, share)
        except Exception as failure:  # noqa: BLE001  # the main thread tells it
            failures.append(failure)

    shares = [meetings[place::writers] for place in range(writers)]
    return seconds(
        lambda: _joined([threading.Thread(target=guarded, args=(share,)) for share in shares]),
        failures,
    )


def _joined(threads: Sequence[threading.Thread]) -> None:
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def seconds(act: Callable[[], None], failures: Sequence[BaseException] = ()) -> float:
    began = time.perf_counter()
    act()
    if failures:
        raise SystemExit(f"error: {len(failures)} writers failed, the first with {failures[0]!r}")
    return time.perf_counter() - began


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--grants", type=int, default=96)
    count: int = arguments.parse_args().grants
    with tempfile.TemporaryDirectory() as directory:
        os.environ["SPG_DATA_DIR"] = directory
        settings.cache_clear()
        raw = raw_commits(Path(directory), 2_000)
        database = Database(f"sqlite:///{directory}/registry.db")
        schema.upgrade(database)
        load_reference(database)
        with database.write(theatre.FOUNDED) as session:
            cast = theatre.assemble(session)
        stories.keys(cast)
        print(f"raw sqlite3, full sync: {raw:8.0f} commits/s")
        with clock.standing_at(cast.now):
            meetings = prepared(database, cast, count * len(WRITERS))
            for place, writers in enumerate(WRITERS):
                share = meetings[place * count : (place + 1) * count]
                rate = count / at_once(database, cast, share, writers)
                told(f"{writers:2} writers, an acta each", rate, raw)
            with database.write(cast.now) as session:
                visits = stories.ready(session, cast, *(f"Otra {n}" for n in range(count)))
                meeting = stories.convened(session, cast, visits[0].round_id, acta_number="todas")
                stories.decided(session, cast, meeting, visits, Outcome.ORGANIC)
            rate = count / seconds(lambda: close(database, cast, [meeting.id]))
            told(f"one acta of {count} families", rate, raw)
        database.dispose()
    print("  goal: ≥ 0.35 × raw with a commit each; no writer failed")


def told(label: str, rate: float, raw: float) -> None:
    print(f"{label:25} {rate:8.0f} grants/s   × raw {rate / raw:6.3f}")


if __name__ == "__main__":
    main()

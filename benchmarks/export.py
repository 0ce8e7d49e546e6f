"""Seconds and peak memory of `seals.csv` at national size, beside the `sqlite3` command's dump.

`python -m benchmarks.export [--database FILE] [--rounds 3]`. Two dumps stand beside it, in turns
in the same run, medians told: the *plain* one, every grant with what its row needs from the tables
it points at, which is what the goal is about; and our *own query* given to the command, which
shows what Python adds. Our time begins when the program has been read in, as in a server; the peak
is that of the whole process.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import median

from benchmarks.ground import PLACE, ROOT, Base, demonstration, need
from spg_registry.core import clock
from spg_registry.register import tables
from spg_registry.register.columns import Profile, TableName
from spg_registry.register.speech import speech_of

GOAL_RATIO = 2.0
GOAL_MIB = 64
FILE, DUMP = PLACE / "seals.csv", PLACE / "dump.csv"

PLAIN = """
SELECT g.code, p.code, s.code, g.category, g.valid_from, g.valid_until, g.state, g.product_groups,
    g.municipality_code, g.standard_version, r.number, g.acknowledged_on, t.acta_number, t.held_on,
    g.state_since, g.reason_class, g.status_index
FROM producer p CROSS JOIN seal_grant g ON g.producer_id = p.id
JOIN spg s ON s.id = g.spg_id JOIN decision e ON e.id = g.decision_id
JOIN meeting t ON t.id = e.meeting_id LEFT JOIN round r ON r.id = e.round_id
ORDER BY p.code, g.code
"""

EXPORT = """
import json, resource, sys, time
from datetime import date
from pathlib import Path
from spg_registry.core.config import settings
from spg_registry.core.db import Database
from spg_registry.register import service
from spg_registry.register.columns import Profile, TableName
from spg_registry.register.tables import Extract
from spg_registry.register.writing import Format

start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
database = Database(settings().database_url, pool_size=1)
extract = Extract(TableName.SEALS, Profile.CONTROL, date.fromisoformat(sys.argv[1]))
began = time.perf_counter()
with database.read() as session, Path(sys.argv[2]).open("wb") as out:
    told = service.written(session, extract, Format.CSV)
    for chunk in told:
        out.write(chunk)
seconds = time.perf_counter() - began
print(json.dumps({"seconds": seconds, "start": start / 1024, "rows": told.rows}))
"""


@dataclass(frozen=True)
class Measured:
    seconds: float
    peak_mib: float
    start_mib: float = 0
    rows: int = 0


def dump(database: Path, query: str) -> Measured:
    """With the cache that our own connections have."""
    words = ["sqlite3", "-readonly", "-csv", "-cmd", "PRAGMA cache_size=-16384", str(database)]
    with DUMP.open("wb") as out:
        began = time.perf_counter()
        peak = peak_of(subprocess.Popen([*words, query], stdout=out))
    return Measured(time.perf_counter() - began, peak)


def own_query(today: date) -> str:
    extract = tables.Extract(TableName.SEALS, Profile.CONTROL, today)
    speech = speech_of("sqlite")
    query = tables.statement_of(extract, tables.SOURCES[TableName.SEALS](speech), speech)
    return re.sub(r":as_of\b", f"'{today}'", query)


def export(base: Base, today: date) -> Measured:
    words = [sys.executable, "-c", EXPORT, today.isoformat(), str(FILE)]
    process = subprocess.Popen(
        words, stdout=subprocess.PIPE, cwd=ROOT, env=base.environment(), text=True
    )
    assert process.stdout is not None  # noqa: S101  # it was asked for
    line = process.stdout.read()
    peak = peak_of(process)
    told = json.loads(line)
    return Measured(told["seconds"], peak, told["start"], told["rows"])


def peak_of(process: subprocess.Popen[str] | subprocess.Popen[bytes]) -> float:
    """MiB that a child had at most, once it has ended."""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"error: a measured command ended with {process.returncode}")
    return usage.ru_maxrss / 1024


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--database", type=Path, help="a file of SQLite; else made under var/bench")
    asked.add_argument("--rounds", type=int, default=3)
    wish = asked.parse_args()
    need("sqlite3")
    base = (
        Base(wish.database.resolve(), PLACE / "data")
        if wish.database
        else demonstration("national")
    )
    PLACE.mkdir(parents=True, exist_ok=True)
    today = clock.local_date(clock.now())
    own = own_query(today)
    rounds: dict[str, list[Measured]] = {"plain": [], "own": [], "ours": []}
    for _ in range(wish.rounds):
        rounds["plain"].append(dump(base.database, PLAIN))
        rounds["own"].append(dump(base.database, own))
        rounds["ours"].append(export(base, today))
    tell(rounds)


def tell(rounds: dict[str, list[Measured]]) -> None:
    seconds = {name: median(one.seconds for one in found) for name, found in rounds.items()}
    peak = {name: median(one.peak_mib for one in found) for name, found in rounds.items()}
    ours = rounds["ours"][0]
    size = FILE.stat().st_size / 1e6
    print(f"\nseals.csv of the control profile: {ours.rows:,} rows, {size:.0f} MB")
    print(f"{'':34}{'seconds':>8}{'peak MiB':>10}")
    for name, title in (
        ("plain", "sqlite3, the grants joined"),
        ("own", "sqlite3, our own query"),
        ("ours", "register"),
    ):
        print(f"{title:34}{seconds[name]:8.2f}{peak[name]:10.0f}")
    print(f"{'of it before the first row':34}{'':8}{ours.start_mib:10.0f}\n")
    beside("register × sqlite3", seconds["ours"] / seconds["plain"], GOAL_RATIO)
    print(f"{'register × our own query':34}{seconds['ours'] / seconds['own']:8.2f}")
    beside("peak MiB", peak["ours"], GOAL_MIB)


def beside(title: str, figure: float, goal: float) -> None:
    word = "met" if figure <= goal else "not yet"
    print(f"{title:34}{figure:8.2f}   goal ≤ {goal}: {word}")


if __name__ == "__main__":
    main()

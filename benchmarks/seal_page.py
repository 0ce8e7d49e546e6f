"""The page behind every QR, against a bare Starlette answer of the same bytes and Datasette.

`python -m benchmarks.seal_page [--seconds 8] [--rounds 3]` prints requests a second and p99 of one
worker at 32 connections, as ratios of servers measured in turn in the same run. Goals (measured
before building): kept answers ≥ 0.9 × bare Starlette and ≥ 80 × Datasette's row page; answers made
anew ≥ 0.25 × and ≥ 25 ×.
"""

import argparse
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from typing import NamedTuple
from urllib.request import urlopen

from benchmarks import ground
from tests.serving import free_port

CONNECTIONS = 32
BARE = """
from pathlib import Path
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

BODY = Path({body!r}).read_bytes()

async def page(request):
    return Response(BODY, media_type="text/html; charset=utf-8")

app = Starlette(routes=[Route("/s/{{code}}", page)])
"""
EACH_ONCE = """
local codes = {{ {codes} }}
local place = 0
request = function()
  place = place % #codes + 1
  return wrk.format("GET", "/s/" .. codes[place])
end
"""


class Speed(NamedTuple):
    requests_a_second: float
    p99_ms: float


def wrk(url: str, seconds: int, script: Path | None = None) -> Speed:
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--latency", url]
    if script is not None:
        command[1:1] = ["-s", str(script)]
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in out:
        raise SystemExit(f"error: not every answer was a page:\n{out}")
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", out)[1])  # type: ignore[index]
    number, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", out).groups()  # type: ignore[union-attr]
    return Speed(rate, float(number) * {"us": 0.001, "ms": 1, "s": 1000}[unit])


@contextmanager
def uvicorn(app: str, directory: Path) -> Iterator[str]:
    port = free_port()
    yield from ground.started(
        [sys.executable, "-m", "uvicorn", app, "--port", str(port), "--no-access-log"],
        f"http://127.0.0.1:{port}",
        directory,
    )


@contextmanager
def datasette(database: Path, directory: Path) -> Iterator[str]:
    port = free_port()
    peer = ground.peer_environment()
    yield from ground.started(
        [str(peer / "bin" / "datasette"), str(database), "--port", str(port)],
        f"http://127.0.0.1:{port}",
        directory,
    )


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seconds", type=int, default=8)
    arguments.add_argument("--rounds", type=int, default=3)
    asked = arguments.parse_args()
    ground.need("wrk")
    base = ground.demonstration()
    codes = ground.codes(base.database)
    with ExitStack() as stack:
        place = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        ours = stack.enter_context(base.serving())
        page = urlopen(f"{ours}/s/{codes[0]}").read()
        (place / "page.html").write_bytes(page)
        (place / "bare.py").write_text(BARE.format(body=str(place / "page.html")))
        bare = stack.enter_context(uvicorn("bare:app", place))
        rows = stack.enter_context(datasette(base.database, place))
        script = place / "each_once.lua"
        # More addresses than are kept, so that each is forgotten before it comes again.
        script.write_text(EACH_ONCE.format(codes=", ".join(f'"{code}"' for code in codes)))
        name = base.database.stem
        runs: dict[str, list[Speed]] = {}
        for _ in range(asked.rounds):
            for label, url, lua in (
                ("bare Starlette", f"{bare}/s/{codes[0]}", None),
                ("kept", f"{ours}/s/{codes[0]}", None),
                ("made anew", ours, script),
                ("Datasette row", f"{rows}/{name}/seal_grant/1", None),
            ):
                runs.setdefault(label, []).append(wrk(url, asked.seconds, lua))
                time.sleep(0.5)
    report(runs, len(page), len(codes))


def report(runs: dict[str, list[Speed]], size: int, addresses: int) -> None:
    mid = {
        label: Speed(median(s.requests_a_second for s in many), median(s.p99_ms for s in many))
        for label, many in runs.items()
    }
    bare, rows = mid["bare Starlette"], mid["Datasette row"]
    print(f"seal page of {size} bytes, {CONNECTIONS} connections, one worker, medians")
    for label, speed in mid.items():
        print(
            f"  {label:15} {speed.requests_a_second:9.0f} /s  p99 {speed.p99_ms:7.1f} ms"
            f"   × bare {speed.requests_a_second / bare.requests_a_second:6.3f}"
            f"   × Datasette {speed.requests_a_second / rows.requests_a_second:7.1f}"
        )
    print("  goals: kept ≥ 0.9 × bare and ≥ 80 × Datasette;", end=" ")
    print(f"made anew ({addresses} addresses in turn) ≥ 0.25 × and ≥ 25 ×")


if __name__ == "__main__":
    main()

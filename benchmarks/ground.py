"""What the measurements stand on: databases made once under var/bench, peers, real servers."""

import os
import shutil
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.serving import free_port

ROOT = Path(__file__).resolve().parents[1]
PLACE = ROOT / "var" / "bench"
PATIENCE_SECONDS = 60


@dataclass(frozen=True)
class Base:
    """A loaded database and the keys that signed it."""

    database: Path
    data_dir: Path

    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "SPG_DATABASE_URL": f"sqlite:///{self.database}",
            "SPG_DATA_DIR": str(self.data_dir),
            "SPG_PUBLIC_URL": "http://localhost:8000",
            "SPG_DEMO": "1",
        }

    @contextmanager
    def serving(self) -> Iterator[str]:
        port = free_port()
        yield from started(
            [
                *(sys.executable, "-m", "uvicorn", "api.main:app", "--port", str(port)),
                "--no-access-log",
            ],
            f"http://127.0.0.1:{port}",
            ROOT,
            self.environment(),
        )


def demonstration(scale: str = "programme") -> Base:
    """The demonstration's database, loaded at the first measurement and kept."""
    directory = PLACE / scale
    base = Base(directory / "registry.db", directory / "data")
    ready = directory / "ready"
    if not ready.exists():
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir(parents=True)
        environment = base.environment()
        command = [sys.executable, "-m", "spg_registry"]
        steps = [["setup"]]
        if scale != "programme":
            environment["SPG_DEMO"] = "0"
            steps.append(["demo", "load", "--scale", scale])
        for step in steps:
            subprocess.run([*command, *step], cwd=ROOT, env=environment, check=True)
            environment["SPG_DEMO"] = "1"
        ready.touch()
    return base


def codes(database: Path) -> list[str]:
    with sqlite3.connect(database) as connection:
        found = connection.execute("SELECT code FROM seal_grant ORDER BY id").fetchall()
    return [code for (code,) in found]


def peer_environment() -> Path:
    """A virtual environment with what we measure against, at pinned versions."""
    place = PLACE / "peers"
    if not (place / "ready").exists():
        venv.create(place, with_pip=True, clear=True)
        lock = Path(__file__).with_name("peers.lock")
        subprocess.run(
            [place / "bin" / "pip", "install", "-q", "--require-hashes", "-r", lock], check=True
        )
        (place / "ready").touch()
    return place


def need(tool: str) -> None:
    """A tool of the system, installed where that can be done."""
    if shutil.which(tool) is None:
        subprocess.run([ROOT / ".ci" / "apt", tool], check=False)
    if shutil.which(tool) is None:
        raise SystemExit(f"error: install {tool} first (Debian: apt-get install {tool})")


def started(
    command: list[str], url: str, directory: Path, environment: dict[str, str] | None = None
) -> Iterator[str]:
    """A server from its command until the block ends, once it answers anything."""
    process = subprocess.Popen(
        command,
        cwd=directory,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not answers(url):
            if process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"error: did not start: {' '.join(command)}")
            time.sleep(0.1)
        yield url
    finally:
        process.terminate()
        process.wait(PATIENCE_SECONDS)


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2):
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False

"""A real server in a process of its own, for the tests that need one."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from spg_registry.core.schema import PROJECT

PATIENCE_SECONDS = 60


@dataclass(frozen=True)
class Server:
    """Where it answers, what it stands on, and its process, which a test may kill."""

    url: str
    database_url: str
    data_dir: Path
    process: subprocess.Popen[bytes]
    log: Path


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(
    directory: Path,
    database_url: str | None = None,
    workers: int = 1,
    app: str | None = None,
    ready: bool = False,
    **extra: str,
) -> Iterator[Server]:
    """Set up and serve over `directory` as `make run` does, until the block ends.

    `ready`: database and keys are there as the test made them. So they are for `app`, another
    application than the registry's own, such as one with a clock that stands.
    `extra` are further variables of its environment, such as `SPG_DEMO="1"`.
    """
    port = free_port()
    address = database_url or f"sqlite:///{directory}/registry.db"
    url = f"http://localhost:{port}"
    environment = {
        **os.environ,
        "SPG_DATABASE_URL": address,
        "SPG_DATA_DIR": str(directory / "data"),
        "SPG_PUBLIC_URL": url,
        **extra,
    }
    command = [sys.executable, "-m", "spg_registry"]
    serve = [sys.executable, "-m", "uvicorn", app] if app else [*command, "serve"]
    if app is None and not ready:
        subprocess.run([*command, "setup"], cwd=PROJECT, env=environment, check=True)
    log = directory / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*serve, "--port", str(port), "--workers", str(workers)],
            cwd=PROJECT,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        _await_health(url, process, log)
        yield Server(url, address, directory / "data", process, log)
    finally:
        process.terminate()
        process.wait(PATIENCE_SECONDS)


def _await_health(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=5):  # noqa: S310  # our own address
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.05)
    raise RuntimeError(f"the server did not come up:\n{log.read_text()}")

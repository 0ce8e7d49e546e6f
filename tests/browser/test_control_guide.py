"""The commands of docs/control.md, typed as they stand there, against a registry that runs."""

import csv
import json
import os
import re
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from spg_registry.core.schema import PROJECT
from tests.serving import Server

GUIDE = (PROJECT / "docs" / "control.md").read_text()
COMMANDS = re.findall(r"```sh\n(.*?)```", GUIDE, re.DOTALL)
MAKES_THE_CLIENT = re.findall(r"^    spg-registry (client create .*)$", GUIDE, re.MULTILINE)


@pytest.fixture(scope="session", autouse=True)
def curl() -> None:
    if shutil.which("curl") is None:
        subprocess.run([PROJECT / ".ci/apt", "curl"], check=True)


def test_the_guides_commands_bring_the_register_and_suspend_a_seal(
    server: Server, tmp_path: Path
) -> None:
    secret = secret_of_a_new_client(server)
    desk = tmp_path / "desk"
    desk.mkdir()
    code = a_valid_seal(server, desk)
    told = subprocess.run(
        ["/bin/sh", "-e", "-c", "\n".join(COMMANDS)],
        cwd=desk,
        env=os.environ | {"SPG": server.url, "SECRET": secret, "CODE": code},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    for table in ("spgs", "producers", "units", "seals"):
        assert len(rows(desk / f"{table}.csv")) >= 18
    assert len(rows(desk / "sellos-publicos.csv")) == len(rows(desk / "seals.csv"))
    event, *verifications = answers(told)
    assert event["kind"] == "suspended"
    assert [answer["verdict"] for answer in verifications] == ["suspended", "suspended"]


def secret_of_a_new_client(server: Server) -> str:
    (command,) = MAKES_THE_CLIENT
    settings = {"SPG_DATABASE_URL": server.database_url, "SPG_DATA_DIR": str(server.data_dir)}
    made = subprocess.run(
        [sys.executable, "-m", "spg_registry", *command.split()],
        cwd=PROJECT,
        env=os.environ | settings,
        capture_output=True,
        text=True,
        check=True,
    )
    return made.stdout.split("client_secret: ")[1].strip()


def a_valid_seal(server: Server, desk: Path) -> str:
    path = desk / "before.csv"
    with urllib.request.urlopen(f"{server.url}/datos/seals.csv") as answer:  # noqa: S310
        path.write_bytes(answer.read())
    return next(row["public_code"] for row in rows(path) if row["standing"] == "valid")


def answers(told: str) -> Iterator[dict[str, Any]]:
    """One JSON object after the other, as curl prints them."""
    read = json.JSONDecoder().raw_decode
    while told:
        answer, end = read(told)
        yield answer
        told = told[end:].lstrip()


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))

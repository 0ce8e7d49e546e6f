"""What is installed is what was chosen: every version pinned, every file known by its hash."""

import re
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.requirements import Requirement

PROJECT = Path(__file__).parent.parent
CHOSEN = tomllib.loads((PROJECT / "pyproject.toml").read_text())
LOCKS = ("requirements.lock", "requirements-dev.lock")


def entries(lock: str) -> dict[str, tuple[Requirement, list[str]]]:
    """Each pinned package of a lock, with its hashes."""
    joined = (PROJECT / lock).read_text().replace("\\\n", " ")
    found = {}
    for line in joined.splitlines():
        if line and not line.lstrip().startswith("#"):
            requirement = Requirement(line.split(" --hash=")[0])
            found[requirement.name] = requirement, re.findall(r"--hash=sha256:([0-9a-f]{64})", line)
    return found


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_pins_each_package_to_one_version_with_hashes(lock: str) -> None:
    for requirement, hashes in entries(lock).values():
        assert re.fullmatch(r"==[^*,]+", str(requirement.specifier)), requirement
        assert hashes, requirement


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_registry(lock: str) -> None:
    assert not re.search(r"://|--index|--find-links|-i ", (PROJECT / lock).read_text())


@pytest.mark.parametrize(
    ("lock", "wanted"),
    [
        ("requirements.lock", CHOSEN["project"]["dependencies"]),
        ("requirements-dev.lock", CHOSEN["project"]["dependencies"]),
        ("requirements-dev.lock", CHOSEN["dependency-groups"]["dev"]),
    ],
)
def test_a_lock_holds_what_pyproject_asks_for(lock: str, wanted: list[str]) -> None:
    locked = entries(lock)
    for wish in map(Requirement, wanted):
        pinned, _ = locked[wish.name]
        assert wish.specifier.contains(str(pinned.specifier).removeprefix("==")), wish


def test_tests_run_on_the_versions_that_are_served() -> None:
    served, tested = (entries(lock) for lock in LOCKS)
    for name, (requirement, _) in served.items():
        assert tested[name][0] == requirement


def test_the_environment_holds_the_locked_versions() -> None:
    for requirement, _ in entries("requirements-dev.lock").values():
        if requirement.marker is None or requirement.marker.evaluate():
            assert f"=={version(requirement.name)}" == str(requirement.specifier)

"""The words in which the tables are written."""

from datetime import date, timedelta
from typing import NamedTuple

from spg_registry.rules.facts import (
    GrantingFacts,
)
from tests.rules.cast import (
    MEETING_DAY,
)

Expected = set[tuple[str, str]]


def one(code: str, *reasons: str) -> Expected:
    return {(code, reason) for reason in reasons}


class Case(NamedTuple):
    name: str
    facts: GrantingFacts
    expected: Expected


def case(name: str, facts: GrantingFacts, expected: Expected) -> Case:
    return Case(name, facts, expected)


PASSES: Expected = set()
D = date
YESTERDAY = MEETING_DAY - timedelta(days=1)

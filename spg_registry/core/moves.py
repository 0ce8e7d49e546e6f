"""The one gate between two states; the tables stand in `rules/states.py`."""

from typing import TypeVar

from spg_registry.core.errors import MoveRefused
from spg_registry.rules import states
from spg_registry.rules.states import Machine
from spg_registry.rules.verdict import NotMet

Word = TypeVar("Word", bound=str)


def moved(machine: Machine, origin: str, target: Word) -> Word:
    """The target, once the move is in the table; raises MoveRefused otherwise."""
    verdict = states.move(machine, origin, target)
    if isinstance(verdict, NotMet):
        raise MoveRefused(**verdict.params)
    return target

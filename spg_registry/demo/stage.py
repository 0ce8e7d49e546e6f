"""The stage: many stories play at once, and what happens is written in the order of time.

A story is a generator. It yields the moment at which its next act is due and gets back a scene: one
transaction, dated with that moment. The transaction commits when the story asks for its next
moment. So all committees' acts are merged by date, and the recorded times only ever rise.
"""

import gc
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from heapq import heapify, heappop, heappush
from typing import TypeAlias, TypeVar

from sqlmodel import Session

from spg_registry.core import clock
from spg_registry.core.db import Database

_TICK = timedelta(seconds=1)
_SWEEP_AFTER = 10
"""Acts."""


@dataclass(frozen=True)
class Scene:
    """One act: its transaction, and the moment at which it is said to happen."""

    session: Session
    now: datetime

    @property
    def today(self) -> date:
        return clock.local_date(self.now)


Result = TypeVar("Result")
Part: TypeAlias = Generator[datetime, Scene, Result]
"""A piece of a story, for `yield from`."""
Story: TypeAlias = Part[None]


def play(database: Database, stories: Iterable[Story], told: Callable[[datetime], None]) -> int:
    """Play all stories to their end; returns how many acts there were.

    Two acts of the same moment follow each other by a second, in the order of the stories. `told`
    hears the moment of each act once it is committed.
    """
    due = [(next(story), place, story) for place, story in enumerate(stories)]
    heapify(due)
    acts = 0
    last = due[0][0] - _TICK if due else None
    with without_collector():
        while due and last is not None:
            wanted, place, story = heappop(due)
            last = max(wanted, last + _TICK)
            with database.write(last) as session:
                following = _following(story, Scene(session, last))
            if following is not None:
                heappush(due, (following, place, story))
            acts += 1
            if acts % _SWEEP_AFTER == 0:
                gc.collect(0)
            told(last)
    return acts


def _following(story: Story, scene: Scene) -> datetime | None:
    try:
        return story.send(scene)
    except StopIteration:
        return None


@contextmanager
def without_collector() -> Iterator[None]:
    """The cyclic collector would look at every row again and again in the middle of an act; it is
    called between acts instead (`gc.collect(0)`), and never looks at what was there before."""
    enabled = gc.isenabled()
    gc.disable()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
        if enabled:
            gc.enable()

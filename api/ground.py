"""What the process stands on: its settings, its database, and its place in line for writing."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import TypeVar

import anyio
import anyio.to_thread
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool

from spg_registry.core import clock
from spg_registry.core.config import Settings
from spg_registry.core.db import STREAMS, Database
from spg_registry.core.errors import Throttled
from spg_registry.people import access as people
from spg_registry.people.access import Tried

T = TypeVar("T")

HASHING = 4
"""Passwords that are checked at the same moment: each takes 19 MiB and a core for a while."""
STREAM_PATIENCE = 10
"""Seconds after which to ask again for a download when too many are under way."""


class Ground:
    """One a process, at `app.state.ground`.

    Waiting happens here, on the event loop, and never inside a worker thread: a thread that waits
    for a connection or for the writer's turn is one thread less for whoever holds it, and at
    enough requests nobody moves again.
    """

    def __init__(self, settings: Settings, database: Database | None = None) -> None:
        self.settings = settings
        self.database = database or Database(settings.database_url, settings.pool_size)
        self._connections = anyio.Semaphore(self.database.pool_size)
        self._streams = anyio.Semaphore(STREAMS)
        self._hashing = anyio.CapacityLimiter(HASHING)
        self._writers = anyio.Semaphore(1 if self.database.dialect == "sqlite" else 1_000_000)

    @asynccontextmanager
    async def transaction(self, *, writes: bool) -> AsyncIterator[Session]:
        """One unit of work. A write is committed when the block ends well, before any answer."""
        if not writes:
            async with self._connections, self._opened(writes=False) as session:
                yield session
            return
        async with self._writers, self._connections, self._opened(writes=True) as session:
            yield session
            await run_in_threadpool(session.commit)

    async def try_password(
        self, now: datetime, username: str, password: str, address: str
    ) -> Tried:
        """Read what the password is held against, then check it while no transaction is open:
        hashing takes long, and everybody who writes would wait for it."""
        async with self.transaction(writes=False) as session:
            lock = await run_in_threadpool(people.lock_of, session, now, username, address)
        return await self.hashed(lock.turn, password)

    async def hashed(self, work: Callable[[str], T], secret: str) -> T:
        """Hash a secret or check it, in line with all others who do."""
        return await anyio.to_thread.run_sync(work, secret, limiter=self._hashing)

    @asynccontextmanager
    async def stream(self) -> AsyncIterator[Session]:
        """A read snapshot that stands as long as a download lasts, on a connection that no request
        waits for. Raises Throttled while all such are taken."""
        try:
            self._streams.acquire_nowait()
        except anyio.WouldBlock:
            raise Throttled(seconds=STREAM_PATIENCE) from None
        try:
            async with self._opened(writes=False) as session:
                yield session
        finally:
            self._streams.release()

    @asynccontextmanager
    async def _opened(self, *, writes: bool) -> AsyncIterator[Session]:
        session = self.database.open(writes=writes, now=clock.now())
        try:
            yield session
        finally:
            with anyio.CancelScope(shield=True):
                await run_in_threadpool(session.close)

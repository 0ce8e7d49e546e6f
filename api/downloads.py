"""A table on its way out: from one snapshot, a chunk at a time, with nothing held in memory.

The snapshot is opened when the answer begins and not by a dependency, since it must live until
the last byte has left. It has a place in line of its own, so that slow readers never keep the
pages waiting.
"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from email.utils import format_datetime

import anyio
from starlette.concurrency import iterate_in_threadpool, run_in_threadpool
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from api.ground import Ground
from spg_registry.core.permissions import Actor
from spg_registry.register import service
from spg_registry.register.columns import Profile
from spg_registry.register.tables import Extract
from spg_registry.register.writing import Format, Written

MEDIA = {Format.CSV: "text/csv; charset=utf-8; header=present", Format.JSONL: "application/jsonl"}
LONGEST_SECONDS = 1_800
"""Whoever reads slower than this is cut off: a snapshot must not stand for ever."""


class Download(StreamingResponse):
    """The rows of an extract. Of the control profile each download is recorded: the answer's
    `Spg-Pull` names the record, which tells the digest once the last row has left."""

    def __init__(
        self,
        ground: Ground,
        actor: Actor,
        now: datetime,
        extract: Extract,
        format_: Format,
        for_people: bool = False,
        head_only: bool = False,
    ) -> None:
        super().__init__(_nothing(), media_type=MEDIA[format_])
        self.ground, self.actor, self.now = ground, actor, now
        self.extract, self.format, self.for_people = extract, format_, for_people
        self.head_only = head_only
        self.headers["Spg-As-Of"] = extract.as_of.isoformat()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with anyio.move_on_after(LONGEST_SECONDS):
            async with self.ground.stream() as snapshot:
                sequence = await run_in_threadpool(service.sequence_of, snapshot)
                self.headers["Spg-Sequence"] = str(sequence)
                self._name(
                    await run_in_threadpool(service.data_status_on, snapshot, self.extract.as_of)
                )
                told = service.written(snapshot, self.extract, self.format, self.for_people)
                if self.extract.profile is Profile.PUBLIC:
                    tag = service.etag_of(self.extract, self.format, sequence, self.for_people)
                    since = await run_in_threadpool(
                        service.changed_at, snapshot, self.extract.as_of
                    )
                    self.headers.update(caching(tag, since))
                    self.body_iterator = _nothing() if self.head_only else _chunks(told)
                else:
                    self.body_iterator = self._recorded(told, await self._begin(sequence))
                await super().__call__(scope, receive, send)

    def _name(self, status: str) -> None:
        """Whoever finds the file later can tell whether its figures were final."""
        name = f"{self.extract.table}-{self.extract.as_of}-{status}.{self.format}"
        self.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        self.headers["Spg-Status"] = status

    async def _begin(self, sequence: int) -> int:
        async with self.ground.transaction(writes=True) as session:
            pull = await run_in_threadpool(
                service.begin, session, self.actor, self.now, self.extract, sequence
            )
            self.headers["Spg-Pull"] = str(pull.id)
            return pull.id

    async def _recorded(self, told: Written, pull_id: int) -> AsyncIterator[bytes]:
        async for chunk in _chunks(told):
            yield chunk
        async with self.ground.transaction(writes=True) as session:
            await run_in_threadpool(service.finish, session, pull_id, told)


def caching(tag: str, since: datetime) -> dict[str, str]:
    """May be kept by anybody, and is asked about each time: a suspension shows at once."""
    moment = since.astimezone(UTC).replace(microsecond=0)
    return {
        "ETag": tag,
        "Last-Modified": format_datetime(moment, usegmt=True),
        "Cache-Control": "public, no-cache",
    }


async def _chunks(told: Written) -> AsyncIterator[bytes]:
    async for chunk in iterate_in_threadpool(told):
        yield chunk


async def _nothing() -> AsyncIterator[bytes]:
    return
    yield b""

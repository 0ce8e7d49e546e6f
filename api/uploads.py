"""Files that come in with a form and go out again.

They are heard, checked and drawn anew before the transaction of the act is opened, so that a slow
phone never keeps everybody else from writing. A route names `UploadsDep` before its `SessionDep`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from anyio import CapacityLimiter, to_thread
from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.responses import FileResponse, Response

from api.deps import DoorFormDep, GroundDep, NotSignedIn, NowDep, bearer
from spg_registry.complaints import service as complaints
from spg_registry.complaints.photos import FROM_ANYBODY
from spg_registry.core import attachments
from spg_registry.core.attachments import Attachment, Kind, Prepared
from spg_registry.core.errors import Invalid

MOST_FILES = 12
"""Files of one form; a roll of photos comes in several."""

_DRAWING = CapacityLimiter(1)


@dataclass(frozen=True)
class Uploads:
    """What came in, by field: prepared files, and the refusals of those that are none."""

    prepared: Mapping[str, list[Prepared]]
    refused: list[Invalid]

    def all(self, field: str) -> list[Prepared]:
        """The files of a field. Raises Invalid for the first one of the form that is none."""
        if self.refused:
            raise self.refused[0]
        return list(self.prepared.get(field, ()))

    def one(self, field: str) -> Prepared:
        """The one file of a field; raises Invalid where none came."""
        found = self.all(field)
        if not found:
            raise Invalid.at(field, "required")
        return found[0]


async def uploads(request: Request, data: DoorFormDep) -> Uploads:
    """Fields called `photo…` take photos, every other takes papers and photos of papers."""
    if request.state.actor.id is None:
        raise NotSignedIn()
    return await _looked_at(data, MOST_FILES)


async def complaint_photos(
    request: Request, ground: GroundDep, moment: NowDep, data: DoorFormDep
) -> Uploads:
    """Photos from anybody who complains; nothing is drawn for whom the act will not hear."""
    address = request.client.host if request.client else ""
    async with ground.transaction(writes=False) as opened:
        if await run_in_threadpool(complaints.too_many, opened, moment, address):
            return Uploads({}, [])
    return await _looked_at(data, FROM_ANYBODY)


async def program_files(request: Request, ground: GroundDep, moment: NowDep) -> Uploads:
    """Files that a program sends with its token; nothing is drawn for who brings none."""
    async with ground.transaction(writes=False) as opened:
        await run_in_threadpool(bearer, request, opened, moment)
    return await _looked_at(await request.form(), MOST_FILES)


async def _looked_at(data: FormData, most: int) -> Uploads:
    prepared: dict[str, list[Prepared]] = {}
    refused: list[Invalid] = []
    files = [
        (name, value)
        for name, value in data.multi_items()
        if isinstance(value, UploadFile) and value.filename
    ]
    if len(files) > most:
        return Uploads({}, [Invalid.at(files[0][0], "too_many_files", limit=most)])
    for name, value in files:
        kind = Kind.PHOTO if name.startswith("photo") else Kind.PAPER
        try:
            ready = await to_thread.run_sync(
                attachments.prepare, value.file, value.filename or "", kind, name, limiter=_DRAWING
            )
        except Invalid as refusal:
            refused.append(refusal)
        else:
            prepared.setdefault(name, []).append(ready)
        await value.seek(0)  # for who reads it again, to know a repeated request
    return Uploads(prepared, refused)


UploadsDep = Annotated[Uploads, Depends(uploads)]
ProgramFilesDep = Annotated[Uploads, Depends(program_files)]
ComplaintPhotosDep = Annotated[Uploads, Depends(complaint_photos)]


def handed_out(attachment: Attachment, *, small: bool = False) -> Response:
    """The file, for who was allowed to ask. A browser may show it and do nothing else with it."""
    is_photo = attachment.media_type == attachments.JPEG
    return FileResponse(
        attachments.content_of(attachment, small=small),
        media_type=attachment.media_type,
        filename=attachment.name if not is_photo else None,
        headers={
            # A photo is looked at again and again, until its viewer signs out (`api/login.py`).
            "Cache-Control": "private, max-age=3600" if is_photo else "no-store",
            "Content-Security-Policy": "default-src 'none'; sandbox",
        },
    )

"""What people attach: photos and papers, checked on the way in and kept as files.

A photo is drawn anew, so that what comes in hidden (place, device, a name, a second file behind
the picture) does not stay. Files lie below `<data_dir>/files` under the digest of their bytes and
are written before the row that names them; a killed process leaves at most a file without a row.
Nothing is ever served by its name on disk.
"""

import hashlib
import re
import struct
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, ClassVar, Final

from PIL import Image, ImageOps, UnidentifiedImageError
from sqlmodel import Field, Session

from spg_registry.core import audit, keyfiles
from spg_registry.core.config import settings
from spg_registry.core.db import instant, key
from spg_registry.core.errors import Invalid
from spg_registry.core.history import Recorded
from spg_registry.core.permissions import Actor

PHOTO_MB: Final = 20
PAPER_MB: Final = 10
LONGEST_SIDE: Final = 1_600
"""Pixels of a kept photo: a form or a leaf can be read on it, and it takes some 300 KB."""
THUMBNAIL_SIDE: Final = 320
MOST_PIXELS: Final = 60_000_000
"""A small file can unpack to gigabytes; no telephone takes larger pictures."""

JPEG: Final = "image/jpeg"
PDF: Final = "application/pdf"
_QUALITY: Final = 82
_MB: Final = 1_000_000
_TAKEN: Final = ("JPEG", "PNG", "WEBP")
_UNREADABLE: Final = (OSError, SyntaxError, ValueError, TypeError, AttributeError, struct.error)
"""What the reader of pictures raises over broken ones."""


class Kind(StrEnum):
    """What a field takes."""

    PHOTO = "photo"
    PAPER = "paper"
    """A scan: a PDF as it is, or a photo of the paper."""


class Attachment(Recorded, table=True):
    """A kept file. Rows of other rooms point here and say what it shows and who may see it."""

    __tablename__ = "attachment"
    __personal__: ClassVar[frozenset[str]] = frozenset({"name"})

    id: int = key()
    digest: str = Field(max_length=64, index=True)
    """SHA-256 of the kept bytes, hexadecimal."""
    thumbnail: str | None = Field(default=None, max_length=64)
    media_type: str = Field(max_length=40)
    size_bytes: int
    width: int | None = None
    height: int | None = None
    name: str = Field(max_length=120)
    """As it was called where it came from, without folders."""
    stored_at: datetime = instant()


@dataclass(frozen=True)
class Prepared:
    """Checked and drawn anew, not yet kept."""

    content: bytes
    media_type: str
    name: str
    width: int | None = None
    height: int | None = None
    thumbnail: bytes | None = None


def prepare(file: BinaryIO, name: str, kind: Kind, field: str) -> Prepared:
    """The file as it would be kept; the costly part, to be done while no transaction is open.

    Raises Invalid at `field`: `photo_too_large`, `paper_too_large` (limit_mb), `not_a_photo`,
    `not_a_paper`, `broken_photo`, `broken_paper`, `empty_file`.
    """
    limit_mb = PAPER_MB if kind is Kind.PAPER else PHOTO_MB
    content = file.read(limit_mb * _MB + 1)
    if not content:
        raise Invalid.at(field, "empty_file")
    if len(content) > limit_mb * _MB:
        raise Invalid.at(field, f"{kind}_too_large", limit_mb=limit_mb)
    if content.startswith(b"%PDF-"):
        if kind is not Kind.PAPER:
            raise Invalid.at(field, "not_a_photo")
        if b"%%EOF" not in content[-1_100:]:
            raise Invalid.at(field, "broken_paper")
        return Prepared(content, PDF, _plain(name))
    return _photo(content, name, kind, field)


def _photo(content: bytes, name: str, kind: Kind, field: str) -> Prepared:
    try:
        with Image.open(BytesIO(content), formats=_TAKEN) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise Invalid.at(field, "photo_too_large", limit_mb=PHOTO_MB)
            opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            upright = _on_white(_turned(opened))
    except UnidentifiedImageError as error:
        raise Invalid.at(field, f"not_a_{kind}") from error
    except Image.DecompressionBombError as error:
        raise Invalid.at(field, "photo_too_large", limit_mb=PHOTO_MB) from error
    except _UNREADABLE as error:
        raise Invalid.at(field, "broken_photo") from error
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    small = upright.copy()
    small.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE))
    return Prepared(_jpeg(upright), JPEG, _plain(name), upright.width, upright.height, _jpeg(small))


def _turned(image: Image.Image) -> Image.Image:
    """Upright as its note says; a note that cannot be read turns nothing."""
    try:
        return ImageOps.exif_transpose(image)
    except _UNREADABLE:
        return image


def _on_white(image: Image.Image) -> Image.Image:
    """A new picture with nothing of the old one but what is seen."""
    seen = image.convert("RGBA")
    ground = Image.new("RGB", seen.size, "white")
    ground.paste(seen, mask=seen.getchannel("A"))
    return ground


def _jpeg(image: Image.Image) -> bytes:
    out = BytesIO()
    image.save(out, "JPEG", quality=_QUALITY, optimize=True, progressive=True)
    return out.getvalue()


def _plain(name: str) -> str:
    last = re.split(r"[/\\]", name)[-1]
    return re.sub(r"[^\w .()\-]", "", last).strip()[-120:] or "archivo"


def store(session: Session, actor: Actor, now: datetime, prepared: Prepared) -> Attachment:
    """Keep it. Who may attach is asked by the room whose row points here."""
    row = Attachment(
        digest=_shelve(prepared.content),
        thumbnail=_shelve(prepared.thumbnail) if prepared.thumbnail else None,
        media_type=prepared.media_type,
        size_bytes=len(prepared.content),
        width=prepared.width,
        height=prepared.height,
        name=prepared.name,
        stored_at=now,
    )
    session.add(row)
    session.flush()
    audit.record(session, actor, now, "attachment.store", "attachment", row.id, digest=row.digest)
    return row


def content_of(attachment: Attachment, *, small: bool = False) -> Path:
    """Where its bytes lie; `small` gives the thumbnail where there is one."""
    return _place(attachment.thumbnail if small and attachment.thumbnail else attachment.digest)


def _shelve(content: bytes) -> str:
    digest = hashlib.sha256(content).hexdigest()
    place = _place(digest)
    if not place.exists():
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        keyfiles.write_whole(place, content)
    return digest


def _place(digest: str) -> Path:
    return settings().data_dir / "files" / digest[:2] / digest

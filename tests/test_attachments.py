"""Files that people attach: what is hidden in them does not stay, what is none is told apart."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from sqlmodel import Session, select

from spg_registry.core import attachments, keyfiles
from spg_registry.core.attachments import Kind, prepare, store
from spg_registry.core.audit import AuditEvent
from spg_registry.core.errors import Invalid
from spg_registry.core.history import Change
from tests.cast import Cast

GPS = 0x8825
ORIENTATION = 0x0112
MODEL = 0x0110


def photo(width: int = 400, height: int = 300, kind: str = "JPEG", **more: Any) -> bytes:
    out = BytesIO()
    Image.new("RGB", (width, height), "darkgreen").save(out, kind, **more)
    return out.getvalue()


def telling() -> bytes:
    """A photo that says where, with what and how turned it was taken."""
    hidden = Image.Exif()
    hidden[MODEL] = "Telefono de Rosa"
    hidden[ORIENTATION] = 6
    hidden.get_ifd(GPS).update({1: "S", 2: (17.0, 23.0, 41.0), 3: "W", 4: (66.0, 9.0, 2.0)})
    return photo(exif=hidden, comment=b"CI 1234567") + b"PK\x03\x04 a second file behind it"


def fault_of(content: bytes, kind: Kind = Kind.PHOTO, name: str = "foto.jpg") -> str:
    with pytest.raises(Invalid) as refused:
        prepare(BytesIO(content), name, kind, "photos")
    (fault,) = refused.value.faults
    assert fault.field == "photos"
    return fault.code


def test_a_photo_keeps_what_is_seen_and_nothing_else() -> None:
    shot = telling()
    assert b"Telefono de Rosa" in shot
    kept = prepare(BytesIO(shot), "C:\\fotos\\chaco <1>.jpg", Kind.PHOTO, "photos")
    assert kept.name == "chaco 1.jpg"
    with Image.open(BytesIO(kept.content)) as seen:
        assert not seen.getexif()
        assert seen.size == (300, 400)  # turned upright, since the note that said so is gone
        red, green, blue = seen.convert("RGB").getpixel((10, 10))  # type: ignore[misc]
        assert green > 60 > red + blue
    for trace in (b"Rosa", b"1234567", b"PK\x03\x04", b"Exif"):
        assert trace not in kept.content


@pytest.mark.filterwarnings("ignore:.*:UserWarning:PIL")
@settings(deadline=None)
@given(st.randoms(use_true_random=False))
def test_a_photo_with_a_broken_note_is_a_photo_or_refused(chance: Random) -> None:
    shot = bytearray(telling())
    begin = shot.index(b"Exif")
    for _ in range(8):
        shot[begin + chance.randrange(6, 120)] = chance.randrange(256)
    with suppress(Invalid):
        assert prepare(BytesIO(bytes(shot)), "foto.jpg", Kind.PHOTO, "photos").content


def test_a_large_photo_is_made_small_enough_to_keep() -> None:
    kept = prepare(BytesIO(photo(4_000, 3_000)), "a.jpg", Kind.PHOTO, "photos")
    assert (kept.width, kept.height) == (1_600, 1_200)
    assert kept.thumbnail is not None
    with Image.open(BytesIO(kept.thumbnail)) as small:
        assert max(small.size) == 320


def test_what_is_see_through_lies_on_white() -> None:
    out = BytesIO()
    Image.new("RGBA", (40, 40), (0, 0, 0, 0)).save(out, "PNG")
    kept = prepare(BytesIO(out.getvalue()), "sello.png", Kind.PHOTO, "photos")
    with Image.open(BytesIO(kept.content)) as seen:
        assert seen.getpixel((5, 5)) == (255, 255, 255)


def test_each_bad_file_has_its_own_reason() -> None:
    assert fault_of(b"") == "empty_file"
    assert fault_of(photo()[:600]) == "broken_photo"
    assert fault_of(b"%PDF-1.4 a renamed paper %%EOF") == "not_a_photo"
    assert fault_of(b"PK\x03\x04 a renamed sheet") == "not_a_photo"
    assert fault_of(b"GIF89a moves", Kind.PAPER) == "not_a_paper"
    assert fault_of(b"%PDF-1.4 and then the line broke", Kind.PAPER) == "broken_paper"
    assert fault_of(b"\xff\xd8" + b"0" * 30_000_000) == "photo_too_large"
    assert fault_of(b"%PDF-" + b"0" * 11_000_000, Kind.PAPER) == "paper_too_large"


def test_a_small_file_that_would_unpack_to_gigabytes_is_not_unpacked() -> None:
    bomb = BytesIO()
    Image.new("1", (30_000, 30_000)).save(bomb, "PNG")
    assert len(bomb.getvalue()) < 500_000
    assert fault_of(bomb.getvalue()) == "photo_too_large"


def test_a_kept_file_is_found_under_its_digest_and_named_in_the_audit(
    session: Session, cast: Cast
) -> None:
    paper = prepare(BytesIO(b"%PDF-1.4 compromiso %%EOF"), "compromiso.pdf", Kind.PAPER, "file")
    first = store(session, cast.coordinator, cast.now, paper)
    second = store(session, cast.coordinator, cast.now, paper)
    assert first.id != second.id
    assert attachments.content_of(first) == attachments.content_of(second)
    assert attachments.content_of(first).read_bytes() == paper.content
    assert attachments.content_of(first).stat().st_mode & 0o077 == 0
    session.commit()
    acts = session.exec(select(AuditEvent).where(AuditEvent.action == "attachment.store")).all()
    assert [act.details["digest"] for act in acts] == [first.digest] * 2
    changes = session.exec(select(Change).where(Change.table_name == "attachment")).all()
    images = [change.row for change in changes]
    assert len(images) == 2
    assert all("name" not in row for row in images)


def test_the_same_photo_sent_twice_at_once_is_kept_whole(tmp_path: Path) -> None:
    """Each writer has a temporary file of its own, so that none renames another's half."""
    place, content = tmp_path / "photo", b"x" * 3_000_000
    with ThreadPoolExecutor(8) as hands:
        kept = [hands.submit(keyfiles.write_whole, place, content) for _ in range(16)]
    assert [each.exception() for each in kept] == [None] * 16
    assert place.read_bytes() == content
    assert [each.name for each in tmp_path.iterdir()] == ["photo"]

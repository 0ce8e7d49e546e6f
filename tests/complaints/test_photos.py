"""Photos of a complaint: drawn anew, for the office only; and its place in a producer's history."""

from io import BytesIO

import pytest
from PIL import Image
from sqlmodel import Session, select

from spg_registry.complaints import photos, service
from spg_registry.complaints.errors import ComplaintNotFound, NotUnderReview
from spg_registry.complaints.models import Complaint, ComplaintPhoto
from spg_registry.core.attachments import Attachment, Kind, Prepared, content_of, prepare
from spg_registry.core.errors import Forbidden, Invalid
from spg_registry.producers.models import Producer
from spg_registry.seals.models import SealGrant
from tests.cast import Cast, Stage
from tests.complaints.stories import DOUBT, UPHELD, about, reviewed
from tests.people.test_links import stranger
from tests.seals.stories import granted


def jpeg(place: str = "Punata, puesto 12") -> BytesIO:
    """As a telephone writes it, with where it was taken."""
    told = Image.Exif()
    told[0x010E] = place
    out = BytesIO()
    Image.new("RGB", (900, 600), "green").save(out, "JPEG", exif=told)
    out.seek(0)
    return out


def stall() -> Prepared:
    return prepare(jpeg(), "puesto.jpg", Kind.PHOTO, "photos")


def code_of(session: Session, seal: SealGrant) -> str:
    return session.get_one(Producer, seal.producer_id).code


def test_who_complains_sends_photos_and_only_the_office_sees_them(stage: Stage) -> None:
    cast = stage.cast
    with stage.database.write(cast.now) as session:
        (seal,) = granted(session, cast, "Justina")
        form = DOUBT | {"seal": seal.code}
    visitor = stranger(stage, "/denuncias")
    files = [("photos", (f"{n}.jpg", jpeg(), "image/jpeg")) for n in range(2)]
    answer = visitor.post("/denuncias", form, files=files)
    assert answer.status_code == 303
    number = answer.headers["location"]
    with stage.database.read() as session:
        row = session.exec(select(Complaint)).one()
        kept = session.exec(select(ComplaintPhoto)).all()
        file = session.get_one(Attachment, kept[0].attachment_id)
        assert [photo.added_by for photo in kept] == [None, None]
        assert b"Punata" not in content_of(file).read_bytes()
    assert "fotos" not in visitor.get(number).text.lower()
    place = f"/denuncias-recibidas/{row.id}/fotos/{kept[0].id}"
    assert visitor.get(place).status_code == 303  # to the door
    office = stage.browser(cast.secretary)
    assert place in office.get(f"/denuncias-recibidas/{row.id}").text
    shown = office.get(f"{place}?pequena=1")
    assert (shown.status_code, shown.headers["content-type"]) == (200, "image/jpeg")
    assert "private" in shown.headers["cache-control"]
    assert stage.browser(cast.coordinator_b).get(place).status_code == 404


def test_what_is_no_photo_and_a_fourth_one_are_refused_beside_the_field(stage: Stage) -> None:
    form = {"about": "fair", "reason": "not_the_stall", "whom": "Feria de Punata"}
    visitor = stranger(stage, "/denuncias")
    strange = [("photos", ("acta.jpg", BytesIO(b"%PDF-1.7 ... %%EOF"), "image/jpeg"))]
    refused = visitor.post("/denuncias", form, files=strange)
    assert refused.status_code == 422
    assert "Feria de Punata" in refused.text
    many = [("photos", (f"{n}.jpg", jpeg(), "image/jpeg")) for n in range(4)]
    assert visitor.post("/denuncias", form, files=many).status_code == 422
    with stage.database.read() as session:
        assert session.exec(select(Complaint)).all() == []
        assert session.exec(select(Attachment)).all() == []


def test_the_office_adds_what_it_found_while_it_looks(session: Session, cast: Cast) -> None:
    (seal,) = granted(session, cast, "Justina")
    row = reviewed(session, cast, seal)
    service.add_photos(session, cast.secretary, cast.now, row.id, [stall()])
    (kept,) = photos.photos_of(session, cast.member, row.id)
    assert kept.added_by == cast.secretary.hand
    with pytest.raises(Forbidden):
        service.add_photos(session, cast.member, cast.now, row.id, [stall()])
    with pytest.raises(ComplaintNotFound):
        service.add_photos(session, cast.coordinator_b, cast.now, row.id, [stall()])
    with pytest.raises(Invalid):
        service.add_photos(session, cast.secretary, cast.now, row.id, [stall()] * photos.MOST)
    service.answer(session, cast.secretary, cast.now, row.id, UPHELD)
    with pytest.raises(NotUnderReview):
        service.add_photos(session, cast.secretary, cast.now, row.id, [stall()])


def test_a_producer_history_tells_complaints_to_who_may_see_them(stage: Stage) -> None:
    cast = stage.cast
    with stage.database.write(cast.now) as session:
        (seal,) = granted(session, cast, "Justina")
        row = about(session, cast, seal)
        service.take_up(session, cast.secretary, cast.now, row.id)
        service.answer(session, cast.secretary, cast.now, row.id, UPHELD)
        code, complaint = code_of(session, seal), row.id
    home = f"/productores/{code}/historia?tema=complaints"
    page = stage.browser(cast.member).get(home).text
    assert page.count(f'href="/denuncias-recibidas/{complaint}"') == 2
    assert "Se recibió una denuncia" in page
    assert "Casimira" not in page
    sent = stage.browser(cast.evaluator).get(home)
    assert sent.status_code in (200, 404)
    assert "denuncias-recibidas" not in sent.text

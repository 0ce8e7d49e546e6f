"""Photos of a visit: checked, tied to what they show, never public, withdrawn with a reason."""

from io import BytesIO

import pytest
from PIL import Image
from sqlmodel import Session, select

from spg_registry.core.attachments import Attachment, Kind, Prepared, prepare
from spg_registry.core.audit import AuditEvent
from spg_registry.core.errors import Forbidden, Invalid
from spg_registry.rounds import photos, service
from spg_registry.rounds.errors import PhotoNotFound, VisitNotFound, VisitVoid
from spg_registry.rounds.models import VisitPhoto
from spg_registry.rounds.schemas import PhotosIn, ReasonIn, VoidVisitIn
from tests.cast import Cast, Stage
from tests.rounds.stories import one_visit

WHY = ReasonIn(reason="Se ve a un niño")


def jpeg(width: int = 1200, height: int = 900) -> BytesIO:
    out = BytesIO()
    Image.new("RGB", (width, height), "green").save(out, "JPEG")
    out.seek(0)
    return out


def leaf() -> Prepared:
    return prepare(jpeg(), "hoja.jpg", Kind.PHOTO, "photos")


def test_an_evaluator_adds_photos_to_a_question(session: Session, cast: Cast) -> None:
    visit = one_visit(session, cast)
    wish = PhotosIn(visit_id=visit.id, item_code="S1", caption="Bolsas en el depósito")
    rows = service.add_photos(session, cast.evaluator, cast.now, wish, [leaf(), leaf()])
    assert [row.item_code for row in rows] == ["S1", "S1"]
    assert photos.photos_of(session, visit.id) == rows
    told = session.exec(select(AuditEvent).where(AuditEvent.action == "photo.add")).all()
    assert len(told) == 2


def test_a_withdrawn_photo_is_shown_to_nobody_and_its_reason_stays(
    session: Session, cast: Cast
) -> None:
    visit = one_visit(session, cast)
    wish = PhotosIn(visit_id=visit.id)
    (row,) = service.add_photos(session, cast.evaluator, cast.now, wish, [leaf()])
    service.withdraw_photo(session, cast.evaluator, cast.now, row.id, WHY)
    for actor in (cast.evaluator, cast.coordinator, cast.control):
        with pytest.raises(PhotoNotFound):
            photos.get_photo(session, actor, row.id)
    (kept,) = photos.photos_of(session, visit.id)
    assert (kept.withdrawn_at, kept.withdraw_reason) == (cast.now, WHY.reason)
    with pytest.raises(PhotoNotFound):
        service.withdraw_photo(session, cast.evaluator, cast.now, row.id, WHY)


def test_others_neither_add_nor_see(session: Session, cast: Cast) -> None:
    visit = one_visit(session, cast)
    wish = PhotosIn(visit_id=visit.id)
    (row,) = service.add_photos(session, cast.coordinator, cast.now, wish, [leaf()])
    with pytest.raises(PhotoNotFound):
        photos.get_photo(session, cast.coordinator_b, row.id)
    with pytest.raises(VisitNotFound):
        service.add_photos(session, cast.coordinator_b, cast.now, wish, [leaf()])
    for reader in (cast.member, cast.control):
        assert photos.get_photo(session, reader, row.id)[0] is row
        with pytest.raises(Forbidden):
            service.add_photos(session, reader, cast.now, wish, [leaf()])
        with pytest.raises(Forbidden):
            service.withdraw_photo(session, reader, cast.now, row.id, WHY)


@pytest.mark.parametrize(
    ("about", "field", "code"),
    [
        ({"item_code": "ZZ"}, "item_code", "item_not_in_form"),
        ({"finding_id": 98_765}, "finding_id", "finding_not_of_visit"),
    ],
)
def test_a_photo_shows_what_is_of_its_visit(
    session: Session, cast: Cast, about: dict[str, str], field: str, code: str
) -> None:
    visit = one_visit(session, cast)
    wish = PhotosIn.model_validate({"visit_id": visit.id, **about})
    with pytest.raises(Invalid) as refusal:
        service.add_photos(session, cast.evaluator, cast.now, wish, [leaf()])
    assert [(fault.field, fault.code) for fault in refusal.value.faults] == [(field, code)]


def test_a_visit_takes_so_many_and_a_void_one_none(
    session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit = one_visit(session, cast)
    wish = PhotosIn(visit_id=visit.id)
    monkeypatch.setattr(photos, "MOST", 1)
    with pytest.raises(Invalid):
        service.add_photos(session, cast.evaluator, cast.now, wish, [leaf(), leaf()])
    with pytest.raises(Invalid):
        service.add_photos(session, cast.evaluator, cast.now, wish, [])
    again = VoidVisitIn(reason="Conflicto hallado")
    service.void_visit(session, cast.coordinator, cast.now, visit.id, again)
    with pytest.raises(VisitVoid):
        service.add_photos(session, cast.evaluator, cast.now, wish, [leaf()])


def test_photos_through_the_page(stage: Stage) -> None:
    with stage.database.write(stage.cast.now) as session:
        visit_id = one_visit(session, stage.cast).id
    home = f"/visitas/{visit_id}"
    browser = stage.browser(stage.cast.evaluator)
    files = [
        ("photos", ("a.jpg", jpeg(), "image/jpeg")),
        ("photos", ("b.jpg", jpeg(), "image/jpeg")),
    ]
    typed = {"of": "item:S1", "caption": "El depósito"}
    assert browser.post(f"{home}/fotos", typed, files=files).status_code == 303
    page = browser.get(home).text
    assert page.count("?pequena=1") == 2
    with stage.database.read() as session:
        first, second = session.exec(select(VisitPhoto.id)).all()
        sizes = session.exec(select(Attachment.width)).all()
    assert set(sizes) == {1200}
    shown = browser.get(f"{home}/fotos/{first}")
    assert shown.headers["content-type"] == "image/jpeg"
    small = browser.get(f"{home}/fotos/{first}?pequena=1")
    assert len(small.content) < len(shown.content)
    assert stage.browser(stage.cast.coordinator_b).get(f"{home}/fotos/{first}").status_code == 404
    assert browser.get(f"{home}/fotos/{first}/retirar").status_code == 200
    assert browser.post(f"{home}/fotos/{first}/retirar", {"reason": ""}).status_code == 422
    browser.post(f"{home}/fotos/{first}/retirar", {"reason": "Salió movida"})
    assert browser.get(f"{home}/fotos/{first}").status_code == 404
    assert "Salió movida" in browser.get(home).text
    assert browser.get(f"{home}/fotos/{second}").status_code == 200


def test_what_is_no_photo_is_said_beside_the_field(stage: Stage) -> None:
    with stage.database.write(stage.cast.now) as session:
        visit_id = one_visit(session, stage.cast).id
    browser = stage.browser(stage.cast.evaluator)
    typed = {"caption": "El depósito"}
    for content, told in ((b"hola", "no es una foto"), (b"x" * 30_000_000, "demasiado grande")):
        files = [("photos", ("a.jpg", BytesIO(content), "image/jpeg"))]
        again = browser.post(f"/visitas/{visit_id}/fotos", typed, files=files)
        assert again.status_code == 422
        assert told in again.text
        assert "El depósito" in again.text
    none = browser.post(f"/visitas/{visit_id}/fotos", typed | {"of": "item:ZZ"}, files=[
        ("photos", ("a.jpg", jpeg(), "image/jpeg"))
    ])  # fmt: skip
    assert 'id="f-of-error"' in none.text

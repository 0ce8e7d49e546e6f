"""Photos and scanned papers of a producer."""

from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from sqlmodel import Session, select

from spg_registry.core.attachments import Kind, Prepared, prepare
from spg_registry.core.audit import AuditEvent
from spg_registry.core.errors import Forbidden, Invalid
from spg_registry.core.permissions import Actor
from spg_registry.producers import service
from spg_registry.producers.dossier import producer_file
from spg_registry.producers.errors import PaperNotFound, ProducerNotFound
from spg_registry.producers.models import PaperKind
from spg_registry.producers.papers import paper_file, papers_of
from spg_registry.producers.schemas import PaperIn, WithdrawPaperIn
from tests.cast import Cast, SignedIn, Stage
from tests.producers.families import family

PDF = b"%PDF-1.7\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n"


def jpeg(side: int = 400) -> bytes:
    out = BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "Telefono de Lidia"
    Image.new("RGB", (side, side * 3 // 4), "darkgreen").save(out, "JPEG", exif=exif)
    return out.getvalue()


def photo() -> Prepared:
    return prepare(BytesIO(jpeg()), "IMG_1.jpg", Kind.PHOTO, "photos")


def scan() -> Prepared:
    return prepare(BytesIO(PDF), "titulo.pdf", Kind.PAPER, "paper")


@pytest.fixture
def code(session: Session, cast: Cast) -> str:
    one = service.register(session, cast.coordinator, cast.now, cast.spg, family())
    return one.producer.code


def titles(session: Session, cast: Cast, who: Actor, code: str) -> list[str]:
    file = producer_file(session, who, code, cast.today)
    return [paper.title for paper in papers_of(session, file)]


def test_who_sees_a_producer_sees_the_photos_and_few_the_papers(
    session: Session, cast: Cast, code: str
) -> None:
    acting = (session, cast.secretary, cast.now, code)
    service.add_papers(*acting, PaperIn(kind=PaperKind.PHOTO, title="Barrera viva"), [photo()])
    (title,) = service.add_papers(*acting, PaperIn(kind=PaperKind.LAND, title="Título"), [scan()])
    for who, seen in (
        (cast.coordinator, ["Título", "Barrera viva"]),
        (cast.control, ["Título", "Barrera viva"]),
        (cast.member, ["Barrera viva"]),
        (cast.cnape, ["Barrera viva"]),
    ):
        assert titles(session, cast, who, code) == seen, who.label
    assert paper_file(session, cast.secretary, cast.now, code, title.id).media_type.endswith("pdf")
    with pytest.raises(PaperNotFound):
        paper_file(session, cast.member, cast.now, code, title.id)
    with pytest.raises(ProducerNotFound):
        paper_file(session, cast.coordinator_b, cast.now, code, title.id)


def test_a_paper_is_withdrawn_with_a_reason_and_stays(
    session: Session, cast: Cast, code: str
) -> None:
    wish = PaperIn(kind=PaperKind.PHOTO, title="De otro")
    (row,) = service.add_papers(session, cast.secretary, cast.now, code, wish, [photo()])
    reason = WithdrawPaperIn(reason="Es de otra familia")
    for who, refusal in ((cast.member, Forbidden), (cast.coordinator_b, ProducerNotFound)):
        with pytest.raises(refusal):
            service.withdraw_paper(session, who, cast.now, row.id, reason)
    service.withdraw_paper(session, cast.coordinator, cast.now, row.id, reason)
    service.withdraw_paper(session, cast.coordinator, cast.now, row.id, reason)
    assert titles(session, cast, cast.member, code) == []
    assert titles(session, cast, cast.secretary, code) == ["De otro"]
    acts = session.exec(
        select(AuditEvent.action).where(AuditEvent.subject == "producer_paper")
    ).all()
    assert acts == ["paper.add", "paper.withdraw"]
    with pytest.raises(PaperNotFound):
        service.withdraw_paper(session, cast.coordinator, cast.now, 424_242, reason)


def test_what_is_wrong_with_a_file_is_told(session: Session, cast: Cast, code: str) -> None:
    other = service.register(session, cast.coordinator, cast.now, cast.spg, family("Otra"))
    foreign = PaperIn(kind=PaperKind.PHOTO, unit_code=other.units[0].unit.code)
    acting = (session, cast.secretary, cast.now, code)
    with pytest.raises(Invalid):
        service.add_papers(*acting, foreign, [photo()])
    with pytest.raises(Invalid):
        service.add_papers(*acting, PaperIn(kind=PaperKind.PHOTO), [scan()])
    with pytest.raises(Forbidden):
        service.add_papers(
            session, cast.member, cast.now, code, PaperIn(kind=PaperKind.PHOTO), [photo()]
        )


# -- through HTTP ---------------------------------------------------------------------------------


@pytest.fixture
def office(stage: Stage) -> SignedIn:
    with stage.database.write(stage.cast.now) as session:
        service.register(session, stage.cast.coordinator, stage.cast.now, stage.cast.spg, family())
    return stage.browser(stage.cast.secretary)


HOME = "/productores/P0000001/documentos"


def sent(office: SignedIn, at: str, data: dict[str, str], **files: Any) -> Any:
    return office.post(f"{HOME}/{at}", data, files=files)


def test_photos_come_in_through_the_page_and_are_shown_small(office: SignedIn) -> None:
    many = [("photos", (f"IMG_{n}.jpg", jpeg(300 + n), "image/jpeg")) for n in range(2)]
    answer = office.post(f"{HOME}/fotos", {"title": "Barrera viva"}, files=many)
    assert (answer.status_code, answer.headers["location"]) == (303, HOME)
    page = office.get(HOME).text
    assert page.count("Barrera viva</strong>") == 2
    small = office.get(f"{HOME}/1?chica=1")
    assert small.headers["content-type"] == "image/jpeg"
    assert max(Image.open(BytesIO(small.content)).size) <= 320
    whole = office.get(f"{HOME}/1")
    assert b"Lidia" not in whole.content
    assert "2 documentos y fotos" in office.get("/productores/P0000001").text


@pytest.mark.parametrize(
    ("at", "field", "content", "sentence"),
    [
        ("fotos", "photos", b"\xff" * 21_000_000, "La foto es demasiado grande"),
        ("fotos", "photos", PDF, "El archivo no es una foto"),
        ("fotos", "photos", jpeg()[:900], "La foto está dañada"),
        ("nuevo", "paper", b"PK\x03\x04 a spreadsheet", "no es un PDF ni una foto"),
        ("nuevo", "paper", PDF[:-10], "El PDF está incompleto"),
        ("nuevo", "paper", b"", "El archivo está vacío"),
    ],
)
def test_a_file_that_is_none_is_told_and_nothing_typed_is_lost(
    office: SignedIn, at: str, field: str, content: bytes, sentence: str
) -> None:
    typed = {"title": "Barrera viva", "unit_code": "P0000001-1", "kind": "land"}
    answer = sent(office, at, typed, **{field: ("foto.jpg", content, "image/jpeg")})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert 'value="Barrera viva"' in answer.text
    assert 'value="P0000001-1" selected' in answer.text
    assert f'href="#f-{field}"' in answer.text
    assert "Todavía no hay documentos" in office.get(HOME).text


def test_a_form_without_a_file_asks_for_it(office: SignedIn) -> None:
    for at, field in (("fotos", "photos"), ("nuevo", "paper")):
        answer = office.post(f"{HOME}/{at}", {"title": "Nada", "kind": "land"})
        assert answer.status_code == 422
        assert f'href="#f-{field}"' in answer.text


def test_a_paper_is_withdrawn_on_its_page(office: SignedIn) -> None:
    sent(office, "nuevo", {"kind": "pledge"}, paper=("carta.pdf", PDF, "application/pdf"))
    asked = office.get(f"{HOME}/1/retirar")
    assert "Carta de compromiso" in asked.text
    assert office.post(f"{HOME}/1/retirar", {"reason": ""}).status_code == 422
    answer = office.post(f"{HOME}/1/retirar", {"reason": "Ilegible"})
    assert answer.status_code == 303
    assert "Ilegible" in office.get(HOME).text
    assert office.get(f"{HOME}/1/retirar").status_code == 404

import itertools
import os
import re
import subprocess
import sys
from dataclasses import fields, replace
from datetime import date

import pypdfium2 as pdfium
import pytest
import zxingcpp
from PIL import Image

from spg_registry.core.keys import Keyring, Purpose
from spg_registry.rules.words import Category
from spg_registry.seals import sheets, signing
from spg_registry.seals.sheets import Certificate, ScopeLine
from spg_registry.seals.signing import SealPayload

from .conftest import BASE_URL

MM = 72 / 25.4
FRAME_MM = 17.8

PRODUCTS = [
    "Quinua real blanca",
    "Papa",
    "Haba",
    "Tarwi",
    "Cañahua",
    "Oca",
    "Papalisa",
    "Isaño",
    "Maíz",
    "Trigo",
    "Cebada",
    "Arveja",
    "Zanahoria",
    "Cebolla",
    "Ajo",
    "Lechuga",
    "Acelga",
    "Espinaca",
    "Repollo",
    "Brócoli",
    "Beterraga",
    "Rábano",
    "Perejil",
    "Culantro",
    "Orégano",
    "Manzanilla",
    "Durazno",
    "Manzana",
    "Tumbo",
    "Huevo de gallina criolla de pastoreo",
]


@pytest.fixture
def certificate(payload: SealPayload, keyring: Keyring) -> Certificate:
    """What Doña Ñusta hangs on the wall of her stall."""
    return Certificate(
        category=Category.ORGANIC,
        code=payload.code,
        producer="Familia Ñusta Mamani Choque",
        community="Pisili",
        municipality="Tarabuco",
        department="Chuquisaca",
        scope=(
            ScopeLine("Quinua", 12500),
            ScopeLine("Papa", 100),
            ScopeLine("Miel", extent="12 colmenas"),
        ),
        total_area_m2=12600,
        valid_from=payload.valid_from,
        valid_until=payload.valid_until,
        committee="Comité Municipal de Producción Ecológica de Tarabuco",
        acta_number="12/2026",
        decided_on=date(2026, 11, 19),
        standard="Norma Técnica Nacional de SPG, versión 2012",
        token=signing.sign(payload, keyring.active(Purpose.SEAL)),
        base_url=BASE_URL,
    )


@pytest.fixture
def crowded(certificate: Certificate) -> Certificate:
    """The longest of everything that anybody has: an association with thirty products."""
    return replace(
        certificate,
        producer=(
            "Asociación de Productoras y Productores Agroecológicos Yachaqkuna Ñan Sumaq Kawsay "
            "de las Comunidades Altas del Valle de Tarabuco"
        ),
        community="San José de la Nueva Esperanza de Candelaria Alta",
        municipality="San Pedro de Buena Vista",
        department="Potosí",
        committee=(
            "Comité Municipal de Producción Ecológica y Soberanía Alimentaria de San Pedro de "
            "Buena Vista y Comunidades Aledañas"
        ),
        acta_number="CMPE-SPBV-2026-000123/A",
        scope=tuple(ScopeLine(name, 1234 * (i + 1)) for i, name in enumerate(PRODUCTS)),
        base_url="https://registro-sellos.spg.gob.example.bo",
    )


def page_of(pdf: bytes) -> pdfium.PdfPage:
    document = pdfium.PdfDocument(pdf)
    assert len(document) == 1
    return document[0]


def text_of(pdf: bytes) -> str:
    return " ".join(page_of(pdf).get_textpage().get_text_range().split())


def picture_of(pdf: bytes, dpi: int = 150) -> Image.Image:
    return page_of(pdf).render(scale=dpi / 72).to_pil().convert("RGB")


def boxes_of(pdf: bytes) -> list[tuple[float, float, float, float]]:
    """Left, bottom, right, top of every piece of text, in points from the lower left."""
    text = page_of(pdf).get_textpage()
    return [text.get_rect(i) for i in range(text.count_rects())]


@pytest.mark.parametrize("category", list(Category))
def test_the_paper_says_all_that_the_seal_stands_for(
    certificate: Certificate, category: Category
) -> None:
    said = text_of(sheets.certificate(replace(certificate, category=category)))
    for fact in (
        "Familia Ñusta Mamani Choque",
        "Comunidad Pisili",
        "Municipio de Tarabuco",
        "Chuquisaca",
        "Quinua",
        "1,25 ha",
        "100 m²",
        "12 colmenas",
        "1,26 ha",
        "21/11/2026",
        "20/11/2027",
        "19/11/2026",
        "12/2026",
        "Comité Municipal de Producción Ecológica de Tarabuco",
        "Norma Técnica Nacional de SPG, versión 2012",
        "7K3M9-QXA4Z",
        "Verifique en sello.example.org.bo",
    ):
        assert fact in said, fact
    assert "DEMOSTRACIÓN" not in said


def test_a_white_seal_never_says_ecologico_in_its_own_words(certificate: Certificate) -> None:
    white = replace(certificate, category=Category.TRANSITION, demo=True)
    said = text_of(sheets.certificate(replace(white, committee="Comité de Tarabuco")))
    assert "Certificado en transición" in said
    assert not re.search("ecol[oó]gic", said, re.IGNORECASE)
    green = text_of(sheets.certificate(certificate))
    assert "Certificado ecológico" in green
    assert "transición" not in green


def test_green_is_organic_and_white_with_a_green_border_is_transition(
    certificate: Certificate,
) -> None:
    def colours(category: Category) -> tuple[tuple[int, ...], ...]:
        page = picture_of(sheets.certificate(replace(certificate, category=category)), 254)
        # Ten pixels a millimetre: the border's outer edge, the band beside the waves, the paper.
        return tuple(page.getpixel((x, 1500)) for x in (81, 87, 220))  # type: ignore[misc]

    green, white = (27, 107, 58), (255, 255, 255)
    assert colours(Category.ORGANIC) == (green, green, white)
    assert colours(Category.TRANSITION) == (green, white, white)


def test_a_demonstration_says_so_across_the_page(certificate: Certificate) -> None:
    said = text_of(sheets.certificate(replace(certificate, demo=True)))
    assert "DEMOSTRACIÓN" in said
    assert "sello sin valor real" in said


@pytest.mark.parametrize("demo", [False, True])
@pytest.mark.parametrize("dpi", [100, 150, 300])
def test_a_camera_reads_the_printed_seal(
    crowded: Certificate, keyring: Keyring, demo: bool, dpi: int
) -> None:
    pdf = sheets.certificate(replace(crowded, demo=demo))
    found = zxingcpp.read_barcodes(picture_of(pdf, dpi))
    assert [code.text for code in found] == [
        f"HTTPS://REGISTRO-SELLOS.SPG.GOB.EXAMPLE.BO/S/{crowded.token}"
    ]
    corners = found[0].position
    width_mm = (corners.top_right.x - corners.top_left.x) / dpi * 25.4
    assert width_mm > 30
    assert signing.check(found[0].text.rpartition("/")[2], keyring).untrusted is None


def scopes_of_every_size() -> list[tuple[ScopeLine, ...]]:
    short = [tuple(ScopeLine(n, 500) for n in PRODUCTS[:count]) for count in (0, 1, 5, 12, 19, 30)]
    wordy = tuple(ScopeLine(f"Producto de nombre muy largo {i}", 99 * i) for i in range(1, 90))
    endless = (ScopeLine("Ñ" * 400, 12500), ScopeLine("x", extent="y" * 30))
    return [*short, wordy[:30], wordy, endless]


@pytest.mark.parametrize("scope", scopes_of_every_size(), ids=lambda scope: str(len(scope)))
@pytest.mark.parametrize("name", ["Ana", "normal", "W" * 200])
def test_nothing_leaves_the_frame_and_no_line_lies_on_another(
    crowded: Certificate, scope: tuple[ScopeLine, ...], name: str
) -> None:
    data = replace(crowded, scope=scope)
    if name != "normal":
        data = replace(
            data, producer=name, community=name, municipality=name, committee=name, acta_number=name
        )
    boxes = boxes_of(sheets.certificate(data))
    inner = FRAME_MM * MM
    for left, bottom, right, top in boxes:
        assert inner < left <= right < 210 * MM - inner
        assert inner < bottom <= top < 297 * MM - inner
    for one, other in itertools.combinations(boxes, 2):
        across = min(one[2], other[2]) - max(one[0], other[0])
        down = min(one[3], other[3]) - max(one[1], other[1])
        assert across < 0.5 or down < 0.5, (one, other)


def test_thirty_products_are_all_there(certificate: Certificate, crowded: Certificate) -> None:
    said = text_of(sheets.certificate(replace(certificate, scope=crowded.scope)))
    for product in PRODUCTS:
        assert all(word in said for word in product.split()), product
    assert "productos más" not in said


def test_what_has_no_room_is_counted_not_dropped(certificate: Certificate) -> None:
    scope = tuple(ScopeLine(f"Producto de nombre muy largo {i}", 100 * i) for i in range(1, 90))
    said = text_of(sheets.certificate(replace(certificate, scope=scope)))
    shown = len(re.findall(r"Producto de nombre", said))
    more = re.search(r"y (\d+) productos? más", said)
    assert more
    assert shown + int(more[1]) == 89


@pytest.mark.parametrize("name", ["Guaraní: Ñandutỹ Ẽmbo'e", "Șerban Łukasz", "Ольга", "Ayo Ọlá"])
def test_names_are_printed_as_people_write_them(certificate: Certificate, name: str) -> None:
    assert name in text_of(sheets.certificate(replace(certificate, producer=name)))


def test_marks_that_turn_text_around_do_not_reach_the_paper(certificate: Certificate) -> None:
    said = text_of(
        sheets.certificate(replace(certificate, producer="Ana\u202e\u0000 N\u0303usta\n"))
    )
    assert "Ana Ñusta" in said


def test_the_same_certificate_gives_the_same_bytes_in_every_process(
    certificate: Certificate,
) -> None:
    script = (
        "import datetime, hashlib, sys\n"
        "from spg_registry.seals.sheets import *\n"
        "from spg_registry.rules.standing import SealStanding\n"
        "from spg_registry.rules.words import Category\n"
        f"print(hashlib.sha256(certificate({certificate!r})).hexdigest())"
    )
    script = re.sub(r"<(\w+\.\w+): '\w+'>", r"\1", script)
    hashes = {
        subprocess.run(
            [sys.executable, "-c", script],
            env=os.environ | {"PYTHONHASHSEED": seed, "TZ": zone},
            check=True,
            capture_output=True,
        ).stdout
        for seed, zone in (("1", "UTC"), ("2", "Asia/Tokyo"))
    }
    assert len(hashes) == 1
    changed = replace(certificate, acta_number="13/2026")
    assert sheets.certificate(certificate) == sheets.certificate(certificate)
    assert sheets.certificate(certificate) != sheets.certificate(changed)


def test_a_meeting_is_printed_as_one_document(certificate: Certificate) -> None:
    white = replace(certificate, category=Category.TRANSITION)
    document = pdfium.PdfDocument(sheets.certificates([certificate, white]))
    titles = [page.get_textpage().get_text_range() for page in document]
    assert "Certificado ecológico" in titles[0]
    assert "Certificado en transición" in titles[1]
    with pytest.raises(ValueError, match="no certificate"):
        sheets.certificates([])


def test_nothing_personal_can_be_handed_in() -> None:
    """What the public page shows, and no field for more: neither CI nor phone nor exact place."""
    assert {field.name for field in fields(Certificate)} == {
        "category",
        "code",
        "producer",
        "community",
        "municipality",
        "department",
        "scope",
        "total_area_m2",
        "valid_from",
        "valid_until",
        "standing",
        "standing_since",
        "committee",
        "acta_number",
        "decided_on",
        "standard",
        "token",
        "base_url",
        "demo",
    }

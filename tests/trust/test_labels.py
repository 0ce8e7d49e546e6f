"""Sheets of seals and stall cards: a camera reads them, and they never promise more."""

import re
from collections import Counter
from dataclasses import replace
from datetime import date

import pypdfium2 as pdfium
import pytest
import zxingcpp
from PIL import Image

from spg_registry.core.keys import Keyring, Purpose
from spg_registry.rules.words import Category
from spg_registry.seals import labels, signing, stall_cards
from spg_registry.seals.labels import Numbered, Profile
from spg_registry.seals.sheets import Certificate, ScopeLine
from spg_registry.seals.signing import SealPayload

MM = 72 / 25.4
LONGEST = "https://registro-sellos.spg.gob.example.bo"


@pytest.fixture
def seal(payload: SealPayload, keyring: Keyring) -> Certificate:
    return Certificate(
        category=Category.ORGANIC,
        code=payload.code,
        producer="Familia Ñusta Mamani Choque",
        community="Pisili",
        municipality="Tarabuco",
        department="Chuquisaca",
        scope=(ScopeLine("Quinua", 12500), ScopeLine("Papa", 100)),
        valid_from=payload.valid_from,
        valid_until=payload.valid_until,
        committee="Comité de Tarabuco",
        acta_number="12/2026",
        decided_on=date(2026, 11, 19),
        standard="Norma Técnica Nacional de SPG, versión 2012",
        token=signing.sign(payload, keyring.active(Purpose.SEAL)),
        base_url=LONGEST,
    )


@pytest.fixture
def wordy(seal: Certificate) -> Certificate:
    """The longest of everything."""
    return replace(
        seal,
        producer="Asociación de Productoras Agroecológicas Yachaqkuna Ñan Sumaq Kawsay del Valle",
        community="San José de la Nueva Esperanza de Candelaria Alta",
        municipality="San Pedro de Buena Vista",
        scope=tuple(ScopeLine(f"Producto de nombre largo {i}", 100) for i in range(60)),
        demo=True,
    )


def said(pdf: bytes) -> list[str]:
    pages = [page.get_textpage().get_text_range() for page in pdfium.PdfDocument(pdf)]
    return [" ".join(page.split()) for page in pages]


def picture(pdf: bytes, dpi: int, page: int = 0) -> Image.Image:
    found: Image.Image = pdfium.PdfDocument(pdf)[page].render(scale=dpi / 72).to_pil()
    return found.convert("RGB")


@pytest.mark.parametrize("category", list(Category))
@pytest.mark.parametrize(
    ("profile", "least_mm", "level"), [(Profile.CARRIED, 25.0, "M"), (Profile.SHORT, 14.0, "Q")]
)
def test_a_camera_reads_all_24_seals_of_a_sheet(
    seal: Certificate,
    keyring: Keyring,
    profile: Profile,
    least_mm: float,
    level: str,
    category: Category,
) -> None:
    pdf = labels.sheets([replace(seal, category=category)], profile, 24)
    found = zxingcpp.read_barcodes(picture(pdf, 300))
    assert len(found) == 24
    (link,) = {code.text for code in found}
    assert {code.ec_level for code in found} == {level}
    named = link.rpartition("/")[2]
    if profile is Profile.CARRIED:
        assert signing.check(named, keyring).untrusted is None
    else:
        assert named == seal.code
    for code in found:
        corners = code.position
        assert (corners.top_right.x - corners.top_left.x) / 300 * 25.4 >= least_mm - 0.2


def test_a_sheet_is_filled_before_the_next_begins(seal: Certificate) -> None:
    other = replace(
        seal, code="7K3M9QXA4Z", producer="Familia Choque", category=Category.TRANSITION
    )
    pages = said(labels.sheets([seal, other], Profile.SHORT, 15))
    assert len(pages) == 2 == labels.pages(30)
    assert pages[0].count("SELLO ECOLÓGICO") == 15
    assert [page.count("SELLO EN TRANSICIÓN") for page in pages] == [9, 6]
    for fact in ("7K3M9-QXA4Z", "20/11/2027", "Verifique en registro-sellos.spg.gob.example.bo"):
        assert pages[0].count(fact) == 24, fact


def test_a_white_label_never_says_ecologico(seal: Certificate) -> None:
    white = replace(seal, category=Category.TRANSITION, demo=True)
    lot = Numbered(white, "Papa", "2 kg", 1, 24)
    for pdf in (
        labels.sheets([white], Profile.CARRIED, 24),
        labels.sheets([white], Profile.SHORT, 24),
        labels.numbered_sheets([lot], Profile.CARRIED),
        stall_cards.cards([white]),
    ):
        (page,) = said(pdf)
        assert "SELLO EN TRANSICIÓN" in page
        assert not re.search("ecol[oóÓ]gic", page, re.IGNORECASE)
        assert "Demostración" in page


def test_green_is_organic_and_white_with_a_green_border_is_transition(seal: Certificate) -> None:
    white = replace(seal, category=Category.TRANSITION)
    page = picture(labels.sheets([seal, white], Profile.CARRIED, 12), 254)

    def colours(row: int) -> list[object]:
        top = round((labels.TOP + row * labels.CELL_HEIGHT + 1) * 10)
        left = round((labels.LEFT + 1) * 10)
        # The border, then the label's ground below the words, then the white before the cut.
        return [page.getpixel((left + x, top + 430)) for x in (5, 300, -5)]

    green, blank = (27, 107, 58), (255, 255, 255)
    assert colours(0) == [green, green, blank]
    assert colours(3) == [green, blank, blank]


def test_running_numbers_are_printed_once_each_without_a_gap(
    seal: Certificate, wordy: Certificate
) -> None:
    lots = [Numbered(seal, "Papa", "2 kg", 998, 1_003), Numbered(wordy, "Haba", "500 g", 1, 30)]
    pages = said(labels.numbered_sheets(lots, Profile.CARRIED))
    assert len(pages) == 2
    numbers = Counter(re.findall(r"N\.º (\d{6})", " ".join(pages)))
    wanted = [*range(998, 1_004), *range(1, 31)]
    assert numbers == Counter(f"{number:06}" for number in wanted)
    assert " ".join(pages).count("500 g") == 30


@pytest.mark.parametrize("profile", list(Profile))
@pytest.mark.parametrize("numbered", [False, True])
def test_no_word_leaves_its_label_or_lies_on_another(
    wordy: Certificate, profile: Profile, numbered: bool
) -> None:
    if numbered:
        lot = Numbered(wordy, "Huevo de gallina criolla de pastoreo", "100.000 unidades", 1, 1)
        pdf = labels.numbered_sheets([lot], profile)
    else:
        pdf = labels.sheets([wordy], profile, 1)
    text = pdfium.PdfDocument(pdf)[0].get_textpage()
    boxes = [text.get_rect(place) for place in range(text.count_rects())]
    left, top = labels.LEFT + 2, labels.TOP + 1.8
    right, bottom = left + labels.WIDTH - 2, top + labels.HEIGHT - 1
    for box in boxes:
        assert left * MM <= box[0] <= box[2] <= right * MM
        assert (297 - bottom) * MM <= box[1] <= box[3] <= (297 - top) * MM
    for place, one in enumerate(boxes):
        for other in boxes[place + 1 :]:
            across = min(one[2], other[2]) - max(one[0], other[0])
            down = min(one[3], other[3]) - max(one[1], other[1])
            assert across < 0.5 or down < 0.8, (one, other)


def test_a_card_says_large_who_what_and_until_when(seal: Certificate, keyring: Keyring) -> None:
    pdf = stall_cards.cards([seal])
    (page,) = said(pdf)
    for fact in (
        *("Familia Ñusta Mamani", "Pisili, Tarabuco (Chuquisaca)", "Quinua, Papa"),
        *("Válido hasta el 20/11/2027", "7K3M9-QXA4Z", "Comité de Tarabuco", "SELLO ECOLÓGICO"),
    ):
        assert page.count(fact) == 2, fact
    found = zxingcpp.read_barcodes(picture(pdf, 150))
    assert len(found) == 2, "one on each side of the fold"
    for code in found:
        assert signing.check(code.text.rpartition("/")[2], keyring).untrusted is None


def test_a_card_counts_the_products_it_has_no_room_for(wordy: Certificate) -> None:
    (page,) = said(stall_cards.cards([wordy]))
    shown = page.count("Producto de nombre largo") // 2
    more = re.search(r" y (\d+) más", page)
    assert more
    assert shown + int(more[1]) == 60


def test_the_same_seals_give_the_same_bytes(seal: Certificate) -> None:
    assert labels.sheets([seal], Profile.SHORT, 3) == labels.sheets([seal], Profile.SHORT, 3)
    assert stall_cards.cards([seal]) == stall_cards.cards([seal])
    for nothing in (lambda: labels.sheets([], Profile.SHORT, 3), lambda: stall_cards.cards([])):
        with pytest.raises(ValueError, match="print"):
            nothing()

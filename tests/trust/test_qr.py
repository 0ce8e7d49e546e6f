import io
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest
import zxingcpp
from PIL import Image

from spg_registry.core.keys import Keyring, Purpose
from spg_registry.seals import qr, signing
from spg_registry.seals.signing import SealPayload

from .conftest import BASE_URL

LONGEST_BASE = "https://" + "a" * 31 + ".bo"


def read(image: bytes) -> zxingcpp.Barcode:
    image_read = Image.open(io.BytesIO(image))
    found = zxingcpp.read_barcodes(image_read, zxingcpp.BarcodeFormat.QRCode)
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize("name", ["", "Ñusta Mamani", "Ñ" * 12])
@pytest.mark.parametrize("base", [BASE_URL, LONGEST_BASE, "http://localhost:8000"])
def test_a_camera_reads_the_carried_seal_and_the_token_in_it_is_genuine(
    name: str, base: str, payload: SealPayload, keyring: Keyring
) -> None:
    said = replace(payload, name=name)
    token = signing.sign(said, keyring.active(Purpose.SEAL))
    code = read(qr.png(qr.carried_matrix(base, token), 4))
    assert code.text == f"{base.upper()}/S/{token}"
    assert code.ec_level == "M"
    assert signing.check(code.text.rpartition("/")[2], keyring).payload == said


@pytest.mark.parametrize("base", [BASE_URL, LONGEST_BASE, "http://localhost:8000/"])
def test_a_camera_reads_the_short_link(base: str) -> None:
    code = read(qr.png(qr.short_matrix(base, "7K3M9QXA4Z"), 3))
    assert code.text == f"{base.rstrip('/').upper()}/S/7K3M9QXA4Z"
    assert code.ec_level == "Q"


def test_the_longest_seal_still_is_version_8(payload: SealPayload, keyring: Keyring) -> None:
    token = signing.sign(replace(payload, name="Ñ" * 12), keyring.active(Purpose.SEAL))
    assert len(qr.carried_link(LONGEST_BASE, token)) == 221
    assert len(qr.carried_matrix(LONGEST_BASE, token)) == 17 + 4 * 8


def test_the_drawing_is_one_path_on_white_without_styles() -> None:
    modules = qr.short_matrix(BASE_URL, "7K3M9QXA4Z")
    root = ET.fromstring(qr.svg(modules))  # noqa: S314  # our own drawing
    tags = [element.tag.rpartition("}")[2] for element in root.iter()]
    assert tags == ["svg", "rect", "path"]
    assert not any(
        "style" in element.attrib or "class" in element.attrib for element in root.iter()
    )
    side = len(modules) + 8
    assert root.attrib["viewBox"] == f"0 0 {side} {side}"


def test_the_drawing_has_the_same_modules_as_the_picture() -> None:
    modules = qr.short_matrix(BASE_URL, "7K3M9QXA4Z")
    picture = Image.open(io.BytesIO(qr.png(modules, 1))).convert("1")
    drawn = Image.new("1", picture.size, 1)
    path = next(e for e in ET.fromstring(qr.svg(modules)).iter() if e.tag.endswith("path"))  # noqa: S314
    for stroke in path.attrib["d"].rstrip("z").split("z"):
        start, rest = stroke.removeprefix("M").split("h", 1)
        column, row = map(int, start.split())
        for pixel in range(int(rest.split("v")[0])):
            drawn.putpixel((column + pixel, row), 0)
    assert drawn.tobytes() == picture.tobytes()


@pytest.mark.parametrize("module_px", [1, 5, 8])
def test_the_picture_is_plain_black_and_white_with_a_quiet_zone(module_px: int) -> None:
    modules = qr.short_matrix(BASE_URL, "7K3M9QXA4Z")
    picture = Image.open(io.BytesIO(qr.png(modules, module_px)))
    picture.load()
    assert picture.mode == "1"
    assert picture.size == ((len(modules) + 8) * module_px,) * 2
    quiet = 4 * module_px
    for box in ((0, 0, picture.width, quiet), (0, 0, quiet, picture.height)):
        assert picture.crop(box).getextrema() == (255, 255)


@pytest.mark.parametrize("module_px", [0, 65, 10_000])
def test_a_picture_is_never_as_large_as_somebody_asks(module_px: int) -> None:
    with pytest.raises(ValueError, match="pixels"):
        qr.png(((True,),), module_px)


@pytest.mark.parametrize(
    "base",
    [
        "https://sello.example.bo/registro",
        "https://" + "a" * 32 + ".bo",
        "https://señal.bo",
        "ftp://sello.bo",
        "sello.bo",
        "https://sello.bo?x=1",
        "https://u:p@sello.bo",
    ],
)
def test_a_public_address_that_does_not_fit_is_refused(base: str) -> None:
    with pytest.raises(ValueError, match="does not fit"):
        qr.short_link(base, "7K3M9QXA4Z")

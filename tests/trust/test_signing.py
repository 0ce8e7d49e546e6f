import base64
import hashlib
import hmac
import itertools
import unicodedata
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws
from joserfc.jwk import ECKey

from spg_registry.core.keys import Keyring, KeyState, KeyUnreadable, Purpose
from spg_registry.seals import signing
from spg_registry.seals.signing import SealPayload, Untrusted
from spg_registry.territory.models import ProductGroup

from .conftest import NOW

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551

# Worked out by hand from the specification, not by the code:
#   version 1 · key 1 · 7K3M9QXA4 = 7,19,3,20,9,23,29,10,4 in five bits each and 000 · organic
#   2026-11-21 is day 2516 = 0x09d4 after 2020-01-01 · 2027-11-20 is day 2880 = 0x0b40
#   010501 = 0x002905 · 131073 = 0x00020001 · bits 0 and 1 · "Ñusta Mamani" in UTF-8
SPECIMEN = bytes.fromhex(
    "01 01 3cc744 dfaa20 01 09d4 0b40 002905 00020001 0003".replace(" ", "")
    + "c3917573746120 4d616d616e69".replace(" ", "")
)


@pytest.fixture
def token(payload: SealPayload, keyring: Keyring) -> str:
    return signing.sign(payload, keyring.active(Purpose.SEAL))


def b32(octets: bytes) -> str:
    return base64.b32encode(octets).decode().rstrip("=")


def raw(token: str) -> bytes:
    return base64.b32decode(token + "=" * (-len(token) % 8))


def b64url(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).decode().rstrip("=")


def public_key(keyring: Keyring) -> ec.EllipticCurvePublicKey:
    found = keyring.verifying("seal-1")
    assert found is not None
    return found.public_key


def sign_by_hand(octets: bytes, header: bytes, key: ec.EllipticCurvePrivateKey) -> str:
    signed = f"{b64url(header)}.{b64url(octets)}".encode()
    r, s = decode_dss_signature(key.sign(signed, ec.ECDSA(hashes.SHA256())))
    return b32(octets + r.to_bytes(32, "big") + s.to_bytes(32, "big"))


def test_the_payload_is_byte_for_byte_what_the_specification_says(payload: SealPayload) -> None:
    bits = "".join(f"{n:05b}" for n in (7, 19, 3, 20, 9, 23, 29, 10, 4)) + "000"
    assert SPECIMEN[2:8] == int(bits, 2).to_bytes(6, "big")
    assert (date(2026, 11, 21) - date(2020, 1, 1)).days == 0x09D4
    assert signing.pack(payload) == SPECIMEN
    assert signing.unpack(SPECIMEN) == payload


def test_the_product_groups_are_bits_in_the_written_order() -> None:
    assert " ".join(ProductGroup) == (
        "grains tubers vegetables fruit cocoa_coffee herbs_spices nuts_oilseeds pulses "
        "dairy_eggs meat honey wild processed other"
    )
    for bit, group in enumerate(ProductGroup):
        assert signing.group_bits([group]) == 1 << bit
        assert signing.groups_of(1 << bit) == {group}


def test_a_signed_token_is_believed_and_says_what_was_signed(
    token: str, payload: SealPayload, keyring: Keyring
) -> None:
    assert signing.check(token, keyring) == signing.CheckedToken(None, payload)
    assert raw(token)[:-64] == SPECIMEN


def test_another_library_verifies_the_token_with_its_header_put_back(
    token: str, keyring: Keyring
) -> None:
    header = b'{"alg":"ES256","kid":"seal-1","typ":"spg-seal"}'
    octets, signature = raw(token)[:-64], raw(token)[-64:]
    compact = f"{b64url(header)}.{b64url(octets)}.{b64url(signature)}"
    assert signing.as_jws(token) == compact
    jwk = ECKey.import_key(keyring.public_jwks()["keys"][0])
    read = jws.deserialize_compact(compact, jwk, algorithms=["ES256"])
    assert read.payload == SPECIMEN
    assert read.headers() == {"alg": "ES256", "kid": "seal-1", "typ": "spg-seal"}


def test_what_another_library_signs_is_believed(payload: SealPayload, keyring: Keyring) -> None:
    private = keyring.active(Purpose.SEAL).private_key
    foreign = sign_by_hand(SPECIMEN, b'{"alg":"ES256","kid":"seal-1","typ":"spg-seal"}', private)
    assert signing.check(foreign, keyring).payload == payload


@pytest.mark.parametrize(
    "header",
    [
        b'{"alg":"ES256","typ":"spg-seal","kid":"seal-1"}',
        b'{"alg": "ES256","kid":"seal-1","typ":"spg-seal"}',
        b'{"alg":"ES256","kid":"seal-1","typ":"JWT"}',
        b'{"alg":"ES256","kid":"vc-1","typ":"spg-seal"}',
        b'{"alg":"ES256","crit":["exp"],"exp":1,"kid":"seal-1","typ":"spg-seal"}',
    ],
)
def test_a_signature_over_any_other_header_is_forged(header: bytes, keyring: Keyring) -> None:
    foreign = sign_by_hand(SPECIMEN, header, keyring.active(Purpose.SEAL).private_key)
    assert signing.check(foreign, keyring).untrusted is Untrusted.FORGED


@pytest.mark.parametrize("purpose", [p for p in Purpose if p is not Purpose.SEAL])
def test_a_key_of_another_purpose_signs_no_seal(
    purpose: Purpose, payload: SealPayload, keyring: Keyring
) -> None:
    with pytest.raises(ValueError, match="cannot sign"):
        signing.sign(payload, keyring.active(purpose))
    header = b'{"alg":"ES256","kid":"seal-1","typ":"spg-seal"}'
    foreign = sign_by_hand(SPECIMEN, header, keyring.active(purpose).private_key)
    assert signing.check(foreign, keyring).untrusted is Untrusted.FORGED


def test_every_changed_byte_is_forged_and_the_key_byte_an_unknown_key(
    token: str, keyring: Keyring
) -> None:
    octets = raw(token)
    for place, change in itertools.product(range(len(octets)), (0x01, 0x80, 0xFF)):
        changed = octets[:place] + bytes([octets[place] ^ change]) + octets[place + 1 :]
        expected = Untrusted.UNKNOWN_KEY if place == 1 and octets[1] ^ change else Untrusted.FORGED
        checked = signing.check(b32(changed), keyring)
        assert (checked.untrusted, checked.payload) == (expected, None), (place, change)


def test_every_changed_character_is_forged_or_an_unknown_key(token: str, keyring: Keyring) -> None:
    for place in range(len(token)):
        for other in "A2Z":
            if other != token[place]:
                changed = token[:place] + other + token[place + 1 :]
                assert signing.check(changed, keyring).untrusted is not None


def test_nothing_is_forgiven_in_the_spelling_of_a_token(token: str, keyring: Keyring) -> None:
    spellings = [
        token.lower(),
        token + "=",
        token + "A",
        token + "AAAAAAAA",
        token + "\n",
        " " + token,
        token[:-1],
        token[:-8],
        token[:20] + "-" + token[20:],
        token.replace("A", "０", 1),
        "",
        "A" * 138,
        "A" * 5000,
        raw(token).hex().upper(),
    ]
    assert {signing.check(text, keyring).untrusted for text in spellings} == {Untrusted.FORGED}


def test_pad_bits_that_are_not_zero_are_forged(payload: SealPayload, keyring: Keyring) -> None:
    key = keyring.active(Purpose.SEAL)
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
    seen = 0
    for name in ("", "a", "ab", "abc", "abcd"):
        token = signing.sign(replace(payload, name=name), key)
        pad_bits = 5 * len(token) - 8 * len(raw(token))
        for bits in range(1, 1 << pad_bits):
            seen += 1
            changed = token[:-1] + alphabet[alphabet.index(token[-1]) | bits]
            assert raw(changed) == raw(token)
            assert signing.check(changed, keyring).untrusted is Untrusted.FORGED
    assert seen > 10


def test_a_key_number_never_made_here_is_an_unknown_key(
    payload: SealPayload, keyring: Keyring, tmp_path: Path
) -> None:
    elsewhere = Keyring(tmp_path / "clone")
    elsewhere.create(Purpose.SEAL, NOW)
    elsewhere.rotate(Purpose.SEAL, NOW)
    cloned = signing.sign(replace(payload, key_number=2), elsewhere.active(Purpose.SEAL))
    assert signing.check(cloned, keyring) == signing.CheckedToken(Untrusted.UNKNOWN_KEY, None)


def test_a_clone_with_its_own_key_of_our_number_is_forged(
    payload: SealPayload, keyring: Keyring, tmp_path: Path
) -> None:
    clone = Keyring(tmp_path / "clone")
    clone.create(Purpose.SEAL, NOW)
    token = signing.sign(payload, clone.active(Purpose.SEAL))
    assert signing.check(token, keyring).untrusted is Untrusted.FORGED


def test_a_retired_key_still_verifies(token: str, payload: SealPayload, keyring: Keyring) -> None:
    keyring.rotate(Purpose.SEAL, NOW)
    assert signing.check(token, keyring) == signing.CheckedToken(None, payload)


def test_a_token_of_a_stolen_key_says_so_and_still_what_it_says(
    token: str, payload: SealPayload, keyring: Keyring
) -> None:
    keyring.compromise("seal-1", NOW)
    checked = signing.check(token, keyring)
    assert checked == signing.CheckedToken(Untrusted.KEY_COMPROMISED, payload)
    octets = raw(token)
    changed = b32(octets[:-1] + bytes([octets[-1] ^ 1]))
    assert signing.check(changed, keyring).untrusted is Untrusted.FORGED


def test_the_other_signature_of_the_pair_verifies_so_texts_must_never_be_names(
    token: str, payload: SealPayload, keyring: Keyring
) -> None:
    """ECDSA: with (r, s) also (r, n−s) is a signature. Hence online the token must equal the
    stored one byte for byte, and nothing is keyed on a token's text."""
    octets = raw(token)
    s = int.from_bytes(octets[-32:], "big")
    twin = b32(octets[:-32] + (ORDER - s).to_bytes(32, "big"))
    assert twin != token
    assert signing.check(twin, keyring).payload == payload


@pytest.mark.parametrize("r", [0, ORDER, 1])
@pytest.mark.parametrize("s", [0, ORDER, 1])
def test_trivial_signatures_are_forged(r: int, s: int, keyring: Keyring) -> None:
    octets = SPECIMEN + r.to_bytes(32, "big") + s.to_bytes(32, "big")
    assert signing.check(b32(octets), keyring).untrusted is Untrusted.FORGED


@pytest.mark.parametrize("algorithm", [b"HS256", b"ES256"])
@pytest.mark.parametrize("encoding", ["DER", "PEM"])
def test_a_mac_keyed_with_our_public_key_is_forged(
    algorithm: bytes, encoding: str, keyring: Keyring
) -> None:
    """The known attack on JOSE libraries: the public key, which everybody has, as HMAC secret."""
    secret = public_key(keyring).public_bytes(
        getattr(serialization.Encoding, encoding), serialization.PublicFormat.SubjectPublicKeyInfo
    )
    header = b'{"alg":"%s","kid":"seal-1","typ":"spg-seal"}' % algorithm
    signed = f"{b64url(header)}.{b64url(SPECIMEN)}".encode()
    mac = hmac.new(secret, signed, hashlib.sha256).digest()
    for signature in (mac + mac, mac + bytes(32), bytes(32) + mac):
        assert signing.check(b32(SPECIMEN + signature), keyring).untrusted is Untrusted.FORGED
    assert signing.check(b32(SPECIMEN + mac), keyring).untrusted is Untrusted.FORGED


@pytest.mark.parametrize(
    ("place", "octets"),
    [
        (0, b"\x00"),
        (0, b"\x02"),
        (1, b"\x00"),
        (7, b"\x21"),
        (8, b"\x00"),
        (8, b"\x03"),
        (9, b"\xff\xff"),
        (13, b"\xff\xff\xff"),
        (20, b"\x40"),
        (20, b"\x80"),
        (22, b"\xff"),
        (22, b"\n"),
        (22, "\u202e".encode()),
        (22, "\u200f".encode()),
        (22, "\u2066".encode()),
        (22, b"\x7f"),
        (22, "e\u0301".encode()),
    ],
)
def test_a_payload_that_pack_would_not_write_is_forged_even_when_signed(
    place: int, octets: bytes, keyring: Keyring
) -> None:
    changed = SPECIMEN[:place] + octets + SPECIMEN[place + len(octets) :]
    if place == 22:
        changed = SPECIMEN[:22] + b"a" + octets
    key = keyring.active(Purpose.SEAL).private_key
    header = b'{"alg":"ES256","kid":"seal-1","typ":"spg-seal"}'
    assert signing.check(sign_by_hand(changed, header, key), keyring).untrusted is Untrusted.FORGED
    with pytest.raises(ValueError, match=r".+"):
        signing.unpack(changed)


@pytest.mark.parametrize("length", [0, 21, 47, 60])
def test_a_payload_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(ValueError, match="length"):
        signing.unpack((SPECIMEN + b"a" * 60)[:length])


@pytest.mark.parametrize(
    "change",
    [
        {"key_number": 0},
        {"key_number": 256},
        {"code": "7K3M9QXA4A"},
        {"code": "7k3m9qxa4z"},
        {"category": "ecologico"},
        {"valid_from": date(2019, 12, 31)},
        {"valid_from": date(2027, 11, 21)},
        {"valid_until": date(2300, 1, 1)},
        {"municipality": "10501"},
        {"municipality": "０10501"},
        {"status_index": -1},
        {"status_index": 1 << 32},
        {"groups": frozenset({"coca"})},
        {"name": "a" * 25},
        {"name": "ñ" * 13},
        {"name": "N\u0303usta"},
        {"name": "a\u202eb"},
    ],
)
def test_what_version_1_cannot_say_is_refused_before_signing(
    change: dict[str, object], payload: SealPayload
) -> None:
    with pytest.raises(ValueError, match="not a seal"):
        replace(payload, **change)  # type: ignore[arg-type]


groups = st.frozensets(st.sampled_from(list(ProductGroup)))
days = st.dates(date(2020, 1, 1), date(2199, 1, 1))


@given(st.data())
def test_whatever_is_packed_is_unpacked_the_same(data: st.DataObject) -> None:
    first, last = sorted((data.draw(days), data.draw(days)))
    made = SealPayload(
        key_number=data.draw(st.integers(1, 255)),
        code="7K3M9QXA4Z",
        category=data.draw(st.sampled_from(["organic", "transition"])),
        valid_from=first,
        valid_until=last,
        municipality=f"{data.draw(st.integers(0, 999999)):06}",
        status_index=data.draw(st.integers(0, 2**32 - 1)),
        groups=data.draw(groups),
        name=signing.stall_name(data.draw(st.text(max_size=40))),
    )
    packed = signing.pack(made)
    assert 22 <= len(packed) <= 46
    assert signing.unpack(packed) == made


@given(st.binary(max_size=60))
def test_any_bytes_are_a_payload_in_one_way_or_not_at_all(octets: bytes) -> None:
    try:
        read = signing.unpack(octets)
    except ValueError:
        return
    assert signing.pack(read) == octets


@given(st.text(max_size=60))
def test_any_name_is_made_to_fit_the_stall(name: str) -> None:
    fitted = signing.stall_name(name)
    assert len(fitted.encode()) <= 24
    assert unicodedata.is_normalized("NFC", fitted)


@pytest.mark.parametrize(
    ("name", "fitted"),
    [
        ("Ñusta Mamani", "Ñusta Mamani"),
        ("N\u0303usta  Mamani ", "Ñusta Mamani"),
        ("Familia Choquehuanca Condori", "Familia Choquehuanca…"),
        ("Agroecológicosdelvalledetarabuco", "Agroecológicosdelval…"),
        ("Rosa\u202e\u0007 Quispe", "Rosa Quispe"),
    ],
)
def test_names_keep_what_a_neighbour_recognises(name: str, fitted: str) -> None:
    assert signing.stall_name(name) == fitted


@pytest.mark.parametrize(
    ("text", "is_token"),
    [("7K3M9-QXA4Z", False), ("7 K 3 M 9 Q X A 4 Z", False), ("A" * 138, True)],
)
def test_a_token_is_told_from_a_code_by_its_length(text: str, is_token: bool) -> None:
    assert signing.looks_like_token(text) is is_token


def test_a_lost_public_key_is_our_fault_and_not_called_forged(
    token: str, keyring: Keyring, tmp_path: Path
) -> None:
    (tmp_path / "keys" / "seal-1.pub.pem").unlink()
    with pytest.raises(KeyUnreadable):
        signing.check(token, Keyring(tmp_path))
    assert keyring.list_keys()[0].state is KeyState.ACTIVE

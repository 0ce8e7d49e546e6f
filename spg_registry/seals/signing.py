"""The signed seal in a QR: what it says, how it is written, and whether it is genuine.

A token is BASE32(payload ‖ signature). The signature is that of a JWS (RFC 7515, ES256) over the
payload whose protected header everybody knows and nobody needs to carry; with the header put back,
any JOSE library verifies it. The format is a promise to verifiers already printed and installed:
a change is a new version byte, never a different reading of version 1.

python-jose makes and checks the signature behind the names of this module. Its traps stay closed
here: it sees only EC keys of ours as objects (never PEM, DER or bytes that could serve as an HMAC
secret), the algorithm is fixed when the key object is built, and the strict form of the token is
checked before any signature.
"""

import re
import struct
import unicodedata
from base64 import b32decode, b32encode, urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Final

from jose import jwk
from jose.backends.base import Key as JoseKey

from spg_registry.core import codes
from spg_registry.core.keys import Keyring, KeyState, Purpose, SigningKey, VerifyingKey
from spg_registry.rules.words import Category
from spg_registry.territory.models import ProductGroup

VERSION: Final = 1
SIGNATURE_BYTES: Final = 64
MAX_NAME_BYTES: Final = 24

CATEGORY_NUMBER: Final = {Category.ORGANIC: 1, Category.TRANSITION: 2}
"""The grant's category as the payload spells it."""

_GROUP_BIT: Final = {group: 1 << group.bit for group in ProductGroup}
_FIXED: Final = struct.Struct(">BB6sBHH3sIH")
_EPOCH: Final = date(2020, 1, 1)
_MAX_DAYS: Final = 0xFFFF
_MAX_STATUS_INDEX: Final = 0xFFFFFFFF
_ALGORITHM: Final = "ES256"
_CATEGORY_OF: Final = {number: name for name, number in CATEGORY_NUMBER.items()}
_TOKEN_FORM: Final = re.compile(r"[A-Z2-7]{138,176}", re.ASCII)
_LONGEST_TYPED_CODE: Final = 24
# Controls, bidi marks and other invisible format characters, line and paragraph separators.
_UNPRINTED: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


class Untrusted(StrEnum):
    """Why a token's statement may not be believed; the verdicts of the same names."""

    FORGED = "forged"
    UNKNOWN_KEY = "unknown_key"
    KEY_COMPROMISED = "key_compromised"


@dataclass(frozen=True)
class SealPayload:
    """What a seal says. Raises ValueError when it could not be written as version 1.

    `municipality` is the INE code with its leading zero, dates are inclusive days in Bolivia,
    `name` is what stands on the stall, empty without consent (see `stall_name`).
    """

    key_number: int
    code: str
    category: Category
    valid_from: date
    valid_until: date
    municipality: str
    status_index: int
    groups: frozenset[ProductGroup]
    name: str = ""

    def __post_init__(self) -> None:
        _require(1 <= self.key_number <= 255, "key number is one byte and not zero")
        _require(codes.is_code(self.code), "code in its stored spelling")
        _require(self.category in CATEGORY_NUMBER, "category is organic or transition")
        _require(0 <= _days(self.valid_from) <= _days(self.valid_until), "dates in their order")
        _require(_days(self.valid_until) <= _MAX_DAYS, "dates within two bytes of days")
        _require(bool(re.fullmatch("[0-9]{6}", self.municipality)), "six digits of the INE")
        _require(0 <= self.status_index <= _MAX_STATUS_INDEX, "status index within four bytes")
        _require(self.groups <= _GROUP_BIT.keys(), "groups of the table")
        _require(_is_printable(self.name), "name is NFC without control or bidi characters")
        _require(len(self.name.encode()) <= MAX_NAME_BYTES, "name within 24 bytes of UTF-8")


@dataclass(frozen=True)
class CheckedToken:
    """The answer about a token: believe `payload` only if `untrusted` is None.

    With `key_compromised` the payload is given too, for it may have been signed before the theft
    and the log can tell; with the other two nothing in the token is known to be true.
    """

    untrusted: Untrusted | None
    payload: SealPayload | None


def pack(payload: SealPayload) -> bytes:
    """Payload version 1: 22 to 46 bytes, big-endian."""
    fixed = _FIXED.pack(
        VERSION,
        payload.key_number,
        codes.pack(payload.code),
        CATEGORY_NUMBER[payload.category],
        _days(payload.valid_from),
        _days(payload.valid_until),
        int(payload.municipality).to_bytes(3, "big"),
        payload.status_index,
        group_bits(payload.groups),
    )
    return fixed + payload.name.encode()


def unpack(octets: bytes) -> SealPayload:
    """Read a payload; raises ValueError unless it is byte for byte what `pack` would write."""
    _require(
        _FIXED.size <= len(octets) <= _FIXED.size + MAX_NAME_BYTES, "length of a version 1 payload"
    )
    version, key, code, category, first, last, municipality, index, bits = _FIXED.unpack_from(
        octets
    )
    _require(version == VERSION, "version 1")
    _require(category in _CATEGORY_OF, "known category")
    _require(bits >> len(ProductGroup) == 0, "only bits of known groups")
    return SealPayload(
        key_number=key,
        code=codes.unpack(code),
        category=_CATEGORY_OF[category],
        valid_from=_EPOCH + timedelta(days=first),
        valid_until=_EPOCH + timedelta(days=last),
        municipality=f"{int.from_bytes(municipality, 'big'):06}",
        status_index=index,
        groups=groups_of(bits),
        name=octets[_FIXED.size :].decode("utf-8"),
    )


def group_bits(groups: Iterable[ProductGroup]) -> int:
    """Product groups as the two-byte bit set that grants and payloads hold."""
    return sum(_GROUP_BIT[group] for group in set(groups))


def groups_of(bits: int) -> frozenset[ProductGroup]:
    return frozenset(group for group, bit in _GROUP_BIT.items() if bits & bit)


def sign(payload: SealPayload, key: SigningKey) -> str:
    """The token: upper case base32 of payload and signature, without padding."""
    if key.purpose is not Purpose.SEAL or key.number != payload.key_number:
        raise ValueError(f"{key.kid} cannot sign a seal that names key {payload.key_number}")
    octets = pack(payload)
    signature: bytes = _signer(key).sign(signing_input(octets, key.number))
    return b32encode(octets + signature).decode().rstrip("=")


def check(token: str, keyring: Keyring) -> CheckedToken:
    """Whether the token was signed by a key of ours, and what it says. No dates, no status.

    Nothing is forgiven: not case, not padding, not a character after the end. Signatures are
    malleable (r, n−s verifies too), so two texts can carry one statement: never use the text as
    the name of anything.
    """
    try:
        octets, signature = _split(token)
        payload = unpack(octets)
    except ValueError:
        return CheckedToken(Untrusted.FORGED, None)
    key = keyring.verifying(f"{Purpose.SEAL}-{payload.key_number}")
    if key is None:
        return CheckedToken(Untrusted.UNKNOWN_KEY, None)
    if not _verifier(key).verify(signing_input(octets, key.number), signature):
        return CheckedToken(Untrusted.FORGED, None)
    if key.state is KeyState.COMPROMISED:
        return CheckedToken(Untrusted.KEY_COMPROMISED, payload)
    return CheckedToken(None, payload)


def looks_like_token(text: str) -> bool:
    """Whether what follows `/s/` is to be read as a token; told by length alone."""
    return len(text) > _LONGEST_TYPED_CODE


def protected_header(key_number: int) -> bytes:
    """The JWS header, byte for byte, that every token of this key leaves out."""
    return b'{"alg":"ES256","kid":"seal-%d","typ":"spg-seal"}' % key_number


def signing_input(octets: bytes, key_number: int) -> bytes:
    """What ES256 signs: BASE64URL(header) . BASE64URL(payload)."""
    return _base64url(protected_header(key_number)) + b"." + _base64url(octets)


def as_jws(token: str) -> str:
    """The compact JWS that the token stands for, for checkers that know only JOSE.

    Raises ValueError for what has not the form of a token; says nothing about its signature.
    """
    octets, signature = _split(token)
    number = unpack(octets).key_number
    return (signing_input(octets, number) + b"." + _base64url(signature)).decode()


def stall_name(display_name: str) -> str:
    """A display name made to fit the payload: NFC, printable, cut at a word to 24 bytes.

    Call it only with the producer's consent; without it the name is empty.
    """
    text = unicodedata.normalize("NFC", display_name)
    text = " ".join("".join(c for c in text if _is_printable(c) or c.isspace()).split())
    if len(text.encode()) <= MAX_NAME_BYTES:
        return text
    room = MAX_NAME_BYTES - len("…".encode())
    cut = text.encode()[:room].decode("utf-8", "ignore")
    at_word = cut[: cut.rfind(" ")] if " " in cut[len(cut) // 2 :] else cut
    return unicodedata.normalize("NFC", at_word.rstrip() + "…")


def _split(token: str) -> tuple[bytes, bytes]:
    """Payload and signature of a canonical token; raises ValueError for any other text."""
    if not _TOKEN_FORM.fullmatch(token):
        raise ValueError("not the form of a token")
    octets = b32decode(token + "=" * (-len(token) % 8))
    if b32encode(octets).decode().rstrip("=") != token:
        raise ValueError("pad bits that are not zero")
    return octets[:-SIGNATURE_BYTES], octets[-SIGNATURE_BYTES:]


@lru_cache(maxsize=8)
def _signer(key: SigningKey) -> JoseKey:
    return jwk.construct(key.private_key, _ALGORITHM)


@lru_cache(maxsize=512)
def _verifier(key: VerifyingKey) -> JoseKey:
    return jwk.construct(key.public_key, _ALGORITHM)


def _base64url(octets: bytes) -> bytes:
    return urlsafe_b64encode(octets).rstrip(b"=")


def _days(day: date) -> int:
    return (day - _EPOCH).days


def _is_printable(text: str) -> bool:
    return unicodedata.is_normalized("NFC", text) and not any(
        unicodedata.category(character) in _UNPRINTED for character in text
    )


def _require(holds: bool, what: str) -> None:
    if not holds:
        raise ValueError(f"not a seal: {what}")

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from joserfc import jwt
from joserfc.jwk import ECKey

from spg_registry.core.errors import Unauthenticated
from spg_registry.core.keys import Keyring, Purpose
from spg_registry.people import tokens

from .conftest import BASE_URL, NOW

AUDIENCE = f"{BASE_URL}/api/v1"
HEADER = {"alg": "ES256", "kid": "api-1", "typ": "at+jwt"}


def b64url(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).decode().rstrip("=")


def claims(**changes: Any) -> dict[str, Any]:
    made = {
        "iss": BASE_URL,
        "aud": AUDIENCE,
        "sub": "client:senasag",
        "scope": "register:read",
        "iat": int(NOW.timestamp()),
        "exp": int(NOW.timestamp()) + 900,
        "jti": "uno",
    } | changes
    return {name: value for name, value in made.items() if value is not ...}


def by_hand(
    key: ec.EllipticCurvePrivateKey, header: dict[str, Any] | bytes, body: dict[str, Any] | bytes
) -> str:
    parts = [
        part if isinstance(part, bytes) else json.dumps(part).encode() for part in (header, body)
    ]
    signed = ".".join(b64url(part) for part in parts)
    r, s = decode_dss_signature(key.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
    return f"{signed}.{b64url(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


@pytest.fixture
def token(keyring: Keyring) -> str:
    return tokens.issue(
        keyring,
        issuer=BASE_URL,
        audience=AUDIENCE,
        subject="client:senasag",
        scopes=["seals:read", "register:read"],
        now=NOW,
    )


@pytest.fixture
def reason(keyring: Keyring) -> Callable[..., str | None]:
    """Why a token is refused, None when it is not."""

    def ask(
        token: str, now: datetime = NOW, issuer: str = BASE_URL, aud: str = AUDIENCE
    ) -> str | None:
        try:
            tokens.verify(token, keyring, issuer=issuer, audience=aud, now=now)
        except tokens.InvalidToken as error:
            return error.reason
        return None

    return ask


def test_a_program_gets_a_token_that_opens_what_it_says(token: str, keyring: Keyring) -> None:
    read = tokens.verify(token, keyring, issuer=BASE_URL, audience=AUDIENCE, now=NOW)
    assert read.subject == "client:senasag"
    assert read.scopes == {"seals:read", "register:read"}
    assert (read.issued_at, read.expires_at) == (NOW, NOW + timedelta(minutes=15))


def test_two_tokens_of_one_second_have_two_names(keyring: Keyring) -> None:
    def once() -> str:
        token = tokens.issue(
            keyring, issuer=BASE_URL, audience=AUDIENCE, subject="a", scopes=[], now=NOW
        )
        read = tokens.verify(token, keyring, issuer=BASE_URL, audience=AUDIENCE, now=NOW)
        return read.token_id

    assert once() != once()


def test_another_library_reads_the_token(token: str, keyring: Keyring) -> None:
    public = keyring.verifying("api-1")
    assert public is not None
    pem = public.public_key.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    read = jwt.decode(token, ECKey.import_key(pem), algorithms=["ES256"])
    assert read.header == HEADER
    assert set(read.claims) == {"iss", "aud", "sub", "scope", "iat", "exp", "jti"}


def test_what_another_library_signs_with_our_key_is_accepted(
    keyring: Keyring, reason: Callable[..., str | None]
) -> None:
    assert reason(by_hand(keyring.active(Purpose.API).private_key, HEADER, claims())) is None


def test_a_token_ends_at_its_minute_and_not_before(
    token: str, reason: Callable[..., str | None]
) -> None:
    assert reason(token, now=NOW + timedelta(minutes=14, seconds=59)) is None
    assert reason(token, now=NOW + timedelta(minutes=15)) == "expired"


def test_a_token_for_another_place_is_refused(
    token: str, reason: Callable[..., str | None]
) -> None:
    assert reason(token, issuer="https://otro.example") == "issuer"
    assert reason(token, aud="https://otro.example/api/v1") == "audience"


@pytest.mark.parametrize(
    ("header", "why"),
    [
        ({"alg": "HS256", "kid": "api-1", "typ": "at+jwt"}, "algorithm"),
        ({"alg": "none", "kid": "api-1", "typ": "at+jwt"}, "algorithm"),
        ({"alg": "ES384", "kid": "api-1", "typ": "at+jwt"}, "algorithm"),
        ({"kid": "api-1", "typ": "at+jwt"}, "algorithm"),
        ({"alg": "ES256", "kid": "api-1", "typ": "JWT"}, "type"),
        ({"alg": "ES256", "kid": "api-1", "typ": "AT+JWT"}, "type"),
        ({"alg": "ES256", "kid": "api-1"}, "type"),
        (HEADER | {"crit": ["exp"], "exp": 1}, "header"),
        (HEADER | {"crit": []}, "header"),
        (HEADER | {"enc": "A256GCM", "zip": "DEF"}, "header"),
        (HEADER | {"b64": False}, "header"),
        (HEADER | {"jwk": {"kty": "EC"}}, "header"),
        (HEADER | {"jku": "https://clon.example/jwks.json"}, "header"),
        ({"alg": "ES256", "typ": "at+jwt"}, "header"),
        (HEADER | {"kid": "api-2"}, "unknown_key"),
        (HEADER | {"kid": "seal-1"}, "unknown_key"),
        (HEADER | {"kid": "api-01"}, "unknown_key"),
        (HEADER | {"kid": 1}, "unknown_key"),
        (HEADER | {"kid": ["api-1"]}, "unknown_key"),
        (b'{"alg":"HS256","alg":"ES256","kid":"api-1","typ":"at+jwt"}', "header"),
        (b"[]", "header"),
        (b"\xff", "header"),
    ],
)
def test_a_header_that_is_not_ours_is_refused_though_its_signature_is_right(
    header: dict[str, Any] | bytes,
    why: str,
    keyring: Keyring,
    reason: Callable[..., str | None],
) -> None:
    assert reason(by_hand(keyring.active(Purpose.API).private_key, header, claims())) == why


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (claims(exp=...), "claims"),
        (claims(iat=...), "claims"),
        (claims(aud=...), "claims"),
        (claims(scope=...), "claims"),
        (claims(jti=""), "claims"),
        (claims(sub=""), "claims"),
        (claims(sub=7), "claims"),
        (claims(aud=[AUDIENCE, "otra"]), "claims"),
        (claims(exp="9999999999"), "claims"),
        (claims(exp=True), "claims"),
        (claims(exp=1e300), "claims"),
        (claims(exp=10**30), "claims"),
        (claims(exp=int(NOW.timestamp())), "expired"),
        (claims(exp=int(NOW.timestamp()) + 86400), "issued_at"),
        (claims(iat=int(NOW.timestamp()) + 120), "issued_at"),
        (claims(iss=f"{BASE_URL}/"), "issuer"),
        (b'{"sub":"a","sub":"b"}', "claims"),
        (b"null", "claims"),
        (b"[" * 1500, "claims"),
    ],
)
def test_claims_that_are_not_ours_are_refused_though_their_signature_is_right(
    body: dict[str, Any] | bytes,
    why: str,
    keyring: Keyring,
    reason: Callable[..., str | None],
) -> None:
    assert reason(by_hand(keyring.active(Purpose.API).private_key, HEADER, body)) == why


@pytest.mark.parametrize("purpose", [p for p in Purpose if p is not Purpose.API])
def test_a_key_of_another_purpose_opens_nothing(
    purpose: Purpose, keyring: Keyring, reason: Callable[..., str | None]
) -> None:
    key = keyring.active(purpose)
    assert reason(by_hand(key.private_key, HEADER | {"kid": key.kid}, claims())) == "unknown_key"
    assert reason(by_hand(key.private_key, HEADER, claims())) == "signature"


@pytest.mark.parametrize("encoding", ["DER", "PEM"])
@pytest.mark.parametrize("algorithm", ["HS256", "ES256"])
def test_a_mac_keyed_with_our_public_key_opens_nothing(
    encoding: str, algorithm: str, keyring: Keyring, reason: Callable[..., str | None]
) -> None:
    public = keyring.verifying("api-1")
    assert public is not None
    secret = public.public_key.public_bytes(
        getattr(serialization.Encoding, encoding), serialization.PublicFormat.SubjectPublicKeyInfo
    )
    parts = (HEADER | {"alg": algorithm}, claims())
    signed = ".".join(b64url(json.dumps(part).encode()) for part in parts)
    mac = hmac.new(secret, signed.encode(), hashlib.sha256).digest()
    assert reason(f"{signed}.{b64url(mac)}") == "form"
    assert reason(f"{signed}.{b64url(mac + mac)}") == (
        "algorithm" if algorithm == "HS256" else "signature"
    )


def test_every_changed_character_is_refused(token: str, reason: Callable[..., str | None]) -> None:
    for place in range(len(token)):
        changed = token[:place] + ("B" if token[place] != "B" else "C") + token[place + 1 :]
        assert reason(changed) is not None, place


def test_nothing_is_forgiven_in_the_spelling(token: str, reason: Callable[..., str | None]) -> None:
    header, body, signature = token.split(".")
    # 64 bytes leave four pad bits in the last character: sixteen spellings, one of them ours.
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    other = alphabet[alphabet.index(token[-1]) | 1]
    for text in (
        "",
        "x",
        token + "=",
        token + "A",
        token + ".",
        token + "\n",
        " " + token,
        token[:-1] + other,
        f"{header}..{signature}",
        f"{header}.{body}.",
        f"{header}.{body}.{signature}.x.y",
        f"{header}=.{body}.{signature}",
        "A" * 10_000,
        "é" + token[1:],
    ):
        assert reason(text) == "form", text


def test_an_encrypted_token_is_refused(reason: Callable[..., str | None]) -> None:
    assert reason(".".join(["A" * 40, "", "A" * 16, "A" * 40, "A" * 22])) == "form"


def test_a_rotated_key_opens_until_its_tokens_end_a_stolen_one_at_once_no_more(
    token: str, keyring: Keyring, reason: Callable[..., str | None]
) -> None:
    keyring.rotate(Purpose.API, NOW)
    assert reason(token) is None
    keyring.compromise("api-1", NOW)
    assert reason(token) == "key_compromised"


def test_a_key_of_another_registry_opens_nothing(
    tmp_path: Path, reason: Callable[..., str | None]
) -> None:
    other = Keyring(tmp_path / "otro")
    other.create(Purpose.API, NOW)
    token = tokens.issue(
        other, issuer=BASE_URL, audience=AUDIENCE, subject="x", scopes=["register:read"], now=NOW
    )
    assert reason(token) == "signature"


@pytest.mark.parametrize("lifetime", [timedelta(0), timedelta(minutes=-1), timedelta(hours=2)])
def test_a_token_lives_for_minutes(lifetime: timedelta, keyring: Keyring) -> None:
    with pytest.raises(ValueError, match="minutes"):
        tokens.issue(
            keyring,
            issuer=BASE_URL,
            audience=AUDIENCE,
            subject="x",
            scopes=[],
            now=NOW,
            lifetime=lifetime,
        )


def test_a_bad_token_is_a_question_of_who_asks(keyring: Keyring) -> None:
    with pytest.raises(Unauthenticated) as caught:
        tokens.verify("x", keyring, issuer=BASE_URL, audience=AUDIENCE, now=NOW)
    assert caught.value.code == "invalid_token"
    assert caught.value.params == {"reason": "form"}

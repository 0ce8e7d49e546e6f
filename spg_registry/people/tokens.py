"""Access tokens of programs and scripts: JWT (RFC 9068), ES256, minutes long.

python-jose makes and checks the signature; everything it would let pass is refused here first:
another algorithm, `crit` and any other header it does not understand, encrypted tokens, spellings
that are not canonical, a key of another purpose. Claims are compared with a moment the caller
gives, not with the library's clock.
"""

import json
import re
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Final

from jose import jwk, jws
from jose.backends.base import Key as JoseKey
from jose.exceptions import JOSEError

from spg_registry.core.errors import Unauthenticated
from spg_registry.core.keys import Keyring, KeyState, Purpose, SigningKey, VerifyingKey

MAX_LIFETIME: Final = timedelta(hours=1)
_ALGORITHM: Final = "ES256"
_TYPE: Final = "at+jwt"
_MAX_CHARACTERS: Final = 4096
_CLOCK_SKEW: Final = timedelta(seconds=60)
_FORM: Final = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{86}", re.ASCII)
_KID: Final = re.compile(r"api-[1-9][0-9]{0,8}", re.ASCII)
_TEXT_CLAIMS: Final = ("iss", "aud", "sub", "scope", "jti")


class InvalidToken(Unauthenticated):
    """An access token that opens nothing. `reason` is for logs and RFC 6750, never for a guess
    at what would have passed."""

    code = "invalid_token"

    def __init__(self, reason: str) -> None:
        super().__init__(reason=reason)
        self.reason = reason


@dataclass(frozen=True)
class AccessToken:
    """What a verified token says."""

    subject: str
    scopes: frozenset[str]
    issued_at: datetime
    expires_at: datetime
    token_id: str


def issue(
    keyring: Keyring,
    *,
    issuer: str,
    audience: str,
    subject: str,
    scopes: Collection[str],
    now: datetime,
    lifetime: timedelta = timedelta(minutes=15),
) -> str:
    """A signed token for `subject`, good until `now + lifetime`, at most one hour."""
    if not timedelta(0) < lifetime <= MAX_LIFETIME:
        raise ValueError("an access token lives for minutes")
    key = keyring.active(Purpose.API)
    issued_at = int(now.timestamp())
    claims = {
        "iss": issuer,
        "aud": audience,
        "sub": subject,
        "scope": " ".join(sorted(scopes)),
        "iat": issued_at,
        "exp": issued_at + int(lifetime.total_seconds()),
        "jti": secrets.token_urlsafe(16),
    }
    token: str = jws.sign(
        claims, _signer(key), headers={"kid": key.kid, "typ": _TYPE}, algorithm=_ALGORITHM
    )
    return token


def verify(
    token: str, keyring: Keyring, *, issuer: str, audience: str, now: datetime
) -> AccessToken:
    """The token's word, or InvalidToken with the first reason found."""
    key = _key_for(_header(token), keyring)
    try:
        octets = jws.verify(token, _verifier(key), algorithms=[_ALGORITHM])
    except JOSEError as error:
        raise InvalidToken("signature") from error
    claims = _object(octets, "claims")
    if not all(isinstance(claims.get(name), str) for name in _TEXT_CLAIMS):
        raise InvalidToken("claims")
    if claims["iss"] != issuer:
        raise InvalidToken("issuer")
    if claims["aud"] != audience:
        raise InvalidToken("audience")
    if not claims["sub"] or not claims["jti"]:
        raise InvalidToken("claims")
    issued_at, expires_at = _moment(claims, "iat"), _moment(claims, "exp")
    if issued_at > now + _CLOCK_SKEW or expires_at - issued_at > MAX_LIFETIME:
        raise InvalidToken("issued_at")
    if expires_at <= now:
        raise InvalidToken("expired")
    scopes = frozenset(claims["scope"].split())
    return AccessToken(claims["sub"], scopes, issued_at, expires_at, claims["jti"])


def _header(token: str) -> dict[str, Any]:
    """The header of a token in strict form: three canonical parts and three members, no more."""
    if len(token) > _MAX_CHARACTERS or not _FORM.fullmatch(token):
        raise InvalidToken("form")
    parts = [_canonical(part) for part in token.split(".")]
    header = _object(parts[0], "header")
    if header.get("alg") != _ALGORITHM:
        raise InvalidToken("algorithm")
    if header.get("typ") != _TYPE:
        raise InvalidToken("type")
    if set(header) != {"alg", "kid", "typ"}:
        raise InvalidToken("header")
    return header


def _key_for(header: dict[str, Any], keyring: Keyring) -> VerifyingKey:
    kid = header["kid"]
    key = keyring.verifying(kid) if isinstance(kid, str) and _KID.fullmatch(kid) else None
    if key is None or key.purpose is not Purpose.API:
        raise InvalidToken("unknown_key")
    if key.state is KeyState.COMPROMISED:
        raise InvalidToken("key_compromised")
    return key


def _canonical(part: str) -> bytes:
    try:
        octets = urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except ValueError as error:
        raise InvalidToken("form") from error
    if urlsafe_b64encode(octets).rstrip(b"=").decode() != part:
        raise InvalidToken("form")
    return octets


def _object(octets: bytes, part: str) -> dict[str, Any]:
    try:
        found = json.loads(octets, object_pairs_hook=_without_doubles)
    except (ValueError, RecursionError) as error:
        raise InvalidToken(part) from error
    if not isinstance(found, dict):
        raise InvalidToken(part)
    return found


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name twice")
    return found


def _moment(claims: dict[str, Any], name: str) -> datetime:
    seconds = claims.get(name)
    if type(seconds) is not int or not 0 <= seconds < 1 << 33:
        raise InvalidToken("claims")
    return datetime.fromtimestamp(seconds, UTC)


@lru_cache(maxsize=8)
def _signer(key: SigningKey) -> JoseKey:
    return jwk.construct(key.private_key, _ALGORITHM)


@lru_cache(maxsize=32)
def _verifier(key: VerifyingKey) -> JoseKey:
    return jwk.construct(key.public_key, _ALGORITHM)

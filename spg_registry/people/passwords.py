"""Passwords: Argon2id, and the same work whether or not the user exists."""

import secrets
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError
from pwdlib.hashers.argon2 import Argon2Hasher

# OWASP's smallest recommended Argon2id setting. The library's default takes 64 MiB a login, which
# forty threads of a small municipal server do not have; a raise re-hashes at the next login.
_HASHER: Final = PasswordHash((Argon2Hasher(time_cost=2, memory_cost=19 * 1024, parallelism=1),))


_OF_THE_DEMONSTRATION: Final = "demo:"
"""Stands before the hash of a login that is let in with SPG_DEMO only: its password is printed."""


@dataclass(frozen=True)
class Hashed:
    """What is stored of a password, made once for several logins."""

    stored: str


UNSET: Final = Hashed("unset")
"""Of a login whose first password is still to be set by its link: no password opens it."""


@dataclass(frozen=True)
class PasswordCheck:
    """Whether the password is right; `rehash` is to be stored when it is not None."""

    right: bool
    rehash: str | None = None


def hash_password(password: str) -> str:
    """What to store. Two spellings of one character (ñ typed two ways) hash alike."""
    return _HASHER.hash(_normal(password))


def hash_for_demonstration(password: str) -> Hashed:
    """For a login that opens only while SPG_DEMO is set (`access.is_shut`)."""
    return Hashed(_OF_THE_DEMONSTRATION + hash_password(password))


def is_of_demonstration(stored: str) -> bool:
    return stored.startswith(_OF_THE_DEMONSTRATION)


def check_password(password: str, stored: str | None) -> PasswordCheck:
    """Compare with what is stored; pass None for a user that does not exist or has no password.

    None costs as much time as a wrong password, so that nobody can list users with a watch.
    """
    if stored is None or stored == UNSET.stored:
        _HASHER.verify(_normal(password), _nobodys_hash())
        return PasswordCheck(right=False)
    plain = stored.removeprefix(_OF_THE_DEMONSTRATION)
    try:
        right, rehash = _HASHER.verify_and_update(_normal(password), plain)
    except UnknownHashError:
        return PasswordCheck(right=False)
    if rehash is not None and is_of_demonstration(stored):
        rehash = _OF_THE_DEMONSTRATION + rehash
    return PasswordCheck(right, rehash)


@dataclass(frozen=True)
class OwnTurn:
    """The slow work of changing one's own password: whether the present one was right `against`
    what was stored then, and the new one hashed."""

    right: bool
    against: str = field(repr=False)
    hashed: Hashed = field(repr=False)


def turn_own(stored: str, current: str, new: str) -> OwnTurn:
    """Tens of milliseconds, twice: do it while no transaction is open."""
    return OwnTurn(check_password(current, stored).right, stored, Hashed(hash_password(new)))


@lru_cache
def _nobodys_hash() -> str:
    return hash_password(secrets.token_urlsafe(32))


def _normal(password: str) -> str:
    return unicodedata.normalize("NFKC", password)

"""The keyring: P-256 keys, one purpose each, in files outside the database.

`<data_dir>/keys` holds for every key `seal-1.pub.pem`, for an active one also `seal-1.pem`
(PKCS8, encrypted when a passphrase is given), and `state.json`, the only word on what is active,
retired or compromised. Every change is a new file renamed over the old one, so a crash leaves the
state before or the state after. What a crash leaves lying about (a private key that no longer is
or not yet was active) is destroyed by the next change. A number is never given twice.
"""

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import ec

from spg_registry.core import keyfiles
from spg_registry.core.config import settings

STATE_FILE: Final = "state.json"
_KEY_FILE: Final = re.compile(r"([a-z]+)-([1-9][0-9]*)(\.pub)?\.pem")
_MAX_SEAL_NUMBER: Final = 255
_NEVER_READ: Final = (-1, -1, -1)


class Purpose(StrEnum):
    """What a key may sign. Verifiers take a signature only under the right prefix."""

    SEAL = "seal"
    VC = "vc"
    STATUS = "status"
    REGISTER = "register"
    API = "api"


class KeyState(StrEnum):
    ACTIVE = "active"
    RETIRED = "retired"
    COMPROMISED = "compromised"


class KeyringError(Exception):
    """The operator has to look at the keys; nothing a request could mend."""


class NoActiveKey(KeyringError):
    """There is no active key of this purpose: `keys create` makes one."""


class ActiveKeyExists(KeyringError):
    """This purpose has an active key already: `keys rotate` replaces it."""


class UnknownKey(KeyringError):
    """No key of this name was ever made here."""


class KeyUnreadable(KeyringError):
    """A key or the state cannot be read: wrong passphrase, a file missing or damaged.

    Never answered as `forged` or `unknown_key`: the fault is ours, not the seal's.
    """


@dataclass(frozen=True)
class KeyEntry:
    """One line of the state file."""

    purpose: Purpose
    number: int
    state: KeyState
    created_at: datetime
    retired_at: datetime | None = None
    compromised_at: datetime | None = None

    @property
    def kid(self) -> str:
        return f"{self.purpose}-{self.number}"


@dataclass(frozen=True, eq=False)
class SigningKey:
    """An active key, built once and then shared by all threads (OpenSSL keys are safe for that).

    Compared by identity, so that callers can keep what they derive from it.
    """

    kid: str
    purpose: Purpose
    number: int
    private_key: ec.EllipticCurvePrivateKey = field(repr=False)


@dataclass(frozen=True, eq=False)
class VerifyingKey:
    """The public half of any key ever made, with its state at the moment of asking."""

    kid: str
    purpose: Purpose
    number: int
    state: KeyState
    public_key: ec.EllipticCurvePublicKey = field(repr=False)
    compromised_at: datetime | None = None


@dataclass(frozen=True)
class _Snapshot:
    """What this process knows, valid for one version of the state file."""

    stamp: tuple[int, int, int] | None
    entries: tuple[KeyEntry, ...] = ()
    signing: dict[Purpose, SigningKey] = field(default_factory=dict)
    verifying: dict[str, VerifyingKey] = field(default_factory=dict)


class Keyring:
    """The keys of one data directory. Make it with `open_keyring`, which keeps one a process."""

    def __init__(self, data_dir: Path, passphrase: str | None = None) -> None:
        self._directory = data_dir / "keys"
        self._passphrase = passphrase.encode() if passphrase else None
        self._lock = threading.RLock()
        self._snapshot = _Snapshot(stamp=_NEVER_READ)

    def active(self, purpose: Purpose) -> SigningKey:
        """The key to sign with. A rotation by another process is seen at the next call.

        Raises NoActiveKey.
        """
        snapshot = self._current()
        found = snapshot.signing.get(purpose)
        return found if found is not None else self._load_signing(snapshot, purpose)

    def verifying(self, kid: str) -> VerifyingKey | None:
        """The public key of this name, retired and compromised ones too; None if never made."""
        return self._current().verifying.get(kid)

    def list_keys(self) -> tuple[KeyEntry, ...]:
        """Every key ever made, in the order of making."""
        return self._current().entries

    def public_jwks(self) -> dict[str, Any]:
        """RFC 7517 set for `/.well-known/jwks.json`: without `api`, without compromised keys."""
        keys = self._current().verifying.values()
        return {
            "keys": [
                keyfiles.public_jwk(key.public_key, key.kid)
                for key in keys
                if key.purpose is not Purpose.API and key.state is not KeyState.COMPROMISED
            ]
        }

    def create(self, purpose: Purpose, now: datetime) -> KeyEntry:
        """The first active key of a purpose, or the next one after a compromise.

        Raises ActiveKeyExists.
        """
        with self._changing() as entries:
            if _active_of(entries, purpose):
                raise ActiveKeyExists(purpose)
            return self._add_key(entries, purpose, now)

    def ensure(self, now: datetime) -> list[KeyEntry]:
        """Make a first key for every purpose that never had one; for the first start.

        Nothing is made up for a purpose whose key was compromised: that is a person's decision.
        """
        known = {entry.purpose for entry in self.list_keys()}
        missing = [purpose for purpose in Purpose if purpose not in known]
        return [self.create(purpose, now) for purpose in missing]

    def rotate(self, purpose: Purpose, now: datetime) -> KeyEntry:
        """A new active key; the old one is retired, still verifies, and can sign no more.

        Its private half is destroyed (as far as a file system destroys: backups are not ours).
        Raises NoActiveKey.
        """
        with self._changing() as entries:
            old = _active_of(entries, purpose)
            if old is None:
                raise NoActiveKey(purpose)
            entries[entries.index(old)] = replace(
                old, state=KeyState.RETIRED, retired_at=now.astimezone(UTC)
            )
            return self._add_key(entries, purpose, now)

    def compromise(self, kid: str, now: datetime) -> KeyEntry:
        """Declare a key stolen: out of the JWKS, its seals are `key_compromised` from now on.

        No new key is made; `create` does that. Saying it twice keeps the first moment.
        Raises UnknownKey.
        """
        with self._changing() as entries:
            entry = next((entry for entry in entries if entry.kid == kid), None)
            if entry is None:
                raise UnknownKey(kid)
            if entry.state is KeyState.COMPROMISED:
                return entry
            stolen = replace(entry, state=KeyState.COMPROMISED, compromised_at=now.astimezone(UTC))
            entries[entries.index(entry)] = stolen
            return stolen

    # What follows touches files.

    def _current(self) -> _Snapshot:
        snapshot = self._snapshot
        stamp = keyfiles.stamp(self._directory / STATE_FILE)
        if stamp == snapshot.stamp:
            return snapshot
        with self._lock:
            return self._read()

    def _read(self) -> _Snapshot:
        """Read the state anew, keeping key objects that are still what they were."""
        path = self._directory / STATE_FILE
        stamp = keyfiles.stamp(path)
        before = self._snapshot
        if stamp == before.stamp:
            return before
        entries = _read_entries(path) if stamp else ()
        if stamp is None and any(_KEY_FILE.fullmatch(file.name) for file in self._files()):
            raise KeyUnreadable(f"{path} is missing beside keys: restore it, do not start anew")
        active = {entry.kid for entry in entries if entry.state is KeyState.ACTIVE}
        self._snapshot = _Snapshot(
            stamp=stamp,
            entries=entries,
            signing={purpose: key for purpose, key in before.signing.items() if key.kid in active},
            verifying={entry.kid: self._load_verifying(entry) for entry in entries},
        )
        return self._snapshot

    def _load_signing(self, snapshot: _Snapshot, purpose: Purpose) -> SigningKey:
        with self._lock:
            entry = _active_of(snapshot.entries, purpose)
            if entry is None:
                raise NoActiveKey(purpose)
            try:
                private_key = keyfiles.load_private(
                    self._directory / f"{entry.kid}.pem", self._passphrase
                )
            except (OSError, ValueError) as error:
                # Another process may have rotated between our look at the state and at the key.
                if keyfiles.stamp(self._directory / STATE_FILE) != snapshot.stamp:
                    return self.active(purpose)
                raise KeyUnreadable(f"the private key of {entry.kid}: {error}") from error
            key = SigningKey(entry.kid, purpose, entry.number, private_key)
            return snapshot.signing.setdefault(purpose, key)

    def _load_verifying(self, entry: KeyEntry) -> VerifyingKey:
        try:
            public_key = keyfiles.load_public(self._directory / f"{entry.kid}.pub.pem")
        except (OSError, ValueError) as error:
            raise KeyUnreadable(f"the public key of {entry.kid}: {error}") from error
        return VerifyingKey(
            entry.kid, entry.purpose, entry.number, entry.state, public_key, entry.compromised_at
        )

    @contextmanager
    def _changing(self) -> Iterator[list[KeyEntry]]:
        """One change at a time over all processes; what is left in the list becomes the state."""
        with self._lock, keyfiles.locked(self._directory):
            before = self._read().entries
            if not (self._directory / STATE_FILE).exists():
                self._write_state(())
            entries = list(before)
            yield entries
            if tuple(entries) != before:
                self._write_state(tuple(entries))
                self._sweep(entries)
                self._read()

    def _add_key(self, entries: list[KeyEntry], purpose: Purpose, now: datetime) -> KeyEntry:
        number = 1 + max(self._numbers_used(entries, purpose), default=0)
        if purpose is Purpose.SEAL and number > _MAX_SEAL_NUMBER:
            raise KeyringError("a seal names its key in one byte; all 255 numbers are used")
        entry = KeyEntry(purpose, number, KeyState.ACTIVE, now.astimezone(UTC))
        key = ec.generate_private_key(ec.SECP256R1())
        private_pem = keyfiles.private_pem(key, self._passphrase)
        keyfiles.write_whole(self._directory / f"{entry.kid}.pem", private_pem)
        public_pem = keyfiles.public_pem(key.public_key())
        keyfiles.write_whole(self._directory / f"{entry.kid}.pub.pem", public_pem)
        entries.append(entry)
        return entry

    def _numbers_used(self, entries: list[KeyEntry], purpose: Purpose) -> Iterator[int]:
        """Numbers in the state, and of files whose state was lost in a crash."""
        yield from (entry.number for entry in entries if entry.purpose is purpose)
        for path in self._files():
            match = _KEY_FILE.fullmatch(path.name)
            if match and match[1] == purpose:
                yield int(match[2])

    def _sweep(self, entries: list[KeyEntry]) -> None:
        """Destroy private keys that are not active, and what a crash left half written."""
        wanted = {f"{entry.kid}.pem" for entry in entries if entry.state is KeyState.ACTIVE}
        for path in self._files():
            match = _KEY_FILE.fullmatch(path.name)
            private = match is not None and match[3] is None
            if (private and path.name not in wanted) or path.name.startswith(keyfiles.TEMPORARY):
                path.unlink()
        keyfiles.sync_directory(self._directory)

    def _files(self) -> list[Path]:
        return sorted(self._directory.iterdir()) if self._directory.exists() else []

    def _write_state(self, entries: tuple[KeyEntry, ...]) -> None:
        lines = {"version": 1, "keys": [_to_json(entry) for entry in entries]}
        content = (json.dumps(lines, indent=1) + "\n").encode()
        keyfiles.write_whole(self._directory / STATE_FILE, content)


@lru_cache
def open_keyring(data_dir: Path, passphrase: str | None = None) -> Keyring:
    """The keyring of this process for a data directory: the same object each time."""
    return Keyring(data_dir, passphrase)


def own_keyring() -> Keyring:
    """The keyring that this process's settings name."""
    chosen = settings()
    passphrase = chosen.key_passphrase.get_secret_value() if chosen.key_passphrase else None
    return open_keyring(chosen.data_dir, passphrase)


def _active_of(entries: tuple[KeyEntry, ...] | list[KeyEntry], purpose: Purpose) -> KeyEntry | None:
    return next(
        (entry for entry in entries if entry.purpose is purpose and entry.state is KeyState.ACTIVE),
        None,
    )


def _to_json(entry: KeyEntry) -> dict[str, Any]:
    moments = {
        name: moment.isoformat()
        for name in ("created_at", "retired_at", "compromised_at")
        if (moment := getattr(entry, name)) is not None
    }
    return {"purpose": entry.purpose, "number": entry.number, "state": entry.state, **moments}


def _read_entries(path: Path) -> tuple[KeyEntry, ...]:
    try:
        content = json.loads(path.read_bytes())
        if content["version"] != 1:
            raise KeyUnreadable(f"{path} was written by a newer version of this program")
        return tuple(_from_json(line) for line in content["keys"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise KeyUnreadable(f"{path} is damaged: restore it from a backup") from error


def _from_json(line: dict[str, Any]) -> KeyEntry:
    def moment(name: str) -> datetime | None:
        return datetime.fromisoformat(line[name]) if line.get(name) else None

    created_at = moment("created_at")
    if created_at is None:
        raise ValueError("a key without the moment of its making")
    return KeyEntry(
        purpose=Purpose(line["purpose"]),
        number=int(line["number"]),
        state=KeyState(line["state"]),
        created_at=created_at,
        retired_at=moment("retired_at"),
        compromised_at=moment("compromised_at"),
    )

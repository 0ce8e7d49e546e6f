"""How keys lie on disk: PEM files written whole or not at all, readable by the service only."""

import fcntl
import os
import tempfile
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

TEMPORARY: Final = ".tmp-"
_LOCK_FILE: Final = ".lock"
_COORDINATE_BYTES: Final = 32


@contextmanager
def locked(directory: Path) -> Iterator[None]:
    """Alone in the directory, over all processes; the system lets go if the process dies."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    directory.chmod(0o700)
    descriptor = os.open(directory / _LOCK_FILE, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def stamp(path: Path) -> tuple[int, int, int] | None:
    """Differs after every `write_whole` of the file; None while there is no file."""
    try:
        stat = path.stat()
    except FileNotFoundError:
        return None
    return stat.st_mtime_ns, stat.st_ino, stat.st_size


def write_whole(path: Path, content: bytes) -> None:
    """Written beside, synced, renamed over, directory synced; mode 0600. Two who write the same
    file at once do not meet: each has a temporary file of its own."""
    descriptor, beside = tempfile.mkstemp(prefix=TEMPORARY + path.name + "-", dir=path.parent)
    temporary = Path(beside)
    try:
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(descriptor, 0o600)
            file.write(content)
            file.flush()
            os.fsync(descriptor)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_directory(path.parent)


def sync_directory(directory: Path) -> None:
    """Make renames and removals in it last through a power cut."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def private_pem(key: ec.EllipticCurvePrivateKey, passphrase: bytes | None) -> bytes:
    """PKCS8, encrypted when there is a passphrase."""
    encryption: serialization.KeySerializationEncryption = serialization.NoEncryption()
    if passphrase:
        encryption = serialization.BestAvailableEncryption(passphrase)
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption
    )


def public_pem(key: ec.EllipticCurvePublicKey) -> bytes:
    """SubjectPublicKeyInfo."""
    return key.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def load_private(path: Path, passphrase: bytes | None) -> ec.EllipticCurvePrivateKey:
    """Raises OSError, or ValueError with a sentence for the operator."""
    pem = path.read_bytes()
    encrypted = b"ENCRYPTED" in pem.split(b"\n", 1)[0]
    try:
        # A key from before the passphrase was set stays readable until it is rotated.
        key = serialization.load_pem_private_key(pem, passphrase if encrypted else None)
    except (ValueError, TypeError) as error:
        raise ValueError("wrong passphrase or damaged file") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not _is_p256(key.curve):
        raise ValueError("not a P-256 key")
    return key


def load_public(path: Path) -> ec.EllipticCurvePublicKey:
    """Raises OSError or ValueError."""
    key = serialization.load_pem_public_key(path.read_bytes())
    if not isinstance(key, ec.EllipticCurvePublicKey) or not _is_p256(key.curve):
        raise ValueError("not a P-256 key")
    return key


def public_jwk(key: ec.EllipticCurvePublicKey, kid: str) -> dict[str, str]:
    """RFC 7517 and 7518: the coordinates are always full length."""
    numbers = key.public_numbers()
    return {
        "kty": "EC",
        "crv": "P-256",
        "x": _coordinate(numbers.x),
        "y": _coordinate(numbers.y),
        "kid": kid,
        "use": "sig",
        "alg": "ES256",
    }


def _coordinate(number: int) -> str:
    return urlsafe_b64encode(number.to_bytes(_COORDINATE_BYTES, "big")).rstrip(b"=").decode()


def _is_p256(curve: ec.EllipticCurve) -> bool:
    return curve.name == "secp256r1"

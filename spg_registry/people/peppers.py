"""Secrets of this registry that are mixed into what is hashed. They lie beside the keys and not in
the database, so that a copy of the tables alone says nothing."""

import hashlib
import hmac
import secrets
from functools import lru_cache
from pathlib import Path
from typing import Final

from spg_registry.core import keyfiles
from spg_registry.core.config import settings

_BYTES: Final = 32


def keyed(name: str, text: str, data_dir: Path | None = None) -> str:
    """HMAC-SHA256 of a text under the pepper of a name, hex."""
    pepper = _pepper((data_dir or settings().data_dir).resolve(), name)
    return hmac.new(pepper, text.encode(), hashlib.sha256).hexdigest()


@lru_cache
def _pepper(data_dir: Path, name: str) -> bytes:
    """Made at first use. Losing it loses what was hashed with it, not the data."""
    directory = data_dir / "keys"
    path = directory / f"{name}.pepper"
    with keyfiles.locked(directory):
        if not path.exists():
            keyfiles.write_whole(path, secrets.token_hex(_BYTES).encode())
        return bytes.fromhex(path.read_text("ascii"))

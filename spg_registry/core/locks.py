"""Every named lock of the database in one place, so that no two mean different things by one
number. On SQLite the one writer holds them all. A lock upon one thing of many is `lock_upon` it."""

import hashlib
from enum import IntEnum, unique


@unique
class Lock(IntEnum):
    """Numbers of PostgreSQL's advisory locks, each held until its transaction ends."""

    MIGRATION = 0x5B6_0000
    """One process at a time changes the tables."""
    SEQUENCE = 0x5B6_0001
    """The numbers of row images, given in the order of the commits."""
    GRANTING = 0x5B6_0002
    """Seals: their codes, their status indexes, and who has one already."""
    SANCTIONS = 0x5B6_0003
    """Numbers of sanctions."""
    SPG_CODES = 0x5B6_0004
    """Codes of guarantee systems."""
    NORM_VERSIONS = 0x5B6_0005
    """Versions of standards, forms, rules and by-laws."""
    PRODUCER_NUMBERS = 0x5B6_0006
    """Numbers of producers."""
    ORGANISATIONS = 0x5B6_0007
    """Codes and names of producer organisations."""


def lock_upon(*names: str) -> int:
    """63 bits of a digest: the names of PostgreSQL's advisory locks are signed 64-bit numbers."""
    whole = hashlib.sha256("\x00".join(names).encode()).digest()
    return int.from_bytes(whole[:8], "big") >> 1

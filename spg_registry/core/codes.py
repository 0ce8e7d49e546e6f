"""Public codes: what stands on a seal in letters, and what a person types.

Ten characters of Crockford base32, nine random and one check, shown as `7K3M9-QXA4Z`. A code
says nothing about what it names. The check is a sum over GF(32) with the polynomial x⁵ + x² + 1,
character i weighted with 2ⁱ: it finds every single wrong character and every swap of neighbours,
so that a slip of the finger reads as a *typing error* and never as a missing or another's seal.
"""

import random
import secrets
from typing import Final

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH: Final = 10
PACKED_BYTES: Final = 6

_VALUE: Final = {character: value for value, character in enumerate(ALPHABET)}
_RANDOM_CHARACTERS: Final = LENGTH - 1
_RANDOM_BITS: Final = 5 * _RANDOM_CHARACTERS
_PAD_BITS: Final = 8 * PACKED_BYTES - _RANDOM_BITS
_POLYNOMIAL: Final = 0b100101

_FORGIVEN: Final = str.maketrans(
    {letter: letter.upper() for letter in "abcdefghjkmnpqrstvwxyz"}
    | dict.fromkeys("oO", "0")
    | dict.fromkeys("iIlL", "1")
    # Hyphens and dashes as keyboards and word processors write them, and every kind of space.
    | dict.fromkeys("-\u2010\u2011\u2012\u2013\u2014\u2212 \t\r\n\u00a0\u2009\u202f", None)
)


class MistypedCode(ValueError):
    """Not a code anyone was ever given: wrong length, wrong letters or a wrong check character.

    Say *revise lo que escribió*, never *no existe*: the two are different answers.
    """


def check_character(nine: str) -> str:
    """The tenth character for the nine before it."""
    total = 0
    for weighted, character in zip(_WEIGHTED, nine, strict=True):
        total ^= weighted[character]
    return ALPHABET[total]


def new_code() -> str:
    """A fresh code that nobody can guess. The caller's table keeps codes unique."""
    return _from_bits(secrets.randbits(_RANDOM_BITS))


def code_from(source: random.Random) -> str:
    """A repeatable code, for the demonstration only."""
    return _from_bits(source.getrandbits(_RANDOM_BITS))


def display(code: str) -> str:
    """As printed and read aloud: two groups of five."""
    return f"{code[:5]}-{code[5:]}"


def is_code(text: str) -> bool:
    """Whether this is a code in its stored spelling; forgives nothing."""
    return (
        len(text) == LENGTH
        and all(character in _VALUE for character in text)
        and check_character(text[:-1]) == text[-1]
    )


def parse(typed: str) -> str:
    """The stored spelling of a typed code: case, dashes, spaces, O, I and L are forgiven.

    Raises MistypedCode. That a code is well formed does not say that it was ever given.
    """
    code = forgiven(typed)
    if not is_code(code):
        raise MistypedCode("not a public code")
    return code


def forgiven(typed: str) -> str:
    """Upper case, without dashes and spaces, with O, I and L read as the digits they look like."""
    return typed.translate(_FORGIVEN)


def pack(code: str) -> bytes:
    """The nine random characters as 45 bits and 3 zero bits, big-endian."""
    if not is_code(code):
        raise MistypedCode("not a public code")
    bits = 0
    for character in code[:-1]:
        bits = bits << 5 | _VALUE[character]
    return (bits << _PAD_BITS).to_bytes(PACKED_BYTES, "big")


def unpack(packed: bytes) -> str:
    """The code of six bytes. Raises ValueError unless they are exactly what `pack` writes."""
    if len(packed) != PACKED_BYTES:
        raise ValueError("a packed code has six bytes")
    bits = int.from_bytes(packed, "big")
    if bits & ((1 << _PAD_BITS) - 1):
        raise ValueError("the pad bits of a packed code are zero")
    return _from_bits(bits >> _PAD_BITS)


def _from_bits(bits: int) -> str:
    nine = "".join(ALPHABET[bits >> shift & 31] for shift in range(_RANDOM_BITS - 5, -1, -5))
    return nine + check_character(nine)


def _times_power_of_two(value: int, power: int) -> int:
    """value · 2^power in the field: a shift, reduced whenever it leaves the five bits."""
    for _ in range(power):
        value <<= 1
        if value & 32:
            value ^= _POLYNOMIAL
    return value


_WEIGHTED: Final = [
    {character: _times_power_of_two(value, position) for character, value in _VALUE.items()}
    for position in range(1, LENGTH)
]
"""What each character adds to the check at each of the nine places."""

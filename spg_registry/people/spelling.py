"""How names are spelled, heard and mistyped here: Spanish, Quechua and Aymara in one alphabet.

A word is compared by its `sound`, in which what people write one for the other is one letter:
b and v; s, z and c before e or i; k, q, qu and c; y, ll and i; g and j before e or i; h is not
heard; doubled letters are one. Case, accents, ñ and apostrophes are gone already (`name_key`).
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from spg_registry.territory.names import name_key

SMALL_WORDS: Final = frozenset({"de", "del", "e", "el", "la", "las", "los", "y"})
"""In so many names that they tell nothing."""

SHORTEST_SLIP: Final = 4
"""In a shorter word, one letter more or less makes another word."""

_LONGEST: Final = 40
_HEARD: Final = tuple(
    (re.compile(written), heard)
    for written, heard in (
        (r"s?ch+", "C"),  # one letter, kept apart from every other c and h
        (r"sh", "s"),
        (r"^x", "j"),
        (r"x", "ks"),
        (r"qu(?=[ei])", "k"),
        (r"gu(?=[ei])", "G"),
        (r"c(?=[eiy])|z", "s"),
        (r"[cq]", "k"),
        (r"g(?=[eiy])", "j"),
        (r"h", ""),
        (r"v", "b"),
        (r"gu(?=[ao])|w", "u"),
        (r"ll|y", "i"),
        (r"m(?=[bp])", "n"),
        (r"(.)\1+", r"\1"),
    )
)


def words_in(text: str) -> list[str]:
    """The words of a text, bare, each once; small words only where there is no other."""
    words = list(dict.fromkeys(_plain(word) for word in name_key(text).split()))
    return [word for word in words if word not in SMALL_WORDS] or words


def _plain(word: str) -> str:
    """Numbers without leading zeros: who reads P0000123 from a paper types p123."""
    return re.sub(r"^(p?)0+(?=\d+$)", r"\1", word)[:_LONGEST]


@lru_cache(maxsize=20_000)
def sound_of(word: str) -> str:
    """Of one bare word; what holds a number is no word and stays as it is."""
    if not word.isalpha():
        return word
    heard = word
    for written, letter in _HEARD:
        heard = written.sub(letter, heard)
    return heard.lower() or word


def slips_of(sound: str) -> Iterator[str]:
    """The sound, and the sound with one letter left out. Two words that differ by one letter (one
    too many, too few, another, or two changed places) have one of these in common."""
    yield sound
    if len(sound) >= SHORTEST_SLIP and sound.isalpha():
        seen = {sound}
        for place in range(len(sound)):
            shorter = sound[:place] + sound[place + 1 :]
            if shorter not in seen:
                seen.add(shorter)
                yield shorter


def is_slip(typed: str, meant: str) -> bool:
    """Whether one mistake makes one of the other, or of its beginning."""
    return any(
        _one_mistake(typed, meant[:length]) for length in range(len(typed) - 1, len(typed) + 2)
    )


def _one_mistake(one: str, other: str) -> bool:
    if len(one) > len(other):
        one, other = other, one
    if len(other) - len(one) > 1:
        return False
    same = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), len(one))
    here, there = one[same:], other[same:]
    if len(one) < len(other):
        return here == there[1:]
    swapped = here[:2] == there[1::-1] and here[2:] == there[2:]
    return here[1:] == there[1:] or swapped

"""One way of comparing names of places and products, whoever typed them."""

import re
import unicodedata

_APOSTROPHES = str.maketrans("", "", "'’‘`´ʼ")
_GAPS = re.compile(r"[^a-z0-9]+")
_ASIDE = re.compile(r"\s*\([^)]*\)")


def name_key(text: str) -> str:
    """Lower case, without accents, one space for every gap: `" VILLA-Tunari "` is `villa tunari`.

    Small words (*de, la, del*) stay: San Juan and San Juan del Oro are two places.
    """
    bare = unicodedata.normalize("NFKD", text.translate(_APOSTROPHES).casefold())
    letters = "".join(letter for letter in bare if not unicodedata.combining(letter))
    return _GAPS.sub(" ", letters).strip()


def without_aside(text: str) -> str:
    """`Achiote (urucú)` without what stands in parentheses."""
    return _ASIDE.sub("", text).strip()


def singular_key(key: str) -> str:
    """The key with Spanish plural endings taken off its words: `habas verdes` is `haba verde`.

    Only for comparing: both sides must pass through it.
    """
    return " ".join(_singular(word) for word in key.split())


def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith("ces"):
        return word[:-3] + "z"
    if len(word) > 4 and word.endswith("es") and word[-3] in "lnrdzjiu":
        return word[:-2]
    return word[:-1] if len(word) > 3 and word.endswith("s") else word

"""Names as they are written, heard and mistyped."""

import pytest

from spg_registry.people.spelling import is_slip, slips_of, sound_of, words_in
from spg_registry.territory.names import name_key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Vargas", "Bargas"),
        ("González", "Gonsales"),
        ("Zenobia", "Senovia"),
        ("Cecilia", "Sesilia"),
        ("Hinojosa", "Inojoza"),
        ("Quispe", "Kispe"),
        ("Choque", "Choke"),
        ("Condori", "Kondori"),
        ("Yucra", "Llucra"),
        ("Mamani", "Mamany"),
        ("Huanca", "Wanka"),
        ("Giménez", "Jiménez"),
        ("Ximena", "Jimena"),
        ("Ñáñez", "Nanes"),
        ("Ch'aska", "Chasca"),
        ("K’uchu", "Kuchu"),
        ("Chambi", "Chanvi"),
        ("Callisaya", "Cayizaia"),
    ],
)
def test_what_sounds_alike_is_alike(one: str, other: str) -> None:
    assert sound_of(name_key(one)) == sound_of(name_key(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [("Choque", "Coque"), ("Mario", "Maria"), ("Rosa", "Rojas"), ("Chura", "Sura")],
)
def test_what_does_not_is_not(one: str, other: str) -> None:
    assert sound_of(name_key(one)) != sound_of(name_key(other))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("mamni", "mamani"),
        ("mamaani", "mamani"),
        ("mamami", "mamani"),
        ("mamnai", "mamani"),
        ("codnor", "condori"),
        ("mamani", "mamani"),
    ],
)
def test_one_mistake_is_forgiven(typed: str, meant: str) -> None:
    assert is_slip(typed, meant)


@pytest.mark.parametrize(("typed", "meant"), [("mamni", "mamny"), ("mamini", "condori")])
def test_a_mistake_in_either_has_a_slip_in_common(typed: str, meant: str) -> None:
    assert is_slip(typed, meant) is bool(set(slips_of(typed)) & set(slips_of(meant)))


@pytest.mark.parametrize("typed", ["manmai", "amaniq", "cndri"])
def test_two_mistakes_are_not(typed: str) -> None:
    assert not is_slip(typed, "mamani" if "a" in typed else "condori")


def test_a_text_is_told_by_its_words() -> None:
    assert words_in("P0000123  de la Cruz y PUN/017") == ["p123", "cruz", "pun", "17"]
    assert words_in("de la") == ["de", "la"], "unless it has no other"
    assert words_in("\u200f<script> 'ñ' ") == ["script", "n"]
    assert words_in("؟") == []

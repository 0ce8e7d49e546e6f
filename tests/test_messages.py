"""Words: every code has its sentence in every language, and numbers are spelled one way."""

import re
from collections import Counter
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir

from spg_registry.core import messages
from spg_registry.core.messages import sentence

ROOT = Path(__file__).resolve().parents[1]
LOCALES = ROOT / "spg_registry" / "locale"
CODE = re.compile(r"[a-z_]+(\.[a-z0-9_]+)+")
PLACE = re.compile(r"%\((\w+)\)")
VERDICTS = [
    "forged",
    "unknown_key",
    "key_compromised",
    "unregistered",
    "withdrawn",
    "replaced",
    "suspended",
    "not_yet_valid",
    "expired",
    "status_unknown",
    "valid",
    "typing_error",
    "unknown_code",
    "no_offline_data",
]


def catalogue(locale: str) -> dict[str, str]:
    merged = messages.merge_catalogues(LOCALES / locale, locale)
    return {str(message.id): str(message.string) for message in merged if message.id}


def codes(locale: str) -> dict[str, str]:
    return {msgid: text for msgid, text in catalogue(locale).items() if CODE.fullmatch(msgid)}


def po(path: Path, entries: dict[str, str], flags: str = "") -> None:
    head = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
    body = "\n".join(f'{flags}msgid "{key}"\nmsgstr "{text}"\n' for key, text in entries.items())
    path.write_text(head + body, encoding="utf-8")


@pytest.mark.parametrize("locale", [name for name in messages.locales() if name != "es"])
def test_every_code_has_a_sentence_in_every_language(locale: str) -> None:
    spanish, other = codes("es"), codes(locale)
    assert len(spanish) > 100
    assert sorted(set(spanish) ^ set(other)) == []


@pytest.mark.parametrize("locale", [name for name in messages.locales() if name != "es"])
def test_a_sentence_asks_for_the_same_values_in_every_language(locale: str) -> None:
    other = catalogue(locale)
    asked = {**{msgid: msgid for msgid in other}, **codes("es")}
    odd = [
        msgid
        for msgid, text in other.items()
        if Counter(set(PLACE.findall(asked[msgid]))) != Counter(set(PLACE.findall(text)))
    ]
    assert odd == []


def test_every_text_of_a_template_is_translated() -> None:
    known = messages.merge_catalogues(LOCALES / "en", "en")
    found = extract_from_dir(ROOT / "templates", method_map=[("**.html", "jinja2")])
    texts = {(file, message) for file, _, message, _, _ in found}
    assert len(texts) > 50
    assert sorted(f"{file}: {text}" for file, text in texts if known.get(text) is None) == []


@pytest.mark.parametrize("locale", messages.locales())
@pytest.mark.parametrize("verdict", VERDICTS)
def test_every_verdict_has_a_word_and_a_sentence(verdict: str, locale: str) -> None:
    word = sentence(f"verdict.{verdict}.word", locale)
    assert word == word.upper()
    assert not CODE.fullmatch(word.lower())
    assert sentence(f"verdict.{verdict}.sentence", locale).endswith(".")


def test_two_files_that_disagree_about_a_text_are_refused(tmp_path: Path) -> None:
    po(tmp_path / "a.po", {"Acta": "Minutes"})
    po(tmp_path / "b.po", {"Acta": "Record"})
    with pytest.raises(messages.CatalogueError, match=r"'Acta' in a\.po, b\.po"):
        messages.merge_catalogues(tmp_path, "en")


def test_two_files_may_say_the_same(tmp_path: Path) -> None:
    po(tmp_path / "a.po", {"Acta": "Minutes"})
    po(tmp_path / "b.po", {"Acta": "Minutes", "Ronda": "Round"})
    merged = messages.merge_catalogues(tmp_path, "en")
    assert {message.id: message.string for message in merged if message.id} == {
        "Acta": "Minutes",
        "Ronda": "Round",
    }


def test_a_translation_that_nobody_has_checked_is_not_shown(tmp_path: Path) -> None:
    po(tmp_path / "a.po", {"Acta": "Act"}, flags="#, fuzzy\n")
    assert messages.merge_catalogues(tmp_path, "en").get("Acta") is None


def test_a_sentence_spells_its_values() -> None:
    text = sentence("verdict.expired.sentence", valid_until=date(2026, 11, 1))
    assert text == "Este sello venció el 01/11/2026."
    assert messages.fill("%(a)s y %(b)d, 50 %%, 5 %", {"a": Decimal("1.5"), "b": 7}) == (
        "1,5 y 7, 50 %, 5 %"
    )


def test_a_value_that_is_missing_does_not_hide_the_sentence() -> None:
    assert sentence("verdict.expired.sentence", "en") == "This seal ended on …."


def test_an_unknown_language_is_answered_in_spanish() -> None:
    assert sentence("status.seal.expired", "xx") == "Vencido"


def test_what_a_language_lacks_is_said_in_spanish(monkeypatch: pytest.MonkeyPatch) -> None:
    assert messages.gettext("en", "Un texto que nadie tradujo") == "Un texto que nadie tradujo"
    assert messages.ngettext("en", "%(n)s olmo", "%(n)s olmos", 2) == "%(n)s olmos"


@pytest.mark.parametrize(
    ("m2", "spanish", "english"),
    [
        (100, "100 m²", "100 m²"),
        (9_999, "9.999 m²", "9,999 m²"),
        (10_000, "1,00 ha", "1.00 ha"),
        (12_500, "1,25 ha", "1.25 ha"),
        (85_123_456, "8.512,35 ha", "8,512.35 ha"),
        (0, "0 m²", "0 m²"),
        (None, "—", "—"),
    ],
)
def test_areas_are_read_in_square_metres_or_hectares(
    m2: int | None, spanish: str, english: str
) -> None:
    assert messages.format_area(m2) == spanish
    assert messages.format_area(m2, "en") == english


def test_days_and_instants_are_those_of_la_paz() -> None:
    late = datetime(2026, 11, 22, 2, 30, tzinfo=UTC)
    assert messages.format_date(date(2026, 11, 21)) == "21/11/2026"
    assert messages.format_date(late) == "21/11/2026"
    assert messages.format_datetime(late) == "21/11/2026 22:30"
    assert messages.format_date(None) == messages.format_datetime(None) == "—"


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (3812, None, "3.812"),
        (1234.5, None, "1.234,5"),
        (Decimal("0.005"), 2, "0,00"),
        (7, 1, "7,0"),
        (7.4, 0, "7"),
    ],
)
def test_numbers_are_spelled_as_in_bolivia(
    value: int | float | Decimal, decimals: int | None, text: str
) -> None:
    assert messages.format_number(value, decimals=decimals) == text
    assert messages.format_percent(0.495) == "49,5 %"

"""No text is kept that nobody reads."""

from babel.messages.extract import extract_from_dir

from tests.test_messages import CODE, ROOT, catalogue


def sources() -> str:
    places = (ROOT / "api", ROOT / "spg_registry", ROOT / "templates")
    files = [file for place in places for file in place.rglob("*")]
    return "\n".join(file.read_text() for file in files if file.suffix in (".py", ".html"))


def in_templates() -> set[str]:
    found = extract_from_dir(ROOT / "templates", method_map=[("**.html", "jinja2")])
    texts = [text if isinstance(text, tuple) else (text,) for _, _, text, _, _ in found]
    return {one for text in texts for one in text}


def test_every_translated_text_stands_on_a_page_or_in_the_code() -> None:
    """Codes are put together from words, and are checked against each other in test_messages."""
    texts = {text for text in catalogue("en") if not CODE.match(text)}
    left = texts - in_templates()
    told = sources()
    assert len(texts) > 500
    assert sorted(text for text in left if f'"{text}"' not in told and text[0] != "(") == []

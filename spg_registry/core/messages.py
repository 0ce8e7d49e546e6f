"""Every sentence and every spelling of a date, number or area that people read.

Catalogues are the `.po` files under `spg_registry/locale/<language>/`; all of a language are
merged when they are first wanted and nothing compiled is kept. There are two kinds of entries:

- sentences for codes (`error.<code>`, `rule.<code>`, `status.<group>.<state>`): an entry in every
  language, asked for with `sentence`;
- the text of templates, which is its own msgid in Spanish: only the other languages have entries.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import cache, lru_cache
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from babel.support import Translations

from spg_registry.core import clock
from spg_registry.rules.verdict import NotMet, filled

DEFAULT_LOCALE = "es"
# Each language under its own name; a language joins this list when people have checked its words.
LANGUAGE_NAMES = {"es": "Español", "en": "English"}

_LOCALE_DIR = Path(__file__).resolve().parents[1] / "locale"
_NUMBER_LOCALES = {"es": "es_BO", "en": "en"}
_PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|%%")
_M2_PER_HA = 10_000


class CatalogueError(Exception):
    """Two catalogue files of one language give one msgid different texts."""


def locales() -> tuple[str, ...]:
    """The languages on offer, the default first."""
    return tuple(LANGUAGE_NAMES)


def merge_catalogues(directory: Path, locale: str) -> Catalog:
    """One catalogue from all `.po` files of a folder; fuzzy entries are left out."""
    merged = Catalog(locale=locale)
    origin: dict[object, str] = {}
    for path in sorted(directory.glob("*.po")):
        with path.open("rb") as file:
            catalogue = read_po(file, locale=locale, abort_invalid=True)
        for message in catalogue:
            if not message.id or not message.string or message.fuzzy:
                continue
            key = (message.context, message.id)
            earlier = merged.get(message.id, message.context)
            if earlier is not None and earlier.string != message.string:
                raise CatalogueError(f"{locale}: {message.id!r} in {origin[key]}, {path.name}")
            origin[key] = path.name
            merged.add(message.id, message.string, context=message.context)
    return merged


@cache
def translations(locale: str) -> Translations:
    """The merged catalogue of a language; what it lacks is answered in Spanish."""
    buffer = BytesIO()
    write_mo(buffer, merge_catalogues(_LOCALE_DIR / locale, locale))
    buffer.seek(0)
    found = Translations(buffer)
    if locale != DEFAULT_LOCALE:
        found.add_fallback(translations(DEFAULT_LOCALE))
    return found


def gettext(locale: str, text: str) -> str:
    return str(translations(_known(locale)).ugettext(text))


def ngettext(locale: str, singular: str, plural: str, count: int) -> str:
    return str(translations(_known(locale)).ungettext(singular, plural, count))


def sentence(msgid: str, locale: str = DEFAULT_LOCALE, **params: object) -> str:
    """The sentence of a code, its `%(name)s` places filled.

    Dates, instants and decimals are spelled here, so callers pass values and not text. A missing
    sentence comes back as its msgid and a missing parameter as `…`: a lack in a catalogue is not
    a reason to answer a person with a blank page (tests find it instead).
    """
    return fill(gettext(locale, msgid), params, locale)


def reason(
    verdict: NotMet,
    locale: str = DEFAULT_LOCALE,
    name_of: Callable[[str, int | str], str | None] = lambda _kind, _key: None,
) -> str:
    """Why a rule is not met. `name_of` names what the reader may see (`filled` in `verdict`)."""
    return fill(gettext(locale, verdict.msgid), filled(verdict, name_of), locale)


def has_sentence(msgid: str, locale: str = DEFAULT_LOCALE) -> bool:
    return gettext(locale, msgid) != msgid


def fill(text: str, params: Mapping[str, object], locale: str = DEFAULT_LOCALE) -> str:
    def place(match: re.Match[str]) -> str:
        name = match.group(1)
        if name is None:
            return "%"
        return spell(params[name], locale) if name in params else "…"

    return _PLACEHOLDER.sub(place, text)


def spell(value: object, locale: str = DEFAULT_LOCALE) -> str:
    """A parameter as a person reads it."""
    if isinstance(value, datetime):
        return format_datetime(value)
    if isinstance(value, date):
        return format_date(value)
    if isinstance(value, Decimal | float) or (
        isinstance(value, int) and not isinstance(value, bool) and abs(value) >= _M2_PER_HA
    ):
        return format_number(value, locale)
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(spell(item, locale) for item in value)
    return str(value)


def format_date(day: date | None) -> str:
    """21/11/2026, in every language; an instant is told by its day in La Paz."""
    if day is None:
        return "—"
    if isinstance(day, datetime):
        day = clock.local_date(day)
    return _spelled(day)


@lru_cache(maxsize=5_000)
def _spelled(day: date) -> str:
    return f"{day:%d/%m/%Y}"


def format_datetime(moment: datetime | None) -> str:
    """21/11/2026 14:05, in La Paz."""
    if moment is None:
        return "—"
    there = moment.astimezone(clock.LA_PAZ)
    return f"{format_date(there.date())} {there.hour:02}:{there.minute:02}"


_BEYOND_DECIMALS = 10**20
"""Nobody means such a number, but somebody may type it, and hear it again in the refusal."""


def format_number(
    value: int | float | Decimal | None, locale: str = DEFAULT_LOCALE, decimals: int | None = None
) -> str:
    """1.234,5 in Spanish. With `decimals`, exactly that many; without, at most two."""
    if value is None:
        return "—"
    if not -_BEYOND_DECIMALS < value < _BEYOND_DECIMALS:
        return str(value)
    pattern = "#,##0.##" if decimals is None else "#,##0" + ("." + "0" * decimals) * bool(decimals)
    return str(format_decimal(value, format=pattern, locale=_NUMBER_LOCALES[_known(locale)]))


def format_area(m2: int | float | Decimal | None, locale: str = DEFAULT_LOCALE) -> str:
    """`100 m²` below one hectare, `1,25 ha` from there on."""
    if m2 is None:
        return "—"
    if m2 < _M2_PER_HA:
        return f"{format_number(m2, locale)} m²"
    return f"{format_number(Decimal(str(m2)) / _M2_PER_HA, locale, decimals=2)} ha"


def format_percent(share: float | Decimal | None, locale: str = DEFAULT_LOCALE) -> str:
    """`49,5 %` from 0.495."""
    return "—" if share is None else f"{format_number(Decimal(str(share)) * 100, locale, 1)} %"


def _known(locale: str) -> str:
    return locale if locale in LANGUAGE_NAMES else DEFAULT_LOCALE

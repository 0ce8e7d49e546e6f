"""What is published is said once, does not change under its readers, and names nobody."""

import re
from pathlib import Path
from typing import Any

import pytest

from spg_registry.core import schema
from spg_registry.core.history import Recorded
from spg_registry.register.columns import (
    PERSONAL_TABLES,
    TABLES,
    Kind,
    Layout,
    Privacy,
    Profile,
    TableName,
)
from spg_registry.register.speech import speech_of
from spg_registry.register.tables import SOURCES, Source

FROZEN = Path(__file__).parent / "expected"
NEVER_PUBLISHED = {
    "ci",
    "nit",
    "phone",
    "birth_year",
    "display_name",
    "names",
    "surnames",
    "reason",
}
NOT_PUBLIC = {"lat", "lon", "sex_of_first_holder", "enrolled_on", "pledge_signed_on"}


def personal_columns(table: str) -> frozenset[str]:
    """What a table's images leave out because it is somebody's."""
    schema.metadata()
    for model in Recorded.__subclasses__():
        if model.__tablename__ == table:
            return model.__personal__
    return frozenset()


def test_what_each_profile_downloads_is_frozen() -> None:
    """A change here breaks somebody's program: append columns, and then the file."""
    told = "".join(
        f"{profile} {layout.name}: {','.join(column.name for column in layout.seen_by(profile))}\n"
        for profile in Profile
        for layout in TABLES.values()
    )
    assert told == (FROZEN / "headers.txt").read_text()


@pytest.mark.parametrize("layout", TABLES.values(), ids=TABLES)
def test_a_personal_column_stands_in_no_other_place(layout: Layout) -> None:
    for column in layout.columns:
        if layout.name not in PERSONAL_TABLES:
            assert column.privacy is not Privacy.PERSONAL, column.name
            assert column.name not in NEVER_PUBLISHED
        if column.privacy is Privacy.PUBLIC:
            assert column.name not in NOT_PUBLIC


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
@pytest.mark.parametrize("table", TableName)
def test_no_query_reads_a_personal_column(table: TableName, dialect: str) -> None:
    source = SOURCES[table](speech_of(dialect))
    text = " ".join([*source.columns.values(), source.joins, source.counted, *source.beside])
    read = set(re.findall(r"\b(\w)\.(\w+)", text))
    named = set(re.findall(r"\b(?:FROM|JOIN) (\w+) (\w)\b", text))
    personal = {
        (name, column)
        for name, alias in named
        for column in personal_columns(name)
        if (alias, column) in read
    }
    places = {("unit", "lat"), ("unit", "lon")}  # for the control profile
    assert personal == (places if table is TableName.UNITS else set())


@pytest.mark.parametrize("table", TableName)
def test_what_a_profile_may_not_see_is_not_selected(table: TableName) -> None:
    from datetime import date

    from spg_registry.register import tables

    source: Source = SOURCES[table](speech_of("sqlite"))
    hidden = [column for column in TABLES[table].columns if column.privacy is not Privacy.PUBLIC]
    extract = tables.Extract(table, Profile.PUBLIC, date(2026, 6, 15))
    statement: Any = tables.statement_of(extract, source, speech_of("sqlite"))
    for column in hidden:
        assert source.columns[column.name] not in statement


@pytest.mark.parametrize("layout", TABLES.values(), ids=TABLES)
def test_every_column_has_its_query_and_its_meaning_in_both_languages(layout: Layout) -> None:
    for dialect in ("sqlite", "postgresql"):
        assert list(SOURCES[layout.name](speech_of(dialect)).columns) == [
            column.name for column in layout.columns
        ]
    names = [column.name for column in layout.columns]
    assert len(set(names)) == len(names)
    assert set(layout.key) <= {column.name for column in layout.seen_by(Profile.PUBLIC)}
    for column in layout.columns:
        assert column.meaning("es")
        assert column.meaning("en")
        assert column.kind in Kind
        assert re.fullmatch(r"[a-z][a-z0-9_]*", column.name)

"""The few words in which the two databases differ, so that both spell a value the same.

Text is put in the order of its bytes (SQLite's own; PostgreSQL is told so), dates are ISO text,
and the members of a list are distinct and in order.
"""

from typing import Protocol


class Speech(Protocol):
    def day(self, date: str) -> str:
        """A date as `2026-11-21`."""

    def day_after(self, date: str) -> str:
        """The next day, spelled."""

    def ordered(self, text: str) -> str:
        """Text to order by."""

    def join(self) -> str:
        """A join that is done in the order in which it is written, so that rows come in order by
        themselves and are never sorted in memory. PostgreSQL sorts on its own disk."""

    def listed(self, value: str, source: str) -> str:
        """The distinct values of a source (`FROM …`), joined with `;`; NULL where none is."""


class OnSqlite:
    def day(self, date: str) -> str:
        return date  # kept as ISO text

    def day_after(self, date: str) -> str:
        return f"date({date}, '+1 day')"

    def ordered(self, text: str) -> str:
        return text

    def join(self) -> str:
        return "CROSS JOIN"

    def listed(self, value: str, source: str) -> str:
        # SQLite keeps the order of a subquery for the aggregates that depend on it.
        inner = f"SELECT DISTINCT {value} AS v {source} ORDER BY v"
        return f"(SELECT group_concat(v, ';') FROM ({inner}) q)"  # noqa: S608  # our own words


class OnPostgresql:
    def day(self, date: str) -> str:
        return f"to_char({date}, 'YYYY-MM-DD')"

    def day_after(self, date: str) -> str:
        return f"to_char({date} + 1, 'YYYY-MM-DD')"

    def ordered(self, text: str) -> str:
        return f'{text} COLLATE "C"'

    def join(self) -> str:
        return "JOIN"

    def listed(self, value: str, source: str) -> str:
        inner = f"SELECT DISTINCT {value} AS v {source}"
        joined = "string_agg(v, ';' ORDER BY v COLLATE \"C\")"
        return f"(SELECT {joined} FROM ({inner}) q)"  # noqa: S608  # our own words


def speech_of(dialect: str) -> Speech:
    return OnSqlite() if dialect == "sqlite" else OnPostgresql()

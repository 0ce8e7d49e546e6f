"""What the register itself writes: years of record, and who pulled what."""

from datetime import date, datetime

from sqlmodel import Field, SQLModel

from spg_registry.core.db import instant, key


class Period(SQLModel, table=True):
    """A year of record (*gestión*): open while provisional, closed once and for good."""

    __tablename__ = "period"

    id: int = key()
    label: str = Field(max_length=20, unique=True)
    since: date
    until: date
    closed_at: datetime | None = instant(optional=True)
    closed_sequence: int | None = None


class Pull(SQLModel, table=True):
    """One download of the control profile: who, what, as of when, and the digest of the bytes."""

    __tablename__ = "pull"

    id: int = key()
    at: datetime = instant(index=True)
    puller: str = Field(max_length=120)
    table_name: str = Field(max_length=40)
    profile: str = Field(max_length=10)
    as_of: date
    sequence: int
    rows: int | None = None
    digest: str | None = Field(default=None, max_length=64)
    finished: bool = False

    @property
    def name(self) -> str:
        """Of whoever pulled, without the kind and number before it."""
        return self.puller.partition(" ")[2]

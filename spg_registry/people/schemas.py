"""What goes in and out of the room of people. Secrets go in and never come out again."""

import re
from collections.abc import Iterator
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    StringConstraints,
)
from pydantic_core import PydanticCustomError

from spg_registry.people.models import Sex

MIN_PASSWORD = 8
MAX_PASSWORD = 200


def blank_is_none(value: Any) -> Any:
    """A form sends an empty text where nothing was typed."""
    return None if isinstance(value, str) and not value.strip() else value


_UNSEEN = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def _without_marks(value: Any) -> Any:
    return _UNSEEN.sub("", value) if isinstance(value, str) else value


class Written(StringConstraints):
    """Text as people write it. Invisible marks that turn writing around are left out: they come
    along when a name is pasted, and could make it read as another."""

    def __iter__(self) -> Iterator[Any]:
        yield from super().__iter__()
        yield BeforeValidator(_without_marks)


def text(max_length: int, min_length: int = 1) -> Any:
    """One line, without control characters."""
    return _written(r"^[^\x00-\x1f]*$", max_length, min_length)


def paragraph(max_length: int, min_length: int = 1) -> Any:
    """Several lines."""
    return _written(r"^[^\x00-\x08\x0b\x0c\x0e-\x1f]*$", max_length, min_length)


def _written(pattern: str, max_length: int, min_length: int) -> Any:
    return Written(
        strip_whitespace=True, min_length=min_length, max_length=max_length, pattern=pattern
    )


_REACH = (1900, 2200)


def _within_reach(day: date) -> date:
    """Years are added to days, and a calendar ends at 9999: a year like that was mistyped."""
    if not _REACH[0] <= day.year <= _REACH[1]:
        raise PydanticCustomError("date_out_of_reach", "a day between 1900 and 2200")
    return day


Day = Annotated[date, AfterValidator(_within_reach)]
Blank = BeforeValidator(blank_is_none)
Name = Annotated[str, text(80)]
Username = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True,
        to_lower=True,
        min_length=3,
        max_length=60,
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._@-]+$",
    ),
]
Password = Annotated[SecretStr, Field(min_length=MIN_PASSWORD, max_length=MAX_PASSWORD)]


Email = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True,
        to_lower=True,
        max_length=120,
        pattern=r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$",
    ),
]


class EmailIn(BaseModel):
    """One's own address for links; empty takes it away."""

    email: Annotated[Email | None, Blank] = None


class NewPassword(BaseModel):
    """By a one-time link."""

    password: Password
    again: SecretStr


class PersonIn(BaseModel):
    """Somebody as the paper says. Legal identity is optional."""

    names: Name
    surnames: Name
    sex: Annotated[Sex | None, Blank] = None
    ci: Annotated[Annotated[str, text(24)] | None, Blank] = None
    ci_suffix: Annotated[Annotated[str, text(4)] | None, Blank] = None
    birth_year: Annotated[Annotated[int, Field(ge=1900, le=2200)] | None, Blank] = None
    phone: Annotated[Annotated[str, text(24)] | None, Blank] = None
    identifies_as: Annotated[Annotated[str, text(60)] | None, Blank] = None


class _Read(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class PersonOut(_Read):
    """What every colleague sees of a person."""

    id: int
    names: str
    surnames: str
    full_name: str
    sex: Sex | None


class UserIn(BaseModel):
    username: Username
    label: Annotated[str, text(120)]
    password: Password
    person_id: Annotated[int | None, Blank] = None
    locale: Literal["es", "en"] = "es"


class UserOut(_Read):
    id: int
    username: str
    label: str
    person_id: int | None
    created_at: datetime
    disabled_at: datetime | None


class PasswordIn(BaseModel):
    password: Password


class PasswordChange(BaseModel):
    """A user's own: who holds a forgotten screen must still know the present one."""

    current: SecretStr
    password: Password
    again: SecretStr


class ClientIn(BaseModel):
    client_id: Username
    name: Annotated[str, text(120)]
    scopes: Annotated[list[str], Field(min_length=1)]


class ClientOut(_Read):
    id: int
    client_id: str
    name: str
    scopes: list[str]
    created_at: datetime
    revoked_at: datetime | None

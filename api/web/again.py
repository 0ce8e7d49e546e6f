"""What the form pages share: the form that comes back, and the words of a closed list."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

from fastapi import Request
from sqlmodel import Session

from api.forms import Form
from api.render import locale_of
from spg_registry.core.errors import Invalid
from spg_registry.core.messages import sentence


def typed_again(
    request: Request, session: Session, data: Mapping[str, Any], refusal: Invalid
) -> Form:
    """What was typed, with its faults, to show the page once more with status 422.

    What the verb had begun is undone here: an answer that is not an exception is committed, and
    half of a refused act must not be. So call this before loading what the page shows.
    """
    session.rollback()
    return Form.with_faults(data, refusal.faults, locale_of(request))


def choices(request: Request, group: str, words: Iterable[StrEnum]) -> list[tuple[str, str]]:
    """Options of a select: the word and its sentence `status.<group>.<word>`."""
    locale = locale_of(request)
    return [(word.value, sentence(f"status.{group}.{word.value}", locale)) for word in words]


def by_member(data: Mapping[str, Any], prefix: str) -> dict[str, str]:
    """What was typed or chosen beside each member (`votes-12`); empty fields are left out."""
    typed = {
        name.removeprefix(prefix): str(data[name]).strip()
        for name in data
        if name.startswith(prefix)
    }
    return {member: text for member, text in typed.items() if text}

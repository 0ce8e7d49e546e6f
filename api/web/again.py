"""A form that was refused comes back with what was typed."""

from collections.abc import Mapping
from typing import Any

from fastapi import Request
from sqlmodel import Session
from starlette.responses import Response

from api.forms import Form
from api.render import locale_of, render
from spg_registry.core.errors import Invalid


def again(
    request: Request,
    session: Session,
    template: str,
    data: Mapping[str, Any],
    refusal: Invalid,
    **context: Any,
) -> Response:
    """The page with its faults and status 422.

    What the verb had begun is undone first: an answer that is not an exception is committed, and
    half of a refused act must not be. Load what the page shows after, not before, this call:
    hand it in as functions of no argument.
    """
    session.rollback()
    form = Form.with_faults(data, refusal.faults, locale_of(request))
    shown = {name: value() if callable(value) else value for name, value in context.items()}
    return render(request, template, 422, form=form, **shown)

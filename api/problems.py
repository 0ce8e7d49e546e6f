"""How refusals look in the API's description: problem+json (RFC 9457), alike on every route."""

from collections.abc import Callable
from typing import Any

from pydantic import BaseModel, Field


class FaultOut(BaseModel):
    """One bad field; `field` is its path in the body (`units-0-plots-0-area_m2`)."""

    field: str
    code: str
    detail: str


class ReasonOut(BaseModel):
    """One rule that is not met."""

    code: str
    reason: str
    params: dict[str, Any]
    detail: str


class Problem(BaseModel):
    """Why not. Programs go by `code`; `detail` is for people, in the language they asked for."""

    type: str = Field(examples=["urn:spg:error:not_found"])
    title: str
    status: int
    code: str
    detail: str
    faults: list[FaultOut] = []
    reasons: list[ReasonOut] = []


MEANING = {
    400: "The request cannot be read",
    401: "Who is there?",
    403: "Not this user, or not with this token",
    404: "Not there, or not for this user to see",
    409: "Something else happened in the meantime",
    413: "Too large",
    422: "Something in it is wrong, or a rule is not met: with every reason",
    429: "Too many tries; see Retry-After",
}

_SCHEMA = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}

PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"description": meaning, "content": _SCHEMA} for status, meaning in MEANING.items()
}


def described(document: Callable[[], dict[str, Any]]) -> Callable[[], dict[str, Any]]:
    """The application's OpenAPI document with the component that `PROBLEMS` point at."""

    def openapi() -> dict[str, Any]:
        made = document()
        parts = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
        inner = parts.pop("$defs")
        made.setdefault("components", {}).setdefault("schemas", {}).update(inner, Problem=parts)
        return made

    return openapi

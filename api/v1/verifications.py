"""Is this seal good? Public: no token, nothing personal in the answer."""

from typing import Annotated, Any, Self

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, model_validator

from api.deps import KeyringDep, NowDep, ReadDep, SessionDep
from spg_registry.seals.verification import Form, as_json, verify_code, verify_token

router = APIRouter(tags=["verification"])

Presented = Annotated[str, Field(min_length=1, max_length=400)]


class VerificationIn(BaseModel):
    """A signed token, or a code as somebody typed it: one of the two."""

    model_config = ConfigDict(extra="forbid")

    token: Presented | None = None
    code: Presented | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.token is None) == (self.code is None):
            raise ValueError("give a token or a code")
        return self


class VerificationOut(BaseModel):
    """`verdict`: forged, unknown_key, key_compromised, unregistered, withdrawn, replaced,
    suspended, not_yet_valid, expired, valid, typing_error, unknown_code. Only `valid` is good."""

    verdict: str
    form: str
    status_as_of: str
    seal: dict[str, Any] | None


@router.get("/seals/{code}/verification")
def verify_by_code(code: str, session: SessionDep, now: NowDep) -> VerificationOut:
    return VerificationOut(**as_json(verify_code(session, now, code, Form.SHORT)))


@router.post("/verifications")
def verify(
    data: VerificationIn, session: ReadDep, keyring: KeyringDep, now: NowDep
) -> VerificationOut:
    if data.token is not None:
        return VerificationOut(**as_json(verify_token(session, keyring, now, data.token)))
    return VerificationOut(**as_json(verify_code(session, now, data.code or "")))

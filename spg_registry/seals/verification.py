"""Is this seal good? The verdicts of trust.md section 3; the first that matches wins.

Verdicts that need the status lists or the public log (`status_unknown`, a missing leaf) come with
them; an answer from here has looked at the register itself.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlmodel import Session

from spg_registry.core import clock, codes
from spg_registry.core.keys import Keyring
from spg_registry.core.line import Line
from spg_registry.rules.standing import SealStanding
from spg_registry.seals import signing
from spg_registry.seals.public import PublicSeal, public_seal, tokens_of


class Verdict(StrEnum):
    FORGED = "forged"
    UNKNOWN_KEY = "unknown_key"
    KEY_COMPROMISED = "key_compromised"
    UNREGISTERED = "unregistered"
    WITHDRAWN = "withdrawn"
    REPLACED = "replaced"
    SUSPENDED = "suspended"
    NOT_YET_VALID = "not_yet_valid"
    EXPIRED = "expired"
    VALID = "valid"
    TYPING_ERROR = "typing_error"
    UNKNOWN_CODE = "unknown_code"


class Form(StrEnum):
    """How the seal was presented: a signed token, a code from a link, a code typed by hand."""

    SIGNED = "signed"
    SHORT = "short"
    TYPED = "typed"


@dataclass(frozen=True)
class Verification:
    """`seal` is None whenever nothing that was presented may be believed."""

    verdict: Verdict
    form: Form
    status_as_of: datetime
    seal: PublicSeal | None = None

    @property
    def is_known(self) -> bool:
        return self.seal is not None


def verify_token(
    source: Session | Line, keyring: Keyring, now: datetime, token: str
) -> Verification:
    """A signed seal: its signature first, then what the register says of its code."""
    checked = signing.check(token, keyring)
    if checked.untrusted is not None or checked.payload is None:
        return Verification(Verdict(str(checked.untrusted)), Form.SIGNED, now)
    seal = public_seal(source, checked.payload.code, clock.local_date(now))
    # Byte for byte: a signature can be bent into another that verifies as well.
    if seal is None or token not in tokens_of(source, seal.id):
        return Verification(Verdict.UNREGISTERED, Form.SIGNED, now)
    return Verification(_of(seal.standing), Form.SIGNED, now, seal)


def verify_code(
    source: Session | Line, now: datetime, typed: str, form: Form = Form.TYPED
) -> Verification:
    """A code: forgiving in its spelling, strict in its check character."""
    try:
        code = codes.parse(typed)
    except codes.MistypedCode:
        return Verification(Verdict.TYPING_ERROR, form, now)
    seal = public_seal(source, code, clock.local_date(now))
    if seal is None:
        return Verification(Verdict.UNKNOWN_CODE, form, now)
    return Verification(_of(seal.standing), form, now, seal)


def verify(source: Session | Line, keyring: Keyring, now: datetime, presented: str) -> Verification:
    """What stands behind `/s/`: a token is told from a code by its length, and never forgiven."""
    if signing.looks_like_token(presented):
        return verify_token(source, keyring, now, presented)
    return verify_code(source, now, presented, Form.SHORT)


def _of(standing: SealStanding) -> Verdict:
    return Verdict(standing.value)


def as_json(found: Verification) -> dict[str, Any]:
    """The public answer: nothing personal beyond the page."""
    seal = found.seal
    return {
        "verdict": found.verdict.value,
        "form": found.form.value,
        "status_as_of": found.status_as_of.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "seal": None if seal is None else _seal_json(seal),
    }


def _seal_json(seal: PublicSeal) -> dict[str, Any]:
    return {
        "code": seal.code,
        "category": seal.category.value,
        "name": seal.name or None,
        "community": seal.community,
        "municipality_code": seal.municipality_code,
        "municipality": seal.municipality,
        "department": seal.department,
        "products": [
            {"code": row.code, "es": row.es, "en": row.en, "area_m2": row.area_m2}
            for row in seal.products
        ],
        "valid_from": seal.valid_from.isoformat(),
        "valid_until": seal.valid_until.isoformat(),
        "standing": seal.standing.value,
        "standing_since": seal.standing_since.isoformat() if seal.standing_since else None,
        "reason_class": seal.reason_class,
        "new_code": seal.new_code,
        "spg_code": seal.spg_code,
        "spg": seal.spg,
        "committee": seal.committee,
        "acta_number": seal.acta_number,
        "decided_on": seal.decided_on.isoformat(),
        "standard_version": seal.standard_version,
        "waivers": dict(seal.waivers),
    }

"""*Reglas*: the norm in force in plain words, whoever asks, and what the two seals mean."""

from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api.deps import NowDep, SessionDep, VisitorDep
from api.forms import Form, number_in
from api.render import locale_of, render
from spg_registry.committees.queries import committee_names
from spg_registry.core import clock
from spg_registry.core.messages import sentence
from spg_registry.rules.granting import CODES
from spg_registry.rules.parameters import PARAMS
from spg_registry.seals.verification import Verdict
from spg_registry.standards.queries import frozen

router = APIRouter()


class Rule(NamedTuple):
    """A rule in plain words, its numbers among them."""

    code: str
    says: str
    severity: str
    source: str
    verified: bool
    own: str
    """On whose word the committee changed it, or nothing."""


@router.get("/reglas")
def rules(
    request: Request,
    session: SessionDep,
    now: NowDep,
    _visitor: VisitorDep,
    asked: Annotated[str, Query(alias="comite", max_length=10)] = "",
) -> Response:
    names = dict(committee_names(session))
    wanted = number_in(asked)
    committee_id = wanted if wanted in names else None
    norm = frozen(session, committee_id, clock.local_date(now))
    ruled = norm["ruleset"]["rules"]
    told = [_rule(code, ruled[code], request) for code in PARAMS if code in ruled]
    return render(
        request,
        "public/rules.html",
        form=Form.of({"comite": committee_id or ""}),
        committees=list(names.items()),
        committee=names.get(committee_id or 0, ""),
        standard=norm["standard"],
        ruleset=norm["ruleset"],
        granting=[rule for rule in told if rule.code in CODES],
        settings=[rule for rule in told if rule.code not in CODES],
        transition=norm["transition"],
        checklist=norm["checklist"],
        unverified=sum(not rule.verified for rule in told),
        total=len(told),
    )


def _rule(code: str, rule: dict[str, Any], request: Request) -> Rule:
    return Rule(
        code=code,
        says=sentence(f"norm.{code}", locale_of(request), **rule["params"]),
        severity=rule["severity"],
        source=rule["source"],
        verified=rule["verified"],
        own=rule.get("by_laws", ""),
    )


class Meaning(NamedTuple):
    """What the page behind a QR may say, and how it looks here."""

    word: str
    tone: str
    picture: str


MEANT = (
    (Verdict.VALID, "good", "check"),
    (Verdict.SUSPENDED, "bad", "pause"),
    (Verdict.WITHDRAWN, "bad", "cross"),
    (Verdict.EXPIRED, "doubt", "clock"),
    (Verdict.REPLACED, "doubt", "swap"),
    (Verdict.NOT_YET_VALID, "doubt", "clock"),
    (Verdict.FORGED, "bad", "cross"),
    (Verdict.UNREGISTERED, "bad", "cross"),
    (Verdict.UNKNOWN_KEY, "bad", "cross"),
    (Verdict.KEY_COMPROMISED, "bad", "cross"),
    (Verdict.UNKNOWN_CODE, "bad", "cross"),
    (Verdict.TYPING_ERROR, "doubt", "question"),
)
"""The usual first."""


@router.get("/los-dos-sellos")
def meanings(request: Request, _visitor: VisitorDep) -> Response:
    return render(
        request,
        "public/seals.html",
        meanings=[Meaning(said.value, tone, picture) for said, tone, picture in MEANT],
    )

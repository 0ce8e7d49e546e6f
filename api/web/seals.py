"""Seals as the office and the control body see them: lists, one seal, and the acts upon it."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from sqlmodel import Session
from starlette.responses import Response

from api.deps import FormDep, GroundDep, KeyringDep, NowDep, PageNumber, SessionDep, UserDep
from api.forms import Form, one_of, parse
from api.render import locale_of, paging, redirect, render
from api.web.again import choices, typed_again
from api.web.once import FormRoute
from spg_registry.core import clock, codes
from spg_registry.core.errors import Fault, Invalid, Refused
from spg_registry.core.messages import format_date, reason, sentence
from spg_registry.core.permissions import Actor, Permission, require
from spg_registry.decisions.models import Decision
from spg_registry.rules.standing import SealStanding
from spg_registry.rules.words import SealEventKind
from spg_registry.seals import queries, service
from spg_registry.seals.dossier import ACTS, Dossier, dossier_of, grounds_for
from spg_registry.seals.errors import SealNotFound
from spg_registry.seals.naming import names_for
from spg_registry.seals.sanction_lines import may_sanction
from spg_registry.seals.schemas import AcknowledgeIn, ActIn, ReasonClass, ReplaceIn
from spg_registry.territory.queries import municipality_label

router = APIRouter(route_class=FormRoute)

PAGE_SIZE = 50
SOON = 60
"""Days ahead that a seal counts as expiring soon; from then on it may be renewed."""


@dataclass(frozen=True)
class Act:
    """One of the three acts that share a form: its address, its verb and its flash message."""

    kind: SealEventKind
    verb: Any
    flash: str


ACT_OF = {
    "suspender": Act(SealEventKind.SUSPENDED, service.suspend, "seal_suspended"),
    "restituir": Act(SealEventKind.REINSTATED, service.reinstate, "seal_reinstated"),
    "retirar": Act(SealEventKind.WITHDRAWN, service.withdraw, "seal_withdrawn"),
}


@router.get("/sellos")
def index(
    request: Request,
    session: SessionDep,
    actor: UserDep,
    now: NowDep,
    state: Annotated[str, Query(alias="estado")] = "",
    municipality: Annotated[str, Query(alias="municipio", max_length=6)] = "",
    expiring: Annotated[str, Query(alias="vence")] = "",
    unacknowledged: Annotated[str, Query(alias="sin_conformidad")] = "",
    code: Annotated[str, Query(alias="codigo", max_length=60)] = "",
    number: PageNumber = 1,
) -> Response:
    today = clock.local_date(now)
    form = Form.of(
        {
            "estado": state,
            "municipio": municipality,
            "vence": "on" if expiring else "",
            "sin_conformidad": "on" if unacknowledged else "",
            "codigo": code,
        }
    )
    if code.strip():
        try:
            queries.get_seal(session, actor, codes.parse(code))
            return redirect(f"/sellos/{codes.parse(code)}")
        except codes.MistypedCode:
            form.errors["codigo"] = sentence("error.seal_code_mistyped", locale_of(request))
        except SealNotFound:
            form.errors["codigo"] = sentence("error.seal_not_found", locale_of(request))
    rows, total = queries.visible_seals(
        session,
        actor,
        today,
        standing=one_of(SealStanding, state),
        municipality_code=municipality or None,
        expiring_by=today + timedelta(days=SOON) if expiring else None,
        unacknowledged=bool(unacknowledged),
        limit=PAGE_SIZE,
        offset=(number - 1) * PAGE_SIZE,
    )
    return render(
        request,
        "seals/index.html",
        422 if form.errors else 200,
        may_write_producers=actor.may(Permission.PRODUCER_WRITE),
        seals=[
            (grant, producer, queries.standing_of_grant(grant, today), codes.display(grant.code))
            for grant, producer in rows
        ],
        form=form,
        standings=choices(request, "seal", SealStanding),
        places=[
            (code, municipality_label(session, code))
            for code in queries.places_with_seals(session, actor)
        ],
        page=paging(request, number, PAGE_SIZE, total),
    )


@router.get("/sellos/{code}")
def show(
    request: Request,
    session: SessionDep,
    actor: UserDep,
    now: NowDep,
    ground: GroundDep,
    code: str,
) -> Response:
    dossier = _dossier(session, actor, now, code)
    return render(
        request,
        "seals/show.html",
        dossier=dossier,
        shown_code=codes.display(dossier.grant.code),
        new_code=codes.display(dossier.seal.new_code) if dossier.seal.new_code else "",
        host=ground.settings.host,
        acts=dossier.acts,
        may_sanction=may_sanction(actor, dossier.grant.committee_id),
    )


def _dossier(session: Session, actor: Actor, now: NowDep, code: str) -> Dossier:
    """By the code in any spelling that is forgiven."""
    try:
        stored = codes.parse(code)
    except codes.MistypedCode:
        raise SealNotFound(code=code) from None
    return dossier_of(session, actor, stored, clock.local_date(now))


# --- the family knows ----------------------------------------------------------------------------


@router.get("/sellos/{code}/conformidad")
def ask_acknowledgement(
    request: Request, session: SessionDep, actor: UserDep, now: NowDep, code: str
) -> Response:
    form = Form.of({"acknowledged_on": clock.local_date(now)})
    return _acknowledgement(request, session, actor, now, code, form)


@router.post("/sellos/{code}/conformidad")
def acknowledge(
    request: Request, session: SessionDep, actor: UserDep, now: NowDep, data: FormDep, code: str
) -> Response:
    grant = _dossier(session, actor, now, code).grant
    try:
        wish = parse(AcknowledgeIn, data, codes=[grant.code])
        service.acknowledge(session, actor, now, wish)
    except Invalid as refusal:
        form = typed_again(request, session, data, refusal)
        return _acknowledgement(request, session, actor, now, code, form, 422)
    return redirect(f"/sellos/{grant.code}", "seal_acknowledged")


def _acknowledgement(
    request: Request,
    session: Session,
    actor: Actor,
    now: NowDep,
    code: str,
    form: Form,
    status: int = 200,
) -> Response:
    dossier = _dossier(session, actor, now, code)
    require(actor, Permission.PRODUCER_WRITE, on=dossier.grant.committee_id)
    shown = codes.display(dossier.grant.code)
    return render(
        request, "seals/acknowledge.html", status, form=form, dossier=dossier, shown_code=shown
    )


# --- a new code in its place ---------------------------------------------------------------------


@router.get("/sellos/{code}/reemplazar")
def ask_replacement(
    request: Request, session: SessionDep, actor: UserDep, now: NowDep, code: str
) -> Response:
    return _replacement(request, session, actor, now, code, Form())


@router.post("/sellos/{code}/reemplazar")
def replace(
    request: Request,
    session: SessionDep,
    actor: UserDep,
    now: NowDep,
    keyring: KeyringDep,
    data: FormDep,
    code: str,
) -> Response:
    old = _dossier(session, actor, now, code).grant
    try:
        new = service.replace(session, actor, now, keyring, old.code, parse(ReplaceIn, data))
    except (Invalid, Refused) as refusal:
        faults = _as_faults(request, session, refusal, "valid_until")
        form = typed_again(request, session, data, Invalid(*faults.faults))
        form.errors |= faults.told
        return _replacement(request, session, actor, now, code, form, 422)
    return redirect(f"/sellos/{new.code}", "seal_replaced", code=codes.display(new.code))


@dataclass(frozen=True)
class _Faults:
    faults: list[Fault]
    told: dict[str, str]


def _as_faults(
    request: Request, session: Session, refusal: Invalid | Refused, field: str
) -> _Faults:
    if isinstance(refusal, Invalid):
        return _Faults(refusal.faults, {})
    name_of = names_for(session, refusal.reasons)
    words = [reason(verdict, locale_of(request), name_of) for verdict in refusal.reasons]
    return _Faults([], {field: " ".join(words)})


def _replacement(
    request: Request,
    session: Session,
    actor: Actor,
    now: NowDep,
    code: str,
    form: Form,
    status: int = 200,
) -> Response:
    dossier = _dossier(session, actor, now, code)
    require(actor, Permission.SEAL_DECIDE, on=dossier.grant.committee_id)
    shown = codes.display(dossier.grant.code)
    return render(
        request, "seals/replace.html", status, form=form, dossier=dossier, shown_code=shown
    )


# --- suspended, back, withdrawn ------------------------------------------------------------------


@router.get("/sellos/{code}/{act}")
def ask(
    request: Request, session: SessionDep, actor: UserDep, now: NowDep, code: str, act: str
) -> Response:
    return _act(request, session, actor, now, code, act, Form())


@router.post("/sellos/{code}/{act}")
def do(
    request: Request,
    session: SessionDep,
    actor: UserDep,
    now: NowDep,
    data: FormDep,
    code: str,
    act: str,
) -> Response:
    chosen = ACT_OF.get(act)
    grant = _dossier(session, actor, now, code).grant
    if chosen is None:
        raise SealNotFound(code=code)
    try:
        chosen.verb(session, actor, now, grant.code, parse(ActIn, data))
    except Invalid as refusal:
        form = typed_again(request, session, data, refusal)
        return _act(request, session, actor, now, code, act, form, 422)
    return redirect(f"/sellos/{grant.code}", chosen.flash, code=codes.display(grant.code))


def _act(
    request: Request,
    session: Session,
    actor: Actor,
    now: NowDep,
    code: str,
    act: str,
    form: Form,
    status: int = 200,
) -> Response:
    chosen = ACT_OF.get(act)
    dossier = _dossier(session, actor, now, code)
    if chosen is None:
        raise SealNotFound(code=code)
    by_itself = actor.may(Permission.SEAL_SANCTION, on=dossier.grant.committee_id)
    if not by_itself:
        require(actor, Permission.SEAL_DECIDE, on=dossier.grant.committee_id)
    found = [] if by_itself else grounds_for(session, dossier.grant, chosen.kind)
    return render(
        request,
        "seals/act.html",
        status,
        form=form,
        dossier=dossier,
        shown_code=codes.display(dossier.grant.code),
        act=act,
        title=ACTS[chosen.kind],
        by_itself=by_itself,
        reasons=choices(request, "reason_class", ReasonClass),
        grounds=[(str(row.id), _ground(request, row, acta, on)) for row, acta, on in found],
    )


def _ground(request: Request, decision: Decision, acta: str, held_on: Any) -> str:
    said = sentence(f"status.outcome.{decision.outcome.value}", locale_of(request))
    return f"{acta} · {format_date(held_on)} · {said}"

"""Seals as the office and the control body see them: lists, one seal, and the acts upon it."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api.deps import FormDep, GroundDep, KeyringDep, PageNumber
from api.forms import Form, one_of, parse
from api.render import locale_of, paging, redirect, render
from api.web.again import choices, typed_again
from api.web.desk import Desk, DeskDep
from api.web.once import FormRoute
from spg_registry.core import codes
from spg_registry.core.errors import Invalid, Refused
from spg_registry.core.messages import format_date, reason, sentence
from spg_registry.core.permissions import Permission, require
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
    desk: DeskDep,
    state: Annotated[str, Query(alias="estado")] = "",
    municipality: Annotated[str, Query(alias="municipio", max_length=6)] = "",
    expiring: Annotated[str, Query(alias="vence")] = "",
    unacknowledged: Annotated[str, Query(alias="sin_conformidad")] = "",
    code: Annotated[str, Query(alias="codigo", max_length=60)] = "",
    number: PageNumber = 1,
) -> Response:
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
            queries.get_seal(desk.session, desk.actor, codes.parse(code))
            return redirect(f"/sellos/{codes.parse(code)}")
        except codes.MistypedCode:
            form.errors["codigo"] = sentence("error.seal_code_mistyped", locale_of(desk.request))
        except SealNotFound:
            form.errors["codigo"] = sentence("error.seal_not_found", locale_of(desk.request))
    rows, total = queries.visible_seals(
        desk.session,
        desk.actor,
        desk.today,
        standing=one_of(SealStanding, state),
        municipality_code=municipality or None,
        to_renew=bool(expiring),
        unacknowledged=bool(unacknowledged),
        limit=PAGE_SIZE,
        offset=(number - 1) * PAGE_SIZE,
    )
    return render(
        desk.request,
        "seals/index.html",
        422 if form.errors else 200,
        may_write_producers=desk.actor.may(Permission.PRODUCER_WRITE),
        seals=[
            (
                grant,
                producer,
                queries.standing_of_grant(grant, desk.today),
                codes.display(grant.code),
            )
            for grant, producer in rows
        ],
        form=form,
        standings=choices(desk.request, "seal", SealStanding),
        places=[
            (code, municipality_label(desk.session, code))
            for code in queries.places_with_seals(desk.session, desk.actor)
        ],
        page=paging(desk.request, number, PAGE_SIZE, total),
    )


@router.get("/sellos/{code}")
def show(desk: DeskDep, ground: GroundDep, code: str) -> Response:
    dossier = _dossier(desk, code)
    return _page(
        desk,
        "show",
        dossier,
        new_code=codes.display(dossier.seal.new_code) if dossier.seal.new_code else "",
        host=ground.settings.host,
        acts=dossier.acts,
        may_sanction=may_sanction(desk.actor, dossier.grant.committee_id),
    )


def _page(desk: Desk, name: str, dossier: Dossier, status: int = 200, **more: Any) -> Response:
    """A page about one seal."""
    shown = codes.display(dossier.grant.code)
    return render(
        desk.request, f"seals/{name}.html", status, dossier=dossier, shown_code=shown, **more
    )


def _dossier(desk: Desk, code: str) -> Dossier:
    """By the code in any spelling that is forgiven."""
    try:
        stored = codes.parse(code)
    except codes.MistypedCode:
        raise SealNotFound(code=code) from None
    return dossier_of(desk.session, desk.actor, stored, desk.today)


# --- the family knows ----------------------------------------------------------------------------


@router.get("/sellos/{code}/conformidad")
def ask_acknowledgement(desk: DeskDep, code: str) -> Response:
    return _acknowledgement(desk, code, Form.of({"acknowledged_on": desk.today}))


@router.post("/sellos/{code}/conformidad")
def acknowledge(desk: DeskDep, data: FormDep, code: str) -> Response:
    grant = _dossier(desk, code).grant
    return desk.act(
        data,
        lambda: service.acknowledge(*desk.acting, parse(AcknowledgeIn, data, codes=[grant.code])),
        lambda form, status: _acknowledgement(desk, code, form, status),
        f"/sellos/{grant.code}",
        "seal_acknowledged",
    )


def _acknowledgement(desk: Desk, code: str, form: Form, status: int = 200) -> Response:
    dossier = _dossier(desk, code)
    require(desk.actor, Permission.PRODUCER_WRITE, on=dossier.grant.committee_id)
    return _page(desk, "acknowledge", dossier, status, form=form)


# --- a new code in its place ---------------------------------------------------------------------


@router.get("/sellos/{code}/reemplazar")
def ask_replacement(desk: DeskDep, code: str) -> Response:
    return _replacement(desk, code, Form())


@router.post("/sellos/{code}/reemplazar")
def replace(desk: DeskDep, keyring: KeyringDep, data: FormDep, code: str) -> Response:
    old = _dossier(desk, code).grant
    try:
        new = service.replace(*desk.acting, keyring, old.code, parse(ReplaceIn, data))
    except (Invalid, Refused) as refusal:
        invalid = refusal if isinstance(refusal, Invalid) else Invalid()
        form = typed_again(desk.request, desk.session, data, invalid)
        if isinstance(refusal, Refused):
            form.errors["valid_until"] = _reasons(desk, refusal)
        return _replacement(desk, code, form, 422)
    return redirect(f"/sellos/{new.code}", "seal_replaced", code=codes.display(new.code))


def _reasons(desk: Desk, refusal: Refused) -> str:
    name_of = names_for(desk.session, refusal.reasons)
    return " ".join(reason(why, locale_of(desk.request), name_of) for why in refusal.reasons)


def _replacement(desk: Desk, code: str, form: Form, status: int = 200) -> Response:
    dossier = _dossier(desk, code)
    require(desk.actor, Permission.SEAL_DECIDE, on=dossier.grant.committee_id)
    return _page(desk, "replace", dossier, status, form=form)


# --- suspended, back, withdrawn ------------------------------------------------------------------


@router.get("/sellos/{code}/{act}")
def ask(desk: DeskDep, code: str, act: str) -> Response:
    return _act(desk, code, act, Form())


@router.post("/sellos/{code}/{act}")
def do(desk: DeskDep, data: FormDep, code: str, act: str) -> Response:
    chosen = ACT_OF.get(act)
    grant = _dossier(desk, code).grant
    if chosen is None:
        raise SealNotFound(code=code)
    return desk.act(
        data,
        lambda: chosen.verb(*desk.acting, grant.code, parse(ActIn, data)),
        lambda form, status: _act(desk, code, act, form, status),
        f"/sellos/{grant.code}",
        chosen.flash,
        code=codes.display(grant.code),
    )


def _act(desk: Desk, code: str, act: str, form: Form, status: int = 200) -> Response:
    chosen = ACT_OF.get(act)
    dossier = _dossier(desk, code)
    if chosen is None:
        raise SealNotFound(code=code)
    by_itself = desk.actor.may(Permission.SEAL_SANCTION, on=dossier.grant.committee_id)
    if not by_itself:
        require(desk.actor, Permission.SEAL_DECIDE, on=dossier.grant.committee_id)
    found = [] if by_itself else grounds_for(desk.session, dossier.grant, chosen.kind)
    return _page(
        desk,
        "act",
        dossier,
        status,
        form=form,
        act=act,
        title=ACTS[chosen.kind],
        by_itself=by_itself,
        reasons=choices(desk.request, "reason_class", ReasonClass),
        grounds=[(str(row.id), _ground(desk.request, row, acta, on)) for row, acta, on in found],
    )


def _ground(request: Request, decision: Decision, acta: str, held_on: Any) -> str:
    said = sentence(f"status.outcome.{decision.outcome.value}", locale_of(request))
    return f"{acta} · {format_date(held_on)} · {said}"

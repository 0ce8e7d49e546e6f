"""What a meeting decides: all rows on one screen, one producer in detail, and the closing."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from sqlmodel import Session
from starlette.datastructures import FormData
from starlette.responses import Response

from api.deps import FormDep, KeyringDep, NowDep, SessionDep, UserDep
from api.forms import Form, parse
from api.render import locale_of, redirect, render
from api.web.again import by_member, choices, typed_again
from api.web.meetings import already_closed, back_to, shown
from api.web.once import FormRoute
from api.web.verdicts import Told
from spg_registry.core.errors import Fault, Invalid, Refused
from spg_registry.core.messages import format_area
from spg_registry.core.permissions import Actor, Permission, require
from spg_registry.decisions import service
from spg_registry.decisions.appeals import appeals_heard
from spg_registry.decisions.errors import MeetingClosed, MeetingNotYet
from spg_registry.decisions.models import Decision
from spg_registry.decisions.schemas import DecisionIn
from spg_registry.producers.errors import ProducerNotFound
from spg_registry.rules.verdict import NotMet
from spg_registry.rules.words import Ballot, Category, Outcome
from spg_registry.seals import service as seals
from spg_registry.seals import splitting
from spg_registry.seals.agenda import Agenda, Item, Line, agenda_of, item_of
from spg_registry.seals.errors import ClosingRefused, NothingDecided
from spg_registry.seals.granting import hands_of

router = APIRouter(route_class=FormRoute)


# --- all rows at once ----------------------------------------------------------------------------


@router.post("/reuniones/{meeting_id}/decisiones")
def decide(
    request: Request,
    session: SessionDep,
    actor: UserDep,
    now: NowDep,
    data: FormDep,
    meeting_id: int,
) -> Response:
    """The rows whose outcome was chosen; those that say what they said before stay untouched, so
    that who only looked is not written down as who decided. With `todas` also everyone else who
    complies gets what the norm proposes."""
    agenda = agenda_of(session, actor, meeting_id)
    rows: list[Item] = []
    try:
        batch = []
        for item in agenda.items:
            wish = _row(item, data)
            if wish is None and data.get("todas") and item in agenda.complying:
                wish = DecisionIn(producer_id=item.producer.id, outcome=item.proposed)
            if wish is not None:
                rows.append(item)
                batch.append(wish)
        service.decide_all(session, actor, now, meeting_id, batch)
    except MeetingClosed:
        return already_closed(meeting_id)
    except Invalid as refusal:
        form = typed_again(request, session, data, _of_rows(refusal, rows))
        only = str(data.get("ver", ""))
        return shown(request, session, actor, now, meeting_id, form, 422, only)
    url = back_to(meeting_id, str(data.get("ver", "")))
    return redirect(url, "decisions_saved", count=len(batch))


def _row(item: Item, data: FormData) -> DecisionIn | None:
    """What was chosen for a producer on the screen of all, over what its draft says in detail."""
    at = f"d-{item.key}-"
    typed = {name[len(at) :]: str(data[name]).strip() for name in data if name.startswith(at)}
    if not typed.get("outcome"):
        return None
    draft = item.decision
    before = _told_by(draft) if draft else {}
    later = (before.get("conditions") or [])[1:]
    first = {"text": typed.get("condition", ""), "due_on": typed.get("due_on", "")}
    wish: dict[str, Any] = {
        **before,
        "category": item.category,
        "outcome": typed["outcome"],
        "reasons": typed.get("reasons") or None,
        "conditions": ([first] if any(first.values()) else []) + later,
    }
    if draft is not None and all(wish[name] == before[name] for name in wish if name in before):
        return None
    try:
        return parse(DecisionIn, {}, producer_id=item.producer.id, **wish)
    except Invalid as refusal:
        raise _of_rows(refusal, [item], prefix="") from refusal


def _told_by(draft: Decision) -> dict[str, Any]:
    return {
        "outcome": draft.outcome.value,
        "scope": draft.scope or None,
        "replaces": draft.replaces,
        "valid_from": draft.valid_from,
        "valid_until": draft.valid_until,
        "reasons": draft.reasons,
        "conditions": draft.conditions,
        "by_consensus": draft.by_consensus,
        "votes": draft.votes,
        "recusals": draft.recusals,
        "waivers": draft.waivers,
        "corrects": draft.corrects_id,
    }


_FIELDS = {"conditions": "condition", "conditions-0-text": "condition"}
_FIELDS |= {"conditions-0-due_on": "due_on"}


def _of_rows(refusal: Invalid, rows: list[Item], prefix: str = "{place}-") -> Invalid:
    """Faults under the names that the fields of the screen have."""
    found = []
    for fault in refusal.faults:
        if fault.field.startswith("d-"):
            found.append(fault)
            continue
        place, _, name = fault.field.partition("-") if prefix else ("0", "", fault.field)
        at = f"d-{rows[int(place)].key}-{_FIELDS.get(name, name)}"
        found.append(Fault(at, fault.code, fault.params))
    return Invalid(*found)


# --- one in detail -------------------------------------------------------------------------------


@router.get("/reuniones/{meeting_id}/productores")
def find(
    session: SessionDep,
    actor: UserDep,
    meeting_id: int,
    codigo: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    """The way to somebody whom the round did not bring: a suspension, an exclusion."""
    code = codigo.strip().upper()
    try:
        item_of(session, actor, meeting_id, code)
    except ProducerNotFound:
        return redirect(f"/reuniones/{meeting_id}", "producer_not_enrolled", "warning", code=code)
    return redirect(f"/reuniones/{meeting_id}/productores/{code}")


@router.get("/reuniones/{meeting_id}/productores/{code}")
def detail(
    request: Request,
    session: SessionDep,
    actor: UserDep,
    meeting_id: int,
    code: str,
    sello: Category | None = None,
) -> Response:
    """`sello` chooses where the meeting decides about both seals of one producer."""
    agenda, item = item_of(session, actor, meeting_id, code, sello)
    return _detail(request, session, actor, agenda, item, _typed(item))


@router.post("/reuniones/{meeting_id}/productores/{code}")
def decide_one(
    request: Request,
    session: SessionDep,
    actor: UserDep,
    now: NowDep,
    data: FormDep,
    meeting_id: int,
    code: str,
    sello: Category | None = None,
) -> Response:
    agenda, item = item_of(session, actor, meeting_id, code, sello)
    try:
        service.decide_all(session, actor, now, meeting_id, [_one(item, data)])
    except MeetingClosed:
        return already_closed(meeting_id)
    except Invalid as refusal:
        faults = [
            Fault(_field(fault.field.removeprefix("0-")), fault.code, fault.params)
            for fault in refusal.faults
        ]
        form = typed_again(request, session, data, Invalid(*faults))
        agenda, item = item_of(session, actor, meeting_id, code, sello)
        return _detail(request, session, actor, agenda, item, form, 422)
    return redirect(f"/reuniones/{meeting_id}", "decision_saved", name=item.producer.display_name)


@router.post("/reuniones/{meeting_id}/productores/{code}/dos-sellos")
def give_both(
    session: SessionDep, actor: UserDep, now: NowDep, _data: FormDep, meeting_id: int, code: str
) -> Response:
    """The green seal for the land that is ready, the white one for the rest."""
    here = f"/reuniones/{meeting_id}#p-{code}-organic"
    try:
        splitting.give_both(session, actor, now, meeting_id, code)
    except MeetingClosed:
        return already_closed(meeting_id)
    except Invalid:
        session.rollback()
        return redirect(f"/reuniones/{meeting_id}", "nothing_to_split", "warning")
    return redirect(here, "both_seals_noted", code=code)


def _field(name: str) -> str:
    if name.startswith("scope"):
        return "scope"
    return _FIELDS.get(name, name)


def _one(item: Item, data: FormData) -> DecisionIn:
    plain = {
        name: data[name]
        for name in ("outcome", "reasons", "valid_from", "valid_until")
        if name in data
    }
    condition = {"text": str(data.get("condition", "")), "due_on": str(data.get("due_on", ""))}
    conditions = [condition] if any(value.strip() for value in condition.values()) else []
    by_consensus = str(data.get("by_consensus", "on")) != "votes"
    return parse(
        DecisionIn,
        plain,
        producer_id=item.producer.id,
        category=item.category,
        scope=_scope(item, data),
        replaces=item.decision.replaces if item.decision else [],
        corrects=item.decision.corrects_id if item.decision else None,
        conditions=conditions,
        by_consensus=by_consensus,
        votes={} if by_consensus else by_member(data, "votes-"),
        recusals=by_member(data, "recusals-"),
        waivers={
            name.removeprefix("waivers-"): str(data[name]).strip()
            for name in data
            if name.startswith("waivers-") and str(data[name]).strip()
        },
    )


def _scope(item: Item, data: FormData) -> list[dict[str, Any]] | None:
    """The rows that were ticked; all of them are said as *everything*, which grows with the
    visits. A row that was not offered is not taken."""
    ticked = set(map(str, data.getlist("scope")))
    offered = {f"{line.unit_id}:{line.product_code}": line for line in item.offered}
    chosen = [line for key, line in offered.items() if key in ticked]
    if len(chosen) == len(offered) and not item.is_twin:
        return None
    if not chosen:
        raise Invalid.at("0-scope", "required")
    return [
        {"unit_id": line.unit_id, "product_code": line.product_code, "area_m2": line.area_m2}
        for line in chosen
    ]


def _typed(item: Item) -> Form:
    draft = item.decision
    ticked = [f"{line.unit_id}:{line.product_code}" for line in item.scope]
    if draft is None:
        first = "" if item.own_stops else item.proposed.value
        return Form.of({"outcome": first, "scope": ticked, "by_consensus": "on"})
    condition = draft.conditions[0] if draft.conditions else {}
    return Form.of(
        {
            "outcome": draft.outcome,
            "reasons": draft.reasons,
            "valid_from": draft.valid_from,
            "valid_until": draft.valid_until,
            "condition": condition.get("text", ""),
            "due_on": condition.get("due_on", ""),
            "scope": ticked,
            "by_consensus": "on" if draft.by_consensus else "votes",
            **{f"votes-{member}": ballot for member, ballot in draft.votes.items()},
            **{f"recusals-{member}": reason for member, reason in draft.recusals.items()},
            **{f"waivers-{code}": reason for code, reason in draft.waivers.items()},
        }
    )


def _detail(
    request: Request,
    session: Session,
    actor: Actor,
    agenda: Agenda,
    item: Item,
    form: Form,
    status: int = 200,
) -> Response:
    require(actor, Permission.DECISION_RECORD, on=agenda.meeting.committee_id)
    if agenda.is_closed:
        return already_closed(agenda.meeting.id)
    told = Told(session, [item], locale_of(request))
    asks = item.judged.asks if item.judged else ()
    return render(
        request,
        "meetings/decision.html",
        status,
        agenda=agenda,
        item=item,
        told=told,
        form=form,
        outcomes=choices(request, "outcome", Outcome),
        offered=[
            (f"{line.unit_id}:{line.product_code}", line.product, _where(line, request))
            for line in item.offered
        ],
        ballots=choices(request, "ballot", Ballot),
        found_recused=item.judged.recused if item.judged else frozenset(),
        asks=[told.shown(ask, "warn") | {"code": ask.code} for ask in asks],
    )


def _where(line: Line, request: Request) -> str:
    if line.area_m2 is None:
        return line.unit
    return f"{line.unit} · {format_area(line.area_m2, locale_of(request))}"


# --- the closing ---------------------------------------------------------------------------------


@router.get("/reuniones/{meeting_id}/cierre")
def ask_closing(request: Request, session: SessionDep, actor: UserDep, meeting_id: int) -> Response:
    return _closing(request, session, actor, meeting_id)


@router.post("/reuniones/{meeting_id}/cierre")
def close(
    request: Request,
    session: SessionDep,
    actor: UserDep,
    now: NowDep,
    keyring: KeyringDep,
    _data: FormDep,
    meeting_id: int,
) -> Response:
    try:
        closing = seals.close_and_grant(session, actor, now, keyring, meeting_id)
    except MeetingClosed:
        return already_closed(meeting_id)
    except MeetingNotYet as early:
        day = early.params["held_on"]
        return redirect(f"/reuniones/{meeting_id}", "meeting_not_yet", "warning", held_on=day)
    except NothingDecided:
        return redirect(f"/reuniones/{meeting_id}", "nothing_decided", "warning")
    except ClosingRefused as refusal:
        session.rollback()
        return _closing(request, session, actor, meeting_id, refusal.by_producer, 422)
    except Refused:
        session.rollback()
        return _closing(request, session, actor, meeting_id, status=422)
    return redirect(f"/reuniones/{meeting_id}", "acta_closed", seals=len(closing.granted))


def _closing(
    request: Request,
    session: Session,
    actor: Actor,
    meeting_id: int,
    refused: Mapping[str, tuple[NotMet, ...]] | None = None,
    status: int = 200,
) -> Response:
    agenda = agenda_of(session, actor, meeting_id)
    require(actor, Permission.ACTA_CLOSE, on=agenda.meeting.committee_id)
    if agenda.is_closed:
        return already_closed(meeting_id)
    hands = hands_of(session, actor, agenda.meeting)
    if refused is None:
        refused = {item.producer.code: item.stops for item in agenda.drafts if item.stops}
    stops = [stop for listed in refused.values() for stop in listed]
    told = Told(session, agenda.items, locale_of(request), stops)
    heard = appeals_heard(session, meeting_id)
    producers = [item.producer for item in agenda.items] + [line.producer for line in heard]
    names = {row.code: row.display_name for row in producers}
    return render(
        request,
        "meetings/closing.html",
        status,
        agenda=agenda,
        heard=heard,
        told=told,
        refused=[
            (code, names.get(code, ""), [told.shown(stop) for stop in listed])
            for code, listed in refused.items()
        ],
        was_tried=status == 422,
        hands=told.say(hands) if isinstance(hands, NotMet) else "",
        others=[item for item in agenda.drafts if item not in agenda.granting],
        untouched=agenda.waiting,
    )

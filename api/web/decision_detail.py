"""What a meeting decides about one producer, in detail: votes, recusals, scope and dates."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.datastructures import FormData
from starlette.responses import Response

from api.deps import FormDep, SessionDep, UserDep
from api.forms import Form, parse
from api.render import locale_of, redirect
from api.web.again import by_member, choices
from api.web.decision_rows import at_condition, closed_up, conditions_of, slots
from api.web.desk import Desk, DeskDep
from api.web.meetings import already_closed
from api.web.once import FormRoute
from api.web.verdicts import Told
from spg_registry.core.errors import Fault, Invalid
from spg_registry.core.messages import format_area
from spg_registry.core.permissions import Permission, require
from spg_registry.decisions import service
from spg_registry.decisions.errors import MeetingClosed
from spg_registry.decisions.schemas import DecisionIn
from spg_registry.producers.errors import ProducerNotFound
from spg_registry.rules.words import Ballot, Category, Outcome
from spg_registry.seals import splitting
from spg_registry.seals.agenda import Item, Line, item_of

router = APIRouter(prefix="/reuniones/{meeting_id}/productores", route_class=FormRoute)

FIELDS = ("outcome", "reasons", "valid_from", "valid_until")


@router.get("")
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


@router.get("/{code}")
def detail(desk: DeskDep, meeting_id: int, code: str, sello: Category | None = None) -> Response:
    """`sello` chooses where the meeting decides about both seals of one producer."""
    return _detail(desk, meeting_id, code, sello)


@router.post("/{code}")
def decide_one(
    desk: DeskDep, data: FormDep, meeting_id: int, code: str, sello: Category | None = None
) -> Response:
    typed = closed_up(data)

    def item() -> Item:
        return item_of(desk.session, desk.actor, meeting_id, code, sello, desk.today)[1]

    def act() -> None:
        try:
            service.decide_all(*desk.acting, meeting_id, [_one(item(), typed)])
        except Invalid as refusal:
            raise Invalid(*map(_at_its_field, refusal.faults)) from refusal

    try:
        return desk.edit(
            typed,
            lambda: _record(item()),
            act,
            lambda form, status: _detail(desk, meeting_id, code, sello, form, status),
            f"/reuniones/{meeting_id}",
            "decision_saved",
            lock=f"/reuniones/{meeting_id}",
            name=item().producer.display_name,
        )
    except MeetingClosed:
        return already_closed(meeting_id)


@router.post("/{code}/retirar")
def take_off(
    desk: DeskDep, _data: FormDep, meeting_id: int, code: str, sello: Category | None = None
) -> Response:
    """The draft goes off the table; its producer is on the agenda again."""
    _, item = item_of(desk.session, desk.actor, meeting_id, code, sello, desk.today)
    back = f"/reuniones/{meeting_id}#p-{code}"
    if item.decision is None:
        return redirect(back, "nothing_to_withdraw", "info")
    try:
        service.withdraw_draft(*desk.acting, item.decision.id)
    except MeetingClosed:
        return already_closed(meeting_id)
    return redirect(back, "draft_withdrawn", name=item.producer.display_name)


@router.post("/{code}/dos-sellos")
def give_both(desk: DeskDep, _data: FormDep, meeting_id: int, code: str) -> Response:
    """The green seal for the land that is ready, the white one for the rest."""
    here = f"/reuniones/{meeting_id}#p-{code}-organic"
    try:
        splitting.give_both(*desk.acting, meeting_id, code)
    except MeetingClosed:
        return already_closed(meeting_id)
    except Invalid:
        desk.session.rollback()
        return redirect(f"/reuniones/{meeting_id}", "nothing_to_split", "warning")
    return redirect(here, "both_seals_noted", code=code)


# --- what was typed ------------------------------------------------------------------------------


def _at_its_field(fault: Fault) -> Fault:
    name = fault.field.removeprefix("0-")
    place = "scope" if name.startswith("scope") else at_condition(name)
    return Fault(place, fault.code, fault.params)


def _one(item: Item, data: FormData) -> DecisionIn:
    plain = {name: data[name] for name in data if name in FIELDS or name.startswith("conditions-")}
    by_consensus = str(data.get("by_consensus", "on")) != "votes"
    return parse(
        DecisionIn,
        plain,
        producer_id=item.producer.id,
        category=item.category,
        scope=_scope(item, data),
        replaces=item.decision.replaces if item.decision else [],
        corrects=item.decision.corrects_id if item.decision else None,
        by_consensus=by_consensus,
        votes={} if by_consensus else by_member(data, "votes-"),
        recusals=by_member(data, "recusals-"),
        waivers=by_member(data, "waivers-"),
    )


def _scope(item: Item, data: FormData) -> list[dict[str, Any]] | None:
    """The rows that were ticked; all of them are said as *everything*, which grows with the
    visits. A row that was not offered is not taken."""
    ticked = set(map(str, data.getlist("scope")))
    offered = {_key(line): line for line in item.offered}
    chosen = [line for key, line in offered.items() if key in ticked]
    if len(chosen) == len(offered) and not item.is_twin:
        return None
    if not chosen:
        raise Invalid.at("0-scope", "required")
    return [
        {"unit_id": line.unit_id, "product_code": line.product_code, "area_m2": line.area_m2}
        for line in chosen
    ]


# --- what is shown -------------------------------------------------------------------------------


def _key(line: Line) -> str:
    return f"{line.unit_id}:{line.product_code}"


def _record(item: Item) -> Form:
    """What the draft says; nothing while there is none."""
    draft = item.decision
    if draft is None:
        return Form.of({"outcome": ""})
    return Form.of(
        {
            **{name: getattr(draft, name) for name in FIELDS},
            **conditions_of(draft),
            "scope": list(map(_key, item.scope)),
            "by_consensus": "on" if draft.by_consensus else "votes",
            **{f"votes-{member}": ballot for member, ballot in draft.votes.items()},
            **{f"recusals-{member}": reason for member, reason in draft.recusals.items()},
            **{f"waivers-{code}": reason for code, reason in draft.waivers.items()},
        }
    )


def _shown(item: Item) -> Form:
    """The draft, or what the norm proposes."""
    record = _record(item)
    if item.decision is not None:
        return record
    first = "" if item.own_stops else item.proposed.value
    scope = list(map(_key, item.scope))
    return Form.of({"outcome": first, "scope": scope, "by_consensus": "on", "was": record.was})


def _detail(
    desk: Desk,
    meeting_id: int,
    code: str,
    sello: Category | None,
    form: Form | None = None,
    status: int = 200,
) -> Response:
    agenda, item = item_of(desk.session, desk.actor, meeting_id, code, sello, desk.today)
    require(desk.actor, Permission.DECISION_RECORD, on=agenda.meeting.committee_id)
    if agenda.is_closed:
        return already_closed(agenda.meeting.id)
    request = desk.request
    told = Told(desk.session, [item], locale_of(request))
    asks = item.judged.asks if item.judged else ()
    return desk.page(
        "meetings/decision.html",
        form or _shown(item),
        status,
        agenda=agenda,
        item=item,
        told=told,
        slots=slots,
        outcomes=choices(request, "outcome", Outcome),
        offered=[(_key(line), line.product, _where(line, request)) for line in item.offered],
        ballots=choices(request, "ballot", Ballot),
        found_recused=item.judged.recused if item.judged else frozenset(),
        asks=[told.shown(ask, "warn") | {"code": ask.code} for ask in asks],
    )


def _where(line: Line, request: Request) -> str:
    if line.area_m2 is None:
        return line.unit
    return f"{line.unit} · {format_area(line.area_m2, locale_of(request))}"

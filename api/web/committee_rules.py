"""A committee's own rules within the national bounds, and its own questions of the form."""

from typing import Annotated, Any

from fastapi import APIRouter, Path
from starlette.responses import Response

from api.deps import FormDep
from api.forms import Form, parse
from api.render import redirect, render
from api.web.again import choices
from api.web.desk import Desk, DeskDep
from api.web.once import FormRoute
from spg_registry.committees import queries, reading
from spg_registry.core.errors import NotFound
from spg_registry.core.permissions import Permission
from spg_registry.rules.words import ActivityKind
from spg_registry.standards import queries as norm
from spg_registry.standards import service
from spg_registry.standards.own_rules import OwnRules, only_changes, own_rules
from spg_registry.standards.schemas import ByLaws, LocalItem

router = APIRouter(prefix="/comites/{committee_id}", route_class=FormRoute)

CommitteeId = Annotated[int, Path(ge=1, le=2**62)]


@router.get("/reglas")
def show(desk: DeskDep, committee_id: CommitteeId) -> Response:
    """Every value with its source, the national one and what is allowed; the own questions."""
    committee = queries.get_committee(desk.session, desk.actor, committee_id)
    return render(
        desk.request,
        "committees/rules.html",
        committee=committee,
        own=own_rules(desk.session, committee_id, desk.today),
        items=norm.local_items(desk.session, committee_id),
        former=norm.by_laws(desk.session, committee_id),
        may_manage=desk.actor.may(Permission.COMMITTEE_MANAGE, committee_id),
    )


@router.get("/reglas/cambiar")
def ask_change(desk: DeskDep, committee_id: CommitteeId) -> Response:
    own = own_rules(desk.session, committee_id, desk.today)
    return _change(desk, committee_id, Form.of(_values(own)))


@router.post("/reglas/cambiar")
def change(desk: DeskDep, data: FormDep, committee_id: CommitteeId) -> Response:
    """The whole of the by-laws at once, as one new version."""

    def act() -> None:
        wish = parse(ByLaws, data, committee_id=committee_id)
        wish = only_changes(desk.session, wish, desk.today)
        service.adopt_by_laws(*desk.acting, wish)

    return desk.edit(
        data,
        lambda: Form.of(_values(own_rules(desk.session, committee_id, desk.today))),
        act,
        lambda form, status: _change(desk, committee_id, form, status),
        f"/comites/{committee_id}/reglas",
        "by_laws_adopted",
    )


def _values(own: OwnRules) -> dict[str, Any]:
    """The fields of the form, named as the schema nests them."""
    values: dict[str, Any] = {"source": own.by_laws.source if own.by_laws else ""}
    for rule in own.rules:
        values[f"rules-{rule.code}-severity"] = rule.severity
        values |= {f"rules-{rule.code}-params-{one.name}": one.value for one in rule.numbers}
    return values


def _change(desk: Desk, committee_id: int, form: Form, status: int = 200) -> Response:
    committee = reading.office(desk.session, desk.actor, committee_id)
    own = own_rules(desk.session, committee_id, desk.today)
    return desk.page(
        "committees/rules_change.html",
        form,
        status,
        committee=committee,
        rules=[rule for rule in own.rules if rule.is_open],
        back=f"/comites/{committee_id}/reglas",
    )


@router.get("/preguntas/nueva")
def ask_item(desk: DeskDep, committee_id: CommitteeId) -> Response:
    return _item(desk, committee_id, Form())


@router.post("/preguntas/nueva")
def add_item(desk: DeskDep, data: FormDep, committee_id: CommitteeId) -> Response:
    def act() -> None:
        service.add_local_item(*desk.acting, parse(LocalItem, data, committee_id=committee_id))

    return desk.act(
        data,
        act,
        lambda form, status: _item(desk, committee_id, form, status),
        f"/comites/{committee_id}/reglas#preguntas",
        "local_item_added",
    )


def _item(desk: Desk, committee_id: int, form: Form, status: int = 200) -> Response:
    committee = reading.office(desk.session, desk.actor, committee_id)
    asked = norm.items_of(desk.session, norm.checklist_on(desk.session, desk.today))
    parts = {dimension.code: dimension.title for dimension, _item in asked}
    return desk.page(
        "committees/question.html",
        form,
        status,
        committee=committee,
        parts=[(code, title) for code, title in parts.items() if code != service.OWN_DIMENSION],
        pictograms=[
            (item.pictogram, f"{item.code} · {item.text[:60]}")
            for _dimension, item in asked
            if item.pictogram
        ],
        activities=choices(desk.request, "activity", ActivityKind),
        back=f"/comites/{committee_id}/reglas",
    )


@router.post("/preguntas/{item_id}/retirar")
def retire_item(desk: DeskDep, _data: FormDep, committee_id: CommitteeId, item_id: int) -> Response:
    queries.get_committee(desk.session, desk.actor, committee_id)
    if item_id not in {item.id for _, item in norm.local_items(desk.session, committee_id)}:
        raise NotFound()
    row = service.retire_local_item(*desk.acting, item_id)
    return redirect(
        f"/comites/{committee_id}/reglas#preguntas", "local_item_retired", code=row.code
    )

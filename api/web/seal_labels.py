"""Labels with running numbers: what is in each package is declared, each number is given once."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query
from sqlmodel import Session
from starlette.responses import Response

from api.deps import FormDep, GroundDep
from api.forms import Form, parse
from api.render import locale_of, printed, redirect
from api.web.again import choices, typed_again
from api.web.desk import Desk, DeskDep
from api.web.once import FormRoute
from api.web.seal_choice import AskedDep, query_of, shown
from spg_registry.core import codes
from spg_registry.core.errors import Invalid
from spg_registry.core.messages import format_number, sentence
from spg_registry.core.permissions import Permission
from spg_registry.seals import labels, numbering, service
from spg_registry.seals.choosing import Choice
from spg_registry.seals.errors import SealNotInForce
from spg_registry.seals.labels import Numbered, Profile
from spg_registry.seals.models import LabelBatch, QuantityUnit, SealGrant
from spg_registry.seals.queries import certificate_of, is_printable
from spg_registry.seals.schemas import LabelBatchesIn
from spg_registry.territory.queries import product

router = APIRouter(route_class=FormRoute)


@router.get("/sellos/etiquetas")
def ask(asked: AskedDep) -> Response:
    return asked.page(lambda choice: _page(asked.desk, choice, Form()))


@router.post("/sellos/etiquetas")
def allot(asked: AskedDep, data: FormDep) -> Response:
    desk, choice = asked.desk, asked.choice()
    try:
        made = service.allot(*desk.acting, parse(LabelBatchesIn, data))
    except Invalid as refusal:
        form = typed_again(desk.request, desk.session, data, refusal)
        return _page(desk, asked.choice(), form, 422)
    total = sum(batch.count for batch in made)
    return redirect(f"/sellos/etiquetas?{query_of(choice)}", "labels_allotted", count=total)


def _page(desk: Desk, choice: Choice, form: Form, status: int = 200) -> Response:
    session = desk.session
    grants = [one.grant for one in choice.printable]
    balances = numbering.balances_of(session, grants, desk.today)
    by_grant = {one.grant.id: one for one in choice.seals}
    batches = numbering.batches_of(session, by_grant)
    lines = [_line(desk, batch, by_grant[batch.grant_id].grant) for batch in batches]
    lots = [f"lote={line.batch.id}" for line in reversed(lines) if line.printable]
    rows = []
    for place, one in enumerate(choice.printable):
        products = [name for grant_id, name in balances if grant_id == one.grant.id]
        rows.append(
            {
                "prefix": f"rows-{place}-",
                "seal": one,
                "code": codes.display(one.grant.code),
                "products": [(name, _product(session, name)) for name in sorted(products)],
                "told": [
                    (_product(session, name), _kg(desk, known.declared), _kg(desk, known.expected))
                    for (grant_id, name), known in sorted(balances.items())
                    if grant_id == one.grant.id and (known.declared or known.expected)
                ],
            }
        )
    return desk.page(
        "seals/labels.html",
        form,
        status,
        rows=rows,
        units=choices(desk.request, "quantity_unit", QuantityUnit),
        may_allot=bool(grants)
        and all(desk.actor.may(Permission.PRODUCER_WRITE, g.committee_id) for g in grants),
        batches=lines,
        all_lots="&".join(lots) if len(lots) > 1 else "",
        **shown(choice),
    )


@dataclass(frozen=True)
class _Line:
    """A batch already given, in words."""

    batch: LabelBatch
    code: str
    product: str
    content: str
    declared: str
    printable: bool


def _line(desk: Desk, batch: LabelBatch, grant: SealGrant) -> _Line:
    return _Line(
        batch,
        codes.display(grant.code),
        _product(desk.session, batch.product_code),
        _quantity(desk, batch.content, batch.unit),
        _quantity(desk, batch.declared, batch.unit),
        is_printable(grant, desk.today),
    )


def _product(session: Session, code: str) -> str:
    found = product(session, code)
    return found.es if found else code


def _quantity(desk: Desk, amount: int, unit: QuantityUnit) -> str:
    locale = locale_of(desk.request)
    word = sentence(f"unit.{unit.value}", locale)
    return f"{format_number(amount, locale)} {word}"


def _kg(desk: Desk, grams: int | None) -> str:
    if grams is None:
        return "—"
    return f"{format_number(grams / numbering.GRAMS_PER_KG, locale_of(desk.request))} kg"


@router.get("/sellos/etiquetas/papel.pdf")
def document(
    desk: DeskDep,
    ground: GroundDep,
    lots: Annotated[list[int], Query(alias="lote", min_length=1, max_length=400)],
    profile: Annotated[Profile, Query(alias="perfil")] = Profile.CARRIED,
) -> Response:
    """The labels of batches already given. Of a seal that does not count nothing is printed."""
    rows = numbering.get_batches(desk.session, desk.actor, lots)
    chosen_settings = ground.settings
    printing = []
    for batch, grant in rows:
        if not is_printable(grant, desk.today):
            raise SealNotInForce(code=grant.code)
        paper = certificate_of(
            desk.session,
            grant.code,
            desk.today,
            chosen_settings.public_url,
            demo=chosen_settings.demo,
        )
        word = sentence(f"unit.{batch.unit.value}")
        content = f"{format_number(batch.content)} {word}"
        name = _product(desk.session, batch.product_code)
        printing.append(Numbered(paper, name, content, batch.first_number, batch.last_number))
    made = labels.numbered_sheets(printing, profile)
    return printed(made, f"etiquetas-{'-'.join(str(lot) for lot in lots[:3])}.pdf")

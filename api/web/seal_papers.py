"""What is printed of seals: certificates, sheets of seals to cut out, cards for the stall; of one
seal, of a community, or of a meeting."""

from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from api.deps import GroundDep
from api.forms import Form
from api.render import locale_of, printed, render
from api.web.desk import Desk
from api.web.seal_choice import AskedDep, shown
from spg_registry.core import codes
from spg_registry.core.errors import Invalid
from spg_registry.core.messages import sentence
from spg_registry.seals import labels, sheets, stall_cards
from spg_registry.seals.choosing import Choice, Chosen
from spg_registry.seals.labels import Profile
from spg_registry.seals.queries import certificates_of

router = APIRouter()

MOST_LABELS = 4_800
"""Labels of one document: 200 pages."""
MOST_SEALS = 400


class Paper(StrEnum):
    CERTIFICATES = "certificates"
    SEALS = "seals"
    CARDS = "cards"


Marked = Annotated[list[str] | None, Query(alias="solo", max_length=MOST_SEALS)]


def options(desk: Desk, seals: list[Chosen]) -> list[tuple[str, str, str]]:
    """For ticked boxes: the code, whose it is, and which seal."""
    locale = locale_of(desk.request)
    return [
        (
            one.grant.code,
            f"{one.producer.display_name} · {codes.display(one.grant.code)}",
            sentence(f"seal.{one.grant.category.value}.name", locale),
        )
        for one in seals
    ]


@router.get("/sellos/imprimir")
def ask(asked: AskedDep) -> Response:
    def show(choice: Choice) -> Response:
        usual = {"papel": "seals", "perfil": "carried"}
        usual["copias"] = "24" if choice.kind == "seal" else "4"
        return _page(asked.desk, choice, Form.of(usual))

    return asked.page(show)


def _page(desk: Desk, choice: Choice, form: Form, status: int = 200) -> Response:
    return render(
        desk.request,
        "seals/print.html",
        status,
        form=form,
        options=options(desk, choice.printable),
        left_out=[(one, codes.display(one.grant.code)) for one in choice.left_out],
        per_page=labels.PER_PAGE,
        **shown(choice),
    )


@router.get("/sellos/imprimir/papel.pdf")
def document(
    asked: AskedDep,
    ground: GroundDep,
    marked: Marked = None,
    by_marks: Annotated[str, Query(alias="marcas", max_length=2)] = "",
    paper: Annotated[Paper, Query(alias="papel")] = Paper.SEALS,
    profile: Annotated[Profile, Query(alias="perfil")] = Profile.CARRIED,
    copies: Annotated[str, Query(alias="copias", max_length=6)] = "24",
) -> Response:
    """One document. With `marcas` only the ticked seals (`solo`), else all of the choice."""
    desk, choice = asked.desk, asked.choice()
    ticked = set(marked or [])
    wanted = [one for one in choice.printable if not by_marks or one.grant.code in ticked]
    count = int(copies) if copies.isascii() and copies.isdigit() else 0
    try:
        _check(wanted, count if paper is Paper.SEALS else 1)
    except Invalid as refusal:
        request = desk.request
        again = Form.with_faults(request.query_params, refusal.faults, locale_of(request))
        again.lists["solo"] = list(ticked)
        return _page(desk, choice, again, 422)
    chosen_settings = ground.settings
    papers = certificates_of(
        desk.session,
        [one.grant for one in wanted],
        desk.today,
        chosen_settings.public_url,
        demo=chosen_settings.demo,
    )
    if paper is Paper.CERTIFICATES:
        made = sheets.certificates(papers)
    elif paper is Paper.CARDS:
        made = stall_cards.cards(papers)
    else:
        made = labels.sheets(papers, profile, count)
    return printed(made, f"{NAMES[paper]}-{choice.kind}-{choice.key}.pdf")


NAMES = {Paper.CERTIFICATES: "certificados", Paper.SEALS: "sellos", Paper.CARDS: "tarjetas"}


def _check(wanted: list[Chosen], copies: int) -> None:
    if not wanted:
        raise Invalid.at("solo", "no_seal_marked")
    if not 1 <= copies * len(wanted) <= MOST_LABELS:
        raise Invalid.at("copias", "too_many_labels", limit=MOST_LABELS // len(wanted))

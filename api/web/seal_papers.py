"""What is printed of seals: certificates, sheets of seals to cut out, cards for the stall; of one
seal, of a community, or of a meeting."""

from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api.deps import GroundDep
from api.forms import Form
from api.render import locale_of, render
from api.web.desk import Desk, DeskDep
from spg_registry.core import codes
from spg_registry.core.errors import Invalid
from spg_registry.core.messages import sentence
from spg_registry.seals import choosing, labels, sheets, stall_cards
from spg_registry.seals.choosing import Choice, Chosen
from spg_registry.seals.errors import SealNotFound
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


Code = Annotated[str, Query(alias="sello", max_length=40)]
Meeting = Annotated[int, Query(alias="reunion", ge=0)]
Community = Annotated[int, Query(alias="comunidad", ge=0)]
Marked = Annotated[list[str] | None, Query(alias="solo", max_length=MOST_SEALS)]


def chosen(desk: Desk, code: str, meeting: int, community: int) -> Choice | None:
    """What the address names; None when it names nothing yet."""
    who = (desk.session, desk.actor, desk.today)
    if code.strip():
        try:
            return choosing.of_seal(*who, codes.parse(code))
        except codes.MistypedCode:
            raise SealNotFound(code=code) from None
    if meeting:
        return choosing.of_meeting(*who, meeting)
    return choosing.of_community(*who, community) if community else None


def query_of(choice: Choice) -> str:
    """The same choice in an address."""
    name = {"seal": "sello", "meeting": "reunion", "community": "comunidad"}[choice.kind]
    return f"{name}={choice.key}"


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
def ask(desk: DeskDep, code: Code = "", meeting: Meeting = 0, community: Community = 0) -> Response:
    form = Form.of({"sello": code})
    try:
        choice = chosen(desk, code, meeting, community)
    except SealNotFound:
        form.errors["sello"] = sentence("error.seal_not_found", locale_of(desk.request))
        choice = None
    if choice is None:
        return which(desk, form, "/sellos/imprimir")
    usual = "24" if choice.kind == "seal" else "4"
    return _page(desk, choice, Form.of({"papel": "seals", "perfil": "carried", "copias": usual}))


def which(desk: Desk, form: Form, action: str) -> Response:
    """The page before: of one seal, a meeting, or a community."""
    who = (desk.session, desk.actor, desk.today)
    return desk.page(
        "seals/which.html",
        form,
        422 if form.errors else 200,
        to=action,
        meetings=choosing.meetings_to_print(*who),
        communities=choosing.communities_to_print(*who),
    )


def _page(desk: Desk, choice: Choice, form: Form, status: int = 200) -> Response:
    return render(
        desk.request,
        "seals/print.html",
        status,
        form=form,
        choice=choice,
        options=options(desk, choice.printable),
        left_out=[(one, codes.display(one.grant.code)) for one in choice.left_out],
        query=query_of(choice),
        shown_code=codes.display(choice.key) if choice.kind == "seal" else "",
        per_page=labels.PER_PAGE,
    )


@router.get("/sellos/imprimir/papel.pdf")
def printed(
    request: Request,
    desk: DeskDep,
    ground: GroundDep,
    code: Code = "",
    meeting: Meeting = 0,
    community: Community = 0,
    marked: Marked = None,
    asked: Annotated[str, Query(alias="marcas", max_length=2)] = "",
    paper: Annotated[Paper, Query(alias="papel")] = Paper.SEALS,
    profile: Annotated[Profile, Query(alias="perfil")] = Profile.CARRIED,
    copies: Annotated[str, Query(alias="copias", max_length=6)] = "24",
) -> Response:
    """One document. With `marcas` only the ticked seals (`solo`), else all of the choice."""
    choice = chosen(desk, code, meeting, community)
    if choice is None:
        raise SealNotFound()
    ticked = set(marked or [])
    wanted = [one for one in choice.printable if not asked or one.grant.code in ticked]
    count = int(copies) if copies.isascii() and copies.isdigit() else 0
    try:
        _check(wanted, count if paper is Paper.SEALS else 1)
    except Invalid as refusal:
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
    return pdf(made, f"{NAMES[paper]}-{choice.kind}-{choice.key}")


NAMES = {Paper.CERTIFICATES: "certificados", Paper.SEALS: "sellos", Paper.CARDS: "tarjetas"}


def _check(wanted: list[Chosen], copies: int) -> None:
    if not wanted:
        raise Invalid.at("solo", "no_seal_marked")
    if not 1 <= copies * len(wanted) <= MOST_LABELS:
        raise Invalid.at("copias", "too_many_labels", limit=MOST_LABELS // len(wanted))


def pdf(made: bytes, name: str) -> Response:
    return Response(
        made,
        media_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{name}.pdf"'},
    )

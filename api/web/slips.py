"""Slips with a one-time code: the office prints them, each for one family, once."""

from fastapi import APIRouter
from starlette.responses import Response

from api.deps import FormDep, GroundDep
from api.forms import Form
from api.ground import Ground
from api.render import locale_of, render
from api.web.desk import Desk, DeskDep
from api.web.once import FormRoute
from api.web.seal_papers import Code, Community, Meeting, chosen, pdf, query_of, which
from spg_registry.core import codes
from spg_registry.core.errors import Invalid
from spg_registry.core.messages import sentence
from spg_registry.core.permissions import Permission, require
from spg_registry.producers.access import producer_to_write
from spg_registry.seals import own_door, slips
from spg_registry.seals.choosing import Choice
from spg_registry.seals.errors import SealNotFound

router = APIRouter(route_class=FormRoute)


@router.get("/sellos/talones")
def ask(desk: DeskDep, code: Code = "", meeting: Meeting = 0, community: Community = 0) -> Response:
    require(desk.actor, Permission.PRODUCER_WRITE)
    form = Form.of({"sello": code})
    try:
        choice = chosen(desk, code, meeting, community)
    except SealNotFound:
        form.errors["sello"] = sentence("error.seal_not_found", locale_of(desk.request))
        choice = None
    if choice is None:
        return which(desk, form, "/sellos/talones")
    return _page(desk, choice, Form())


@router.post("/sellos/talones")
def issue(
    desk: DeskDep,
    ground: GroundDep,
    data: FormDep,
    code: Code = "",
    meeting: Meeting = 0,
    community: Community = 0,
) -> Response:
    """The answer is the paper itself: the codes on it are kept nowhere and shown nowhere else."""
    choice = chosen(desk, code, meeting, community)
    if choice is None:
        raise SealNotFound()
    ticked = set(map(str, data.getlist("solo")))
    wanted = [one.producer.id for one in choice.seals if one.producer.code in ticked]
    if not wanted:
        fault = Invalid.at("solo", "no_family_marked")
        form = Form.with_faults(data, fault.faults, locale_of(desk.request))
        return _page(desk, choice, form, 422)
    return _paper(desk, ground, wanted, f"talones-{choice.kind}-{choice.key}")


def _page(desk: Desk, choice: Choice, form: Form, status: int = 200) -> Response:
    families = {one.producer.code: one.producer for one in choice.seals}
    return render(
        desk.request,
        "seals/slips.html",
        status,
        form=form,
        choice=choice,
        options=[(code, f"{row.display_name} · {code}") for code, row in families.items()],
        query=query_of(choice),
        shown_code=codes.display(choice.key) if choice.kind == "seal" else "",
        days=own_door.SLIP_LIFE.days,
    )


@router.get("/productores/{code}/talon")
def ask_one(desk: DeskDep, code: str) -> Response:
    producer, _ = producer_to_write(desk.session, desk.actor, code)
    return render(desk.request, "seals/slip.html", producer=producer, days=own_door.SLIP_LIFE.days)


@router.post("/productores/{code}/talon")
def issue_one(desk: DeskDep, ground: GroundDep, _data: FormDep, code: str) -> Response:
    producer, _ = producer_to_write(desk.session, desk.actor, code)
    return _paper(desk, ground, [producer.id], f"talon-{producer.code}")


def _paper(desk: Desk, ground: Ground, producer_ids: list[int], name: str) -> Response:
    made = own_door.issue_slips(*desk.acting, producer_ids)
    chosen_settings = ground.settings
    paper = slips.slips(made, chosen_settings.public_url, desk.today, demo=chosen_settings.demo)
    return pdf(paper, name)

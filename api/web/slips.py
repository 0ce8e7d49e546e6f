"""Slips with a one-time code: the office prints them, each for one family, once."""

from fastapi import APIRouter
from starlette.responses import Response

from api.deps import FormDep, GroundDep
from api.forms import Form
from api.ground import Ground
from api.render import locale_of, printed, render
from api.web.desk import Desk, DeskDep
from api.web.once import FormRoute
from api.web.seal_choice import AskedDep, shown
from spg_registry.core.errors import Invalid
from spg_registry.core.permissions import Permission, require
from spg_registry.producers.access import producer_to_write
from spg_registry.seals import own_door, slips
from spg_registry.seals.choosing import Choice

router = APIRouter(route_class=FormRoute)


@router.get("/sellos/talones")
def ask(asked: AskedDep) -> Response:
    require(asked.desk.actor, Permission.PRODUCER_WRITE)
    return asked.page(lambda choice: _page(asked.desk, choice, Form()))


@router.post("/sellos/talones")
def issue(asked: AskedDep, ground: GroundDep, data: FormDep) -> Response:
    """The answer is the paper itself: the codes on it are kept nowhere and shown nowhere else."""
    desk, choice = asked.desk, asked.choice()
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
        options=[(code, f"{row.display_name} · {code}") for code, row in families.items()],
        days=own_door.SLIP_LIFE.days,
        **shown(choice),
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
    return printed(paper, f"{name}.pdf")

"""After the renewal of a registration: the seals it had cut short, to their full term at once."""

from fastapi import APIRouter
from starlette.responses import Response

from api.deps import FormDep, KeyringDep
from api.forms import Form, parse
from api.render import locale_of, redirect
from api.web.again import typed_again
from api.web.desk import Desk, DeskDep
from api.web.once import FormRoute
from spg_registry.committees.queries import get_spg
from spg_registry.core import codes
from spg_registry.core.errors import Invalid
from spg_registry.core.messages import reason, sentence
from spg_registry.core.permissions import Permission, require
from spg_registry.seals import service
from spg_registry.seals.naming import names_for
from spg_registry.seals.restoring import CutShort, cut_short
from spg_registry.seals.schemas import RestoreIn

router = APIRouter(route_class=FormRoute)


@router.get("/spg/{spg_id}/plazos")
def ask(desk: DeskDep, spg_id: int) -> Response:
    return _page(desk, Form(), spg_id)


@router.post("/spg/{spg_id}/plazos")
def restore(desk: DeskDep, keyring: KeyringDep, data: FormDep, spg_id: int) -> Response:
    try:
        wish = parse(RestoreIn, data)
        news = service.restore(*desk.acting, keyring, spg_id, wish)
    except Invalid as refusal:
        form = typed_again(desk.request, desk.session, data, refusal)
        return _page(desk, form, spg_id, 422)
    return redirect(f"/spg/{spg_id}/plazos", "terms_restored", count=len(news))


def _page(desk: Desk, form: Form, spg_id: int, status: int = 200) -> Response:
    spg = get_spg(desk.session, desk.actor, spg_id)
    require(desk.actor, Permission.SEAL_DECIDE, on=spg.committee_id)
    found = cut_short(desk.session, desk.actor, spg_id, desk.today)
    able = [one for one in found if one.can_be]
    return desk.page(
        "seals/terms.html",
        form,
        status,
        spg=spg,
        able=[(one, codes.display(one.grant.code)) for one in able],
        unable=[
            (one, codes.display(one.grant.code), _why(desk, one)) for one in found if not one.can_be
        ],
    )


def _why(desk: Desk, one: CutShort) -> str:
    locale = locale_of(desk.request)
    if one.is_suspended:
        return sentence("error.seal_suspended", locale)
    name_of = names_for(desk.session, one.stops)
    return " ".join(reason(stop, locale, name_of) for stop in one.stops)

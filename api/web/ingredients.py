"""The form that says what a processed product is made of."""

from fastapi import APIRouter
from starlette.responses import Response

from api.deps import FormDep
from api.forms import Form, parse
from api.web.again import choices
from api.web.desk import Desk, DeskDep
from api.web.land import products_of
from api.web.once import FormRoute
from api.web.units import crop_of, unit_sheet, writable_unit
from spg_registry.core import codes
from spg_registry.producers import service
from spg_registry.producers.errors import CropNotFound
from spg_registry.producers.models import IngredientOrigin
from spg_registry.producers.schemas import IngredientsIn
from spg_registry.rules.words import ActivityKind

router = APIRouter(prefix="/unidades", route_class=FormRoute)

ROWS = 6
"""Empty rows are left alone; a form with more ingredients grows by what it has."""


@router.get("/{code}/cultivos/{crop_id}/ingredientes")
def ask(desk: DeskDep, code: str, crop_id: int) -> Response:
    crop = crop_of(writable_unit(desk, code), crop_id)
    values: dict[str, object] = {}
    for n, row in enumerate(crop.ingredients):
        at = f"ingredients-{n}-"
        values |= {f"{at}product_code": row.product_code, f"{at}origin": row.origin}
        values |= {f"{at}seal_code": codes.display(row.seal_code) if row.seal_code else ""}
    return _page(desk, code, crop_id, Form.of(values))


@router.post("/{code}/cultivos/{crop_id}/ingredientes")
def declare(desk: DeskDep, data: FormDep, code: str, crop_id: int) -> Response:
    def act() -> None:
        # A row without a product is an empty row, whatever its other fields say.
        named = {
            name: data[name]
            for name in data
            if name.startswith("ingredients-")
            and data.get(f"ingredients-{name.split('-')[1]}-product_code")
        }
        wish = parse(IngredientsIn, named) if named else IngredientsIn(ingredients=[])
        service.declare_ingredients(*desk.acting, crop_id, wish)

    return desk.act(
        data,
        act,
        lambda form, status: _page(desk, code, crop_id, form, status),
        f"/unidades/{code}#cultivos",
        "ingredients_declared",
    )


def _page(desk: Desk, code: str, crop_id: int, form: Form, status: int = 200) -> Response:
    crop = crop_of(writable_unit(desk, code), crop_id)
    if crop.kind is not ActivityKind.PROCESSED:
        raise CropNotFound(id=crop_id)
    return unit_sheet(
        desk,
        code,
        "ingredients",
        form,
        status,
        crop=crop,
        rows=range(max(ROWS, len(crop.ingredients) + 2)),
        products=products_of(desk.request, desk.session),
        origins=choices(desk.request, "ingredient_origin", IngredientOrigin),
    )

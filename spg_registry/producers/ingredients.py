"""What processed products are made of, as their producers declare it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime

from sqlmodel import Session, col, select

from spg_registry.core import audit, codes
from spg_registry.core.errors import Fault, Invalid
from spg_registry.core.permissions import Actor
from spg_registry.producers.access import unit_to_write
from spg_registry.producers.answers import IngredientOut
from spg_registry.producers.errors import CropNotFound, ProducerNotFound, UnitNotFound
from spg_registry.producers.models import Crop, Ingredient, IngredientOrigin, Unit
from spg_registry.producers.schemas import IngredientIn, IngredientsIn
from spg_registry.rules.words import ActivityKind
from spg_registry.territory.atlas import Atlas, atlas_of


def declare_ingredients(
    session: Session, actor: Actor, now: datetime, crop_id: int, data: IngredientsIn
) -> list[Ingredient]:
    """All ingredients of a processed product at once; what is not named any more is withdrawn."""
    crop = session.get(Crop, crop_id)
    unit = session.get(Unit, crop.unit_id) if crop else None
    if crop is None or unit is None:
        raise CropNotFound(id=crop_id)
    try:
        _, committee_id = unit_to_write(session, actor, unit.code)
    except (UnitNotFound, ProducerNotFound) as error:
        raise CropNotFound(id=crop_id) from error
    book = atlas_of(session)
    if ActivityKind(book.products[crop.product_code].kind) is not ActivityKind.PROCESSED:
        raise Invalid.at("", "not_processed")
    if faults := list(_faults(data, book)):
        raise Invalid(*faults)
    wanted = {_what(item): item for item in data.ingredients}
    ever = session.exec(select(Ingredient).where(Ingredient.crop_id == crop.id))
    present = {(row.product_code, row.origin, row.seal_code): row for row in ever}
    for what, row in present.items():
        row.withdrawn = what not in wanted
    new = [what for what in wanted if what not in present]
    session.add_all(
        Ingredient(crop_id=crop.id, product_code=code, origin=origin, seal_code=seal)
        for code, origin, seal in new
    )
    session.flush()
    audit.record(
        session,
        actor,
        now,
        "crop.ingredients",
        "crop",
        crop.id,
        committee_id=committee_id,
        ingredients=sorted(code for code, _, _ in wanted),
    )
    session.flush()
    return _rows(session, [crop.id])


def _what(item: IngredientIn) -> tuple[str, IngredientOrigin, str | None]:
    sealed = item.origin is IngredientOrigin.SEALED and item.seal_code
    return item.product_code, item.origin, codes.parse(item.seal_code or "") if sealed else None


def _faults(data: IngredientsIn, book: Atlas) -> Iterator[Fault]:
    for n, item in enumerate(data.ingredients):
        at = f"ingredients-{n}-"
        product = book.products.get(item.product_code)
        if product is None:
            yield Fault(f"{at}product_code", "product_unknown", {"text": item.product_code})
        elif item.origin is IngredientOrigin.OWN and product.kind == ActivityKind.PROCESSED:
            yield Fault(f"{at}product_code", "ingredient_processed")
        if item.origin is IngredientOrigin.SEALED:
            yield from _seal_faults(item, at)


def _seal_faults(item: IngredientIn, at: str) -> Iterator[Fault]:
    if not item.seal_code:
        yield Fault(f"{at}seal_code", "ingredient_seal_missing")
        return
    try:
        codes.parse(item.seal_code)
    except codes.MistypedCode:
        yield Fault(f"{at}seal_code", "seal_code_mistyped")


def _rows(session: Session, crop_ids: Iterable[int]) -> list[Ingredient]:
    query = select(Ingredient).where(
        col(Ingredient.crop_id).in_(set(crop_ids)), col(Ingredient.withdrawn).is_(False)
    )
    return list(session.exec(query.order_by(col(Ingredient.id))))


def ingredients_out(session: Session, crop_ids: Iterable[int]) -> dict[int, list[IngredientOut]]:
    """By crop, as declared."""
    products = atlas_of(session).products
    found: dict[int, list[IngredientOut]] = defaultdict(list)
    for row in _rows(session, crop_ids):
        product = products[row.product_code]
        found[row.crop_id].append(
            IngredientOut(
                product_code=row.product_code,
                product=product.es,
                product_en=product.en,
                origin=row.origin,
                seal_code=row.seal_code,
            )
        )
    return found


def declared(session: Session, crops: Iterable[Crop]) -> dict[tuple[int, str], list[Ingredient]]:
    """By unit and processed product: what these crops are said to be made of."""
    by_id = {crop.id: crop for crop in crops}
    found: dict[tuple[int, str], list[Ingredient]] = defaultdict(list)
    for row in _rows(session, by_id):
        crop = by_id[row.crop_id]
        found[(crop.unit_id, crop.product_code)].append(row)
    return found

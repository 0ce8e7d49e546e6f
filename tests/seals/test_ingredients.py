"""Flour, jam, chocolate: a processed product is judged by what it is said to be made of."""

from datetime import date
from typing import Any

import pytest
from sqlmodel import Session, select

from spg_registry.core import codes
from spg_registry.core.audit import AuditEvent
from spg_registry.core.errors import Forbidden, Invalid
from spg_registry.producers import service as producers
from spg_registry.producers.dossier import unit_file
from spg_registry.producers.errors import CropNotFound
from spg_registry.producers.models import Crop, IngredientOrigin
from spg_registry.producers.schemas import IngredientIn, IngredientsIn
from spg_registry.rules.words import Outcome
from spg_registry.seals.errors import ClosingRefused
from spg_registry.seals.models import SealGrant, SealScope
from tests.cast import Cast, Stage
from tests.producers.families import crop, plot, unit
from tests.rounds.stories import families
from tests.seals.stories import closed, convened, decided, granted, ready

MILL = {
    "units": [
        unit(
            plots=[plot(), plot(last_input="date", last_input_on=date(2026, 3, 1))],
            crops=[
                crop("quinua", plot=0),
                crop("papa", plot=1),
                crop("harina_quinua", area_m2=None),
            ],
        )
    ]
}
"""A family with quinoa on sound land, potatoes on land in transition, and a small mill."""


def flour(session: Session) -> Crop:
    return session.exec(select(Crop).where(Crop.product_code == "harina_quinua")).one()


def declared(session: Session, cast: Cast, *made_of: IngredientIn) -> None:
    wish = IngredientsIn(ingredients=list(made_of))
    producers.declare_ingredients(session, cast.secretary, cast.now, flour(session).id, wish)


def own(product: str) -> IngredientIn:
    return IngredientIn(product_code=product)


def bought(product: str, seal: str) -> IngredientIn:
    origin = IngredientOrigin.SEALED
    return IngredientIn(product_code=product, origin=origin, seal_code=seal)


def decided_on_flour(session: Session, cast: Cast, visits: Any) -> list[SealGrant]:
    meeting = convened(session, cast, visits[0].round_id)
    scope = [{"unit_id": visits[0].unit_id, "product_code": "harina_quinua"}]
    decided(session, cast, meeting, visits, Outcome.ORGANIC, scope=scope)
    return closed(session, cast, meeting).granted


def reasons(refusal: ClosingRefused) -> set[tuple[str, str]]:
    return {(why.reason, str(why.params.get("ingredient", ""))) for why in refusal.reasons}


# --- the norm asks


def test_flour_of_ones_own_sound_quinoa_is_granted(session: Session, cast: Cast) -> None:
    visits = ready(session, cast, "Justina", **MILL)
    declared(session, cast, own("quinua"))
    (seal,) = decided_on_flour(session, cast, visits)
    (row,) = session.exec(select(SealScope).where(SealScope.grant_id == seal.id))
    assert row.product_code == "harina_quinua"


def test_without_a_word_the_whole_land_beside_the_mill_counts(session: Session, cast: Cast) -> None:
    visits = ready(session, cast, "Justina", **MILL)
    with pytest.raises(ClosingRefused) as refused:
        decided_on_flour(session, cast, visits)
    assert {why.code for why in refused.value.reasons} == {"transition_complete"}


def test_an_ingredient_in_transition_makes_no_organic_flour(session: Session, cast: Cast) -> None:
    visits = ready(session, cast, "Justina", **MILL)
    declared(session, cast, own("quinua"), own("papa"))
    with pytest.raises(ClosingRefused):
        decided_on_flour(session, cast, visits)


def test_what_nobody_grows_is_unproven(session: Session, cast: Cast) -> None:
    visits = ready(session, cast, "Justina", **MILL)
    declared(session, cast, own("quinua"), own("cacao"))
    with pytest.raises(ClosingRefused) as refused:
        decided_on_flour(session, cast, visits)
    assert ("ingredient_unproven", "cacao") in reasons(refused.value)


def test_what_is_bought_counts_by_the_sellers_seal(session: Session, cast: Cast) -> None:
    fields = {"units": [unit(crops=[crop("haba")])]}
    (seller,) = granted(session, cast, "Zenón", **fields)
    visits = ready(session, cast, "Justina", **MILL)
    declared(session, cast, own("quinua"), bought("haba", codes.display(seller.code)))
    assert len(decided_on_flour(session, cast, visits)) == 1


@pytest.mark.parametrize("wrong", ["another product", "no such seal"])
def test_a_seal_that_does_not_cover_it_proves_nothing(
    session: Session, cast: Cast, wrong: str
) -> None:
    fields = {"units": [unit(crops=[crop("haba")])]}
    (seller,) = granted(session, cast, "Zenón", **fields)
    visits = ready(session, cast, "Justina", **MILL)
    product = "arveja" if wrong == "another product" else "haba"
    seal = seller.code if wrong == "another product" else codes.new_code()
    declared(session, cast, own("quinua"), bought(product, seal))
    with pytest.raises(ClosingRefused) as refused:
        decided_on_flour(session, cast, visits)
    assert ("ingredient_unproven", product) in reasons(refused.value)


# --- the list


def test_a_new_list_takes_the_old_ones_place(session: Session, cast: Cast) -> None:
    (home,) = families(session, cast, "Justina", **MILL)
    declared(session, cast, own("quinua"), own("papa"))
    declared(session, cast, own("papa"))
    declared(session, cast, own("quinua"))
    file = unit_file(session, cast.secretary, home.units[0].unit.code, cast.today)
    row = next(each for each in file.crops if each.product_code == "harina_quinua")
    assert [each.product_code for each in row.ingredients] == ["quinua"]
    acts = session.exec(select(AuditEvent).where(AuditEvent.action == "crop.ingredients")).all()
    assert len(acts) == 3


@pytest.mark.parametrize(
    ("item", "field", "code"),
    [
        (own("nada"), "product_code", "product_unknown"),
        (own("chocolate"), "product_code", "ingredient_processed"),
        (
            IngredientIn(product_code="haba", origin=IngredientOrigin.SEALED),
            "seal_code",
            "ingredient_seal_missing",
        ),
        (bought("haba", "ABC"), "seal_code", "seal_code_mistyped"),
    ],
)
def test_what_makes_no_sense(
    session: Session, cast: Cast, item: IngredientIn, field: str, code: str
) -> None:
    families(session, cast, "Justina", **MILL)
    with pytest.raises(Invalid) as refused:
        declared(session, cast, item)
    (fault,) = refused.value.faults
    assert (fault.field, fault.code) == (f"ingredients-0-{field}", code)


def test_only_processed_products_and_only_by_their_office(session: Session, cast: Cast) -> None:
    families(session, cast, "Justina", **MILL)
    potato = session.exec(select(Crop).where(Crop.product_code == "papa")).one()
    wish = IngredientsIn(ingredients=[own("quinua")])
    with pytest.raises(Invalid):
        producers.declare_ingredients(session, cast.secretary, cast.now, potato.id, wish)
    with pytest.raises(CropNotFound):
        producers.declare_ingredients(session, cast.secretary_b, cast.now, flour(session).id, wish)
    with pytest.raises(Forbidden):
        producers.declare_ingredients(session, cast.member, cast.now, flour(session).id, wish)


# --- the page


def test_the_office_says_on_a_form_what_it_is_made_of(stage: Stage, cast: Cast) -> None:
    with stage.database.write(cast.now) as session:
        (home,) = families(session, cast, "Justina", **MILL)
        code, crop_id = home.units[0].unit.code, flour(session).id
    browser = stage.browser(cast.secretary)
    url = f"/unidades/{code}/cultivos/{crop_id}/ingredientes"
    assert url in browser.get(f"/unidades/{code}").text
    wish = {
        "ingredients-0-product_code": "quinua",
        "ingredients-0-origin": "own",
        "ingredients-1-product_code": "haba",
        "ingredients-1-origin": "sealed",
        "ingredients-2-origin": "own",
    }
    again = browser.post(url, wish)
    assert again.status_code == 422
    assert "Falta el código del sello" in again.text
    assert browser.post(url, wish | {"ingredients-1-origin": "own"}).status_code == 303
    assert "de Quinua, Haba" in browser.get(f"/unidades/{code}").text

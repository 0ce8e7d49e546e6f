"""The families of the stories, as a paper would bring them."""

from datetime import date
from typing import Any

from spg_registry.people.models import Sex
from spg_registry.producers.models import ProducerKind
from spg_registry.producers.schemas import (
    CropIn,
    EnrolmentIn,
    HolderIn,
    PledgeIn,
    PlotIn,
    ProducerIn,
    UnitIn,
)
from spg_registry.rules.words import LastInput
from tests.cast import PUNATA


def plot(area_m2: int = 10_000, **other: Any) -> PlotIn:
    return PlotIn(**({"area_m2": area_m2, "last_input": LastInput.NEVER} | other))


def crop(product_code: str = "papa", area_m2: int | None = 4_000, **other: Any) -> CropIn:
    return CropIn(product_code=product_code, area_m2=area_m2, **other)


def unit(**other: Any) -> UnitIn:
    return UnitIn(**({"plots": [plot()], "crops": [crop()]} | other))


def family(names: str = "Justina", surnames: str = "Ñáñez Quispe", **other: Any) -> ProducerIn:
    """Doña Justina of Capilla, with a hectare of which 4,000 m² are potatoes."""
    given: dict[str, Any] = {
        "kind": ProducerKind.FAMILY,
        "municipality_code": PUNATA,
        "community": "Capilla",
        "holders": [HolderIn(names=names, surnames=surnames, sex=Sex.WOMAN)],
        "enrolment": EnrolmentIn(pledge=PledgeIn(signed_on=date(2026, 5, 2))),
        "units": [unit()],
    }
    return ProducerIn(**(given | other))

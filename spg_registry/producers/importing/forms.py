"""A row that is somebody new, as what the producers' room takes in."""

from collections.abc import Iterable

from spg_registry.producers.importing.roster import Match
from spg_registry.producers.importing.rows import CropDraft, Draft, Options
from spg_registry.producers.models import ProducerKind, Tenure
from spg_registry.producers.schemas import (
    CropIn,
    EnrolmentIn,
    HolderIn,
    PledgeIn,
    PlotIn,
    ProducerIn,
    UnitIn,
)


def producer_in(draft: Draft, match: Match, options: Options) -> ProducerIn:
    pledge = PledgeIn(signed_on=draft.pledge_signed_on) if draft.pledge_signed_on else None
    return ProducerIn(
        kind=draft.kind or ProducerKind.FAMILY,
        holders=[holder_in(draft, match)],
        display_name=draft.display_name,
        municipality_code=draft.municipality_code,
        community=draft.community,
        organisations=[draft.organisation] if draft.organisation else [],
        enrolment=EnrolmentIn(
            code=draft.code,
            enrolled_on=draft.enrolled_on,
            admitted=options.admitted,
            pledge=pledge,
        ),
        units=[unit_in(draft)] if draft.has_unit else [],
    )


def holder_in(draft: Draft, match: Match) -> HolderIn:
    if match.person_id is not None:
        return HolderIn(person_id=match.person_id, ci=draft.ci, ci_suffix=draft.ci_suffix)
    return HolderIn(
        names=draft.names,
        surnames=draft.surnames,
        sex=draft.sex,
        ci=draft.ci,
        ci_suffix=draft.ci_suffix,
        birth_year=draft.birth_year,
        phone=draft.phone,
    )


def unit_in(draft: Draft) -> UnitIn:
    return UnitIn(
        name=draft.unit_name,
        tenure=draft.tenure or Tenure.OWN,
        plots=[plot_in(draft.area_m2, draft)] if draft.area_m2 is not None else [],
        crops=crops_in(draft.crops),
    )


def plot_in(area_m2: int, draft: Draft) -> PlotIn:
    return PlotIn(area_m2=area_m2, last_input=draft.last_input, last_input_on=draft.last_input_on)


def crops_in(crops: Iterable[CropDraft]) -> list[CropIn]:
    return [
        CropIn(
            product_code=crop.product_code,
            area_m2=crop.area_m2,
            heads=crop.heads,
            hives=crop.hives,
        )
        for crop in crops
    ]

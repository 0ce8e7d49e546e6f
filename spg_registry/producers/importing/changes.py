"""What a later version of a list changes in a producer that the SPG has already.

Only what the row says is compared; a blank cell takes nothing away. What an import must not decide
(another date of entry, another unit, a transition clock that is running) is noted and left alone.
"""

from dataclasses import dataclass

from spg_registry.producers.checks import Known as Reference
from spg_registry.producers.checks import Land, crop_faults
from spg_registry.producers.importing.cells import CellFault
from spg_registry.producers.importing.forms import crops_in
from spg_registry.producers.importing.roster import Known, KnownUnit
from spg_registry.producers.importing.rows import Draft, Options, spread
from spg_registry.producers.models import ProducerKind
from spg_registry.producers.schemas import CropIn
from spg_registry.rules.words import LastInput
from spg_registry.territory.names import name_key

NEED_A_NAME = (ProducerKind.GROUP, ProducerKind.COMPANY)


@dataclass(frozen=True)
class Changes:
    """`names` are the fields that an import writes, `notes` those that it only tells of."""

    names: tuple[str, ...]
    notes: tuple[str, ...]
    unit: KnownUnit | None = None
    crops: tuple[CropIn, ...] = ()


def changes_of(draft: Draft, known: Known, reference: Reference, options: Options) -> Changes:
    """Raises CellFault, with the parameter `column`, for what could not be written."""
    names = [*_of_person(draft, known), *_of_producer(draft, known)]
    notes: list[str] = []
    _of_enrolment(draft, known, reference, names, notes)
    if not draft.has_unit:
        return Changes(tuple(names), tuple(notes))
    unit = _unit(draft, known)
    if unit is None and known.units:
        return Changes(tuple(names), (*notes, "unit_name"))
    crops = _crops(draft, unit, reference, options)
    if unit is None:
        names.append("unit")
    else:
        _of_unit(draft, unit, names, notes)
        names += ["products"] if crops else []
    return Changes(tuple(names), tuple(notes), unit, crops)


def _of_enrolment(
    draft: Draft, known: Known, reference: Reference, names: list[str], notes: list[str]
) -> None:
    if draft.code and draft.code != known.enrolment.code:
        notes.append("code")
    if draft.enrolled_on not in (None, known.enrolment.enrolled_on):
        notes.append("enrolled_on")
    if draft.pledge_signed_on and draft.pledge_signed_on not in known.pledges:
        names.append("pledge_signed_on")
    if draft.organisation:
        organisation = reference.organisation(draft.organisation)
        if organisation is None:
            raise CellFault("organisation_unknown", column="organisation", text=draft.organisation)
        if organisation not in known.organisations:
            names.append("organisation")


def _of_person(draft: Draft, known: Known) -> list[str]:
    person = known.person
    found = []
    if name_key(draft.full_name) != name_key(person.full_name):
        found.append("names")
    if draft.ci_hash and person.ci_key is None:
        found.append("ci")
    found += [
        name
        for name in ("sex", "birth_year")
        if getattr(draft, name) not in (None, getattr(person, name))
    ]
    if draft.phone and _digits(draft.phone) != _digits(person.phone or ""):
        found.append("phone")
    return found


def _digits(phone: str) -> str:
    return "".join(sign for sign in phone if sign.isalnum())


def _of_producer(draft: Draft, known: Known) -> list[str]:
    producer = known.producer
    found = []
    named = draft.display_name
    if draft.kind not in (None, producer.kind):
        if draft.kind in NEED_A_NAME and not named:
            raise CellFault("display_name_missing", column="kind")
        if draft.kind is ProducerKind.PERSON and known.others:
            raise CellFault("person_has_one_holder", column="kind")
        found.append("kind")
    if named and name_key(named) != name_key(producer.display_name):
        found.append("display_name")
    if (draft.municipality_code, name_key(draft.community)) != known.place:
        found.append("community")
    return found


def _unit(draft: Draft, known: Known) -> KnownUnit | None:
    """The unit that a row speaks of: the one with its name, or the only one there is."""
    wanted = name_key(draft.unit_name) if draft.unit_name else None
    for unit in known.units:
        if wanted is not None and name_key(unit.row.name) == wanted:
            return unit
    if len(known.units) != 1:
        return None
    only = known.units[0]
    return only if wanted is None or not only.has_given_name else None


def _of_unit(draft: Draft, unit: KnownUnit, names: list[str], notes: list[str]) -> None:
    if draft.unit_name and name_key(draft.unit_name) != name_key(unit.row.name):
        names.append("unit_name")
    if draft.tenure not in (None, unit.row.tenure):
        names.append("tenure")
    if draft.area_m2 is not None:
        _of_land(draft, unit, names, notes)


def _of_land(draft: Draft, unit: KnownUnit, names: list[str], notes: list[str]) -> None:
    """Of a unit with one plot. With several the list does not say which; with none it adds one."""
    if not unit.plots:
        names.append("area")
        return
    if len(unit.plots) > 1:
        if sum(plot.area_m2 for plot in unit.plots) != draft.area_m2:
            notes.append("area")
        return
    plot = unit.plots[0]
    if plot.area_m2 != draft.area_m2:
        if unit.largest_crop > (draft.area_m2 or 0):
            params = {"area": unit.largest_crop, "plot_area": draft.area_m2}
            raise CellFault("crop_larger_than_plot", column="area", **params)
        names.append("area")
    if draft.last_input in (None, LastInput.UNKNOWN):
        return
    if plot.last_input is LastInput.UNKNOWN:
        names.append("last_input")
    elif (plot.last_input, plot.last_input_on) != (draft.last_input, draft.last_input_on):
        notes.append("last_input")


def _crops(
    draft: Draft, unit: KnownUnit | None, reference: Reference, options: Options
) -> tuple[CropIn, ...]:
    """The products that the unit does not have yet this season, on the land as it will be."""
    there = unit.products if unit else frozenset()
    fresh = [crop for crop in draft.crops if crop.product_code not in there]
    area = draft.area_m2 or (unit.area_m2 if unit else None)
    left = area - unit.used if area and unit else area
    land = _land(draft, unit)
    try:
        crops = crops_in(spread(fresh, left, share=options.share_area))
    except CellFault as fault:
        raise CellFault(fault.code, column="products", **fault.params) from fault
    for crop in crops:
        for problem in crop_faults(crop, land, reference, ""):
            raise CellFault(problem.code, column="products", **problem.params)
    return tuple(crops)


def _land(draft: Draft, unit: KnownUnit | None) -> Land:
    if unit is None or not unit.plots:
        return Land((draft.area_m2,) if draft.area_m2 else (), {})
    areas = {plot.code: plot.area_m2 for plot in unit.plots}
    if len(areas) == 1 and draft.area_m2:
        areas = dict.fromkeys(areas, draft.area_m2)
    return Land((), areas)

"""Writes what was accepted, through the verbs of this room and nothing else."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from spg_registry.core.permissions import Actor
from spg_registry.people.schemas import PersonIn
from spg_registry.producers import service
from spg_registry.producers.importing.changes import Changes
from spg_registry.producers.importing.forms import plot_in, producer_in, unit_in
from spg_registry.producers.importing.judging import Judged
from spg_registry.producers.importing.roster import Known, KnownUnit
from spg_registry.producers.importing.rows import Draft, Options
from spg_registry.producers.schemas import (
    CropsIn,
    LastInputIn,
    MembershipIn,
    PledgeIn,
    PlotCorrection,
    PlotsIn,
    ProducerCorrection,
    UnitCorrection,
)
from spg_registry.rules.words import LastInput

OF_THE_PERSON = frozenset({"names", "ci", "sex", "birth_year", "phone"})
OF_THE_PRODUCER = frozenset({"kind", "display_name", "community"})
OF_THE_UNIT = frozenset({"unit_name", "tenure"})


def write_all(
    session: Session,
    actor: Actor,
    now: datetime,
    spg_id: int,
    judged: Judged,
    options: Options,
    reason: str,
) -> None:
    """Newcomers in one batch, then the changes one producer after the other. `reason` stands in
    the audit of each correction."""
    if judged.newcomers:
        batch = [producer_in(draft, match, options) for draft, match in judged.newcomers]
        service.register_all(session, actor, now, spg_id, batch)
    pledges = [
        (known.enrolment.id, PledgeIn(signed_on=draft.pledge_signed_on))
        for draft, known, changes in judged.updates
        if "pledge_signed_on" in changes.names and draft.pledge_signed_on
    ]
    if pledges:
        service.sign_pledges(session, actor, now, pledges)
    for draft, known, changes in judged.updates:
        _Writer(session, actor, now, reason).update(draft, known, changes)


class _Writer:
    def __init__(self, session: Session, actor: Actor, now: datetime, reason: str) -> None:
        self.session, self.actor, self.now, self.reason = session, actor, now, reason

    def update(self, draft: Draft, known: Known, changes: Changes) -> None:
        changed = frozenset(changes.names)
        code = known.producer.code
        if changed & OF_THE_PERSON:
            data = _person(draft, known, changed)
            service.correct_holder(self.session, self.actor, self.now, code, known.person.id, data)
        if changed & OF_THE_PRODUCER:
            service.correct_producer(
                self.session, self.actor, self.now, code, self._producer(draft, changed)
            )
        if "organisation" in changed and draft.organisation:
            service.join_organisation(
                self.session,
                self.actor,
                self.now,
                code,
                MembershipIn(organisation=draft.organisation),
            )
        if "unit" in changed:
            unit = unit_in(draft).model_copy(update={"crops": list(changes.crops)})
            service.add_unit(self.session, self.actor, self.now, code, unit)
        if changes.unit is not None:
            self._unit(draft, changes.unit, changes, changed)

    def _producer(self, draft: Draft, changed: frozenset[str]) -> ProducerCorrection:
        moved = "community" in changed
        return ProducerCorrection(
            kind=draft.kind if "kind" in changed else None,
            display_name=draft.display_name if "display_name" in changed else None,
            municipality_code=draft.municipality_code if moved else None,
            community=draft.community if moved else None,
            reason=self.reason,
        )

    def _unit(
        self, draft: Draft, unit: KnownUnit, changes: Changes, changed: frozenset[str]
    ) -> None:
        code = unit.row.code
        if changed & OF_THE_UNIT:
            correction = UnitCorrection(
                name=draft.unit_name if "unit_name" in changed else None,
                tenure=draft.tenure if "tenure" in changed else None,
                reason=self.reason,
            )
            service.correct_unit(self.session, self.actor, self.now, code, correction)
        self._land(draft, unit, changed)
        if changes.crops:
            crops = CropsIn(crops=list(changes.crops))
            service.add_crops(self.session, self.actor, self.now, code, crops)

    def _land(self, draft: Draft, unit: KnownUnit, changed: frozenset[str]) -> None:
        if "area" in changed and draft.area_m2 is not None:
            if unit.plots:
                resized = PlotCorrection(area_m2=draft.area_m2, reason=self.reason)
                service.correct_plot(
                    self.session, self.actor, self.now, unit.plots[0].code, resized
                )
            else:
                first = PlotsIn(plots=[plot_in(draft.area_m2, draft)])
                service.add_plots(self.session, self.actor, self.now, unit.row.code, first)
        if "last_input" in changed:
            told = LastInputIn(
                last_input=draft.last_input or LastInput.UNKNOWN,
                last_input_on=draft.last_input_on,
                reason=self.reason,
            )
            service.declare_last_input(self.session, self.actor, self.now, unit.plots[0].code, told)


def _person(draft: Draft, known: Known, changed: frozenset[str]) -> PersonIn:
    """The person as known, with what the list says anew."""
    values = {name: getattr(known.person, name) for name in PersonIn.model_fields}
    if "names" in changed:
        values |= {"names": draft.names, "surnames": draft.surnames}
    if "ci" in changed:
        values |= {"ci": draft.ci, "ci_suffix": draft.ci_suffix}
    values |= {
        name: getattr(draft, name) for name in ("sex", "birth_year", "phone") if name in changed
    }
    return PersonIn(**values)


def counts_of(judged: Judged) -> dict[str, int]:
    counts = dict.fromkeys(("new", "update", "unchanged", "rejected"), 0)
    for verdict in judged.verdicts:
        counts[verdict.action.value] += 1
    return counts | {"missing": len(judged.missing)}


def codes_of(rows: Sequence[Known]) -> list[dict[str, str]]:
    """Who of the SPG is not in the list, as a page shows it."""
    return [
        {
            "producer": each.producer.code,
            "code": each.enrolment.code,
            "name": each.producer.display_name,
        }
        for each in rows
    ]

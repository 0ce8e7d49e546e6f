"""The rows of one committee of the country: its producers, and five years of rounds and seals."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from sqlmodel import SQLModel, select

from spg_registry.core import clock
from spg_registry.core.codes import code_from
from spg_registry.core.keys import Purpose
from spg_registry.decisions.models import Attendance, Decision, Meeting, MeetingState
from spg_registry.demo.bulk import Bulk
from spg_registry.demo.calendar import moment
from spg_registry.demo.farms import Farms
from spg_registry.demo.field import FINDINGS
from spg_registry.demo.lives import Life, Step
from spg_registry.demo.programme import LANDS
from spg_registry.demo.stage import Scene
from spg_registry.demo.world import Office, World
from spg_registry.people.identity import ci_key
from spg_registry.people.models import Person
from spg_registry.producers.checks import Land
from spg_registry.producers.gathering import organisation_ids, person_in
from spg_registry.producers.holdings import NewUnit, crop_rows, rows_beside, unit_row
from spg_registry.producers.models import (
    CollectionZone,
    Crop,
    Enrolment,
    Facility,
    Holder,
    Household,
    OrganisationMembership,
    Pledge,
    Plot,
    Producer,
    SearchSlip,
    SearchWord,
    Unit,
    UnitPlot,
)
from spg_registry.producers.naming import display_name, search_slips, search_words
from spg_registry.producers.schemas import ProducerIn
from spg_registry.rounds.models import (
    Acknowledgement,
    Assignment,
    AssignmentOutcome,
    Finding,
    Round,
    Visit,
)
from spg_registry.rules.months import ONE_DAY, last_day
from spg_registry.rules.words import (
    ActivityKind,
    Authority,
    Category,
    DecisionState,
    EnrolmentStatus,
    FindingClass,
    FindingState,
    Outcome,
    RoundState,
    SealEventKind,
    VisitState,
)
from spg_registry.seals import signing
from spg_registry.seals.events import TURNS
from spg_registry.seals.granting import payload_of
from spg_registry.seals.models import SealEvent, SealGrant, SealScope, SealToken
from spg_registry.seals.schemas import ReasonClass
from spg_registry.standards import snapshot
from spg_registry.standards.queries import frozen
from spg_registry.territory.atlas import atlas_of
from spg_registry.territory.models import Community, ProductGroup
from spg_registry.territory.names import name_key

TABLES: tuple[type[SQLModel], ...] = (
    *(Person, Household, Producer, Holder, Enrolment, Pledge, OrganisationMembership),
    *(SearchWord, SearchSlip),
    *(Unit, Plot, UnitPlot, CollectionZone, Facility, Crop),
    *(Round, Visit, Assignment, Finding, Meeting, Attendance, Decision),
    *(SealGrant, SealScope, SealToken, SealEvent),
)
_MEETING_SIZE = 250
_TROUBLED = 0.01
"""Of the last seals, how many are suspended or withdrawn."""
_CATEGORY = {Step.ORGANIC: Category.ORGANIC, Step.TRANSITION: Category.TRANSITION}
_OUTCOME = {Category.ORGANIC: Outcome.ORGANIC, Category.TRANSITION: Outcome.TRANSITION}
_MEETS = {"answer": "meets", "note": ""}
_WITNESS = "Dirigente de la comunidad"


@dataclass
class Farm:
    """A producer's rows, as far as the following years need them."""

    producer: Producer
    enrolment: Enrolment
    municipality: str
    category: Category
    """Of the first seal."""
    scope: list[dict[str, Any]] = field(default_factory=list)
    groups: int = 0
    area_m2: int = 0
    """Of the plots under the seal, each once."""
    units: dict[int, list[int]] = field(default_factory=dict)
    """With the plots."""
    items: dict[int, tuple[str, ...]] = field(default_factory=dict)
    """The questions of each unit."""
    seal: SealGrant | None = None
    """The last one."""


class Harvest:
    """Adds rows to a bulk; whoever calls writes it, committee by committee."""

    def __init__(
        self, world: World, bulk: Bulk, source: Random, status_indexes: Iterator[int]
    ) -> None:
        self._world = world
        self._bulk = bulk
        self._source = source
        self._status_indexes = status_indexes
        self._codes: set[str] = set()
        self._sounds: set[str] = set()
        self._producers = 0
        self._key = world.keyring.active(Purpose.SEAL)
        self._standard = ""
        self.grants = 0

    def of(self, scene: Scene, office: Office, size: int, meetings: Sequence[date]) -> None:
        norm = frozen(scene.session, office.committee_id, meetings[0])
        self._standard = norm["standard"]["label"]
        farms = self._farms(scene, office, size, meetings[0], norm)
        for year, day in enumerate(meetings):
            self._year(office, year, day, farms, norm, last=day == meetings[-1])

    # --- producers -------------------------------------------------------------------------------

    def _farms(
        self, scene: Scene, office: Office, size: int, first: date, norm: dict[str, Any]
    ) -> list[Farm]:
        session, book = scene.session, atlas_of(scene.session)
        place = office.place
        rows = session.exec(select(Community).where(Community.municipality_code == place.ine_code))
        homes = {row.name: row for row in rows}
        draws = Farms(
            office.source,
            office.people,
            place,
            book.municipalities[place.ine_code],
            book.products,
            list(homes),
            self._world.organisations,
        )
        organisations = organisation_ids(session)
        households: dict[str, int] = {}
        made = []
        for number in range(size):
            life = self._life(office, number)
            item = draws.producer(life, first - timedelta(days=50 + number % 30), first)
            home = homes[item.community or ""]
            farm = self._registered(office, item, home, households, organisations)
            farm.category = _CATEGORY[life.course[0] or Step.ORGANIC]
            self._land(scene, farm, item, home, norm)
            made.append(farm)
        return made

    def _life(self, office: Office, number: int) -> Life:
        draw = office.source
        land = LANDS[office.place.region]
        first = Step.TRANSITION if draw.random() < 0.12 else Step.ORGANIC
        life = Life(
            (first, Step.ORGANIC, Step.ORGANIC),
            size=min(4.0, max(0.25, math.exp(draw.gauss(0, 0.55)))),
            landless=draw.random() < land.wild_share * land.only_wild,
            woman_first=number % 2 == 0,
            number=number,
        )
        life.area_m2 = max(300, round(land.hectares * life.size * 100) * 100)
        return life

    def _registered(
        self,
        office: Office,
        item: ProducerIn,
        home: Community,
        households: dict[str, int],
        organisations: dict[str, int],
    ) -> Farm:
        add = self._bulk.add
        people = [Person(**person_in(holder).model_dump()) for holder in item.holders]
        for person in people:
            person.__dict__["ci_key"] = ci_key(person.ci) if person.ci else None
            add(person)
        household = None
        if item.household_key:
            where = f"{office.number} {item.household_key}"
            if where not in households:
                households[where] = add(Household(community_id=home.id))
            household = households[where]
        self._producers += 1
        producer = Producer(
            number=self._producers,
            code=f"P{self._producers:07d}",
            kind=item.kind,
            display_name=item.display_name or display_name(people),
            publication_consent=item.publication_consent,
            community_id=home.id,
            household_id=household,
        )
        add(producer)
        words = search_words(producer, people, (), home.name)
        for row in (*words, *search_slips(words, self._sounds)):
            add(row)
        since = item.enrolment.enrolled_on or self._world.today
        enrolment = Enrolment(
            producer_id=producer.id,
            spg_id=office.spg_id,
            code=producer.code,
            enrolled_on=since,
            status=EnrolmentStatus.ORGANIC,
            status_since=since,
        )
        add(enrolment)
        for position, person in enumerate(people, start=1):
            add(
                Holder(producer_id=producer.id, person_id=person.id, position=position, since=since)
            )
        for name in item.organisations:
            wanted = organisations[name_key(name)]
            add(
                OrganisationMembership(producer_id=producer.id, organisation_id=wanted, since=since)
            )
        if item.enrolment.pledge:
            add(Pledge(enrolment_id=enrolment.id, **item.enrolment.pledge.model_dump()))
        return Farm(producer, enrolment, office.place.ine_code, Category.ORGANIC)

    def _land(
        self, scene: Scene, farm: Farm, item: ProducerIn, home: Community, norm: dict[str, Any]
    ) -> None:
        add = self._bulk.add
        products = atlas_of(scene.session).products
        since = farm.enrolment.enrolled_on
        groups: set[ProductGroup] = set()
        for number, data in enumerate(item.units, start=1):
            new = NewUnit(farm.producer.id, farm.producer.code, number, data, home, since)
            unit = unit_row(new)
            add(unit)
            beside = rows_beside(unit, data)
            for row in (*beside.plots, *beside.zones, *beside.facilities):
                add(row)
            for plot in beside.plots:
                add(UnitPlot(unit_id=unit.id, plot_id=plot.id))
            ids = {n: plot.id for n, plot in enumerate(beside.plots)}
            land = Land(tuple(plot.area_m2 for plot in beside.plots), {})
            crops = list(crop_rows(scene.session, unit.id, data.crops, land, ids, since))
            for crop in crops:
                add(crop)
            farm.scope += _scope(unit.id, beside.plots, crops)
            groups |= {ProductGroup(products[crop.product_code].group) for crop in crops}
            kinds = {ActivityKind(products[crop.product_code].kind) for crop in crops}
            kinds |= {ActivityKind.WILD} if beside.zones else set()
            kinds |= {ActivityKind.PROCESSED} if beside.facilities else set()
            used = {crop.plot_id for crop in crops}
            farm.area_m2 += sum(plot.area_m2 for plot in beside.plots if plot.id in used)
            farm.units[unit.id] = [plot.id for plot in beside.plots]
            farm.items[unit.id] = tuple(i["code"] for i in snapshot.items(norm, kinds))
        farm.groups = signing.group_bits(groups)

    # --- a year ----------------------------------------------------------------------------------

    def _year(
        self,
        office: Office,
        year: int,
        day: date,
        farms: Sequence[Farm],
        norm: dict[str, Any],
        *,
        last: bool,
    ) -> None:
        ronda = Round(
            committee_id=office.committee_id,
            spg_id=office.spg_id,
            number=year + 1,
            name=f"Ronda de la gestión {day.year}",
            period_from=day - timedelta(days=45),
            period_until=day - timedelta(days=4),
            state=RoundState.CLOSED,
            state_since=day + timedelta(days=10),
            frozen=norm,
            frozen_digest=snapshot.digest(norm),
        )
        self._bulk.add(ronda)
        count = -(-len(farms) // _MEETING_SIZE)
        each = -(-len(farms) // count)
        for n in range(count):
            lot = farms[n * each : (n + 1) * each]
            meeting = self._meeting(office, ronda, day)
            for number, farm in enumerate(lot, start=n * each):
                self._visits(office, ronda, farm, (number + year) % 6, day)
                self._decided(office, ronda, meeting, farm, day, last=last)

    def _meeting(self, office: Office, ronda: Round, day: date) -> Meeting:
        meeting = Meeting(
            committee_id=office.committee_id,
            body_id=office.guarantee_id,
            round_id=ronda.id,
            held_on=day,
            place=f"Sede del comité, {office.place.name}",
            called_by=office.members[0].name,
            state=MeetingState.CLOSED,
            acta_number=office.acta(day),
            waivers=office.waivers(),
            opened_by=office.secretary.id,
            closed_by=office.coordinator.id,
            closed_at=moment(day, 16, office.actas % 60),
        )
        self._bulk.add(meeting)
        for seat in office.members:
            self._bulk.add(Attendance(meeting_id=meeting.id, member_id=seat.member_id))
        return meeting

    def _visits(self, office: Office, ronda: Round, farm: Farm, pair: int, day: date) -> None:
        """Six pairs of evaluators take turns, so that nobody sees a producer twice running."""
        add, people = self._bulk.add, list(office.evaluators.items())
        on = day - timedelta(days=10 + farm.producer.number % 30)
        for unit_id, plots in farm.units.items():
            visit = Visit(
                round_id=ronda.id,
                unit_id=unit_id,
                producer_id=farm.producer.id,
                state=VisitState.REVIEWED,
                version=2,
                due_on=ronda.period_until,
                visited_on=on,
                plots_seen=plots,
                answers=_answers(farm.items[unit_id]),
                present="La familia y dos vecinos",
                acknowledged_on=on,
                acknowledged_how=Acknowledgement.SELF,
                entered_at=moment(on, 19),
                entered_by=office.secretary.id,
                reviewed_at=moment(day - timedelta(days=6), 10),
                reviewed_by=office.coordinator.id,
            )
            add(visit)
            for person_id, appointment_id in people[2 * pair : 2 * pair + 2]:
                add(
                    Assignment(
                        round_id=ronda.id,
                        visit_id=visit.id,
                        unit_id=unit_id,
                        appointment_id=appointment_id,
                        person_id=person_id,
                        outcome=AssignmentOutcome.ACCEPTED,
                        at=moment(ronda.period_from, 14),
                    )
                )
            if self._source.random() < 0.04:
                self._finding(visit, on)

    def _finding(self, visit: Visit, on: date) -> None:
        item, description, measure = self._source.choice(FINDINGS[FindingClass.MINOR])
        mended = self._source.random() < 0.95
        self._bulk.add(
            Finding(
                code=f"H{visit.id:06d}-1",
                visit_id=visit.id,
                unit_id=visit.unit_id,
                producer_id=visit.producer_id,
                item_code=item,
                grade=FindingClass.MINOR,
                description=description,
                measure=measure,
                found_on=on,
                due_on=on + timedelta(days=90),
                state=FindingState.CLOSED if mended else FindingState.OPEN,
                closed_on=on + timedelta(days=9) if mended else None,
            )
        )

    # --- the seal --------------------------------------------------------------------------------

    def _decided(
        self,
        office: Office,
        ronda: Round,
        meeting: Meeting,
        farm: Farm,
        day: date,
        *,
        last: bool,
    ) -> None:
        old = farm.seal
        category = farm.category if old is None else Category.ORGANIC
        upgraded = old is not None and old.category is Category.TRANSITION
        begins = day if old is None or upgraded else max(day, old.valid_until + ONE_DAY)
        decision = Decision(
            meeting_id=meeting.id,
            producer_id=farm.producer.id,
            enrolment_id=farm.enrolment.id,
            round_id=ronda.id,
            category=category,
            outcome=_OUTCOME[category],
            state=DecisionState.NOTIFIED if last else DecisionState.FINAL,
            state_since=day + timedelta(days=3),
            valid_from=begins,
            valid_until=last_day(begins, 12),
            scope=farm.scope,
            replaces=[old.id] if old is not None and upgraded else [],
            notified_on=day + timedelta(days=3),
            recorded_by=office.secretary.hand,
        )
        self._bulk.add(decision)
        grant = self._grant(office, decision, farm, category, meeting.closed_at or moment(day, 16))
        self._bulk.add(grant)
        self._beside(office, decision, grant, farm)
        if old is not None and upgraded:
            grant.replaces_id = old.id
            self._turned(office, old, SealEventKind.REPLACED, day, grant.granted_at)
        if last and self._source.random() < _TROUBLED:
            self._troubled(office, farm, grant, day)
        farm.seal = grant

    def _grant(
        self,
        office: Office,
        decision: Decision,
        farm: Farm,
        category: Category,
        at: datetime,
    ) -> SealGrant:
        producer = farm.producer
        shown = signing.stall_name(producer.display_name) if producer.publication_consent else ""
        self.grants += 1
        return SealGrant(
            code=self._new_code(),
            decision_id=decision.id,
            producer_id=producer.id,
            enrolment_id=farm.enrolment.id,
            spg_id=office.spg_id,
            committee_id=office.committee_id,
            category=category,
            valid_from=decision.valid_from or clock.local_date(at),
            valid_until=decision.valid_until or clock.local_date(at),
            municipality_code=farm.municipality,
            community_id=producer.community_id,
            area_m2=farm.area_m2 or None,
            standard_version=self._standard,
            product_groups=farm.groups,
            stall_name=shown,
            status_index=next(self._status_indexes),
            granted_at=at,
            state_since=clock.local_date(at),
        )

    def _new_code(self) -> str:
        while (code := code_from(self._source)) in self._codes:
            continue
        self._codes.add(code)
        return code

    def _beside(self, office: Office, decision: Decision, grant: SealGrant, farm: Farm) -> None:
        add = self._bulk.add
        for row in farm.scope:
            add(SealScope(grant_id=grant.id, **row))
        add(
            SealToken(
                grant_id=grant.id,
                kid=self._key.kid,
                token=signing.sign(payload_of(grant, self._key.number), self._key),
                made_at=grant.granted_at,
            )
        )
        add(
            SealEvent(
                grant_id=grant.id,
                kind=SealEventKind.GRANTED,
                effective_on=grant.state_since,
                at=grant.granted_at,
                by_user=office.coordinator.id,
                decision_id=decision.id,
            )
        )
        if self._source.random() < 0.95:
            on = grant.state_since + timedelta(days=8)
            grant.acknowledged_on = on
            add(
                SealEvent(
                    grant_id=grant.id,
                    kind=SealEventKind.ACKNOWLEDGED,
                    effective_on=on,
                    at=moment(on, 10),
                    by_user=office.secretary.id,
                    how="assisted",
                    witness=_WITNESS,
                )
            )

    def _turned(
        self, office: Office, grant: SealGrant, kind: SealEventKind, on: date, at: datetime
    ) -> SealEvent:
        grant.state, grant.state_since = TURNS[kind], on
        event = SealEvent(
            grant_id=grant.id, kind=kind, effective_on=on, at=at, by_user=office.coordinator.id
        )
        self._bulk.add(event)
        return event

    def _troubled(self, office: Office, farm: Farm, grant: SealGrant, day: date) -> None:
        """By the control body, some days after."""
        kind = self._source.choice((SealEventKind.SUSPENDED, SealEventKind.WITHDRAWN))
        on = day + timedelta(days=15)
        event = self._turned(office, grant, kind, on, moment(on, 11))
        event.by_user, event.authority = self._world.control.id, Authority.CONTROL
        event.reason_class = grant.reason_class = ReasonClass.PROHIBITED_INPUT
        event.reason = "Análisis de una muestra de feria."


def _scope(unit_id: int, plots: Sequence[Plot], crops: Sequence[Crop]) -> list[dict[str, Any]]:
    """One row a product, with the land it stands on; as the norm reads the unit."""
    areas = {plot.id: plot.area_m2 for plot in plots}
    rows: dict[str, int] = {}
    for crop in crops:
        area = areas[crop.plot_id] if crop.plot_id is not None else 0
        rows[crop.product_code] = rows.get(crop.product_code, 0) + area
    return [
        {"unit_id": unit_id, "product_code": code, "area_m2": area or None}
        for code, area in rows.items()
    ]


def _answers(items: Sequence[str]) -> dict[str, Any]:
    return dict.fromkeys(items, _MEETS)

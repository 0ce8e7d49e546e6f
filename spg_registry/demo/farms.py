"""What a family brings to the office on the day it comes in: people, land, crops, the pledge."""

from datetime import date, timedelta
from random import Random

from spg_registry.demo.calendar import CYCLE
from spg_registry.demo.lives import Life, Step, organic_step
from spg_registry.demo.names import PLOTS, People, Somebody, company_name, group_name
from spg_registry.demo.programme import LANDS, Land, Place
from spg_registry.people.models import Sex
from spg_registry.producers.models import ProducerKind, Tenure
from spg_registry.producers.schemas import (
    CropIn,
    EnrolmentIn,
    FacilityIn,
    HolderIn,
    PledgeIn,
    PlotIn,
    ProducerIn,
    UnitIn,
    ZoneIn,
)
from spg_registry.rules.months import add_months
from spg_registry.rules.words import ActivityKind, LastInput
from spg_registry.territory.models import Municipality, Product

MONTHS = {
    ActivityKind.ANNUAL: 24,
    ActivityKind.PERENNIAL: 36,
    ActivityKind.LIVESTOCK: 12,
    ActivityKind.APICULTURE: 12,
}
"""Of transition, to draw clocks that fit; the rules read their own."""

_BEFORE_ENTRY = timedelta(days=70)
"""Before a producer's first meeting, when it has not come in yet: the day lies in the past."""

_KINDS = (
    (ProducerKind.FAMILY, 0.70),
    (ProducerKind.PERSON, 0.255),
    (ProducerKind.GROUP, 0.03),
    (ProducerKind.COMPANY, 0.015),
)
_PROCESSES = (
    ("Centro de acopio y secado", "Secado, selección y embolsado"),
    ("Taller de transformación", "Lavado, deshidratado y envasado"),
    ("Sala de extracción", "Extracción, filtrado y envasado de miel"),
    ("Molino comunal", "Limpieza, tostado y molienda"),
)


class Farms:
    """Draws the producers of one place."""

    def __init__(
        self,
        source: Random,
        people: People,
        place: Place,
        municipality: Municipality,
        products: dict[str, Product],
        communities: list[str],
        organisations: list[str],
    ) -> None:
        self._source = source
        self._people = people
        self._place = place
        self._point = municipality.lat, municipality.lon
        self._land: Land = LANDS[place.region]
        self._products = products
        self._communities = communities
        self._organisations = organisations
        self._households = 0
        self._shared: tuple[str, str] | None = None

    def producer(
        self, life: Life, enrolled_on: date, meeting: date, known_holder: int | None = None
    ) -> ProducerIn:
        """`meeting` is the yearly meeting that is to decide about it first. `known_holder` is a
        person on the committee's papers who is the first holder."""
        draw = self._source
        kind = draw.choices([k for k, _ in _KINDS], weights=[share for _, share in _KINDS])[0]
        if known_holder is not None:
            kind = ProducerKind.PERSON
        community = self._communities[life.number % len(self._communities)]
        household, community = self._household(kind, community)
        name = None
        if kind is ProducerKind.GROUP:
            name = group_name(draw, community)
        elif kind is ProducerKind.COMPANY:
            name = company_name(draw)
        return ProducerIn(
            municipality_code=self._place.ine_code,
            community=community,
            kind=kind,
            holders=self._holders(kind, life, known_holder),
            display_name=name,
            publication_consent=draw.random() < 0.85,
            household_key=household,
            organisations=[draw.choice(self._organisations)] if draw.random() < 0.3 else [],
            enrolment=EnrolmentIn(
                enrolled_on=enrolled_on,
                admitted=Step.WAITING not in life.course[: life.enters + 1],
                pledge=self._pledge(enrolled_on),
            ),
            units=self._units(life, kind, meeting),
        )

    def _household(self, kind: ProducerKind, community: str) -> tuple[str | None, str]:
        """Most families are a household of their own; now and then two producers share one."""
        if kind is not ProducerKind.FAMILY:
            return None, community
        if self._shared is not None:
            household, where = self._shared
            self._shared = None
            return household, where
        if self._source.random() > 0.1:
            return None, community
        self._households += 1
        household = f"h{self._households}"
        self._shared = household, community
        return household, community

    def close_batch(self) -> None:
        """Households are shared within a batch only."""
        self._shared = None

    def _holders(self, kind: ProducerKind, life: Life, known_holder: int | None) -> list[HolderIn]:
        if known_holder is not None:
            return [HolderIn(person_id=known_holder)]
        draw = self._source
        first = self._people.somebody(Sex.WOMAN if life.woman_first else Sex.MAN)
        holders = [first]
        if kind is ProducerKind.FAMILY and draw.random() < 0.55:
            holders.append(self._people.somebody(Sex.MAN if life.woman_first else Sex.WOMAN))
        elif kind is ProducerKind.GROUP:
            holders += [self._people.either() for _ in range(draw.randint(2, 5))]
        return [_holder(one) for one in holders]

    def _pledge(self, enrolled_on: date) -> PledgeIn:
        if self._source.random() < 0.12:
            witness = self._people.either()
            return PledgeIn(
                signed_on=enrolled_on,
                signed_by_mark=True,
                witness=f"{witness.names} {witness.surnames}",
            )
        return PledgeIn(signed_on=enrolled_on)

    # --- land ------------------------------------------------------------------------------------

    def _units(self, life: Life, kind: ProducerKind, meeting: date) -> list[UnitIn]:
        draw = self._source
        land = self._land
        if life.landless:
            return [self._unit(1, [], [], self._gathering())]
        gathers = draw.random() < land.wild_share * (1 - land.only_wild)
        units = 2 if life.area_m2 > 3000 and draw.random() < 0.06 else 1
        found = []
        for number in range(1, units + 1):
            share = life.area_m2 // units
            plots, crops = self._fields(life, share, meeting)
            wild = self._gathering() if gathers and number == 1 else []
            made = self._unit(number, plots, crops, wild)
            group = kind in (ProducerKind.GROUP, ProducerKind.COMPANY)
            if group and number == 1 and draw.random() < 0.12:
                name, process = draw.choice(_PROCESSES)
                made.facilities.append(FacilityIn(name=name, process=process))
            found.append(made)
        return found

    def _unit(
        self, number: int, plots: list[PlotIn], crops: list[CropIn], wild: list[CropIn]
    ) -> UnitIn:
        draw = self._source
        lat, lon = self._point
        zones = []
        if wild:
            zones = [
                ZoneIn(
                    name=f"Zona de recolección de {self._place.name}",
                    bounds="Según el croquis comunal: entre el camino vecinal y el arroyo.",
                    plan="Se deja un tercio de la cosecha y no se corta ninguna planta.",
                )
            ]
        return UnitIn(
            name="Chacra de la familia" if number == 1 else f"Segunda chacra ({number})",
            tenure=draw.choices(list(Tenure), weights=[55, 30, 6, 6, 3])[0],
            parallel_production=draw.random() < 0.04,
            water_source=draw.choice(self._land.water),
            lat=round(lat + draw.uniform(-0.03, 0.03), 5),
            lon=round(lon + draw.uniform(-0.03, 0.03), 5),
            plots=plots,
            crops=crops + wild,
            zones=zones,
        )

    def _fields(self, life: Life, area: int, meeting: date) -> tuple[list[PlotIn], list[CropIn]]:
        """A product a plot; animals and bees have a plot of their own."""
        draw, land = self._source, self._land
        most = max(1, min(land.plots[1], area // 300))
        count = draw.randint(min(land.plots[0], most), most)
        codes = self._different(count)
        bees = draw.random() < land.bee_share
        animals = land.animals and draw.random() < land.animal_share
        plots: list[PlotIn] = []
        crops: list[CropIn] = []
        weights = [draw.uniform(0.6, 1.6) for _ in codes]
        for n, (code, weight) in enumerate(zip(codes, weights, strict=True)):
            kind = ActivityKind(self._products[code].kind)
            own = max(100, round(area * weight / sum(weights) / 100) * 100)
            plots.append(self._plot(life, own, kind, meeting))
            crops.append(
                CropIn(
                    product_code=code,
                    plot=n,
                    area_m2=own,
                    expected_kg=max(5, round(own * draw.uniform(0.1, 0.5))),
                )
            )
        if bees:
            hives = draw.randint(2, 25)
            plots.append(self._plot(life, 200, ActivityKind.APICULTURE, meeting, "Apiario"))
            crops.append(
                CropIn(
                    product_code=draw.choice(land.bees),
                    plot=len(plots) - 1,
                    hives=hives,
                    expected_kg=hives * draw.randint(8, 20),
                )
            )
        if animals:
            plots.append(self._plot(life, 300, ActivityKind.LIVESTOCK, meeting, "Corral"))
            crops.append(
                CropIn(
                    product_code=draw.choice(land.animals),
                    plot=len(plots) - 1,
                    heads=draw.randint(3, 40),
                )
            )
        return plots, crops

    def _different(self, count: int) -> list[str]:
        codes = [code for code, _ in self._land.crops]
        weights = [weight for _, weight in self._land.crops]
        found: dict[str, None] = {}
        while len(found) < count:
            found[self._source.choices(codes, weights=weights)[0]] = None
        return list(found)

    def _gathering(self) -> list[CropIn]:
        draw = self._source
        code = draw.choice(self._land.wild)
        return [CropIn(product_code=code, expected_kg=draw.randint(20, 900))]

    def _plot(
        self, life: Life, area: int, kind: ActivityKind, meeting: date, name: str | None = None
    ) -> PlotIn:
        known, on = self._clock(life, MONTHS[kind], meeting)
        return PlotIn(
            name=name or self._source.choice(PLOTS),
            area_m2=area,
            last_input=known,
            last_input_on=on,
        )

    def _clock(self, life: Life, months: int, meeting: date) -> tuple[LastInput, date | None]:
        """The last prohibited input, such that the land is ready when the course says so."""
        draw = self._source
        ready = organic_step(life)
        if ready == life.enters or life.course[life.enters] is Step.WAITING:
            if draw.random() < 0.6:
                return LastInput.NEVER, None
            return LastInput.DATE, add_months(meeting, -months) - timedelta(draw.randint(90, 3000))
        if ready is not None:
            due = meeting + timedelta(days=CYCLE * (ready - life.enters))
            latest = min(add_months(due, -months), meeting - _BEFORE_ENTRY)
            return LastInput.DATE, latest - timedelta(days=draw.randint(5, 120))
        if life.course[life.enters] is Step.REFUSED and draw.random() < 0.3:
            return LastInput.UNKNOWN, None
        return LastInput.DATE, meeting - _BEFORE_ENTRY - timedelta(days=draw.randint(0, 130))


def _holder(one: Somebody) -> HolderIn:
    return HolderIn(
        names=one.names,
        surnames=one.surnames,
        sex=one.sex,
        ci=one.ci,
        birth_year=one.birth_year,
    )

"""What the demonstration reproduces: the figures of the source programme, spread over real
municipalities, and what grows where. People, communities and their fates are invented.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from spg_registry.producers.models import WaterSource


class Region(StrEnum):
    ALTIPLANO = "altiplano"
    SALT_FLATS = "salt_flats"
    HIGH_VALLEY = "high_valley"
    VALLEY = "valley"
    VINEYARD = "vineyard"
    YUNGAS = "yungas"
    CHACO = "chaco"
    FOREST = "forest"


@dataclass(frozen=True)
class Land:
    """What a region's farms are like. Products carry their weight in the draw.

    `hectares` is the middle size; sizes are scaled to the programme's area as a whole.
    """

    crops: tuple[tuple[str, int], ...]
    plots: tuple[int, int]
    hectares: float
    animals: tuple[str, ...] = ()
    animal_share: float = 0.0
    bees: tuple[str, ...] = ("miel",)
    bee_share: float = 0.04
    wild: tuple[str, ...] = ()
    wild_share: float = 0.0
    only_wild: float = 0.0
    """Of those who gather, how many have no land of their own."""
    water: tuple[WaterSource, ...] = (WaterSource.RAIN, WaterSource.SPRING)


LANDS: dict[Region, Land] = {
    Region.ALTIPLANO: Land(
        crops=(
            *(("papa_nativa", 9), ("quinua", 8), ("haba", 6), ("papa", 5), ("canahua", 4)),
            *(("oca", 3), ("cebada", 3), ("papalisa", 3), ("isano", 1), ("papa_amarga", 2)),
        ),
        plots=(1, 3),
        hectares=1.8,
        animals=("llama", "ovino", "bovino_leche", "cuy"),
        animal_share=0.22,
        bee_share=0.0,
        wild=("muna",),
        wild_share=0.03,
    ),
    Region.SALT_FLATS: Land(
        crops=(("quinua", 14), ("papa_nativa", 3), ("canahua", 2), ("haba", 1)),
        plots=(1, 3),
        hectares=4.2,
        animals=("llama", "ovino"),
        animal_share=0.3,
        bee_share=0.0,
    ),
    Region.HIGH_VALLEY: Land(
        crops=(
            *(("papa_nativa", 7), ("papa", 4), ("haba", 5), ("tarwi", 4), ("trigo", 3)),
            *(("amaranto", 3), ("oca", 2), ("papalisa", 3), ("arveja", 3), ("cebada", 2)),
            *(("maiz", 4), ("cebolla", 2), ("zanahoria", 2)),
        ),
        plots=(1, 3),
        hectares=1.3,
        animals=("ovino", "huevo", "cuy"),
        animal_share=0.15,
        wild=("muna",),
        wild_share=0.03,
        water=(WaterSource.RAIN, WaterSource.SPRING, WaterSource.CANAL),
    ),
    Region.VALLEY: Land(
        crops=(
            *(("lechuga", 6), ("cebolla", 5), ("zanahoria", 5), ("tomate", 4), ("durazno", 6)),
            *(("brocoli", 3), ("espinaca", 3), ("repollo", 3), ("maiz", 4), ("frutilla", 3)),
            *(("papa", 3), ("haba", 3), ("arveja", 2), ("manzana", 2), ("locoto", 2), ("ajo", 2)),
            *(("oregano", 2), ("manzanilla", 1), ("zapallo", 2), ("chirimoya", 1), ("tuna", 1)),
        ),
        plots=(1, 4),
        hectares=0.55,
        animals=("huevo", "cuy", "pollo"),
        animal_share=0.18,
        bee_share=0.06,
        water=(WaterSource.CANAL, WaterSource.WELL, WaterSource.RIVER),
    ),
    Region.VINEYARD: Land(
        crops=(("vid", 8), ("durazno", 4), ("cebolla", 3), ("papa", 3), ("tomate", 3), ("ajo", 2)),
        plots=(1, 3),
        hectares=1.1,
        animals=("huevo",),
        animal_share=0.1,
        bee_share=0.08,
        water=(WaterSource.CANAL, WaterSource.RIVER),
    ),
    Region.YUNGAS: Land(
        crops=(
            *(("cafe", 9), ("cacao", 8), ("banano", 5), ("platano", 4), ("naranja", 4)),
            *(("mandarina", 3), ("palta", 3), ("papaya", 2), ("yuca", 3), ("walusa", 2)),
            *(("pina", 2), ("jengibre", 1), ("stevia", 1), ("achiote", 1), ("copoazu", 1)),
        ),
        plots=(1, 3),
        hectares=2.6,
        animals=("pollo",),
        animal_share=0.06,
        bees=("miel", "miel_nativa"),
        bee_share=0.07,
        water=(WaterSource.SPRING, WaterSource.RAIN, WaterSource.RIVER),
    ),
    Region.CHACO: Land(
        crops=(("maiz", 6), ("mani", 5), ("aji", 5), ("frijol", 4), ("zapallo", 2), ("camote", 1)),
        plots=(1, 3),
        hectares=2.2,
        animals=("pollo", "huevo"),
        animal_share=0.1,
        bees=("miel", "miel_nativa", "propoleo"),
        bee_share=0.3,
        water=(WaterSource.RAIN, WaterSource.RIVER),
    ),
    Region.FOREST: Land(
        crops=(
            ("cacao", 6),
            ("yuca", 4),
            ("platano", 4),
            ("maiz", 2),
            ("copoazu", 3),
            ("arroz", 2),
        ),
        plots=(1, 2),
        hectares=2.8,
        bees=("miel_nativa",),
        bee_share=0.04,
        wild=("cacao_silvestre", "castana", "asai", "majo"),
        wild_share=0.7,
        only_wild=0.35,
        water=(WaterSource.RIVER, WaterSource.WELL),
    ),
}
LOWLANDS = frozenset({Region.YUNGAS, Region.CHACO, Region.FOREST})


@dataclass(frozen=True)
class Place:
    """A municipality of the programme. `lag` says how many days before the load its last meeting
    was; the first place has a round under way instead, and its lag is that of the meeting before.
    """

    ine_code: str
    name: str
    region: Region
    communities: int
    organic: int
    lag: int
    recognised: bool = True
    term_years: int = 5


PLACES: tuple[Place, ...] = (
    Place("020104", "Achocalla", Region.VALLEY, 14, 260, 335),
    Place("021104", "Palos Blancos", Region.YUNGAS, 24, 330, 47),
    Place("021401", "Coroico", Region.YUNGAS, 20, 240, 82),
    Place("022001", "Caranavi", Region.YUNGAS, 26, 320, 101),
    Place("021203", "Batallas", Region.ALTIPLANO, 18, 250, 64),
    Place("021305", "Patacamaya", Region.ALTIPLANO, 16, 200, 93, recognised=False),
    Place("040201", "Challapata", Region.SALT_FLATS, 20, 280, 38, term_years=1),
    Place("051201", "Uyuni", Region.SALT_FLATS, 22, 320, 74),
    Place("050601", "Cotagaita", Region.VALLEY, 16, 170, 88, recognised=False),
    Place("030903", "Tiquipaya", Region.VALLEY, 14, 230, 55),
    Place("031403", "San Benito", Region.VALLEY, 12, 190, 106),
    Place("031002", "Colomi", Region.HIGH_VALLEY, 18, 250, 41),
    Place("010601", "Tarabuco", Region.HIGH_VALLEY, 22, 240, 69),
    Place("010501", "Monteagudo", Region.CHACO, 18, 180, 96, recognised=False),
    Place("060401", "Uriondo", Region.VINEYARD, 14, 160, 58),
    Place("070901", "Samaipata", Region.VALLEY, 16, 190, 34),
    Place("080802", "Baures", Region.FOREST, 10, 130, 78, recognised=False),
    Place("090203", "Filadelfia", Region.FOREST, 10, 60, 85, recognised=False),
)

AREA_PER_HOLDER_M2 = 21_250
"""8,500 ha over 4,000 holders."""


@dataclass(frozen=True)
class Scale:
    """How much of the programme is played: the first places, and a share of their people."""

    places: Sequence[Place]
    waiting: int
    """Ready for decision in the round under way."""

    @property
    def organic(self) -> int:
        return sum(place.organic for place in self.places)

    @property
    def communities(self) -> int:
        return sum(place.communities for place in self.places)


PROGRAMME = Scale(PLACES, waiting=25)


def small(places: int = 2, producers: int = 60) -> Scale:
    """The same stories with few people, for tests: the first places, one of them not recognised."""
    unrecognised = next(place for place in PLACES if not place.recognised)
    chosen = [*[place for place in PLACES if place.recognised][: places - 1], unrecognised]
    each = producers // places
    counts = [producers - each * (places - 1), *[each] * (places - 1)]
    return Scale(
        tuple(
            replace(place, communities=min(4, place.communities), organic=count)
            for place, count in zip(chosen, counts, strict=True)
        ),
        waiting=5,
    )

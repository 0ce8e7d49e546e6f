"""Tables of the territory. All but `Community` are reference data loaded from `data/`."""

from enum import StrEnum

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from spg_registry.core.db import coded, document, key
from spg_registry.core.history import Recorded
from spg_registry.rules.words import ActivityKind


class MunicipalityKind(StrEnum):
    MUNICIPIO = "municipio"
    AIOC = "aioc"
    """Indigenous native peasant autonomy."""


class CommunityKind(StrEnum):
    RURAL = "rural"
    URBAN = "urban"
    INDIGENOUS = "indigenous"


class ProductGroup(StrEnum):
    """What a seal says of its products. The place in this list is the bit in the seal's payload
    (trust.md, section 2): it is published, so never reorder, only append (16 bits in all)."""

    GRAINS = "grains"
    TUBERS = "tubers"
    VEGETABLES = "vegetables"
    FRUIT = "fruit"
    COCOA_COFFEE = "cocoa_coffee"
    HERBS_SPICES = "herbs_spices"
    NUTS_OILSEEDS = "nuts_oilseeds"
    PULSES = "pulses"
    DAIRY_EGGS = "dairy_eggs"
    MEAT = "meat"
    HONEY = "honey"
    WILD = "wild"
    PROCESSED = "processed"
    OTHER = "other"

    @property
    def bit(self) -> int:
        """0 for grains … 13 for other."""
        return list(type(self)).index(self)


class Department(SQLModel, table=True):
    code: str = Field(primary_key=True, max_length=2)
    name: str = Field(max_length=40)
    iso: str = Field(max_length=6, unique=True)
    ci_suffix: str = Field(max_length=2, unique=True)
    capital: str = Field(max_length=40)


class Province(SQLModel, table=True):
    code: str = Field(primary_key=True, max_length=4)
    name: str = Field(max_length=60)
    department_code: str = Field(foreign_key="department.code", index=True)


class Municipality(SQLModel, table=True):
    """`lat` and `lon` are a point inside the municipality, not its town."""

    ine_code: str = Field(primary_key=True, max_length=6)
    name: str = Field(max_length=120)
    province_code: str = Field(foreign_key="province.code")
    department_code: str = Field(foreign_key="department.code", index=True)
    lat: float
    lon: float
    kind: MunicipalityKind = coded(MunicipalityKind)
    aliases: list[str] = document(list)
    ine_code_2012: str | None = Field(default=None, max_length=6)
    note: str = Field(default="", max_length=200)

    @property
    def is_renumbered(self) -> bool:
        """Whether another municipality had this code in the 2012 catalogue."""
        return self.ine_code_2012 is not None and self.ine_code_2012 != self.ine_code


NAME_LENGTH = 120
"""Of a community's name, and of its key, which can be longer: `½` is two figures to it."""


class Community(Recorded, table=True):
    """A counted unit below the municipality. `name_key` keeps one row for every spelling."""

    __table_args__ = (UniqueConstraint("municipality_code", "name_key"),)

    id: int = key()
    municipality_code: str = Field(foreign_key="municipality.ine_code")
    name: str = Field(max_length=NAME_LENGTH)
    name_key: str = Field(max_length=NAME_LENGTH)
    kind: CommunityKind = coded(CommunityKind, CommunityKind.RURAL)


class Product(SQLModel, table=True):
    """`kind` is the activity behind it, which decides the months of transition."""

    code: str = Field(primary_key=True, max_length=40)
    es: str = Field(max_length=80)
    en: str = Field(max_length=80)
    scientific: str = Field(max_length=120)
    kind: ActivityKind = coded(ActivityKind)
    group: ProductGroup = coded(ProductGroup)
    aliases: list[str] = document(list)

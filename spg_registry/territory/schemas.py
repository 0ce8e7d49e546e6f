"""What goes in and out of the territory."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from spg_registry.rules.words import ActivityKind
from spg_registry.territory.models import CommunityKind, MunicipalityKind, ProductGroup

CommunityName = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, min_length=2, max_length=120, pattern=r"^[^\x00-\x1f]*$"
    ),
]


class NewCommunity(BaseModel):
    """A community as somebody names it."""

    municipality_code: str = Field(pattern=r"^\d{6}$", examples=["031003"])
    name: CommunityName
    kind: CommunityKind = CommunityKind.RURAL


class _Read(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class DepartmentOut(_Read):
    code: str
    name: str
    iso: str
    ci_suffix: str
    capital: str


class ProvinceOut(_Read):
    code: str
    name: str
    department_code: str


class MunicipalityOut(_Read):
    ine_code: str
    name: str
    province_code: str
    department_code: str
    lat: float
    lon: float
    kind: MunicipalityKind
    aliases: list[str]
    ine_code_2012: str | None
    note: str


class CommunityOut(_Read):
    id: int
    municipality_code: str
    name: str
    kind: CommunityKind


class ProductOut(_Read):
    code: str
    es: str
    en: str
    scientific: str
    kind: ActivityKind
    group: ProductGroup
    aliases: list[str]

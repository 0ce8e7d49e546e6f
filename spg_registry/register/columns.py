"""Each published column once: its name, its type, what it means and who may see it.

The layout is data: CSV, JSON Lines and the page of open data are made from it. Columns are only
ever appended: programs read them by place, and a test freezes what the public downloads.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Profile(StrEnum):
    """Who reads: the control body (and a committee its own rows), or anybody."""

    CONTROL = "control"
    PUBLIC = "public"


class Privacy(StrEnum):
    """`personal` names or identifies somebody: such columns may stand in `holders` only, which is
    never frozen, so that a right of erasure does not break a closed period."""

    PUBLIC = "public"
    CONTROL = "control"
    PERSONAL = "personal"


class Kind(StrEnum):
    """How a value is spelled: dates `2026-11-21`, lists joined with `;` in CSV and arrays in
    JSON, `number` with a decimal point."""

    TEXT = "text"
    DATE = "date"
    INTEGER = "integer"
    NUMBER = "number"
    LIST = "list"


class TableName(StrEnum):
    SPGS = "spgs"
    PRODUCERS = "producers"
    UNITS = "units"
    SEALS = "seals"


PERSONAL_TABLES = frozenset({"holders"})


@dataclass(frozen=True)
class Column:
    name: str
    kind: Kind
    es: str
    en: str
    privacy: Privacy = Privacy.PUBLIC

    def meaning(self, locale: str) -> str:
        return self.en if locale == "en" else self.es


@dataclass(frozen=True)
class Layout:
    """A table: `key` names the columns that tell its rows apart."""

    name: TableName
    es: str
    en: str
    about_es: str
    about_en: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    def title(self, locale: str) -> str:
        return self.en if locale == "en" else self.es

    def about(self, locale: str) -> str:
        return self.about_en if locale == "en" else self.about_es

    def seen_by(self, profile: Profile) -> tuple[Column, ...]:
        """The columns of a profile, in their order."""
        if profile is Profile.CONTROL:
            return self.columns
        return tuple(column for column in self.columns if column.privacy is Privacy.PUBLIC)


@dataclass(frozen=True)
class License:
    name: str
    href: str


LICENSE = License(
    "Creative Commons Atribución 4.0 (CC BY 4.0)",
    "https://creativecommons.org/licenses/by/4.0/deed.es",
)

_T, _D, _I, _N, _L = Kind.TEXT, Kind.DATE, Kind.INTEGER, Kind.NUMBER, Kind.LIST
_CONTROL = Privacy.CONTROL

_SPGS = Layout(
    TableName.SPGS,
    "Sistemas participativos de garantía",
    "Participatory guarantee systems",
    "Un SPG por fila, con su comité y su registro en el control nacional.",
    "One SPG a row, with its committee and its registration at the national control body.",
    ("spg_code",),
    (
        Column("spg_code", _T, "Código del SPG en este registro", "The SPG's code here"),
        Column("name", _T, "Nombre del SPG", "Name of the SPG"),
        Column(
            "kind",
            _T,
            "Clase: municipal, private (privado) o communal (comunal)",
            "Kind: municipal, private or communal",
        ),
        Column(
            "departments",
            _L,
            "Departamentos donde trabaja, código INE de 2 dígitos",
            "Departments where it works, 2-digit INE codes",
        ),
        Column(
            "municipalities",
            _L,
            "Municipios donde trabaja, código INE de 6 dígitos (catálogo 2024)",
            "Municipalities where it works, 6-digit INE codes (2024 catalogue)",
        ),
        Column("committee", _T, "Comité que lo dirige", "Committee that runs it"),
        Column(
            "committee_level",
            _T,
            "Nivel del comité: municipal, regional u organisation (organización)",
            "Level of the committee: municipal, regional or organisation",
        ),
        Column(
            "recognition_act",
            _T,
            "Acto que reconoce al comité: el vigente, o el último que hubo",
            "Act that recognises the committee: the one in force, or the last there was",
        ),
        Column("recognised_on", _D, "Fecha de ese acto", "Date of that act"),
        Column(
            "recognised_until",
            _D,
            "Último día del reconocimiento; vacío si no tiene término",
            "Last day of the recognition; empty without a named end",
        ),
        Column(
            "registration_act",
            _T,
            "Acto del control nacional que registra al SPG",
            "Act of the national control body that registers the SPG",
        ),
        Column("registered_on", _D, "Fecha de ese registro", "Date of that registration"),
        Column("registration_until", _D, "Último día del registro", "Last day of the registration"),
        Column(
            "registration_status",
            _T,
            "in_force (vigente), in_process (en trámite), suspended (suspendido), "
            "expired (vencido), cancelled (cancelado) o none (nunca hubo)",
            "in_force, in_process, suspended, expired, cancelled or none",
        ),
        Column(
            "members_women",
            _I,
            "Mujeres con mandato vigente en los órganos del comité",
            "Women in office in the committee's bodies",
        ),
        Column(
            "members_men",
            _I,
            "Hombres con mandato vigente en los órganos del comité",
            "Men in office in the committee's bodies",
        ),
        Column("producers", _I, "Productores inscritos", "Producers enrolled"),
        Column(
            "units", _I, "Unidades productivas de esos productores", "Production units of those"
        ),
        Column(
            "area_m2",
            _I,
            "Superficie de esas unidades en m²; una parcela compartida se cuenta una vez",
            "Area of those units in m²; a shared plot is counted once",
        ),
    ),
)

_PRODUCERS = Layout(
    TableName.PRODUCERS,
    "Productores",
    "Producers",
    "Un productor inscrito en un SPG por fila, sin nombres.",
    "One producer enrolled in an SPG a row, without names.",
    ("producer_code", "spg_code"),
    (
        Column("producer_code", _T, "Código nacional del productor", "The producer's own code"),
        Column("spg_code", _T, "SPG en el que está o estuvo inscrito", "SPG where it is or was"),
        Column(
            "kind",
            _T,
            "family (familia), person (persona), group (grupo) o company (empresa)",
            "family, person, group or company",
        ),
        Column(
            "sex_of_first_holder",
            _T,
            "Sexo de la primera persona titular: woman (mujer), man (hombre), other (otro)",
            "Sex of the first holder: woman, man, other",
            _CONTROL,
        ),
        Column(
            "organisation_code",
            _L,
            "Organizaciones a las que pertenece, por código",
            "Organisations that it belongs to, by code",
        ),
        Column("municipality_code", _T, "Municipio, código INE", "Municipality, INE code"),
        Column("municipality", _T, "Municipio", "Municipality"),
        Column("department", _T, "Departamento", "Department"),
        Column("community", _T, "Comunidad", "Community"),
        Column("enrolled_on", _D, "Fecha de inscripción", "Date of enrolment", _CONTROL),
        Column(
            "pledge_signed_on",
            _D,
            "Fecha de la carta de compromiso",
            "Date of the pledge",
            _CONTROL,
        ),
        Column(
            "status",
            _T,
            "Situación en el SPG: applicant (postulante), admitted (admitido), in_transition "
            "(en transición), organic (ecológico), observed (observado), suspended (suspendido), "
            "absent (ausente), withdrawn (retirado) o excluded (excluido)",
            "Standing in the SPG: applicant, admitted, in_transition, organic, observed, "
            "suspended, absent, withdrawn or excluded",
        ),
    ),
)

_UNITS = Layout(
    TableName.UNITS,
    "Unidades productivas",
    "Production units",
    "Una unidad productiva por fila, con lo que tiene sembrado o criado.",
    "One production unit a row, with what grows or lives there.",
    ("unit_code",),
    (
        Column("unit_code", _T, "Código de la unidad", "The unit's code"),
        Column("producer_code", _T, "Productor que la trabaja", "Producer who works it"),
        Column("municipality_code", _T, "Municipio, código INE", "Municipality, INE code"),
        Column("community", _T, "Comunidad", "Community"),
        Column(
            "tenure",
            _T,
            "Tenencia: own (propia), communal (comunal), rented (alquilada), lent (prestada), "
            "other (otra)",
            "Tenure: own, communal, rented, lent, other",
        ),
        Column("area_m2", _I, "Superficie de sus parcelas en m²", "Area of its plots in m²"),
        Column(
            "stage",
            _T,
            "Etapa de la tierra, derivada de sus parcelas: conventional (convencional), "
            "in_transition (en transición) u organic (ecológica); vacía si no tiene parcelas",
            "Stage of the land, derived from its plots: conventional, in_transition or organic; "
            "empty without plots",
        ),
        Column(
            "products",
            _L,
            "Productos de la gestión, por código",
            "Products of the season, by code",
        ),
        Column(
            "activity_kinds",
            _L,
            "Actividades: annual (anuales), perennial (perennes), livestock (animales), "
            "apiculture (abejas), wild (recolección), processed (transformación)",
            "Activities: annual, perennial, livestock, apiculture, wild, processed",
        ),
        Column("lat", _N, "Latitud, grados decimales", "Latitude, decimal degrees", _CONTROL),
        Column("lon", _N, "Longitud, grados decimales", "Longitude, decimal degrees", _CONTROL),
    ),
)

_SEALS = Layout(
    TableName.SEALS,
    "Sellos",
    "Seals",
    "Un sello otorgado por fila, también los vencidos, suspendidos y retirados.",
    "One granted seal a row, expired, suspended and withdrawn ones too.",
    ("public_code",),
    (
        Column("public_code", _T, "Código público del sello", "The seal's public code"),
        Column("producer_code", _T, "Productor que lo lleva", "Producer who carries it"),
        Column("spg_code", _T, "SPG que lo otorgó", "SPG that granted it"),
        Column(
            "category",
            _T,
            "organic (ecológico) o transition (en transición)",
            "organic or transition (ecological transition)",
        ),
        Column("valid_from", _D, "Primer día de vigencia", "First day of validity"),
        Column("valid_until", _D, "Último día de vigencia", "Last day of validity"),
        Column(
            "standing",
            _T,
            "Situación en la fecha de los datos: valid (vigente), not_yet_valid (aún no rige), "
            "expired (vencido), suspended (suspendido), withdrawn (retirado) o replaced "
            "(reemplazado)",
            "Standing on the date of the data: valid, not_yet_valid, expired, suspended, "
            "withdrawn or replaced",
        ),
        Column("scope_products", _L, "Productos que cubre, por código", "Products it covers"),
        Column(
            "scope_area_m2",
            _I,
            "Superficie en m² de las parcelas que cubre, cada una contada una vez",
            "Area in m² of the plots covered, each counted once",
        ),
        Column("standard_version", _T, "Norma aplicada y su versión", "Standard and its version"),
        Column("round", _I, "Número de la ronda en el SPG", "Number of the round in the SPG"),
        Column("visit_on", _D, "Fecha de la última visita revisada", "Date of the last visit"),
        Column("acta_number", _T, "Número del acta", "Number of the minutes"),
        Column("decided_on", _D, "Fecha de la decisión", "Date of the decision"),
        Column(
            "status_since",
            _D,
            "Primer día de la situación; vacío antes del primer día de vigencia",
            "First day of the standing; empty before the first day of validity",
        ),
        Column(
            "reason_class",
            _T,
            "Clase de motivo de la suspensión o del retiro",
            "Class of reason of the suspension or withdrawal",
        ),
        Column(
            "waivers",
            _L,
            "Reglas de advertencia que la reunión o la decisión pasó con motivo escrito",
            "Warning rules that the meeting or the decision passed with a written reason",
        ),
    ),
)

TABLES: Mapping[TableName, Layout] = MappingProxyType(
    {layout.name: layout for layout in (_SPGS, _PRODUCERS, _UNITS, _SEALS)}
)

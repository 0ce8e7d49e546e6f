"""A small fixed scene whose files are known to the byte: five producers of Punata with seals of
every standing, and one of Tiquipaya without any."""

from collections.abc import Iterator
from datetime import date

from sqlmodel import Session, select

from spg_registry.core import codes
from spg_registry.core.db import Database
from spg_registry.people.models import Sex
from spg_registry.producers import service as producers
from spg_registry.producers.models import ProducerKind, Tenure
from spg_registry.producers.schemas import HolderIn, OrganisationIn
from spg_registry.rounds.models import Visit
from spg_registry.rules.words import Outcome
from spg_registry.seals import service as seals
from spg_registry.seals.models import SealGrant
from spg_registry.seals.schemas import ActIn, ReasonClass
from tests.cast import TIQUIPAYA, Cast
from tests.producers.families import crop, family, plot, unit
from tests.seals.stories import convened, decided, keys, visited

JUSTINA, BASILIA, GROUP, ZENON, COMPANY = (
    nine + codes.check_character(nine)
    for nine in ("Q11111111", "J22222222", "333333333", "Z44444444", "455555555")
)
"""Public codes, in the order in which the acta grants them."""

FORMULA = '=HYPERLINK("http://mal.example")'
PERSONAL = (
    *("Justina", "Ñáñez", "4123456", "70712345", "1961", "Basilia", "5234567"),
    *("Zenón", "Illapa", "Marcelina", "Gutiérrez", "Agro Valle", "1023456027"),
)
"""Names, surnames, numbers, telephones and years of birth of the scene."""


def play(database: Database, cast: Cast) -> None:
    """The whole scene, committed."""
    with database.write(cast.now) as session:
        visits = _visits(session, cast)
        grants = _granted(session, cast, visits)
        _afterwards(session, cast, {grant.code: grant for grant in grants})
        _neighbours(session, cast)


def _visits(session: Session, cast: Cast) -> list[Visit]:
    known = [OrganisationIn(name="Asociación Papa Sana", code="APS")]
    producers.register_organisations(session, cast.secretary, cast.now, known)
    batch = [
        family(
            holders=[
                HolderIn(
                    names="Justina",
                    surnames="Ñáñez Quispe",
                    sex=Sex.WOMAN,
                    ci="4123456 CB",
                    phone="70712345",
                    birth_year=1961,
                )
            ],
            organisations=["APS"],
            publication_consent=True,
            units=[
                unit(
                    lat=-17.5423,
                    lon=-65.8347,
                    plots=[plot(12_500), plot(3_000)],
                    crops=[
                        crop("papa", plot=0),
                        crop("haba", plot=0),
                        crop("durazno", 3_000, plot=1),
                    ],
                )
            ],
        ),
        family(
            holders=[HolderIn(names="Basilia", surnames="Ñáñez", sex=Sex.WOMAN, ci="5234567")],
            community='Laguna "Sulti", banda',
            units=[unit(tenure=Tenure.COMMUNAL, plots=[_in_transition()])],
        ),
        family(
            kind=ProducerKind.GROUP,
            holders=[
                HolderIn(names="Marcelina", surnames="Gutiérrez", sex=Sex.WOMAN),
                HolderIn(names="Basilio", surnames="Gutiérrez", sex=Sex.MAN),
            ],
            display_name="Las Gutiérrez de Capilla",
            community=FORMULA,
        ),
        family(
            kind=ProducerKind.PERSON,
            holders=[HolderIn(names="Zenón", surnames="Illapa", sex=Sex.MAN)],
        ),
        family(
            kind=ProducerKind.COMPANY,
            holders=[HolderIn(names="Ramiro", surnames="Gutiérrez")],
            display_name="Agro Valle SRL",
            nit="1023456027",
            publication_consent=True,
        ),
    ]
    made = producers.register_all(session, cast.secretary, cast.now, cast.spg, batch)
    return visited(session, cast, [one.units[0].unit.id for one in made])


def _in_transition() -> object:
    return plot(7_000, last_input="date", last_input_on=date(2025, 9, 1))


def _granted(session: Session, cast: Cast, visits: list[Visit]) -> list[SealGrant]:
    meeting = convened(session, cast, visits[0].round_id, acta_number="4/2026")
    decided(session, cast, meeting, visits[:1], waivers={"evaluator_rotation": "No hay otros"})
    decided(session, cast, meeting, visits[1:2], Outcome.TRANSITION)
    decided(session, cast, meeting, visits[2:])
    fresh: Iterator[str] = iter((JUSTINA, BASILIA, GROUP, ZENON, COMPANY))
    closing = seals.close_and_grant(
        session, cast.secretary, cast.now, keys(cast), meeting.id, lambda: next(fresh)
    )
    return closing.granted


def _afterwards(session: Session, cast: Cast, grants: dict[str, SealGrant]) -> None:
    """One suspended, one withdrawn, one suspended and back again."""
    reason = ActIn(
        reason_class=ReasonClass.PROHIBITED_INPUT,
        reason="Envases de glifosato de don Zenón en la acequia",
        right_of_reply="Fue oído el 15 de junio",
    )
    over = reason.model_copy(update={"reason_class": ReasonClass.OTHER, "reason": "Aclarado"})
    seals.suspend(session, cast.control, cast.now, GROUP, reason)
    seals.withdraw(session, cast.control, cast.now, ZENON, reason)
    seals.suspend(session, cast.control, cast.now, COMPANY, reason)
    seals.reinstate(session, cast.control, cast.now, COMPANY, over)


def _neighbours(session: Session, cast: Cast) -> None:
    other = family(names="Clorinda", surnames="Sandoval", municipality_code=TIQUIPAYA)
    producers.register_all(session, cast.secretary_b, cast.now, cast.spg_b, [other])


def grant_of(session: Session, code: str) -> SealGrant:
    return session.exec(select(SealGrant).where(SealGrant.code == code)).one()

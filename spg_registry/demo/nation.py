"""What the country does: national logins, committees and their SPGs, and the years of record."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal

from sqlmodel import Session, func, select

from spg_registry.committees import queries as committees_read
from spg_registry.committees import service as committees
from spg_registry.committees.models import BodyKind
from spg_registry.committees.schemas import (
    CommitteeIn,
    RecognitionIn,
    RegistrationIn,
    RoleIn,
    SpgIn,
)
from spg_registry.core import audit
from spg_registry.core.history import Change
from spg_registry.core.permissions import SYSTEM, Actor, Role
from spg_registry.demo import calendar
from spg_registry.demo.calendar import moment
from spg_registry.demo.names import ORGANISATIONS
from spg_registry.demo.stage import Scene, Story
from spg_registry.demo.world import Office, World
from spg_registry.people import accounts
from spg_registry.people.passwords import Hashed
from spg_registry.producers import service as producers
from spg_registry.producers.schemas import OrganisationIn
from spg_registry.register.models import Period

ISSUER = "Control nacional (demostración)"


def of_the_country(world: World, offices: Sequence[Office]) -> Story:
    first = calendar.beginning(world.today)
    scene = yield moment(first, 7)
    sign_up(scene, world)
    scene = yield moment(first, 9)
    found(scene, world, offices)
    scene = yield moment(first, 11)
    _periods(scene.session, [y for y in calendar.years(world.today) if date(y, 1, 1) <= first])
    yield from _years(world, first)


def sign_up(scene: Scene, world: World) -> None:
    """The national logins, made by the command that sets a registry up."""
    for username, label, role in (
        ("admin", "Administración del registro", Role.ADMINISTRATOR),
        ("control", "Oficial del control nacional", Role.CONTROL),
        ("cnape", "Coordinación nacional (CNAPE)", Role.COORDINATION),
    ):
        actor = user(scene, world.known_password, SYSTEM, username, label, role, None)
        if role is Role.ADMINISTRATOR:
            world.admin = actor
        elif role is Role.CONTROL:
            world.control = actor
    made = producers.register_organisations(
        scene.session, SYSTEM, scene.now, [OrganisationIn(name=name) for name in ORGANISATIONS]
    )
    world.organisations = [row.name for row in made]


def user(
    scene: Scene,
    password: Hashed,
    by: Actor,
    username: str,
    label: str,
    role: Role,
    committee_id: int | None,
    person_id: int | None = None,
) -> Actor:
    """A login with its role; passwords of the demonstration are hashed once for all."""
    made = accounts.open_account(
        scene.session,
        by,
        scene.now,
        username=username,
        label=label,
        password=password,
        person_id=person_id,
    )
    wish = RoleIn(user_id=made.id, role=role, committee_id=committee_id)
    committees.assign_role(scene.session, by, scene.now, wish)
    return committees.actor_of(scene.session, made)


def logins(scene: Scene, world: World, office: Office) -> None:
    """Of a committee's coordinator and secretary; those of the first ones are printed."""
    known = {0: ("coordinadora", "secretaria"), 1: ("coordinador2", None)}.get(
        office.number, (None, None)
    )
    made = []
    for seat, role, name in zip(
        (office.members[0], office.members[4]),
        (Role.COORDINATOR, Role.SECRETARY),
        known,
        strict=True,
    ):
        made.append(
            user(
                scene,
                world.known_password if name else world.nobodys_password,
                world.admin,
                name or f"{role.value}-{office.place.ine_code}",
                seat.name,
                role,
                office.committee_id,
                seat.person_id,
            )
        )
    office.coordinator, office.secretary = made


def found(scene: Scene, world: World, offices: Sequence[Office]) -> None:
    """The control body enters what is on paper: committees, recognitions, SPGs, registrations."""
    session, now = scene.session, scene.now
    made = committees.create_committees(
        session,
        world.control,
        now,
        [
            CommitteeIn(
                name=f"Comité Municipal de Producción Ecológica de {office.place.name}",
                municipality_codes=[office.place.ine_code],
                created_on=world.day(-200 - 31 * (office.number % 7)),
            )
            for office in offices
        ],
    )
    for office, row in zip(offices, made, strict=True):
        office.committee_id = row.id
        office.guarantee_id = committees_read.body_of(session, row.id, BodyKind.GUARANTEE).id
        if office.place.recognised:
            _recognise(scene, world, office)
    systems = committees.found_spgs(
        session,
        world.control,
        now,
        [
            SpgIn(
                committee_id=office.committee_id,
                name=f"SPG {office.place.name}",
                municipality_codes=[office.place.ine_code],
                created_on=world.day(-120 - 13 * (office.number % 5)),
            )
            for office in offices
        ],
    )
    for office, spg in zip(offices, systems, strict=True):
        office.spg_id = spg.id
        if office.place.term_years != 1:
            register(scene, world, office, world.day(-30 - 7 * (office.number % 9)), 5)


def register(
    scene: Scene, world: World, office: Office, issued_on: date, years: Literal[1, 5]
) -> None:
    """An SPG's first term at the control body."""
    data = RegistrationIn(
        spg_id=office.spg_id,
        issuer=ISSUER,
        act_number=f"DEMO-{office.number + 1:03d}",
        issued_on=issued_on,
        term_years=years,
    )
    (term,) = committees.register_spgs(scene.session, world.control, scene.now, [data])
    office.registration_id = term.id


def _recognise(scene: Scene, world: World, office: Office) -> None:
    day = world.day(-90 - 9 * (office.number % 11))
    committees.recognise(
        scene.session,
        world.control,
        scene.now,
        office.committee_id,
        RecognitionIn(
            number=f"Ley Municipal DEMO {office.number + 10}/{day.year}",
            issuer=f"Concejo Municipal de {office.place.name}",
            issued_on=day,
        ),
    )


def _years(world: World, first: date) -> Story:
    """New years begin and old ones are closed."""
    years = calendar.years(world.today)
    due: list[tuple[datetime, int, bool]] = []
    for year in years:
        if date(year, 1, 1) > first:
            due.append((moment(date(year, 1, 1), 8), year, False))
        if year < calendar.open_year(world.today):
            due.append((moment(calendar.closing_day(year), 18), year, True))
    for when, year, closes in sorted(due):
        if world.is_past(when.date()):
            scene = yield when
            if closes:
                _close(scene, year)
            else:
                _periods(scene.session, [year])


def _periods(session: Session, years: Sequence[int]) -> None:
    session.add_all(
        Period(label=str(year), since=date(year, 1, 1), until=date(year, 12, 31)) for year in years
    )
    session.flush()


def _close(scene: Scene, year: int) -> None:
    """For good: what the register says of the year is what was recorded by now."""
    row = scene.session.exec(select(Period).where(Period.label == str(year))).one()
    row.closed_at = scene.now
    row.closed_sequence = scene.session.exec(select(func.max(Change.sequence))).one()
    audit.record(scene.session, SYSTEM, scene.now, "period.close", "period", row.id)
    scene.session.flush()

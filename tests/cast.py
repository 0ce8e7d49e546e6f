"""The fixed cast that plays in the stories: two committees, the control body, the coordination.

`cast` stands beside `database`: the test's own copy of a database in which, on 1 March 2025, all
of it was set up through the services; the stories play on 15 June 2026 (`cast.now`). `stage` puts
the application on that database, with the clock standing at `cast.now`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import Session

from api.ground import Ground
from spg_registry.committees import queries, service
from spg_registry.committees.models import BodyKind, Committee
from spg_registry.committees.schemas import (
    CommitteeIn,
    EvaluatorIn,
    InviteIn,
    MemberIn,
    RecognitionIn,
    RegistrationIn,
    RoleIn,
    SpgIn,
)
from spg_registry.core.config import settings
from spg_registry.core.db import Database
from spg_registry.core.keys import open_keyring
from spg_registry.core.permissions import SYSTEM, Actor, Role
from spg_registry.people import access, accounts
from spg_registry.people import service as people
from spg_registry.people.models import Person, Sex
from spg_registry.people.schemas import PersonIn
from spg_registry.rules.words import Sector

FOUNDED = datetime(2025, 3, 1, 15, tzinfo=UTC)
NOW = datetime(2026, 6, 15, 15, tzinfo=UTC)
TODAY = date(2026, 6, 15)
PASSWORD = "chacra sin veneno"

PUNATA = "031401"
TIQUIPAYA = "030903"


@dataclass
class Cast:
    """Who plays. Actors act on services; ids name rows of the test's database."""

    now: datetime = NOW
    today: date = TODAY
    password: str = PASSWORD

    administrator: Actor = SYSTEM
    control: Actor = SYSTEM
    cnape: Actor = SYSTEM
    """Reads everywhere, writes nowhere."""
    coordinator: Actor = SYSTEM
    """Rosa Mamani, of committee A; producer, sits in the guarantee body."""
    secretary: Actor = SYSTEM
    member: Actor = SYSTEM
    evaluator: Actor = SYSTEM
    """Teófilo Arce, a peer producer; `evaluator_two` is another."""
    evaluator_two: Actor = SYSTEM
    coordinator_b: Actor = SYSTEM
    secretary_b: Actor = SYSTEM

    committee: int = 0
    """A, of Punata: recognised."""
    committee_b: int = 0
    """B, of Tiquipaya: not recognised."""
    spg: int = 0
    spg_b: int = 0
    registration: int = 0
    guarantee: int = 0
    appeals: int = 0
    guarantee_b: int = 0
    appeals_b: int = 0
    persons: dict[str, int] = field(default_factory=dict)
    """Ids of persons by a short name: rosa, lidia, julian, …"""
    usernames: dict[int, str] = field(default_factory=dict)

    def username(self, actor: Actor) -> str:
        assert actor.id is not None
        return self.usernames[actor.id]


MEMBERS_A = (
    ("rosa", "Rosa", "Mamani Condori", Sex.WOMAN, Sector.PRODUCER),
    ("lidia", "Lidia", "Rojas Vargas", Sex.WOMAN, Sector.CONSUMER),
    ("julian", "Julián", "Choque Arnez", Sex.MAN, Sector.PRODUCER),
    ("elena", "Elena", "Quispe Soto", Sex.WOMAN, Sector.AUTHORITY),
    ("pedro", "Pedro", "Flores Ledezma", Sex.MAN, Sector.PRODUCER),
)
APPEALS_A = (
    ("benita", "Benita", "Claros Rocha", Sex.WOMAN, Sector.PRODUCER),
    ("hugo", "Hugo", "Zurita Paz", Sex.MAN, Sector.INSTITUTION),
    ("marta", "Marta", "Ayala Cossío", Sex.WOMAN, Sector.CONSUMER),
)
EVALUATORS_A = (
    ("teofilo", "Teófilo", "Arce Montaño", Sex.MAN, Sector.PRODUCER),
    ("nelida", "Nélida", "Vidal Terrazas", Sex.WOMAN, Sector.PRODUCER),
    ("marcos", "Marcos", "Terán Guzmán", Sex.MAN, Sector.INSTITUTION),
)
MEMBERS_B = (
    ("fausto", "Fausto", "Guzmán Veizaga", Sex.MAN, Sector.PRODUCER),
    ("sabina", "Sabina", "Cáceres Luna", Sex.WOMAN, Sector.PRODUCER),
    ("ines", "Inés", "Peredo Rico", Sex.WOMAN, Sector.CONSUMER),
)
EVALUATORS_B = (
    ("wilma", "Wilma", "Torrico Saavedra", Sex.WOMAN, Sector.PRODUCER),
    ("oscar", "Óscar", "Lazarte Camacho", Sex.MAN, Sector.PRODUCER),
)


def assemble(session: Session) -> Cast:
    """Set the stage through the services, as it was on 1 March 2025."""
    cast = Cast()
    a, b = service.create_committees(
        session,
        SYSTEM,
        FOUNDED,
        [
            CommitteeIn(
                name="Comité Municipal de Producción Ecológica de Punata",
                municipality_codes=[PUNATA],
            ),
            CommitteeIn(
                name="Comité Municipal de Producción Ecológica de Tiquipaya",
                municipality_codes=[TIQUIPAYA],
            ),
        ],
    )
    cast.committee, cast.committee_b = a.id, b.id
    service.recognise(
        session,
        SYSTEM,
        FOUNDED,
        a.id,
        RecognitionIn(
            number="RA 012/2025", issuer="Concejo Municipal de Punata", issued_on=date(2025, 2, 10)
        ),
    )
    _seats(session, cast, a, MEMBERS_A, BodyKind.GUARANTEE)
    _seats(session, cast, a, APPEALS_A, BodyKind.APPEALS)
    _seats(session, cast, b, MEMBERS_B, BodyKind.GUARANTEE)
    _evaluators(session, cast, a, EVALUATORS_A)
    _evaluators(session, cast, b, EVALUATORS_B)
    cast.guarantee = queries.body_of(session, a.id, BodyKind.GUARANTEE).id
    cast.appeals = queries.body_of(session, a.id, BodyKind.APPEALS).id
    cast.guarantee_b = queries.body_of(session, b.id, BodyKind.GUARANTEE).id
    cast.appeals_b = queries.body_of(session, b.id, BodyKind.APPEALS).id
    _spgs(session, cast)
    _users(session, cast)
    return cast


def _persons(session: Session, cast: Cast, committee: Committee, who: Any) -> list[Person]:
    rows = people.register_persons(
        session,
        SYSTEM,
        FOUNDED,
        [PersonIn(names=names, surnames=surnames, sex=sex) for _, names, surnames, sex, _ in who],
        committee.id,
    )
    cast.persons |= {known: row.id for (known, *_), row in zip(who, rows, strict=True)}
    return rows


def _seats(session: Session, cast: Cast, committee: Committee, who: Any, body: BodyKind) -> None:
    seats = [
        MemberIn(body=body, person_id=row.id, sector=sector, term_from=date(2025, 3, 1))
        for (*_, sector), row in zip(who, _persons(session, cast, committee, who), strict=True)
    ]
    service.seat_members(session, SYSTEM, FOUNDED, committee.id, seats)


def _evaluators(session: Session, cast: Cast, committee: Committee, who: Any) -> None:
    acts = [
        EvaluatorIn(
            person_id=row.id,
            act="Acta 2/2025",
            sector=sector,
            trained_on=date(2025, 2, 20),
            appointed_on=date(2025, 3, 1),
        )
        for (*_, sector), row in zip(who, _persons(session, cast, committee, who), strict=True)
    ]
    service.appoint_evaluators(session, SYSTEM, FOUNDED, committee.id, acts)


def _spgs(session: Session, cast: Cast) -> None:
    a, b = service.found_spgs(
        session,
        SYSTEM,
        FOUNDED,
        [
            SpgIn(committee_id=cast.committee, name="SPG Punata", municipality_codes=[PUNATA]),
            SpgIn(
                committee_id=cast.committee_b, name="SPG Tiquipaya", municipality_codes=[TIQUIPAYA]
            ),
        ],
    )
    cast.spg, cast.spg_b = a.id, b.id
    terms = service.register_spgs(
        session,
        SYSTEM,
        FOUNDED,
        [
            RegistrationIn(
                spg_id=spg.id,
                issuer="Control nacional",
                act_number=number,
                issued_on=date(2025, 3, 1),
                term_years=5,
            )
            for spg, number in ((a, "R.A. 101/2025"), (b, "R.A. 102/2025"))
        ],
    )
    cast.registration = terms[0].id


def _users(session: Session, cast: Cast) -> None:
    for name, label, role in (
        ("administrator", "Ana Céspedes", Role.ADMINISTRATOR),
        ("control", "Víctor Salinas, control", Role.CONTROL),
        ("cnape", "Carla Rivero, coordinación", Role.COORDINATION),
    ):
        user = accounts.open_account(
            session, SYSTEM, FOUNDED, username=name, label=label, password=PASSWORD
        )
        service.assign_role(session, SYSTEM, FOUNDED, RoleIn(user_id=user.id, role=role))
        setattr(cast, name, service.actor_of(session, user))
        cast.usernames[user.id] = name
    for attribute, committee_id, role, person in (
        ("coordinator", cast.committee, Role.COORDINATOR, "rosa"),
        ("secretary", cast.committee, Role.SECRETARY, "lidia"),
        ("member", cast.committee, Role.MEMBER, "julian"),
        ("evaluator", cast.committee, Role.EVALUATOR, "teofilo"),
        ("evaluator_two", cast.committee, Role.EVALUATOR, "nelida"),
        ("coordinator_b", cast.committee_b, Role.COORDINATOR, "fausto"),
        ("secretary_b", cast.committee_b, Role.SECRETARY, "sabina"),
    ):
        somebody = session.get(Person, cast.persons[person])
        assert somebody is not None
        user = service.invite_user(
            session,
            SYSTEM,
            FOUNDED,
            committee_id,
            InviteIn(
                username=person,
                label=somebody.full_name,
                password=PASSWORD,
                role=role,
                person_id=somebody.id,
            ),
        )
        setattr(cast, attribute, service.actor_of(session, user))
        cast.usernames[user.id] = person


@pytest.fixture(scope="session")
def staged(databases: Any, furnished: str) -> tuple[str, Cast]:
    """The pattern that `cast` is copied from, made once a run."""
    address = databases.copy(furnished)
    made = Database(address, pool_size=1)
    with made.write(FOUNDED) as session:
        cast = assemble(session)
    made.dispose()
    return address, cast


@pytest.fixture
def cast(staged: tuple[str, Cast], database: Database) -> Cast:
    """Ask for it beside `database` or `session`: they stand on a copy with the cast in it."""
    return staged[1]


# -- through HTTP ---------------------------------------------------------------------------------


@cache
def _application(_upload_mb: int, _secure_cookies: bool) -> FastAPI:
    """One for all stories with these settings: making an application takes longer than a story."""
    from api.main import create_app

    return create_app(settings())


class Stage:
    """The application on the test's database."""

    def __init__(self, database: Database, cast: Cast) -> None:
        self.database = database
        self.cast = cast
        self.app = _application(settings().upload_mb, settings().secure_cookies)
        self.app.state.ground = Ground(settings(), database)
        self.client = self._client()

    def _client(self) -> TestClient:
        return TestClient(
            self.app,
            base_url=settings().public_url,
            follow_redirects=False,
            raise_server_exceptions=False,
        )

    def headers(self, actor: Actor, *scopes: str) -> dict[str, str]:
        """An access token of a user's own rights (or of these scopes) for the JSON API."""
        open_keyring(settings().data_dir).ensure(self.cast.now)
        wanted = frozenset(scopes) or service.rights_of(actor)
        answer = access.mint(self.cast.now, f"{actor.kind}:{actor.id}", wanted)
        return {"Authorization": f"Bearer {answer.token}"}

    def browser(self, actor: Actor) -> "SignedIn":
        """A browser in which this user has just signed in."""
        with self.database.write(self.cast.now) as session:
            signed = people.sign_in(
                session, self.cast.now, self.cast.username(actor), PASSWORD, "192.0.2.7"
            )
        assert signed.login is not None
        client = self._client()
        client.cookies.set("spg_session", signed.token or "")
        return SignedIn(client, signed.login.csrf)


@dataclass
class SignedIn:
    """A browser that knows the CSRF token of its session."""

    client: TestClient
    csrf: str

    def get(self, url: str, **more: Any) -> httpx2.Response:
        return self.client.get(url, **more)

    def post(self, url: str, data: dict[str, Any] | None = None, **more: Any) -> httpx2.Response:
        """Send a form as the page would, its CSRF field included."""
        return self.client.post(url, data={"csrf_token": self.csrf} | (data or {}), **more)


@pytest.fixture
def stage(database: Database, cast: Cast, clock_at: Callable[[datetime], None]) -> Iterator[Stage]:
    clock_at(cast.now)
    made = Stage(database, cast)
    with made.client:
        yield made

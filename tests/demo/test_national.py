"""The country for load work, at the size of a village."""

from collections.abc import Iterator

import pytest
from sqlmodel import Session, col, func, select

from spg_registry.cli import load_reference
from spg_registry.core import clock, schema
from spg_registry.core.db import Database
from spg_registry.core.history import Change
from spg_registry.core.keys import Keyring
from spg_registry.core.permissions import SYSTEM
from spg_registry.decisions.models import Meeting
from spg_registry.demo.figures import measure
from spg_registry.demo.national import Country, load_national
from spg_registry.people.schemas import PersonIn
from spg_registry.people.service import register_persons
from spg_registry.producers.models import Producer
from spg_registry.rounds.models import Visit
from spg_registry.seals import signing
from spg_registry.seals.models import SealGrant, SealToken
from tests.databases import Databases
from tests.demo.conftest import NOW, TODAY
from tests.demo.test_playing import again

VILLAGE = Country(municipalities=4, producers=90)
Loaded = tuple[Database, Keyring, list[str]]


@pytest.fixture(scope="module")
def country(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loaded]:
    address = databases.empty()
    database = Database(address, pool_size=2)
    schema.upgrade(database)
    keyring = Keyring(tmp_path_factory.mktemp("keys"))
    keyring.ensure(NOW)
    said: list[str] = []
    with clock.standing_at(NOW):
        load_reference(database)
        load_national(database, keyring, TODAY, said.append, VILLAGE)
    yield database, keyring, said
    database.dispose()
    databases.drop(address)


@pytest.fixture
def session(country: Loaded) -> Iterator[Session]:
    with country[0].read() as reading:
        yield reading


def test_each_producer_has_a_seal_a_year(country: Loaded, session: Session) -> None:
    figures = measure(session, TODAY)
    assert (figures.producers, figures.grants) == (90, 450)
    assert figures.municipalities_with_spg == 4
    assert figures.organic_holders_ever == 90
    assert figures.organic_holders_valid > 80
    assert figures.transition_holders_ever == figures.replaced > 0
    assert country[2][-1] == "  450 sampled grants pass the norm"


def test_every_grant_passes_the_norm_asked_again(session: Session) -> None:
    assert again(session, list(session.exec(select(Meeting.id)))) == {True: 450}


def test_a_row_that_the_norm_would_refuse_stops_the_load(country: Loaded) -> None:
    database = country[0]
    with database.open(writes=True) as writing:
        visit = writing.exec(select(Visit)).first()
        assert visit is not None
        visit.plots_seen, visit.answers = [], {}
        writing.flush()
        judged = again(writing, list(writing.exec(select(Meeting.id))))
        writing.rollback()
    assert judged[False] == 1


def test_its_tokens_are_real(country: Loaded, session: Session) -> None:
    rows = session.exec(
        select(SealToken.token, SealGrant.code).where(SealToken.grant_id == SealGrant.id)
    ).all()
    assert len(rows) == 450
    for token, code in rows:
        checked = signing.check(token, country[1])
        assert checked.untrusted is None
        assert checked.payload is not None
        assert checked.payload.code == code


def test_bulk_rows_leave_no_images_and_no_gap_in_the_history(session: Session) -> None:
    first, last, count = session.exec(
        select(
            func.min(Change.sequence), func.max(Change.sequence), func.count(col(Change.sequence))
        )
    ).one()
    assert (first, last) == (1, count)
    tables = set(session.exec(select(Change.table_name).distinct()))
    assert "seal_grant" not in tables
    assert {"committee", "spg_registration", "member"} <= tables


def test_work_goes_on_after_the_numbers_given_in_bulk(country: Loaded) -> None:
    with country[0].open(writes=True, now=NOW) as writing:
        last = writing.exec(select(func.max(Producer.id))).one()
        (person,) = register_persons(
            writing, SYSTEM, NOW, [PersonIn(names="Ana", surnames="Soto")], None
        )
        assert person.id > last
        writing.rollback()

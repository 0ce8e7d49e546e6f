"""The whole programme, once: its figures are those of the source (shared facts, see the README)."""

from collections.abc import Callable, Iterator

import pytest
from sqlmodel import Session, col, func, select
from typer.testing import CliRunner

from spg_registry.cli import app
from spg_registry.core.config import Settings
from spg_registry.core.db import Database
from spg_registry.core.history import Change
from spg_registry.decisions.models import Decision, Meeting
from spg_registry.demo.figures import Figures, measure
from spg_registry.people.models import Client, User
from spg_registry.producers.models import Crop, Producer, ProducerKind
from spg_registry.rules.words import Outcome
from spg_registry.seals.models import SealGrant
from spg_registry.territory.models import Product
from tests.demo.conftest import TODAY
from tests.demo.test_playing import again

Programme = tuple[Database, str]


@pytest.fixture(scope="module")
def figures(programme: Programme) -> Figures:
    with programme[0].read() as session:
        return measure(session, TODAY)


@pytest.fixture
def session(programme: Programme) -> Iterator[Session]:
    with programme[0].read() as reading:
        yield reading


def test_its_places_and_people_are_those_of_the_programme(figures: Figures) -> None:
    assert figures.municipalities_with_spg == 18
    assert figures.committees_recognised == 13
    assert figures.committees_not_recognised == 5
    assert figures.communities == 310
    assert figures.organic_holders_ever == 4000
    assert figures.women_first_holders == 2000
    assert figures.organic_area_m2 / 10_000 == pytest.approx(8500, rel=0.02)


def test_fewer_seals_are_valid_today_than_were_ever_granted(figures: Figures) -> None:
    assert 2000 < figures.organic_holders_valid < 3500
    assert 300 < figures.transition_holders_ever < 900
    assert 0 < figures.transition_holders_valid < figures.transition_holders_ever


def test_everything_that_can_become_of_a_seal_is_in_it(figures: Figures) -> None:
    assert figures.suspended > 20
    assert figures.withdrawn > 20
    assert figures.replaced > 50
    assert figures.expired > 1000
    assert figures.ending_soon > 50
    assert figures.unacknowledged > 50
    assert figures.not_approved > 30
    assert figures.with_conditions > 30
    assert figures.findings_open > figures.findings_overdue > 5
    assert figures.without_consent > 300
    assert figures.refused_assignments > 50


def test_all_kinds_of_producers_and_activities_are_in_it(session: Session) -> None:
    kinds = session.exec(select(Producer.kind).distinct()).all()
    assert set(kinds) == set(ProducerKind)
    activities = session.exec(
        select(Product.kind).where(Crop.product_code == Product.code).distinct()
    ).all()
    assert {str(kind) for kind in activities} >= {
        "annual",
        "perennial",
        "livestock",
        "apiculture",
        "wild",
    }


def test_meetings_are_as_large_as_a_day_allows(session: Session) -> None:
    sizes = session.exec(
        select(func.count(col(Decision.id))).group_by(col(Decision.meeting_id))
    ).all()
    assert max(sizes) <= 250
    assert sum(size >= 60 for size in sizes) >= 40


def test_the_norm_asked_again_passes_the_grants_of_some_meetings(session: Session) -> None:
    meetings = session.exec(select(Meeting.id).order_by(col(Meeting.id))).all()
    judged = again(session, list(meetings[::8]))
    assert judged[True] > 500
    assert judged[False] == 0


def test_the_history_has_no_gap(session: Session) -> None:
    first, last, count = session.exec(
        select(
            func.min(Change.sequence), func.max(Change.sequence), func.count(col(Change.sequence))
        )
    ).one()
    assert (first, last) == (1, count)


def test_some_wait_for_nothing_but_the_decision(session: Session) -> None:
    drafts = session.exec(
        select(func.count(col(Decision.id))).where(Decision.state == "draft")
    ).one()
    assert drafts == 10
    outcomes = set(session.exec(select(Decision.outcome).distinct()))
    assert outcomes == set(Outcome)


def test_the_command_tells_how_far_it_is_and_both_figures(programme: Programme) -> None:
    _, said = programme
    assert "2025-09 played" in said
    assert "organic_holders_ever 4000" in said
    assert "organic_holders_valid" in said


def test_a_second_load_leaves_everything_as_it_is(
    programme: Programme, set_settings: Callable[..., Settings]
) -> None:
    database, _ = programme
    set_settings(demo=1, database_url=database.url)
    with database.read() as session:
        before = session.exec(select(func.max(Change.sequence))).one()
    result = CliRunner().invoke(app, ["demo", "load"])
    assert result.exit_code == 0
    assert "loaded already" in result.output
    with database.read() as session:
        assert session.exec(select(func.max(Change.sequence))).one() == before


def test_only_the_printed_logins_are_of_the_demonstration(session: Session) -> None:
    known = session.exec(
        select(User.username).where(col(User.password_hash).startswith("demo:"))
    ).all()
    assert set(known) == {
        *("coordinadora", "secretaria", "evaluador", "coordinador2"),
        *("control", "cnape", "admin"),
    }
    assert session.exec(select(Client)).first() is None
    assert session.exec(select(func.count(col(SealGrant.id)))).one() > 6000

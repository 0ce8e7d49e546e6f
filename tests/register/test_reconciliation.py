"""The register is asked whether it holds together. The services let none of this happen, so each
story breaks the tables by another door."""

import sqlite3
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlmodel import select
from typer.testing import CliRunner

from spg_registry.cli import app
from spg_registry.committees import service as committees
from spg_registry.committees.schemas import RegistrationChangeIn
from spg_registry.core.db import Database
from spg_registry.core.errors import Forbidden, Unauthenticated
from spg_registry.core.messages import has_sentence, locales
from spg_registry.core.permissions import NOBODY, Actor
from spg_registry.people.models import Person
from spg_registry.producers import service as producers
from spg_registry.producers.schemas import HolderIn
from spg_registry.register.reconciliation import CHECKS, Reconciliation, reconcile
from spg_registry.rules.words import RegistrationState
from spg_registry.seals import service as seals
from spg_registry.seals.schemas import AcknowledgeIn
from tests.cast import Cast, Stage
from tests.producers.families import family
from tests.register.scene import BASILIA, COMPANY, JUSTINA

WEIGHTS = {check.code: check.weight.value for check in CHECKS}
BREAKS = {
    "seal_without_decision": """
        UPDATE decision SET state = 'draft'
        WHERE id = (SELECT decision_id FROM seal_grant WHERE code = :code)""",
    "seal_without_visit": """
        UPDATE visit SET state = 'submitted'
        WHERE producer_id = (SELECT producer_id FROM seal_grant WHERE code = :code)""",
    "seal_without_unit": """
        DELETE FROM seal_scope WHERE grant_id = (SELECT id FROM seal_grant WHERE code = :code)""",
    "seal_without_producer": """
        UPDATE decision SET producer_id = (SELECT MAX(id) FROM producer)
        WHERE id = (SELECT decision_id FROM seal_grant WHERE code = :code)""",
    "seal_without_enrolment": """
        UPDATE seal_grant SET enrolment_id = (SELECT MAX(id) FROM enrolment) WHERE code = :code""",
    "seal_without_token": """
        DELETE FROM seal_token WHERE grant_id = (SELECT id FROM seal_grant WHERE code = :code)""",
    "seal_without_event": "UPDATE seal_grant SET state = 'withdrawn' WHERE code = :code",
    "decision_without_seal": """
        UPDATE seal_grant SET state = 'replaced',
        decision_id = (SELECT MAX(decision_id) FROM seal_grant) WHERE code = :code""",
    "producer_without_holder": "DELETE FROM holder WHERE producer_id = 1",
    "producer_without_enrolment": "DELETE FROM enrolment WHERE producer_id = 6",
    "plot_without_unit": "DELETE FROM unit_plot WHERE unit_id = 1",
}
"""Each breaks the seal of doña Justina, or what it stands on."""


def report(database: Database, cast: Cast, actor: Actor | None = None) -> Reconciliation:
    with database.read() as session:
        return reconcile(session, actor or cast.control, cast.now)


def found(told: Reconciliation) -> dict[str, list[tuple[str, str | None]]]:
    return {
        check.code: [(item.key, item.detail) for item in check.items]
        for check in told.checks
        if check.count
    }


def run(database: Database, statement: str) -> None:
    given = {"code": JUSTINA} if ":code" in statement else {}
    with database.write() as session:
        session.connection().execute(text(statement), given)


def test_what_the_services_made_holds_together(played: Database, cast: Cast) -> None:
    told = report(played, cast)
    assert told.holds
    assert found(told) == {}
    assert [check.code for check in told.checks] == [check.code for check in CHECKS]
    sums = {row.measure: (row.national, row.municipalities) for row in told.sums}
    assert sums == {
        "seals_organic": (2, 2),
        "seals_transition": (1, 1),
        "producers": (6, 6),
        "units": (6, 6),
        "area_m2": (62_500, 62_500),
    }


@pytest.mark.parametrize("code", BREAKS)
def test_a_link_that_breaks_is_found(played: Database, cast: Cast, code: str) -> None:
    if code == "producer_without_enrolment":
        run(played, "DELETE FROM pledge WHERE enrolment_id = (SELECT MAX(id) FROM enrolment)")
    run(played, BREAKS[code])
    told = report(played, cast)
    assert code in found(told)
    assert not told.holds
    assert WEIGHTS[code] == "fault"


def test_every_fault_has_its_story() -> None:
    assert set(BREAKS) == {code for code, weight in WEIGHTS.items() if weight == "fault"}


def test_a_place_outside_the_catalogue_shows_in_the_sums(played: Database, cast: Cast) -> None:
    strange = "UPDATE unit SET municipality_code = '999999' WHERE id = 1"
    if played.dialect == "sqlite":
        with sqlite3.connect(played.engine.url.database or "") as connection:
            connection.execute(strange)
    else:
        run(played, "ALTER TABLE unit DROP CONSTRAINT fk_unit_municipality_code")
        run(played, strange)
    told = report(played, cast)
    assert not told.holds
    assert {row.measure for row in told.sums if not row.equal} == {"units", "area_m2"}


def test_twins_and_shared_land_are_pointed_out(played: Database, cast: Cast) -> None:
    with played.write(cast.now) as session:
        justina = session.exec(select(Person).where(Person.ci == "4123456")).one()
        batch = [
            family(names="Zenón", surnames="Illapa"),
            family(holders=[HolderIn(person_id=justina.id)]),
        ]
        producers.register_all(session, cast.secretary, cast.now, cast.spg, batch)
        session.connection().execute(text("INSERT INTO unit_plot (unit_id, plot_id) VALUES (4, 3)"))
    told = report(played, cast)
    assert told.holds
    noticed = found(told)
    assert noticed["same_name"] == [("P0000001", "P0000008"), ("P0000004", "P0000007")]
    assert noticed["same_person"] == [("P0000001", "P0000008")]
    assert [detail for _, detail in noticed["shared_plot"]] == ["P0000004"]
    area = next(row for row in told.sums if row.measure == "area_m2")
    assert area.national == 62_500 + 2 * 10_000


def test_a_producer_who_never_acknowledged_is_waited_for_thirty_days(
    played: Database, cast: Cast
) -> None:
    word = AcknowledgeIn(codes=[JUSTINA], acknowledged_on=cast.today, witness="Doña Paula")
    with played.write(cast.now) as session:
        seals.acknowledge(session, cast.secretary, cast.now, word)
    with played.read() as session:
        early = reconcile(session, cast.control, cast.now + timedelta(days=29))
        late = reconcile(session, cast.control, cast.now + timedelta(days=30))
    assert "unacknowledged" not in found(early)
    assert [key for key, _ in found(late)["unacknowledged"]] == sorted([BASILIA, COMPANY])


def test_seals_of_an_spg_that_lost_its_registration_are_listed(
    played: Database, cast: Cast
) -> None:
    change = RegistrationChangeIn(
        state=RegistrationState.CANCELLED, effective_on=cast.today, reason="Sin informe"
    )
    with played.write(cast.now) as session:
        committees.change_registration(session, cast.control, cast.now, cast.registration, change)
    told = report(played, cast)
    assert len(found(told)["registration_ended"]) == 3
    assert told.holds


def test_a_committee_sees_what_is_its_own(played: Database, cast: Cast) -> None:
    run(played, BREAKS["seal_without_token"])
    assert "seal_without_token" in found(report(played, cast, cast.coordinator))
    assert "seal_without_token" in found(report(played, cast, cast.cnape))
    others = report(played, cast, cast.coordinator_b)
    assert others.holds
    assert others.sums == []


def test_it_is_not_for_everybody(played: Database, cast: Cast) -> None:
    with pytest.raises(Unauthenticated):
        report(played, cast, NOBODY)
    for actor in (cast.evaluator, cast.administrator):
        with pytest.raises(Forbidden):
            report(played, cast, actor)


def test_every_check_and_every_sum_has_its_sentence(played: Database, cast: Cast) -> None:
    told = report(played, cast)
    for locale in locales():
        for check in told.checks:
            assert has_sentence(f"reconciliation.{check.code}", locale)
        for row in told.sums:
            assert has_sentence(f"reconciliation.sum.{row.measure}", locale)


def test_programs_and_people_read_the_same_report(stage: Stage) -> None:
    run(stage.database, BREAKS["seal_without_token"])
    url = "/api/v1/register/reconciliation"
    assert stage.client.get(url).status_code == 401
    told = stage.client.get(url, headers=stage.headers(stage.cast.control)).json()
    assert told["holds"] is False
    assert {c["code"]: c["count"] for c in told["checks"]}["seal_without_token"] == 1
    page = stage.browser(stage.cast.control).get("/registro/conciliacion")
    assert "Sellos sin firma: 1" in page.text
    assert JUSTINA in page.text
    assert "El registro no cierra" in page.text


def test_the_command_says_so_with_its_exit_code(played: Database, cast: Cast) -> None:
    runner = CliRunner()
    assert runner.invoke(app, ["register", "reconcile"]).exit_code == 0
    run(played, BREAKS["seal_without_token"])
    told = runner.invoke(app, ["register", "reconcile"])
    assert told.exit_code == 1
    assert "FAULT" in told.output
    assert JUSTINA in told.output
    assert '"holds": false' in runner.invoke(app, ["register", "reconcile", "--json"]).output

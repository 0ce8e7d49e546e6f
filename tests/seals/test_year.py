"""The plan of the year, whose turn a visit is, and a round opened for them in one form."""

import re
from datetime import date, timedelta

import pytest
from sqlmodel import Session, select

from spg_registry.core.errors import Forbidden
from spg_registry.producers.schemas import EnrolmentIn, StatusIn
from spg_registry.rounds import service as rounds
from spg_registry.rounds.models import Round, RoundKind, Visit
from spg_registry.rounds.schemas import ReasonIn
from spg_registry.rules.words import EnrolmentStatus, RoundState
from spg_registry.seals import service as seals
from spg_registry.seals.year import DueUnit, Turn, due_units, newcomers, year_plan
from tests.cast import Cast, Stage
from tests.rounds.stories import families, opened, planned
from tests.seals.stories import granted, on_day

UNTIL = date(2026, 8, 31)


def _due(session: Session, cast: Cast, until: date = UNTIL) -> dict[str, DueUnit]:
    rows = due_units(session, cast.coordinator, cast.now, cast.spg, until)
    return {row.producer.split()[0]: row for row in rows}


def test_who_was_never_visited_is_due_and_who_is_away_is_not(session: Session, cast: Cast) -> None:
    families(session, cast, "Justina")
    (away,) = families(session, cast, "Basilia", enrolment=EnrolmentIn(admitted=True))
    status = StatusIn(status=EnrolmentStatus.ABSENT, reason="Cosecha en el Chapare")
    seals.change_status(session, cast.secretary, cast.now, away.enrolment.id, status)
    rows = _due(session, cast)
    assert rows["Justina"].turns == (Turn.NEVER,)
    assert not rows["Basilia"].due


def test_who_came_after_the_round_began_is_a_newcomer(session: Session, cast: Cast) -> None:
    (old,) = families(session, cast, "Justina")
    ronda = opened(session, cast)
    rounds.add_units(session, cast.coordinator, cast.now, ronda.id, [old.units[0].unit.id])
    families(session, cast, "Basilia")
    rows = _due(session, cast)
    assert [row.producer.split()[0] for row in newcomers(rows.values())] == ["Basilia"]
    assert rows["Justina"].in_round == ronda
    assert not rows["Justina"].due


def test_a_seal_that_ends_makes_its_units_due_two_months_before(
    session: Session, cast: Cast
) -> None:
    (grant,) = granted(session, cast, "Justina")
    ronda = session.exec(select(Round)).one()
    rounds.close_round(session, cast.coordinator, cast.now, ronda.id)
    assert not _due(session, cast)["Justina"].due
    later = on_day(cast, grant.valid_until - timedelta(days=90))
    ahead = grant.valid_until - timedelta(days=60)
    assert _due(session, later, ahead - timedelta(days=1))["Justina"].turns == ()
    assert _due(session, later, ahead)["Justina"].turns == (Turn.SEAL_ENDING,)
    assert _due(session, later, grant.valid_until)["Justina"].turns == (
        Turn.SEAL_ENDING,
        Turn.VISIT_OLD,
    )


def test_the_plan_counts_the_seals_that_end_and_shows_the_rounds(
    session: Session, cast: Cast
) -> None:
    first, _ = granted(session, cast, "Justina", "Basilia")
    plan = year_plan(session, cast.member, cast.spg, first.valid_until.year)
    (row,) = plan.rows
    assert (row.name, row.units) == ("Capilla", 2)
    assert {one.first.month: one.ending for one in row.months if one.ending} == {
        first.valid_until.month: 2
    }
    ronda = session.exec(select(Round)).one()
    now = year_plan(session, cast.member, cast.spg, 2026).rows[0]
    assert [one.first.month for one in now.months if ronda in one.rounds] == [6, 7, 8]


def test_a_void_round_goes_nowhere(session: Session, cast: Cast) -> None:
    (home,) = families(session, cast, "Justina")
    ronda = planned(session, cast)
    rounds.add_units(session, cast.coordinator, cast.now, ronda.id, [home.units[0].unit.id])
    assert _due(session, cast)["Justina"].in_round == ronda
    rounds.void_round(
        session, cast.coordinator, cast.now, ronda.id, ReasonIn(reason="No hubo camino")
    )
    assert _due(session, cast)["Justina"].due
    plan = year_plan(session, cast.coordinator, cast.spg, 2026)
    assert not any(month.rounds for month in plan.rows[0].months)


def test_whose_turn_it_is_is_for_those_who_plan(session: Session, cast: Cast) -> None:
    with pytest.raises(Forbidden):
        due_units(session, cast.member, cast.now, cast.spg, UNTIL)


# --- through the page ----------------------------------------------------------------------------


def test_a_round_for_a_community_is_opened_in_one_form(stage: Stage) -> None:
    with stage.database.write(stage.cast.now) as session:
        families(session, stage.cast, "Justina", "Basilia")
        families(session, stage.cast, "Lejana", community="Laguna")
    browser = stage.browser(stage.cast.coordinator)
    assert not re.search(r'name="communities"[^>]* checked', browser.get("/rondas/abrir").text)
    page = browser.get("/rondas/abrir?todas=1").text
    assert "Toca visitar: 3 unidades" in page
    typed = dict(re.findall(r'name="(spg_id|name|period_\w+)"[^>]*?value="([^"]+)"', page))
    assert typed["name"] == "Ronda, junio de 2026"
    assert (typed["period_from"], typed["period_until"]) == ("2026-06-15", "2026-06-30")
    places = dict(
        re.findall(r'name="communities" value="(\d+)" checked>\s*<label[^>]*><strong>(\w+)', page)
    )
    capilla = next(id_ for id_, name in places.items() if name == "Capilla")
    units = re.findall(r'name="units" value="(\d+-\d+)" checked', page)
    assert len(units) == 3
    form = typed | {"kind": "ordinary", "open_now": "on", "units": units}
    none = browser.post("/rondas/abrir", form)
    assert none.status_code == 422
    assert "Ronda, junio de 2026" in none.text
    away = browser.post("/rondas/abrir", form | {"communities": [capilla]})
    assert away.status_code == 303
    assert away.headers["location"].endswith("/asignaciones")
    with stage.database.read() as session:
        ronda = session.exec(select(Round)).one()
        assert ronda.state is RoundState.OPEN
        assert len(session.exec(select(Visit)).all()) == 2
    assert "Asignar toda la propuesta (visitas: 2)" in browser.get(away.headers["location"]).text


def test_an_extraordinary_round_for_newcomers_is_proposed(stage: Stage) -> None:
    with stage.database.write(stage.cast.now) as session:
        opened(session, stage.cast)
        families(session, stage.cast, "Justina")
    browser = stage.browser(stage.cast.coordinator)
    plan = browser.get("/rondas/plan").text
    assert "Unidades nuevas sin visitar: 1" in plan
    page = browser.get(f"/rondas/abrir?spg={stage.cast.spg}&tipo=newcomers").text
    assert "Toca visitar: 1 unidades" in page
    assert 'value="newcomers" checked' in page
    units = re.findall(r'name="units" value="((\d+)-\d+)" checked', page)
    form = {
        "spg_id": str(stage.cast.spg),
        "name": "Ronda de nuevos, junio de 2026",
        "kind": "newcomers",
        "period_from": "2026-06-15",
        "period_until": "2026-06-30",
        "units": [units[0][0]],
        "communities": [units[0][1]],
    }
    home = browser.post("/rondas/abrir?tipo=newcomers", form).headers["location"]
    assert "planificada" in browser.get(home).text.lower()
    with stage.database.read() as session:
        ronda = session.exec(select(Round).where(Round.kind == RoundKind.NEWCOMERS)).one()
        assert ronda.state is RoundState.PLANNED


def test_the_plan_leads_to_the_form_with_its_community_ticked(stage: Stage) -> None:
    with stage.database.write(stage.cast.now) as session:
        granted(session, stage.cast, "Justina")
    browser = stage.browser(stage.cast.coordinator)
    page = browser.get("/rondas/plan?gestion=2027").text
    link = re.search(r'href="(/rondas/abrir\?[^"]+)"><strong>1</strong>', page)
    assert link
    form = browser.get(link[1].replace("&amp;", "&"))
    assert form.status_code == 200
    assert "Capilla" in form.text
    reader = stage.browser(stage.cast.member).get("/rondas/plan?gestion=2027").text
    assert "/rondas/abrir" not in reader


def test_programs_start_rounds_too(stage: Stage) -> None:
    with stage.database.write(stage.cast.now) as session:
        families(session, stage.cast, "Justina")
    headers = stage.headers(stage.cast.coordinator)
    place = f"/api/v1/spgs/{stage.cast.spg}"
    (due,) = stage.client.get(f"{place}/due-units", headers=headers).json()
    assert due["turns"] == ["never"]
    data = {
        "spg_id": stage.cast.spg,
        "name": "Ronda por programa",
        "period_from": "2026-06-15",
        "period_until": "2026-07-31",
        "unit_ids": [due["unit_id"]],
        "open_now": True,
    }
    answer = stage.client.post("/api/v1/rounds/start", json=data, headers=headers)
    assert (answer.status_code, answer.json()["state"]) == (201, "open")
    assert stage.client.get(f"{place}/due-units", headers=headers).json() == []
    (row,) = stage.client.get(f"{place}/year-plan", headers=headers).json()
    assert row["months"][5]["round_ids"] == [answer.json()["id"]]

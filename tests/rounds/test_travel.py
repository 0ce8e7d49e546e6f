"""The days of a round, the sheet that the team carries, and how far the round is."""

import re
from datetime import date
from io import BytesIO

import pypdfium2
import pytest
from sqlmodel import Session, select

from spg_registry.core.errors import Forbidden, Invalid
from spg_registry.producers.schemas import HolderIn
from spg_registry.rounds import service, travel
from spg_registry.rounds.days import Fixed, Going, propose_days
from spg_registry.rounds.errors import RoundNotFound, RoundNotInField
from spg_registry.rounds.glance import glance_at
from spg_registry.rounds.models import Round, Visit
from spg_registry.rounds.schemas import FindingIn, VisitDay
from spg_registry.rounds.travel_sheet import travel_sheet
from spg_registry.rules.words import FindingClass
from tests.cast import Cast, Stage
from tests.filling import form_of
from tests.rounds.stories import families, full, one_visit, opened, planned, reviewed, sent

MONDAY, TUESDAY = date(2026, 6, 22), date(2026, 6, 23)
PHONE = "71234567"


def _round_of(
    session: Session, cast: Cast, *names: str, team: bool = True
) -> tuple[Round, list[Visit]]:
    homes = families(session, cast, *names)
    ronda = opened(session, cast)
    units = [home.units[0].unit.id for home in homes]
    visits = service.add_units(session, cast.coordinator, cast.now, ronda.id, units)
    return ronda, sent(session, cast, ronda, visits) if team else visits


def _text(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(BytesIO(pdf))
    return "\n".join(page.get_textpage().get_text_range() for page in document)


# --- days ----------------------------------------------------------------------------------------


def test_a_team_is_in_one_community_a_day_and_rests_on_sundays() -> None:
    going = [Going(n, community_id=1 if n <= 5 else 2, team=(7, 8)) for n in range(1, 8)]
    days = propose_days(going, date(2026, 6, 20), date(2026, 6, 30))
    assert [days[n].day for n in range(1, 8)] == [20, 20, 20, 20, 22, 23, 23]


def test_two_teams_go_to_two_communities_on_one_day() -> None:
    going = [Going(1, 1, (7, 8)), Going(2, 2, (9, 10)), Going(3, 2, (8, 9))]
    days = propose_days(going, MONDAY, TUESDAY)
    assert (days[1], days[2], days[3]) == (MONDAY, MONDAY, TUESDAY)


def test_what_is_fixed_stays_and_what_finds_no_day_has_none() -> None:
    fixed = [Fixed(1, (7, 8), MONDAY)]
    days = propose_days([Going(1, 2, (7, 9)), Going(2, 1, (7, 8))], MONDAY, MONDAY, fixed)
    assert days == {2: MONDAY}


def test_the_days_are_kept_and_can_be_taken_away(session: Session, cast: Cast) -> None:
    ronda, (visit, other) = _round_of(session, cast, "Justina", "Basilia")
    days = [VisitDay(visit_id=visit.id, on=MONDAY), VisitDay(visit_id=other.id)]
    assert service.plan_days(session, cast.secretary, cast.now, ronda.id, days) == [visit]
    assert travel.proposed_days(session, cast.secretary, cast.now, ronda.id) == {
        other.id: cast.today
    }
    service.plan_days(session, cast.secretary, cast.now, ronda.id, [VisitDay(visit_id=visit.id)])
    assert visit.planned_on is None


def test_a_day_outside_the_round_is_told_beside_its_field(session: Session, cast: Cast) -> None:
    ronda, (visit,) = _round_of(session, cast, "Justina")
    days = [VisitDay(visit_id=999, on=MONDAY), VisitDay(visit_id=visit.id, on=date(2026, 9, 1))]
    with pytest.raises(Invalid) as refusal:
        service.plan_days(session, cast.coordinator, cast.now, ronda.id, days)
    assert [(fault.field, fault.code) for fault in refusal.value.faults] == [
        ("days-0-visit_id", "visit_not_in_round"),
        ("days-1-on", "day_outside_round"),
    ]


def test_others_plan_no_days(session: Session, cast: Cast) -> None:
    ronda, (visit,) = _round_of(session, cast, "Justina")
    days = [VisitDay(visit_id=visit.id, on=MONDAY)]
    for actor, refusal in (
        (cast.evaluator, Forbidden),
        (cast.member, Forbidden),
        (cast.coordinator_b, RoundNotFound),
    ):
        with pytest.raises(refusal):
            service.plan_days(session, actor, cast.now, ronda.id, days)


def test_a_round_in_deliberation_has_no_more_days(session: Session, cast: Cast) -> None:
    visit = reviewed(session, cast, one_visit(session, cast))
    service.to_deliberation(session, cast.coordinator, cast.now, visit.round_id)
    days = [VisitDay(visit_id=visit.id, on=MONDAY)]
    with pytest.raises(RoundNotInField):
        service.plan_days(session, cast.coordinator, cast.now, visit.round_id, days)


# --- the sheet -----------------------------------------------------------------------------------


def _with_phone(session: Session, cast: Cast) -> tuple[Round, Visit]:
    holder = HolderIn(names="Justina", surnames="Ñáñez Quispe", phone=PHONE)
    (home,) = families(session, cast, "x", holders=[holder])
    ronda = opened(session, cast)
    units = [home.units[0].unit.id]
    visits = service.add_units(session, cast.coordinator, cast.now, ronda.id, units)
    return ronda, sent(session, cast, ronda, visits)[0]


def test_the_sheet_tells_who_where_and_what(session: Session, cast: Cast) -> None:
    ronda, visit = _with_phone(session, cast)
    day = [VisitDay(visit_id=visit.id, on=MONDAY)]
    service.plan_days(session, cast.coordinator, cast.now, ronda.id, day)
    found = travel.travel_of(session, cast.coordinator, cast.now, ronda.id)
    told = _text(travel_sheet([found], cast.today))
    for part in (
        "Hoja de ruta",
        "Justina Ñáñez Quispe",
        "Capilla",
        "Lunes 22 de junio de 2026",
        PHONE,
        "Papa",
        "Teófilo Arce Montaño",
        "Firma o huella",
    ):
        assert part in told, part


def test_the_evaluator_has_the_own_visits_and_no_phone(session: Session, cast: Cast) -> None:
    ronda, _ = _with_phone(session, cast)
    (other,) = families(session, cast, "Ajena")
    service.add_units(session, cast.coordinator, cast.now, ronda.id, [other.units[0].unit.id])
    found = travel.travel_of(session, cast.evaluator, cast.now, ronda.id)
    told = _text(travel_sheet([found], cast.today))
    assert "Justina" in told
    assert PHONE not in told
    assert "Ajena" not in told


def test_findings_of_the_last_round_are_on_the_sheet(session: Session, cast: Cast) -> None:
    visit = one_visit(session, cast)
    service.save_visits(session, cast.evaluator, cast.now, full(session, [visit]))
    data = FindingIn(
        visit_id=visit.id,
        grade=FindingClass.MAJOR,
        description="Hay envases tirados junto al canal",
        measure="Recogerlos",
        due_on=MONDAY,
    )
    service.record_findings(session, cast.evaluator, cast.now, [data])
    second = opened(session, cast, name="Segunda")
    service.add_units(session, cast.coordinator, cast.now, second.id, [visit.unit_id])
    found = travel.travel_of(session, cast.coordinator, cast.now, second.id)
    assert "Hallazgo mayor" in _text(travel_sheet([found], cast.today))


def test_a_round_with_nothing_left_says_so(session: Session, cast: Cast) -> None:
    ronda = planned(session, cast)
    found = travel.travel_of(session, cast.member, cast.now, ronda.id)
    assert "No queda ninguna visita" in _text(travel_sheet([found], cast.today))


def test_a_large_round_flows_over_its_pages(session: Session, cast: Cast) -> None:
    ronda, visits = _round_of(session, cast, *(f"Familia {n}" for n in range(30)))
    found = travel.travel_of(session, cast.coordinator, cast.now, ronda.id)
    pdf = travel_sheet([found], cast.today)
    told = _text(pdf)
    assert len(found.stops) == len(visits) == 30
    assert all(f"Familia {n} " in told for n in range(30))
    assert pdf == travel_sheet([found], cast.today)


# --- at a glance ---------------------------------------------------------------------------------


def test_the_glance_says_what_is_in_the_way(session: Session, cast: Cast) -> None:
    ronda, _ = _round_of(session, cast, "Justina", "Basilia", team=False)
    glance = glance_at(session, cast.member, cast.now, ronda.id)
    assert glance.obstacles == [("unmanned", 2), ("assigned", 2)]
    assert [(one.name, one.made, one.visits) for one in glance.communities] == [("Capilla", 0, 2)]


def test_a_reviewed_round_has_nothing_in_the_way(session: Session, cast: Cast) -> None:
    visit = reviewed(session, cast, one_visit(session, cast))
    glance = glance_at(session, cast.coordinator, cast.now, visit.round_id)
    assert (glance.obstacles, glance.later) == ([], [])
    assert {one.name: one.reviewed for one in glance.people} == {
        "Nélida Vidal Terrazas": 1,
        "Teófilo Arce Montaño": 1,
    }


def test_a_visit_is_late_after_its_own_day(session: Session, cast: Cast) -> None:
    ronda, (visit,) = _round_of(session, cast, "Justina")
    assert glance_at(session, cast.member, cast.now, ronda.id).overdue == 0
    day = [VisitDay(visit_id=visit.id, on=date(2026, 6, 12))]
    service.plan_days(session, cast.coordinator, cast.now, ronda.id, day)
    glance = glance_at(session, cast.member, cast.now, ronda.id)
    assert glance.overdue == glance.communities[0].overdue == 1


def test_open_findings_and_missing_words_are_told_for_later(session: Session, cast: Cast) -> None:
    visit = one_visit(session, cast)
    service.save_visits(session, cast.evaluator, cast.now, full(session, [visit]))
    service.submit_visits(session, cast.evaluator, cast.now, [visit.id])
    data = FindingIn(
        visit_id=visit.id,
        grade=FindingClass.CRITICAL,
        description="Se usó herbicida",
        measure="Dejar de usarlo",
        due_on=date(2026, 7, 1),
    )
    service.record_findings(session, cast.evaluator, cast.now, [data])
    glance = glance_at(session, cast.coordinator, cast.now, visit.round_id)
    assert glance.obstacles == [("submitted", 1)]
    assert glance.later == [("unacknowledged", 1), ("critical", 1)]
    assert (glance.findings, glance.findings_overdue) == (1, 0)


# --- through the pages ---------------------------------------------------------------------------


def _staged(stage: Stage) -> int:
    with stage.database.write(stage.cast.now) as session:
        ronda, _ = _round_of(session, stage.cast, "Justina", "Basilia")
        return ronda.id


def test_the_coordinator_plans_the_days_and_prints_the_sheet(stage: Stage) -> None:
    home = f"/rondas/{_staged(stage)}"
    browser = stage.browser(stage.cast.coordinator)
    page = browser.get(f"{home}/dias?proponer=1").text
    assert "Días propuestos: 2 visitas" in page
    names = re.findall(r'name="(c-\d+|v-\d+)" type="date"\s+value="([^"]*)"', page)
    typed = dict(names)
    shared = next(name for name in typed if name.startswith("c-"))
    assert typed[shared] == "2026-06-15"
    own = next(name for name in typed if name.startswith("v-"))
    bad = browser.post(f"{home}/dias", typed | {own: "2027-01-01"})
    assert bad.status_code == 422
    assert "del 01/06/2026 al 31/08/2026" in bad.text
    assert browser.post(f"{home}/dias", typed | {own: "2026-06-16"}).status_code == 303
    with stage.database.read() as session:
        days = sorted(str(visit.planned_on) for visit in session.exec(select(Visit)))
        assert days == ["2026-06-15", "2026-06-16"]
    sheet = browser.get(f"{home}/hoja-de-ruta.pdf?dia=2026-06-16")
    assert sheet.headers["content-type"] == "application/pdf"
    assert "Martes 16 de junio de 2026" in _text(sheet.content)
    assert "Lunes" not in _text(sheet.content)
    each = _text(browser.get(f"{home}/hoja-de-ruta.pdf?cada=1").content)
    assert each.count("Qué llevar") == 2


def test_the_rounds_page_shows_how_it_goes(stage: Stage) -> None:
    home = f"/rondas/{_staged(stage)}"
    page = stage.browser(stage.cast.coordinator).get(home).text
    assert "Visitas que todavía no empiezan: 2" in page
    assert f'href="{home}?estado=assigned#visitas"' in page
    assert 'aria-label="Revisadas 0 de 2 visitas"' in page
    evaluator = stage.browser(stage.cast.evaluator).get(home).text
    assert "Cómo va la ronda" not in evaluator
    assert "hoja-de-ruta.pdf" in evaluator


def test_two_who_plan_the_days_do_not_undo_each_other(stage: Stage) -> None:
    where = f"/rondas/{_staged(stage)}/dias"
    browser = stage.browser(stage.cast.coordinator)
    shown = form_of(browser.get(where).text, where)
    shown.pop("once")
    shared = next(name for name in shown if name.startswith("c-"))
    assert browser.post(where, shown | {shared: "2026-06-16"}).status_code == 303
    told = browser.post(where, shown | {shared: "2026-06-18"})
    assert told.status_code == 409
    assert "<strong>16/06/2026</strong>" in told.text
    assert form_of(told.text, where)[shared] == "2026-06-18"
    assert browser.post(where, form_of(told.text, where)).status_code == 303
    with stage.database.read() as session:
        assert {str(visit.planned_on) for visit in session.exec(select(Visit))} == {"2026-06-18"}

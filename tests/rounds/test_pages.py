"""The same acts through pages and JSON: what is typed stays, what is refused says why."""

import re
from collections.abc import Callable

import pytest
from sqlmodel import Session, select

from spg_registry.core.permissions import Actor
from spg_registry.producers import service as producers
from spg_registry.producers.models import Producer
from spg_registry.producers.schemas import InterestIn
from spg_registry.rounds import service
from spg_registry.rounds.models import Assignment, Finding, Round, Visit
from spg_registry.rounds.schemas import FindingIn
from spg_registry.rules.words import FindingClass, InterestKind, RoundState, VisitState
from tests.cast import Stage
from tests.rounds.stories import families, full, one_visit, opened, planned, submitted

Story = Callable[[Session], int]


def _told(stage: Stage, story: Story) -> int:
    with stage.database.write(stage.cast.now) as session:
        return story(session)


def _visit(stage: Stage) -> int:
    return _told(stage, lambda session: one_visit(session, stage.cast).id)


def _typed(stage: Stage, visit_id: int) -> dict[str, str]:
    """The whole form as a browser sends it."""
    with stage.database.read() as session:
        (save,) = full(session, [session.get_one(Visit, visit_id)])
    answers = {f"answers-{code}-answer": said.answer or "" for code, said in save.answers.items()}
    return {
        "version": str(save.version),
        "visited_on": "2026-06-10",
        "plots_seen": str(save.plots_seen[0]),
        "present": "Doña Justina",
        **answers,
    }


def _on_screen(page: str) -> dict[str, str]:
    """What the assignment table sends when nothing is changed in it."""
    chosen = dict(re.findall(r'name="(pairs-\d+-unit_id)" value="(\d+)"', page))
    for name, options in re.findall(
        r'<select[^>]* name="(pairs-\d+-appointment_id)"[^>]*>(.*?)</select>', page, re.S
    ):
        if selected := re.search(r'value="(\d+)" selected', options):
            chosen[name] = selected[1]
    return chosen


def _many_homes(stage: Stage, count: int) -> str:
    """The address of the assignment table of an open round of so many families."""

    def story(session: Session) -> int:
        homes = families(session, stage.cast, *(f"Familia {n}" for n in range(count)))
        ronda = opened(session, stage.cast)
        units = [home.units[0].unit.id for home in homes]
        service.add_units(session, stage.cast.coordinator, stage.cast.now, ronda.id, units)
        return ronda.id

    return f"/rondas/{_told(stage, story)}/asignaciones"


def test_the_whole_proposal_is_accepted_in_one_press(stage: Stage) -> None:
    home = _many_homes(stage, 9)
    browser = stage.browser(stage.cast.coordinator)
    page = browser.get(home).text
    assert "Asignar toda la propuesta (visitas: 9)" in page
    digest = re.search(r'name="digest" value="(\w+)"', page)
    assert digest
    assert browser.post(f"{home}/propuesta", {"digest": digest[1]}).status_code == 303
    with stage.database.read() as session:
        rows = session.exec(select(Assignment)).all()
        assert len(rows) == 18
        assert {row.outcome.value for row in rows} == {"accepted"}
    page = browser.get(home).text
    assert "Asignar toda la propuesta" not in page
    assert page.count("/liberar?pagina=1") == 18


def test_a_proposal_with_fewer_people_is_asked_for_and_accepted(stage: Stage) -> None:
    home = _many_homes(stage, 6)
    browser = stage.browser(stage.cast.coordinator)
    page = browser.get(home).text
    two = re.findall(r'name="con" value="(\d+)" checked', page)[:2]
    assert len(re.findall(r'name="con" value="(\d+)" checked', page)) == 3
    page = browser.get(f"{home}?con={two[0]}&con={two[1]}").text
    sent = dict(re.findall(r'type="hidden" name="(digest|only)" value="([^"]*)"', page))
    assert sent["only"].split() == two
    browser.post(f"{home}/propuesta", sent)
    with stage.database.read() as session:
        rows = session.exec(select(Assignment)).all()
        assert len(rows) == 12
        assert {str(row.appointment_id) for row in rows} == set(two)


def test_a_proposal_that_has_changed_is_shown_again_first(stage: Stage) -> None:
    home = _many_homes(stage, 3)
    browser = stage.browser(stage.cast.coordinator)
    page = browser.get(home).text
    digest = re.search(r'name="digest" value="(\w+)"', page)
    assert digest
    browser.post(home, dict(list(_on_screen(page).items())[:1]) | _first_choice(page))
    browser.post(f"{home}/propuesta", {"digest": digest[1]})
    assert "La propuesta cambió desde que usted la vio" in browser.get(home).text
    with stage.database.read() as session:
        assert len(session.exec(select(Assignment)).all()) == 1


def _first_choice(page: str) -> dict[str, str]:
    chosen = _on_screen(page)
    return {name: chosen[name] for name in ("pairs-0-unit_id", "pairs-0-appointment_id")}


def test_the_coordinator_walks_a_round_from_plan_to_assignments(stage: Stage) -> None:
    _told(stage, lambda session: families(session, stage.cast, "Justina", "Basilia")[0].producer.id)
    browser = stage.browser(stage.cast.coordinator)
    typed = {"spg_id": str(stage.cast.spg), "kind": "ordinary", "name": "Primera ronda de 2026"}
    again = browser.post("/rondas/nueva", typed | {"period_from": "2026-06-01"})
    assert again.status_code == 422
    assert "Primera ronda de 2026" in again.text
    days = {"period_from": "2026-06-01", "period_until": "2026-08-31"}
    home = browser.post("/rondas/nueva", typed | days).headers["location"]
    free = browser.get(f"{home}/unidades").text
    community = re.search(r'name="community_ids" value="(\d+)"', free)
    assert community
    assert browser.post(f"{home}/unidades").status_code == 422
    browser.post(f"{home}/unidades", {"community_ids": community[1]})
    assert "Asignar evaluadores" not in browser.get(home).text
    browser.post(f"{home}/abrir")
    page = browser.get(f"{home}/asignaciones").text
    chosen = _on_screen(page)
    assert sum(1 for name in chosen if name.endswith("appointment_id")) == 4
    browser.post(f"{home}/asignaciones", chosen)
    with stage.database.read() as session:
        outcomes = {row.outcome.value for row in session.exec(select(Assignment))}
        assert outcomes == {"accepted"}
    assert "Teófilo Arce Montaño" in browser.get(home).text


def test_a_refused_evaluator_is_shown_with_the_reason(stage: Stage) -> None:
    def story(session: Session) -> int:
        (home,) = families(session, stage.cast, "Justina")
        kin = InterestIn(
            person_id=stage.cast.persons["teofilo"],
            producer_code=home.producer.code,
            kind=InterestKind.KIN,
        )
        producers.declare_interests(session, stage.cast.secretary, stage.cast.now, [kin])
        ronda = opened(session, stage.cast)
        units = [home.units[0].unit.id]
        service.add_units(session, stage.cast.coordinator, stage.cast.now, ronda.id, units)
        return ronda.id

    home = f"/rondas/{_told(stage, story)}/asignaciones"
    browser = stage.browser(stage.cast.coordinator)
    page = browser.get(home).text
    unit = re.search(r'name="pairs-0-unit_id" value="(\d+)"', page)
    teofilo = re.search(r'value="(\d+)"[^>]*>Teófilo', page)
    assert unit
    assert teofilo
    pair = {"pairs-0-unit_id": unit[1], "pairs-0-appointment_id": teofilo[1]}
    assert browser.post(home, pair).status_code == 303
    told = browser.get(home).text
    assert "Teófilo Arce Montaño no puede ir" in told
    assert "La persona evaluadora Teófilo Arce Montaño es pariente cercana." in told


def test_the_evaluator_saves_a_draft_and_hands_in_the_whole_form(stage: Stage) -> None:
    visit_id = _visit(stage)
    browser = stage.browser(stage.cast.evaluator)
    assert f"/visitas/{visit_id}" in browser.get("/visitas").text
    typed = _typed(stage, visit_id)
    draft = {"version": "1", "visited_on": "2026-06-10", "answers-S1-answer": "meets"}
    assert browser.post(f"/visitas/{visit_id}", draft | {"act": "save"}).status_code == 303
    away = browser.post(
        f"/visitas/{visit_id}", draft | {"version": "2", "act": "submit", "present": "Nadie más"}
    )
    lacks = browser.get(away.headers["location"]).text
    assert "Falta responder el punto S2" in lacks
    assert "Nadie más" in lacks
    assert 'name="was-present" value="Nadie más"' in lacks
    read = {"was-present": "Nadie más", "was-visited_on": "2026-06-10"}
    done = browser.post(f"/visitas/{visit_id}", typed | read | {"act": "submit"})
    assert done.status_code == 303
    with stage.database.read() as session:
        assert session.get_one(Visit, visit_id).state is VisitState.SUBMITTED


def test_faults_bring_the_form_back_as_typed(stage: Stage) -> None:
    visit_id = _visit(stage)
    browser = stage.browser(stage.cast.secretary)
    typed = _typed(stage, visit_id) | {"visited_on": "2027-01-01", "answers-S1-note": "sin urea"}
    again = browser.post(f"/visitas/{visit_id}", typed)
    assert again.status_code == 422
    for kept in ("2027-01-01", "sin urea", "La fecha todavía no llega."):
        assert kept in again.text
    with stage.database.read() as session:
        assert session.get_one(Visit, visit_id).version == 1


def test_the_second_writer_sees_the_own_text_and_a_warning(stage: Stage) -> None:
    visit_id = _visit(stage)
    first, second = stage.browser(stage.cast.evaluator), stage.browser(stage.cast.evaluator_two)
    typed = _typed(stage, visit_id)
    assert first.post(f"/visitas/{visit_id}", typed).status_code == 303
    late = second.post(f"/visitas/{visit_id}", typed | {"present": "Lo que vio Nélida"})
    assert late.status_code == 409
    assert "Lo que vio Nélida" in late.text
    assert "Otra persona guardó esta visita" in late.text
    assert "puso aquí: Doña Justina." in late.text


def test_the_office_reviews_and_the_finding_is_closed(stage: Stage) -> None:
    visit_id = _told(
        stage, lambda session: submitted(session, stage.cast, one_visit(session, stage.cast)).id
    )
    browser = stage.browser(stage.cast.secretary)
    bad = {"grade": "major", "description": "Hay envases tirados", "due_on": "2026-09-01"}
    again = browser.post(f"/visitas/{visit_id}/hallazgos", bad)
    assert again.status_code == 422
    assert "Hay envases tirados" in again.text
    browser.post(f"/visitas/{visit_id}/hallazgos", bad | {"measure": "Recogerlos y entregarlos"})
    mark = {"on": "2026-06-10", "how": "assisted"}
    assert browser.post(f"/visitas/{visit_id}/acuse", mark).status_code == 422
    browser.post(f"/visitas/{visit_id}/acuse", mark | {"witness": "Don Zenón"})
    browser.post(f"/visitas/{visit_id}/revisar")
    with stage.database.read() as session:
        visit = session.get_one(Visit, visit_id)
        assert visit.state is VisitState.REVIEWED
        assert visit.witness == "Don Zenón"
        finding = session.exec(select(Finding)).one()
    home = f"/hallazgos/{finding.id}"
    assert finding.code in browser.get("/hallazgos?estado=open").text
    browser.post(f"{home}/correccion")
    assert browser.post(f"{home}/cerrar", {"evidence": ""}).status_code == 422
    browser.post(f"{home}/cerrar", {"evidence": "Se vio el patio limpio"})
    assert "Se vio el patio limpio" in browser.get(home).text


def test_a_returned_and_a_void_visit(stage: Stage) -> None:
    visit_id = _told(
        stage, lambda session: submitted(session, stage.cast, one_visit(session, stage.cast)).id
    )
    browser = stage.browser(stage.cast.coordinator)
    assert browser.post(f"/visitas/{visit_id}/devolver").status_code == 422
    browser.post(f"/visitas/{visit_id}/devolver", {"reason": "Falta la nota del riego"})
    assert (
        "Falta la nota del riego"
        in stage.browser(stage.cast.evaluator).get(f"/visitas/{visit_id}").text
    )
    assert browser.get(f"/visitas/{visit_id}/anular").status_code == 200
    assert browser.post(f"/visitas/{visit_id}/anular", {"again": "on"}).status_code == 422
    away = browser.post(
        f"/visitas/{visit_id}/anular", {"again": "on", "reason": "Son compadres entre sí"}
    )
    assert away.headers["location"].endswith("/asignaciones")
    with stage.database.read() as session:
        assert len(session.exec(select(Visit)).all()) == 2


def test_only_the_moves_that_are_allowed_have_buttons(stage: Stage) -> None:
    round_id = _told(stage, lambda session: planned(session, stage.cast).id)
    browser = stage.browser(stage.cast.coordinator)
    page = browser.get(f"/rondas/{round_id}").text
    assert "Abrir la ronda" in page
    assert "Cerrar la ronda" not in page
    assert browser.post(f"/rondas/{round_id}/cerrar").status_code == 409
    assert "Abrir la ronda" not in stage.browser(stage.cast.member).get(f"/rondas/{round_id}").text
    assert browser.get(f"/rondas/{round_id}/anular").status_code == 200
    browser.post(f"/rondas/{round_id}/anular", {"reason": "No hubo camino"})
    with stage.database.read() as session:
        assert session.get_one(Round, round_id).state is RoundState.VOID


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("coordinator", 200),
        ("secretary", 200),
        ("member", 200),
        ("evaluator", 200),
        ("control", 200),
        ("cnape", 200),
        ("coordinator_b", 404),
        ("administrator", 404),
    ],
)
def test_who_may_read_which_page(stage: Stage, who: str, status: int) -> None:
    def story(session: Session) -> int:
        visit = submitted(session, stage.cast, one_visit(session, stage.cast))
        data = FindingIn(
            visit_id=visit.id,
            grade=FindingClass.MINOR,
            description="Falta el letrero",
            measure="Ponerlo",
            due_on=stage.cast.today,
        )
        service.record_findings(session, stage.cast.evaluator, stage.cast.now, [data])
        return visit.id

    visit_id = _told(stage, story)
    actor: Actor = getattr(stage.cast, who)
    browser, headers = stage.browser(actor), stage.headers(actor)
    for place in ("/rondas/1", f"/visitas/{visit_id}", "/hallazgos/1"):
        assert browser.get(place).status_code == status, place
    for place in ("rounds/1", f"visits/{visit_id}", f"visits/{visit_id}/form", "findings/1"):
        answer = stage.client.get(f"/api/v1/{place}", headers=headers)
        assert answer.status_code == status, place


WRITES = (
    ("/rondas/1/abrir", "rounds/1/opening"),
    ("/rondas/1/deliberacion", "rounds/1/deliberation"),
    ("/rondas/1/cerrar", "rounds/1/closing"),
    ("/visitas/1/revisar", "visits/1/review"),
)


def test_nobody_reads_or_writes_without_a_name(stage: Stage) -> None:
    _visit(stage)
    for page, path in WRITES:
        assert stage.client.post(page).status_code == 401
        assert stage.client.post(f"/api/v1/{path}").status_code == 401
    for page in ("/rondas", "/rondas/nueva", "/rondas/1", "/visitas", "/visitas/1", "/hallazgos"):
        assert stage.client.get(page).headers["location"].startswith("/entrar?next=")
    for path in ("rounds", "rounds/1", "visits", "visits/1", "findings"):
        assert stage.client.get(f"/api/v1/{path}").status_code == 401


@pytest.mark.parametrize(
    ("who", "status"),
    [("member", 403), ("control", 403), ("cnape", 403), ("coordinator_b", 404)],
)
def test_others_write_nothing_here(stage: Stage, who: str, status: int) -> None:
    _visit(stage)
    actor: Actor = getattr(stage.cast, who)
    browser, headers = stage.browser(actor), stage.headers(actor)
    for page, path in WRITES:
        assert browser.post(page).status_code == status, page
        answer = stage.client.post(f"/api/v1/{path}", headers=headers)
        assert answer.status_code == status, path


def test_the_whole_way_through_the_json_api(stage: Stage) -> None:
    def story(session: Session) -> int:
        return families(session, stage.cast, "Justina")[0].units[0].unit.id

    unit_id = _told(stage, story)
    office, field = stage.headers(stage.cast.coordinator), stage.headers(stage.cast.evaluator)
    data = {
        "spg_id": stage.cast.spg,
        "name": "Ronda por programa",
        "period_from": "2026-06-01",
        "period_until": "2026-07-31",
    }
    ronda = stage.client.post("/api/v1/rounds", json=data, headers=office)
    assert ronda.status_code == 201
    home = f"/api/v1/rounds/{ronda.json()['id']}"
    opened_ = stage.client.post(f"{home}/opening", headers=office).json()
    assert opened_["state"] == "open"
    assert len(opened_["frozen_digest"]) == 64
    (visit,) = stage.client.post(
        f"{home}/units", json={"unit_ids": [unit_id]}, headers=office
    ).json()
    pairs = stage.client.get(f"{home}/proposal", headers=office).json()
    sent = stage.client.post(f"{home}/assignments", json={"pairs": pairs}, headers=office)
    assert {row["outcome"] for row in sent.json()} == {"accepted"}
    persons = {row["person_id"] for row in sent.json()}
    place = f"/api/v1/visits/{visit['id']}"
    if stage.cast.persons["teofilo"] not in persons:
        field = stage.headers(stage.cast.evaluator_two)
    form = stage.client.get(f"{place}/form", headers=field).json()
    with stage.database.read() as session:
        plots = full(session, [session.get_one(Visit, visit["id"])])[0].plots_seen
    save = {
        "version": 1,
        "visited_on": "2026-06-12",
        "plots_seen": plots,
        "answers": {item["code"]: {"answer": "meets"} for part in form for item in part["items"]},
    }
    assert stage.client.put(place, json=save, headers=field).json()["version"] == 2
    assert stage.client.put(place, json=save, headers=field).status_code == 409
    for act, who, given in (
        ("acknowledgement", field, {"how": "self"}),
        ("submission", field, None),
        ("review", office, None),
    ):
        answer = stage.client.post(f"{place}/{act}", json=given, headers=who)
        assert answer.status_code == 200, answer.text
    done = stage.client.post(f"{home}/deliberation", headers=office).json()
    assert done["state"] == "deliberation"


def test_a_number_that_no_key_can_be_is_bad_input(stage: Stage) -> None:
    headers = stage.headers(stage.cast.coordinator)
    for path in ("rounds/99999999999999999999", "visits/0", "findings/99999999999999999999"):
        assert stage.client.get(f"/api/v1/{path}", headers=headers).status_code == 422


def test_the_producers_name_is_known_to_the_readers_only(stage: Stage) -> None:
    visit_id = _visit(stage)
    with stage.database.read() as session:
        name = session.exec(select(Producer.display_name)).one()
    assert name in stage.browser(stage.cast.evaluator).get(f"/visitas/{visit_id}").text
    assert name not in stage.browser(stage.cast.coordinator_b).get("/visitas").text

"""From the paper to the registry: a stack of forms typed in at a desk, one after the other."""

from sqlmodel import Session, select

from spg_registry.core.permissions import Actor
from spg_registry.rounds import queries, service
from spg_registry.rounds.codes import VISIT, sheet_code
from spg_registry.rounds.models import Acknowledgement, Assignment, Finding, Visit
from spg_registry.rounds.schemas import ReasonIn
from spg_registry.rules.words import Answer, VisitState
from tests.cast import Cast, Stage
from tests.rounds.stories import appointment, families, full, one_visit, opened, sent, submitted


def _round(session: Session, cast: Cast, *names: str) -> list[Visit]:
    homes = families(session, cast, *names)
    ronda = opened(session, cast)
    units = [home.units[0].unit.id for home in homes]
    visits = service.add_units(session, cast.coordinator, cast.now, ronda.id, units)
    return sent(session, cast, ronda, visits)


def _stack(stage: Stage, *names: str) -> list[int]:
    with stage.database.write(stage.cast.now) as session:
        return [visit.id for visit in _round(session, stage.cast, *names)]


def _paper(stage: Stage, visit_id: int, actor: Actor | None = None) -> dict[str, str]:
    """What somebody types from a full paper: one mark, and the rest by the explicit act."""
    with stage.database.read() as session:
        sheet = queries.sheet_of(session, actor or stage.cast.secretary, visit_id)
        all_meet = {f"all-{one['code']}": "on" for one in sheet.dimensions}
        plots = [str(plot.id) for plot in sheet.plots]
    return {
        "visited_on": "2026-06-10",
        "present": "Doña Justina",
        "plots_seen": plots[0],
        "answers-A2-answer": "partly",
        "answers-A2-note": "Fuga en la toma",
        "found-0-item_code": "A2",
        "found-0-grade": "minor",
        "found-0-description": "La toma pierde agua",
        "found-0-measure": "Cambiar la llave",
        "found-0-due_on": "2026-08-01",
        "heard-how": "assisted",
        "heard-witness": "Don Zenón",
        "scribe": "Rosmery",
        **all_meet,
    }


def test_one_press_hands_in_and_opens_the_next(stage: Stage) -> None:
    first, second, third = _stack(stage, "Justina", "Basilia", "Eulalia")
    browser = stage.browser(stage.cast.secretary)
    assert "Por pasar en esta ronda: 3" in browser.get(f"/visitas/{first}/papel").text
    for visit_id, following in ((first, second), (second, third)):
        typed = _paper(stage, visit_id) | {"act": "next"}
        away = browser.post(f"/visitas/{visit_id}/papel", typed)
        assert away.headers["location"] == f"/visitas/{following}/papel"
    with stage.database.read() as session:
        visit = session.get_one(Visit, first)
        assert visit.state is VisitState.SUBMITTED
        assert visit.on_paper
        assert visit.entered_at is not None
        assert str(visit.visited_on) == str(visit.acknowledged_on) == "2026-06-10"
        assert (visit.acknowledged_how, visit.witness) == (Acknowledgement.ASSISTED, "Don Zenón")
        assert visit.answers["A2"] == {"answer": "partly", "note": "Fuga en la toma"}
        findings = session.exec(select(Finding).where(Finding.visit_id == first)).all()
        assert [row.item_code for row in findings] == ["A2"]
    typed = _paper(stage, third) | {"act": "next"}
    away = browser.post(f"/visitas/{third}/papel", typed)
    assert away.headers["location"].startswith("/rondas/")
    assert "No quedan fichas" in browser.get(away.headers["location"]).text
    page = browser.get(f"/visitas/{first}").text
    assert "en papel, y se pasó al registro el 15/06/2026" in page


def test_nothing_meets_unless_somebody_says_so(stage: Stage) -> None:
    (visit_id,) = _stack(stage, "Justina")
    browser = stage.browser(stage.cast.secretary)
    page = browser.get(f"/visitas/{visit_id}/papel").text
    assert " checked" not in page
    typed = {"act": "next", "visited_on": "2026-06-10", "all-soil": "on"}
    away = browser.post(f"/visitas/{visit_id}/papel", typed)
    assert away.headers["location"] == f"/visitas/{visit_id}/papel?entrega=1"
    lacks = browser.get(away.headers["location"]).text
    assert "Falta responder el punto A1" in lacks
    assert "Falta responder el punto S1" not in lacks
    with stage.database.read() as session:
        visit = session.get_one(Visit, visit_id)
        assert visit.state is VisitState.IN_FIELD
        assert "A1" not in visit.answers


def test_a_fault_keeps_everything_that_was_typed(stage: Stage) -> None:
    (visit_id,) = _stack(stage, "Justina")
    browser = stage.browser(stage.cast.secretary)
    wrong = {"heard-witness": "", "act": "next"}
    again = browser.post(f"/visitas/{visit_id}/papel", _paper(stage, visit_id) | wrong)
    assert again.status_code == 422
    assert 'id="f-heard-witness-error"' in again.text
    for kept in ("La toma pierde agua", "Fuga en la toma", "Rosmery"):
        assert kept in again.text
    with stage.database.read() as session:
        assert session.exec(select(Finding)).all() == []
        assert session.get_one(Visit, visit_id).version == 1


def test_who_signed_is_put_down_where_nobody_was_sent(stage: Stage) -> None:
    with stage.database.write(stage.cast.now) as session:
        (home,) = families(session, stage.cast, "Justina")
        ronda = opened(session, stage.cast)
        units = [home.units[0].unit.id]
        (visit,) = service.add_units(
            session, stage.cast.coordinator, stage.cast.now, ronda.id, units
        )
        visit_id = visit.id
        team = [appointment(session, stage.cast, name) for name in ("teofilo", "nelida")]
    browser = stage.browser(stage.cast.secretary)
    page = browser.get(f"/visitas/{visit_id}/papel").text
    assert "Nadie está asignado a esta visita" in page
    assert "paper-form" not in page
    for nobody in ({}, {"team-0": "0"}, {"team-0": "Teófilo"}):
        assert browser.post(f"/visitas/{visit_id}/papel/equipo", nobody).status_code == 422
    chosen = {"team-0": str(team[0]), "team-1": str(team[1])}
    browser.post(f"/visitas/{visit_id}/papel/equipo", chosen)
    assert "paper-form" in browser.get(f"/visitas/{visit_id}/papel").text
    with stage.database.read() as session:
        assert len(session.exec(select(Assignment)).all()) == 2


def test_the_code_of_the_paper_opens_its_entry_at_the_desk(stage: Stage) -> None:
    (visit_id,) = _stack(stage, "Justina")
    code = sheet_code(VISIT, visit_id)
    desk = stage.browser(stage.cast.secretary).get(f"/V/{code}", follow_redirects=False)
    assert desk.headers["location"] == f"/visitas/{visit_id}/papel"
    field = stage.browser(stage.cast.evaluator).get(f"/v/{code}", follow_redirects=False)
    assert field.headers["location"] == f"/visitas/{visit_id}"


def test_a_form_that_was_handed_in_is_not_typed_again(stage: Stage) -> None:
    (visit_id,) = _stack(stage, "Justina")
    browser = stage.browser(stage.cast.secretary)
    browser.post(f"/visitas/{visit_id}/papel", _paper(stage, visit_id) | {"act": "submit"})
    assert browser.get(f"/visitas/{visit_id}/papel").status_code == 409
    assert stage.browser(stage.cast.coordinator).get(f"/visitas/{visit_id}/papel").status_code in (
        403,
        409,
    )


def test_the_review_tells_what_is_missing_and_the_returned_form_lists_it(stage: Stage) -> None:
    with stage.database.write(stage.cast.now) as session:
        visit = one_visit(session, stage.cast)
        (save,) = full(session, [visit])
        less = save.model_copy(update={"plots_seen": []})
        less.answers["S1"].answer = Answer.FAILS
        service.save_visits(session, stage.cast.evaluator, stage.cast.now, [less])
        service.submit_visits(session, stage.cast.evaluator, stage.cast.now, [visit.id])
        visit_id = visit.id
    office = stage.browser(stage.cast.secretary)
    page = office.get(f"/visitas/{visit_id}").text
    for told in (
        "Parcelas que no se vieron",
        "Puntos que no se cumplen y no tienen hallazgo: S1.",
        "Falta la conformidad del productor.",
    ):
        assert page.count(told) == 2
    office.post(f"/visitas/{visit_id}/devolver", {"reason": "Vuelvan por la parcela de arriba"})
    field = stage.browser(stage.cast.evaluator)
    back = field.get(f"/visitas/{visit_id}").text
    assert "Vuelvan por la parcela de arriba" in back
    assert "Parcelas que no se vieron" in back
    again = {"act": "submit", "statement": "Ya fuimos"}
    assert field.post(f"/visitas/{visit_id}", again).status_code == 303
    assert office.post(f"/visitas/{visit_id}/revisar").status_code == 303
    with stage.database.read() as session:
        assert session.get_one(Visit, visit_id).state is VisitState.REVIEWED


def test_a_complete_form_has_no_gaps(session: Session, cast: Cast) -> None:
    visit = submitted(session, cast, one_visit(session, cast))
    sheet = queries.sheet_of(session, cast.secretary, visit.id)
    assert [gap.code for gap in queries.gaps_of(sheet)] == ["not_acknowledged"]
    assert queries.following(session, cast.secretary, visit) is None
    service.return_visit(session, cast.secretary, cast.now, visit.id, ReasonIn(reason="Falta algo"))
    assert queries.following(session, cast.secretary, visit) is None

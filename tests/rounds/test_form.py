"""The form in the field: each part saved by itself, and two people writing at once."""

from datetime import date
from typing import Any

import pytest
from sqlmodel import Session, select

from spg_registry.core.errors import Forbidden, Invalid
from spg_registry.rounds import service
from spg_registry.rounds.errors import WrittenMeanwhile
from spg_registry.rounds.models import Finding, Visit
from spg_registry.rounds.schemas import AnswerIn, VisitParts
from spg_registry.rules.words import Answer, VisitState
from tests.cast import Cast, Stage
from tests.rounds.stories import full, one_visit, submitted

NOTHING = VisitParts()


def _said(**answers: str) -> VisitParts:
    return VisitParts(
        answers={code: AnswerIn(answer=Answer(word)) for code, word in answers.items()}
    )


def _visit(stage: Stage) -> int:
    with stage.database.write(stage.cast.now) as session:
        return one_visit(session, stage.cast).id


def _stored(stage: Stage, visit_id: int) -> Visit:
    with stage.database.read() as session:
        return session.get_one(Visit, visit_id)


def test_one_answer_is_saved_and_the_others_stay(session: Session, cast: Cast) -> None:
    visit = one_visit(session, cast)
    service.save_parts(session, cast.evaluator, cast.now, visit.id, _said(S1="meets"), NOTHING)
    service.save_parts(session, cast.evaluator, cast.now, visit.id, _said(S2="fails"), NOTHING)
    assert {code: said["answer"] for code, said in visit.answers.items()} == {
        "S1": "meets",
        "S2": "fails",
    }
    assert visit.state is VisitState.IN_FIELD


def test_two_evaluators_fill_one_form(session: Session, cast: Cast) -> None:
    """Both opened it empty; each answers another question."""
    visit = one_visit(session, cast)
    one, two = cast.evaluator, cast.evaluator_two
    service.save_parts(session, one, cast.now, visit.id, _said(S1="meets"), NOTHING)
    service.save_parts(session, two, cast.now, visit.id, _said(S2="partly"), NOTHING)
    assert set(visit.answers) == {"S1", "S2"}
    assert visit.authors == {"answers-S1": one.id, "answers-S2": two.id}


def test_the_later_of_two_on_one_question_is_told_and_nothing_is_overwritten(
    session: Session, cast: Cast
) -> None:
    visit = one_visit(session, cast)
    one, two = cast.evaluator, cast.evaluator_two
    service.save_parts(session, one, cast.now, visit.id, _said(S1="fails"), NOTHING)
    service.save_parts(session, two, cast.now, visit.id, _said(S2="meets"), NOTHING)
    both = _said(S1="meets", S3="meets")
    with pytest.raises(WrittenMeanwhile) as refusal:
        service.save_parts(session, two, cast.now, visit.id, both, NOTHING)
    (clash,) = refusal.value.clashes
    assert (clash.part, clash.who) == ("answers-S1", one.label)
    assert clash.stored == {"answer": "fails", "note": ""}
    assert "S3" not in visit.answers
    again = service.save_parts(
        session, two, cast.now, visit.id, _said(S1="meets"), _said(S1="fails")
    )
    assert again.answers["S1"]["answer"] == "meets"


def test_the_same_word_twice_is_no_conflict_and_no_second_save(
    session: Session, cast: Cast
) -> None:
    visit = one_visit(session, cast)
    for actor in (cast.evaluator, cast.evaluator_two):
        service.save_parts(session, actor, cast.now, visit.id, _said(S1="meets"), NOTHING)
    assert visit.version == 2
    assert visit.authors == {"answers-S1": cast.evaluator.id}


def test_what_the_writer_left_alone_keeps_the_others_word(session: Session, cast: Cast) -> None:
    visit = one_visit(session, cast)
    before = VisitParts(present="Doña Justina", answers={})
    service.save_parts(session, cast.evaluator, cast.now, visit.id, before, NOTHING)
    now = VisitParts(present="Doña Justina y su hijo")
    service.save_parts(session, cast.evaluator, cast.now, visit.id, now, before)
    service.save_parts(session, cast.evaluator_two, cast.now, visit.id, before, before)
    assert visit.present == "Doña Justina y su hijo"


def test_a_part_is_emptied(session: Session, cast: Cast) -> None:
    visit = one_visit(session, cast)
    point = VisitParts(lat=-17.5, lon=-65.8, statement="No usamos veneno")
    service.save_parts(session, cast.evaluator, cast.now, visit.id, point, NOTHING)
    emptied = VisitParts(lat=None, lon=None, statement=None)
    service.save_parts(session, cast.evaluator, cast.now, visit.id, emptied, point)
    assert (visit.lat, visit.lon, visit.statement) == (None, None, None)


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"visited_on": date(2027, 1, 1)}, "visit_ahead"),
        ({"plots_seen": [98_765]}, "plot_not_of_unit"),
        ({"answers": {"ZZ": AnswerIn(answer=Answer.MEETS)}}, "item_not_in_form"),
        ({"lat": -17.5, "lon": None}, "point_incomplete"),
    ],
)
def test_a_wrong_part_is_refused(
    session: Session, cast: Cast, told: dict[str, Any], code: str
) -> None:
    visit = one_visit(session, cast)
    with pytest.raises(Invalid) as refusal:
        service.save_parts(session, cast.evaluator, cast.now, visit.id, VisitParts(**told), NOTHING)
    assert [fault.code for fault in refusal.value.faults] == [code]
    assert visit.version == 1


def test_who_was_not_sent_saves_nothing(session: Session, cast: Cast) -> None:
    visit = one_visit(session, cast)
    with pytest.raises(Forbidden):
        service.save_parts(
            session, cast.coordinator, cast.now, visit.id, _said(S1="meets"), NOTHING
        )


def test_a_changed_answer_asks_for_the_acknowledgement_again(session: Session, cast: Cast) -> None:
    visit = submitted(session, cast, one_visit(session, cast))
    visit.state, visit.acknowledged_on = VisitState.RETURNED, cast.today
    was = _said(S1="meets")
    service.save_parts(session, cast.evaluator, cast.now, visit.id, _said(S1="fails"), was)
    assert visit.acknowledged_on is None


# --- the page ------------------------------------------------------------------------------------


def test_each_dimension_is_saved_by_its_button_and_leads_to_the_next(stage: Stage) -> None:
    visit_id = _visit(stage)
    browser = stage.browser(stage.cast.evaluator)
    page = browser.get(f"/visitas/{visit_id}").text
    assert 'value="save:seeds"' in page
    assert 'class="pictogram"' in page
    home = f"/visitas/{visit_id}"
    away = browser.post(home, {"act": "save:seeds", "answers-S1-answer": "meets", "lat": "-17,5",
                               "lon": "-65,83"})  # fmt: skip
    assert away.headers["location"] == f"{home}#seeds"
    visit = _stored(stage, visit_id)
    assert (visit.lat, visit.lon) == (-17.5, -65.83)


def test_a_finding_is_written_beside_the_question(stage: Stage) -> None:
    visit_id = _visit(stage)
    browser = stage.browser(stage.cast.evaluator)
    home = f"/visitas/{visit_id}"
    typed = {
        "act": "save",
        "answers-S1-answer": "fails",
        "found-S1-grade": "major",
        "found-S1-description": "Había dos bolsas de urea",
    }
    again = browser.post(home, typed)
    assert again.status_code == 422
    assert "Había dos bolsas de urea" in again.text
    assert "Hallazgo (S1): " in again.text
    assert _stored(stage, visit_id).version == 1
    more = {"found-S1-measure": "Devolverlas", "found-S1-due_on": "2026-07-01"}
    dateless = browser.post(home, typed | more)
    assert "Ponga el día de la visita" in dateless.text
    early = typed | more | {"visited_on": "2026-06-10", "found-S1-due_on": "2026-06-01"}
    refused = browser.post(home, early)
    assert refused.status_code == 422
    assert 'id="f-found-S1-due_on-error"' in refused.text
    assert browser.post(home, early | more).status_code == 303
    with stage.database.read() as session:
        finding = session.exec(select(Finding)).one()
    assert (finding.item_code, finding.description) == ("S1", "Había dos bolsas de urea")
    assert finding.code in browser.get(home).text


def test_room_for_a_finding_comes_with_what_was_typed_kept(stage: Stage) -> None:
    """Without a script: the button saves the draft and brings the page with the fields."""
    visit_id = _visit(stage)
    browser = stage.browser(stage.cast.evaluator)
    home = f"/visitas/{visit_id}"
    assert 'name="found-S1-grade"' not in browser.get(home).text
    typed = {"act": "found:S1", "answers-S2-answer": "meets"}
    away = browser.post(home, typed).headers["location"]
    assert away == f"{home}?hallazgo=S1#punto-S1"
    page = browser.get(away).text
    assert 'name="found-S1-grade"' in page
    assert 'name="found-S2-grade"' not in page
    assert _stored(stage, visit_id).answers["S2"]["answer"] == "meets"


def test_who_wrote_for_whom_stays_with_the_visit(stage: Stage) -> None:
    visit_id = _visit(stage)
    browser = stage.browser(stage.cast.evaluator)
    scribe = {"scribe": "Rosmery Choque", "scribe_for": "Por doña Justina, que dictó"}
    browser.post(f"/visitas/{visit_id}", scribe)
    with stage.database.write(stage.cast.now) as session:
        visit = session.get_one(Visit, visit_id)
        (save,) = full(session, [visit])
        service.save_visits(session, stage.cast.evaluator, stage.cast.now, [save])
        service.submit_visits(session, stage.cast.evaluator, stage.cast.now, [visit_id])
    page = browser.get(f"/visitas/{visit_id}").text
    assert "Rosmery Choque (Por doña Justina, que dictó)" in page


def test_the_script_saves_one_change_and_hears_how_far_the_form_is(stage: Stage) -> None:
    visit_id = _visit(stage)
    browser = stage.browser(stage.cast.evaluator)
    parts = f"/visitas/{visit_id}/partes"
    said = {"answers-S1-answer": "meets", "was-answers-S1-answer": "", "was-answers-S1-note": ""}
    told = browser.post(parts, said).json()
    assert told["answered"] == 1
    assert told["asked"] > 10
    other = stage.browser(stage.cast.evaluator_two)
    late = other.post(parts, said | {"answers-S1-answer": "fails"})
    assert late.status_code == 409
    assert "puso aquí: Cumple." in late.json()["errors"]["answers-S1-answer"]
    assert late.json()["was"]["answers-S1-answer"] == ["meets"]
    meant = said | {"answers-S1-answer": "fails", "was-answers-S1-answer": "meets"}
    assert other.post(parts, meant).status_code == 200
    bad = browser.post(parts, {"visited_on": "2027-01-01", "was-visited_on": ""})
    assert bad.status_code == 422
    assert list(bad.json()["errors"]) == ["visited_on"]


def test_the_page_comes_back_with_both_words(stage: Stage) -> None:
    visit_id = _visit(stage)
    home = f"/visitas/{visit_id}"
    first, second = stage.browser(stage.cast.evaluator), stage.browser(stage.cast.evaluator_two)
    read = {"was-answers-S1-answer": "", "was-answers-S1-note": "", "was-statement": ""}
    first.post(home, read | {"answers-S1-answer": "fails", "answers-S1-note": "Hay bolsas"})
    late = second.post(home, read | {"answers-S1-answer": "meets", "statement": "Todo bien"})
    assert late.status_code == 409
    assert "puso aquí: No cumple. Hay bolsas." in late.text
    assert "Todo bien" in late.text
    assert 'name="was-answers-S1-answer" value="fails"' in late.text
    assert _stored(stage, visit_id).statement is None


def test_programs_save_parts_too_and_are_told_of_a_clash(stage: Stage) -> None:
    cast, visit_id = stage.cast, _visit(stage)
    place = f"/api/v1/visits/{visit_id}/parts"
    one, two = stage.headers(cast.evaluator), stage.headers(cast.evaluator_two)

    def said(word: str) -> dict[str, Any]:
        return {"answers": {"S1": {"answer": word}}}

    body = {"told": said("fails") | {"visited_on": "2026-06-10"}}
    assert stage.client.post(place, json=body, headers=one).json()["state"] == "in_field"
    body = {"told": said("meets") | {"visited_on": "2026-06-11"}}
    refused = stage.client.post(place, json=body, headers=two)
    assert (refused.status_code, refused.json()["code"]) == (409, "written_meanwhile")
    clashes = {clash["part"]: clash for clash in refused.json()["clashes"]}
    assert clashes["visited_on"]["stored"] == "2026-06-10"
    assert clashes["answers-S1"]["who"] == cast.evaluator.label
    knowing = {"told": said("meets"), "was": said("fails")}
    saved = stage.client.post(place, json=knowing, headers=two)
    assert saved.json()["answers"]["S1"]["answer"] == "meets"
    other = stage.client.post(place, json=knowing, headers=stage.headers(cast.coordinator_b))
    assert other.status_code in (403, 404)

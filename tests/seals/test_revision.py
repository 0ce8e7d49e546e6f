"""Wrong entries found late: the norm is asked again, the list says what would no longer pass."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from spg_registry.core.audit import AuditEvent
from spg_registry.core.errors import Forbidden, Invalid
from spg_registry.core.permissions import Actor
from spg_registry.decisions import grounds
from spg_registry.decisions import service as decisions
from spg_registry.decisions.schemas import DecisionIn
from spg_registry.producers import service as producers
from spg_registry.producers.models import Plot, Producer, TransferKind, Unit
from spg_registry.producers.schemas import (
    HandOverIn,
    InterestCorrection,
    InterestIn,
    LastInputIn,
    PlotCorrection,
)
from spg_registry.rounds.errors import NotReviewed
from spg_registry.rounds.models import Visit
from spg_registry.rounds.schemas import AnswerIn, VisitCorrection
from spg_registry.rules.words import (
    InterestKind,
    LastInput,
    Outcome,
    SealEventKind,
    SealState,
)
from spg_registry.seals import service
from spg_registry.seals.models import SealGrant
from spg_registry.seals.queries import events_of
from spg_registry.seals.revision import Doubt, doubts_of
from spg_registry.seals.schemas import CorrectIn
from tests.cast import Cast, Stage
from tests.filling import form_of
from tests.producers.families import crop, family, plot, unit
from tests.seals.stories import closed, convened, granted, on_day


def later(cast: Cast) -> Cast:
    """Some weeks after the seals of 15 June were granted."""
    return on_day(cast, date(2026, 7, 20))


def doubts(session: Session, cast: Cast, actor: Actor | None = None) -> list[Doubt]:
    return doubts_of(session, actor or cast.secretary, cast.committee, cast.now)


def unit_of(session: Session, seal: SealGrant) -> Unit:
    return session.exec(select(Unit).where(Unit.producer_id == seal.producer_id)).one()


def poisoned(session: Session, cast: Cast, seal: SealGrant) -> None:
    """Somebody remembers what was sprayed in March."""
    code = f"{unit_of(session, seal).code}-1"
    word = LastInputIn(
        last_input=LastInput.DATE, last_input_on=date(2026, 3, 1), reason="Boleta de compra"
    )
    producers.declare_last_input(session, cast.secretary, cast.now, code, word)


# --- the list


def test_nothing_corrected_nothing_listed(session: Session, cast: Cast) -> None:
    granted(session, cast, "Justina")
    assert doubts(session, later(cast)) == []


def test_a_prohibited_input_found_late_is_told_with_the_reason(
    session: Session, cast: Cast
) -> None:
    first, _second = granted(session, cast, "Justina", "Zenón")
    then = later(cast)
    poisoned(session, then, first)
    (one,) = doubts(session, then)
    assert one.grant.id == first.id
    assert {why.code for why in one.reasons} == {"transition_complete"}
    assert [act.action for act in one.corrections] == ["plot.last_input"]
    assert first.state is SealState.GRANTED  # people decide, not the list


def test_a_correction_before_the_grant_is_no_doubt(session: Session, cast: Cast) -> None:
    """What the meeting knew already is not held against the seal."""
    (seal,) = granted(session, cast, "Justina")
    code = f"{unit_of(session, seal).code}-1"
    early = cast.now - timedelta(hours=3)
    producers.correct_plot(session, cast.secretary, early, code, PlotCorrection(area_m2=9_000))
    assert doubts(session, later(cast)) == []


def test_an_interest_declared_late_reaches_the_seals_its_person_evaluated(
    session: Session, cast: Cast
) -> None:
    (seal,) = granted(session, cast, "Justina")
    then = later(cast)
    wish = InterestIn(
        person_id=cast.persons["teofilo"],
        producer_code=session.get_one(Producer, seal.producer_id).code,
        kind=InterestKind.BUYER,
        since=date(2026, 7, 1),
    )
    (row,) = producers.declare_interests(session, then.secretary, then.now, [wish])
    assert doubts(session, then) == []  # it began after the visit
    word = InterestCorrection(since=date(2026, 1, 1), reason="Compra desde enero")
    producers.correct_interest(session, then.secretary, then.now, row.id, word)
    (one,) = doubts(session, then)
    assert "evaluator_independent" in {why.code for why in one.reasons}


def test_a_plot_not_seen_after_all_makes_the_visit_incomplete(session: Session, cast: Cast) -> None:
    (seal,) = granted(session, cast, "Justina")
    then = later(cast)
    visit = session.exec(select(Visit).where(Visit.producer_id == seal.producer_id)).one()
    word = VisitCorrection(plots_seen=[], reason="La ficha de papel no la marca")
    grounds.correct_visit(session, then.coordinator, then.now, visit.id, word)
    (one,) = doubts(session, then)
    assert {why.code for why in one.reasons} == {"visit_complete"}


def test_what_would_still_pass_is_listed_until_somebody_looked(
    session: Session, cast: Cast
) -> None:
    (seal,) = granted(session, cast, "Justina")
    then = later(cast)
    code = f"{unit_of(session, seal).code}-1"
    word = PlotCorrection(area_m2=9_000, reason="Se midió con GPS")
    producers.correct_plot(session, then.secretary, then.now, code, word)
    (one,) = doubts(session, then)
    assert one.reasons == ()
    before = seal.area_m2
    service.correct(session, then.coordinator, then.now, seal.code, CorrectIn(reason="Medición"))
    assert (before, seal.area_m2) == (10_000, 9_000)
    event = events_of(session, seal.id)[-1]
    assert (event.kind, event.decision_id) == (SealEventKind.CORRECTED, seal.decision_id)
    assert [None, "", 10_000, 9_000] in event.details["changes"]
    assert seal.state is SealState.GRANTED
    assert doubts(session, then) == []
    assert "seal.corrected" in session.exec(select(AuditEvent.action)).all()


def test_a_plot_sold_from_under_a_seal_is_told(session: Session, cast: Cast) -> None:
    fields = {
        "units": [unit(plots=[plot(), plot()], crops=[crop("papa", plot=0), crop("haba", plot=1)])]
    }
    (seal,) = granted(session, cast, "Justina", **fields)
    (other,) = producers.register_all(session, cast.secretary, cast.now, cast.spg, [_neighbour()])
    then = later(cast)
    code = unit_of(session, seal).code
    wish = HandOverIn(
        kind=TransferKind.SOLD,
        plots=[f"{code}-2"],
        to_producer=other.producer.code,
        reason="Escritura",
    )
    service.hand_over(session, then.secretary, then.now, code, wish)
    assert seal.state is SealState.GRANTED
    (one,) = doubts(session, then)
    assert [(why.code, why.params["product"]) for why in one.reasons] == [
        ("transition_complete", "haba")
    ]


def _neighbour() -> Any:
    return family(names="Zenón")


def test_another_committee_asks_in_vain(session: Session, cast: Cast) -> None:
    granted(session, cast, "Justina")
    with pytest.raises(Forbidden):
        doubts(session, cast, cast.secretary_b)


# --- what people decide


def test_a_meeting_takes_its_decision_back_and_the_seal_goes(session: Session, cast: Cast) -> None:
    (seal,) = granted(session, cast, "Justina")
    then = later(cast)
    poisoned(session, then, seal)
    meeting = convened(session, then, None, held_on=then.today, acta_number="77/2026")
    wish = DecisionIn(
        producer_id=seal.producer_id,
        outcome=Outcome.NOT_APPROVED,
        reasons="La parcela recibió un insumo prohibido en marzo",
        corrects=seal.decision_id,
    )
    (draft,) = decisions.decide_all(session, then.coordinator, then.now, meeting.id, [wish])
    (one,) = doubts(session, then)
    assert (one.agenda, one.is_answered) == (draft, False)
    closed(session, then, meeting)
    assert seal.state is SealState.WITHDRAWN
    assert events_of(session, seal.id)[-1].decision_id == draft.id
    assert doubts(session, then) == []


def test_a_decision_corrects_only_one_of_its_own_producer(session: Session, cast: Cast) -> None:
    first, second = granted(session, cast, "Justina", "Zenón")
    then = later(cast)
    meeting = convened(session, then, None, held_on=then.today, acta_number="77/2026")
    wish = DecisionIn(
        producer_id=first.producer_id,
        outcome=Outcome.SUSPENSION,
        reasons="Según el informe",
        corrects=second.decision_id,
    )
    with pytest.raises(Invalid) as refused:
        decisions.decide_all(session, then.coordinator, then.now, meeting.id, [wish])
    assert [fault.code for fault in refused.value.faults] == ["nothing_to_correct"]


# --- a reviewed form


def test_a_reviewed_form_is_corrected_with_its_reason(session: Session, cast: Cast) -> None:
    (seal,) = granted(session, cast, "Justina")
    visit = session.exec(select(Visit).where(Visit.producer_id == seal.producer_id)).one()
    item = next(iter(visit.answers))
    word = VisitCorrection(answers={item: AnswerIn(answer="partly")}, reason="Se leyó mal el papel")
    grounds.correct_visit(session, cast.coordinator, cast.now, visit.id, word)
    assert visit.answers[item]["answer"] == "partly"
    assert visit.acknowledged_on is not None
    (act,) = session.exec(select(AuditEvent).where(AuditEvent.action == "visit.correct"))
    assert act.details["changed"] == [item]
    with pytest.raises(Invalid):  # the same again changes nothing
        grounds.correct_visit(session, cast.coordinator, cast.now, visit.id, word)
    with pytest.raises(Forbidden):
        grounds.correct_visit(session, cast.evaluator, cast.now, visit.id, word)


def test_before_the_review_a_form_is_sent_back(session: Session, cast: Cast) -> None:
    (seal,) = granted(session, cast, "Justina")
    visit = session.exec(select(Visit).where(Visit.producer_id == seal.producer_id)).one()
    visit.state = "submitted"  # type: ignore[assignment]
    session.flush()
    word = VisitCorrection(visited_on=date(2026, 6, 9), reason="Otra fecha")
    with pytest.raises(NotReviewed):
        grounds.correct_visit(session, cast.coordinator, cast.now, visit.id, word)


# --- the pages


def test_the_office_goes_from_the_list_to_the_agenda(stage: Stage, cast: Cast) -> None:
    with stage.database.write(cast.now) as session:
        (seal,) = granted(session, cast, "Justina")
        code = seal.code
    with stage.database.write(cast.now + timedelta(minutes=5)) as session:
        seal = session.exec(select(SealGrant)).one()
        after = cast.now + timedelta(minutes=5)
        word = LastInputIn(last_input=LastInput.UNKNOWN, reason="Nadie lo sabe en verdad")
        plot_code = session.exec(select(Plot.code)).one()
        producers.declare_last_input(session, cast.secretary, after, plot_code, word)
        meeting = convened(session, cast, None, held_on=cast.today, acta_number="78/2026").id
    browser = stage.browser(cast.coordinator)
    page = browser.get("/sellos/revision").text
    assert "Ya no cumpliría" in page
    assert f"/sellos/{code}/orden-del-dia" in page
    form = browser.get(f"/sellos/{code}/orden-del-dia").text
    assert "78/2026" in form
    wish = {"meeting_id": meeting, "outcome": "suspension", "reasons": "Último insumo desconocido"}
    assert browser.post(f"/sellos/{code}/orden-del-dia", {}).status_code == 422
    done = browser.post(f"/sellos/{code}/orden-del-dia", wish)
    assert (done.status_code, done.headers["location"]) == (303, f"/reuniones/{meeting}")
    assert "En el orden del día" in browser.get("/sellos/revision").text


def test_two_who_correct_one_form_read_each_other(stage: Stage, cast: Cast) -> None:
    with stage.database.write(cast.now) as session:
        granted(session, cast, "Justina")
        visit = session.exec(select(Visit)).one()
    where = f"/visitas/{visit.id}/corregir"
    browser = stage.browser(cast.coordinator)
    shown = form_of(browser.get(where).text, where)
    shown.pop("once")
    first = {"visited_on": "2026-06-03", "reason": "La fecha del papel"}
    assert browser.post(where, shown | first).status_code == 303
    told = browser.post(where, shown | {"visited_on": "2026-06-04", "reason": "Otra fecha"})
    assert told.status_code == 409
    assert "<strong>03/06/2026</strong>" in told.text
    assert form_of(told.text, where)["reason"] == "Otra fecha"

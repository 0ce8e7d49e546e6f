"""What changed between the visit and the acta: the form, the findings, the producer, the scope."""

from datetime import date

import pytest
from sqlmodel import Session, select

from spg_registry.core.audit import AuditEvent
from spg_registry.decisions import grounds
from spg_registry.decisions.schemas import ScopeIn
from spg_registry.producers import service as producers
from spg_registry.producers.models import Enrolment, Producer
from spg_registry.producers.schemas import EnrolIn, PledgeIn, StatusIn
from spg_registry.rounds import service as rounds
from spg_registry.rounds.models import Visit
from spg_registry.rounds.schemas import AcknowledgeIn, AnswerIn, FindingIn, VisitCorrection
from spg_registry.rules.words import Answer, EnrolmentStatus, FindingClass, Outcome
from spg_registry.seals import service
from spg_registry.seals.errors import ClosingRefused
from spg_registry.territory.atlas import atlas_of
from tests.cast import Cast
from tests.producers.families import unit
from tests.seals.stories import VISITED_ON, closed, convened, decided, granted, ready

UNSIGNED = {("producer_acknowledged", "not_acknowledged")}


def refusals(session: Session, cast: Cast, visits: list[Visit]) -> set[tuple[str, str]]:
    meeting = convened(session, cast, visits[0].round_id)
    decided(session, cast, meeting, visits)
    with pytest.raises(ClosingRefused) as refusal:
        closed(session, cast, meeting)
    return {(reason.code, reason.reason) for reason in refusal.value.reasons}


def major(visit: Visit) -> FindingIn:
    return FindingIn(
        visit_id=visit.id,
        grade=FindingClass.MAJOR,
        description="Envase de herbicida",
        measure="Sacarlo",
        due_on=date(2026, 12, 1),
    )


def wrong_answer(visit: Visit) -> VisitCorrection:
    code = next(iter(visit.answers))
    return VisitCorrection(answers={code: AnswerIn(answer=Answer.FAILS)}, reason="Mal tecleado")


# --- what the family said yes to -----------------------------------------------------------------


def test_a_finding_after_the_acknowledgement_asks_for_another(session: Session, cast: Cast) -> None:
    visits = ready(session, cast, "Justina")
    grounds.record_findings(session, cast.coordinator, cast.now, [major(visits[0])])
    assert refusals(session, cast, visits) == UNSIGNED
    (event,) = session.exec(select(AuditEvent).where(AuditEvent.action == "finding.record"))
    assert event.details["acknowledgement_void"]
    word = AcknowledgeIn(visit_id=visits[0].id, on=date(2026, 6, 12))
    rounds.acknowledge_visits(session, cast.evaluator, cast.now, [word])
    again = convened(session, cast, visits[0].round_id, acta_number="otra")
    decided(session, cast, again, visits)
    assert closed(session, cast, again).granted


def test_a_form_that_is_corrected_before_the_decision_is_acknowledged_anew(
    session: Session, cast: Cast
) -> None:
    visits = ready(session, cast, "Justina")
    word = wrong_answer(visits[0])
    grounds.correct_visit(session, cast.coordinator, cast.now, visits[0].id, word)
    assert refusals(session, cast, visits) == UNSIGNED


def test_what_was_decided_rests_on_what_was_acknowledged_then(session: Session, cast: Cast) -> None:
    granted(session, cast, "Justina")
    visit = session.exec(select(Visit)).one()
    grounds.correct_visit(session, cast.coordinator, cast.now, visit.id, wrong_answer(visit))
    grounds.record_findings(session, cast.coordinator, cast.now, [major(visit)])
    assert visit.acknowledged_on == VISITED_ON


# --- who left ------------------------------------------------------------------------------------


def left(session: Session, cast: Cast, producer_id: int) -> None:
    query = select(Enrolment).where(Enrolment.producer_id == producer_id)
    word = StatusIn(status=EnrolmentStatus.WITHDRAWN, reason="Se fue")
    row = session.exec(query).one()
    service.change_status(session, cast.coordinator, cast.now, row.id, word)


def test_one_who_left_is_named_and_the_others_get_their_seals(session: Session, cast: Cast) -> None:
    visits = ready(session, cast, "Justina", "Benigna")
    gone = visits[0].producer_id
    meeting = convened(session, cast, visits[0].round_id)
    decided(session, cast, meeting, visits)
    left(session, cast, gone)
    first, second = service.preview(session, cast.coordinator, meeting.id, cast.today)
    assert [(stop.code, stop.reason) for stop in first.stops] == [("enrolled", "ended")]
    assert second.stops == ()
    with pytest.raises(ClosingRefused) as refusal:
        closed(session, cast, meeting)
    assert list(refusal.value.by_producer) == [session.get_one(Producer, gone).code]
    decided(session, cast, meeting, visits[:1], Outcome.NOT_APPROVED, reasons="Se retiró")
    (grant,) = closed(session, cast, meeting).granted
    assert grant.producer_id == visits[1].producer_id


def test_who_came_back_is_decided_anew_under_the_new_enrolment(
    session: Session, cast: Cast
) -> None:
    visits = ready(session, cast, "Justina")
    meeting = convened(session, cast, visits[0].round_id)
    decided(session, cast, meeting, visits)
    left(session, cast, visits[0].producer_id)
    code = session.get_one(Producer, visits[0].producer_id).code
    pledge = PledgeIn(signed_on=VISITED_ON)
    wish = EnrolIn(spg_id=cast.spg, pledge=pledge)
    back = producers.enrol(session, cast.secretary, cast.now, code, wish)
    (draft,) = decided(session, cast, meeting, visits)
    assert draft.enrolment_id == back.id
    (grant,) = closed(session, cast, meeting).granted
    assert grant.enrolment_id == back.id


# --- what the seal says --------------------------------------------------------------------------


def test_a_seal_states_no_area_that_the_plots_do_not_have(session: Session, cast: Cast) -> None:
    visits = ready(session, cast, "Justina")
    meeting = convened(session, cast, visits[0].round_id)
    part = ScopeIn(unit_id=visits[0].unit_id, product_code="papa", area_m2=990_000)
    decided(session, cast, meeting, visits, scope=[part])
    with pytest.raises(ClosingRefused) as refusal:
        closed(session, cast, meeting)
    (reason,) = refusal.value.reasons
    assert (reason.code, reason.reason) == ("visit_complete", "area_too_large")
    assert reason.params["most_m2"] == 10_000


def test_a_wild_product_that_nobody_wrote_down_gets_no_seal(session: Session, cast: Cast) -> None:
    wild = next(code for code, row in atlas_of(session).products.items() if row.kind == "wild")
    zone = {"name": "Monte", "bounds": "Del río al camino", "plan": "Un tercio cada año"}
    visits = ready(session, cast, "Justina", units=[unit(zones=[zone])])
    meeting = convened(session, cast, visits[0].round_id)
    part = ScopeIn(unit_id=visits[0].unit_id, product_code=wild)
    decided(session, cast, meeting, visits, scope=[part])
    with pytest.raises(ClosingRefused) as refusal:
        closed(session, cast, meeting)
    assert {(r.code, r.reason) for r in refusal.value.reasons} == {
        ("gathering_zone", "not_gathered")
    }

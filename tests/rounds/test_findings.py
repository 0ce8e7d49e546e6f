"""Findings: recorded at the visit, corrected, closed with evidence by the office."""

from datetime import date

import pytest
from sqlmodel import Session

from spg_registry.core.errors import Forbidden, Invalid, MoveRefused, Unauthenticated
from spg_registry.core.permissions import NOBODY
from spg_registry.rounds import facts, queries, service
from spg_registry.rounds.errors import FindingNotFound, NotVisitedYet, VisitNotFound
from spg_registry.rounds.models import Finding, Visit
from spg_registry.rounds.schemas import CloseData, FindingIn
from spg_registry.rules.words import FindingClass, FindingState
from tests.cast import Cast
from tests.rounds.stories import one_visit, reviewed, submitted

MENDED = CloseData(evidence="Se vio la barrera viva plantada")


def _found(visit: Visit, **other: object) -> FindingIn:
    given = {
        "visit_id": visit.id,
        "item_code": "S3",
        "grade": FindingClass.MAJOR,
        "description": "El lindero norte no tiene barrera viva",
        "measure": "Plantar una barrera de k'iswara",
        "due_on": date(2026, 9, 30),
    }
    return FindingIn.model_validate(given | other)


def _recorded(session: Session, cast: Cast) -> Finding:
    visit = submitted(session, cast, one_visit(session, cast))
    return service.record_findings(session, cast.evaluator, cast.now, [_found(visit)])[0]


def test_a_finding_is_opened_corrected_and_closed(session: Session, cast: Cast) -> None:
    row = _recorded(session, cast)
    assert (row.state, row.found_on) == (FindingState.OPEN, date(2026, 6, 10))
    service.start_correction(session, cast.coordinator, cast.now, row.id)
    service.close_finding(session, cast.coordinator, cast.now, row.id, MENDED)
    assert (row.state, row.closed_on) == (FindingState.CLOSED, cast.today)
    assert (row.closed_by, row.evidence) == (cast.coordinator.id, MENDED.evidence)
    assert facts.findings_of(session, [row.producer_id], cast.today) == {}
    (fact,) = facts.findings_of(session, [row.producer_id], date(2026, 6, 12))[row.producer_id]
    assert (fact.finding_id, fact.closed_on) == (row.id, cast.today)


def test_codes_are_unique_within_and_across_visits(session: Session, cast: Cast) -> None:
    visit = submitted(session, cast, one_visit(session, cast))
    rows = service.record_findings(session, cast.evaluator, cast.now, [_found(visit)] * 2)
    rows += service.record_findings(session, cast.secretary, cast.now, [_found(visit)])
    assert len({row.code for row in rows}) == 3


def test_the_rules_are_told_what_is_not_closed(session: Session, cast: Cast) -> None:
    row = _recorded(session, cast)
    (fact,) = facts.findings_of(session, [row.producer_id], cast.today)[row.producer_id]
    assert (fact.finding_class, fact.due_on) == (FindingClass.MAJOR, date(2026, 9, 30))


def test_overdue_is_told_by_the_day(session: Session, cast: Cast) -> None:
    row = _recorded(session, cast)
    assert not queries.is_overdue(row, date(2026, 9, 30))
    assert queries.is_overdue(row, date(2026, 10, 1))
    late = queries.visible_findings(session, cast.coordinator, overdue_on=date(2026, 10, 1))
    assert late == ([row], 1)


def test_no_move_outside_the_table(session: Session, cast: Cast) -> None:
    row = _recorded(session, cast)
    with pytest.raises(MoveRefused):
        service.close_finding(session, cast.coordinator, cast.now, row.id, MENDED)
    service.start_correction(session, cast.coordinator, cast.now, row.id)
    with pytest.raises(MoveRefused):
        service.start_correction(session, cast.coordinator, cast.now, row.id)
    service.close_finding(session, cast.coordinator, cast.now, row.id, MENDED)
    with pytest.raises(MoveRefused):
        service.start_correction(session, cast.coordinator, cast.now, row.id)
    with pytest.raises(MoveRefused):
        service.close_finding(session, cast.coordinator, cast.now, row.id, MENDED)


def test_faults_are_told_at_once(session: Session, cast: Cast) -> None:
    visit = submitted(session, cast, one_visit(session, cast))
    bad = _found(visit, item_code="ZZ", due_on=date(2026, 6, 1))
    with pytest.raises(Invalid) as refusal:
        service.record_findings(session, cast.evaluator, cast.now, [bad])
    assert {fault.field for fault in refusal.value.faults} == {"item_code", "due_on"}


def test_nothing_is_found_before_the_visit(session: Session, cast: Cast) -> None:
    with pytest.raises(NotVisitedYet):
        service.record_findings(
            session, cast.evaluator, cast.now, [_found(one_visit(session, cast))]
        )


def test_who_may_record_and_who_may_close(session: Session, cast: Cast) -> None:
    row = _recorded(session, cast)
    visit = session.get_one(Visit, row.visit_id)
    for actor, refusal in (
        (NOBODY, Unauthenticated),
        (cast.member, Forbidden),
        (cast.control, Forbidden),
        (cast.coordinator_b, VisitNotFound),
    ):
        with pytest.raises(refusal):
            service.record_findings(session, actor, cast.now, [_found(visit)])
    for actor, answer in (
        (NOBODY, Unauthenticated),
        (cast.member, Forbidden),
        (cast.evaluator, Forbidden),
        (cast.coordinator_b, FindingNotFound),
    ):
        with pytest.raises(answer):
            service.start_correction(session, actor, cast.now, row.id)
    assert queries.visible_findings(session, cast.coordinator_b) == ([], 0)
    assert queries.visible_findings(session, cast.evaluator)[1] == 1


def test_after_the_round_the_office_still_records_and_closes(session: Session, cast: Cast) -> None:
    visit = reviewed(session, cast, one_visit(session, cast))
    service.to_deliberation(session, cast.coordinator, cast.now, visit.round_id)
    (row,) = service.record_findings(session, cast.coordinator, cast.now, [_found(visit)])
    service.start_corrections(session, cast.coordinator, cast.now, [row.id])
    service.close_finding(session, cast.secretary, cast.now, row.id, MENDED)
    assert row.state is FindingState.CLOSED

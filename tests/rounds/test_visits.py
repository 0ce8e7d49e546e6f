"""Visits: filled by their evaluators or from paper, one hand at a time, and then reviewed."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import Session, select

from spg_registry.core.audit import AuditEvent
from spg_registry.core.errors import Forbidden, Invalid, MoveRefused, Unauthenticated
from spg_registry.core.history import Change
from spg_registry.core.permissions import NOBODY
from spg_registry.rounds import facts, queries, service
from spg_registry.rounds.errors import (
    AlreadyAcknowledged,
    NobodySent,
    NotVisitedYet,
    RoundNotInField,
    Stale,
    VisitNotFound,
)
from spg_registry.rounds.models import Acknowledgement, Round, Visit
from spg_registry.rounds.schemas import (
    AcknowledgeIn,
    AnswerIn,
    Pair,
    ReasonIn,
    VisitSave,
    VoidVisitIn,
)
from spg_registry.rules.words import Answer, VisitState
from tests.cast import Cast
from tests.rounds.stories import (
    families,
    full,
    one_visit,
    opened,
    reviewed,
    sent,
    submitted,
)

WHY = ReasonIn(reason="Falta anotar la fuente de agua")


def _draft(visit: Visit, **other: object) -> VisitSave:
    given = {"visit_id": visit.id, "version": visit.version, "visited_on": date(2026, 6, 10)}
    return VisitSave.model_validate(given | other)


def test_a_visit_goes_from_the_field_to_its_review(session: Session, cast: Cast) -> None:
    visit = one_visit(session, cast)
    (begun,) = service.start_visits(session, cast.evaluator, cast.now, [visit.id])
    assert begun.state is VisitState.IN_FIELD
    assert reviewed(session, cast, visit).state is VisitState.REVIEWED
    assert visit.reviewed_by == cast.coordinator.id
    assert visit.acknowledged_on == date(2026, 6, 10)


def test_a_half_filled_form_is_kept_as_a_draft(session: Session, cast: Cast) -> None:
    visit = one_visit(session, cast)
    draft = _draft(visit, answers={"S1": {"answer": "meets"}, "S2": {"note": "preguntar"}})
    service.save_visits(session, cast.evaluator, cast.now, [draft])
    assert visit.state is VisitState.IN_FIELD
    assert visit.answers == {
        "S1": {"answer": "meets", "note": ""},
        "S2": {"answer": None, "note": "preguntar"},
    }
    service.save_visits(session, cast.evaluator, cast.now, [_draft(visit, present="La familia")])
    assert set(visit.answers) == {"S1", "S2"}
    with pytest.raises(Invalid) as refusal:
        service.submit_visits(session, cast.evaluator, cast.now, [visit.id])
    fields = [fault.field for fault in refusal.value.faults]
    assert "answers-S1-answer" not in fields
    assert "answers-S2-answer" in fields
    assert visit.state is VisitState.IN_FIELD


def test_the_second_writer_is_told(session: Session, cast: Cast) -> None:
    visit = one_visit(session, cast)
    his, hers = _draft(visit, present="Él"), _draft(visit, present="Ella")
    service.save_visits(session, cast.evaluator, cast.now, [his])
    with pytest.raises(Stale) as refusal:
        service.save_visits(session, cast.evaluator_two, cast.now, [hers])
    assert refusal.value.params == {"version": 2}
    assert visit.present == "Él"


def test_the_secretary_types_with_the_papers_date(session: Session, cast: Cast) -> None:
    visit = one_visit(session, cast)
    service.save_visits(session, cast.secretary, cast.now, full(session, [visit]))
    assert (visit.visited_on, visit.entered_at) == (date(2026, 6, 10), cast.now)
    assert visit.entered_by == cast.secretary.id


def test_every_fault_of_a_form_comes_back_and_nothing_is_written(
    session: Session, cast: Cast
) -> None:
    visit = one_visit(session, cast)
    bad = _draft(
        visit,
        visited_on=date(2026, 6, 16),
        plots_seen=[98_765],
        answers={"ZZ": {"answer": "meets"}},
        lat=-17.5,
    )
    with pytest.raises(Invalid) as refusal:
        service.save_visits(session, cast.evaluator, cast.now, [bad])
    assert {fault.code for fault in refusal.value.faults} == {
        "visit_ahead",
        "plot_not_of_unit",
        "item_not_in_form",
        "point_incomplete",
    }
    assert (visit.state, visit.version) == (VisitState.ASSIGNED, 1)
    assert not session.is_modified(visit)


def test_a_visit_is_not_older_than_its_round(session: Session, cast: Cast) -> None:
    visit = one_visit(session, cast)
    with pytest.raises(Invalid) as refusal:
        service.save_visits(
            session, cast.evaluator, cast.now, [_draft(visit, visited_on=date(2026, 5, 31))]
        )
    assert refusal.value.faults[0].code == "visit_before_round"


def test_only_its_own_evaluators_and_the_secretary_fill_it(session: Session, cast: Cast) -> None:
    visit = one_visit(session, cast)
    marcos = replace(cast.evaluator, person_id=cast.persons["marcos"])
    for actor, refusal in (
        (NOBODY, Unauthenticated),
        (cast.coordinator, Forbidden),
        (cast.member, Forbidden),
        (cast.control, Forbidden),
        (marcos, VisitNotFound),
        (cast.secretary_b, VisitNotFound),
    ):
        with pytest.raises(refusal):
            service.save_visits(session, actor, cast.now, [_draft(visit)])
        with pytest.raises(refusal):
            service.submit_visits(session, actor, cast.now, [visit.id])
    with pytest.raises(VisitNotFound):
        queries.sheet_of(session, marcos, visit.id)
    with pytest.raises(Forbidden):
        service.review_visits(session, cast.evaluator, cast.now, [visit.id])


def test_an_evaluator_sees_the_own_visits_and_no_others(session: Session, cast: Cast) -> None:
    visit = one_visit(session, cast)
    (other,) = families(session, cast, "Basilia")
    service.add_units(session, cast.coordinator, cast.now, visit.round_id, [other.units[0].unit.id])
    assert queries.visible_visits(session, cast.evaluator) == ([visit], 1)
    assert queries.visible_visits(session, cast.coordinator)[1] == 2
    assert queries.visible_visits(session, cast.coordinator_b) == ([], 0)
    assert queries.evaluated_producers(session, cast.persons["teofilo"]) == {visit.producer_id}


def test_without_evaluators_no_visit_begins(session: Session, cast: Cast) -> None:
    (home,) = families(session, cast, "Justina")
    ronda = opened(session, cast)
    (visit,) = service.add_units(
        session, cast.coordinator, cast.now, ronda.id, [home.units[0].unit.id]
    )
    with pytest.raises(NobodySent):
        service.start_visits(session, cast.secretary, cast.now, [visit.id])


def test_a_returned_visit_goes_back_to_the_field(session: Session, cast: Cast) -> None:
    visit = submitted(session, cast, one_visit(session, cast))
    service.return_visit(session, cast.coordinator, cast.now, visit.id, WHY)
    assert (visit.state, visit.return_reason) == (VisitState.RETURNED, WHY.reason)
    service.save_visits(session, cast.evaluator, cast.now, [_draft(visit, statement="Regamos")])
    assert visit.state is VisitState.IN_FIELD


@pytest.mark.parametrize(
    ("state", "wrong"),
    [
        (VisitState.ASSIGNED, {"submit_visits", "review_visits", "return_visit"}),
        (VisitState.IN_FIELD, {"start_visits", "review_visits", "return_visit"}),
        (VisitState.SUBMITTED, {"start_visits", "submit_visits", "save_visits"}),
        (VisitState.RETURNED, {"submit_visits", "review_visits", "return_visit"}),
        (
            VisitState.REVIEWED,
            {"start_visits", "submit_visits", "save_visits", "review_visits", "return_visit"},
        ),
        (
            VisitState.VOID,
            {
                "start_visits",
                "submit_visits",
                "save_visits",
                "review_visits",
                "return_visit",
                "void_visit",
            },
        ),
    ],
)
def test_no_move_outside_the_table(
    session: Session, cast: Cast, state: VisitState, wrong: set[str]
) -> None:
    visit = one_visit(session, cast)
    visit.state = state
    session.flush()
    for verb in sorted(wrong):
        with pytest.raises(MoveRefused):
            _try(session, cast, visit, verb)
        assert visit.state is state


def _try(session: Session, cast: Cast, visit: Visit, verb: str) -> None:
    conflict = VoidVisitIn(reason="Conflicto hallado")
    given: dict[str, tuple[Any, ...]] = {
        "save_visits": (cast.evaluator, [_draft(visit)]),
        "return_visit": (cast.coordinator, visit.id, WHY),
        "void_visit": (cast.coordinator, visit.id, conflict),
        "review_visits": (cast.coordinator, [visit.id]),
    }
    actor, *rest = given.get(verb, (cast.evaluator, [visit.id]))
    getattr(service, verb)(session, actor, cast.now, *rest)


def test_a_mark_wants_a_witness(session: Session, cast: Cast) -> None:
    visit = submitted(session, cast, one_visit(session, cast))
    mark = AcknowledgeIn(visit_id=visit.id, how=Acknowledgement.ASSISTED)
    with pytest.raises(Invalid) as refusal:
        service.acknowledge_visits(session, cast.secretary, cast.now, [mark])
    assert refusal.value.faults[0].field == "witness"
    service.acknowledge_visits(
        session, cast.secretary, cast.now, [mark.model_copy(update={"witness": "Don Zenón"})]
    )
    assert (visit.acknowledged_how, visit.witness) == (Acknowledgement.ASSISTED, "Don Zenón")
    with pytest.raises(AlreadyAcknowledged):
        service.acknowledge_visits(session, cast.secretary, cast.now, [mark])


def test_nobody_acknowledges_before_the_visit(session: Session, cast: Cast) -> None:
    visit = one_visit(session, cast)
    with pytest.raises(NotVisitedYet):
        service.acknowledge_visits(
            session, cast.evaluator, cast.now, [AcknowledgeIn(visit_id=visit.id)]
        )
    submitted(session, cast, visit)
    early = AcknowledgeIn(visit_id=visit.id, on=date(2026, 6, 9))
    with pytest.raises(Invalid):
        service.acknowledge_visits(session, cast.evaluator, cast.now, [early])


def test_what_changes_after_the_acknowledgement_must_be_acknowledged_anew(
    session: Session, cast: Cast
) -> None:
    visit = one_visit(session, cast)
    service.save_visits(session, cast.evaluator, cast.now, full(session, [visit]))
    service.acknowledge_visits(
        session, cast.evaluator, cast.now, [AcknowledgeIn(visit_id=visit.id)]
    )
    service.save_visits(session, cast.evaluator, cast.now, full(session, [visit]))
    assert visit.acknowledged_on == cast.today
    changed = {"S1": AnswerIn(answer=Answer.FAILS)}
    service.save_visits(session, cast.evaluator, cast.now, full(session, [visit], answers=changed))
    assert visit.acknowledged_on is None


def test_the_field_work_ends_with_the_deliberation(session: Session, cast: Cast) -> None:
    visit = reviewed(session, cast, one_visit(session, cast))
    service.to_deliberation(session, cast.coordinator, cast.now, visit.round_id)
    for verb in ("start_visits", "submit_visits"):
        with pytest.raises(RoundNotInField):
            getattr(service, verb)(session, cast.evaluator, cast.now, [visit.id])


def test_who_was_present_stays_out_of_the_row_images(session: Session, cast: Cast) -> None:
    visit = one_visit(session, cast)
    service.save_visits(
        session, cast.evaluator, cast.now, full(session, [visit], statement="No usamos veneno")
    )
    session.commit()
    query = select(Change).where(Change.table_name == "visit", Change.key == str(visit.id))
    (kept,) = session.exec(query).all()
    assert kept.row["state"] == "in_field"
    assert not {"present", "statement", "lat", "lon", "witness"} & set(kept.row)


def test_three_hundred_visits_take_few_queries(session: Session, cast: Cast) -> None:
    homes = families(session, cast, *(f"Familia {n}" for n in range(300)))
    ronda = opened(session, cast)
    units = [home.units[0].unit.id for home in homes]
    asked: list[str] = []
    event.listen(
        session.get_bind(),
        "before_cursor_execute",
        lambda _c, _k, statement, *_: asked.append(statement),
    )
    visits = service.add_units(session, cast.coordinator, cast.now, ronda.id, units)
    sent(session, cast, ronda, visits)
    service.start_visits(session, cast.secretary, cast.now, [visit.id for visit in visits])
    service.save_visits(session, cast.secretary, cast.now, full(session, visits))
    words = [AcknowledgeIn(visit_id=visit.id) for visit in visits]
    service.acknowledge_visits(session, cast.secretary, cast.now, words)
    ids = [visit.id for visit in visits]
    service.submit_visits(session, cast.secretary, cast.now, ids)
    service.review_visits(session, cast.coordinator, cast.now, ids)
    reads = [statement for statement in asked if statement.lstrip().startswith("SELECT")]
    assert {visit.state for visit in visits} == {VisitState.REVIEWED}
    assert len(reads) < 100
    told = session.exec(select(AuditEvent).where(AuditEvent.action == "visit.review")).all()
    assert len(told) == 300


def test_the_rules_read_the_visits_as_they_were_made(session: Session, cast: Cast) -> None:
    visit = reviewed(session, cast, one_visit(session, cast))
    (fact,) = facts.visits_of(session, visit.round_id, [visit.producer_id])[visit.producer_id]
    assert fact.reviewed
    assert fact.items_unanswered == 0
    assert fact.plots_seen == set(visit.plots_seen)
    assert fact.acknowledged_on == date(2026, 6, 10)
    assert {one.person_id for one in fact.evaluators} == {
        cast.persons["teofilo"],
        cast.persons["nelida"],
    }
    assert all(one.peer and one.appointments[0].covers(cast.today) for one in fact.evaluators)


def test_the_rules_count_questions_without_an_answer_and_leave_void_visits_out(
    session: Session, cast: Cast
) -> None:
    visit = one_visit(session, cast)
    service.save_visits(
        session, cast.evaluator, cast.now, [_draft(visit, answers={"S1": {"answer": "meets"}})]
    )
    asked = len(full(session, [visit])[0].answers)
    (fact,) = facts.visits_of(session, visit.round_id, [visit.producer_id])[visit.producer_id]
    assert (fact.items_unanswered, fact.reviewed) == (asked - 1, False)
    service.void_visit(
        session, cast.coordinator, cast.now, visit.id, VoidVisitIn(reason="Conflicto hallado")
    )
    assert facts.visits_of(session, visit.round_id, [visit.producer_id]) == {}


def test_past_evaluations_are_those_of_earlier_rounds_in_their_order(
    session: Session, cast: Cast
) -> None:
    visit = one_visit(session, cast, period_from=date(2026, 2, 1), period_until=date(2026, 3, 1))
    service.save_visits(
        session, cast.evaluator, cast.now, full(session, [visit], on=date(2026, 2, 9))
    )
    later = opened(session, cast)
    (again,) = service.add_units(session, cast.coordinator, cast.now, later.id, [visit.unit_id])
    rows = service.assign_all(
        session,
        cast.coordinator,
        cast.now,
        later.id,
        [
            Pair(unit_id=visit.unit_id, appointment_id=row.appointment_id)
            for row in queries.visible_assignments(session, cast.coordinator)[0]
        ],
    )
    assert len(rows) == 2
    service.save_visits(session, cast.evaluator, cast.now, full(session, [again]))
    who = visit.producer_id
    past = facts.ties_of(session, [who], later.id)[who].past_evaluations
    assert {(one.round_order, one.visited_on) for one in past} == {(1, date(2026, 2, 9))}
    assert facts.ties_of(session, [who], visit.round_id)[who].past_evaluations == ()
    every = facts.ties_of(session, [who])[who].past_evaluations
    assert {one.round_order for one in every} == {1, 2}


def test_a_round_of_another_spg_keeps_its_own_form(session: Session, cast: Cast) -> None:
    visit = one_visit(session, cast)
    ronda = session.get_one(Round, visit.round_id)
    sheet = queries.sheet_of(session, cast.evaluator, visit.id)
    codes = [item["code"] for one in sheet.dimensions for item in one["items"]]
    frozen = {
        item["code"] for one in ronda.frozen["checklist"]["dimensions"] for item in one["items"]
    }
    assert set(codes) < frozen
    assert sheet.unanswered == codes
    assert (sheet.may_fill, sheet.may_review) == (True, False)

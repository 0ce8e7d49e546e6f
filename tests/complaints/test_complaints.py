"""A complaint from whoever lodges it to its answer, and who may not give it."""

from datetime import timedelta

import pytest
from sqlmodel import Session, select

from spg_registry.complaints import queries, service
from spg_registry.complaints.errors import (
    AlreadyOrdered,
    ComplaintNotFound,
    Concerned,
    NothingToVisit,
    NotUnderReview,
    OwnCommittee,
)
from spg_registry.complaints.models import Complaint, ComplaintContact
from spg_registry.complaints.schemas import ComplaintAnswer, ComplaintIn, ProducerNamed
from spg_registry.core import codes
from spg_registry.core.audit import AuditEvent
from spg_registry.core.db import Database
from spg_registry.core.errors import Forbidden, Invalid, MoveRefused, Throttled, Unauthenticated
from spg_registry.core.history import Change
from spg_registry.core.permissions import NOBODY
from spg_registry.producers import service as producers
from spg_registry.producers.models import Producer
from spg_registry.producers.schemas import InterestIn
from spg_registry.rounds.models import RoundKind, Visit
from spg_registry.rules.words import ComplaintState, InterestKind, RoundState
from spg_registry.seals.models import SealGrant
from spg_registry.standards import service as standards
from spg_registry.standards.schemas import ByLaws, RuleChange
from tests.cast import TIQUIPAYA, Cast
from tests.complaints.stories import (
    ADDRESS,
    CALLER,
    DOUBT,
    REACH,
    TOLD,
    UPHELD,
    about,
    lodged,
    order,
    reviewed,
    unit_of,
)
from tests.rounds.stories import families
from tests.seals.stories import as_b, granted


@pytest.fixture
def seal(session: Session, cast: Cast) -> SealGrant:
    return granted(session, cast, "Justina")[0]


# --- from anybody ---------------------------------------------------------------------------------


def test_a_complaint_about_a_seal_goes_to_the_committee_that_granted_it(
    session: Session, cast: Cast, seal: SealGrant
) -> None:
    row = lodged(session, cast, **(DOUBT | {"seal": codes.display(seal.code).lower()}))
    assert (row.committee_id, row.grant_id, row.producer_id) == (
        *(cast.committee, seal.id, seal.producer_id),
    )
    assert row.state is ComplaintState.RECEIVED
    assert row.due_on == cast.today + timedelta(days=15)
    assert codes.is_code(row.code)


def test_a_seal_that_was_never_given_is_a_complaint_for_the_control_body(
    session: Session, cast: Cast
) -> None:
    row = lodged(session, cast, about="seal", reason="false_seal", seal="12345-ABCDE")
    assert (row.committee_id, row.grant_id, row.seal_typed) == (None, None, "12345-ABCDE")
    assert queries.get_complaint(session, cast.control, row.id)
    with pytest.raises(ComplaintNotFound):
        queries.get_complaint(session, cast.coordinator, row.id)


@pytest.mark.parametrize(
    ("told", "field", "code"),
    [
        ({"about": "seal"}, "seal", "required"),
        ({"about": "producer"}, "whom", "required"),
        ({"about": "fair"}, "whom", "required"),
        ({"about": "committee"}, "committee_id", "required"),
        ({"about": "committee", "committee_id": 999_999}, "committee_id", "bad_choice"),
        ({"about": "fair", "whom": "Feria", "reason": "other"}, "told", "complaint_say_what"),
    ],
)
def test_what_is_missing_is_said(
    session: Session, cast: Cast, told: dict[str, object], field: str, code: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        lodged(session, cast, **({"reason": "false_seal"} | told))
    assert [(fault.field, fault.code) for fault in refusal.value.faults] == [(field, code)]


def test_one_address_is_heard_a_few_times_an_hour(
    session: Session, cast: Cast, seal: SealGrant
) -> None:
    for _ in range(service.TRIES):
        about(session, cast, seal)
    with pytest.raises(Throttled) as refusal:
        about(session, cast, seal)
    assert refusal.value.params == {"seconds": 3600}
    data = ComplaintIn.model_validate(DOUBT | {"seal": seal.code})
    service.lodge(session, cast.now, data, "203.0.113.10")
    service.lodge(session, cast.now + timedelta(minutes=61), data, ADDRESS)


def test_a_faulty_complaint_uses_up_nothing(session: Session, cast: Cast) -> None:
    for _ in range(service.TRIES + 1):
        with pytest.raises(Invalid):
            lodged(session, cast, about="seal", reason="other")


def test_the_number_finds_it_however_it_is_typed(
    session: Session, cast: Cast, seal: SealGrant
) -> None:
    row = about(session, cast, seal)
    assert queries.follow(session, f" {codes.display(row.code).lower()} ").id == row.id
    for typed in (codes.new_code(), "nada", row.code[:-1], str(row.id)):
        with pytest.raises(ComplaintNotFound):
            queries.follow(session, typed)


def test_a_committee_may_promise_an_earlier_answer(
    session: Session, cast: Cast, seal: SealGrant
) -> None:
    laws = ByLaws(
        committee_id=cast.committee,
        source="Acta 3/2026",
        rules={"complaint_answer": RuleChange(params={"days": 7})},
    )
    standards.adopt_by_laws(session, cast.coordinator, cast.now, laws)
    assert about(session, cast, seal).due_on == cast.today + timedelta(days=7)


# --- in the office --------------------------------------------------------------------------------


def test_it_is_taken_up_answered_and_closed_and_each_act_is_noted(
    session: Session, cast: Cast, seal: SealGrant
) -> None:
    row = reviewed(session, cast, seal)
    assert (row.taken_up_on, row.taken_up_by) == (cast.today, cast.secretary.hand)
    service.answer(session, cast.coordinator, cast.now, row.id, UPHELD)
    assert (row.answered_on, row.answered_by) == (cast.today, cast.coordinator.hand)
    service.close(session, cast.secretary, cast.now, row.id)
    assert row.state is ComplaintState.CLOSED
    acts = session.exec(select(AuditEvent.action).where(AuditEvent.subject == "complaint")).all()
    assert acts == [f"complaint.{act}" for act in ("lodge", "take_up", "answer", "close")]


def test_nothing_is_answered_before_it_is_taken_up(
    session: Session, cast: Cast, seal: SealGrant
) -> None:
    row = about(session, cast, seal)
    with pytest.raises(MoveRefused):
        service.answer(session, cast.secretary, cast.now, row.id, UPHELD)
    with pytest.raises(NotUnderReview):
        service.order_visit(session, cast.secretary, cast.now, row.id, order(session, seal))


def test_a_complaint_that_is_sent_on_says_where(
    session: Session, cast: Cast, seal: SealGrant
) -> None:
    row = reviewed(session, cast, seal)
    away = {"outcome": "sent_on", "public_answer": "Es de otra oficina, que la recibió."}
    word = ComplaintAnswer.model_validate(away)
    with pytest.raises(Invalid) as refusal:
        service.answer(session, cast.secretary, cast.now, row.id, word)
    assert refusal.value.faults[0].field == "sent_to"
    word = ComplaintAnswer.model_validate(away | {"sent_to": "Intendencia municipal"})
    assert service.answer(session, cast.secretary, cast.now, row.id, word).sent_to


def test_the_late_ones_come_first_and_are_counted(
    session: Session, cast: Cast, seal: SealGrant
) -> None:
    rows = [about(session, cast, seal) for _ in range(3)]
    service.take_up(session, cast.secretary, cast.now, rows[0].id)
    service.answer(session, cast.secretary, cast.now, rows[0].id, UPHELD)
    rows[2].due_on = cast.today - timedelta(days=1)
    session.add(rows[2])
    session.flush()
    listed, total = queries.visible_complaints(session, cast.member)
    assert [row.id for row in listed] == [rows[2].id, rows[1].id, rows[0].id]
    assert total == 3
    assert queries.visible_complaints(session, cast.member, unanswered=True, limit=0)[1] == 2
    late, _ = queries.visible_complaints(session, cast.member, overdue_on=cast.today)
    assert [row.id for row in late] == [rows[2].id]


def test_a_doubt_orders_a_visit_that_nobody_announces(
    session: Session, cast: Cast, seal: SealGrant
) -> None:
    row = reviewed(session, cast, seal)
    ronda = service.order_visit(session, cast.coordinator, cast.now, row.id, order(session, seal))
    assert (ronda.kind, ronda.state) == (RoundKind.UNANNOUNCED, RoundState.OPEN)
    assert ronda.frozen_digest
    visit = session.exec(select(Visit).where(Visit.round_id == ronda.id)).one()
    assert visit.unit_id == unit_of(session, seal).id
    assert row.round_id == ronda.id
    assert row.code not in ronda.name
    with pytest.raises(AlreadyOrdered):
        service.order_visit(session, cast.coordinator, cast.now, row.id, order(session, seal))


def test_only_a_unit_of_the_one_complained_about_is_visited(
    session: Session, cast: Cast, seal: SealGrant
) -> None:
    row = reviewed(session, cast, seal)
    other = families(session, cast, "Zacarías")[0].units[0].unit
    wish = order(session, seal).model_copy(update={"unit_code": other.code})
    with pytest.raises(NothingToVisit):
        service.order_visit(session, cast.coordinator, cast.now, row.id, wish)


def test_whom_it_is_about_is_named_in_the_office(session: Session, cast: Cast) -> None:
    home = families(session, cast, "Zacarías")[0]
    unnamed = {"about": "producer", "reason": "forbidden_inputs", "whom": "El de la loma"}
    row = lodged(session, cast, **unnamed, committee_id=cast.committee)
    service.take_up(session, cast.secretary, cast.now, row.id)
    named = ProducerNamed(producer_code=home.producer.code.lower())
    service.name_producer(session, cast.secretary, cast.now, row.id, named)
    assert row.producer_id == home.producer.id
    file = queries.complaint_file(session, cast.secretary, row.id, cast.today)
    assert [unit.code for unit in file.units] == [home.units[0].unit.code]


def test_nobody_of_another_committee_is_named(session: Session, cast: Cast) -> None:
    there = {"municipality_code": TIQUIPAYA, "community": "Chapisirca"}
    stranger = families(session, as_b(cast), "Wara", **there)[0].producer
    unnamed = {"about": "producer", "reason": "forbidden_inputs", "whom": "El de la loma"}
    row = lodged(session, cast, **unnamed, committee_id=cast.committee)
    service.take_up(session, cast.secretary, cast.now, row.id)
    named = ProducerNamed(producer_code=stranger.code)
    with pytest.raises(Invalid):
        service.name_producer(session, cast.secretary, cast.now, row.id, named)


# --- who answers ----------------------------------------------------------------------------------


def test_a_complaint_about_a_committee_is_for_the_control_body(
    session: Session, cast: Cast
) -> None:
    told = {"about": "committee", "reason": "unfair_treatment", "committee_id": cast.committee}
    row = lodged(session, cast, **told, name=CALLER)
    for actor in (cast.coordinator, cast.secretary):
        with pytest.raises(OwnCommittee):
            service.take_up(session, actor, cast.now, row.id)
        file = queries.complaint_file(session, actor, row.id, cast.today)
        assert (file.hindrance, file.contact, file.may_answer) == (OwnCommittee, None, False)
    service.take_up(session, cast.control, cast.now, row.id)
    service.answer(session, cast.control, cast.now, row.id, UPHELD)


def test_who_is_close_to_the_producer_neither_answers_nor_learns_who_complained(
    session: Session, cast: Cast, seal: SealGrant
) -> None:
    row = about(session, cast, seal)
    code = session.get_one(Producer, seal.producer_id).code
    tie = InterestIn(
        person_id=cast.persons["rosa"], producer_code=code, kind=InterestKind.KIN, degree=1
    )
    producers.declare_interests(session, cast.secretary, cast.now, [tie])
    for act in (
        lambda: service.take_up(session, cast.coordinator, cast.now, row.id),
        lambda: queries.contact_of(session, cast.coordinator, row.id, cast.today),
    ):
        with pytest.raises(Concerned):
            act()
    file = queries.complaint_file(session, cast.coordinator, row.id, cast.today)
    assert (file.hindrance, file.contact, file.may_answer) == (Concerned, None, False)
    assert service.take_up(session, cast.secretary, cast.now, row.id)


def test_who_reads_does_not_answer(session: Session, cast: Cast, seal: SealGrant) -> None:
    row = about(session, cast, seal)
    for actor in (cast.member, cast.cnape):
        assert queries.complaint_file(session, actor, row.id, cast.today).contact is None
        with pytest.raises(Forbidden):
            service.take_up(session, actor, cast.now, row.id)
    with pytest.raises(ComplaintNotFound):
        service.take_up(session, cast.coordinator_b, cast.now, row.id)
    with pytest.raises(Forbidden):
        queries.visible_complaints(session, cast.evaluator)
    with pytest.raises(Unauthenticated):
        queries.visible_complaints(session, NOBODY)


# --- who complained -------------------------------------------------------------------------------


def test_who_complained_is_forgotten_when_all_is_done(
    session: Session, cast: Cast, seal: SealGrant
) -> None:
    row = reviewed(session, cast, seal)
    contact = queries.contact_of(session, cast.secretary, row.id, cast.today)
    assert contact is not None
    assert (contact.name, contact.reach) == (CALLER, REACH)
    service.answer(session, cast.secretary, cast.now, row.id, UPHELD)
    service.close(session, cast.secretary, cast.now, row.id)
    assert session.get(ComplaintContact, row.id) is None


def test_nothing_that_was_typed_is_in_the_images_or_in_the_audit(
    database: Database, cast: Cast
) -> None:
    with database.write(cast.now) as session:
        seal = granted(session, cast, "Justina")[0]
        row = reviewed(session, cast, seal)
        service.answer(session, cast.secretary, cast.now, row.id, UPHELD)
        service.close(session, cast.secretary, cast.now, row.id)
    with database.read() as session:
        images = [
            str(image)
            for image in session.exec(select(Change.row).where(Change.table_name == "complaint"))
        ]
        noted = [
            str(details)
            for details in session.exec(
                select(AuditEvent.details).where(AuditEvent.subject == "complaint")
            )
        ]
        kept = session.exec(select(Complaint)).one()
    assert images
    for typed in (CALLER, REACH, TOLD, "Fructuosa", "puesto 12", UPHELD.public_answer, kept.code):
        assert not [text for text in [*images, *noted] if typed in text]

"""The acta is closed and the seals exist: whole, signed, on record; or nothing does."""

from datetime import date

from sqlmodel import Session, select

from spg_registry.core import codes
from spg_registry.core.audit import AuditEvent
from spg_registry.core.db import Database
from spg_registry.core.history import Change
from spg_registry.decisions.models import Decision, Meeting, MeetingState
from spg_registry.producers.models import Enrolment, Plot, Producer
from spg_registry.rules.words import (
    Category,
    DecisionState,
    EnrolmentStatus,
    Outcome,
    SealEventKind,
    SealState,
)
from spg_registry.seals import queries, service
from spg_registry.seals.models import SealEvent, SealGrant, SealScope, SealToken
from spg_registry.seals.verification import Verdict, verify_code, verify_token
from spg_registry.territory.models import Community
from tests.cast import PUNATA, Cast
from tests.rounds.stories import families
from tests.seals.stories import (
    HELD_ON,
    IN_TRANSITION,
    TWO_PRODUCTS,
    closed,
    convened,
    decided,
    granted,
    keys,
    ready,
    token_of,
)


def test_closing_the_acta_makes_the_seals_at_once(session: Session, cast: Cast) -> None:
    visits = ready(session, cast, "Justina", "Basilia")
    meeting = convened(session, cast, visits[0].round_id)
    drafts = decided(session, cast, meeting, visits)
    assert {draft.state for draft in drafts} == {DecisionState.DRAFT}
    assert all(
        not judged.stops for judged in service.preview(session, cast.member, meeting.id, cast.today)
    )

    closing = closed(session, cast, meeting)

    assert closing.meeting.state is MeetingState.CLOSED
    assert closing.meeting.closed_by == cast.secretary.id
    assert {row.state for row in closing.decisions} == {DecisionState.ADOPTED}
    assert [grant.producer_id for grant in closing.granted] == [v.producer_id for v in visits]
    for grant in closing.granted:
        assert codes.is_code(grant.code)
        assert (grant.valid_from, grant.valid_until) == (HELD_ON, date(2027, 6, 13))
        assert (grant.category, grant.state) == (Category.ORGANIC, SealState.GRANTED)
        assert (grant.municipality_code, grant.spg_id) == (PUNATA, cast.spg)
    assert len({grant.status_index for grant in closing.granted}) == 2


def test_a_seal_carries_its_scope_its_token_and_its_first_event(
    session: Session, cast: Cast
) -> None:
    (grant,) = granted(session, cast, "Justina")
    scope = session.exec(select(SealScope).where(SealScope.grant_id == grant.id)).all()
    assert [(row.product_code, row.area_m2) for row in scope] == [("papa", 10_000)]
    (event,) = queries.events_of(session, grant.id)
    assert (event.kind, event.effective_on) == (SealEventKind.GRANTED, HELD_ON)
    assert (event.decision_id, event.by_user) == (grant.decision_id, cast.secretary.id)
    token = session.exec(select(SealToken).where(SealToken.grant_id == grant.id)).one()
    assert token.kid == "seal-1"
    found = verify_token(session, keys(cast), cast.now, token.token)
    assert found.verdict is Verdict.VALID
    assert found.seal is not None
    assert found.seal.code == grant.code
    assert verify_code(session, cast.now, codes.display(grant.code)).verdict is Verdict.VALID


def test_a_seal_keeps_the_land_and_the_place_of_its_grant(session: Session, cast: Cast) -> None:
    """Two products share a plot: it counts once, and as large as it was judged to be."""
    (grant,) = granted(session, cast, "Justina", outcome=Outcome.ORGANIC, **TWO_PRODUCTS)
    row = session.exec(select(Producer).where(Producer.id == grant.producer_id)).one()
    assert (grant.area_m2, grant.community_id) == (10_000, row.community_id)
    for each in session.exec(select(Plot)):
        each.area_m2 = 77
    (away,) = families(session, cast, "Basilia", community="Rumi Corral")
    row.community_id = away.producer.community_id
    assert row.community_id != grant.community_id
    session.flush()
    paper = queries.certificate_of(session, grant.code, cast.today, "https://x.bo", demo=False)
    assert paper.total_area_m2 == 10_000
    assert paper.community == session.get_one(Community, grant.community_id).name


def test_a_seal_raises_the_producer_in_its_spg(session: Session, cast: Cast) -> None:
    (green,) = granted(session, cast, "Justina")
    assert session.get_one(Enrolment, green.enrolment_id).status is EnrolmentStatus.ORGANIC


def test_land_in_transition_gets_the_white_seal(session: Session, cast: Cast) -> None:
    (white,) = granted(session, cast, "Basilia", outcome=Outcome.TRANSITION, **IN_TRANSITION)
    assert white.category is Category.TRANSITION
    assert session.get_one(Enrolment, white.enrolment_id).status is EnrolmentStatus.IN_TRANSITION


def test_each_act_stands_in_the_audit(session: Session, cast: Cast) -> None:
    (grant,) = granted(session, cast, "Justina")
    rows = session.exec(select(AuditEvent).where(AuditEvent.committee_id == cast.committee)).all()
    told = {row.action: row for row in rows}
    for act in ("meeting.convene", "meeting.attendance", "decision.record", "acta.close"):
        assert act in told
    assert told["decision.record"].actor_id == cast.coordinator.id
    assert told["acta.close"].actor_id == cast.secretary.id
    assert told["seal.grant"].subject_id == str(grant.id)
    assert told["seal.grant"].details == {"code": grant.code, "category": "organic"}
    assert "enrolment.status" in told


def test_every_row_leaves_its_image_at_the_commit(database: Database, cast: Cast) -> None:
    with database.write(cast.now) as session:
        (grant,) = granted(session, cast, "Justina")
    with database.read() as session:
        images = session.exec(select(Change)).all()
        last = {(row.table_name, row.key): row for row in images}
        seal = last["seal_grant", str(grant.id)]
        assert (seal.kind, seal.row["code"]) == ("insert", grant.code)
        assert "stall_name" not in seal.row
        assert last["meeting", str(session.exec(select(Meeting.id)).one())].row["state"] == "closed"
        decision = session.exec(select(Decision)).one()
        assert last["decision", str(decision.id)].row["state"] == "adopted"
        tables = {row.table_name for row in images}
        assert {"seal_scope", "seal_event", "attendance", "enrolment"} <= tables
        numbers = [row.sequence for row in images]
        assert sorted(numbers) == list(range(1, len(numbers) + 1))


def test_the_stall_name_needs_consent(session: Session, cast: Cast) -> None:
    (silent,) = granted(session, cast, "Justina")
    assert silent.stall_name == ""


def test_the_consented_name_is_on_the_stall(session: Session, cast: Cast) -> None:
    (told,) = granted(
        session, cast, "x", display_name="Familia Ñáñez Quispe", publication_consent=True
    )
    assert told.stall_name == "Familia Ñáñez Quispe"
    found = verify_token(session, keys(cast), cast.now, token_of(session, told))
    assert found.seal is not None
    assert found.seal.name == "Familia Ñáñez Quispe"


def test_what_was_decided_stays_with_its_verdicts(session: Session, cast: Cast) -> None:
    (grant,) = granted(session, cast, "Justina")
    decision = session.get_one(Decision, grant.decision_id)
    assert len(decision.verdicts) == 19
    assert {told["met"] for told in decision.verdicts} == {True}
    assert decision.valid_until == grant.valid_until
    assert [row["product_code"] for row in decision.scope] == ["papa"]


def test_only_the_first_two_outcomes_grant(session: Session, cast: Cast) -> None:
    visits = ready(session, cast, "Justina", "Basilia", "Sabina")
    meeting = convened(session, cast, visits[0].round_id)
    condition = [{"text": "Mejorar la barrera viva", "due_on": date(2026, 9, 1)}]
    decided(session, cast, meeting, visits[:1])
    decided(
        session,
        cast,
        meeting,
        visits[1:2],
        Outcome.WITH_CONDITIONS,
        conditions=condition,
        reasons="La barrera está raleada",
    )
    decided(session, cast, meeting, visits[2:], Outcome.NOT_APPROVED, reasons="Usó urea")
    closing = closed(session, cast, meeting)
    assert [grant.producer_id for grant in closing.granted] == [visits[0].producer_id]
    assert [row.state for row in closing.decisions] == [DecisionState.ADOPTED] * 3
    assert [len(row.verdicts) for row in closing.decisions] == [19, 3, 3]
    assert session.exec(select(SealGrant)).one().producer_id == visits[0].producer_id
    assert len(session.exec(select(SealEvent)).all()) == 1

"""A seal after its grant: renewed, upgraded, acknowledged, suspended, back, withdrawn, replaced."""

from datetime import date
from typing import Any

import pytest
from sqlmodel import Session, select

from spg_registry.committees import service as committees
from spg_registry.committees.models import BodyKind
from spg_registry.committees.queries import members_in_office
from spg_registry.committees.schemas import RenewalIn
from spg_registry.core.audit import AuditEvent
from spg_registry.core.errors import Forbidden, Invalid, MoveRefused, Refused, Unauthenticated
from spg_registry.core.permissions import NOBODY
from spg_registry.decisions import service as decisions
from spg_registry.decisions.models import AppealOutcome, Decision
from spg_registry.decisions.schemas import AppealAnswerIn, AppealIn, AttendanceIn, MeetingIn
from spg_registry.producers import service as producers
from spg_registry.producers.errors import EnrolmentNotFound
from spg_registry.producers.models import Enrolment, Producer
from spg_registry.producers.schemas import ProducerCorrection, StatusIn
from spg_registry.rounds.models import Visit
from spg_registry.rules.words import (
    Category,
    EnrolmentStatus,
    Outcome,
    SanctionKind,
    SealEventKind,
    SealState,
)
from spg_registry.seals import queries, service
from spg_registry.seals.errors import (
    AlreadyAcknowledged,
    ClosingRefused,
    DecisionDoesNotSayThat,
    SealNotFound,
    SuspendedByControl,
)
from spg_registry.seals.models import Sanction, SealGrant, SealScope
from spg_registry.seals.schemas import AcknowledgeIn, ActIn, ReasonClass, ReplaceIn, SanctionIn
from spg_registry.seals.verification import Verdict, verify_code, verify_token
from tests.cast import Cast
from tests.producers.families import crop, plot, unit
from tests.seals.stories import (
    HELD_ON,
    IN_TRANSITION,
    closed,
    convened,
    decided,
    decided_about,
    granted,
    keys,
    on_day,
    ready,
    token_of,
    visited,
)

HEARD = ActIn(
    reason_class=ReasonClass.PROHIBITED_INPUT,
    reason="La muestra 14 dio positivo",
    right_of_reply="Carta del 12 de junio; respondió el 14",
)


def by_decision(decision: Decision) -> ActIn:
    return ActIn(
        reason_class=ReasonClass.COMMITTEE_DECISION,
        reason="Lo dice el acta",
        decision_id=decision.id,
    )


def unit_of(session: Session, grant: SealGrant) -> list[int]:
    rows = session.exec(select(SealScope.unit_id).where(SealScope.grant_id == grant.id))
    return sorted(set(rows))


def next_year(
    session: Session, cast: Cast, grant: SealGrant, on: date, visited_on: date
) -> tuple[Cast, list[Visit]]:
    """The same unit, visited again."""
    later = on_day(cast, on)
    return later, visited(session, later, unit_of(session, grant), visited_on)


def state_of(session: Session, grant: SealGrant) -> EnrolmentStatus:
    return session.get_one(Enrolment, grant.enrolment_id).status


def decided_against(session: Session, cast: Cast, grant: SealGrant, outcome: Outcome) -> Decision:
    """A later meeting of the same round, without a visit, closed by the secretary."""
    decision = session.get_one(Decision, grant.decision_id)
    meeting = convened(
        session,
        cast,
        decision.round_id,
        held_on=cast.today,
        acta_number=f"{outcome}-{grant.id}/{cast.today:%m%d}",
    )
    about = [grant.producer_id]
    extra: dict[str, Any] = {"reasons": "Según el informe"}
    if outcome is Outcome.WITH_CONDITIONS:
        extra["conditions"] = [{"text": "Cumplir el plan", "due_on": cast.today}]
    (against,) = decided_about(session, cast, meeting, about, outcome, **extra)
    closed(session, cast, meeting)
    return against


# --- the next seal -------------------------------------------------------------------------------


def test_an_upgrade_takes_the_white_seals_place_in_the_same_act(
    session: Session, cast: Cast
) -> None:
    young = {"units": [unit(plots=[plot(last_input="date", last_input_on=date(2024, 9, 1))])]}
    (white,) = granted(session, cast, "Justina", outcome=Outcome.TRANSITION, **young)
    later, visits = next_year(session, cast, white, date(2026, 10, 5), date(2026, 9, 20))
    meeting = convened(session, later, visits[0].round_id, held_on=date(2026, 10, 4))
    decided(session, later, meeting, visits)
    (green,) = closed(session, later, meeting).granted

    assert (green.category, green.replaces_id) == (Category.ORGANIC, white.id)
    assert green.valid_from == date(2026, 10, 4)
    assert white.state is SealState.REPLACED
    last = queries.events_of(session, white.id)[-1]
    assert (last.kind, last.effective_on) == (SealEventKind.REPLACED, date(2026, 10, 4))
    assert last.replaced_by_id == green.id
    assert state_of(session, green) is EnrolmentStatus.ORGANIC
    found = verify_code(session, later.now, white.code)
    assert found.verdict is Verdict.REPLACED
    assert found.seal is not None
    assert found.seal.new_code == green.code


def test_an_upgrade_of_two_white_seals_tells_both_their_new_code(
    session: Session, cast: Cast
) -> None:
    young = plot(last_input="date", last_input_on=date(2024, 9, 1))
    land = {"units": [unit(plots=[young], crops=[crop("papa"), crop("haba")])]}
    visits = ready(session, cast, "Justina", **land)
    whites = []
    for number, product in enumerate(("papa", "haba")):
        meeting = convened(session, cast, visits[0].round_id, acta_number=f"{number}/2026")
        scope = [{"unit_id": visits[0].unit_id, "product_code": product}]
        decided(session, cast, meeting, visits, Outcome.TRANSITION, scope=scope)
        whites += closed(session, cast, meeting).granted
    later, again = next_year(session, cast, whites[0], date(2026, 10, 5), date(2026, 9, 20))
    meeting = convened(session, later, again[0].round_id, held_on=date(2026, 10, 4))
    decided(session, later, meeting, again)
    (green,) = closed(session, later, meeting).granted
    for white in whites:
        found = verify_code(session, later.now, white.code)
        assert found.seal is not None
        assert (found.verdict, found.seal.new_code) == (Verdict.REPLACED, green.code)


def test_an_upgrade_of_a_part_takes_nothing_from_the_rest(session: Session, cast: Cast) -> None:
    young = plot(last_input="date", last_input_on=date(2024, 9, 1))
    land = {"units": [unit(plots=[young], crops=[crop("papa"), crop("haba")])]}
    (white,) = granted(session, cast, "Justina", outcome=Outcome.TRANSITION, **land)
    later, visits = next_year(session, cast, white, date(2026, 10, 5), date(2026, 9, 20))
    meeting = convened(session, later, visits[0].round_id, held_on=date(2026, 10, 4))
    part = [{"unit_id": visits[0].unit_id, "product_code": "papa"}]
    decided(session, later, meeting, visits, scope=part)
    with pytest.raises(ClosingRefused) as refusal:
        closed(session, later, meeting)
    assert {(each.code, each.reason) for each in refusal.value.reasons} == {
        ("no_overlap", "narrower")
    }
    assert white.state is SealState.GRANTED
    decided(session, later, meeting, visits, scope=part, replaces=[white.id])
    assert closed(session, later, meeting).granted
    assert queries.events_of(session, white.id)[-1].kind is SealEventKind.REPLACED


def test_a_seal_of_another_producer_is_not_replaced(session: Session, cast: Cast) -> None:
    (hers,) = granted(session, cast, "Justina", outcome=Outcome.TRANSITION, **IN_TRANSITION)
    visits = ready(session, cast, "Basilia")
    row = session.exec(select(SealScope).where(SealScope.grant_id == hers.id)).one()
    session.add(SealScope(grant_id=hers.id, unit_id=visits[0].unit_id, product_code="papa"))
    session.flush()
    assert row.unit_id != visits[0].unit_id
    meeting = convened(session, cast, visits[0].round_id)
    decided(session, cast, meeting, visits, replaces=[hers.id])
    with pytest.raises(ClosingRefused) as refusal:
        closed(session, cast, meeting)
    assert {(each.code, each.reason) for each in refusal.value.reasons} == {
        ("no_overlap", "replaced_of_another")
    }


def test_a_renewal_starts_the_day_after(session: Session, cast: Cast) -> None:
    (first,) = granted(session, cast, "Justina")
    assert first.valid_until == date(2027, 6, 13)
    # The members and evaluators of 2025 sit until 28 February 2027: the seal of a meeting in May
    # needs an election; here the term was simply cut short when it was decided.
    first.valid_until = date(2027, 1, 31)
    session.add(first)
    later, visits = next_year(session, cast, first, date(2026, 12, 20), date(2026, 12, 10))
    meeting = convened(session, later, visits[0].round_id, held_on=date(2026, 12, 19))
    decided(session, later, meeting, visits)
    (second,) = closed(session, later, meeting).granted
    assert (second.valid_from, second.valid_until) == (date(2027, 2, 1), date(2028, 1, 31))
    assert first.state is SealState.GRANTED
    assert verify_code(session, later.now, second.code).verdict is Verdict.NOT_YET_VALID


def test_a_white_seal_beside_a_green_one_lowers_nobody(session: Session, cast: Cast) -> None:
    old = plot(last_input="never")
    young = plot(last_input="date", last_input_on=date(2025, 9, 1))
    land = {"units": [unit(plots=[old, young], crops=[crop(plot=0), crop("haba", plot=1)])]}
    visits = ready(session, cast, "Justina", **land)
    for number, (product, outcome) in enumerate(
        [("papa", Outcome.ORGANIC), ("haba", Outcome.TRANSITION)]
    ):
        meeting = convened(session, cast, visits[0].round_id, acta_number=f"{number}/2026")
        scope = [{"unit_id": visits[0].unit_id, "product_code": product}]
        decided(session, cast, meeting, visits, outcome, scope=scope)
        (grant,) = closed(session, cast, meeting).granted
    assert grant.category is Category.TRANSITION
    assert state_of(session, grant) is EnrolmentStatus.ORGANIC


# --- acknowledged --------------------------------------------------------------------------------


def test_the_family_knows_of_its_seal(session: Session, cast: Cast) -> None:
    one, two = granted(session, cast, "Justina", "Basilia")
    told = AcknowledgeIn(
        codes=[one.code, two.code], acknowledged_on=cast.today, witness="Julián Choque"
    )
    assert queries.visible_seals(session, cast.secretary, cast.today, unacknowledged=True)[1] == 2
    events = service.acknowledge(session, cast.secretary, cast.now, told)
    assert {(event.how, event.witness) for event in events} == {("assisted", "Julián Choque")}
    assert one.acknowledged_on == cast.today
    assert queries.visible_seals(session, cast.secretary, cast.today, unacknowledged=True)[1] == 0
    assert verify_code(session, cast.now, one.code).verdict is Verdict.VALID
    with pytest.raises(AlreadyAcknowledged):
        service.acknowledge(session, cast.secretary, cast.now, told)


def test_nobody_acknowledges_before_the_grant_or_ahead(session: Session, cast: Cast) -> None:
    (grant,) = granted(session, cast, "Justina")
    for day, code in (
        (date(2026, 6, 13), "acknowledged_before_grant"),
        (date(2026, 6, 16), "in_the_future"),
    ):
        told = AcknowledgeIn(codes=[grant.code], acknowledged_on=day, witness="Julián")
        with pytest.raises(Invalid) as refusal:
            service.acknowledge(session, cast.secretary, cast.now, told)
        assert [fault.code for fault in refusal.value.faults] == [code]


# --- suspended and withdrawn ---------------------------------------------------------------------


def test_the_control_body_suspends_with_a_reason_and_hears_the_family(
    session: Session, cast: Cast
) -> None:
    (grant,) = granted(session, cast, "Justina")
    unheard = HEARD.model_copy(update={"right_of_reply": None})
    with pytest.raises(Invalid) as refusal:
        service.suspend(session, cast.control, cast.now, grant.code, unheard)
    assert refusal.value.faults[0].field == "right_of_reply"
    event = service.suspend(session, cast.control, cast.now, grant.code, HEARD)
    assert event.details == {"right_of_reply": HEARD.right_of_reply}
    assert (grant.state, grant.reason_class) == (SealState.SUSPENDED, "prohibited_input")
    audited = session.exec(select(AuditEvent).where(AuditEvent.action == "seal.suspended")).one()
    assert (audited.actor_id, audited.committee_id) == (cast.control.id, cast.committee)
    for found in (
        verify_code(session, cast.now, grant.code),
        verify_token(session, keys(cast), cast.now, token_of(session, grant)),
    ):
        assert found.verdict is Verdict.SUSPENDED
        assert found.seal is not None
        assert found.seal.standing_since == cast.today


def test_what_control_suspended_only_control_reinstates(session: Session, cast: Cast) -> None:
    (grant,) = granted(session, cast, "Justina")
    service.suspend(session, cast.control, cast.now, grant.code, HEARD)
    later = on_day(cast, date(2026, 6, 20))
    kind = decided_against(session, later, grant, Outcome.WITH_CONDITIONS)
    with pytest.raises(SuspendedByControl):
        service.reinstate(session, cast.coordinator, later.now, grant.code, by_decision(kind))
    service.reinstate(session, cast.control, later.now, grant.code, HEARD)
    assert grant.state is SealState.GRANTED
    assert verify_code(session, later.now, grant.code).verdict is Verdict.VALID


def test_a_new_seal_is_no_way_around_the_control_body(session: Session, cast: Cast) -> None:
    young = {"units": [unit(plots=[plot(last_input="date", last_input_on=date(2024, 9, 1))])]}
    (white,) = granted(session, cast, "Justina", outcome=Outcome.TRANSITION, **young)
    service.suspend(session, cast.control, cast.now, white.code, HEARD)
    later, visits = next_year(session, cast, white, date(2026, 10, 5), date(2026, 9, 20))
    meeting = convened(session, later, visits[0].round_id, held_on=date(2026, 10, 4))
    choices: list[dict[str, Any]] = [{}, {"replaces": [white.id], "valid_from": meeting.held_on}]
    for chosen in choices:
        decided(session, later, meeting, visits, **chosen)
        with pytest.raises(ClosingRefused) as refusal:
            closed(session, later, meeting)
        assert {reason.code for reason in refusal.value.reasons} == {"no_overlap"}


def test_a_committee_needs_an_adopted_decision(session: Session, cast: Cast) -> None:
    (grant,) = granted(session, cast, "Justina")
    (other,) = granted(session, cast, "Basilia")
    bare = ActIn(reason_class=ReasonClass.OTHER, reason="Porque sí")
    with pytest.raises(Invalid) as refusal:
        service.suspend(session, cast.coordinator, cast.now, grant.code, bare)
    assert refusal.value.faults[0].field == "decision_id"
    granting = session.get_one(Decision, grant.decision_id)
    later = on_day(cast, date(2026, 7, 5))
    foreign = decided_against(session, later, other, Outcome.SUSPENSION)
    meeting = convened(session, later, granting.round_id, acta_number="9/2026", held_on=later.today)
    (draft,) = decided_about(
        session,
        later,
        meeting,
        [grant.producer_id],
        Outcome.SUSPENSION,
        reasons="Vendió ajeno",
    )
    for decision in (granting, foreign, draft):
        with pytest.raises(DecisionDoesNotSayThat):
            service.suspend(session, cast.coordinator, later.now, grant.code, by_decision(decision))
    closed(session, later, meeting)
    assert grant.state is SealState.SUSPENDED


def test_a_decision_of_suspension_reaches_every_seal_and_the_enrolment(
    session: Session, cast: Cast
) -> None:
    (grant,) = granted(session, cast, "Justina")
    later = on_day(cast, date(2026, 6, 20))
    decision = decided_against(session, later, grant, Outcome.SUSPENSION)
    last = queries.events_of(session, grant.id)[-1]
    assert (last.kind, last.decision_id) == (SealEventKind.SUSPENDED, decision.id)
    assert last.effective_on == date(2026, 6, 20)
    assert state_of(session, grant) is EnrolmentStatus.SUSPENDED

    after = on_day(cast, date(2026, 8, 1))
    lifted = decided_against(session, after, grant, Outcome.WITH_CONDITIONS)
    with pytest.raises(DecisionDoesNotSayThat):
        service.reinstate(session, cast.coordinator, after.now, grant.code, by_decision(decision))
    service.reinstate(session, cast.coordinator, after.now, grant.code, by_decision(lifted))
    assert grant.state is SealState.GRANTED
    assert state_of(session, grant) is EnrolmentStatus.ORGANIC
    assert verify_code(session, after.now, grant.code).verdict is Verdict.VALID


def test_an_exclusion_withdraws_the_seals_and_bars_the_way(session: Session, cast: Cast) -> None:
    (grant,) = granted(session, cast, "Justina")
    later = on_day(cast, date(2026, 6, 20))
    decided_against(session, later, grant, Outcome.EXCLUSION)
    assert grant.state is SealState.WITHDRAWN
    enrolment = session.get_one(Enrolment, grant.enrolment_id)
    assert (enrolment.status, enrolment.ended_on) == (EnrolmentStatus.EXCLUDED, later.today)
    sanction = session.exec(select(Sanction)).one()
    assert (sanction.kind, sanction.since) == (SanctionKind.EXCLUSION, later.today)
    assert sanction.code == "S000001"
    assert verify_code(session, later.now, grant.code).verdict is Verdict.WITHDRAWN
    round_id = session.get_one(Decision, grant.decision_id).round_id
    meeting = convened(session, later, round_id, acta_number="20/2026", held_on=later.today)
    with pytest.raises(Invalid) as refusal:
        decided_about(session, later, meeting, [grant.producer_id], Outcome.ORGANIC)
    assert refusal.value.faults[0].code == "not_enrolled"


def test_who_leaves_leaves_the_seals_too(session: Session, cast: Cast) -> None:
    one, held = granted(session, cast, "Justina", "Basilia")
    service.suspend(session, cast.control, cast.now, held.code, HEARD)
    left = StatusIn(status=EnrolmentStatus.WITHDRAWN, reason="Se va a Tiquipaya")
    for actor, refusal in ((NOBODY, Unauthenticated), (cast.coordinator_b, EnrolmentNotFound)):
        with pytest.raises(refusal):
            service.change_status(session, actor, cast.now, one.enrolment_id, left)
    for seal in (one, held):
        service.change_status(session, cast.secretary, cast.now, seal.enrolment_id, left)
        assert (seal.state, seal.reason_class) == (SealState.WITHDRAWN, "own_wish")
        assert state_of(session, seal) is EnrolmentStatus.WITHDRAWN
        found = verify_code(session, cast.now, seal.code)
        assert found.verdict is Verdict.WITHDRAWN
        last = queries.events_of(session, seal.id)[-1]
        assert (last.effective_on, last.reason) == (cast.today, "Se va a Tiquipaya")


def test_who_is_absent_for_a_while_keeps_the_seal(session: Session, cast: Cast) -> None:
    (seal,) = granted(session, cast, "Justina")
    away = StatusIn(status=EnrolmentStatus.ABSENT)
    service.change_status(session, cast.secretary, cast.now, seal.enrolment_id, away)
    assert seal.state is SealState.GRANTED


def test_a_withdrawal_is_for_good(session: Session, cast: Cast) -> None:
    (grant,) = granted(session, cast, "Justina")
    service.withdraw(session, cast.control, cast.now, grant.code, HEARD)
    with pytest.raises(MoveRefused):
        service.reinstate(session, cast.control, cast.now, grant.code, HEARD)
    with pytest.raises(MoveRefused):
        service.replace(
            session, cast.coordinator, cast.now, keys(cast), grant.code, ReplaceIn(reason="Nombre")
        )


def test_an_act_is_not_dated_before_the_last_one_nor_ahead(session: Session, cast: Cast) -> None:
    (grant,) = granted(session, cast, "Justina")
    for day, code in (
        (date(2026, 6, 13), "before_last_act"),
        (date(2026, 6, 16), "in_the_future"),
    ):
        dated = HEARD.model_copy(update={"effective_on": day})
        with pytest.raises(Invalid) as refusal:
            service.suspend(session, cast.control, cast.now, grant.code, dated)
        assert [fault.code for fault in refusal.value.faults] == [code]


def test_the_wrong_committee_and_nobody_touch_no_seal(session: Session, cast: Cast) -> None:
    (grant,) = granted(session, cast, "Justina")
    told = AcknowledgeIn(codes=[grant.code], acknowledged_on=cast.today, witness="Julián")
    anew = ReplaceIn(reason="Cambió el nombre")
    for actor, refusal in (
        (NOBODY, Unauthenticated),
        (cast.coordinator_b, SealNotFound),
        (cast.evaluator, Forbidden),
        (cast.member, Forbidden),
        (cast.cnape, Forbidden),
    ):
        for act in (service.suspend, service.reinstate, service.withdraw):
            with pytest.raises(refusal):
                act(session, actor, cast.now, grant.code, HEARD)
        with pytest.raises(refusal):
            service.acknowledge(session, actor, cast.now, told)
        with pytest.raises(refusal):
            service.replace(session, actor, cast.now, keys(cast), grant.code, anew)
    with pytest.raises(SealNotFound):
        service.suspend(session, cast.control, cast.now, "0000000000", HEARD)
    assert grant.state is SealState.GRANTED


# --- appeals -------------------------------------------------------------------------------------


def test_a_won_appeal_is_the_ground_of_the_reinstatement(session: Session, cast: Cast) -> None:
    (grant,) = granted(session, cast, "Justina")
    later = on_day(cast, date(2026, 6, 20))
    decision = decided_against(session, later, grant, Outcome.SUSPENSION)
    decisions.notify(session, cast.coordinator, later.now, [decision.id])
    appeal = decisions.file_appeal(
        session,
        cast.coordinator,
        later.now,
        decision.id,
        AppealIn(filed_on=later.today, grounds="La muestra no era de mi parcela"),
    )
    assert grant.state is SealState.SUSPENDED  # an appeal suspends nothing, and lifts nothing
    heard = on_day(cast, date(2026, 7, 3))
    meeting = decisions.convene(
        session,
        cast.coordinator,
        heard.now,
        MeetingIn(
            committee_id=cast.committee,
            body=BodyKind.APPEALS,
            held_on=heard.today,
            place="Sede",
            called_by="Benita Claros",
            acta_number="A-1/2026",
        ),
    )
    seats = [row.id for row in members_in_office(session, cast.appeals, heard.today)]
    told = AttendanceIn(members=seats)
    decisions.record_attendance(session, cast.coordinator, heard.now, meeting.id, told)
    decisions.answer_appeal(
        session,
        cast.coordinator,
        heard.now,
        appeal.id,
        AppealAnswerIn(
            meeting_id=meeting.id, outcome=AppealOutcome.REVOKED, answer="Se revoca la suspensión"
        ),
    )
    with pytest.raises(DecisionDoesNotSayThat):
        service.reinstate(session, cast.coordinator, heard.now, grant.code, by_decision(decision))
    assert closed(session, heard, meeting, cast.secretary).granted == []
    service.reinstate(session, cast.coordinator, heard.now, grant.code, by_decision(decision))
    assert verify_code(session, heard.now, grant.code).verdict is Verdict.VALID


# --- replaced ------------------------------------------------------------------------------------


def test_something_signed_changed_so_a_new_code_takes_the_old_ones_place(
    session: Session, cast: Cast
) -> None:
    (old,) = granted(session, cast, "Justina")
    producer = session.get_one(Producer, old.producer_id)
    told = ProducerCorrection(display_name="Familia Quispe", publication_consent=True)
    producers.correct_producer(session, cast.secretary, cast.now, producer.code, told)
    reason = ReplaceIn(reason="La familia consintió en publicar su nombre")
    new = service.replace(session, cast.coordinator, cast.now, keys(cast), old.code, reason)
    assert new.code != old.code
    assert (new.stall_name, new.valid_until) == ("Familia Quispe", old.valid_until)
    assert new.status_index != old.status_index
    assert unit_of(session, new) == unit_of(session, old)
    assert verify_token(session, keys(cast), cast.now, token_of(session, new)).seal is not None
    found = verify_token(session, keys(cast), cast.now, token_of(session, old))
    assert found.verdict is Verdict.REPLACED
    assert found.seal is not None
    assert found.seal.new_code == new.code


def test_a_seal_cut_short_gets_its_full_term_once_the_registration_is_renewed(
    session: Session, cast: Cast
) -> None:
    (old,) = granted(session, cast, "Justina")
    old.valid_until = date(2026, 9, 30)  # as if the registration had ended there
    session.add(old)
    wanted = ReplaceIn(reason="Registro renovado", valid_until=date(2027, 6, 13))
    new = service.replace(session, cast.coordinator, cast.now, keys(cast), old.code, wanted)
    assert new.valid_until == date(2027, 6, 13)
    longer = ReplaceIn(reason="Más", valid_until=date(2027, 6, 14))
    with pytest.raises(Invalid) as refusal:
        service.replace(session, cast.coordinator, cast.now, keys(cast), new.code, longer)
    assert refusal.value.faults[0].params == {"until": date(2027, 6, 13)}


def test_a_renewal_act_counts_for_the_replacement(session: Session, cast: Cast) -> None:
    """The registration ends on 28 February 2030; its renewal carries a seal past that day."""
    (old,) = granted(session, cast, "Justina")
    old.valid_from, old.valid_until = date(2029, 12, 1), date(2030, 2, 28)
    session.add(old)
    wanted = ReplaceIn(reason="Registro renovado", valid_until=date(2030, 11, 30))
    with pytest.raises(Invalid):
        service.replace(session, cast.coordinator, cast.now, keys(cast), old.code, wanted)
    renewal = RenewalIn(act_number="R.A. 300/2030", issued_on=cast.today, term_years=5)
    committees.renew_registration(session, cast.control, cast.now, cast.registration, renewal)
    new = service.replace(session, cast.coordinator, cast.now, keys(cast), old.code, wanted)
    assert new.valid_until == date(2030, 11, 30)


def test_a_longer_term_runs_into_no_other_seal_and_no_sanction(
    session: Session, cast: Cast
) -> None:
    (first,) = granted(session, cast, "Justina")
    first.valid_until = date(2027, 1, 31)
    session.add(first)
    later, visits = next_year(session, cast, first, date(2026, 12, 20), date(2026, 12, 10))
    meeting = convened(session, later, visits[0].round_id, held_on=date(2026, 12, 19))
    decided(session, later, meeting, visits)
    closed(session, later, meeting)
    wanted = ReplaceIn(reason="Plazo entero", valid_until=date(2027, 6, 13))
    with pytest.raises(Refused) as refusal:
        service.replace(session, cast.coordinator, later.now, keys(cast), first.code, wanted)
    assert [reason.code for reason in refusal.value.reasons] == ["no_overlap"]

    (other,) = granted(session, later, "Basilia")
    other.valid_until = date(2027, 1, 31)
    session.add(other)
    sanction = SanctionIn(
        producer_id=other.producer_id,
        spg_id=cast.spg,
        kind=SanctionKind.SUSPENSION,
        since=later.today,
        reason_class=ReasonClass.OTHER,
        reason="Informe",
    )
    service.impose(session, cast.control, later.now, sanction)
    wanted = ReplaceIn(reason="Plazo entero", valid_until=date(2027, 6, 13))
    with pytest.raises(Refused) as refusal:
        service.replace(session, cast.coordinator, later.now, keys(cast), other.code, wanted)
    assert [reason.code for reason in refusal.value.reasons] == ["not_sanctioned"]


def test_a_suspended_seal_is_not_replaced(session: Session, cast: Cast) -> None:
    (grant,) = granted(session, cast, "Justina", outcome=Outcome.TRANSITION, **IN_TRANSITION)
    service.suspend(session, cast.control, cast.now, grant.code, HEARD)
    with pytest.raises(Invalid):
        service.replace(
            session, cast.coordinator, cast.now, keys(cast), grant.code, ReplaceIn(reason="Nombre")
        )


# --- sanctions -----------------------------------------------------------------------------------


def test_a_mistaken_sanction_is_corrected_by_a_new_row(session: Session, cast: Cast) -> None:
    visits = ready(session, cast, "Justina")
    given: dict[str, Any] = {
        "producer_id": visits[0].producer_id,
        "spg_id": cast.spg,
        "since": date(2026, 6, 1),
        "reason_class": ReasonClass.OTHER,
        "reason": "Informe equivocado",
    }
    wrong = service.impose(
        session, cast.control, cast.now, SanctionIn(kind=SanctionKind.SUSPENSION, **given)
    )
    right = SanctionIn(kind=SanctionKind.WARNING, correction_of=wrong.id, **given)
    service.impose(session, cast.control, cast.now, right)
    meeting = convened(session, cast, visits[0].round_id)
    decided(session, cast, meeting, visits)
    assert closed(session, cast, meeting).granted
    assert queries.visible_sanctions(session, cast.coordinator)[1] == 2
    assert queries.visible_sanctions(session, cast.coordinator_b)[1] == 0


def test_the_wrong_committee_imposes_nothing(session: Session, cast: Cast) -> None:
    visits = ready(session, cast, "Justina")
    data = SanctionIn(
        producer_id=visits[0].producer_id,
        spg_id=cast.spg,
        kind=SanctionKind.WARNING,
        since=HELD_ON,
        reason_class=ReasonClass.OTHER,
        reason="Ajena",
    )
    for actor, refusal in (
        (NOBODY, Unauthenticated),
        (cast.coordinator_b, Forbidden),
        (cast.secretary, Forbidden),
        (cast.cnape, Forbidden),
    ):
        with pytest.raises(refusal):
            service.impose(session, actor, cast.now, data)

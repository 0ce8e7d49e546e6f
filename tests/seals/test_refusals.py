"""What the norm refuses at the closing: every reason comes back, and nothing is written."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlmodel import Session, func, select

from spg_registry.committees import service as committees
from spg_registry.committees.models import BodyKind
from spg_registry.committees.schemas import MemberIn, RegistrationChangeIn
from spg_registry.core.audit import AuditEvent
from spg_registry.core.errors import Forbidden, Refused, Unauthenticated
from spg_registry.core.permissions import NOBODY
from spg_registry.decisions import service as decisions
from spg_registry.decisions.errors import MeetingClosed, MeetingNotFound
from spg_registry.decisions.models import Decision, Meeting, MeetingState
from spg_registry.decisions.schemas import DecisionIn, WaiversIn
from spg_registry.producers import service as producers
from spg_registry.producers.schemas import EnrolmentIn, InterestIn
from spg_registry.rounds import service as rounds
from spg_registry.rounds.models import Round, Visit
from spg_registry.rounds.schemas import FindingIn
from spg_registry.rules.words import (
    Ballot,
    DecisionState,
    FindingClass,
    InterestKind,
    Outcome,
    RegistrationState,
    RoundState,
    SanctionKind,
    Sector,
)
from spg_registry.seals import service
from spg_registry.seals.errors import ClosingRefused, NothingDecided, RoundNotInDeliberation
from spg_registry.seals.models import SealEvent, SealGrant, SealToken
from spg_registry.seals.schemas import ReasonClass, SanctionIn
from tests.cast import Cast
from tests.producers.families import crop, plot, unit
from tests.rounds.stories import families
from tests.seals.stories import (
    EVERYBODY,
    HELD_ON,
    IN_TRANSITION,
    UNKNOWN,
    VISITED_ON,
    closed,
    codes_of,
    convened,
    decided,
    granted_by_b,
    ready,
    seat,
    visited,
)

Reasons = set[tuple[str, str]]


def refused(session: Session, cast: Cast, meeting: Meeting) -> dict[str, Reasons]:
    """The reasons by producer; and that nothing at all was written."""
    before = _footprint(session)
    with pytest.raises(ClosingRefused) as refusal:
        closed(session, cast, meeting)
    session.flush()
    assert _footprint(session) == before
    assert meeting.state is MeetingState.CONVENED
    told = refusal.value
    assert sum(map(len, told.by_producer.values())) == len(told.reasons)
    return {
        code: {(reason.code, reason.reason) for reason in reasons}
        for code, reasons in told.by_producer.items()
    }


def _footprint(session: Session) -> list[int]:
    tables = (SealGrant, SealEvent, SealToken, AuditEvent)
    counts = [session.exec(select(func.count()).select_from(table)).one() for table in tables]
    drafts = session.exec(select(Decision).where(Decision.state == DecisionState.DRAFT)).all()
    return [*counts, len(drafts)]


def reasons_for(session: Session, cast: Cast, visits: list[Visit], **other: Any) -> Reasons:
    """Why the first of these families does not get the green seal."""
    meeting = convened(session, cast, visits[0].round_id)
    decided(session, cast, meeting, visits, **other)
    (reasons,) = refused(session, cast, meeting).values()
    return reasons


def test_without_quorum(session: Session, cast: Cast) -> None:
    visits = ready(session, cast, "Justina")
    meeting = convened(session, cast, visits[0].round_id, present=("rosa", "lidia"))
    decided(session, cast, meeting, visits)
    assert refused(session, cast, meeting) == {
        codes_of(session, visits)[0]: {("quorum", "too_few")}
    }


def test_without_another_sector(session: Session, cast: Cast) -> None:
    visits = ready(session, cast, "Justina")
    meeting = convened(session, cast, visits[0].round_id, present=("rosa", "julian", "pedro"))
    decided(session, cast, meeting, visits)
    (reasons,) = refused(session, cast, meeting).values()
    assert reasons == {("quorum", "no_other_sector")}


def test_who_evaluated_neither_counts_nor_votes(session: Session, cast: Cast) -> None:
    """Nélida is elected into the body: she evaluated, so three of six are no quorum of five."""
    committees.seat_members(
        session,
        cast.coordinator,
        cast.now,
        cast.committee,
        [
            MemberIn(
                body=BodyKind.GUARANTEE,
                person_id=cast.persons["nelida"],
                sector=Sector.PRODUCER,
                term_from=date(2026, 6, 1),
            )
        ],
    )
    visits = ready(session, cast, "Justina")
    here = ("rosa", "lidia", "nelida")
    meeting = convened(session, cast, visits[0].round_id, present=here)
    decided(session, cast, meeting, visits)
    (judged,) = service.preview(session, cast.coordinator, meeting.id, cast.today)
    assert judged.recused == {seat(session, cast, "nelida")}
    (reasons,) = refused(session, cast, meeting).values()
    assert reasons == {("quorum", "too_few")}

    votes = {seat(session, cast, name): Ballot.FOR for name in here}
    decided(session, cast, meeting, visits, by_consensus=False, votes=votes)
    (reasons,) = refused(session, cast, meeting).values()
    assert reasons == {("quorum", "too_few"), ("recused", "evaluator_voted")}


def test_kin_and_who_declared_a_recusal_do_not_vote(session: Session, cast: Cast) -> None:
    visits = ready(session, cast, "Justina")
    kin = InterestIn(
        person_id=cast.persons["rosa"],
        producer_code=codes_of(session, visits)[0],
        kind=InterestKind.KIN,
        degree=1,
        since=date(2000, 1, 1),
    )
    producers.declare_interests(session, cast.secretary, cast.now, [kin])
    votes = {seat(session, cast, name): Ballot.FOR for name in EVERYBODY}
    reasons = reasons_for(
        session,
        cast,
        visits,
        by_consensus=False,
        votes=votes,
        recusals={seat(session, cast, "pedro"): "Le compra papa"},
    )
    assert reasons == {("recused", "interested_voted"), ("recused", "declared_voted")}


def test_more_votes_against_than_for(session: Session, cast: Cast) -> None:
    visits = ready(session, cast, "Justina")
    votes = {seat(session, cast, name): Ballot.AGAINST for name in EVERYBODY}
    votes[seat(session, cast, "rosa")] = Ballot.FOR
    reasons = reasons_for(session, cast, visits, by_consensus=False, votes=votes)
    assert reasons == {("decision_carried", "not_carried")}


def test_with_an_open_critical_finding(session: Session, cast: Cast) -> None:
    visits = ready(session, cast, "Justina")
    critical = FindingIn(
        visit_id=visits[0].id,
        grade=FindingClass.CRITICAL,
        description="Bidón de herbicida en el depósito",
        measure="Entregar el bidón y aislar la parcela",
        due_on=date(2026, 9, 1),
    )
    rounds.record_findings(session, cast.evaluator, cast.now, [critical])
    assert reasons_for(session, cast, visits) == {
        ("no_open_critical", "critical_open"),
        ("producer_acknowledged", "not_acknowledged"),
    }


def test_past_the_registration_of_the_spg(session: Session, cast: Cast) -> None:
    """Left to itself the term is cut at the registration's end; asked for more, it is refused."""
    visits = ready(session, cast, "Justina")
    reasons = reasons_for(session, cast, visits, valid_until=date(2030, 3, 1))
    assert reasons == {("validity_bounds", "past_registration"), ("validity_bounds", "too_long")}


@pytest.mark.parametrize(
    ("state", "reason"),
    [(RegistrationState.SUSPENDED, "suspended"), (RegistrationState.CANCELLED, "cancelled")],
)
def test_while_the_registration_is_not_in_force(
    session: Session, cast: Cast, state: RegistrationState, reason: str
) -> None:
    visits = ready(session, cast, "Justina")
    change = RegistrationChangeIn(state=state, effective_on=date(2026, 6, 1), reason="Auditoría")
    committees.change_registration(session, cast.control, cast.now, cast.registration, change)
    assert reasons_for(session, cast, visits) == {("spg_registration_in_force", reason)}


def test_twice_over_the_same_ground(session: Session, cast: Cast) -> None:
    visits = ready(session, cast, "Justina")
    first = convened(session, cast, visits[0].round_id)
    decided(session, cast, first, visits)
    closed(session, cast, first)
    second = convened(session, cast, visits[0].round_id, acta_number="99/2026")
    decided(session, cast, second, visits, valid_from=HELD_ON)
    (reasons,) = refused(session, cast, second).values()
    assert reasons == {("no_overlap", "overlaps")}


def test_a_renewal_long_before_the_end(session: Session, cast: Cast) -> None:
    visits = ready(session, cast, "Justina")
    first = convened(session, cast, visits[0].round_id)
    decided(session, cast, first, visits)
    closed(session, cast, first)
    second = convened(session, cast, visits[0].round_id, acta_number="99/2026")
    decided(session, cast, second, visits)
    (reasons,) = refused(session, cast, second).values()
    assert reasons == {("no_overlap", "decided_too_early")}


@pytest.mark.parametrize("outcome", [Outcome.ORGANIC, Outcome.TRANSITION])
def test_land_of_which_nobody_knows_the_last_input(
    session: Session, cast: Cast, outcome: Outcome
) -> None:
    visits = ready(session, cast, "Justina", **UNKNOWN)
    reasons = reasons_for(session, cast, visits, outcome=outcome)
    assert reasons == {("transition_complete", "input_unknown")}


def test_land_too_young_for_the_green_seal(session: Session, cast: Cast) -> None:
    visits = ready(session, cast, "Justina", **IN_TRANSITION)
    assert reasons_for(session, cast, visits) == {("transition_complete", "too_early")}


def test_without_a_pledge(session: Session, cast: Cast) -> None:
    visits = ready(session, cast, "Justina", enrolment=EnrolmentIn())
    assert reasons_for(session, cast, visits) == {("pledge_signed", "unsigned")}


def test_when_the_family_was_not_told(session: Session, cast: Cast) -> None:
    (home,) = families(session, cast, "Justina")
    visits = visited(session, cast, [home.units[0].unit.id], acknowledged=False)
    assert reasons_for(session, cast, visits) == {("producer_acknowledged", "not_acknowledged")}


def test_while_a_sanction_is_in_force(session: Session, cast: Cast) -> None:
    visits = ready(session, cast, "Justina")
    sanction = SanctionIn(
        producer_id=visits[0].producer_id,
        spg_id=cast.spg,
        kind=SanctionKind.SUSPENSION,
        since=date(2026, 6, 1),
        until=date(2026, 12, 1),
        reason_class=ReasonClass.MISUSE_OF_SEAL,
        reason="Vendió papa ajena con su sello",
    )
    service.impose(session, cast.control, cast.now, sanction)
    assert reasons_for(session, cast, visits) == {("not_sanctioned", "sanctioned_until")}


def test_all_reasons_of_all_families_come_back_at_once(session: Session, cast: Cast) -> None:
    bad = families(
        session,
        cast,
        "Justina",
        enrolment=EnrolmentIn(),
        units=[unit(plots=[plot(last_input="unknown"), plot(500)], crops=[crop(plot=0)])],
    )
    good = families(session, cast, "Basilia")
    homes = [*bad, *good]
    visits = visited(session, cast, [home.units[0].unit.id for home in homes], acknowledged=False)
    meeting = convened(session, cast, visits[0].round_id, present=("rosa",))
    decided(session, cast, meeting, visits)
    told = refused(session, cast, meeting)
    assert told == {
        bad[0].producer.code: {
            ("pledge_signed", "unsigned"),
            ("producer_acknowledged", "not_acknowledged"),
            ("quorum", "too_few"),
            ("quorum", "no_other_sector"),
            ("transition_complete", "input_unknown"),
        },
        good[0].producer.code: {
            ("producer_acknowledged", "not_acknowledged"),
            ("quorum", "too_few"),
            ("quorum", "no_other_sector"),
        },
    }


def test_one_family_that_may_not_holds_up_the_whole_acta(session: Session, cast: Cast) -> None:
    visits = ready(session, cast, "Basilia", "Sabina")
    meeting = convened(session, cast, visits[0].round_id)
    decided(session, cast, meeting, visits[:1])
    decided(session, cast, meeting, visits[1:], valid_until=date(2028, 1, 1))
    assert refused(session, cast, meeting) == {
        codes_of(session, visits)[1]: {("validity_bounds", "too_long")}
    }


def test_a_warning_wants_a_reason_for_the_whole_meeting(session: Session, cast: Cast) -> None:
    """Committee B was never recognised."""
    with pytest.raises(ClosingRefused) as refusal:
        granted_by_b(session, cast, waivers={})
    assert {reason.code for reason in refusal.value.reasons} == {"committee_recognised"}


def test_with_its_reason_a_warning_lets_pass_and_stays(session: Session, cast: Cast) -> None:
    why = {"committee_recognised": "El reconocimiento está en trámite en el concejo municipal"}
    (grant,) = granted_by_b(session, cast, waivers=why)
    decision = session.get_one(Decision, grant.decision_id)
    assert session.get_one(Meeting, decision.meeting_id).waivers == why
    assert {told["code"] for told in decision.verdicts if not told["met"]} == {
        "committee_recognised"
    }


def test_a_block_cannot_be_waived(session: Session, cast: Cast) -> None:
    visits = ready(session, cast, "Justina", enrolment=EnrolmentIn())
    meeting = convened(session, cast, visits[0].round_id)
    why = WaiversIn(waivers={"pledge_signed": "La firma después"})
    decisions.waive(session, cast.coordinator, cast.now, meeting.id, why)
    decided(session, cast, meeting, visits)
    (reasons,) = refused(session, cast, meeting).values()
    assert reasons == {("pledge_signed", "unsigned")}


def test_who_wrote_the_decisions_down_does_not_close_the_acta(session: Session, cast: Cast) -> None:
    visits = ready(session, cast, "Justina")
    meeting = convened(session, cast, visits[0].round_id)
    decided(session, cast, meeting, visits)
    with pytest.raises(Refused) as refusal:
        closed(session, cast, meeting, cast.coordinator)
    assert [reason.code for reason in refusal.value.reasons] == ["separate_hands"]
    assert closed(session, cast, meeting, cast.secretary).granted


def test_an_acta_without_a_decision_has_nothing_to_close(session: Session, cast: Cast) -> None:
    visits = ready(session, cast, "Justina")
    meeting = convened(session, cast, visits[0].round_id)
    with pytest.raises(NothingDecided):
        closed(session, cast, meeting)


def test_seals_are_granted_only_while_the_round_deliberates(session: Session, cast: Cast) -> None:
    visits = ready(session, cast, "Justina")
    meeting = convened(session, cast, visits[0].round_id)
    decided(session, cast, meeting, visits)
    ronda = session.get_one(Round, visits[0].round_id)
    for state in (RoundState.OPEN, RoundState.CLOSED):
        ronda.state = state
        session.flush()
        with pytest.raises(RoundNotInDeliberation):
            closed(session, cast, meeting)
    ronda.state = RoundState.CLOSED
    decided(session, cast, meeting, visits, Outcome.NOT_APPROVED, reasons="Usó urea")
    assert closed(session, cast, meeting).granted == []


def test_a_closed_acta_stays_as_it_is(session: Session, cast: Cast) -> None:
    visits = ready(session, cast, "Justina")
    meeting = convened(session, cast, visits[0].round_id)
    decided(session, cast, meeting, visits)
    closed(session, cast, meeting)
    again: list[Callable[[], object]] = [
        lambda: closed(session, cast, meeting),
        lambda: decided(session, cast, meeting, visits, Outcome.NOT_APPROVED, reasons="No"),
        lambda: decisions.waive(session, cast.coordinator, cast.now, meeting.id, WaiversIn()),
    ]
    for act in again:
        with pytest.raises(MeetingClosed):
            act()


def test_the_wrong_committee_and_nobody_close_nothing(session: Session, cast: Cast) -> None:
    visits = ready(session, cast, "Justina")
    meeting = convened(session, cast, visits[0].round_id)
    decided(session, cast, meeting, visits)
    batch = [DecisionIn(producer_id=visits[0].producer_id, outcome=Outcome.TRANSITION)]
    for actor, refusal in (
        (NOBODY, Unauthenticated),
        (cast.coordinator_b, MeetingNotFound),
        (cast.evaluator, MeetingNotFound),
        (cast.member, Forbidden),
        (cast.control, Forbidden),
        (cast.cnape, Forbidden),
    ):
        with pytest.raises(refusal):
            closed(session, cast, meeting, actor)
        with pytest.raises(refusal):
            decisions.decide_all(session, actor, cast.now, meeting.id, batch)
    with pytest.raises(Unauthenticated):
        service.preview(session, NOBODY, meeting.id, cast.today)
    with pytest.raises(MeetingNotFound):
        service.preview(session, cast.secretary_b, meeting.id, cast.today)
    assert service.preview(session, cast.control, meeting.id, cast.today)


def test_a_visit_after_the_meeting_counts_for_the_next_one(session: Session, cast: Cast) -> None:
    visits = ready(session, cast, "Justina")
    meeting = convened(session, cast, visits[0].round_id, held_on=date(2026, 6, 9))
    decided(session, cast, meeting, visits)
    (reasons,) = refused(session, cast, meeting).values()
    assert ("visit_recent", "after_decision") in reasons
    assert meeting.held_on < VISITED_ON

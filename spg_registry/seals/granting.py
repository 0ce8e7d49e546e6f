"""Close the acta and grant: one act, one transaction, whole or not at all.

In this order: may_grant for every decision → decisions adopted → grants and codes flushed → events
and audit → tokens signed and stored. The caller commits before anything is shown.
"""

import secrets
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlmodel import Session, col, func, select

from spg_registry.committees.queries import persons_in_office
from spg_registry.core import audit, clock, codes
from spg_registry.core.db import lock_all_writers
from spg_registry.core.errors import Refused
from spg_registry.core.keys import Keyring, Purpose
from spg_registry.core.locks import Lock
from spg_registry.core.moves import moved
from spg_registry.core.permissions import Actor, Permission, require
from spg_registry.decisions.errors import MeetingClosed
from spg_registry.decisions.models import Appeal, AppealState, Decision, Meeting, MeetingState
from spg_registry.decisions.queries import answered_in, decisions_of, get_meeting
from spg_registry.decisions.service import check_day, grants_seals, parameters_of
from spg_registry.producers.facts import enrolments_by_id
from spg_registry.producers.models import Producer
from spg_registry.rounds.models import Round
from spg_registry.rules.closing import may_close
from spg_registry.rules.states import GRANTS, Machine
from spg_registry.rules.verdict import NotMet, Verdict, plain
from spg_registry.rules.words import (
    Category,
    DecisionState,
    Outcome,
    RoundState,
    SealEventKind,
)
from spg_registry.seals import acta, signing
from spg_registry.seals.errors import (
    ClosingRefused,
    CorrectionGoesBeyond,
    NothingDecided,
    NotTheGrantingBody,
    RoundNotInDeliberation,
)
from spg_registry.seals.events import exclude, replace_seals, suspend_all, withdraw_corrected
from spg_registry.seals.hearing import Heard, hear
from spg_registry.seals.judging import Judged, judge
from spg_registry.seals.models import SealEvent, SealGrant, SealScope, SealToken
from spg_registry.seals.statuses import after_decisions_against, after_granting
from spg_registry.territory.atlas import atlas_of
from spg_registry.territory.models import Community, ProductGroup

"""Who grants waits for who is granting: two committees could otherwise overlap over one unit."""

LIST_SIZE = 131_072
"""Bits of one status list (trust.md section 5)."""

NewCode = Callable[[], str]


@dataclass(frozen=True)
class Closing:
    """What closing did: the decisions in their order, the seals that now exist, and the appeals
    that now have their answer."""

    meeting: Meeting
    decisions: list[Decision]
    granted: list[SealGrant]
    answered: list[Appeal] = field(default_factory=list)


def preview(session: Session, actor: Actor, meeting_id: int, today: date) -> list[Judged]:
    """What the norm would say if the acta were closed today."""
    meeting = get_meeting(session, actor, meeting_id)
    return judge(session, meeting, decisions_of(session, meeting.id), today)


def close_and_grant(
    session: Session,
    actor: Actor,
    now: datetime,
    keyring: Keyring,
    meeting_id: int,
    new_code: NewCode = codes.new_code,
) -> Closing:
    """Adopt a meeting's decisions, grant what they grant, and apply its answers to appeals.

    Raises ClosingRefused with every reason for every producer, MeetingClosed for whoever comes
    second, RoundNotInDeliberation or CorrectionGoesBeyond where seals would be granted outside
    of it, NotTheGrantingBody where by another body than the guarantee committee, Refused
    (`separate_hands`) for who also recorded the decisions. `new_code` is another source only in
    the demonstration, whose codes are repeatable.
    """
    meeting = get_meeting(session, actor, meeting_id)
    require(actor, Permission.ACTA_CLOSE, on=meeting.committee_id)
    lock_all_writers(session, Lock.GRANTING)
    # Somebody may have closed it, or be deciding still, while we stood in line.
    session.refresh(meeting, with_for_update=True)
    if meeting.state is MeetingState.CLOSED:
        raise MeetingClosed(id=meeting.id)
    check_day(meeting, now)
    drafts = decisions_of(session, meeting.id)
    answers = _answers(session, meeting)
    if not drafts and not answers:
        raise NothingDecided(id=meeting.id)
    _check_hands(session, actor, meeting)
    _check_round(session, meeting, drafts)
    judged = judge(session, meeting, drafts, clock.local_date(now))
    heard = hear(session, meeting, answers)
    _check_norm(session, judged, heard)
    _adopt(session, actor, now, meeting, judged)
    _apply(session, actor, now, meeting, heard)
    granted = _grant(session, actor, now, keyring, meeting, judged, new_code)
    _carry_out(session, actor, now, meeting, judged)
    acta.keep(session, meeting, judged)
    return Closing(meeting, drafts, granted, answers)


def _answers(session: Session, meeting: Meeting) -> list[Appeal]:
    """The drafts of answers, held: nobody takes one to another meeting meanwhile."""
    query = select(Appeal).where(Appeal.meeting_id == meeting.id, Appeal.state == AppealState.FILED)
    query = query.order_by(col(Appeal.id)).with_for_update()
    return list(session.exec(query.execution_options(populate_existing=True)))


def _check_round(session: Session, meeting: Meeting, drafts: Sequence[Decision]) -> None:
    """Held until the end: nobody closes the round while it grants. Once it is closed only a
    correction grants, to those of whom the acta that it corrects spoke."""
    granting = [draft for draft in drafts if draft.outcome in GRANTS]
    if not granting:
        return
    if not grants_seals(session, meeting):
        raise NotTheGrantingBody()
    query = select(Round).where(Round.id == meeting.round_id).with_for_update()
    ronda = session.exec(query.execution_options(populate_existing=True)).first()
    state = ronda.state if ronda else None
    if state is RoundState.CLOSED and meeting.corrects_id is not None:
        spoken = {row.id for row in decisions_of(session, meeting.corrects_id)}
        if any(draft.corrects_id not in spoken for draft in granting):
            raise CorrectionGoesBeyond(corrects=meeting.corrects_id)
    elif state is not RoundState.DELIBERATION:
        raise RoundNotInDeliberation(round=meeting.round_id)


def hands_of(session: Session, actor: Actor, meeting: Meeting) -> Verdict:
    """Nobody grants alone (domain.md section 4, last paragraph)."""
    members = persons_in_office(session, meeting.committee_id, meeting.held_on)
    recorders = {draft.recorded_by for draft in decisions_of(session, meeting.id)}
    recorders |= {appeal.recorded_by for appeal in answered_in(session, meeting.id)}
    return may_close(recorders, actor.hand, len(members), parameters_of(session, meeting))


def _check_hands(session: Session, actor: Actor, meeting: Meeting) -> None:
    verdict = hands_of(session, actor, meeting)
    if isinstance(verdict, NotMet):
        raise Refused([verdict])


def _check_norm(session: Session, judged: Sequence[Judged], heard: Sequence[Heard]) -> None:
    stopped: dict[int, tuple[NotMet, ...]] = defaultdict(tuple)
    found = [(one.decision.producer_id, one.stops) for one in judged]
    found += [(one.decision.producer_id, one.stops) for one in heard]
    for producer, stops in found:
        if stops:
            stopped[producer] += stops
    if stopped:
        code_of = _producer_codes(session, stopped)
        raise ClosingRefused({code_of[producer]: stops for producer, stops in stopped.items()})


def _producer_codes(session: Session, ids: Iterable[int]) -> dict[int, str]:
    query = select(Producer.id, Producer.code).where(col(Producer.id).in_(set(ids)))
    return dict(session.exec(query).all())


def _adopt(
    session: Session, actor: Actor, now: datetime, meeting: Meeting, judged: Sequence[Judged]
) -> None:
    today = clock.local_date(now)
    meeting.state = MeetingState.CLOSED
    meeting.closed_at = now
    meeting.closed_by = actor.id if actor.kind == "user" else None
    session.add(meeting)
    for one in judged:
        decision = one.decision
        decision.state = moved(Machine.DECISION, decision.state, DecisionState.ADOPTED)
        decision.state_since = today
        decision.verdicts = [plain(verdict) for verdict in one.verdicts]
        if one.category is not None:
            decision.valid_from = one.proposal.valid_from
            decision.valid_until = one.proposal.valid_until
            decision.replaces = list(one.replaces)
            decision.scope = [
                {
                    "unit_id": row.unit_id,
                    "product_code": row.product,
                    "area_m2": row.area_m2 or None,
                }
                for row in one.proposal.scope
            ]
        session.add(decision)
    audit.record(
        session,
        actor,
        now,
        "acta.close",
        "meeting",
        meeting.id,
        committee_id=meeting.committee_id,
        acta=meeting.acta_number,
        decisions=len(judged),
    )
    session.flush()


def _apply(
    session: Session, actor: Actor, now: datetime, meeting: Meeting, heard: Sequence[Heard]
) -> None:
    """The answers become what they say; what that means for a seal is an act of its own."""
    for one in heard:
        appeal, decision = one.appeal, one.decision
        outcome = AppealState(str(appeal.proposed))
        target = DecisionState(outcome.value)
        decision.state = moved(Machine.DECISION, decision.state, target)
        decision.state_since = clock.local_date(now)
        appeal.state, appeal.answered_on = outcome, meeting.held_on
        appeal.verdicts = [plain(verdict) for verdict in one.verdicts]
        session.add_all([decision, appeal])
        audit.record(
            session,
            actor,
            now,
            "appeal.decide",
            "appeal",
            appeal.id,
            committee_id=meeting.committee_id,
            decision=decision.id,
            outcome=outcome.value,
        )
    session.flush()


def _grant(
    session: Session,
    actor: Actor,
    now: datetime,
    keyring: Keyring,
    meeting: Meeting,
    judged: Sequence[Judged],
    new_code: NewCode,
) -> list[SealGrant]:
    granting = [one for one in judged if one.category is not None]
    if not granting:
        return []
    grants = _grant_rows(session, now, meeting, granting, new_code)
    replacing = {
        old: new for one, new in zip(granting, grants, strict=True) for old in one.replaces
    }
    # What is replaced steps aside first, so that the database's own guards see no overlap.
    old = replace_seals(session, actor, now, sorted(replacing), meeting.held_on)
    session.add_all(grants)
    session.flush()
    for event in old:
        event.replaced_by_id = replacing[event.grant_id].id
    for one, grant in zip(granting, grants, strict=True):
        session.add_all(_beside(now, actor, meeting, one, grant))
        audit.record(
            session,
            actor,
            now,
            "seal.grant",
            "seal_grant",
            grant.id,
            committee_id=grant.committee_id,
            code=grant.code,
            category=grant.category.value,
        )
    session.flush()
    after_granting(session, actor, now, grants, meeting.held_on)
    sign_all(session, now, keyring, grants)
    return grants


def _grant_rows(
    session: Session,
    now: datetime,
    meeting: Meeting,
    granting: Sequence[Judged],
    new_code: NewCode,
) -> list[SealGrant]:
    producers = _holders(session, [one.decision.producer_id for one in granting])
    enrolments = enrolments_by_id(session, (one.decision.enrolment_id for one in granting))
    groups = {code: row.group for code, row in atlas_of(session).products.items()}
    fresh = fresh_codes(session, len(granting), new_code)
    indexes = fresh_indexes(session, len(granting))
    standard = _standard_version(session, meeting)
    rows = []
    for one, code, index in zip(granting, fresh, indexes, strict=True):
        producer, municipality = producers[one.decision.producer_id]
        shown = signing.stall_name(producer.display_name) if producer.publication_consent else ""
        rows.append(
            SealGrant(
                code=code,
                decision_id=one.decision.id,
                producer_id=producer.id,
                enrolment_id=one.decision.enrolment_id,
                spg_id=enrolments[one.decision.enrolment_id].spg_id,
                committee_id=meeting.committee_id,
                category=one.category or Category.TRANSITION,
                valid_from=one.proposal.valid_from,
                valid_until=one.proposal.valid_until,
                municipality_code=municipality,
                community_id=producer.community_id,
                area_m2=one.area_m2,
                standard_version=standard,
                product_groups=signing.group_bits(
                    {ProductGroup(groups[row.product]) for row in one.proposal.scope}
                ),
                stall_name=shown,
                status_index=index,
                granted_at=now,
                state_since=meeting.held_on,
                replaces_id=one.replaces[0] if one.replaces else None,
            )
        )
    return rows


def _holders(session: Session, ids: Iterable[int]) -> dict[int, tuple[Producer, str]]:
    """Each producer with the municipality where it is at home."""
    rows = session.exec(
        select(Producer, Community.municipality_code)
        .where(Producer.community_id == Community.id)
        .where(col(Producer.id).in_(set(ids)))
    )
    return {producer.id: (producer, municipality) for producer, municipality in rows}


def _standard_version(session: Session, meeting: Meeting) -> str:
    """Of the standard that was frozen into the round when it opened."""
    frozen = session.exec(select(Round.frozen).where(Round.id == meeting.round_id)).first()
    return str(frozen["standard"]["label"])[:60] if frozen else ""


def fresh_codes(session: Session, count: int, new_code: NewCode) -> list[str]:
    """Codes that no seal ever had."""
    found: dict[str, None] = {}
    while len(found) < count:
        candidates = {new_code(): None for _ in range(count - len(found))}
        taken = set(session.exec(select(SealGrant.code).where(col(SealGrant.code).in_(candidates))))
        found.update((code, None) for code in candidates if code not in taken)
    return list(found)


def fresh_indexes(session: Session, count: int) -> list[int]:
    """Random places in the status lists, none used before.

    There are lists for twice as many seals as were ever granted, so that a free place is found
    quickly and its neighbours tell nothing about when it was taken.
    """
    ever = session.exec(select(func.max(SealGrant.id))).one() or 0
    places = LIST_SIZE * (1 + 2 * (ever + count) // LIST_SIZE)
    found: set[int] = set()
    while len(found) < count:
        candidates = {secrets.randbelow(places) for _ in range(count - len(found))} - found
        column = col(SealGrant.status_index)
        taken = set(session.exec(select(SealGrant.status_index).where(column.in_(candidates))))
        found |= candidates - taken
    drawn = list(found)
    secrets.SystemRandom().shuffle(drawn)
    return drawn


def _beside(
    now: datetime, actor: Actor, meeting: Meeting, one: Judged, grant: SealGrant
) -> Iterable[SealScope | SealEvent]:
    for row in one.proposal.scope:
        yield SealScope(
            grant_id=grant.id,
            unit_id=row.unit_id,
            product_code=row.product,
            area_m2=row.area_m2 or None,
        )
    yield SealEvent(
        grant_id=grant.id,
        kind=SealEventKind.GRANTED,
        effective_on=meeting.held_on,
        at=now,
        by_user=actor.id if actor.kind == "user" else None,
        decision_id=one.decision.id,
    )


def _carry_out(
    session: Session, actor: Actor, now: datetime, meeting: Meeting, judged: Sequence[Judged]
) -> None:
    """Decisions against a producer act on the seals in the same transaction."""
    decisions = [one.decision for one in judged]
    for decision in decisions:
        if decision.outcome is Outcome.SUSPENSION:
            suspend_all(session, actor, now, decision, meeting.held_on)
        elif decision.outcome is Outcome.EXCLUSION:
            exclude(session, actor, now, decision, meeting.held_on)
        elif decision.corrects_id is not None and decision.outcome is Outcome.NOT_APPROVED:
            withdraw_corrected(session, actor, now, decision, meeting.held_on)
    after_decisions_against(session, actor, now, meeting, decisions)
    session.flush()


def sign_all(
    session: Session, now: datetime, keyring: Keyring, grants: Sequence[SealGrant]
) -> list[SealToken]:
    """The signed statement of each grant, with the key that is active now."""
    key = keyring.active(Purpose.SEAL)
    tokens = [
        SealToken(
            grant_id=grant.id,
            kid=key.kid,
            token=signing.sign(payload_of(grant, key.number), key),
            made_at=now,
        )
        for grant in grants
    ]
    session.add_all(tokens)
    session.flush()
    return tokens


def payload_of(grant: SealGrant, key_number: int) -> signing.SealPayload:
    return signing.SealPayload(
        key_number=key_number,
        code=grant.code,
        category=grant.category,
        valid_from=grant.valid_from,
        valid_until=grant.valid_until,
        municipality=grant.municipality_code,
        status_index=grant.status_index,
        groups=signing.groups_of(grant.product_groups),
        name=grant.stall_name,
    )

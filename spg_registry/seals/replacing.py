"""A new code in an old one's place: something signed was wrong, or a term was cut short."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from sqlmodel import Session, select

from spg_registry.committees.queries import registrations_on
from spg_registry.core import audit, clock, codes
from spg_registry.core.db import lock_all_writers
from spg_registry.core.errors import Invalid, Refused
from spg_registry.core.keys import Keyring
from spg_registry.core.locks import Lock
from spg_registry.core.lots import by_id
from spg_registry.core.permissions import Actor, Permission, require
from spg_registry.decisions.models import Meeting
from spg_registry.decisions.queries import get_decision
from spg_registry.decisions.service import parameters_of
from spg_registry.producers.models import Producer
from spg_registry.rules.facts import Registration
from spg_registry.rules.months import Span, last_day
from spg_registry.rules.reading import covered_until
from spg_registry.rules.verdict import NotMet, Param
from spg_registry.rules.words import SealEventKind, SealState
from spg_registry.seals import signing
from spg_registry.seals.events import replace_seals
from spg_registry.seals.granting import fresh_codes, fresh_indexes, sign_all
from spg_registry.seals.judging import sanctions_of, standing_grants
from spg_registry.seals.models import SealEvent, SealGrant, SealScope
from spg_registry.seals.queries import get_seal
from spg_registry.seals.schemas import ReplaceIn


def replace(
    session: Session, actor: Actor, now: datetime, keyring: Keyring, code: str, data: ReplaceIn
) -> SealGrant:
    """The same decision's seal anew: today's consented name, and the term that the norm allows.

    A later end is taken only up to the full term and the end of the registration as renewed.
    """
    old = get_seal(session, actor, code)
    require(actor, Permission.SEAL_DECIDE, on=old.committee_id)
    lock_all_writers(session, Lock.GRANTING)
    session.refresh(old, with_for_update=True)
    _, meeting = get_decision(session, actor, old.decision_id)
    today = clock.local_date(now)
    until = _checked_end(session, old, meeting, data.valid_until, today)
    if until < today:
        raise Invalid.at("valid_until", "ends_before_start")
    if old.state is SealState.SUSPENDED:
        raise Invalid.at("code", "seal_suspended")
    (new,) = take_over(session, actor, now, keyring, [(old, until)], data.reason)
    return new


def take_over(
    session: Session,
    actor: Actor,
    now: datetime,
    keyring: Keyring,
    terms: Sequence[tuple[SealGrant, date]],
    reason: str,
) -> list[SealGrant]:
    """A new seal in the place of each, until the day beside it. The caller holds the lock of
    granting and has asked whether it may be; what is replaced steps aside first."""
    today = clock.local_date(now)
    olds = {old.id: old for old, _ in terms}
    events = {e.grant_id: e for e in replace_seals(session, actor, now, sorted(olds), today)}
    news = _copies(session, now, terms)
    session.add_all(news)
    session.flush()
    for (old, _), new in zip(terms, news, strict=True):
        event = events[old.id]
        event.reason, event.decision_id, event.replaced_by_id = reason, old.decision_id, new.id
        session.add(event)
        session.add_all(_scope_of(session, old, new))
        session.add(
            SealEvent(
                grant_id=new.id,
                kind=SealEventKind.GRANTED,
                effective_on=today,
                at=now,
                by_user=actor.id if actor.kind == "user" else None,
                decision_id=new.decision_id,
            )
        )
        audit.record(
            session,
            actor,
            now,
            "seal.replace",
            "seal_grant",
            new.id,
            committee_id=new.committee_id,
            code=new.code,
            old=old.code,
        )
    session.flush()
    sign_all(session, now, keyring, news)
    return news


def _checked_end(
    session: Session, old: SealGrant, meeting: Meeting, wanted: date | None, today: date
) -> date:
    if wanted is None or wanted == old.valid_until:
        return old.valid_until
    if wanted < old.valid_from:
        raise Invalid.at("valid_until", "ends_before_start")
    if wanted > old.valid_until:
        _check_longer(session, old, meeting, wanted, today)
    return wanted


def _check_longer(
    session: Session, old: SealGrant, meeting: Meeting, wanted: date, today: date
) -> None:
    limit = longest_end(session, old, meeting, today)
    if wanted > limit:
        raise Invalid.at("valid_until", "past_the_term", until=limit)
    if reasons := stops_longer(session, old, wanted, today):
        raise Refused(reasons)


def longest_end(session: Session, old: SealGrant, meeting: Meeting, today: date) -> date:
    """The full term, cut at the end of the registration as it is known today."""
    terms = registrations_on(session, [old.spg_id], today).get(old.spg_id, [])
    covered = covered_until(
        [Registration(state, Span(row.issued_on, row.until)) for row, state in terms], today
    )
    full = last_day(old.valid_from, parameters_of(session, meeting).validity_months)
    return min(full, covered) if covered is not None else old.valid_until


def stops_longer(session: Session, old: SealGrant, wanted: date, today: date) -> tuple[NotMet, ...]:
    """A longer term is a grant of days: what would stand in a grant's way stands in its way."""
    sanctions = sanctions_of(session, [old.producer_id])[old.producer_id]
    if any(sanction.span.covers(today) for sanction in sanctions):
        return (NotMet("not_sanctioned", "sanctioned", {"on": today}),)
    return tuple(_overlaps(session, old, Span(old.valid_from, wanted)))


def _overlaps(session: Session, old: SealGrant, validity: Span) -> Iterator[NotMet]:
    rows = session.exec(select(SealScope).where(SealScope.grant_id == old.id)).all()
    standing = standing_grants(session, {row.unit_id for row in rows})
    for row in rows:
        pair = (row.unit_id, row.product_code)
        for other in standing[row.unit_id]:
            if other.grant_id == old.id or pair not in other.scope:
                continue
            first, last = other.validity.first, other.validity.last
            if first is not None and last is not None and validity.meets(other.validity):
                params: dict[str, Param] = {"grant": other.grant_id, "unit": row.unit_id}
                params |= {"product": row.product_code, "valid_from": first, "valid_until": last}
                yield NotMet("no_overlap", "overlaps", params)


def _copies(
    session: Session, now: datetime, terms: Sequence[tuple[SealGrant, date]]
) -> list[SealGrant]:
    producers = by_id(session, Producer, [old.producer_id for old, _ in terms])
    fresh = fresh_codes(session, len(terms), codes.new_code)
    indexes = fresh_indexes(session, len(terms))
    return [
        _copy(now, old, until, producers[old.producer_id], code, index)
        for (old, until), code, index in zip(terms, fresh, indexes, strict=True)
    ]


def _copy(
    now: datetime, old: SealGrant, until: date, producer: Producer, code: str, index: int
) -> SealGrant:
    kept = old.model_dump(
        include={
            *("decision_id", "producer_id", "enrolment_id", "spg_id", "committee_id", "category"),
            *("valid_from", "municipality_code", "standard_version", "product_groups"),
            *("community_id", "area_m2"),
        }
    )
    name = signing.stall_name(producer.display_name) if producer.publication_consent else ""
    return SealGrant(
        **kept,
        code=code,
        status_index=index,
        valid_until=until,
        stall_name=name,
        granted_at=now,
        state_since=clock.local_date(now),
        replaces_id=old.id,
    )


def _scope_of(session: Session, old: SealGrant, new: SealGrant) -> list[SealScope]:
    rows = session.exec(select(SealScope).where(SealScope.grant_id == old.id))
    return [
        SealScope(
            grant_id=new.id,
            unit_id=row.unit_id,
            product_code=row.product_code,
            area_m2=row.area_m2,
        )
        for row in rows
    ]

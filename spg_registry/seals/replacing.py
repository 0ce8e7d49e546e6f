"""A new code in an old one's place: something signed was wrong, or a term was cut short."""

from collections.abc import Iterator
from datetime import date, datetime

from sqlmodel import Session, select

from spg_registry.committees.queries import registrations_on
from spg_registry.core import audit, clock, codes
from spg_registry.core.db import lock_all_writers
from spg_registry.core.errors import Invalid, Refused
from spg_registry.core.keys import Keyring
from spg_registry.core.locks import Lock
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
from spg_registry.seals.errors import SealNotFound
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
    decision, meeting = get_decision(session, actor, old.decision_id)
    today = clock.local_date(now)
    until = _checked_end(session, old, meeting, data.valid_until, today)
    if until < today:
        raise Invalid.at("valid_until", "ends_before_start")
    if old.state is SealState.SUSPENDED:
        raise Invalid.at("code", "seal_suspended")
    [event] = replace_seals(session, actor, now, [old.id], today)
    event.reason, event.decision_id = data.reason, decision.id
    new = _copy(session, now, old, until)
    session.add(new)
    session.flush()
    event.replaced_by_id = new.id
    session.add_all(_scope_of(session, old, new))
    session.add(
        SealEvent(
            grant_id=new.id,
            kind=SealEventKind.GRANTED,
            effective_on=today,
            at=now,
            by_user=actor.id if actor.kind == "user" else None,
            decision_id=decision.id,
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
    sign_all(session, now, keyring, [new])
    return new


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
    """A longer term is a grant of days: what would stand in a grant's way stands in its way."""
    terms = registrations_on(session, [old.spg_id], today).get(old.spg_id, [])
    covered = covered_until(
        [Registration(state, Span(row.issued_on, row.until)) for row, state in terms], today
    )
    full = last_day(old.valid_from, parameters_of(session, meeting).validity_months)
    limit = min(full, covered) if covered is not None else old.valid_until
    if wanted > limit:
        raise Invalid.at("valid_until", "past_the_term", until=limit)
    sanctions = sanctions_of(session, [old.producer_id])[old.producer_id]
    if any(sanction.span.covers(today) for sanction in sanctions):
        raise Refused([NotMet("not_sanctioned", "sanctioned", {"on": today})])
    if reasons := tuple(_overlaps(session, old, Span(old.valid_from, wanted))):
        raise Refused(reasons)


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


def _copy(session: Session, now: datetime, old: SealGrant, until: date) -> SealGrant:
    producer = session.exec(select(Producer).where(Producer.id == old.producer_id)).first()
    if producer is None:
        raise SealNotFound(code=old.code)
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
        code=fresh_codes(session, 1, codes.new_code)[0],
        status_index=fresh_indexes(session, 1)[0],
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

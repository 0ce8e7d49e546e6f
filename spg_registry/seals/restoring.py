"""Seals that were cut at the end of a registration get their full term once it is renewed, all in
one act (domain.md section 4, last paragraph)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from spg_registry.committees.queries import get_spg, registrations_on
from spg_registry.core import audit, clock
from spg_registry.core.db import lock_all_writers
from spg_registry.core.errors import Invalid
from spg_registry.core.keys import Keyring
from spg_registry.core.locks import Lock
from spg_registry.core.permissions import Actor, Permission, require
from spg_registry.decisions.models import Decision, Meeting
from spg_registry.producers.models import Producer
from spg_registry.rules.states import STANDING
from spg_registry.rules.verdict import NotMet
from spg_registry.rules.words import SealState
from spg_registry.seals.models import SealGrant
from spg_registry.seals.replacing import longest_end, stops_longer, take_over
from spg_registry.seals.schemas import RestoreIn


@dataclass(frozen=True)
class CutShort:
    """A seal that ends with a former term of the registration. `until` is what it may get;
    `stops` says why not, and a suspended one waits for its reinstatement."""

    grant: SealGrant
    producer: Producer
    until: date
    stops: tuple[NotMet, ...]

    @property
    def is_suspended(self) -> bool:
        return self.grant.state is SealState.SUSPENDED

    @property
    def can_be(self) -> bool:
        return not self.stops and not self.is_suspended


def cut_short(session: Session, actor: Actor, spg_id: int, on: date) -> list[CutShort]:
    """In the order of granting. One that was shortened by hand is not among them."""
    spg = get_spg(session, actor, spg_id)
    require(actor, Permission.SEAL_READ, on=spg.committee_id)
    terms = registrations_on(session, [spg.id], on).get(spg.id, [])
    ends = {row.until for row, _ in terms}
    query = (
        select(SealGrant, Producer, Meeting)
        .where(SealGrant.producer_id == Producer.id, SealGrant.decision_id == Decision.id)
        .where(Decision.meeting_id == Meeting.id, SealGrant.spg_id == spg.id)
        .where(col(SealGrant.valid_until).in_(ends))
        .where(col(SealGrant.state).in_(STANDING))
        .order_by(col(SealGrant.id))
    )
    found = []
    for grant, producer, meeting in session.exec(query):
        until = longest_end(session, grant, meeting, on)
        if until > grant.valid_until and until >= on:
            stops = stops_longer(session, grant, until, on)
            found.append(CutShort(grant, producer, until, stops))
    return found


def restore(
    session: Session,
    actor: Actor,
    now: datetime,
    keyring: Keyring,
    spg_id: int,
    data: RestoreIn,
) -> list[SealGrant]:
    """Replace the named ones, all or none; the acta is kept with each of them."""
    spg = get_spg(session, actor, spg_id)
    require(actor, Permission.SEAL_DECIDE, on=spg.committee_id)
    lock_all_writers(session, Lock.GRANTING)
    chosen = _chosen(cut_short(session, actor, spg_id, clock.local_date(now)), data.codes)
    terms = [(one.grant, one.until) for one in chosen]
    news = take_over(session, actor, now, keyring, terms, f"Acta {data.acta}")
    audit.record(
        session,
        actor,
        now,
        "seal.restore",
        "spg",
        spg.id,
        committee_id=spg.committee_id,
        acta=data.acta,
        seals=len(news),
    )
    return news


def _chosen(listed: Sequence[CutShort], codes: Sequence[str]) -> list[CutShort]:
    """Somebody may have acted on one of them since the page was shown: then nothing is done."""
    known = {one.grant.code: one for one in listed if one.can_be}
    missing = [code for code in codes if code not in known]
    if missing:
        raise Invalid.at("codes", "term_not_restorable", count=len(missing))
    return [known[code] for code in dict.fromkeys(codes)]

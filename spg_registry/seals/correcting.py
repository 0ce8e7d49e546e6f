"""The administrative correction of a seal's record: what is not signed follows the corrected land.

What the signature covers (dates, category, place, name, groups of products) is never corrected: a
new code takes the old one's place (`replacing`), or a meeting decides.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, select

from spg_registry.core import audit, clock
from spg_registry.core.errors import Invalid, MoveRefused
from spg_registry.core.permissions import Actor, Permission, require
from spg_registry.decisions.models import Decision, Meeting
from spg_registry.producers.facts import units_of
from spg_registry.rules.states import STANDING
from spg_registry.rules.words import SealEventKind
from spg_registry.seals.judging import area_of, land_of
from spg_registry.seals.models import SealEvent, SealGrant, SealScope
from spg_registry.seals.queries import get_seal
from spg_registry.seals.schemas import CorrectIn


@dataclass(frozen=True)
class Difference:
    """One figure of the record: what it says, and what the land on record says today."""

    unit_id: int | None
    """None for the seal as a whole."""
    product_code: str
    before: int | None
    after: int | None


def differences(session: Session, grant: SealGrant) -> list[Difference]:
    """Areas by today's records of the day of the decision."""
    decision = session.get_one(Decision, grant.decision_id)
    held_on = session.get_one(Meeting, decision.meeting_id).held_on
    units = units_of(session, [grant.producer_id], held_on)[grant.producer_id]
    by_id = {unit.unit_id: unit for unit in units}
    found = []
    rows = session.exec(select(SealScope).where(SealScope.grant_id == grant.id)).all()
    for row in rows:
        unit = by_id.get(row.unit_id)
        after = area_of(unit, row.product_code) if unit else None
        if after != row.area_m2:
            found.append(Difference(row.unit_id, row.product_code, row.area_m2, after))
    whole = land_of({(row.unit_id, row.product_code) for row in rows}, units)
    if whole != grant.area_m2:
        found.append(Difference(None, "", grant.area_m2, whole))
    return found


def correct(session: Session, actor: Actor, now: datetime, code: str, data: CorrectIn) -> SealEvent:
    """Write down what the corrected records say, and that somebody looked at the seal: without
    any difference the event says that it was found in order."""
    found = get_seal(session, actor, code)
    require(actor, Permission.SEAL_DECIDE, on=found.committee_id)
    query = select(SealGrant).where(SealGrant.id == found.id).with_for_update()
    grant = session.exec(query.execution_options(populate_existing=True)).one()
    if grant.state not in STANDING:
        raise MoveRefused(machine="seal", origin=grant.state.value, target="corrected")
    changed = differences(session, grant)
    if any(one.after is None for one in changed if one.unit_id is not None):
        raise Invalid.at("reason", "scope_without_land")
    for one in changed:
        if one.unit_id is None:
            grant.area_m2 = one.after
        else:
            place = (grant.id, one.unit_id, one.product_code)
            session.get_one(SealScope, place).area_m2 = one.after
    event = SealEvent(
        grant_id=grant.id,
        kind=SealEventKind.CORRECTED,
        effective_on=clock.local_date(now),
        at=now,
        reason=data.reason,
        by_user=actor.id if actor.kind == "user" else None,
        decision_id=grant.decision_id,
        details={
            "changes": [[one.unit_id, one.product_code, one.before, one.after] for one in changed]
        },
    )
    session.add_all([grant, event])
    audit.record(
        session,
        actor,
        now,
        "seal.corrected",
        "seal_grant",
        grant.id,
        committee_id=grant.committee_id,
        code=grant.code,
        changes=len(changed),
    )
    session.flush()
    return event

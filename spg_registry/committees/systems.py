"""Guarantee systems and their registration at the control body.

A registration's state is what its last event made it; events are appended, the row repeats the
state for quick reading. What the control body calls its acts is kept letter for letter.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final

from sqlmodel import Session, col, func, select

from spg_registry.committees.errors import (
    CommitteeNotFound,
    NotRenewable,
    RegistrationStanding,
    SpgNotFound,
)
from spg_registry.committees.models import (
    Committee,
    Spg,
    SpgMunicipality,
    SpgRegistration,
    SpgRegistrationEvent,
)
from spg_registry.committees.queries import (
    get_registration,
    municipalities_of,
    registrations_of,
)
from spg_registry.committees.schemas import (
    RegistrationChangeIn,
    RegistrationIn,
    RenewalIn,
    SpgIn,
)
from spg_registry.core import audit, clock, history
from spg_registry.core.db import lock_all_writers
from spg_registry.core.errors import Fault, Invalid, MoveRefused
from spg_registry.core.locks import Lock
from spg_registry.core.permissions import Actor, Permission, require
from spg_registry.rules.months import last_day
from spg_registry.rules.states import Machine, move
from spg_registry.rules.verdict import NotMet
from spg_registry.rules.words import RegistrationState

_MONTHS: Final = 12


def found_spgs(session: Session, actor: Actor, now: datetime, batch: Sequence[SpgIn]) -> list[Spg]:
    """New guarantee systems, each coded `SPG-<municipality>-<n>` in this registry's own series."""
    require(actor, Permission.COMMITTEE_CREATE)
    _check_places(session, batch)
    lock_all_writers(session, Lock.SPG_CODES)
    rows = []
    for data in batch:
        row = Spg(
            code=_next_code(session, data.municipality_codes[0]),
            committee_id=data.committee_id,
            name=data.name,
            kind=data.kind,
            representative=data.representative,
            created_on=data.created_on or clock.local_date(now),
        )
        session.add(row)
        session.flush()
        session.add_all(
            SpgMunicipality(spg_id=row.id, municipality_code=code)
            for code in dict.fromkeys(data.municipality_codes)
        )
        audit.record(
            session,
            actor,
            now,
            "spg.found",
            "spg",
            row.id,
            committee_id=row.committee_id,
            code=row.code,
        )
        rows.append(row)
    session.flush()
    return rows


def _check_places(session: Session, batch: Sequence[SpgIn]) -> None:
    """A committee's SPG lies within the committee's municipalities."""
    wanted = {data.committee_id for data in batch}
    known = set(session.exec(select(Committee.id).where(col(Committee.id).in_(wanted))))
    if wanted - known:
        raise CommitteeNotFound(id=min(wanted - known))
    places = municipalities_of(session, wanted)
    faults = []
    for n, data in enumerate(batch):
        outside = sorted(set(data.municipality_codes) - set(places[data.committee_id]))
        if outside:
            spot = "municipality_codes" if len(batch) == 1 else f"{n}-municipality_codes"
            faults.append(Fault(spot, "spg_municipality_outside", {"codes": " ".join(outside)}))
    if faults:
        raise Invalid(*faults)


def _next_code(session: Session, municipality_code: str) -> str:
    series = f"SPG-{municipality_code}-"
    count = session.exec(
        select(func.count()).select_from(Spg).where(col(Spg.code).startswith(series))
    ).one()
    return f"{series}{count + 1}"


def register_spgs(
    session: Session, actor: Actor, now: datetime, batch: Sequence[RegistrationIn]
) -> list[SpgRegistration]:
    """The first registration of an SPG, or a new one after the last ended or was cancelled.

    Only the control body. Raises RegistrationStanding while another registration stands, Invalid
    at `act_number` for a number that the issuer has given before.
    """
    require(actor, Permission.SPG_REGISTER)
    rows = []
    for place, data in enumerate(batch):
        spg = _spg(session, data.spg_id)
        for earlier in registrations_of(session, spg.id):
            if earlier.state != RegistrationState.CANCELLED and earlier.until >= data.issued_on:
                raise RegistrationStanding(act_number=earlier.act_number)
        _check_number(session, data.issuer, data.act_number, batch, place)
        row = SpgRegistration(
            spg_id=spg.id,
            issuer=data.issuer,
            act_number=data.act_number,
            issued_on=data.issued_on,
            term_years=data.term_years,
            until=last_day(data.issued_on, _MONTHS * data.term_years),
            state=data.state,
            state_since=data.issued_on,
        )
        rows.append(_begin(session, actor, now, spg, row, "spg.register"))
    return rows


def renew_registration(
    session: Session, actor: Actor, now: datetime, registration_id: int, data: RenewalIn
) -> SpgRegistration:
    """A new term of an SPG whose registration is in force or has just run out.

    Given early, the years count from the day after the old term's last, so that nobody loses days
    by being punctual. Raises NotRenewable for one in process, suspended or cancelled.
    """
    old, spg = get_registration(session, actor, registration_id)
    require(actor, Permission.SPG_REGISTER)
    latest = max(registrations_of(session, spg.id), key=lambda row: (row.until, row.id))
    if old.state != RegistrationState.IN_FORCE or latest.id != old.id:
        raise NotRenewable(act_number=old.act_number)
    if data.issued_on <= old.issued_on:
        raise Invalid.at("issued_on", "renewal_before_term", issued_on=old.issued_on)
    _check_number(session, old.issuer, data.act_number, [data], 0)
    first = max(data.issued_on, old.until + timedelta(days=1))
    row = SpgRegistration(
        spg_id=spg.id,
        issuer=old.issuer,
        act_number=data.act_number,
        issued_on=data.issued_on,
        term_years=data.term_years,
        until=last_day(first, _MONTHS * data.term_years),
        state=RegistrationState.IN_FORCE,
        state_since=data.issued_on,
    )
    return _begin(session, actor, now, spg, row, "spg.renew")


def change_registration(
    session: Session,
    actor: Actor,
    now: datetime,
    registration_id: int,
    data: RegistrationChangeIn,
) -> SpgRegistration:
    """Admit, suspend, reinstate or cancel. A renewal given already follows its registration.

    Existing seals do not change by this: they change only by events of their own. Raises
    MoveRefused for what is no move, Invalid at `reason` for a suspension or a cancellation
    without one, at `effective_on` for a day before the last event.
    """
    registration, spg = get_registration(session, actor, registration_id)
    require(actor, Permission.SPG_REGISTER)
    _hold(session, spg)
    verdict = move(Machine.REGISTRATION, registration.state, data.state)
    if isinstance(verdict, NotMet):
        raise MoveRefused(
            machine=str(Machine.REGISTRATION),
            origin=str(registration.state),
            target=str(data.state),
        )
    if data.state != RegistrationState.IN_FORCE and not data.reason:
        raise Invalid.at("reason", "required")
    if data.effective_on < registration.state_since:
        raise Invalid.at("effective_on", "event_before_last", since=registration.state_since)
    before = registration.state
    for row in registrations_of(session, spg.id):
        if row.id == registration.id or (row.until > registration.until and row.state == before):
            _turn(session, row, data.state, data.effective_on, data.act, data.reason)
            audit.record(
                session,
                actor,
                now,
                f"spg.registration_{data.state}",
                "spg_registration",
                row.id,
                committee_id=spg.committee_id,
                act=data.act,
            )
    session.flush()
    return registration


def _hold(session: Session, spg: Spg) -> None:
    """All its registrations held and read anew: one act on them comes after the other."""
    query = select(SpgRegistration).where(SpgRegistration.spg_id == spg.id)
    query = query.order_by(col(SpgRegistration.id)).with_for_update()
    session.exec(query.execution_options(populate_existing=True)).all()


def _begin(
    session: Session,
    actor: Actor,
    now: datetime,
    spg: Spg,
    row: SpgRegistration,
    action: str,
) -> SpgRegistration:
    history.effective(session, row.issued_on)
    session.add(row)
    session.flush()
    _turn(session, row, row.state, row.issued_on, row.act_number, None)
    history.effective(session, None)
    audit.record(
        session,
        actor,
        now,
        action,
        "spg_registration",
        row.id,
        committee_id=spg.committee_id,
        act=row.act_number,
        until=row.until.isoformat(),
    )
    session.flush()
    return row


def _turn(
    session: Session,
    row: SpgRegistration,
    state: RegistrationState,
    on: date,
    act: str | None,
    reason: str | None,
) -> None:
    """Append the event, then let the row repeat it, both counting from the same day."""
    session.add(
        SpgRegistrationEvent(
            registration_id=row.id, state=state, effective_on=on, act=act, reason=reason
        )
    )
    row.state, row.state_since = state, max(on, row.issued_on)
    history.effective(session, on)
    session.flush()
    history.effective(session, None)


def _spg(session: Session, spg_id: int) -> Spg:
    found = session.get(Spg, spg_id)
    if found is None:
        raise SpgNotFound(id=spg_id)
    return found


def _check_number(
    session: Session, issuer: str, number: str, batch: Sequence[object], place: int
) -> None:
    taken = session.exec(
        select(SpgRegistration.id).where(
            SpgRegistration.issuer == issuer, SpgRegistration.act_number == number
        )
    ).first()
    if taken is not None:
        spot = "act_number" if len(batch) == 1 else f"{place}-act_number"
        raise Invalid.at(spot, "act_number_taken", act_number=number, issuer=issuer)

"""The register's SQL says what the rules say, in every combination."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import product

import pytest
from sqlalchemy import text
from sqlmodel import Session, select

from spg_registry.committees import queries as committees
from spg_registry.committees.models import Spg, SpgRegistration, SpgRegistrationEvent
from spg_registry.core.db import Database
from spg_registry.register.columns import Profile, TableName
from spg_registry.register.reconciliation import CHECKS
from spg_registry.register.standing import STANDING, VALID
from spg_registry.register.tables import Extract, chunks_of
from spg_registry.rules.months import Span
from spg_registry.rules.standing import SealEvent, SealStanding, standing_on
from spg_registry.rules.words import RegistrationState, SealEventKind, SealState
from spg_registry.seals.models import SealGrant
from spg_registry.seals.queries import stands
from tests.cast import Cast
from tests.register.scene import JUSTINA, grant_of

FIRST, LAST = date(2026, 3, 1), date(2027, 2, 28)
DAY = timedelta(days=1)
DAYS = (FIRST - DAY, FIRST, FIRST + DAY, LAST - DAY, LAST, LAST + DAY)
MADE_BY = {
    SealState.GRANTED: (SealEventKind.GRANTED,),
    SealState.SUSPENDED: (SealEventKind.GRANTED, SealEventKind.SUSPENDED),
    SealState.WITHDRAWN: (SealEventKind.GRANTED, SealEventKind.SUSPENDED, SealEventKind.WITHDRAWN),
    SealState.REPLACED: (SealEventKind.GRANTED, SealEventKind.REPLACED),
}


@pytest.fixture
def scratch(played: Database) -> Iterator[Session]:
    """Written to and never committed."""
    with played.open(writes=True) as session:
        yield session
        session.rollback()


def by_the_rules(state: SealState, on: date) -> SealStanding:
    """As of events that all lie before the day, as the services write them."""
    happened = [
        SealEvent(kind, FIRST - 2 * DAY, place) for place, kind in enumerate(MADE_BY[state])
    ]
    return standing_on(Span(FIRST, LAST), happened, on).name


def test_a_seal_stands_as_the_rules_say(scratch: Session, cast: Cast) -> None:
    grant = grant_of(scratch, JUSTINA)
    grant.valid_from, grant.valid_until = FIRST, LAST
    seen = set()
    for state, on in product(SealState, DAYS):
        grant.state = state
        scratch.flush()
        expected = by_the_rules(state, on)
        asked = text(f"SELECT {STANDING} FROM seal_grant g WHERE g.id = :id")  # noqa: S608
        given = {"as_of": on, "id": grant.id}
        assert scratch.connection().execute(asked, given).scalar_one() == expected, (state, on)
        asked = text(f"SELECT COUNT(*) FROM seal_grant g WHERE g.id = :id AND {VALID}")  # noqa: S608
        valid = scratch.connection().execute(asked, given).scalar_one()
        assert bool(valid) is (expected is SealStanding.VALID)
        for standing in SealStanding:
            query = select(SealGrant.id).where(SealGrant.id == grant.id, stands(standing, on))
            assert (scratch.exec(query).first() is not None) is (standing is expected)
        seen.add(expected)
    assert seen == set(SealStanding)


def test_an_spg_is_registered_as_the_rule_says(scratch: Session, cast: Cast) -> None:
    """Two terms, each in every state, run out or not, begun or not."""
    on = cast.today
    first = scratch.exec(select(SpgRegistration).where(SpgRegistration.spg_id == cast.spg)).one()
    second = SpgRegistration(
        spg_id=cast.spg,
        issuer="SENASAG",
        act_number="Otra",
        issued_on=first.issued_on,
        term_years=1,
        until=first.until,
        state=RegistrationState.IN_PROCESS,
        state_since=first.issued_on,
    )
    scratch.add(second)
    scratch.flush()
    events = [
        SpgRegistrationEvent(
            registration_id=row.id, state=RegistrationState.IN_PROCESS, effective_on=on
        )
        for row in (first, second)
    ]
    for old in scratch.exec(select(SpgRegistrationEvent)):
        old.effective_on = on - 999 * DAY if old.registration_id == first.id else old.effective_on
    scratch.add_all(events)
    ends = (on - DAY, on, on + DAY)
    begun = (on, on + DAY)
    seen = set()
    one = tuple(product(RegistrationState, ends, begun))
    for terms in product(one, one):
        for row, event, (state, until, since) in zip((first, second), events, terms, strict=True):
            row.until, event.state, event.effective_on = until, state, since
        scratch.flush()
        found = committees.registrations_on(scratch, [cast.spg], on).get(cast.spg, [])
        word, end = committees.registration_standing(found, on)
        told = registration_in_the_register(scratch, cast, on)
        assert told == (word, end.isoformat() if end else None), terms
        checked = unregistered(scratch, on)
        assert checked is (word != "in_force"), terms
        seen.add(word)
    assert seen == {"suspended", "in_force", "in_process", "expired", "cancelled"}


def registration_in_the_register(session: Session, cast: Cast, on: date) -> tuple[str, str | None]:
    code = session.get_one(Spg, cast.spg).code
    extract = Extract(TableName.SPGS, Profile.PUBLIC, on, spg=code)
    names = [column.name for column in extract.columns]
    [rows] = chunks_of(session, extract)
    row = dict(zip(names, rows[0], strict=True))
    return row["registration_status"], row["registration_until"]


def unregistered(session: Session, on: date) -> bool:
    """Whether reconciliation tells that doña Justina's SPG is not registered."""
    [check] = [check for check in CHECKS if check.code == "registration_ended"]
    found = session.connection().execute(text(check.query), {"as_of": on})
    return JUSTINA in {row.key for row in found}

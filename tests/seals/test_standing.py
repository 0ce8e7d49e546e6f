"""One standing, told three ways: by the events, by the mark on the grant, by the query."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from itertools import permutations, product

from sqlmodel import Session, select

from spg_registry.core.errors import MoveRefused
from spg_registry.core.permissions import Actor
from spg_registry.rules.months import Span
from spg_registry.rules.standing import SealEvent, SealStanding, standing_on
from spg_registry.rules.words import SealEventKind, SealState
from spg_registry.seals import queries, service
from spg_registry.seals.models import SealGrant
from spg_registry.seals.public import standing_of
from spg_registry.seals.schemas import ActIn, ReasonClass
from tests.cast import Cast
from tests.seals.stories import granted, on_day

Act = Callable[[Session, Actor, datetime, str, ActIn], object]

ENDS = {
    SealState.GRANTED: None,
    SealState.SUSPENDED: SealEventKind.SUSPENDED,
    SealState.WITHDRAWN: SealEventKind.WITHDRAWN,
    SealState.REPLACED: SealEventKind.REPLACED,
}
FIRST, LAST = date(2026, 6, 1), date(2027, 5, 31)
DAYS = [date(2026, 5, 31), FIRST, date(2026, 12, 1), LAST, date(2027, 6, 1)]


def test_the_query_says_what_the_rule_says(session: Session, cast: Cast) -> None:
    (grant,) = granted(session, cast, "Justina")
    grant.valid_from, grant.valid_until = FIRST, LAST
    for state, on in product(SealState, DAYS):
        grant.state, grant.state_since = state, date(2026, 5, 20)
        session.add(grant)
        session.flush()
        kind = ENDS[state]
        events = [SealEvent(kind, grant.state_since, 0)] if kind else []
        standing = standing_on(Span(FIRST, LAST), events, on)
        for asked in SealStanding:
            found = session.exec(select(SealGrant.id).where(queries.stands(asked, on))).all()
            assert (grant.id in found) == (asked is standing.name), (state, on, asked)
        assert standing_of(state, grant.state_since, FIRST, LAST, on) == standing


def test_whatever_happens_the_mark_agrees_with_the_events(session: Session, cast: Cast) -> None:
    """Every order of three acts, on one day and on three; what no move allows is left out."""
    suspend, reinstate, withdraw = service.suspend, service.reinstate, service.withdraw
    orders: list[tuple[Act, ...]] = [*permutations((suspend, reinstate, withdraw))]
    orders.append((suspend, reinstate, suspend))
    grants = granted(session, cast, *(f"F{n}" for n in range(2 * len(orders))))
    cases = list(product(orders, (0, 3)))
    for grant, (order, apart) in zip(grants, cases, strict=True):
        day = cast.today
        for act in order:
            word = ActIn(
                reason_class=ReasonClass.OTHER,
                reason="Según el informe",
                right_of_reply="Se oyó a la familia",
                effective_on=day,
            )
            later = on_day(cast, day)
            try:
                act(session, cast.control, later.now, grant.code, word)
            except MoveRefused:
                continue
            day += timedelta(days=apart)
        events = [
            SealEvent(event.kind, event.effective_on, event.id)
            for event in queries.events_of(session, grant.id)
        ]
        by_events = standing_on(Span(grant.valid_from, grant.valid_until), events, day)
        marked = standing_of(
            grant.state, grant.state_since, grant.valid_from, grant.valid_until, day
        )
        assert marked.name is by_events.name, order
        if marked.name is not SealStanding.VALID:
            assert marked.since == by_events.since, order

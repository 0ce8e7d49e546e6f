"""Whether a database holds only whole acts: what every kill and every race is measured against."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import text
from sqlmodel import Session, SQLModel, func, select

from spg_registry.core.audit import AuditEvent
from spg_registry.core.db import Database, compact_json
from spg_registry.core.history import Change, Recorded, image, key_of
from spg_registry.core.keys import Keyring
from spg_registry.decisions.models import Decision, Meeting, MeetingState
from spg_registry.rules.words import DecisionState, Outcome, SealEventKind
from spg_registry.seals import signing
from spg_registry.seals.models import SealEvent, SealGrant, SealScope, SealToken

GRANTING = {Outcome.ORGANIC, Outcome.TRANSITION}


def complaints(database: Database, ring: Keyring, told: Iterable[str] = ()) -> list[str]:
    """What is wrong: nothing, if every act is there whole or not at all.

    `told` are the codes of seals that a client was told exist.
    """
    with database.read() as session:
        return [
            *_engine(session),
            *_history(session),
            *_actas(session, ring),
            *_promises(session, told),
        ]


def is_closed(database: Database, meeting_id: int) -> bool:
    with database.read() as session:
        return session.get_one(Meeting, meeting_id).state is MeetingState.CLOSED


def _engine(session: Session) -> Iterator[str]:
    if session.get_bind().dialect.name != "sqlite":
        return
    said = session.connection().execute(text("PRAGMA integrity_check")).scalars().all()
    if said != ["ok"]:
        yield f"integrity_check: {said}"
    for row in session.connection().execute(text("PRAGMA foreign_key_check")):
        yield f"a foreign key leads nowhere: {row}"


def _history(session: Session) -> Iterator[str]:
    """The sequence has no gap, and each row is what its last image says."""
    last, count = session.exec(select(func.max(Change.sequence), func.count())).one()
    if last != count:
        yield f"{count} images, but the last has the number {last}"
    latest: dict[str, dict[str, Any]] = defaultdict(dict)
    for change in session.exec(select(Change).order_by(Change.sequence)):  # type: ignore[arg-type]
        latest[change.table_name][change.key] = change.row
    for model in recorded_tables():
        name = str(model.__tablename__)
        rows = {key_of(row): image(row) for row in session.exec(select(model))}
        for key in rows.keys() ^ latest[name].keys():
            yield f"{name} {key}: the row or its image is missing"
        for key in rows.keys() & latest[name].keys():
            if json.loads(compact_json(rows[key])) != latest[name][key]:
                yield f"{name} {key} is not what its last image says"


def recorded_tables() -> list[type[Recorded]]:
    mapped = [mapper.class_ for mapper in SQLModel._sa_registry.mappers]
    return sorted(
        (model for model in mapped if issubclass(model, Recorded)), key=lambda m: m.__name__
    )


def _actas(session: Session, ring: Keyring) -> Iterator[str]:
    """An acta is closed exactly if everything that closing does was done."""
    grants = {grant.decision_id: grant for grant in session.exec(select(SealGrant))}
    beside = _Beside(session, ring)
    decisions: dict[int, list[Decision]] = defaultdict(list)
    for decision in session.exec(select(Decision)):
        decisions[decision.meeting_id].append(decision)
    for meeting in session.exec(select(Meeting)):
        closed = meeting.state is MeetingState.CLOSED
        place = f"acta {meeting.id} ({meeting.state})"
        if closed is not (meeting.closed_at is not None and meeting.closed_by is not None):
            yield f"{place}: closed by whom, when?"
        if beside.audited["acta.close", str(meeting.id)] != closed:
            yield f"{place}: its closing is not audited once, if it is closed"
        for decision in decisions[meeting.id]:
            if (decision.state is DecisionState.DRAFT) is closed:
                yield f"{place}: decision {decision.id} is {decision.state}"
            grant = grants.get(decision.id)
            if (grant is not None) is not (closed and decision.outcome in GRANTING):
                yield f"{place}: decision {decision.id} has the grant {grant}"
            if grant is not None:
                yield from beside.missing(grant)


class _Beside:
    """What has to stand beside a grant."""

    def __init__(self, session: Session, ring: Keyring) -> None:
        self.ring = ring
        self.tokens = _by_grant(session, SealToken)
        self.events = _by_grant(session, SealEvent)
        self.scopes = _by_grant(session, SealScope)
        self.audited = Counter(session.exec(select(AuditEvent.action, AuditEvent.subject_id)).all())

    def missing(self, grant: SealGrant) -> Iterator[str]:
        if [event.kind for event in self.events[grant.id]] != [SealEventKind.GRANTED]:
            yield f"seal {grant.code} has the events {self.events[grant.id]}"
        if not self.scopes[grant.id]:
            yield f"seal {grant.code} covers nothing"
        if self.audited["seal.grant", str(grant.id)] != 1:
            yield f"seal {grant.code} is not audited once"
        if [_signs(self.ring, token.token) for token in self.tokens[grant.id]] != [grant.code]:
            yield f"seal {grant.code} has the tokens {self.tokens[grant.id]}"


def _by_grant(session: Session, model: Any) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in session.exec(select(model)):
        found[row.grant_id].append(row)
    return found


def _signs(ring: Keyring, token: str) -> str:
    """The code that a token's good signature stands under."""
    checked = signing.check(token, ring)
    return checked.payload.code if checked.payload and checked.untrusted is None else ""


def _promises(session: Session, told: Iterable[str]) -> Iterator[str]:
    there = set(session.exec(select(SealGrant.code)))
    for code in told:
        if code not in there:
            yield f"a client was told of seal {code}, and it is not there"

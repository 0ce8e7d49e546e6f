"""Committees and their recognition; `roster`, `systems`, `users`, `access` share this door."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from spg_registry.committees.access import actor_of, bearer_actor, issue_password_token, rights_of
from spg_registry.committees.models import (
    Body,
    BodyKind,
    Committee,
    CommitteeMunicipality,
    RecognitionAct,
)
from spg_registry.committees.queries import get_committee
from spg_registry.committees.roster import (
    appoint_evaluators,
    correct_term,
    extend_term,
    leave,
    seat_members,
    serve_neighbour,
)
from spg_registry.committees.schemas import CommitteeIn, RecognitionIn
from spg_registry.committees.systems import (
    change_registration,
    found_spgs,
    register_spgs,
    renew_registration,
)
from spg_registry.committees.users import (
    assign_role,
    disable_own_user,
    enable_own_user,
    end_role,
    invite_by_link,
    invite_user,
    link_for_own,
    reset_password,
)
from spg_registry.core import audit, clock
from spg_registry.core.errors import Fault, Invalid
from spg_registry.core.permissions import Actor, Permission, require
from spg_registry.territory.queries import municipality

__all__ = [
    "actor_of",
    "appoint_evaluators",
    "assign_role",
    "bearer_actor",
    "change_registration",
    "correct_term",
    "create_committees",
    "disable_own_user",
    "enable_own_user",
    "end_role",
    "extend_term",
    "found_spgs",
    "invite_by_link",
    "invite_user",
    "issue_password_token",
    "leave",
    "link_for_own",
    "recognise",
    "register_spgs",
    "renew_registration",
    "reset_password",
    "rights_of",
    "seat_members",
    "serve_neighbour",
]

BODY_NAMES = {BodyKind.GUARANTEE: "Comité de garantía", BodyKind.APPEALS: "Comité de apelación"}


def create_committees(
    session: Session, actor: Actor, now: datetime, batch: Sequence[CommitteeIn]
) -> list[Committee]:
    """New committees, each with its two bodies; members, SPG and coordinator are further acts."""
    require(actor, Permission.COMMITTEE_CREATE)
    _check(session, batch)
    today = clock.local_date(now)
    rows = [
        Committee(name=data.name, level=data.level, created_on=data.created_on or today)
        for data in batch
    ]
    session.add_all(rows)
    session.flush()
    for row, data in zip(rows, batch, strict=True):
        session.add_all(
            CommitteeMunicipality(committee_id=row.id, municipality_code=code)
            for code in dict.fromkeys(data.municipality_codes)
        )
        session.add_all(
            Body(committee_id=row.id, kind=kind, name=name) for kind, name in BODY_NAMES.items()
        )
        audit.record(
            session, actor, now, "committee.create", "committee", row.id, committee_id=row.id
        )
    session.flush()
    return rows


def _check(session: Session, batch: Sequence[CommitteeIn]) -> None:
    names = [data.name for data in batch]
    taken = set(session.exec(select(Committee.name).where(col(Committee.name).in_(names))))
    faults = []
    for place, data in enumerate(batch):
        spot = "" if len(batch) == 1 else f"{place}-"
        if data.name in taken or data.name in names[:place]:
            faults.append(Fault(f"{spot}name", "committee_name_taken", {"name": data.name}))
        for code in data.municipality_codes:
            if municipality(session, code) is None:
                faults.append(
                    Fault(f"{spot}municipality_codes", "municipality_unknown", {"text": code})
                )
    if faults:
        raise Invalid(*faults)


def recognise(
    session: Session, actor: Actor, now: datetime, committee_id: int, data: RecognitionIn
) -> RecognitionAct:
    """Keep the act by which somebody recognises the committee; acts add up, none is rewritten."""
    get_committee(session, actor, committee_id)
    if not actor.may(Permission.COMMITTEE_CREATE):
        require(actor, Permission.COMMITTEE_MANAGE, on=committee_id)
    if data.until is not None and data.until < data.issued_on:
        raise Invalid.at("until", "term_backwards")
    row = RecognitionAct(committee_id=committee_id, **data.model_dump())
    session.add(row)
    session.flush()
    audit.record(
        session,
        actor,
        now,
        "committee.recognise",
        "recognition_act",
        row.id,
        committee_id=committee_id,
        number=row.number,
    )
    session.flush()
    return row

"""What a year brings besides its rounds: newcomers, wrong entries found late, invitations."""

from datetime import timedelta
from typing import Final

from sqlalchemy import func
from sqlmodel import col

from spg_registry.committees.models import RoleAssignment, Spg
from spg_registry.committees.users import OF_THE_OFFICE
from spg_registry.core import clock, codes
from spg_registry.core.permissions import Permission
from spg_registry.people.models import OneTimeLink, User
from spg_registry.people.passwords import UNSET
from spg_registry.producers.models import Enrolment, Unit
from spg_registry.rules.words import SealState
from spg_registry.seals.revision import Doubt, doubts_of
from spg_registry.seals.year import is_newcomer, is_waiting, takes_part
from spg_registry.worklist.matters import Look, Matter, Row, Urgency, pick

_P = Permission
INVITED_SOON: Final = timedelta(days=2)
"""Before an invitation's link ends, somebody reminds the invited."""


def newcomers(look: Look) -> Matter:
    """By SPG: producers with land that nobody visited, enrolled since the last ordinary round
    began, whom no round has yet. An extraordinary one sees them before the next."""
    query = (
        pick(
            Spg.id,
            Spg.name,
            func.count(func.distinct(Enrolment.producer_id)),
            func.min(Enrolment.enrolled_on),
        )
        .join(Enrolment, col(Enrolment.spg_id) == col(Spg.id))
        .join(Unit, col(Unit.producer_id) == col(Enrolment.producer_id))
        .where(look.within(Spg.committee_id, _P.ROUND_WRITE), col(Unit.until).is_(None))
        .where(*takes_part(), is_newcomer(), ~is_waiting())
        .group_by(col(Spg.id), col(Spg.name))
    )
    found = look.session.connection().execute(query)
    return look.of_rows(
        [Row("newcomers", str(id_), name, day=since, many=many) for id_, name, many, since in found]
    )


def seals_in_doubt(look: Look) -> Matter:
    """Seals that rest on an entry corrected since and that nobody has taken to a meeting yet: late
    when the norm would refuse them today. Decided already, they wait for the act on the seal."""
    own = look.actor.committees(_P.COMMITTEE_MANAGE) or frozenset()
    now = clock.midday(look.today)
    doubts = [
        doubt
        for committee_id in sorted(own)
        if look.has(committee_id)
        for doubt in doubts_of(look.session, look.actor, committee_id, now)
        if _is_waiting(doubt)
    ]
    return look.of_rows([_of_doubt(look, doubt) for doubt in doubts])


def _is_waiting(doubt: Doubt) -> bool:
    if doubt.agenda is None:
        return True
    return doubt.is_answered and doubt.grant.state is SealState.GRANTED


def _of_doubt(look: Look, doubt: Doubt) -> Row:
    seal = doubt.grant
    kind = "seal"
    if doubt.agenda is None and doubt.reasons:
        kind = "seal_agenda"
    elif doubt.agenda is None and look.actor.may(_P.SEAL_DECIDE, seal.committee_id):
        kind = "seal_correct"
    return Row(
        kind,
        seal.code,
        doubt.producer.display_name,
        codes.display(seal.code),
        day=clock.local_date(max(act.at for act in doubt.corrections)),
        urgency=Urgency.OVERDUE if doubt.reasons or doubt.agenda else Urgency.TODO,
    )


def invitations(look: Look) -> Matter:
    """Who was invited and set no password yet: late when no link of theirs works any more."""
    linked = (
        pick(OneTimeLink.user_id, func.max(OneTimeLink.expires_at).label("until"))
        .where(col(OneTimeLink.used_at).is_(None))
        .group_by(col(OneTimeLink.user_id))
        .subquery()
    )
    query = (
        pick(User.id, User.label, User.username, User.created_at, linked.c.until)
        .join(RoleAssignment, col(RoleAssignment.user_id) == col(User.id))
        .outerjoin(linked, linked.c.user_id == col(User.id))
        .where(col(RoleAssignment.ended_at).is_(None), col(User.disabled_at).is_(None))
        .where(col(User.password_hash) == UNSET.stored)
        .distinct()
    )
    if look.actor.may(_P.USER_MANAGE):
        query = query.where(look.within(RoleAssignment.committee_id, _P.USER_MANAGE))
    else:
        query = query.where(
            look.within(RoleAssignment.committee_id, _P.COMMITTEE_MANAGE),
            col(RoleAssignment.role).in_(OF_THE_OFFICE),
        )
    rows = []
    for id_, label, username, created, until in look.session.connection().execute(query):
        ends = clock.local_date(until or created)
        urgency = Urgency.SOON if ends <= look.today + INVITED_SOON else Urgency.TODO
        late = until is None or ends < look.today
        rows.append(
            Row(
                "invitation",
                str(id_),
                label,
                username,
                day=ends,
                urgency=Urgency.OVERDUE if late else urgency,
            )
        )
    return look.of_rows(rows)

"""What runs out: registrations, recognitions, the terms of members and evaluators."""

from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import exists
from sqlalchemy.orm import aliased
from sqlmodel import col
from sqlmodel import select as select_rows

from spg_registry.committees import queries as committees
from spg_registry.committees.models import Body, Committee, EvaluatorAppointment, Member
from spg_registry.core.permissions import Permission
from spg_registry.people.models import Person
from spg_registry.people.queries import persons_by_id
from spg_registry.worklist.matters import Look, Matter, Row, Urgency, pick

ENDING: Final = 60
"""Days before the end of somebody's term from which it stands on the list."""
RENEWING: Final = 90
"""Days before the end of a registration or a recognition: acts of others take their time."""
_YEAR: Final = timedelta(days=365)

_P = Permission


def registrations(look: Look) -> Matter:
    """SPGs that are not registered today, or will not be in 90 days."""
    spgs, _total = committees.visible_spgs(look.session, look.actor, committee_id=look.committee_id)
    dated = committees.registrations_on(look.session, [spg.id for spg in spgs], look.today)
    rows = []
    for spg in spgs:
        word, until = committees.registration_standing(dated.get(spg.id, []), look.today)
        urgency = _of_standing(word, until, look)
        if urgency is not None:
            rows.append(Row("spg", str(spg.id), spg.name, day=until, urgency=urgency, status=word))
    return look.of_rows(rows)


def _of_standing(word: str, until: date | None, look: Look) -> Urgency | None:
    if word == "in_process":
        return Urgency.TODO
    if word != "in_force":
        return Urgency.OVERDUE
    return Urgency.SOON if until is not None and until <= look.ahead(RENEWING) else None


def recognitions(look: Look) -> Matter:
    """Committees whose recognition ended or ends in 90 days, and those that never had one."""
    found, _total = committees.visible_committees(look.session, look.actor)
    own = [row for row in found if look.has(row.id)]
    acts = committees.recognitions(look.session, [row.id for row in own])
    rows = []
    for row in own:
        word = committees.recognition_standing(acts[row.id], look.today)
        ends = [act.until for act in acts[row.id]]
        last = None if None in ends else max((end for end in ends if end), default=None)
        urgency = {"expired": Urgency.OVERDUE, "none": Urgency.TODO}.get(word)
        if word == "in_force" and last is not None and last <= look.ahead(RENEWING):
            urgency = Urgency.SOON
        if urgency is not None:
            rows.append(
                Row("committee", str(row.id), row.name, day=last, urgency=urgency, status=word)
            )
    return look.of_rows(rows)


def members(look: Look) -> Matter:
    """Terms that end within 60 days, or ended without an election or an extension since. A
    committee of which nobody is in office cannot decide."""
    seated = look.session.exec(
        select_rows(Member, Body, Committee)
        .where(Member.body_id == Body.id, Body.committee_id == Committee.id)
        .where(look.within(Body.committee_id, _P.COMMITTEE_READ))
    ).all()
    elected: dict[int, date] = {}
    for member, body, _committee in seated:
        elected[body.id] = max(member.term_begin, elected.get(body.id, date.min))
    ending = [
        (member, committee)
        for member, body, committee in seated
        if member.left_on is None and elected[body.id] <= member.term_end <= look.ahead(ENDING)
    ]
    names = persons_by_id(look.session, [member.person_id for member, _ in ending])
    rows = [
        Row(
            "member" if look.actor.may(_P.COMMITTEE_MANAGE, committee.id) else "committee",
            str(committee.id),
            names[member.person_id].full_name,
            committee.name,
            member.term_end,
            Urgency.OVERDUE if member.term_end < look.today else Urgency.SOON,
        )
        for member, committee in ending
    ]
    return look.of_rows(rows)


def evaluators(look: Look, *, only_own: bool = False) -> Matter:
    """Appointments that end within 60 days, or ended in the last year, without a later one."""
    later: Any = aliased(EvaluatorAppointment)
    this = EvaluatorAppointment
    renewed = exists().where(
        later.person_id == col(this.person_id),
        later.committee_id == col(this.committee_id),
        later.until > col(this.until),
    )
    query = (
        pick(this.committee_id, (Person.names + " " + Person.surnames), Committee.name)
        .join(Person, col(Person.id) == col(this.person_id))
        .join(Committee, col(Committee.id) == col(this.committee_id))
        .where(look.within(this.committee_id, _P.COMMITTEE_READ), ~renewed)
        .where(col(this.until).between(look.today - _YEAR, look.ahead(ENDING)))
    )
    if only_own:
        query = query.where(col(this.person_id) == look.actor.person_id)
    return look.gather(
        query,
        day=col(this.until),
        late_before=look.today,
        soon_by=look.ahead(ENDING),
        kind="committee",
    )


def own_appointment(look: Look) -> Matter:
    return evaluators(look, only_own=True)

"""Everything that happened to one producer, the latest first, as far as the reader may see it.

Each room writes its own; here they are put in one line. What a line says is a code and its
parameters (`timeline.<code>`), what it leads to is a thing's name and key.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from sqlmodel import Session, col, select

from spg_registry.core import clock
from spg_registry.core.audit import AuditEvent
from spg_registry.core.history import Change
from spg_registry.core.permissions import Actor, Permission
from spg_registry.decisions.queries import appeals_of, decisions_about
from spg_registry.producers.answers import ProducerFile
from spg_registry.producers.models import Crop, Enrolment, Plot, Unit, UnitPlot
from spg_registry.producers.queries import enrolments_out, registrations_of
from spg_registry.rounds.queries import visible_findings, visible_visits
from spg_registry.rules.standing import SealStanding
from spg_registry.rules.states import UNSAID
from spg_registry.rules.words import EnrolmentStatus, SealEventKind, VisitState
from spg_registry.seals.models import SealEvent
from spg_registry.seals.queries import standing_of_grant, visible_sanctions, visible_seals


class Topic(StrEnum):
    """What a timeline can be narrowed to."""

    ENROLMENT = "enrolment"
    LAND = "land"
    VISITS = "visits"
    DECISIONS = "decisions"
    SEALS = "seals"
    PEOPLE = "people"
    CORRECTIONS = "corrections"
    COMPLAINTS = "complaints"


@dataclass(frozen=True)
class Line:
    """`to` is what it leads to: a kind of thing and its key. `tag` is a group and a state of
    `status_tag`."""

    on: date
    topic: Topic
    code: str
    to: tuple[str, str] = ("", "")
    tag: tuple[str, str] = ("", "")
    params: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""
    """What somebody wrote, for the file."""


_AT_ENTRY = frozenset({EnrolmentStatus.APPLICANT, EnrolmentStatus.ADMITTED})

CORRECTIONS = {
    "producer.correct": "producer",
    "producer.merge": "producer",
    "producer.unmerge": "producer",
    "person.correct": "person",
    "person.merge": "person",
    "person.part": "person",
    "unit.correct": "unit",
    "plot.correct": "plot",
    "plot.last_input": "plot",
    "plot.outline": "plot",
    "crop.correct": "crop",
}
"""Acts of the audit that change what was written down, and upon what."""


Part = Callable[[Session, Actor, ProducerFile], Iterable[Line]]


def timeline_of(
    session: Session,
    actor: Actor,
    file: ProducerFile,
    topic: Topic | None = None,
    more: Mapping[Topic, Part] | None = None,
) -> list[Line]:
    """Of a producer whose file this actor has open. `more` is what rooms above this one tell."""
    parts: dict[Topic, Part] = {
        Topic.ENROLMENT: _enrolments,
        Topic.LAND: _land,
        Topic.VISITS: _visits,
        Topic.DECISIONS: _decisions,
        Topic.SEALS: _seals,
        Topic.PEOPLE: _people,
        Topic.CORRECTIONS: _corrections,
        **(more or {}),
    }
    lines: list[Line] = []
    for name, part in parts.items():
        if topic in (None, name):
            lines += part(session, actor, file)
    # Within a day the order of the parts is that of the way from the application to the seal.
    return sorted(lines, key=lambda line: line.on)[::-1]


def _enrolments(session: Session, _actor: Actor, file: ProducerFile) -> Iterator[Line]:
    merged = registrations_of(session, file.id)[1:]
    before = enrolments_out(session, merged, with_papers=file.identity).values()
    for row in [*file.enrolments, *(row for listed in before for row in listed)]:
        told = {"spg": row.spg_name, "code": row.code}
        to = ("producer", f"{file.code}#inscripciones")
        yield Line(row.enrolled_on, Topic.ENROLMENT, "enrolled", to, params=told)
        for pledge in (one for one in row.pledges if not one.carried):
            yield Line(pledge.signed_on, Topic.ENROLMENT, "pledge", to, params=told)
        for status, since in _statuses(session, row.id):
            if status not in _AT_ENTRY or since != row.enrolled_on:
                tag = ("enrolment", status)
                yield Line(since, Topic.ENROLMENT, "status", to, tag, params=told)
        if row.ended_on:
            yield Line(row.ended_on, Topic.ENROLMENT, "left", to, params=told)


def _statuses(session: Session, enrolment_id: int) -> list[tuple[str, date]]:
    """Each status that an enrolment has had, from its images and from the row as it is."""
    query = select(Change.row).where(
        Change.table_name == Enrolment.__tablename__, Change.key == str(enrolment_id)
    )
    row = session.get_one(Enrolment, enrolment_id)
    seen = [
        (image["status"], date.fromisoformat(image["status_since"]))
        for image in session.exec(query.order_by(col(Change.sequence)))
    ]
    return list(dict.fromkeys([*seen, (row.status.value, row.status_since)]))


def _land(_session: Session, _actor: Actor, file: ProducerFile) -> Iterator[Line]:
    for unit in file.land:
        told, to = {"unit": unit.name}, ("unit", unit.code)
        yield Line(unit.since, Topic.LAND, "unit", to, params=told)
        if unit.until:
            yield Line(unit.until, Topic.LAND, "unit_closed", to, params=told)
    for row in file.transfers:
        leads = row.to_unit if row.to_producer == file.code else row.from_unit
        yield Line(
            row.effective_on,
            Topic.LAND,
            "transfer_in" if row.to_producer == file.code else "transfer_out",
            ("unit", leads) if leads else ("producer", f"{file.code}#traspasos"),
            ("transfer_kind", row.kind.value),
            {
                "what": row.plot_code or row.from_unit or "",
                "giver": row.from_producer,
                "receiver": row.to_producer,
            },
        )


def _visits(session: Session, actor: Actor, file: ProducerFile) -> Iterator[Line]:
    codes = {unit.id: unit.name for unit in _units(session, file.id)}
    for visit in visible_visits(session, actor, producer_id=file.id)[0]:
        if visit.visited_on and visit.state is not VisitState.VOID:
            told = {"unit": codes.get(visit.unit_id, "")}
            tag = ("visit", visit.state.value)
            to = ("visit", str(visit.id))
            yield Line(visit.visited_on, Topic.VISITS, "visit", to, tag, told)
    for finding in visible_findings(session, actor, producer_id=file.id)[0]:
        told, to = {"code": finding.code}, ("finding", str(finding.id))
        tag = ("finding_class", finding.grade.value)
        yield Line(
            finding.found_on, Topic.VISITS, "finding", to, tag, told, note=finding.description
        )
        if finding.closed_on:
            tag = ("finding", finding.state.value)
            yield Line(finding.closed_on, Topic.VISITS, "finding_closed", to, tag, told)


def _decisions(session: Session, actor: Actor, file: ProducerFile) -> Iterator[Line]:
    mine = {}
    for decision, meeting in decisions_about(session, file.id):
        if decision.state in UNSAID:
            continue
        if not actor.may(Permission.DECISION_READ, on=meeting.committee_id):
            continue
        mine[decision.id] = told = {"acta": meeting.acta_number}
        tag, to = ("outcome", decision.outcome.value), ("decision", str(decision.id))
        yield Line(meeting.held_on, Topic.DECISIONS, "decision", to, tag, told)
    for appeal in appeals_of(session, mine):
        told, to = mine[appeal.decision_id], ("appeal", str(appeal.id))
        yield Line(appeal.filed_on, Topic.DECISIONS, "appeal", to, params=told)
        if appeal.answered_on:
            tag = ("appeal", appeal.state.value)
            yield Line(appeal.answered_on, Topic.DECISIONS, "appeal_answered", to, tag, told)


def _seals(session: Session, actor: Actor, file: ProducerFile) -> Iterator[Line]:
    if not actor.may(Permission.SEAL_READ):
        return
    seals, _ = visible_seals(session, actor, file.on, producer_id=file.id)
    grants = {grant.id: grant for grant, _ in seals}
    query = select(SealEvent).where(col(SealEvent.grant_id).in_(grants))
    for event in session.exec(query.order_by(col(SealEvent.id))):
        grant = grants[event.grant_id]
        told = {"code": grant.code, "until": grant.valid_until}
        to, note = ("seal", grant.code), event.reason or ""
        granted = event.kind is SealEventKind.GRANTED
        tag = ("category", grant.category.value) if granted else ("", "")
        yield Line(event.effective_on, Topic.SEALS, f"seal_{event.kind}", to, tag, told, note)
    for grant in grants.values():
        if standing_of_grant(grant, file.on) is SealStanding.EXPIRED:
            told, ended = {"code": grant.code}, grant.valid_until + timedelta(days=1)
            yield Line(ended, Topic.SEALS, "seal_expired", ("seal", grant.code), params=told)
    for sanction in visible_sanctions(session, actor, producer_id=file.id)[0]:
        told, to = {"code": sanction.code}, ("sanction", "")
        tag = ("sanction", sanction.kind.value)
        code = "sanction_corrected" if sanction.correction_of else "sanction"
        yield Line(sanction.since, Topic.SEALS, code, to, tag, told)
        if sanction.until and sanction.until < file.on:
            yield Line(sanction.until, Topic.SEALS, "sanction_ended", to, params=told)


def _people(_session: Session, _actor: Actor, file: ProducerFile) -> Iterator[Line]:
    began = min((row.enrolled_on for row in file.enrolments), default=None)
    for holder in file.holders:
        told, to = {"name": holder.full_name}, ("producer", f"{file.code}#titulares")
        if holder.since != began:
            yield Line(holder.since, Topic.PEOPLE, "holder", to, params=told)
        if holder.until:
            yield Line(holder.until, Topic.PEOPLE, "holder_left", to, params=told)
    for member in file.memberships:
        told, to = {"name": member.organisation}, ("producer", f"{file.code}#organizaciones")
        yield Line(member.since, Topic.PEOPLE, "joined", to, params=told)
        if member.until:
            yield Line(member.until, Topic.PEOPLE, "parted", to, params=told)
    for interest in file.interests:
        told, to = {"name": interest.person}, ("producer", f"{file.code}#vinculos")
        tag = ("interest", interest.kind.value)
        if since := interest.since or began:
            yield Line(since, Topic.PEOPLE, "interest", to, tag, told)
        if interest.until:
            yield Line(interest.until, Topic.PEOPLE, "interest_ended", to, tag, told)


def _corrections(session: Session, actor: Actor, file: ProducerFile) -> Iterator[Line]:
    """Who set right what, by the audit; it does not say what stood there before."""
    if not actor.may(Permission.PRODUCER_READ):
        return
    things = _things(session, file)
    places = actor.committees(Permission.PRODUCER_READ)
    query = select(AuditEvent).where(col(AuditEvent.action).in_(CORRECTIONS))
    for subject in sorted(set(CORRECTIONS.values())):
        keys = [key for kind, key in things if kind == subject]
        for act in session.exec(
            query.where(AuditEvent.subject == subject, col(AuditEvent.subject_id).in_(keys))
        ):
            if places is not None and act.committee_id not in places:
                continue
            to, what = things[subject, act.subject_id]
            told = {"what": what, "by": act.actor_label}
            code = f"act_{act.action.replace('.', '_')}"
            yield Line(clock.local_date(act.at), Topic.CORRECTIONS, code, to, params=told)


def _things(
    session: Session, file: ProducerFile
) -> dict[tuple[str, str], tuple[tuple[str, str], str]]:
    """What of this producer can be corrected: where it is shown, and what it is called."""
    home = ("producer", file.code)
    found = {("producer", str(file.id)): (home, file.code)}
    for holder in file.holders:
        found["person", str(holder.person_id)] = (home, holder.full_name)
    units = {unit.id: unit.code for unit in _units(session, file.id)}
    for id_, code in units.items():
        found["unit", str(id_)] = (("unit", code), code)
    plots = (
        select(UnitPlot.unit_id, Plot)
        .join(Plot, col(Plot.id) == col(UnitPlot.plot_id))
        .where(col(UnitPlot.unit_id).in_(units))
    )
    for unit_id, plot in session.exec(plots):
        found["plot", str(plot.id)] = (("unit", f"{units[unit_id]}#parcelas"), plot.code)
    for crop in session.exec(select(Crop).where(col(Crop.unit_id).in_(units))):
        code = units[crop.unit_id]
        found["crop", str(crop.id)] = (("unit", f"{code}#cultivos"), code)
    return found


def _units(session: Session, producer_id: int) -> Iterable[Unit]:
    return session.exec(select(Unit).where(Unit.producer_id == producer_id)).all()

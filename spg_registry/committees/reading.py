"""Finished facts for pages and the API: rows of this room with names and standings on a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from sqlmodel import Session, select

from spg_registry.committees import queries
from spg_registry.committees.models import (
    Committee,
    EvaluatorAppointment,
    Member,
    RecognitionAct,
    RoleAssignment,
    Spg,
)
from spg_registry.committees.schemas import (
    BodyOut,
    CommitteeOut,
    EvaluatorOut,
    MemberOut,
    RegistrationEventOut,
    RegistrationOut,
    SpgOut,
    TermCorrectionOut,
    TermExtensionOut,
)
from spg_registry.core.permissions import Actor, Permission, require
from spg_registry.people.errors import PersonNotFound, UserNotFound
from spg_registry.people.links import is_unset
from spg_registry.people.models import Person, User
from spg_registry.people.queries import person_with_ci, persons_by_id, users
from spg_registry.people.schemas import PersonOut
from spg_registry.territory.queries import municipality_label


@dataclass(frozen=True)
class BodyFacts:
    body: BodyOut
    members: list[MemberOut]
    """Every term, those in office first."""
    in_office: int


@dataclass(frozen=True)
class RegistrationFacts:
    registration: RegistrationOut
    standing: str
    events: list[RegistrationEventOut]


@dataclass(frozen=True)
class SpgFacts:
    spg: SpgOut
    places: list[str]
    registrations: list[RegistrationFacts]
    """The latest first."""


@dataclass(frozen=True)
class Account:
    """A user with the roles held in one committee (or, for the administrator, everywhere)."""

    user: User
    roles: list[RoleAssignment]

    @property
    def standing(self) -> Literal["active", "invited", "disabled"]:
        """Invited is who has set no password yet."""
        if self.user.disabled_at is not None:
            return "disabled"
        return "invited" if is_unset(self.user) else "active"


@dataclass(frozen=True)
class CommitteeFacts:
    """All that the page of a committee shows."""

    committee: CommitteeOut
    places: list[str]
    recognitions: list[RecognitionAct]
    bodies: list[BodyFacts]
    evaluators: list[EvaluatorOut]
    spgs: list[SpgFacts]

    @property
    def terms_ended(self) -> bool:
        """Whether the guarantee body has nobody in office: it cannot decide until an election."""
        return self.bodies[0].in_office == 0


def committee_facts(session: Session, actor: Actor, committee_id: int, on: date) -> CommitteeFacts:
    committee = queries.get_committee(session, actor, committee_id)
    (told,) = committees_out(session, [committee], on)
    own = queries.appointments_of(session, committee_id)
    evaluators = [*own, *queries.neighbours_serving(session, committee_id)]
    return CommitteeFacts(
        committee=told,
        places=[municipality_label(session, code) for code in told.municipality_codes],
        recognitions=queries.recognitions_of(session, committee_id)[::-1],
        bodies=_bodies(session, committee_id, on),
        evaluators=evaluators_out(session, evaluators, on),
        spgs=spg_facts(session, queries.spgs_of(session, committee_id), on),
    )


def committees_out(session: Session, rows: Sequence[Committee], on: date) -> list[CommitteeOut]:
    ids = [row.id for row in rows]
    places = queries.municipalities_of(session, ids)
    acts = queries.recognitions(session, ids)
    return [
        CommitteeOut.model_validate(row).model_copy(
            update={
                "municipality_codes": places[row.id],
                "recognition": queries.recognition_standing(acts[row.id], on),
            }
        )
        for row in rows
    ]


def _bodies(session: Session, committee_id: int, on: date) -> list[BodyFacts]:
    bodies = queries.bodies_of(session, committee_id)
    members = members_out(session, queries.members_of(session, [body.id for body in bodies]), on)
    return [
        BodyFacts(
            body=BodyOut.model_validate(body),
            members=sorted(
                (member for member in members if member.body_id == body.id),
                key=lambda member: not member.in_office,
            ),
            in_office=sum(m.in_office for m in members if m.body_id == body.id),
        )
        for body in bodies
    ]


def members_out(session: Session, rows: Sequence[Member], on: date) -> list[MemberOut]:
    persons = persons_by_id(session, [row.person_id for row in rows])
    corrections = queries.corrections_of(session, [row.id for row in rows])
    extensions = queries.extensions_of(session, [row.id for row in rows])
    return [
        MemberOut(
            **row.model_dump(exclude={"person_id", "corrected_from", "corrected_until"}),
            term_begin=row.term_begin,
            term_end=row.term_end,
            corrections=[TermCorrectionOut.model_validate(one) for one in corrections[row.id]],
            extensions=[TermExtensionOut.model_validate(one) for one in extensions[row.id]],
            person=PersonOut.model_validate(persons[row.person_id]),
            in_office=row.in_office(on),
            standing=_member_standing(row, on),
        )
        for row in rows
    ]


def _member_standing(row: Member, on: date) -> Literal["in_office", "coming", "ended"]:
    if row.in_office(on):
        return "in_office"
    return "coming" if on < row.term_begin and row.left_on is None else "ended"


def evaluators_out(
    session: Session, rows: Sequence[EvaluatorAppointment], on: date
) -> list[EvaluatorOut]:
    persons = persons_by_id(session, [row.person_id for row in rows])
    serving = queries.services_of(session, [row.id for row in rows])
    return [
        EvaluatorOut(
            **row.model_dump(exclude={"person_id"}),
            person=PersonOut.model_validate(persons[row.person_id]),
            in_force=row.appointed_on <= on <= row.until,
            serves=serving[row.id],
        )
        for row in rows
    ]


def spgs_out(session: Session, rows: Sequence[Spg], on: date) -> list[SpgOut]:
    return [facts.spg for facts in spg_facts(session, rows, on)]


def spg_facts(session: Session, rows: Sequence[Spg], on: date) -> list[SpgFacts]:
    ids = [row.id for row in rows]
    places = queries.spg_municipalities(session, ids)
    dated = queries.registrations_on(session, ids, on)
    terms = queries.registrations(session, ids)
    events = queries.registration_events(
        session, [term.id for found in terms.values() for term in found]
    )
    told = []
    for row in rows:
        standing, until = queries.registration_standing(dated.get(row.id, []), on)
        told.append(
            SpgFacts(
                spg=SpgOut.model_validate(row).model_copy(
                    update={
                        "municipality_codes": places[row.id],
                        "standing": standing,
                        "registered_until": until,
                    }
                ),
                places=[municipality_label(session, code) for code in places[row.id]],
                registrations=[
                    RegistrationFacts(
                        registration=RegistrationOut.model_validate(term),
                        standing=queries.registration_standing([(term, term.state)], on)[0],
                        events=[RegistrationEventOut.model_validate(e) for e in events[term.id]],
                    )
                    for term in reversed(terms[row.id])
                ],
            )
        )
    return told


def accounts_of(session: Session, actor: Actor, committee_id: int) -> list[Account]:
    """Who acts for a committee: for its office and the administrator."""
    queries.get_committee(session, actor, committee_id)
    if not actor.may(Permission.USER_MANAGE):
        require(actor, Permission.COMMITTEE_MANAGE, on=committee_id)
    found: dict[int, Account] = {}
    for user, role in queries.users_of(session, committee_id):
        found.setdefault(user.id, Account(user, [])).roles.append(role)
    return list(found.values())


def account_of(session: Session, actor: Actor, committee_id: int, user_id: int) -> Account:
    """One of those who act for a committee. Raises UserNotFound alike for all others."""
    for account in accounts_of(session, actor, committee_id):
        if account.user.id == user_id:
            return account
    raise UserNotFound(id=user_id)


def person_of(session: Session, actor: Actor, committee_id: int, person_id: int) -> Person:
    """Somebody on a committee's papers. Raises PersonNotFound alike for all others."""
    queries.get_committee(session, actor, committee_id)
    found = persons_by_id(session, [person_id]).get(person_id)
    if found is None or person_id not in queries.persons_of(session, committee_id):
        raise PersonNotFound(id=person_id)
    return found


def find_person(session: Session, actor: Actor, committee_id: int, ci: str) -> Person | None:
    """Anybody in the country by identity number, for an office that is about to register them."""
    queries.get_committee(session, actor, committee_id)
    require(actor, Permission.PRODUCER_IDENTITY, on=committee_id)
    return person_with_ci(session, ci)


def known_persons(session: Session, actor: Actor, committee_id: int) -> list[Person]:
    """Who stands on a committee's papers, by surname, to choose from."""
    queries.get_committee(session, actor, committee_id)
    rows = persons_by_id(session, queries.persons_of(session, committee_id)).values()
    return sorted(rows, key=lambda row: (row.surnames, row.names))


def office(session: Session, actor: Actor, committee_id: int) -> Committee:
    """A committee whose papers the actor keeps; for pages with a form of its office."""
    committee = queries.get_committee(session, actor, committee_id)
    require(actor, Permission.COMMITTEE_MANAGE, on=committee_id)
    return committee


def everybody(session: Session, actor: Actor, limit: int, offset: int) -> tuple[list[Account], int]:
    """Every login with all its roles, by username: for the administrator."""
    rows, total = users(session, actor, limit, offset)
    found = {user.id: Account(user, []) for user in rows}
    for role in queries.roles_of(session, list(found)):
        found[role.user_id].roles.append(role)
    return list(found.values()), total


def evaluator_name(session: Session, actor: Actor, appointment_id: int) -> str:
    row = queries.get_appointment(session, actor, appointment_id)
    return persons_by_id(session, [row.person_id])[row.person_id].full_name


def other_committees(session: Session, committee_id: int) -> list[tuple[int, str]]:
    """Number and name of all the others: that they exist is public."""
    rows = session.exec(
        select(Committee.id, Committee.name)
        .where(Committee.id != committee_id)
        .order_by(Committee.name)
    )
    return list(rows)

"""Questions about committees. Those that take an actor are also the permission to see."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date

from sqlmodel import Session, col, func, select

from spg_registry.committees.errors import (
    AppointmentNotFound,
    CommitteeNotFound,
    MemberNotFound,
    RegistrationNotFound,
    SpgNotFound,
)
from spg_registry.committees.models import (
    Body,
    BodyKind,
    Committee,
    CommitteeMunicipality,
    EvaluatorAppointment,
    EvaluatorService,
    Member,
    RecognitionAct,
    RoleAssignment,
    Spg,
    SpgMunicipality,
    SpgRegistration,
    SpgRegistrationEvent,
    TermCorrection,
    TermExtension,
)
from spg_registry.core.audit import AuditEvent
from spg_registry.core.permissions import Actor, Permission, require_somebody
from spg_registry.people.models import Person, User
from spg_registry.rules.months import Span
from spg_registry.rules.words import RegistrationState

# --- committees ----------------------------------------------------------------------------------


def get_committee(session: Session, actor: Actor, committee_id: int) -> Committee:
    """One that the actor may read; raises CommitteeNotFound alike for none and for another's."""
    found = session.get(Committee, committee_id)
    if found is None or not _sees(actor, committee_id):
        raise CommitteeNotFound(id=committee_id)
    return found


def _sees(actor: Actor, committee_id: int) -> bool:
    require_somebody(actor)
    return actor.may(Permission.COMMITTEE_READ, committee_id)


def visible_committees(
    session: Session,
    actor: Actor,
    *,
    municipality_code: str | None = None,
    department_code: str | None = None,
    limit: int | None = None,
    offset: int = 0,
) -> tuple[list[Committee], int]:
    """What the actor may read, by name, and how many there are in all."""
    require_somebody(actor)
    query = select(Committee)
    places = actor.committees(Permission.COMMITTEE_READ)
    if places is not None:
        query = query.where(col(Committee.id).in_(places))
    if municipality_code or department_code:
        within = select(CommitteeMunicipality.committee_id).where(
            col(CommitteeMunicipality.municipality_code).startswith(
                municipality_code or department_code or ""
            )
        )
        query = query.where(col(Committee.id).in_(within))
    total = session.exec(select(func.count()).select_from(query.subquery())).one()
    ordered = query.order_by(Committee.name, col(Committee.id)).limit(limit).offset(offset)
    return list(session.exec(ordered)), total


def committee_names(session: Session) -> list[tuple[int, str]]:
    """Of every committee, by name: who they are is public."""
    query = select(Committee.id, Committee.name).order_by(Committee.name, col(Committee.id))
    return list(session.exec(query))


def municipalities_of(session: Session, committee_ids: Iterable[int]) -> dict[int, list[str]]:
    """The INE codes of each committee, sorted."""
    rows = session.exec(
        select(CommitteeMunicipality)
        .where(col(CommitteeMunicipality.committee_id).in_(set(committee_ids)))
        .order_by(CommitteeMunicipality.municipality_code)
    )
    found: dict[int, list[str]] = defaultdict(list)
    for row in rows:
        found[row.committee_id].append(row.municipality_code)
    return found


def recognitions_of(session: Session, committee_id: int) -> list[RecognitionAct]:
    return recognitions(session, [committee_id]).get(committee_id, [])


def recognitions(session: Session, committee_ids: Iterable[int]) -> dict[int, list[RecognitionAct]]:
    """The acts of each committee, oldest first."""
    rows = session.exec(
        select(RecognitionAct)
        .where(col(RecognitionAct.committee_id).in_(set(committee_ids)))
        .order_by(col(RecognitionAct.issued_on), col(RecognitionAct.id))
    )
    found: dict[int, list[RecognitionAct]] = defaultdict(list)
    for row in rows:
        found[row.committee_id].append(row)
    return found


def recognition_standing(acts: Iterable[RecognitionAct], on: date) -> str:
    """`in_force`, `expired` or `none` on a day."""
    begun = [act for act in acts if act.issued_on <= on]
    if any(Span(act.issued_on, act.until).covers(on) for act in begun):
        return "in_force"
    return "expired" if begun else "none"


# --- bodies, members, evaluators -----------------------------------------------------------------


def bodies_of(session: Session, committee_id: int) -> list[Body]:
    rows = session.exec(select(Body).where(Body.committee_id == committee_id))
    return sorted(rows, key=lambda body: list(BodyKind).index(body.kind))


def body_of(session: Session, committee_id: int, kind: BodyKind) -> Body:
    """Every committee has its two bodies from its creation on."""
    found = session.exec(
        select(Body).where(Body.committee_id == committee_id, Body.kind == kind)
    ).first()
    if found is None:
        raise CommitteeNotFound(id=committee_id)
    return found


def get_body(session: Session, body_id: int) -> Body:
    """Of a meeting that the reader was let in to."""
    return session.get_one(Body, body_id)


def members_of(session: Session, body_ids: Iterable[int]) -> list[Member]:
    """Every term ever, the latest first."""
    return list(
        session.exec(
            select(Member)
            .where(col(Member.body_id).in_(set(body_ids)))
            .order_by(col(Member.term_from).desc(), col(Member.id))
        )
    )


def members_in_office(session: Session, body_id: int, on: date) -> list[Member]:
    """By id; a person sits in a body once at a time."""
    rows = session.exec(select(Member).where(Member.body_id == body_id).order_by(col(Member.id)))
    return [member for member in rows if member.in_office(on)]


def corrections_of(session: Session, member_ids: Iterable[int]) -> dict[int, list[TermCorrection]]:
    """By member, in the order they were made."""
    query = select(TermCorrection).where(col(TermCorrection.member_id).in_(set(member_ids)))
    found: dict[int, list[TermCorrection]] = defaultdict(list)
    for row in session.exec(query.order_by(col(TermCorrection.id))):
        found[row.member_id].append(row)
    return found


def extensions_of(session: Session, member_ids: Iterable[int]) -> dict[int, list[TermExtension]]:
    """By member, each act in the order they were made."""
    query = select(TermExtension).where(col(TermExtension.member_id).in_(set(member_ids)))
    found: dict[int, list[TermExtension]] = defaultdict(list)
    for row in session.exec(query.order_by(col(TermExtension.id))):
        found[row.member_id].append(row)
    return found


def persons_in_office(session: Session, committee_id: int, on: date) -> set[int]:
    """Everybody who sits in any body of a committee."""
    query = select(Member).where(Member.body_id == Body.id, Body.committee_id == committee_id)
    return {member.person_id for member in session.exec(query) if member.in_office(on)}


def get_member(session: Session, actor: Actor, member_id: int) -> tuple[Member, Body]:
    """With its body, which says whose committee it is. Raises MemberNotFound."""
    found = session.exec(
        select(Member, Body).where(Member.id == member_id, Member.body_id == Body.id)
    ).first()
    if found is None or not _sees(actor, found[1].committee_id):
        raise MemberNotFound(id=member_id)
    return found


def appointments_of(session: Session, committee_id: int) -> list[EvaluatorAppointment]:
    """Every appointment ever by this committee, the latest first; neighbours are not among them."""
    return list(
        session.exec(
            select(EvaluatorAppointment)
            .where(EvaluatorAppointment.committee_id == committee_id)
            .order_by(col(EvaluatorAppointment.appointed_on).desc(), col(EvaluatorAppointment.id))
        )
    )


def neighbours_serving(session: Session, committee_id: int) -> list[EvaluatorAppointment]:
    """Appointments of other committees that serve this one too."""
    return list(
        session.exec(
            select(EvaluatorAppointment)
            .where(EvaluatorService.appointment_id == EvaluatorAppointment.id)
            .where(EvaluatorService.committee_id == committee_id)
            .order_by(col(EvaluatorAppointment.id))
        )
    )


def evaluators_of(session: Session, committee_id: int, on: date) -> list[EvaluatorAppointment]:
    """In force on a day, neighbours who serve here included; one row a person, by id."""
    every = [*appointments_of(session, committee_id), *neighbours_serving(session, committee_id)]
    in_force = [row for row in every if row.appointed_on <= on <= row.until]
    best: dict[int, EvaluatorAppointment] = {}
    for row in sorted(in_force, key=lambda row: (row.until, row.id)):
        best[row.person_id] = row
    return sorted(best.values(), key=lambda row: row.id)


def get_appointment(session: Session, actor: Actor, appointment_id: int) -> EvaluatorAppointment:
    found = session.get(EvaluatorAppointment, appointment_id)
    if found is None or not _sees(actor, found.committee_id):
        raise AppointmentNotFound(id=appointment_id)
    return found


def services_of(session: Session, appointment_ids: Iterable[int]) -> dict[int, list[int]]:
    """Which other committees each appointment serves."""
    rows = session.exec(
        select(EvaluatorService)
        .where(col(EvaluatorService.appointment_id).in_(set(appointment_ids)))
        .order_by(col(EvaluatorService.committee_id))
    )
    found: dict[int, list[int]] = defaultdict(list)
    for row in rows:
        found[row.appointment_id].append(row.committee_id)
    return found


def persons_of(session: Session, committee_id: int) -> set[int]:
    """Ids of the persons on this committee's papers: members, evaluators, users."""
    members = select(Member.person_id).where(
        Member.body_id == Body.id, Body.committee_id == committee_id
    )
    evaluators = select(EvaluatorAppointment.person_id).where(
        EvaluatorAppointment.committee_id == committee_id
    )
    users = select(User.person_id).where(
        RoleAssignment.user_id == User.id,
        RoleAssignment.committee_id == committee_id,
        col(RoleAssignment.ended_at).is_(None),
    )
    found = {*session.exec(members), *session.exec(evaluators), *session.exec(users)}
    return {person_id for person_id in found if person_id is not None}


def known_among(session: Session, committee_id: int, person_ids: Collection[int]) -> set[int]:
    """Those of these persons whom the committee knows: on its papers, lent to it as evaluators,
    or registered in its name (as somebody new, or as the holder of one of its producers)."""
    wanted = set(person_ids)
    lent = (
        select(EvaluatorAppointment.person_id)
        .join(EvaluatorService, col(EvaluatorService.appointment_id) == EvaluatorAppointment.id)
        .where(EvaluatorService.committee_id == committee_id)
        .where(col(EvaluatorAppointment.person_id).in_(wanted))
    )
    registered = select(AuditEvent.subject_id).where(
        AuditEvent.subject == "person",
        col(AuditEvent.subject_id).in_(map(str, wanted)),
        AuditEvent.action == "person.register",
        AuditEvent.committee_id == committee_id,
    )
    known = persons_of(session, committee_id) | {*session.exec(lent)}
    known |= {int(id_) for id_ in session.exec(registered)}
    standing = select(Person.id).where(
        col(Person.id).in_(known & wanted), col(Person.merged_into_id).is_(None)
    )
    return set(session.exec(standing))


def committees_with_papers(session: Session, person_id: int) -> set[int]:
    """Those on whose papers a person stands."""
    seats = select(Body.committee_id).where(
        Member.body_id == Body.id, Member.person_id == person_id
    )
    evaluates = select(EvaluatorAppointment.committee_id).where(
        EvaluatorAppointment.person_id == person_id
    )
    acts = select(RoleAssignment.committee_id).where(
        RoleAssignment.user_id == User.id,
        User.person_id == person_id,
        col(RoleAssignment.ended_at).is_(None),
    )
    found = {*session.exec(seats), *session.exec(evaluates), *session.exec(acts)}
    return {committee_id for committee_id in found if committee_id is not None}


# --- SPGs and registrations ----------------------------------------------------------------------


def get_spg(session: Session, actor: Actor, spg_id: int) -> Spg:
    """One whose committee the actor may read."""
    found = session.get(Spg, spg_id)
    if found is None or not _sees(actor, found.committee_id):
        raise SpgNotFound(id=spg_id)
    return found


def spgs_of(session: Session, committee_id: int) -> list[Spg]:
    return list(
        session.exec(select(Spg).where(Spg.committee_id == committee_id).order_by(Spg.code))
    )


def every_spg(session: Session) -> list[tuple[Spg, Committee]]:
    """All of the country with their committees, by name: which SPGs there are is public."""
    query = select(Spg, Committee).where(Spg.committee_id == Committee.id)
    return list(session.exec(query.order_by(Spg.name, Spg.code)))


def visible_spgs(
    session: Session,
    actor: Actor,
    *,
    committee_id: int | None = None,
    municipality_code: str | None = None,
    limit: int | None = None,
    offset: int = 0,
) -> tuple[list[Spg], int]:
    """What the actor may read, by code, and how many there are in all."""
    require_somebody(actor)
    query = select(Spg)
    places = actor.committees(Permission.COMMITTEE_READ)
    if places is not None:
        query = query.where(col(Spg.committee_id).in_(places))
    if committee_id is not None:
        query = query.where(Spg.committee_id == committee_id)
    if municipality_code:
        within = select(SpgMunicipality.spg_id).where(
            col(SpgMunicipality.municipality_code).startswith(municipality_code)
        )
        query = query.where(col(Spg.id).in_(within))
    total = session.exec(select(func.count()).select_from(query.subquery())).one()
    return list(session.exec(query.order_by(Spg.code).limit(limit).offset(offset))), total


def spg_municipalities(session: Session, spg_ids: Iterable[int]) -> dict[int, list[str]]:
    """The INE codes of each SPG, sorted."""
    rows = session.exec(
        select(SpgMunicipality)
        .where(col(SpgMunicipality.spg_id).in_(set(spg_ids)))
        .order_by(SpgMunicipality.municipality_code)
    )
    found: dict[int, list[str]] = defaultdict(list)
    for row in rows:
        found[row.spg_id].append(row.municipality_code)
    return found


def registrations_of(session: Session, spg_id: int) -> list[SpgRegistration]:
    return registrations(session, [spg_id]).get(spg_id, [])


def registrations(session: Session, spg_ids: Iterable[int]) -> dict[int, list[SpgRegistration]]:
    """The registrations of each SPG, oldest first."""
    rows = session.exec(
        select(SpgRegistration)
        .where(col(SpgRegistration.spg_id).in_(set(spg_ids)))
        .order_by(col(SpgRegistration.issued_on), col(SpgRegistration.id))
    )
    found: dict[int, list[SpgRegistration]] = defaultdict(list)
    for row in rows:
        found[row.spg_id].append(row)
    return found


def get_registration(
    session: Session, actor: Actor, registration_id: int
) -> tuple[SpgRegistration, Spg]:
    """With its SPG, which says whose committee it is. Raises RegistrationNotFound."""
    found = session.exec(
        select(SpgRegistration, Spg).where(
            SpgRegistration.id == registration_id, SpgRegistration.spg_id == Spg.id
        )
    ).first()
    if found is None or not _sees(actor, found[1].committee_id):
        raise RegistrationNotFound(id=registration_id)
    return found


def registration_events(
    session: Session, registration_ids: Iterable[int]
) -> dict[int, list[SpgRegistrationEvent]]:
    """The events of each registration, in the order in which they act."""
    rows = session.exec(
        select(SpgRegistrationEvent)
        .where(col(SpgRegistrationEvent.registration_id).in_(set(registration_ids)))
        .order_by(col(SpgRegistrationEvent.effective_on), col(SpgRegistrationEvent.id))
    )
    found: dict[int, list[SpgRegistrationEvent]] = defaultdict(list)
    for row in rows:
        found[row.registration_id].append(row)
    return found


def registrations_on(
    session: Session, spg_ids: Iterable[int], on: date
) -> dict[int, list[tuple[SpgRegistration, RegistrationState]]]:
    """Each SPG's registrations with the state they had on that day, from their events.

    A registration whose first event lies ahead is not there yet.
    """
    terms = registrations(session, spg_ids)
    events = registration_events(session, [row.id for rows in terms.values() for row in rows])
    found: dict[int, list[tuple[SpgRegistration, RegistrationState]]] = {}
    for spg_id, rows in terms.items():
        dated = [(row, [e for e in events[row.id] if e.effective_on <= on]) for row in rows]
        found[spg_id] = [(row, acting[-1].state) for row, acting in dated if acting]
    return found


def registration_standing(
    states: Iterable[tuple[SpgRegistration, RegistrationState]], on: date
) -> tuple[str, date | None]:
    """An SPG's standing on a day, and until when it is registered.

    `in_force`, `suspended`, `in_process`, `expired`, `cancelled` or `none`; of several
    registrations the one that says most counts.
    """
    running_out = (RegistrationState.IN_FORCE, RegistrationState.SUSPENDED)
    words = [
        ("expired" if on > row.until and state in running_out else state.value, row.until)
        for row, state in states
    ]
    for word in ("suspended", "in_force", "in_process", "expired", "cancelled"):
        ends = [until for found, until in words if found == word]
        if ends:
            return word, max(ends)
    return "none", None


# --- users ---------------------------------------------------------------------------------------


def roles_of(session: Session, user_ids: Iterable[int]) -> list[RoleAssignment]:
    """The roles that have not ended, in the order in which they were given."""
    return list(
        session.exec(
            select(RoleAssignment)
            .where(col(RoleAssignment.user_id).in_(set(user_ids)))
            .where(col(RoleAssignment.ended_at).is_(None))
            .order_by(col(RoleAssignment.id))
        )
    )


def users_of(session: Session, committee_id: int) -> list[tuple[User, RoleAssignment]]:
    """Who acts for a committee now, with the role; a user with two roles comes twice."""
    rows = session.exec(
        select(User, RoleAssignment)
        .where(RoleAssignment.user_id == User.id)
        .where(RoleAssignment.committee_id == committee_id)
        .where(col(RoleAssignment.ended_at).is_(None))
        .order_by(User.username, col(RoleAssignment.id))
    )
    return list(rows)

"""Who gives which role, and whose login an office looks after."""

from datetime import date

import pytest
from sqlmodel import Session, select

from spg_registry.committees import queries, service
from spg_registry.committees.errors import CommitteeNotFound, RoleNotFound
from spg_registry.committees.models import EvaluatorAppointment
from spg_registry.committees.schemas import EvaluatorIn, InviteIn, MemberIn, RoleIn
from spg_registry.core.audit import AuditEvent
from spg_registry.core.errors import Forbidden, Invalid, Unauthenticated
from spg_registry.core.permissions import NOBODY, Actor, Permission, Role
from spg_registry.people import service as people
from spg_registry.people.errors import UserNotFound
from spg_registry.people.schemas import PasswordIn, PersonIn
from spg_registry.producers.models import Holder
from spg_registry.rules.words import Sector
from tests.cast import Cast, Stage
from tests.rounds.stories import families

NEW = PasswordIn(password="otra clave larga")


def invite(role: Role, username: str = "zenobia") -> InviteIn:
    return InviteIn(username=username, label="Zenobia Cruz", password="clave de papel", role=role)


def id_of(actor: Actor) -> int:
    assert actor.id is not None
    return actor.id


def test_who_is_invited_can_sign_in_and_act_there_only(session: Session, cast: Cast) -> None:
    user = service.invite_user(
        session, cast.coordinator, cast.now, cast.committee, invite(Role.SECRETARY)
    )
    signed = people.sign_in(session, cast.now, "zenobia", "clave de papel", "192.0.2.9")
    assert signed.user is not None
    assert signed.user.id == user.id
    actor = service.actor_of(session, user)
    assert actor.may(Permission.PRODUCER_WRITE, cast.committee)
    assert not actor.may(Permission.PRODUCER_WRITE, cast.committee_b)


def test_an_office_invites_neither_coordinators_nor_national_roles(
    session: Session, cast: Cast
) -> None:
    with pytest.raises(Forbidden):
        service.invite_user(
            session, cast.coordinator, cast.now, cast.committee, invite(Role.COORDINATOR)
        )
    with pytest.raises(Invalid) as refused:
        service.invite_user(
            session, cast.coordinator, cast.now, cast.committee, invite(Role.ADMINISTRATOR)
        )
    assert refused.value.faults[0].code == "role_place"
    with pytest.raises(Forbidden):
        service.assign_role(
            session,
            cast.coordinator,
            cast.now,
            RoleIn(user_id=id_of(cast.member), role=Role.CONTROL),
        )


def test_the_wrong_committee_and_readers_and_nobody_invite_no_one(
    session: Session, cast: Cast
) -> None:
    with pytest.raises(CommitteeNotFound):
        service.invite_user(
            session, cast.coordinator_b, cast.now, cast.committee, invite(Role.MEMBER)
        )
    for reader in (cast.member, cast.evaluator, cast.cnape):
        with pytest.raises(Forbidden):
            service.invite_user(session, reader, cast.now, cast.committee, invite(Role.MEMBER))
    with pytest.raises(Unauthenticated):
        service.invite_user(session, NOBODY, cast.now, cast.committee, invite(Role.MEMBER))


def test_control_gives_a_committee_its_first_coordinator_and_no_second(
    session: Session, cast: Cast
) -> None:
    with pytest.raises(Forbidden):
        service.invite_user(
            session, cast.control, cast.now, cast.committee, invite(Role.COORDINATOR)
        )
    (role,) = queries.roles_of(session, [id_of(cast.coordinator)])
    service.end_role(session, cast.administrator, cast.now, role.id)
    service.invite_user(session, cast.control, cast.now, cast.committee, invite(Role.COORDINATOR))


def test_a_role_given_twice_is_one_role(session: Session, cast: Cast) -> None:
    wish = RoleIn(user_id=id_of(cast.member), role=Role.EVALUATOR, committee_id=cast.committee)
    first = service.assign_role(session, cast.coordinator, cast.now, wish)
    assert service.assign_role(session, cast.coordinator, cast.now, wish).id == first.id
    assert len(queries.roles_of(session, [id_of(cast.member)])) == 2


def test_another_committees_people_are_not_drawn_in(session: Session, cast: Cast) -> None:
    wish = RoleIn(user_id=id_of(cast.secretary_b), role=Role.MEMBER, committee_id=cast.committee)
    with pytest.raises(UserNotFound):
        service.assign_role(session, cast.coordinator, cast.now, wish)
    service.assign_role(session, cast.administrator, cast.now, wish)


def test_a_role_ends_by_its_own_office_only(session: Session, cast: Cast) -> None:
    (role,) = queries.roles_of(session, [id_of(cast.secretary)])
    with pytest.raises(RoleNotFound):
        service.end_role(session, cast.coordinator_b, cast.now, role.id)
    with pytest.raises(Forbidden):
        service.end_role(session, cast.member, cast.now, role.id)
    service.end_role(session, cast.coordinator, cast.now, role.id)
    with pytest.raises(RoleNotFound):
        service.end_role(session, cast.coordinator, cast.now, role.id)


def test_an_office_mends_the_passwords_of_its_own(session: Session, cast: Cast) -> None:
    service.reset_password(
        session, cast.coordinator, cast.now, cast.committee, id_of(cast.evaluator), NEW
    )
    signed = people.sign_in(
        session, cast.now, cast.username(cast.evaluator), "otra clave larga", "192.0.2.9"
    )
    assert signed.token


def test_a_secretary_does_not_become_coordinator_by_a_password(
    session: Session, cast: Cast
) -> None:
    with pytest.raises(Forbidden):
        service.reset_password(
            session, cast.secretary, cast.now, cast.committee, id_of(cast.coordinator), NEW
        )


def test_who_acts_elsewhere_too_is_not_this_offices_to_change(session: Session, cast: Cast) -> None:
    service.assign_role(
        session,
        cast.administrator,
        cast.now,
        RoleIn(user_id=id_of(cast.evaluator), role=Role.EVALUATOR, committee_id=cast.committee_b),
    )
    with pytest.raises(Forbidden):
        service.disable_own_user(
            session, cast.coordinator, cast.now, cast.committee, id_of(cast.evaluator)
        )
    with pytest.raises(UserNotFound):
        service.disable_own_user(
            session, cast.coordinator, cast.now, cast.committee, id_of(cast.control)
        )


def test_a_disabled_user_is_out(session: Session, cast: Cast) -> None:
    service.disable_own_user(
        session, cast.coordinator, cast.now, cast.committee, id_of(cast.evaluator)
    )
    signed = people.sign_in(
        session, cast.now, cast.username(cast.evaluator), cast.password, "192.0.2.9"
    )
    assert signed.token is None


def test_a_disabled_user_is_let_in_again_by_the_own_office(session: Session, cast: Cast) -> None:
    who = id_of(cast.evaluator)
    service.disable_own_user(session, cast.coordinator, cast.now, cast.committee, who)
    with pytest.raises(CommitteeNotFound):
        service.enable_own_user(session, cast.coordinator_b, cast.now, cast.committee, who)
    with pytest.raises(UserNotFound):
        service.enable_own_user(session, cast.coordinator_b, cast.now, cast.committee_b, who)
    with pytest.raises(Forbidden):
        service.enable_own_user(session, cast.member, cast.now, cast.committee, who)
    service.enable_own_user(session, cast.secretary, cast.now, cast.committee, who)
    signed = people.sign_in(
        session, cast.now, cast.username(cast.evaluator), cast.password, "192.0.2.9"
    )
    assert signed.token is not None
    told = session.exec(select(AuditEvent.action).where(AuditEvent.subject_id == str(who))).all()
    assert told.count("user.enable") == 1


def test_the_administrator_lets_anybody_in_again(session: Session, cast: Cast) -> None:
    who = id_of(cast.coordinator_b)
    people.disable_user(session, cast.administrator, cast.now, who)
    with pytest.raises(Forbidden):
        people.enable_user(session, cast.coordinator, cast.now, who)
    assert people.enable_user(session, cast.administrator, cast.now, who).disabled_at is None


def test_the_page_shows_who_is_out_and_lets_them_in_again(stage: Stage) -> None:
    cast = stage.cast
    office = stage.browser(cast.coordinator)
    own = f"/comites/{cast.committee}/usuarios/{id_of(cast.evaluator)}"
    office.post(f"{own}/desactivar")
    assert f'action="{own}/activar"' in office.get("/usuarios").text
    assert stage.browser(cast.coordinator_b).post(f"{own}/activar").status_code == 404
    assert office.post(f"{own}/activar").status_code == 303
    assert "Usuario activado otra vez" in office.get("/usuarios").text
    place = f"/api/v1/users/{id_of(cast.evaluator)}"
    admin = stage.headers(cast.administrator)
    assert stage.client.post(f"{place}/disabling", headers=admin).json()["disabled_at"]
    assert stage.client.post(f"{place}/enabling", headers=admin).json()["disabled_at"] is None


def test_a_program_makes_the_link_of_an_invited_user(stage: Stage) -> None:
    cast = stage.cast
    headers = stage.headers(cast.coordinator)
    place = f"/api/v1/committees/{cast.committee}/users"
    guest = {"username": "casilda", "label": "Casilda Nina", "role": "member"}
    user_id = stage.client.post(place, json=guest, headers=headers).json()["id"]
    answer = stage.client.post(f"{place}/{user_id}/link", headers=headers)
    assert (answer.status_code, answer.headers["cache-control"]) == (201, "no-store")
    told = answer.json()
    assert (told["purpose"], told["user"]["username"]) == ("invitation", "casilda")
    again = {**headers, "Idempotency-Key": "enlace-0001"}
    links = [stage.client.post(f"{place}/{user_id}/link", headers=again).json() for _ in "ab"]
    assert links[1] == links[0] | {"link": None}
    told = links[0]
    path = told["link"].partition("/enlace/")[2]
    assert stage.client.get(f"/enlace/{path}").status_code == 200
    other = stage.client.post(f"{place}/{user_id}/link", headers=stage.headers(cast.coordinator_b))
    assert other.status_code == 404


# --- whom an office may seat, appoint and invite -----------------------------------------------


def stranger(cast: Cast) -> int:
    """Somebody on the papers of the neighbours only."""
    return cast.persons["wilma"]


def a_seat(person_id: int) -> MemberIn:
    return MemberIn(person_id=person_id, sector=Sector.PRODUCER, term_from=date(2026, 6, 15))


def an_appointment(person_id: int) -> EvaluatorIn:
    return EvaluatorIn(person_id=person_id, act="Acta 9", appointed_on=date(2026, 6, 15))


def test_persons_of_another_committee_are_neither_seated_nor_appointed_nor_invited(
    session: Session, cast: Cast
) -> None:
    who, place = stranger(cast), (session, cast.coordinator, cast.now, cast.committee)
    tries = [
        lambda: service.seat_members(*place, [a_seat(who)]),
        lambda: service.appoint_evaluators(*place, [an_appointment(who)]),
        lambda: service.invite_user(
            *place, invite(Role.EVALUATOR).model_copy(update={"person_id": who})
        ),
        lambda: service.seat_members(*place, [a_seat(999_999)]),
    ]
    for attempt in tries:
        with pytest.raises(Invalid) as refused:
            attempt()
        assert [(f.field, f.code) for f in refused.value.faults] == [
            ("person_id", "person_not_found")
        ]


def test_own_papers_lent_evaluators_and_new_persons_are_known(session: Session, cast: Cast) -> None:
    lent = session.exec(
        select(EvaluatorAppointment).where(EvaluatorAppointment.person_id == stranger(cast))
    ).one()
    service.serve_neighbour(session, cast.coordinator_b, cast.now, lent.id, cast.committee)
    wish = PersonIn(names="Severina", surnames="Camacho")
    (new,) = people.register_persons(session, cast.secretary, cast.now, [wish], cast.committee)
    for who in (cast.persons["rosa"], stranger(cast), new.id):
        service.appoint_evaluators(
            session, cast.coordinator, cast.now, cast.committee, [an_appointment(who)]
        )
    with pytest.raises(Invalid):
        service.appoint_evaluators(
            session, cast.coordinator_b, cast.now, cast.committee_b, [an_appointment(new.id)]
        )


def test_a_holder_is_appointed_by_the_committee_of_the_producer(stage: Stage) -> None:
    cast = stage.cast
    with stage.database.write(cast.now) as session:
        (home,) = families(session, cast, "Justina")
        holder = session.exec(
            select(Holder.person_id).where(Holder.producer_id == home.producer.id)
        ).one()
    for actor, committee, answer in (
        (cast.coordinator_b, cast.committee_b, 422),
        (cast.coordinator, cast.committee, 201),
    ):
        body = [an_appointment(holder).model_dump(mode="json")]
        place = f"/api/v1/committees/{committee}/evaluators"
        found = stage.client.post(place, json=body, headers=stage.headers(actor))
        assert found.status_code == answer
    page = stage.browser(cast.coordinator_b).post(
        f"/comites/{cast.committee_b}/miembros/nuevo",
        {"person_id": holder, "sector": "producer", "term_from": "2026-06-15", "body": "guarantee"},
    )
    assert page.status_code == 422
    assert "ni entre sus productores" in page.text


def test_nobody_gets_a_second_login_from_an_office(session: Session, cast: Cast) -> None:
    """It would fill the visits of the first."""
    who = cast.persons["teofilo"]
    for name, office in (("uno", cast.coordinator), ("dos", cast.secretary)):
        guest = invite(Role.EVALUATOR, name).model_copy(update={"person_id": who})
        with pytest.raises(Invalid) as refused:
            service.invite_user(session, office, cast.now, cast.committee, guest)
        assert [fault.code for fault in refused.value.faults] == ["person_has_login"]
    fresh = invite(Role.MEMBER).model_copy(update={"person_id": cast.persons["marcos"]})
    service.invite_user(session, cast.coordinator, cast.now, cast.committee, fresh)

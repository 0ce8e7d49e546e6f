"""Who gives which role, and whose login an office looks after."""

import pytest
from sqlmodel import Session

from spg_registry.committees import queries, service
from spg_registry.committees.errors import CommitteeNotFound, RoleNotFound
from spg_registry.committees.schemas import InviteIn, RoleIn
from spg_registry.core.errors import Forbidden, Invalid, Unauthenticated
from spg_registry.core.permissions import NOBODY, Actor, Permission, Role
from spg_registry.people import service as people
from spg_registry.people.errors import UserNotFound
from spg_registry.people.schemas import PasswordIn
from tests.cast import Cast

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

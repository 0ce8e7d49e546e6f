"""Programs and scripts: tokens, scopes, revocation, and answers given once."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from pydantic import SecretStr
from sqlmodel import Session

from spg_registry.committees import service as committees
from spg_registry.committees.schemas import InviteIn, RoleIn
from spg_registry.core.config import settings
from spg_registry.core.errors import Conflict, Forbidden, Invalid, Unauthenticated
from spg_registry.core.keys import open_keyring
from spg_registry.core.permissions import Actor, Permission, Role
from spg_registry.people import service as people
from spg_registry.people.errors import IdempotencyMismatch
from spg_registry.people.schemas import ClientIn, PasswordIn
from spg_registry.people.service import Outcome
from tests.cast import Cast

HERE = "203.0.113.4"
PULL = ClientIn(client_id="senasag", name="Descarga nocturna", scopes=["register:read"])


@pytest.fixture(autouse=True)
def keys(cast: Cast) -> None:
    open_keyring(settings().data_dir).ensure(cast.now)


def test_a_program_gets_a_token_for_its_scopes_and_nothing_else(
    session: Session, cast: Cast
) -> None:
    _, secret = people.create_client(session, cast.administrator, cast.now, PULL)
    answer = people.issue_client_token(session, cast.now, "senasag", secret, None, HERE)
    assert answer.outcome is Outcome.LET_IN
    assert answer.expires_in == 15 * 60
    actor = committees.bearer_actor(session, cast.now, answer.token)
    assert (actor.kind, actor.label) == ("client", "Descarga nocturna")
    assert actor.may(Permission.REGISTER_READ)
    assert not actor.may(Permission.SEAL_SANCTION)


def test_a_program_asks_for_no_more_than_it_was_given(session: Session, cast: Cast) -> None:
    _, secret = people.create_client(session, cast.administrator, cast.now, PULL)
    wish = "register:read seal:sanction"
    answer = people.issue_client_token(session, cast.now, "senasag", secret, wish, HERE)
    assert answer.outcome is Outcome.SCOPE
    assert answer.token == ""


def test_a_wrong_secret_is_refused_and_then_throttled(session: Session, cast: Cast) -> None:
    _, secret = people.create_client(session, cast.administrator, cast.now, PULL)
    for _ in range(5):
        wrong = people.issue_client_token(session, cast.now, "senasag", "", None, HERE)
        assert wrong.outcome is Outcome.REFUSED
    answer = people.issue_client_token(session, cast.now, "senasag", secret, None, HERE)
    assert (answer.outcome, answer.seconds) == (Outcome.THROTTLED, 30)


def test_a_revoked_program_is_out_while_its_token_is_fresh(session: Session, cast: Cast) -> None:
    _, secret = people.create_client(session, cast.administrator, cast.now, PULL)
    answer = people.issue_client_token(session, cast.now, "senasag", secret, None, HERE)
    people.revoke_client(session, cast.administrator, cast.now, "senasag")
    with pytest.raises(Unauthenticated):
        committees.bearer_actor(session, cast.now, answer.token)
    again = people.issue_client_token(session, cast.now, "senasag", secret, None, HERE)
    assert again.outcome is Outcome.REFUSED


def test_a_program_neither_makes_logins_nor_gives_roles(session: Session, cast: Cast) -> None:
    """It would decide through them."""
    scopes = frozenset({"committee:manage", "committee:create", "committee:read"})
    program = Actor(kind="client", id=9, label="Padrón", scopes=scopes)
    here = (session, program, cast.now, cast.committee)
    who = cast.evaluator.id or 0
    word = PasswordIn(password=SecretStr("chacra sin veneno"))
    guest = InviteIn(username="robot", label="R", password=word.password, role=Role.MEMBER)
    role = RoleIn(user_id=who, role=Role.SECRETARY, committee_id=cast.committee)
    acts: list[Callable[[], object]] = [
        lambda: committees.invite_user(*here, guest),
        lambda: committees.invite_by_link(*here, guest),
        lambda: committees.assign_role(session, program, cast.now, role),
        lambda: committees.reset_password(*here, who, word),
        lambda: committees.link_for_own(*here, who),
        lambda: committees.disable_own_user(*here, who),
    ]
    for act in acts:
        with pytest.raises(Forbidden):
            act()
    committees.invite_user(session, cast.coordinator, cast.now, cast.committee, guest)


def test_programs_get_no_unknown_scopes_no_keys_and_no_word_in_a_meeting(
    session: Session, cast: Cast
) -> None:
    people_only = ("decision:record", "acta:close", "seal:decide")
    for scope in ("seal:invent", "key:manage", "user:manage", *people_only):
        with pytest.raises(Invalid) as refused:
            people.create_client(
                session,
                cast.administrator,
                cast.now,
                ClientIn(client_id="otro", name="Otro", scopes=[scope]),
            )
        assert refused.value.faults[0].code == "scope_unknown"


def test_only_the_administrator_makes_programs(session: Session, cast: Cast) -> None:
    for other in (cast.coordinator, cast.control, cast.cnape):
        with pytest.raises(Forbidden):
            people.create_client(session, other, cast.now, PULL)


def test_a_script_has_its_users_rights_on_the_users_committee(session: Session, cast: Cast) -> None:
    answer = committees.issue_password_token(session, cast.now, "rosa", cast.password, None, HERE)
    actor = committees.bearer_actor(session, cast.now, answer.token)
    assert actor.may(Permission.ROUND_WRITE, cast.committee)
    assert not actor.may(Permission.ROUND_WRITE, cast.committee_b)
    assert actor.person_id == cast.persons["rosa"]


def test_scopes_narrow_a_script_and_never_widen_it(session: Session, cast: Cast) -> None:
    narrow = committees.issue_password_token(
        session, cast.now, "rosa", cast.password, "producer:read", HERE
    )
    actor = committees.bearer_actor(session, cast.now, narrow.token)
    assert actor.may(Permission.PRODUCER_READ, cast.committee)
    assert not actor.may(Permission.PRODUCER_WRITE, cast.committee)
    wide = committees.issue_password_token(
        session, cast.now, "rosa", cast.password, "seal:sanction", HERE
    )
    assert wide.outcome is Outcome.SCOPE


def test_a_script_of_a_disabled_user_is_out_while_its_token_is_fresh(
    session: Session, cast: Cast
) -> None:
    answer = committees.issue_password_token(session, cast.now, "rosa", cast.password, None, HERE)
    assert cast.coordinator.id
    people.disable_user(session, cast.administrator, cast.now, cast.coordinator.id)
    with pytest.raises(Unauthenticated):
        committees.bearer_actor(session, cast.now, answer.token)


def test_a_role_that_ended_counts_no_more_in_a_fresh_token(session: Session, cast: Cast) -> None:
    from spg_registry.committees.queries import roles_of

    answer = committees.issue_password_token(session, cast.now, "lidia", cast.password, None, HERE)
    assert cast.secretary.id
    (role,) = roles_of(session, [cast.secretary.id])
    committees.end_role(session, cast.coordinator, cast.now, role.id)
    actor = committees.bearer_actor(session, cast.now, answer.token)
    assert not actor.may(Permission.PRODUCER_READ)


def test_a_token_ends_after_its_minutes(session: Session, cast: Cast) -> None:
    answer = committees.issue_password_token(session, cast.now, "rosa", cast.password, None, HERE)
    with pytest.raises(Unauthenticated):
        committees.bearer_actor(session, cast.now + timedelta(minutes=15), answer.token)


def test_a_new_password_shuts_the_sessions_begun_with_the_old_one(
    session: Session, cast: Cast
) -> None:
    begun = people.sign_in(session, cast.now, "rosa", cast.password, HERE)
    assert begun.token
    assert cast.coordinator.id
    people.set_password(
        session,
        cast.administrator,
        cast.now,
        cast.coordinator.id,
        PasswordIn(password="otra clave larga"),
    )
    assert people.session_user(session, cast.now, begun.token) is None
    assert people.sign_in(session, cast.now, "rosa", "otra clave larga", HERE).token


def test_a_repeated_request_gets_the_first_answer(session: Session, cast: Cast) -> None:
    assert people.remembered(session, "client:1", "llave-1", "a" * 64) is None
    people.remember(session, cast.now, "client:1", "llave-1", "a" * 64, 201, {"id": 7})
    again = people.remembered(session, "client:1", "llave-1", "a" * 64)
    assert again is not None
    assert (again.status, again.body) == (201, {"id": 7})
    assert people.remembered(session, "client:2", "llave-1", "a" * 64) is None


def test_a_key_with_another_request_is_a_conflict(session: Session, cast: Cast) -> None:
    people.remember(session, cast.now, "client:1", "llave-1", "a" * 64, 201, {"id": 7})
    with pytest.raises(IdempotencyMismatch) as refused:
        people.remembered(session, "client:1", "llave-1", "b" * 64)
    assert isinstance(refused.value, Conflict)
    assert refused.value.code == "idempotency_mismatch"

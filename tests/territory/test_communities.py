"""Communities: named by committees, one row for every spelling."""

from datetime import UTC, datetime

import pytest
from sqlmodel import Session, select

from spg_registry.core.audit import AuditEvent
from spg_registry.core.db import Database
from spg_registry.core.errors import Forbidden, Invalid, Unauthenticated
from spg_registry.core.history import Change
from spg_registry.core.permissions import NOBODY, Actor, Role
from spg_registry.territory import queries, service
from spg_registry.territory.models import Community, CommunityKind
from spg_registry.territory.schemas import NewCommunity

pytestmark = pytest.mark.usefixtures("reference_data")

NOW = datetime(2026, 11, 21, 14, tzinfo=UTC)
SECRETARY = Actor("user", 7, "Secretaria", frozenset({(Role.SECRETARY, 1)}))
EVALUATOR = Actor("user", 8, "Evaluador", frozenset({(Role.EVALUATOR, 1)}))


def named(name: str, municipality: str = "031003") -> NewCommunity:
    return NewCommunity(municipality_code=municipality, name=name)


def test_spellings_of_one_name_are_one_community(session: Session) -> None:
    batch = [
        named("Ch'alla Mayu"),
        named("CHALLA  MAYU "),
        named("challa-mayú"),
        named("Eterazama"),
    ]

    first, second, third, other = service.ensure_communities(session, SECRETARY, NOW, batch)

    assert first is second is third
    assert other is not first
    assert [row.name for row in queries.communities(session, "031003")] == [
        "Ch'alla Mayu",
        "Eterazama",
    ]


def test_what_is_there_already_is_found_again(session: Session) -> None:
    (made,) = service.ensure_communities(session, SECRETARY, NOW, [named("Eterazama")])

    assert service.ensure_communities(session, SECRETARY, NOW, [named("ETERAZAMA")]) == [made]
    assert queries.communities_by_id(session, [made.id, 999]) == {made.id: made}


def test_the_same_name_in_two_municipalities_is_two_communities(session: Session) -> None:
    batch = [named("San José"), named("San José", "060601")]

    first, second = service.ensure_communities(session, SECRETARY, NOW, batch)

    assert first.id != second.id


def test_a_new_community_leaves_an_audit_entry_and_a_row_image(database: Database) -> None:
    with database.write(NOW) as session:
        (made,) = service.ensure_communities(session, SECRETARY, NOW, [named("Eterazama")])
        number = made.id

    with database.read() as session:
        event = session.exec(select(AuditEvent).where(AuditEvent.action == "community.add")).one()
        image = session.exec(select(Change).where(Change.table_name == "community")).one()
        assert (event.actor_id, event.subject_id) == (7, str(number))
        assert image.row["name_key"] == "eterazama"
        assert image.kind == "insert"


def test_a_wrong_municipality_or_a_name_of_dots_refuses_the_batch_whole(session: Session) -> None:
    batch = [named("Eterazama"), named("Isinuta", "999999"), named("...")]

    with pytest.raises(Invalid) as refusal:
        service.ensure_communities(session, SECRETARY, NOW, batch)

    assert [(fault.field, fault.code) for fault in refusal.value.faults] == [
        ("1-municipality_code", "municipality_unknown"),
        ("2-name", "community_name_empty"),
    ]
    assert session.exec(select(Community)).all() == []


def test_only_who_keeps_producers_names_communities(session: Session) -> None:
    with pytest.raises(Forbidden):
        service.ensure_communities(session, EVALUATOR, NOW, [named("Eterazama")])
    with pytest.raises(Unauthenticated):
        service.ensure_communities(session, NOBODY, NOW, [named("Eterazama")])


def test_a_community_is_rural_unless_said_otherwise(session: Session) -> None:
    urban = NewCommunity(municipality_code="020105", name="Villa Adela", kind=CommunityKind.URBAN)

    rows = service.ensure_communities(session, SECRETARY, NOW, [named("Eterazama"), urban])

    assert [row.kind for row in rows] == [CommunityKind.RURAL, CommunityKind.URBAN]


def test_a_name_that_is_too_long_once_it_is_compared_is_a_fault(session: Session) -> None:
    with pytest.raises(Invalid) as refusal:
        service.ensure_communities(session, SECRETARY, NOW, [named("ß" * 61)])
    assert [fault.code for fault in refusal.value.faults] == ["community_name_long"]
